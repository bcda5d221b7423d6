//! The end of analgesia, and the check that her legs came back.

use serde_json::json;
use tracing::instrument;
use uuid::Uuid;

use super::admission::{enqueue, settle};
use super::alarms::{ALARM, hand_over, is_over, raise};
use super::locked;
use super::monitoring::{background, judge_again};
use crate::analgesia::model::{Alarm, Labor, LaborState, Stop, StopVersion};
use crate::analgesia::{rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::{LaborId, StaffId};
use crate::base::{Act, Code, Subject};
use crate::ctx::{Ctx, Tx};
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy;

/// Job and task: her legs are checked.
pub(in crate::analgesia) const LEGS: &str = "analgesia.leg_raise";

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
    let (compared, _) = background(&mut tx, &labor).await?;
    let before = store::stop(&mut tx, labor.facility_id, labor.id).await?;
    let corrects = match &before {
        Some(before) => rules::corrects_stop(&before.stop, &stop)?,
        None => false,
    };
    sheet.corrected(corrects, stop.correction_reason.as_deref());
    sheet.done()?;
    let version = StopVersion {
        id: tx.id(),
        at: tx.now,
        first_at: before.as_ref().map_or(tx.now, |before| before.first_at),
        by: me.id,
        stop,
    };
    store::add_stop(&mut tx, labor.facility_id, labor.id, &version).await?;
    let stop = &version.stop;
    let is_strong = compared.is_strong(stop.stop_at);
    let calls = rules::of_stop(stop, is_strong);
    let alarms = calls.len();
    let former = before.as_ref().map(|version| &version.stop);
    let mut raised = store::alarms(&mut tx, labor.facility_id, &[labor.id]).await?;
    if corrects {
        let standing: Vec<(Alarm, Uuid)> = calls.iter().map(|(alarm, _)| (*alarm, version.id)).collect();
        for written in store::every_stop(&mut tx, labor.facility_id, labor.id).await? {
            hand_over(&mut tx, &labor, me.id, &mut raised, written.id, &standing).await?;
        }
    }
    let new = rules::since_stop(former, stop, is_strong);
    let known = former.map_or_else(Vec::new, |former| rules::of_stop(former, is_strong));
    let new = rules::unheard(&raised, new, |alarm, _| {
        known.iter().any(|(code, _)| *code == alarm)
    });
    let called = raise(&mut tx, &labor, (ALARM, version.id), new).await?;
    settle(&mut tx, &labor, me.id).await?;
    judge_again(&mut tx, &labor, me.id, &compared, corrects).await?;
    follow(&mut tx, &labor, me.id).await?;
    let now = tx.now;
    enqueue(&mut tx, &labor, "quality.look", now).await?;
    let subject = Subject::of_patient("labor", labor.id, labor.patient_id);
    let detail = json!({ "reason": stop.reason.word(), "alarms": alarms, "urgent": called.is_some_and(|alarm| alarm.urgent) });
    tx.journal(caller, subject, detail).await?;
    tx.commit_with(&version).await?;
    Ok(version)
}

/// After the record, its end, the birth or the discharge were written, or an alarm was closed: the check of her legs hangs
/// on the last dose, whoever does or does not write down the end of analgesia. Until then, until the catheter is out and
/// while an alarm is not closed she stays on the board.
pub(super) async fn follow(tx: &mut Tx, labor: &Labor, by: StaffId) -> Result<()> {
    let record = store::record(tx, labor.facility_id, labor.id).await?;
    let stop = store::stop(tx, labor.facility_id, labor.id).await?;
    let course = rules::Course {
        labor,
        record: record.as_ref().map(|version| &version.record),
        stop: stop.as_ref().map(|version| &version.stop),
        seen: &[],
        window_min: 0,
        recheck_until: None,
        converted_at: None,
    };
    let legs = course.legs();
    if legs.as_ref().is_none_or(|legs| legs.overdue_at > tx.now) {
        // They were tried, or more was given since.
        is_over(tx, labor, by, LEGS).await?;
    }
    if let Some(legs) = &legs {
        enqueue(tx, labor, LEGS, legs.overdue_at).await?;
    }
    let waits = match labor.state {
        LaborState::Open => true,
        LaborState::Delivered => legs.or(course.catheter()).is_some(),
        LaborState::Closed => false,
    };
    let on_ward = waits
        || !store::open_alarms(tx, labor.facility_id, &[labor.id])
            .await?
            .is_empty();
    store::set_on_ward(tx, labor.facility_id, labor.id, on_ward).await
}
