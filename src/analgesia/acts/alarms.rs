//! Alarms: who is called, who takes one, what came of it.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;
use uuid::Uuid;

use super::locked;
use super::stop::follow;
use crate::analgesia::model::{Alarm, AlarmState, Labor, Raised};
use crate::analgesia::rules::{Call, Found};
use crate::analgesia::store;
use crate::base::error::{Error, Result};
use crate::base::id::{AlarmId, EpisodeId, LaborId, StaffId};
use crate::base::{Act, Code, Noun, Role, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode::facts as episodes;
use crate::http::params::Faults;
use crate::once;
use crate::outbox::Message;
use crate::people::caller::{Caller, Colleague};
use crate::people::policy;

/// Task: an alarm waits.
pub(in crate::analgesia) const ALARM: &str = "analgesia.alarm";
/// Task: a complication waits.
pub(in crate::analgesia) const COMPLICATION: &str = "analgesia.complication";
/// Task: she asks for analgesia.
pub(in crate::analgesia) const REQUEST: &str = "analgesia.request";
/// Task and job: nobody came to her request.
pub(in crate::analgesia) const UNANSWERED: &str = "analgesia.unanswered";
/// Task: nobody took an alarm, the next on call comes.
pub(in crate::analgesia) const ALARM_NEXT: &str = "analgesia.alarm_next";
/// Task: nobody took an alarm, the duty officer sees to it.
pub(in crate::analgesia) const ALARM_OFFICER: &str = "analgesia.alarm_officer";
/// The last step of the escalation: the duty officer.
pub(in crate::analgesia) const LAST_STEP: i64 = 2;
/// Job: an alarm that nobody took goes a step further.
pub(in crate::analgesia) const ESCALATE: &str = "analgesia.escalate";
/// Job: the clock of a complication runs out.
pub(in crate::analgesia) const CLOCK: &str = "analgesia.clock";
/// What came of an alarm whose row was not so.
const CORRECTED: &str = "corrected";
/// What came of an alarm about something that nobody waits for any more.
const OVER: &str = "over";
/// How long after it was due an alarm goes to the next on call, and to the duty officer.
const STEPS: [(i64, Duration); 2] = [(1, Duration::minutes(10)), (LAST_STEP, Duration::minutes(20))];

/// An alarm that may have to go further.
#[derive(Serialize, Deserialize)]
pub(in crate::analgesia) struct OfAlarm {
    pub labor: LaborId,
    pub episode: EpisodeId,
    pub alarm: AlarmId,
    pub step: i64,
}

/// A clock that runs.
#[derive(Serialize, Deserialize)]
pub(in crate::analgesia) struct OfClock {
    pub labor: LaborId,
    pub episode: EpisodeId,
    /// What is called out.
    pub alarm: Alarm,
    /// The complication or the observation that started it.
    pub subject: Uuid,
    /// When it began.
    pub since: DateTime<Utc>,
}

/// Calls the anesthesiologist to a measured value that nobody would expect to be right and that was not known before.
pub(super) async fn come_and_look(
    tx: &mut Tx,
    labor: &Labor,
    subject: Uuid,
    found: &Found,
    before: &Found,
) -> Result<()> {
    if found.has_new(before) {
        let calls = vec![(Alarm::OutOfRange, Call::now(&[Role::Anesthesiologist]))];
        raise(tx, labor, (ALARM, subject), calls).await?;
    }
    Ok(())
}

/// Raises one alarm for several calls; none when there are none.
pub(in crate::analgesia) async fn raise(
    tx: &mut Tx,
    labor: &Labor,
    (task, subject): (&'static str, Uuid),
    calls: Vec<(Alarm, Call)>,
) -> Result<Option<Raised>> {
    let (codes, calls): (Vec<Alarm>, Vec<Call>) = calls.into_iter().unzip();
    let Some(call) = Call::together(&calls) else {
        return Ok(None);
    };
    let alarm = Raised {
        id: tx.id(),
        labor: labor.id,
        subject,
        task: task.to_owned(),
        codes,
        roles: call.roles.clone(),
        urgent: call.urgent,
        state: AlarmState::Open,
        step: 0,
        called: Vec::new(),
        raised_at: tx.now,
        due_at: tx.now + Duration::minutes(call.within_min),
        taken: None,
        closed: None,
        outcome: None,
    };
    store::add_alarm(tx, labor.facility_id, &alarm).await?;
    // Also after the birth somebody sees it on the board until it is closed.
    store::set_on_ward(tx, labor.facility_id, labor.id, true).await?;
    super::call(tx, labor, task, alarm.id, &call).await?;
    for (step, after) in STEPS {
        let payload = OfAlarm {
            labor: labor.id,
            episode: labor.episode_id,
            alarm: alarm.id,
            step,
        };
        tx.enqueue(Message {
            kind: ESCALATE,
            facility: Some(labor.facility_id),
            payload: &payload,
            dedupe: Some(format!("{}/{step}", alarm.id)),
            due: alarm.due_at + after,
        })
        .await?;
    }
    Ok(Some(alarm))
}

/// Starts a clock; the same one of the same row is started once.
pub(in crate::analgesia) async fn start_clock(
    tx: &mut Tx,
    labor: &Labor,
    (alarm, after): (Alarm, Duration),
    subject: Uuid,
    since: DateTime<Utc>,
) -> Result<()> {
    let due = since + after;
    let payload = OfClock {
        labor: labor.id,
        episode: labor.episode_id,
        alarm,
        subject,
        since,
    };
    tx.enqueue(Message {
        kind: CLOCK,
        facility: Some(labor.facility_id),
        payload: &payload,
        dedupe: Some(format!(
            "{}/{subject}/{}/{}",
            labor.id,
            alarm.word(),
            due.timestamp()
        )),
        due,
    })
    .await
}

/// Whether an alarm is for somebody: whom it calls, and once nobody came the duty officer, whoever that is.
fn is_called(alarm: &Raised, me: &Colleague) -> bool {
    let officer = me.role == Role::Quality || alarm.called.contains(&me.id);
    alarm.roles.contains(&me.role) || (alarm.step >= LAST_STEP && officer)
}

async fn loaded(
    tx: &mut Tx,
    caller: &Caller,
    act: Act,
    id: LaborId,
    alarm: AlarmId,
) -> Result<(Labor, Raised)> {
    let (labor, _) = locked(tx, caller, act, id).await?;
    let all = store::alarms(tx, labor.facility_id, &[labor.id]).await?;
    let alarm = all.into_iter().find(|one| one.id == alarm);
    let alarm = alarm.ok_or(Error::Missing(Noun::Alarm))?;
    if !is_called(&alarm, &caller.staff()?) {
        return Err(Error::Forbidden);
    }
    if alarm.state == AlarmState::Closed {
        return Err(Error::Refused(Code::AnalgesiaAlarmClosed));
    }
    Ok((labor, alarm))
}

/// Somebody whom an alarm calls takes it; it goes no further. From the last step on the duty officer may.
///
/// Errors: `Forbidden` for a role that it does not call, `analgesia.alarm_closed`.
#[instrument(name = "analgesia.take_alarm", skip_all)]
pub async fn take_alarm(ctx: &Ctx, caller: &Caller, id: LaborId, alarm: AlarmId) -> Result<Raised> {
    policy::allowed(caller, Act::AnalgesiaTakeAlarm)?;
    let me = caller.staff()?;
    let mut tx = once!(ctx, Act::AnalgesiaTakeAlarm, caller);
    let (labor, mut alarm) = loaded(&mut tx, caller, Act::AnalgesiaTakeAlarm, id, alarm).await?;
    alarm.state = AlarmState::Taken;
    alarm.taken = Some((me.id, tx.now));
    end_tasks(&mut tx, &labor, &alarm, &[ALARM_NEXT, ALARM_OFFICER]).await?;
    finish(tx, caller, labor, alarm).await
}

/// Somebody whom an alarm calls closes it with what came of it, 2–1000 characters.
///
/// Errors: `Forbidden` for a role that it does not call, `analgesia.alarm_closed`, `http.invalid` without an outcome.
#[instrument(name = "analgesia.close_alarm", skip_all)]
pub async fn close_alarm(
    ctx: &Ctx,
    caller: &Caller,
    id: LaborId,
    alarm: AlarmId,
    outcome: &str,
) -> Result<Raised> {
    policy::allowed(caller, Act::AnalgesiaCloseAlarm)?;
    let me = caller.staff()?;
    let mut tx = once!(ctx, Act::AnalgesiaCloseAlarm, caller);
    let (labor, mut alarm) = loaded(&mut tx, caller, Act::AnalgesiaCloseAlarm, id, alarm).await?;
    let mut faults = Faults::default();
    alarm.outcome = Some(faults.text(outcome, "/outcome", 2, 1000));
    faults.done()?;
    alarm.state = AlarmState::Closed;
    alarm.closed = Some((me.id, tx.now));
    alarm.taken = alarm.taken.or(alarm.closed);
    end_tasks(
        &mut tx,
        &labor,
        &alarm,
        &[alarm.task.as_str(), ALARM_NEXT, ALARM_OFFICER],
    )
    .await?;
    finish(tx, caller, labor, alarm).await
}

/// What was called for a row that counts no longer goes on for the row that calls for the same now, or is over.
pub(super) async fn hand_over(
    tx: &mut Tx,
    labor: &Labor,
    by: StaffId,
    raised: &mut [Raised],
    target: Uuid,
    standing: &[(Alarm, Uuid)],
) -> Result<()> {
    for alarm in raised.iter_mut() {
        if alarm.subject != target || alarm.state == AlarmState::Closed {
            continue;
        }
        let heir = standing.iter().find(|(code, _)| alarm.codes.contains(code));
        if let Some((_, row)) = heir {
            alarm.subject = *row;
            alarm
                .codes
                .retain(|code| standing.iter().any(|(known, _)| known == code));
        } else {
            end(tx, labor, by, alarm, CORRECTED).await?;
        }
        store::save_alarm(tx, labor.facility_id, alarm).await?;
    }
    Ok(())
}

/// What was called for by something that was not so is over; what else an alarm calls for goes on.
pub(super) async fn take_back(tx: &mut Tx, labor: &Labor, by: StaffId, codes: &[Alarm]) -> Result<()> {
    if codes.is_empty() {
        return Ok(());
    }
    let open = store::open_alarms(tx, labor.facility_id, &[labor.id]).await?;
    for mut alarm in open {
        if !alarm.codes.iter().any(|code| codes.contains(code)) {
            continue;
        }
        if alarm.codes.iter().all(|code| codes.contains(code)) {
            end(tx, labor, by, &mut alarm, CORRECTED).await?;
        } else {
            alarm.codes.retain(|code| !codes.contains(code));
        }
        store::save_alarm(tx, labor.facility_id, &alarm).await?;
    }
    Ok(())
}

/// Nobody waits for an answer to her request any more: the call ends, and what it became.
pub(super) async fn answered(tx: &mut Tx, labor: &Labor, by: StaffId) -> Result<()> {
    episodes::finish_tasks(tx, labor.facility_id, REQUEST, labor.id.into()).await?;
    is_over(tx, labor, by, UNANSWERED).await
}

/// What a job called for by this task has come, or is waited for no more.
pub(super) async fn is_over(tx: &mut Tx, labor: &Labor, by: StaffId, task: &str) -> Result<()> {
    // Before it was an alarm it was a task about the labor.
    episodes::finish_tasks(tx, labor.facility_id, task, labor.id.into()).await?;
    let open = store::open_alarms(tx, labor.facility_id, &[labor.id]).await?;
    for mut alarm in open.into_iter().filter(|one| one.task == task) {
        end(tx, labor, by, &mut alarm, OVER).await?;
        store::save_alarm(tx, labor.facility_id, &alarm).await?;
    }
    Ok(())
}

async fn end(tx: &mut Tx, labor: &Labor, by: StaffId, alarm: &mut Raised, outcome: &str) -> Result<()> {
    alarm.state = AlarmState::Closed;
    alarm.closed = Some((by, tx.now));
    alarm.outcome = Some(outcome.to_owned());
    end_tasks(
        tx,
        labor,
        alarm,
        &[alarm.task.as_str(), ALARM_NEXT, ALARM_OFFICER],
    )
    .await
}

async fn end_tasks(tx: &mut Tx, labor: &Labor, alarm: &Raised, kinds: &[&str]) -> Result<()> {
    for kind in kinds {
        episodes::finish_tasks(tx, labor.facility_id, kind, alarm.id.0).await?;
    }
    Ok(())
}

async fn finish(mut tx: Tx, caller: &Caller, labor: Labor, alarm: Raised) -> Result<Raised> {
    store::save_alarm(&mut tx, labor.facility_id, &alarm).await?;
    follow(&mut tx, &labor, caller.staff()?.id).await?;
    let subject = Subject::of_patient("labor", labor.id, labor.patient_id);
    let detail = json!({ "alarm": alarm.id, "step": alarm.step });
    tx.journal(caller, subject, detail).await?;
    tx.commit_with(&alarm).await?;
    Ok(alarm)
}
