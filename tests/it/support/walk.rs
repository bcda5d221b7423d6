//! One woman's whole way, for the chapters that need its traces: the demo's walker with the cast's staff.

use std::collections::BTreeMap;

use muan::demo::walk::{Person, Walker, Woman, text};
use muan::demo::walk_labor::CALM;
use serde_json::{Map, Value, json};

use super::App;
use super::cast::{HOSPITAL, PASSWORD};

/// What she left behind: ids by the first word of their paths.
pub struct World {
    pub patient: String,
    pub ids: BTreeMap<&'static str, String>,
}

/// The walker of an app, with Lin, Sun and Zhao.
pub fn walker(app: &App) -> Walker<'_> {
    Walker::new(&app.ctx, &app.endpoint, &app.simulator, HOSPITAL, PASSWORD)
}

/// Mei, 33 weeks on the morning of every test.
pub fn mei(app: &App) -> Person {
    Person {
        openid: "o-mei".to_owned(),
        name: "梅秀英".to_owned(),
        phone: "13800000001".to_owned(),
        birth_date: "1996-03-12".to_owned(),
        edd: (app.clock.now() + chrono::Duration::days(49))
            .date_naive()
            .to_string(),
    }
}

/// The answers of a healthy woman, then `changes`.
pub fn healthy(person: &Person, changes: Value) -> Map<String, Value> {
    let mut answers = muan::demo::healthy::answers(person);
    answers.extend(changes.as_object().unwrap().clone());
    answers
}

/// The release's Chinese template as a hospital's editor files it: another version, else the same.
pub fn reworded(version: Value) -> Value {
    let text = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/content/consents/labor-analgesia/1.0.0/zh-CN.json"
    ));
    let mut document: Value = serde_json::from_str(text).unwrap();
    document["version"] = version;
    document
}

/// From the registration to a red flag and the survey, with an adverse event reported beside.
pub async fn to_the_survey(app: &App) -> World {
    let walker = walker(app);
    walker.stock().await.unwrap();
    let person = mei(app);
    let mut woman: Woman = walker.register(person.clone()).await.unwrap();
    walker.required_lessons(&woman).await.unwrap();
    let answers = healthy(
        &person,
        json!({ "spn.cond": ["scoliosis"], "spn.cobb": "moderate" }),
    );
    walker.assessment(&mut woman, &answers).await.unwrap();
    let decision = json!({ "outcome": "cleared", "summary": "可以使用分娩镇痛。", "plan": { "technique": "epidural", "asa_class": 2 } });
    walker.decide(&woman, decision).await.unwrap();
    // The seventh week before her due date becomes the fortnight before it: a consent holds thirty days.
    walker.wait(35 * 86_400).await.unwrap();
    walker.reopen(&mut woman).await.unwrap();
    walker.consent(&mut woman).await.unwrap();
    walker.wait(10 * 86_400).await.unwrap();
    walker.admit(&mut woman).await.unwrap();
    walker.recheck(&mut woman, &answers).await.unwrap();
    walker.bedside(&woman).await.unwrap();
    walker.request(&woman).await.unwrap();
    walker.wait(10 * 60).await.unwrap();
    walker.block(&woman).await.unwrap();
    walker.wait(58 * 60).await.unwrap();
    walker.observe(&woman, "2").await.unwrap();
    walker.wait(3 * 3600).await.unwrap();
    walker.deliver(&woman, CALM).await.unwrap();
    walker.stop(&woman).await.unwrap();
    walker.wait(24 * 3600).await.unwrap();
    let mut flags = Map::new();
    flags.insert("fu.motor".into(), json!("severe"));
    flags.insert("fu.motor_trend".into(), json!("worse"));
    walker.follow_up(&woman, "follow-up-f24", &flags).await.unwrap();
    walker.survey(&woman, 5).await.unwrap();
    let lin = app.lin().await;
    let zhao = app.zhao().await;
    let event = json!({
        "class": "III", "category": "other", "occurred_at": app.clock.now(), "discovered_at": app.clock.now(),
        "patient": woman.patient, "labor": woman.labor, "place": "产房", "what_happened": "泵管接头松动，及时发现。",
        "outcome": "none",
    });
    let event = lin.post("/adverse-events", event).await.expect(201);
    let supply = json!({
        "kind": "consumable", "name": "硬膜外穿刺包", "batch": "T-1", "supplier": "国药股份", "unit": "套",
        "expires_on": "2028-01-01", "received": "5",
    });
    let supply = lin.post("/supplies", supply).await.expect(201);
    let first = |list: Value| text(&list, "/items/0/id").unwrap();
    let mut ids = BTreeMap::from([
        ("patients", woman.patient.clone()),
        ("responses", woman.response.clone()),
        ("reviews", woman.review.clone()),
        ("consents", woman.consent.clone()),
        ("labors", woman.labor.clone()),
        ("adverse-events", text(&event, "/id").unwrap()),
        ("supplies", text(&supply, "/id").unwrap()),
        ("alerts", first(zhao.get("/alerts").await.expect(200))),
        ("follow-ups", first(lin.get("/follow-ups").await.expect(200))),
        ("tasks", first(zhao.get("/tasks").await.expect(200))),
    ]);
    let template = zhao
        .post("/consent-templates", reworded(json!("1.1.0")))
        .await
        .expect(201);
    ids.insert("consent-templates", text(&template, "/id").unwrap());
    crate::quality::cases::graded(app, &woman.patient, "green", true).await;
    ids.insert("cases", crate::quality::cases::case_of(&lin).await);
    let me = zhao.get("/me").await.expect(200);
    ids.insert("staff", text(&me, "/id").unwrap());
    World {
        patient: woman.patient,
        ids,
    }
}
