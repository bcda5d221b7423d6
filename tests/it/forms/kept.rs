//! Of what a client sends only the answers are kept.

use serde_json::json;

use super::{document, started};
use crate::support::App;

#[tokio::test]
async fn a_name_beside_the_answers_is_neither_kept_nor_given_out() {
    for app in App::each().await {
        let (mei, zhao) = (app.mei().await, app.zhao().await);
        let draft = started(&mei).await;
        let etag = draft.etag();
        let path = format!("/responses/{}", draft.expect(201)["id"].as_str().unwrap());
        let name = "某人的真名";
        let mut content = document(&app, json!({}));
        content["text"] = json!({ "status": "generated", "div": name });
        content["author"] = json!({ "display": name });
        content["identifier"] = json!({ "value": name });
        content["unheard-of"] = json!(name);
        content["item"][0]["text"] = json!(name);
        mei.put(&path, &etag, json!({ "content": content }))
            .await
            .expect(200);
        mei.post(&format!("{path}/submit"), json!({})).await.expect(200);
        let kept = mei.get(&path).await.expect(200);
        assert!(!kept.to_string().contains(name));
        assert!(kept["content"].get("unheard-of").is_none());
        let table = zhao
            .get("/responses/export?questionnaire=pre-analgesia&format=ndjson")
            .await;
        assert_eq!(table.status, 200);
        let text = String::from_utf8(table.bytes).unwrap();
        assert!(!text.contains(name) && text.contains("QuestionnaireResponse"));
        let read = mei
            .fhir()
            .get(&path.replace("/responses", "/QuestionnaireResponse"))
            .await;
        assert!(!read.expect(200).to_string().contains(name));
    }
}
