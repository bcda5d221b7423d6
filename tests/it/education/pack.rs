//! The lessons due now in one file.

use std::io::{Cursor, Read};

use poem::http::Method;
use serde_json::Value;
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use crate::support::App;

fn file(pack: &mut ZipArchive<Cursor<Vec<u8>>>, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    pack.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

#[tokio::test]
async fn the_pack_holds_what_is_due_with_its_pictures_and_digests() {
    let app = App::new().await;
    let mei = app.mei().await;
    let list = mei.get("/lessons").await.expect(200);
    let due = list.as_array().unwrap().iter().filter(|one| one["due"] == true);
    let due: Vec<String> = due
        .map(|one| format!("lessons/{}.json", one["slug"].as_str().unwrap()))
        .collect();
    assert!(!due.is_empty());
    let answer = mei.get("/offline-pack").await;
    assert_eq!(
        (answer.status, &*answer.header("content-type").unwrap()),
        (200, "application/zip")
    );
    let mut pack = ZipArchive::new(Cursor::new(answer.bytes.clone())).unwrap();
    let manifest: Value = serde_json::from_slice(&file(&mut pack, "manifest.json")).unwrap();
    assert_eq!(manifest["lang"], "zh-CN");
    let mut lessons = Vec::new();
    let mut whole = 0;
    for listed in manifest["files"].as_array().unwrap() {
        let name = listed["file"].as_str().unwrap();
        let bytes = file(&mut pack, name);
        whole += bytes.len();
        assert_eq!(listed["sha256"], hex::encode(Sha256::digest(&bytes)), "{name}");
        if name.starts_with("lessons/") {
            lessons.push(name.to_owned());
            let lesson: Value = serde_json::from_slice(&bytes).unwrap();
            for address in lesson["media"].as_array().unwrap() {
                let address = address.as_str().unwrap();
                assert!(pack.index_for_name(address).is_some(), "{address}");
                assert!(
                    lesson["html"]
                        .as_str()
                        .unwrap()
                        .contains(&format!("src=\"{address}\""))
                );
            }
        }
    }
    lessons.sort();
    let mut expected = due;
    expected.sort();
    assert_eq!(lessons, expected);
    assert!(answer.bytes.len() * 2 < whole, "it is compressed");
}

#[tokio::test]
async fn a_pack_that_the_phone_has_is_not_sent_again() {
    let app = App::new().await;
    let mei = app.mei().await;
    let known = mei.get("/offline-pack").await.etag();
    let headers = [("if-none-match", known.as_str())];
    assert_eq!(
        mei.send(Method::GET, "/offline-pack", &headers, None)
            .await
            .status,
        304
    );
    let other = mei
        .send(Method::GET, "/offline-pack?lang=en", &headers, None)
        .await;
    assert_eq!(other.status, 200);
    let due = mei.get("/lessons").await.expect(200);
    let first = due
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["due"] == true)
        .unwrap()["slug"]
        .clone();
    let lesson = app
        .ctx
        .content
        .lessons
        .get(first.as_str().unwrap())
        .unwrap()
        .clone();
    let answers: Vec<Value> = lesson
        .head
        .quiz
        .iter()
        .map(|key| serde_json::json!({ "id": key.id, "option": key.answer }))
        .collect();
    let version = &lesson.head.version;
    let path = format!("/lessons/{}", lesson.head.slug);
    mei.post(
        &format!("{path}/quiz-attempts"),
        serde_json::json!({ "version": version, "answers": answers }),
    )
    .await
    .expect(201);
    let read = serde_json::json!({ "version": version, "position": 100, "seconds": 60, "completed": true });
    mei.put_bare(&format!("{path}/progress"), read).await.expect(200);
    assert_eq!(
        mei.send(Method::GET, "/offline-pack", &headers, None)
            .await
            .status,
        200,
        "what is done is not in it any more"
    );
}
