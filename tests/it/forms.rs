//! Assignments, drafts, submissions, what staff add.

mod amendments;
pub mod attachments;
mod drafts;
mod export;
mod kept;
mod numbers;
mod room;
mod saving;
mod statuses;
mod withdrawn;

use chrono::Duration;
use serde_json::{Map, Value, json};

use crate::support::App;
use crate::support::cast::Woman;
use crate::support::client::Answer;

const VECTORS: &str = include_str!("../../content/questionnaires/pre-analgesia/1.0.0.vectors.json");

/// The answers of the healthy woman of the published vectors, dated to the test's clock, but for what is given.
pub fn answers(app: &App, other: Value) -> Map<String, Value> {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let mut flat = vectors["base"].as_object().unwrap().clone();
    let now = app.clock.now();
    flat.insert(
        "preg.edd".to_owned(),
        json!((now + Duration::days(49)).date_naive()),
    );
    flat.insert(
        "pe.bp_date".to_owned(),
        json!((now - Duration::days(1)).date_naive()),
    );
    flat.insert(
        "lab.plt_at".to_owned(),
        json!((now - Duration::days(5)).to_rfc3339()),
    );
    flat.extend(other.as_object().unwrap().clone());
    flat
}

/// A whole `QuestionnaireResponse`.
pub fn document(app: &App, other: Value) -> Value {
    let forms = &app.ctx.content.forms;
    let entry = forms.current("pre-analgesia").unwrap();
    entry.form.response_from_flat(&answers(app, other))
}

/// She fills in the assessment and submits it.
pub async fn submit(app: &App, woman: &Woman, other: Value) -> Value {
    let started = woman
        .post("/responses", json!({ "questionnaire": "pre-analgesia" }))
        .await;
    let etag = started.etag();
    let id = started.expect(201)["id"].as_str().unwrap().to_owned();
    let path = format!("/responses/{id}");
    woman
        .put(&path, &etag, json!({ "content": document(app, other) }))
        .await
        .expect(200);
    woman.post(&format!("{path}/submit"), json!({})).await.expect(200)
}

async fn started(woman: &Woman) -> Answer {
    woman
        .post("/responses", json!({ "questionnaire": "pre-analgesia" }))
        .await
}

fn codes(body: &Value) -> Vec<&str> {
    let errors = body["errors"].as_array().unwrap();
    errors.iter().filter_map(|error| error["code"].as_str()).collect()
}

#[tokio::test]
async fn the_assessment_is_open_from_28_weeks_and_prefilled_with_what_is_known() {
    for app in App::each().await {
        let mei = app.mei().await;
        let forms = mei.get("/forms").await.expect(200);
        assert_eq!(forms[0]["name"], "pre-analgesia");
        assert_eq!(forms[0]["state"], "open");
        assert_eq!(forms[0]["title"], "分娩镇痛前评估问卷");
        let draft = started(&mei).await.expect(201);
        let text = draft["content"].to_string();
        assert!(text.contains("梅秀英") && text.contains("1996-03-12"));
        assert_eq!(draft["status"], "in_progress");
        assert_eq!(mei.get("/forms").await.expect(200)[0]["state"], "started");
    }
}

#[tokio::test]
async fn a_form_begun_twice_is_the_same_draft() {
    let app = App::new().await;
    let mei = app.mei().await;
    let first = started(&mei).await.expect(201);
    assert_eq!(started(&mei).await.expect(201)["id"], first["id"]);
}

#[tokio::test]
async fn the_definition_is_served_once_and_then_unchanged() {
    let app = App::new().await;
    let mei = app.mei().await;
    let first = mei.get("/questionnaires/pre-analgesia").await;
    let etag = first.etag();
    assert_eq!(first.expect(200)["resourceType"], "Questionnaire");
    let again = mei
        .send(
            poem::http::Method::GET,
            "/questionnaires/pre-analgesia",
            &[("if-none-match", &etag)],
            None,
        )
        .await;
    assert_eq!(again.status, 304);
    for form in [
        "pre-analgesia-staff",
        "pregnancy-risk-screening",
        "pregnancy-risk-screening?version=1.0.0",
    ] {
        assert_eq!(
            mei.get(&format!("/questionnaires/{form}")).await.status,
            404,
            "{form}"
        );
    }
    assert_eq!(
        mei.get("/questionnaires/pre-analgesia?version=9").await.status,
        404
    );
}

#[tokio::test]
async fn a_draft_may_be_incomplete_but_not_of_a_wrong_type() {
    let app = App::new().await;
    let mei = app.mei().await;
    let draft = started(&mei).await;
    let etag = draft.etag();
    let draft = draft.expect(201);
    let path = format!("/responses/{}", draft["id"].as_str().unwrap());
    let mut content = draft["content"].clone();
    content["item"] = json!([{ "linkId": "nowhere", "answer": [{ "valueInteger": 1 }] }]);
    let refused = mei.put(&path, &etag, json!({ "content": content })).await;
    assert_eq!(refused.code(), "forms.response_invalid");
    let error = refused.expect(422)["errors"][0].clone();
    assert!(error["pointer"].as_str().unwrap().starts_with("/content/item/0"));
    let saved = mei
        .put(&path, &etag, json!({ "content": draft["content"] }))
        .await;
    assert_eq!(saved.etag(), etag, "the same answers make no new revision");
}

#[tokio::test]
async fn a_stale_or_unnamed_version_is_refused() {
    let app = App::new().await;
    let mei = app.mei().await;
    let draft = started(&mei).await;
    let etag = draft.etag();
    let path = format!("/responses/{}", draft.expect(201)["id"].as_str().unwrap());
    let body = json!({ "content": document(&app, json!({})) });
    mei.put_bare(&path, body.clone()).await.expect(428);
    mei.put(&path, &etag, body.clone()).await.expect(200);
    let stale = mei
        .put(
            &path,
            &etag,
            json!({ "content": document(&app, json!({ "lab.plt": 200 })) }),
        )
        .await;
    assert_eq!((stale.status, stale.code().as_str()), (412, "http.stale"));
}

#[tokio::test]
async fn an_unfinished_form_is_refused_with_every_question_named() {
    let app = App::new().await;
    let mei = app.mei().await;
    let draft = started(&mei).await.expect(201);
    let path = format!("/responses/{}/submit", draft["id"].as_str().unwrap());
    let refused = mei.speaking("en").post(&path, json!({})).await.expect(422);
    assert_eq!(refused["code"], "forms.response_invalid");
    assert!(codes(&refused).len() > 20);
    assert!(codes(&refused).iter().all(|code| *code == "required"));
    assert_eq!(refused["errors"][0]["message"], "This question is required");
    assert!(refused["errors"][0]["link_id"].is_string());
}

#[tokio::test]
async fn a_submission_is_answered_again_and_cannot_be_changed() {
    let app = App::new().await;
    let mei = app.mei().await;
    let draft = started(&mei).await;
    let etag = draft.etag();
    let path = format!("/responses/{}", draft.expect(201)["id"].as_str().unwrap());
    let body = json!({ "content": document(&app, json!({})) });
    mei.put(&path, &etag, body.clone()).await.expect(200);
    let submit = format!("{path}/submit");
    assert_eq!(
        mei.post_bare(&submit, json!({})).await.code(),
        "http.idempotency_key_missing"
    );
    let first = mei.post_keyed(&submit, "once", json!({})).await.expect(200);
    let again = mei.post_keyed(&submit, "once", json!({})).await;
    assert_eq!(again.header("idempotent-replayed").as_deref(), Some("true"));
    assert_eq!(again.expect(200), first);
    assert_eq!(first["response"]["status"], "completed");
    assert_eq!(
        mei.post(&submit, json!({})).await.code(),
        "forms.already_completed"
    );
    assert_eq!(mei.put(&path, "*", body).await.code(), "forms.already_completed");
    assert_eq!(started(&mei).await.code(), "forms.already_completed");
    assert_eq!(mei.get("/forms").await.expect(200)[0]["state"], "done");
}

#[tokio::test]
async fn nobody_else_reads_her_answers() {
    let app = App::new().await;
    let mei = app.mei().await;
    let submitted = submit(&app, &mei, json!({})).await;
    let path = format!("/responses/{}", submitted["response"]["id"].as_str().unwrap());
    app.bai().await.get(&path).await.expect(404);
    app.ning().await.get(&path).await.expect(404);
    app.stranger().await.get(&path).await.expect(404);
    app.qian().await.get(&path).await.expect(403);
    let read = app.lin().await.get(&path).await.expect(200);
    assert_eq!(read["history"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn staff_verify_answers_that_she_gave() {
    let app = App::new().await;
    let mei = app.mei().await;
    let submitted = submit(&app, &mei, json!({})).await;
    let path = format!(
        "/responses/{}/verifications",
        submitted["response"]["id"].as_str().unwrap()
    );
    let lin = app.lin().await;
    let verified = lin.post(&path, json!({ "link_ids": ["lab.plt"] })).await;
    assert_eq!(verified.expect(201)[0]["link_id"], "lab.plt");
    let refused = lin.post(&path, json!({ "link_ids": ["lab.photo"] })).await;
    assert_eq!(refused.expect(422)["errors"][0]["pointer"], "/link_ids/0");
}

#[tokio::test]
async fn staff_fill_in_a_form_on_her_behalf() {
    let app = App::new().await;
    let mei = app.mei().await;
    let lin = app.lin().await;
    let path = format!("/patients/{}/responses", mei.patient_id);
    let body = json!({ "questionnaire": "pre-analgesia", "content": document(&app, json!({ "id.filled_by": "staff_help" })) });
    let stranger = app.stranger().await.post(&path, body.clone()).await;
    assert_eq!(stranger.status, 404);
    let entered = lin.post(&path, body).await.expect(201);
    assert_eq!(entered["response"]["status"], "completed");
    let read = format!("/responses/{}", entered["response"]["id"].as_str().unwrap());
    assert!(lin.get(&read).await.expect(200)["entered_by"].is_string());
    let survey = json!({ "questionnaire": "satisfaction", "content": {} });
    lin.post(&path, survey).await.expect(404);
}
