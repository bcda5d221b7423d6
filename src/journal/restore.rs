//! A database that came back from a backup: whether a log still is what its newest copy outside says (CE-187).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::checkpoint::Checkpoint;
use super::key::{LogKey, LogPublic};
use super::key_use::Keys;
use super::{Log, proofs, stamp};
use crate::base::canonical::{canonical, tagged};
use crate::base::error::{Error, Result};
use crate::base::merkle::Hash;
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

/// The newest checkpoint of a log outside.
#[derive(Clone, Debug)]
pub struct Copied {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// The key that signed it.
    pub key: LogPublic,
}

/// What an operator took: the log as it was then, for the copy that it falls short of.
#[derive(sqlx::FromRow)]
struct Accepted {
    at: DateTime<Utc>,
    size: i64,
    root: Vec<u8>,
    copied_size: i64,
    copied_root: Vec<u8>,
}

impl Accepted {
    /// What the log's key signs, tagged, so that it can be taken for nothing else that this key signs.
    fn promise(&self, facility: Uuid) -> Result<[u8; 32]> {
        let members = json!({
            "at": stamp(self.at),
            "copied_root": hex::encode(&self.copied_root),
            "copied_size": self.copied_size,
            "facility": facility.to_string(),
            "root": hex::encode(&self.root),
            "size": self.size,
        });
        let bytes = canonical(&members).map_err(|error| Error::Broken(Box::new(error)))?;
        Ok(tagged("audit/restore/v1", &bytes))
    }
}

/// Compares a log with its newest checkpoint outside.
pub async fn standing(q: &mut impl Q, facility: Uuid, copied: &Copied, log: &Log) -> Result<Standing> {
    let size = proofs::size(q, facility).await?.unwrap_or(0);
    let outside = &copied.checkpoint;
    let copied_size = i64::try_from(outside.size).unwrap_or(i64::MAX);
    let same = size >= copied_size
        && proofs::root(q, facility, copied_size)
            .await?
            .is_some_and(|root| root == outside.root);
    if same || accepted(q, facility, copied, log).await? {
        return Ok(Standing::Sound);
    }
    Ok(Standing::RolledBack { size })
}

/// Notes that an operator takes a log as it came back, signed: whoever can write to the database can't take one.
///
/// Errors: `Broken` when a part of its tree is gone: such a log is not taken.
pub async fn accept(
    q: &mut impl Q,
    id: Uuid,
    facility: Uuid,
    copied: &Checkpoint,
    key: &LogKey,
    now: DateTime<Utc>,
) -> Result<()> {
    let size = proofs::size(q, facility).await?.unwrap_or(0);
    let root: Hash = proofs::root(q, facility, size)
        .await?
        .ok_or_else(|| Error::broken("a part of the tree of a journal is gone"))?;
    let taken = Accepted {
        // Not before the copy, even if this machine's clock is: such a statement would be none.
        at: now.max(copied.at),
        size,
        root: root.to_vec(),
        copied_size: i64::try_from(copied.size).unwrap_or(i64::MAX),
        copied_root: copied.root.to_vec(),
    };
    let signature = key.sign(&taken.promise(facility)?);
    q.q(
        "insert into journal_restore (id, facility_id, at, size, root, copied_size, copied_root, signature) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id)
    .bind(facility)
    .bind(taken.at)
    .bind(taken.size)
    .bind(taken.root)
    .bind(taken.copied_size)
    .bind(taken.copied_root)
    .bind(STANDARD.encode(signature))
    .run()
    .await?;
    Ok(())
}

/// Whether a key in use signed that the log may fall short of this copy, and the log still is the one that was taken.
async fn accepted(q: &mut impl Q, facility: Uuid, copied: &Copied, log: &Log) -> Result<bool> {
    #[derive(sqlx::FromRow)]
    struct Row {
        #[sqlx(flatten)]
        taken: Accepted,
        signature: String,
    }
    let keys = Keys::of(q, log).await?;
    let outside = &copied.checkpoint;
    let rows: Vec<Row> = q
        .q(
            "select at, size, root, copied_size, copied_root, signature from journal_restore \
            where facility_id = $1 and copied_size = $2 and copied_root = $3 and signature is not null and root is not null",
        )
        .bind(facility)
        .bind(i64::try_from(outside.size).unwrap_or(i64::MAX))
        .bind(outside.root.to_vec())
        .all()
        .await?;
    for Row { taken, signature } in rows {
        let promise = taken.promise(facility)?;
        let signature = STANDARD.decode(signature).unwrap_or_default();
        let mut may = keys.at(taken.at);
        if copied.key == log.key.public() {
            // What the key of now signed no former one takes back: it can't have known of it.
            may.retain(|key| *key == copied.key);
        }
        let signed = may.iter().any(|key| key.verifies(&promise, &signature));
        // Nobody takes what is not there yet: a former key says when it signed, and could say any time of its own.
        if !signed || taken.at < outside.at {
            tracing::error!(facility.id = %facility, "security incident: nobody signed that this log may be taken as it came back");
            continue;
        }
        let root = proofs::root(q, facility, taken.size).await?;
        if root.is_some_and(|root| root.as_slice() == taken.root) {
            return Ok(true);
        }
    }
    Ok(false)
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
