//! What midwives read off the pump, and what else they note down without the anesthesiologist.

use serde_json::{Value, json};

use super::{Ward, admission, emergency};
use crate::support::App;

/// A block with a bag whose counters nobody has written down.
fn running() -> Value {
    let mut body = emergency();
    body["pump"] = json!({
        "modes": ["pcea"], "drug": "ropivacaine", "concentration_percent": "0.08", "bolus_volume_ml": "8",
        "lockout_min": 15, "hourly_limit_ml_h": "30", "started_at": "2026-03-02T00:46:00Z",
        "reservoir": { "label": "0.08% ropivacaine", "batch": "B-1", "expires_on": "2027-01-01" }
    });
    body
}

fn read(time: &str, ml: &str, demands: i64, delivered: i64) -> Value {
    json!({
        "observed_at": format!("2026-03-02T{time}:00Z"), "total_given_ml": ml, "pca_demands": demands,
        "pca_delivered": delivered
    })
}

impl Ward {
    async fn lacks(&self, pointer: &str) -> bool {
        let chart = self.lin.get(&self.path("")).await.expect(200);
        chart["missing"].as_array().unwrap().contains(&json!(pointer))
    }

    /// Local anesthetics in all, mg.
    async fn sum(&self) -> Value {
        let chart = self.lin.get(&self.path("")).await.expect(200);
        chart["totals"]["local_anesthetic_mg"].clone()
    }
}

#[tokio::test]
async fn a_midwife_reads_the_pump_and_the_sums_and_what_is_missing_follow() {
    for app in App::each().await {
        let ward = Ward::of(app).await;
        ward.record(running()).await.expect(200);
        assert_eq!(ward.sum().await, "10", "the loading dose");
        let first = ward.observe(read("00:50", "5.5", 2, 1)).await.expect(201);
        let seen = &first["observations"][0];
        assert_eq!(seen["total_given_ml"], "5.5");
        assert_eq!(
            (&seen["pca_demands"], &seen["pca_delivered"]),
            (&json!(2), &json!(1))
        );
        assert_eq!(seen["alarms"], json!([]));
        ward.observe(read("00:58", "25", 4, 3)).await.expect(201);
        assert_eq!(ward.sum().await, "30", "and 25 ml of 0.08 %");
        let stop = json!({
            "stop_at": "2026-03-02T00:59:00Z", "reason": "request", "local_anesthetic_mg": "30", "opioid_ug": "0"
        });
        ward.zhao.post(&ward.path("/stop"), stop).await.expect(201);
        for member in ["given_ml", "pca_demands", "pca_delivered"] {
            let pointer = format!("/analgesia/pump/{member}");
            assert!(!ward.lacks(&pointer).await, "{member}");
        }
        let chart = ward.lin.get(&ward.path("")).await.expect(200);
        assert_eq!(chart["totals"]["differs"], json!([]));
    }
}

#[tokio::test]
async fn a_reading_that_was_not_so_or_is_of_the_bag_before_counts_for_nothing() {
    let ward = Ward::open().await;
    let mut body = running();
    body["pump"]["given_ml"] = json!("5");
    ward.record(body.clone()).await.expect(200);
    let slip = ward.observe(read("00:50", "250", 0, 0)).await.expect(201);
    assert_eq!(ward.sum().await, "210");
    let wrong = json!({
        "target": slip["observations"][0]["id"], "reason": "看错小数点", "observation": read("00:50", "25", 0, 0)
    });
    ward.lin.post(&ward.path("/corrections"), wrong).await.expect(201);
    assert_eq!(ward.sum().await, "30");
    let mut first = body["pump"].clone();
    first["given_ml"] = json!("50");
    body["earlier_pumps"] = json!([first]);
    body["pump"]["reservoir"]["batch"] = json!("B-2");
    body["pump"]["started_at"] = json!("2026-03-02T00:56:00Z");
    body["pump"]["given_ml"] = json!("0");
    ward.record(body).await.expect(200);
    assert_eq!(ward.sum().await, "50", "10 by hand and 40 of the first bag");
    ward.observe(read("00:58", "5", 0, 0)).await.expect(201);
    assert_eq!(ward.sum().await, "54");
}

#[tokio::test]
async fn more_boluses_than_presses_are_refused_and_a_strange_counter_is_confirmed_and_looked_at() {
    let ward = Ward::open().await;
    ward.record(running()).await.expect(200);
    let refused = ward.observe(read("00:50", "5", 3, 4)).await.expect(422);
    assert_eq!(refused["code"], "http.invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/observations/0/pca_delivered");
    assert_eq!(refused["errors"][0]["code"], "inconsistent");
    let mut strange = read("00:50", "2001", 501, 4);
    let refused = ward.observe(strange.clone()).await.expect(422);
    let named: Vec<&Value> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|fault| fault["code"] == "unconfirmed")
        .map(|fault| &fault["pointer"])
        .collect();
    assert_eq!(
        named,
        ["/observations/0/pca_demands", "/observations/0/total_given_ml"]
    );
    strange["confirmed"] = json!(true);
    strange["confirmed_reason"] = json!("泵的计数器没有清零");
    let taken = ward.observe(strange).await.expect(201);
    assert_eq!(taken["observations"][0]["alarms"], json!(["out_of_range"]));
}

#[tokio::test]
async fn streptococci_and_antibiotics_are_noted_at_admission_where_they_are_known() {
    let ward = Ward::open().await;
    let chart = ward.lin.get(&ward.path("")).await.expect(200);
    assert!(chart["admission"].get("gbs").is_none());
    let mistake = json!({ "reason": "cancelled" });
    ward.lin.post(&ward.path("/close"), mistake).await.expect(201);
    let mut body = admission(&ward.mei.patient_id);
    body["gbs"] = json!(true);
    body["antibiotics"] = json!(false);
    let labor = ward.lin.post("/labors", body).await.expect(201);
    let path = format!("/labors/{}", labor["id"].as_str().unwrap());
    let chart = ward.lin.get(&path).await.expect(200);
    assert_eq!(chart["admission"]["gbs"], true);
    assert_eq!(chart["admission"]["antibiotics"], false);
}

#[tokio::test]
async fn after_trouble_with_the_catheter_the_length_that_came_out_is_asked_for() {
    let ward = Ward::open().await;
    let mut record = emergency();
    record["catheter_at"] = json!("2026-03-02T00:42:00Z");
    ward.record(record).await.expect(200);
    let mut stop = json!({
        "stop_at": "2026-03-02T00:50:00Z", "reason": "request", "catheter_removed_at": "2026-03-02T00:52:00Z",
        "tip_intact": true
    });
    ward.zhao
        .post(&ward.path("/stop"), stop.clone())
        .await
        .expect(201);
    let pointer = "/stop/catheter_removed_cm";
    assert!(!ward.lacks(pointer).await);
    let trouble = json!({ "code": "catheter_problem", "onset_at": "2026-03-02T00:48:00Z", "severity": 1 });
    ward.lin
        .post(&ward.path("/complications"), trouble)
        .await
        .expect(201);
    assert!(ward.lacks(pointer).await);
    stop["catheter_removed_cm"] = json!("-1");
    let refused = ward
        .zhao
        .post(&ward.path("/stop"), stop.clone())
        .await
        .expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/catheter_removed_cm");
    stop["catheter_removed_cm"] = json!("88.5");
    ward.zhao.post(&ward.path("/stop"), stop).await.expect(201);
    assert!(!ward.lacks(pointer).await);
    let chart = ward.lin.get(&ward.path("")).await.expect(200);
    assert_eq!(chart["stop"]["catheter_removed_cm"], "88.5");
}
