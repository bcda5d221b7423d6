//! Photos of lab sheets: told by their content, kept without metadata, named by answers, seen by those who may.

use chrono::Duration;
use poem::Request;
use poem::http::Method;
use serde_json::{Value, json};

use super::{document, started};
use crate::support::App;
use crate::support::cast::Woman;
use crate::support::client::{Answer, Client, fresh_key};

const PDF: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\nstartxref\n9\n%%EOF\n";

/// A small photo that says where it was taken.
pub fn photo() -> Vec<u8> {
    let plain = image::RgbImage::from_fn(32, 16, |x, y| {
        image::Rgb([u8::try_from(x).unwrap(), u8::try_from(y).unwrap(), 99])
    });
    let mut out = std::io::Cursor::new(Vec::new());
    plain.write_to(&mut out, image::ImageFormat::Jpeg).unwrap();
    let jpeg = out.into_inner();
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    exif.extend_from_slice(b"GPS 39.9042 N 116.4074 E");
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

fn has(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|part| part == word)
}

pub async fn sent(client: &Client, kind: &str, key: &str, body: Vec<u8>) -> Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri_str("/api/patient/v1/attachments")
        .header("authorization", client.bearer())
        .header("idempotency-key", key)
        .content_type(kind)
        .body(body);
    client.answer(request, "POST /attachments".to_owned()).await
}

/// As a mini-program uploads a file.
async fn uploaded(client: &Client, key: &str, boundary: &str, file: &[u8]) -> Answer {
    let head = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.exe\"\r\n\
         content-type: text/html\r\n\r\n"
    );
    let body = [
        head.as_bytes(),
        file,
        format!("\r\n--{boundary}--\r\n").as_bytes(),
    ]
    .concat();
    sent(
        client,
        &format!("multipart/form-data; boundary={boundary}"),
        key,
        body,
    )
    .await
}

pub async fn upload(client: &Client, file: &[u8]) -> Value {
    uploaded(client, &fresh_key(), "b0undary", file).await.expect(201)
}

/// A draft of hers that names a file.
async fn named(app: &App, woman: &Woman, url: &Value) -> (String, Answer) {
    let draft = started(woman).await;
    let etag = draft.etag();
    let path = format!("/responses/{}", draft.expect(201)["id"].as_str().unwrap());
    let body = json!({ "content": document(app, json!({ "lab.photo": [{ "url": url, "contentType": "text/html" }] })) });
    let saved = woman.put(&path, &etag, body).await;
    (path, saved)
}

fn path_of(file: &Value) -> String {
    format!("/{}", file["url"].as_str().unwrap())
}

#[tokio::test]
async fn a_photo_is_kept_without_the_place_where_it_was_taken() {
    for app in App::each().await {
        let mei = app.mei().await;
        let photo = photo();
        assert!(has(&photo, b"GPS"));
        let file = upload(&mei, &photo).await;
        assert_eq!(file["content_type"], "image/jpeg");
        assert_eq!(
            file["url"],
            format!("attachments/{}", file["id"].as_str().unwrap())
        );
        let read = mei.get(&path_of(&file)).await;
        assert_eq!(read.status, 200);
        assert_eq!(read.header("content-type").as_deref(), Some("image/jpeg"));
        assert_eq!(read.header("x-content-type-options").as_deref(), Some("nosniff"));
        assert!(
            read.header("content-disposition")
                .unwrap()
                .starts_with("attachment;")
        );
        assert!(!has(&read.bytes, b"GPS") && !has(&read.bytes, b"Exif"));
        assert_eq!(read.bytes.len(), file["size"]);
        let upright = image::load_from_memory(&read.bytes).unwrap();
        assert_eq!((upright.width(), upright.height()), (16, 32));
        let again = [("if-none-match", &*read.etag())];
        let unchanged = mei.send(Method::GET, &path_of(&file), &again, None).await;
        assert_eq!((unchanged.status, unchanged.bytes.len()), (304, 0));
        let stored = app.stored_files().await;
        assert!(!stored.is_empty());
        for bytes in stored {
            assert!(
                !has(&bytes, &[0xff, 0xd8, 0xff]),
                "a picture lies open on the disk"
            );
        }
    }
}

#[tokio::test]
async fn what_a_file_is_is_told_by_its_content_alone() {
    let app = App::new().await;
    let mei = app.mei().await;
    let pdf = sent(&mei, "image/png", &fresh_key(), PDF.to_vec())
        .await
        .expect(201);
    assert_eq!(pdf["content_type"], "application/pdf");
    let read = mei.get(&path_of(&pdf)).await;
    assert_eq!(read.bytes, PDF);
    assert_eq!(read.header("content-type").as_deref(), Some("application/pdf"));
    let page = b"<html><script>alert(1)</script></html>";
    for refused in [
        sent(&mei, "image/jpeg", &fresh_key(), page.to_vec()).await,
        uploaded(&mei, &fresh_key(), "x", page).await,
    ] {
        assert_eq!(refused.code(), "http.unsupported_media_type");
        refused.expect(415);
    }
    let broken = sent(&mei, "image/jpeg", &fresh_key(), photo()[..80].to_vec()).await;
    assert_eq!(broken.code(), "forms.attachment_invalid");
    assert_eq!(broken.expect(422)["errors"][0]["code"], "unreadable");
}

#[tokio::test]
async fn a_picture_that_would_fill_the_memory_is_refused() {
    let app = App::new().await;
    let mei = app.mei().await;
    let mut bomb = Vec::new();
    let mut encoder = png::Encoder::new(&mut bomb, 19_000, 19_000);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    writer.write_chunk(png::chunk::IDAT, &[0x78, 0x9c]).unwrap();
    drop(writer);
    let refused = sent(&mei, "image/png", &fresh_key(), bomb).await.expect(422);
    assert_eq!(refused["errors"][0]["code"], "too_many_pixels");
}

#[tokio::test]
async fn ten_mebibytes_are_taken_and_a_byte_more_is_not() {
    let app = App::new().await;
    let mei = app.mei().await;
    let of_size = |size: usize| {
        let mut pdf = b"%PDF-1.4\n".to_vec();
        pdf.resize(size - 20, b' ');
        pdf.extend_from_slice(b"\nstartxref\n9\n%%EOF\n ");
        pdf
    };
    let most = 10 << 20;
    upload(&mei, &of_size(most)).await;
    uploaded(&mei, &fresh_key(), "b", &of_size(most + 1))
        .await
        .expect(413);
    let far = sent(&mei, "application/pdf", &fresh_key(), of_size(most + (1 << 20))).await;
    assert_eq!(far.code(), "http.too_large");
    far.expect(413);
    let elsewhere = mei
        .post("/responses", json!({ "questionnaire": "x".repeat(1 << 20) }))
        .await;
    elsewhere.expect(413);
}

#[tokio::test]
async fn an_upload_that_is_sent_again_in_another_form_is_the_same() {
    for app in App::each().await {
        let mei = app.mei().await;
        let first = uploaded(&mei, "once", "one", PDF).await.expect(201);
        let again = uploaded(&mei, "once", "another", PDF).await;
        assert_eq!(again.header("idempotent-replayed").as_deref(), Some("true"));
        assert_eq!(again.expect(201), first);
        let other = uploaded(&mei, "once", "one", &photo()).await;
        assert_eq!(other.code(), "http.idempotency_key_reused");
    }
}

#[tokio::test]
async fn an_answer_names_a_file_and_staff_who_see_the_answer_see_it() {
    for app in App::each().await {
        let (mei, lin) = (app.mei().await, app.lin().await);
        let file = upload(&mei, &photo()).await;
        let path = path_of(&file);
        lin.get(&path).await.expect(404);
        let (_, saved) = named(&app, &mei, &file["url"]).await;
        let saved = saved.expect(200);
        let text = saved["content"].to_string();
        assert!(
            text.contains("image/jpeg") && !text.contains("text/html"),
            "the server says what it is"
        );
        let read = lin.get(&path).await;
        assert_eq!((read.status, read.bytes), (200, mei.get(&path).await.bytes));
        app.qian().await.get(&path).await.expect(403);
        app.bai().await.get(&path).await.expect(404);
        app.ning().await.get(&path).await.expect(404);
        app.stranger().await.get(&path).await.expect(404);
        let looks = app
            .qian()
            .await
            .get("/audit?limit=100")
            .await
            .expect(200)
            .to_string();
        assert!(looks.contains("forms.attachment"), "a look is journaled");
    }
}

#[tokio::test]
async fn a_file_that_is_not_hers_is_no_answer() {
    let app = App::new().await;
    let (mei, bai) = (app.mei().await, app.bai().await);
    let theirs = upload(&bai, PDF).await;
    let (path, refused) = named(&app, &mei, &theirs["url"]).await;
    let refused = refused.expect(422);
    assert_eq!(refused["errors"][0]["code"], "attachmentUnknown");
    assert_eq!(refused["errors"][0]["link_id"], "lab.photo");
    for other in [
        json!({ "url": "https://elsewhere.invalid/x.jpg" }),
        json!({ "contentType": "image/png", "data": "iVBORw0KGgo=" }),
        json!({ "url": "attachments/01900000-0000-7000-8000-000000000000" }),
    ] {
        let body = json!({ "content": document(&app, json!({ "lab.photo": [other] })) });
        let refused = mei.put(&path, "*", body).await.expect(422);
        assert_eq!(refused["errors"][0]["code"], "attachmentUnknown");
    }
    let lin = app.lin().await;
    lin.get(&path_of(&theirs)).await.expect(404);
}

#[tokio::test]
async fn a_file_that_no_answer_names_goes_and_one_that_is_named_stays() {
    for app in App::each().await {
        let mei = app.mei().await;
        let (kept, left) = (upload(&mei, &photo()).await, upload(&mei, PDF).await);
        named(&app, &mei, &kept["url"]).await.1.expect(200);
        let before = app.stored_files().await.len();
        app.clock.advance(Duration::days(8).num_seconds());
        app.work().await;
        // The log-in has lapsed by then: what is in the store tells.
        let after = app.stored_files().await.len();
        assert!(after < before, "{before} files, then {after}");
        let mei = app.newcomer("o-mei").await;
        mei.get(&path_of(&left)).await.expect(404);
        assert_eq!(mei.get(&path_of(&kept)).await.status, 200);
        app.clock.advance(Duration::days(30).num_seconds());
        app.work().await;
        let mei = app.newcomer("o-mei").await;
        assert_eq!(mei.get(&path_of(&kept)).await.status, 200);
    }
}
