//! The rows of CE §13.3 that years, lost keys and changed records bring about, as anybody is told them of a file.

use std::sync::atomic::Ordering;

use chrono::{DateTime, TimeDelta, Utc};
use muan::evidence::timestamp::Token;
use muan::evidence::trust::{Revoked, Trust};
use muan::evidence::{cms, pades};
use serde_json::json;

use super::authority::{self, Authority};
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

/// What a scanner makes of a page: a picture, and nothing of what was signed.
fn scanned() -> Vec<u8> {
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</P 4 0 R>>>>/Contents 5 0 R>>",
        "<</Type/XObject/Subtype/Image/Width 2/Height 2/ColorSpace/DeviceGray/BitsPerComponent 8/Length 4>>\nstream\n0AZz\nendstream",
        "<</Length 27>>\nstream\n595 0 0 842 0 0 cm /P Do Q \nendstream",
    ];
    let mut pdf = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(objects) {
        places.push(pdf.len());
        pdf.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let start = pdf.len();
    pdf.push_str("xref\n0 6\n0000000000 65535 f \n");
    for place in places {
        pdf.push_str(&format!("{place:010} 00000 n \n"));
    }
    pdf.push_str(&format!(
        "trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    ));
    pdf.into_bytes()
}

#[tokio::test]
async fn a_printed_and_scanned_copy_proves_nothing_and_its_code_leads_to_the_original() {
    let Some((ceremony, code)) = super::by_code::printed().await else {
        return;
    };
    let app = &ceremony.app;
    let report = told(app, &scanned()).await;
    is(
        &report,
        json!({
            "overall": "indeterminate", "integrity": "unsigned", "authenticity": "unknown", "content": "not_checked",
            "consent": "unknown",
        }),
    );
    assert_eq!(first(&report), "unsigned");
    let said = report["messages"][0]["text"].as_str().unwrap();
    assert!(said.contains("code"), "{said}");
    let found = super::by_code::asked(app, &code).await.expect(200);
    assert_eq!(found["consent"], "in_force");
}

#[tokio::test]
async fn while_the_time_authority_is_down_the_document_is_genuine_and_its_time_pending() {
    let ceremony = Ceremony::signed().await;
    let (authority, address) = Authority::off(&ceremony.app).await;
    let both = format!("{address} {address}?second");
    let Ceremony { app, mei, id, .. } = ceremony;
    let app = app.again(|config| authority::ask(config, &both)).await;
    let (mei, zhao) = (app.back(mei), app.zhao().await);
    let ceremony = Ceremony { app, mei, zhao, id };
    ceremony.in_force().await;
    ceremony.is_settled().await;
    let pending = json!({
        "overall": "authentic", "integrity": "intact", "authenticity": "trusted", "time": "pending", "log": "included",
        "consent": "in_force",
    });
    let (pdf, zip) = (
        ceremony.pdf().await,
        ceremony.evidence(&ceremony.mei.client, "").await,
    );
    for file in [&pdf, &zip] {
        let report = told(&ceremony.app, file).await;
        is(&report, pending.clone());
        assert!(
            super::verified::codes(&report).contains(&"time_pending"),
            "{report}"
        );
    }
    authority.on.store(true, Ordering::Relaxed);
    ceremony.app.clock.advance(3600);
    ceremony.app.work().await;
    let ceremony = ceremony.logged_in_again().await;
    is(
        &told(&ceremony.app, &ceremony.pdf().await).await,
        json!({ "overall": "authentic", "time": "attested" }),
    );
}
