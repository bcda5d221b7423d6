//! Versions of the birth and the newborns of each.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::analgesia::model::{Asphyxia, Delivery, DeliveryVersion, JudgedBaby};
use crate::base::error::Result;
use crate::base::id::{BabyId, FacilityId, LaborId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::vault::{Class, Sealed};

#[derive(Serialize, Deserialize)]
struct Kept {
    delivery: Delivery,
    babies: Vec<JudgedBaby>,
    decision_to_delivery_min: Option<i64>,
}

/// Facts of the pregnancy that the indicators need beside the birth.
pub struct AtBirth {
    /// Gestation, days.
    pub gestation_days: i64,
    /// Births before.
    pub parity: i64,
}

/// Appends a version with its newborns and makes it the labor's birth.
pub async fn add_delivery(
    tx: &mut Tx,
    facility: FacilityId,
    labor: LaborId,
    version: &DeliveryVersion,
    at_birth: AtBirth,
) -> Result<()> {
    let kept = Kept {
        delivery: version.delivery.clone(),
        babies: version.babies.clone(),
        decision_to_delivery_min: version.decision_to_delivery_min,
    };
    let document = tx
        .seal_json(Some(facility), labor, Class::Clinical, "delivery", &kept)
        .await?;
    let delivery = &version.delivery;
    tx.q(
        "insert into delivery (id, facility_id, labor_id, number, mode, birth_place, born_at, cs_decision_at, \
         blood_loss_ml, gestation_days, parity, document, staff_id, at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(version.id)
    .bind(facility)
    .bind(labor)
    .bind(version.number)
    .bind(delivery.mode.word())
    .bind(delivery.birth_place.word())
    .bind(version.born_at)
    .bind(delivery.cs_decision_at)
    .bind(delivery.blood_loss_ml)
    .bind(at_birth.gestation_days)
    .bind(at_birth.parity)
    .bind(document)
    .bind(version.by)
    .bind(version.at)
    .run()
    .await?;
    for judged in &version.babies {
        add_newborn(tx, facility, version.id, judged).await?;
    }
    tx.q("update labor set delivery_id = $3 where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(labor)
        .bind(version.id)
        .run()
        .await?;
    Ok(())
}

/// The labor has no birth any more; what was written of one stays to be read.
pub async fn take_back_delivery(tx: &mut Tx, facility: FacilityId, labor: LaborId) -> Result<()> {
    tx.q("update labor set delivery_id = null where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(labor)
        .run()
        .await?;
    Ok(())
}

/// The number of the last version of the birth, also of one that was taken back; 0 before the first.
pub async fn last_delivery(q: &mut impl Q, facility: FacilityId, labor: LaborId) -> Result<i64> {
    let (last,): (i64,) = q
        .q("select coalesce(max(number), 0) from delivery where facility_id = $1 and labor_id = $2")
        .bind(facility)
        .bind(labor)
        .one()
        .await?;
    Ok(last)
}

async fn add_newborn(tx: &mut Tx, facility: FacilityId, delivery: Uuid, judged: &JudgedBaby) -> Result<()> {
    let id: BabyId = tx.id();
    let baby = &judged.baby;
    tx.q(
        "insert into newborn (id, facility_id, delivery_id, baby_no, born_at, outcome, weight_g, apgar1, apgar5, apgar10, \
         asphyxia_apgar, asphyxia_consensus2016, asphyxia_proposal2013) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(id)
    .bind(facility)
    .bind(delivery)
    .bind(baby.baby_no)
    .bind(baby.born_at)
    .bind(baby.outcome.word())
    .bind(baby.weight_g)
    .bind(baby.apgar1)
    .bind(baby.apgar5)
    .bind(baby.apgar10)
    .bind(judged.asphyxia_apgar.map(Asphyxia::word))
    .bind(judged.asphyxia_consensus2016.map(Asphyxia::word))
    .bind(judged.asphyxia_proposal2013)
    .run()
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    number: i64,
    at: DateTime<Utc>,
    first_at: DateTime<Utc>,
    staff_id: StaffId,
    born_at: DateTime<Utc>,
    document: Sealed,
}

/// The birth as it is now; none before it is written down, and after it was taken back.
pub async fn delivery(
    r: &mut impl Records,
    facility: FacilityId,
    labor: LaborId,
) -> Result<Option<DeliveryVersion>> {
    let standing = "and id = (select l.delivery_id from labor l where l.id = d.labor_id)";
    Ok(versions(r, facility, labor, standing).await?.pop())
}

/// All versions of the birth, first to last.
pub async fn every_delivery(
    r: &mut impl Records,
    facility: FacilityId,
    labor: LaborId,
) -> Result<Vec<DeliveryVersion>> {
    versions(r, facility, labor, "order by number").await
}

async fn versions(
    r: &mut impl Records,
    facility: FacilityId,
    labor: LaborId,
    which: &'static str,
) -> Result<Vec<DeliveryVersion>> {
    // A birth that is written down after one was taken back is another one.
    let rows: Vec<Row> = r
        .q(format!(
            "select id, number, at, (select min(f.at) from delivery f where f.labor_id = d.labor_id \
             and not exists (select 1 from delivery t join labor_correction k on k.target_id = t.id \
             where t.labor_id = f.labor_id and t.number >= f.number and t.number < d.number)) as first_at, \
             staff_id, born_at, document from delivery d where facility_id = $1 and labor_id = $2 {which}"
        ))
        .bind(facility)
        .bind(labor)
        .all()
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let kept: Kept = r.open_json(labor, "delivery", &row.document).await?;
        all.push(DeliveryVersion {
            id: row.id,
            number: row.number,
            at: row.at,
            first_at: row.first_at,
            by: row.staff_id,
            born_at: row.born_at,
            decision_to_delivery_min: kept.decision_to_delivery_min,
            delivery: kept.delivery,
            babies: kept.babies,
        });
    }
    Ok(all)
}
