//! Observations and complications.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::known;
use crate::analgesia::model::{
    AdpNext, Alarm, Complication, ComplicationCode, Event, EventOutcome, ObservationRow,
};
use crate::base::error::Result;
use crate::base::id::{ComplicationId, FacilityId, LaborId, ObservationId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::{Q, placeholders};
use crate::vault::{Class, Sealed};

pub async fn add_observation(tx: &mut Tx, facility: FacilityId, row: &ObservationRow) -> Result<()> {
    let labor = row.labor;
    let document = tx
        .seal_json(
            Some(facility),
            labor,
            Class::Clinical,
            "observation",
            &row.observation,
        )
        .await?;
    tx.q(
        "insert into labor_observation (id, facility_id, labor_id, observed_at, pain_tenths, bromage, alarms, document, \
         staff_id, recorded_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(row.id)
    .bind(facility)
    .bind(labor)
    .bind(row.observation.observed_at)
    .bind(row.observation.pain_tenths())
    .bind(row.observation.bromage)
    .bind(serde_json::to_string(&row.alarms)?)
    .bind(document)
    .bind(row.by)
    .bind(row.recorded_at)
    .run()
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: ObservationId,
    labor_id: LaborId,
    alarms: String,
    document: Sealed,
    staff_id: StaffId,
    recorded_at: DateTime<Utc>,
}

/// Observations of labors by time, without those that were corrected.
pub async fn observations(
    r: &mut impl Records,
    facility: FacilityId,
    labors: &[LaborId],
) -> Result<Vec<ObservationRow>> {
    let standing =
        "and not exists (select 1 from labor_correction c where c.target_id = labor_observation.id)";
    observed(r, facility, labors, standing).await
}

/// All observations of a labor by time, also those that were corrected.
pub async fn every_observation(
    r: &mut impl Records,
    facility: FacilityId,
    labor: LaborId,
) -> Result<Vec<ObservationRow>> {
    observed(r, facility, &[labor], "").await
}

async fn observed(
    r: &mut impl Records,
    facility: FacilityId,
    labors: &[LaborId],
    which: &'static str,
) -> Result<Vec<ObservationRow>> {
    if labors.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "select id, labor_id, alarms, document, staff_id, recorded_at from labor_observation \
         where facility_id = $1 and labor_id in ({}) {which} order by observed_at, id",
        placeholders(2, labors.len())
    );
    let mut query = r.q(sql).bind(facility);
    for labor in labors {
        query = query.bind(*labor);
    }
    let rows: Vec<Row> = query.all().await?;
    let vault = r.vault();
    let sealed: Vec<&Sealed> = rows.iter().map(|row| &row.document).collect();
    vault.warm(r, &sealed).await?;
    let mut observations = Vec::with_capacity(rows.len());
    for row in rows {
        let alarms: Vec<Alarm> = serde_json::from_str(&row.alarms)?;
        observations.push(ObservationRow {
            id: row.id,
            labor: row.labor_id,
            recorded_at: row.recorded_at,
            by: row.staff_id,
            observation: r.open_json(row.labor_id, "observation", &row.document).await?,
            alarms,
        });
    }
    Ok(observations)
}

pub async fn add_complication(
    tx: &mut Tx,
    facility: FacilityId,
    labor: LaborId,
    row: &Complication,
) -> Result<()> {
    let event = &row.event;
    let treatment = tx
        .seal_if(
            Some(facility),
            labor,
            Class::FreeText,
            "treatment",
            event.treatment.as_deref(),
        )
        .await?;
    tx.q(
        "insert into labor_complication (id, facility_id, labor_id, code, severity, onset_at, resolved_at, outcome, \
         adp_next, acted_at, treatment, staff_id, recorded_at, intensive_care) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(row.id)
    .bind(facility)
    .bind(labor)
    .bind(event.code.word())
    .bind(event.severity)
    .bind(event.onset_at)
    .bind(event.resolved_at)
    .bind(event.outcome.map(EventOutcome::word))
    .bind(event.adp_next.map(AdpNext::word))
    .bind(event.acted_at)
    .bind(treatment)
    .bind(row.by)
    .bind(row.recorded_at)
    .bind(event.intensive_care)
    .run()
    .await?;
    Ok(())
}

/// That a complication was not corrected.
const STANDS: &str =
    "and not exists (select 1 from labor_correction c where c.target_id = labor_complication.id)";

/// Whether a complication of this kind was recorded, and stands.
pub async fn had(
    q: &mut impl Q,
    facility: FacilityId,
    labor: LaborId,
    code: ComplicationCode,
) -> Result<bool> {
    let row: Option<(ComplicationId,)> = q
        .q(format!(
            "select id from labor_complication where facility_id = $1 and labor_id = $2 and code = $3 {STANDS} limit 1"
        ))
        .bind(facility)
        .bind(labor)
        .bind(code.word())
        .opt()
        .await?;
    Ok(row.is_some())
}

#[derive(sqlx::FromRow)]
struct ComplicationRow {
    id: ComplicationId,
    code: String,
    severity: i64,
    intensive_care: Option<bool>,
    onset_at: DateTime<Utc>,
    resolved_at: Option<DateTime<Utc>>,
    outcome: Option<String>,
    adp_next: Option<String>,
    acted_at: Option<DateTime<Utc>>,
    treatment: Option<Sealed>,
    staff_id: StaffId,
    recorded_at: DateTime<Utc>,
}

/// Complications by onset, without those that were corrected.
pub async fn complications(
    r: &mut impl Records,
    facility: FacilityId,
    labor: LaborId,
) -> Result<Vec<Complication>> {
    reported(r, facility, labor, STANDS).await
}

/// All complications by onset, also those that were corrected.
pub async fn every_complication(
    r: &mut impl Records,
    facility: FacilityId,
    labor: LaborId,
) -> Result<Vec<Complication>> {
    reported(r, facility, labor, "").await
}

/// Since when a cesarean waits for the birth, by labor; one that was called off does not.
pub async fn converted(
    q: &mut impl Q,
    facility: FacilityId,
    labors: &[LaborId],
) -> Result<BTreeMap<LaborId, DateTime<Utc>>> {
    if labors.is_empty() {
        return Ok(BTreeMap::new());
    }
    // Of several the first one is read last, and stays.
    let sql = format!(
        "select labor_id, onset_at from labor_complication where facility_id = $1 and code = $2 \
         and resolved_at is null and labor_id in ({}) {STANDS} order by onset_at desc",
        placeholders(3, labors.len())
    );
    let mut query = q
        .q(sql)
        .bind(facility)
        .bind(ComplicationCode::ConversionCs.word());
    for labor in labors {
        query = query.bind(*labor);
    }
    let rows: Vec<(LaborId, DateTime<Utc>)> = query.all().await?;
    Ok(rows.into_iter().collect())
}

async fn reported(
    r: &mut impl Records,
    facility: FacilityId,
    labor: LaborId,
    which: &'static str,
) -> Result<Vec<Complication>> {
    let rows: Vec<ComplicationRow> = r
        .q(format!(
            "select id, code, severity, intensive_care, onset_at, resolved_at, outcome, adp_next, acted_at, treatment, \
             staff_id, recorded_at from labor_complication where facility_id = $1 and labor_id = $2 {which} order by onset_at, id"
        ))
        .bind(facility)
        .bind(labor)
        .all()
        .await?;
    let mut complications = Vec::with_capacity(rows.len());
    for row in rows {
        complications.push(Complication {
            id: row.id,
            recorded_at: row.recorded_at,
            by: row.staff_id,
            event: Event {
                code: known(ComplicationCode::parse(&row.code))?,
                onset_at: row.onset_at,
                severity: row.severity,
                intensive_care: row.intensive_care,
                treatment: r.open_if(labor, "treatment", row.treatment.as_ref()).await?,
                outcome: row.outcome.as_deref().and_then(EventOutcome::parse),
                resolved_at: row.resolved_at,
                adp_next: row.adp_next.as_deref().and_then(AdpNext::parse),
                acted_at: row.acted_at,
            },
        });
    }
    Ok(complications)
}
