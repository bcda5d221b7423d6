//! What is refused before any answer is judged.

use poem::http::Method;
use serde_json::json;

use super::{document, started, submit};
use crate::support::App;
use crate::support::client::{Client, fresh_key};

/// A body as it stands, byte for byte.
async fn raw(client: &Client, method: Method, path: &str, etag: &str, body: String) -> (u16, String) {
    let key = fresh_key();
    let headers = [("if-match", etag), ("idempotency-key", key.as_str())];
    let answer = client.send_text(method, path, &headers, Some(body)).await;
    let code = answer.body["code"].as_str().unwrap_or_default().to_owned();
    (answer.status, code)
}

#[tokio::test]
async fn a_member_that_stands_twice_is_malformed_wherever_answers_are_taken() {
    let app = App::new().await;
    let (mei, bai, lin) = (app.mei().await, app.bai().await, app.lin().await);
    let draft = started(&mei).await;
    let etag = draft.etag();
    let path = format!("/responses/{}", draft.expect(201)["id"].as_str().unwrap());
    let content = document(&app, json!({ "lab.plt": 187 })).to_string();
    let twice = content.replacen(
        "\"valueInteger\":187",
        "\"valueInteger\":18,\"valueInteger\":187",
        1,
    );
    assert_ne!(twice, content);
    let malformed = (400, "http.malformed".to_owned());
    let body = format!("{{\"content\":{twice}}}");
    assert_eq!(raw(&mei, Method::PUT, &path, &etag, body).await, malformed);
    let submitted = submit(&app, &bai, json!({})).await;
    // A number that no parser holds does not hide the twins behind it.
    let body = format!("{{\"note\":1e400,\"content\":{twice}}}");
    assert_eq!(raw(&mei, Method::PUT, &path, &etag, body).await, malformed);
    let items = format!(
        "/responses/{}/staff-items",
        submitted["response"]["id"].as_str().unwrap()
    );
    let body = "{\"answers\":{\"lab.fib\":2.9,\"lab.fib\":0.9}}".to_owned();
    assert_eq!(raw(&lin, Method::PUT, &items, "*", body).await, malformed);
    let enter = format!("/patients/{}/responses", mei.patient_id);
    let body = format!("{{\"questionnaire\":\"pre-analgesia\",\"content\":{twice}}}");
    assert_eq!(raw(&lin, Method::POST, &enter, "*", body).await, malformed);
    let (status, _) = raw(
        &mei.fhir(),
        Method::POST,
        "/QuestionnaireResponse/$validate",
        "*",
        twice,
    )
    .await;
    assert_eq!(status, 400);
    let untouched = mei.get(&path).await;
    assert_eq!(untouched.etag(), etag);
}

#[tokio::test]
async fn another_resource_is_malformed_and_a_huge_one_too_large() {
    let app = App::new().await;
    let (mei, lin) = (app.mei().await, app.lin().await);
    let draft = started(&mei).await;
    let etag = draft.etag();
    let path = format!("/responses/{}", draft.expect(201)["id"].as_str().unwrap());
    let mut other = document(&app, json!({}));
    other["resourceType"] = json!("Questionnaire");
    let refused = mei.put(&path, &etag, json!({ "content": other })).await;
    assert_eq!(refused.code(), "http.malformed");
    assert_eq!(
        refused.expect(400)["errors"][0]["pointer"],
        "/content/resourceType"
    );
    let mut huge = document(&app, json!({}));
    huge["text"] = json!({ "div": "长".repeat(256 << 10) });
    let refused = mei.put(&path, &etag, json!({ "content": huge })).await;
    assert_eq!(refused.code(), "http.too_large");
    refused.expect(413);
    let enter = format!("/patients/{}/responses", mei.patient_id);
    let body = json!({ "questionnaire": "pre-analgesia", "content": huge });
    lin.post(&enter, body).await.expect(413);
}
