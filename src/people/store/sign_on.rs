//! Accounts of staff and whom the hospital's provider knows them as.

use crate::base::error::Result;
use crate::base::id::{FacilityId, StaffId};
use crate::ctx::Tx;
use crate::db::Q;

/// The account that is bound to somebody at a provider.
pub async fn staff_of_subject(
    q: &mut impl Q,
    facility: FacilityId,
    issuer: &str,
    subject: Vec<u8>,
) -> Result<Option<StaffId>> {
    let row: Option<(StaffId,)> = q
        .q("select staff_id from sign_on where facility_id = $1 and issuer = $2 and subject_blind = $3")
        .bind(facility)
        .bind(issuer.to_owned())
        .bind(subject)
        .opt()
        .await?;
    Ok(row.map(|(id,)| id))
}

/// Binds an account to somebody at a provider; whether neither was bound before.
pub async fn bind_sign_on(
    tx: &mut Tx,
    facility: FacilityId,
    staff: StaffId,
    issuer: &str,
    subject: Vec<u8>,
) -> Result<bool> {
    let now = tx.now;
    let bound = tx
        .q(
            "insert into sign_on (staff_id, facility_id, issuer, subject_blind, bound_at) values ($1, $2, $3, $4, $5) \
            on conflict do nothing",
        )
        .bind(staff)
        .bind(facility)
        .bind(issuer.to_owned())
        .bind(subject)
        .bind(now)
        .run()
        .await?;
    Ok(bound == 1)
}

/// Whether an account is bound to anybody at a provider.
pub async fn is_signed_on(q: &mut impl Q, facility: FacilityId, staff: StaffId) -> Result<bool> {
    let row: Option<(StaffId,)> = q
        .q("select staff_id from sign_on where facility_id = $1 and staff_id = $2")
        .bind(facility)
        .bind(staff)
        .opt()
        .await?;
    Ok(row.is_some())
}

/// Takes an account's provider off it.
pub async fn unbind_sign_on(tx: &mut Tx, facility: FacilityId, staff: StaffId) -> Result<()> {
    tx.q("delete from sign_on where facility_id = $1 and staff_id = $2")
        .bind(facility)
        .bind(staff)
        .run()
        .await?;
    Ok(())
}
