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

/// A colleague's word for the decision on a review.
async fn word(colleague: &Client, decision: &str) -> Value {
    let id = decision.split('/').nth(2).unwrap();
    let body = json!({ "act": "assessment.decide", "subject": id });
    let word = colleague.post("/attestations", body).await.expect(201);
    word["attestation"].clone()
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
    // A second doctor vouches for it; a midwife can't, nor whoever decides.
    for colleague in [&app.lin().await, &zhao] {
        body["attestation"] = word(colleague, &decision).await;
        let refused = zhao.post(&decision, body.clone()).await;
        assert_eq!(refused.code(), "people.second_person_required");
    }
    body["attestation"] = word(&sun, &decision).await;
    let record = zhao.post(&decision, body).await.expect(200);
    let decided = &record["decisions"][0];
    assert_eq!(decided["second_by"], sun.get("/me").await.expect(200)["id"]);
    assert_eq!(decided["reason"], "稳定的妊娠期血小板减少");
    assert_eq!(decided["plan"]["notes"], "由高年资医生操作");
    assert_eq!(decided["by_role"], "anesthesiologist");
    // An obstetrician may still say that it is not suitable, or ask for more.
    let more = json!({ "outcome": "more_information", "summary": "请补一份血常规。" });
    let record = sun.post(&decision, more).await.expect(200);
    assert_eq!(record["review"]["state"], "more_information");
    assert_eq!(record["decisions"].as_array().unwrap().len(), 2, "both are kept");
}

#[tokio::test]
async fn a_due_date_that_is_another_than_she_answered_makes_a_doctor_look_again() {
    for app in App::each().await {
        let (mei, zhao) = (app.mei().await, app.zhao().await);
        submit(&app, &mei, json!({})).await;
        let review = only(&zhao).await;
        let cleared = json!({ "outcome": "cleared", "summary": "可以使用分娩镇痛。" });
        zhao.post(&format!("{review}/decision"), cleared)
            .await
            .expect(200);
        let facility = mei.get("/me").await.expect(200)["facility_id"].clone();
        let redated = async |days: i64| {
            let edd = (app.clock.now() + chrono::Duration::days(days)).date_naive();
            let body =
                json!({ "facility_id": facility, "edd": edd, "gravidity": 1, "parity": 0, "fetuses": 1 });
            mei.put("/me/pregnancy", "*", body).await.expect(200);
            app.work().await;
        };
        let tasks = async || {
            let tasks = zhao.get("/tasks?limit=100").await.expect(200);
            let about = |task: &&Value| task["kind"] == "assessment.review";
            tasks["items"].as_array().unwrap().iter().filter(about).count()
        };
        redated(49).await;
        assert_eq!(tasks().await, 0, "nothing changed");
        redated(28).await;
        assert_eq!(tasks().await, 1);
        assert_eq!(queue(&zhao, "").await[0]["review"]["state"], "waiting");
        redated(27).await;
        assert_eq!(tasks().await, 1, "the same task");
    }
}
