//! After an accidental dural puncture.

use muan::base::id::{FacilityId, PatientId};
use serde_json::{Map, Value, json};

use super::ward::{Ward, text};
use crate::analgesia::birth;
use crate::support::client::Client;

/// Mei answers the form on her headache.
async fn answers(ward: &Ward, mei: &Client, changes: Value) -> Value {
    let draft = mei
        .post("/responses", json!({ "questionnaire": "follow-up-fadp" }))
        .await
        .expect(201);
    let path = format!("/responses/{}", text(&draft, "id"));
    let mut flat = muan::demo::walk_labor::well("follow-up-fadp");
    for elsewhere in ["fu.bleeding", "fu.feeding", "fu.feeding_help", "fu.sleep"] {
        flat.remove(elsewhere);
    }
    flat.extend(changes.as_object().cloned().unwrap_or_else(Map::new));
    let form = &ward.app.ctx.content.forms.current("follow-up-fadp").unwrap().form;
    let etag = mei.get(&path).await.etag();
    let content = json!({ "content": form.response_from_flat(&flat) });
    mei.put(&path, &etag, content).await.expect(200);
    let told = mei.post(&format!("{path}/submit"), json!({})).await.expect(200);
    ward.app.work().await;
    told
}

/// The mornings on which she was asked whether the headache has gone.
async fn daily(ward: &Ward) -> Vec<String> {
    let all = ward.notices().await.into_iter();
    all.map(|(_, about)| about)
        .filter(|about| about.starts_with("headache-"))
        .collect()
}

fn headache() -> Value {
    json!({ "fu.headache": "moderate", "fu.headache_posture": "yes", "fu.headache_with": ["none"] })
}

#[tokio::test]
async fn a_puncture_of_the_dura_is_followed_for_three_months() {
    let ward = Ward::after_birth().await;
    assert_eq!(ward.points("?state=upcoming").await.len(), 4);
    ward.puncture().await;
    let points = ward.points("?state=upcoming").await;
    assert_eq!(points.len(), 11);
    assert_eq!(points.last().unwrap()["point"], "adp90");
    assert_eq!(points.last().unwrap()["due"], "2026-05-31T00:58:00Z");
}

#[tokio::test]
async fn of_a_puncture_that_is_known_late_only_what_is_to_come_is_asked() {
    let ward = Ward::after_birth().await;
    ward.wait(50).await;
    ward.puncture().await;
    let all = [ward.points("?state=upcoming").await, ward.points("").await].concat();
    let words: Vec<&str> = all.iter().filter_map(|point| point["point"].as_str()).collect();
    assert!(!words.contains(&"adp24") && words.contains(&"adp48"), "{words:?}");
}

#[tokio::test]
async fn a_headache_is_asked_about_every_morning_until_it_has_gone() {
    let ward = Ward::after_birth().await;
    ward.puncture().await;
    ward.wait(24).await;
    let mei = ward.mei_again().await;
    answers(&ward, &mei, headache()).await;
    ward.wait(25).await;
    assert_eq!(daily(&ward).await, ["headache-2026-03-04"]);
    ward.wait(24).await;
    assert_eq!(daily(&ward).await.len(), 2);
    let mei = ward.mei_again().await;
    answers(&ward, &mei, json!({})).await;
    for _ in 0..4 {
        ward.wait(24).await;
    }
    assert_eq!(daily(&ward).await.len(), 2);
}

#[tokio::test]
async fn a_headache_that_lasts_is_asked_about_until_the_last_point_after_the_puncture() {
    let ward = Ward::after_birth().await;
    ward.puncture().await;
    ward.wait(13 * 24).await;
    let mei = ward.mei_again().await;
    answers(&ward, &mei, headache()).await;
    ward.wait(25).await;
    ward.wait(24).await;
    assert_eq!(daily(&ward).await, ["headache-2026-03-16", "headache-2026-03-17"]);
    ward.wait(80 * 24).await;
    assert_eq!(daily(&ward).await.len(), 2);
}

#[tokio::test]
async fn a_headache_told_of_at_the_first_point_is_asked_about_after_a_puncture_only() {
    for punctured in [true, false] {
        let ward = Ward::after_birth().await;
        if punctured {
            ward.puncture().await;
        }
        ward.wait(20).await;
        ward.files(&ward.point("?state=due", "f24").await, headache())
            .await;
        ward.wait(30).await;
        let expected: &[&str] = if punctured { &["headache-2026-03-04"] } else { &[] };
        assert_eq!(daily(&ward).await, expected);
    }
}

#[tokio::test]
async fn after_a_loss_the_daily_question_does_not_speak_of_the_baby() {
    let ward = Ward::open().await;
    ward.block().await;
    let mut loss = birth();
    loss["babies"][0]["outcome"] = json!("neonatal_death");
    ward.deliver(loss).await;
    ward.puncture().await;
    ward.wait(24).await;
    answers(&ward, &ward.mei_again().await, headache()).await;
    ward.wait(25).await;
    let mut view = ward.app.ctx.view();
    let me = ward.mei_again().await.get("/me").await.expect(200);
    let facility: FacilityId = serde_json::from_value(me["facility_id"].clone()).unwrap();
    let patient = PatientId(ward.mei.patient_id.parse().unwrap());
    let episode = muan::episode::facts::current(&mut view, facility, patient)
        .await
        .unwrap();
    let asked = muan::forms::facts::assignments(&mut view, facility, episode.unwrap().id)
        .await
        .unwrap();
    let daily: Vec<bool> = asked
        .iter()
        .filter(|one| one.reference.starts_with("headache-"))
        .map(|one| one.after_loss)
        .collect();
    assert_eq!(daily, [true]);
}

#[tokio::test]
async fn an_anesthesiologist_says_that_it_is_the_headache_after_a_puncture() {
    let ward = Ward::after_birth().await;
    ward.puncture().await;
    ward.wait(24).await;
    let mei = ward.mei_again().await;
    answers(&ward, &mei, headache()).await;
    let (zhao, lin) = (ward.staff("zhao").await, ward.staff("lin").await);
    let alert = zhao.get("/alerts").await.expect(200)["items"][0].clone();
    assert_eq!(alert["proposal"], "pdph_typical");
    let path = format!("/alerts/{}/pdph", text(&alert, "id"));
    let found = json!({ "onset_at": "2026-03-02T20:00:00Z", "severity": 2 });
    lin.post(&path, found.clone()).await.expect(403);
    let later = json!({ "onset_at": "2027-03-02T20:00:00Z", "severity": 5 });
    let wrong = zhao.post(&path, later).await.expect(422);
    assert_eq!(wrong["errors"].as_array().unwrap().len(), 2);
    let confirmed = zhao.post(&path, found.clone()).await.expect(200);
    assert!(confirmed["confirmed_at"].is_string());
    zhao.post(&path, found).await.expect(200);
    let chart = zhao.get(&format!("/labors/{}", ward.labor)).await.expect(200);
    let complications = chart["complications"].as_array().unwrap();
    let named = complications.iter().filter(|one| one["code"] == "pdph").count();
    assert_eq!(named, 1, "{complications:?}");
}

#[tokio::test]
async fn a_headache_with_fever_or_none_known_to_lie_suggests_nothing() {
    let ward = Ward::after_birth().await;
    ward.puncture().await;
    ward.wait(24).await;
    let mei = ward.mei_again().await;
    let mut feverish = headache();
    feverish["fu.feverish"] = json!("yes");
    answers(&ward, &mei, feverish).await;
    let zhao = ward.staff("zhao").await;
    let alert = zhao.get("/alerts").await.expect(200)["items"][0].clone();
    assert_eq!(alert.get("proposal").cloned().unwrap_or_default(), Value::Null);
    let path = format!("/alerts/{}/pdph", text(&alert, "id"));
    let found = json!({ "onset_at": "2026-03-02T20:00:00Z", "severity": 2 });
    assert_eq!(zhao.post(&path, found).await.code(), "followup.no_proposal");
}
