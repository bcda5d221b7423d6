//! Who did what, chained, under a tree whose head is signed.
//!
//! Each write transaction inserts its entry unsequenced; the sequencer ([`sequence`]) gives it its place in the log of
//! its institution: `seq`, the hash of the entry before, its own hash, and the subtrees that it completes. So a write
//! never waits for another one's disk sync just to know its number. Tables are insert-only; triggers on both engines
//! refuse changes, and [`audit`] finds what was changed around them.
//!
//! - [`key`], [`note`], [`checkpoint`], [`receipt`]: the log's own words, pure
//! - [`key_use`]: which keys were in use, and until when what they signed counts
//! - [`sequence`], [`signing`], [`proofs`]: the tree grows, its head is signed, proofs are made from it
//! - [`placed`]: entries as somebody outside is told them
//! - [`audit`], [`incident`], [`restore`]: what was changed, what that means, a database that came back too short
//!
//! Not here: reading the journal for people (`people::acts`); when all this happens (`app::log`).

pub mod audit;
pub mod checkpoint;
mod entry;
pub mod incident;
pub mod key;
pub mod key_use;
pub mod note;
pub mod placed;
pub mod proofs;
pub mod receipt;
pub mod restore;
mod sequence;
pub mod signing;
pub mod stamped;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::base::Subject;
use crate::base::error::Result;
use crate::db::{Db, Q};

pub use entry::{Entry, record};
pub use key::{LogKey, LogPublic};
pub use sequence::sequence;

/// The log of things that belong to no institution, such as a log-in before she enrolled.
pub const PLATFORM: Uuid = Uuid::nil();

const NOTHING_BEFORE: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const BATCH: i64 = 500;
/// How long a committed entry may wait for its place.
const PATIENCE: TimeDelta = TimeDelta::minutes(1);

/// What signs the logs of this installation, and whether they may grow.
#[derive(Debug)]
pub struct Log {
    /// The key that signs now.
    pub key: LogKey,
    known: Vec<LogPublic>,
    read_only: AtomicBool,
    suspects: Mutex<BTreeSet<Uuid>>,
}

impl Log {
    /// With the keys that signed before.
    pub fn new(key: LogKey, former: Vec<LogPublic>) -> Log {
        let mut known = vec![key.public()];
        known.extend(former);
        Log {
            key,
            known,
            read_only: AtomicBool::new(false),
            suspects: Mutex::default(),
        }
    }

    /// Every key that ever signed, the one of now first. Until when the word of each counts is written down in [`key_use`].
    pub fn known(&self) -> &[LogPublic] {
        &self.known
    }

    /// Whether nothing may be written, because a log is shorter than its copy outside (CE-187).
    pub fn is_read_only(&self) -> bool {
        self.read_only.load(Ordering::Acquire)
    }

    /// Somebody found that a log can't prove what it signed: it is audited at the next look, whose faults are an incident.
    pub fn suspect(&self, log: Uuid) {
        let mut suspects = self.suspects.lock().unwrap_or_else(PoisonError::into_inner);
        if suspects.insert(log) {
            tracing::error!(facility.id = %log, "a part of the tree of a journal is gone; the log is audited at once");
        }
    }

    /// The logs that were suspected since this was last asked.
    pub fn take_suspects(&self) -> BTreeSet<Uuid> {
        std::mem::take(&mut self.suspects.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Stops writing or lets it go on; true when that is a change.
    pub fn set_read_only(&self, read_only: bool) -> bool {
        self.read_only.swap(read_only, Ordering::AcqRel) != read_only
    }
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

/// RFC 3339, UTC, milliseconds, `Z` (CE-132).
fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// SHA-256 as lower-case hex, for details that name a document by its digest.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
