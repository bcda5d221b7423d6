//! Every column of the schema is sealed, or stands in clear for a reason that is written down.

use std::collections::{BTreeMap, BTreeSet};

use muan::db::{Db, Durability, Q};
use serde::Deserialize;

use crate::migrations::is_an_engines;
use crate::support::App;
use crate::support::servers;
use crate::support::walk;

const SEALED: &str = "sealed";
/// Version, id of the data key, nonce and tag.
const SHORTEST: usize = 1 + 16 + 12 + 16;

/// The list: by table and reason the columns.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reviewed {
    reasons: BTreeMap<String, String>,
    columns: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

fn reviewed() -> Reviewed {
    toml::from_str(include_str!("columns.toml")).unwrap()
}

impl Reviewed {
    /// Table, column, and why it may be in clear.
    fn each(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.columns.iter().flat_map(|(table, by_reason)| {
            by_reason.iter().flat_map(move |(reason, columns)| {
                let columns = columns.iter().map(String::as_str);
                columns.map(move |column| (table.as_str(), column, reason.as_str()))
            })
        })
    }
}

/// The columns of an engine with their types.
async fn columns(db: &Db) -> BTreeMap<(String, String), String> {
    let sql = match db {
        Db::Sqlite { .. } => {
            "select m.name, c.name, c.type from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table'"
        }
        Db::Postgres(_) => {
            "select cast(table_name as text), cast(column_name as text), cast(data_type as text) \
             from information_schema.columns where table_schema = 'public'"
        }
    };
    let rows: Vec<(String, String, String)> = db.read().q(sql).all().await.unwrap();
    rows.into_iter()
        .filter(|(table, _, _)| !is_an_engines(table))
        .map(|(table, column, kind)| ((table, column), kind))
        .collect()
}

fn judge(engine: &BTreeMap<(String, String), String>) {
    let list = reviewed();
    let mut known = BTreeSet::new();
    for (table, column, reason) in list.each() {
        let place = (table.to_owned(), column.to_owned());
        let kind = engine
            .get(&place)
            .unwrap_or_else(|| panic!("{table}.{column} is listed and there is none"));
        let bytes = matches!(kind.to_ascii_lowercase().as_str(), "blob" | "bytea");
        assert!(
            reason != SEALED || bytes,
            "{table}.{column} is {kind}: that is not sealed"
        );
        assert!(
            reason == SEALED || list.reasons.contains_key(reason),
            "{table}.{column}: {reason} is no reason"
        );
        assert!(known.insert(place), "{table}.{column} is listed twice");
    }
    let new: Vec<_> = engine.keys().filter(|place| !known.contains(place)).collect();
    assert!(
        new.is_empty(),
        "{new:?}: seal it, or say in columns.toml why it may stand in clear"
    );
}

#[tokio::test]
async fn every_column_is_sealed_or_stands_in_clear_for_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = Db::sqlite(&folder.path().join("muan.db"), Durability::Off)
        .await
        .unwrap();
    judge(&columns(&sqlite).await);
    sqlite.close().await;
    let Some(server) = servers::postgres().await else {
        return;
    };
    let database = server.database("columns", async |_: &str| {}).await;
    let postgres = Db::postgres(database.url(), 2).await.unwrap();
    judge(&columns(&postgres).await);
    postgres.close().await;
}

#[test]
fn every_reason_is_somebodys() {
    let list = reviewed();
    let used: BTreeSet<&str> = list.each().map(|(_, _, reason)| reason).collect();
    let unused: Vec<_> = list
        .reasons
        .keys()
        .filter(|reason| !used.contains(reason.as_str()))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[tokio::test]
async fn what_is_called_sealed_is_sealed() {
    for app in App::each().await {
        walk::to_the_survey(&app).await;
        app.work().await;
        let mut view = app.ctx.view();
        let keys: Vec<(uuid::Uuid,)> = view.q("select id from data_key").all().await.unwrap();
        let keys: BTreeSet<_> = keys.into_iter().map(|(id,)| id.into_bytes()).collect();
        let mut seen = 0;
        let mut clear = BTreeSet::new();
        for (table, column, _) in reviewed().each().filter(|(_, _, reason)| *reason == SEALED) {
            let sql = format!("select {column} from {table} where {column} is not null");
            let values: Vec<(Vec<u8>,)> = view.q(sql).all().await.unwrap();
            seen += usize::from(!values.is_empty());
            let is_sealed =
                |value: &[u8]| value.len() >= SHORTEST && value[0] <= 2 && keys.contains(&value[1..17]);
            if !values.iter().all(|(value,)| is_sealed(value)) {
                clear.insert(format!("{table}.{column}"));
            }
        }
        assert!(clear.is_empty(), "{clear:?}");
        assert!(seen > 30, "only {seen} sealed columns were looked at");
    }
}
