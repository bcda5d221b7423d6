//! Security incidents of the log, kept for good; what they mean is decided by people.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::base::error::Result;
use crate::db::{Db, Q};

/// The same trouble of the same log is noted once a day.
const QUIET: TimeDelta = TimeDelta::days(1);

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What is stored is not what was logged (CE-186).
    LogInconsistent,
    /// A log does not continue what was signed of it, so its head is not signed any more.
    CheckpointRefused,
    /// A log is shorter than its copy outside, or another one (CE-187).
    LogRolledBack,
    /// A document bears our seal, and no log of ours knows of it (CE §13.3).
    SealUnrecorded,
    /// The issuer of a certificate that seals revoked it (CE-167).
    SealRevoked,
}

impl Kind {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Kind::LogInconsistent => "log_inconsistent",
            Kind::CheckpointRefused => "checkpoint_refused",
            Kind::LogRolledBack => "log_rolled_back",
            Kind::SealUnrecorded => "seal_unrecorded",
            Kind::SealRevoked => "seal_revoked",
        }
    }
}

/// Notes an incident; false when the same one was noted within a day. `detail` holds numbers and codes, no personal data.
pub async fn note(
    q: &mut impl Q,
    id: Uuid,
    facility: Uuid,
    kind: Kind,
    detail: &Value,
    now: DateTime<Utc>,
) -> Result<bool> {
    let noted = q
        .q(
            "insert into incident (id, facility_id, kind, at, detail) select $1, $2, $3, $4, $5 \
            where not exists (select 1 from incident where facility_id = $2 and kind = $3 and at > $6 and at <= $4)",
        )
        .bind(id)
        .bind(facility)
        .bind(kind.word())
        .bind(now)
        .bind(serde_json::to_string(detail)?)
        .bind(now - QUIET)
        .run()
        .await?;
    Ok(noted > 0)
}

/// How many incidents of a log were noted within a day that say that it is not what was logged.
pub async fn recent(q: &mut impl Q, facility: Uuid, now: DateTime<Utc>) -> Result<i64> {
    let (count,): (i64,) = q
        .q(
            "select count(*) from incident where facility_id = $1 and at > $2 and at <= $3 \
             and kind in ('log_inconsistent', 'checkpoint_refused')",
        )
        .bind(facility)
        .bind(now - QUIET)
        .bind(now)
        .one()
        .await?;
    Ok(count)
}

/// How many logs have an incident that no whole audit without a fault has followed.
pub async fn standing(db: &Db, now: DateTime<Utc>) -> Result<i64> {
    let (count,): (i64,) = db
        .read()
        .q("select count(distinct i.facility_id) from incident i where i.kind in ('log_inconsistent', 'checkpoint_refused') and not exists \
            (select 1 from journal_audit a where a.facility_id = i.facility_id and a.kind = 'whole' \
             and a.faults = 0 and a.at > i.at and a.at <= $1)")
        .bind(now)
        .one()
        .await?;
    Ok(count)
}
