//! A database that comes back from a backup: where the log is shorter than its copy outside, nothing is written until
//! an operator has looked.

use muan::app;
use muan::config::{Config, Files};
use muan::db::Db;
use muan::journal::audit;
use muan::journal::checkpoint::Checkpoint;
use serde_json::json;
use uuid::Uuid;

use super::log::head;
use super::tampered::{directly, literal};
use super::{accounts, hospital};
use crate::support::{App, bucket, bucket_server};

pub fn copied_outside(config: &mut Config) {
    config.journal.copies = Some(Files {
        folder: Some(config.data.join("outside")),
        ..Files::default()
    });
}

/// As a backup of that size would bring it back.
pub async fn rolled_back(app: &App, facility: Uuid, size: u64) {
    let log = literal(app, facility);
    let statements = [
        format!("delete from journal_pending where facility_id = {log}"),
        format!("delete from journal_chain where facility_id = {log} and seq > {size}"),
        format!(
            "delete from journal_entry where facility_id = {log} and id not in (select entry_id from journal_chain)"
        ),
        format!("delete from journal_checkpoint where facility_id = {log} and size > {size}"),
        format!(
            "delete from journal_node where facility_id = {log} and ((place + 1) << cast(level as integer)) > {size}"
        ),
        format!(
            "delete from journal_stamp where facility_id = {log} and number not in (select number from journal_checkpoint \
             where facility_id = {log})"
        ),
        "delete from journal_audit".to_owned(),
        "delete from journal_copy where at > (select min(at) from journal_copy)".to_owned(),
        format!(
            "update journal_head set seq = {size}, tree = {size}, hash = (select hash from journal_chain \
             where facility_id = {log} and seq = {size}) where facility_id = {log}"
        ),
    ];
    let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
    directly(app, &statements).await;
}

async fn copies(app: &App, facility: Uuid) -> Vec<Checkpoint> {
    let folder = app.config.data.join("outside").join(facility.to_string());
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let note = std::fs::read_to_string(path).unwrap();
        Checkpoint::verify(&note, app.ctx.log.known()).unwrap()
    };
    files.iter().map(read).collect()
}

#[tokio::test]
async fn a_checkpoint_goes_outside_each_day() {
    let app = App::with(copied_outside).await;
    accounts(&app, &["a1"]).await;
    let facility = hospital(&app).await;
    let first = head(&app, facility).await;
    assert_eq!(copies(&app, facility).await, std::slice::from_ref(&first));
    app.clock.advance(3600);
    accounts(&app, &["a2"]).await;
    assert_eq!(copies(&app, facility).await.len(), 1, "one is enough for the day");
    app.clock.advance(24 * 3600);
    accounts(&app, &["a3"]).await;
    let second = head(&app, facility).await;
    assert_eq!(copies(&app, facility).await, [first, second]);
}

#[tokio::test]
async fn one_log_that_can_t_be_copied_does_not_keep_the_others_inside() {
    for which in [0, 1] {
        let app = App::with(copied_outside).await;
        accounts(&app, &["a1"]).await;
        let mut logs = audit::logs(&app.ctx.db).await.unwrap();
        assert!(logs.len() > 1, "{logs:?}");
        let stuck = logs.remove(which);
        let place = app.config.data.join("outside").join(stuck.to_string());
        std::fs::remove_dir_all(&place).unwrap();
        std::fs::write(&place, "no folder").unwrap();
        app.clock.advance(25 * 3600);
        app.work().await;
        for log in logs {
            assert_eq!(copies(&app, log).await.len(), 2, "{log}");
        }
    }
}

#[tokio::test]
async fn a_log_shorter_than_its_copy_is_only_read_until_an_operator_takes_it() {
    let app = App::with(copied_outside).await;
    accounts(&app, &["a1", "a2", "a3"]).await;
    let facility = hospital(&app).await;
    let old = head(&app, facility).await;
    app.clock.advance(25 * 3600);
    accounts(&app, &["b1", "b2", "b3"]).await;
    let wu = app.wu().await;
    app.work().await;
    rolled_back(&app, facility, old.size).await;
    let app = app.again(|_| {}).await;
    let wu = app
        .nobody_of_staff()
        .with_token(wu.bearer().trim_start_matches("Bearer "));
    let new = json!({ "username": "c1", "name": "新人", "role": "midwife" });
    let refused = wu.post("/staff", new.clone()).await;
    assert_eq!((refused.status, refused.code().as_str()), (503, "http.read_only"));
    assert!(refused.header("retry-after").is_some());
    let ready = app.outside().get("/readyz").await.expect(200);
    assert_eq!(ready["parts"]["log"]["read_only"], true);
    wu.get("/facility").await.expect(200);
    assert_eq!(head(&app, facility).await, old, "it answers what it has");
    app.clock.advance(24 * 3600);
    app.work().await;
    assert_eq!(head(&app, facility).await, old, "and signs nothing");
    assert_eq!(copies(&app, facility).await.len(), 2, "and copies nothing");

    // At the machine, beside the service.
    let operator = app.beside(|_| {}).await;
    let taken = app::log::accept_restore(&operator, facility).await.unwrap();
    assert_eq!(taken.map(|(here, _)| here as u64), Some(old.size));
    app.work().await;
    let app = app.again(|_| {}).await;
    let wu = app.wu().await;
    wu.post("/staff", new).await.expect(201);
    app.work().await;
    let later = copies(&app, facility).await;
    assert_eq!(later.len(), 3, "the log that goes on is copied");
    let page = app.qian().await.get("/audit?limit=50").await.expect(200);
    let acts: Vec<_> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["act"])
        .collect();
    assert!(acts.contains(&&json!("journal.accept_restore")), "{acts:?}");
    assert_eq!(app::log::accept_restore(&app.ctx, facility).await.unwrap(), None);
}

#[tokio::test]
async fn a_log_of_the_same_length_that_is_another_one_is_only_read_too() {
    let app = App::with(copied_outside).await;
    accounts(&app, &["a1", "a2", "a3"]).await;
    let facility = hospital(&app).await;
    let log = literal(&app, facility);
    let other = format!(
        "update journal_node set hash = (select hash from journal_node where facility_id = {log} and level = 1 \
         and place = 0) where facility_id = {log}"
    );
    directly(&app, &[&other]).await;
    let app = app.again(|_| {}).await;
    let refused = app
        .nobody_of_staff()
        .post_bare(
            "/sessions",
            json!({ "facility": "renai", "username": "wu", "password": "x" }),
        )
        .await;
    assert_eq!(refused.code(), "http.read_only");
}

#[tokio::test]
async fn a_copy_that_nobody_signed_hides_no_log_that_was_rolled_back() {
    let app = App::with(copied_outside).await;
    accounts(&app, &["a1", "a2", "a3"]).await;
    let facility = hospital(&app).await;
    let old = head(&app, facility).await;
    app.clock.advance(25 * 3600);
    accounts(&app, &["b1", "b2", "b3"]).await;
    rolled_back(&app, facility, old.size).await;
    let folder = app.config.data.join("outside").join(facility.to_string());
    std::fs::write(folder.join("99991231T000000000Z-1.txt"), "nobody's\n\n").unwrap();
    let app = app.again(|_| {}).await;
    let ready = app.outside().get("/readyz").await.expect(200);
    assert_eq!(ready["parts"]["log"]["read_only"], true);
}

#[tokio::test]
async fn a_log_of_whose_copies_none_can_be_believed_is_only_read() {
    let app = App::with(copied_outside).await;
    accounts(&app, &["a1"]).await;
    let facility = hospital(&app).await;
    app.work().await;
    let folder = app.config.data.join("outside").join(facility.to_string());
    for copy in std::fs::read_dir(&folder).unwrap() {
        std::fs::write(copy.unwrap().path(), "nobody's\n\n").unwrap();
    }
    let app = app.again(|_| {}).await;
    let ready = app.outside().get("/readyz").await.expect(200);
    assert_eq!(ready["parts"]["log"]["read_only"], true);
    std::fs::remove_dir_all(folder).unwrap();
    let app = app.again(|_| {}).await;
    let ready = app.outside().get("/readyz").await.expect(200);
    assert_eq!(ready["parts"]["log"]["read_only"], false);
}

#[tokio::test]
async fn whoever_has_the_database_cannot_take_a_log_that_was_rolled_back() {
    let app = App::with(copied_outside).await;
    accounts(&app, &["a1", "a2", "a3"]).await;
    let facility = hospital(&app).await;
    let old = head(&app, facility).await;
    app.clock.advance(25 * 3600);
    accounts(&app, &["b1", "b2", "b3"]).await;
    let copy = copies(&app, facility).await.pop().unwrap();
    rolled_back(&app, facility, old.size).await;
    let (log, blob) = (literal(&app, facility), |hash: &[u8]| bytes(&app, hash));
    let forge = |signature: &str| {
        format!(
            "insert into journal_restore (id, facility_id, at, size, root, copied_size, copied_root, signature) \
             values ({}, {log}, '2026-03-03 02:00:00+00:00', {}, {}, {}, {}, {signature})",
            literal(&app, app.ctx.ids.make(app.clock.now())),
            old.size,
            blob(&old.root),
            copy.size,
            blob(&copy.root),
        )
    };
    let signed = format!("'{}'", "A".repeat(86) + "==");
    directly(&app, &[&forge("null"), &forge(&signed)]).await;
    let app = app.again(|_| {}).await;
    let ready = app.outside().get("/readyz").await.expect(200);
    assert_eq!(ready["parts"]["log"]["read_only"], true);

    // What the operator signed for this log is not to be had for another one.
    app::log::accept_restore(&app.ctx, facility).await.unwrap();
    let app = app.again(|_| {}).await;
    let ready = app.outside().get("/readyz").await.expect(200);
    assert_eq!(ready["parts"]["log"]["read_only"], false);
    directly(
        &app,
        &["update journal_restore set size = size - 1 where signature is not null"],
    )
    .await;
    let app = app.again(|_| {}).await;
    let ready = app.outside().get("/readyz").await.expect(200);
    assert_eq!(ready["parts"]["log"]["read_only"], true);
}

/// Bytes as the engine spells them.
fn bytes(app: &App, bytes: &[u8]) -> String {
    let hex = hex::encode(bytes);
    match &app.ctx.db {
        Db::Sqlite { .. } => format!("x'{hex}'"),
        Db::Postgres(_) => format!("'\\x{hex}'"),
    }
}

/// With the S3 server of `tests/interop/bucket.sh`, which looks afterwards whether each copy is locked; nothing without.
#[tokio::test]
async fn checkpoints_go_to_a_bucket_that_keeps_them() {
    let Some(server) = bucket_server() else { return };
    let app = App::with(|config| config.journal.copies = Some(bucket::locked(server, &config.data))).await;
    accounts(&app, &["a1", "a2", "a3"]).await;
    let facility = hospital(&app).await;
    let old = head(&app, facility).await;
    app.clock.advance(25 * 3600);
    accounts(&app, &["b1", "b2", "b3"]).await;
    let app = app.again(|_| {}).await;
    let ready = app.outside().get("/readyz").await.expect(200);
    assert_eq!(ready["parts"]["log"]["read_only"], false);
    rolled_back(&app, facility, old.size).await;
    let app = app.again(|_| {}).await;
    let ready = app.outside().get("/readyz").await.expect(200);
    assert_eq!(ready["parts"]["log"]["read_only"], true);
}
