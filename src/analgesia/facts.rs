//! What later slices may ask of labor, inside their transaction.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::limits::{TEMPERATURE_AFTER_BIRTH, Verdict};
use super::model::{
    Amount, Bag, Birth, Complication, ComplicationCode, Event, Labor, Left, Mother, StopVersion,
};
use super::store;
use crate::base::error::Result;
use crate::base::id::{FacilityId, LaborId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::Q;

/// A labor of this hospital.
pub async fn labor(r: &mut impl Records, facility: FacilityId, id: LaborId) -> Result<Option<Labor>> {
    store::labor(r, facility, id).await
}

/// Births whose first baby was born in `[from, to)`, by time.
pub async fn births(
    q: &mut impl Q,
    facility: FacilityId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<Birth>> {
    store::births(q, facility, from, to).await
}

/// Labors that were closed in `[from, to)` after a dose and before the birth: she was moved, or went.
pub async fn left(
    q: &mut impl Q,
    facility: FacilityId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<Left>> {
    store::left(q, facility, from, to).await
}

/// The birth of one labor; none before it is recorded.
pub async fn birth(q: &mut impl Q, facility: FacilityId, labor: LaborId) -> Result<Option<Birth>> {
    store::birth(q, facility, labor).await
}

/// How the mother came out of a labor, whether its birth is known here or not.
pub async fn mother(q: &mut impl Q, facility: FacilityId, labor: LaborId) -> Result<Mother> {
    store::mother(q, facility, labor).await
}

/// Whether a complication was recorded in a labor and not corrected.
pub async fn had(
    q: &mut impl Q,
    facility: FacilityId,
    labor: LaborId,
    code: ComplicationCode,
) -> Result<bool> {
    store::had(q, facility, labor, code).await
}

/// The ends of analgesia of some labors, as they were last written.
pub async fn stops(
    r: &mut impl Records,
    facility: FacilityId,
    labors: &[LaborId],
) -> Result<Vec<(LaborId, StopVersion)>> {
    store::stops(r, facility, labors).await
}

/// Whose pump had a bag of a batch.
pub async fn bags(q: &mut impl Q, facility: FacilityId, batch: &str) -> Result<Vec<Bag>> {
    store::bags(q, facility, batch).await
}

/// The batches of the bags of a labor, without spaces around them, by its record as it is now.
pub async fn bags_of_labor(q: &mut impl Q, facility: FacilityId, labor: LaborId) -> Result<Vec<String>> {
    store::bags_of_labor(q, facility, labor).await
}

/// Records a complication that shows after labor only; an earlier one of its kind is meant, if there is one.
pub async fn complicate(
    tx: &mut Tx,
    facility: FacilityId,
    labor: LaborId,
    by: StaffId,
    event: Event,
) -> Result<()> {
    if store::had(tx, facility, labor, event.code).await? {
        return Ok(());
    }
    let row = Complication {
        id: tx.id(),
        recorded_at: tx.now,
        by,
        event,
    };
    store::add_complication(tx, facility, labor, &row).await
}

/// The limits of a temperature on the days after birth, for a message, where one lies beyond them; it is a fact all the same.
pub fn unusual_temperature(celsius: Amount) -> Option<Value> {
    let limit = TEMPERATURE_AFTER_BIRTH;
    (limit.judge(celsius.0) != Verdict::Usual).then(|| limit.params())
}
