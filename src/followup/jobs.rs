//! What is due: the schedule after a birth, reminders, calls by staff, the escalation of a red flag.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;

use super::acts::call;
use super::model::{FollowUp, PointState};
use super::schedule::{self, Slot};
use super::{rules, store};
use crate::analgesia::model::Birth;
use crate::base::error::{Error, Result};
use crate::base::id::{AlertId, EpisodeId, FacilityId, FollowUpId, LaborId, PatientId};
use crate::base::{Act, Actor, Role, Subject};
use crate::content::forms::SATISFACTION;
use crate::ctx::{Ctx, Tx};
use crate::episode::model::{NewTask, Step, StepKind, StepState};
use crate::outbox::{Job, Message};
use crate::{analgesia, episode, forms, people};

/// Task: an alert waits.
pub const ALERT: &str = "followup.alert";
/// Task and job: she did not answer, staff phone her.
pub const PHONE: &str = "followup.phone";
/// Task: an anesthesiologist calls her after the death of a baby.
pub const LOSS_CALL: &str = "followup.loss_call";
/// Task: she was dissatisfied and asked for a call.
pub const SERVICE_RECOVERY: &str = "followup.service_recovery";
/// Job: a red flag goes a step further.
pub const ESCALATE: &str = "followup.escalate";

const SCHEDULE: &str = "followup.schedule";
const REMIND: &str = "followup.remind";
const REMIND_SURVEY: &str = "followup.remind_survey";

#[derive(Serialize, Deserialize)]
struct Delivered {
    labor: LaborId,
    episode: EpisodeId,
}

#[derive(Serialize, Deserialize)]
struct OfPoint {
    follow_up: FollowUpId,
}

/// A red flag that may have to go further.
#[derive(Serialize, Deserialize)]
pub struct Escalate {
    /// Which.
    pub alert: AlertId,
    /// To which step, 1 or 2.
    pub step: i64,
}

/// Does a job of follow-up; false if it is not one.
pub async fn handle(ctx: &Ctx, job: &Job) -> Result<bool> {
    if !job.kind.starts_with("followup.") {
        return Ok(false);
    }
    let facility = job
        .facility_id
        .ok_or_else(|| Error::broken("a job of follow-up without its hospital"))?;
    match job.kind.as_str() {
        SCHEDULE => schedule_all(ctx, facility, job.payload()?).await?,
        REMIND => remind(ctx, facility, job.payload()?).await?,
        REMIND_SURVEY => remind_survey(ctx, facility, job.payload()?).await?,
        PHONE => phone(ctx, facility, job.payload()?).await?,
        ESCALATE => escalate(ctx, facility, job.payload()?).await?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Her step for the survey.
pub fn survey_step(
    facility: FacilityId,
    episode: EpisodeId,
    born_at: DateTime<Utc>,
    state: StepState,
) -> Step {
    Step {
        episode,
        facility,
        kind: StepKind::Survey,
        reference: SATISFACTION.to_owned(),
        subject: None,
        state,
        due_from: Some(born_at + schedule::SURVEY_OPENS),
        due_to: Some(born_at + schedule::SURVEY_CLOSES),
        required: false,
    }
}

/// The task to phone her about a point.
pub async fn phone_task(tx: &mut Tx, point: &FollowUp, due: DateTime<Utc>) -> Result<()> {
    let task = NewTask {
        facility: point.facility_id,
        patient: point.patient_id,
        episode: point.episode_id,
        kind: PHONE,
        subject: point.id.0,
        roles: vec![Role::Midwife, Role::Anesthesiologist],
        due,
        urgent: false,
    };
    episode::facts::add_task(tx, &task).await?;
    Ok(())
}

async fn journal(tx: &mut Tx, act: Act, facility: FacilityId, subject: Subject) -> Result<()> {
    tx.journal_as(act, Actor::SYSTEM, Some(facility), subject, json!({}), None)
        .await
}

/// Makes the points of a birth, or turns what is not answered yet to the forms without the baby after a loss.
#[instrument(name = "followup.schedule", skip_all)]
async fn schedule_all(ctx: &Ctx, facility: FacilityId, delivered: Delivered) -> Result<()> {
    let mut tx = ctx.write(Act::FollowupSchedule).await?;
    let Some(episode) = episode::facts::lock(&mut tx, facility, delivered.episode).await? else {
        return Ok(());
    };
    let Some(birth) = analgesia::facts::birth(&mut tx, facility, delivered.labor).await? else {
        return Ok(());
    };
    // The questions are about a puncture and its drugs: without a block there is nothing to follow up.
    let Some(_) = birth.technique else {
        return Ok(());
    };
    let loss = rules::is_loss(&birth);
    let mut changed = false;
    for slot in schedule::slots(birth.born_at) {
        match store::point_of_labor(&mut tx, facility, birth.labor, slot.point).await? {
            None => {
                add_point(&mut tx, facility, &birth, &slot, loss).await?;
                changed = true;
            }
            Some(known) => changed |= loss && !known.after_loss && known.answered_at.is_none(),
        }
    }
    if !changed {
        return Ok(());
    }
    if loss {
        store::set_after_loss(&mut tx, facility, birth.labor).await?;
        forms::facts::mark_after_loss(&mut tx, facility, episode.id).await?;
        forms::facts::close_assignments(&mut tx, facility, episode.id, SATISFACTION).await?;
        let steps = episode::facts::steps(&mut tx, facility, episode.id).await?;
        if steps.iter().any(|step| step.kind == StepKind::Survey) {
            let closed = survey_step(facility, episode.id, birth.born_at, StepState::Closed);
            episode::facts::set_step(&mut tx, &closed).await?;
        }
        let call = NewTask {
            facility,
            patient: birth.patient,
            episode: episode.id,
            kind: LOSS_CALL,
            subject: birth.labor.0,
            roles: vec![Role::Anesthesiologist],
            due: birth.born_at + chrono::Duration::hours(24),
            urgent: false,
        };
        episode::facts::add_task(&mut tx, &call).await?;
    } else if birth.first_dose_at.is_some() {
        open_survey(&mut tx, facility, &birth).await?;
    }
    let subject = Subject::of_patient("labor", birth.labor, birth.patient);
    journal(&mut tx, Act::FollowupSchedule, facility, subject).await?;
    tx.commit().await
}

async fn add_point(tx: &mut Tx, facility: FacilityId, birth: &Birth, slot: &Slot, loss: bool) -> Result<()> {
    let point = FollowUp {
        id: tx.id(),
        facility_id: facility,
        patient_id: birth.patient,
        episode_id: birth.episode,
        labor_id: birth.labor,
        point: slot.point,
        form: format!("follow-up-{}", slot.point.word()),
        after_loss: loss,
        delivery_mode: birth.mode.word().to_owned(),
        born_at: birth.born_at,
        opens: slot.opens,
        due: slot.due,
        overdue_at: slot.overdue_at,
        response_id: None,
        level: None,
        complete: None,
        answered_at: None,
    };
    store::add_point(tx, &point).await?;
    forms::facts::assign(
        tx,
        facility,
        birth.patient,
        birth.episode,
        &point.form,
        slot.point.word(),
        slot.opens,
        Some(slot.due),
        Some(slot.closes),
    )
    .await?;
    let step = Step {
        episode: birth.episode,
        facility,
        kind: StepKind::FollowUp,
        reference: slot.point.word().to_owned(),
        subject: Some(point.id.0),
        state: StepState::Open,
        due_from: Some(slot.opens),
        due_to: Some(slot.overdue_at),
        required: true,
    };
    episode::facts::set_step(tx, &step).await?;
    let payload = OfPoint { follow_up: point.id };
    let now = tx.now;
    // A birth that is entered late is not followed by a row of old reminders.
    for (n, due) in slot.reminders.iter().filter(|due| **due > now).enumerate() {
        let message = Message {
            kind: REMIND,
            facility: Some(facility),
            payload: &payload,
            dedupe: Some(format!("{}/{n}", point.id)),
            due: *due,
        };
        tx.enqueue(message).await?;
    }
    let message = Message {
        kind: PHONE,
        facility: Some(facility),
        payload: &payload,
        dedupe: Some(point.id.to_string()),
        due: slot.phone_at,
    };
    tx.enqueue(message).await
}

async fn open_survey(tx: &mut Tx, facility: FacilityId, birth: &Birth) -> Result<()> {
    let (opens, closes) = (
        birth.born_at + schedule::SURVEY_OPENS,
        birth.born_at + schedule::SURVEY_CLOSES,
    );
    forms::facts::assign(
        tx,
        facility,
        birth.patient,
        birth.episode,
        SATISFACTION,
        SATISFACTION,
        opens,
        None,
        Some(closes),
    )
    .await?;
    let step = survey_step(facility, birth.episode, birth.born_at, StepState::Open);
    episode::facts::set_step(tx, &step).await?;
    let payload = Delivered {
        labor: birth.labor,
        episode: birth.episode,
    };
    let (now, due) = (tx.now, schedule::survey_reminders(birth.born_at));
    for (n, due) in due.into_iter().filter(|due| *due > now).enumerate() {
        let message = Message {
            kind: REMIND_SURVEY,
            facility: Some(facility),
            payload: &payload,
            dedupe: Some(format!("{}/{n}", birth.labor)),
            due,
        };
        tx.enqueue(message).await?;
    }
    Ok(())
}

/// Whether her data may only be kept: then nobody reminds or phones her.
async fn restricted(tx: &mut Tx, facility: FacilityId, patient: PatientId) -> Result<bool> {
    Ok(people::facts::restricted(tx, facility).await?.contains(&patient))
}

async fn remind(ctx: &Ctx, facility: FacilityId, job: OfPoint) -> Result<()> {
    let mut tx = ctx.write(Act::FollowupRemind).await?;
    let Some(point) = store::point(&mut tx, facility, job.follow_up).await? else {
        return Ok(());
    };
    if point.answered_at.is_some() || restricted(&mut tx, facility, point.patient_id).await? {
        return Ok(());
    }
    episode::facts::notify(
        &mut tx,
        facility,
        point.patient_id,
        "follow_up_due",
        point.point.word(),
    )
    .await?;
    let subject = Subject::of_patient("follow_up", point.id, point.patient_id);
    journal(&mut tx, Act::FollowupRemind, facility, subject).await?;
    tx.commit().await
}

async fn remind_survey(ctx: &Ctx, facility: FacilityId, job: Delivered) -> Result<()> {
    let mut tx = ctx.write(Act::FollowupRemind).await?;
    let Some(birth) = analgesia::facts::birth(&mut tx, facility, job.labor).await? else {
        return Ok(());
    };
    let replied = !store::replies_of(&mut tx, facility, job.labor).await?.is_empty();
    if replied || rules::is_loss(&birth) || restricted(&mut tx, facility, birth.patient).await? {
        return Ok(());
    }
    episode::facts::notify(&mut tx, facility, birth.patient, "survey_due", SATISFACTION).await?;
    let subject = Subject::of_patient("labor", birth.labor, birth.patient);
    journal(&mut tx, Act::FollowupRemind, facility, subject).await?;
    tx.commit().await
}

async fn phone(ctx: &Ctx, facility: FacilityId, job: OfPoint) -> Result<()> {
    let mut tx = ctx.write(Act::FollowupRemind).await?;
    let Some(point) = store::point(&mut tx, facility, job.follow_up).await? else {
        return Ok(());
    };
    if point.state(tx.now) == PointState::Answered || restricted(&mut tx, facility, point.patient_id).await? {
        return Ok(());
    }
    phone_task(&mut tx, &point, point.overdue_at).await?;
    let subject = Subject::of_patient("follow_up", point.id, point.patient_id);
    journal(&mut tx, Act::FollowupRemind, facility, subject).await?;
    tx.commit().await
}

#[instrument(name = "followup.escalate", skip_all)]
async fn escalate(ctx: &Ctx, facility: FacilityId, job: Escalate) -> Result<()> {
    let mut tx = ctx.write(Act::FollowupEscalate).await?;
    let Some(known) = store::alert(&mut tx, facility, job.alert).await? else {
        return Ok(());
    };
    episode::facts::lock(&mut tx, facility, known.episode_id).await?;
    let Some(mut alert) = store::alert(&mut tx, facility, job.alert).await? else {
        return Ok(());
    };
    if !rules::escalates(&alert, job.step) {
        return Ok(());
    }
    alert.step = job.step;
    store::save_alert(&mut tx, &alert).await?;
    call(&mut tx, &mut alert).await?;
    tx.journal_as(
        Act::FollowupEscalate,
        Actor::SYSTEM,
        Some(facility),
        Subject::of_patient("alert", alert.id, alert.patient_id),
        json!({ "step": job.step }),
        None,
    )
    .await?;
    tx.commit().await
}
