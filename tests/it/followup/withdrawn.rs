//! Answers that were entered in error no longer answer their point.

use serde_json::{Value, json};

use super::ward::{Ward, text};
use crate::analgesia::birth;
use crate::support::App;

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

/// Staff enter a survey for her that came in on paper; the answers' id.
async fn on_paper(ward: &Ward, who: &str, name: &str, flat: Value) -> String {
    let form = &ward.app.ctx.content.forms.current(name).unwrap().form;
    let content = form.response_from_flat(flat.as_object().unwrap());
    let body = json!({ "questionnaire": name, "content": content });
    let path = format!("/patients/{}/responses", ward.mei.patient_id);
    let entered = ward.staff(who).await.post(&path, body).await.expect(201);
    text(&entered["response"], "id")
}

/// How many of the births of March are counted as satisfied, of how many.
async fn satisfied(ward: &Ward) -> (Value, Value) {
    let path = "/indicators?from=2026-03-01&to=2026-03-31";
    let figures = ward.staff("qian").await.get(path).await.expect(200);
    let rows = figures["items"].as_array().unwrap();
    let row = rows.iter().find(|row| row["code"] == "N4-lit").unwrap();
    (row["numerator"].clone(), row["denominator"].clone())
}

/// What a survey came to in March.
async fn results(ward: &Ward, name: &str) -> String {
    let path = format!("/surveys/{name}?from=2026-03-01&to=2026-03-31");
    let results = ward.staff("qian").await.get(&path).await.expect(200);
    results.to_string()
}

#[tokio::test]
async fn a_reply_for_the_wrong_woman_is_taken_back_by_the_quality_office_and_counts_nowhere() {
    for app in App::each().await {
        let ward = Ward::of(app).await;
        ward.block().await;
        ward.deliver(birth()).await;
        ward.wait(24).await;
        assert_eq!(satisfied(&ward).await, (json!(0), json!(1)));
        let reply = on_paper(&ward, "qian", "satisfaction", json!({ "sat.overall": "5" })).await;
        assert_eq!(satisfied(&ward).await, (json!(1), json!(1)));
        assert!(results(&ward, "satisfaction").await.contains("sat.overall"));
        assert_eq!(steps(&ward, "satisfaction", "done").await, 1);

        let path = format!("/responses/{reply}/entered-in-error");
        let reason = json!({ "reason": "录到了另一位产妇名下。" });
        for treating in ["lin", "sun", "zhao"] {
            let hidden = ward.staff(treating).await.post(&path, reason.clone()).await;
            hidden.expect(404);
        }
        let qian = ward.staff("qian").await;
        let marked = qian.post(&path, reason.clone()).await.expect(200);
        assert_eq!(marked["status"], "entered_in_error");
        ward.app.work().await;
        assert_eq!(satisfied(&ward).await, (json!(0), json!(1)));
        assert!(!results(&ward, "satisfaction").await.contains("sat.overall"));
        assert_eq!(steps(&ward, "satisfaction", "open").await, 1);
        on_paper(&ward, "qian", "satisfaction", json!({ "sat.overall": "4" })).await;
        assert_eq!(satisfied(&ward).await, (json!(1), json!(1)));
        assert_eq!(steps(&ward, "satisfaction", "done").await, 1);
    }
}

#[tokio::test]
async fn reasons_against_a_block_that_were_another_womans_are_not_counted() {
    let ward = Ward::after_birth().await;
    ward.wait(24).await;
    let why = json!({ "ref.reasons": ["needle"], "ref.informed": "partly", "ref.contact": false });
    let reply = on_paper(&ward, "lin", "refusal-survey", why).await;
    assert!(results(&ward, "refusal-survey").await.contains("ref.informed"));
    let path = format!("/responses/{reply}/entered-in-error");
    let reason = json!({ "reason": "录到了另一位产妇名下。" });
    ward.staff("qian").await.post(&path, reason).await.expect(404);
    withdraw(&ward, &reply).await;
    assert!(!results(&ward, "refusal-survey").await.contains("ref.informed"));
}
