//! The end of analgesia, and the check that her legs came back.

use chrono::{DateTime, Utc};
use serde_json::json;
use tracing::instrument;

use super::admission::enqueue;
use super::{call, locked};
use crate::analgesia::model::{CloseReason, Labor, LaborState, LegRaise, Stop, StopVersion};
use crate::analgesia::{rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::LaborId;
use crate::base::{Act, Code, Role, Subject};
use crate::ctx::{Ctx, Tx};
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::episode;

/// Analgesia ends; later calls complete what was not known yet.
///
/// After she was discharged it is still taken: her legs are checked hours later.
///
/// Errors: `analgesia.labor_closed` for a labor that was closed without a block, `http.invalid`.
#[instrument(name = "analgesia.stop", skip_all)]
pub async fn stop(ctx: &Ctx, caller: &Caller, id: LaborId, stop: Stop) -> Result<StopVersion> {
    policy::allowed(caller, Act::AnalgesiaStop)?;
    let me = caller.staff()?;
    let mut tx = once!(ctx, Act::AnalgesiaStop, caller);
    let (labor, _) = locked(&mut tx, caller, Act::AnalgesiaStop, id).await?;
    let record = store::record(&mut tx, labor.facility_id, labor.id).await?;
    let had_block = record.is_some_and(|version| rules::has_block(&version.record));
    if labor.state == LaborState::Closed && !had_block {
        return Err(Error::Refused(Code::AnalgesiaLaborClosed));
    }
    let mut sheet = rules::Sheet::new(tx.now, &[], false);
    rules::check_stop(&mut sheet, &stop);
    sheet.done()?;
    let version = StopVersion {
        id: tx.id(),
        at: tx.now,
        by: me.id,
        stop,
    };
    store::add_stop(&mut tx, labor.facility_id, labor.id, &version).await?;
    let stop = &version.stop;
    await_leg_raise(&mut tx, &labor).await?;
    if stop.leg_raise.is_some() {
        episode::facts::finish_tasks(&mut tx, labor.facility_id, "analgesia.leg_raise", labor.id.into())
            .await?;
    }
    let alarms = stop.leg_raise == Some(LegRaise::Unable) || stop.tip_intact == Some(false);
    if alarms {
        let at_once = rules::Call::now(&[Role::Anesthesiologist]);
        call(&mut tx, &labor, "analgesia.alarm", version.id, &at_once).await?;
    }
    let subject = Subject::of_patient("labor", labor.id, labor.patient_id);
    let detail = json!({ "reason": stop.reason.word(), "alarms": i64::from(alarms), "urgent": alarms });
    tx.journal(caller, subject, detail).await?;
    tx.commit_with(&version).await?;
    Ok(version)
}

/// The check of her legs hangs on the last dose, whoever does or does not write down the end of analgesia.
pub(super) async fn await_leg_raise(tx: &mut Tx, labor: &Labor) -> Result<()> {
    if let Some(last) = leg_raise_from(tx, labor).await? {
        enqueue(tx, labor, "analgesia.leg_raise", last + rules::LEG_RAISE_MISSED).await?;
    }
    Ok(())
}

/// The last dose of a block, while nobody has written down how her legs were after it. Who went to another hospital
/// before the birth is looked after there.
pub(in crate::analgesia) async fn leg_raise_from(
    tx: &mut Tx,
    labor: &Labor,
) -> Result<Option<DateTime<Utc>>> {
    let elsewhere = matches!(
        labor.close_reason,
        Some(CloseReason::Transferred | CloseReason::DeliveredElsewhere)
    );
    let record = store::record(tx, labor.facility_id, labor.id).await?;
    let Some(record) = record.filter(|_| !elsewhere) else {
        return Ok(None);
    };
    let stop = store::stop(tx, labor.facility_id, labor.id).await?.map(|version| version.stop);
    if stop.as_ref().is_some_and(|stop| stop.leg_raise.is_some()) {
        return Ok(None);
    }
    let left_at = labor.born_at.or(labor.closed_at);
    Ok(rules::last_dose(&record.record, stop.as_ref(), left_at))
}
