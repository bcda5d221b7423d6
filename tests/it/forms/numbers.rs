//! Numbers that the parser could not hold: refused where they stand, never read as others.

use serde_json::json;

use super::{document, started};
use crate::support::App;

#[tokio::test]
async fn a_number_that_would_change_is_refused_at_its_answer() {
    let app = App::new().await;
    let mei = app.mei().await;
    let draft = started(&mei).await;
    let etag = draft.etag();
    let path = format!("/responses/{}", draft.expect(201)["id"].as_str().unwrap());
    let body = json!({ "content": document(&app, json!({ "preg.weight_kg": 71.5 })) });
    let text = body.to_string().replacen("71.5", "71.49999999999999999", 1);
    let url = format!("/api/patient/v1{path}");
    let request = poem::Request::builder()
        .method(poem::http::Method::PUT)
        .uri_str(&url)
        .header("authorization", mei.bearer())
        .header("if-match", &etag)
        .content_type("application/json")
        .body(text);
    let refused = mei.answer(request, url).await.expect(422);
    assert_eq!(refused["errors"][0]["code"], "invalidAnswerType");
    assert_eq!(refused["errors"][0]["link_id"], "preg.weight_kg");
    mei.put(&path, &etag, body).await.expect(200);
}
