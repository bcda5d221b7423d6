//! What her answers set going: red flags become an alert with people called, a survey becomes one number.

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use serde_json::json;

use super::replies::replied;
use crate::base::error::{Error, Result};
use crate::base::id::{AlertId, FacilityId, FollowUpId, StaffId};
use crate::base::{Act, Actor, Locale, Role, Subject};
use crate::content::forms::{EPDS, REFUSAL, SATISFACTION};
use crate::ctx::{Ctx, Tx};
use crate::db::Q;
use crate::episode::model::{Episode, NewTask, StepState};
use crate::followup::course::course;
use crate::followup::headache::{self, Puncture};
use crate::followup::model::{Alert, AlertEntryKind, AlertState, Flag, FollowUp, HEADACHE_FORM, Proposal};
use crate::followup::{jobs, planning, rules, schedule, store};
use crate::forms::model::{Response, ResponseStatus, Submitted, Told};
use crate::people;
use crate::questionnaire::{Answers, Assessment, Context, Form, Status, assess};
use crate::{episode, forms, outbox};

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
            taken_back(ctx, tx, response, locale).await?;
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

pub(super) fn form_of<'a>(ctx: &'a Ctx, response: &Response) -> Result<&'a Form> {
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
    let alert = if flags.is_empty() {
        None
    } else {
        let about = About {
            follow_up_id: point.map(|point| point.id),
            proposal,
        };
        raise(tx, response, form, &assessment, flags, about).await?
    };
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
    if response.name == HEADACHE_FORM {
        let due = schedule::tomorrow(tx.now);
        jobs::ask_tomorrow(tx, &course, due).await?;
    }
    let puncture = Puncture {
        at: course.punctured_at,
        is_known: course.has_puncture,
    };
    Ok(headache::propose(answers, &puncture, tx.now))
}

/// What an alert is about, beside its flags.
struct About {
    follow_up_id: Option<FollowUpId>,
    proposal: Option<Proposal>,
}

async fn raise(
    tx: &mut Tx,
    response: &Response,
    form: &Form,
    assessment: &Assessment,
    flags: Vec<Flag>,
    about: About,
) -> Result<Option<AlertId>> {
    let mut alert = Alert {
        id: tx.id(),
        facility_id: response.facility_id,
        patient_id: response.patient_id,
        episode_id: response.episode_id,
        follow_up_id: about.follow_up_id,
        response_id: response.id,
        form: response.name.clone(),
        level: assessment.level.clone(),
        due: rules::due(&assessment.level, &flags, tx.now),
        notify: rules::duties(form, &flags),
        flags,
        rules_version: assessment.rules_version.clone(),
        state: AlertState::Open,
        step: 0,
        raised_at: tx.now,
        outcome: None,
        proposal: about.proposal,
        confirmed_at: None,
        history: Vec::new(),
    };
    if !store::add_alert(tx, &alert).await? {
        return Ok(None);
    }
    call(tx, &mut alert).await?;
    let roles = duty_roles(&alert);
    add_task(tx, &alert, jobs::ALERT, roles, alert.due).await?;
    for (step, due) in rules::escalation(&alert) {
        let message = outbox::Message {
            kind: jobs::ESCALATE,
            facility: Some(alert.facility_id),
            payload: &jobs::Escalate {
                alert: alert.id,
                step,
            },
            dedupe: Some(format!("{}/{step}", alert.id)),
            due,
        };
        tx.enqueue(message).await?;
    }
    tx.journal_as(
        Act::FollowupRaise,
        Actor::SYSTEM,
        Some(alert.facility_id),
        Subject::of_patient("alert", alert.id, alert.patient_id),
        json!({ "level": alert.level, "flags": alert.flags.len() }),
        None,
    )
    .await?;
    Ok(Some(alert.id))
}

/// The roles that answer for the duties of an alert, each once.
fn duty_roles(alert: &Alert) -> Vec<Role> {
    let mut roles: Vec<Role> = alert.notify.iter().map(|duty| rules::role_of(duty)).collect();
    roles.sort_unstable();
    roles.dedup();
    roles
}

async fn add_task(
    tx: &mut Tx,
    alert: &Alert,
    kind: &'static str,
    roles: Vec<Role>,
    due: DateTime<Utc>,
) -> Result<()> {
    let task = NewTask {
        facility: alert.facility_id,
        patient: alert.patient_id,
        episode: alert.episode_id,
        kind,
        subject: alert.id.0,
        roles,
        due,
        urgent: alert.level == rules::RED,
    };
    episode::facts::add_task(tx, &task).await?;
    Ok(())
}

/// Calls whom the alert's step is for, and keeps who was called.
pub(in crate::followup) async fn call(tx: &mut Tx, alert: &mut Alert) -> Result<Vec<StaffId>> {
    let callees = callees(tx, alert).await?;
    for staff in &callees {
        store::add_alert_entry(tx, alert, AlertEntryKind::Called, *staff).await?;
    }
    Ok(callees)
}

/// The task of whom an alert has gone on to: at the last step of the roles of those who were called, whoever they are.
pub(in crate::followup) async fn escalation_task(
    tx: &mut Tx,
    alert: &Alert,
    called: &[StaffId],
) -> Result<()> {
    let now = tx.now;
    if alert.step < rules::LAST_STEP {
        return add_task(tx, alert, jobs::ALERT_NEXT, duty_roles(alert), now).await;
    }
    let mut roles = vec![Role::Quality];
    for id in called {
        let known = people::facts::staff(tx, alert.facility_id, *id).await?;
        roles.extend(known.map(|staff| staff.role));
    }
    roles.sort_unstable();
    roles.dedup();
    add_task(tx, alert, jobs::ALERT_OFFICER, roles, now).await
}

async fn callees(q: &mut impl Q, alert: &Alert) -> Result<Vec<StaffId>> {
    let facility: FacilityId = alert.facility_id;
    if alert.step >= rules::LAST_STEP {
        return people::facts::on_duty(q, facility, Role::Quality).await;
    }
    let roster = people::facts::facility(q, facility).await?.settings.duty;
    let mut callees = Vec::new();
    for duty in &alert.notify {
        let listed = match duty.as_str() {
            "mental_health" if !roster.mental_health.is_empty() => roster.mental_health.clone(),
            _ => Vec::new(),
        };
        let role = rules::role_of(duty);
        let rostered = !listed.is_empty() || roster.is_rostered(role);
        let on_duty = if listed.is_empty() {
            people::facts::on_duty(q, facility, role).await?
        } else {
            listed
        };
        let step = usize::try_from(alert.step).unwrap_or(0);
        for staff in rules::called(&on_duty, rostered, step) {
            if !callees.contains(&staff) {
                callees.push(staff);
            }
        }
    }
    Ok(callees)
}
