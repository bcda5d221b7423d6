//! What is written later than it happened, or was not so: whatever hangs on it follows.

use serde_json::{Value, json};

use super::{Ward, birth, emergency};

fn seen(time: &str, values: Value) -> Value {
    let mut body = json!({ "observed_at": format!("2026-03-02T{time}:00Z") });
    for (key, value) in values.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

impl Ward {
    /// The alarms for something: those that wait, and those that are over.
    async fn alarms_for(&self, code: &str) -> (usize, usize) {
        self.app.work().await;
        let chart = self.lin.get(&self.path("")).await.expect(200);
        let alarms = chart["alarms"].as_array().unwrap().iter();
        let about: Vec<bool> = alarms
            .filter(|alarm| alarm["codes"].as_array().unwrap().contains(&json!(code)))
            .map(|alarm| alarm["state"] == "closed")
            .collect();
        let closed = about.iter().filter(|closed| **closed).count();
        (about.len() - closed, closed)
    }

    async fn stops(&self, body: Value) -> Value {
        self.zhao.post(&self.path("/stop"), body).await.expect(201)
    }
}

#[tokio::test]
async fn scores_that_were_written_before_the_record_call_once_it_says_when_the_first_dose_was() {
    for app in crate::support::App::each().await {
        let ward = Ward::of(app).await;
        ward.app.clock.advance(85 * 60);
        for time in ["01:15", "01:45"] {
            ward.observe(seen(time, json!({ "nrs": 6 }))).await.expect(201);
        }
        assert_eq!(ward.alarms_for("no_relief").await, (0, 0));
        ward.record(emergency()).await.expect(200);
        assert_eq!(ward.alarms_for("no_relief").await, (1, 0));
        assert_eq!(ward.alarms_for("one_hour_pain").await, (1, 0));
        // The block was another woman's.
        ward.record(json!({ "correction_reason": "写到了别人的病历" }))
            .await
            .expect(200);
        assert_eq!(ward.alarms_for("no_relief").await, (0, 1));
    }
}

#[tokio::test]
async fn who_waited_while_the_block_of_another_stood_in_her_record_waits_on() {
    let ward = Ward::open().await;
    ward.lin
        .post(&ward.path("/requests"), json!({}))
        .await
        .expect(201);
    ward.record(emergency()).await.expect(200);
    ward.app.clock.advance(35 * 60);
    ward.app.work().await;
    assert_eq!(ward.tasks("analgesia.request").await, 0);
    ward.record(json!({ "correction_reason": "写到了别人的病历" }))
        .await
        .expect(200);
    assert_eq!(ward.tasks("analgesia.request").await, 1);
    assert_eq!(ward.alarms_for("unanswered").await, (1, 0));
}

#[tokio::test]
async fn a_pump_that_was_taken_off_the_record_has_run_until_analgesia_ended() {
    let ward = Ward::open().await;
    let mut body = emergency();
    body["pump"] = json!({
        "modes": ["pcea"], "drug": "ropivacaine", "concentration_percent": "0.08", "bolus_volume_ml": "8",
        "lockout_min": 15, "hourly_limit_ml_h": "30", "given_ml": "9",
        "reservoir": { "label": "0.08% ropivacaine", "batch": "B-1", "expires_on": "2027-01-01" }
    });
    ward.record(body).await.expect(200);
    ward.app.clock.advance(3600);
    ward.record(emergency()).await.expect(200);
    ward.stops(json!({ "stop_at": "2026-03-02T01:50:00Z", "reason": "request" }))
        .await;
    assert_eq!(
        ward.due("leg_raise").await.unwrap()["due_at"],
        "2026-03-02T05:50:00Z"
    );
}

#[tokio::test]
async fn what_was_given_before_she_was_moved_is_written_after_it() {
    let ward = Ward::open().await;
    let moved = json!({ "reason": "transferred" });
    ward.lin.post(&ward.path("/close"), moved).await.expect(201);
    ward.record(emergency()).await.expect(200);
    ward.observe(seen("00:50", json!({ "sbp": 118 })))
        .await
        .expect(201);
    ward.app.work().await;
    let points = ward.lin.get("/follow-ups?state=upcoming").await.expect(200);
    assert!(
        !points["items"].as_array().unwrap().is_empty(),
        "she is followed up"
    );
    // A labor that was opened by mistake takes nothing.
    let ward = Ward::open().await;
    let mistake = json!({ "reason": "cancelled" });
    ward.lin.post(&ward.path("/close"), mistake).await.expect(201);
    assert_eq!(ward.record(emergency()).await.code(), "analgesia.labor_closed");
}

#[tokio::test]
async fn pain_of_before_she_left_calls_nobody_and_weak_legs_do() {
    let ward = Ward::open().await;
    ward.app.clock.advance(85 * 60);
    let moved = json!({ "reason": "transferred" });
    ward.lin.post(&ward.path("/close"), moved).await.expect(201);
    for (time, values) in [
        ("01:15", json!({ "nrs": 7 })),
        ("01:45", json!({ "nrs": 7, "bromage": 2 })),
    ] {
        ward.observe(seen(time, values)).await.expect(201);
    }
    ward.record(emergency()).await.expect(200);
    for code in ["no_relief", "one_hour_pain"] {
        assert_eq!(ward.alarms_for(code).await, (0, 0), "{code}");
    }
    assert_eq!(ward.alarms_for("motor_block").await, (1, 0));
}

#[tokio::test]
async fn nobody_is_called_to_place_a_new_catheter_where_analgesia_ended_or_a_score_was_not_so() {
    for end in ["pain", "stop", "correction", "birth"] {
        let ward = Ward::open().await;
        ward.record(emergency()).await.expect(200);
        ward.app.clock.advance(61 * 60);
        let first = ward.observe(seen("01:15", json!({ "nrs": 6 }))).await.expect(201);
        ward.observe(seen("01:45", json!({ "nrs": 6 }))).await.expect(201);
        match end {
            "stop" => {
                ward.stops(json!({ "stop_at": "2026-03-02T01:50:00Z", "reason": "request" }))
                    .await;
            }
            "correction" => {
                let body = json!({
                    "target": first["observations"][0]["id"], "reason": "录错了",
                    "observation": seen("01:15", json!({ "nrs": 2 }))
                });
                ward.lin.post(&ward.path("/corrections"), body).await.expect(201);
            }
            "birth" => {
                ward.deliver(birth()).await.expect(200);
            }
            _ => {}
        }
        ward.app.clock.advance(40 * 60);
        let called = ward.alarms_for("resiting_due").await;
        assert_eq!(called, (usize::from(end == "pain"), 0), "{end}");
    }
}

#[tokio::test]
async fn an_alarm_is_over_where_what_it_was_compared_with_was_not_so() {
    let ward = Ward::open().await;
    let slip = seen("00:44", json!({ "sbp": 159, "baseline": true }));
    let slip = ward.observe(slip).await.expect(201);
    ward.observe(seen("00:50", json!({ "sbp": 120 })))
        .await
        .expect(201);
    assert_eq!(ward.alarms_for("hypotension").await, (1, 0));
    let body = json!({
        "target": slip["observations"][0]["id"], "reason": "录错了",
        "observation": seen("00:44", json!({ "sbp": 118, "baseline": true }))
    });
    ward.lin.post(&ward.path("/corrections"), body).await.expect(201);
    assert_eq!(ward.alarms_for("hypotension").await, (0, 1));
}

#[tokio::test]
async fn legs_and_a_tip_call_once_and_no_more_where_they_were_well_after_all() {
    let ward = Ward::open().await;
    let mut record = emergency();
    record["catheter_at"] = json!("2026-03-02T00:42:00Z");
    ward.record(record).await.expect(200);
    let mut stop = json!({
        "stop_at": "2026-03-02T00:50:00Z", "reason": "request", "catheter_removed_at": "2026-03-02T00:52:00Z",
        "tip_intact": false, "leg_raise": "unable", "leg_raise_at": "2026-03-02T00:55:00Z"
    });
    ward.stops(stop.clone()).await;
    let chart = ward.lin.get(&ward.path("")).await.expect(200);
    let alarm = chart["alarms"][0]["id"].as_str().unwrap().to_owned();
    let close = ward.path(&format!("/alarms/{alarm}/close"));
    let outcome = json!({ "outcome": "已取出断端" });
    ward.zhao.post(&close, outcome).await.expect(201);
    stop["first_void_at"] = json!("2026-03-02T00:56:00Z");
    ward.stops(stop.clone()).await;
    assert_eq!(ward.alarms_for("catheter_tip").await, (0, 1));
    // Tried again, they do not rise again; and that was a slip.
    stop["leg_raise_at"] = json!("2026-03-02T00:57:00Z");
    ward.stops(stop.clone()).await;
    assert_eq!(ward.alarms_for("leg_raise").await, (1, 1));
    stop["leg_raise"] = json!("able");
    stop["correction_reason"] = json!("录错了");
    ward.stops(stop).await;
    assert_eq!(ward.alarms_for("leg_raise").await, (0, 2));
}

#[tokio::test]
async fn a_dose_that_follows_weak_legs_ends_no_alarm_about_them() {
    let ward = Ward::open().await;
    let mut record = emergency();
    ward.record(record.clone()).await.expect(200);
    ward.stops(json!({ "stop_at": "2026-03-02T00:50:00Z", "reason": "request" }))
        .await;
    ward.app.clock.advance(4 * 3600);
    ward.observe(seen("04:50", json!({ "bromage": 1 })))
        .await
        .expect(201);
    assert_eq!(ward.alarms_for("lasting_block").await, (1, 0));
    let mut more = record["doses"][0].clone();
    more["given_at"] = json!("2026-03-02T04:55:00Z");
    more["loading"] = json!(false);
    record["doses"].as_array_mut().unwrap().push(more);
    ward.record(record).await.expect(200);
    assert_eq!(ward.alarms_for("lasting_block").await, (1, 0));
}

#[tokio::test]
async fn a_test_dose_that_was_negative_after_all_calls_nobody() {
    let ward = Ward::open().await;
    let mut body = emergency();
    body["test_dose"] = json!({
        "drug": "lidocaine", "amount": "45", "given_at": "2026-03-02T00:43:00Z", "result": "positive_iv"
    });
    ward.record(body.clone()).await.expect(200);
    assert_eq!(ward.alarms_for("test_dose").await, (1, 0));
    body["test_dose"]["result"] = json!("negative");
    body["correction_reason"] = json!("录错了");
    ward.record(body).await.expect(200);
    assert_eq!(ward.alarms_for("test_dose").await, (0, 1));
}

#[tokio::test]
async fn a_dose_beyond_the_limits_asks_for_one_second_person_and_not_for_each_dose_after_it() {
    let ward = Ward::open().await;
    let word = json!({ "act": "analgesia.record", "subject": ward.labor });
    let word = ward.lin.post("/attestations", word).await.expect(201);
    let mut body = emergency();
    body["technique"] = json!("spinal_single");
    body["doses"] = json!([{
        "given_at": "2026-03-02T00:45:00Z", "drug": "sufentanil", "route": "intrathecal", "use": "labor", "amount": "12"
    }]);
    body["given_outside_limits"] = json!({ "reason": "抽药错误", "attestation": word["attestation"] });
    ward.record(body.clone()).await.expect(200);
    body["given_outside_limits"] = json!({ "reason": "抽药错误" });
    let more = json!({
        "given_at": "2026-03-02T00:50:00Z", "drug": "ephedrine", "route": "intravenous", "use": "treatment", "amount": "6"
    });
    body["doses"].as_array_mut().unwrap().push(more);
    ward.record(body.clone()).await.expect(200);
    body["doses"][0]["amount"] = json!("13");
    body["correction_reason"] = json!("核对安瓿");
    let refused = ward.record(body).await;
    assert_eq!(refused.code(), "people.second_person_required");
}

#[tokio::test]
async fn her_bladder_is_due_from_when_she_passed_urine() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    ward.app.clock.advance(210 * 60);
    let void = seen("04:20", json!({ "last_void_at": "2026-03-02T00:50:00Z" }));
    ward.observe(void).await.expect(201);
    let due = ward.due("bladder").await.unwrap();
    assert_eq!(
        (&due["due_at"], &due["overdue_at"]),
        (&json!("2026-03-02T03:50:00Z"), &json!("2026-03-02T04:50:00Z"))
    );
}

#[tokio::test]
async fn with_a_wide_window_the_score_of_half_an_hour_is_none_of_one_hour() {
    let ward = Ward::open().await;
    crate::quality::edges::set(ward.app.wu().await, "one_hour_window_min", json!(30)).await;
    ward.record(emergency()).await.expect(200);
    ward.app.clock.advance(61 * 60);
    ward.observe(seen("01:15", json!({ "nrs": 6 }))).await.expect(201);
    assert!(ward.due("one_hour_pain").await.is_some());
    ward.observe(seen("01:45", json!({ "nrs": 6 }))).await.expect(201);
    assert!(ward.due("one_hour_pain").await.is_none());
    assert_eq!(ward.alarms_for("no_relief").await, (1, 0));
}

#[tokio::test]
async fn weak_legs_at_the_end_call_as_they_do_in_between() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    let mut stop = json!({
        "stop_at": "2026-03-02T00:50:00Z", "reason": "request", "bromage": 1, "bromage_explanation": "药效未过"
    });
    ward.stops(stop.clone()).await;
    assert_eq!(ward.alarms_for("motor_block").await, (1, 0));
    stop["bromage"] = json!(3);
    stop["correction_reason"] = json!("再次检查");
    ward.stops(stop.clone()).await;
    let chart = ward.lin.get(&ward.path("")).await.expect(200);
    let alarms = chart["alarms"].as_array().unwrap();
    assert!(alarms.iter().any(|alarm| alarm["urgent"] == true), "{chart}");
    stop["bromage"] = json!(0);
    stop["correction_reason"] = json!("录到了另一位产妇名下");
    ward.stops(stop).await;
    assert_eq!(ward.alarms_for("motor_block").await.0, 0);
}

#[tokio::test]
async fn legs_that_nobody_tried_call_until_they_are_or_somebody_says_why_not() {
    for app in crate::support::App::each().await {
        let ward = Ward::of(app).await;
        ward.record(emergency()).await.expect(200);
        ward.deliver(birth()).await.expect(200);
        ward.app.clock.advance(5 * 3600);
        assert_eq!(ward.alarms_for("leg_raise_due").await, (1, 0));
        let zhao = ward.app.zhao().await;
        let tasks = zhao.get("/tasks").await.expect(200);
        let items = tasks["items"].as_array().unwrap();
        let task = items.iter().find(|task| task["kind"] == "analgesia.leg_raise");
        let done = format!("/tasks/{}/done", task.unwrap()["id"].as_str().unwrap());
        assert_eq!(
            zhao.post(&done, json!(null)).await.code(),
            "episode.task_of_alarm"
        );
        let chart = ward.app.lin().await.get(&ward.path("")).await.expect(200);
        let alarms = chart["alarms"].as_array().unwrap();
        let alarm = alarms.iter().find(|one| one["codes"] == json!(["leg_raise_due"]));
        let close = format!("/alarms/{}/close", alarm.unwrap()["id"].as_str().unwrap());
        let outcome = json!({ "outcome": "已转院，电话核对双下肢活动正常" });
        zhao.post(&ward.path(&close), outcome).await.expect(201);
        ward.app.work().await;
        ward.app.clock.advance(30 * 60);
        ward.app.work().await;
        let zhao = ward.app.zhao().await;
        let chart = zhao.get(&ward.path("")).await.expect(200);
        let open = |chart: &Value| chart["alarms"].to_string().contains("\"open\"");
        assert!(!open(&chart), "one that was seen to calls nobody again: {chart}");
    }
}

#[tokio::test]
async fn legs_that_are_tried_late_end_the_call() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    ward.deliver(birth()).await.expect(200);
    ward.app.clock.advance(5 * 3600);
    ward.app.work().await;
    let zhao = ward.app.zhao().await;
    let stop = json!({
        "stop_at": "2026-03-02T00:59:00Z", "reason": "delivered", "leg_raise": "able",
        "leg_raise_at": "2026-03-02T05:55:00Z"
    });
    zhao.post(&ward.path("/stop"), stop).await.expect(201);
    let chart = zhao.get(&ward.path("")).await.expect(200);
    assert_eq!(chart["alarms"][0]["codes"], json!(["leg_raise_due"]));
    assert_eq!(chart["alarms"][0]["state"], "closed");
    assert_eq!(chart["alarms"][0]["outcome"], "over");
}
