//! What was given: beyond the limits, from one bag after the other, into the spinal fluid; and the legs after the last
//! dose.

use serde_json::{Value, json};

use super::{Ward, birth, emergency};

/// A program of ropivacaine from one bag.
fn bag(batch: &str, given_ml: &str) -> Value {
    json!({
        "modes": ["pcea"], "drug": "ropivacaine", "concentration_percent": "0.08", "bolus_volume_ml": "8",
        "lockout_min": 15, "hourly_limit_ml_h": "30", "given_ml": given_ml,
        "reservoir": { "label": "0.08% ropivacaine", "batch": batch, "expires_on": "2027-01-01" }
    })
}

fn with(pump: Value) -> Value {
    let mut body = emergency();
    body["pump"] = pump;
    body
}

/// A single dose into the spinal fluid, nothing more.
fn spinal() -> Value {
    let mut body = emergency();
    body["technique"] = json!("spinal_single");
    body["doses"] = json!([{
        "given_at": "2026-03-02T00:45:00Z", "drug": "sufentanil", "route": "intrathecal", "use": "labor", "amount": "5"
    }]);
    body
}

#[tokio::test]
async fn what_was_given_beyond_the_limits_comes_before_the_quality_office_once() {
    let ward = Ward::open().await;
    let word = json!({ "act": "analgesia.record", "subject": ward.labor });
    let word = ward.lin.post("/attestations", word).await.expect(201);
    let mut body = spinal();
    body["doses"][0]["amount"] = json!("12");
    body["given_outside_limits"] = json!({ "reason": "抽药错误", "attestation": word["attestation"] });
    ward.record(body.clone()).await.expect(200);
    body["given_outside_limits"] = json!({ "reason": "抽药错误" });
    body["blood"] = json!(false);
    ward.record(body).await.expect(200);
    ward.app.work().await;
    let qian = ward.app.qian().await;
    let reports = qian.get("/adverse-events").await.expect(200);
    let mut told = 0;
    for report in reports["items"].as_array().unwrap() {
        let path = format!("/adverse-events/{}", report["id"].as_str().unwrap());
        let whole = qian.get(&path).await.expect(200);
        if whole.to_string().contains("硬性限值") {
            assert_eq!(whole["class"], "III", "it reached her");
            assert_eq!(whole["category"], "wrong_drug_dose_route_or_patient");
            told += 1;
        }
    }
    assert_eq!(told, 1, "{reports}");
}

#[tokio::test]
async fn a_bag_that_is_replaced_stays_in_the_record() {
    let ward = Ward::open().await;
    ward.record(with(bag("B-1", "90"))).await.expect(200);
    let chart = ward.record(with(bag("B-2", "5"))).await.expect(200);
    let earlier = &chart["analgesia"]["earlier_pumps"];
    assert_eq!(earlier[0]["reservoir"]["batch"], "B-1");
    assert_eq!(earlier[0]["given_ml"], "90");
    let chart = ward.record(with(bag("B-2", "20"))).await.expect(200);
    assert_eq!(chart["analgesia"]["earlier_pumps"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_catheter_reported_in_the_spinal_fluid_stops_the_pump() {
    let ward = Ward::open().await;
    ward.record(with(bag("B-1", "9"))).await.expect(200);
    let event = json!({
        "code": "adp", "onset_at": "2026-03-02T00:50:00Z", "severity": 2, "adp_next": "intrathecal_catheter"
    });
    ward.lin
        .post(&ward.path("/complications"), event)
        .await
        .expect(201);
    let refused = ward.record(with(bag("B-1", "12"))).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/pump");
    assert_eq!(refused["errors"][0]["code"], "intrathecal_catheter");
    let chart = ward.record(emergency()).await.expect(200);
    assert_eq!(chart["analgesia"]["earlier_pumps"][0]["given_ml"], "9");
}

#[tokio::test]
async fn legs_that_nobody_checked_are_called_out_though_nobody_wrote_down_the_end() {
    let ward = Ward::open().await;
    ward.record(spinal()).await.expect(200);
    ward.app.clock.advance(4 * 3600);
    ward.app.work().await;
    assert_eq!(ward.tasks("analgesia.leg_raise").await, 0);
    ward.app.clock.advance(16 * 60);
    ward.app.work().await;
    assert_eq!(ward.tasks("analgesia.leg_raise").await, 1);
    let reason = json!({ "reason": "discharged" });
    let (zhao, lin) = (ward.app.zhao().await, ward.app.lin().await);
    lin.post(&ward.path("/close"), reason).await.expect(201);
    let checked = json!({
        "stop_at": "2026-03-02T01:00:00Z", "reason": "request", "leg_raise": "able", "leg_raise_at": "2026-03-02T05:00:00Z"
    });
    zhao.post(&ward.path("/stop"), checked).await.expect(201);
    let tasks = zhao.get("/tasks").await.expect(200);
    assert!(!tasks.to_string().contains("analgesia.leg_raise"), "{tasks}");
}

#[tokio::test]
async fn weak_legs_four_hours_after_a_pump_that_nobody_stopped_are_urgent() {
    let ward = Ward::open().await;
    ward.record(with(bag("B-1", "9"))).await.expect(200);
    ward.deliver(birth()).await.expect(200);
    ward.app.clock.advance(4 * 3600);
    for (time, lasts) in [("04:57", false), ("04:58", true)] {
        let weak = json!({ "observed_at": format!("2026-03-02T{time}:00Z"), "bromage": 1 });
        let seen = ward.observe(weak).await.expect(201);
        let alarms = &seen["observations"][0]["alarms"];
        assert_eq!(
            alarms.to_string().contains("lasting_block"),
            lasts,
            "{time}: {alarms}"
        );
    }
}

#[tokio::test]
async fn a_bag_counts_over_the_hours_until_analgesia_ended() {
    let mut ward = Ward::open().await;
    let mut body = with(bag("B-1", "600"));
    body["pump"]["started_at"] = json!("2026-03-02T00:45:00Z");
    ward.app.clock.advance(48 * 3600);
    ward.zhao = ward.app.zhao().await;
    ward.lin = ward.app.lin().await;
    // 480 mg over two days, as far as anybody knows.
    ward.record(body.clone()).await.expect(200);
    let stop = json!({ "stop_at": "2026-03-02T12:45:00Z", "reason": "request" });
    ward.zhao.post(&ward.path("/stop"), stop).await.expect(201);
    let refused = ward.record(body.clone()).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/doses/ropivacaine_24h");
    body["confirmed"] = json!(["/doses/ropivacaine_24h"]);
    body["confirmed_reason"] = json!("已与药房核对");
    ward.record(body).await.expect(200);
}

#[tokio::test]
async fn the_end_of_a_labor_without_a_block_is_not_written_after_it_was_closed() {
    let ward = Ward::open().await;
    let reason = json!({ "reason": "cancelled" });
    ward.lin.post(&ward.path("/close"), reason).await.expect(201);
    let stop = json!({ "stop_at": "2026-03-02T01:00:00Z", "reason": "request" });
    let refused = ward.zhao.post(&ward.path("/stop"), stop).await;
    assert_eq!(refused.code(), "analgesia.labor_closed");
}

#[tokio::test]
async fn the_sums_at_the_end_are_compared_with_doses_and_bags() {
    let ward = Ward::open().await;
    ward.record(with(bag("B-1", "50"))).await.expect(200);
    let stop = json!({
        "stop_at": "2026-03-02T00:59:00Z", "reason": "request", "local_anesthetic_mg": "80", "opioid_ug": "0"
    });
    ward.zhao.post(&ward.path("/stop"), stop).await.expect(201);
    let chart = ward.lin.get(&ward.path("")).await.expect(200);
    // 10 mg by hand and 50 ml of 0.08 %.
    assert_eq!(chart["totals"]["local_anesthetic_mg"], "50");
    assert_eq!(chart["totals"]["differs"], json!(["/stop/local_anesthetic_mg"]));
}

#[tokio::test]
async fn what_is_seen_around_the_first_dose_and_what_the_pump_gave_is_missing_until_it_is_there() {
    let ward = Ward::open().await;
    let mut body = with(bag("R-118", "0"));
    body["pump"].as_object_mut().unwrap().remove("given_ml");
    ward.record(body.clone()).await.expect(200);
    let missing = async || {
        let chart = ward.lin.get(&ward.path("")).await.expect(200);
        let all = chart["missing"].as_array().unwrap().clone();
        let ours = |pointer: &&Value| {
            let pointer = pointer.as_str().unwrap();
            pointer.starts_with("/observations") || pointer.starts_with("/analgesia/pump")
        };
        all.iter().filter(ours).cloned().collect::<Vec<Value>>()
    };
    let [baseline, hour, left, right, context] = [
        "/observations/baseline/vas",
        "/observations/one_hour/vas",
        "/observations/block_level_left",
        "/observations/block_level_right",
        "/observations/vas_context",
    ]
    .map(Value::from);
    let level = [left, right];
    assert_eq!(missing().await, [&[baseline, hour.clone()], &level[..]].concat());
    ward.app.clock.advance(50 * 60);
    let seen = |time: &str, body: Value| {
        let mut body = body;
        body["observed_at"] = json!(format!("2026-03-02T{time}:00Z"));
        body
    };
    let early = seen("00:44", json!({ "nrs": 8 }));
    ward.observe(early).await.expect(201);
    let rest = [&[hour], &level[..], std::slice::from_ref(&context)].concat();
    assert_eq!(missing().await, rest);
    let felt = json!({ "block_level_left": "T10", "block_level_right": "T10" });
    ward.observe(seen("01:10", felt)).await.expect(201);
    let scored = json!({ "nrs": 2, "vas_context": "contraction" });
    ward.observe(seen("01:44", scored)).await.expect(201);
    assert_eq!(missing().await, std::slice::from_ref(&context));
    let stop = json!({ "stop_at": "2026-03-02T01:49:00Z", "reason": "request" });
    ward.zhao.post(&ward.path("/stop"), stop).await.expect(201);
    let of_pump = |member: &str| json!(format!("/analgesia/pump/{member}"));
    assert_eq!(
        missing().await,
        [
            of_pump("given_ml"),
            of_pump("pca_demands"),
            of_pump("pca_delivered"),
            context.clone()
        ]
    );
    for (member, value) in [
        ("given_ml", json!("24")),
        ("pca_demands", json!(4)),
        ("pca_delivered", json!(3)),
    ] {
        body["pump"][member] = value;
    }
    ward.record(body).await.expect(200);
    assert_eq!(missing().await, [context]);
}

#[tokio::test]
async fn a_test_dose_in_the_wrong_place_calls_the_anesthesiologist_and_lets_no_program_run() {
    let ward = Ward::open().await;
    let mut body = with(bag("B-1", "0"));
    body["test_dose"] = json!({
        "given_at": "2026-03-02T00:42:00Z", "drug": "lidocaine", "amount": "45", "result": "positive_it"
    });
    body["doses"] = json!([]);
    let refused = ward.record(body.clone()).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/pump");
    assert_eq!(refused["errors"][0]["code"], "intrathecal_catheter");
    body.as_object_mut().unwrap().remove("pump");
    let chart = ward.record(body.clone()).await.expect(200);
    let alarm = &chart["alarms"][0];
    assert_eq!(alarm["codes"], json!(["test_dose"]));
    assert_eq!(alarm["urgent"], true);
    assert_eq!(alarm["roles"], json!(["anesthesiologist"]));
    body["blood"] = json!(false);
    let chart = ward.record(body).await.expect(200);
    assert_eq!(chart["alarms"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_runs_beyond_the_limits_after_a_first_word_needs_another_one() {
    let ward = Ward::open().await;
    let word = async || {
        let word = json!({ "act": "analgesia.record", "subject": ward.labor });
        ward.lin.post("/attestations", word).await.expect(201)["attestation"].clone()
    };
    let mut body = with(bag("B-1", "10"));
    body["interspace"] = json!("T12-L1");
    body["given_outside_limits"] = json!({ "reason": "触诊偏高一个间隙", "attestation": word().await });
    ward.record(body.clone()).await.expect(200);
    body["given_outside_limits"] = json!({ "reason": "触诊偏高一个间隙" });
    body["pump"]["given_ml"] = json!("1100");
    let refused = ward.record(body.clone()).await;
    assert_eq!(refused.code(), "people.second_person_required");
    body["given_outside_limits"]["attestation"] = word().await;
    ward.record(body).await.expect(200);
}

#[tokio::test]
async fn legs_that_rose_at_the_end_are_tried_again_after_four_hours() {
    let ward = Ward::open().await;
    ward.record(spinal()).await.expect(200);
    let mut stop = json!({
        "stop_at": "2026-03-02T00:59:00Z", "reason": "request", "leg_raise": "able", "leg_raise_at": "2026-03-02T00:59:00Z"
    });
    ward.zhao
        .post(&ward.path("/stop"), stop.clone())
        .await
        .expect(201);
    let legs = |chart: &Value| {
        let due = chart["due"].as_array().unwrap();
        due.iter().any(|due| due["what"] == "leg_raise")
    };
    assert!(legs(&ward.lin.get(&ward.path("")).await.expect(200)));
    ward.app.clock.advance(4 * 3600);
    stop["leg_raise_at"] = json!("2026-03-02T04:40:00Z");
    ward.zhao.post(&ward.path("/stop"), stop).await.expect(201);
    assert!(!legs(&ward.lin.get(&ward.path("")).await.expect(200)));
}
