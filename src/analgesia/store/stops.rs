//! The end of analgesia, every version of it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::analgesia::model::{Stop, StopVersion};
use crate::base::error::Result;
use crate::base::id::{FacilityId, LaborId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::{Q, placeholders};
use crate::vault::{Class, Sealed};

/// When the first version was written.
const FIRST: &str = "(select min(f.at) from analgesia_stop f where f.labor_id = s.labor_id)";

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

/// The end of analgesia as it was last written.
pub async fn stop(r: &mut impl Records, facility: FacilityId, labor: LaborId) -> Result<Option<StopVersion>> {
    let found = stops(r, facility, &[labor]).await?.into_iter().next();
    Ok(found.map(|(_, version)| version))
}

/// The ends of analgesia as they were last written.
pub async fn stops(
    r: &mut impl Records,
    facility: FacilityId,
    labors: &[LaborId],
) -> Result<Vec<(LaborId, StopVersion)>> {
    if labors.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "select id, labor_id, at, {FIRST}, staff_id, document from analgesia_stop s \
         where facility_id = $1 and labor_id in ({}) and not exists (select 1 from analgesia_stop n \
         where n.labor_id = s.labor_id and (n.at > s.at or (n.at = s.at and n.id > s.id)))",
        placeholders(2, labors.len())
    );
    let mut query = r.q(sql).bind(facility);
    for labor in labors {
        query = query.bind(*labor);
    }
    let rows: Vec<(Uuid, LaborId, DateTime<Utc>, DateTime<Utc>, StaffId, Sealed)> = query.all().await?;
    let mut found = Vec::with_capacity(rows.len());
    for (id, labor, at, first_at, by, document) in rows {
        let stop: Stop = r.open_json(labor, "stop", &document).await?;
        let version = StopVersion {
            id,
            at,
            first_at,
            by,
            stop,
        };
        found.push((labor, version));
    }
    Ok(found)
}

/// All versions of the end of analgesia, first to last.
pub async fn every_stop(
    r: &mut impl Records,
    facility: FacilityId,
    labor: LaborId,
) -> Result<Vec<StopVersion>> {
    let rows: Vec<(Uuid, DateTime<Utc>, DateTime<Utc>, StaffId, Sealed)> = r
        .q(format!(
            "select id, at, {FIRST}, staff_id, document from analgesia_stop s \
             where facility_id = $1 and labor_id = $2 order by at, id"
        ))
        .bind(facility)
        .bind(labor)
        .all()
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for (id, at, first_at, by, document) in rows {
        let stop: Stop = r.open_json(labor, "stop", &document).await?;
        all.push(StopVersion {
            id,
            at,
            first_at,
            by,
            stop,
        });
    }
    Ok(all)
}
