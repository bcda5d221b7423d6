//! What is told and said at the bedside (CE-201), and a bedside where nothing can be confirmed.

use serde_json::{Value, json};

use super::ceremony::Ceremony;
use super::over_time::Ward;
use super::text_of;
use crate::assessment::recheck::recheck;

/// In force, and a fever came with labor.
async fn feverish() -> Ward {
    let ceremony = Ceremony::on_answers(json!({})).await;
    ceremony.is_ready().await;
    ceremony.becomes_active(0).await;
    let ward = Ward::of(ceremony).await;
    recheck(
        &ward.ceremony.app,
        &ward.ceremony.mei,
        json!({ "inf.temp_c": 38.4 }),
    )
    .await;
    ward.ceremony.app.work().await;
    ward
}

#[tokio::test]
async fn only_a_risk_that_labor_brought_is_confirmed_there_and_its_sentence_is_kept() {
    let ward = feverish().await;
    let ceremony = &ward.ceremony;
    let open = ceremony.confirms(&json!([])).await;
    assert_eq!(open.code(), "consent.risks_unconfirmed");
    let mut rules = open.body["current"]["rules"].clone();
    rules.as_array_mut().unwrap().push(json!("R-PLT-2"));
    let invented = ceremony.confirms(&rules).await;
    let last = rules.as_array().unwrap().len() - 1;
    assert_eq!(invented.status, 422, "{}", invented.body);
    let pointer = format!("/risks_confirmed/{last}");
    assert_eq!(invented.body["errors"][0]["pointer"], pointer.as_str());
    ceremony.is_confirmed().await;
    let journaled = ceremony.act_of("consent.bedside").await;
    assert_eq!(journaled["detail"]["bedside_sha256"].as_str().unwrap().len(), 64);
    assert_eq!(journaled["detail"]["confirmed"], true);
    ceremony.app.work().await;
    let page = ceremony.zhao.get(&ceremony.path("")).await.expect(200);
    let risks = page["risks"].as_array().unwrap();
    let fever = risks.iter().find(|one| one["rule"] == "R-INF-1").unwrap();
    let record = ceremony.mei.get(&ceremony.path("/document?of=bedside")).await;
    if let Some(text) = text_of(&record.bytes) {
        let flat = |one: &Value| -> String { one.as_str().unwrap().split_whitespace().collect() };
        assert!(text.contains(&flat(&fever["text"])), "{}: {text}", fever["text"]);
        assert!(text.contains("38.4"), "what caused it: {text}");
        assert!(!text.contains("R-INF-1"), "{text}");
    }
}

#[tokio::test]
async fn her_own_yes_is_asked_for_and_printed_with_whoever_heard_it() {
    let ceremony = Ceremony::active().await;
    let mut body = json!({
        "identifiers": ["name", "wristband"], "still_agrees": true, "anything_changed": false,
        "questions_answered": true,
        "capacity": { "orientation": true, "teach_back": true, "pain_score": 7, "opioid_4h": false },
    });
    let path = ceremony.path("/bedside");
    let silent = ceremony.zhao.post(&path, body.clone()).await;
    assert_eq!(silent.expect(422)["errors"][0]["pointer"], "/yes");
    body["yes"] = json!("spoken");
    ceremony.zhao.post(&path, body).await.expect(201);
    ceremony.app.work().await;
    ceremony.app.work().await;
    let record = ceremony.mei.get(&ceremony.path("/document?of=bedside")).await;
    assert_eq!(record.status, 200);
    if let Some(text) = text_of(&record.bytes) {
        for wanted in ["她本人的表示", "口头表示同意", "记录人", "赵明"] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
    }
}

#[tokio::test]
async fn a_woman_who_no_longer_agrees_or_is_not_known_is_not_confirmed() {
    let ceremony = Ceremony::active().await;
    let whole = json!({
        "identifiers": ["name", "wristband"], "still_agrees": true, "anything_changed": false,
        "questions_answered": true, "yes": "spoken",
        "capacity": { "orientation": true, "teach_back": true, "pain_score": 7, "opioid_4h": false },
    });
    let mut said: Vec<(&str, Value)> = vec![
        ("/still_agrees", json!(false)),
        ("/questions_answered", json!(false)),
        ("/capacity/teach_back", json!(false)),
        ("/capacity/orientation", json!(false)),
    ];
    for identifiers in [json!(["name"]), json!(["name", "name"]), json!(["name", "shoe"])] {
        said.push(("/identifiers", identifiers));
    }
    for (pointer, value) in said {
        let mut body = whole.clone();
        *body.pointer_mut(pointer).unwrap() = value.clone();
        let refused = ceremony.zhao.post(&ceremony.path("/bedside"), body).await;
        assert_eq!(refused.status, 422, "{pointer} {value}: {}", refused.body);
        let faults = refused.body["errors"].as_array().unwrap();
        let pointers: Vec<&Value> = faults.iter().map(|fault| &fault["pointer"]).collect();
        assert_eq!(pointers, [pointer], "{value}");
    }
    let page = ceremony.zhao.get(&ceremony.path("")).await.expect(200);
    assert!(page["confirmed_at"].is_null(), "{page}");
    ceremony
        .zhao
        .post(&ceremony.path("/bedside"), whole)
        .await
        .expect(201);
}

#[tokio::test]
async fn what_cannot_be_confirmed_is_recorded_as_it_is_and_carries_no_analgesia() {
    let ward = Ward::of(Ceremony::active().await).await;
    let ceremony = &ward.ceremony;
    ceremony.is_confirmed().await;
    let body = json!({
        "identifiers": ["name", "wristband"], "still_agrees": false, "anything_changed": false,
        "questions_answered": false, "unable": "嗜睡，答不对时间和地点。",
        "capacity": { "orientation": false, "teach_back": false, "pain_score": 3, "opioid_4h": true },
    });
    let zhao = ceremony.app.zhao().await;
    let kept = zhao.post(&ceremony.path("/bedside"), body).await.expect(201);
    assert_eq!(kept["state"], "active");
    let page = zhao.get(&ceremony.path("")).await.expect(200);
    assert!(page["confirmed_at"].is_null(), "{page}");
    assert_eq!(page["unconfirmed"]["reason"], "嗜睡，答不对时间和地点。");
    let hers = ceremony.mei.get(&ceremony.path("")).await.expect(200);
    assert!(
        hers.get("unconfirmed").is_none_or(Value::is_null),
        "staff's own words"
    );
    assert_eq!(ward.time_out().await.code(), "analgesia.consent_missing");
    assert_eq!(
        ceremony.act_of("consent.bedside").await["detail"]["confirmed"],
        false
    );
    // Awake again, she says yes.
    ceremony.is_confirmed().await;
    let page = zhao.get(&ceremony.path("")).await.expect(200);
    assert!(
        page["confirmed_at"].is_string() && page["unconfirmed"].is_null(),
        "{page}"
    );
    ward.time_out().await.expect(201);
}
