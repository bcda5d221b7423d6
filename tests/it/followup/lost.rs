//! Calls that nobody answers.

use serde_json::json;

use super::ward::{Ward, text};

#[tokio::test]
async fn she_is_given_up_after_two_calls_and_taken_up_again_when_she_answers() {
    let ward = Ward::after_birth().await;
    ward.wait(31).await;
    let lin = ward.staff("lin").await;
    let point = ward.point("?state=due", "f24").await;
    let path = format!("/follow-ups/{}", text(&point, "id"));
    assert_eq!(ward.tasks("lin", "followup.phone").await.len(), 1);
    let (calls, lost) = (format!("{path}/calls"), format!("{path}/lost"));
    let reason = json!({ "reason": "no_answer" });
    lin.post(&calls, json!({ "outcome": "no_answer" }))
        .await
        .expect(201);
    let early = lin.post(&lost, reason.clone()).await;
    assert_eq!(early.code(), "followup.calls_missing");
    let called = lin
        .post(&calls, json!({ "outcome": "wrong_number" }))
        .await
        .expect(201);
    assert_eq!(called["calls"].as_array().unwrap().len(), 2);
    let given_up = lin.post(&lost, reason.clone()).await.expect(201);
    assert_eq!(
        (&given_up["state"], &given_up["lost_reason"]),
        (&json!("lost"), &json!("no_answer"))
    );
    assert!(ward.tasks("lin", "followup.phone").await.is_empty());
    assert_eq!(ward.points("?state=lost").await.len(), 1);

    let back = lin
        .post(&calls, json!({ "outcome": "answered" }))
        .await
        .expect(201);
    assert_eq!(back["state"], "due");
    lin.post(&lost, reason.clone()).await.expect(201);

    let flat = muan::demo::walk_labor::well("follow-up-f24");
    let form = ward.app.ctx.content.forms.current("follow-up-f24").unwrap();
    let content = json!({ "content": form.form.response_from_flat(&flat) });
    lin.post(&format!("{path}/responses"), content).await.expect(201);
    let answered = ward.point("?state=answered", "f24").await;
    assert_eq!(
        answered.get("lost_reason").cloned().unwrap_or_default(),
        json!(null)
    );
    let late = lin.post(&calls, json!({ "outcome": "no_answer" })).await;
    assert_eq!(late.code(), "followup.already_answered");
    assert_eq!(lin.post(&lost, reason).await.code(), "followup.already_answered");
}

#[tokio::test]
async fn calls_about_a_woman_of_another_hospital_lead_nowhere() {
    let ward = Ward::after_birth().await;
    let point = ward.point("?state=upcoming", "f24").await;
    let lu = ward.app.lu().await;
    let path = format!("/follow-ups/{}", text(&point, "id"));
    lu.post(&format!("{path}/calls"), json!({ "outcome": "no_answer" }))
        .await
        .expect(404);
    lu.post(&format!("{path}/lost"), json!({ "reason": "declined" }))
        .await
        .expect(404);
}

#[tokio::test]
async fn who_says_that_she_does_not_want_to_be_asked_or_has_moved_is_called_once() {
    for reason in ["declined", "moved_away"] {
        let ward = Ward::after_birth().await;
        ward.wait(31).await;
        let lin = ward.staff("lin").await;
        let point = ward.point("?state=due", "f24").await;
        let path = format!("/follow-ups/{}", text(&point, "id"));
        let (calls, lost) = (format!("{path}/calls"), format!("{path}/lost"));
        let early = lin.post(&lost, json!({ "reason": reason })).await;
        assert_eq!(early.code(), "followup.calls_missing");
        lin.post(&calls, json!({ "outcome": "answered" }))
            .await
            .expect(201);
        let other = lin.post(&lost, json!({ "reason": "no_answer" })).await;
        assert_eq!(other.code(), "followup.calls_missing");
        let given_up = lin.post(&lost, json!({ "reason": reason })).await.expect(201);
        assert_eq!(given_up["lost_reason"], reason);
        assert!(ward.tasks("lin", "followup.phone").await.is_empty());
    }
}
