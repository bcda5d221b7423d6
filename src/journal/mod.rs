//! Who did what, chained.
//!
//! Each write transaction inserts its entry unsequenced; the sequencer gives it its place in the log of its
//! institution: `seq`, the hash of the entry before, its own hash. So a write never waits for another one's disk sync
//! just to know its number. Tables are insert-only; triggers on both engines refuse changes.
//! [`key`], [`note`], [`checkpoint`] and [`receipt`] are what the log says outside, signed; pure.
//! Not here: reading the journal for people (`people::acts`).

pub mod checkpoint;
pub mod key;
pub mod note;
pub mod receipt;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::base::canonical::{self, tagged};
use crate::base::error::{Error, Result};
use crate::base::{Act, Actor, Subject};
use crate::db::{Db, Q};

/// The log of things that belong to no institution, such as a log-in before she enrolled.
pub const PLATFORM: Uuid = Uuid::nil();

const NOTHING_BEFORE: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const BATCH: i64 = 500;
/// How long a committed entry may wait for its place.
const PATIENCE: TimeDelta = TimeDelta::minutes(1);

/// An entry to be written.
pub struct Entry<'a> {
    /// Its id.
    pub id: Uuid,
    /// The institution.
    pub facility: Option<Uuid>,
    /// The operation.
    pub act: Act,
    /// Who.
    pub actor: Actor,
    /// About what.
    pub subject: Subject,
    /// Numbers, states and codes; no names, answers or free text (CE-180).
    pub detail: &'a Value,
    /// When.
    pub at: DateTime<Utc>,
    /// The request that it came with.
    pub request_id: Option<&'a str>,
}

/// Writes an entry inside the caller's transaction.
pub async fn record(q: &mut impl Q, entry: Entry<'_>) -> Result<()> {
    let salt: [u8; 16] = rand::random();
    let detail =
        canonical::canonical(entry.detail).map_err(|_| Error::broken("a journal detail is not canonical"))?;
    let payload = hex::encode(tagged("audit/payload/v1", &[salt.as_slice(), &detail].concat()));
    let mut unsequenced = json!({
        "act": entry.act.word(),
        "actor": entry.actor.word(),
        "at": stamp(entry.at),
        "id": entry.id.to_string(),
        "payload_sha256": payload,
        "subject": entry.subject.word(),
    });
    if let (Some(id), Some(members)) = (entry.request_id, unsequenced.as_object_mut()) {
        members.insert("request_id".into(), id.into());
    }
    let digest = tagged(
        "audit/unsequenced/v1",
        &canonical::canonical(&unsequenced).map_err(|_| Error::broken("a journal entry is not canonical"))?,
    );
    let facility = entry.facility.unwrap_or(PLATFORM);
    q.q("insert into journal_entry (id, facility_id, act, actor, actor_kind, actor_id, at, subject, patient_id, detail, \
         salt, payload_sha256, request_id, entry_digest) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)")
        .bind(entry.id)
        .bind(facility)
        .bind(entry.act.word())
        .bind(entry.actor.word())
        .bind(entry.actor.kind.word())
        .bind(entry.actor.id)
        .bind(entry.at)
        .bind(entry.subject.word())
        .bind(entry.subject.patient)
        .bind(String::from_utf8_lossy(&detail).into_owned())
        .bind(salt.to_vec())
        .bind(payload)
        .bind(entry.request_id.map(str::to_owned))
        .bind(digest.to_vec())
        .run()
        .await?;
    q.q("insert into journal_pending (entry_id, facility_id) values ($1, $2)")
        .bind(entry.id)
        .bind(facility)
        .run()
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Pending {
    id: Uuid,
    act: String,
    actor: String,
    at: DateTime<Utc>,
    subject: String,
    payload_sha256: String,
    request_id: Option<String>,
}

/// What was written about one subject: act, time and detail, oldest first.
pub async fn of_subject(
    q: &mut impl Q,
    facility: Uuid,
    subject: Subject,
) -> Result<Vec<(String, DateTime<Utc>, Value)>> {
    let rows: Vec<(String, DateTime<Utc>, String)> = q
        .q("select act, at, detail from journal_entry \
            where patient_id = $1 and facility_id = $2 and subject = $3 order by at, id")
        .bind(subject.patient)
        .bind(facility)
        .bind(subject.word())
        .all()
        .await?;
    rows.into_iter()
        .map(|(act, at, detail)| Ok((act, at, serde_json::from_str(&detail)?)))
        .collect()
}

/// Gives every waiting entry its place; how many it placed. Several processes may call it: the head row of an
/// institution is its lock.
pub async fn sequence(db: &Db) -> Result<usize> {
    let institutions: Vec<(Uuid,)> = db
        .read()
        .q("select distinct facility_id from journal_pending")
        .all()
        .await?;
    let mut placed = 0;
    for (facility,) in institutions {
        // One institution's trouble must not stop the others' logs; `overdue` finds what stays behind.
        match sequence_institution(db, facility).await {
            Ok(batch) => placed += batch,
            Err(error) => {
                tracing::error!(facility.id = %facility, %error, "a journal could not be sequenced")
            }
        }
    }
    Ok(placed)
}

async fn sequence_institution(db: &Db, facility: Uuid) -> Result<usize> {
    let mut placed = 0;
    loop {
        let batch = sequence_batch(db, facility).await?;
        placed += batch;
        if (batch as i64) < BATCH {
            return Ok(placed);
        }
    }
}

/// Entries that are committed and have no place after [`PATIENCE`]: more than none is an incident.
pub async fn overdue(db: &Db, now: DateTime<Utc>) -> Result<i64> {
    let (count,): (i64,) = db
        .read()
        .q("select count(*) from journal_pending p join journal_entry e on e.id = p.entry_id where e.at < $1")
        .bind(now - PATIENCE)
        .one()
        .await?;
    Ok(count)
}

/// How far the log of each institution is.
pub async fn heads(db: &Db) -> Result<Vec<(Uuid, i64)>> {
    db.read()
        .q("select facility_id, seq from journal_head")
        .all()
        .await
}

async fn sequence_batch(db: &Db, facility: Uuid) -> Result<usize> {
    let mut tx = db.begin().await?;
    tx.q("insert into journal_head (facility_id, seq, hash) values ($1, 0, $2) on conflict (facility_id) do nothing")
        .bind(facility)
        .bind(NOTHING_BEFORE)
        .run()
        .await?;
    // The update takes the row's lock on PostgreSQL; SQLite's writer is alone here anyway.
    let (mut seq, mut prev): (i64, String) = tx
        .q("update journal_head set seq = seq where facility_id = $1 returning seq, hash")
        .bind(facility)
        .one()
        .await?;
    let waiting: Vec<Pending> = tx
        .q(
            "select e.id, e.act, e.actor, e.at, e.subject, e.payload_sha256, e.request_id \
            from journal_pending p join journal_entry e on e.id = p.entry_id \
            where p.facility_id = $1 order by e.at, e.id limit $2",
        )
        .bind(facility)
        .bind(BATCH)
        .all()
        .await?;
    let placed = waiting.len();
    for entry in waiting {
        seq += 1;
        let hash = chained(&entry, seq, &prev)?;
        tx.q(
            "insert into journal_chain (facility_id, seq, entry_id, prev, hash) values ($1, $2, $3, $4, $5)",
        )
        .bind(facility)
        .bind(seq)
        .bind(entry.id)
        .bind(prev)
        .bind(hash.clone())
        .run()
        .await?;
        tx.q("delete from journal_pending where entry_id = $1")
            .bind(entry.id)
            .run()
            .await?;
        prev = hash;
    }
    tx.q("update journal_head set seq = $2, hash = $3 where facility_id = $1")
        .bind(facility)
        .bind(seq)
        .bind(prev)
        .run()
        .await?;
    tx.commit().await?;
    Ok(placed)
}

/// The entry of CE-145 with its id: the digest that is chain link and, later, Merkle leaf.
fn chained(entry: &Pending, seq: i64, prev: &str) -> Result<String> {
    let mut whole = json!({
        "actor": entry.actor,
        "at": stamp(entry.at),
        "id": entry.id.to_string(),
        "payload_sha256": entry.payload_sha256,
        "prev": prev,
        "seq": seq,
        "subject": entry.subject,
        "type": entry.act,
    });
    if let (Some(id), Some(members)) = (&entry.request_id, whole.as_object_mut()) {
        members.insert("request_id".into(), id.clone().into());
    }
    let bytes =
        canonical::canonical(&whole).map_err(|_| Error::broken("a journal entry is not canonical"))?;
    Ok(hex::encode(tagged("audit/entry/v1", &bytes)))
}

/// What a walk over one institution's chain found.
#[derive(Debug, PartialEq, Eq)]
pub struct Audit {
    /// Entries in the chain.
    pub entries: i64,
    /// The first place where the chain does not hold.
    pub broken_at: Option<i64>,
}

/// Recomputes the chain of an institution from its entries; never repairs.
pub async fn audit(db: &Db, facility: Uuid) -> Result<Audit> {
    let mut prev = NOTHING_BEFORE.to_owned();
    let mut seq = 0;
    loop {
        let rows: Vec<(i64, String, String, Uuid)> = db
            .read()
            .q("select seq, prev, hash, entry_id from journal_chain where facility_id = $1 and seq > $2 order by seq limit $3")
            .bind(facility)
            .bind(seq)
            .bind(BATCH)
            .all()
            .await?;
        if rows.is_empty() {
            return Ok(Audit {
                entries: seq,
                broken_at: None,
            });
        }
        for (at, before, hash, id) in rows {
            let entry: Option<Pending> = db
                .read()
                .q("select id, act, actor, at, subject, payload_sha256, request_id from journal_entry where id = $1")
                .bind(id)
                .opt()
                .await?;
            let holds = match entry {
                Some(entry) => at == seq + 1 && before == prev && chained(&entry, at, &prev)? == hash,
                None => false,
            };
            if !holds {
                return Ok(Audit {
                    entries: seq,
                    broken_at: Some(at),
                });
            }
            seq = at;
            prev = hash;
        }
    }
}

/// RFC 3339, UTC, milliseconds, `Z` (CE-132).
fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// SHA-256 as lower-case hex, for details that name a document by its digest.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
