//! A database that came back from a backup: whether a log still is what its newest copy outside says (CE-187).

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::checkpoint::Checkpoint;
use super::proofs;
use crate::base::error::Result;
use crate::db::Q;

/// How a log stands to its newest copy outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It continues it, or an operator accepted that it doesn't.
    Sound,
    /// It is shorter, or another log: nothing may be written.
    RolledBack {
        /// Entries here.
        size: i64,
    },
}

/// Compares a log with its newest checkpoint outside.
pub async fn standing(q: &mut impl Q, facility: Uuid, copied: &Checkpoint) -> Result<Standing> {
    let size = proofs::size(q, facility).await?.unwrap_or(0);
    let copied_size = i64::try_from(copied.size).unwrap_or(i64::MAX);
    let same = size >= copied_size
        && proofs::root(q, facility, copied_size)
            .await?
            .is_some_and(|root| root == copied.root);
    if same || accepted(q, facility, copied).await? {
        return Ok(Standing::Sound);
    }
    Ok(Standing::RolledBack { size })
}

/// Notes that an operator takes a log as it came back.
pub async fn accept(
    q: &mut impl Q,
    id: Uuid,
    facility: Uuid,
    copied: &Checkpoint,
    now: DateTime<Utc>,
) -> Result<()> {
    let size = proofs::size(q, facility).await?.unwrap_or(0);
    q.q(
        "insert into journal_restore (id, facility_id, at, size, copied_size, copied_root) \
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id)
    .bind(facility)
    .bind(now)
    .bind(size)
    .bind(i64::try_from(copied.size).unwrap_or(i64::MAX))
    .bind(copied.root.to_vec())
    .run()
    .await?;
    Ok(())
}

async fn accepted(q: &mut impl Q, facility: Uuid, copied: &Checkpoint) -> Result<bool> {
    let row: Option<(Uuid,)> = q
        .q("select id from journal_restore where facility_id = $1 and copied_size = $2 and copied_root = $3 limit 1")
        .bind(facility)
        .bind(i64::try_from(copied.size).unwrap_or(i64::MAX))
        .bind(copied.root.to_vec())
        .opt()
        .await?;
    Ok(row.is_some())
}

/// When a checkpoint of a log was last copied outside.
pub async fn last_copy(q: &mut impl Q, facility: Uuid, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    let row: Option<(DateTime<Utc>,)> = q
        .q("select at from journal_copy where facility_id = $1 and at <= $2 order by at desc limit 1")
        .bind(facility)
        .bind(now)
        .opt()
        .await?;
    Ok(row.map(|(at,)| at))
}

/// Notes that one was copied.
pub async fn copied(q: &mut impl Q, facility: Uuid, at: DateTime<Utc>, size: i64, name: &str) -> Result<()> {
    q.q("insert into journal_copy (facility_id, at, size, name) values ($1, $2, $3, $4)")
        .bind(facility)
        .bind(at)
        .bind(size)
        .bind(name.to_owned())
        .run()
        .await?;
    Ok(())
}
