//! Which keys came into use and when, in their order (CE-168, CE-182): insert-only. A key that comes back is written again.
//!
//! [`Keys`] are those of the log, each with its end: what was signed with a former key after that counts for nothing, because
//! such a key may be in anybody's hands.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::checkpoint::Checkpoint;
use super::key::LogPublic;
use super::note::NoteFault;
use super::{Log, receipt};
use crate::base::error::Result;
use crate::db::Q;

/// What signs the log.
pub const LOG: &str = "log";
/// What seals documents.
pub const SEAL: &str = "seal";
/// What signs evidence roots by the national algorithms.
pub const SM2: &str = "sm2";

/// A process beside the one that began with another key goes on with its own until it is started again.
const BESIDE: TimeDelta = TimeDelta::hours(1);

/// A key that came into use.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Use {
    /// Which one of its kind, from 1.
    pub number: i64,
    /// The verifier key of a log, or the digest of another one.
    pub key_id: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// The keys of a kind, the oldest first.
pub async fn all(q: &mut impl Q, kind: &'static str) -> Result<Vec<Use>> {
    q.q("select number, key_id, at from key_use where kind = $1 order by number")
        .bind(kind)
        .all()
        .await
}

/// The one that came into use last.
pub async fn last(q: &mut impl Q, kind: &'static str) -> Result<Option<Use>> {
    q.q("select number, key_id, at from key_use where kind = $1 order by number desc limit 1")
        .bind(kind)
        .opt()
        .await
}

/// Writes down that a key came into use; false when the process beside this one wrote down one with this number.
pub async fn add(q: &mut impl Q, id: Uuid, kind: &'static str, new: &Use) -> Result<bool> {
    let added = q
        .q("insert into key_use (id, kind, number, key_id, at) values ($1, $2, $3, $4, $5) on conflict (kind, number) do nothing")
        .bind(id)
        .bind(kind)
        .bind(new.number)
        .bind(new.key_id.clone())
        .bind(new.at)
        .run()
        .await?;
    Ok(added == 1)
}

/// The keys of the log, the one of now first, each with the time until when what it signs counts.
#[derive(Clone, Debug)]
pub struct Keys(Vec<(LogPublic, Option<DateTime<Utc>>)>);

impl Keys {
    /// Those of the settings, with what is written down of them.
    pub async fn of(q: &mut impl Q, log: &Log) -> Result<Keys> {
        let uses = all(q, LOG).await?;
        let now = log.key.public();
        let known = log.known().iter().map(|key| {
            let until = ended(key, &uses).filter(|_| *key != now);
            (key.clone(), until.map(|until| until + BESIDE))
        });
        Ok(Keys(known.collect()))
    }

    /// Each key and its end.
    pub fn ends(&self) -> impl Iterator<Item = (&LogPublic, Option<DateTime<Utc>>)> {
        self.0.iter().map(|(key, until)| (key, *until))
    }

    /// Those that may have signed then.
    pub fn at(&self, at: DateTime<Utc>) -> Vec<LogPublic> {
        let in_time = self
            .ends()
            .filter(|(_, until)| until.is_none_or(|until| at <= until));
        in_time.map(|(key, _)| key.clone()).collect()
    }

    /// Reads a checkpoint that one of them signed in its time, and says whose word it is.
    pub fn checkpoint(&self, note: &str) -> std::result::Result<(Checkpoint, LogPublic), NoteFault> {
        let mut fault = NoteFault::UnknownKey;
        for key in self.at(Checkpoint::parse(note)?.at) {
            match Checkpoint::verify(note, std::slice::from_ref(&key)) {
                Ok(checkpoint) => return Ok((checkpoint, key)),
                Err(NoteFault::UnknownKey) => {}
                Err(other) => fault = other,
            }
        }
        Err(fault)
    }

    /// Those that may have promised that an entry is included by then.
    pub fn promising(&self, include_by: DateTime<Utc>) -> Vec<LogPublic> {
        self.at(include_by - receipt::WITHIN)
    }
}

/// When the last use of a key ended: when the next one came into use. One that is not written down is from before the first.
fn ended(key: &LogPublic, uses: &[Use]) -> Option<DateTime<Utc>> {
    let word = key.to_string();
    let after = uses
        .iter()
        .rposition(|one| one.key_id == word)
        .map_or(0, |at| at + 1);
    uses.get(after).map(|next| next.at)
}
