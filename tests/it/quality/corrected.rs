//! What was entered in error counts in no figure and is offered no more.

use serde_json::{Value, json};

use crate::analgesia::{Ward, birth, emergency};

async fn pain(ward: &Ward) -> (Value, Value) {
    let qian = ward.app.qian().await;
    let figures = qian
        .get("/indicators?from=2026-03-01&to=2026-03-31")
        .await
        .expect(200);
    let items = figures["items"].as_array().unwrap();
    let literal = items.iter().find(|row| row["code"] == "N2-lit").unwrap();
    (literal["numerator"].clone(), literal["denominator"].clone())
}

async fn offered(ward: &Ward) -> usize {
    let offers = ward
        .app
        .qian()
        .await
        .get("/adverse-events/offers")
        .await
        .expect(200);
    offers["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn what_was_entered_in_error_counts_no_more() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    ward.app.clock.advance(70 * 60);
    let score = json!({ "observed_at": "2026-03-02T01:44:00Z", "nrs": 3 });
    let score = ward.observe(score).await.expect(201)["observations"][0]["id"].clone();
    let puncture = json!({
        "code": "adp", "onset_at": "2026-03-02T00:50:00Z", "severity": 2, "adp_next": "resited_epidural",
    });
    let zhao = ward.app.zhao().await;
    let puncture = zhao
        .post(&ward.path("/complications"), puncture)
        .await
        .expect(201)["id"]
        .clone();
    let mut born = birth();
    born["babies"][0]["born_at"] = json!("2026-03-02T02:00:00Z");
    let etag = ward.lin.get(&ward.path("")).await.etag();
    ward.app.clock.advance(60 * 60);
    ward.lin
        .put(&ward.path("/delivery"), &etag, born)
        .await
        .expect(200);
    assert_eq!(pain(&ward).await, (json!(1), json!(1)));
    assert_eq!(offered(&ward).await, 1);

    for target in [score, puncture] {
        let body = json!({ "target": target, "reason": "录错了" });
        ward.lin.post(&ward.path("/corrections"), body).await.expect(201);
    }
    assert_eq!(pain(&ward).await, (json!(0), json!(1)));
    assert_eq!(offered(&ward).await, 0);
}

#[tokio::test]
async fn a_birth_that_was_another_womans_counts_in_no_figure_and_offers_nothing() {
    for app in crate::support::App::each().await {
        let ward = Ward::of(app).await;
        ward.record(emergency()).await.expect(200);
        ward.app.clock.advance(70 * 60);
        let score = json!({ "observed_at": "2026-03-02T01:44:00Z", "nrs": 3 });
        ward.observe(score).await.expect(201);
        ward.app.clock.advance(60 * 60);
        let mut born = birth();
        born["babies"][0]["born_at"] = json!("2026-03-02T02:00:00Z");
        born["babies"][0]["apgar1"] = json!(2);
        let etag = ward.lin.get(&ward.path("")).await.etag();
        let put = ward.lin.put(&ward.path("/delivery"), &etag, born.clone()).await;
        let chart = put.expect(200);
        assert_eq!(pain(&ward).await, (json!(1), json!(1)));
        assert_eq!(offered(&ward).await, 1);
        let wrong = json!({ "target": chart["delivery"]["id"], "reason": "是另一位产妇" });
        ward.lin.post(&ward.path("/corrections"), wrong).await.expect(201);
        assert_eq!(pain(&ward).await, (json!(0), json!(0)));
        assert_eq!(offered(&ward).await, 0);

        born["babies"][0]["apgar1"] = json!(9);
        let etag = ward.lin.get(&ward.path("")).await.etag();
        ward.lin
            .put(&ward.path("/delivery"), &etag, born)
            .await
            .expect(200);
        assert_eq!(pain(&ward).await, (json!(1), json!(1)));
        assert_eq!(offered(&ward).await, 0);
    }
}
