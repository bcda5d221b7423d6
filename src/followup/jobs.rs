//! What is due: reminders, calls by staff, the escalation of an alert, the end of a pregnancy's record.
//!
//! Each job looks at the plan again: one of a plan that has moved since, and one that was done before, does nothing.

use chrono::{DateTime, Duration, Utc};
use futures_util::FutureExt;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;

use super::acts::{call, escalation_task};
use super::course::{Course, course, was_moved};
use super::model::{FollowUp, Point};
use super::{checking, daily, mood, planning, rules, schedule, store};
use crate::analgesia::model::{ComplicationCode, Mother};
use crate::base::error::{Error, Result};
use crate::base::id::{AlertId, EpisodeId, FacilityId, FollowUpId, LaborId, PatientId};
use crate::base::{Act, Role, Subject};
use crate::content::forms::SATISFACTION;
use crate::ctx::{Ctx, Tx};
use crate::episode::model::{NewTask, Stage};
use crate::outbox::{Job, Message};
use crate::{analgesia, episode, people};

/// Task: an alert waits.
pub const ALERT: &str = "followup.alert";
/// Task: an alert that nobody took waits for the next on call.
pub const ALERT_NEXT: &str = "followup.alert_next";
/// Task: an alert that nobody took waits for the duty officer.
pub const ALERT_OFFICER: &str = "followup.alert_officer";
/// Task and job: she did not answer, staff phone her.
pub const PHONE: &str = "followup.phone";
/// Task: an anesthesiologist calls her after the death of a baby.
pub const LOSS_CALL: &str = "followup.loss_call";
/// Task: she was dissatisfied and asked for a call.
pub const SERVICE_RECOVERY: &str = "followup.service_recovery";
/// Task: an examination found a tip that was not whole.
pub const EXAMINED: &str = "followup.examined";
/// Job: the plan of a labor is made, or brought to what is known.
pub const SCHEDULE: &str = "followup.schedule";
/// Job: an alert goes a step further.
pub const ESCALATE: &str = "followup.escalate";
/// Job: she is reminded of a point.
pub const REMIND: &str = "followup.remind";
/// Job: she is reminded of the survey.
pub const REMIND_SURVEY: &str = "followup.remind_survey";

const OVER: &str = "followup.over";

/// So long after a birth nothing more is asked, and the pregnancy is over.
const POSTPARTUM: Duration = Duration::hours(people::model::FOLLOW_UP_ENDS_H);

/// What a job about a labor carries.
#[derive(Serialize, Deserialize)]
pub struct OfLabor {
    /// The labor.
    pub labor: LaborId,
    /// The pregnancy.
    pub episode: EpisodeId,
}

/// What a job about a point carries.
#[derive(Serialize, Deserialize)]
pub struct OfPoint {
    /// The point.
    pub follow_up: FollowUpId,
    /// The time of the plan that it stands for.
    pub planned: DateTime<Utc>,
}

/// What a job about a survey or a headache carries.
#[derive(Serialize, Deserialize)]
pub struct OfSurvey {
    /// The labor.
    pub labor: LaborId,
    /// The time of the plan that it stands for.
    pub planned: DateTime<Utc>,
}

/// An alert that may have to go further.
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
        SCHEDULE => planning::schedule_all(ctx, facility, job.payload()?).await?,
        REMIND => remind(ctx, facility, job.payload()?).await?,
        REMIND_SURVEY => remind_survey(ctx, facility, job.payload()?).await?,
        PHONE => phone(ctx, facility, job.payload()?).await?,
        ESCALATE => escalate(ctx, facility, job.payload()?).await?,
        daily::HEADACHE => daily::ask(ctx, facility, job.payload()?).await?,
        mood::AGAIN => mood::remind(ctx, facility, job.payload()?).await?,
        mood::CALL => mood::phone(ctx, facility, job.payload()?).await?,
        checking::CHECK_TEXT => checking::check(ctx, facility, job).boxed().await?,
        OVER => over(ctx, facility, job.payload()?).await?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// The task to phone her about a point. A mother who nearly died or was taken to another hospital is the anesthesiologist's
/// to call.
pub async fn phone_task(tx: &mut Tx, point: &FollowUp, due: DateTime<Utc>) -> Result<()> {
    let mother = analgesia::facts::mother(tx, point.facility_id, point.labor_id).await?;
    let was_moved = was_moved(tx, point.facility_id, point.labor_id).await?;
    let roles = match mother {
        Mother::Well if !was_moved => vec![Role::Midwife, Role::Anesthesiologist],
        Mother::Well | Mother::NearMiss | Mother::Died => vec![Role::Anesthesiologist],
    };
    let task = NewTask {
        facility: point.facility_id,
        patient: point.patient_id,
        episode: point.episode_id,
        kind: PHONE,
        subject: point.id.0,
        roles,
        due,
        urgent: false,
    };
    episode::facts::add_task(tx, &task).await?;
    Ok(())
}

/// Whether her data may only be kept: then nobody reminds or phones her.
pub(super) async fn restricted(tx: &mut Tx, facility: FacilityId, patient: PatientId) -> Result<bool> {
    Ok(people::facts::restricted(tx, facility).await?.contains(&patient))
}

/// A point that she is still asked about, and how she came out of the labor; none after an answer, for whom nobody may
/// contact, and for a mother who died.
async fn asked(tx: &mut Tx, facility: FacilityId, id: FollowUpId) -> Result<Option<(FollowUp, Mother)>> {
    let Some(known) = store::point(tx, facility, id).await? else {
        return Ok(None);
    };
    episode::facts::lock(tx, facility, known.episode_id).await?;
    // Read again under the lock: she may have answered in between.
    let Some(point) = store::point(tx, facility, id).await? else {
        return Ok(None);
    };
    if point.answered_at.is_some()
        || point.ended.is_some()
        || restricted(tx, facility, point.patient_id).await?
    {
        return Ok(None);
    }
    let course = course(tx, facility, point.labor_id).await?;
    Ok(course
        .filter(|course| course.mother != Mother::Died)
        .map(|course| (point, course.mother)))
}

/// The course of a labor whose pregnancy is locked: what it is decided by does not change any more.
pub(super) async fn locked(tx: &mut Tx, facility: FacilityId, id: LaborId) -> Result<Option<Course>> {
    let Some(labor) = analgesia::facts::labor(tx, facility, id).await? else {
        return Ok(None);
    };
    episode::facts::lock(tx, facility, labor.episode_id).await?;
    course(tx, facility, id).await
}

/// Puts a reminder that a late worker finds in the quiet hours off until they are over; whether it did.
pub(super) async fn put_off<T: Serialize + Sync>(
    tx: &mut Tx,
    facility: FacilityId,
    kind: &'static str,
    payload: &T,
    about: &Subject,
) -> Result<bool> {
    let due = schedule::awake(tx.now);
    if due == tx.now {
        return Ok(false);
    }
    let dedupe = Some(format!("{}@{}", about.word(), due.timestamp()));
    tx.enqueue(Message {
        kind,
        facility: Some(facility),
        payload,
        dedupe,
        due,
    })
    .await?;
    tx.journal_own(
        Act::FollowupRemind,
        Some(facility),
        *about,
        json!({ "put_off": true }),
    )
    .await?;
    Ok(true)
}

async fn remind(ctx: &Ctx, facility: FacilityId, job: OfPoint) -> Result<()> {
    let mut tx = ctx.write(Act::FollowupRemind).await?;
    let Some((point, mother)) = asked(&mut tx, facility, job.follow_up).await? else {
        return Ok(());
    };
    let planned = schedule::slot_of(&point).reminder(tx.now);
    if mother != Mother::Well || planned != Some(job.planned) || point.reminded_at >= planned {
        return Ok(());
    }
    let subject = Subject::of_patient("follow_up", point.id, point.patient_id);
    if !put_off(&mut tx, facility, REMIND, &job, &subject).await? {
        store::set_reminded(&mut tx, &point, job.planned).await?;
        let reference = point.point.word();
        episode::facts::notify(&mut tx, facility, point.patient_id, "follow_up_due", reference).await?;
        tx.journal_own(Act::FollowupRemind, Some(facility), subject, json!({}))
            .await?;
    }
    tx.commit().await
}

async fn remind_survey(ctx: &Ctx, facility: FacilityId, job: OfSurvey) -> Result<()> {
    let mut tx = ctx.write(Act::FollowupRemind).await?;
    let Some(course) = locked(&mut tx, facility, job.labor).await? else {
        return Ok(());
    };
    let planned = schedule::survey_reminders(course.born_at);
    let last = planned.into_iter().filter(|at| *at <= tx.now).max();
    let replied = !store::replies_of(&mut tx, facility, job.labor).await?.is_empty();
    if !course.has_survey
        || last != Some(job.planned)
        || replied
        || restricted(&mut tx, facility, course.patient).await?
    {
        return Ok(());
    }
    let subject = Subject::of_patient("labor", course.labor, course.patient);
    if !put_off(&mut tx, facility, REMIND_SURVEY, &job, &subject).await? {
        episode::facts::notify(&mut tx, facility, course.patient, "survey_due", SATISFACTION).await?;
        tx.journal_own(Act::FollowupRemind, Some(facility), subject, json!({}))
            .await?;
    }
    tx.commit().await
}

/// Whether staff phone her as soon as a point is due: about the week where she or the staff have told of something before,
/// about the first day where she has gone home or elsewhere.
async fn phoned_at_once(tx: &mut Tx, point: &FollowUp) -> Result<bool> {
    let (facility, labor) = (point.facility_id, point.labor_id);
    match point.point {
        Point::F24 => {
            let labor = analgesia::facts::labor(tx, facility, labor).await?;
            Ok(labor.is_some_and(|labor| rules::left_early(&labor, point.born_at)))
        }
        Point::F7 => Ok(
            analgesia::facts::had(tx, facility, labor, ComplicationCode::Adp).await?
                || analgesia::facts::had(tx, facility, labor, ComplicationCode::Pdph).await?
                || store::had_alert(tx, facility, point.patient_id, point.episode_id).await?,
        ),
        _ => Ok(false),
    }
}

async fn phone(ctx: &Ctx, facility: FacilityId, job: OfPoint) -> Result<()> {
    let mut tx = ctx.write(Act::FollowupRemind).await?;
    let Some((point, _)) = asked(&mut tx, facility, job.follow_up).await? else {
        return Ok(());
    };
    let tasks = episode::facts::tasks_about(&mut tx, facility, point.id.0).await?;
    let waits = tasks
        .iter()
        .any(|task| task.kind == PHONE && task.done_at.is_none());
    let slot = schedule::slot_of(&point);
    let planned =
        job.planned == slot.phone_at || (job.planned == slot.due && phoned_at_once(&mut tx, &point).await?);
    if !planned || waits {
        return Ok(());
    }
    phone_task(&mut tx, &point, point.overdue_at).await?;
    let subject = Subject::of_patient("follow_up", point.id, point.patient_id);
    tx.journal_own(Act::FollowupRemind, Some(facility), subject, json!({}))
        .await?;
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
    escalation_task(&mut tx, &alert).await?;
    let subject = Subject::of_patient("alert", alert.id, alert.patient_id);
    let detail = json!({ "step": job.step, "level": alert.level });
    tx.journal_own(Act::FollowupEscalate, Some(facility), subject, detail)
        .await?;
    tx.commit().await
}

/// Eight weeks after a birth its pregnancy is over: the next one can begin.
#[instrument(name = "followup.over", skip_all)]
async fn over(ctx: &Ctx, facility: FacilityId, job: OfLabor) -> Result<()> {
    let mut tx = ctx.write(Act::FollowupOver).await?;
    let Some(episode) = episode::facts::lock(&mut tx, facility, job.episode).await? else {
        return Ok(());
    };
    let labor = analgesia::facts::labor(&mut tx, facility, job.labor).await?;
    let born_at = labor.and_then(|labor| labor.born_at);
    // The birth was corrected to a later day: that day has a job of its own.
    if episode.stage != Stage::Postpartum || born_at.is_none_or(|at| at + POSTPARTUM > tx.now) {
        return Ok(());
    }
    episode::facts::set_stage(&mut tx, facility, episode.id, Stage::Closed).await?;
    let subject = Subject::of_patient("episode", episode.id, episode.patient_id);
    tx.journal_own(Act::FollowupOver, Some(facility), subject, json!({}))
        .await?;
    tx.commit().await
}
