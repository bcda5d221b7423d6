//! What staff find beside her answers.

use serde_json::{Value, json};

use super::ward::{Ward, text};

/// What staff find on the day after birth, and what came of it.
async fn examined(found: Value) -> (Ward, Value) {
    let ward = Ward::after_birth().await;
    ward.wait(20).await;
    let point = ward.point("?state=due", "f24").await;
    let path = format!("/follow-ups/{}/examinations", text(&point, "id"));
    let mut body = json!({ "bromage": 0, "pdph_assessed": true });
    for (member, value) in found.as_object().unwrap() {
        body[member] = value.clone();
    }
    let told = ward.staff("lin").await.post(&path, body).await.expect(201);
    let alerts = ward.staff("zhao").await.get("/alerts").await.expect(200);
    for alert in alerts["items"].as_array().unwrap() {
        assert_eq!(
            (&alert["examination"], &alert["response"]),
            (&told["id"], &Value::Null)
        );
        assert_eq!(
            (&alert["follow_up"], &alert["form"]),
            (&point["id"], &point["form"])
        );
    }
    (ward, alerts["items"].clone())
}

#[tokio::test]
async fn an_examination_without_a_finding_raises_nothing() {
    let well = json!({
        "sensory": "正常。", "tip_intact": true, "site": "干燥", "temperature_c": "37.9",
        "first_void_at": "2026-03-02T05:00:00Z", "first_walk_at": "2026-03-02T06:00:00Z", "plan": "常规随访",
    });
    let (ward, alerts) = examined(well).await;
    assert_eq!(alerts, json!([]));
    assert!(ward.tasks("zhao", "followup.examined").await.is_empty());
    let point = ward.point("?state=due", "f24").await;
    let path = format!("/follow-ups/{}", text(&point, "id"));
    let detail = ward.staff("lin").await.get(&path).await.expect(200);
    assert_eq!(detail["examinations"][0]["found"]["plan"], "常规随访");
    assert_eq!(detail["point"]["point"], "f24");
}

#[tokio::test]
async fn what_staff_find_raises_what_her_own_words_would() {
    for (found, level, rules) in [
        (json!({ "bromage": 2 }), "red", vec!["F01"]),
        (json!({ "bromage": 1 }), "orange", vec!["F19"]),
        (json!({ "temperature_c": "39.0" }), "red", vec!["F04"]),
        (json!({ "temperature_c": "38.0" }), "orange", vec!["F11"]),
        (json!({ "sensory": "左大腿外侧麻木" }), "orange", vec!["F08"]),
        (json!({ "site_findings": ["discharge"] }), "orange", vec!["F09"]),
        (
            json!({ "site_findings": ["red", "swollen", "pain"] }),
            "orange",
            vec!["F09"],
        ),
        (
            json!({ "site_findings": ["discharge"], "temperature_c": "38.2" }),
            "red",
            vec!["F09b", "F11", "F09"],
        ),
        (
            json!({ "bromage": 1, "temperature_c": "39.2", "sensory": "右足背" }),
            "red",
            vec!["F04", "F19", "F08"],
        ),
    ] {
        let (_, alerts) = examined(found).await;
        let fired: Vec<&str> = alerts[0]["flags"]
            .as_array()
            .unwrap()
            .iter()
            .map(|flag| flag["rule"].as_str().unwrap())
            .collect();
        assert_eq!((alerts[0]["level"].as_str(), fired), (Some(level), rules));
    }
}

#[tokio::test]
async fn an_inflamed_puncture_site_calls_the_anesthesiologist_and_with_fever_the_obstetrician_too() {
    let (ward, alerts) = examined(json!({ "site": "渗液", "site_findings": ["discharge"] })).await;
    assert_eq!(alerts[0]["notify"], json!(["anesthesiologist"]));
    let decided = json!([{ "link_id": "site_findings", "value": ["discharge"] }]);
    assert_eq!(alerts[0]["flags"][0]["decided_by"], decided);
    assert_eq!(ward.tasks("zhao", "followup.alert").await.len(), 1);
    let (_, alerts) = examined(json!({ "site_findings": ["red", "swollen"], "temperature_c": "38.0" })).await;
    assert_eq!(alerts[0]["notify"], json!(["anesthesiologist", "obstetrician"]));
    let flag = &alerts[0]["flags"][0];
    let decided = json!([
        { "link_id": "site_findings", "value": ["red", "swollen"] },
        { "link_id": "temperature_c", "value": "38" },
    ]);
    assert_eq!((&flag["rule"], &flag["decided_by"]), (&json!("F09b"), &decided));
    assert_eq!(
        (&flag["source"], &flag["confirmed"]),
        (&json!("GK"), &json!(false))
    );
}

#[tokio::test]
async fn a_puncture_site_that_is_only_red_or_tender_raises_nothing() {
    for site in [
        json!([]),
        json!(["normal"]),
        json!(["red"]),
        json!(["swollen", "pain"]),
    ] {
        let (_, alerts) = examined(json!({ "site": "轻度压痛", "site_findings": site })).await;
        assert_eq!(alerts, json!([]), "{site}");
    }
}

#[tokio::test]
async fn a_measured_temperature_is_taken_once_it_is_confirmed_and_somebody_comes_to_look() {
    for (celsius, fired) in [("33.4", None), ("43.1", Some("F04"))] {
        let found = json!({ "temperature_c": celsius, "confirmed": true });
        let (ward, alerts) = examined(found).await;
        assert_eq!(alerts[0]["flags"][0]["rule"].as_str(), fired);
        assert_eq!(ward.tasks("zhao", "followup.examined").await.len(), 1);
        let point = ward.point("?state=due", "f24").await;
        let path = format!("/follow-ups/{}", text(&point, "id"));
        let detail = ward.staff("lin").await.get(&path).await.expect(200);
        assert_eq!(detail["examinations"][0]["found"]["temperature_c"], celsius);
    }
}

#[tokio::test]
async fn weakness_that_is_found_is_not_waited_with() {
    let (ward, alerts) = examined(json!({ "bromage": 3 })).await;
    let alert = format!("/alerts/{}", text(&alerts[0], "id"));
    let decided = json!([{ "link_id": "bromage", "value": 3 }]);
    assert_eq!(alerts[0]["flags"][0]["decided_by"], decided);
    assert_eq!(ward.tasks("zhao", "followup.alert").await.len(), 1);
    for (minutes, step) in [(11, 1), (10, 2)] {
        ward.app.clock.advance(minutes * 60);
        ward.app.work().await;
        let alerts = ward.staff("zhao").await.get("/alerts").await.expect(200);
        assert_eq!(alerts["items"][0]["step"], step);
    }
    let zhao = ward.staff("zhao").await;
    zhao.post(&format!("{alert}/acknowledge"), json!(null))
        .await
        .expect(200);
    let outcome = json!({ "outcome": "已做磁共振，未见血肿。" });
    zhao.post(&format!("{alert}/close"), outcome).await.expect(200);
}

#[tokio::test]
async fn a_tip_that_was_not_whole_calls_the_anesthesiologist() {
    let (ward, alerts) = examined(json!({ "tip_intact": false })).await;
    assert_eq!(alerts, json!([]));
    assert_eq!(ward.tasks("zhao", "followup.examined").await.len(), 1);
}

#[tokio::test]
async fn an_examination_is_checked_and_has_its_points() {
    let ward = Ward::after_birth().await;
    let lin = ward.staff("lin").await;
    let path = async |point: &str| {
        let point = ward.point("?state=upcoming", point).await;
        format!("/follow-ups/{}/examinations", text(&point, "id"))
    };
    let wrong = json!({
        "bromage": 4, "temperature_c": "50", "first_walk_at": "2026-03-02T06:00:00Z", "pdph_assessed": true,
    });
    let refused = lin.post(&path("f72").await, wrong).await.expect(422);
    assert_eq!(refused["errors"].as_array().unwrap().len(), 3, "{refused}");
    for (member, value, code) in [
        ("temperature_c", json!("33.9"), "unconfirmed"),
        ("temperature_c", json!("43.1"), "unconfirmed"),
        ("site_findings", json!(["normal", "red"]), "inconsistent"),
    ] {
        let mut wrong = json!({ "bromage": 0, "pdph_assessed": true });
        wrong[member] = value;
        let refused = lin.post(&path("f72").await, wrong).await.expect(422);
        let error = &refused["errors"][0];
        assert_eq!(
            (&error["code"], &error["pointer"]),
            (&json!(code), &json!(format!("/{member}")))
        );
    }
    let found = json!({ "bromage": 0, "pdph_assessed": true });
    let later = lin.post(&path("f42").await, found.clone()).await;
    assert_eq!(later.code(), "followup.no_examination");
    let lu = ward.app.lu().await;
    lu.post(&path("f24").await, found).await.expect(404);
}
