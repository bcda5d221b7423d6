//! The institution's seal: on every document, with a time that somebody else attests, or nothing in its place (CE-160 to
//! CE-174, CE-223).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use muan::base::Clock;
use muan::base::canonical::sha256;
use muan::consent::sealing::{self, attest};
use muan::db::Q;
use muan::evidence::keys::{FileKeys, KeyProvider, SoftKey};
use muan::evidence::timestamp::local::LocalAuthority;
use muan::evidence::timestamp::{Token, granted};
use muan::evidence::trust::{Revoked, Trust};
use muan::evidence::verify::{Asked, Authenticity, Integrity, Known, Report, Time, verify};
use muan::evidence::{cms, pades};
use poem::listener::{Acceptor, Listener, TcpListener};
use poem::web::Data;
use poem::{EndpointExt, IntoResponse, Response, Route, Server, handler, post};
use serde_json::json;

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
fn sealed(app: &App, answer: &Answer) -> ([u8; 32], Option<Vec<u8>>) {
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

async fn rows(app: &App, table: &str) -> i64 {
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
async fn a_document_whose_job_was_given_up_is_sealed_at_the_next_start() {
    let refused = Ceremony::released().await;
    refused
        .mei
        .post(&refused.path("/refuse"), json!({ "ask_again": false }))
        .await
        .expect(200);
    let app = &refused.app;
    let given_up = "update job set state = 'dead' where kind = 'consent.seal'";
    // The document is made, its seal is not.
    for job in muan::outbox::claim(&app.ctx.db, "test", app.clock.now())
        .await
        .unwrap()
    {
        if job.kind == "consent.record" {
            muan::consent::jobs::handle(&app.ctx, &job).await.unwrap();
        }
        muan::outbox::finish(&app.ctx.db, "test", &job).await.unwrap();
    }
    let mut tx = app.ctx.db.begin().await.unwrap();
    assert_eq!(tx.q(given_up).run().await.unwrap(), 1);
    tx.commit().await.unwrap();
    app.work().await;
    assert_eq!(rows(app, "consent_seal").await, 0);
    sealing::begin(&app.ctx).await.unwrap();
    app.work().await;
    assert_eq!(rows(app, "consent_seal").await, 1);
    let record = refused.mei.get(&refused.path("/document?of=decision")).await;
    assert!(sealed(app, &record).1.is_some());
}

/// A time authority that can be switched off.
#[derive(Clone)]
struct Authority {
    on: Arc<AtomicBool>,
    key: Arc<LocalAuthority>,
    clock: Clock,
}

#[handler]
async fn stamp(authority: Data<&Authority>, request: Vec<u8>) -> Response {
    if !authority.on.load(Ordering::Relaxed) {
        return poem::http::StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let serial = rand::random();
    let answer = authority.key.answer(&request, authority.clock.now(), serial);
    Response::builder()
        .content_type("application/timestamp-reply")
        .body(answer)
}

impl Authority {
    /// One that is off, under the test root of this hospital, and its address.
    async fn off(app: &App) -> (Authority, String) {
        let folder = app.config.data.join("authority");
        let key = SoftKey::from_pkcs8(&std::fs::read(folder.join("time.key")).unwrap()).unwrap();
        let keys = FileKeys::new(folder, false).unwrap();
        let certificate = keys.certificate_chain("time").unwrap().remove(0);
        let authority = Authority {
            on: Arc::default(),
            key: Arc::new(LocalAuthority::new(key, certificate).unwrap()),
            clock: app.clock.clone(),
        };
        let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
        let address = *acceptor.local_addr()[0].as_socket_addr().unwrap();
        let routes = Route::new().at("/", post(stamp)).data(authority.clone());
        tokio::spawn(Server::new_with_acceptor(acceptor).run(routes));
        (authority, format!("http://{address}/"))
    }
}

#[tokio::test]
async fn while_no_authority_answers_nothing_stands_in_its_place_and_it_is_asked_for_three_days() {
    let ceremony = Ceremony::signed().await;
    let (authority, address) = Authority::off(&ceremony.app).await;
    let both = format!("{address} {address}?second");
    let Ceremony { app, mei, id, .. } = ceremony;
    let app = app.again(|config| config.seal.time_authorities = both).await;
    let (mei, zhao) = (app.back(mei), app.zhao().await);
    let ceremony = Ceremony { app, mei, zhao, id };
    ceremony.step_up().await;
    let etag = ceremony.etag().await;
    let active = ceremony
        .zhao
        .post_at(&ceremony.path("/countersign"), &etag, countersign())
        .await
        .expect(200);
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
async fn before_the_proof_of_time_ends_a_newer_one_is_put_over_it() {
    let ceremony = Ceremony::active().await;
    ceremony.app.work().await;
    let path = ceremony.path("/document");
    let (signed, token) = sealed(&ceremony.app, &ceremony.mei.get(&path).await);
    let ends = Token::read(&token.unwrap()).unwrap().certificate.not_after();
    let found = attest::coverage(&ceremony.app.ctx).await.unwrap();
    assert_eq!(found.next_renewal, Some(ends - TimeDelta::days(90)));
    let wait = ends - TimeDelta::days(89) - ceremony.app.clock.now();
    ceremony.app.clock.advance(wait.num_seconds());
    ceremony.app.work().await;
    let (file, of): (String, i64) = ceremony
        .app
        .ctx
        .view()
        .q("select sha256, number from consent_seal_file order by number desc limit 1")
        .one()
        .await
        .unwrap();
    assert_eq!(of, 3);
    let ceremony = ceremony.logged_in_again().await;
    let renewed = ceremony.mei.get(&path).await;
    assert_eq!(hex::encode(sha256(&renewed.bytes)), file);
    let read = pades::read(&renewed.bytes).unwrap();
    assert_eq!((read.digest, read.later.len()), (signed, 1));
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
