//! The walk over a log that finds what somebody changed around the triggers (CE-186); it never repairs.
//!
//! Each entry is hashed again from its own columns, then its place in the chain, the subtrees over it, every checkpoint
//! and every promise. A fault does not end the walk: each is judged by what stands beside it.

mod heads;
mod promises;
mod walk;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::key_use::Keys;
use crate::base::error::{Error, Result};
use crate::base::merkle::{self, Hash};
use crate::db::{Db, Q, Read};

use heads::Heads;
use walk::Walk;

/// What is new is read once a day.
const DAILY: TimeDelta = TimeDelta::days(1);
/// The whole log once a week.
const WEEKLY: TimeDelta = TimeDelta::weeks(1);
/// A log that is read through in seconds is read whole each day.
const SMALL: i64 = 100_000;
/// How many faults are told one by one; all are counted.
const TOLD: usize = 20;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A place in the chain without its entry.
    EntryMissing,
    /// An entry that is not what was written.
    EntryChanged,
    /// An entry that waits for no place and has none.
    EntryUnplaced,
    /// A link that does not hold, a gap, or a place too many.
    ChainBroken,
    /// The chain ends before its head.
    ChainTruncated,
    /// The head is not the last link.
    HeadChanged,
    /// A subtree that is not the one over its leaves.
    TreeChanged,
    /// A checkpoint that is not signed, not in order, or over another root.
    CheckpointChanged,
    /// A checkpoint between two others is gone.
    CheckpointMissing,
    /// The log has fewer entries than were signed.
    CheckpointAhead,
    /// A promise that the key did not give or the log did not keep.
    ReceiptBroken,
    /// A row that can't be read.
    Unreadable,
}

impl Fault {
    /// Its word, as in incidents.
    pub fn word(self) -> &'static str {
        match self {
            Fault::EntryMissing => "entry_missing",
            Fault::EntryChanged => "entry_changed",
            Fault::EntryUnplaced => "entry_unplaced",
            Fault::ChainBroken => "chain_broken",
            Fault::ChainTruncated => "chain_truncated",
            Fault::HeadChanged => "head_changed",
            Fault::TreeChanged => "tree_changed",
            Fault::CheckpointChanged => "checkpoint_changed",
            Fault::CheckpointMissing => "checkpoint_missing",
            Fault::CheckpointAhead => "checkpoint_ahead",
            Fault::ReceiptBroken => "receipt_broken",
            Fault::Unreadable => "unreadable",
        }
    }
}

/// One fault and its place: the `seq` of an entry, the number of a checkpoint, how many for those without a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// What.
    pub fault: Fault,
    /// Where.
    pub place: i64,
}

/// How much is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What came since the last audit without a fault.
    New,
    /// Everything.
    Whole,
}

impl Scope {
    fn word(self) -> &'static str {
        match self {
            Scope::New => "new",
            Scope::Whole => "whole",
        }
    }
}

/// What a walk over one log found.
#[derive(Clone, Debug)]
pub struct Audit {
    /// How much was read.
    pub scope: Scope,
    /// The first entry that was read.
    pub first: i64,
    /// The last entry of the log.
    pub entries: i64,
    /// The first faults.
    pub found: Vec<Found>,
    /// All faults.
    pub faults: i64,
    hash: String,
    root: Hash,
}

impl Audit {
    /// Whether nothing was found.
    pub fn is_sound(&self) -> bool {
        self.faults == 0
    }

    /// Numbers and codes, for an incident.
    pub fn detail(&self) -> Value {
        let found: Vec<Value> = self
            .found
            .iter()
            .map(|one| json!({ "fault": one.fault.word(), "place": one.place }))
            .collect();
        json!({ "entries": self.entries, "faults": self.faults, "first": found })
    }
}

/// Collects faults.
#[derive(Default)]
struct Faults {
    first: Vec<Found>,
    count: i64,
}

impl Faults {
    fn add(&mut self, fault: Fault, place: i64) {
        self.count += 1;
        if self.first.len() < TOLD {
            self.first.push(Found { fault, place });
        }
    }

    /// What was read, or none where somebody wrote what no column of this kind holds: that is a fault, and the rest is
    /// looked at all the same.
    fn unless_unreadable<T>(&mut self, read: Result<T>, place: i64) -> Result<Option<T>> {
        match read {
            Err(error) if undecodable(&error) => {
                self.add(Fault::Unreadable, place);
                Ok(None)
            }
            read => read.map(Some),
        }
    }
}

/// Where an audit that found nothing ended.
#[derive(sqlx::FromRow)]
struct Since {
    last: i64,
    hash: String,
    root: Vec<u8>,
    at: DateTime<Utc>,
}

/// Every log that there is.
pub async fn logs(db: &Db) -> Result<Vec<Uuid>> {
    let rows: Vec<(Uuid,)> = db
        .read()
        .q("select facility_id from journal_head union select facility_id from journal_checkpoint")
        .all()
        .await?;
    Ok(rows.into_iter().map(|(facility,)| facility).collect())
}

/// Which logs are due, and how much of each: counted from their first checkpoint, and one without any at once. Results of
/// the future count for nothing; where one cannot be read, every log is due.
pub async fn due(db: &Db, now: DateTime<Utc>) -> Result<Vec<(Uuid, Scope)>> {
    type Row = (
        Uuid,
        Option<i64>,
        Option<DateTime<Utc>>,
        Option<DateTime<Utc>>,
        Option<DateTime<Utc>>,
    );
    let rows: Result<Vec<Row>> = db
        .read()
        .q(
            "select l.facility_id, (select seq from journal_head h where h.facility_id = l.facility_id), \
             (select at from journal_checkpoint c where c.facility_id = l.facility_id order by number limit 1), \
             (select max(at) from journal_audit a where a.facility_id = l.facility_id and a.at <= $1), \
             (select max(at) from journal_audit a where a.facility_id = l.facility_id and a.at <= $1 and a.kind = 'whole') \
             from (select facility_id from journal_head union select facility_id from journal_checkpoint) l",
        )
        .bind(now)
        .all()
        .await;
    let rows = match rows {
        Err(error) if undecodable(&error) => {
            let all = logs(db).await?;
            return Ok(all.into_iter().map(|log| (log, Scope::Whole)).collect());
        }
        rows => rows?,
    };
    let scope = |(facility, seq, began, last, whole): Row| {
        let is_due =
            |last: Option<DateTime<Utc>>, every| last.or(began).is_none_or(|last| now - last >= every);
        if is_due(whole, WEEKLY) {
            return Some((facility, Scope::Whole));
        }
        let small = seq.unwrap_or(0) <= SMALL;
        is_due(last, DAILY).then_some((facility, if small { Scope::Whole } else { Scope::New }))
    };
    Ok(rows.into_iter().filter_map(scope).collect())
}

/// Walks over a log. What is written meanwhile is left to the next audit.
pub async fn audit(db: &Db, facility: Uuid, scope: Scope, keys: &Keys, now: DateTime<Utc>) -> Result<Audit> {
    let mut q = db.read();
    let mut faults = Faults::default();
    let since = match scope {
        Scope::New => {
            let since = last_sound(&mut q, facility, now).await;
            faults.unless_unreadable(since, 0)?.flatten()
        }
        Scope::Whole => None,
    };
    let since = since.as_ref();
    let mut walk = None;
    let walked = go(&mut q, facility, since, keys, &mut walk, &mut faults).await;
    let seq = walk.as_ref().map_or(0, |walk| walk.seq);
    faults.unless_unreadable(walked, seq + 1)?;
    let kept = promises::check(&mut q, facility, since, keys, now, &mut faults).await;
    faults.unless_unreadable(kept, 0)?;
    unplaced(&mut q, facility, &mut faults).await?;
    Ok(Audit {
        scope: if since.is_some() { Scope::New } else { Scope::Whole },
        first: since.map_or(0, |since| since.last) + 1,
        entries: seq,
        found: faults.first,
        faults: faults.count,
        root: walk.as_ref().map_or_else(merkle::empty, Walk::root),
        hash: walk.map(|walk| walk.prev).unwrap_or_default(),
    })
}

/// Entries, chain, tree and checkpoints; `walk` is left where it came to.
async fn go(
    q: &mut Read,
    facility: Uuid,
    since: Option<&Since>,
    keys: &Keys,
    walk: &mut Option<Walk>,
    faults: &mut Faults,
) -> Result<()> {
    let walk = walk.insert(Walk::begin(q, facility, since, faults).await?);
    let mut heads = Heads::begin(q, facility, since, keys).await?;
    walk.go(q, &mut heads, faults).await
}

/// Keeps the result of an audit; the next one of what is new begins there.
pub async fn note(q: &mut impl Q, id: Uuid, facility: Uuid, audit: &Audit, now: DateTime<Utc>) -> Result<()> {
    q.q(
        "insert into journal_audit (id, facility_id, at, kind, first, last, hash, root, faults) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(id)
    .bind(facility)
    .bind(now)
    .bind(audit.scope.word())
    .bind(audit.first)
    .bind(audit.entries)
    .bind(audit.hash.clone())
    .bind(audit.root.to_vec())
    .bind(audit.faults)
    .run()
    .await?;
    Ok(())
}

async fn last_sound(q: &mut Read, facility: Uuid, now: DateTime<Utc>) -> Result<Option<Since>> {
    q.q(
        "select last, hash, root, at from journal_audit where facility_id = $1 and faults = 0 and at <= $2 \
         order by at desc, last desc limit 1",
    )
    .bind(facility)
    .bind(now)
    .opt()
    .await
}

/// Entries that are neither in the chain nor on their way there, and ways without an entry.
async fn unplaced(q: &mut Read, facility: Uuid, faults: &mut Faults) -> Result<()> {
    let (count,): (i64,) = q
        .q(
            "select (select count(*) from journal_entry e where e.facility_id = $1 \
              and not exists (select 1 from journal_chain c where c.entry_id = e.id) \
              and not exists (select 1 from journal_pending p where p.entry_id = e.id)) \
            + (select count(*) from journal_pending p where p.facility_id = $1 \
              and not exists (select 1 from journal_entry e where e.id = p.entry_id))",
        )
        .bind(facility)
        .one()
        .await?;
    if count > 0 {
        faults.add(Fault::EntryUnplaced, count);
    }
    Ok(())
}

fn undecodable(error: &Error) -> bool {
    let Error::Broken(cause) = error else { return false };
    matches!(
        cause.downcast_ref::<sqlx::Error>(),
        Some(sqlx::Error::ColumnDecode { .. })
    )
}
