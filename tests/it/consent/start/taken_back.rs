//! A birth or a time-out that was another woman's, and a block that is written up after the birth.

use serde_json::json;

use super::{Ceremony, Ward, dose};

#[tokio::test]
async fn a_birth_that_was_none_brings_no_consent_back_and_asks_for_another_one() {
    let ward = Ward::running().await;
    let ceremony = &ward.ceremony;
    ward.is_born().await;
    assert_eq!(ceremony.state().await, "fulfilled");
    let chart = ward.lin.get(&ward.path("")).await.expect(200);
    let wrong = json!({ "target": chart["delivery"]["id"], "reason": "是另一位产妇" });
    ward.lin.post(&ward.path("/corrections"), wrong).await.expect(201);
    ceremony.app.work().await;
    assert_eq!(ceremony.state().await, "fulfilled");
    let asked = ceremony.tasks_of(&ceremony.zhao, "consent.renew_admission").await;
    assert_eq!(asked.len(), 1);
    let draft = ceremony
        .mei
        .post("/consent-requests", json!({}))
        .await
        .expect(201);
    let ward = ward.short(&draft["id"]).await;
    let ceremony = &ward.ceremony;
    ceremony.becomes_active(4).await;
    ceremony.app.work().await;
    let page = ceremony.mei.get(&ceremony.path("")).await.expect(200);
    assert!(
        page["started_at"].is_string(),
        "it carries what is under way: {page}"
    );
    let asked = ceremony.tasks_of(&ceremony.zhao, "consent.renew_admission").await;
    assert!(asked.is_empty());
}

#[tokio::test]
async fn a_block_that_is_written_up_after_the_birth_was_done_on_the_consent_of_its_time_out() {
    let ward = Ward::of(Ceremony::active().await).await;
    let ceremony = &ward.ceremony;
    ceremony.is_confirmed().await;
    ward.time_out().await.expect(201);
    let begun = ceremony.app.clock.now();
    ceremony.app.clock.advance(20 * 60);
    ward.is_born().await;
    assert_eq!(
        ceremony.state().await,
        "active",
        "it waits for what was done on it"
    );
    ceremony.app.clock.advance(10 * 60);
    let body = json!({ "first_dose_at": begun, "puncture_at": begun, "doses": [dose(begun)] });
    ward.record("epidural", body).await.expect(200);
    assert_eq!(ceremony.state().await, "fulfilled");
}

#[tokio::test]
async fn a_time_out_that_was_another_womans_carries_no_block() {
    let ward = Ward::of(Ceremony::active().await).await;
    let ceremony = &ward.ceremony;
    ceremony.is_confirmed().await;
    let held = ward.time_out().await.expect(201);
    let wrong = json!({ "target": held["id"], "reason": "核对的是另一位产妇" });
    let path = ward.path("/corrections");
    ward.lin.post(&path, wrong.clone()).await.expect(403);
    let correction = ceremony.zhao.post(&path, wrong).await.expect(201);
    assert_eq!(correction["kind"], "time_out");
    let chart = ward.lin.get(&ward.path("")).await.expect(200);
    assert_eq!(chart["time_outs"], json!([]));
    let history = ward.lin.get(&ward.path("/history")).await.expect(200);
    assert_eq!(history["time_outs"][0]["id"], held["id"]);
    let record = ward.record("epidural", json!({})).await;
    assert_eq!(record.code(), "analgesia.time_out_missing");
    ward.time_out().await.expect(201);
    ward.record("epidural", json!({})).await.expect(200);
}
