//! Somebody with the database in his hands takes the triggers away and changes the log: the audit finds it.

use muan::base::id::FacilityId;
use muan::base::{Act, Actor, Subject};
use muan::db::{Db, Q};
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use uuid::Uuid;

use super::{accounts, hospital, whole_audit};
use crate::support::App;

/// Runs statements on the database itself, without triggers and foreign keys.
pub async fn directly(app: &App, statements: &[&str]) {
    match &app.ctx.db {
        Db::Sqlite { .. } => {
            let mut file = SqliteConnectOptions::new()
                .filename(app.config.data.join("muan.db"))
                .foreign_keys(false)
                .connect()
                .await
                .unwrap();
            let triggers: Vec<(String,)> = sqlx::query_as(
                "select name from sqlite_master where type = 'trigger' and name like 'journal_%'",
            )
            .fetch_all(&mut file)
            .await
            .unwrap();
            for (name,) in triggers {
                let drop = AssertSqlSafe(format!("drop trigger {name}"));
                sqlx::query(drop).execute(&mut file).await.unwrap();
            }
            for sql in statements {
                sqlx::query(AssertSqlSafe((*sql).to_owned()))
                    .execute(&mut file)
                    .await
                    .unwrap();
            }
            file.close().await.unwrap();
        }
        Db::Postgres(pool) => {
            let mut tx = pool.begin().await.unwrap();
            sqlx::query("set local session_replication_role = replica")
                .execute(&mut *tx)
                .await
                .unwrap();
            for sql in statements {
                sqlx::query(AssertSqlSafe((*sql).to_owned()))
                    .execute(&mut *tx)
                    .await
                    .unwrap();
            }
            tx.commit().await.unwrap();
        }
    }
}

/// An id as the engine spells it.
pub fn literal(app: &App, id: Uuid) -> String {
    match &app.ctx.db {
        Db::Sqlite { .. } => format!("x'{}'", id.simple()),
        Db::Postgres(_) => format!("'{id}'"),
    }
}

/// A hospital with two checkpoints, nine entries at least, and its id.
async fn logged() -> (App, Uuid) {
    let app = App::new().await;
    accounts(&app, &["a1", "a2", "a3", "a4", "a5"]).await;
    app.clock.advance(600);
    accounts(&app, &["b1", "b2"]).await;
    app.clock.advance(600);
    accounts(&app, &["c1", "c2"]).await;
    let facility = hospital(&app).await;
    app.work().await;
    assert!(whole_audit(&app, facility).await.is_sound());
    (app, facility)
}

/// The faults of the incident that the audit of a day later raised.
async fn found_a_day_later(app: &App) -> Vec<String> {
    app.clock.advance(24 * 3600);
    // Before the work of the day writes on.
    muan::app::log::look(&app.ctx).await.unwrap();
    app.work().await;
    let rows: Vec<(String,)> = app
        .ctx
        .view()
        .q("select detail from incident where kind = 'log_inconsistent' order by at, id")
        .all()
        .await
        .unwrap();
    let detail: Vec<Value> = rows
        .iter()
        .map(|(text,)| serde_json::from_str(text).unwrap())
        .collect();
    let faults = detail
        .iter()
        .flat_map(|one| one["first"].as_array().cloned().unwrap_or_default());
    faults
        .map(|one| one["fault"].as_str().unwrap().to_owned())
        .collect()
}

/// What somebody did, and what the audit calls it.
pub async fn is_found(change: &str, fault: &str) {
    let (app, facility) = logged().await;
    let log = literal(&app, facility);
    let entry =
        |seq: i64| format!("(select entry_id from journal_chain where facility_id = {log} and seq = {seq})");
    // What the system did has nobody to be taken away.
    let somebodys = "(select entry_id from journal_chain where facility_id = LOG and seq = (select max(c.seq) from \
                     journal_chain c join journal_entry e on e.id = c.entry_id where c.facility_id = LOG \
                     and e.act = 'people.staff_add'))";
    let change = change
        .replace("SOMEBODYS", somebodys)
        .replace("LOG", &log)
        .replace("SECOND", &entry(2))
        .replace("THIRD", &entry(3));
    let statements: Vec<&str> = change
        .split(';')
        .map(str::trim)
        .filter(|sql| !sql.is_empty())
        .collect();
    directly(&app, &statements).await;
    let found = found_a_day_later(&app).await;
    assert!(found.iter().any(|one| one == fault), "{change}: {found:?}");
    let ready = app.outside().get("/readyz").await.expect(200);
    assert_eq!(
        ready["parts"]["log"],
        json!({ "inconsistent": 1, "read_only": false, "ok": false })
    );
}

#[tokio::test]
async fn a_changed_entry_is_found() {
    for change in [
        "update journal_entry set act = 'people.staff_get' where id = SOMEBODYS",
        "update journal_entry set actor = 'system' where id = SOMEBODYS",
        "update journal_entry set actor_id = null where id = SOMEBODYS",
        "update journal_entry set detail = '{\"x\":1}' where id = SOMEBODYS",
        "update journal_entry set patient_id = facility_id where id = SOMEBODYS",
        "update journal_entry set subject = 'staff' where id = SOMEBODYS",
        "update journal_entry set request_id = 'another' where id = SOMEBODYS",
        "update journal_entry set entry_digest = salt where id = SOMEBODYS",
    ] {
        is_found(change, "entry_changed").await;
    }
}

#[tokio::test]
async fn a_removed_entry_is_found() {
    is_found("delete from journal_entry where id = SECOND", "entry_missing").await;
    is_found(
        "delete from journal_entry where id = SECOND; delete from journal_chain where facility_id = LOG and seq = 2",
        "chain_broken",
    )
    .await;
}

#[tokio::test]
async fn an_added_entry_is_found() {
    let columns = "facility_id, act, actor, actor_kind, actor_id, at, subject, patient_id, detail, salt, \
                   payload_sha256, request_id, entry_digest";
    let add = format!(
        "insert into journal_entry (id, {columns}) select facility_id, {columns} from journal_entry where id = SECOND"
    );
    is_found(&add, "entry_unplaced").await;
    is_found(
        &format!(
            "{add}; insert into journal_chain (facility_id, seq, entry_id, prev, hash) \
             select facility_id, 1000, facility_id, prev, hash from journal_chain where facility_id = LOG and seq = 2"
        ),
        "chain_broken",
    )
    .await;
}

#[tokio::test]
async fn entries_that_changed_places_are_found() {
    is_found(
        "update journal_chain set seq = -1 where facility_id = LOG and seq = 2; \
         update journal_chain set seq = 2 where facility_id = LOG and seq = 3; \
         update journal_chain set seq = 3 where facility_id = LOG and seq = -1",
        "chain_broken",
    )
    .await;
}

#[tokio::test]
async fn an_end_that_was_cut_off_is_found() {
    is_found(
        "delete from journal_chain where facility_id = LOG and seq > 4",
        "chain_truncated",
    )
    .await;
    is_found(
        "delete from journal_entry where facility_id = LOG and id in \
           (select entry_id from journal_chain where facility_id = LOG and seq > 4); \
         delete from journal_chain where facility_id = LOG and seq > 4; \
         delete from journal_node where facility_id = LOG and ((place + 1) << cast(level as integer)) > 4; \
         update journal_head set seq = 4, tree = 4, hash = \
           (select hash from journal_chain where facility_id = LOG and seq = 4) where facility_id = LOG",
        "checkpoint_ahead",
    )
    .await;
}

#[tokio::test]
async fn a_changed_link_head_or_subtree_is_found() {
    let zeros = "0".repeat(64);
    for (change, fault) in [
        (format!("update journal_chain set hash = '{zeros}' where facility_id = LOG and seq = 2"), "chain_broken"),
        (format!("update journal_chain set prev = '{zeros}' where facility_id = LOG and seq = 2"), "chain_broken"),
        ("update journal_chain set hash = 'x' where facility_id = LOG and seq = 2".to_owned(), "chain_broken"),
        (format!("update journal_head set hash = '{zeros}' where facility_id = LOG"), "head_changed"),
        ("update journal_node set hash = (select hash from journal_node where facility_id = LOG and level = 1 and place = 1) \
          where facility_id = LOG and level = 1 and place = 0".to_owned(), "tree_changed"),
        ("delete from journal_node where facility_id = LOG and level = 2 and place = 0".to_owned(), "tree_changed"),
    ] {
        is_found(&change, fault).await;
    }
}

#[tokio::test]
async fn a_changed_or_removed_checkpoint_is_found() {
    for (change, fault) in [
        (
            "update journal_checkpoint set note = replace(note, 'time', 'Time') where facility_id = LOG and number = 1",
            "checkpoint_changed",
        ),
        (
            "update journal_checkpoint set note = (select note from journal_checkpoint where facility_id = LOG and number = 2) \
          where facility_id = LOG and number = 1",
            "checkpoint_changed",
        ),
        (
            "update journal_checkpoint set size = 1 where facility_id = LOG and number = 2",
            "checkpoint_changed",
        ),
        (
            "delete from journal_checkpoint where facility_id = LOG and number = 2",
            "checkpoint_missing",
        ),
        (
            "delete from journal_checkpoint where facility_id = LOG and number = 1",
            "checkpoint_missing",
        ),
    ] {
        is_found(change, fault).await;
    }
}

#[tokio::test]
async fn the_newest_checkpoint_leaves_its_time_stamp_behind() {
    for signed_again in [false, true] {
        let (app, facility) = logged().await;
        app.clock.advance(24 * 3600);
        app.work().await;
        assert!(whole_audit(&app, facility).await.is_sound());
        let log = literal(&app, facility);
        let newest = format!(
            "delete from journal_checkpoint where facility_id = {log} and number = (select max(number) from journal_stamp \
             where facility_id = {log})"
        );
        directly(&app, &[&newest]).await;
        if signed_again {
            app.clock.advance(600);
            accounts(&app, &["d1"]).await;
        }
        let audit = whole_audit(&app, facility).await;
        let words: Vec<&str> = audit.found.iter().map(|found| found.fault.word()).collect();
        assert_eq!(words, ["checkpoint_missing"]);
    }
}

#[tokio::test]
async fn a_log_that_was_written_anew_is_found_before_anything_is_signed() {
    let (app, facility) = logged().await;
    let log = literal(&app, facility);
    let second = format!("(select entry_id from journal_chain where facility_id = {log} and seq = 2)");
    directly(
        &app,
        &[
            &format!("delete from journal_entry where id = {second}"),
            &format!("delete from journal_chain where facility_id = {log}"),
            &format!("delete from journal_node where facility_id = {log}"),
            &format!(
                "insert into journal_pending (entry_id, facility_id) select id, facility_id from journal_entry \
                 where facility_id = {log} and id not in (select entry_id from journal_pending)"
            ),
            &format!(
                "update journal_head set seq = 0, tree = 0, hash = '{}' where facility_id = {log}",
                "0".repeat(64)
            ),
        ],
    )
    .await;
    app.clock.advance(600);
    let before = super::log::head(&app, facility).await;
    accounts(&app, &["d1"]).await;
    let ready = app.outside().get("/readyz").await.expect(200);
    assert_eq!(ready["parts"]["log"]["inconsistent"], 1);
    assert_eq!(super::log::head(&app, facility).await, before, "it is not signed");
    let audit = whole_audit(&app, facility).await;
    assert!(
        audit
            .found
            .iter()
            .any(|found| found.fault.word() == "checkpoint_changed"),
        "{audit:?}"
    );
}

#[tokio::test]
async fn a_promise_that_was_changed_or_not_kept_is_found() {
    let (app, facility) = logged().await;
    let receipt = async || {
        let mut tx = app.ctx.write(Act::QualityIncident).await.unwrap();
        let office = FacilityId(facility);
        let subject = Subject::thing("facility", facility);
        tx.journal_as(
            Act::QualityIncident,
            Actor::SYSTEM,
            Some(office),
            subject,
            json!({}),
            None,
        )
        .await
        .unwrap();
        let receipt = tx.receipt(office).await.unwrap();
        tx.commit().await.unwrap();
        receipt
    };
    let given = receipt().await;
    assert!(given.verify(app.ctx.log.known()));
    app.work().await;
    app.clock.advance(600);
    app.work().await;
    app.clock.advance(24 * 3600);
    assert!(whole_audit(&app, facility).await.is_sound(), "it was kept");
    receipt().await;
    app.clock.advance(25 * 3600);
    let audit = whole_audit(&app, facility).await;
    assert_eq!(audit.found.len(), 1, "{audit:?}");
    assert_eq!(
        audit.found[0].fault.word(),
        "receipt_broken",
        "it is under no checkpoint when its time is over"
    );
    directly(&app, &["update journal_receipt set signature = 'AAAA'"]).await;
    assert_eq!(whole_audit(&app, facility).await.faults, 2);
}

#[tokio::test]
async fn the_quality_office_is_told_once_a_day_and_nothing_is_repaired() {
    let (app, facility) = logged().await;
    let log = literal(&app, facility);
    directly(
        &app,
        &[&format!(
            "update journal_entry set act = 'x' where id = \
             (select entry_id from journal_chain where facility_id = {log} and seq = 2)"
        )],
    )
    .await;
    let reports = async || {
        let page = app.qian().await.get("/adverse-events").await.expect(200);
        page["items"].as_array().unwrap().len()
    };
    let before = reports().await;
    assert_eq!(found_a_day_later(&app).await, ["entry_changed"]);
    assert_eq!(reports().await, before + 1);
    app.work().await;
    assert_eq!(reports().await, before + 1);
    app.clock.advance(24 * 3600 + 1);
    app.work().await;
    assert_eq!(reports().await, before + 2, "it still stands");
    assert_eq!(whole_audit(&app, facility).await.faults, 1);
}
