//! Who is qualified on a day.

use chrono::NaiveDate;

use crate::base::Role;
use crate::base::error::Result;
use crate::base::id::{FacilityId, StaffId};
use crate::ctx::Records;
use crate::people::model::{Qualified, Requirement, Staff};
use crate::people::{rules, store};

/// A person's qualifications with how they stand on a day.
pub async fn qualified(r: &mut impl Records, staff: &Staff, on: NaiveDate) -> Result<Qualified> {
    let records = store::qualifications(r, staff.facility_id, staff.id).await?;
    Ok(Qualified {
        staff: staff.id,
        name: staff.name.clone(),
        role: staff.role,
        on,
        standing: rules::standing(staff.role, &records, on),
        records,
    })
}

/// Everybody on whom there are requirements, with how they stand on a day.
pub async fn practicing(r: &mut impl Records, facility: FacilityId, on: NaiveDate) -> Result<Vec<Qualified>> {
    let mut all = Vec::new();
    for id in store::practicing(r, facility, None, i64::MAX).await? {
        if let Some(staff) = store::staff(r, facility, id).await? {
            all.push(qualified(r, &staff, on).await?);
        }
    }
    Ok(all)
}

/// What a person lacks to place a block without a supervisor on a day; empty of one who may.
pub async fn lacking(
    r: &mut impl Records,
    facility: FacilityId,
    id: StaffId,
    on: NaiveDate,
) -> Result<Vec<Requirement>> {
    let staff = store::staff(r, facility, id).await?;
    let Some(staff) = staff.filter(|staff| staff.role == Role::Anesthesiologist) else {
        return Ok(Requirement::of(Role::Anesthesiologist).to_vec());
    };
    Ok(rules::lacking(&qualified(r, &staff, on).await?.standing))
}

/// Whether license, scope and years let this person countersign on a day.
pub async fn may_countersign(r: &mut impl Records, staff: &Staff, on: NaiveDate) -> Result<bool> {
    Ok(rules::may_countersign(&qualified(r, staff, on).await?.standing))
}
