//! Reading the journal for people.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::Act;
use crate::base::error::Result;
use crate::base::id::{FacilityId, PatientId, StaffId};
use crate::db::{Q, placeholders};
use crate::people::acts::AuditFilter;

/// One entry, as the quality office reads it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AuditRow {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub act: String,
    pub actor: String,
    pub subject: String,
    pub patient_id: Option<Uuid>,
    pub detail: String,
    pub request_id: Option<String>,
    pub seq: Option<i64>,
}

pub async fn audit(
    q: &mut impl Q,
    facility: FacilityId,
    filter: &AuditFilter,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<AuditRow>> {
    // Without a cursor the newest: an id after every other and a time after every other.
    let (at, id) = after.unwrap_or((DateTime::<Utc>::MAX_UTC.min(far()), Uuid::max()));
    q.q(
        "select e.id, e.at, e.act, e.actor, e.subject, e.patient_id, e.detail, e.request_id, c.seq \
         from journal_entry e left join journal_chain c on c.entry_id = e.id \
         where e.facility_id = $1 and (e.at, e.id) < ($2, $3) \
         and ($4 is null or e.patient_id = $4) and ($5 is null or e.actor_id = $5) \
         and e.at >= $6 and e.at < $7 and ($8 is null or e.id = $8) order by e.at desc, e.id desc limit $9",
    )
    .bind(facility)
    .bind(at)
    .bind(id)
    .bind(filter.patient.map(Uuid::from))
    .bind(filter.staff.map(Uuid::from))
    .bind(filter.from.unwrap_or(DateTime::UNIX_EPOCH))
    .bind(filter.to.unwrap_or_else(far))
    .bind(filter.id)
    .bind(limit)
    .all()
    .await
}

fn far() -> DateTime<Utc> {
    DateTime::from_timestamp(253_370_764_800, 0).unwrap_or(DateTime::UNIX_EPOCH)
}

/// An entry that staff may be told of.
#[derive(sqlx::FromRow)]
pub struct ToldRow {
    pub seq: i64,
    pub act: String,
    pub subject: String,
    pub patient_id: Option<Uuid>,
    pub detail: String,
}

/// How far the log of a hospital is.
pub async fn journal_head(q: &mut impl Q, facility: FacilityId) -> Result<i64> {
    let head: Option<(i64,)> = q
        .q("select seq from journal_head where facility_id = $1")
        .bind(facility)
        .opt()
        .await?;
    Ok(head.map_or(0, |(seq,)| seq))
}

/// Entries of these acts after one place in the log and up to another, in their order.
pub async fn journal_between<const N: usize>(
    q: &mut impl Q,
    facility: FacilityId,
    acts: [Act; N],
    after: i64,
    until: i64,
) -> Result<Vec<ToldRow>> {
    let mut query = q
        .q(format!(
            "select c.seq, e.act, e.subject, e.patient_id, e.detail from journal_chain c \
             join journal_entry e on e.id = c.entry_id \
             where c.facility_id = $1 and c.seq > $2 and c.seq <= $3 and e.act in ({}) order by c.seq",
            placeholders(4, N)
        ))
        .bind(facility)
        .bind(after)
        .bind(until);
    for act in acts {
        query = query.bind(act.word());
    }
    query.all().await
}

/// What staff did about a woman, newest first: when, what, who, about what.
pub async fn staff_acts_on(
    q: &mut impl Q,
    facility: FacilityId,
    patient: PatientId,
    limit: i64,
) -> Result<Vec<(DateTime<Utc>, String, String, String)>> {
    q.q(
        "select at, act, actor, subject from journal_entry where patient_id = $1 and facility_id = $2 \
         and actor_kind = 'staff' order by at desc, id desc limit $3",
    )
    .bind(patient)
    .bind(facility)
    .bind(limit)
    .all()
    .await
}

/// A look of staff at a woman's record.
#[derive(sqlx::FromRow)]
pub struct LookRow {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub act: String,
    pub actor: String,
    #[sqlx(rename = "actor_id")]
    pub staff: StaffId,
    pub detail: String,
}

/// Looks of staff at a woman's record, newest first.
pub async fn looks_at<const N: usize>(
    q: &mut impl Q,
    facility: FacilityId,
    patient: PatientId,
    acts: [Act; N],
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<LookRow>> {
    let (at, id) = after.unwrap_or((far(), Uuid::max()));
    let mut query = q
        .q(format!(
            "select id, at, act, actor, actor_id, detail from journal_entry where patient_id = $1 \
             and facility_id = $2 and actor_kind = 'staff' and (at, id) < ($3, $4) and act in ({}) \
             order by at desc, id desc limit $5",
            placeholders(6, N)
        ))
        .bind(patient)
        .bind(facility)
        .bind(at)
        .bind(id)
        .bind(limit);
    for act in acts {
        query = query.bind(act.word());
    }
    query.all().await
}
