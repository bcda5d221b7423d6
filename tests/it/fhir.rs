//! The FHIR facade: forms, answers, women, her decisions and the journal in the words of the standard, with the rights of
//! the two APIs.

mod answers;
mod consents;
mod failures;
mod reading;

use serde_json::Value;

use crate::support::App;
use crate::support::client::{Answer, Client};
use crate::support::walk;

/// The facade speaks FHIR.
#[track_caller]
pub fn resource(answer: Answer) -> Value {
    assert_eq!(
        answer.header("content-type").as_deref(),
        Some("application/fhir+json")
    );
    answer.expect(200)
}

/// The codes of an `OperationOutcome` with their severity and place.
#[track_caller]
pub fn issues(outcome: &Value) -> Vec<(String, String, String)> {
    assert_eq!(outcome["resourceType"], "OperationOutcome", "{outcome}");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = outcome["issue"].as_array().unwrap().iter();
    all.map(|issue| {
        (
            text(&issue["severity"]),
            text(&issue["details"]["coding"][0]["code"]),
            text(&issue["expression"][0]),
        )
    })
    .collect()
}

/// The resources of a page.
#[track_caller]
pub fn found(bundle: &Value) -> Vec<&Value> {
    assert_eq!(bundle["type"], "searchset", "{bundle}");
    let entries = bundle["entry"].as_array();
    entries
        .into_iter()
        .flatten()
        .map(|entry| &entry["resource"])
        .collect()
}

/// Where a page says that the next one is.
pub fn next(bundle: &Value) -> Option<String> {
    let links = bundle["link"].as_array().unwrap();
    let link = links.iter().find(|link| link["relation"] == "next")?;
    let url = link["url"].as_str().unwrap();
    Some(url.split_once(muan::fhir::BASE).unwrap().1.to_owned())
}

/// She submits what a healthy woman answers, changed: the id of her answers.
pub async fn answered(app: &App, mei: &Client, changes: Value) -> String {
    let begin = serde_json::json!({ "questionnaire": "pre-analgesia" });
    let draft = mei.post("/responses", begin).await;
    let id = draft.body["id"].as_str().unwrap().to_owned();
    let path = format!("/responses/{id}");
    let body = serde_json::json!({ "content": document(app, changes) });
    mei.put(&path, &draft.etag(), body).await.expect(200);
    mei.post(&format!("{path}/submit"), serde_json::json!({}))
        .await
        .expect(200);
    id
}

/// What a healthy woman answers to the assessment, changed.
pub fn document(app: &App, changes: Value) -> Value {
    let answers = walk::healthy(&walk::mei(app), changes);
    let entry = app.ctx.content.forms.current("pre-analgesia").unwrap();
    let mut document = entry.form.response_from_flat(&answers);
    document["status"] = "completed".into();
    document
}
