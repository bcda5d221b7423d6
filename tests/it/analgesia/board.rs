//! The board of the ward: who needs somebody first, what is due, the newest values; and who stays on it after the birth.

use serde_json::{Value, json};

use super::{Ward, admission, birth, emergency};

impl Ward {
    async fn board(&self) -> Vec<Value> {
        let board = self.lin.get("/labors").await.expect(200);
        board["items"].as_array().unwrap().clone()
    }

    pub async fn due(&self, what: &str) -> Option<Value> {
        let chart = self.lin.get(&self.path("")).await.expect(200);
        let due = chart["due"].as_array().unwrap().clone();
        due.into_iter().find(|one| one["what"] == what)
    }
}

#[tokio::test]
async fn the_board_shows_the_newest_values_the_alarms_and_what_is_due() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    let seen = |time: &str, sbp: i64| json!({ "observed_at": format!("2026-03-02T{time}:00Z"), "sbp": sbp, "dbp": 70, "confirmed": true });
    ward.observe(seen("00:44", 120)).await.expect(201);
    ward.observe(seen("00:50", 85)).await.expect(201);
    let line = ward.board().await.remove(0);
    assert_eq!(line["latest"]["sbp"]["value"], "85");
    assert_eq!(line["latest"]["sbp"]["at"], "2026-03-02T00:50:00Z");
    assert!(line["latest"].get("fhr").is_none());
    assert_eq!(line["alarms"][0]["codes"], json!(["hypotension"]));
    let round = line["due"]
        .as_array()
        .unwrap()
        .iter()
        .find(|due| due["what"] == "round")
        .unwrap();
    assert_eq!(round["due_at"], "2026-03-02T01:00:00Z");
    assert_eq!(round["fields"], json!(["sbp", "hr", "spo2", "bromage", "fhr"]));
    assert_eq!(line["one_hour_due_at"], "2026-03-02T01:45:00Z");
    let chart = ward.lin.get(&ward.path("")).await.expect(200);
    assert_eq!(chart["baseline"], chart["observations"][0]["id"]);
}

#[tokio::test]
async fn whoever_needs_somebody_first_stands_first() {
    let ward = Ward::open().await;
    let bai = ward.app.bai().await;
    let other = ward
        .lin
        .post("/labors", admission(&bai.patient_id))
        .await
        .expect(201);
    ward.lin
        .post(&ward.path("/requests"), json!({}))
        .await
        .expect(201);
    let order =
        |lines: Vec<Value>| -> Vec<Value> { lines.into_iter().map(|line| line["id"].clone()).collect() };
    assert_eq!(
        order(ward.board().await),
        [json!(ward.labor), other["id"].clone()]
    );
    let path = format!("/labors/{}/observations", other["id"].as_str().unwrap());
    let arrest =
        json!({ "observations": [{ "observed_at": "2026-03-02T00:50:00Z", "hr": 0, "confirmed": true }] });
    ward.lin.post(&path, arrest).await.expect(201);
    assert_eq!(
        order(ward.board().await),
        [other["id"].clone(), json!(ward.labor)]
    );
    let first = ward.lin.get("/labors?limit=1").await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = ward
        .lin
        .get(&format!("/labors?limit=1&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(second["items"][0]["id"], ward.labor);
}

#[tokio::test]
async fn after_the_birth_she_stays_on_the_board_until_catheter_and_legs_are_done() {
    let ward = Ward::open().await;
    let mut record = emergency();
    record["catheter_at"] = json!("2026-03-02T00:42:00Z");
    ward.record(record).await.expect(200);
    ward.deliver(birth()).await.expect(200);
    let line = ward.board().await.remove(0);
    assert_eq!(line["state"], "delivered");
    let kinds: Vec<&str> = line["due"]
        .as_array()
        .unwrap()
        .iter()
        .map(|due| due["what"].as_str().unwrap())
        .collect();
    assert!(
        kinds.contains(&"catheter") && kinds.contains(&"leg_raise"),
        "{kinds:?}"
    );
    ward.app.clock.advance(5 * 3600);
    let (lin, zhao) = (ward.app.lin().await, ward.app.zhao().await);
    let mut stop = json!({
        "stop_at": "2026-03-02T01:10:00Z", "reason": "delivered", "catheter_removed_at": "2026-03-02T01:15:00Z",
        "tip_intact": true
    });
    zhao.post(&ward.path("/stop"), stop.clone()).await.expect(201);
    assert_eq!(
        lin.get("/labors").await.expect(200)["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    stop["leg_raise"] = json!("able");
    stop["leg_raise_at"] = json!("2026-03-02T05:00:00Z");
    zhao.post(&ward.path("/stop"), stop).await.expect(201);
    assert_eq!(lin.get("/labors").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn a_birth_without_a_block_leaves_the_board() {
    let ward = Ward::open().await;
    ward.deliver(birth()).await.expect(200);
    assert!(ward.board().await.is_empty());
}

#[tokio::test]
async fn the_score_of_one_hour_is_due_also_for_a_birth_within_its_window() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    let due = ward.due("one_hour_pain").await.unwrap();
    assert_eq!(due["due_at"], "2026-03-02T01:40:00Z");
    assert_eq!(due["overdue_at"], "2026-03-02T02:00:00Z");
    ward.app.clock.advance(41 * 60);
    ward.app.work().await;
    let tasks = ward.lin.get("/tasks").await.expect(200);
    assert!(
        tasks.to_string().contains("analgesia.one_hour"),
        "a reminder comes before the hour"
    );
    let mut late = birth();
    late["babies"][0]["born_at"] = json!("2026-03-02T01:35:00Z");
    ward.deliver(late).await.expect(200);
    assert!(ward.due("one_hour_pain").await.is_some());
    let mut early = birth();
    early["babies"][0]["born_at"] = json!("2026-03-02T01:29:00Z");
    early["correction_reason"] = json!("时间录错了");
    ward.deliver(early).await.expect(200);
    assert!(ward.due("one_hour_pain").await.is_none());
}

#[tokio::test]
async fn a_labor_that_becomes_a_cesarean_has_half_an_hour_until_the_birth() {
    let converts = async || {
        let ward = Ward::open().await;
        let event = json!({ "code": "conversion_cs", "onset_at": "2026-03-02T00:55:00Z", "severity": 2 });
        let path = ward.path("/complications");
        ward.lin.post(&path, event).await.expect(201);
        ward
    };
    let called = async |ward: &Ward| {
        ward.app.clock.advance(26 * 60);
        ward.app.work().await;
        let chart = ward.lin.get(&ward.path("")).await.expect(200);
        let alarms = chart["alarms"].as_array().unwrap().clone();
        alarms
            .into_iter()
            .find(|alarm| alarm["codes"] == json!(["delivery_due"]))
    };
    let ward = converts().await;
    let due = ward.due("delivery").await.unwrap();
    assert_eq!(due["due_at"], "2026-03-02T00:55:00Z");
    assert_eq!(due["overdue_at"], "2026-03-02T01:25:00Z");
    let line = ward.board().await.remove(0);
    let mut shown = line["due"].as_array().unwrap().iter();
    assert!(shown.any(|due| due["what"] == "delivery"), "{line}");
    let alarm = called(&ward).await.unwrap();
    assert_eq!(alarm["roles"], json!(["obstetrician", "anesthesiologist"]));
    let in_time = converts().await;
    in_time.deliver(birth()).await.expect(200);
    assert!(in_time.due("delivery").await.is_none());
    assert!(called(&in_time).await.is_none());
}

#[tokio::test]
async fn legs_that_do_not_rise_keep_her_on_the_board_until_they_do_and_the_alarm_is_closed() {
    let ward = Ward::open().await;
    ward.record(emergency()).await.expect(200);
    ward.deliver(birth()).await.expect(200);
    ward.app.clock.advance(5 * 3600);
    let (lin, zhao) = (ward.app.lin().await, ward.app.zhao().await);
    let board = || async {
        lin.get("/labors").await.expect(200)["items"]
            .as_array()
            .unwrap()
            .clone()
    };
    let mut stop = json!({
        "stop_at": "2026-03-02T01:10:00Z", "reason": "delivered", "leg_raise": "unable",
        "leg_raise_at": "2026-03-02T05:20:00Z"
    });
    zhao.post(&ward.path("/stop"), stop.clone()).await.expect(201);
    let line = board().await.remove(0);
    assert_eq!(line["alarms"][0]["codes"], json!(["leg_raise"]));
    assert!(line["due"].to_string().contains("leg_raise"));
    stop["leg_raise"] = json!("able");
    stop["leg_raise_at"] = json!("2026-03-02T05:50:00Z");
    zhao.post(&ward.path("/stop"), stop).await.expect(201);
    let line = board().await.remove(0);
    assert!(!line["due"].to_string().contains("leg_raise"));
    let alarm = line["alarms"][0]["id"].as_str().unwrap();
    let close = ward.path(&format!("/alarms/{alarm}/close"));
    zhao.post(&close, json!({ "outcome": "已恢复" }))
        .await
        .expect(201);
    assert!(board().await.is_empty());
}
