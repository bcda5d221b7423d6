//! What she is asked beside the points of the plan: the survey, the depression scale, why she had no block.

use chrono::{DateTime, Utc};

use super::course::Course;
use super::jobs::{OfLabor, OfSurvey, REMIND_SURVEY};
use super::model::Point;
use super::{rules, schedule, store};
use crate::analgesia;
use crate::analgesia::model::Birth;
use crate::base::error::Result;
use crate::base::id::{EpisodeId, FacilityId, PatientId};
use crate::consent;
use crate::consent::model::State;
use crate::content::forms::{EPDS, REFUSAL, SATISFACTION};
use crate::ctx::Tx;
use crate::episode::model::{Episode, Step, StepKind, StepState};
use crate::forms::model::Assignment;
use crate::outbox::Message;
use crate::people::model::Windows;
use crate::{episode, forms};

/// The points at which her mood is asked about. At the first she may answer, and nobody waits for it.
const MOOD_AT: [(Point, bool); 2] = [(Point::F7, false), (Point::F42, true)];

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
/// questions, also when she had anesthesia for a cesarean; whom that is not true of any more is asked no more. Whose
/// questions it changed.
pub async fn ask_why_not(tx: &mut Tx, facility: FacilityId, job: &OfLabor) -> Result<Option<PatientId>> {
    let birth = analgesia::facts::birth(tx, facility, job.labor).await?;
    let standing = consent::facts::standing(tx, facility, job.episode).await?;
    let refused = standing.is_some_and(|one| matches!(one.state, State::Refused | State::Withdrawn));
    let asked = |birth: &Birth| {
        let without = birth.first_dose_at.is_none() && refused;
        (without || birth.took_back) && !rules::is_left_in_peace(birth)
    };
    let Some(birth) = birth.as_ref().filter(|birth| asked(birth)) else {
        let episode = episode::facts::get(tx, facility, job.episode).await?;
        // It may have been asked because of a later labor of the pregnancy.
        let own = |episode: &Episode| birth.is_some() || episode.born_at.is_none();
        return match episode.filter(own) {
            Some(episode) => ask_no_more(tx, &episode).await,
            None => Ok(None),
        };
    };
    let (opens, closes) = (
        birth.born_at + schedule::SURVEY_OPENS,
        birth.born_at + schedule::SURVEY_CLOSES,
    );
    let (patient, episode) = (birth.patient, birth.episode);
    let assignment = forms::facts::assign(
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
    forms::facts::close_at(tx, facility, assignment, closes).await?;
    Ok(Some(patient))
}

/// Ends the window of the three questions, where it is open. Whose.
async fn ask_no_more(tx: &mut Tx, episode: &Episode) -> Result<Option<PatientId>> {
    let now = tx.now;
    let all = forms::facts::assignments(tx, episode.facility_id, episode.id).await?;
    let open = |one: &Assignment| one.name == REFUSAL && one.closes_at.is_none_or(|at| at > now);
    if !all.iter().any(open) {
        return Ok(None);
    }
    forms::facts::close_assignments(tx, episode.facility_id, episode.id, REFUSAL).await?;
    Ok(Some(episode.patient_id))
}

/// The depression scale, beside the form of six weeks; beside that of a week she is offered it.
pub async fn ask_mood(tx: &mut Tx, course: &Course, windows: &Windows) -> Result<()> {
    for (point, is_awaited) in MOOD_AT {
        let slot = schedule::slot(point, windows, course.born_at);
        let assignment = forms::facts::assign(
            tx,
            course.facility,
            course.patient,
            course.episode,
            EPDS,
            point.word(),
            slot.opens,
            is_awaited.then_some(slot.due),
            Some(slot.closes),
        )
        .await?;
        forms::facts::close_at(tx, course.facility, assignment, slot.closes).await?;
    }
    Ok(())
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
