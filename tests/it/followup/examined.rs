//! What staff find beside her answers.

use serde_json::json;

use super::ward::{Ward, text};

#[tokio::test]
async fn weakness_that_is_found_calls_the_anesthesiologist() {
    let ward = Ward::after_birth().await;
    ward.wait(20).await;
    let point = ward.point("?state=due", "f24").await;
    let path = format!("/follow-ups/{}", text(&point, "id"));
    let examinations = format!("{path}/examinations");
    let lin = ward.staff("lin").await;
    let well = json!({
        "bromage": 0, "sensory": "正常", "tip_intact": true, "site": "干燥", "temperature_c": "36.8",
        "first_void_at": "2026-03-02T05:00:00Z", "first_walk_at": "2026-03-02T06:00:00Z", "pdph_assessed": true,
        "plan": "常规随访",
    });
    lin.post(&examinations, well).await.expect(201);
    assert!(ward.tasks("zhao", "followup.examined").await.is_empty());
    let weak = json!({ "bromage": 1, "pdph_assessed": false });
    lin.post(&examinations, weak).await.expect(201);
    assert_eq!(ward.tasks("zhao", "followup.examined").await.len(), 1);
    let detail = lin.get(&path).await.expect(200);
    assert_eq!(detail["examinations"][0]["found"]["plan"], "常规随访");
    assert_eq!(detail["examinations"][1]["found"]["bromage"], 1);
    assert_eq!(detail["point"]["point"], "f24");
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
    let found = json!({ "bromage": 0, "pdph_assessed": true });
    let later = lin.post(&path("f42").await, found.clone()).await;
    assert_eq!(later.code(), "followup.no_examination");
    let lu = ward.app.lu().await;
    lu.post(&path("f24").await, found).await.expect(404);
}
