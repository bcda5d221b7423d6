//! Answers that were entered in error no longer answer their point.

use serde_json::{Value, json};

use super::ward::{Ward, text};

async fn withdraw(ward: &Ward, response: &str) {
    let path = format!("/responses/{response}/entered-in-error");
    let reason = json!({ "reason": "录到了另一位产妇名下。" });
    ward.staff("lin").await.post(&path, reason).await.expect(200);
    ward.app.work().await;
}

/// How many of her steps have this reference and state.
async fn steps(ward: &Ward, reference: &str, state: &str) -> usize {
    let journey = ward.mei_again().await.get("/me/journey").await.expect(200);
    let steps = journey["steps"].as_array().unwrap();
    let those = steps
        .iter()
        .filter(|step| step["ref"] == reference && step["state"] == state);
    those.count()
}

#[tokio::test]
async fn a_point_that_was_answered_for_the_wrong_woman_is_asked_again_and_she_is_phoned() {
    let ward = Ward::after_birth().await;
    ward.wait(31).await;
    assert_eq!(ward.tasks("lin", "followup.phone").await.len(), 1);
    let point = ward.point("?state=due", "f24").await;
    let weak = json!({ "fu.motor": "mild", "fu.motor_trend": "same" });
    let entered = ward.files(&point, weak).await;
    assert_eq!(ward.tasks("lin", "followup.phone").await.len(), 0);
    assert_eq!(steps(&ward, "f24", "done").await, 1);

    withdraw(&ward, &text(&entered, "response")).await;
    let point = ward.point("?state=due", "f24").await;
    for member in ["response", "level", "complete", "answered_at"] {
        assert_eq!(
            point.get(member).cloned().unwrap_or_default(),
            Value::Null,
            "{member}"
        );
    }
    assert_eq!(steps(&ward, "f24", "open").await, 1);
    assert_eq!(ward.tasks("lin", "followup.phone").await.len(), 1);
    let alerts = ward
        .staff("zhao")
        .await
        .get("/alerts?state=open")
        .await
        .expect(200);
    assert_eq!(
        alerts["items"].as_array().unwrap().len(),
        1,
        "whom it has called looks at it"
    );
    let again = ward.files(&point, json!({})).await;
    assert_eq!(again["level"], "none");
    assert_eq!(
        ward.point("?state=answered", "f24").await["response"],
        again["response"]
    );
}

#[tokio::test]
async fn what_the_answers_replaced_answers_the_point_again() {
    let ward = Ward::after_birth().await;
    ward.wait(20).await;
    let point = ward.point("?state=due", "f24").await;
    let dizzy = json!({ "fu.dizzy": "severe" });
    let first = ward.files(&point, dizzy).await["response"].clone();
    let answered_at = ward.point("?state=answered", "f24").await["answered_at"].clone();
    ward.wait(1).await;
    let mei = ward.mei_again().await;
    let path = format!("/responses/{}/amendments", first.as_str().unwrap());
    let draft = mei.post(&path, json!({ "reason": "点错了" })).await;
    let (etag, second) = (draft.etag(), text(&draft.expect(201), "id"));
    let form = ward.app.ctx.content.forms.current("follow-up-f24").unwrap();
    let flat = muan::demo::walk_labor::well("follow-up-f24");
    let content = json!({ "content": form.form.response_from_flat(&flat) });
    let path = format!("/responses/{second}");
    mei.put(&path, &etag, content).await.expect(200);
    mei.post(&format!("{path}/submit"), json!({})).await.expect(200);
    assert_eq!(ward.point("?state=answered", "f24").await["level"], "none");

    withdraw(&ward, &second).await;
    let point = ward.point("?state=answered", "f24").await;
    assert_eq!(
        (&point["response"], &point["level"], &point["answered_at"]),
        (&first, &json!("orange"), &answered_at)
    );
    assert_eq!(steps(&ward, "f24", "done").await, 1);
}

#[tokio::test]
async fn a_point_that_is_open_again_after_her_death_or_a_puncture_that_never_was_is_ended() {
    let ward = Ward::after_birth().await;
    let puncture = ward.puncture().await;
    ward.wait(20).await;
    let first = ward
        .files(&ward.point("?state=due", "f24").await, json!({}))
        .await;
    let point = ward.point("?state=due", "adp24").await;
    let mut flat = muan::demo::walk_labor::well("follow-up-fadp");
    for elsewhere in ["fu.bleeding", "fu.feeding", "fu.feeding_help", "fu.sleep"] {
        flat.remove(elsewhere);
    }
    let form = ward.app.ctx.content.forms.current("follow-up-fadp").unwrap();
    let content = json!({ "content": form.form.response_from_flat(&flat) });
    let path = format!("/follow-ups/{}/responses", text(&point, "id"));
    let second = ward.staff("zhao").await.post(&path, content).await.expect(201);
    ward.entered_in_error(&puncture).await;
    withdraw(&ward, &text(&second, "response")).await;
    assert!(
        ward.points("?state=ended")
            .await
            .iter()
            .any(|one| one["point"] == "adp24")
    );
    ward.complication("maternal_death").await;
    withdraw(&ward, &text(&first, "response")).await;
    assert!(
        ward.points("?state=ended")
            .await
            .iter()
            .any(|one| one["point"] == "f24")
    );
    assert!(ward.tasks("lin", "followup.phone").await.is_empty());
}
