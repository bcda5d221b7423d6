//! Registering, enrolling, the journey, the clinic's list, risk colors, tasks, notices.

mod access;
mod gone;
mod journey;
mod lost;
mod notices;
mod suggested;

use futures_util::future::join_all;
use muan::base::id::PatientId;
use muan::base::{Act, Actor, Subject};
use muan::episode::facts;
use muan::episode::model::{Episode, Stage};
use muan::people::facts as people;
use serde_json::{Value, json};

use crate::support::App;
use crate::support::cast::Woman;

fn registration(phone: &str) -> Value {
    json!({ "name": "周小红", "phone": phone, "birth_date": "1995-05-05", "edd": "2026-06-01" })
}

fn grading(color: &str, purple: bool, items: &[&str]) -> Value {
    json!({ "color": color, "purple": purple, "items": items, "reasons": "血小板减少", "table_version": "2017-35" })
}

/// What a later slice does in its own transaction.
async fn later(app: &App, woman: &Woman, stage: Option<Stage>, notice: Option<&'static str>) {
    let facility = woman.get("/me").await.expect(200)["facility_id"].clone();
    let facility = serde_json::from_value(facility).unwrap();
    let patient = PatientId(woman.patient_id.parse().unwrap());
    let mut tx = app.ctx.write(Act::ConsentExpired).await.unwrap();
    assert!(
        people::patient(&mut tx, facility, patient)
            .await
            .unwrap()
            .is_some()
    );
    let episode: Episode = facts::current(&mut tx, facility, patient).await.unwrap().unwrap();
    if let Some(stage) = stage {
        facts::set_stage(&mut tx, facility, episode.id, stage)
            .await
            .unwrap();
    }
    if let Some(kind) = notice {
        facts::notify(&mut tx, facility, patient, kind, "ref-1")
            .await
            .unwrap();
    }
    let subject = Subject::of_patient("episode", episode.id, patient);
    tx.journal_as(
        Act::ConsentExpired,
        Actor::SYSTEM,
        Some(facility),
        subject,
        json!({}),
        None,
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn two_desks_at_once_give_one_woman_one_record_and_two_women_two_numbers() {
    for app in App::each().await {
        let lin = app.lin().await;
        let same = (0..8).map(|_| lin.post("/patients", registration("13900000009")));
        let statuses: Vec<u16> = join_all(same).await.iter().map(|answer| answer.status).collect();
        assert_eq!(
            (count(&statuses, 201), count(&statuses, 409)),
            (1, 7),
            "{statuses:?}"
        );
        let others = (0..8).map(|n| lin.post("/patients", registration(&format!("1390000001{n}"))));
        let mut numbers: Vec<String> = join_all(others)
            .await
            .into_iter()
            .map(|answer| answer.expect(201)["record_number"].to_string())
            .collect();
        numbers.sort();
        numbers.dedup();
        assert_eq!(numbers.len(), 8);
    }
}

fn count(statuses: &[u16], wanted: u16) -> usize {
    statuses.iter().filter(|status| **status == wanted).count()
}

#[tokio::test]
async fn a_woman_is_registered_once_and_a_retry_gets_the_first_answer() {
    let app = App::new().await;
    let lin = app.lin().await;
    let first = lin
        .post_keyed("/patients", "k1", registration("13900000001"))
        .await
        .expect(201);
    assert_eq!(first["invitation"]["scene"].as_str().unwrap().len(), 22);
    let again = lin
        .post_keyed("/patients", "k1", registration("13900000001"))
        .await
        .expect(201);
    assert_eq!(first, again);
    let twice = lin.post("/patients", registration("13900000001")).await;
    assert_eq!(
        (twice.status, twice.code().as_str()),
        (409, "episode.already_registered")
    );
    assert_eq!(twice.body["current"]["patient_id"], first["id"]);
    let elsewhere = app.lu().await;
    elsewhere
        .post("/patients", registration("13900000001"))
        .await
        .expect(201);
}

#[tokio::test]
async fn a_registration_names_every_fault_at_once() {
    let app = App::new().await;
    let body = json!({ "name": " ", "edd": "2027-06-01", "birth_date": "2020-01-01", "parity": 1 });
    let answer = app.lin().await.post("/patients", body).await.expect(422);
    let pointers: Vec<_> = answer["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["pointer"].clone())
        .collect();
    for pointer in ["/name", "/phone", "/birth_date", "/edd", "/gravidity"] {
        assert!(pointers.iter().any(|p| p == pointer), "{pointer} in {pointers:?}");
    }
}

#[tokio::test]
async fn a_woman_whom_no_hospital_knows_enrolls_as_unverified() {
    let app = App::new().await;
    let she = app.newcomer("o-new").await;
    assert_eq!(she.get("/me/journey").await.code(), "people.not_enrolled");
    let facility = she.get("/facilities").await.expect(200)[0]["id"].clone();
    let body = json!({ "facility_id": facility, "lmp": "2025-07-14", "gravidity": 1, "parity": 0, "fetuses": 1,
        "pre_pregnancy_weight": "54.5" });
    assert_eq!(
        she.put_bare("/me/pregnancy", body.clone()).await.code(),
        "people.agreement_missing"
    );
    app.agrees(&she).await;
    let answer = she.put_bare("/me/pregnancy", body.clone()).await;
    let etag = answer.etag();
    let pregnancy = answer.expect(200);
    assert_eq!(pregnancy["edd"], "2026-04-20");
    assert_eq!(pregnancy["gestation"], json!({ "weeks": 33, "days": 0 }));
    assert_eq!(pregnancy["pre_pregnancy_weight"], "54.5");
    let me = she.get("/me").await.expect(200);
    assert_eq!(
        (me["identity_level"].as_i64(), me["matched"].as_bool()),
        (Some(0), Some(true))
    );
    assert_eq!(
        she.put_bare("/me/pregnancy", body.clone()).await.code(),
        "http.precondition_required"
    );
    she.put("/me/pregnancy", &etag, body.clone()).await.expect(200);
    assert_eq!(she.put("/me/pregnancy", &etag, body).await.status, 412);
}

#[tokio::test]
async fn the_journey_begins_with_the_three_required_lessons() {
    let app = App::new().await;
    let mei = app.mei().await;
    let answer = mei.get("/me/journey").await;
    assert!(!answer.etag().is_empty());
    let journey = answer.expect(200);
    assert_eq!(journey["stage"], "antenatal");
    assert_eq!(journey["gestation"], json!({ "weeks": 33, "days": 0 }));
    let steps = journey["steps"].as_array().unwrap();
    let lessons: Vec<_> = steps.iter().filter(|step| step["kind"] == "lessons").collect();
    assert_eq!(lessons.len(), 3);
    assert!(
        lessons
            .iter()
            .all(|step| step["required"] == true && step["state"] == "open")
    );
    assert_eq!(steps[0]["kind"], "lessons");
    assert!(app.ning().await.get("/me/journey").await.status == 200);
}

#[tokio::test]
async fn after_admission_she_asks_staff_to_change_her_dates() {
    let app = App::new().await;
    let mei = app.mei().await;
    later(&app, &mei, Some(Stage::Labor), None).await;
    let facility = mei.get("/me").await.expect(200)["facility_id"].clone();
    let body =
        json!({ "facility_id": facility, "edd": "2026-04-21", "gravidity": 1, "parity": 0, "fetuses": 1 });
    assert_eq!(
        mei.put("/me/pregnancy", "*", body.clone()).await.code(),
        "episode.past_antenatal"
    );
    later(&app, &mei, Some(Stage::Closed), None).await;
    mei.put("/me/pregnancy", "*", body).await.expect(200);
    assert_eq!(mei.get("/me/journey").await.expect(200)["stage"], "antenatal");
}

#[tokio::test]
async fn the_clinic_finds_its_women_by_name_phone_stage_and_color() {
    let app = App::new().await;
    let (mei, bai) = (app.mei().await, app.bai().await);
    app.ning().await;
    let lin = app.lin().await;
    let ids = async |query: &str| -> Vec<String> {
        let list = lin.get(&format!("/patients{query}")).await.expect(200);
        let items = list["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(ids("").await.len(), 2);
    assert_eq!(ids("?q=13800000002").await, [bai.patient_id.as_str()]);
    assert_eq!(ids("?q=%E6%A2%85").await, [mei.patient_id.as_str()]);
    assert_eq!(ids("?q=13800000003").await, Vec::<String>::new());
    assert_eq!(ids("?stage=labor").await, Vec::<String>::new());
    let etag = lin.get(&format!("/patients/{}", mei.patient_id)).await.etag();
    let path = format!("/patients/{}/risk-color", mei.patient_id);
    app.sun()
        .await
        .put(&path, &etag, grading("red", false, &["R1.6.2"]))
        .await
        .expect(200);
    assert_eq!(ids("?risk=red").await, [mei.patient_id.as_str()]);
    assert_eq!(ids("?due=2027-01-01T00:00:00Z").await.len(), 2);
    assert_eq!(ids("?due=2025-01-01T00:00:00Z").await, Vec::<String>::new());
    let first = lin.get("/patients?limit=1").await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = lin
        .get(&format!("/patients?limit=1&cursor={cursor}"))
        .await
        .expect(200);
    assert_ne!(first["items"][0]["id"], second["items"][0]["id"]);
    assert_eq!(second["next_cursor"], Value::Null);
    assert_eq!(app.qian().await.get("/patients").await.status, 403);
}

#[tokio::test]
async fn one_woman_is_shown_to_her_hospital_only() {
    let app = App::new().await;
    let mei = app.mei().await;
    let path = format!("/patients/{}", mei.patient_id);
    let page = app.zhao().await.get(&path).await.expect(200);
    assert_eq!(page["profile"]["name"], "梅秀英");
    assert_eq!(page["pregnancy"]["gestation"]["weeks"], 33);
    assert_eq!(app.stranger().await.get(&path).await.status, 404);
    assert_eq!(
        app.stranger().await.get("/patients").await.expect(200)["items"],
        json!([])
    );
    app.work().await;
    let audit = format!("/audit?patient={}", mei.patient_id);
    let looked = app.qian().await.get(&audit).await.expect(200);
    assert!(
        looked["items"].to_string().contains("episode.patient"),
        "the look is journaled"
    );
}

#[tokio::test]
async fn a_color_is_set_by_an_obstetrician_who_saw_the_record() {
    let app = App::new().await;
    let mei = app.mei().await;
    let (sun, lin) = (app.sun().await, app.lin().await);
    let page = format!("/patients/{}", mei.patient_id);
    let path = format!("{page}/risk-color");
    let etag = lin.get(&page).await.etag();
    assert_eq!(
        lin.put(&path, &etag, grading("green", false, &[])).await.status,
        403
    );
    assert_eq!(
        sun.put_bare(&path, grading("green", false, &[])).await.status,
        428
    );
    sun.put(&path, &etag, grading("yellow", false, &["O1.1"]))
        .await
        .expect(422);
    let graded = sun
        .put(&path, &etag, grading("orange", true, &["O1.1", "P1"]))
        .await;
    assert_ne!(graded.etag(), etag);
    graded.expect(200);
    assert_eq!(
        sun.put(&path, &etag, grading("red", false, &[])).await.status,
        412
    );
    let shown = sun.get(&page).await.expect(200);
    assert_eq!(shown["risk"]["items"], json!(["O1.1", "P1"]));
    let list = lin.get("/patients").await;
    let list = list.expect(200);
    assert_eq!(
        (&list["items"][0]["risk_color"], &list["items"][0]["purple"]),
        (&json!("orange"), &json!(true))
    );
    assert!(!list.to_string().contains("P1") && !list.to_string().contains("血小板"));
    assert!(
        !mei.get("/me/journey")
            .await
            .expect(200)
            .to_string()
            .contains("purple")
    );
}

#[tokio::test]
async fn high_risk_waits_for_both_doctors_until_it_is_done() {
    let app = App::new().await;
    let mei = app.mei().await;
    let (sun, zhao) = (app.sun().await, app.zhao().await);
    let page = format!("/patients/{}", mei.patient_id);
    let etag = sun.get(&page).await.etag();
    sun.put(&format!("{page}/risk-color"), &etag, grading("red", false, &[]))
        .await
        .expect(200);
    let mine = zhao.get("/tasks").await.expect(200);
    let clinic = |tasks: &Value| {
        let items = tasks["items"].as_array().unwrap().iter();
        items
            .clone()
            .find(|task| task["kind"] == "episode.anesthesia_clinic")
            .cloned()
    };
    let task = clinic(&mine).unwrap();
    assert_eq!(
        (&task["urgent"], &task["patient_name"]),
        (&json!(true), &json!("梅秀英"))
    );
    assert!(clinic(&sun.get("/tasks").await.expect(200)).is_none());
    assert!(clinic(&sun.get("/tasks?mine=false").await.expect(200)).is_some());
    assert!(clinic(&zhao.get("/tasks?due=2026-03-02T02:00:00Z").await.expect(200)).is_none());
    let done = format!("/tasks/{}/done", task["id"].as_str().unwrap());
    assert_eq!(sun.post(&done, json!({})).await.status, 403);
    assert_eq!(app.stranger().await.post(&done, json!({})).await.status, 404);
    let first = zhao.post_keyed(&done, "k1", json!({})).await.expect(201);
    assert_eq!(zhao.post_keyed(&done, "k1", json!({})).await.expect(201), first);
    assert_eq!(zhao.post(&done, json!({})).await.code(), "episode.task_done");
    assert!(clinic(&zhao.get("/tasks").await.expect(200)).is_none());
}

#[tokio::test]
async fn a_notice_is_hers_in_her_language_until_she_has_read_it() {
    let app = App::new().await;
    let (mei, bai) = (app.mei().await, app.bai().await);
    later(&app, &mei, None, Some("consent.issued")).await;
    assert_eq!(mei.get("/me/journey").await.expect(200)["unread_notices"], 1);
    let notices = mei.speaking("en").get("/me/notices").await.expect(200);
    assert_eq!(notices["items"][0]["title"], "A document to read");
    let path = format!("/me/notices/{}/read", notices["items"][0]["id"].as_str().unwrap());
    assert_eq!(bai.put_bare(&path, json!({})).await.status, 404);
    mei.put_bare(&path, json!({})).await.expect(204);
    mei.put_bare(&path, json!({})).await.expect(204);
    assert_eq!(mei.get("/me/journey").await.expect(200)["unread_notices"], 0);
    assert_eq!(bai.get("/me/notices").await.expect(200)["items"], json!([]));
}
