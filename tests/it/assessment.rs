//! What follows from her answers, the review queue, decisions.

mod board;
mod queue;
pub mod recheck;
mod vectors;

use serde_json::{Value, json};

use crate::forms::submit;
use crate::support::App;
use crate::support::client::Client;

pub async fn queue(client: &Client, query: &str) -> Vec<Value> {
    let page = client.get(&format!("/reviews{query}")).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

/// The path of the only review in the queue.
pub async fn only(client: &Client) -> String {
    let items = queue(client, "").await;
    assert_eq!(items.len(), 1);
    format!("/reviews/{}", items[0]["review"]["id"].as_str().unwrap())
}

pub fn finding<'a>(record: &'a Value, rule: &str) -> &'a Value {
    let findings = record["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["rule"] == rule).unwrap()
}

#[tokio::test]
async fn a_platelet_count_of_49_is_absolute_and_she_reads_no_word_of_contraindication() {
    for app in App::each().await {
        let mei = app.mei().await;
        let submitted = submit(&app, &mei, json!({ "lab.plt": 49 })).await;
        assert_eq!(submitted["told"]["level"], "absolute");
        assert!(!submitted.to_string().contains("禁忌"));
        let zhao = app.zhao().await;
        let record = zhao.get(&only(&zhao).await).await.expect(200);
        assert_eq!(record["review"]["level"], "absolute");
        let low = finding(&record, "R-PLT-1");
        assert_eq!(low["outcome"], "fired");
        assert_eq!(low["unverified"], json!(["lab.plt"]));
        assert_eq!(low["undecided"], true);
        assert_eq!(finding(&record, "R-PLT-8")["outcome"], "clear");
    }
}

#[tokio::test]
async fn what_is_urgent_stands_first_with_whom_to_call() {
    let app = App::new().await;
    let mei = app.mei().await;
    let bai = app.bai().await;
    submit(&app, &mei, json!({ "lab.plt": 49 })).await;
    let urgent = submit(&app, &bai, json!({ "preg.fetal_movement": "absent" })).await;
    assert_eq!(urgent["told"]["phone"], "010-12345678");
    assert!(urgent["told"]["lines"][1].as_str().unwrap().contains("120"));
    let sun = app.sun().await;
    let items = queue(&sun, "").await;
    assert_eq!(items[0]["name"], "白如雪");
    assert_eq!(items[0]["review"]["urgent"], true);
    let first = sun.get("/reviews?limit=1").await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = queue(&sun, &format!("?limit=1&cursor={cursor}")).await;
    assert_eq!(second[0]["name"], "梅秀英");
    assert!(queue(&app.stranger().await, "").await.is_empty());
    app.lin().await.get("/reviews").await.expect(403);
}

#[tokio::test]
async fn staff_items_change_the_level_and_a_contradiction_is_refused() {
    let app = App::new().await;
    let mei = app.mei().await;
    let submitted = submit(&app, &mei, json!({})).await;
    let path = format!(
        "/responses/{}/staff-items",
        submitted["response"]["id"].as_str().unwrap()
    );
    let lin = app.lin().await;
    let at = (app.clock.now() - chrono::Duration::hours(1)).to_rfc3339();
    let low = json!({ "answers": { "lab.fib": 0.9, "lab.coag_at": at } });
    lin.put_bare(&path, low.clone()).await.expect(428);
    let changed = lin.put(&path, "\"3\"", low).await;
    let etag = changed.etag();
    changed.expect(200);
    let zhao = app.zhao().await;
    let record = zhao.get(&only(&zhao).await).await.expect(200);
    assert_eq!(record["review"]["level"], "absolute");
    assert_eq!(finding(&record, "R-COA-5")["outcome"], "fired");
    assert_eq!(record["history"].as_array().unwrap().len(), 1);
    let wrong = json!({ "answers": { "stf.sbp": 90, "stf.dbp": 95, "stf.bp_at": at } });
    let refused = lin.put(&path, &etag, wrong).await;
    assert_eq!(refused.code(), "forms.response_invalid");
    let read = mei
        .get(path.strip_suffix("/staff-items").unwrap())
        .await
        .expect(200);
    assert!(!read.to_string().contains("lab.fib"), "staff items are staff's");
}

#[tokio::test]
async fn what_hangs_on_a_missing_answer_is_not_assessed() {
    let app = App::new().await;
    let mei = app.mei().await;
    submit(&app, &mei, json!({})).await;
    let zhao = app.zhao().await;
    let record = zhao.get(&only(&zhao).await).await.expect(200);
    assert_eq!(finding(&record, "R-COA-1")["outcome"], "not_assessed");
    assert_eq!(finding(&record, "R-COA-1")["missing"], json!(["lab.inr"]));
}

#[tokio::test]
async fn a_claim_keeps_others_away_for_half_an_hour() {
    let app = App::new().await;
    let mei = app.mei().await;
    submit(&app, &mei, json!({ "lab.plt": 60 })).await;
    let (zhao, he) = (app.zhao().await, app.he().await);
    let path = only(&zhao).await;
    let claim = format!("{path}/claim");
    assert_eq!(zhao.post(&claim, json!({})).await.expect(200)["state"], "claimed");
    assert_eq!(
        he.post(&claim, json!({})).await.code(),
        "assessment.claimed_by_another"
    );
    assert!(queue(&he, "?state=waiting").await.is_empty());
    app.clock.advance(30 * 60);
    assert_eq!(queue(&he, "?state=waiting").await.len(), 1);
    he.post(&claim, json!({})).await.expect(200);
}

#[tokio::test]
async fn an_obstetrician_clears_up_to_caution() {
    let app = App::new().await;
    let mei = app.mei().await;
    submit(&app, &mei, json!({ "lab.plt": 60 })).await;
    let (zhao, sun) = (app.zhao().await, app.sun().await);
    let decision = format!("{}/decision", only(&sun).await);
    let cleared = json!({ "outcome": "cleared", "summary": "可以使用分娩镇痛。" });
    assert_eq!(
        sun.post(&decision, cleared.clone()).await.code(),
        "assessment.needs_anesthesiologist"
    );
    let record = zhao.post(&decision, cleared).await.expect(200);
    assert_eq!(record["review"]["state"], "decided");
    assert_eq!(finding(&record, "R-PLT-2")["undecided"], false);
    assert_eq!(record["decisions"][0]["by_role"], "anesthesiologist");
}

#[tokio::test]
async fn overruling_an_absolute_finding_needs_a_reason() {
    let app = App::new().await;
    let mei = app.mei().await;
    submit(&app, &mei, json!({ "lab.plt": 49 })).await;
    let zhao = app.zhao().await;
    let decision = format!("{}/decision", only(&zhao).await);
    let body = json!({ "outcome": "cleared_with_conditions", "summary": "入院后再查血。" });
    let refused = zhao.post(&decision, body).await.expect(422);
    let pointers: Vec<&Value> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| &error["pointer"])
        .collect();
    assert_eq!(pointers, ["/conditions", "/reason"]);
    let body = json!({
        "outcome": "cleared_with_conditions", "summary": "入院后再查血。", "conditions": "入院复查血小板",
        "reason": "稳定的妊娠期血小板减少", "plan": { "technique": "spinal", "asa_class": 3 },
    });
    let record = zhao.post(&decision, body).await.expect(200);
    assert_eq!(record["decisions"][0]["plan"]["technique"], "spinal");
    let notices = mei.get("/me/notices").await.expect(200);
    assert!(notices.to_string().contains("review_done"));
}

#[tokio::test]
async fn nobody_of_another_hospital_sees_or_decides() {
    let app = App::new().await;
    let mei = app.mei().await;
    submit(&app, &mei, json!({})).await;
    let path = only(&app.zhao().await).await;
    let stranger = app.stranger().await;
    stranger.get(&path).await.expect(404);
    stranger
        .post(&format!("{path}/claim"), json!({}))
        .await
        .expect(404);
    let body = json!({ "outcome": "cleared", "summary": "可以。" });
    stranger.post(&format!("{path}/decision"), body).await.expect(404);
}
