//! When women are asked after birth is the hospital's to choose, within what keeps them asked.

use serde_json::{Value, json};

use super::ward::Ward;
use crate::analgesia::birth;
use crate::support::App;
use crate::support::client::Answer;

/// The hospital as it is, with other windows of some points.
async fn chooses(app: &App, windows: Value) -> Answer {
    let wu = app.wu().await;
    let facility = wu.get("/facility").await;
    let etag = facility.etag();
    let mut hospital = facility.expect(200);
    for (point, window) in windows.as_object().unwrap() {
        hospital["settings"]["follow_up_windows"][point] = window.clone();
    }
    let body =
        json!({ "name": hospital["name"], "phone": hospital["phone"], "settings": hospital["settings"] });
    wu.put("/facility", &etag, body).await
}

fn window(opens_h: i64, due_h: i64, expires_h: i64, closes_h: i64, phone_h: i64) -> Value {
    json!({
        "opens_h": opens_h, "due_h": due_h, "expires_h": expires_h, "closes_h": closes_h, "phone_h": phone_h,
    })
}

/// Earlier than usual on the first days.
fn earlier() -> Value {
    json!({ "f24": window(8, 11, 22, 30, 16), "f72": window(30, 48, 72, 144, 60) })
}

async fn dues(ward: &Ward) -> Vec<String> {
    let points = ward.points("?state=upcoming").await;
    points
        .iter()
        .map(|point| point["due"].as_str().unwrap().to_owned())
        .collect()
}

const USUAL: [&str; 4] = [
    "2026-03-03T00:58:00Z",
    "2026-03-04T12:58:00Z",
    "2026-03-09T00:58:00Z",
    "2026-04-13T00:58:00Z",
];

#[tokio::test]
async fn a_hospital_that_chose_nothing_asks_at_the_usual_times() {
    let ward = Ward::after_birth().await;
    assert_eq!(dues(&ward).await, USUAL);
    let hospital = ward.app.wu().await.get("/facility").await.expect(200);
    let windows = &hospital["settings"]["follow_up_windows"];
    assert_eq!(windows["f24"], window(18, 24, 36, 48, 30));
    assert_eq!(windows["f42"], window(912, 1008, 1344, 1344, 1344));
}

#[tokio::test]
async fn births_follow_the_windows_of_their_hospital() {
    let ward = Ward::open().await;
    chooses(&ward.app, earlier()).await.expect(200);
    ward.block().await;
    ward.deliver(birth()).await;
    let expected = ["2026-03-02T11:58:00Z", "2026-03-04T00:58:00Z", USUAL[2], USUAL[3]];
    assert_eq!(dues(&ward).await, expected);
    ward.wait(10).await;
    assert_eq!(ward.notices().await.len(), 1, "two hours after it opens");
    ward.wait(1).await;
    assert_eq!(ward.notices().await.len(), 2, "when it is due");
    assert!(ward.tasks("lin", "followup.phone").await.is_empty());
    ward.wait(5).await;
    assert_eq!(ward.tasks("lin", "followup.phone").await.len(), 1);
    ward.wait(6).await;
    ward.point("?state=overdue", "f24").await;
    ward.wait(8).await;
    let mei = ward.mei_again().await;
    let first = json!({ "questionnaire": "follow-up-f24" });
    assert_eq!(mei.post("/responses", first).await.code(), "forms.window_closed");
    let second = json!({ "questionnaire": "follow-up-f72" });
    mei.post("/responses", second).await.expect(201);
}

#[tokio::test]
async fn what_is_planned_stays_and_moves_with_its_birth_only() {
    let ward = Ward::after_birth().await;
    chooses(&ward.app, earlier()).await.expect(200);
    assert_eq!(dues(&ward).await, USUAL);
    let mut corrected = birth();
    corrected["babies"][0]["born_at"] = json!("2026-03-02T00:48:00Z");
    corrected["correction_reason"] = json!("时间录错了");
    ward.deliver(corrected).await;
    let moved = USUAL.map(|at| at.replace(":58:", ":48:"));
    assert_eq!(dues(&ward).await, moved);
    ward.wait(29).await;
    assert!(
        !ward.notices().await.is_empty(),
        "she is reminded as it was planned"
    );
    assert!(ward.tasks("lin", "followup.phone").await.is_empty());
    ward.wait(1).await;
    assert_eq!(ward.tasks("lin", "followup.phone").await.len(), 1);
}

#[tokio::test]
async fn windows_follow_one_another_and_leave_no_day_without_a_form() {
    let app = App::new().await;
    let wrong = [
        (
            json!({ "f24": window(0, 24, 36, 48, 30) }),
            "f24/opens_h",
            "range",
        ),
        (
            json!({ "f42": window(912, 1008, 1344, 1345, 1344) }),
            "f42/closes_h",
            "range",
        ),
        (
            json!({ "f24": window(24, 24, 36, 48, 30) }),
            "f24/due_h",
            "inconsistent",
        ),
        (
            json!({ "f24": window(18, 24, 23, 48, 24) }),
            "f24/expires_h",
            "inconsistent",
        ),
        (
            json!({ "f24": window(18, 24, 49, 48, 30) }),
            "f24/closes_h",
            "inconsistent",
        ),
        (
            json!({ "f24": window(18, 24, 36, 48, 23) }),
            "f24/phone_h",
            "inconsistent",
        ),
        (
            json!({ "f24": window(18, 24, 36, 48, 37) }),
            "f24/phone_h",
            "inconsistent",
        ),
        (
            json!({ "f24": window(18, 24, 36, 47, 30) }),
            "f72/opens_h",
            "inconsistent",
        ),
        (
            json!({ "f7": window(59, 168, 240, 912, 240) }),
            "f7/opens_h",
            "inconsistent",
        ),
    ];
    for (windows, pointer, code) in wrong {
        let refused = chooses(&app, windows.clone()).await.expect(422);
        let errors = refused["errors"].as_array().unwrap();
        let pointer = format!("/settings/follow_up_windows/{pointer}");
        assert!(
            errors
                .iter()
                .any(|one| one["pointer"] == pointer && one["code"] == code),
            "{windows}: {errors:?}"
        );
    }
    let half = json!({ "f24": { "opens_h": 18 } });
    let refused = chooses(&app, half).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/settings");
    let overlapping = json!({ "f24": window(18, 24, 36, 60, 30) });
    chooses(&app, overlapping).await.expect(200);
}
