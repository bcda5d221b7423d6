//! Answers that were entered in error: marked with a reason, and nothing that followed from them counts.

use serde_json::{Value, json};

use super::{document, submit};
use crate::support::App;
use crate::support::cast::Woman;
use crate::support::client::{Answer, Client};

const REASON: &str = "录到了另一位孕妇名下。";

async fn withdraw(client: &Client, id: &Value) -> Answer {
    let path = format!("/responses/{}/entered-in-error", id.as_str().unwrap());
    client.post(&path, json!({ "reason": REASON })).await
}

/// Staff file the assessment for her: the answer to it.
async fn filed(app: &App, lin: &Client, mei: &Woman, other: Value) -> Value {
    let body = json!({ "questionnaire": "pre-analgesia", "content": document(app, other) });
    let path = format!("/patients/{}/responses", mei.patient_id);
    lin.post(&path, body).await.expect(201)
}

async fn queue(client: &Client) -> Vec<Value> {
    let list = client.get("/reviews").await.expect(200);
    list["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn misfiled_answers_are_marked_and_she_is_asked_again() {
    for app in App::each().await {
        let (mei, lin, zhao) = (app.mei().await, app.lin().await, app.zhao().await);
        let answered = filed(&app, &lin, &mei, json!({ "lab.plt": 49 })).await;
        let id = &answered["response"]["id"];
        assert_eq!(queue(&zhao).await.len(), 1);
        assert_eq!(mei.get("/forms").await.expect(200)[0]["state"], "done");
        let review = format!(
            "/reviews/{}",
            queue(&zhao).await[0]["review"]["id"].as_str().unwrap()
        );
        let no = json!({ "outcome": "not_suitable", "summary": "血小板太低。" });
        zhao.post(&format!("{review}/decision"), no.clone())
            .await
            .expect(200);

        let marked = withdraw(&lin, id).await.expect(200);
        assert_eq!(marked["status"], "entered_in_error");
        assert_eq!(marked["entered_in_error"]["reason"], REASON);
        assert_eq!(marked["content"]["status"], "entered-in-error");
        app.work().await;
        assert_eq!(queue(&zhao).await, [] as [Value; 0]);
        assert_eq!(mei.get("/forms").await.expect(200)[0]["state"], "open");
        let refused = zhao.post(&format!("{review}/decision"), no).await;
        assert_eq!(refused.code(), "forms.entered_in_error");
        let refused = withdraw(&lin, id).await;
        assert_eq!(refused.code(), "forms.entered_in_error");
        refused.expect(409);

        // The right answers are filed, and what was decided on the wrong ones binds nobody.
        filed(&app, &lin, &mei, json!({})).await;
        let items = queue(&zhao).await;
        assert_eq!((items.len(), &items[0]["review"]["level"]), (1, &json!("none")));
        let record = zhao
            .get(&format!(
                "/reviews/{}",
                items[0]["review"]["id"].as_str().unwrap()
            ))
            .await
            .expect(200);
        assert_eq!(record["decisions"], json!([]));
        let table = zhao
            .get("/responses/export?questionnaire=pre-analgesia&format=ndjson")
            .await;
        assert_eq!(String::from_utf8(table.bytes).unwrap().lines().count(), 1);
        let path = format!(
            "/QuestionnaireResponse?patient={}&status=entered-in-error",
            mei.patient_id
        );
        let found = lin.fhir().get(&path).await.expect(200);
        let entries = found["entry"].as_array().unwrap();
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0]["resource"]["id"], *id);
        assert_eq!(entries[0]["resource"]["status"], "entered-in-error");
    }
}

#[tokio::test]
async fn what_the_answers_replaced_stands_again_and_is_judged_again() {
    for app in App::each().await {
        let (mei, lin, zhao) = (app.mei().await, app.lin().await, app.zhao().await);
        let first = submit(&app, &mei, json!({ "lab.plt": 49 })).await["response"]["id"].clone();
        let path = format!("/responses/{}/amendments", first.as_str().unwrap());
        let draft = mei.post(&path, json!({ "reason": "抄错了" })).await;
        let etag = draft.etag();
        let second = draft.expect(201)["id"].clone();
        let path = format!("/responses/{}", second.as_str().unwrap());
        let content = document(&app, json!({ "lab.plt": 200 }));
        mei.put(&path, &etag, json!({ "content": content }))
            .await
            .expect(200);
        mei.post(&format!("{path}/submit"), json!({})).await.expect(200);
        assert_eq!(queue(&zhao).await[0]["review"]["level"], "none");
        let refused = withdraw(&lin, &first).await;
        assert_eq!(refused.code(), "forms.already_amended");

        withdraw(&lin, &second).await.expect(200);
        app.work().await;
        let items = queue(&zhao).await;
        assert_eq!(items.len(), 1);
        assert_eq!(items[0]["review"]["level"], "absolute");
        assert_eq!(items[0]["review"]["response_id"], first);
        let review = format!("/reviews/{}", items[0]["review"]["id"].as_str().unwrap());
        let record = zhao.get(&review).await.expect(200);
        assert_eq!(record["run"]["level"], "absolute");
        let stands = mei.get(&format!("/responses/{}", first.as_str().unwrap())).await;
        let stands = stands.expect(200);
        assert_eq!(
            (&stands["status"], &stands["amended_by"]),
            (&json!("completed"), &Value::Null)
        );
        // She may change it again.
        let path = format!("/responses/{}/amendments", first.as_str().unwrap());
        mei.post(&path, json!({ "reason": "再核对一次" }))
            .await
            .expect(201);
    }
}

#[tokio::test]
async fn only_submitted_answers_are_marked_and_with_a_reason() {
    let app = App::new().await;
    let (mei, lin) = (app.mei().await, app.lin().await);
    let draft = super::started(&mei).await.expect(201)["id"].clone();
    let refused = withdraw(&lin, &draft).await;
    assert_eq!(refused.code(), "forms.not_completed");
    let id = filed(&app, &lin, &mei, json!({})).await["response"]["id"].clone();
    let path = format!("/responses/{}/entered-in-error", id.as_str().unwrap());
    let refused = lin.post(&path, json!({ "reason": " " })).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/reason");
    withdraw(&app.wu().await, &id).await.expect(403);
    // The quality office marks replies to the survey, and nothing else.
    withdraw(&app.qian().await, &id).await.expect(404);
    let items = format!("/responses/{}/staff-items", id.as_str().unwrap());
    withdraw(&lin, &id).await.expect(200);
    let etag = lin
        .get(&format!("/responses/{}", id.as_str().unwrap()))
        .await
        .etag();
    let refused = lin
        .put(&items, &etag, json!({ "answers": { "lab.inr": 1.0 } }))
        .await;
    assert_eq!(refused.code(), "forms.entered_in_error");
}
