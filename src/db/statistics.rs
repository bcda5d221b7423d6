//! What SQLite is to believe of our tables when it chooses an index.
//!
//! Without statistics it takes every index for equally good: ten rows for the first column, whichever that is. Nearly every
//! statement names a hospital beside a woman, a pregnancy or a labor, and a hospital is not ten rows but all of them. So
//! it is told one thing, for indexes that begin with the hospital: that column picks a great many.
//!
//! It is told, not counted (`analyze`): plans are then the same in every house from the first day on, and no samples of
//! values stand in clear in tables of their own. PostgreSQL counts for itself, and shows what it counted to its owner alone.

use sqlx::{Connection, SqliteConnection};

/// Rows of a table of a large hospital, and those of them that are one hospital's. Only that the second is far more than a
/// list of women holds matters.
const ROWS: i64 = 1_000_000;
const OF_A_HOSPITAL: i64 = 20_000;
/// Rows that are one woman's.
const OF_A_WOMAN: i64 = 10;

/// A column of an index: its table, the index, whether that is unique, the column, none for an expression.
type Column = (String, String, bool, Option<String>);
/// A row of `sqlite_stat1`: table, index, rows and how many of them share the first, the first two, … columns.
type Told = (String, String, String);

/// Tells SQLite, if it was not told before.
pub(super) async fn tell(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let columns: Vec<Column> = sqlx::query_as(
        "select t.name, l.name, l.\"unique\", i.name from sqlite_schema t join pragma_index_list(t.name) l \
         join pragma_index_info(l.name) i where t.type = 'table' and t.name not like 'sqlite\\_%' escape '\\' \
         order by t.name, l.name, i.seqno",
    )
    .fetch_all(&mut *connection)
    .await?;
    let wanted: Vec<Told> = columns.chunk_by(|a, b| a.1 == b.1).filter_map(estimate).collect();
    // Makes the tables of statistics where there are none, and counts nothing.
    let mut tx = connection.begin().await?;
    sqlx::query("analyze sqlite_schema").execute(&mut *tx).await?;
    let known: Vec<Told> = sqlx::query_as("select tbl, idx, stat from sqlite_stat1 order by tbl, idx")
        .fetch_all(&mut *tx)
        .await?;
    if known == wanted {
        return tx.commit().await;
    }
    sqlx::query("delete from sqlite_stat1").execute(&mut *tx).await?;
    sqlx::query("delete from sqlite_stat4").execute(&mut *tx).await?;
    for (table, index, told) in &wanted {
        sqlx::query("insert into sqlite_stat1 (tbl, idx, stat) values ($1, $2, $3)")
            .bind(table)
            .bind(index)
            .bind(told)
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await
}

/// What it is told of an index; nothing of one that does not begin with the hospital, or that is about the hospital itself.
fn estimate(columns: &[Column]) -> Option<Told> {
    let (table, index, unique, first) = columns.first()?;
    if columns.len() == 1 || first.as_deref() != Some("facility_id") {
        return None;
    }
    let mut left = OF_A_HOSPITAL;
    let mut told = vec![ROWS, left];
    for (.., column) in columns.get(1..)? {
        let is_a_woman = column.as_ref().is_some_and(|name| name.ends_with("_id"));
        left = if is_a_woman {
            left.min(OF_A_WOMAN)
        } else {
            (left / 10).max(1)
        };
        told.push(left);
    }
    if let (true, Some(last)) = (*unique, told.last_mut()) {
        *last = 1;
    }
    let told: Vec<String> = told.iter().map(i64::to_string).collect();
    Some((table.clone(), index.clone(), told.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::super::run::placeholders;
    use super::super::{Db, Durability, Q};

    /// How SQLite would do it.
    async fn plan(db: &Db, sql: &str) -> String {
        let rows: Vec<(i64, i64, i64, String)> = db
            .read()
            .q(format!("explain query plan {sql}"))
            .all()
            .await
            .unwrap();
        rows.into_iter()
            .map(|(.., step)| step)
            .collect::<Vec<_>>()
            .join("; ")
    }

    #[tokio::test]
    async fn a_hospital_beside_a_woman_is_never_what_a_row_is_looked_for_by() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::sqlite(&folder.path().join("muan.db"), Durability::Off)
            .await
            .unwrap();
        let ward = placeholders(2, 100);
        for (table, column, order) in [
            ("review", "episode_id", "created_at desc"),
            ("consent", "episode_id", "episode_id, id desc"),
            ("review_decision", "episode_id", "id desc"),
            ("response", "episode_id", "completed_at"),
            ("task", "episode_id", "urgent desc, due_at"),
            ("follow_up", "episode_id", "due"),
            ("episode", "patient_id", "id"),
            ("labor", "patient_id", "id"),
            ("labor_complication", "labor_id", "onset_at"),
            ("survey_reply", "labor_id", "at, id"),
            ("notice_delivery", "notice_id", "created_at, id"),
            ("patient", "id", "id"),
        ] {
            let open = if table == "task" {
                "and done_at is null"
            } else {
                ""
            };
            for asked in [format!("{column} = $2"), format!("{column} in ({ward})")] {
                let sql = format!(
                    "select * from {table} where facility_id = $1 and {asked} {open} order by {order}"
                );
                let plan = plan(&db, &sql).await;
                assert!(plan.contains(&format!("({column}=?")), "{sql}: {plan}");
            }
        }
        db.close().await;
    }

    #[tokio::test]
    async fn what_it_is_told_stays_the_same_and_holds_no_value() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("muan.db");
        let mut told = Vec::new();
        for _ in 0..2 {
            let db = Db::sqlite(&path, Durability::Off).await.unwrap();
            let rows: Vec<(String, String, String)> = db
                .read()
                .q("select tbl, idx, stat from sqlite_stat1 order by tbl, idx")
                .all()
                .await
                .unwrap();
            let samples: (i64,) = db
                .read()
                .q("select count(*) from sqlite_stat4")
                .one()
                .await
                .unwrap();
            assert_eq!(samples.0, 0);
            told.push(rows);
            db.close().await;
        }
        assert!(told[0].iter().any(|(_, index, _)| index == "review_queue"));
        assert_eq!(told[0], told[1]);
    }
}
