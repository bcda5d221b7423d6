//! Staff acts on consents need a session with a second factor where the hospital wants one (CE-021).

use muan::config::{Config, SecondFactor};
use muan::people::policy;
use poem::http::Method;
use serde_json::{Value, json};

use super::ceremony::Ceremony;
use super::paper::{SCAN, filing};
use super::text_of;
use crate::access::{all, ends_the_session};
use crate::openapi::documents;
use crate::support::App;
use crate::support::cast::HOSPITAL;
use crate::support::client::Client;

const REFUSED: &str = "people.second_factor_required";
/// Her no waits for nobody's phone.
const OPEN: [&str; 2] = ["consent.refuse_staff", "consent.withdraw_staff"];

/// What a signature rests on.
const RESTS_ON: [&str; 17] = [
    "people.staff_add",
    "people.staff_update",
    "people.staff_reset",
    "people.staff_reset_totp",
    "people.staff_reset_sign_on",
    "people.qualify",
    "people.facility_update",
    "people.identity_check",
    "people.device_session",
    "people.release_hold",
    "people.list_destruction",
    "people.approve_destruction",
    "people.seal",
    "people.seal_again",
    "people.seal_document",
    "people.seal_copy",
    "people.seal_claim",
];

fn required(config: &mut Config) {
    config.sessions.second_factor = SecondFactor::Required;
}

impl Ceremony {
    /// Asked for where a second factor is wanted; Zhao has one.
    async fn with_second_factor() -> Ceremony {
        let app = App::with(required).await;
        let (mei, zhao) = (app.mei().await, app.zhao().await);
        app.enrolled(&zhao).await;
        let draft = mei.post("/consent-requests", json!({})).await.expect(201);
        let id = draft["id"].as_str().unwrap().to_owned();
        Ceremony { app, mei, zhao, id }
    }

    async fn prints(&self, words: &str) {
        let pdf = self.mei.get(&self.path("/document")).await;
        assert_eq!(pdf.status, 200);
        if let Some(text) = text_of(&pdf.bytes) {
            assert!(text.contains(words), "{text}");
        }
    }
}

#[tokio::test]
async fn without_a_second_factor_staff_change_nothing_about_a_consent_but_write_down_her_no() {
    let app = App::with(required).await;
    let mut staff: Vec<(policy::Party, Client)> = Vec::new();
    for (party, name) in [
        (policy::Party::M, "lin"),
        (policy::Party::O, "sun"),
        (policy::Party::A, "zhao"),
        (policy::Party::Q, "qian"),
        (policy::Party::D, "wu"),
    ] {
        staff.push((party, app.staff(HOSPITAL, name).await));
    }
    let [_, theirs] = documents();
    let mut refused = 0;
    for operation in all(&theirs) {
        let changes = operation.id.starts_with("consent.") && operation.method != Method::GET;
        let id = operation.id.as_str();
        let wanted = (changes && !OPEN.contains(&id)) || RESTS_ON.contains(&id);
        for (party, client) in &staff {
            if !policy::row(operation.act).contains(party) || ends_the_session(operation.act) {
                continue;
            }
            let answer = operation.tried_by(client, &operation.anywhere()).await;
            assert_eq!(
                answer.code() == REFUSED,
                wanted,
                "{} by {party:?}: {} {}",
                operation.id,
                answer.status,
                answer.body
            );
            refused += usize::from(wanted);
        }
    }
    assert!(refused >= 25, "only {refused} refused");
    // Nor does anybody give a word for such an act, as for a signature that he witnesses.
    let (_, lin) = &staff[0];
    for (act, status) in [
        ("consent.sign", 409),
        ("consent.paper", 409),
        ("consent.refuse", 201),
        ("analgesia.time_out", 201),
    ] {
        let subject: uuid::Uuid = app.ctx.ids.make(app.clock.now());
        let body = json!({ "act": act, "subject": subject });
        assert_eq!(lin.post("/attestations", body).await.status, status, "{act}");
    }
}

#[tokio::test]
async fn a_consent_that_was_countersigned_with_a_second_factor_says_so() {
    let ceremony = Ceremony::with_second_factor().await;
    ceremony.is_released().await;
    ceremony.is_ready().await;
    ceremony.sign().await;
    let active = ceremony.in_force().await;
    assert_eq!(active["state"], "active");
    let kept = ceremony.section(12, "countersignature").await;
    assert_eq!(kept["second_factor"], true);
    ceremony.prints("医师登录有第二重验证").await;
}

#[tokio::test]
async fn a_consent_that_was_countersigned_without_a_second_factor_says_so() {
    let ceremony = Ceremony::active().await;
    let kept = ceremony.section(12, "countersignature").await;
    assert_eq!(kept["second_factor"], false);
    ceremony.prints("医师登录没有第二重验证").await;
}

#[tokio::test]
async fn the_evidence_of_an_original_on_paper_says_how_he_was_logged_in() {
    let ceremony = Ceremony::with_second_factor().await;
    let lin = ceremony.app.lin().await;
    ceremony.app.enrolled(&lin).await;
    let word = ceremony.paper_word(&lin).await;
    ceremony.file(filing(&ceremony, &[SCAN], word)).await.expect(200);
    let kept: Value = ceremony.section(12, "countersignature").await;
    assert_eq!(kept["second_factor"], true);
}
