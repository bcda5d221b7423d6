//! What her home screen shows, and what it leaves alone. Pure.
//!
//! Nothing on it pushes her: what she said no to, what is past and what nobody knows is neither open, nor due, nor counted in
//! weeks. A step is put aside here and not where it is kept, so that it is hers again as soon as she asks.

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::LONGEST_OVERDUE;
use crate::episode::model::{Ending, Episode, Gestation, Situation, Stage, Step, StepKind, StepState, day};

/// For so long after a birth she is followed up.
const FOLLOWED_UP: Duration = Duration::days(56);

/// What the screen speaks of on a day.
pub fn situation(episode: &Episode, today: NaiveDate) -> Situation {
    match (episode.stage, episode.ending) {
        (Stage::Antenatal, _) if is_long_past(episode, today) => Situation::Unknown,
        (Stage::Antenatal, _) if episode.declined => Situation::Decided,
        (Stage::Antenatal, _) => Situation::Pregnant,
        (Stage::Labor, _) => Situation::InLabor,
        (Stage::Postpartum, Some(Ending::Birth)) => Situation::Born,
        (Stage::Postpartum, Some(Ending::Loss)) => Situation::AfterLoss,
        (Stage::Postpartum, _) => Situation::AfterBirth,
        (Stage::Closed, Some(Ending::Transferred)) => Situation::Transferred,
        (Stage::Closed, Some(Ending::Elsewhere)) => Situation::Elsewhere,
        // The follow-up of a birth here ends by itself; this has none.
        (Stage::Closed, _) if is_lost_outside(episode) && today < mourned_until(episode) => {
            Situation::AfterLoss
        }
        (Stage::Closed, _) => Situation::Over,
    }
}

/// Whether she lost the pregnancy before any labor here, as staff were told.
pub fn is_lost_outside(episode: &Episode) -> bool {
    episode.stage == Stage::Closed && episode.ending == Some(Ending::Loss) && episode.born_at.is_none()
}

/// Whether she gave birth elsewhere or went to another hospital before any labor here, as staff were told. What the record
/// of a labor says closed the pregnancy in the moment of her discharge.
pub fn is_told_elsewhere(episode: &Episode, discharged_at: Option<DateTime<Utc>>) -> bool {
    let elsewhere = matches!(episode.ending, Some(Ending::Elsewhere | Ending::Transferred));
    elsewhere && episode.stage == Stage::Closed && episode.closed_at != discharged_at
}

fn mourned_until(episode: &Episode) -> NaiveDate {
    day(episode.closed_at.unwrap_or_default() + FOLLOWED_UP)
}

/// Whether nobody is pregnant for so long.
pub fn is_long_past(episode: &Episode, today: NaiveDate) -> bool {
    (today - episode.edd).num_days() > LONGEST_OVERDUE
}

/// When a pregnancy of which nothing was heard is over: as long after the longest that it can have lasted as a birth is
/// followed up.
pub fn over_at(episode: &Episode) -> DateTime<Utc> {
    episode.reaches(40, 0) + Duration::days(LONGEST_OVERDUE) + FOLLOWED_UP
}

/// The weeks, while she is pregnant.
pub fn gestation(episode: &Episode, today: NaiveDate) -> Option<Gestation> {
    matches!(
        situation(episode, today),
        Situation::Pregnant | Situation::Decided | Situation::InLabor
    )
    .then(|| episode.gestation(today))
}

/// The steps as they stand for her: one that does not apply is closed, and none that is closed is due or required.
pub fn shown(episode: &Episode, steps: Vec<Step>, now: DateTime<Utc>) -> Vec<Step> {
    let as_shown = |mut step: Step| {
        if matches!(step.state, StepState::Open | StepState::Waiting) && !applies(episode, &step, now) {
            step.state = StepState::Closed;
        }
        if step.state == StepState::Closed {
            step.due_from = None;
            step.due_to = None;
            step.required = false;
        }
        step
    };
    steps.into_iter().map(as_shown).collect()
}

/// Whether a step that nobody has done is still to be done. The clinic's list of what is due (`store::listed`) asks the same.
fn applies(episode: &Episode, step: &Step, now: DateTime<Utc>) -> bool {
    let stage = episode.stage;
    match step.kind {
        StepKind::Lessons | StepKind::Assessment => {
            stage == Stage::Antenatal && !episode.declined && !is_long_past(episode, day(now))
        }
        StepKind::Recheck => stage == Stage::Labor && !episode.declined,
        StepKind::Review | StepKind::Consent => matches!(stage, Stage::Antenatal | Stage::Labor),
        StepKind::Survey
            if matches!(
                episode.ending,
                Some(Ending::Loss | Ending::Grave | Ending::NearMiss)
            ) =>
        {
            false
        }
        StepKind::FollowUp | StepKind::Survey => {
            stage != Stage::Closed || step.due_to.is_none_or(|due| now < due)
        }
        StepKind::Admission | StepKind::Analgesia | StepKind::Delivery => true,
    }
}

#[cfg(test)]
#[path = "home_tests.rs"]
mod tests;
