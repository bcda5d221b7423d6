//! What has no seal gets one, and a proof of time gets a newer one before it ends, however long authorities are away
//! (CE-223).

use std::sync::atomic::Ordering;

use chrono::TimeDelta;
use muan::app::work;
use muan::base::canonical::sha256;
use muan::consent::sealing::{self, attest};
use muan::db::Q;
use muan::evidence::pades;
use muan::evidence::timestamp::Token;
use muan::outbox::{self, Kinds};
use serde_json::json;
use uuid::Uuid;

use super::authority::{self, Authority};
use super::ceremony::Ceremony;
use super::sealed::{rows, sealed};
use crate::support::App;

/// Documents are made, and the jobs that would seal them given up: how many.
async fn given_up(app: &App) -> u64 {
    for job in outbox::claim(&app.ctx.db, "test", Kinds::AllBut(&[]), 32, app.clock.now())
        .await
        .unwrap()
    {
        if job.kind.starts_with("consent.record") {
            muan::consent::jobs::handle(&app.ctx, &job).await.unwrap();
        }
        outbox::finish(&app.ctx.db, "test", &job).await.unwrap();
    }
    let mut tx = app.ctx.db.begin().await.unwrap();
    let given_up = tx
        .q("update job set state = 'dead' where kind = 'consent.seal' and state = 'ready'")
        .run()
        .await
        .unwrap();
    tx.commit().await.unwrap();
    given_up
}

async fn looks(app: &App) -> i64 {
    let (count,): (i64,) = app
        .ctx
        .view()
        .q("select count(*) from job where kind = 'consent.seal_all' and state = 'ready'")
        .one()
        .await
        .unwrap();
    count
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
    assert_eq!(given_up(app).await, 1);
    app.work().await;
    assert_eq!(rows(app, "consent_seal").await, 0);
    sealing::begin(&app.ctx).await.unwrap();
    app.work().await;
    assert_eq!(rows(app, "consent_seal").await, 1);
    let record = refused.mei.get(&refused.path("/document?of=decision")).await;
    assert!(sealed(app, &record).1.is_some());
}

#[tokio::test]
async fn what_was_given_up_is_looked_for_each_day_too_and_asking_twice_adds_nothing() {
    let refused = Ceremony::released().await;
    let app = &refused.app;
    for _ in 0..3 {
        sealing::begin(&app.ctx).await.unwrap();
    }
    assert_eq!(looks(app).await, 1);
    app.work().await;
    assert_eq!(looks(app).await, 1, "tomorrow's");
    refused
        .mei
        .post(&refused.path("/refuse"), json!({ "ask_again": false }))
        .await
        .expect(200);
    assert_eq!(given_up(app).await, 1);
    app.work().await;
    assert_eq!(rows(app, "consent_seal").await, 0);
    app.clock.advance(24 * 3600);
    app.work().await;
    assert_eq!(rows(app, "consent_seal").await, 1);
    assert_eq!(looks(app).await, 1);
}

#[tokio::test]
async fn a_destroyed_document_keeps_no_other_from_its_seal() {
    let ceremony = Ceremony::active().await;
    ceremony.app.work().await;
    for _ in 0..2 {
        ceremony.is_confirmed().await;
    }
    let app = &ceremony.app;
    assert_eq!(given_up(app).await, 2);
    let (first,): (Uuid,) = app
        .ctx
        .view()
        .q("select bedside_id from consent_bedside_record order by bedside_id limit 1")
        .one()
        .await
        .unwrap();
    let mut tx = app.ctx.db.begin().await.unwrap();
    let destroyed = tx.q("delete from data_key where record = $1 and class = 'document'");
    assert_eq!(destroyed.bind(first).run().await.unwrap(), 1);
    tx.commit().await.unwrap();
    // A process that has not seen the key.
    let later = app.beside(|_| {}).await;
    sealing::begin(&later).await.unwrap();
    work::due(&later, "later").await.unwrap();
    assert_eq!(
        rows(app, "consent_seal where paper = 'bedside'").await,
        1,
        "the second one"
    );
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
    // The authority has no newer certificate: it is asked again before this one ends, and not each second.
    let next = attest::coverage(&ceremony.app.ctx)
        .await
        .unwrap()
        .next_renewal
        .unwrap();
    let waits = next - ceremony.app.clock.now();
    assert!(waits > TimeDelta::days(1) && next < ends, "{waits}");
    ceremony.app.clock.advance(waits.num_seconds() + 1);
    ceremony.app.work().await;
    assert_eq!(rows(&ceremony.app, "consent_seal_file").await, 4);
}

#[tokio::test]
async fn authorities_that_are_away_for_weeks_end_no_renewal() {
    let ceremony = Ceremony::signed().await;
    let (authority, address) = Authority::off(&ceremony.app).await;
    authority.on.store(true, Ordering::Relaxed);
    let both = format!("{address} {address}?second");
    let Ceremony { app, mei, id, .. } = ceremony;
    let app = app.again(|config| authority::ask(config, &both)).await;
    let (mei, zhao) = (app.back(mei), app.zhao().await);
    let ceremony = Ceremony { app, mei, zhao, id };
    ceremony.in_force().await;
    let app = &ceremony.app;
    app.work().await;
    assert_eq!(rows(app, "consent_seal_file").await, 2);
    authority.on.store(false, Ordering::Relaxed);
    let due = attest::coverage(&app.ctx).await.unwrap().next_renewal.unwrap();
    app.clock.advance((due - app.clock.now()).num_seconds() + 1);
    for _ in 0..20 {
        app.work().await;
        let next = attest::coverage(&app.ctx).await.unwrap().next_renewal;
        let pause = next.expect("it is still to be renewed") - app.clock.now();
        assert!(pause <= TimeDelta::days(1), "{pause}");
        app.clock.advance(pause.num_seconds() + 1);
    }
    assert!(app.clock.now() - due > TimeDelta::days(7));
    assert_eq!(rows(app, "consent_seal_file").await, 2);
    authority.on.store(true, Ordering::Relaxed);
    app.clock.advance(24 * 3600);
    app.work().await;
    assert_eq!(rows(app, "consent_seal_file").await, 3);
}
