//! What her answers set going: they answer their point, red flags become an alert, a survey becomes one number.

use futures_util::future::BoxFuture;

use super::raising::{Cause, raise};
use super::replies::{asked_anew, replied};
use crate::base::Locale;
use crate::base::error::{Error, Result};
use crate::base::id::AlertId;
use crate::content::forms::{EPDS, REFUSAL, SATISFACTION};
use crate::ctx::{Ctx, Tx};
use crate::episode::model::{Episode, StepState};
use crate::followup::course::course;
use crate::followup::headache::{self, Puncture};
use crate::followup::model::{FollowUp, FoundIn, Proposal};
use crate::followup::{daily, jobs, mood, planning, rules, schedule, store};
use crate::forms::model::{Response, ResponseStatus, Submitted, Told};
use crate::people;
use crate::questionnaire::{Answers, Context, Form, Status, assess};
use crate::{episode, forms};

/// Hears every submission; follow-up forms and the survey are its own.
pub fn on_submitted<'a>(
    ctx: &'a Ctx,
    tx: &'a mut Tx,
    submitted: &'a Submitted<'a>,
) -> BoxFuture<'a, Result<Option<Told>>> {
    Box::pin(async move {
        let Submitted {
            response,
            answers,
            episode,
            locale,
            ..
        } = *submitted;
        if response.status == ResponseStatus::EnteredInError {
            if response.name == SATISFACTION {
                asked_anew(tx, response).await?;
            } else {
                taken_back(ctx, tx, response, locale).await?;
            }
            return Ok(None);
        }
        if response.name == SATISFACTION || response.name == REFUSAL {
            replied(ctx, tx, response, answers, episode, locale).await
        } else if response.name.starts_with("follow-up-") || response.name == EPDS {
            let judged = judge(ctx, tx, response, answers, episode, locale).await?;
            Ok(Some(judged.told))
        } else {
            Ok(None)
        }
    })
}

/// What one set of answers came to.
pub(super) struct Judged {
    /// Highest level.
    pub level: String,
    /// Whether every question that a red flag needs was answered.
    pub complete: bool,
    /// What it raised.
    pub alert: Option<AlertId>,
    /// What she is told.
    pub told: Told,
}

pub fn form_of<'a>(ctx: &'a Ctx, response: &Response) -> Result<&'a Form> {
    ctx.content
        .forms
        .asked(&response.name, &response.questionnaire, response.after_loss)
        .map(|entry| entry.form.as_ref())
        .ok_or_else(|| Error::broken("answers to a form that is not loaded"))
}

/// The point that answers belong to: the one of their assignment, of a labor that is still followed. The depression scale
/// and answers that staff filed without an assignment may have none.
async fn point_of(tx: &mut Tx, response: &Response, episode: &Episode) -> Result<Option<FollowUp>> {
    let asked = forms::facts::assignments(tx, response.facility_id, episode.id).await?;
    let reference = asked
        .iter()
        .find(|one| Some(one.id) == response.assignment_id)
        .map(|one| one.reference.as_str());
    let points = store::points_of_episode(tx, response.facility_id, episode.id).await?;
    Ok(points.into_iter().find(|point| {
        point.form == response.name && reference.is_none_or(|reference| point.point.word() == reference)
    }))
}

pub(super) async fn judge(
    ctx: &Ctx,
    tx: &mut Tx,
    response: &Response,
    answers: &Answers,
    episode: &Episode,
    locale: Locale,
) -> Result<Judged> {
    let point = point_of(tx, response, episode).await?;
    judge_of(ctx, tx, response, answers, point, locale).await
}

/// Answers that were entered in error answer their point no longer: those that they replaced do, or she is asked again. Whom
/// their alert has called stays called until a person has looked.
async fn taken_back(ctx: &Ctx, tx: &mut Tx, response: &Response, locale: Locale) -> Result<()> {
    let facility = response.facility_id;
    let points = store::points_of_episode(tx, facility, response.episode_id).await?;
    let answered = |point: &FollowUp| point.response_id == Some(response.id);
    let Some(point) = points.into_iter().find(answered) else {
        return Ok(());
    };
    if let Some(former) = response.amending.amends
        && let Some(former) = forms::facts::response(tx, facility, former).await?
    {
        let answers = Answers::from_response(form_of(ctx, &former)?, &former.content);
        judge_of(ctx, tx, &former, &answers, Some(point), locale).await?;
        return Ok(());
    }
    store::set_answered(tx, &point, None).await?;
    planning::ask_again(tx, &point).await
}

async fn judge_of(
    ctx: &Ctx,
    tx: &mut Tx,
    response: &Response,
    answers: &Answers,
    point: Option<FollowUp>,
    locale: Locale,
) -> Result<Judged> {
    let facility = response.facility_id;
    let form = form_of(ctx, response)?;
    let mut context = Context::at(tx.now);
    if let Some(point) = &point {
        context
            .facts
            .insert("delivery_mode".to_owned(), point.delivery_mode.clone());
    }
    let assessment = assess(form, answers, &context);
    let complete = assessment.status == Status::Complete;
    let flags = rules::flags(form, &assessment);
    if response.name == EPDS {
        mood::answered(tx, response).await?;
        if flags.iter().any(|flag| flag.rule == mood::UNSURE) {
            mood::ask_again(tx, response).await?;
        }
        if flags.is_empty() && mood::has_gap(&assessment) {
            mood::phone_about(tx, response).await?;
        }
    }
    let phone = people::facts::facility(tx, facility).await?.phone;
    let told = rules::told(form, &assessment.level, &flags, locale, &phone);
    if let Some(point) = &point {
        let answered = (response, assessment.level.as_str(), complete);
        store::set_answered(tx, point, Some(answered)).await?;
        episode::facts::set_step(tx, &planning::point_step(point, StepState::Done)).await?;
        episode::facts::finish_tasks(tx, facility, jobs::PHONE, point.id.0).await?;
        if !complete {
            // A question that a red flag needs is not answered: that is not "clear", somebody asks her.
            jobs::phone_task(tx, point, tx.now).await?;
        }
    }
    let proposal = propose(tx, response, point.as_ref(), answers).await?;
    let cause = Cause {
        facility,
        patient: response.patient_id,
        episode: response.episode_id,
        point: point.map(|point| point.id),
        found_in: FoundIn::Answers(response.id),
        form: &response.name,
        proposal,
    };
    let alert = raise(tx, form, cause, flags).await?;
    Ok(Judged {
        level: assessment.level,
        complete,
        alert,
        told,
    })
}

/// What the answers suggest of a headache; one after a dural puncture is asked about again tomorrow.
async fn propose(
    tx: &mut Tx,
    response: &Response,
    point: Option<&FollowUp>,
    answers: &Answers,
) -> Result<Option<Proposal>> {
    if !headache::has_headache(answers) {
        return Ok(None);
    }
    let labor = match point {
        Some(point) => Some(point.labor_id),
        None => store::labor_of(tx, response.facility_id, response.episode_id)
            .await?
            .map(|(labor, ..)| labor),
    };
    let Some(labor) = labor else { return Ok(None) };
    let Some(course) = course(tx, response.facility_id, labor).await? else {
        return Ok(None);
    };
    if course.has_puncture {
        let due = schedule::tomorrow(tx.now);
        daily::ask_tomorrow(tx, &course, due).await?;
    }
    let puncture = Puncture {
        at: course.punctured_at,
        is_known: course.has_puncture,
    };
    Ok(headache::propose(answers, &puncture, tx.now))
}
