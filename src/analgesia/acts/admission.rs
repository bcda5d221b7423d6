//! Admission, her request, the close of a labor.

use chrono::{DateTime, Duration, Utc};
use serde_json::json;
use tracing::instrument;

use super::alarms::{REQUEST, UNANSWERED, answered, come_and_look};
use super::birth::tell_ending;
use super::monitoring::ONE_HOUR;
use super::pain::hurts;
use super::stop::follow;
use super::time_out::awaits_record;
use super::{call, locked, not_cancelled, not_closed};
use crate::analgesia::jobs::OfLabor;
use crate::analgesia::model::{Admission, Amount, CloseReason, Labor, LaborState, Request};
use crate::analgesia::rules::Found;
use crate::analgesia::{rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::{LaborId, PatientId, StaffId};
use crate::base::{Act, Code, Noun, Role, Subject};
use crate::content::forms::RECHECK;
use crate::ctx::{Ctx, Tx};
use crate::episode::model::{Stage, Step, StepKind, StepState};
use crate::once;
use crate::outbox::Message;
use crate::people::caller::Caller;
use crate::people::policy::{self, Belongs};
use crate::{consent, episode, people};

/// The anesthesiologist answers a request within this time (GK).
pub const RESPONSE: Duration = Duration::minutes(30);

/// She is admitted for birth.
///
/// Errors: `analgesia.no_pregnancy`, `analgesia.labor_open`, `http.invalid`.
#[instrument(name = "analgesia.admit", skip_all)]
pub async fn admit(
    ctx: &Ctx,
    caller: &Caller,
    patient: PatientId,
    admitted_at: DateTime<Utc>,
    admission: Admission,
) -> Result<Labor> {
    policy::allowed(caller, Act::AnalgesiaAdmit)?;
    let facility = caller.staff()?.facility;
    let mut tx = once!(ctx, Act::AnalgesiaAdmit, caller);
    let known = people::facts::patient(&mut tx, facility, patient).await?;
    let known = known.ok_or(Error::Missing(Noun::Patient))?;
    let belongs = Belongs {
        facility: known.facility_id,
        account: known.account_id,
    };
    policy::may(caller, Act::AnalgesiaAdmit, Noun::Patient, belongs)?;
    let no_pregnancy = || Error::Refused(Code::AnalgesiaNoPregnancy);
    let current = episode::facts::current(&mut tx, facility, patient).await?;
    let current = current.ok_or_else(no_pregnancy)?;
    let locked = episode::facts::lock(&mut tx, facility, current.id).await?;
    let episode = locked.ok_or_else(no_pregnancy)?;
    if let Some(running) = store::running(&mut tx, facility, episode.id).await? {
        return Err(Error::Conflict(
            Code::AnalgesiaLaborOpen,
            json!({ "labor": running.id }),
        ));
    }
    if !matches!(episode.stage, Stage::Antenatal | Stage::Labor) {
        return Err(no_pregnancy());
    }
    let mut sheet = rules::Sheet::new(tx.now, &admission.confirmed, false);
    rules::check_admission(&mut sheet, admitted_at, &admission);
    let found = sheet.done()?;
    let labor = Labor {
        id: tx.id(),
        facility_id: facility,
        patient_id: patient,
        episode_id: episode.id,
        admitted_at,
        recorded_at: tx.now,
        admission,
        state: LaborState::Open,
        requested_at: None,
        first_dose_at: None,
        born_at: None,
        closed_at: None,
        close_reason: None,
        is_test: episode.is_test,
        version: 1,
    };
    store::add_labor(&mut tx, &labor).await?;
    people::facts::admitted(&mut tx, facility, patient).await?;
    episode::facts::set_stage(&mut tx, facility, episode.id, Stage::Labor).await?;
    step(&mut tx, &labor, StepKind::Admission, "admission", StepState::Done).await?;
    step(&mut tx, &labor, StepKind::Recheck, RECHECK, StepState::Open).await?;
    let now = tx.now;
    enqueue(&mut tx, &labor, "forms.recheck", now).await?;
    come_and_look(&mut tx, &labor, labor.id.0, &found, &Found::default()).await?;
    let detail = json!({ "labor_stage": labor.admission.labor_stage.word() });
    tx.journal(caller, Subject::of_patient("labor", labor.id, patient), detail)
        .await?;
    tx.commit_with(&labor).await?;
    Ok(labor)
}

/// Writes a step of this labor on her pathway.
pub(super) async fn step(
    tx: &mut Tx,
    labor: &Labor,
    kind: StepKind,
    reference: &str,
    state: StepState,
) -> Result<()> {
    let step = Step {
        episode: labor.episode_id,
        facility: labor.facility_id,
        kind,
        reference: reference.to_owned(),
        subject: Some(labor.id.into()),
        state,
        due_from: None,
        due_to: None,
        required: false,
    };
    episode::facts::set_step(tx, &step).await
}

/// Adds a job about this labor; while one of the kind waits for the same time, that one is meant.
pub(super) async fn enqueue(tx: &mut Tx, labor: &Labor, kind: &str, due: DateTime<Utc>) -> Result<()> {
    let payload = OfLabor {
        labor: labor.id,
        episode: labor.episode_id,
    };
    tx.enqueue(Message {
        kind,
        facility: Some(labor.facility_id),
        payload: &payload,
        dedupe: Some(format!("{}@{}", labor.id, due.timestamp())),
        due,
    })
    .await
}

/// She asks for analgesia: her own tap, in the labor that she is in.
///
/// Errors: `Missing` when she is not in labor, `http.invalid`.
#[instrument(name = "analgesia.request", skip_all)]
pub async fn request_mine(ctx: &Ctx, caller: &Caller, vas: Option<Amount>) -> Result<Request> {
    policy::allowed(caller, Act::AnalgesiaRequest)?;
    let mut tx = once!(ctx, Act::AnalgesiaRequest, caller);
    let labor = hers(&mut tx, caller, Act::AnalgesiaRequest).await?;
    ask(tx, caller, labor, vas, None).await
}

/// The labor that she is in, with her pregnancy locked.
///
/// Errors: `Missing` when she is not in labor.
pub async fn hers(tx: &mut Tx, caller: &Caller, act: Act) -> Result<Labor> {
    let mine = caller.mine()?;
    let missing = || Error::Missing(Noun::Labor);
    let current = episode::facts::current(tx, mine.facility, mine.patient).await?;
    let current = current.ok_or_else(missing)?;
    episode::facts::lock(tx, mine.facility, current.id).await?;
    let running = store::running(tx, mine.facility, current.id).await?;
    let labor = running
        .filter(|labor| labor.state == LaborState::Open)
        .ok_or_else(missing)?;
    let belongs = Belongs {
        facility: mine.facility,
        account: Some(caller.account()?),
    };
    policy::may(caller, act, Noun::Labor, belongs)?;
    Ok(labor)
}

/// Staff record that she asks, or asked before the birth or her leaving.
///
/// Errors: `analgesia.labor_closed` for a time after them and for a labor that was opened by mistake, `http.invalid`.
#[instrument(name = "analgesia.request", skip_all)]
pub async fn request(
    ctx: &Ctx,
    caller: &Caller,
    id: LaborId,
    vas: Option<Amount>,
    requested_at: Option<DateTime<Utc>>,
) -> Result<Request> {
    policy::allowed(caller, Act::AnalgesiaRequest)?;
    let mut tx = once!(ctx, Act::AnalgesiaRequest, caller);
    let (labor, _) = locked(&mut tx, caller, Act::AnalgesiaRequest, id).await?;
    not_cancelled(&labor)?;
    let over = labor.born_at.or(labor.closed_at);
    if over.is_some_and(|over| requested_at.unwrap_or(tx.now) > over) {
        return Err(Error::Refused(Code::AnalgesiaLaborClosed));
    }
    ask(tx, caller, labor, vas, Some(requested_at)).await
}

async fn ask(
    mut tx: Tx,
    caller: &Caller,
    mut labor: Labor,
    vas: Option<Amount>,
    by_staff: Option<Option<DateTime<Utc>>>,
) -> Result<Request> {
    let mut sheet = rules::Sheet::new(tx.now, &[], false);
    let valid = vas.is_none_or(|score| score.in_halves(0, 10));
    sheet.faults.check(valid, "/vas", "score_halves");
    let at = by_staff.flatten();
    sheet.past(at, "/requested_at");
    sheet.done()?;
    let by_patient = by_staff.is_none();
    let at = at.unwrap_or(tx.now);
    let asked = store::requests(&mut tx, labor.facility_id, labor.id).await?;
    // Tapping again while she waits is the same request; asking again under analgesia is a new one, and so is what says
    // more: how much it hurts now, that she tapped herself, or that she asked before that.
    let meant = asked.into_iter().find(|one| {
        let same = (one.by_patient || !by_patient) && (by_patient || at >= one.requested_at);
        labor.first_dose_at.is_none() && vas.is_none() && same
    });
    let request = match meant {
        Some(first) => first,
        None => {
            let request = Request {
                id: tx.id(),
                labor: labor.id,
                requested_at: at,
                recorded_at: tx.now,
                by_patient,
                vas_tenths: vas.and_then(Amount::tenths),
            };
            store::add_request(&mut tx, labor.facility_id, &request).await?;
            request
        }
    };
    if labor
        .requested_at
        .is_none_or(|first| request.requested_at < first)
    {
        labor.requested_at = Some(request.requested_at);
        store::save_labor(&mut tx, &labor).await?;
    }
    let mut called = None;
    // One that is written down after it was answered calls nobody.
    if let Some(since) = waiting(&mut tx, &labor).await? {
        waits_again(&mut tx, &labor, since).await?;
        if let Some(tenths) = request.vas_tenths.filter(|_| request.requested_at >= since) {
            called = hurts(&mut tx, &labor, tenths, request.requested_at).await?;
        }
    }
    let subject = Subject::of_patient("labor", labor.id, labor.patient_id);
    let detail = json!({ "by_patient": by_patient, "alarms": i64::from(called.is_some()), "urgent": false });
    tx.journal(caller, subject, detail).await?;
    tx.commit_with(&request).await?;
    Ok(request)
}

/// Calls the anesthesiologist to her request.
async fn come(tx: &mut Tx, labor: &Labor) -> Result<()> {
    let come = rules::Call {
        roles: vec![Role::Anesthesiologist],
        urgent: true,
        within_min: RESPONSE.num_minutes(),
    };
    call(tx, labor, REQUEST, labor.id, &come).await
}

/// Since when she waits for an answer to a request; none after the birth, and once she has left.
pub(in crate::analgesia) async fn waiting(tx: &mut Tx, labor: &Labor) -> Result<Option<DateTime<Utc>>> {
    if labor.state != LaborState::Open {
        return Ok(None);
    }
    let requests = store::requests(tx, labor.facility_id, labor.id).await?;
    let records = store::every_record(tx, labor.facility_id, labor.id).await?;
    let stop = store::stop(tx, labor.facility_id, labor.id).await?;
    let mut told = records
        .iter()
        .filter(|version| version.record.first_dose_at.is_some());
    Ok(rules::waits_since(
        &requests,
        records.last().map(|version| &version.record),
        told.next().map(|version| version.at),
        stop.as_ref().map(|version| &version.stop),
    ))
}

/// Ends the call to a request that something has answered.
pub(super) async fn settle(tx: &mut Tx, labor: &Labor, by: StaffId) -> Result<()> {
    match waiting(tx, labor).await? {
        Some(_) => Ok(()),
        None => answered(tx, labor, by).await,
    }
}

/// She waits since then: a new request, or one whose answer was not so.
pub(super) async fn waits_again(tx: &mut Tx, labor: &Labor, asked: DateTime<Utc>) -> Result<()> {
    come(tx, labor).await?;
    enqueue(tx, labor, UNANSWERED, asked + RESPONSE).await
}

/// Where her pregnancy stands once she left without a birth here: false labor brings her back to the antenatal path, a birth
/// elsewhere ends ours.
pub(super) const fn stage_after(reason: CloseReason) -> Stage {
    match reason {
        CloseReason::Cancelled | CloseReason::Discharged => Stage::Antenatal,
        CloseReason::Transferred | CloseReason::DeliveredElsewhere => Stage::Closed,
    }
}

/// A labor is closed: she left, or it was opened by mistake.
///
/// Errors: `analgesia.labor_closed`, `analgesia.already_delivered` for a reason that a birth here rules out,
/// `analgesia.block_recorded` for one opened by mistake in which a block stands.
#[instrument(name = "analgesia.close", skip_all)]
pub async fn close(ctx: &Ctx, caller: &Caller, id: LaborId, reason: CloseReason) -> Result<Labor> {
    policy::allowed(caller, Act::AnalgesiaClose)?;
    let me = caller.staff()?.id;
    let mut tx = once!(ctx, Act::AnalgesiaClose, caller);
    let (mut labor, episode) = locked(&mut tx, caller, Act::AnalgesiaClose, id).await?;
    not_closed(&labor)?;
    let delivered = labor.state == LaborState::Delivered;
    if delivered && matches!(reason, CloseReason::Cancelled | CloseReason::DeliveredElsewhere) {
        return Err(Error::Refused(Code::AnalgesiaAlreadyDelivered));
    }
    let record = store::record(&mut tx, labor.facility_id, labor.id).await?;
    let had_block = record.is_some_and(|version| rules::has_block(&version.record));
    if had_block && reason == CloseReason::Cancelled {
        return Err(Error::Refused(Code::AnalgesiaBlockRecorded));
    }
    labor.state = LaborState::Closed;
    labor.closed_at = Some(tx.now);
    labor.close_reason = Some(reason);
    labor.version += 1;
    store::save_labor(&mut tx, &labor).await?;
    people::facts::discharged(&mut tx, labor.facility_id, labor.patient_id).await?;
    // One that is over stays as it is: the next one may have begun.
    let goes_on = delivered || episode.stage != Stage::Closed;
    if !delivered && goes_on {
        let stage = stage_after(reason);
        episode::facts::set_stage(&mut tx, labor.facility_id, labor.episode_id, stage).await?;
        let returns = reason == CloseReason::Discharged;
        // What was opened by mistake was no stay.
        let stayed = reason != CloseReason::Cancelled;
        if stayed && (returns || !awaits_record(&mut tx, &labor).await?) {
            consent::facts::closed(&mut tx, labor.facility_id, labor.episode_id, returns).await?;
        }
    }
    answered(&mut tx, &labor, me).await?;
    episode::facts::finish_tasks(&mut tx, labor.facility_id, ONE_HOUR, labor.id.into()).await?;
    if goes_on {
        tell_ending(&mut tx, &labor).await?;
    }
    follow(&mut tx, &labor, me).await?;
    let now = tx.now;
    enqueue(&mut tx, &labor, "followup.schedule", now).await?;
    let subject = Subject::of_patient("labor", labor.id, labor.patient_id);
    tx.journal(caller, subject, json!({ "reason": reason.word() }))
        .await?;
    tx.commit_with(&labor).await?;
    Ok(labor)
}
