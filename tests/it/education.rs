//! Lessons, progress, quizzes. Below: what a phone gets of a lesson, pictures, search, the pack for a phone without a
//! network.

mod classes;
mod finding;
mod media;
mod pack;
mod told;

use muan::content::lessons::{Language, Lesson};
use poem::http::Method;
use serde_json::{Value, json};

use crate::support::App;
use crate::support::client::Client;

fn required(app: &App) -> Lesson {
    app.ctx.content.lessons.required().next().unwrap().clone()
}

/// Answers of which the first `right` are right.
fn answers(lesson: &Lesson, right: usize) -> Value {
    let keys = lesson.head.quiz.iter().enumerate();
    let all: Vec<_> = keys
        .map(|(at, key)| {
            let wrong = if key.answer == "a" { "b" } else { "a" };
            let option = if at < right { key.answer.as_str() } else { wrong };
            json!({ "id": key.id, "option": option })
        })
        .collect();
    json!({ "version": lesson.head.version, "answers": all })
}

#[tokio::test]
async fn lessons_come_in_the_language_asked_for_and_without_their_key() {
    let app = App::new().await;
    let mei = app.mei().await;
    let list = mei.get("/lessons?lang=en").await.expect(200);
    assert_eq!(list.as_array().unwrap().len(), 18);
    assert_eq!(
        list.as_array()
            .unwrap()
            .iter()
            .filter(|one| one["required"] == true)
            .count(),
        3
    );
    let path = format!("/lessons/{}", required(&app).head.slug);
    let zh = mei.get(&path).await;
    let en = mei.get(&format!("{path}?lang=en")).await;
    assert_ne!(zh.etag(), en.etag());
    let known = [("if-none-match", zh.etag())];
    let headers: Vec<_> = known.iter().map(|(name, tag)| (*name, tag.as_str())).collect();
    let again = mei.send(poem::http::Method::GET, &path, &headers, None).await;
    assert_eq!(again.status, 304);
    let lesson = zh.expect(200);
    assert!(lesson["quiz"][0].get("answer").is_none() && lesson["quiz"][0].get("explanation").is_none());
    assert_eq!(lesson["media"].as_array().unwrap().len(), 1);
    assert_eq!(mei.get("/lessons/no-such").await.status, 404);
}

#[tokio::test]
async fn progress_only_grows_and_knows_its_version() {
    let app = App::new().await;
    let mei = app.mei().await;
    let lesson = required(&app);
    let path = format!("/lessons/{}/progress", lesson.head.slug);
    let report = |position: i64, completed: bool| json!({ "version": lesson.head.version, "position": position, "seconds": 90, "completed": completed });
    mei.put_bare(&path, report(80, true)).await.expect(200);
    let later = mei.put_bare(&path, report(10, false)).await.expect(200);
    assert_eq!(
        (&later["position"], &later["completed"], &later["done"]),
        (&json!(80), &json!(true), &json!(false))
    );
    mei.put_bare(&path, report(101, false)).await.expect(422);
    let old = json!({ "version": "0.9.0", "position": 10, "seconds": 1, "completed": false });
    assert_eq!(mei.put_bare(&path, old).await.code(), "education.version_old");
    let other = app.bai().await.get("/lessons").await.expect(200);
    assert!(other.as_array().unwrap().iter().all(|one| one["position"] == 0));
}

#[tokio::test]
async fn a_lesson_is_done_when_read_and_two_thirds_are_right() {
    let app = App::new().await;
    let mei = app.mei().await;
    let lesson = required(&app);
    let of = lesson.head.quiz.len();
    let path = format!("/lessons/{}/quiz-attempts", lesson.head.slug);
    let failed = mei
        .post(&path, answers(&lesson, (of * 2).div_ceil(3) - 1))
        .await
        .expect(201);
    assert_eq!(failed["passed"], false);
    let body = answers(&lesson, of);
    let passed = mei.post_keyed(&path, "k1", body.clone()).await.expect(201);
    assert_eq!((&passed["score"], &passed["passed"]), (&json!(of), &json!(true)));
    let explanation = |attempt: &Value| {
        attempt["items"][of - 1]["explanation"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let last = lesson.body(Language::ZhCn).quiz.last().unwrap();
    assert_eq!(explanation(&passed), last.why);
    assert_eq!(explanation(&failed), format!("{}\n{}", last.otherwise, last.why));
    assert_eq!(mei.post_keyed(&path, "k1", body).await.expect(201), passed);
    let state = async || {
        let journey = mei.get("/me/journey").await.expect(200);
        let steps = journey["steps"].as_array().unwrap().clone();
        steps
            .into_iter()
            .find(|step| step["ref"] == lesson.head.slug.as_str())
            .unwrap()["state"]
            .clone()
    };
    assert_eq!(state().await, "open");
    let report =
        json!({ "version": lesson.head.version, "position": 100, "seconds": 240, "completed": true });
    let done = mei
        .put_bare(&format!("/lessons/{}/progress", lesson.head.slug), report)
        .await
        .expect(200);
    assert_eq!(done["done"], true);
    assert_eq!(state().await, "done");
}

#[tokio::test]
async fn a_try_answers_every_item_and_needs_her_agreements() {
    let app = App::new().await;
    let mei = app.mei().await;
    let lesson = required(&app);
    let path = format!("/lessons/{}/quiz-attempts", lesson.head.slug);
    mei.post(&path, json!({ "version": lesson.head.version, "answers": [] }))
        .await
        .expect(422);
    let old = json!({ "version": "0.9.0", "answers": [] });
    assert_eq!(mei.post(&path, old).await.code(), "education.version_old");
    let withdrawn = json!({ "version": "1.0.0", "accepted": false });
    mei.put_bare("/me/agreements/sensitive_data", withdrawn)
        .await
        .expect(200);
    assert_eq!(
        mei.post(&path, answers(&lesson, 1)).await.code(),
        "people.agreement_missing"
    );
    assert_eq!(
        app.newcomer("o-new")
            .await
            .post(&path, answers(&lesson, 1))
            .await
            .code(),
        "people.not_enrolled"
    );
}

#[tokio::test]
async fn the_list_says_what_is_due_in_her_week() {
    let app = App::new().await;
    let mei = app.mei().await;
    let list = mei.get("/lessons").await;
    let known = list.etag();
    let again = mei
        .send(Method::GET, "/lessons", &[("if-none-match", &known)], None)
        .await;
    assert_eq!(again.status, 304);
    let journey = mei.get("/me/journey").await.expect(200);
    let week = journey["gestation"]["weeks"].as_i64().unwrap();
    for lesson in list.expect(200).as_array().unwrap() {
        let (from, to) = (
            lesson["weeks"]["from"].as_i64().unwrap(),
            lesson["weeks"]["to"].as_i64(),
        );
        let open = week >= from && (to.is_none_or(|to| week <= to) || lesson["required"] == true);
        assert_eq!(lesson["due"], open, "{lesson}");
    }
    let lesson = required(&app);
    let report = json!({ "version": lesson.head.version, "position": 40, "seconds": 60, "completed": false });
    mei.put_bare(&format!("/lessons/{}/progress", lesson.head.slug), report)
        .await
        .expect(200);
    assert_ne!(mei.get("/lessons").await.etag(), known, "she is further on");
    let due = async |client: &Client| {
        let list = client.get("/lessons").await.expect(200);
        let due = list.as_array().unwrap().iter().filter(|one| one["due"] == true);
        due.map(|one| one["required"].clone()).collect::<Vec<_>>()
    };
    let newcomer = app.newcomer("o-new").await;
    assert_eq!(
        due(&newcomer).await,
        vec![json!(true); 3],
        "her week is not known"
    );
}
