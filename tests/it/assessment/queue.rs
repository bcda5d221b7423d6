//! The order of the queue, and who may overrule what.

use serde_json::{Value, json};

use super::{only, queue};
use crate::forms::submit;
use crate::support::App;
use crate::support::client::Client;

async fn names(client: &Client) -> Vec<String> {
    let items = queue(client, "").await;
    items
        .iter()
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn the_queue_goes_by_urgency_and_then_by_due_time() {
    for app in App::each().await {
        let (mei, bai) = (app.mei().await, app.bai().await);
        // Mei has a fortnight, Bai, who comes later, a week.
        let mine = submit(&app, &mei, json!({})).await;
        app.clock.advance(60);
        submit(&app, &bai, json!({ "lab.plt": 60 })).await;
        let sun = app.sun().await;
        assert_eq!(names(&sun).await, ["白如雪", "梅秀英"]);
        let items = queue(&sun, "").await;
        let due = |at: usize| items[at]["review"]["due_at"].as_str().unwrap().to_owned();
        assert!(due(0) < due(1));
        // Now something of Mei's is urgent.
        let id = mine["response"]["id"].as_str().unwrap();
        let path = format!("/responses/{id}/amendments");
        let begun = mei.post(&path, json!({ "reason": "今天没感觉到胎动" })).await;
        let etag = begun.etag();
        let draft = begun.expect(201);
        let path = format!("/responses/{}", draft["id"].as_str().unwrap());
        let content = crate::forms::document(&app, json!({ "preg.fetal_movement": "absent" }));
        mei.put(&path, &etag, json!({ "content": content }))
            .await
            .expect(200);
        mei.post(&format!("{path}/submit"), json!({})).await.expect(200);
        assert_eq!(names(&sun).await, ["梅秀英", "白如雪"]);
    }
}

#[tokio::test]
async fn only_an_anesthesiologist_overrules_an_absolute_finding_and_says_why_and_what_is_planned() {
    let app = App::new().await;
    let mei = app.mei().await;
    submit(&app, &mei, json!({ "lab.plt": 49 })).await;
    let (zhao, sun) = (app.zhao().await, app.sun().await);
    let decision = format!("{}/decision", only(&sun).await);
    let mut body = json!({
        "outcome": "cleared_with_conditions", "conditions": "入院复查血小板", "reason": "稳定的妊娠期血小板减少",
        "summary": "入院后先抽血，结果好就可以用分娩镇痛。",
        "plan": { "technique": "spinal", "asa_class": 2, "anticoagulation": "无", "notes": "由高年资医生操作" },
    });
    let refused = sun.post(&decision, body.clone()).await;
    assert_eq!(refused.code(), "assessment.needs_anesthesiologist");
    body["reason"] = Value::Null;
    let refused = zhao.post(&decision, body.clone()).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/reason");
    body["reason"] = json!("稳定的妊娠期血小板减少");
    let record = zhao.post(&decision, body).await.expect(200);
    let decided = &record["decisions"][0];
    assert_eq!(decided["reason"], "稳定的妊娠期血小板减少");
    assert_eq!(decided["plan"]["notes"], "由高年资医生操作");
    assert_eq!(decided["by_role"], "anesthesiologist");
    // An obstetrician may still say that it is not suitable, or ask for more.
    let more = json!({ "outcome": "more_information", "summary": "请补一份血常规。" });
    let record = sun.post(&decision, more).await.expect(200);
    assert_eq!(record["review"]["state"], "more_information");
    assert_eq!(record["decisions"].as_array().unwrap().len(), 2, "both are kept");
}
