//! Alerts: what was found calls whom it is for.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::base::error::Result;
use crate::base::id::{AlertId, EpisodeId, FacilityId, FollowUpId, PatientId, StaffId};
use crate::base::{Act, Role, Subject};
use crate::ctx::Tx;
use crate::db::Q;
use crate::episode::model::NewTask;
use crate::followup::model::{Alert, AlertEntryKind, AlertState, Flag, FoundIn, Proposal};
use crate::followup::{jobs, rules, store};
use crate::questionnaire::Form;
use crate::{episode, outbox, people};

/// What an alert is about, beside its flags.
pub(super) struct Cause<'a> {
    pub facility: FacilityId,
    pub patient: PatientId,
    pub episode: EpisodeId,
    /// The point, if what was found belongs to one.
    pub point: Option<FollowUpId>,
    pub found_in: FoundIn,
    /// Name of the form whose rules fired.
    pub form: &'a str,
    pub proposal: Option<Proposal>,
}

/// Raises one alert for all flags, the most urgent of which stands first; none without flags, and none a second time for the
/// same answers.
pub(super) async fn raise(
    tx: &mut Tx,
    form: &Form,
    cause: Cause<'_>,
    mut flags: Vec<Flag>,
) -> Result<Option<AlertId>> {
    let Some(level) = flags.first().map(|flag| flag.level.clone()) else {
        return Ok(None);
    };
    if people::facts::is_in_hospital(tx, cause.facility, cause.patient).await? {
        rules::on_ward(form, &mut flags);
    }
    let mut alert = Alert {
        id: tx.id(),
        facility_id: cause.facility,
        patient_id: cause.patient,
        episode_id: cause.episode,
        follow_up_id: cause.point,
        found_in: cause.found_in,
        form: cause.form.to_owned(),
        due: rules::due(&level, &flags, tx.now),
        level,
        notify: rules::duties(form, &flags),
        flags,
        rules_version: form.rules_version().to_owned(),
        state: AlertState::Open,
        step: 0,
        raised_at: tx.now,
        outcome: None,
        proposal: cause.proposal,
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
    tx.journal_own(
        Act::FollowupRaise,
        Some(alert.facility_id),
        Subject::of_patient("alert", alert.id, alert.patient_id),
        json!({ "level": alert.level, "flags": alert.flags.len() }),
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
pub(in crate::followup) async fn call(tx: &mut Tx, alert: &mut Alert) -> Result<()> {
    let callees = callees(tx, alert).await?;
    for staff in &callees {
        store::add_alert_entry(tx, alert, AlertEntryKind::Called, *staff).await?;
    }
    Ok(())
}

/// The task of whom an alert has gone on to: at the last step of the roles of the duty officers, whoever they are.
pub(in crate::followup) async fn escalation_task(tx: &mut Tx, alert: &Alert) -> Result<()> {
    let now = tx.now;
    if alert.step < rules::LAST_STEP {
        return add_task(tx, alert, jobs::ALERT_NEXT, duty_roles(alert), now).await;
    }
    let (_, roles) = people::facts::officers(tx, alert.facility_id).await?;
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
