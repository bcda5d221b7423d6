//! What is due in labor: a score or a check that is missing, a request that nobody answered.
//!
//! Each job looks at the record again and adds a task only while what it waits for has not happened.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::acts::{OfAlarm, OfClock};
use super::model::{Alarm, AlarmState, DueKind, Labor, LaborState, ObservationRow, Raised};
use super::{acts, rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::{EpisodeId, FacilityId, LaborId, StaffId};
use crate::base::{Act, Role, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode::model::{NewTask, TaskLine};
use crate::outbox::Job;
use crate::{consent, episode, people};

/// What every job about a labor carries.
#[derive(Serialize, Deserialize)]
pub struct OfLabor {
    /// The labor.
    pub labor: LaborId,
    /// The pregnancy.
    pub episode: EpisodeId,
}

/// The message that a consent is in force.
#[derive(Deserialize)]
struct Consented {
    episode: EpisodeId,
}

/// Does a job of this slice; false when it is another's.
pub async fn handle(ctx: &Ctx, job: &Job) -> Result<bool> {
    match job.kind.as_str() {
        "analgesia.consented" => consented(ctx, job).await?,
        acts::ESCALATE => escalate(ctx, job).await?,
        acts::CLOCK => clock(ctx, job).await?,
        acts::ONE_HOUR => one_hour(ctx, job).await?,
        acts::UNANSWERED => unanswered(ctx, job).await?,
        acts::LEGS => legs(ctx, job).await?,
        _ => return Ok(false),
    }
    Ok(true)
}

fn hospital(job: &Job) -> Result<FacilityId> {
    job.facility_id
        .ok_or_else(|| Error::broken("a job of labor without a hospital"))
}

/// The labor of a job, its pregnancy locked; none when it is gone.
async fn loaded(tx: &mut Tx, facility: FacilityId, id: LaborId) -> Result<Option<Labor>> {
    let Some(episode) = store::episode_of(tx, facility, id).await? else {
        return Ok(None);
    };
    episode::facts::lock(tx, facility, episode).await?;
    store::labor(tx, facility, id).await
}

async fn journal(tx: &mut Tx, act: Act, labor: &Labor, detail: serde_json::Value) -> Result<()> {
    let subject = Subject::of_patient("labor", labor.id, labor.patient_id);
    tx.journal_own(act, Some(labor.facility_id), subject, detail)
        .await
}

/// The score of one hour is not there yet: the midwife is reminded.
async fn one_hour(ctx: &Ctx, job: &Job) -> Result<()> {
    let OfLabor { labor, .. } = job.payload()?;
    let mut tx = ctx.write(Act::AnalgesiaRemind).await?;
    let Some(labor) = loaded(&mut tx, hospital(job)?, labor).await? else {
        return Ok(());
    };
    let Some(due) = overdue_at(&mut tx, &labor, DueKind::OneHourPain).await? else {
        return Ok(());
    };
    let task = NewTask {
        facility: labor.facility_id,
        patient: labor.patient_id,
        episode: labor.episode_id,
        kind: acts::ONE_HOUR,
        subject: labor.id.into(),
        roles: vec![Role::Midwife],
        due: due.max(tx.now),
        urgent: false,
    };
    episode::facts::add_labor_task(&mut tx, &task, labor.id).await?;
    let detail = json!({ "task": task.kind, "urgent": task.urgent });
    journal(&mut tx, Act::AnalgesiaRemind, &labor, detail).await?;
    tx.commit().await
}

/// Nobody has tried her legs in time: anesthesiologist and midwife are called, once for each last dose.
async fn legs(ctx: &Ctx, job: &Job) -> Result<()> {
    let OfLabor { labor, .. } = job.payload()?;
    let mut tx = ctx.write(Act::AnalgesiaRemind).await?;
    let Some(labor) = loaded(&mut tx, hospital(job)?, labor).await? else {
        return Ok(());
    };
    let due = overdue_at(&mut tx, &labor, DueKind::LegRaise).await?;
    let Some(due) = due.filter(|due| *due <= tx.now) else {
        return Ok(());
    };
    let raised = store::alarms(&mut tx, labor.facility_id, &[labor.id]).await?;
    // One that was closed with an outcome before her legs were tried was seen to.
    let called =
        |one: &Raised| one.task == acts::LEGS && (one.state != AlarmState::Closed || one.raised_at >= due);
    if raised.iter().any(called) {
        return Ok(());
    }
    let roles = [Role::Anesthesiologist, Role::Midwife];
    let calls = vec![(Alarm::LegRaiseDue, rules::Call::now(&roles))];
    acts::raise(&mut tx, &labor, (acts::LEGS, labor.id.0), calls).await?;
    let detail = json!({ "task": acts::LEGS, "urgent": true });
    journal(&mut tx, Act::AnalgesiaRemind, &labor, detail).await?;
    tx.commit().await
}

/// She asked half an hour ago, before or under analgesia, and nobody came: every anesthesiologist is called, whoever leads the
/// roster by name, and who does not take it is followed by the next on call and the duty officer.
async fn unanswered(ctx: &Ctx, job: &Job) -> Result<()> {
    let OfLabor { labor, .. } = job.payload()?;
    let mut tx = ctx.write(Act::AnalgesiaRemind).await?;
    let Some(labor) = loaded(&mut tx, hospital(job)?, labor).await? else {
        return Ok(());
    };
    let facility = labor.facility_id;
    let asked = acts::waiting(&mut tx, &labor).await?;
    let late = asked.is_some_and(|asked| asked + acts::RESPONSE <= tx.now);
    let open = store::open_alarms(&mut tx, facility, &[labor.id]).await?;
    let known = open.iter().any(|alarm| alarm.task == acts::UNANSWERED);
    // Under analgesia whoever ticks the call off has come, and nothing may have been given.
    let tasks = episode::facts::tasks_about(&mut tx, facility, labor.id.0).await?;
    let called = |task: &TaskLine| task.kind == acts::REQUEST && task.done_at.is_none();
    let came = labor.first_dose_at.is_some() && !tasks.iter().any(called);
    if !late || known || came {
        return Ok(());
    }
    let role = Role::Anesthesiologist;
    let calls = vec![(Alarm::Unanswered, rules::Call::now(&[role]))];
    let about = (acts::UNANSWERED, labor.id.0);
    let Some(mut alarm) = acts::raise(&mut tx, &labor, about, calls).await? else {
        return Ok(());
    };
    alarm.called = people::facts::on_call(&mut tx, facility, role, 0).await?;
    store::save_alarm(&mut tx, facility, &alarm).await?;
    let detail = json!({ "task": acts::UNANSWERED, "urgent": true, "called": alarm.called });
    journal(&mut tx, Act::AnalgesiaRemind, &labor, detail).await?;
    tx.commit().await
}

/// By when something that is due should be there; none when nothing is missing.
async fn overdue_at(tx: &mut Tx, labor: &Labor, wanted: DueKind) -> Result<Option<DateTime<Utc>>> {
    let now = tx.now;
    let due = acts::due(tx, labor, now).await?;
    let due = due.into_iter().find(|due| due.kind == wanted);
    Ok(due.map(|due| due.overdue_at))
}

/// An alarm that nobody took goes to the next on call, then to the duty officer.
async fn escalate(ctx: &Ctx, job: &Job) -> Result<()> {
    let OfAlarm {
        labor, alarm, step, ..
    } = job.payload()?;
    let mut tx = ctx.write(Act::AnalgesiaEscalate).await?;
    let Some(labor) = loaded(&mut tx, hospital(job)?, labor).await? else {
        return Ok(());
    };
    let all = store::alarms(&mut tx, labor.facility_id, &[labor.id]).await?;
    let Some(mut alarm) = all.into_iter().find(|one| one.id == alarm) else {
        return Ok(());
    };
    if alarm.state != AlarmState::Open || alarm.step >= step {
        return Ok(());
    }
    alarm.step = step;
    let (kind, staff, roles) = next(&mut tx, &labor, &alarm).await?;
    for one in staff {
        if !alarm.called.contains(&one) {
            alarm.called.push(one);
        }
    }
    store::save_alarm(&mut tx, labor.facility_id, &alarm).await?;
    let call = rules::Call {
        roles,
        urgent: alarm.urgent,
        within_min: 0,
    };
    acts::call(&mut tx, &labor, kind, alarm.id, &call).await?;
    let detail = json!({ "alarm": alarm.id, "step": step, "called": alarm.called });
    journal(&mut tx, Act::AnalgesiaEscalate, &labor, detail).await?;
    tx.commit().await
}

/// Whom an alarm calls at its step: the task, those called by name, and the roles that see it.
async fn next(tx: &mut Tx, labor: &Labor, alarm: &Raised) -> Result<(&'static str, Vec<StaffId>, Vec<Role>)> {
    let facility = labor.facility_id;
    if alarm.step >= acts::LAST_STEP {
        let (officers, roles) = people::facts::officers(tx, facility).await?;
        return Ok((acts::ALARM_OFFICER, officers, roles));
    }
    let place = usize::try_from(alarm.step).unwrap_or(0);
    let mut staff = Vec::new();
    for role in &alarm.roles {
        staff.extend(people::facts::on_call(tx, facility, *role, place).await?);
    }
    Ok((acts::ALARM_NEXT, staff, alarm.roles.clone()))
}

/// The clock of a complication has run out: somebody is called, unless what it asks for was done.
async fn clock(ctx: &Ctx, job: &Job) -> Result<()> {
    let OfClock {
        labor,
        alarm,
        subject,
        since,
        ..
    } = job.payload()?;
    let mut tx = ctx.write(Act::AnalgesiaRemind).await?;
    let Some(labor) = loaded(&mut tx, hospital(job)?, labor).await? else {
        return Ok(());
    };
    let facility = labor.facility_id;
    let reported = store::complications(&mut tx, facility, labor.id).await?;
    let record = store::record(&mut tx, facility, labor.id)
        .await?
        .map(|version| version.record);
    let corrected = store::corrections(&mut tx, facility, labor.id).await?;
    let newest = rules::newest(&corrected, subject);
    let event = reported
        .iter()
        .find(|row| row.id.0 == newest)
        .map(|row| &row.event);
    let seen = store::observations(&mut tx, facility, &[labor.id]).await?;
    let stop = store::stop(&mut tx, facility, labor.id).await?;
    let stop = stop.as_ref().map(|version| &version.stop);
    let eased_no_more =
        labor.state != LaborState::Open || rules::standing_end(record.as_ref(), stop).is_some();
    let over = match (event, alarm) {
        (Some(_), Alarm::DeliveryDue) if labor.state != LaborState::Open => true,
        (_, Alarm::ResitingDue) if eased_no_more => true,
        (Some(event), _) => {
            !rules::counts(alarm, since, event) || rules::was_done(alarm, event, record.as_ref())
        }
        (None, Alarm::LastingHypotension) => {
            let (background, _) = acts::background(&mut tx, &labor).await?;
            let low_since = rules::after_all(&seen, background).low_since;
            low_since.is_none_or(|low| low > since)
        }
        (None, Alarm::FetalBradycardia) => {
            let (background, _) = acts::background(&mut tx, &labor).await?;
            let slow = rules::lasts_slow(&rules::after_all(&seen, background), tx.now);
            labor.state != LaborState::Open || !slow
        }
        (None, Alarm::ResitingDue) => {
            let (background, _) = acts::background(&mut tx, &labor).await?;
            let hurts = rules::names(&rules::judge_all(&seen, background), subject, Alarm::NoRelief);
            !hurts || rules::was_replaced(record.as_ref(), since)
        }
        // It was entered in error.
        (None, _) => true,
    };
    if over {
        return Ok(());
    }
    let raised = store::alarms(&mut tx, facility, &[labor.id]).await?;
    let since_then = |row: &ObservationRow| row.observation.observed_at >= since;
    let calls = vec![(alarm, rules::called_by(alarm))];
    let calls = rules::unheard(&raised, calls, |_, known| {
        let row = seen.iter().find(|row| row.id.0 == known.subject);
        known.subject == newest || row.is_some_and(since_then)
    });
    let about = (acts::ALARM, newest);
    if acts::raise(&mut tx, &labor, about, calls).await?.is_none() {
        return Ok(());
    }
    let detail = json!({ "task": acts::ALARM, "urgent": true });
    journal(&mut tx, Act::AnalgesiaRemind, &labor, detail).await?;
    tx.commit().await
}

/// A consent that comes into force while analgesia runs, as after a start by exception, carries it from now on.
/// Idempotent: it is told once.
async fn consented(ctx: &Ctx, job: &Job) -> Result<()> {
    let Consented { episode } = job.payload()?;
    let facility = hospital(job)?;
    let mut tx = ctx.write(Act::ConsentStarted).await?;
    episode::facts::lock(&mut tx, facility, episode).await?;
    let Some(labor) = store::running(&mut tx, facility, episode).await? else {
        return Ok(());
    };
    let record = store::record(&mut tx, facility, labor.id).await?;
    let record = record.as_ref().map(|version| &version.record);
    let stop = store::stop(&mut tx, facility, labor.id).await?;
    let runs = record.is_some_and(rules::needs_consent)
        && rules::standing_end(record, stop.as_ref().map(|version| &version.stop)).is_none();
    if runs && consent::facts::started(&mut tx, facility, episode).await? {
        tx.commit().await?;
    }
    Ok(())
}
