//! Records that somebody opened who treats her no longer, and what the quality office found. Both are only added to.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::Role;
use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, PatientId, RecordAccessId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::{Q, placeholders};
use crate::episode::model::{Access, AccessReason, AccessReview, AccessVerdict};
use crate::vault::{Class, Sealed};

#[derive(sqlx::FromRow)]
struct AccessRow {
    id: RecordAccessId,
    patient_id: PatientId,
    staff_id: StaffId,
    role: String,
    reason: String,
    words: Option<Sealed>,
    at: DateTime<Utc>,
    until: DateTime<Utc>,
    review_id: Option<Uuid>,
    verdict: Option<String>,
    review_words: Option<Sealed>,
    reviewed_by_id: Option<StaffId>,
    reviewed_at: Option<DateTime<Utc>>,
}

fn unknown() -> Error {
    Error::broken("the row of an opened record has an unknown word")
}

async fn read(r: &mut impl Records, row: AccessRow) -> Result<Access> {
    let review = match (
        row.review_id,
        &row.review_words,
        row.reviewed_by_id,
        row.reviewed_at,
    ) {
        (Some(id), Some(words), Some(by), Some(at)) => Some(AccessReview {
            verdict: row
                .verdict
                .as_deref()
                .and_then(AccessVerdict::parse)
                .ok_or_else(unknown)?,
            text: r.open(id, "words", words).await?,
            by,
            at,
        }),
        _ => None,
    };
    Ok(Access {
        id: row.id,
        patient: row.patient_id,
        by: row.staff_id,
        role: Role::parse(&row.role).ok_or_else(unknown)?,
        reason: AccessReason::parse(&row.reason).ok_or_else(unknown)?,
        text: r.open_if(row.id, "words", row.words.as_ref()).await?,
        at: row.at,
        until: row.until,
        review,
    })
}

async fn read_all(r: &mut impl Records, rows: Vec<AccessRow>) -> Result<Vec<Access>> {
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(read(r, row).await?);
    }
    Ok(all)
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select a.id, a.patient_id, a.staff_id, a.role, a.reason, a.words, a.at, a.until, r.id as review_id, ",
            "r.verdict, r.words as review_words, r.staff_id as reviewed_by_id, r.at as reviewed_at ",
            "from record_access a left join record_access_review r on r.access_id = a.id ",
            $rest
        )
    };
}

pub async fn add_access(tx: &mut Tx, facility: FacilityId, access: &Access) -> Result<()> {
    let text = access.text.as_deref();
    let words = tx
        .seal_if(Some(facility), access.id, Class::FreeText, "words", text)
        .await?;
    tx.q(
        "insert into record_access (id, facility_id, patient_id, staff_id, role, reason, words, at, until) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(access.id)
    .bind(facility)
    .bind(access.patient)
    .bind(access.by)
    .bind(access.role.word())
    .bind(access.reason.word())
    .bind(words)
    .bind(access.at)
    .bind(access.until)
    .run()
    .await?;
    Ok(())
}

pub async fn access(
    r: &mut impl Records,
    facility: FacilityId,
    id: RecordAccessId,
) -> Result<Option<Access>> {
    let row: Option<AccessRow> = r
        .q(select!("where a.facility_id = $1 and a.id = $2"))
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    match row {
        Some(row) => read(r, row).await.map(Some),
        None => Ok(None),
    }
}

/// The opened records of a hospital that were reviewed, or those that were not; oldest first.
pub async fn accesses(
    r: &mut impl Records,
    facility: FacilityId,
    reviewed: bool,
    after: Option<RecordAccessId>,
    limit: i64,
) -> Result<Vec<Access>> {
    let rows: Vec<AccessRow> = r
        .q(select!(
            "where a.facility_id = $1 and (r.id is not null) = $2 and a.id > $3 order by a.id limit $4"
        ))
        .bind(facility)
        .bind(reviewed)
        .bind(after.map_or(Uuid::nil(), Uuid::from))
        .bind(limit)
        .all()
        .await?;
    read_all(r, rows).await
}

/// How often a woman's record was opened, oldest first.
pub async fn accesses_to(
    r: &mut impl Records,
    facility: FacilityId,
    patient: PatientId,
) -> Result<Vec<Access>> {
    let rows: Vec<AccessRow> = r
        .q(select!(
            "where a.facility_id = $1 and a.patient_id = $2 order by a.id"
        ))
        .bind(facility)
        .bind(patient)
        .all()
        .await?;
    read_all(r, rows).await
}

/// Whether a staff member has opened her record, and it is open still.
pub async fn has_access(
    q: &mut impl Q,
    facility: FacilityId,
    patient: PatientId,
    staff: StaffId,
    now: DateTime<Utc>,
) -> Result<bool> {
    let open: Option<(RecordAccessId,)> = q
        .q(
            "select id from record_access where facility_id = $1 and patient_id = $2 and staff_id = $3 \
            and until > $4 limit 1",
        )
        .bind(facility)
        .bind(patient)
        .bind(staff)
        .bind(now)
        .opt()
        .await?;
    Ok(open.is_some())
}

/// Whether something of hers waits for one of these roles.
pub async fn waits_for(
    q: &mut impl Q,
    facility: FacilityId,
    patient: PatientId,
    roles: &[Role],
) -> Result<bool> {
    let mut query = q
        .q(format!(
            "select t.id from task t where t.facility_id = $1 and t.patient_id = $2 and t.done_at is null \
             and exists (select 1 from task_role r where r.task_id = t.id and r.role in ({})) limit 1",
            placeholders(3, roles.len())
        ))
        .bind(facility)
        .bind(patient);
    for role in roles {
        query = query.bind(role.word());
    }
    Ok(query.opt::<(Uuid,)>().await?.is_some())
}

/// Adds what the quality office found; whether it was the first to.
pub async fn add_access_review(
    tx: &mut Tx,
    facility: FacilityId,
    access: RecordAccessId,
    review: &AccessReview,
) -> Result<bool> {
    let id: Uuid = tx.id();
    let words = tx
        .seal(Some(facility), id, Class::FreeText, "words", &review.text)
        .await?;
    let added = tx
        .q(
            "insert into record_access_review (id, facility_id, access_id, staff_id, verdict, words, at) \
             values ($1, $2, $3, $4, $5, $6, $7) on conflict (access_id) do nothing",
        )
        .bind(id)
        .bind(facility)
        .bind(access)
        .bind(review.by)
        .bind(review.verdict.word())
        .bind(words)
        .bind(review.at)
        .run()
        .await?;
    Ok(added == 1)
}
