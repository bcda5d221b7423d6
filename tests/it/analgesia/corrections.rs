//! What was written down and is not so; what was written down late; her own word on her pain.

use serde_json::{Value, json};

use super::{Ward, admission, birth, emergency};

impl Ward {
    async fn chart(&self) -> Value {
        self.lin.get(&self.path("")).await.expect(200)
    }

    async fn correct(&self, target: &Value, more: Value) -> Value {
        let mut body = json!({ "target": target, "reason": "录错了" });
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        self.lin.post(&self.path("/corrections"), body).await.expect(201)
    }
}

#[tokio::test]
async fn an_observation_is_corrected_by_a_new_one_and_the_old_one_stays_readable() {
    let ward = Ward::open().await;
    let typed = json!({ "observed_at": "2026-03-02T00:50:00Z", "sbp": 21, "confirmed": true });
    let taken = ward.observe(typed).await.expect(201);
    let first = taken["observations"][0]["id"].clone();
    let meant = json!({ "observed_at": "2026-03-02T00:50:00Z", "sbp": 121 });
    let correction = ward.correct(&first, json!({ "observation": meant })).await;
    assert_eq!(correction["kind"], "observation");
    let chart = ward.chart().await;
    let rows = chart["observations"].as_array().unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["sbp"], 121);
    assert_eq!(rows[0]["id"], correction["replacement"]);
    assert_eq!(chart["corrections"][0]["reason"], "录错了");
    let history = ward.lin.get(&ward.path("/history")).await.expect(200);
    let all: Vec<&Value> = history["observations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["sbp"])
        .collect();
    assert_eq!(all, [21, 121]);
    assert_eq!(history["corrections"][0]["target"], first);
    // It counts no longer, so it can't be corrected again.
    let again = json!({ "target": first, "reason": "再改一次" });
    let refused = ward.lin.post(&ward.path("/corrections"), again).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/target");
    let stranger = ward.app.stranger().await;
    stranger.get(&ward.path("/history")).await.expect(404);
}

#[tokio::test]
async fn a_score_of_one_hour_that_was_entered_in_error_is_due_again() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    ward.app.clock.advance(50 * 60);
    let score = json!({ "observed_at": "2026-03-02T01:44:00Z", "nrs": 3 });
    let taken = ward.observe(score).await.expect(201);
    let due = |chart: &Value| chart["due"].to_string().contains("one_hour_pain");
    assert!(!due(&ward.chart().await));
    let correction = ward.correct(&taken["observations"][0]["id"], json!({})).await;
    assert!(correction.get("replacement").is_none());
    assert!(due(&ward.chart().await));
    ward.app.work().await;
    let tasks = ward.lin.get("/tasks").await.expect(200);
    assert!(tasks.to_string().contains("analgesia.one_hour"));
}

#[tokio::test]
async fn a_request_that_nobody_made_takes_the_response_clock_back() {
    let ward = Ward::open().await;
    let asked = ward
        .lin
        .post(&ward.path("/requests"), json!({}))
        .await
        .expect(201);
    assert!(ward.chart().await["requested_at"].is_string());
    ward.correct(&asked["id"], json!({})).await;
    let chart = ward.chart().await;
    assert!(chart.get("requested_at").is_none());
    assert_eq!(chart["requests"], json!([]));
}

#[tokio::test]
async fn a_complication_that_was_treated_calls_nobody_again_and_stops_its_clock() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    let mut event = json!({ "code": "failed_block", "onset_at": "2026-03-02T00:55:00Z", "severity": 2 });
    let kept = ward
        .lin
        .post(&ward.path("/complications"), event.clone())
        .await
        .expect(201);
    event["outcome"] = json!("recovered");
    let body = json!({ "target": kept["id"], "reason": "已缓解", "complication": event });
    let refused = ward.lin.post(&ward.path("/corrections"), body).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/complication/resolved_at");
    event["resolved_at"] = json!("2026-03-02T00:59:00Z");
    ward.correct(&kept["id"], json!({ "complication": event })).await;
    let chart = ward.chart().await;
    assert_eq!(chart["complications"].as_array().unwrap().len(), 1);
    assert_eq!(chart["complications"][0]["outcome"], "recovered");
    assert_eq!(ward.tasks("analgesia.complication").await, 1);
    ward.app.clock.advance(31 * 60);
    ward.app.work().await;
    assert!(!ward.chart().await["alarms"].to_string().contains("resiting_due"));
    let seen = json!({ "observed_at": "2026-03-02T00:50:00Z", "hr": 80 });
    let body = json!({ "target": chart["complications"][0]["id"], "reason": "不对", "observation": seen });
    let refused = ward.lin.post(&ward.path("/corrections"), body).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/observation");
}

#[tokio::test]
async fn what_is_entered_after_a_time_without_network_keeps_its_time_and_is_marked() {
    let ward = Ward::open().await;
    let asked = json!({ "requested_at": "2026-03-02T00:20:00Z" });
    let asked = ward.lin.post(&ward.path("/requests"), asked).await.expect(201);
    assert_eq!(asked["requested_at"], "2026-03-02T00:20:00Z");
    assert_eq!(asked["late"], true);
    assert_eq!(ward.chart().await["requested_at"], "2026-03-02T00:20:00Z");
    let seen = |time: &str| json!({ "observed_at": format!("2026-03-02T{time}:00Z"), "hr": 80 });
    let late = ward.observe(seen("00:29")).await.expect(201);
    assert_eq!(late["observations"][0]["late"], true);
    let fresh = ward.observe(seen("00:31")).await.expect(201);
    assert_eq!(fresh["observations"][0]["late"], false);
    let later = json!({ "requested_at": "2026-03-02T03:00:00Z" });
    ward.lin.post(&ward.path("/requests"), later).await.expect(422);
}

#[tokio::test]
async fn a_dose_that_is_written_up_is_marked_by_itself() {
    let ward = Ward::open().await;
    let mut body = emergency();
    body["doses"][0]["late"] = json!(true);
    let chart = ward.record(body.clone()).await.expect(200);
    assert!(chart["analgesia"]["doses"][0].get("late").is_none(), "in time");
    ward.app.clock.advance(60 * 60);
    let forgotten = json!({
        "given_at": "2026-03-02T00:58:00Z", "drug": "ropivacaine", "route": "epidural", "use": "labor", "amount": "5",
        "volume_ml": "5", "concentration": "0.1"
    });
    body["doses"].as_array_mut().unwrap().push(forgotten);
    let chart = ward.record(body.clone()).await.expect(200);
    let marks = |chart: &Value| -> Vec<bool> {
        let doses = chart["analgesia"]["doses"].as_array().unwrap().iter();
        doses.map(|dose| dose["late"] == true).collect()
    };
    assert_eq!(marks(&chart), [false, true]);
    body["blood"] = json!(false);
    assert_eq!(marks(&ward.record(body).await.expect(200)), [false, true]);
}

#[tokio::test]
async fn an_admission_a_birth_and_an_end_that_are_written_up_are_marked_and_what_completes_them_is_not() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    ward.deliver(birth()).await.expect(200);
    let mut stop = json!({ "stop_at": "2026-03-02T00:59:00Z", "reason": "delivered" });
    let path = ward.path("/stop");
    let ended = ward.zhao.post(&path, stop.clone()).await.expect(201);
    assert_eq!(ended["late"], false);
    ward.app.clock.advance(45 * 60);
    stop["first_void_at"] = json!("2026-03-02T01:40:00Z");
    let ended = ward.zhao.post(&path, stop.clone()).await.expect(201);
    assert_eq!(ended["late"], false);
    let mut measured = birth();
    measured["babies"][0]["cord_be"] = json!("-3");
    let chart = ward.deliver(measured).await.expect(200);
    assert_eq!(chart["delivery"]["number"], 2);
    let marks = |chart: &Value| json!([chart["delivery"]["late"], chart["stop"]["late"]]);
    assert_eq!(marks(&chart), json!([false, false]));
    let bai = ward.app.bai().await;
    let admitted = ward
        .lin
        .post("/labors", admission(&bai.patient_id))
        .await
        .expect(201);
    assert_eq!(admitted["late"], true);
    let path = format!("/labors/{}", admitted["id"].as_str().unwrap());
    let etag = ward.lin.get(&path).await.etag();
    ward.lin
        .put(&format!("{path}/delivery"), &etag, birth())
        .await
        .expect(200);
    ward.zhao.post(&format!("{path}/stop"), stop).await.expect(201);
    let chart = ward.lin.get(&path).await.expect(200);
    assert_eq!(marks(&chart), json!([true, true]));
}

#[tokio::test]
async fn her_own_word_on_her_pain_calls_somebody_and_does_not_replace_the_score() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    ward.app.clock.advance(50 * 60);
    let said = ward
        .mei
        .post("/labors/current/pain", json!({ "vas": 6 }))
        .await
        .expect(201);
    assert_eq!(said["by_patient"], true);
    let chart = ward.chart().await;
    assert_eq!(chart["pain_reports"][0]["vas"], "6");
    assert!(chart["alarms"].to_string().contains("patient_pain"));
    assert!(chart["due"].to_string().contains("one_hour_pain"));
    let wrong = ward
        .mei
        .post("/labors/current/pain", json!({ "vas": 11 }))
        .await
        .expect(422);
    assert_eq!(wrong["errors"][0]["pointer"], "/vas");
    let bai = ward.app.bai().await;
    bai.post("/labors/current/pain", json!({ "vas": 6 }))
        .await
        .expect(404);
}

impl Ward {
    async fn reports(&self, code: &str, onset: &str) -> Value {
        let event = json!({ "code": code, "onset_at": format!("2026-03-02T{onset}:00Z"), "severity": 2 });
        self.lin
            .post(&self.path("/complications"), event)
            .await
            .expect(201)
    }

    async fn asks_for_punctures(&self) -> bool {
        self.app.work().await;
        let coming = self.lin.get("/follow-ups?state=upcoming").await.expect(200);
        coming.to_string().contains("adp48")
    }

    /// Whether somebody is called for something, by now.
    async fn calls_for(&self, alarm: &str) -> bool {
        self.app.work().await;
        let chart = self.chart().await;
        let alarms = chart["alarms"].as_array().unwrap();
        let mut open = alarms.iter().filter(|one| one["state"] != "closed");
        open.any(|one| one["codes"].as_array().unwrap().contains(&json!(alarm)))
    }
}

#[tokio::test]
async fn the_clock_of_a_second_report_runs_though_the_first_was_an_error() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    let first = ward.reports("hypotension", "00:55").await;
    ward.reports("hypotension", "00:55").await;
    ward.correct(&first["id"], json!({})).await;
    ward.app.clock.advance(6 * 60);
    assert!(ward.calls_for("lasting_hypotension").await);
}

#[tokio::test]
async fn a_complication_that_began_earlier_is_waited_for_from_then_on() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    let kept = ward.reports("failed_block", "00:58").await;
    let event = json!({ "code": "failed_block", "onset_at": "2026-03-02T00:46:00Z", "severity": 2 });
    ward.correct(&kept["id"], json!({ "complication": event })).await;
    ward.app.clock.advance(17 * 60);
    assert!(ward.calls_for("resiting_due").await);
}

#[tokio::test]
async fn a_complication_that_was_another_one_calls_nobody_by_its_old_clock() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    let kept = ward.reports("failed_block", "00:55").await;
    let event = json!({ "code": "pruritus", "onset_at": "2026-03-02T00:55:00Z", "severity": 1 });
    ward.correct(&kept["id"], json!({ "complication": event })).await;
    ward.app.clock.advance(31 * 60);
    assert!(!ward.calls_for("resiting_due").await);
}

#[tokio::test]
async fn the_alarm_of_what_was_not_so_is_over_and_goes_no_further() {
    let ward = Ward::open().await;
    let typed = json!({ "observed_at": "2026-03-02T00:50:00Z", "sbp": 21, "confirmed": true });
    let taken = ward.observe(typed).await.expect(201);
    let meant = json!({ "observed_at": "2026-03-02T00:50:00Z", "sbp": 121 });
    ward.correct(&taken["observations"][0]["id"], json!({ "observation": meant }))
        .await;
    let alarm = ward.chart().await["alarms"][0].clone();
    assert_eq!(
        (&alarm["state"], &alarm["outcome"]),
        (&json!("closed"), &json!("corrected"))
    );
    assert_eq!(ward.tasks("analgesia.alarm").await, 0);
    ward.app.clock.advance(30 * 60);
    ward.app.work().await;
    assert_eq!(ward.chart().await["alarms"][0]["step"], 0);
    // A complication that was none.
    let kept = ward.reports("last", "00:55").await;
    assert_eq!(ward.tasks("analgesia.complication").await, 1);
    ward.correct(&kept["id"], json!({})).await;
    assert_eq!(ward.tasks("analgesia.complication").await, 0);
    assert!(!ward.calls_for("complication").await);
}

#[tokio::test]
async fn an_alarm_goes_on_for_the_row_that_calls_for_the_same() {
    let ward = Ward::open().await;
    let low = |time: &str, sbp: i64| json!({ "observed_at": format!("2026-03-02T{time}:00Z"), "sbp": sbp, "spo2": 99, "confirmed": true });
    let mut typed = low("00:55", 85);
    typed["spo2"] = json!(93);
    let first = ward.observe(typed).await.expect(201)["observations"][0]["id"].clone();
    let second = ward.observe(low("00:57", 86)).await.expect(201)["observations"][0]["id"].clone();
    let correction = ward
        .correct(&first, json!({ "observation": low("00:55", 87) }))
        .await;
    let alarms = |chart: Value| chart["alarms"].as_array().unwrap().clone();
    let open = alarms(ward.chart().await);
    assert_eq!(open.len(), 1);
    assert_eq!(open[0]["about"], correction["replacement"]);
    assert_eq!(open[0]["codes"], json!(["hypotension"]));
    // The first was no observation at all: the second one is low all the same.
    ward.correct(&correction["replacement"], json!({})).await;
    let open = alarms(ward.chart().await);
    assert_eq!((open.len(), &open[0]["about"]), (1, &second));
    assert_eq!(open[0]["state"], "open");
}

#[tokio::test]
async fn what_a_row_hid_that_counts_no_longer_is_called_for() {
    let ward = Ward::open().await;
    let heart = |time: &str, fhr: i64| json!({ "observed_at": format!("2026-03-02T{time}:00Z"), "fhr": fhr, "confirmed": true });
    ward.observe(heart("00:50", 95)).await.expect(201);
    let between = ward.observe(heart("00:52", 140)).await.expect(201);
    ward.observe(heart("00:54", 96)).await.expect(201);
    let bradycardia = |chart: Value| chart["alarms"].to_string().contains("fetal_bradycardia");
    assert!(!bradycardia(ward.chart().await));
    ward.correct(&between["observations"][0]["id"], json!({})).await;
    assert!(bradycardia(ward.chart().await));
}

#[tokio::test]
async fn a_puncture_that_the_record_told_of_waits_for_what_was_done_next() {
    let ward = Ward::open().await;
    let mut body = emergency();
    body["csf"] = json!(true);
    let chart = ward.record(body).await.expect(200);
    let waits = |chart: &Value| {
        let pointer = json!("/complications/adp_next");
        chart["missing"].as_array().unwrap().contains(&pointer)
    };
    assert!(waits(&chart));
    let told = &chart["complications"][0];
    let done = json!({
        "code": "adp", "onset_at": told["onset_at"], "severity": 1, "adp_next": "resited_epidural"
    });
    ward.correct(&told["id"], json!({ "complication": done })).await;
    assert!(!waits(&ward.chart().await));
}

#[tokio::test]
async fn a_puncture_that_is_corrected_after_the_birth_decides_on_what_she_is_asked() {
    let puncture = json!({
        "code": "adp", "onset_at": "2026-03-02T00:40:00Z", "severity": 1, "adp_next": "resited_epidural",
    });
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    ward.deliver(birth()).await.expect(200);
    ward.app.work().await;
    let kept = ward.reports("nausea", "00:58").await;
    ward.app.work().await;
    ward.correct(&kept["id"], json!({ "complication": puncture.clone() }))
        .await;
    assert!(ward.asks_for_punctures().await);
    // One that was none is forgotten.
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    let path = ward.path("/complications");
    let kept = ward.lin.post(&path, puncture).await.expect(201);
    ward.correct(&kept["id"], json!({})).await;
    ward.deliver(birth()).await.expect(200);
    assert!(!ward.asks_for_punctures().await);
}
