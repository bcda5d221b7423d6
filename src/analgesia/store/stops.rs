//! The end of analgesia, every version of it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::analgesia::model::{Stop, StopVersion};
use crate::base::error::Result;
use crate::base::id::{FacilityId, LaborId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::{Q, placeholders};
use crate::vault::{Class, Sealed};

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    labor_id: LaborId,
    at: DateTime<Utc>,
    first_at: DateTime<Utc>,
    staff_id: StaffId,
    document: Sealed,
}

/// With when the first version was written; an end that is written down after one was taken back is another one.
const SELECT: &str = "select s.id, s.labor_id, s.at, \
    (select min(f.at) from analgesia_stop f where f.labor_id = s.labor_id \
    and not exists (select 1 from analgesia_stop t join labor_correction k on k.target_id = t.id \
    where t.labor_id = f.labor_id and t.at >= f.at and t.at < s.at)) as first_at, s.staff_id, s.document \
    from analgesia_stop s where s.facility_id = $1 and s.labor_id in";

async fn read(r: &mut impl Records, row: Row) -> Result<StopVersion> {
    let stop: Stop = r.open_json(row.labor_id, "stop", &row.document).await?;
    Ok(StopVersion {
        id: row.id,
        at: row.at,
        first_at: row.first_at,
        by: row.staff_id,
        stop,
    })
}

pub async fn add_stop(
    tx: &mut Tx,
    facility: FacilityId,
    labor: LaborId,
    version: &StopVersion,
) -> Result<()> {
    let document = tx
        .seal_json(Some(facility), labor, Class::Clinical, "stop", &version.stop)
        .await?;
    tx.q(
        "insert into analgesia_stop (id, facility_id, labor_id, stop_at, reason, document, staff_id, at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(version.id)
    .bind(facility)
    .bind(labor)
    .bind(version.stop.stop_at)
    .bind(version.stop.reason.word())
    .bind(document)
    .bind(version.by)
    .bind(version.at)
    .run()
    .await?;
    Ok(())
}

/// The end of analgesia as it was last written; none after it was taken back.
pub async fn stop(r: &mut impl Records, facility: FacilityId, labor: LaborId) -> Result<Option<StopVersion>> {
    let found = stops(r, facility, &[labor]).await?.into_iter().next();
    Ok(found.map(|(_, version)| version))
}

/// The ends of analgesia as they were last written, without those that were taken back.
pub async fn stops(
    r: &mut impl Records,
    facility: FacilityId,
    labors: &[LaborId],
) -> Result<Vec<(LaborId, StopVersion)>> {
    if labors.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = r
        .q(format!(
            "{SELECT} ({}) and not exists (select 1 from analgesia_stop n \
             where n.labor_id = s.labor_id and (n.at > s.at or (n.at = s.at and n.id > s.id))) \
             and not exists (select 1 from labor_correction k where k.target_id = s.id)",
            placeholders(2, labors.len())
        ))
        .bind(facility);
    for labor in labors {
        query = query.bind(*labor);
    }
    let rows: Vec<Row> = query.all().await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.push((row.labor_id, read(r, row).await?));
    }
    Ok(found)
}

/// All versions of the end of analgesia, first to last.
pub async fn every_stop(
    r: &mut impl Records,
    facility: FacilityId,
    labor: LaborId,
) -> Result<Vec<StopVersion>> {
    let rows: Vec<Row> = r
        .q(format!("{SELECT} ($2) order by s.at, s.id"))
        .bind(facility)
        .bind(labor)
        .all()
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(read(r, row).await?);
    }
    Ok(all)
}
