//! Quality: adverse events from report to closing, and the figures that are open to whom.

mod bags;
mod births;
pub mod cases;
mod compared;
mod corrected;
mod counts;
mod crowd;
mod drafts;
pub mod edges;
mod grave;
mod kept;
mod limits;
mod moments;
mod offers;
mod readiness;
mod referrals;
mod satisfied;
mod supplies;
mod trainings;
mod worked;

use serde_json::{Value, json};

use crate::support::App;

fn report(class: &str, category: &str) -> Value {
    json!({
        "class": class,
        "category": category,
        "occurred_at": "2026-03-02T00:10:00Z",
        "discovered_at": "2026-03-02T00:30:00Z",
        "place": "产房",
        "what_happened": "备药时发现标签与药物不符，未给药。",
        "outcome": "none",
    })
}

#[tokio::test]
async fn a_report_is_read_by_its_reporter_and_the_quality_office_only() {
    let app = App::new().await;
    let (lin, zhao, qian) = (app.lin().await, app.zhao().await, app.qian().await);
    let event = lin
        .post(
            "/adverse-events",
            report("IV", "wrong_drug_dose_route_or_patient"),
        )
        .await
        .expect(201);
    let path = format!("/adverse-events/{}", event["id"].as_str().unwrap());
    assert_eq!(event["state"], "submitted");
    assert_eq!(event["reporter_role"], "midwife");
    lin.get(&path).await.expect(200);
    qian.get(&path).await.expect(200);
    zhao.get(&path).await.expect(404);
    app.stranger().await.get(&path).await.expect(404);
    app.staff("xinkang", "fang").await.get(&path).await.expect(404);
    lin.get("/adverse-events").await.expect(403);
    let list = qian.get("/adverse-events?state=submitted").await.expect(200);
    assert_eq!(list["items"][0]["number"], event["number"]);
}

#[tokio::test]
async fn an_anonymous_report_names_nobody_and_is_for_events_without_harm() {
    let app = App::new().await;
    let (lin, qian) = (app.lin().await, app.qian().await);
    let mut body = report("III", "burn_or_fall");
    body["anonymous"] = json!(true);
    let event = lin.post("/adverse-events", body.clone()).await.expect(201);
    assert_eq!(event["reporter"], Value::Null);
    let path = format!("/adverse-events/{}", event["id"].as_str().unwrap());
    lin.get(&path).await.expect(404);
    qian.get(&path).await.expect(200);
    let journal = qian.get("/audit?limit=100").await.expect(200);
    let entry = journal["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["act"] == "quality.report")
        .unwrap();
    assert_eq!(entry["actor"], "anonymous");
    body["class"] = json!("I");
    let refused = lin.post("/adverse-events", body).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/anonymous");
}

#[tokio::test]
async fn a_report_sent_twice_is_one_report() {
    let app = App::new().await;
    let lin = app.lin().await;
    let body = report("II", "nerve_deficit");
    let first = lin
        .post_keyed("/adverse-events", "k-1", body.clone())
        .await
        .expect(201);
    let again = lin
        .post_keyed("/adverse-events", "k-1", body.clone())
        .await
        .expect(201);
    assert_eq!(first["id"], again["id"]);
    let keyless = lin.post_bare("/adverse-events", body).await;
    assert_eq!(keyless.status, 400);
    assert_eq!(keyless.code(), "http.idempotency_key_missing");
}

#[tokio::test]
async fn a_grave_event_is_closed_step_by_step_after_its_discussion() {
    let app = App::new().await;
    let (sun, qian) = (app.sun().await, app.qian().await);
    let event = sun
        .post("/adverse-events", report("II", "nerve_deficit"))
        .await
        .expect(201);
    let path = format!("/adverse-events/{}", event["id"].as_str().unwrap());
    let to = |state: &str| json!({ "state": state, "note": "已核实" });
    assert_eq!(qian.put_bare(&path, to("verified")).await.status, 428);
    let skipped = qian.put(&path, "\"1\"", to("closed")).await;
    assert_eq!(skipped.code(), "quality.illegal_transition");
    let verified = qian.put(&path, "\"1\"", to("verified")).await;
    assert_eq!(verified.etag(), "\"2\"");
    assert_eq!(qian.put(&path, "\"1\"", to("verified")).await.status, 412);
    let causeless = qian.put(&path, "\"2\"", to("analyzed")).await.expect(422);
    assert_eq!(causeless["errors"][0]["pointer"], "/root_cause");
    let mut analyzed = to("analyzed");
    analyzed["root_cause"] = json!("process");
    qian.put(&path, "\"2\"", analyzed).await.expect(200);
    let undiscussed = qian.put(&path, "\"3\"", to("closed")).await;
    assert_eq!(undiscussed.code(), "quality.discussion_missing");
    let mut closed = to("closed");
    closed["conclusion"] = json!("双人核对后再给药。");
    for day in ["2099-01-01", "2026-03-01"] {
        closed["discussed_on"] = json!(day);
        let refused = qian.put(&path, "\"3\"", closed.clone()).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/discussed_on", "{day}");
    }
    closed["discussed_on"] = json!("2026-03-02");
    let closed = qian.put(&path, "\"3\"", closed).await.expect(200);
    assert_eq!(closed["state"], "closed");
    assert_eq!(closed["entries"].as_array().unwrap().len(), 3);
    sun.put(&path, "\"4\"", to("closed")).await.expect(403);
}

#[tokio::test]
async fn the_gravest_event_is_closed_after_the_health_authority_was_told() {
    for app in App::each().await {
        let qian = app.qian().await;
        let body = report("I", "maternal_death_or_arrest");
        let event = app.sun().await.post("/adverse-events", body).await.expect(201);
        let path = format!("/adverse-events/{}", event["id"].as_str().unwrap());
        let to = |state: &str| {
            json!({
                "state": state, "note": "已核实", "root_cause": "process", "discussed_on": "2026-03-02",
                "conclusion": "抢救流程需改进。"
            })
        };
        qian.put(&path, "\"1\"", to("verified")).await.expect(200);
        qian.put(&path, "\"2\"", to("analyzed")).await.expect(200);
        let untold = qian.put(&path, "\"3\"", to("closed")).await;
        assert_eq!(
            (untold.status, untold.code().as_str()),
            (409, "quality.authority_untold")
        );
        let mut told = to("analyzed");
        told["authority_told_at"] = json!("2026-03-02T00:40:00Z");
        qian.put(&path, "\"3\"", told).await.expect(200);
        let closed = qian.put(&path, "\"4\"", to("closed")).await.expect(200);
        assert_eq!(closed["state"], "closed");
    }
}

#[tokio::test]
async fn a_grave_event_that_nobody_verifies_within_a_day_goes_further() {
    let app = App::new().await;
    let sun = app.sun().await;
    for class in ["I", "III"] {
        sun.post("/adverse-events", report(class, "other"))
            .await
            .expect(201);
    }
    app.clock.advance(24 * 3600 + 1);
    app.work().await;
    // A staff session lasts one shift: she logs in again.
    let list = app.qian().await.get("/adverse-events").await.expect(200);
    for line in list["items"].as_array().unwrap() {
        assert_eq!(line["escalated_at"].is_string(), line["class"] == "I", "{line}");
    }
}

#[tokio::test]
async fn a_hospital_without_births_has_figures_without_rates() {
    let app = App::new().await;
    let qian = app.qian().await;
    let figures = qian
        .get("/indicators?from=2026-01-01&to=2026-02-28&by=month")
        .await
        .expect(200);
    let items = figures["items"].as_array().unwrap();
    assert_eq!(items.len(), 2 * 32);
    assert_eq!(items[0]["code"], "N1-lit");
    assert_eq!(items[0]["denominator"], 0);
    assert_eq!(items[0]["value"], Value::Null);
    assert!(items[0]["title"].as_str().unwrap().contains("分娩镇痛率"));
    app.lin()
        .await
        .get("/indicators?from=2026-01-01&to=2026-01-31")
        .await
        .expect(403);
    qian.get("/indicators?from=2026-02-01&to=2026-01-31")
        .await
        .expect(422);
}

#[tokio::test]
async fn who_was_satisfied_is_shown_to_the_quality_office_only() {
    let app = App::new().await;
    let period = "from=2026-01-01&to=2026-01-31";
    let zhao = app.zhao().await;
    zhao.get(&format!("/indicators/N1-lit/cases?{period}"))
        .await
        .expect(200);
    let told = zhao.get(&format!("/indicators?{period}")).await.expect(200);
    let codes = told["items"].as_array().unwrap().iter();
    let codes: Vec<&str> = codes.filter_map(|row| row["code"].as_str()).collect();
    assert!(
        codes.contains(&"N1-lit") && !codes.iter().any(|code| code.starts_with("N4")),
        "{codes:?}"
    );
    zhao.get(&format!("/indicators/N4-lit/chart?{period}&by=month"))
        .await
        .expect(404);
    for code in ["N4-lit", "N4-resp", "N4-rate", "N5"] {
        zhao.get(&format!("/indicators/{code}/cases?{period}"))
            .await
            .expect(404);
    }
    let qian = app.qian().await;
    qian.get(&format!("/indicators/N4-lit/cases?{period}"))
        .await
        .expect(200);
}
