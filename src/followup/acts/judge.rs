//! What her answers set going: red flags become an alert with people called, a survey becomes one number.

use futures_util::future::BoxFuture;
use serde_json::json;

use crate::base::error::{Error, Result};
use crate::base::id::{AlertId, FacilityId, StaffId};
use crate::base::{Act, Actor, Locale, Role, Subject};
use crate::content::forms::SATISFACTION;
use crate::ctx::{Ctx, Tx};
use crate::db::Q;
use crate::episode::model::{Episode, NewTask, Step, StepKind, StepState};
use crate::followup::model::{Alert, AlertEntryKind, AlertState, Flag};
use crate::followup::{jobs, rules, schedule, store};
use crate::forms::model::{Response, ResponseStatus, Submitted, Told};
use crate::people;
use crate::questionnaire::{Answers, Assessment, Context, Form, Status, assess};
use crate::{episode, outbox};

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
            // Whom an alert has called stays called until a person has looked.
            return Ok(None);
        }
        if response.name == SATISFACTION {
            survey(ctx, tx, response, answers, episode, locale).await
        } else if response.name.starts_with("follow-up-") {
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

fn form_of<'a>(ctx: &'a Ctx, response: &Response) -> Result<&'a Form> {
    ctx.content
        .forms
        .asked(&response.name, &response.questionnaire, response.after_loss)
        .map(|entry| entry.form.as_ref())
        .ok_or_else(|| Error::broken("answers to a form that is not loaded"))
}

pub(super) async fn judge(
    ctx: &Ctx,
    tx: &mut Tx,
    response: &Response,
    answers: &Answers,
    episode: &Episode,
    locale: Locale,
) -> Result<Judged> {
    let facility = response.facility_id;
    let form = form_of(ctx, response)?;
    let point = store::point_of_form(tx, facility, episode.id, &response.name).await?;
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
        store::set_answered(tx, facility, point.id, response.id, &assessment.level, complete).await?;
        let step = Step {
            episode: episode.id,
            facility,
            kind: StepKind::FollowUp,
            reference: point.point.word().to_owned(),
            subject: Some(point.id.0),
            state: StepState::Done,
            due_from: Some(point.opens),
            due_to: Some(point.overdue_at),
            required: true,
        };
        episode::facts::set_step(tx, &step).await?;
        episode::facts::finish_tasks(tx, facility, jobs::PHONE, point.id.0).await?;
        if !complete {
            // A question that a red flag needs is not answered: that is not "clear", somebody asks her.
            jobs::phone_task(tx, point, tx.now).await?;
        }
    }
    let alert = if flags.is_empty() {
        None
    } else {
        let follow_up_id = point.map(|point| point.id);
        raise(tx, response, form, &assessment, flags, follow_up_id).await?
    };
    Ok(Judged {
        level: assessment.level,
        complete,
        alert,
        told,
    })
}

async fn raise(
    tx: &mut Tx,
    response: &Response,
    form: &Form,
    assessment: &Assessment,
    flags: Vec<Flag>,
    follow_up_id: Option<crate::base::id::FollowUpId>,
) -> Result<Option<AlertId>> {
    let mut alert = Alert {
        id: tx.id(),
        facility_id: response.facility_id,
        patient_id: response.patient_id,
        episode_id: response.episode_id,
        follow_up_id,
        response_id: response.id,
        form: response.name.clone(),
        level: assessment.level.clone(),
        due: rules::due(&flags, tx.now),
        notify: rules::duties(form, &flags),
        flags,
        rules_version: assessment.rules_version.clone(),
        state: AlertState::Open,
        step: 0,
        raised_at: tx.now,
        outcome: None,
        history: Vec::new(),
    };
    if !store::add_alert(tx, &alert).await? {
        return Ok(None);
    }
    call(tx, &mut alert).await?;
    let mut roles: Vec<Role> = alert.notify.iter().map(|duty| rules::role_of(duty)).collect();
    roles.sort_unstable();
    roles.dedup();
    let task = NewTask {
        facility: alert.facility_id,
        patient: alert.patient_id,
        episode: alert.episode_id,
        kind: jobs::ALERT,
        subject: alert.id.0,
        roles,
        due: alert.due,
        urgent: alert.level == rules::RED,
    };
    episode::facts::add_task(tx, &task).await?;
    if alert.level == rules::RED {
        for (step, after) in [(1, rules::NEXT_ON_CALL), (2, rules::DUTY_OFFICER)] {
            let message = outbox::Message {
                kind: jobs::ESCALATE,
                facility: Some(alert.facility_id),
                payload: &jobs::Escalate {
                    alert: alert.id,
                    step,
                },
                dedupe: Some(format!("{}/{step}", alert.id)),
                due: tx.now + after,
            };
            tx.enqueue(message).await?;
        }
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

/// Calls whom the alert's step is for, and keeps who was called.
pub(in crate::followup) async fn call(tx: &mut Tx, alert: &mut Alert) -> Result<()> {
    for staff in callees(tx, alert).await? {
        store::add_alert_entry(tx, alert, AlertEntryKind::Called, staff).await?;
    }
    Ok(())
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

async fn survey(
    ctx: &Ctx,
    tx: &mut Tx,
    response: &Response,
    answers: &Answers,
    episode: &Episode,
    locale: Locale,
) -> Result<Option<Told>> {
    let facility = response.facility_id;
    let overall = answers
        .get("sat.overall")
        .first()
        .and_then(|answer| answer.code()?.parse::<i64>().ok())
        .filter(|score| (1..=5).contains(score));
    let labor = store::labor_of(tx, facility, episode.id).await?;
    if let (Some(overall), Some((labor, born_at))) = (overall, labor) {
        let by_staff = response.entered_by.is_some();
        store::add_reply(tx, facility, labor, response.id, overall, by_staff).await?;
        let step = jobs::survey_step(facility, episode.id, born_at, StepState::Done);
        episode::facts::set_step(tx, &step).await?;
    }
    let form = form_of(ctx, response)?;
    let assessment = assess(form, answers, &Context::at(tx.now));
    let flags = rules::flags(form, &assessment);
    if flags.is_empty() {
        return Ok(None);
    }
    // She asked to be called. The task names her pregnancy and not her answers, which staff must not see.
    let task = NewTask {
        facility,
        patient: response.patient_id,
        episode: episode.id,
        kind: jobs::SERVICE_RECOVERY,
        subject: episode.id.0,
        roles: vec![Role::Midwife, Role::Quality],
        due: rules::due(&flags, tx.now).min(tx.now + schedule::SERVICE_RECOVERY),
        urgent: false,
    };
    episode::facts::add_task(tx, &task).await?;
    let phone = people::facts::facility(tx, facility).await?.phone;
    let told = rules::told(form, &assessment.level, &flags, locale, &phone);
    Ok(Some(Told {
        phone: None,
        level: None,
        ..told
    }))
}
