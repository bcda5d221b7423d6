//! Alarms: what is derived from what was seen, who takes one, what came of it, what happens when nobody does.

use serde_json::{Value, json};

use super::{Ward, emergency};

/// An observation at a time of the day, confirmed.
fn seen(time: &str, values: Value) -> Value {
    let mut body = json!({ "observed_at": format!("2026-03-02T{time}:00Z"), "confirmed": true });
    for (key, value) in values.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

impl Ward {
    async fn sees(&self, time: &str, values: Value) -> Value {
        self.observe(seen(time, values)).await.expect(201)
    }

    async fn alarms(&self) -> Vec<Value> {
        let chart = self.lin.get(&self.path("")).await.expect(200);
        chart["alarms"].as_array().unwrap().clone()
    }

    /// The codes of the alarms that are not closed, in their order.
    async fn codes(&self) -> Vec<String> {
        let open = self.alarms().await;
        let open = open.iter().filter(|alarm| alarm["state"] != "closed");
        let codes = open.flat_map(|alarm| alarm["codes"].as_array().unwrap().clone());
        codes.map(|code| code.as_str().unwrap().to_owned()).collect()
    }

    fn alarm(&self, alarm: &Value, rest: &str) -> String {
        self.path(&format!("/alarms/{}/{rest}", alarm["id"].as_str().unwrap()))
    }
}

#[tokio::test]
async fn an_alarm_is_taken_and_closed_with_what_came_of_it() {
    let ward = Ward::open().await;
    ward.sees("00:50", json!({ "spo2": 88 })).await;
    let alarm = ward.alarms().await.remove(0);
    assert_eq!(
        alarm["codes"],
        json!(["low_saturation", "respiratory_depression"])
    );
    assert_eq!(alarm["proposed"], json!(["respiratory_depression"]));
    assert_eq!(alarm["urgent"], true);
    // It calls the anesthesiologist and nobody else.
    let refused = ward.lin.post(&ward.alarm(&alarm, "take"), json!(null)).await;
    refused.expect(403);
    let taken = ward
        .zhao
        .post(&ward.alarm(&alarm, "take"), json!(null))
        .await
        .expect(201);
    assert_eq!(taken["state"], "taken");
    assert!(taken["taken_by"].is_string());
    let close = ward.alarm(&alarm, "close");
    let empty = ward.zhao.post(&close, json!({ "outcome": "" })).await.expect(422);
    assert_eq!(empty["errors"][0]["pointer"], "/outcome");
    let closed = ward
        .zhao
        .post(&close, json!({ "outcome": "吸氧后恢复" }))
        .await
        .expect(201);
    assert_eq!(closed["outcome"], "吸氧后恢复");
    assert_eq!(ward.tasks("analgesia.alarm").await, 0);
    let again = ward.zhao.post(&close, json!({ "outcome": "再次关闭" })).await;
    assert_eq!(again.code(), "analgesia.alarm_closed");
    let stranger = ward.app.stranger().await;
    stranger
        .post(&close, json!({ "outcome": "别家医院" }))
        .await
        .expect(404);
}

#[tokio::test]
async fn an_alarm_that_nobody_takes_goes_to_the_next_on_call_and_to_the_duty_officer() {
    let ward = Ward::open().await;
    ward.sees("00:50", json!({ "spo2": 88 })).await;
    ward.app.clock.advance(11 * 60);
    ward.app.work().await;
    let alarm = ward.alarms().await.remove(0);
    assert_eq!(alarm["step"], 1);
    let called = alarm["called"].as_array().unwrap().len();
    assert!(called >= 1);
    ward.app.clock.advance(10 * 60);
    ward.app.work().await;
    let alarm = ward.alarms().await.remove(0);
    assert_eq!(alarm["step"], 2);
    assert!(
        alarm["called"].as_array().unwrap().len() > called,
        "the duty officer is called"
    );
    ward.sees("01:20", json!({ "rr": 40 })).await;
    let second = ward.alarms().await.remove(1);
    ward.zhao
        .post(&ward.alarm(&second, "take"), json!(null))
        .await
        .expect(201);
    ward.app.clock.advance(3600);
    ward.app.work().await;
    assert_eq!(ward.alarms().await[1]["step"], 0);
}

#[tokio::test]
async fn the_same_alarm_is_not_raised_twice_while_it_is_open() {
    let ward = Ward::open().await;
    ward.sees("00:50", json!({ "sbp": 88 })).await;
    let second = ward.sees("00:52", json!({ "sbp": 87 })).await;
    assert_eq!(second["observations"][0]["alarms"], json!(["hypotension"]));
    assert_eq!(ward.codes().await, ["hypotension"]);
    ward.sees("00:54", json!({ "sbp": 75 })).await;
    assert_eq!(ward.codes().await, ["hypotension", "hypotension"]);
    let last = ward.alarms().await.remove(1);
    assert_eq!(last["roles"], json!(["obstetrician", "anesthesiologist"]));
}

#[tokio::test]
async fn low_pressure_that_nobody_measures_again_is_called_out_after_ten_minutes() {
    let ward = Ward::open().await;
    ward.sees("00:58", json!({ "sbp": 85 })).await;
    ward.app.clock.advance(9 * 60);
    ward.app.work().await;
    assert_eq!(ward.codes().await, ["hypotension", "lasting_hypotension"]);
    let other = Ward::open().await;
    other.sees("00:58", json!({ "sbp": 85 })).await;
    other.sees("00:59", json!({ "sbp": 112 })).await;
    other.app.clock.advance(9 * 60);
    other.app.work().await;
    assert_eq!(other.codes().await, ["hypotension"]);
}

#[tokio::test]
async fn the_hospital_says_what_low_pressure_is() {
    let ward = Ward::open().await;
    let wu = ward.app.wu().await;
    let facility = wu.get("/facility").await;
    let etag = facility.etag();
    let mut body = facility.expect(200);
    body["settings"]["low_pressure"] = json!({ "below": 100, "fall_percent": 20 });
    let put = json!({ "name": body["name"], "phone": body["phone"], "settings": body["settings"] });
    wu.put("/facility", &etag, put.clone()).await.expect(200);
    ward.sees("00:50", json!({ "sbp": 98 })).await;
    assert_eq!(ward.codes().await, ["hypotension"]);
    let mut wrong = put;
    wrong["settings"]["low_pressure"] = json!({ "below": 60, "fall_percent": 20 });
    let etag = wu.get("/facility").await.etag();
    let refused = wu.put("/facility", &etag, wrong).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/settings/low_pressure/below");
}

#[tokio::test]
async fn a_row_that_is_entered_late_raises_what_the_later_one_now_means() {
    let ward = Ward::open().await;
    ward.sees("00:50", json!({ "fhr": 95 })).await;
    assert_eq!(ward.codes().await, ["fetal_heart"]);
    ward.sees("00:46", json!({ "fhr": 97 })).await;
    assert_eq!(ward.codes().await, ["fetal_heart", "fetal_bradycardia"]);
    let chart = ward.lin.get(&ward.path("")).await.expect(200);
    let rows = chart["observations"].as_array().unwrap();
    assert_eq!(rows[1]["alarms"], json!(["fetal_heart", "fetal_bradycardia"]));
    assert_eq!(rows[0]["alarms"], json!(["fetal_heart"]));
}

#[tokio::test]
async fn a_failed_block_asks_for_a_new_puncture_within_half_an_hour() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    let event = json!({ "code": "failed_block", "onset_at": "2026-03-02T00:55:00Z", "severity": 2 });
    ward.lin
        .post(&ward.path("/complications"), event)
        .await
        .expect(201);
    assert_eq!(ward.codes().await, ["complication"]);
    ward.app.clock.advance(26 * 60);
    ward.app.work().await;
    assert_eq!(ward.codes().await, ["complication", "resiting_due"]);
    // Another one, and it is done in time.
    let event = json!({ "code": "hematoma", "onset_at": "2026-03-02T01:00:00Z", "severity": 3,
        "acted_at": "2026-03-02T01:10:00Z" });
    ward.lin
        .post(&ward.path("/complications"), event)
        .await
        .expect(201);
    ward.app.clock.advance(4 * 3600);
    ward.app.work().await;
    assert!(!ward.codes().await.contains(&"imaging_due".to_owned()));
    ward.app.clock.advance(4 * 3600);
    ward.app.work().await;
    let (lin, codes) = (ward.app.lin().await, ward.path(""));
    let chart = lin.get(&codes).await.expect(200);
    assert!(chart["alarms"].to_string().contains("decompression_due"));
}

#[tokio::test]
async fn a_block_without_relief_at_half_an_hour_and_at_one_hour_is_named() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    ward.app.clock.advance(50 * 60);
    ward.sees("01:15", json!({ "nrs": 6, "vas_context": "contraction" }))
        .await;
    ward.sees("01:45", json!({ "nrs": 5, "vas_context": "contraction" }))
        .await;
    assert_eq!(ward.codes().await, ["one_hour_pain", "no_relief"]);
    let alarm = ward.alarms().await.remove(0);
    assert_eq!(alarm["proposed"], json!(["failed_block"]));
}

#[tokio::test]
async fn what_comes_back_calls_again_though_the_first_alarm_was_taken_and_never_closed() {
    let ward = Ward::open().await;
    ward.sees("00:40", json!({ "sbp": 75 })).await;
    let first = ward.alarms().await.remove(0);
    let take = ward.alarm(&first, "take");
    ward.zhao.post(&take, json!(null)).await.expect(201);
    // It lasts: whoever took it is there.
    ward.sees("00:42", json!({ "sbp": 78 })).await;
    ward.sees("00:43", json!({ "hr": 90 })).await;
    ward.sees("00:44", json!({ "sbp": 79 })).await;
    assert_eq!(ward.codes().await, ["hypotension"]);
    ward.sees("00:46", json!({ "sbp": 112 })).await;
    ward.sees("00:55", json!({ "sbp": 75 })).await;
    assert_eq!(ward.codes().await, ["hypotension", "hypotension"]);
    let again = ward.alarms().await.remove(1);
    assert_eq!(
        (&again["state"], &again["urgent"]),
        (&json!("open"), &json!(true))
    );
}

#[tokio::test]
async fn the_task_of_an_alarm_ends_with_its_alarm_and_is_not_ticked_off() {
    let ward = Ward::open().await;
    ward.sees("00:50", json!({ "spo2": 88 })).await;
    let tasks = ward.zhao.get("/tasks").await.expect(200);
    let items = tasks["items"].as_array().unwrap().iter();
    let task = items
        .clone()
        .find(|task| task["kind"] == "analgesia.alarm")
        .unwrap();
    assert_eq!(task["labor"], ward.labor.as_str());
    let done = format!("/tasks/{}/done", task["id"].as_str().unwrap());
    let refused = ward.zhao.post(&done, json!({})).await;
    assert_eq!(refused.code(), "episode.task_of_alarm");
    ward.app.clock.advance(11 * 60);
    ward.app.work().await;
    assert_eq!(ward.alarms().await[0]["step"], 1);
}

#[tokio::test]
async fn the_duty_officer_has_a_task_and_may_take_the_alarm_that_nobody_took() {
    let ward = Ward::open().await;
    ward.sees("00:50", json!({ "spo2": 88 })).await;
    let alarm = ward.alarms().await.remove(0);
    let qian = ward.app.qian().await;
    let officer = |tasks: Value| {
        let items = tasks["items"].as_array().unwrap().clone();
        let mut own = items
            .into_iter()
            .filter(|task| task["kind"] == "analgesia.alarm_officer");
        own.next()
    };
    qian.post(&ward.alarm(&alarm, "take"), json!(null))
        .await
        .expect(403);
    ward.app.clock.advance(11 * 60);
    ward.app.work().await;
    assert_eq!(ward.tasks("analgesia.alarm_next").await, 1);
    assert!(officer(qian.get("/tasks").await.expect(200)).is_none());
    ward.app.clock.advance(10 * 60);
    ward.app.work().await;
    let task = officer(qian.get("/tasks").await.expect(200)).unwrap();
    assert_eq!((&task["urgent"], &task["subject"]), (&json!(true), &alarm["id"]));
    assert_eq!(task["roles"], json!(["quality"]));
    assert_eq!(
        task["labor"],
        ward.labor.as_str(),
        "it leads to where the alarm is taken"
    );
    let taken = qian
        .post(&ward.alarm(&alarm, "take"), json!(null))
        .await
        .expect(201);
    assert_eq!(taken["state"], "taken");
    assert!(officer(qian.get("/tasks").await.expect(200)).is_none());
    assert_eq!(ward.tasks("analgesia.alarm_next").await, 0);
    // What came of it is said by those who treat her.
    let close = ward.alarm(&alarm, "close");
    qian.post(&close, json!({ "outcome": "已联系" }))
        .await
        .expect(403);
}

#[tokio::test]
async fn a_slow_fetal_heart_that_nobody_enters_again_calls_the_anesthesiologist_as_well() {
    let ward = Ward::open().await;
    ward.sees("00:58", json!({ "fhr": 80 })).await;
    assert_eq!(ward.alarms().await[0]["roles"], json!(["obstetrician"]));
    ward.app.clock.advance(2 * 60);
    ward.app.work().await;
    assert_eq!(ward.codes().await, ["fetal_heart", "fetal_bradycardia"]);
    let called = ward.alarms().await.remove(1);
    assert_eq!(called["roles"], json!(["obstetrician", "anesthesiologist"]));
    assert_eq!(called["urgent"], true);
    // Not as slow: ten minutes. Back in time: nobody.
    let other = Ward::open().await;
    other.sees("00:58", json!({ "fhr": 105 })).await;
    other.app.clock.advance(7 * 60);
    other.app.work().await;
    assert_eq!(other.codes().await, ["fetal_heart"]);
    other.app.clock.advance(60);
    other.app.work().await;
    assert_eq!(other.codes().await, ["fetal_heart", "fetal_bradycardia"]);
    let third = Ward::open().await;
    third.sees("00:58", json!({ "fhr": 80 })).await;
    third.sees("00:59", json!({ "fhr": 130 })).await;
    third.app.clock.advance(15 * 60);
    third.app.work().await;
    assert_eq!(third.codes().await, ["fetal_heart"]);
}
