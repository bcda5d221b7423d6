//! What the sections of the evidence hold of the way to a signature, read with the keys of the service.

use muan::ctx::Records;
use muan::db::Q;
use muan::vault::Sealed;
use poem::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::ceremony::{Ceremony, clear};
use crate::forms::submit;
use crate::support::App;
use crate::support::client::fresh_key;

impl Ceremony {
    /// The body of a section of its evidence.
    pub async fn section(&self, no: i64, name: &'static str) -> Value {
        let id: Uuid = self.id.parse().unwrap();
        let mut view = self.app.ctx.view();
        let (kept,): (Sealed,) = view
            .q("select body from consent_evidence where consent_id = $1 and no = $2")
            .bind(id)
            .bind(no)
            .one()
            .await
            .unwrap();
        let section: Value = view.open_json(id, name, &kept).await.unwrap();
        section["body"].clone()
    }

    /// Released with every risk that the rules propose but the first, which Zhao leaves out with a reason; and its rule.
    async fn without_first_risk(answers: Value, reason: &str) -> (Ceremony, Value) {
        let app = App::new().await;
        let (mei, zhao) = (app.mei().await, app.zhao().await);
        submit(&app, &mei, answers).await;
        clear(&zhao).await;
        let ceremony = Ceremony::of(app, mei).await;
        let page = zhao.get(&ceremony.path("")).await;
        let etag = page.etag();
        let page = page.expect(200);
        let proposed = page["risks"].as_array().unwrap().iter();
        let mut confirm: Vec<Value> = proposed.map(|risk| risk["rule"].clone()).collect();
        let rule = confirm.remove(0);
        let body = json!({ "confirm": confirm, "remove": [{ "rule": rule, "reason": reason }] });
        let decided = zhao.put(&ceremony.path("/risks"), &etag, body).await;
        let etag = decided.etag();
        decided.expect(200);
        let body = json!({ "capacity": { "basis": "seen" } });
        zhao.post_at(&ceremony.path("/release"), &etag, body)
            .await
            .expect(200);
        (ceremony, rule)
    }
}

/// What a client says of a tablet (CE-110, CE-075).
fn tablet() -> Value {
    json!({
        "client": "muan-pad 1.4.0", "platform": "Android 14", "model": "Pad 6", "screen": "800x1280",
        "locale": "zh-CN", "time_zone": "Asia/Shanghai", "network": "wifi", "device_id": "d-1",
        "clock_offset_ms": -120, "font_size": 150, "contrast": "high", "audio": true,
    })
}

#[tokio::test]
async fn the_evidence_says_what_was_left_out_played_answered_and_on_what_she_signed() {
    let reason = "复查血小板正常，化验单在病历中。";
    let answers = json!({ "lab.plt": 85, "spn.cond": ["scoliosis"], "spn.cobb": "moderate" });
    let (ceremony, rule) = Ceremony::without_first_risk(answers, reason).await;
    ceremony.reads().await;
    // What was played is told with its range.
    let event = |kind: &str, seq: i64, range: Value| json!({ "kind": kind, "section": "purpose", "seq": seq, "at_ms": seq, "range": range });
    let path = ceremony.path("/reading-events");
    let bare = json!({ "session": "pad", "events": [event("media_range", 1, Value::Null)] });
    let refused = ceremony.mei.post(&path, bare).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/events/0/range");
    let range = json!({ "from_ms": 500, "to_ms": 4000 });
    let played = json!({ "session": "pad", "events": [
        event("open", 1, Value::Null), event("media_range", 2, range.clone()), event("close", 3, Value::Null),
    ] });
    ceremony.mei.post(&path, played).await.expect(202);
    let asked = ceremony
        .mei
        .get(&ceremony.path("/comprehension"))
        .await
        .expect(200);
    assert_eq!(ceremony.answers(false).await["passed"], false);
    assert_eq!(ceremony.answers(true).await["passed"], true);
    ceremony.waived("lessons").await;
    ceremony.identified().await;
    let lin = ceremony.app.lin().await;
    let pad = ceremony.device("PAD-0017").await;
    let mut mark = ceremony.mark().await;
    mark["device"] = tablet();
    mark["device"]["location"] = json!("31.2,121.5");
    let etag = ceremony.etag().await;
    let located = pad.post_at(&ceremony.path("/sign"), &etag, mark.clone()).await;
    assert_eq!(located.status, 400, "no place is asked for: {}", located.body);
    mark["device"] = tablet();
    let key = fresh_key();
    let headers = [
        ("idempotency-key", key.as_str()),
        ("if-match", etag.as_str()),
        ("user-agent", "MuanPad/1.4"),
    ];
    pad.send(Method::POST, &ceremony.path("/sign"), &headers, Some(mark))
        .await
        .expect(201);
    ceremony.in_force().await;

    let presented = ceremony.section(4, "presented").await;
    let removed = presented["removed"].as_array().unwrap();
    let left_out = removed.iter().find(|one| one["rule"] == rule);
    assert_eq!(left_out.unwrap()["reason"], reason, "{removed:?}");

    let reading = ceremony.section(5, "reading").await;
    assert_eq!(reading["client_reported"], true);
    let batches = reading["batches"].as_array().unwrap();
    let on_pad = batches.iter().find(|batch| batch["session"] == "pad").unwrap();
    assert_eq!(on_pad["events"][1]["range"], range, "{on_pad}");

    let first = &ceremony.section(6, "comprehension").await["rounds"][0];
    assert_eq!(first["passed"], false);
    let given = first["answers"].as_array().unwrap();
    let questions = asked["questions"].as_array().unwrap();
    assert_eq!(given.len(), questions.len());
    for (given, asked) in given.iter().zip(questions) {
        let shown = &given["shown"];
        assert_eq!(
            (&shown["id"], &shown["question"], &shown["options"]),
            (&asked["id"], &asked["question"], &asked["options"]),
            "in the order shown"
        );
        assert!(given["option"].is_string() && given["correct"].is_boolean());
        assert_eq!(given["took_ms"], 4200);
    }

    let device = ceremony.section(9, "device").await;
    let me = lin.get("/me").await.expect(200);
    assert_eq!(
        device["hospital_device"],
        json!({ "asset": "PAD-0017", "ward": "产科二病区", "assisting_staff": me["id"] })
    );
    assert_eq!(device["reported"], tablet());
    assert_eq!(device["user_agent"], "MuanPad/1.4");
    assert!(device["session"].is_string());

    let agreements = ceremony.mei.get("/me/agreements").await.expect(200);
    let of_kind = |all: &Value| {
        let all = all.as_array().unwrap().clone();
        all.into_iter()
            .find(|one| one["kind"] == "electronic_signature")
            .unwrap()
    };
    let (kept, offered) = (
        of_kind(&ceremony.section(13, "data_consents").await),
        of_kind(&agreements),
    );
    assert_eq!(
        (&kept["version"], &kept["sha256"]),
        (&offered["version"], &offered["sha256"])
    );
    assert_eq!(kept["sha256"].as_str().unwrap().len(), 64);
}

#[tokio::test]
async fn what_a_doctor_adds_in_his_own_words_is_shown_and_printed_with_his_name() {
    let ceremony = Ceremony::drafted().await;
    let path = ceremony.path("/risks");
    let etag = ceremony.zhao.get(&ceremony.path("")).await.etag();
    let (text, plan) = ("您对碘过敏，消毒改用氯己定。", "入院时再核对一次。");
    let body = json!({ "add": [{ "text": text, "plan": plan }] });
    let added = ceremony.zhao.put(&path, &etag, body.clone()).await;
    let etag = added.etag();
    added.expect(200);
    let release = json!({ "capacity": { "basis": "seen" }, "assessment_waived": "Seen today." });
    ceremony
        .zhao
        .post_at(&ceremony.path("/release"), &etag, release)
        .await
        .expect(200);
    let shown = ceremony.mei.get(&ceremony.path("/presented")).await.body;
    let sections = shown["sections"].as_array().unwrap();
    let own = sections.iter().find(|one| one["id"] == "own-risks").unwrap();
    let risk = &own["own_risks"][0];
    assert_eq!(
        (&risk["text"], &risk["plan"], &risk["by"]),
        (&json!(text), &json!(plan), &json!("赵明"))
    );
    let etag = ceremony.etag().await;
    let late = ceremony.zhao.put(&path, &etag, body).await;
    super::signers::refused(&late, "consent.illegal_transition");
    ceremony.is_ready().await;
    ceremony.becomes_active(0).await;
    if let Some(printed) = ceremony.printed().await {
        for wanted in [text, plan, "由赵明补充"] {
            assert!(printed.contains(wanted), "{wanted}: {printed}");
        }
    }
}
