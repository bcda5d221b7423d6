//! The start of analgesia and its course: what is known at that moment, a consent that comes into force while it runs, a
//! withdrawal that it outlasts, the birth that ends everything.

mod taken_back;

use serde_json::{Value, json};

use super::ceremony::{Ceremony, clear};
use super::over_time::Ward;
use super::paper::{SCAN, filing};
use crate::assessment::only;
use crate::assessment::recheck::recheck;
use crate::support::client::Answer;

impl Ward {
    /// In force on platelets of 85 and confirmed at the bedside.
    async fn confirmed() -> Ward {
        let ceremony = Ceremony::on_answers(json!({ "lab.plt": 85 })).await;
        ceremony.is_ready().await;
        ceremony.becomes_active(0).await;
        let ward = Ward::of(ceremony).await;
        ward.ceremony.is_confirmed().await;
        ward
    }

    /// Zhao begins another one in its place, in the short form.
    async fn successor(self) -> (Ward, String) {
        let former = self.ceremony.path("");
        let etag = self.ceremony.etag().await;
        let body = json!({ "reason": "technique_changed" });
        let draft = self
            .ceremony
            .zhao
            .post_at(&self.ceremony.path("/reissue"), &etag, body)
            .await
            .expect(201);
        (self.short(&draft["id"]).await, former)
    }

    /// Another consent in the short form, up to her signature.
    async fn short(self, draft: &Value) -> Ward {
        let next = Ward {
            ceremony: self.ceremony.instead(draft.as_str().unwrap()),
            ..self
        };
        let short = json!({ "form": "short", "form_reason": "已临产。", "assessment_waived": "Seen today." });
        next.ceremony.release_with(short).await;
        next.ceremony.is_ready_in_labor().await;
        next
    }

    async fn is_born(&self) {
        let body = json!({
            "mode": "spontaneous_vaginal", "birth_place": "here", "blood_loss_ml": 250,
            "babies": [{
                "baby_no": 1, "sex": "female", "born_at": self.ceremony.app.clock.now(), "weight_g": 3200,
                "outcome": "alive", "apgar1": 9, "apgar5": 10,
            }],
        });
        let lin = self.ceremony.app.lin().await;
        let etag = lin.get(&self.path("")).await.etag();
        lin.put(&self.path("/delivery"), &etag, body).await.expect(200);
    }
}

fn held(answer: &Answer, reason: &str) {
    assert_eq!(answer.code(), "analgesia.consent_missing", "{}", answer.body);
    assert_eq!(answer.body["current"]["reason"], reason, "{}", answer.body);
}

#[tokio::test]
async fn platelets_that_arrive_after_the_confirmation_stop_the_start_and_an_exception_stays_open() {
    let ward = Ward::confirmed().await;
    ward.time_out().await.expect(201);
    let ceremony = &ward.ceremony;
    recheck(&ceremony.app, &ceremony.mei, json!({ "lab.plt": 65 })).await;
    ceremony.app.work().await;
    held(&ward.time_out().await, "assessment_undecided");
    held(&ward.record("epidural", json!({})).await, "assessment_undecided");
    clear(&ceremony.zhao).await;
    let decided = ward.record("epidural", json!({})).await;
    held(&decided, "new_required");
    assert_eq!(decided.body["current"]["rules"], json!(["R-PLT-2"]));
    let reason = json!({ "exception": { "reason": "她已完全知道，来不及重签" } });
    ward.record("epidural", reason).await.expect(200);
}

#[tokio::test]
async fn a_no_of_the_anesthesiologist_after_the_confirmation_stops_the_start() {
    let ward = Ward::confirmed().await;
    let zhao = &ward.ceremony.zhao;
    let decision = format!("{}/decision", only(zhao).await);
    let no = json!({ "outcome": "not_suitable", "summary": "医生看过了。" });
    zhao.post(&decision, no).await.expect(200);
    held(&ward.time_out().await, "not_suitable");
    held(&ward.record("epidural", json!({})).await, "not_suitable");
}

#[tokio::test]
async fn a_fever_that_is_confirmed_at_the_bedside_starts_and_one_that_comes_after_it_is_confirmed_first() {
    let ward = Ward::confirmed().await;
    let ceremony = &ward.ceremony;
    recheck(
        &ceremony.app,
        &ceremony.mei,
        json!({ "lab.plt": 85, "inf.temp_c": 38.4 }),
    )
    .await;
    ceremony.app.work().await;
    let early = ward.time_out().await;
    assert_eq!(early.code(), "analgesia.consent_missing", "{}", early.body);
    ceremony.is_confirmed().await;
    ward.time_out().await.expect(201);
    ward.record("epidural", json!({})).await.expect(200);
}

#[tokio::test]
async fn a_procedure_under_way_goes_on_under_the_successor_and_her_withdrawal_is_one_during_it() {
    let (ward, former) = Ward::running().await.successor().await;
    let ceremony = &ward.ceremony;
    ceremony.becomes_active(4).await;
    let before = ceremony.zhao.get(&former).await.expect(200);
    assert_eq!(before["state"], "superseded");
    let page = ceremony.mei.get(&ceremony.path("")).await.expect(200);
    assert_eq!(page["started_at"], before["started_at"]);
    ceremony
        .mei
        .post(&ceremony.path("/withdraw"), json!({}))
        .await
        .expect(200);
    let page = ceremony.zhao.get(&ceremony.path("")).await.expect(200);
    assert_eq!(page["withdrawal"]["phase"], "during");
    let called = ceremony.tasks_of(&ceremony.zhao, "consent.withdrawn").await;
    let too = ceremony.tasks_of(&ward.lin, "consent.withdrawn_midwife").await;
    assert_eq!((called.len(), too.len()), (1, 1), "each says so for himself");
}

#[tokio::test]
async fn what_she_signs_after_a_start_by_exception_carries_it_to_the_birth() {
    let ward = Ward::of(Ceremony::released().await).await;
    let reason = json!({ "exception": { "reason": "胎心骤降，来不及核对" } });
    ward.record("epidural", reason).await.expect(200);
    let ceremony = &ward.ceremony;
    ceremony.is_ready().await;
    ceremony.becomes_active(0).await;
    ceremony.app.work().await;
    let page = ceremony.mei.get(&ceremony.path("")).await.expect(200);
    assert!(page["started_at"].is_string(), "{page}");
    // The record that is written on changes nothing about it.
    let more = json!({ "paresthesia": false, "correction_reason": "按监护仪时间更正" });
    ward.record("epidural", more).await.expect(200);
    let again = ceremony.mei.get(&ceremony.path("")).await.expect(200);
    assert_eq!(again["started_at"], page["started_at"]);
    ward.is_born().await;
    assert_eq!(ceremony.state().await, "fulfilled");
}

/// Ten milligrams through the catheter.
fn dose(at: chrono::DateTime<chrono::Utc>) -> Value {
    json!({
        "given_at": at, "drug": "ropivacaine", "route": "epidural", "use": "labor", "amount": "10",
        "volume_ml": "10", "concentration": "0.1",
    })
}

#[tokio::test]
async fn what_is_given_after_she_took_it_back_is_recorded_with_a_reason_and_seen_by_the_quality_office() {
    let ward = Ward::running().await;
    let ceremony = &ward.ceremony;
    let begun = ceremony.app.clock.now();
    let body = |doses: Value| json!({ "first_dose_at": begun, "puncture_at": begun, "doses": doses });
    ceremony.app.clock.advance(300);
    ceremony
        .mei
        .post(&ceremony.path("/withdraw"), json!({}))
        .await
        .expect(200);
    ceremony.app.clock.advance(300);
    // What was given before is written down afterwards like anything else.
    ward.record("epidural", body(json!([dose(begun)])))
        .await
        .expect(200);
    let now = ceremony.app.clock.now();
    let both = json!([dose(begun), dose(now)]);
    let unsaid = ward.record("epidural", body(both.clone())).await.expect(422);
    assert_eq!(unsaid["errors"][0]["pointer"], "/after_withdrawal");
    let resited = json!([{ "at": now, "technique": "epidural", "reason": "导管移位" }]);
    let mut again = body(json!([dose(begun)]));
    again["resitings"] = resited;
    let unsaid = ward.record("epidural", again).await.expect(422);
    assert_eq!(unsaid["errors"][0]["pointer"], "/after_withdrawal");
    // A new program of the pump and a test dose go on with it, too.
    let pump = json!({
        "modes": ["pcea"], "drug": "ropivacaine", "concentration_percent": 0.08, "bolus_volume_ml": 5,
        "lockout_min": 15, "hourly_limit_ml_h": 20,
        "reservoir": { "label": "0.08% ropivacaine", "batch": "R-118", "expires_on": "2027-01-01" },
    });
    let test_dose = json!({ "given_at": now, "drug": "lidocaine", "amount": "45", "result": "negative" });
    for (member, value) in [("pump", pump), ("test_dose", test_dose)] {
        let mut more = body(json!([dose(begun)]));
        more[member] = value;
        let unsaid = ward.record("epidural", more).await.expect(422);
        let faults = unsaid["errors"].as_array().unwrap();
        assert_eq!(faults.len(), 1, "{member}: {unsaid}");
        assert_eq!(faults[0]["pointer"], "/after_withdrawal", "{member}");
    }
    // What keeps her safe is no further step: it needs no reason.
    let ephedrine = json!({
        "given_at": now, "drug": "ephedrine", "route": "intravenous", "use": "treatment", "amount": "6",
    });
    let chart = ward.record("epidural", body(json!([dose(begun), ephedrine])));
    let chart = chart.await.expect(200);
    assert!(chart["analgesia"]["after_withdrawal"].is_null(), "{chart}");
    let both = json!([dose(begun), ephedrine, dose(now)]);
    let mut said = body(both.clone());
    said["after_withdrawal"] = json!({ "reason": "她口头要求拔管前最后一次给药" });
    let chart = ward.record("epidural", said).await.expect(200);
    assert_eq!(
        chart["analgesia"]["after_withdrawal"]["reason"],
        "她口头要求拔管前最后一次给药"
    );
    // Nothing more is given: nothing more is asked, and the reason stays.
    let chart = ward.record("epidural", body(both)).await.expect(200);
    assert!(chart["analgesia"]["after_withdrawal"].is_object());
    ceremony.app.work().await;
    let qian = ceremony.app.qian().await;
    let events = qian.get("/adverse-events").await.expect(200);
    assert_eq!(events["items"].as_array().unwrap().len(), 1, "{events}");
}

#[tokio::test]
async fn with_the_birth_everything_that_is_on_its_way_lapses() {
    let ward = Ward::of(Ceremony::signed().await).await;
    let ceremony = &ward.ceremony;
    ward.is_born().await;
    assert_eq!(ceremony.state().await, "expired");
    assert!(
        ceremony
            .tasks_of(&ceremony.zhao, "consent.countersign")
            .await
            .is_empty()
    );
    let late = ceremony
        .countersigned(&ceremony.zhao, &["explained", "identity", "capacity"])
        .await;
    assert_eq!(
        (late.status, late.code().as_str()),
        (409, "consent.illegal_transition")
    );
}

#[tokio::test]
async fn after_the_birth_no_paper_puts_a_consent_in_force() {
    let ward = Ward::of(Ceremony::drafted().await).await;
    ward.is_born().await;
    let ceremony = &ward.ceremony;
    ceremony.step_up().await;
    let word = ceremony.paper_word(&ward.lin).await;
    let late = ceremony.file(filing(ceremony, &[SCAN], word)).await;
    assert_eq!((late.status, late.code().as_str()), (409, "consent.after_birth"));
    assert_eq!(ceremony.state().await, "draft");
}

#[tokio::test]
async fn what_she_has_not_signed_yet_outlasts_a_stay_without_a_birth() {
    for (ceremony, after) in [
        (Ceremony::released().await, "issued"),
        (Ceremony::signed().await, "expired"),
    ] {
        let ward = Ward::of(ceremony).await;
        ward.lin
            .post(&ward.path("/close"), json!({ "reason": "discharged" }))
            .await
            .expect(201);
        assert_eq!(ward.ceremony.state().await, after);
    }
}

#[tokio::test]
async fn a_no_to_the_successor_takes_back_what_is_in_force() {
    let ward = Ward::confirmed().await;
    let (ward, former) = ward.successor().await;
    let ceremony = &ward.ceremony;
    let body = json!({ "reasons": ["natural"], "ask_again": true });
    let refused = ceremony
        .mei
        .post(&ceremony.path("/refuse"), body)
        .await
        .expect(200);
    assert_eq!(refused["state"], "refused");
    let before = ceremony.zhao.get(&former).await.expect(200);
    assert_eq!(before["state"], "withdrawn");
    assert_eq!(before["withdrawal"]["phase"], "before");
    let former = Ceremony {
        id: before["id"].as_str().unwrap().to_owned(),
        ..ward.ceremony
    };
    assert_eq!(former.tasks_of(&former.zhao, "consent.withdrawn").await.len(), 1);
    assert_eq!(
        former.confirms(&json!([])).await.code(),
        "consent.illegal_transition"
    );
    let audit = former.app.qian().await.get("/audit?limit=100").await.expect(200);
    assert!(audit.to_string().contains("consent.withdraw"), "{audit}");
}

#[tokio::test]
async fn a_risk_left_out_that_was_not_the_case_at_the_release_is_asked_for_when_it_comes() {
    let mut ceremony = Ceremony::drafted().await;
    crate::forms::submit(&ceremony.app, &ceremony.mei, json!({ "lab.plt": 65 })).await;
    clear(&ceremony.zhao).await;
    let page = ceremony.zhao.get(&ceremony.path("")).await;
    let (etag, page) = (page.etag(), page.expect(200));
    let proposed = page["risks"].as_array().unwrap().iter();
    let remove: Vec<Value> = proposed
        .map(|risk| json!({ "rule": risk["rule"], "reason": "化验单看错了，复查正常。" }))
        .collect();
    assert!(!remove.is_empty());
    ceremony
        .zhao
        .put(&ceremony.path("/risks"), &etag, json!({ "remove": remove }))
        .await
        .expect(200);
    super::over_time::amended(&ceremony, json!({ "lab.plt": 187 })).await;
    clear(&ceremony.zhao).await;
    let etag = ceremony.etag().await;
    let body = json!({ "capacity": { "basis": "seen" } });
    ceremony
        .zhao
        .post_at(&ceremony.path("/release"), &etag, body)
        .await
        .expect(200);
    ceremony.is_ready().await;
    ceremony.becomes_active(0).await;
    ceremony.app.clock.advance(10 * 86_400);
    ceremony = ceremony.logged_in_again().await;
    let ward = Ward::of(ceremony).await;
    let ceremony = &ward.ceremony;
    recheck(&ceremony.app, &ceremony.mei, json!({ "lab.plt": 65 })).await;
    ceremony.app.work().await;
    let asked = ceremony.tasks_of(&ceremony.zhao, "consent.renew_risk").await;
    assert_eq!(asked.len(), 1);
    assert_eq!(ceremony.confirms(&json!([])).await.code(), "consent.new_required");
}
