//! What is kept of one woman.

use crate::base::error::Result;
use crate::base::id::{EpisodeId, FacilityId, PatientId};
use crate::ctx::Records;
use crate::episode::model::Episode;

/// Sealed records of a woman. Binds: hospital, woman.
pub const SEALED: [&str; 5] = [
    "select id from episode where facility_id = $1 and patient_id = $2",
    "select id from record_access where facility_id = $1 and patient_id = $2",
    "select r.id from record_access_review r join record_access a on a.id = r.access_id \
     where a.facility_id = $1 and a.patient_id = $2",
    "select id from risk_color where facility_id = $1 and patient_id = $2",
    "select id from risk_suggestion where facility_id = $1 and patient_id = $2",
];

/// All pregnancies of a woman, oldest first.
pub async fn episodes_of(
    r: &mut impl Records,
    facility: FacilityId,
    patient: PatientId,
) -> Result<Vec<Episode>> {
    let ids: Vec<(EpisodeId,)> = r
        .q("select id from episode where facility_id = $1 and patient_id = $2 order by created_at, id")
        .bind(facility)
        .bind(patient)
        .all()
        .await?;
    let mut all = Vec::with_capacity(ids.len());
    for (id,) in ids {
        all.extend(super::episode(r, facility, id).await?);
    }
    Ok(all)
}
