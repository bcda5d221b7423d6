//! The rows of CE §13.3 that years, lost keys and changed records bring about, as anybody is told them of a file.

use chrono::{DateTime, TimeDelta, Utc};
use muan::evidence::timestamp::Token;
use muan::evidence::trust::{Revoked, Trust};
use muan::evidence::{cms, pades};
use serde_json::json;

use super::ceremony::Ceremony;
use super::given::{first, told};
use super::verified::is;
use crate::journal::tampered::directly;
use crate::people::retention::YEAR;

fn message(pdf: &[u8]) -> cms::SignedData {
    cms::read(&pades::read(pdf).unwrap().contents).unwrap()
}

impl Ceremony {
    /// The same hospital, once it is known that its key was stolen at a time.
    async fn key_stolen(self, at: DateTime<Utc>) -> Ceremony {
        let Ceremony { app, mei, zhao, id } = self;
        let folder = app.config.data.join("authority");
        let bytes = std::fs::read(folder.join("trust.json")).unwrap();
        let mut trust: Trust = serde_json::from_slice(&bytes).unwrap();
        trust.revoked = vec![Revoked {
            certificate: trust.signers[0],
            at,
        }];
        let path = folder.join(format!("revoked-{}.json", at.timestamp()));
        std::fs::write(&path, serde_json::to_vec(&trust).unwrap()).unwrap();
        let app = app.again(|config| config.seal.trust = Some(path)).await;
        Ceremony { app, mei, zhao, id }
    }
}

#[tokio::test]
async fn a_key_that_was_stolen_before_is_not_believed_and_one_stolen_later_is() {
    let ceremony = Ceremony::active().await;
    ceremony.is_settled().await;
    let pdf = ceremony.pdf().await;
    let now = ceremony.app.clock.now();
    let ceremony = ceremony.key_stolen(now).await;
    let report = told(&ceremony.app, &pdf).await;
    is(
        &report,
        json!({
            "overall": "authentic", "authenticity": "trusted", "time": "attested", "log": "included", "consent": "in_force",
        }),
    );
    assert_eq!(first(&report), "revoked_later");
    let ceremony = ceremony.key_stolen(now - TimeDelta::days(1)).await;
    let report = told(&ceremony.app, &pdf).await;
    is(
        &report,
        json!({
            "overall": "not_authentic", "integrity": "intact", "authenticity": "revoked", "time": "attested",
            "log": "included", "consent": "in_force",
        }),
    );
    assert_eq!(first(&report), "revoked_before");
}

#[tokio::test]
async fn after_the_certificate_has_ended_the_time_stamp_says_that_it_had_not() {
    let ceremony = Ceremony::active().await;
    let at_once = ceremony.pdf().await;
    ceremony.is_settled().await;
    let later = ceremony.pdf().await;
    ceremony.app.clock.advance(6 * YEAR);
    let report = told(&ceremony.app, &later).await;
    is(
        &report,
        json!({
            "overall": "authentic", "authenticity": "trusted", "time": "attested", "log": "included", "consent": "expired",
        }),
    );
    assert!(
        super::verified::codes(&report).contains(&"certificate_expired"),
        "{report}"
    );
    let report = told(&ceremony.app, &at_once).await;
    is(
        &report,
        json!({
            "overall": "indeterminate", "integrity": "intact", "authenticity": "unknown", "time": "claimed_only",
            "log": "included", "consent": "expired",
        }),
    );
    assert_eq!(first(&report), "time_unproved");
}

#[tokio::test]
async fn a_document_with_a_newer_time_stamp_is_genuine_and_says_that_it_was_preserved() {
    let ceremony = Ceremony::active().await;
    ceremony.is_settled().await;
    let message = message(&ceremony.pdf().await);
    let ends = Token::read(message.token().unwrap())
        .unwrap()
        .certificate
        .not_after();
    let wait = ends - TimeDelta::days(89) - ceremony.app.clock.now();
    ceremony.app.clock.advance(wait.num_seconds());
    ceremony.app.work().await;
    let ceremony = ceremony.logged_in_again().await;
    let answer = ceremony.mei.get(&ceremony.path("/document")).await;
    assert_eq!(pades::read(&answer.bytes).unwrap().later.len(), 1);
    let report = told(&ceremony.app, &answer.bytes).await;
    is(
        &report,
        json!({ "overall": "authentic", "integrity": "intact", "time": "attested", "log": "included", "consent": "expired" }),
    );
    assert!(super::verified::codes(&report).contains(&"preserved"), "{report}");
}

#[tokio::test]
async fn a_time_stamp_of_another_document_is_none_of_this_one() {
    let ceremony = Ceremony::active().await;
    let at_once = ceremony.pdf().await;
    ceremony
        .mei
        .post(&ceremony.path("/withdraw"), json!({}))
        .await
        .expect(200);
    ceremony.is_settled().await;
    let record = ceremony.mei.get(&ceremony.path("/document?of=decision")).await;
    let report = told(&ceremony.app, &record.bytes).await;
    is(&report, json!({ "overall": "authentic", "consent": "withdrawn" }));
    let other = message(&record.bytes);
    let with = message(&at_once).with_token(other.token().unwrap()).unwrap();
    let borrowed = pades::replace(&at_once, &with).unwrap();
    let report = told(&ceremony.app, &borrowed).await;
    is(
        &report,
        json!({
            "overall": "indeterminate", "integrity": "intact", "authenticity": "trusted", "time": "invalid",
            "log": "included", "consent": "withdrawn",
        }),
    );
    assert_eq!(first(&report), "time_differs");
}

#[tokio::test]
async fn a_log_whose_past_was_changed_is_told_to_whoever_kept_a_proof_of_it() {
    let ceremony = Ceremony::active().await;
    ceremony.is_settled().await;
    let (app, mei) = (&ceremony.app, &ceremony.mei.client);
    let (pdf, zip) = (ceremony.pdf().await, ceremony.evidence(mei, "").await);
    // A later checkpoint, which has to continue that of the bundle.
    app.clock.advance(600);
    app.work().await;
    is(
        &told(app, &zip).await,
        json!({ "overall": "authentic", "log": "included" }),
    );
    directly(app, &["update journal_node set hash = (select hash from journal_node order by hash desc limit 1) where level > 0"]).await;
    let report = told(app, &zip).await;
    is(
        &report,
        json!({ "overall": "not_authentic", "integrity": "intact", "log": "inconsistent" }),
    );
    assert_eq!(first(&report), "log_changed");
    let report = told(app, &pdf).await;
    is(
        &report,
        json!({ "overall": "not_authentic", "integrity": "intact", "log": "inconsistent" }),
    );
    assert_eq!(first(&report), "log_changed");
}
