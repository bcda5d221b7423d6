//! Requests: the response clock, and whom half an hour without an answer calls.

use serde_json::{Value, json};

use super::{Ward, birth, emergency};
use crate::support::client::Client;

async fn id_of(client: &Client) -> String {
    let me = client.get("/me").await.expect(200);
    me["id"].as_str().unwrap().to_owned()
}

impl Ward {
    /// She asks, and so many minutes go by.
    async fn asks_and_waits(&self, minutes: i64) {
        let asked = self.lin.post(&self.path("/requests"), json!({})).await;
        asked.expect(201);
        self.app.clock.advance(minutes * 60);
        self.app.work().await;
    }

    /// The alarms about her request.
    async fn unanswered(&self) -> Vec<Value> {
        let chart = self.app.lin().await.get(&self.path("")).await.expect(200);
        let alarms = chart["alarms"].as_array().unwrap().iter();
        let about = alarms.filter(|alarm| alarm["codes"] == json!(["unanswered"]));
        about.cloned().collect()
    }
}

#[tokio::test]
async fn her_tap_starts_the_response_clock_once() {
    let ward = Ward::open().await;
    let first = ward
        .mei
        .post("/labors/current/request", json!({ "vas": 7.5 }))
        .await
        .expect(201);
    assert_eq!(first["vas"], "7.5");
    ward.app.clock.advance(60);
    let again = ward
        .mei
        .post("/labors/current/request", json!({}))
        .await
        .expect(201);
    assert_eq!(again["requested_at"], first["requested_at"]);
    assert_eq!(ward.tasks("analgesia.request").await, 1);
    let line = ward.lin.get("/labors").await.expect(200)["items"][0].clone();
    assert_eq!(line["waiting_min"], 1);
    assert_eq!(line["id"], ward.labor);
}

#[tokio::test]
async fn what_a_second_request_says_more_is_kept_and_the_clock_runs_from_the_first() {
    let ward = Ward::open().await;
    let staff = ward.path("/requests");
    ward.lin.post(&staff, json!({})).await.expect(201);
    let tapped = ward
        .mei
        .post("/labors/current/request", json!({ "vas": 8 }))
        .await
        .expect(201);
    assert_eq!(tapped["by_patient"], true);
    assert_eq!(tapped["vas"], "8");
    let before = json!({ "requested_at": "2026-03-02T00:35:00Z" });
    ward.lin.post(&staff, before).await.expect(201);
    let chart = ward.lin.get(&ward.path("")).await.expect(200);
    assert_eq!(chart["requests"].as_array().unwrap().len(), 3);
    assert_eq!(chart["requested_at"], "2026-03-02T00:35:00Z");
    assert_eq!(ward.tasks("analgesia.request").await, 1);
    let again = ward.mei.post("/labors/current/request", json!({})).await;
    again.expect(201);
    let chart = ward.lin.get(&ward.path("")).await.expect(200);
    assert_eq!(chart["requests"].as_array().unwrap().len(), 3, "she taps again");
}

#[tokio::test]
async fn a_request_without_an_answer_calls_whoever_leads_the_anesthesiologists_and_then_the_next() {
    let ward = Ward::open().await;
    let (wu, he) = (ward.app.wu().await, ward.app.he().await);
    let roster = [id_of(&he).await, id_of(&ward.zhao).await];
    let facility = wu.get("/facility").await;
    let etag = facility.etag();
    let mut body = facility.expect(200);
    body["settings"]["duty"]["anesthesia"] = json!(roster);
    let put = json!({ "name": body["name"], "phone": body["phone"], "settings": body["settings"] });
    wu.put("/facility", &etag, put).await.expect(200);
    ward.asks_and_waits(29).await;
    assert_eq!(ward.unanswered().await, Vec::<Value>::new());
    ward.app.clock.advance(2 * 60);
    ward.app.work().await;
    let alarm = ward.unanswered().await.remove(0);
    assert_eq!(
        (&alarm["urgent"], &alarm["state"]),
        (&json!(true), &json!("open"))
    );
    assert_eq!(alarm["roles"], json!(["anesthesiologist"]));
    assert_eq!(alarm["called"], json!(roster[..1]), "the lead, by name");
    assert_eq!(ward.tasks("analgesia.unanswered").await, 1);
    ward.app.clock.advance(10 * 60);
    ward.app.work().await;
    assert_eq!(ward.unanswered().await[0]["called"], json!(roster));
    assert_eq!(ward.tasks("analgesia.alarm_next").await, 1);
    // The task ends with the alarm and not by a tick.
    let tasks = ward.zhao.get("/tasks").await.expect(200);
    let items = tasks["items"].as_array().unwrap();
    let task = items.iter().find(|task| task["kind"] == "analgesia.unanswered");
    let done = format!("/tasks/{}/done", task.unwrap()["id"].as_str().unwrap());
    let ticked = ward.zhao.post(&done, json!(null)).await;
    assert_eq!(
        (ticked.status, ticked.code().as_str()),
        (409, "episode.task_of_alarm")
    );
    let alarm = format!("/alarms/{}/close", alarm["id"].as_str().unwrap());
    let outcome = json!({ "outcome": "她想再等等" });
    ward.zhao.post(&ward.path(&alarm), outcome).await.expect(201);
    for kind in ["analgesia.unanswered", "analgesia.alarm_next"] {
        assert_eq!(ward.tasks(kind).await, 0, "{kind}");
    }
}

#[tokio::test]
async fn nobody_waits_for_an_answer_after_the_first_dose_the_birth_or_her_leaving() {
    for end in ["dose", "birth", "leaving"] {
        let ward = Ward::open().await;
        ward.asks_and_waits(41).await;
        assert_eq!(ward.unanswered().await[0]["state"], "open");
        match end {
            "dose" => ward.record(emergency()).await.expect(200),
            "birth" => ward.deliver(birth()).await.expect(200),
            _ => {
                let reason = json!({ "reason": "discharged" });
                ward.lin.post(&ward.path("/close"), reason).await.expect(201)
            }
        };
        let alarms = ward.unanswered().await;
        assert_eq!(alarms.len(), 1);
        assert_eq!(alarms[0]["state"], "closed", "{end}");
        assert_eq!(alarms[0]["outcome"], "over");
        for kind in [
            "analgesia.request",
            "analgesia.unanswered",
            "analgesia.alarm_next",
        ] {
            assert_eq!(ward.tasks(kind).await, 0, "{end}: {kind}");
        }
    }
}

#[tokio::test]
async fn who_has_her_first_dose_within_half_an_hour_calls_nobody_out() {
    let ward = Ward::open().await;
    ward.asks_and_waits(0).await;
    ward.record(emergency()).await.expect(200);
    ward.app.clock.advance(31 * 60);
    ward.app.work().await;
    assert_eq!(ward.unanswered().await, Vec::<Value>::new());
}

#[tokio::test]
async fn who_is_under_anesthesia_for_a_cesarean_waits_for_nobody() {
    let ward = Ward::open().await;
    ward.asks_and_waits(0).await;
    let mut spinal = emergency();
    spinal["technique"] = json!("spinal_single");
    spinal["indication"] = json!("cesarean");
    spinal["doses"] = json!([]);
    ward.record(spinal).await.expect(200);
    ward.app.clock.advance(31 * 60);
    ward.app.work().await;
    assert_eq!(ward.unanswered().await, Vec::<Value>::new());
    assert_eq!(ward.tasks("analgesia.request").await, 0);
}

#[tokio::test]
async fn a_request_that_was_not_so_leaves_the_clock_of_the_next_one() {
    let ward = Ward::open().await;
    ward.asks_and_waits(31).await;
    let first = ward.lin.get(&ward.path("")).await.expect(200)["requests"][0]["id"].clone();
    let now = ward.app.clock.now() - chrono::Duration::minutes(5);
    let again = json!({ "requested_at": now, "vas": 7 });
    ward.lin.post(&ward.path("/requests"), again).await.expect(201);
    assert_eq!(ward.unanswered().await[0]["state"], "open");
    let wrong = json!({ "target": first, "reason": "是另一位产妇" });
    ward.lin.post(&ward.path("/corrections"), wrong).await.expect(201);
    assert_eq!(ward.unanswered().await[0]["state"], "closed");
    assert_eq!(ward.tasks("analgesia.request").await, 1);
    ward.app.clock.advance(26 * 60);
    ward.app.work().await;
    let open = ward.unanswered().await;
    assert_eq!(open.iter().filter(|alarm| alarm["state"] == "open").count(), 1);
}

/// Ten milligrams more, as a row of the record.
fn more(at: chrono::DateTime<chrono::Utc>) -> Value {
    json!({
        "given_at": at, "drug": "ropivacaine", "route": "epidural", "use": "labor", "amount": "10",
        "volume_ml": "10", "concentration": "0.1"
    })
}

#[tokio::test]
async fn who_asks_again_under_analgesia_waits_no_longer_than_who_asks_first() {
    for app in crate::support::App::each().await {
        let ward = Ward::of(app).await;
        ward.asks_and_waits(0).await;
        ward.record(emergency()).await.expect(200);
        ward.app.clock.advance(35 * 60);
        let hurts = json!({ "vas": 9 });
        ward.mei
            .post("/labors/current/request", hurts.clone())
            .await
            .expect(201);
        let chart = ward.lin.get(&ward.path("")).await.expect(200);
        assert!(chart["alarms"].to_string().contains("patient_pain"), "{chart}");
        assert_eq!(ward.tasks("analgesia.request").await, 1);
        // The record that is saved for something else answers nobody, and asking once more starts no clock anew.
        let mut body = emergency();
        body["blood"] = json!(false);
        ward.record(body.clone()).await.expect(200);
        assert_eq!(ward.tasks("analgesia.request").await, 1);
        ward.app.clock.advance(20 * 60);
        ward.mei.post("/labors/current/request", hurts).await.expect(201);
        ward.app.clock.advance(11 * 60);
        ward.app.work().await;
        assert_eq!(ward.unanswered().await[0]["state"], "open");
        let dose = more(ward.app.clock.now());
        body["doses"].as_array_mut().unwrap().push(dose);
        ward.record(body).await.expect(200);
        assert_eq!(ward.unanswered().await[0]["outcome"], "over");
        assert_eq!(ward.tasks("analgesia.request").await, 0);
    }
}

#[tokio::test]
async fn who_came_to_her_under_analgesia_and_gave_nothing_ticks_the_call_off() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    ward.app.clock.advance(5 * 60);
    ward.asks_and_waits(0).await;
    let tasks = ward.zhao.get("/tasks").await.expect(200);
    let items = tasks["items"].as_array().unwrap();
    let task = items.iter().find(|task| task["kind"] == "analgesia.request");
    let done = format!("/tasks/{}/done", task.unwrap()["id"].as_str().unwrap());
    ward.zhao.post(&done, json!(null)).await.expect(201);
    ward.app.clock.advance(31 * 60);
    ward.app.work().await;
    assert_eq!(ward.unanswered().await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_request_of_before_the_birth_is_written_down_after_it_and_calls_nobody() {
    let ward = Ward::open().await;
    ward.deliver(birth()).await.expect(200);
    let path = ward.path("/requests");
    let asked = json!({ "requested_at": "2026-03-02T00:35:00Z", "vas": 8 });
    ward.lin.post(&path, asked).await.expect(201);
    let chart = ward.lin.get(&ward.path("")).await.expect(200);
    assert_eq!(chart["requested_at"], "2026-03-02T00:35:00Z");
    assert_eq!(chart["alarms"], json!([]));
    assert_eq!(ward.tasks("analgesia.request").await, 0);
    let after = ward.lin.post(&path, json!({})).await;
    assert_eq!(after.code(), "analgesia.labor_closed");
}
