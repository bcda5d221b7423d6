//! Jobs are rows that are due by their time.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use muan::app::work;
use muan::db::Q;
use muan::outbox::{self, Kinds, Message};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::consent::authority;
use crate::consent::ceremony::Ceremony;
use crate::support::App;

#[tokio::test]
async fn what_is_due_longest_is_done_first_in_whatever_order_it_was_written() {
    let app = App::new().await;
    app.work().await;
    let now = app.clock.now();
    let mut tx = app.ctx.db.begin().await.unwrap();
    for minutes in [3, 9, 1, 7, 5] {
        let message = Message {
            kind: "test.order",
            facility: None,
            payload: &json!(minutes),
            dedupe: None,
            due: now - TimeDelta::minutes(minutes),
        };
        outbox::enqueue(&mut tx, app.ctx.ids.make(now), message, now)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let jobs = outbox::claim(&app.ctx.db, "test", Kinds::AllBut(&[]), 32, now)
        .await
        .unwrap();
    let order: Vec<i64> = jobs
        .iter()
        .filter(|job| job.kind == "test.order")
        .map(|job| job.payload().unwrap())
        .collect();
    assert_eq!(order, [9, 7, 5, 3, 1]);
}

/// Jobs of a kind, however they stand.
async fn count(app: &App, kind: &str) -> i64 {
    let (count,): (i64,) = app
        .ctx
        .view()
        .q("select count(*) from job where kind = $1")
        .bind(kind.to_owned())
        .one()
        .await
        .unwrap();
    count
}

#[tokio::test]
async fn what_was_done_goes_after_some_days_and_what_was_given_up_stays() {
    for app in App::each().await {
        app.work().await;
        let now = app.clock.now();
        let mut tx = app.ctx.db.begin().await.unwrap();
        for (kind, state, many) in [("test.done", "done", 501), ("test.dead", "dead", 1)] {
            for n in 0..many {
                let message = Message {
                    kind,
                    facility: None,
                    payload: &json!(n),
                    dedupe: None,
                    due: now,
                };
                outbox::enqueue(&mut tx, app.ctx.ids.make(now), message, now)
                    .await
                    .unwrap();
            }
            tx.q("update job set state = $2 where kind = $1")
                .bind(kind.to_owned())
                .bind(state.to_owned())
                .run()
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        for (days, done) in [(2, 501), (2, 0)] {
            app.clock.advance(days * 86_400);
            app.work().await;
            assert_eq!(
                (count(&app, "test.done").await, count(&app, "test.dead").await),
                (done, 1)
            );
        }
    }
}

/// A time authority that takes every call and never answers, and what tells that it was called.
async fn silent() -> (String, Arc<Notify>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let called = Arc::new(Notify::new());
    let calls = called.clone();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((call, _)) = listener.accept().await {
            held.push(call);
            calls.notify_one();
        }
    });
    (format!("http://{address}/"), called)
}

#[tokio::test]
async fn a_time_authority_that_never_answers_holds_up_neither_the_journal_nor_the_end() {
    let ceremony = Ceremony::signed().await;
    let (address, called) = silent().await;
    let both = format!("{address} {address}?second");
    let Ceremony { app, mei, id, .. } = ceremony;
    let app = app.again(|config| authority::ask(config, &both)).await;
    let (mei, zhao) = (app.back(mei), app.zhao().await);
    let ceremony = Ceremony { app, mei, zhao, id };
    ceremony.in_force().await;
    let (ctx, stop) = (&ceremony.app.ctx, CancellationToken::new());
    let mut listener = ctx.bell.listen(Uuid::nil()).unwrap();
    let running = tokio::spawn(work::run(ctx.clone(), stop.clone()));
    let soon = Duration::from_secs(8);
    tokio::time::timeout(soon, called.notified()).await.unwrap();
    ceremony.is_confirmed().await;
    let placed = async {
        while waiting(&ceremony.app).await > 0 {
            listener.heads.changed().await.unwrap();
        }
    };
    tokio::time::timeout(soon, placed)
        .await
        .expect("entries get their places while the authority is silent");
    stop.cancel();
    tokio::time::timeout(soon, running)
        .await
        .expect("the service ends while the authority is silent")
        .unwrap();
}

/// Entries of the journal without a place.
async fn waiting(app: &App) -> i64 {
    let (count,): (i64,) = app
        .ctx
        .view()
        .q("select count(*) from journal_pending")
        .one()
        .await
        .unwrap();
    count
}
