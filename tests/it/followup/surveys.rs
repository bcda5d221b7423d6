//! What surveys come to, and who is asked which.

use serde_json::{Map, Value, json};

use super::ward::{Ward, text};
use crate::analgesia::birth;
use crate::consent::ceremony::Ceremony;

/// Mei answers a form.
pub async fn answers(ward: &Ward, name: &str, flat: Value) {
    let mei = ward.mei_again().await;
    let draft = mei
        .post("/responses", json!({ "questionnaire": name }))
        .await
        .expect(201);
    let path = format!("/responses/{}", text(&draft, "id"));
    let flat: Map<String, Value> = flat.as_object().unwrap().clone();
    let form = &ward.app.ctx.content.forms.current(name).unwrap().form;
    let etag = mei.get(&path).await.etag();
    let content = json!({ "content": form.response_from_flat(&flat) });
    mei.put(&path, &etag, content).await.expect(200);
    mei.post(&format!("{path}/submit"), json!({})).await.expect(200);
    ward.app.work().await;
}

/// What the women who said no answered in March.
async fn refusals(ward: &Ward) -> Value {
    let path = "/surveys/refusal-survey?from=2026-03-01&to=2026-03-31";
    ward.staff("qian").await.get(path).await.expect(200)
}

fn item<'a>(results: &'a Value, group: usize, link_id: &str) -> &'a Value {
    let items = results["groups"][group]["items"].as_array().unwrap();
    items
        .iter()
        .find(|item| item["link_id"] == link_id)
        .unwrap_or_else(|| panic!("no {link_id} in {results}"))
}

#[tokio::test]
async fn a_mother_with_lasting_harm_is_not_asked_how_satisfied_she_is() {
    for (outcome, asked) in [("ongoing", 201), ("permanent_harm", 409)] {
        let ward = Ward::after_birth().await;
        ward.wait(24).await;
        ward.report(json!({
            "code": "nerve_injury", "onset_at": "2026-03-02T00:59:00Z", "severity": 2, "outcome": outcome
        }))
        .await;
        let mei = ward.mei_again().await;
        let survey = json!({ "questionnaire": "satisfaction" });
        mei.post("/responses", survey).await.expect(asked);
    }
}

#[tokio::test]
async fn the_quality_office_reads_means_and_hides_small_groups() {
    let ward = Ward::after_birth().await;
    ward.wait(24).await;
    let reply = json!({
        "sat.overall": "2", "sat.wait": "4", "sat.app": "na", "sat.nps": 9, "sat.reason": ["wait", "info"],
        "sat.call": true, "sat.text": "等得太久",
    });
    answers(&ward, "satisfaction", reply).await;
    let qian = ward.staff("qian").await;
    let path = "/surveys/satisfaction?from=2026-03-01&to=2026-03-31";
    let results = qian.get(path).await.expect(200);
    assert_eq!(item(&results, 0, "sat.wait")["mean"], "4.00");
    assert_eq!(item(&results, 0, "sat.wait")["n"], 1);
    assert_eq!(
        item(&results, 0, "sat.reason")["options"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert!(item(&results, 0, "sat.app").get("mean").is_none());
    assert_eq!(results["groups"][0]["nps"], 100);
    let by_mode = &results["groups"][1];
    assert_eq!(by_mode["group"], "spontaneous_vaginal");
    assert_eq!(
        (by_mode.get("replies"), &by_mode["items"]),
        (None, &json!([])),
        "one reply is too few"
    );
    assert!(!results.to_string().contains("等得太久"));
    ward.staff("zhao").await.get(path).await.expect(403);
    qian.get("/surveys/pre-analgesia?from=2026-03-01&to=2026-03-31")
        .await
        .expect(404);
    qian.get("/surveys/satisfaction?from=2026-04-01&to=2026-03-31")
        .await
        .expect(422);

    // She asked to be called, and those who treat her hear nothing of it.
    assert_eq!(ward.tasks("qian", "followup.service_recovery").await.len(), 1);
    assert_eq!(ward.tasks("lin", "followup.service_recovery").await.len(), 0);
}

#[tokio::test]
async fn a_woman_who_said_no_is_asked_why_in_three_questions() {
    let Ceremony { app, mei, id, .. } = Ceremony::released().await;
    let no = json!({ "reasons": ["needle"], "ask_again": false });
    mei.post(&format!("/consents/{id}/refuse"), no).await.expect(200);
    let ward = Ward::with(app, mei).await;
    ward.deliver(birth()).await;
    ward.wait(20).await;
    let survey = ward
        .mei_again()
        .await
        .post("/responses", json!({ "questionnaire": "satisfaction" }))
        .await;
    assert_ne!(survey.status, 201, "she had no analgesia to be satisfied with");
    let why = json!({ "ref.reasons": ["needle", "cost"], "ref.informed": "partly", "ref.contact": false });
    answers(&ward, "refusal-survey", why).await;
    let results = refusals(&ward).await;
    assert_eq!(item(&results, 0, "ref.informed")["options"][0]["code"], "partly");
    assert_eq!(item(&results, 0, "ref.reasons")["n"], 2);
    assert!(ward.tasks("qian", "followup.service_recovery").await.is_empty());
}

#[tokio::test]
async fn a_woman_who_said_no_and_had_anesthesia_for_a_cesarean_is_asked_why_and_followed() {
    let Ceremony { app, mei, id, .. } = Ceremony::released().await;
    let no = json!({ "reasons": ["needle"], "ask_again": false });
    mei.post(&format!("/consents/{id}/refuse"), no).await.expect(200);
    let ward = Ward::with(app, mei).await;
    ward.spinal().await;
    let mut cesarean = birth();
    cesarean["mode"] = json!("cesarean_planned");
    ward.deliver(cesarean).await;
    ward.wait(20).await;
    assert_eq!(ward.point("?state=due", "f24").await["state"], "due");
    let why = json!({ "ref.reasons": ["needle"], "ref.informed": "yes", "ref.contact": false });
    answers(&ward, "refusal-survey", why).await;
    let results = refusals(&ward).await;
    assert_eq!(item(&results, 0, "ref.informed")["options"][0]["code"], "yes");
}

#[tokio::test]
async fn a_woman_who_had_anesthesia_for_a_cesarean_and_never_said_no_is_not_asked_why() {
    let ward = Ward::open().await;
    ward.spinal().await;
    let mut cesarean = birth();
    cesarean["mode"] = json!("cesarean_planned");
    ward.deliver(cesarean).await;
    ward.wait(20).await;
    for survey in ["refusal-survey", "satisfaction"] {
        let asked = json!({ "questionnaire": survey });
        let answer = ward.mei_again().await.post("/responses", asked).await;
        assert_ne!(answer.status, 201, "{survey}");
    }
}
