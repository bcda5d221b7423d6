//! How long her record is kept, and who is out of use.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use crate::base::error::Result;
use crate::base::id::{FacilityId, PatientId};
use crate::ctx::Tx;
use crate::db::Q;
use crate::people::{rules, store};

/// She was here: the time of keeping her record begins again.
pub async fn visited(tx: &mut Tx, facility: FacilityId, patient: PatientId) -> Result<()> {
    store::visited(tx, facility, patient).await
}

/// She was admitted: her record is kept for as long as she is here, and counted from her discharge.
pub async fn admitted(tx: &mut Tx, facility: FacilityId, patient: PatientId) -> Result<()> {
    store::set_in_hospital(tx, facility, patient, true).await
}

/// She was discharged.
pub async fn discharged(tx: &mut Tx, facility: FacilityId, patient: PatientId) -> Result<()> {
    store::set_in_hospital(tx, facility, patient, false).await
}

/// Whether she lies in the hospital: admitted, and not discharged since.
pub async fn is_in_hospital(q: &mut impl Q, facility: FacilityId, patient: PatientId) -> Result<bool> {
    let care = store::care(q, facility, patient).await?;
    Ok(care.is_some_and(|care| care.in_hospital))
}

/// When she was last discharged.
pub async fn discharged_at(
    q: &mut impl Q,
    facility: FacilityId,
    patient: PatientId,
) -> Result<Option<DateTime<Utc>>> {
    store::discharged_at(q, facility, patient).await
}

/// The first day on which her record may be destroyed, as of her last visit and discharge (CE-230); none while she is
/// admitted.
pub async fn retain_until(
    q: &mut impl Q,
    facility: FacilityId,
    patient: PatientId,
) -> Result<Option<NaiveDate>> {
    let care = store::care(q, facility, patient).await?;
    Ok(care.and_then(rules::retain_until))
}

/// Whether her record was destroyed: then there is nothing behind its number any more.
pub async fn is_destroyed(q: &mut impl Q, facility: FacilityId, patient: PatientId) -> Result<bool> {
    store::is_destroyed(q, facility, patient).await
}

/// Women of whose data all use but storage and security has stopped: no list shows them, nobody reminds them.
pub async fn restricted(q: &mut impl Q, facility: FacilityId) -> Result<BTreeSet<PatientId>> {
    store::restricted(q, facility).await
}

/// Women of whom no list or table of many tells: restricted ones, and those whose records were destroyed.
pub async fn out_of_use(q: &mut impl Q, facility: FacilityId) -> Result<BTreeSet<PatientId>> {
    let mut all = store::restricted(q, facility).await?;
    all.extend(store::destroyed(q, facility).await?);
    Ok(all)
}

/// Women whom no list of staff shows: those out of use, but for the restricted ones who are admitted, whose care goes on.
pub async fn out_of_lists(q: &mut impl Q, facility: FacilityId) -> Result<BTreeSet<PatientId>> {
    let mut all = store::restricted(q, facility).await?;
    let admitted = store::admitted(q, facility).await?;
    all.retain(|patient| !admitted.contains(patient));
    all.extend(store::destroyed(q, facility).await?);
    Ok(all)
}
