//! Time-outs, versions of the analgesia record.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::analgesia::model::{Bag, Indication, Record, RecordVersion, Technique, TimeOut};
use crate::base::error::Result;
use crate::base::id::{FacilityId, LaborId, PatientId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::{Q, placeholders};
use crate::vault::{Class, Sealed};

pub async fn add_time_out(tx: &mut Tx, facility: FacilityId, time_out: &TimeOut) -> Result<()> {
    let reason = tx
        .seal_if(
            Some(facility),
            time_out.labor,
            Class::FreeText,
            "early_reason",
            time_out.early_reason.as_deref(),
        )
        .await?;
    let unasked = tx
        .seal_if(
            Some(facility),
            time_out.labor,
            Class::FreeText,
            "recheck_reason",
            time_out.recheck_reason.as_deref(),
        )
        .await?;
    tx.q(
        "insert into analgesia_time_out (id, facility_id, labor_id, operator_id, supervisor_id, second_id, checks, \
         early_reason, recheck_reason, decision_at, at, recorded_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(time_out.id)
    .bind(facility)
    .bind(time_out.labor)
    .bind(time_out.operator)
    .bind(time_out.supervisor)
    .bind(time_out.second)
    .bind(serde_json::to_string(&time_out.checks)?)
    .bind(reason)
    .bind(unasked)
    .bind(time_out.decision_at)
    .bind(time_out.at)
    .bind(time_out.recorded_at)
    .run()
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct TimeOutRow {
    id: Uuid,
    operator_id: StaffId,
    supervisor_id: Option<StaffId>,
    second_id: StaffId,
    checks: String,
    early_reason: Option<Sealed>,
    recheck_reason: Option<Sealed>,
    decision_at: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
    recorded_at: Option<DateTime<Utc>>,
}

/// Time-outs, first to last.
/// Time-outs, first to last.
pub async fn time_outs(r: &mut impl Records, facility: FacilityId, labor: LaborId) -> Result<Vec<TimeOut>> {
    let corrected = super::corrections(r, facility, labor).await?;
    let mut all = every_time_out(r, facility, labor).await?;
    all.retain(|held| !corrected.iter().any(|one| one.target == held.id));
    Ok(all)
}

/// Time-outs, first to last, also those that were another woman's.
pub async fn every_time_out(
    r: &mut impl Records,
    facility: FacilityId,
    labor: LaborId,
) -> Result<Vec<TimeOut>> {
    let rows: Vec<TimeOutRow> = r
        .q(
            "select id, operator_id, supervisor_id, second_id, checks, early_reason, recheck_reason, decision_at, at, \
             recorded_at from analgesia_time_out where facility_id = $1 and labor_id = $2 order by at, id",
        )
        .bind(facility)
        .bind(labor)
        .all()
        .await?;
    let mut time_outs = Vec::with_capacity(rows.len());
    for row in rows {
        time_outs.push(TimeOut {
            id: row.id,
            labor,
            at: row.at,
            recorded_at: row.recorded_at.unwrap_or(row.at),
            decision_at: row.decision_at,
            operator: row.operator_id,
            supervisor: row.supervisor_id,
            second: row.second_id,
            checks: serde_json::from_str(&row.checks)?,
            early_reason: r
                .open_if(labor, "early_reason", row.early_reason.as_ref())
                .await?,
            recheck_reason: r
                .open_if(labor, "recheck_reason", row.recheck_reason.as_ref())
                .await?,
        });
    }
    Ok(time_outs)
}

/// Who placed the block by the last time-out, and who supervised; none without one.
pub async fn last_operator(
    q: &mut impl Q,
    facility: FacilityId,
    labor: LaborId,
) -> Result<Option<(StaffId, Option<StaffId>)>> {
    q.q(
        "select operator_id, supervisor_id from analgesia_time_out t where facility_id = $1 and labor_id = $2 \
         and not exists (select 1 from labor_correction k where k.target_id = t.id) order by at desc, id desc limit 1",
    )
    .bind(facility)
    .bind(labor)
    .opt()
    .await
}

#[derive(Serialize, Deserialize)]
struct Kept {
    record: Record,
    second: Option<StaffId>,
}

/// Appends a version and makes it the labor's record.
pub async fn add_record(
    tx: &mut Tx,
    facility: FacilityId,
    labor: LaborId,
    version: &RecordVersion,
) -> Result<()> {
    let kept = Kept {
        record: version.record.clone(),
        second: version.second,
    };
    let document = tx
        .seal_json(Some(facility), labor, Class::Clinical, "record", &kept)
        .await?;
    let record = &version.record;
    tx.q(
        "insert into analgesia_record (id, facility_id, labor_id, number, technique, indication, first_dose_at, resited, \
         placements, abandoned, excepted, outside_limits, document, staff_id, at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(version.id)
    .bind(facility)
    .bind(labor)
    .bind(version.number)
    .bind(record.technique.map(Technique::word))
    .bind(record.indication.map(Indication::word))
    .bind(record.first_dose_at)
    .bind(!record.resitings.is_empty())
    .bind(record.placements())
    .bind(record.abandoned)
    .bind(record.exception.is_some())
    .bind(version.second.is_some())
    .bind(document)
    .bind(version.by)
    .bind(version.at)
    .run()
    .await?;
    for batch in record.bags() {
        tx.q("insert into analgesia_bag (record_id, facility_id, batch) values ($1, $2, $3)")
            .bind(version.id)
            .bind(facility)
            .bind(batch)
            .run()
            .await?;
    }
    tx.q("update labor set record_id = $3 where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(labor)
        .bind(version.id)
        .run()
        .await?;
    Ok(())
}

/// Whose pump had a bag of a batch, by the records as they are now.
pub async fn bags(q: &mut impl Q, facility: FacilityId, batch: &str) -> Result<Vec<Bag>> {
    let rows: Vec<(LaborId, PatientId, DateTime<Utc>)> = q
        .q("select l.id, l.patient_id, v.at from analgesia_bag b join labor l on l.record_id = b.record_id \
            join analgesia_record v on v.id = b.record_id where b.facility_id = $1 and b.batch = $2 order by v.at, l.id")
        .bind(facility)
        .bind(batch.to_owned())
        .all()
        .await?;
    let bag = |(labor, patient, at)| Bag { labor, patient, at };
    Ok(rows.into_iter().map(bag).collect())
}

/// The batches of the bags of a labor, by its record as it is now.
pub async fn bags_of_labor(q: &mut impl Q, facility: FacilityId, labor: LaborId) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = q
        .q(
            "select b.batch from analgesia_bag b join labor l on l.record_id = b.record_id \
            where l.facility_id = $1 and l.id = $2 order by b.batch",
        )
        .bind(facility)
        .bind(labor)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(batch,)| batch).collect())
}

/// The record as it is now.
pub async fn record(
    r: &mut impl Records,
    facility: FacilityId,
    labor: LaborId,
) -> Result<Option<RecordVersion>> {
    let found = records(r, facility, &[labor]).await?.into_iter().next();
    Ok(found.map(|(_, version)| version))
}

/// The records of labors as they are now.
pub async fn records(
    r: &mut impl Records,
    facility: FacilityId,
    labors: &[LaborId],
) -> Result<Vec<(LaborId, RecordVersion)>> {
    if labors.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "select v.id, v.labor_id, v.number, v.at, v.staff_id, v.document from analgesia_record v \
         join labor l on l.record_id = v.id where l.facility_id = $1 and l.id in ({})",
        placeholders(2, labors.len())
    );
    let mut query = r.q(sql).bind(facility);
    for labor in labors {
        query = query.bind(*labor);
    }
    let rows: Vec<(Uuid, LaborId, i64, DateTime<Utc>, StaffId, Sealed)> = query.all().await?;
    let mut found = Vec::with_capacity(rows.len());
    for (id, labor, number, at, by, document) in rows {
        let kept: Kept = r.open_json(labor, "record", &document).await?;
        let version = RecordVersion {
            id,
            number,
            at,
            by,
            record: kept.record,
            second: kept.second,
        };
        found.push((labor, version));
    }
    Ok(found)
}

/// All versions of a record, first to last.
pub async fn every_record(
    r: &mut impl Records,
    facility: FacilityId,
    labor: LaborId,
) -> Result<Vec<RecordVersion>> {
    let rows: Vec<(Uuid, i64, DateTime<Utc>, StaffId, Sealed)> = r
        .q("select id, number, at, staff_id, document from analgesia_record where facility_id = $1 and labor_id = $2 \
            order by number")
        .bind(facility)
        .bind(labor)
        .all()
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for (id, number, at, by, document) in rows {
        let kept: Kept = r.open_json(labor, "record", &document).await?;
        all.push(RecordVersion {
            id,
            number,
            at,
            by,
            record: kept.record,
            second: kept.second,
        });
    }
    Ok(all)
}
