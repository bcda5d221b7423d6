//! What staff find when they examine her at a point.

use chrono::Duration;
use rust_decimal::Decimal;
use serde_json::json;
use tracing::instrument;

use super::points::{Listed, listed, locked};
use super::raising::{Cause, raise};
use crate::analgesia;
use crate::base::error::{Error, Fault, Result};
use crate::base::id::FollowUpId;
use crate::base::{Act, Role, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode;
use crate::episode::model::NewTask;
use crate::followup::model::{Examination, Examined, FollowUp, FoundIn, SiteFinding};
use crate::followup::{jobs, rules, store};
use crate::http::params::Faults;
use crate::once;
use crate::outbox::Message;
use crate::people::caller::Caller;
use crate::people::policy;

/// Within what time an anesthesiologist looks at her for a tip that was not whole, or a temperature beyond the usual.
const LOOKED_AT: Duration = Duration::hours(1);

/// One point with what staff found.
#[derive(Clone, Debug)]
pub struct Detailed {
    /// The point.
    pub listed: Listed,
    /// Examinations, first to last.
    pub examinations: Vec<Examined>,
}

/// One point with what staff found.
#[instrument(name = "followup.get", skip_all)]
pub async fn get(ctx: &Ctx, caller: &Caller, id: FollowUpId) -> Result<Detailed> {
    policy::allowed(caller, Act::FollowupGet)?;
    let mut tx = ctx.write(Act::FollowupGet).await?;
    let (point, _) = locked(&mut tx, caller, Act::FollowupGet, id).await?;
    let now = tx.now;
    episode::facts::may_read(&mut tx, caller, Act::FollowupGet, point.patient_id, now).await?;
    let subject = Subject::of_patient("follow_up", id, point.patient_id);
    let detailed = Detailed {
        examinations: store::examinations(&mut tx, point.facility_id, id).await?,
        listed: listed(&mut tx, point).await?,
    };
    tx.journal(caller, subject, json!({})).await?;
    tx.commit().await?;
    Ok(detailed)
}

/// Staff write down what they found. Weakness, fever, changed sensation and an inflamed puncture site raise an alert as her
/// own words on them do; a tip that was not whole and a temperature beyond the usual call an anesthesiologist.
///
/// Errors: `http.invalid`, `followup.no_examination`.
#[instrument(name = "followup.examine", skip_all)]
pub async fn examine(ctx: &Ctx, caller: &Caller, id: FollowUpId, mut found: Examination) -> Result<Examined> {
    policy::allowed(caller, Act::FollowupExamine)?;
    let staff = caller.staff()?;
    let mut tx = once!(ctx, Act::FollowupExamine, caller);
    let (point, _) = locked(&mut tx, caller, Act::FollowupExamine, id).await?;
    rules::may_examine(&point).map_err(Error::Refused)?;
    let mut faults = Faults::default();
    faults.number(found.bromage, "/bromage", 0, 3);
    for (text, pointer, most) in [
        (&mut found.sensory, "/sensory", 500),
        (&mut found.site, "/site", 200),
        (&mut found.plan, "/plan", 1000),
    ] {
        *text = text.take().map(|text| faults.text(&text, pointer, 1, most));
    }
    let is_normal = found.site_findings.contains(&SiteFinding::Normal);
    let alone = found.site_findings.iter().all(|one| *one == SiteFinding::Normal);
    faults.check(!is_normal || alone, "/site_findings", "inconsistent");
    if let Some(celsius) = found.temperature_c {
        faults.check(celsius.0 > Decimal::ZERO, "/temperature_c", "format");
        if let Some(limits) = analgesia::facts::unusual_temperature(celsius).filter(|_| !found.confirmed) {
            faults.push(Fault::field("/temperature_c", "unconfirmed").with(limits));
        }
    }
    let now = tx.now;
    for (at, pointer) in [
        (found.first_void_at, "/first_void_at"),
        (found.first_walk_at, "/first_walk_at"),
    ] {
        faults.check(at.is_none_or(|at| at <= now), pointer, "in_future");
    }
    faults.done()?;
    let examined = Examined {
        id: tx.id(),
        at: now,
        by: staff.id,
        found,
    };
    store::add_examination(&mut tx, &point, &examined).await?;
    let form = ctx.content.forms.current(&point.form);
    let form = &form
        .ok_or_else(|| Error::broken("a point whose form is not loaded"))?
        .form;
    let cause = Cause {
        facility: point.facility_id,
        patient: point.patient_id,
        episode: point.episode_id,
        point: Some(point.id),
        found_in: FoundIn::Examination(examined.id),
        form: &point.form,
        proposal: None,
    };
    let raised = raise(&mut tx, form, cause, rules::found(form, &examined.found)).await?;
    if rules::calls(&examined.found) {
        let task = NewTask {
            facility: point.facility_id,
            patient: point.patient_id,
            episode: point.episode_id,
            kind: jobs::EXAMINED,
            subject: point.id.0,
            roles: vec![Role::Anesthesiologist],
            due: now + LOOKED_AT,
            urgent: true,
        };
        episode::facts::add_task(&mut tx, &task).await?;
    }
    if examined.found.tip_intact.is_some() {
        look_at_tip(&mut tx, &point).await?;
    }
    tx.journal(
        caller,
        Subject::of_patient("follow_up", id, point.patient_id),
        json!({ "calls": rules::calls(&examined.found), "raised": raised.is_some() }),
    )
    .await?;
    tx.commit_with(&examined).await?;
    Ok(examined)
}

/// A catheter that broke must be reported, and one that was whole after all need not.
async fn look_at_tip(tx: &mut Tx, point: &FollowUp) -> Result<()> {
    let due = tx.now;
    tx.enqueue(Message {
        kind: "quality.look",
        facility: Some(point.facility_id),
        payload: &json!({ "labor": point.labor_id, "episode": point.episode_id }),
        dedupe: None,
        due,
    })
    .await
}
