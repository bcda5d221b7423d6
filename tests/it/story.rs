//! One woman walks the whole pathway while the clinic works with her, on both engines.

use muan::demo::walk::Woman;
use muan::demo::walk_labor::CALM;
use poem::http::Method;
use serde_json::{Map, Value, json};

use crate::support::App;
use crate::support::walk::{healthy, mei, walker};

#[tokio::test]
async fn mei_goes_from_her_first_lesson_to_the_survey() {
    for app in App::each().await {
        walk(&app).await;
    }
}

fn step<'a>(journey: &'a Value, kind: &str) -> &'a Value {
    let steps = journey["steps"].as_array().unwrap();
    steps
        .iter()
        .find(|s| s["kind"] == kind)
        .unwrap_or_else(|| panic!("no step {kind} in {journey}"))
}

async fn journey_of(app: &App, woman: &Woman) -> Value {
    woman
        .phone
        .ask(&app.endpoint, Method::GET, "/me/journey", None, None)
        .await
        .unwrap()
        .body
}

pub async fn walk(app: &App) {
    let walker = walker(app);
    walker.stock().await.unwrap();

    // 1. The midwife registers her; she logs in, agrees, enrolls and sees her journey in one call.
    let person = mei(app);
    let mut woman = walker.register(person.clone()).await.unwrap();
    let journey = journey_of(app, &woman).await;
    assert_eq!(journey["gestation"]["weeks"], 33);
    assert_eq!(step(&journey, "lessons")["state"], "open");

    // 2. She reads the three required lessons and takes their quizzes.
    for slug in ["what-is-neuraxial-analgesia", "risks", "my-decision"] {
        let attempt = walker.lesson(&woman, slug).await.unwrap();
        assert_eq!(attempt["passed"], true, "{slug}");
    }

    // 3. She answers the assessment; the clinic finds it, most urgent first; the anesthesiologist decides.
    let answers = healthy(
        &person,
        json!({ "spn.cond": ["scoliosis"], "spn.cobb": "moderate" }),
    );
    let told = walker.assessment(&mut woman, &answers).await.unwrap();
    assert_eq!(told["told"]["level"], "consult");
    assert!(!told["told"].to_string().contains("禁忌"), "{told}");
    let (sun, zhao) = (app.sun().await, app.zhao().await);
    let queue = sun.get("/reviews?state=waiting").await.expect(200);
    assert_eq!(queue["items"][0]["review"]["level"], "consult");
    let early = walker.consent_released(&mut woman).await.unwrap_err().to_string();
    assert!(early.contains("consent.assessment_undecided"), "{early}");
    let review = zhao.get(&format!("/reviews/{}", woman.review)).await.expect(200);
    assert!(review.to_string().contains("R-SPN-5"));
    let decision = json!({
        "outcome": "cleared_with_conditions", "conditions": "由高年资医师穿刺", "summary": "脊柱侧弯，多数仍可以镇痛。",
        "plan": { "technique": "epidural", "asa_class": 2 },
    });
    walker.decide(&woman, decision).await.unwrap();

    // 4. The consent with her own risk in it; she reads, understands, signs; both signatures are in the PDF.
    let etag = zhao.get(&format!("/consents/{}", woman.consent)).await.etag();
    let release = json!({ "capacity": { "basis": "seen" } });
    zhao.post_at(&format!("/consents/{}/release", woman.consent), &etag, release)
        .await
        .expect(200);
    let presented = zhao.get(&format!("/consents/{}/presented", woman.consent)).await;
    assert!(
        String::from_utf8(presented.bytes).unwrap().contains("侧弯"),
        "her own risk is in the text"
    );
    walker.read_consent(&woman).await.unwrap();
    walker.understand_consent(&woman).await.unwrap();
    walker.sign_consent(&woman).await.unwrap();
    let active = walker.countersign(&woman).await.unwrap();
    assert_eq!(
        active.pointer("/consent/state").or(active.get("state")).unwrap(),
        "active",
        "{active}"
    );
    let document = zhao.get(&format!("/consents/{}/document", woman.consent)).await;
    assert!(document.bytes.starts_with(b"%PDF-"), "{}", document.status);

    // 5. Admission, bedside confirmation, request, block, scores before and at one hour, birth.
    walker.wait(20 * 86_400).await.unwrap();
    let zhao = app.zhao().await;
    walker.admit(&mut woman).await.unwrap();
    walker.recheck(&mut woman, &answers).await.unwrap();
    walker.bedside(&woman).await.unwrap();
    walker.request(&woman).await.unwrap();
    let board = zhao.get("/labors").await.expect(200);
    assert!(board.to_string().contains(&woman.labor));
    walker.wait(10 * 60).await.unwrap();
    walker.block(&woman).await.unwrap();
    walker.wait(58 * 60).await.unwrap();
    walker.observe(&woman, "2").await.unwrap();
    walker.wait(3 * 3600).await.unwrap();
    walker.deliver(&woman, CALM).await.unwrap();
    walker.stop(&woman).await.unwrap();
    let waits = app.zhao().await.get("/tasks").await.expect(200).to_string();
    assert!(!waits.contains("quality.unregistered_batch"), "{waits}");

    // 6. A red flag at 24 hours reaches the anesthesiologist; then the survey.
    walker.wait(24 * 3600).await.unwrap();
    let mut flags = Map::new();
    flags.insert("fu.motor".into(), json!("severe"));
    flags.insert("fu.motor_trend".into(), json!("worse"));
    let told = walker.follow_up(&woman, "follow-up-f24", &flags).await.unwrap();
    assert_eq!(told["told"]["urgent"], true);
    assert!(told["told"].to_string().contains("120"));
    let zhao = app.zhao().await;
    let alerts = zhao.get("/alerts").await.expect(200);
    assert_eq!(alerts["items"][0]["level"], "red");
    assert_eq!(
        alerts["items"][0]["patient"].as_str(),
        Some(woman.patient.as_str())
    );
    walker.survey(&woman, 5).await.unwrap();

    // 7. The quality office sees the four national indicators with her in the numerators.
    let qian = app.qian().await;
    let figures = qian
        .get("/indicators?from=2026-01-01&to=2026-12-31")
        .await
        .expect(200);
    for (code, numerator, denominator) in [
        ("N1-lit", 1, 1),
        ("N2-lit", 1, 1),
        ("N3-lit", 0, 1),
        ("N4-lit", 1, 1),
    ] {
        let row = figures["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["code"] == code)
            .unwrap();
        assert_eq!(
            (&row["numerator"], &row["denominator"]),
            (&json!(numerator), &json!(denominator)),
            "{row}"
        );
    }
    let journey = journey_of(app, &woman).await;
    for kind in [
        "lessons",
        "assessment",
        "review",
        "consent",
        "admission",
        "analgesia",
        "delivery",
    ] {
        assert_eq!(step(&journey, kind)["state"], "done", "{kind}");
    }
    app.work().await;
    let facility = qian.get("/facility").await.expect(200)["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let audit = crate::journal::whole_audit(app, facility).await;
    assert!(audit.is_sound(), "{audit:?}");
}
