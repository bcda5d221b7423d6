//! What was recorded and must be reported is offered until it is.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::cases::waiting;
use crate::analgesia::{Ward, admission, birth, emergency};
use crate::support::App;
use crate::support::cast::OTHER_HOSPITAL;

#[tokio::test]
async fn what_must_be_reported_is_offered_until_it_is() {
    let app = App::new().await;
    let (mei, lin, zhao, qian) = (
        app.mei().await,
        app.lin().await,
        app.zhao().await,
        app.qian().await,
    );
    let labor = lin.post("/labors", admission(&mei.patient_id)).await.expect(201);
    let labor = labor["id"].as_str().unwrap();
    let path = format!("/labors/{labor}/complications");
    let begun = "2026-03-02T00:40:00Z";
    let puncture = json!({ "code": "adp", "onset_at": begun, "severity": 2, "adp_next": "resited_epidural" });
    let itching = json!({ "code": "pruritus", "onset_at": begun, "severity": 2 });
    for complication in [puncture, itching] {
        zhao.post(&path, complication).await.expect(201);
    }
    let birth = json!({
        "mode": "spontaneous_vaginal", "birth_place": "here", "blood_loss_ml": 250,
        "babies": [{
            "baby_no": 1, "sex": "female", "born_at": "2026-03-02T00:58:00Z", "weight_g": 3200, "outcome": "alive",
            "apgar1": 3, "apgar5": 8
        }]
    });
    let path = format!("/labors/{labor}");
    let etag = lin.get(&path).await.etag();
    lin.put(&format!("{path}/delivery"), &etag, birth)
        .await
        .expect(200);

    let offered = qian.get("/adverse-events/offers").await.expect(200);
    let categories: Vec<&Value> = offered["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["category"])
        .collect();
    assert_eq!(
        categories,
        ["severe_neonatal_asphyxia", "accidental_dural_puncture"]
    );
    assert_eq!(offered["items"][0]["patient"], mei.patient_id.as_str());
    assert_eq!(
        app.staff("xinkang", "fang")
            .await
            .get("/adverse-events/offers")
            .await
            .expect(200)["items"],
        json!([])
    );

    let report = json!({
        "class": "II", "category": "accidental_dural_puncture", "occurred_at": "2026-03-02T00:40:00Z",
        "discovered_at": "2026-03-02T00:40:00Z", "labor": labor, "place": "产房", "what_happened": "穿刺针见脑脊液流出。",
        "outcome": "none"
    });
    assert_eq!(told(&app).await, [(at("2026-03-03T00:40:00Z"), false)]);
    zhao.post("/adverse-events", report).await.expect(201);
    let offered = zhao.get("/adverse-events/offers").await.expect(200);
    let left = offered["items"].as_array().unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["category"], "severe_neonatal_asphyxia");
    assert_eq!(told(&app).await, [(at("2026-03-03T00:58:00Z"), false)]);
}

fn at(time: &str) -> DateTime<Utc> {
    time.parse().unwrap()
}

/// What waits for the quality office because it must be reported: by when, and whether it waits for nothing.
async fn told(app: &App) -> Vec<(DateTime<Utc>, bool)> {
    app.work().await;
    let tasks = app.qian().await.get("/tasks").await.expect(200);
    let items = tasks["items"].as_array().unwrap().iter();
    items
        .filter(|task| task["kind"] == "quality.due_report")
        .map(|task| (at(task["due"].as_str().unwrap()), task["urgent"] == true))
        .collect()
}

#[tokio::test]
async fn the_arrest_of_a_mother_is_told_at_once_and_what_else_happened_by_its_deadline() {
    for app in App::each().await {
        let (mei, lin, zhao) = (app.mei().await, app.lin().await, app.zhao().await);
        let labor = lin.post("/labors", admission(&mei.patient_id)).await.expect(201);
        let labor = format!("/labors/{}", labor["id"].as_str().unwrap());
        let complications = format!("{labor}/complications");
        let happened = async |code: &str, onset: &str| {
            let mut event = json!({ "code": code, "onset_at": onset, "severity": 4 });
            if code == "adp" {
                event["adp_next"] = json!("resited_epidural");
            }
            zhao.post(&complications, event).await.expect(201)["id"].clone()
        };
        happened("pruritus", "2026-03-02T00:38:00Z").await;
        assert!(told(&app).await.is_empty());
        let puncture = happened("adp", "2026-03-02T00:40:00Z").await;
        let by_deadline = [(at("2026-03-03T00:40:00Z"), false)];
        assert_eq!(told(&app).await, by_deadline);
        let arrest = happened("maternal_arrest", "2026-03-02T00:50:00Z").await;
        assert_eq!(told(&app).await, [(at("2026-03-02T00:50:00Z"), true)]);
        let fang = app.staff(OTHER_HOSPITAL, "fang").await;
        assert_eq!(waiting(&fang, "quality.due_report").await, 0);
        for (target, left) in [(arrest, by_deadline.to_vec()), (puncture, Vec::new())] {
            let body = json!({ "target": target, "reason": "录错了" });
            lin.post(&format!("{labor}/corrections"), body).await.expect(201);
            assert_eq!(told(&app).await, left);
        }
        happened("adp", "2026-03-02T00:40:00Z").await;
        assert_eq!(told(&app).await, by_deadline, "it was one after all");
    }
}

async fn offered(app: &App) -> Vec<Value> {
    let list = app.qian().await.get("/adverse-events/offers").await.expect(200);
    list["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_nerve_deficit_is_due_a_day_after_it_must_be_reported() {
    let ward = Ward::open().await;
    let numb = json!({ "code": "nerve_injury", "onset_at": "2026-03-02T00:40:00Z", "severity": 2 });
    let zhao = ward.app.zhao().await;
    zhao.post(&ward.path("/complications"), numb).await.expect(201);
    assert!(offered(&ward.app).await.is_empty());
    ward.app.clock.advance(86_400);
    let offers = offered(&ward.app).await;
    assert_eq!(offers[0]["category"], "nerve_deficit");
    assert_eq!(at(offers[0]["due"].as_str().unwrap()), at("2026-03-04T00:40:00Z"));
}

#[tokio::test]
async fn a_catheter_that_broke_is_offered_and_one_that_slipped_out_is_not() {
    for_each_tip(true, 0).await;
    for_each_tip(false, 1).await;
}

#[tokio::test]
async fn what_took_intensive_care_is_offered_whatever_it_was() {
    let ward = Ward::open().await;
    let mut event = json!({
        "code": "fever", "onset_at": "2026-03-02T00:48:00Z", "severity": 2, "intensive_care": true
    });
    let path = ward.path("/complications");
    let zhao = ward.app.zhao().await;
    let refused = zhao.post(&path, event.clone()).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/severity");
    event["severity"] = json!(3);
    zhao.post(&path, event).await.expect(201);
    let offers = offered(&ward.app).await;
    let told: Vec<&Value> = offers.iter().map(|offer| &offer["category"]).collect();
    assert_eq!(told, ["unplanned_icu"]);
    let chart = ward.lin.get(&ward.path("")).await.expect(200);
    assert_eq!(chart["complications"][0]["intensive_care"], true);
}

#[tokio::test]
async fn a_tip_that_is_found_broken_on_the_ward_is_offered_until_it_is_found_whole() {
    for app in App::each().await {
        let ward = crate::followup::ward::Ward::of(app).await;
        ward.block().await;
        ward.deliver(birth()).await;
        ward.wait(20).await;
        let point = ward.point("?state=due", "f24").await;
        let path = format!("/follow-ups/{}/examinations", point["id"].as_str().unwrap());
        for (whole, reports) in [(false, 1), (true, 0)] {
            ward.app.clock.advance(60);
            let found = json!({ "bromage": 0, "pdph_assessed": true, "tip_intact": whole });
            ward.staff("lin").await.post(&path, found).await.expect(201);
            let offers = offered(&ward.app).await;
            assert_eq!(offers.len(), reports, "{offers:?}");
            assert_eq!(told(&ward.app).await.len(), reports);
            assert!(offers.iter().all(|offer| offer["category"] == "catheter_break"));
        }
    }
}

#[tokio::test]
async fn severe_asphyxia_is_offered_by_either_definition() {
    for app in App::each().await {
        let ward = crate::followup::ward::Ward::of(app).await;
        let mut born = birth();
        for (member, value) in [
            ("apgar1", json!(4)),
            ("apgar5", json!(5)),
            ("apgar10", json!(8)),
            ("cord_ph", json!("6.98")),
        ] {
            born["babies"][0][member] = value;
        }
        ward.deliver(born).await;
        let offers = offered(&ward.app).await;
        assert_eq!(offers[0]["category"], "severe_neonatal_asphyxia", "{offers:?}");
    }
}

/// A catheter gave trouble and came out like this: so many reports are offered.
async fn for_each_tip(whole: bool, reports: usize) {
    let ward = Ward::open().await;
    let app = &ward.app;
    let mut record = emergency();
    record["catheter_at"] = json!("2026-03-02T00:42:00Z");
    ward.record(record).await.expect(200);
    let zhao = app.zhao().await;
    let slipped = json!({ "code": "catheter_problem", "onset_at": "2026-03-02T00:48:00Z", "severity": 3 });
    zhao.post(&ward.path("/complications"), slipped).await.expect(201);
    assert!(offered(app).await.is_empty());
    let mut stop = json!({
        "stop_at": "2026-03-02T00:50:00Z", "reason": "request", "catheter_removed_at": "2026-03-02T00:52:00Z",
        "tip_intact": whole
    });
    zhao.post(&ward.path("/stop"), stop.clone()).await.expect(201);
    let offers = offered(app).await;
    assert_eq!(offers.len(), reports, "{offers:?}");
    assert_eq!(told(app).await.len(), reports);
    for offer in offers {
        let at = |member: &str| -> DateTime<Utc> { offer[member].as_str().unwrap().parse().unwrap() };
        assert_eq!(offer["category"], "catheter_break");
        assert_eq!(at("at").to_rfc3339(), "2026-03-02T00:52:00+00:00");
        assert_eq!(at("due"), at("at") + Duration::hours(24));
    }
    stop["tip_intact"] = json!(true);
    stop["correction_reason"] = json!("再看一遍，尖端完整。");
    zhao.post(&ward.path("/stop"), stop).await.expect(201);
    assert!(offered(app).await.is_empty(), "it was whole after all");
    assert!(told(app).await.is_empty());
}

#[tokio::test]
async fn the_office_is_told_once_of_what_must_be_reported_until_it_is() {
    for app in App::each().await {
        muan::quality::jobs::begin(&app.ctx).await.unwrap();
        let (mei, lin) = (app.mei().await, app.lin().await);
        let labor = lin.post("/labors", admission(&mei.patient_id)).await.expect(201);
        let labor = labor["id"].as_str().unwrap();
        let begun = "2026-03-02T00:40:00Z";
        let puncture =
            json!({ "code": "adp", "onset_at": begun, "severity": 2, "adp_next": "resited_epidural" });
        let path = format!("/labors/{labor}/complications");
        app.zhao().await.post(&path, puncture).await.expect(201);
        assert_eq!(told(&app).await.len(), 1);
        for _ in 0..2 {
            app.clock.advance(86_400 + 60);
            assert_eq!(told(&app).await.len(), 1, "told once");
        }
        let report = json!({
            "class": "III", "category": "accidental_dural_puncture", "occurred_at": begun, "discovered_at": begun,
            "labor": labor, "place": "产房", "what_happened": "穿刺针见脑脊液流出。", "outcome": "none"
        });
        app.zhao().await.post("/adverse-events", report).await.expect(201);
        assert!(told(&app).await.is_empty());
    }
}

#[tokio::test]
async fn what_the_office_ticked_off_silences_nothing_else_of_that_labor() {
    let app = App::new().await;
    let (mei, lin, zhao) = (app.mei().await, app.lin().await, app.zhao().await);
    let labor = lin.post("/labors", admission(&mei.patient_id)).await.expect(201);
    let path = format!("/labors/{}/complications", labor["id"].as_str().unwrap());
    let puncture = json!({ "code": "adp", "onset_at": "2026-03-02T00:40:00Z", "severity": 2, "adp_next": "resited_epidural" });
    let arrest = json!({ "code": "maternal_arrest", "onset_at": "2026-03-02T00:50:00Z", "severity": 4 });
    for event in [puncture, arrest] {
        zhao.post(&path, event).await.expect(201);
    }
    let qian = app.qian().await;
    for left in [Some((at("2026-03-03T00:40:00Z"), false)), None] {
        assert_eq!(told(&app).await.len(), 1);
        let tasks = qian.get("/tasks").await.expect(200);
        let mut items = tasks["items"].as_array().unwrap().iter();
        let told_of = items.find(|task| task["kind"] == "quality.due_report").unwrap();
        let done = format!("/tasks/{}/done", told_of["id"].as_str().unwrap());
        qian.post(&done, json!(null)).await.expect(201);
        assert_eq!(told(&app).await, left.into_iter().collect::<Vec<_>>());
    }
}
