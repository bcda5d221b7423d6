//! Corrections, and her own words on her pain.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::known;
use crate::analgesia::model::{CorrectedKind, Correction, PainReport};
use crate::base::error::Result;
use crate::base::id::{FacilityId, LaborId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::vault::{Class, Sealed};

pub async fn add_correction(
    tx: &mut Tx,
    facility: FacilityId,
    labor: LaborId,
    correction: &Correction,
) -> Result<()> {
    let reason = tx
        .seal(
            Some(facility),
            labor,
            Class::FreeText,
            "correction",
            &correction.reason,
        )
        .await?;
    tx.q(
        "insert into labor_correction (id, facility_id, labor_id, kind, target_id, replacement_id, reason, staff_id, at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(correction.id)
    .bind(facility)
    .bind(labor)
    .bind(correction.kind.word())
    .bind(correction.target)
    .bind(correction.replacement)
    .bind(reason)
    .bind(correction.by)
    .bind(correction.at)
    .run()
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    kind: String,
    target_id: Uuid,
    replacement_id: Option<Uuid>,
    reason: Sealed,
    staff_id: StaffId,
    at: DateTime<Utc>,
}

/// Corrections of a labor, first to last.
pub async fn corrections(
    r: &mut impl Records,
    facility: FacilityId,
    labor: LaborId,
) -> Result<Vec<Correction>> {
    let rows: Vec<Row> = r
        .q(
            "select id, kind, target_id, replacement_id, reason, staff_id, at from labor_correction \
            where facility_id = $1 and labor_id = $2 order by at, id",
        )
        .bind(facility)
        .bind(labor)
        .all()
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(Correction {
            id: row.id,
            kind: known(CorrectedKind::parse(&row.kind))?,
            target: row.target_id,
            replacement: row.replacement_id,
            reason: r.open(labor, "correction", &row.reason).await?,
            by: row.staff_id,
            at: row.at,
        });
    }
    Ok(all)
}

pub async fn add_pain_report(tx: &mut Tx, facility: FacilityId, report: &PainReport) -> Result<()> {
    let id: Uuid = tx.id();
    tx.q("insert into labor_pain_report (id, facility_id, labor_id, pain_tenths, at) values ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(facility)
        .bind(report.labor)
        .bind(report.vas_tenths)
        .bind(report.at)
        .run()
        .await?;
    Ok(())
}

/// Her own words on her pain, first to last.
pub async fn pain_reports(q: &mut impl Q, facility: FacilityId, labor: LaborId) -> Result<Vec<PainReport>> {
    let rows: Vec<(i64, DateTime<Utc>)> = q
        .q("select pain_tenths, at from labor_pain_report where facility_id = $1 and labor_id = $2 order by at, id")
        .bind(facility)
        .bind(labor)
        .all()
        .await?;
    let reports = rows.into_iter().map(|(vas_tenths, at)| PainReport {
        labor,
        at,
        vas_tenths,
    });
    Ok(reports.collect())
}
