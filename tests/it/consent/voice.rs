//! Questions that she asks aloud: kept as she said them, heard by who answers, readable on the document (CE-094).

use muan::journal::sha256_hex;
use poem::Request;
use poem::http::Method;
use serde_json::{Value, json};

use super::ceremony::{Ceremony, countersign};
use super::text_of;
use crate::people::sealed::{everything, is_sealed};
use crate::support::client::{Answer, fresh_key};

/// Silence in MPEG-1 layer III, 64 kbit/s: 24 ms a frame.
fn recording(frames: usize) -> Vec<u8> {
    let mut frame = [0; 192];
    frame[..4].copy_from_slice(&[0xff, 0xfb, 0x54, 0xc4]);
    frame.repeat(frames)
}

impl Ceremony {
    async fn says_aloud(&self, kind: &str, key: &str, body: Vec<u8>) -> Answer {
        let path = self.path("/voice-questions");
        let request = Request::builder()
            .method(Method::POST)
            .uri_str(format!("/api/patient/v1{path}"))
            .header("authorization", self.mei.bearer())
            .header("idempotency-key", key)
            .content_type(kind)
            .body(body);
        self.mei.answer(request, format!("POST {path}")).await
    }

    async fn asks_aloud(&self, body: Vec<u8>) -> Answer {
        self.says_aloud("audio/mpeg", &fresh_key(), body).await
    }

    async fn settles(&self, body: Value) -> Answer {
        self.zhao.post(&self.path("/answers"), body).await
    }
}

/// As a mini-program uploads a file.
fn form(boundary: &str, file: &[u8]) -> Vec<u8> {
    let head = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.mp3\"\r\n\
         content-type: audio/mp3\r\n\r\n"
    );
    [
        head.as_bytes(),
        file,
        format!("\r\n--{boundary}--\r\n").as_bytes(),
    ]
    .concat()
}

#[tokio::test]
async fn a_question_asked_aloud_waits_for_the_doctor_who_writes_down_what_he_heard() {
    let ceremony = Ceremony::signed().await;
    let said = recording(125);
    let asked = ceremony.asks_aloud(said.clone()).await.expect(201);
    assert_eq!(asked["question"], "");
    assert_eq!(asked["voice"]["sha256"], sha256_hex(&said));
    assert_eq!(asked["voice"]["content_type"], "audio/mpeg");
    assert!(asked["voice"]["duration_ms"].as_i64().unwrap() > 2900, "{asked}");
    let tasks = ceremony.zhao.get("/tasks?limit=100").await.expect(200);
    let waits = |task: &Value| task["kind"] == "consent.question" && task["subject"] == asked["id"];
    assert!(tasks["items"].as_array().unwrap().iter().any(waits), "{tasks}");

    // She hears it again, and so does he; each of his times is in the journal.
    let path = ceremony.path(&format!("/questions/{}/voice", asked["id"].as_str().unwrap()));
    for client in [&*ceremony.mei, &ceremony.zhao] {
        let heard = client.get(&path).await;
        assert_eq!((heard.status, &heard.bytes), (200, &said));
        assert_eq!(heard.header("content-type").as_deref(), Some("audio/mpeg"));
    }
    let entry = ceremony.act_of("consent.voice").await;
    assert_eq!(entry["detail"]["question"], asked["id"]);
    ceremony.app.lin().await.get(&path).await.expect(403);
    ceremony.app.stranger().await.get(&path).await.expect(404);
    ceremony.app.bai().await.get(&path).await.expect(404);

    ceremony.step_up().await;
    let etag = ceremony.etag().await;
    let open = ceremony
        .zhao
        .post_at(&ceremony.path("/countersign"), &etag, countersign())
        .await;
    assert_eq!(open.code(), "consent.questions_open");
    let unheard = ceremony
        .settles(json!({ "question": asked["id"], "answer": "不会影响宝宝。" }))
        .await
        .expect(422);
    assert_eq!(
        (&unheard["errors"][0]["pointer"], &unheard["errors"][0]["code"]),
        (&json!("/heard"), &json!("required"))
    );
    let body = json!({ "question": asked["id"], "answer": "不会影响宝宝。", "heard": "会不会影响宝宝？" });
    let settled = ceremony.settles(body).await.expect(201);
    assert_eq!(settled["heard"], "会不会影响宝宝？");

    let etag = ceremony.etag().await;
    ceremony
        .zhao
        .post_at(&ceremony.path("/countersign"), &etag, countersign())
        .await
        .expect(200);
    let kept = ceremony.section(7, "conversation").await;
    let question = &kept["questions"][0];
    assert_eq!(question["voice"]["sha256"], sha256_hex(&said));
    assert_eq!(question["heard"], "会不会影响宝宝？");
    let pdf = ceremony.mei.get(&ceremony.path("/document")).await;
    if let Some(text) = text_of(&pdf.bytes) {
        let digest = sha256_hex(&said);
        for words in [
            "会不会影响宝宝？",
            "语音提问（3秒）",
            "不会影响宝宝。",
            digest.as_str(),
        ] {
            assert!(text.contains(words), "{words} in {text}");
        }
    }
}

#[tokio::test]
async fn a_voice_note_may_be_closed_and_a_written_question_is_not_heard() {
    let ceremony = Ceremony::released().await;
    let asked = ceremony.asks_aloud(recording(50)).await.expect(201);
    let closed = json!({ "reason": "已在床旁当面解释" });
    let body = json!({ "question": asked["id"], "closed": closed, "heard": "多久起效？" });
    let settled = ceremony.settles(body).await.expect(201);
    assert_eq!(
        (&settled["heard"], &settled["closed"]),
        (&json!("多久起效？"), &closed["reason"])
    );
    let written = ceremony
        .mei
        .post(&ceremony.path("/questions"), json!({ "question": "会疼吗？" }))
        .await
        .expect(201);
    let body = json!({ "question": written["id"], "answer": "会有一点胀。", "heard": "会疼吗？" });
    let told = ceremony.settles(body).await.expect(422);
    assert_eq!(told["errors"][0]["pointer"], "/heard");
    let path = ceremony.path(&format!("/questions/{}/voice", written["id"].as_str().unwrap()));
    ceremony.mei.get(&path).await.expect(404);
}

#[tokio::test]
async fn what_is_no_recording_or_too_much_of_one_is_not_taken() {
    let ceremony = Ceremony::released().await;
    let picture = super::paper::picture();
    assert_eq!(ceremony.asks_aloud(picture).await.status, 415);
    let long = ceremony.asks_aloud(recording(7600)).await.expect(422);
    assert_eq!(long["errors"][0]["code"], "too_long");
    let large = ceremony.asks_aloud(vec![0; (2 << 20) + 1]).await;
    assert_eq!((large.status, large.code().as_str()), (413, "http.too_large"));
    let drafted = Ceremony::drafted().await;
    let early = drafted.asks_aloud(recording(50)).await;
    assert_eq!(early.code(), "consent.illegal_transition");
}

#[tokio::test]
async fn a_recording_that_is_sent_twice_is_one_question_whatever_stands_around_it() {
    let ceremony = Ceremony::released().await;
    let said = recording(50);
    let first = ceremony
        .says_aloud("multipart/form-data; boundary=one", "voice", form("one", &said))
        .await
        .expect(201);
    let again = ceremony
        .says_aloud("multipart/form-data; boundary=two", "voice", form("two", &said))
        .await
        .expect(201);
    assert_eq!(first["id"], again["id"]);
    let other = ceremony
        .says_aloud(
            "multipart/form-data; boundary=one",
            "voice",
            form("one", &recording(60)),
        )
        .await;
    assert_eq!(other.code(), "http.idempotency_key_reused");
}

#[tokio::test]
async fn what_she_said_goes_along_with_the_copy_of_her_record_and_stands_nowhere_in_clear() {
    let ceremony = Ceremony::released().await;
    let mut said = recording(50);
    let (words, at) = ("what she said stands between two frames", 192 * 10 + 100);
    said.splice(at..at + words.len(), words.bytes());
    ceremony.asks_aloud(said.clone()).await.expect(201);
    let held = ceremony.mei.get("/me/export").await.expect(200);
    let digest = sha256_hex(&said);
    assert!(held.to_string().contains(&digest), "{held}");
    is_sealed(&everything(&ceremony.app).await, words);
    let copy = ceremony.mei.post("/me/copies", json!({})).await.expect(201);
    let items = copy["items"].as_array().unwrap();
    assert!(
        items
            .iter()
            .any(|one| one["kind"] == "file" && one["sha256"] == digest.as_str()),
        "{copy}"
    );
}
