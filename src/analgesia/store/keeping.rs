//! What is kept of one woman.

use crate::analgesia::model::Labor;
use crate::base::error::Result;
use crate::base::id::{FacilityId, LaborId, PatientId};
use crate::ctx::Records;

/// Sealed records of a woman; all of a labor is bound to it. Binds: hospital, woman.
pub const SEALED: [&str; 1] = ["select id from labor where facility_id = $1 and patient_id = $2"];

/// All labors of a woman, oldest first.
pub async fn labors_of(r: &mut impl Records, facility: FacilityId, patient: PatientId) -> Result<Vec<Labor>> {
    let ids: Vec<(LaborId,)> = r
        .q("select id from labor where facility_id = $1 and patient_id = $2 order by id")
        .bind(facility)
        .bind(patient)
        .all()
        .await?;
    let mut all = Vec::with_capacity(ids.len());
    for (id,) in ids {
        all.extend(super::labor(r, facility, id).await?);
    }
    Ok(all)
}
