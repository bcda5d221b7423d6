//! Who reads a record, who opens one that is closed to them, and what she is told of it.

use chrono::Days;
use futures_util::FutureExt;
use muan::episode::model::Stage;
use serde_json::{Value, json};

use super::later;
use crate::support::App;
use crate::support::cast::{HOSPITAL, OTHER_HOSPITAL, Woman};
use crate::support::client::Client;
use crate::support::walk;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Mei, whose pregnancy here ended 43 days ago, and for whom nothing waits.
async fn gone(app: &App) -> Woman {
    let mei = app.mei().await;
    later(app, &mei, Some(Stage::Closed), None).await;
    app.clock.advance(43 * DAY);
    mei
}

fn page_of(woman: &Woman) -> String {
    format!("/patients/{}", woman.patient_id)
}

/// Zhao opens her record.
async fn opened(zhao: &Client, woman: &Woman) -> Value {
    let body = json!({ "reason": "complaint", "text": "产后下肢麻木，来电咨询。" });
    let path = format!("{}/access", page_of(woman));
    zhao.post(&path, body).await.expect(201)
}

/// What Mei, who is back after weeks, is told of looks at her record.
async fn looks(app: &App, query: &str) -> Value {
    let mei = app.newcomer("o-mei").await;
    mei.get(&format!("/me/access-log{query}")).await.expect(200)
}

/// Whatever waits for those who treat women is done.
async fn nothing_waits(app: &App) {
    let zhao = app.zhao().await;
    let ward = zhao.get("/labors").await.expect(200);
    for line in ward["items"].as_array().unwrap() {
        for alarm in line["alarms"].as_array().unwrap() {
            let (labor, alarm) = (line["id"].as_str().unwrap(), alarm["id"].as_str().unwrap());
            let outcome = json!({ "outcome": "电话核对：双下肢活动正常。" });
            let path = format!("/labors/{labor}/alarms/{alarm}/close");
            zhao.post(&path, outcome).await.expect(201);
        }
    }
    for client in [app.zhao().await, app.sun().await, app.lin().await] {
        let alerts = client.get("/alerts?state=open").await.expect(200);
        for alert in alerts["items"].as_array().unwrap() {
            let path = format!("/alerts/{}", alert["id"].as_str().unwrap());
            client
                .post(&format!("{path}/acknowledge"), json!(null))
                .await
                .expect(200);
            let outcome = json!({ "outcome": "已面诊，肌力恢复。" });
            client.post(&format!("{path}/close"), outcome).await.expect(200);
        }
        let tasks = client.get("/tasks?limit=100").await.expect(200);
        for task in tasks["items"].as_array().unwrap() {
            let path = format!("/tasks/{}/done", task["id"].as_str().unwrap());
            client.post(&path, json!(null)).await.expect(201);
        }
    }
}

/// What was read is closed to them, by whatever way they come.
async fn is_closed(app: &App, read: &[(&str, String)], patient: &str) {
    for (who, path) in read {
        let client = app.staff(HOSPITAL, who).await;
        let answer = client.get(path).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (403, "episode.access_needed"),
            "{path}"
        );
    }
    let lin = app.lin().await;
    for path in [
        format!("/Patient/{}", patient),
        format!("/QuestionnaireResponse?patient={}", patient),
        format!("/Observation?patient={}", patient),
        format!("/Consent?patient={}", patient),
    ] {
        let outcome = lin.fhir().get(&path).await;
        assert_eq!(outcome.status, 403, "{path}: {}", outcome.body);
    }
}

#[tokio::test]
async fn who_treats_her_reads_until_42_days_after_the_birth_and_while_an_alert_is_open() {
    for app in App::each().await {
        let world = walk::to_the_survey(&app).boxed_local().await;
        let id = |noun: &str| &world.ids[noun];
        let read = [
            ("lin", format!("/patients/{}", world.patient)),
            ("lin", format!("/responses/{}", id("responses"))),
            ("zhao", format!("/reviews/{}", id("reviews"))),
            ("lin", format!("/consents/{}", id("consents"))),
            ("lin", format!("/consents/{}/presented", id("consents"))),
            ("lin", format!("/consents/{}/document", id("consents"))),
            ("zhao", format!("/consents/{}/evidence", id("consents"))),
            ("lin", format!("/consents/{}/verification", id("consents"))),
            ("lin", format!("/labors/{}", id("labors"))),
            ("lin", format!("/labors/{}/history", id("labors"))),
            ("lin", format!("/follow-ups/{}", id("follow-ups"))),
            ("sun", format!("/cases/{}", id("cases"))),
        ];
        let next = json!({ "text": "电话随访", "next_on": (app.clock.now().date_naive() + Days::new(44)) });
        let numb = json!({ "code": "nerve_injury", "onset_at": app.clock.now(), "severity": 2 });
        let written = [
            ("sun", format!("/cases/{}/follow-ups", id("cases")), next),
            ("zhao", format!("/labors/{}/complications", id("labors")), numb),
            (
                "lin",
                format!("/follow-ups/{}/calls", id("follow-ups")),
                json!({ "outcome": "no_answer" }),
            ),
        ];
        app.clock.advance(43 * DAY);
        let lin = app.lin().await;
        lin.get(&read[0].1).await.expect(200);
        nothing_waits(&app).boxed_local().await;
        is_closed(&app, &read, &world.patient).boxed_local().await;
        for (who, path, body) in written {
            let refused = app.staff(HOSPITAL, who).await.post(&path, body).await;
            let answer = (refused.status, refused.code());
            assert_eq!(
                answer,
                (403, "episode.access_needed".to_owned()),
                "{path}: {}",
                refused.body
            );
        }
        let qian = app.qian().await;
        let document = format!("/consents/{}/document", id("consents"));
        assert_eq!(
            qian.get(&document).await.status,
            200,
            "the office judges what was done"
        );
        app.work().await;
        let audit = qian.get("/audit?limit=100").await.expect(200);
        assert!(audit.to_string().contains("people.refused"), "{audit}");
    }
}

#[tokio::test]
async fn six_weeks_are_read_as_they_were() {
    let app = App::new().await;
    let world = walk::to_the_survey(&app).boxed_local().await;
    nothing_waits(&app).boxed_local().await;
    app.clock.advance(40 * DAY);
    let page = format!("/patients/{}", world.patient);
    app.lin().await.get(&page).await.expect(200);
}

#[tokio::test]
async fn a_closed_record_is_opened_with_a_reason_for_four_hours_by_one_person() {
    for app in App::each().await {
        let mei = gone(&app).await;
        let (zhao, lin) = (app.zhao().await, app.lin().await);
        let page = page_of(&mei);
        assert_eq!(zhao.get(&page).await.code(), "episode.access_needed");
        let path = format!("{page}/access");
        let silent = zhao.post(&path, json!({ "reason": "other" })).await.expect(422);
        assert_eq!(silent["errors"][0]["pointer"], "/text");
        let access = opened(&zhao, &mei).await;
        assert_eq!(access["reason"], "complaint");
        zhao.get(&page).await.expect(200);
        assert_eq!(lin.get(&page).await.code(), "episode.access_needed");
        app.clock.advance(4 * HOUR - 1);
        zhao.get(&page).await.expect(200);
        app.clock.advance(1);
        assert_eq!(zhao.get(&page).await.code(), "episode.access_needed");
        app.stranger()
            .await
            .post(&path, json!({ "reason": "emergency" }))
            .await
            .expect(404);
    }
}

#[tokio::test]
async fn an_emergency_needs_no_words() {
    let app = App::new().await;
    let mei = gone(&app).await;
    let path = format!("{}/access", page_of(&mei));
    let lin = app.lin().await;
    lin.post(&path, json!({ "reason": "emergency" }))
        .await
        .expect(201);
}

#[tokio::test]
async fn a_record_that_is_open_is_not_opened() {
    let app = App::new().await;
    let mei = app.mei().await;
    let path = format!("{}/access", page_of(&mei));
    let answer = app
        .lin()
        .await
        .post(&path, json!({ "reason": "emergency" }))
        .await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (409, "episode.access_open")
    );
}

#[tokio::test]
async fn a_woman_who_comes_again_is_read_at_once() {
    let app = App::new().await;
    let mei = gone(&app).await;
    let lin = app.lin().await;
    let edd = (app.clock.now() + chrono::Duration::days(200)).date_naive();
    let again = json!({ "name": "梅秀英", "phone": "13800000001", "edd": edd });
    lin.post("/patients", again).await.expect(201);
    lin.get(&page_of(&mei)).await.expect(200);
}

#[tokio::test]
async fn she_is_told_that_her_record_was_opened_and_why() {
    for app in App::each().await {
        let mei = gone(&app).await;
        let access = opened(&app.zhao().await, &mei).await;
        let her = app.newcomer("o-mei").await;
        let notices = her.get("/me/notices").await.expect(200);
        assert_eq!(notices["items"][0]["kind"], "record_opened");
        assert_eq!(notices["items"][0]["ref"], access["id"]);
        let log = looks(&app, "").await;
        let entry = &log["items"][0];
        assert_eq!(entry["page"], "access");
        assert_eq!(entry["reason"], "complaint");
        assert_eq!(entry["name"], "赵明");
        assert_eq!(
            entry["text"],
            "麻醉科医生赵明填写理由后打开了您的档案：产后出现不适。"
        );
        assert!(!log.to_string().contains("下肢麻木"), "{log}");
        let english = her.speaking("en").get("/me/access-log").await.expect(200);
        assert_eq!(
            english["items"][0]["text"],
            "The anesthesiologist 赵明 opened your record with a reason: a complaint after the birth."
        );
        let copy = her.get("/me/export").await.expect(200);
        assert_eq!(copy["openings"][0]["reason"], "complaint");
    }
}

#[tokio::test]
async fn she_reads_who_looked_at_her_record_and_not_who_looked_at_anothers() {
    for app in App::each().await {
        let (mei, bai) = (app.mei().await, app.bai().await);
        let (lin, sun) = (app.lin().await, app.sun().await);
        lin.get(&page_of(&mei)).await.expect(200);
        app.clock.advance(60);
        sun.get(&page_of(&bai)).await.expect(200);
        lin.get("/patients").await.expect(200);
        app.clock.advance(60);
        let answers = format!("/QuestionnaireResponse?patient={}", mei.patient_id);
        lin.fhir().get(&answers).await.expect(200);
        let log = mei.get("/me/access-log").await.expect(200);
        let items = log["items"].as_array().unwrap();
        let told: Vec<&str> = items.iter().map(|one| one["text"].as_str().unwrap()).collect();
        assert_eq!(
            told,
            ["助产士林静查看了您填写的回答。", "助产士林静打开了您的档案首页。"]
        );
        let first = mei.get("/me/access-log?limit=1").await.expect(200);
        assert_eq!(first["items"][0]["page"], "answers");
        let cursor = first["next_cursor"].as_str().unwrap();
        let next = mei.get(&format!("/me/access-log?limit=1&cursor={cursor}")).await;
        let next = next.expect(200);
        assert_eq!(next["items"][0]["page"], "record");
        assert_eq!(next["items"][0]["role"], "midwife");
        assert_eq!(next["next_cursor"], Value::Null);
        let hers = bai.get("/me/access-log").await.expect(200);
        assert_eq!(hers["items"][0]["name"], "孙岚");
        assert_eq!(hers["items"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn the_quality_office_judges_each_opened_record_once() {
    for app in App::each().await {
        let mei = gone(&app).await;
        let access = opened(&app.zhao().await, &mei).await;
        let qian = app.qian().await;
        let waiting = qian.get("/accesses").await.expect(200);
        assert_eq!(waiting["items"][0]["id"], access["id"]);
        assert_eq!(waiting["items"][0]["name"], "赵明");
        assert_eq!(waiting["items"][0]["text"], "产后下肢麻木，来电咨询。");
        assert!(!waiting.to_string().contains("梅秀英"), "{waiting}");
        let tasks = qian.get("/tasks").await.expect(200);
        assert_eq!(tasks["items"][0]["kind"], "episode.review_access");
        let fang = app.staff(OTHER_HOSPITAL, "fang").await;
        assert_eq!(fang.get("/accesses").await.expect(200)["items"], json!([]));
        let path = format!("/accesses/{}/review", access["id"].as_str().unwrap());
        let verdict = json!({ "verdict": "justified", "text": "当日有来电记录。" });
        fang.post(&path, verdict.clone()).await.expect(404);
        let judged = qian.post(&path, verdict.clone()).await.expect(201);
        assert_eq!(judged["review"]["verdict"], "justified");
        assert_eq!(qian.post(&path, verdict).await.code(), "episode.access_reviewed");
        assert_eq!(qian.get("/accesses").await.expect(200)["items"], json!([]));
        let done = qian.get("/accesses?reviewed=true").await.expect(200);
        assert_eq!(done["items"][0]["review"]["text"], "当日有来电记录。");
        let tasks = qian.get("/tasks").await.expect(200);
        assert_eq!(tasks["items"], json!([]));
        let closed = app.lin().await.get(&page_of(&mei)).await;
        assert_eq!(closed.code(), "episode.access_needed", "its review opens nothing");
    }
}
