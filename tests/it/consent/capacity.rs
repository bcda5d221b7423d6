//! Whether she can decide, as it is found after the release, and on whose word a consent rests by then (RC8, CE-061).

use serde_json::{Value, json};

use super::ceremony::Ceremony;
use super::over_time::Ward;
use super::signers::{ADULT, person, refused};
use crate::assessment::recheck::recheck;
use crate::support::client::Answer;

const OWN: &str = "consent.renew_own_decision";
const BY_THE_DOCTOR: [&str; 2] = ["explained", "identity"];

/// At the re-check of this admission Lin enters whether she can decide.
struct Found {
    ward: Ward,
    answers: String,
}

impl Found {
    async fn of(ceremony: Ceremony, able: bool) -> Found {
        let ward = Ward::of(ceremony).await;
        let Ceremony { app, mei, .. } = &ward.ceremony;
        let submitted = recheck(app, mei, json!({})).await;
        let answers = submitted["response"]["id"].as_str().unwrap().to_owned();
        let found = Found { ward, answers };
        found.says(able).await;
        found
    }

    async fn says(&self, able: bool) {
        let path = format!("/responses/{}", self.answers);
        let etag = self.ward.lin.get(&path).await.etag();
        let items = json!({ "answers": { "stf.capacity": able } });
        let path = format!("{path}/staff-items");
        self.ward.lin.put(&path, &etag, items).await.expect(200);
        self.ceremony().app.work().await;
    }

    fn ceremony(&self) -> &Ceremony {
        &self.ward.ceremony
    }

    async fn asked(&self) -> usize {
        self.ceremony().tasks_of(&self.ceremony().zhao, OWN).await.len()
    }
}

/// For a woman who can't decide, released to her husband and ready for him.
async fn for_her_husband() -> (Ceremony, Value) {
    let ceremony = Ceremony::drafted_born(ADULT).await;
    let sun = ceremony.app.sun().await;
    let word = ceremony.word_of(&sun, "consent.release").await;
    let signing = json!({ "basis": "near_relative", "reason": "昏迷，无法沟通。", "attestation": word });
    ceremony.released_to(false, signing).await.expect(200);
    ceremony.is_ready().await;
    let husband = person("relative", "王强", "丈夫");
    ceremony.sees(&husband).await;
    (ceremony, husband)
}

/// The confirmation at the bedside on the word of whoever signed for her.
async fn by_proxy(ceremony: &Ceremony, name: &str, agrees: bool) -> Answer {
    let body = json!({
        "identifiers": ["name", "wristband"], "still_agrees": false, "anything_changed": false,
        "questions_answered": true, "proxy": { "name": name, "still_agrees": agrees },
        "capacity": { "orientation": false, "teach_back": false, "pain_score": 0, "opioid_4h": false },
    });
    ceremony
        .app
        .zhao()
        .await
        .post(&ceremony.path("/bedside"), body)
        .await
}

fn pointers(answer: &Answer) -> Vec<&str> {
    let errors = answer.body["errors"].as_array();
    errors
        .into_iter()
        .flatten()
        .map(|error| error["pointer"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_woman_found_unable_to_decide_after_the_release_does_not_sign_alone() {
    let found = Found::of(Ceremony::ready().await, false).await;
    assert_eq!(found.asked().await, 1);
    refused(&found.ceremony().signs(None, 0).await, "consent.signer_changed");
    // A finding that is taken back ends what it asked for.
    found.says(true).await;
    assert_eq!(found.asked().await, 0);
    assert_ne!(
        found.ceremony().signs(None, 0).await.code(),
        "consent.signer_changed"
    );
}

#[tokio::test]
async fn what_she_signed_is_neither_countersigned_nor_confirmed_once_she_cannot_decide() {
    let found = Found::of(Ceremony::signed().await, false).await;
    let ceremony = found.ceremony();
    let all = ["explained", "identity", "capacity"];
    refused(
        &ceremony.countersigned(&ceremony.zhao, &all).await,
        "consent.signer_changed",
    );
    assert_eq!(ceremony.state().await, "patient_signed");
    let found = Found::of(Ceremony::active().await, false).await;
    refused(
        &found.ceremony().confirms(&json!([])).await,
        "consent.signer_changed",
    );
    assert_eq!(found.asked().await, 1);
    assert_eq!(found.ward.time_out().await.code(), "analgesia.consent_missing");
}

#[tokio::test]
async fn nobody_signs_for_a_woman_who_can_decide_again() {
    let (ceremony, husband) = for_her_husband().await;
    let found = Found::of(ceremony, true).await;
    assert_eq!(
        found.asked().await,
        1,
        "the doctor alone had said that she could not"
    );
    found.ceremony().sees(&husband).await;
    refused(
        &found.ceremony().signs(Some(&husband), 1).await,
        "consent.signer_changed",
    );
    // Nor is one begun that says what staff have just found not to be so.
    let ceremony = found.ceremony();
    let body = json!({ "reason": "signer_changed" });
    let etag = ceremony.etag().await;
    let draft = ceremony
        .zhao
        .post_at(&ceremony.path("/reissue"), &etag, body)
        .await
        .expect(201);
    let path = format!("/consents/{}/release", draft["id"].as_str().unwrap());
    super::ceremony::clear(&ceremony.zhao).await;
    let page = ceremony
        .zhao
        .get(&format!("/consents/{}", draft["id"].as_str().unwrap()))
        .await;
    let risks: Vec<Value> = page.body["risks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["rule"].clone())
        .collect();
    let risks_path = format!("/consents/{}/risks", draft["id"].as_str().unwrap());
    let decided = ceremony
        .zhao
        .put(&risks_path, &page.etag(), json!({ "confirm": risks }))
        .await;
    let body = json!({ "capacity": { "basis": "seen", "able": false }, "assessment_waived": "Seen today." });
    let contradicted = ceremony.zhao.post_at(&path, &decided.etag(), body).await;
    assert_eq!(contradicted.expect(422)["errors"][0]["pointer"], "/capacity/able");
}

#[tokio::test]
async fn an_answer_that_nobody_gave_says_nothing_of_her_capacity() {
    let (ceremony, husband) = for_her_husband().await;
    let ward = Ward::of(ceremony).await;
    let Ceremony { app, mei, .. } = &ward.ceremony;
    recheck(app, mei, json!({})).await;
    app.work().await;
    assert!(ward.ceremony.tasks_of(&ward.ceremony.zhao, OWN).await.is_empty());
    ward.ceremony.sees(&husband).await;
    assert_ne!(
        ward.ceremony.signs(Some(&husband), 1).await.code(),
        "consent.signer_changed"
    );
}

#[tokio::test]
async fn for_a_woman_who_cannot_decide_whoever_signed_says_yes_at_the_bedside() {
    let (ceremony, husband) = for_her_husband().await;
    ceremony.signs(Some(&husband), 1).await.expect(201);
    ceremony
        .countersigned(&ceremony.zhao, &BY_THE_DOCTOR)
        .await
        .expect(200);
    let hers = ceremony.confirms(&json!([])).await;
    assert_eq!((hers.status, pointers(&hers)), (422, vec!["/yes", "/proxy"]));
    let another = by_proxy(&ceremony, "王刚", true).await;
    assert_eq!((another.status, pointers(&another)), (422, vec!["/proxy/name"]));
    let no = by_proxy(&ceremony, "王强", false).await;
    assert_eq!((no.status, pointers(&no)), (422, vec!["/proxy/still_agrees"]));
    by_proxy(&ceremony, "王强", true).await.expect(201);
    ceremony.app.work().await;
    let record = ceremony.mei.get(&ceremony.path("/document?of=bedside")).await;
    assert_eq!(record.status, 200);
    if let Some(text) = super::text_of(&record.bytes) {
        for wanted in ["王强", "此人仍然同意", "目前不能自己决定"] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
        assert!(!text.contains("定向正常"), "{text}");
    }
}

#[tokio::test]
async fn a_guardians_consent_is_not_confirmed_after_her_birthday() {
    let ceremony = Ceremony::of_mother_and_daughter("2008-03-06").await;
    ceremony.confirms(&json!([])).await.expect(201);
    ceremony.app.clock.advance(5 * 86_400);
    let ceremony = ceremony.logged_in_again().await;
    refused(&ceremony.confirms(&json!([])).await, "consent.signer_changed");
}

#[tokio::test]
async fn with_the_agents_authority_the_consent_ends_to_count_and_she_is_asked_herself() {
    let ceremony = Ceremony::drafted_born(ADULT).await;
    let lin = ceremony.app.lin().await;
    let path = format!("/patients/{}/authorities", ceremony.mei.patient_id);
    let ends_at = ceremony.app.clock.now() + chrono::Duration::days(2);
    let authority = json!({
        "agent": { "name": "王强", "relation": "丈夫", "document_ref": "身份证 0012" },
        "matter": "neuraxial_labor_analgesia", "scope": ["sign"], "ends_at": ends_at,
        "document_ref": "病案 卷二", "patient_signed": true,
    });
    lin.post(&path, authority).await.expect(201);
    let signing = json!({ "basis": "agent", "reason": "双手骨折，不能写字。" });
    ceremony.released_to(true, signing).await.expect(200);
    ceremony.is_ready().await;
    let husband = person("agent", "王强", "丈夫");
    ceremony.sees(&husband).await;
    ceremony.signs(Some(&husband), 1).await.expect(201);
    let all = ["explained", "identity", "capacity"];
    ceremony.countersigned(&ceremony.zhao, &all).await.expect(200);
    ceremony.confirms(&json!([])).await.expect(201);
    ceremony.app.clock.advance(3 * 86_400);
    ceremony.app.work().await;
    let ceremony = ceremony.logged_in_again().await;
    assert_eq!(ceremony.tasks_of(&ceremony.zhao, OWN).await.len(), 1);
    refused(&ceremony.confirms(&json!([])).await, "consent.signer_changed");
}
