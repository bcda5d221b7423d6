//! The plan of a course: its points with their forms and reminders, made once and moved when the birth is corrected.

use chrono::{DateTime, Duration, Utc};
use serde_json::json;
use tracing::instrument;

use super::asking::{ask_mood, ask_why_not, close_survey, open_survey};
use super::course::{Course, course};
use super::jobs::{LOSS_CALL, OfLabor, OfPoint, PHONE, REMIND, SCHEDULE};
use super::model::{Ended, FollowUp, HEADACHE_FORM};
use super::schedule::{self, Slot};
use super::store;
use crate::analgesia::model::Mother;
use crate::base::error::Result;
use crate::base::id::{FacilityId, PatientId};
use crate::base::{Act, Role, Subject};
use crate::content::forms::EPDS;
use crate::ctx::{Ctx, Tx};
use crate::episode::model::{NewTask, Step, StepKind, StepState, TaskLine};
use crate::outbox::Message;
use crate::people::model::Windows;
use crate::{episode, forms, people};

/// Within what time an anesthesiologist calls her after the death of a baby.
const LOSS_CALLED: Duration = Duration::hours(24);

/// Makes the points of a course and brings those that nobody has answered to what is known now: the birth corrected, a
/// baby or the mother dead, another labor in the place of the first. What was entered in error is taken back.
#[instrument(name = "followup.schedule", skip_all)]
pub async fn schedule_all(ctx: &Ctx, facility: FacilityId, job: OfLabor) -> Result<()> {
    let mut tx = ctx.write(Act::FollowupSchedule).await?;
    if episode::facts::lock(&mut tx, facility, job.episode)
        .await?
        .is_none()
    {
        return Ok(());
    }
    let Some(course) = course(&mut tx, facility, job.labor).await? else {
        let followed = take_back(&mut tx, facility, &job).await?;
        let asked = ask_why_not(&mut tx, facility, &job).await?;
        return match followed.or(asked) {
            Some(patient) => planned(tx, facility, &job, patient).await,
            None => Ok(()),
        };
    };
    let known = store::points_of_episode(&mut tx, facility, course.episode).await?;
    let (own, other): (Vec<FollowUp>, Vec<FollowUp>) = known
        .into_iter()
        .partition(|point| point.labor_id == course.labor);
    let stands = |point: &FollowUp| point.ended != Some(Ended::Mistaken);
    if other
        .iter()
        .any(|point| stands(point) && point.born_at > course.born_at)
    {
        // A later labor of the pregnancy is followed in its place.
        return Ok(());
    }
    end_all(&mut tx, other, Ended::Replaced).await?;
    if course.mother == Mother::Died {
        end_all(&mut tx, own, Ended::Died).await?;
        nothing_more(&mut tx, facility, &job).await?;
    } else {
        let place = people::facts::facility(&mut tx, facility).await?;
        let windows = schedule::windows(place.settings.follow_up_windows, &own);
        keep_all(&mut tx, &course, &windows, own).await?;
        if ctx.content.forms.current(EPDS).is_some() {
            ask_mood(&mut tx, &course, &windows).await?;
        }
        leave_out_baby(&mut tx, &course).await?;
        call_after_loss(&mut tx, &course).await?;
    }
    if course.has_survey {
        open_survey(&mut tx, &course).await?;
    } else {
        close_survey(&mut tx, facility, job.episode).await?;
    }
    ask_why_not(&mut tx, facility, &job).await?;
    planned(tx, facility, &job, course.patient).await
}

async fn planned(mut tx: Tx, facility: FacilityId, job: &OfLabor, patient: PatientId) -> Result<()> {
    let subject = Subject::of_patient("labor", job.labor, patient);
    tx.journal_own(Act::FollowupSchedule, Some(facility), subject, json!({}))
        .await?;
    tx.commit().await
}

/// What was asked because of a block or a birth that was entered in error is asked no more; an earlier labor that it had
/// replaced is followed again. Whom it was asked of.
async fn take_back(tx: &mut Tx, facility: FacilityId, job: &OfLabor) -> Result<Option<PatientId>> {
    let known = store::points_of_episode(tx, facility, job.episode).await?;
    // A later labor of the pregnancy is followed with the same forms.
    let newest = known.first().filter(|point| point.labor_id == job.labor);
    let Some(patient) = newest.map(|point| point.patient_id) else {
        return Ok(None);
    };
    let (own, other): (Vec<FollowUp>, Vec<FollowUp>) =
        known.into_iter().partition(|point| point.labor_id == job.labor);
    end_all(tx, own, Ended::Mistaken).await?;
    close_survey(tx, facility, job.episode).await?;
    nothing_more(tx, facility, job).await?;
    let replaced = |point: &&FollowUp| point.ended == Some(Ended::Replaced);
    if let Some(former) = other.iter().find(replaced) {
        plan_again(tx, former).await?;
    }
    Ok(Some(patient))
}

/// Ends what nobody has answered.
async fn end_all(tx: &mut Tx, points: Vec<FollowUp>, why: Ended) -> Result<()> {
    for point in points {
        if point.answered_at.is_some() || point.ended == Some(why) {
            continue;
        }
        store::end_point(tx, &point, why, None).await?;
        episode::facts::finish_tasks(tx, point.facility_id, PHONE, point.id.0).await?;
        // The next labor is asked about with the forms and the steps of the one that it replaces.
        if why != Ended::Replaced {
            forms::facts::close_assignments(tx, point.facility_id, point.episode_id, &point.form).await?;
            let step = point_step(&point, StepState::Closed);
            episode::facts::set_step(tx, &step).await?;
        }
    }
    Ok(())
}

/// Makes and moves the points of a course; those after a puncture only while there was one.
async fn keep_all(tx: &mut Tx, course: &Course, windows: &Windows, own: Vec<FollowUp>) -> Result<()> {
    let (after_puncture, own): (Vec<FollowUp>, Vec<FollowUp>) =
        own.into_iter().partition(|point| point.form == HEADACHE_FORM);
    for slot in schedule::slots(windows, course.born_at) {
        let known = own.iter().find(|point| point.point == slot.point);
        keep(tx, course, &slot, known).await?;
    }
    if !course.has_puncture {
        return end_all(tx, after_puncture, Ended::Mistaken).await;
    }
    let now = tx.now;
    for slot in schedule::slots_after_puncture(course.born_at) {
        let known = after_puncture.iter().find(|point| point.point == slot.point);
        // Of a puncture that becomes known later, only what is still to come is asked.
        if known.is_some() || slot.closes > now {
            keep(tx, course, &slot, known).await?;
        }
    }
    Ok(())
}

/// Makes a point, or moves it.
async fn keep(tx: &mut Tx, course: &Course, slot: &Slot, known: Option<&FollowUp>) -> Result<()> {
    let Some(known) = known else {
        let point = FollowUp {
            id: tx.id(),
            facility_id: course.facility,
            patient_id: course.patient,
            episode_id: course.episode,
            labor_id: course.labor,
            point: slot.point,
            form: slot.point.form().to_owned(),
            after_loss: course.without_baby,
            delivery_mode: course.mode.to_owned(),
            born_at: course.born_at,
            opens: slot.opens,
            due: slot.due,
            overdue_at: slot.overdue_at,
            window: slot.window,
            response_id: None,
            level: None,
            complete: None,
            answered_at: None,
            ended: None,
            lost_reason: None,
            reminded_at: None,
            calls: Vec::new(),
        };
        store::add_point(tx, &point).await?;
        return ask(tx, &point, slot).await;
    };
    let moved = known.born_at != course.born_at || known.delivery_mode != course.mode;
    let wrongly_ended = matches!(known.ended, Some(Ended::Died | Ended::Replaced | Ended::Mistaken));
    if known.answered_at.is_none() && (moved || wrongly_ended) {
        store::move_point(tx, known, course.born_at, course.mode, slot).await?;
        let point = FollowUp {
            opens: slot.opens,
            overdue_at: slot.overdue_at,
            ..known.clone()
        };
        ask(tx, &point, slot).await?;
    }
    Ok(())
}

/// The form, the step and the reminders of a point. Asked again, they move.
async fn ask(tx: &mut Tx, point: &FollowUp, slot: &Slot) -> Result<()> {
    let facility = point.facility_id;
    let assignment = forms::facts::assign(
        tx,
        facility,
        point.patient_id,
        point.episode_id,
        &point.form,
        point.point.word(),
        slot.opens,
        Some(slot.due),
        Some(slot.closes),
    )
    .await?;
    forms::facts::close_at(tx, facility, assignment, slot.closes).await?;
    episode::facts::set_step(tx, &point_step(point, StepState::Open)).await?;
    let now = tx.now;
    // A birth that is entered late is not followed by a row of old reminders.
    for due in slot.reminders.iter().filter(|due| **due > now) {
        enqueue_of_point(tx, point, REMIND, *due).await?;
    }
    for due in [slot.due, slot.phone_at] {
        enqueue_of_point(tx, point, PHONE, due).await?;
    }
    Ok(())
}

/// Asks anew about a point whose answers were taken back. What became known since they came is looked at by the plan.
pub async fn ask_again(tx: &mut Tx, point: &FollowUp) -> Result<()> {
    ask(tx, point, &schedule::slot_of(point)).await?;
    plan_again(tx, point).await
}

/// Brings the plan that a point is of to what is known now.
async fn plan_again(tx: &mut Tx, point: &FollowUp) -> Result<()> {
    let of = OfLabor {
        labor: point.labor_id,
        episode: point.episode_id,
    };
    let due = tx.now;
    tx.enqueue(Message {
        kind: SCHEDULE,
        facility: Some(point.facility_id),
        payload: &of,
        dedupe: Some(format!("{}@{}", point.labor_id, due.timestamp())),
        due,
    })
    .await
}

/// A job about a point at a time of its plan, which it carries: one of a plan that has moved since does nothing.
async fn enqueue_of_point(
    tx: &mut Tx,
    point: &FollowUp,
    kind: &'static str,
    planned: DateTime<Utc>,
) -> Result<()> {
    let payload = OfPoint {
        follow_up: point.id,
        planned,
    };
    tx.enqueue(Message {
        kind,
        facility: Some(point.facility_id),
        payload: &payload,
        dedupe: Some(format!("{}@{}", point.id, planned.timestamp())),
        due: planned,
    })
    .await
}

/// The step of a point on her pathway.
pub fn point_step(point: &FollowUp, state: StepState) -> Step {
    Step {
        episode: point.episode_id,
        facility: point.facility_id,
        kind: StepKind::FollowUp,
        reference: point.point.word().to_owned(),
        subject: Some(point.id.0),
        state,
        due_from: Some(point.opens),
        due_to: Some(point.overdue_at),
        required: true,
    }
}

/// The mother died, or there was no block or no birth: neither the scale nor a call is left of what is not a point.
async fn nothing_more(tx: &mut Tx, facility: FacilityId, job: &OfLabor) -> Result<()> {
    forms::facts::close_assignments(tx, facility, job.episode, EPDS).await?;
    episode::facts::finish_tasks(tx, facility, LOSS_CALL, job.labor.0).await
}

/// The forms that are not answered come with or without the baby, as it is known now.
async fn leave_out_baby(tx: &mut Tx, course: &Course) -> Result<()> {
    let without = course.without_baby;
    store::set_after_loss(tx, course.facility, course.labor, without).await?;
    forms::facts::mark_after_loss(tx, course.facility, course.episode, without).await
}

/// An anesthesiologist calls her after the death of a baby.
async fn call_after_loss(tx: &mut Tx, course: &Course) -> Result<()> {
    if !course.is_loss {
        return episode::facts::finish_tasks(tx, course.facility, LOSS_CALL, course.labor.0).await;
    }
    let tasks = episode::facts::tasks_about(tx, course.facility, course.labor.0).await?;
    // One that the service finished itself called nobody: it was the death of the mother, or no loss, that was entered in
    // error.
    let called =
        |task: &TaskLine| task.kind == LOSS_CALL && (task.done_at.is_none() || task.done_by.is_some());
    if tasks.iter().any(called) {
        return Ok(());
    }
    let call = NewTask {
        facility: course.facility,
        patient: course.patient,
        episode: course.episode,
        kind: LOSS_CALL,
        subject: course.labor.0,
        roles: vec![Role::Anesthesiologist],
        due: course.born_at + LOSS_CALLED,
        urgent: false,
    };
    episode::facts::add_task(tx, &call).await?;
    Ok(())
}
