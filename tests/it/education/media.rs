//! The drawings and recordings of the lessons: by digest, for ever, in parts.

use poem::http::Method;
use sha2::{Digest, Sha256};

use crate::content::copied;
use crate::content::lessons::version_of;
use crate::support::App;
use crate::support::client::{Answer, Client};

async fn with(client: &Client, path: &str, headers: &[(&str, &str)]) -> Answer {
    client.send(Method::GET, path, headers, None).await
}

async fn drawing(app: &App) -> String {
    let lesson = app.mei().await.get("/lessons/risks").await.expect(200);
    let address = lesson["media"][0].as_str().unwrap().to_owned();
    assert!(lesson["html"].as_str().unwrap().contains(&address));
    let figure = |block: &&serde_json::Value| block["kind"] == "figure";
    let figure = lesson["blocks"].as_array().unwrap().iter().find(figure).unwrap();
    assert_eq!(figure["media"], address.as_str());
    assert!(
        !figure["text"].as_str().unwrap().is_empty(),
        "told to who does not see it"
    );
    address[address.find("/media/").unwrap()..].to_owned()
}

#[tokio::test]
async fn a_drawing_needs_no_token_and_never_changes() {
    let app = App::new().await;
    let (path, anyone) = (drawing(&app).await, app.outside());
    let whole = anyone.get(&path).await;
    assert_eq!(whole.status, 200);
    assert_eq!(whole.header("content-type").unwrap(), "image/svg+xml");
    assert_eq!(
        whole.header("cache-control").unwrap(),
        "public, max-age=31536000, immutable"
    );
    assert!(
        whole
            .header("content-security-policy")
            .unwrap()
            .contains("sandbox")
    );
    assert_eq!(
        path,
        format!("/media/{}.svg", hex::encode(Sha256::digest(&whole.bytes)))
    );
    let again = with(&anyone, &path, &[("if-none-match", &whole.etag())]).await;
    assert_eq!((again.status, again.bytes.len()), (304, 0));
    for missing in ["/media/x", "/media/00.svg", "/media/..%2f..%2fetc"] {
        assert_eq!(anyone.get(missing).await.status, 404, "{missing}");
    }
}

#[tokio::test]
async fn a_drawing_comes_in_parts() {
    let app = App::new().await;
    let (path, anyone) = (drawing(&app).await, app.outside());
    let whole = anyone.get(&path).await;
    let length = whole.bytes.len();
    let part = with(&anyone, &path, &[("range", "bytes=0-3")]).await;
    assert_eq!((part.status, part.bytes.as_slice()), (206, &b"<svg"[..]));
    assert_eq!(
        part.header("content-range").unwrap(),
        format!("bytes 0-3/{length}")
    );
    let end = with(&anyone, &path, &[("range", "bytes=-7")]).await;
    assert_eq!(
        (end.status, end.bytes.as_slice()),
        (206, &whole.bytes[length - 7..])
    );
    let same = [("range", "bytes=0-3"), ("if-range", &*whole.etag())];
    assert_eq!(with(&anyone, &path, &same).await.status, 206);
    let other = [("range", "bytes=0-3"), ("if-range", "\"other\"")];
    assert_eq!(with(&anyone, &path, &other).await.bytes, whole.bytes);
    let beyond = with(&anyone, &path, &[("range", &format!("bytes={length}-"))]).await;
    assert_eq!(
        (beyond.status, &*beyond.code()),
        (416, "http.range_not_satisfiable")
    );
    assert_eq!(
        beyond.header("content-range").unwrap(),
        format!("bytes */{length}")
    );
}

#[tokio::test]
async fn who_would_rather_listen_is_given_what_the_hospital_recorded() {
    let folder = copied();
    let sound = b"ID3\x04\0\0\0\0\0\0\xff\xfb\x90\x44";
    let name = format!("lessons/risks/zh-CN-{}.mp3", version_of("risks"));
    std::fs::write(folder.path().join(name), sound).unwrap();
    let app = App::with(|config| config.content = Some(folder.path().to_owned())).await;
    let mei = app.mei().await;
    let lesson = mei.get("/lessons/risks").await.expect(200);
    let address = lesson["audio"].as_str().unwrap();
    let path = &address[address.find("/media/").unwrap()..];
    let (anyone, digest) = (app.outside(), hex::encode(Sha256::digest(sound)));
    assert_eq!(path, format!("/media/{digest}.mp3"));
    let heard = anyone.get(path).await;
    assert_eq!((heard.status, heard.bytes.as_slice()), (200, &sound[..]));
    assert_eq!(heard.header("content-type").unwrap(), "audio/mpeg");
    let part = with(&anyone, path, &[("range", "bytes=10-11")]).await;
    assert_eq!((part.status, part.bytes.as_slice()), (206, &b"\xff\xfb"[..]));
    for unrecorded in ["/lessons/risks?lang=en", "/lessons/family"] {
        assert!(mei.get(unrecorded).await.expect(200)["audio"].is_null());
    }
}
