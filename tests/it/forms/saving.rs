//! Saving by several hands at once: who falls behind learns what changed, and nothing is taken twice.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{document, started};
use crate::support::App;
use crate::support::cast::Woman;
use crate::support::client::{Answer, fresh_key};

const HANDS: usize = 100;

/// The same answers each time but for what is given: the clock moves on meanwhile.
fn content_with(app: &App, other: Value) -> Value {
    let mut answers = json!({ "lab.plt_at": "2026-02-25T01:00:00+00:00" });
    let all = answers.as_object_mut().unwrap();
    all.extend(other.as_object().unwrap().clone());
    json!({ "content": document(app, answers) })
}

fn content(app: &App, platelets: i64) -> Value {
    content_with(app, json!({ "lab.plt": platelets }))
}

/// A new draft: its path and its tag.
async fn begun(mei: &Woman) -> (String, String) {
    let draft = started(mei).await;
    let etag = draft.etag();
    let path = format!("/responses/{}", draft.expect(201)["id"].as_str().unwrap());
    (path, etag)
}

/// A draft with every answer: its path.
async fn filled_in(app: &App, mei: &Woman) -> String {
    let (path, etag) = begun(mei).await;
    mei.put(&path, &etag, content(app, 200)).await.expect(200);
    path
}

#[tokio::test]
async fn a_stale_save_tells_the_tag_and_the_questions_that_changed() {
    for app in App::each().await {
        let mei = app.mei().await;
        let (path, first) = begun(&mei).await;
        let saved = mei.put(&path, &first, content(&app, 200)).await;
        let second = saved.etag();
        let third = mei.put(&path, &second, content(&app, 180)).await.etag();
        let hers = content_with(&app, json!({ "lab.plt": 200, "preg.gravida": 2 }));
        let stale = mei.put(&path, &second, hers).await;
        assert_eq!(stale.code(), "http.stale");
        let stale = stale.expect(412);
        assert_eq!(stale["current"], third.as_str());
        assert_eq!(
            stale["changed_link_ids"],
            json!(["lab.plt"]),
            "her own change is not news"
        );
        let older = mei.put(&path, &first, content(&app, 180)).await.expect(412);
        assert!(older["changed_link_ids"].as_array().unwrap().len() > 20);
        mei.put(&path, &third, content(&app, 181)).await.expect(200);
    }
}

#[tokio::test]
async fn where_the_named_version_is_no_longer_held_what_was_sent_is_compared() {
    let app = App::new().await;
    let mei = app.mei().await;
    let (path, first) = begun(&mei).await;
    let mut etag = mei.put(&path, &first, content(&app, 100)).await.etag();
    let second = etag.clone();
    for platelets in 101..=119 {
        etag = mei.put(&path, &etag, content(&app, platelets)).await.etag();
    }
    // The second is the oldest of the last twenty; the first would name everything that she has answered since.
    let held = mei.put(&path, &second, content(&app, 119)).await.expect(412);
    assert_eq!(held["changed_link_ids"], json!(["lab.plt"]));
    let gone = mei.put(&path, &first, content(&app, 119)).await.expect(412);
    assert_eq!(gone["changed_link_ids"], json!([]));
    let gone = mei.put(&path, &first, content(&app, 90)).await.expect(412);
    assert_eq!(gone["changed_link_ids"], json!(["lab.plt"]));
    let weak = mei.put(&path, &format!("W/{etag}"), content(&app, 90)).await;
    assert_eq!(weak.expect(412)["changed_link_ids"], json!(["lab.plt"]));
}

#[tokio::test]
async fn the_same_answers_make_no_new_version_however_they_are_written() {
    let app = App::new().await;
    let mei = app.mei().await;
    let (path, first) = begun(&mei).await;
    let etag = mei.put(&path, &first, content(&app, 200)).await.etag();
    let saved = mei.put(&path, &etag, content(&app, 200)).await;
    assert_eq!((saved.status, saved.etag()), (200, etag.clone()));
    let normal = json!({ "content": saved.body["content"] });
    assert_eq!(mei.put(&path, &etag, normal).await.etag(), etag);
    assert_eq!(mei.get(&path).await.etag(), etag);
}

async fn all(mut hands: JoinSet<Answer>) -> Vec<Answer> {
    let mut answers = Vec::with_capacity(HANDS);
    while let Some(answer) = hands.join_next().await {
        answers.push(answer.unwrap());
    }
    answers
}

#[tokio::test]
async fn of_a_hundred_saves_on_one_version_one_is_taken() {
    for app in App::each().await {
        let mei = app.mei().await;
        let (path, etag) = begun(&mei).await;
        let mut hands = JoinSet::new();
        for hand in 0..HANDS {
            let (client, path, etag) = (mei.client.clone(), path.clone(), etag.clone());
            let body = content(&app, 100 + i64::try_from(hand).unwrap());
            hands.spawn(async move { client.put(&path, &etag, body).await });
        }
        let answers = all(hands).await;
        let (taken, late): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
        assert_eq!((taken.len(), late.len()), (1, HANDS - 1));
        let current = taken[0].etag();
        for answer in late {
            let told = answer.expect(412);
            assert_eq!(told["current"], current.as_str());
            let changed = told["changed_link_ids"].as_array().unwrap();
            assert!(changed.contains(&json!("lab.plt")));
        }
        let read = mei.get(&path).await;
        assert_eq!(read.etag(), current);
        assert_eq!(read.body["content"], taken[0].body["content"]);
    }
}

#[tokio::test]
async fn a_hundred_submissions_with_one_key_are_one() {
    for app in App::each().await {
        let mei = app.mei().await;
        let path = filled_in(&app, &mei).await;
        let submit = format!("{path}/submit");
        let mut hands = JoinSet::new();
        for _ in 0..HANDS {
            let (client, submit) = (mei.client.clone(), submit.clone());
            hands.spawn(async move { client.post_keyed(&submit, "from-one-phone", json!({})).await });
        }
        let answers = all(hands).await;
        assert_eq!(answers.len(), HANDS);
        let first = answers[0].bytes.clone();
        let first_tag = answers[0].etag();
        for answer in answers {
            assert_eq!((&answer.bytes, answer.etag()), (&first, first_tag.clone()));
            answer.expect(200);
        }
        let read = app.lin().await.get(&path).await;
        assert_eq!(read.etag(), first_tag);
        assert_eq!(read.expect(200)["history"].as_array().unwrap().len(), 1);
        let queue = app.zhao().await.get("/reviews").await.expect(200);
        assert_eq!(queue["items"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn of_a_hundred_submissions_with_a_key_each_one_is_taken() {
    for app in App::each().await {
        let mei = app.mei().await;
        let path = filled_in(&app, &mei).await;
        let submit = format!("{path}/submit");
        let mut hands = JoinSet::new();
        for _ in 0..HANDS {
            let (client, submit, key) = (mei.client.clone(), submit.clone(), fresh_key());
            hands.spawn(async move { client.post_keyed(&submit, &key, json!({})).await });
        }
        let answers = all(hands).await;
        let taken = answers.iter().filter(|answer| answer.status == 200).count();
        let refused = answers
            .iter()
            .filter(|answer| answer.status == 409 && answer.code() == "forms.already_completed")
            .count();
        assert_eq!((taken, refused), (1, HANDS - 1));
    }
}
