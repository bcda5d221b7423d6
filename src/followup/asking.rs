//! What she is asked beside the points of the plan: the survey, the depression scale, why she had no block.

use chrono::{DateTime, Utc};

use super::course::Course;
use super::jobs::{OfLabor, OfSurvey, REMIND_SURVEY};
use super::model::Point;
use super::{rules, schedule, store};
use crate::analgesia;
use crate::base::error::Result;
use crate::base::id::{EpisodeId, FacilityId, PatientId};
use crate::consent;
use crate::consent::model::State;
use crate::content::forms::{EPDS, REFUSAL, SATISFACTION};
use crate::ctx::Tx;
use crate::episode::model::{Step, StepKind, StepState};
use crate::outbox::Message;
use crate::people::model::Windows;
use crate::{episode, forms};

/// The point at which her mood is asked about.
const MOOD_AT: Point = Point::F42;

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

/// A birth of a woman who took her consent back, or who had refused and had no labor analgesia: she is asked why, in three
/// questions, also when she had anesthesia for a cesarean. Whom it has asked.
pub async fn ask_why_not(tx: &mut Tx, facility: FacilityId, job: &OfLabor) -> Result<Option<PatientId>> {
    let Some(birth) = analgesia::facts::birth(tx, facility, job.labor).await? else {
        return Ok(None);
    };
    let standing = consent::facts::standing(tx, facility, job.episode).await?;
    let refused = standing.is_some_and(|one| matches!(one.state, State::Refused | State::Withdrawn));
    let without = birth.first_dose_at.is_none() && refused;
    if !(without || birth.took_back) || rules::is_left_in_peace(&birth) {
        return Ok(None);
    }
    let (opens, closes) = (
        birth.born_at + schedule::SURVEY_OPENS,
        birth.born_at + schedule::SURVEY_CLOSES,
    );
    let (patient, episode) = (birth.patient, birth.episode);
    forms::facts::assign(
        tx,
        facility,
        patient,
        episode,
        REFUSAL,
        REFUSAL,
        opens,
        None,
        Some(closes),
    )
    .await?;
    Ok(Some(patient))
}

/// The depression scale, beside the form of six weeks.
pub async fn ask_mood(tx: &mut Tx, course: &Course, windows: &Windows) -> Result<()> {
    let slot = schedule::slot(MOOD_AT, windows, course.born_at);
    let assignment = forms::facts::assign(
        tx,
        course.facility,
        course.patient,
        course.episode,
        EPDS,
        MOOD_AT.word(),
        slot.opens,
        Some(slot.due),
        Some(slot.closes),
    )
    .await?;
    forms::facts::close_at(tx, course.facility, assignment, slot.closes).await
}

/// The survey is not asked of her, or no longer.
pub async fn close_survey(tx: &mut Tx, facility: FacilityId, episode: EpisodeId) -> Result<()> {
    forms::facts::close_assignments(tx, facility, episode, SATISFACTION).await?;
    let steps = episode::facts::steps(tx, facility, episode).await?;
    let open = |step: &Step| step.kind == StepKind::Survey && step.state == StepState::Open;
    if let Some(mut step) = steps.into_iter().find(open) {
        step.state = StepState::Closed;
        episode::facts::set_step(tx, &step).await?;
    }
    Ok(())
}

/// The survey, with its reminders, until she has replied.
pub async fn open_survey(tx: &mut Tx, course: &Course) -> Result<()> {
    let replied = !store::replies_of(tx, course.facility, course.labor)
        .await?
        .is_empty();
    if replied {
        return Ok(());
    }
    let (opens, closes) = (
        course.born_at + schedule::SURVEY_OPENS,
        course.born_at + schedule::SURVEY_CLOSES,
    );
    let assignment = forms::facts::assign(
        tx,
        course.facility,
        course.patient,
        course.episode,
        SATISFACTION,
        SATISFACTION,
        opens,
        None,
        Some(closes),
    )
    .await?;
    forms::facts::close_at(tx, course.facility, assignment, closes).await?;
    let step = survey_step(course.facility, course.episode, course.born_at, StepState::Open);
    episode::facts::set_step(tx, &step).await?;
    let (now, due) = (tx.now, schedule::survey_reminders(course.born_at));
    for due in due.into_iter().filter(|due| *due > now) {
        let payload = OfSurvey {
            labor: course.labor,
            planned: due,
        };
        let message = Message {
            kind: REMIND_SURVEY,
            facility: Some(course.facility),
            payload: &payload,
            dedupe: Some(format!("{}@{}", course.labor, due.timestamp())),
            due,
        };
        tx.enqueue(message).await?;
    }
    Ok(())
}
