//! Labors and her requests.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::known;
use crate::analgesia::model::{CloseReason, Labor, LaborState, Request};
use crate::base::error::Result;
use crate::base::id::{EpisodeId, FacilityId, LaborId, PatientId};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::vault::{Class, Sealed};

#[derive(sqlx::FromRow)]
struct LaborRow {
    id: LaborId,
    facility_id: FacilityId,
    patient_id: PatientId,
    episode_id: EpisodeId,
    admitted_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    admission: Sealed,
    state: String,
    requested_at: Option<DateTime<Utc>>,
    first_dose_at: Option<DateTime<Utc>>,
    born_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    close_reason: Option<String>,
    is_test: bool,
    version: i64,
}

macro_rules! columns {
    () => {
        "select id, facility_id, patient_id, episode_id, admitted_at, created_at, admission, state, requested_at, \
         first_dose_at, born_at, closed_at, close_reason, is_test, version from labor "
    };
}

async fn read(r: &mut impl Records, row: LaborRow) -> Result<Labor> {
    Ok(Labor {
        admission: r.open_json(row.id, "admission", &row.admission).await?,
        id: row.id,
        facility_id: row.facility_id,
        patient_id: row.patient_id,
        episode_id: row.episode_id,
        admitted_at: row.admitted_at,
        recorded_at: row.created_at,
        state: known(LaborState::parse(&row.state))?,
        requested_at: row.requested_at,
        first_dose_at: row.first_dose_at,
        born_at: row.born_at,
        closed_at: row.closed_at,
        close_reason: row.close_reason.as_deref().and_then(CloseReason::parse),
        is_test: row.is_test,
        version: row.version,
    })
}

const FIND: &str = concat!(columns!(), "where facility_id = $1 and id = $2");

pub async fn labor(r: &mut impl Records, facility: FacilityId, id: LaborId) -> Result<Option<Labor>> {
    match r.q(FIND).bind(facility).bind(id).opt().await? {
        Some(row) => read(r, row).await.map(Some),
        None => Ok(None),
    }
}

/// The pregnancy of a labor, to be locked before the labor is read.
pub async fn episode_of(q: &mut impl Q, facility: FacilityId, id: LaborId) -> Result<Option<EpisodeId>> {
    let row: Option<(EpisodeId,)> = q
        .q("select episode_id from labor where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    Ok(row.map(|(episode,)| episode))
}

const RUNNING: &str = concat!(
    columns!(),
    "where facility_id = $1 and episode_id = $2 and state in ('open', 'delivered')"
);

/// The labor of a pregnancy that is not closed.
pub async fn running(
    r: &mut impl Records,
    facility: FacilityId,
    episode: EpisodeId,
) -> Result<Option<Labor>> {
    match r.q(RUNNING).bind(facility).bind(episode).opt().await? {
        Some(row) => read(r, row).await.map(Some),
        None => Ok(None),
    }
}

const BOARD: &str = concat!(
    columns!(),
    "where facility_id = $1 and on_ward order by admitted_at desc, id desc limit $2"
);

/// Who is on the ward, the last admitted first.
pub async fn board(r: &mut impl Records, facility: FacilityId, limit: i64) -> Result<Vec<Labor>> {
    let rows: Vec<LaborRow> = r.q(BOARD).bind(facility).bind(limit).all().await?;
    let vault = r.vault();
    let sealed: Vec<&Sealed> = rows.iter().map(|row| &row.admission).collect();
    vault.warm(r, &sealed).await?;
    let mut labors = Vec::with_capacity(rows.len());
    for row in rows {
        labors.push(read(r, row).await?);
    }
    Ok(labors)
}

/// Keeps her on the board, or takes her off it.
pub async fn set_on_ward(tx: &mut Tx, facility: FacilityId, id: LaborId, on_ward: bool) -> Result<()> {
    tx.q("update labor set on_ward = $3 where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(id)
        .bind(on_ward)
        .run()
        .await?;
    Ok(())
}

pub async fn add_labor(tx: &mut Tx, labor: &Labor) -> Result<()> {
    let now = tx.now;
    let admission = tx
        .seal_json(
            Some(labor.facility_id),
            labor.id,
            Class::Clinical,
            "admission",
            &labor.admission,
        )
        .await?;
    tx.q(
        "insert into labor (id, facility_id, patient_id, episode_id, admitted_at, admission, state, is_test, version, \
         created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(labor.id)
    .bind(labor.facility_id)
    .bind(labor.patient_id)
    .bind(labor.episode_id)
    .bind(labor.admitted_at)
    .bind(admission)
    .bind(labor.state.word())
    .bind(labor.is_test)
    .bind(labor.version)
    .bind(now)
    .run()
    .await?;
    Ok(())
}

/// Writes where a labor stands; the revision is the labor's.
pub async fn save_labor(tx: &mut Tx, labor: &Labor) -> Result<()> {
    tx.q(
        "update labor set state = $3, requested_at = $4, first_dose_at = $5, born_at = $6, closed_at = $7, \
         close_reason = $8, version = $9 where facility_id = $1 and id = $2",
    )
    .bind(labor.facility_id)
    .bind(labor.id)
    .bind(labor.state.word())
    .bind(labor.requested_at)
    .bind(labor.first_dose_at)
    .bind(labor.born_at)
    .bind(labor.closed_at)
    .bind(labor.close_reason.map(CloseReason::word))
    .bind(labor.version)
    .run()
    .await?;
    Ok(())
}

pub async fn add_request(tx: &mut Tx, facility: FacilityId, request: &Request) -> Result<()> {
    tx.q(
        "insert into analgesia_request (id, facility_id, labor_id, by_patient, pain_tenths, requested_at, recorded_at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(request.id)
    .bind(facility)
    .bind(request.labor)
    .bind(request.by_patient)
    .bind(request.vas_tenths)
    .bind(request.requested_at)
    .bind(request.recorded_at)
    .run()
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct RequestRow {
    id: Uuid,
    requested_at: DateTime<Utc>,
    by_patient: bool,
    pain_tenths: Option<i64>,
    recorded_at: Option<DateTime<Utc>>,
}

/// Her requests, first to last, also those that were corrected.
pub async fn every_request(q: &mut impl Q, facility: FacilityId, labor: LaborId) -> Result<Vec<Request>> {
    let rows: Vec<RequestRow> = q
        .q(
            "select id, requested_at, by_patient, pain_tenths, recorded_at from analgesia_request \
             where facility_id = $1 and labor_id = $2 order by requested_at, id",
        )
        .bind(facility)
        .bind(labor)
        .all()
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Request {
            id: row.id,
            labor,
            requested_at: row.requested_at,
            by_patient: row.by_patient,
            vas_tenths: row.pain_tenths,
            recorded_at: row.recorded_at.unwrap_or(row.requested_at),
        })
        .collect())
}

/// Her requests, first to last.
pub async fn requests(r: &mut impl Records, facility: FacilityId, labor: LaborId) -> Result<Vec<Request>> {
    let corrected = super::corrections(r, facility, labor).await?;
    let mut all = every_request(r, facility, labor).await?;
    all.retain(|request| !corrected.iter().any(|one| one.target == request.id));
    Ok(all)
}
