//! The queue of alerts: who takes one, and what came of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;

use crate::analgesia;
use crate::analgesia::model::{ComplicationCode, Event};
use crate::base::error::{Error, Result};
use crate::base::id::AlertId;
use crate::base::{Act, Code, Noun, Page, PageRequest, Role, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode;
use crate::followup::model::{Alert, AlertEntryKind, AlertState, FoundIn};
use crate::followup::{jobs, rules, store};
use crate::http::params::Faults;
use crate::once;
use crate::people;
use crate::people::caller::Caller;
use crate::people::policy::{self, Belongs};

/// An alert with whom it is about.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Shown {
    /// The alert.
    pub alert: Alert,
    /// Her name.
    pub name: Option<String>,
    /// Her phone, in full: somebody must call her.
    pub phone: Option<String>,
    /// Record number of the hospital.
    pub record_number: String,
}

async fn shown(tx: &mut Tx, alert: Alert) -> Result<Shown> {
    let patient = people::facts::patient(tx, alert.facility_id, alert.patient_id)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    Ok(Shown {
        alert,
        name: patient.name,
        phone: patient.phone,
        record_number: patient.record_number,
    })
}

/// The first step of the alerts that a role sees: the quality office those that have come to the duty officer.
fn from_step(role: Role) -> i64 {
    if role == Role::Quality {
        rules::LAST_STEP
    } else {
        0
    }
}

/// The alerts: open ones first, red first, the longest waiting first.
#[instrument(name = "followup.alerts", skip_all)]
pub async fn alerts(
    ctx: &Ctx,
    caller: &Caller,
    state: Option<AlertState>,
    page: PageRequest,
) -> Result<Page<Shown>> {
    policy::allowed(caller, Act::FollowupAlerts)?;
    let staff = caller.staff()?;
    let facility = staff.facility;
    let filter = state.map_or("all", AlertState::word);
    let after = page.after::<store::AlertKey>(filter)?;
    let mut tx = ctx.write(Act::FollowupAlerts).await?;
    let alerts = store::alerts(
        &mut tx,
        facility,
        state,
        from_step(staff.role),
        after,
        page.limit + 1,
    )
    .await?;
    let mut rows = Vec::with_capacity(alerts.len());
    for alert in alerts {
        rows.push(shown(&mut tx, alert).await?);
    }
    let mut page = page.page(rows, filter, |row| store::alert_key(&row.alert));
    // As long as an alert is open she is cared for, whatever else of her data may only be kept.
    let hidden = people::facts::out_of_lists(&mut tx, facility).await?;
    page.items
        .retain(|row| row.alert.state != AlertState::Closed || !hidden.contains(&row.alert.patient_id));
    tx.journal(
        caller,
        Subject::list("alert"),
        json!({ "count": page.items.len() }),
    )
    .await?;
    tx.commit().await?;
    Ok(page)
}

async fn loaded(tx: &mut Tx, caller: &Caller, act: Act, id: AlertId) -> Result<Alert> {
    let staff = caller.staff()?;
    let facility = staff.facility;
    let missing = || Error::Missing(Noun::Alert);
    let known = store::alert(tx, facility, id).await?.ok_or_else(missing)?;
    episode::facts::lock(tx, facility, known.episode_id)
        .await?
        .ok_or_else(missing)?;
    // Read again under the lock: the escalation may have gone a step further in between.
    let alert = store::alert(tx, facility, id).await?.ok_or_else(missing)?;
    let belongs = Belongs {
        facility: alert.facility_id,
        account: None,
    };
    policy::may(caller, act, Noun::Alert, belongs)?;
    if alert.step < from_step(staff.role) {
        return Err(missing());
    }
    Ok(alert)
}

/// Somebody has taken it: nobody else is waited for.
async fn escalation_over(tx: &mut Tx, alert: &Alert) -> Result<()> {
    for kind in [jobs::ALERT_NEXT, jobs::ALERT_OFFICER] {
        episode::facts::finish_tasks(tx, alert.facility_id, kind, alert.id.0).await?;
    }
    Ok(())
}

/// A staff member takes an alert; it goes no further. Each one who does is kept with the time.
///
/// Errors: `followup.alert_closed`.
#[instrument(name = "followup.acknowledge", skip_all)]
pub async fn acknowledge(ctx: &Ctx, caller: &Caller, id: AlertId) -> Result<Shown> {
    policy::allowed(caller, Act::FollowupAcknowledge)?;
    let staff = caller.staff()?;
    let mut tx = once!(ctx, Act::FollowupAcknowledge, caller);
    let mut alert = loaded(&mut tx, caller, Act::FollowupAcknowledge, id).await?;
    rules::may_act(&alert).map_err(Error::Refused)?;
    alert.state = AlertState::Acknowledged;
    store::save_alert(&mut tx, &alert).await?;
    store::add_alert_entry(&mut tx, &mut alert, AlertEntryKind::Acknowledged, staff.id).await?;
    escalation_over(&mut tx, &alert).await?;
    // What staff found at the bedside she was told there.
    if alert.level == "red" && matches!(alert.found_in, FoundIn::Answers(_)) {
        let reference = id.to_string();
        episode::facts::notify(
            &mut tx,
            alert.facility_id,
            alert.patient_id,
            "alert_taken",
            &reference,
        )
        .await?;
    }
    tx.journal(
        caller,
        Subject::of_patient("alert", id, alert.patient_id),
        json!({ "level": alert.level, "step": alert.step }),
    )
    .await?;
    let shown = shown(&mut tx, alert).await?;
    tx.commit_with(&shown).await?;
    Ok(shown)
}

/// A staff member closes an alert with what came of it, 2–1000 characters.
///
/// Errors: `http.invalid` without an outcome, `followup.alert_closed`.
#[instrument(name = "followup.close_alert", skip_all)]
pub async fn close_alert(ctx: &Ctx, caller: &Caller, id: AlertId, outcome: &str) -> Result<Shown> {
    policy::allowed(caller, Act::FollowupCloseAlert)?;
    let staff = caller.staff()?;
    let mut tx = once!(ctx, Act::FollowupCloseAlert, caller);
    let mut alert = loaded(&mut tx, caller, Act::FollowupCloseAlert, id).await?;
    rules::may_act(&alert).map_err(Error::Refused)?;
    let mut faults = Faults::default();
    let outcome = faults.text(outcome, "/outcome", 2, 1000);
    faults.done()?;
    alert.state = AlertState::Closed;
    alert.outcome = Some(outcome);
    store::save_alert(&mut tx, &alert).await?;
    store::add_alert_entry(&mut tx, &mut alert, AlertEntryKind::Closed, staff.id).await?;
    episode::facts::finish_tasks(&mut tx, alert.facility_id, jobs::ALERT, id.0).await?;
    escalation_over(&mut tx, &alert).await?;
    tx.journal(
        caller,
        Subject::of_patient("alert", id, alert.patient_id),
        json!({ "level": alert.level, "step": alert.step }),
    )
    .await?;
    let shown = shown(&mut tx, alert).await?;
    tx.commit_with(&shown).await?;
    Ok(shown)
}

/// An anesthesiologist says that the headache of an alert is one after dural puncture: it becomes a complication of the
/// labor. Said again, nothing more is recorded.
///
/// Errors: `http.invalid` for a grade outside 1–4 or an onset to come, `followup.no_proposal`.
#[instrument(name = "followup.confirm_pdph", skip_all)]
pub async fn confirm_pdph(
    ctx: &Ctx,
    caller: &Caller,
    id: AlertId,
    onset_at: DateTime<Utc>,
    severity: i64,
) -> Result<Shown> {
    policy::allowed(caller, Act::FollowupConfirmPdph)?;
    let staff = caller.staff()?;
    let mut tx = once!(ctx, Act::FollowupConfirmPdph, caller);
    let mut alert = loaded(&mut tx, caller, Act::FollowupConfirmPdph, id).await?;
    let none = || Error::Refused(Code::FollowupNoProposal);
    alert.proposal.ok_or_else(none)?;
    let mut faults = Faults::default();
    faults.number(severity, "/severity", 1, 4);
    faults.check(onset_at <= tx.now, "/onset_at", "in_future");
    faults.done()?;
    let point = match alert.follow_up_id {
        Some(point) => store::point(&mut tx, alert.facility_id, point).await?,
        None => None,
    };
    let labor = match point {
        Some(point) => point.labor_id,
        None => store::labor_of(&mut tx, alert.facility_id, alert.episode_id)
            .await?
            .map(|(labor, ..)| labor)
            .ok_or_else(none)?,
    };
    let event = Event {
        code: ComplicationCode::Pdph,
        onset_at,
        severity,
        treatment: None,
        outcome: None,
        resolved_at: None,
        adp_next: None,
        acted_at: None,
        intensive_care: None,
    };
    analgesia::facts::complicate(&mut tx, alert.facility_id, labor, staff.id, event).await?;
    if alert.confirmed_at.is_none() {
        store::set_confirmed(&mut tx, &mut alert, staff.id).await?;
    }
    tx.journal(
        caller,
        Subject::of_patient("alert", id, alert.patient_id),
        json!({ "severity": severity }),
    )
    .await?;
    let shown = shown(&mut tx, alert).await?;
    tx.commit_with(&shown).await?;
    Ok(shown)
}
