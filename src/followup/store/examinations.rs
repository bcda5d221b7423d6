//! Examinations. What is sealed is bound to the point.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::error::Result;
use crate::base::id::{FacilityId, FollowUpId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::followup::model::{Examined, FollowUp};
use crate::vault::{Class, Sealed};

const DOCUMENT: &str = "examination";

pub async fn add_examination(tx: &mut Tx, point: &FollowUp, examined: &Examined) -> Result<()> {
    let facility = Some(point.facility_id);
    let document = tx
        .seal_json(facility, point.id, Class::Clinical, DOCUMENT, &examined.found)
        .await?;
    tx.q(
        "insert into follow_up_examination (id, facility_id, follow_up_id, document, staff_id, at, tip_intact) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(examined.id)
    .bind(point.facility_id)
    .bind(point.id)
    .bind(document)
    .bind(examined.by)
    .bind(examined.at)
    .bind(examined.found.tip_intact)
    .run()
    .await?;
    Ok(())
}

/// The examinations of a point, first to last.
pub async fn examinations(
    r: &mut impl Records,
    facility: FacilityId,
    point: FollowUpId,
) -> Result<Vec<Examined>> {
    let rows: Vec<(Uuid, Sealed, StaffId, DateTime<Utc>)> = r
        .q(
            "select id, document, staff_id, at from follow_up_examination where facility_id = $1 and follow_up_id = $2 \
             order by at, id",
        )
        .bind(facility)
        .bind(point)
        .all()
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for (id, document, by, at) in rows {
        let found = r.open_json(point, DOCUMENT, &document).await?;
        all.push(Examined { id, at, by, found });
    }
    Ok(all)
}
