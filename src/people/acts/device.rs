//! A hospital device in her hands.

use serde_json::json;
use tracing::instrument;

use super::identity::known;
use super::opening::open;
use crate::base::error::{Error, Result};
use crate::base::id::PatientId;
use crate::base::{Act, Noun, Subject};
use crate::ctx::Ctx;
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::model::{Device, DeviceKind, LoggedIn, Whose};
use crate::people::policy;
use crate::people::{rules, store};

/// Staff hand her a hospital device: a session of this one woman, on her routes alone. What was open on the device ends.
///
/// Errors: `http.invalid`.
#[instrument(name = "people.device_session", skip_all)]
pub async fn device_session(
    ctx: &Ctx,
    caller: &Caller,
    id: PatientId,
    asset: &str,
    ward: Option<&str>,
) -> Result<LoggedIn> {
    policy::allowed(caller, Act::PeopleDeviceSession)?;
    let mut faults = Faults::default();
    let asset = faults.text(asset, "/asset", 1, 40);
    let ward = ward.map(|ward| faults.text(ward, "/ward", 1, 40));
    faults.done()?;
    let staff = caller.staff()?;
    let mut tx = once!(ctx, Act::PeopleDeviceSession, caller);
    known(&mut tx, caller, Act::PeopleDeviceSession, staff, id).await?;
    let mut patient = store::patient(&mut tx, staff.facility, id)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    let account = match patient.account_id {
        Some(account) => account,
        None => {
            let made = store::account(&mut tx, store::DEVICE_APP, &id.to_string(), None).await?;
            patient.account_id = Some(made);
            // The device is in the hands of whom staff checked: nobody else logs in to this account.
            patient.matched = patient.level > 1;
            store::save_patient(&mut tx, &patient).await?;
            made
        }
    };
    store::end_sessions_on(&mut tx, staff.facility, &asset).await?;
    // The request is of the staff member's computer: what she holds is known by its number.
    let whose = Whose::Account(account);
    let (session, opened) = open(&mut tx, whose, DeviceKind::Unknown, rules::DEVICE_SESSION).await?;
    let device = Device {
        asset,
        ward,
        staff: staff.id,
    };
    store::add_device(&mut tx, session, staff.facility, id, &device).await?;
    let detail = json!({ "session": session.to_string(), "asset": device.asset, "ward": device.ward });
    tx.journal(caller, Subject::of_patient("patient", id, id), detail)
        .await?;
    tx.commit_with(&opened).await?;
    Ok(opened)
}
