//! Managed cases with what was done in them.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::id::{EpisodeId, FacilityId, PatientId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::episode::model::Color;
use crate::quality::case::{CaseEntry, CaseOutcome, CaseState, EntryKind, ManagedCase};
use crate::vault::{Class, Sealed};

/// Sealed records of a woman: cases and referrals, to which all that was said of them is bound. Binds: hospital, woman.
pub const SEALED: [&str; 2] = [
    "select id from managed_case where facility_id = $1 and patient_id = $2",
    "select id from referral where facility_id = $1 and patient_id = $2",
];

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    facility_id: FacilityId,
    patient_id: PatientId,
    episode_id: EpisodeId,
    color: String,
    purple: bool,
    found_at: DateTime<Utc>,
    graded_at: DateTime<Utc>,
    registered_at: DateTime<Utc>,
    reported_at: Option<DateTime<Utc>>,
    planned_at: Option<DateTime<Utc>>,
    next_on: Option<NaiveDate>,
    closed_at: Option<DateTime<Utc>>,
    outcome: Option<String>,
}

fn known<T>(word: Option<T>) -> Result<T> {
    word.ok_or_else(|| Error::broken("a managed case holds an unknown word"))
}

fn case_of(row: Row) -> Result<ManagedCase> {
    let outcome = row.outcome.map(|word| known(CaseOutcome::parse(&word)));
    Ok(ManagedCase {
        id: row.id,
        facility_id: row.facility_id,
        patient_id: row.patient_id,
        episode_id: row.episode_id,
        color: known(Color::parse(&row.color))?,
        purple: row.purple,
        found_at: row.found_at,
        graded_at: row.graded_at,
        registered_at: row.registered_at,
        reported_at: row.reported_at,
        planned_at: row.planned_at,
        next_on: row.next_on,
        closed_at: row.closed_at,
        outcome: outcome.transpose()?,
    })
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "select id, facility_id, patient_id, episode_id, color, purple, found_at, graded_at, registered_at, \
             reported_at, planned_at, next_on, closed_at, outcome from managed_case where facility_id = $1 and ",
            $rest
        )
    };
}

const ALL: &str = columns!("id < $2 order by id desc limit $3");
const OPEN: &str = columns!("id < $2 and closed_at is null order by id desc limit $3");
const CLOSED: &str = columns!("id < $2 and closed_at is not null order by id desc limit $3");

pub async fn case(q: &mut impl Q, facility: FacilityId, id: Uuid) -> Result<Option<ManagedCase>> {
    let row: Option<Row> = q.q(columns!("id = $2")).bind(facility).bind(id).opt().await?;
    row.map(case_of).transpose()
}

/// The newest case of a pregnancy, open or not.
pub async fn case_of_episode(
    q: &mut impl Q,
    facility: FacilityId,
    episode: EpisodeId,
) -> Result<Option<ManagedCase>> {
    let row: Option<Row> = q
        .q(columns!("episode_id = $2 order by id desc limit 1"))
        .bind(facility)
        .bind(episode)
        .opt()
        .await?;
    row.map(case_of).transpose()
}

/// The cases of a woman, oldest first.
pub async fn cases_of(q: &mut impl Q, facility: FacilityId, patient: PatientId) -> Result<Vec<ManagedCase>> {
    let rows: Vec<Row> = q
        .q(columns!("patient_id = $2 order by id"))
        .bind(facility)
        .bind(patient)
        .all()
        .await?;
    rows.into_iter().map(case_of).collect()
}

/// The cases of the hospital, the newest first.
pub async fn cases(
    q: &mut impl Q,
    facility: FacilityId,
    state: Option<CaseState>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<ManagedCase>> {
    let text = match state {
        None => ALL,
        Some(CaseState::Open) => OPEN,
        Some(CaseState::Closed) => CLOSED,
    };
    let rows: Vec<Row> = q
        .q(text)
        .bind(facility)
        .bind(after.unwrap_or(Uuid::max()))
        .bind(limit)
        .all()
        .await?;
    rows.into_iter().map(case_of).collect()
}

pub async fn add_case(tx: &mut Tx, case: &ManagedCase) -> Result<()> {
    tx.q(
        "insert into managed_case (id, facility_id, patient_id, episode_id, color, purple, found_at, graded_at, \
         registered_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(case.id)
    .bind(case.facility_id)
    .bind(case.patient_id)
    .bind(case.episode_id)
    .bind(case.color.word())
    .bind(case.purple)
    .bind(case.found_at)
    .bind(case.graded_at)
    .bind(case.registered_at)
    .run()
    .await?;
    Ok(())
}

/// Writes how a case stands now.
pub async fn save_case(tx: &mut Tx, case: &ManagedCase) -> Result<()> {
    tx.q(
        "update managed_case set color = $3, purple = $4, graded_at = $5, reported_at = $6, planned_at = $7, \
         next_on = $8, closed_at = $9, outcome = $10 where facility_id = $1 and id = $2",
    )
    .bind(case.facility_id)
    .bind(case.id)
    .bind(case.color.word())
    .bind(case.purple)
    .bind(case.graded_at)
    .bind(case.reported_at)
    .bind(case.planned_at)
    .bind(case.next_on)
    .bind(case.closed_at)
    .bind(case.outcome.map(CaseOutcome::word))
    .run()
    .await?;
    Ok(())
}

pub async fn add_case_entry(tx: &mut Tx, case: &ManagedCase, entry: &CaseEntry) -> Result<()> {
    let place = Some(case.facility_id);
    let words = tx
        .seal_json(place, case.id, Class::FreeText, "words", &entry.words)
        .await?;
    tx.q(
        "insert into case_entry (id, facility_id, case_id, kind, words, staff_id, at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(entry.id)
    .bind(case.facility_id)
    .bind(case.id)
    .bind(entry.kind.word())
    .bind(words)
    .bind(entry.by)
    .bind(entry.at)
    .run()
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    id: Uuid,
    kind: String,
    words: Sealed,
    staff_id: Option<StaffId>,
    at: DateTime<Utc>,
}

/// What was done in a case, first to last.
pub async fn case_entries(r: &mut impl Records, case: &ManagedCase) -> Result<Vec<CaseEntry>> {
    let rows: Vec<EntryRow> = r
        .q("select id, kind, words, staff_id, at from case_entry where facility_id = $1 and case_id = $2 order by at, id")
        .bind(case.facility_id)
        .bind(case.id)
        .all()
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(CaseEntry {
            id: row.id,
            kind: known(EntryKind::parse(&row.kind))?,
            words: r.open_json(case.id, "words", &row.words).await?,
            by: row.staff_id,
            at: row.at,
        });
    }
    Ok(all)
}
