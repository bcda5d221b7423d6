//! Checks of those who sign beside her or for her, and the hospital's devices.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::error::Result;
use crate::base::id::{AccountId, FacilityId, IdentityCheckId, PatientId, SessionId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::people::model::{Device, OtherPerson, SignerCheck};
use crate::vault::{Class, Sealed};

/// The app of accounts that no WeChat stands behind: women who were handed a device before they were bound.
pub const DEVICE_APP: &str = "device";

pub async fn add_signer_check(
    tx: &mut Tx,
    facility: FacilityId,
    patient: PatientId,
    staff: StaffId,
    identifiers: &[String],
    person: &OtherPerson,
) -> Result<IdentityCheckId> {
    let id: IdentityCheckId = tx.id();
    let sealed = tx
        .seal_json(Some(facility), id, Class::Identity, "person", person)
        .await?;
    let now = tx.now;
    tx.q(
        "insert into signer_check (id, facility_id, patient_id, staff_id, kind, identifiers, person, at) \
          values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id)
    .bind(facility)
    .bind(patient)
    .bind(staff)
    .bind(person.kind.word())
    .bind(serde_json::to_string(identifiers)?)
    .bind(sealed)
    .bind(now)
    .run()
    .await?;
    Ok(id)
}

/// Checks of others than her since a moment, newest first.
pub async fn signer_checks(
    r: &mut impl Records,
    facility: FacilityId,
    patient: PatientId,
    since: DateTime<Utc>,
) -> Result<Vec<SignerCheck>> {
    let rows: Vec<(Uuid, StaffId, Sealed, DateTime<Utc>)> = r
        .q("select id, staff_id, person, at from signer_check where facility_id = $1 and patient_id = $2 and at >= $3 \
            order by at desc, id desc")
        .bind(facility)
        .bind(patient)
        .bind(since)
        .all()
        .await?;
    let mut checks = Vec::new();
    for (id, staff, person, at) in rows {
        let person = r.open_json(id, "person", &person).await?;
        checks.push(SignerCheck { person, staff, at });
    }
    Ok(checks)
}

/// Keeps on which device a session is.
pub async fn add_device(
    tx: &mut Tx,
    session: SessionId,
    facility: FacilityId,
    patient: PatientId,
    device: &Device,
) -> Result<()> {
    let now = tx.now;
    tx.q(
        "insert into device_session (session_id, facility_id, patient_id, staff_id, asset, ward, at) \
          values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(session)
    .bind(facility)
    .bind(patient)
    .bind(device.staff)
    .bind(device.asset.clone())
    .bind(device.ward.clone())
    .bind(now)
    .run()
    .await?;
    Ok(())
}

/// Ends what is still open on a device of a hospital.
pub async fn end_sessions_on(tx: &mut Tx, facility: FacilityId, asset: &str) -> Result<()> {
    let now = tx.now;
    tx.q(
        "update session set ended_at = $3 where ended_at is null and id in \
          (select session_id from device_session where facility_id = $1 and asset = $2)",
    )
    .bind(facility)
    .bind(asset.to_owned())
    .bind(now)
    .run()
    .await?;
    Ok(())
}

/// The device of a session; none on her own phone.
pub async fn device(q: &mut impl Q, session: SessionId) -> Result<Option<Device>> {
    let row: Option<(String, Option<String>, StaffId)> = q
        .q("select asset, ward, staff_id from device_session where session_id = $1")
        .bind(session)
        .opt()
        .await?;
    Ok(row.map(|(asset, ward, staff)| Device { asset, ward, staff }))
}

/// Whether no WeChat stands behind an account.
pub async fn is_of_device(q: &mut impl Q, account: AccountId) -> Result<bool> {
    let (app,): (String,) = q
        .q("select app_id from account where id = $1")
        .bind(account)
        .one()
        .await?;
    Ok(app == DEVICE_APP)
}
