//! When the head of a log is signed; what the key signed, as it is kept.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::checkpoint::{Checkpoint, origin};
use super::key::LogKey;
use super::proofs;
use super::receipt::Receipt;
use crate::base::error::Result;
use crate::base::merkle::Hash;
use crate::db::{Db, Q, Tx};

/// New entries wait no longer than ten minutes for a checkpoint (CE-183): less, because the work comes round by the
/// second and takes its time.
pub const EVERY: TimeDelta = TimeDelta::minutes(9);
/// Without new entries once a day.
pub const AT_LEAST: TimeDelta = TimeDelta::days(1);

/// A checkpoint as it is kept.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Signed {
    /// Which one of this log, from 1 without a gap.
    pub number: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// How many entries.
    pub size: i64,
    /// The root over them.
    pub root: Vec<u8>,
    /// The signed note.
    pub note: String,
}

/// What came of a checkpoint that was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Signed, here or by another process.
    Signed,
    /// The log does not continue what was signed before; nothing is signed again before a person has looked.
    Refused,
}

/// Signs the head of every log that is due.
pub async fn sign_due(db: &Db, key: &LogKey, now: DateTime<Utc>) -> Result<Vec<(Uuid, Outcome)>> {
    type Row = (Uuid, i64, Option<i64>, Option<DateTime<Utc>>);
    let heads: Vec<Row> = db
        .read()
        .q("select h.facility_id, h.tree, c.size, c.at from journal_head h \
            left join journal_checkpoint c on c.facility_id = h.facility_id \
            and c.number = (select max(number) from journal_checkpoint where facility_id = h.facility_id)")
        .all()
        .await?;
    let mut outcomes = Vec::new();
    for (facility, tree, size, at) in heads {
        if !is_due(tree, size.zip(at), now) {
            continue;
        }
        // One log's trouble must not keep the others' heads from being signed.
        match sign(db, facility, key, now).await {
            Ok(outcome) => outcomes.push((facility, outcome)),
            Err(error) => {
                tracing::error!(facility.id = %facility, %error, "a checkpoint could not be signed")
            }
        }
    }
    Ok(outcomes)
}

/// The newest checkpoint of a log.
pub async fn newest(q: &mut impl Q, facility: Uuid) -> Result<Option<Signed>> {
    q.q(
        "select number, at, size, root, note from journal_checkpoint where facility_id = $1 \
         order by number desc limit 1",
    )
    .bind(facility)
    .opt()
    .await
}

/// Checkpoints that somebody outside may have kept beside the newest one: the first that holds an entry, and the one
/// before the newest. Oldest first.
pub async fn earlier(q: &mut impl Q, facility: Uuid, seq: i64, newest: &Signed) -> Result<Vec<Signed>> {
    q.q(
        "select number, at, size, root, note from journal_checkpoint where facility_id = $1 and size < $2 \
         and (number = $3 or number = (select min(number) from journal_checkpoint where facility_id = $1 and size >= $4)) \
         order by number",
    )
    .bind(facility)
    .bind(newest.size)
    .bind(newest.number - 1)
    .bind(seq)
    .all()
    .await
}

/// The promise that was given about an entry.
pub async fn receipt(q: &mut impl Q, entry: Uuid) -> Result<Option<Receipt>> {
    type Row = (Vec<u8>, DateTime<Utc>, String, String, String);
    let row: Option<Row> = q
        .q(
            "select e.entry_digest, r.include_by, r.key_name, r.key_id, r.signature \
            from journal_receipt r join journal_entry e on e.id = r.entry_id where r.entry_id = $1",
        )
        .bind(entry)
        .opt()
        .await?;
    Ok(
        row.map(|(digest, include_by, key_name, key_id, signature)| Receipt {
            entry_digest: hex::encode(digest),
            include_by,
            key_name,
            key_id,
            signature,
        }),
    )
}

/// Keeps a promise, so that the audit can hold the log to it.
pub async fn keep_receipt(q: &mut impl Q, entry: Uuid, facility: Uuid, receipt: &Receipt) -> Result<()> {
    q.q(
        "insert into journal_receipt (entry_id, facility_id, include_by, key_name, key_id, signature) \
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(entry)
    .bind(facility)
    .bind(receipt.include_by)
    .bind(receipt.key_name.clone())
    .bind(receipt.key_id.clone())
    .bind(receipt.signature.clone())
    .run()
    .await?;
    Ok(())
}

fn is_due(tree: i64, newest: Option<(i64, DateTime<Utc>)>, now: DateTime<Utc>) -> bool {
    match newest {
        None => tree > 0,
        Some((size, at)) => now - at >= AT_LEAST || (tree != size && now - at >= EVERY),
    }
}

async fn sign(db: &Db, facility: Uuid, key: &LogKey, now: DateTime<Utc>) -> Result<Outcome> {
    let mut tx = db.begin().await?;
    // As in the sequencer: the row is the log's lock.
    let (tree,): (i64,) = tx
        .q("update journal_head set tree = tree where facility_id = $1 returning tree")
        .bind(facility)
        .one()
        .await?;
    let newest = newest(&mut tx, facility).await?;
    let before = newest.as_ref().map(|signed| (signed.size, signed.at));
    if !is_due(tree, before, now) {
        return Ok(Outcome::Signed);
    }
    let root = match proofs::root(&mut tx, facility, tree).await? {
        Some(root) if continues(&mut tx, facility, tree, newest.as_ref()).await? => root,
        _ => return Ok(Outcome::Refused),
    };
    let (stamped,): (i64,) = tx
        .q("select coalesce(max(number), 0) from journal_stamp where facility_id = $1")
        .bind(facility)
        .one()
        .await?;
    // No number twice: a checkpoint that somebody took away leaves its gap.
    let last = newest.map_or(0, |signed| signed.number).max(stamped);
    insert(&mut tx, facility, last + 1, Head { tree, root, now, key }).await?;
    tx.commit().await?;
    Ok(Outcome::Signed)
}

struct Head<'a> {
    tree: i64,
    root: Hash,
    now: DateTime<Utc>,
    key: &'a LogKey,
}

async fn insert(tx: &mut Tx, facility: Uuid, number: i64, head: Head<'_>) -> Result<()> {
    let checkpoint = Checkpoint {
        origin: origin(head.key.name(), facility),
        size: u64::try_from(head.tree).unwrap_or(0),
        root: head.root,
        at: head.now,
    };
    tx.q(
        "insert into journal_checkpoint (facility_id, number, at, size, root, note) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(facility)
    .bind(number)
    .bind(head.now)
    .bind(head.tree)
    .bind(head.root.to_vec())
    .bind(checkpoint.sign(head.key))
    .run()
    .await?;
    Ok(())
}

/// Whether the log as it is stored continues what was signed last.
async fn continues(q: &mut impl Q, facility: Uuid, tree: i64, newest: Option<&Signed>) -> Result<bool> {
    let Some(newest) = newest else { return Ok(true) };
    if tree < newest.size {
        return Ok(false);
    }
    let root = proofs::root(q, facility, newest.size).await?;
    Ok(root.is_some_and(|root| newest.root == root))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_due_within_ten_minutes_of_an_entry_and_once_a_day() {
        let now: DateTime<Utc> = "2026-03-02T01:00:00Z".parse().unwrap();
        assert!(!is_due(0, None, now), "nothing to sign");
        assert!(is_due(1, None, now));
        for (tree, minutes, due) in [
            (5, 0, false),
            (5, 24 * 60 - 1, false),
            (5, 24 * 60, true),
            (6, 8, false),
            (6, 9, true),
            (4, 9, true),
        ] {
            let newest = Some((5, now - TimeDelta::minutes(minutes)));
            assert_eq!(is_due(tree, newest, now), due, "{tree} after {minutes} minutes");
        }
    }
}
