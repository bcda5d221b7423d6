//! Second factors of staff, their recovery codes.

use chrono::{DateTime, Utc};

use crate::base::error::Result;
use crate::base::id::{FacilityId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::vault::{Class, Sealed};

/// A second factor in use.
pub struct SecondFactor {
    pub secret: Vec<u8>,
    /// The step of the last code that was used.
    pub used_step: i64,
}

pub async fn second_factor(
    r: &mut impl Records,
    facility: FacilityId,
    staff: StaffId,
) -> Result<Option<SecondFactor>> {
    let row: Option<(Option<Sealed>, i64)> = r
        .q("select secret, used_step from second_factor where facility_id = $1 and staff_id = $2")
        .bind(facility)
        .bind(staff)
        .opt()
        .await?;
    let Some((Some(sealed), used_step)) = row else {
        return Ok(None);
    };
    let secret = r.open_bytes(staff, "second_factor", &sealed).await?.to_vec();
    Ok(Some(SecondFactor { secret, used_step }))
}

/// Keeps a secret until its first code confirms it; the one in use stays so meanwhile.
pub async fn propose_second_factor(
    tx: &mut Tx,
    facility: FacilityId,
    staff: StaffId,
    secret: &[u8],
) -> Result<()> {
    let sealed = tx
        .seal_bytes(Some(facility), staff, Class::Credential, "second_factor", secret)
        .await?;
    tx.q(
        "insert into second_factor (staff_id, facility_id, proposed, used_step) values ($1, $2, $3, 0) \
          on conflict (staff_id) do update set proposed = excluded.proposed",
    )
    .bind(staff)
    .bind(facility)
    .bind(sealed)
    .run()
    .await?;
    Ok(())
}

pub async fn proposed_second_factor(
    r: &mut impl Records,
    facility: FacilityId,
    staff: StaffId,
) -> Result<Option<Vec<u8>>> {
    let row: Option<(Option<Sealed>,)> = r
        .q("select proposed from second_factor where facility_id = $1 and staff_id = $2")
        .bind(facility)
        .bind(staff)
        .opt()
        .await?;
    match row {
        Some((Some(sealed),)) => {
            let secret = r.open_bytes(staff, "second_factor", &sealed).await?;
            Ok(Some(secret.to_vec()))
        }
        _ => Ok(None),
    }
}

/// Takes the proposed secret into use; the code that confirmed it is used up.
pub async fn confirm_second_factor(
    tx: &mut Tx,
    facility: FacilityId,
    staff: StaffId,
    step: i64,
    recovery: Vec<Vec<u8>>,
) -> Result<()> {
    let now = tx.now;
    tx.q(
        "update second_factor set secret = proposed, proposed = null, since = $3, used_step = $4, reset_at = null \
          where facility_id = $1 and staff_id = $2",
    )
    .bind(facility)
    .bind(staff)
    .bind(now)
    .bind(step)
    .run()
    .await?;
    forget_recovery_codes(tx, facility, staff).await?;
    for digest in recovery {
        tx.q("insert into recovery_code (staff_id, facility_id, digest) values ($1, $2, $3)")
            .bind(staff)
            .bind(facility)
            .bind(digest)
            .run()
            .await?;
    }
    Ok(())
}

/// Takes a second factor away, and what sessions had of it; `reset_at` where somebody else does.
pub async fn remove_second_factor(
    tx: &mut Tx,
    facility: FacilityId,
    staff: StaffId,
    reset_at: Option<DateTime<Utc>>,
) -> Result<()> {
    tx.q(
        "update second_factor set secret = null, proposed = null, since = null, reset_at = $3 \
          where facility_id = $1 and staff_id = $2 and secret is not null",
    )
    .bind(facility)
    .bind(staff)
    .bind(reset_at)
    .run()
    .await?;
    forget_recovery_codes(tx, facility, staff).await?;
    tx.q("update session set second_factor = $2 where staff_id = $1")
        .bind(staff)
        .bind(false)
        .run()
        .await?;
    Ok(())
}

async fn forget_recovery_codes(tx: &mut Tx, facility: FacilityId, staff: StaffId) -> Result<()> {
    tx.q("delete from recovery_code where facility_id = $1 and staff_id = $2")
        .bind(facility)
        .bind(staff)
        .run()
        .await?;
    Ok(())
}

/// Uses a code up; whether nobody else had.
pub async fn use_step(tx: &mut Tx, facility: FacilityId, staff: StaffId, step: i64) -> Result<bool> {
    let used = tx
        .q(
            "update second_factor set used_step = $3 where facility_id = $1 and staff_id = $2 and used_step < $3 \
            and secret is not null",
        )
        .bind(facility)
        .bind(staff)
        .bind(step)
        .run()
        .await?;
    Ok(used == 1)
}

pub async fn is_recovery_code(
    r: &mut impl Records,
    facility: FacilityId,
    staff: StaffId,
    digest: Vec<u8>,
) -> Result<bool> {
    let found: Option<(i64,)> = r
        .q("select cast(1 as bigint) from recovery_code where facility_id = $1 and staff_id = $2 and digest = $3")
        .bind(facility)
        .bind(staff)
        .bind(digest)
        .opt()
        .await?;
    Ok(found.is_some())
}

/// Uses a recovery code up; whether nobody else had.
pub async fn use_recovery_code(
    tx: &mut Tx,
    facility: FacilityId,
    staff: StaffId,
    digest: Vec<u8>,
) -> Result<bool> {
    let used = tx
        .q("delete from recovery_code where facility_id = $1 and staff_id = $2 and digest = $3")
        .bind(facility)
        .bind(staff)
        .bind(digest)
        .run()
        .await?;
    Ok(used == 1)
}
