//! What happens to a consent over time: new risks, another technique, another admission, the end of its time.

use serde_json::{Value, json};

use super::ceremony::{Ceremony, clear};
use crate::assessment::queue;
use crate::assessment::recheck::{admitted, recheck};
use crate::forms::document;
use crate::support::client::{Answer, Client};

/// A consent in force in the delivery room.
pub struct Ward {
    pub ceremony: Ceremony,
    pub lin: Client,
    pub labor: String,
}

impl Ward {
    /// In force, and she is admitted.
    pub async fn of(ceremony: Ceremony) -> Ward {
        let lin = ceremony.app.lin().await;
        let labor = admitted(&ceremony.app, &ceremony.mei, &lin).await;
        Ward { ceremony, lin, labor }
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/labors/{}{rest}", self.labor)
    }

    pub async fn time_out(&self) -> Answer {
        self.time_out_with(json!({ "recheck_reason": "她在产房，刚刚当面问过。" }))
            .await
    }

    pub async fn time_out_with(&self, other: Value) -> Answer {
        let word = json!({ "act": "analgesia.time_out", "subject": self.labor });
        let word = self.lin.post("/attestations", word).await.expect(201);
        let checks = json!({
            "identity": true, "consent_valid": true, "allergies": true, "anticoagulant_interval": true,
            "platelets_seen": true, "iv_access": true, "monitoring_on": true, "resuscitation_ready": true,
            "lipid_emulsion_ready": true, "still_wants": true,
        });
        let mut body = json!({ "checks": checks, "attestation": word["attestation"] });
        body.as_object_mut()
            .unwrap()
            .extend(other.as_object().unwrap().clone());
        let zhao = self.ceremony.app.zhao().await;
        zhao.post(&self.path("/time-out"), body).await
    }

    /// Zhao records a block with this technique.
    pub async fn record(&self, technique: &str, other: Value) -> Answer {
        let now = self.ceremony.app.clock.now();
        let mut body = json!({
            "technique": technique, "indication": "labor", "interspace": "L3-4", "puncture_at": now, "first_dose_at": now,
            "correction_reason": "按监护记录核对时间。",
        });
        body.as_object_mut()
            .unwrap()
            .extend(other.as_object().unwrap().clone());
        let zhao = self.ceremony.app.zhao().await;
        let etag = zhao.get(&self.path("")).await.etag();
        zhao.put(&self.path("/analgesia"), &etag, body).await
    }

    /// Confirmed at the bedside, the time-out held, the block begun.
    pub async fn running() -> Ward {
        let ward = Ward::of(Ceremony::active().await).await;
        ward.ceremony.is_confirmed().await;
        ward.time_out().await.expect(201);
        ward.record("epidural", json!({})).await.expect(200);
        ward
    }
}

fn rules(answer: &Answer) -> &Value {
    &answer.body["current"]["rules"]
}

#[tokio::test]
async fn platelets_that_fall_need_another_consent_and_the_bedside_is_no_way_around_it() {
    let ceremony = Ceremony::on_answers(json!({ "lab.plt": 85 })).await;
    ceremony.is_ready().await;
    ceremony.becomes_active(0).await;
    ceremony.app.clock.advance(10 * 86_400);
    let ceremony = ceremony.logged_in_again().await;
    let ward = Ward::of(ceremony).await;
    let ceremony = &ward.ceremony;
    assert!(
        ceremony
            .tasks_of(&ward.lin, "consent.renew_risk")
            .await
            .is_empty()
    );
    recheck(&ceremony.app, &ceremony.mei, json!({ "lab.plt": 65 })).await;
    ceremony.app.work().await;
    let asked = ceremony.tasks_of(&ceremony.zhao, "consent.renew_risk").await;
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0]["urgent"], true, "she is in labor");
    let refused = ceremony.confirms(&json!(["R-PLT-2"])).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "consent.new_required")
    );
    assert_eq!(rules(&refused), &json!(["R-PLT-2"]));
    assert_eq!(ward.time_out().await.code(), "analgesia.consent_missing");

    // Another one, in the short form; when it is in force nothing is asked for any more.
    clear(&ceremony.zhao).await;
    let body = json!({ "reason": "risk_changed" });
    let etag = ceremony.etag().await;
    let draft = ceremony
        .zhao
        .post_at(&ceremony.path("/reissue"), &etag, body)
        .await
        .expect(201);
    let former = ceremony.path("");
    let next = Ward {
        ceremony: ward.ceremony.instead(draft["id"].as_str().unwrap()),
        lin: ward.lin,
        labor: ward.labor,
    };
    let ceremony = &next.ceremony;
    ceremony
        .release_with(json!({ "form": "short", "form_reason": "已临产，血小板下降。" }))
        .await;
    ceremony.is_ready_in_labor().await;
    ceremony.becomes_active(4).await;
    let before = ceremony.zhao.get(&former).await.expect(200);
    assert_eq!(before["state"], "superseded");
    let left = ceremony.zhao.get("/tasks?limit=100").await.expect(200);
    assert!(!left.to_string().contains("consent.renew"), "{left}");
    ceremony.is_confirmed().await;
    next.time_out().await.expect(201);
}

#[tokio::test]
async fn a_fever_in_labor_is_confirmed_at_the_bedside_and_needs_no_other_consent() {
    let ceremony = Ceremony::on_answers(json!({})).await;
    ceremony.is_ready().await;
    ceremony.becomes_active(0).await;
    let ward = Ward::of(ceremony).await;
    let ceremony = &ward.ceremony;
    recheck(&ceremony.app, &ceremony.mei, json!({ "inf.temp_c": 38.4 })).await;
    ceremony.app.work().await;
    assert!(
        ceremony
            .tasks_of(&ceremony.zhao, "consent.renew_risk")
            .await
            .is_empty()
    );
    let open = ceremony.confirms(&json!([])).await;
    assert_eq!(open.code(), "consent.risks_unconfirmed");
    assert!(
        rules(&open).as_array().unwrap().contains(&json!("R-INF-1")),
        "{}",
        open.body
    );
    ceremony.confirms(rules(&open)).await.expect(201);
}

/// She replaces the answers of her assessment.
pub async fn amended(ceremony: &Ceremony, other: Value) {
    let waiting = queue(&ceremony.zhao, "").await;
    let before = waiting[0]["review"]["response_id"].as_str().unwrap();
    let path = format!("/responses/{before}/amendments");
    let draft = ceremony
        .mei
        .post(&path, json!({ "reason": "化验单看错了" }))
        .await;
    let etag = draft.etag();
    let path = format!("/responses/{}", draft.expect(201)["id"].as_str().unwrap());
    let body = json!({ "content": document(&ceremony.app, other) });
    ceremony.mei.put(&path, &etag, body).await.expect(200);
    ceremony
        .mei
        .post(&format!("{path}/submit"), json!({}))
        .await
        .expect(200);
    ceremony.app.work().await;
}

#[tokio::test]
async fn a_risk_is_asked_for_before_she_signs_too_and_no_longer_once_it_is_gone() {
    let ceremony = Ceremony::on_answers(json!({ "lab.plt": 85 })).await;
    let kind = "consent.renew_risk";
    amended(&ceremony, json!({ "lab.plt": 65 })).await;
    let asked = ceremony.tasks_of(&ceremony.zhao, kind).await;
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0]["urgent"], false, "a day is enough before labor");
    clear(&ceremony.zhao).await;
    ceremony.is_ready().await;
    let (etag, mark) = (ceremony.etag().await, ceremony.mark().await);
    let refused = ceremony.mei.post_at(&ceremony.path("/sign"), &etag, mark).await;
    assert_eq!(refused.code(), "consent.new_required");
    amended(&ceremony, json!({ "lab.plt": 85 })).await;
    assert!(ceremony.tasks_of(&ceremony.zhao, kind).await.is_empty());
}

#[tokio::test]
async fn another_class_of_technique_starts_only_on_another_consent_or_by_exception() {
    let ward = Ward::of(Ceremony::active().await).await;
    ward.ceremony.is_confirmed().await;
    ward.time_out().await.expect(201);
    let single = ward.record("spinal_single", json!({})).await;
    assert_eq!(
        (single.status, single.code().as_str()),
        (409, "analgesia.technique_not_consented")
    );
    ward.record("cse", json!({})).await.expect(200);
    let other = json!({ "correction_reason": "改用单次腰麻" });
    let later = ward.record("spinal_single", other.clone()).await;
    assert_eq!(later.code(), "analgesia.technique_not_consented", "nor later on");
    let mut reason = other;
    reason["exception"] = json!({ "reason": "导管失败，宫口开全" });
    ward.record("spinal_single", reason).await.expect(200);
}

#[tokio::test]
async fn a_consent_to_a_single_spinal_covers_that_and_says_so() {
    let ceremony = Ceremony::drafted().await;
    let body = json!({ "technique_class": "spinal_single", "assessment_waived": "Seen today." });
    let released = ceremony.release_with(body).await;
    assert_eq!(released["technique_class"], "spinal_single");
    let shown = ceremony.mei.get(&ceremony.path("/presented")).await;
    assert_eq!(shown.body["technique_class"], "spinal_single");
    assert!(shown.body.to_string().contains("单次腰麻"));
}

#[tokio::test]
async fn another_admission_needs_another_consent_and_a_mistaken_one_does_not() {
    let ward = Ward::of(Ceremony::active().await).await;
    let close = |reason: &str| json!({ "reason": reason });
    ward.lin
        .post(&ward.path("/close"), close("cancelled"))
        .await
        .expect(201);
    assert_eq!(ward.ceremony.state().await, "active");
    let ward = Ward::of(ward.ceremony).await;
    ward.lin
        .post(&ward.path("/close"), close("discharged"))
        .await
        .expect(201);
    assert_eq!(ward.ceremony.state().await, "expired");
    let ceremony = &ward.ceremony;
    assert_eq!(
        ceremony
            .tasks_of(&ceremony.zhao, "consent.renew_admission")
            .await
            .len(),
        1
    );
    ceremony
        .mei
        .post("/consent-requests", json!({}))
        .await
        .expect(201);
}

#[tokio::test]
async fn a_signature_of_thirty_one_days_ago_carries_no_analgesia() {
    let active = Ceremony::active().await;
    active.app.clock.advance(31 * 86_400);
    active.app.work().await;
    let ward = Ward::of(active.logged_in_again().await).await;
    let ceremony = &ward.ceremony;
    assert_eq!(ceremony.state().await, "expired");
    let asked = ceremony.tasks_of(&ceremony.zhao, "consent.renew_validity").await;
    assert_eq!(asked.len(), 1);
    assert_eq!(
        ceremony.confirms(&json!([])).await.code(),
        "consent.illegal_transition"
    );
    assert_eq!(ward.time_out().await.code(), "analgesia.consent_missing");
    ceremony
        .mei
        .post("/consent-requests", json!({}))
        .await
        .expect(201);
}

#[tokio::test]
async fn what_she_signed_alone_carries_no_analgesia() {
    let ward = Ward::of(Ceremony::signed().await).await;
    assert_eq!(ward.ceremony.state().await, "patient_signed");
    assert_eq!(ward.time_out().await.code(), "analgesia.consent_missing");
    let refused = ward.record("epidural", json!({})).await;
    assert_eq!(refused.code(), "analgesia.consent_missing");
}

#[tokio::test]
async fn anesthesia_for_a_cesarean_does_not_rest_on_the_consent_to_analgesia() {
    let ward = Ward::of(Ceremony::active().await).await;
    ward.ceremony.is_confirmed().await;
    ward.record("spinal_single", json!({ "indication": "cesarean" }))
        .await
        .expect(200);
    let page = ward.ceremony.mei.get(&ward.ceremony.path("")).await.expect(200);
    assert_eq!(page["state"], "active");
    assert!(page["started_at"].is_null(), "it was not used");
}

#[tokio::test]
async fn a_consent_under_way_carries_the_procedure_to_its_end() {
    let ward = Ward::running().await;
    let ceremony = &ward.ceremony;
    let page = ceremony.mei.get(&ceremony.path("")).await.expect(200);
    assert!(page["started_at"].is_string());
    ceremony.app.clock.advance(31 * 86_400);
    assert_eq!(ceremony.state_after_work().await, "active");
}

#[tokio::test]
async fn a_start_by_exception_is_journaled_and_comes_before_the_quality_office() {
    let ward = Ward::of(Ceremony::released().await).await;
    let refused = ward.record("epidural", json!({})).await;
    assert_eq!(refused.code(), "analgesia.consent_missing");
    let empty = ward
        .record("epidural", json!({ "exception": { "reason": "" } }))
        .await;
    assert_eq!(empty.expect(422)["errors"][0]["pointer"], "/exception/reason");
    let reason = json!({ "exception": { "reason": "胎心骤降，来不及核对" } });
    ward.record("epidural", reason).await.expect(200);
    ward.record("epidural", json!({ "paresthesia": false }))
        .await
        .expect(200);
    let app = &ward.ceremony.app;
    app.work().await;
    let qian = app.qian().await;
    let events = qian.get("/adverse-events").await.expect(200);
    let events = events["items"].as_array().unwrap();
    assert_eq!(events.len(), 1, "once for the exception");
    assert_eq!(events[0]["class"], "IV");
    let event = format!("/adverse-events/{}", events[0]["id"].as_str().unwrap());
    let event = qian.get(&event).await.expect(200);
    assert_eq!(event["labor"], ward.labor.as_str());
    assert!(
        !event.to_string().contains("胎心骤降"),
        "the reason stays in the record"
    );
    let audit = qian.get("/audit?limit=100").await.expect(200);
    for act in ["analgesia.record", "quality.incident"] {
        assert!(audit.to_string().contains(act), "{act}");
    }
}
