//! A grave event calls the quality office at once, whoever found out that it is one.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::cases::waiting;
use super::edges::set;
use super::report;
use crate::analgesia::{Ward, emergency};
use crate::support::App;
use crate::support::cast::OTHER_HOSPITAL;

const TO_VERIFY: &str = "quality.grave_event";
const UNVERIFIED: &str = "quality.event_unverified";

fn path(event: &Value) -> String {
    format!("/adverse-events/{}", event["id"].as_str().unwrap())
}

/// The quality office moves a report on.
async fn moved(app: &App, event: &Value, addition: Value) -> Value {
    let qian = app.qian().await;
    let etag = qian.get(&path(event)).await.etag();
    qian.put(&path(event), &etag, addition).await.expect(200)
}

async fn tasks(app: &App) -> (usize, usize) {
    let qian = app.qian().await;
    (waiting(&qian, TO_VERIFY).await, waiting(&qian, UNVERIFIED).await)
}

#[tokio::test]
async fn a_grave_event_is_a_task_of_the_quality_office_until_it_is_verified() {
    for app in App::each().await {
        let sun = app.sun().await;
        let mut events = Vec::new();
        for class in ["I", "II", "III"] {
            let body = report(class, "other");
            events.push(sun.post("/adverse-events", body).await.expect(201));
        }
        assert_eq!(tasks(&app).await, (2, 0));
        let list = app.qian().await.get("/tasks").await.expect(200);
        let first = &list["items"][0];
        assert_eq!(
            (
                &first["kind"],
                &first["urgent"],
                &first["subject"],
                &first["roles"]
            ),
            (
                &json!(TO_VERIFY),
                &json!(true),
                &events[0]["id"],
                &json!(["quality"])
            )
        );
        assert_eq!(list["items"][1]["urgent"], false);
        assert!(!list.to_string().contains("产房"), "{list}");
        assert_eq!(waiting(&app.sun().await, TO_VERIFY).await, 0);
        let fang = app.staff(OTHER_HOSPITAL, "fang").await;
        assert_eq!(waiting(&fang, TO_VERIFY).await, 0);

        let verified = json!({ "state": "verified", "note": "已核实" });
        moved(&app, &events[0], verified).await;
        assert_eq!(tasks(&app).await, (1, 0));
        let harmless = json!({ "state": "submitted", "note": "未造成后果", "class": "III" });
        moved(&app, &events[1], harmless).await;
        assert_eq!(tasks(&app).await, (0, 0));
    }
}

#[tokio::test]
async fn who_has_not_verified_a_grave_event_within_a_day_is_called_again() {
    for app in App::each().await {
        let sun = app.sun().await;
        let event = sun
            .post("/adverse-events", report("II", "nerve_deficit"))
            .await
            .expect(201);
        app.clock.advance(24 * 3600 - 60);
        app.work().await;
        assert_eq!(tasks(&app).await, (1, 0));
        app.clock.advance(120);
        app.work().await;
        assert_eq!(tasks(&app).await, (1, 1));
        let verified = json!({ "state": "verified", "note": "已核实" });
        moved(&app, &event, verified).await;
        assert_eq!(tasks(&app).await, (0, 0));
    }
}

#[tokio::test]
async fn a_duty_officer_reads_a_grave_report_that_nobody_verified_and_nobody_ticks_it_off() {
    for app in App::each().await {
        let sun = app.sun().await;
        let me = sun.get("/me").await.expect(200)["id"].clone();
        set(app.wu().await, "duty", json!({ "duty_officer": [me] })).await;
        let body = report("II", "nerve_deficit");
        let event = app.zhao().await.post("/adverse-events", body).await.expect(201);
        sun.get(&path(&event)).await.expect(404);
        app.clock.advance(24 * 3600 + 60);
        app.work().await;
        let (sun, he) = (app.sun().await, app.he().await);
        assert_eq!(waiting(&sun, UNVERIFIED).await, 1);
        sun.get(&path(&event)).await.expect(200);
        he.get(&path(&event)).await.expect(404);
        let verified = json!({ "state": "verified", "note": "已核实" });
        sun.put(&path(&event), "\"1\"", verified.clone())
            .await
            .expect(403);
        let qian = app.qian().await;
        let waits = qian.get("/tasks").await.expect(200);
        let mut refused = 0;
        for task in waits["items"].as_array().unwrap() {
            let done = format!("/tasks/{}/done", task["id"].as_str().unwrap());
            let answer = qian.post(&done, json!(null)).await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (409, "episode.task_of_report")
            );
            refused += 1;
        }
        assert_eq!(refused, 2, "{waits}");
        moved(&app, &event, verified).await;
        assert_eq!(tasks(&app).await, (0, 0));
        sun.get(&path(&event)).await.expect(404);
    }
}

#[tokio::test]
async fn an_incident_that_turns_out_to_be_grave_has_its_clock_from_then_on() {
    let ward = Ward::open().await;
    let app = &ward.app;
    ward.record(emergency()).await.expect(200);
    app.work().await;
    let list = app.qian().await.get("/adverse-events").await.expect(200);
    let event = list["items"][0].clone();
    assert_eq!(event["class"], "IV");
    app.clock.advance(3 * 86_400);
    app.work().await;
    assert_eq!(tasks(app).await, (0, 0));

    let harm = json!({ "state": "submitted", "note": "已造成后果", "class": "II" });
    let raised = moved(app, &event, harm).await;
    let as_handed_in = [
        &raised["reported_class"],
        &raised["reported_due"],
        &raised["late"],
    ];
    assert_eq!(as_handed_in, [&json!("IV"), &event["due"], &json!(false)]);
    let due: DateTime<Utc> = raised["due"].as_str().unwrap().parse().unwrap();
    let ago = app.clock.now() + Duration::hours(24) - due;
    assert!(ago >= Duration::zero() && ago < Duration::minutes(1), "{ago}");
    assert_eq!(tasks(app).await, (1, 0));
    app.clock.advance(24 * 3600 + 1);
    app.work().await;
    assert_eq!(tasks(app).await, (1, 1));
    let graver = json!({ "state": "submitted", "note": "功能丧失", "class": "I" });
    let graver = moved(app, &event, graver).await;
    assert!(!graver["escalated_at"].is_string(), "{graver}");
    assert_eq!(graver["due"], raised["due"], "it was grave before");
    let list = app.qian().await.get("/tasks").await.expect(200);
    let items = list["items"].as_array().unwrap().iter();
    let told: Vec<&Value> = items
        .filter(|task| task["subject"] == event["id"])
        .map(|task| &task["urgent"])
        .collect();
    assert_eq!(told, [&json!(true)], "told anew, at once");
    app.clock.advance(24 * 3600 + 1);
    app.work().await;
    assert_eq!(tasks(app).await, (1, 1), "and again when nobody verified it");
    let known = app.qian().await.get(&path(&event)).await.expect(200);
    assert!(known["escalated_at"].is_string(), "{known}");
}

#[tokio::test]
async fn a_graver_class_has_its_own_shorter_clock() {
    for app in App::each().await {
        let wu = app.wu().await;
        let facility = wu.get("/facility").await;
        let (etag, mut own) = (facility.etag(), facility.expect(200));
        own["settings"]["adverse_event_hours"] = json!({ "i": 6, "ii": 48 });
        let own = json!({ "name": own["name"], "phone": own["phone"], "settings": own["settings"] });
        wu.put("/facility", &etag, own).await.expect(200);
        let event = report("II", "other");
        let event = app.sun().await.post("/adverse-events", event).await.expect(201);
        let graver = json!({ "state": "submitted", "note": "功能丧失", "class": "I" });
        let graver = moved(&app, &event, graver).await;
        let due: DateTime<Utc> = graver["due"].as_str().unwrap().parse().unwrap();
        let ago = app.clock.now() + Duration::hours(6) - due;
        assert!(ago >= Duration::zero() && ago < Duration::minutes(1), "{ago}");
        app.clock.advance(6 * 3600 + 60);
        app.work().await;
        assert_eq!(tasks(&app).await, (1, 1));
        let verified = json!({ "state": "verified", "note": "已核实" });
        moved(&app, &event, verified).await;
        app.clock.advance(24 * 3600);
        app.work().await;
        assert_eq!(tasks(&app).await, (0, 0));
    }
}

#[tokio::test]
async fn by_when_an_event_is_reported_is_the_hospitals_own_word_within_bounds() {
    let app = App::new().await;
    let wu = app.wu().await;
    let facility = wu.get("/facility").await;
    let (etag, body) = (facility.etag(), facility.expect(200));
    assert_eq!(
        body["settings"]["adverse_event_hours"],
        json!({ "i": 24, "ii": 24, "iii": 120, "iv": 168 })
    );
    let set = |hours: Value| {
        let mut settings = body["settings"].clone();
        settings["adverse_event_hours"] = hours;
        json!({ "name": body["name"], "phone": body["phone"], "settings": settings })
    };
    for (member, hours) in [("i", 25), ("ii", 49), ("iii", 169), ("iv", 0)] {
        let refused = wu.put("/facility", &etag, set(json!({ member: hours }))).await;
        let refused = refused.expect(422);
        let pointer = format!("/settings/adverse_event_hours/{member}");
        assert_eq!(refused["errors"][0]["pointer"], pointer.as_str());
    }
    let own = json!({ "i": 6, "ii": 48, "iii": 72 });
    wu.put("/facility", &etag, set(own)).await.expect(200);
    let sun = app.sun().await;
    for (class, hours) in [("I", 6), ("II", 48), ("III", 72), ("IV", 168)] {
        let event = sun
            .post("/adverse-events", report(class, "other"))
            .await
            .expect(201);
        let at = |member: &str| -> DateTime<Utc> { event[member].as_str().unwrap().parse().unwrap() };
        assert_eq!(at("due"), at("discovered_at") + Duration::hours(hours), "{class}");
    }
    app.clock.advance(6 * 3600 + 60);
    app.work().await;
    assert_eq!(tasks(&app).await, (2, 1));
    app.clock.advance(18 * 3600);
    app.work().await;
    assert_eq!(
        tasks(&app).await,
        (2, 2),
        "no class waits longer than a day to be verified"
    );
}

#[tokio::test]
async fn a_report_that_changes_its_class_is_called_about_until_it_is_verified() {
    for (first, then) in [("I", &["II"][..]), ("II", &["III", "II"]), ("I", &["II", "I"])] {
        let app = App::new().await;
        let event = app
            .sun()
            .await
            .post("/adverse-events", report(first, "other"))
            .await;
        let event = event.expect(201);
        for class in then {
            app.clock.advance(3600);
            let other = json!({ "state": "submitted", "note": "分级更正", "class": class });
            moved(&app, &event, other).await;
        }
        assert_eq!(tasks(&app).await, (1, 0), "{first} {then:?}");
        app.clock.advance(25 * 3600);
        app.work().await;
        assert_eq!(tasks(&app).await, (1, 1), "{first} {then:?}");
    }
}
