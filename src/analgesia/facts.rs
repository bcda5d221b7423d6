//! What later slices may ask of labor, inside their transaction.

use chrono::{DateTime, Utc};

use super::model::{Birth, Labor, Left};
use super::store;
use crate::base::error::Result;
use crate::base::id::{FacilityId, LaborId};
use crate::ctx::Records;
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
