//! What labor recorded that may have to be reported, and what was reported of a labor.

use chrono::{DateTime, Utc};

use crate::analgesia::model::{Alarm, ComplicationCode, ComplicationFact, EventOutcome};
use crate::base::error::Result;
use crate::base::id::{FacilityId, LaborId, PatientId};
use crate::db::Q;
use crate::quality::model::Category;

#[derive(sqlx::FromRow)]
struct Row {
    labor_id: LaborId,
    patient_id: PatientId,
    code: String,
    severity: i64,
    intensive_care: Option<bool>,
    onset_at: DateTime<Utc>,
    resolved_at: Option<DateTime<Utc>>,
    outcome: Option<String>,
}

/// Complications that began since a time, with whose they are, the newest first.
pub async fn complications(
    q: &mut impl Q,
    facility: FacilityId,
    since: DateTime<Utc>,
) -> Result<Vec<(LaborId, PatientId, ComplicationFact)>> {
    let rows: Vec<Row> = q
        .q(
            "select c.labor_id, l.patient_id, c.code, c.severity, c.intensive_care, c.onset_at, c.resolved_at, c.outcome \
             from labor_complication c join labor l on l.id = c.labor_id where c.facility_id = $1 and c.onset_at >= $2 and not l.is_test \
             and not exists (select 1 from labor_correction k where k.target_id = c.id) \
             order by c.onset_at desc, c.id desc",
        )
        .bind(facility)
        .bind(since)
        .all()
        .await?;
    let one = |row: Row| {
        let fact = ComplicationFact {
            code: ComplicationCode::parse(&row.code)?,
            severity: row.severity,
            intensive_care: row.intensive_care == Some(true),
            onset_at: row.onset_at,
            resolved_at: row.resolved_at,
            outcome: row.outcome.as_deref().and_then(EventOutcome::parse),
        };
        Some((row.labor_id, row.patient_id, fact))
    };
    Ok(rows.into_iter().filter_map(one).collect())
}

/// Births since a time with a newborn in severe asphyxia by either definition, by the version of the birth that counts.
pub async fn severe_asphyxia(
    q: &mut impl Q,
    facility: FacilityId,
    since: DateTime<Utc>,
) -> Result<Vec<(LaborId, PatientId, DateTime<Utc>)>> {
    q.q(
        "select l.id, l.patient_id, min(n.born_at) from newborn n join labor l on l.delivery_id = n.delivery_id \
         where n.facility_id = $1 and n.born_at >= $2 and (n.asphyxia_apgar = 'severe' or n.asphyxia_consensus2016 = 'severe') \
         and n.outcome <> 'stillbirth' and not l.is_test \
         group by l.id, l.patient_id",
    )
    .bind(facility)
    .bind(since)
    .all()
    .await
}

/// Labors in which a catheter was called broken since a time. What was written of its tip last may say otherwise.
pub async fn tip_alarms(
    q: &mut impl Q,
    facility: FacilityId,
    since: DateTime<Utc>,
) -> Result<Vec<(LaborId, PatientId)>> {
    q.q(
        "select distinct l.id, l.patient_id from labor_alarm a join labor l on l.id = a.labor_id \
         where a.facility_id = $1 and a.raised_at >= $2 and a.codes like $3 and not l.is_test",
    )
    .bind(facility)
    .bind(since)
    .bind(format!("%\"{}\"%", Alarm::CatheterTip.word()))
    .all()
    .await
}

/// Labors after which an examination on the ward found the tip broken since a time, and none after it found it whole.
pub async fn tips_found_broken(
    q: &mut impl Q,
    facility: FacilityId,
    since: DateTime<Utc>,
) -> Result<Vec<(LaborId, PatientId, DateTime<Utc>)>> {
    q.q(
        "select l.id, l.patient_id, min(x.at) from follow_up_examination x join follow_up f on f.id = x.follow_up_id \
         join labor l on l.id = f.labor_id where x.facility_id = $1 and x.at >= $2 and x.tip_intact = false and not l.is_test \
         and not exists (select 1 from follow_up_examination y join follow_up g on g.id = y.follow_up_id \
         where g.labor_id = f.labor_id and y.tip_intact is not null and y.tip_intact <> x.tip_intact and y.at > x.at) \
         group by l.id, l.patient_id",
    )
    .bind(facility)
    .bind(since)
    .all()
    .await
}

/// What was reported of the labors of a hospital since a time.
pub async fn reported(
    q: &mut impl Q,
    facility: FacilityId,
    since: DateTime<Utc>,
) -> Result<Vec<(LaborId, Category)>> {
    let rows: Vec<(LaborId, String)> = q
        .q("select labor_id, category from adverse_event \
             where facility_id = $1 and reported_at >= $2 and labor_id is not null")
        .bind(facility)
        .bind(since)
        .all()
        .await?;
    let one = |(labor, category): (LaborId, String)| Some((labor, Category::parse(&category)?));
    Ok(rows.into_iter().filter_map(one).collect())
}
