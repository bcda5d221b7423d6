//! Follow-up: her red flag reaches the right people, goes further when nobody takes it, and ends with an outcome.

mod corrected;
mod examined;
mod headache;
mod lost;
mod mood;
mod next;
mod on_ward;
mod plan;
mod reminders;
mod suggestions;
mod surveys;
pub mod ward;
mod windows;
mod withdrawn;

use muan::base::id::{FacilityId, PatientId, ResponseId};
use muan::base::{Act, Actor, Locale, Subject};
use muan::forms::model::{Response, ResponseStatus, Submitted, Told};
use muan::people::caller::{Caller, Factor, Mine, Who};
use muan::questionnaire::Answers;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::App;
use crate::support::cast::Woman;
use crate::support::client::Client;

/// Her answers to a form, handed to follow-up as a submission hands them.
async fn submits(app: &App, mei: &Woman, name: &str, changed: Value) -> Option<Told> {
    let me = mei.get("/me").await.expect(200);
    let facility: FacilityId = serde_json::from_value(me["facility_id"].clone()).unwrap();
    let patient = PatientId(mei.patient_id.parse().unwrap());
    let mut tx = app.ctx.write(Act::FollowupRemind).await.unwrap();
    let episode = muan::episode::facts::current(&mut tx, facility, patient)
        .await
        .unwrap()
        .unwrap();
    let form = app.ctx.content.forms.current(name).unwrap().form.clone();
    let mut flat = json!({
        "fu.well": "good", "fu.headache": "none", "fu.back": "none", "fu.sense": "no", "fu.motor": "no",
        "fu.walk": "yes", "fu.bladder": "normal", "fu.saddle": "no", "fu.fever": 36.7, "fu.alarm": ["none"],
        "fu.site": ["normal"], "fu.dizzy": "none", "fu.bleeding": "normal", "fu.breathe": "no", "fu.contact": false
    });
    for (link_id, value) in changed.as_object().unwrap() {
        flat[link_id] = value.clone();
    }
    let flat = flat.as_object().unwrap();
    let content = form.response_from_flat(flat);
    let answers = Answers::from_flat(&form, flat);
    let response = Response {
        id: tx.id::<ResponseId>(),
        facility_id: facility,
        patient_id: patient,
        episode_id: episode.id,
        assignment_id: None,
        questionnaire: form.canonical().to_owned(),
        name: name.to_owned(),
        after_loss: false,
        status: ResponseStatus::Completed,
        content,
        staff_items: None,
        authored_at: tx.now,
        completed_at: Some(tx.now),
        entered_by: None,
        amending: Default::default(),
        withdrawn: None,
        version: 1,
    };
    let caller = Caller {
        who: Who::Patient {
            account: tx.id(),
            record: Some(Mine { patient, facility }),
            matched: true,
        },
        session: tx.id(),
        second_factor: Factor::None,
        request: Default::default(),
    };
    let submitted = Submitted {
        response: &response,
        answers: &answers,
        episode: &episode,
        locale: Locale::ZhCn,
        by: &caller,
    };
    let told = muan::followup::on_submitted(&app.ctx, &mut tx, &submitted)
        .await
        .unwrap();
    let subject = Subject::of_patient("response", response.id, patient);
    tx.journal_as(
        Act::FollowupRemind,
        Actor::SYSTEM,
        Some(facility),
        subject,
        json!({}),
        None,
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    told
}

#[tokio::test]
async fn a_red_flag_tells_her_at_once_what_to_do_and_reaches_the_anesthesiologist() {
    let app = App::new().await;
    let mei = app.mei().await;
    let told = submits(
        &app,
        &mei,
        "follow-up-f7",
        json!({ "fu.motor": "severe", "fu.motor_trend": "worse" }),
    )
    .await
    .unwrap();
    assert!(told.urgent);
    assert!(told.lines[0].contains("120"), "{:?}", told.lines);
    assert_eq!(told.phone.as_deref(), Some("010-12345678"));
    let alerts = app.zhao().await.get("/alerts").await.expect(200);
    let alert = &alerts["items"][0];
    assert_eq!(alert["level"], "red");
    assert_eq!(alert["flags"][0]["rule"], "F01");
    assert_eq!(alert["patient"], mei.patient_id.as_str());
    let called = alert["history"].as_array().unwrap();
    assert!(
        called
            .iter()
            .all(|entry| entry["kind"] == "called" && entry["step"] == 0)
    );
    assert_eq!(
        called.len(),
        3,
        "two anesthesiologists and the obstetrician, without a roster"
    );
}

#[tokio::test]
async fn no_complaint_raises_nothing() {
    let app = App::new().await;
    let mei = app.mei().await;
    let told = submits(&app, &mei, "follow-up-f24", json!({})).await.unwrap();
    assert!(!told.urgent && told.lines.is_empty() && told.phone.is_none());
    let alerts = app.zhao().await.get("/alerts").await.expect(200);
    assert_eq!(alerts["items"], json!([]));
}

#[tokio::test]
async fn a_red_flag_that_nobody_takes_goes_to_the_next_on_call_and_to_the_duty_officer() {
    let app = App::new().await;
    let mei = app.mei().await;
    submits(&app, &mei, "follow-up-f7", json!({ "fu.bleeding": "heavy" })).await;
    let (lin, sun, qian) = (app.lin().await, app.sun().await, app.qian().await);
    let id = lin.get("/alerts").await.expect(200)["items"][0]["id"].clone();
    let take = format!("/alerts/{}/acknowledge", id.as_str().unwrap());
    for (minutes, step) in [(9, 0), (2, 1), (10, 2)] {
        app.clock.advance(minutes * 60);
        app.work().await;
        let alerts = lin.get("/alerts?state=open").await.expect(200);
        assert_eq!(alerts["items"][0]["step"], step);
        assert_eq!(waiting(&sun, "followup.alert_next").await, usize::from(step >= 1));
        assert_eq!(
            waiting(&qian, "followup.alert_officer").await,
            usize::from(step == 2)
        );
        let hers = qian.get("/alerts").await.expect(200);
        assert_eq!(hers["items"].as_array().unwrap().len(), usize::from(step == 2));
        if step < 2 {
            qian.post(&take, json!(null)).await.expect(404);
        }
    }
    let history = lin.get("/alerts").await.expect(200)["items"][0]["history"].clone();
    assert!(history.as_array().unwrap().iter().any(|entry| entry["step"] == 2));
    let taken = qian.post(&take, json!(null)).await.expect(200);
    assert_eq!(taken["state"], "acknowledged");
    let notices = mei.get("/me/notices").await.expect(200);
    assert_eq!(notices["items"][0]["kind"], "alert_taken", "{notices}");
    assert_eq!(waiting(&sun, "followup.alert_next").await, 0);
    assert_eq!(waiting(&qian, "followup.alert_officer").await, 0);
}

#[tokio::test]
async fn the_task_of_an_alert_ends_with_its_outcome_and_is_not_ticked_off() {
    let app = App::new().await;
    let mei = app.mei().await;
    submits(&app, &mei, "follow-up-f7", json!({ "fu.bleeding": "heavy" })).await;
    let sun = app.sun().await;
    let tasks = sun.get("/tasks").await.expect(200);
    let mut items = tasks["items"].as_array().unwrap().iter();
    let task = items.find(|task| task["kind"] == "followup.alert").unwrap();
    let done = format!("/tasks/{}/done", task["id"].as_str().unwrap());
    let alert = format!("/alerts/{}", task["subject"].as_str().unwrap());
    assert_eq!(sun.post(&done, json!({})).await.code(), "episode.task_of_alarm");
    sun.post(&format!("{alert}/acknowledge"), json!(null))
        .await
        .expect(200);
    assert_eq!(sun.post(&done, json!({})).await.code(), "episode.task_of_alarm");
    let outcome = json!({ "outcome": "已来院，出血已止" });
    sun.post(&format!("{alert}/close"), outcome).await.expect(200);
    assert_eq!(waiting(&sun, "followup.alert").await, 0);
}

/// Tasks of a kind that wait for somebody.
async fn waiting(who: &Client, kind: &str) -> usize {
    let tasks = who.get("/tasks").await.expect(200);
    let items = tasks["items"].as_array().unwrap();
    items.iter().filter(|task| task["kind"] == kind).count()
}

#[tokio::test]
async fn an_orange_flag_is_answered_in_four_hours_or_goes_further() {
    let app = App::new().await;
    let mei = app.mei().await;
    let headache = json!({ "fu.headache": "moderate", "fu.headache_posture": "yes" });
    submits(&app, &mei, "follow-up-f7", headache).await;
    let lin = app.lin().await;
    let alert = lin.get("/alerts").await.expect(200)["items"][0].clone();
    assert_eq!(alert["level"], "orange");
    assert!(
        alert["due"].as_str().unwrap().starts_with("2026-03-02T05:00:00"),
        "{alert}"
    );
    for (minutes, step) in [(239, 0), (2, 1), (60, 2)] {
        app.clock.advance(minutes * 60);
        app.work().await;
        let alerts = lin.get("/alerts").await.expect(200);
        assert_eq!(alerts["items"][0]["step"], step);
    }
}

#[tokio::test]
async fn an_orange_flag_of_the_night_waits_until_ten_and_a_yellow_one_for_three_days() {
    let app = App::new().await;
    let (mei, bai) = (app.mei().await, app.bai().await);
    // Eleven in the evening.
    app.clock.advance(14 * 3600);
    let headache = json!({ "fu.headache": "moderate", "fu.headache_posture": "yes" });
    submits(&app, &mei, "follow-up-f7", headache).await;
    submits(&app, &bai, "follow-up-f7", json!({ "fu.contact": true })).await;
    let alerts = app.lin().await.get("/alerts").await.expect(200);
    assert_eq!(alerts["items"][0]["due"], "2026-03-03T02:00:00Z");
    assert_eq!(alerts["items"][1]["level"], "yellow");
    app.clock.advance(3 * 86_400);
    app.work().await;
    let step = |alerts: Value| alerts["items"][1]["step"].clone();
    assert_eq!(
        step(app.lin().await.get("/alerts").await.expect(200)),
        0,
        "it is night"
    );
    app.clock.advance(9 * 3600);
    app.work().await;
    assert_eq!(step(app.lin().await.get("/alerts").await.expect(200)), 1);
}

#[tokio::test]
async fn an_alert_that_was_taken_goes_no_further_and_is_closed_with_an_outcome_only() {
    let app = App::new().await;
    let mei = app.mei().await;
    submits(&app, &mei, "follow-up-f7", json!({ "fu.breathe": "yes" })).await;
    let sun = app.sun().await;
    let id = sun.get("/alerts").await.expect(200)["items"][0]["id"].clone();
    let path = format!("/alerts/{}", id.as_str().unwrap());
    let taken = sun
        .post(&format!("{path}/acknowledge"), json!(null))
        .await
        .expect(200);
    assert_eq!(taken["state"], "acknowledged");
    app.clock.advance(30 * 60);
    app.work().await;
    let alerts = sun.get("/alerts").await.expect(200);
    assert_eq!(alerts["items"][0]["step"], 0);
    let close = format!("{path}/close");
    sun.post(&close, json!({ "outcome": " " })).await.expect(422);
    let closed = sun
        .post(&close, json!({ "outcome": "已到急诊，排除肺栓塞。" }))
        .await
        .expect(200);
    assert_eq!(closed["state"], "closed");
    let again = sun.post(&close, json!({ "outcome": "已到急诊。" })).await;
    assert_eq!(again.code(), "followup.alert_closed");
}

#[tokio::test]
async fn open_red_alerts_stand_first() {
    let app = App::new().await;
    let (mei, bai) = (app.mei().await, app.bai().await);
    submits(&app, &bai, "follow-up-f7", json!({ "fu.contact": true })).await;
    submits(&app, &mei, "follow-up-f7", json!({ "fu.bleeding": "clots" })).await;
    let alerts = app.lin().await.get("/alerts").await.expect(200);
    let levels: Vec<&str> = alerts["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|alert| alert["level"].as_str().unwrap())
        .collect();
    assert_eq!(levels, ["red", "yellow"]);
}

#[tokio::test]
async fn alerts_and_follow_ups_of_another_hospital_do_not_exist() {
    let app = App::new().await;
    let mei = app.mei().await;
    submits(&app, &mei, "follow-up-f7", json!({ "fu.breathe": "yes" })).await;
    let alerts = app.zhao().await.get("/alerts").await.expect(200);
    let id = alerts["items"][0]["id"].as_str().unwrap().to_owned();
    let stranger = app.stranger().await;
    assert_eq!(stranger.get("/alerts").await.expect(200)["items"], json!([]));
    stranger
        .post(&format!("/alerts/{id}/acknowledge"), json!(null))
        .await
        .expect(404);
    let unknown = Uuid::from_u128(7);
    let content = json!({ "content": { "resourceType": "QuestionnaireResponse" } });
    stranger
        .post(&format!("/follow-ups/{unknown}/responses"), content.clone())
        .await
        .expect(404);
    let keyless = stranger
        .post_bare(&format!("/follow-ups/{unknown}/responses"), content)
        .await;
    assert_eq!(keyless.code(), "http.idempotency_key_missing");
}

#[tokio::test]
async fn the_list_of_follow_ups_is_for_midwives_and_anesthesiologists() {
    let app = App::new().await;
    app.lin().await.get("/follow-ups?state=due").await.expect(200);
    app.zhao().await.get("/follow-ups").await.expect(200);
    app.sun().await.get("/follow-ups").await.expect(403);
    app.qian().await.get("/follow-ups").await.expect(403);
}
