//! The institution's seal: on every document, with a time that somebody else attests, or nothing in its place (CE-160 to
//! CE-174, CE-223).

use std::sync::atomic::Ordering;

use chrono::TimeDelta;
use muan::base::canonical::sha256;
use muan::consent::sealing::{self, attest};
use muan::db::Q;
use muan::evidence::timestamp::{Token, granted};
use muan::evidence::trust::{Revoked, Trust};
use muan::evidence::verify::{Asked, Authenticity, Integrity, Known, Report, Time, verify};
use muan::evidence::{cms, pades};
use serde_json::json;

use super::authority::{self, Authority};
use super::ceremony::{Ceremony, countersign};
use crate::support::App;
use crate::support::client::Answer;

/// A document as whoever has it and the institution's `trust.json` sees it.
fn seen(app: &App, file: &[u8]) -> Report {
    let trust = sealing::trust(&app.ctx);
    let asked = Asked {
        trust: Some(&trust),
        newer: None,
        now: app.clock.now(),
    };
    verify(file, &asked, &Known::default())
}

/// The signed digest of a file that is intact and the institution's, and the token in it.
pub fn sealed(app: &App, answer: &Answer) -> ([u8; 32], Option<Vec<u8>>) {
    let report = seen(app, &answer.bytes);
    assert_eq!(report.dimensions.integrity, Integrity::Intact, "{report:?}");
    assert_eq!(report.dimensions.authenticity, Authenticity::Trusted);
    let digest = hex::encode(sha256(&answer.bytes));
    assert_eq!(
        answer.etag(),
        format!("\"{digest}\""),
        "the tag is the file's digest"
    );
    let signed = pades::read(&answer.bytes).unwrap();
    let message = cms::read(&signed.contents).unwrap();
    let attested = message.token().map(<[u8]>::to_vec);
    let time = if attested.is_some() {
        Time::Attested
    } else {
        Time::ClaimedOnly
    };
    assert_eq!(report.dimensions.time, time);
    (signed.digest, attested)
}

pub async fn rows(app: &App, table: &str) -> i64 {
    let (count,): (i64,) = app
        .ctx
        .view()
        .q(format!("select count(*) from {table}"))
        .one()
        .await
        .unwrap();
    count
}

#[tokio::test]
async fn what_she_takes_home_is_sealed_at_once_and_then_a_time_authority_says_since_when() {
    let ceremony = Ceremony::active().await;
    let path = ceremony.path("/document");
    let (signed, token) = sealed(&ceremony.app, &ceremony.mei.get(&path).await);
    assert_eq!(token, None);
    ceremony.app.work().await;
    let later = ceremony.mei.get(&path).await;
    let (same, token) = sealed(&ceremony.app, &later);
    assert_eq!(same, signed, "what is signed stays");
    assert!(token.is_some());
    // Both go into the log, the seal with the root that stands in the document.
    let entries: Vec<(String, String)> = ceremony
        .app
        .ctx
        .view()
        .q("select act, detail from journal_entry where act in ('consent.seal', 'consent.timestamp') order by id")
        .all()
        .await
        .unwrap();
    let acts: Vec<&str> = entries.iter().map(|(act, _)| act.as_str()).collect();
    assert_eq!(acts, ["consent.seal", "consent.timestamp"]);
    let said: serde_json::Value = serde_json::from_str(&entries[0].1).unwrap();
    assert_eq!(said["signed_sha256"], hex::encode(signed));
    assert_eq!(said["root_sha256"].as_str().unwrap().len(), 64);
    ceremony.app.work().await;
    assert_eq!(
        rows(&ceremony.app, "consent_seal_file").await,
        2,
        "nothing is asked twice"
    );
}

#[tokio::test]
async fn the_records_of_a_refusal_and_of_the_bedside_are_sealed_too() {
    let refused = Ceremony::released().await;
    refused
        .mei
        .post(&refused.path("/refuse"), json!({ "ask_again": false }))
        .await
        .expect(200);
    refused.app.work().await;
    let record = refused.mei.get(&refused.path("/document?of=decision")).await;
    assert!(sealed(&refused.app, &record).1.is_some());

    let confirmed = Ceremony::active().await;
    confirmed.is_confirmed().await;
    confirmed.app.work().await;
    let record = confirmed.mei.get(&confirmed.path("/document?of=bedside")).await;
    assert!(sealed(&confirmed.app, &record).1.is_some());
}

#[tokio::test]
async fn while_no_authority_answers_nothing_stands_in_its_place_and_it_is_asked_for_three_days() {
    let ceremony = Ceremony::signed().await;
    let (authority, address) = Authority::off(&ceremony.app).await;
    let both = format!("{address} {address}?second");
    let Ceremony { app, mei, id, .. } = ceremony;
    let app = app.again(|config| authority::ask(config, &both)).await;
    let (mei, zhao) = (app.back(mei), app.zhao().await);
    let ceremony = Ceremony { app, mei, zhao, id };
    let active = ceremony.in_force().await;
    assert_eq!(active["state"], "active", "it is in force meanwhile");
    let path = ceremony.path("/document");
    for minutes in [0, 1, 20, 60 * 24, 60 * 24] {
        ceremony.app.clock.advance(minutes * 60);
        ceremony.app.work().await;
        let found = attest::coverage(&ceremony.app.ctx).await.unwrap();
        assert_eq!(
            (found.sealed, found.pending, found.failed),
            (1, 1, 0),
            "{minutes}"
        );
    }
    ceremony.app.clock.advance(25 * 3600);
    for _ in 0..3 {
        ceremony.app.work().await;
    }
    let found = attest::coverage(&ceremony.app.ctx).await.unwrap();
    assert_eq!(
        (found.pending, found.failed),
        (0, 1),
        "an operator has to see to it"
    );
    // She gets it as it is: sealed, without a time that anybody attests.
    let ceremony = ceremony.logged_in_again().await;
    let (signed, token) = sealed(&ceremony.app, &ceremony.mei.get(&path).await);
    assert_eq!(token, None);
    authority.on.store(true, Ordering::Relaxed);
    assert_eq!(attest::again(&ceremony.app.ctx).await.unwrap(), 1);
    ceremony.app.work().await;
    let (same, token) = sealed(&ceremony.app, &ceremony.mei.get(&path).await);
    assert_eq!(same, signed);
    let token = Token::read(&token.unwrap()).unwrap();
    let drift = ceremony.app.clock.now() - token.time;
    assert!(
        drift < TimeDelta::minutes(1),
        "the time is the authority's, not that of the seal: {drift}"
    );
    assert_eq!(attest::again(&ceremony.app.ctx).await.unwrap(), 0);
}

#[tokio::test]
async fn with_a_revoked_certificate_nothing_is_sealed_and_nothing_comes_into_force() {
    let ceremony = Ceremony::signed().await;
    let Ceremony { app, mei, id, .. } = ceremony;
    let folder = app.config.data.join("authority");
    let bytes = std::fs::read(folder.join("trust.json")).unwrap();
    let mut trust: Trust = serde_json::from_slice(&bytes).unwrap();
    trust.revoked = vec![Revoked {
        certificate: trust.signers[0],
        at: app.clock.now() - TimeDelta::hours(1),
    }];
    let revoked = folder.join("revoked.json");
    std::fs::write(&revoked, serde_json::to_vec(&trust).unwrap()).unwrap();
    let app = app.again(|config| config.seal.trust = Some(revoked)).await;
    let (mei, zhao) = (app.back(mei), app.zhao().await);
    let ceremony = Ceremony { app, mei, zhao, id };
    ceremony.step_up().await;
    let etag = ceremony.etag().await;
    let path = ceremony.path("/countersign");
    let answer = ceremony.zhao.post_at(&path, &etag, countersign()).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (503, "consent.seal_unavailable")
    );
    assert_eq!(ceremony.state().await, "patient_signed");
    for table in ["consent_seal", "consent_document", "consent_seal_orphan"] {
        assert_eq!(rows(&ceremony.app, table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn the_head_of_the_log_is_time_stamped_once_a_day() {
    let ceremony = Ceremony::signed().await;
    for _ in 0..2 {
        ceremony.app.work().await;
    }
    let stamps = rows(&ceremony.app, "journal_stamp").await;
    assert!(stamps > 0);
    let (note, response): (String, Vec<u8>) = ceremony
        .app
        .ctx
        .view()
        .q(
            "select c.note, s.response from journal_stamp s join journal_checkpoint c \
            on c.facility_id = s.facility_id and c.number = s.number limit 1",
        )
        .one()
        .await
        .unwrap();
    let token = Token::read(granted(&response).unwrap()).unwrap();
    let trust = sealing::trust(&ceremony.app.ctx);
    token.verify(&sha256(note.as_bytes()), &trust).unwrap();
    ceremony.app.clock.advance(24 * 3600);
    ceremony.app.work().await;
    assert!(rows(&ceremony.app, "journal_stamp").await > stamps);
}
