//! The analgesia record.

use chrono::{DateTime, Duration, Utc};
use serde_json::json;
use tracing::instrument;

use super::admission::{enqueue, settle, step, waits_again};
use super::alarms::{ALARM, come_and_look, raise, take_back};
use super::chart::chart;
use super::monitoring::{ONE_HOUR, background, judge_again};
use super::operator::{fill_in, placed_by};
use super::puncture::dural_puncture;
use super::stop::follow;
use super::time_out::{awaits_record, require_consent};
use super::{call, locked, not_cancelled};
use crate::analgesia::model::{
    Alarm, Chart, CloseReason, Indication, Labor, LaborState, Record, RecordVersion, TestResult,
};
use crate::analgesia::rules::Found;
use crate::analgesia::{rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::{LaborId, StaffId};
use crate::base::{Act, Code, Role, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode::model::{StepKind, StepState};
use crate::outbox::Message;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::{consent, episode, people};

/// She is reminded of the one-hour score, and it is missed by then.
const REMINDERS: [Duration; 2] = [Duration::minutes(55), Duration::minutes(75)];

/// Writes the analgesia record: a new version of all of it.
///
/// Errors: `analgesia.consent_missing`, `analgesia.technique_not_consented`, `analgesia.time_out_missing`,
/// `analgesia.operator_unqualified`, `analgesia.labor_closed` for a labor that was opened by mistake,
/// `people.second_person_required` for something given beyond the hard limits, `http.invalid`, also when analgesia went on
/// after she took her consent back and nothing says why, `Stale`.
#[instrument(name = "analgesia.record", skip_all)]
pub async fn record(ctx: &Ctx, caller: &Caller, id: LaborId, mut record: Record) -> Result<Chart> {
    policy::allowed(caller, Act::AnalgesiaRecord)?;
    let me = caller.staff()?;
    let mut tx = ctx.write(Act::AnalgesiaRecord).await?;
    let (mut labor, _) = locked(&mut tx, caller, Act::AnalgesiaRecord, id).await?;
    caller.request.must_match(labor.version)?;
    not_cancelled(&labor)?;
    let (compared, _) = background(&mut tx, &labor).await?;
    let before = store::record(&mut tx, labor.facility_id, labor.id).await?;
    let number = before.as_ref().map_or(1, |version| version.number + 1);
    let former = before.as_ref().map(|version| &version.record);
    rules::carry(former, &mut record, tx.now);
    fill_in(&mut tx, &labor, me.id, former, &mut record).await?;
    let reported = store::complications(&mut tx, labor.facility_id, labor.id).await?;
    let ended = ended(&mut tx, &labor, &record).await?;
    let mut sheet = rules::Sheet::new(tx.now, &record.confirmed, record.given_outside_limits.is_some());
    rules::check_record(&mut sheet, &record, &reported, ended);
    let known = former.map_or_else(Found::default, |former| {
        let mut sheet = rules::Sheet::new(tx.now, &[], true);
        rules::check_record(&mut sheet, former, &reported, ended);
        sheet.known()
    });
    let corrects = match former {
        Some(former) => rules::corrects_record(former, &record)?,
        None => false,
    };
    sheet.corrected(corrects, record.correction_reason.as_deref());
    let found = sheet.done()?;
    if let Some(former) = former {
        record.exception = record.exception.or_else(|| former.exception.clone());
    }
    let begins = rules::needs_consent(&record) && !former.is_some_and(rules::needs_consent);
    if (begins || rules::changes_class(former, &record)) && record.exception.is_none() {
        require_consent(&mut tx, ctx, &labor, record.technique).await?;
    }
    if begins && record.exception.is_none() {
        let held = store::last_operator(&mut tx, labor.facility_id, labor.id).await?;
        held.ok_or(Error::Refused(Code::AnalgesiaTimeOutMissing))?;
    }
    let lacking = placed_by(&mut tx, &labor, former, &record).await?;
    if let Some(former) = former {
        // An earlier reason stays, and excuses nobody who came later.
        record.unqualified = record.unqualified.or_else(|| former.unqualified.clone());
    }
    let goes_on = goes_on(&mut tx, &labor, before.as_ref(), &mut record).await?;
    let second = match found.outside.is_empty() {
        false => {
            let mut same = found.outside.is_subset(&known.outside);
            if let Some(former) = former.filter(|_| same) {
                same = rules::unchanged(former, &record, &found.outside)?;
            }
            let before = before.as_ref().filter(|_| same);
            Some(second_for(&mut tx, caller, &labor, &mut record, number, before).await?)
        }
        true => None,
    };
    let version = RecordVersion {
        id: tx.id(),
        number,
        at: tx.now,
        by: me.id,
        record,
        second,
    };
    let returned = labor.close_reason == Some(CloseReason::Discharged) && labor.born_at.is_none();
    let awaited = labor.state != LaborState::Open && !returned && awaits_record(&mut tx, &labor).await?;
    store::add_record(&mut tx, labor.facility_id, labor.id, &version).await?;
    if rules::needs_consent(&version.record) {
        // Also the one that came into force while it was under way.
        consent::facts::started(&mut tx, labor.facility_id, labor.episode_id).await?;
    }
    if awaited && rules::has_block(&version.record) {
        consent::facts::closed(&mut tx, labor.facility_id, labor.episode_id, false).await?;
    }
    let excepted = before
        .as_ref()
        .is_some_and(|version| version.record.exception.is_some());
    if version.record.exception.is_some() && !excepted {
        incident(&mut tx, &labor, "analgesia_exception", labor.id.to_string()).await?;
    }
    if lacking.is_some() {
        let once = format!("{}/{number}", labor.id);
        incident(&mut tx, &labor, "analgesia_unqualified", once).await?;
    }
    if let Some(since) = goes_on {
        let once = format!("{} {}", labor.id, since.timestamp_millis());
        incident(&mut tx, &labor, "analgesia_after_withdrawal", once).await?;
    }
    come_and_look(&mut tx, &labor, version.id, &found, &known).await?;
    if version.record.bags() != former.map(Record::bags).unwrap_or_default() {
        let now = tx.now;
        enqueue(&mut tx, &labor, "quality.bags", now).await?;
    }
    tested(&mut tx, &labor, &version, former).await?;
    started(&mut tx, &mut labor, &version.record, me.id).await?;
    judge_again(&mut tx, &labor, me.id, &compared, corrects).await?;
    dural_puncture(&mut tx, &labor, &version, former, &reported).await?;
    follow(&mut tx, &labor, me.id).await?;
    labor.version += 1;
    store::save_labor(&mut tx, &labor).await?;
    if labor.state != LaborState::Open {
        // Written up after the birth or her leaving, as an emergency is.
        let now = tx.now;
        enqueue(&mut tx, &labor, "followup.schedule", now).await?;
    }
    let subject = Subject::of_patient("labor", labor.id, labor.patient_id);
    let detail = json!({
        "number": version.number,
        "technique": version.record.technique.map(|t| t.word()),
        "exception": version.record.exception.is_some(),
        "unqualified": lacking,
        "after_withdrawal": goes_on.is_some(),
        "outside_limits": second,
    });
    tx.journal(caller, subject, detail).await?;
    let now = tx.now;
    let chart = chart(&mut tx, labor, now).await?;
    tx.commit().await?;
    Ok(chart)
}

/// Since when she has taken her consent back, where the record says that analgesia went on: what was given is always
/// recorded, with a reason (CE-052, decision on limits).
///
/// Errors: `http.invalid` without the reason.
async fn goes_on(
    tx: &mut Tx,
    labor: &Labor,
    before: Option<&RecordVersion>,
    record: &mut Record,
) -> Result<Option<DateTime<Utc>>> {
    let former = before.map(|version| &version.record);
    let since = consent::facts::taken_back(tx, labor.facility_id, labor.episode_id).await?;
    let since = since.filter(|at| *at >= labor.admitted_at && rules::goes_on(former, record, *at));
    if since.is_some() && record.after_withdrawal.is_none() {
        return Err(Error::invalid("/after_withdrawal", "required"));
    }
    if record.after_withdrawal.is_none() {
        record.after_withdrawal = former.and_then(|former| former.after_withdrawal.clone());
    }
    Ok(since)
}

/// An exception from the rule of consent (CE-202), and what was given beyond the limits, come before the quality office.
async fn incident(tx: &mut Tx, labor: &Labor, kind: &str, once: String) -> Result<()> {
    let due = tx.now;
    let payload = json!({
        "kind": kind, "patient": labor.patient_id, "labor": labor.id, "at": due,
    });
    tx.enqueue(Message {
        kind: "quality.incident",
        facility: Some(labor.facility_id),
        payload: &payload,
        dedupe: Some(once),
        due,
    })
    .await
}

/// Who stands for what was given beyond the limits: a fresh word, or the earlier one while nothing of that has changed.
async fn second_for(
    tx: &mut Tx,
    caller: &Caller,
    labor: &Labor,
    record: &mut Record,
    number: i64,
    before: Option<&RecordVersion>,
) -> Result<StaffId> {
    let word = record
        .given_outside_limits
        .as_mut()
        .and_then(|given| given.attestation.take());
    if let (None, Some(second)) = (&word, before.and_then(|version| version.second)) {
        return Ok(second);
    }
    let me = caller.staff()?;
    let (second, _) =
        people::facts::second_person(tx, me, word.as_deref(), Act::AnalgesiaRecord, labor.id).await?;
    let seen = rules::Call::now(&[Role::Anesthesiologist]);
    call(tx, labor, "analgesia.outside_limits", labor.id, &seen).await?;
    incident(
        tx,
        labor,
        "analgesia_outside_limits",
        format!("{}/{number}", labor.id),
    )
    .await?;
    Ok(second)
}

/// When the analgesia of a labor ended, as far as anybody wrote down; none while it runs.
async fn ended(tx: &mut Tx, labor: &Labor, record: &Record) -> Result<Option<DateTime<Utc>>> {
    let stop = store::stop(tx, labor.facility_id, labor.id).await?;
    let stop = rules::standing_end(Some(record), stop.as_ref().map(|version| &version.stop));
    let stopped = stop.map(|stop| stop.last_dose_at.unwrap_or(stop.stop_at));
    Ok(stopped.or(labor.born_at).or(labor.closed_at))
}

/// A test dose says that the catheter lies in a vein or in the spinal fluid: the anesthesiologist comes at once.
async fn tested(tx: &mut Tx, labor: &Labor, version: &RecordVersion, before: Option<&Record>) -> Result<()> {
    let result = |record: &Record| record.test_dose.as_ref().map(|test| test.result);
    let found = result(&version.record).filter(|result| *result != TestResult::Negative);
    let known = before
        .and_then(result)
        .filter(|result| *result != TestResult::Negative);
    if found.is_none() && known.is_some() {
        return take_back(tx, labor, version.by, &[Alarm::TestDose]).await;
    }
    if found.is_some() && known != found {
        let calls = vec![(Alarm::TestDose, rules::Call::now(&[Role::Anesthesiologist]))];
        raise(tx, labor, (ALARM, version.id), calls).await?;
    }
    Ok(())
}

/// The first dose ends the response clock and starts the one-hour clock.
async fn started(tx: &mut Tx, labor: &mut Labor, record: &Record, by: StaffId) -> Result<()> {
    let for_labor = record.indication == Some(Indication::Labor);
    let first = record.first_dose_at.filter(|_| for_labor);
    if record.first_dose_at.is_some() && labor.requested_at.is_some() {
        // Also anesthesia for a cesarean: somebody came.
        settle(tx, labor, by).await?;
    }
    if labor.first_dose_at == first {
        return Ok(());
    }
    labor.first_dose_at = first;
    // The clocks of another first dose, or of one that was none, are over.
    episode::facts::finish_tasks(tx, labor.facility_id, ONE_HOUR, labor.id.into()).await?;
    let Some(first) = first else {
        // The block was another woman's: she waits for an answer to her request as before.
        let waits = labor.state == LaborState::Open && record.first_dose_at.is_none();
        return match labor.requested_at.filter(|_| waits) {
            Some(asked) => waits_again(tx, labor, asked).await,
            None => Ok(()),
        };
    };
    for after in REMINDERS {
        enqueue(tx, labor, ONE_HOUR, first + after).await?;
    }
    step(tx, labor, StepKind::Analgesia, "analgesia", StepState::Done).await
}
