//! Both sets of migrations have the same numbers, names, tables and columns; a newer schema is refused.

use std::collections::BTreeMap;

use muan::config::Secret;
use muan::db::grants::{self, Ungranted};
use muan::db::{Db, Durability, Q, migrate};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use uuid::Uuid;

use crate::story;
use crate::support::{App, servers};

/// A newer program was here: migration 9999.
pub async fn migrated_later(db: &Db) {
    let mut tx = db.begin().await.unwrap();
    tx.q(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
          values (9999, 'later', true, $1, 0)",
    )
    .bind(vec![0_u8; 48])
    .run()
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

#[test]
fn both_engines_have_the_same_migrations() {
    let [sqlite, postgres] = migrate::versions();
    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, postgres);
}

/// Whether a table is not ours: the list of migrations, or what SQLite is told for its plans, which no value stands in.
pub fn is_an_engines(table: &str) -> bool {
    ["_sqlx_migrations", "sqlite_stat1", "sqlite_stat4"].contains(&table)
}

#[tokio::test]
async fn both_engines_have_the_same_tables_and_columns() {
    let Some(server) = servers::postgres().await else {
        return;
    };
    let database = server.database("schema", async |_: &str| {}).await;
    let postgres = Db::postgres(database.url(), 2).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let sqlite = Db::sqlite(&folder.path().join("muan.db"), Durability::Off)
        .await
        .unwrap();
    let columns =
        "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table'";
    let of_sqlite: Vec<(String, String)> = sqlite.read().q(columns).all().await.unwrap();
    let columns = "select cast(table_name as text), cast(column_name as text) from information_schema.columns \
                   where table_schema = 'public'";
    let of_postgres: Vec<(String, String)> = postgres.read().q(columns).all().await.unwrap();
    let sorted = |rows: Vec<(String, String)>| {
        let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (table, column) in rows.into_iter().filter(|(table, _)| !is_an_engines(table)) {
            tables.entry(table).or_default().push(column);
        }
        tables.values_mut().for_each(|columns| columns.sort());
        tables
    };
    assert_eq!(sorted(of_sqlite), sorted(of_postgres));
    sqlite.close().await;
    postgres.close().await;
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("muan.db");
    let db = Db::sqlite(&path, Durability::Off).await.unwrap();
    migrated_later(&db).await;
    db.close().await;
    let Err(failure) = Db::sqlite(&path, Durability::Off).await else {
        panic!("it was opened")
    };
    let text = failure.to_string();
    assert!(text.contains("9999") && text.lines().count() == 1, "{text}");
}

/// A task of an older database, its hospital, woman and pregnancy all under one id.
const AN_OLD_TASK: &str = "
    insert into facility (id, code, name, time_zone, phone, settings, version, created_at)
      values (x'01', 'old', '老医院', 'Asia/Shanghai', '010-1', '{}', 1, '2026-01-01T00:00:00Z');
    insert into patient (id, facility_id, record_number, language, matched, is_test, version, created_at)
      values (x'01', x'01', '1', 'zh-CN', 1, 0, 1, '2026-01-01T00:00:00Z');
    insert into episode (id, facility_id, patient_id, edd, gravidity, parity, fetuses, stage, is_test, version, created_at)
      values (x'01', x'01', x'01', '2026-06-01', 1, 0, 1, 'antenatal', 0, 1, '2026-01-01T00:00:00Z');
    insert into task (id, facility_id, patient_id, episode_id, kind, subject_id, due_at, urgent, created_at)
      values (x'02', x'01', x'01', x'01', 'assessment.review', x'03', '2026-01-02T00:00:00Z', 1, '2026-01-01T00:00:00Z');
    insert into task_role (task_id, role) values (x'02', 'obstetrician'), (x'02', 'anesthesiologist');";

#[tokio::test]
async fn the_tasks_of_an_older_database_are_carried_over_with_their_roles() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("muan.db");
    let mut older = sqlx::migrate!("./migrations/sqlite");
    older.migrations = older.iter().filter(|one| one.version < 57).cloned().collect();
    let options = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    older.run(&mut connection).await.unwrap();
    sqlx::raw_sql(AN_OLD_TASK).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();

    let db = Db::sqlite(&path, Durability::Off).await.unwrap();
    let tasks: Vec<(String, String, bool)> = db
        .read()
        .q(
            "select t.kind, r.role, t.urgent from task t join task_role r on r.task_id = t.id \
            where t.patient_id = t.episode_id and t.done_at is null order by r.role",
        )
        .all()
        .await
        .unwrap();
    let of = |role: &str| ("assessment.review".to_owned(), role.to_owned(), true);
    assert_eq!(tasks, [of("anesthesiologist"), of("obstetrician")]);
    db.close().await;
}

#[tokio::test]
async fn a_role_that_can_change_nothing_immutable_carries_her_whole_pathway() {
    let Some(owner) = App::postgres().await else {
        return;
    };
    let role: Uuid = owner.ctx.ids.make(owner.clock.now());
    let role = format!("muan_app_{}", role.simple());
    let unknown = grants::grant(&owner.ctx.db, &role).await;
    assert!(matches!(unknown, Err(Ungranted::Unknown(_))));
    let mut tx = owner.ctx.db.begin().await.unwrap();
    tx.q(format!("create role {role} login")).run().await.unwrap();
    tx.commit().await.unwrap();
    let immutable = grants::grant(&owner.ctx.db, &role).await.unwrap();
    assert!(immutable > 50, "{immutable}");
    let app = owner
        .again(|config| {
            let url = config.database.expose();
            config.database = Secret::from(url.replace("//postgres@", &format!("//{role}@")));
        })
        .await;
    story::walk(&app).await;
    for change in [
        "update consent_signature set at = at",
        "delete from consent_document",
        "update journal_entry set detail = detail",
        "truncate journal_entry",
        "drop trigger journal_entry_no_update on journal_entry",
    ] {
        let mut tx = app.ctx.db.begin().await.unwrap();
        let refused = tx.q(change).run().await.unwrap_err().to_string();
        assert!(
            refused.contains("permission denied") || refused.contains("must be owner"),
            "{change}: {refused}"
        );
    }
}

#[tokio::test]
async fn who_cannot_be_limited_is_granted_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = Db::sqlite(&folder.path().join("muan.db"), Durability::Off)
        .await
        .unwrap();
    assert!(matches!(
        grants::grant(&sqlite, "muan").await,
        Err(Ungranted::Embedded)
    ));
    sqlite.close().await;
    if let Some(app) = App::postgres().await {
        let owner = grants::grant(&app.ctx.db, "postgres").await;
        assert!(matches!(owner, Err(Ungranted::Unlimited(_))));
    }
}
