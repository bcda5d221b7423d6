//! What somebody writes into the database so that nobody looks at what he changed, or that nobody can.

use muan::db::{Db, Q};
use uuid::Uuid;

use super::log::head;
use super::tampered::{directly, is_found, literal};
use super::{accounts, hospital};
use crate::support::App;

/// What is only ever added can be added ahead of its time.
#[tokio::test]
async fn a_result_or_an_incident_of_the_future_keeps_nothing_quiet() {
    let change = "update journal_entry set detail = '{\"x\":1}' where id = SOMEBODYS";
    let audited = "insert into journal_audit (id, facility_id, at, kind, first, last, hash, root, faults) values \
                   (LOG, LOG, '2099-01-01T00:00:00.000Z', 'whole', 1, 1, 'x', \
                   (select root from journal_checkpoint where facility_id = LOG and number = 1), 0)";
    let noted = "insert into incident (id, facility_id, kind, at, detail) values \
                 (LOG, LOG, 'log_inconsistent', '2099-01-01T00:00:00.000Z', '{}')";
    for ahead in [audited, noted] {
        is_found(&format!("{ahead}; {change}"), "entry_changed").await;
    }
}

/// Only one of the engines lets a column hold what is not of its kind.
#[tokio::test]
async fn what_cannot_be_read_is_a_fault_and_hides_no_other() {
    if matches!(App::new().await.ctx.db, Db::Postgres(_)) {
        return;
    }
    let promise = "insert into journal_receipt (entry_id, facility_id, include_by, key_name, key_id, signature) \
                   values (SECOND, LOG, 'never', 'a', 'b', 'c')";
    let change = "update journal_entry set detail = '{\"x\":1}' where id = SOMEBODYS";
    is_found(promise, "unreadable").await;
    is_found(&format!("{promise}; {change}"), "entry_changed").await;
    is_found(
        "update journal_checkpoint set at = 'never' where facility_id = LOG and number = 1",
        "unreadable",
    )
    .await;
}

#[tokio::test]
async fn the_trouble_of_one_log_does_not_keep_the_others_from_being_signed() {
    let app = App::new().await;
    if matches!(app.ctx.db, Db::Postgres(_)) {
        return;
    }
    accounts(&app, &["a1"]).await;
    // Her log-in is in the log of no hospital, the first of all.
    app.newcomer("o-hidden").await;
    let (facility, _) = (hospital(&app).await, app.work().await);
    let before = head(&app, facility).await;
    let log = literal(&app, facility);
    let others: Vec<(Uuid,)> = app
        .ctx
        .view()
        .q("select facility_id from journal_checkpoint")
        .all()
        .await
        .unwrap();
    assert!(
        others.iter().any(|(other,)| *other < facility),
        "one comes before it"
    );
    let spoiled = format!("update journal_checkpoint set root = 5 where facility_id <> {log}");
    directly(&app, &[&spoiled]).await;
    app.clock.advance(25 * 3600);
    app.work().await;
    assert!(head(&app, facility).await.at > before.at);
}

#[tokio::test]
async fn a_time_stamp_of_the_future_keeps_none_away() {
    let app = App::new().await;
    accounts(&app, &["a1"]).await;
    let facility = hospital(&app).await;
    app.work().await;
    let log = literal(&app, facility);
    let ahead = format!(
        "insert into journal_stamp (facility_id, number, response, attested_at, expires_at, at) \
         select facility_id, number + 1000, response, attested_at, expires_at, '2099-01-01T00:00:00.000Z' from journal_stamp \
         where facility_id = {log}"
    );
    let stamps = async || -> i64 {
        let (count,): (i64,) = app
            .ctx
            .view()
            .q("select count(*) from journal_stamp where at < '2099-01-01T00:00:00.000Z'")
            .one()
            .await
            .unwrap();
        count
    };
    directly(&app, &[&ahead]).await;
    let before = stamps().await;
    assert!(before > 0);
    app.clock.advance(25 * 3600);
    app.work().await;
    assert!(stamps().await > before);
}
