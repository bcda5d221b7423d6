//! What a change of the wording means for the consents that were made from it (RC1, RC2, CE-200).
//!
//! The change itself is one small transaction that notes whom it touches; each consent then moves in one of its own, so
//! that a hospital with hundreds of them does not stand still. What is touched is open or in force: an open one ends at
//! once, one in force waits for the anesthesiologist's decision. Drafts, which nobody has seen, follow the wording.

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::acts::task;
use super::flow::{self, By};
use super::model::{Consent, Listed, State, TemplateEvent, TemplateState};
use super::rules::states::Trigger;
use super::rules::triggers::Change;
use super::{renew, rules, store, templates};
use crate::base::error::{Error, Result};
use crate::base::id::{ConsentId, FacilityId};
use crate::base::{Act, Actor, ActorKind, Code, Role, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode;
use crate::episode::model::NewTask;
use crate::outbox::{Job, Message};

/// Tasks about a consent whose wording changed; they end with it.
pub const TASKS: [&str; 2] = ["consent.template_changed", "consent.template_recalled"];
/// The task to prepare another one in the place of one that was open.
pub const PREPARE: &str = "consent.prepare";

/// The message that a publication's time has come.
#[derive(Debug, Serialize, Deserialize)]
pub struct Effective {
    /// The template.
    pub template: String,
}

/// The message that consents were touched by an event of a template.
#[derive(Debug, Serialize, Deserialize)]
pub struct Reworded {
    /// The event.
    pub event: Uuid,
}

/// A publication takes effect: what it replaces is retired, and if the change is material its consents are touched.
/// Idempotent: a template is retired once.
pub async fn take_effect(
    tx: &mut Tx,
    ctx: &Ctx,
    facility: FacilityId,
    publication: &TemplateEvent,
    new: &Listed,
) -> Result<()> {
    let at = publication.effective_at.unwrap_or(publication.at);
    let before = templates::all(tx, ctx, facility, at - chrono::Duration::milliseconds(1)).await?;
    for gone in rules::templates::replaced(new, &before, at) {
        let retired = TemplateEvent {
            id: tx.id(),
            template: gone.template.id.clone(),
            state: TemplateState::Retired,
            staff: publication.staff,
            material_change: None,
            reason: None,
            effective_at: None,
            predecessor: None,
            at: tx.now,
        };
        store::add_template_event(tx, facility, &retired).await?;
    }
    if publication.material_change == Some(true) {
        // Also what was made from a version before the last one: a wording between them that changed nothing in substance
        // left it as it was.
        for former in rules::templates::earlier(new, &before, at) {
            store::touch(tx, facility, publication.id, &former.template.id).await?;
        }
    }
    reworded(tx, facility, publication.id).await
}

/// Has the touched consents moved, each in its own transaction.
pub async fn reworded(tx: &mut Tx, facility: FacilityId, event: Uuid) -> Result<()> {
    let due = tx.now;
    tx.enqueue(Message {
        kind: "consent.template_reworded",
        facility: Some(facility),
        payload: &Reworded { event },
        dedupe: Some(event.to_string()),
        due,
    })
    .await
}

/// The time of a publication has come (`consent.template_effective`).
pub async fn effective(ctx: &Ctx, job: &Job) -> Result<()> {
    let Effective { template } = job.payload()?;
    let facility = of_hospital(job)?;
    let mut tx = ctx.write(Act::ConsentTemplateChanged).await?;
    store::lock_templates(&mut tx, facility).await?;
    let events = store::template_events(&mut tx, facility).await?;
    let of = |state| {
        events
            .iter()
            .find(|one| one.template == template && one.state == state)
    };
    let recalled = of(TemplateState::Recalled).is_some();
    let Some(publication) = of(TemplateState::Published).filter(|_| !recalled) else {
        return Ok(());
    };
    let found = templates::find(&mut tx, ctx, facility, &template)
        .await?
        .ok_or_else(|| Error::broken("a published template is not there"))?;
    take_effect(&mut tx, ctx, facility, publication, &templates::listed(&found)).await?;
    let subject = Subject::thing("consent_template", publication.id);
    let detail = json!({ "template": template });
    let act = Act::ConsentTemplateChanged;
    tx.journal_own(act, Some(facility), subject, detail).await?;
    tx.commit().await
}

fn of_hospital(job: &Job) -> Result<FacilityId> {
    job.facility_id
        .ok_or_else(|| Error::broken("a change of a template without a hospital"))
}

/// Moves what an event touched (`consent.template_reworded`). Idempotent: each state is read again under the lock.
pub async fn consents(ctx: &Ctx, job: &Job) -> Result<()> {
    let Reworded { event } = job.payload()?;
    let facility = of_hospital(job)?;
    let mut view = ctx.view();
    let events = store::template_events(&mut view, facility).await?;
    let event = events
        .iter()
        .find(|one| one.id == event)
        .ok_or_else(|| Error::broken("an event of a template is gone"))?;
    for one in store::touched_by(&mut view, facility, event.id).await? {
        touched(ctx, facility, one.consent, event).await?;
    }
    if event.state != TemplateState::Published {
        return Ok(());
    }
    let published = templates::find(&mut view, ctx, facility, &event.template).await?;
    let code = published.map(|one| one.code.clone()).unwrap_or_default();
    let now = ctx.clock.now();
    let standings = templates::all(&mut view, ctx, facility, now).await?;
    let former = standings
        .iter()
        .filter(|one| one.template.code == code)
        .filter(|one| rules::templates::may_release(&one.template.id, &standings, now).is_err());
    for former in former {
        for id in store::drafts_of(&mut view, facility, &former.template.id).await? {
            follow(ctx, facility, id, &code).await?;
        }
    }
    Ok(())
}

/// A consent under the lock of its pregnancy.
pub(super) async fn locked(tx: &mut Tx, facility: FacilityId, id: ConsentId) -> Result<Option<Consent>> {
    let Some(seen) = store::consent(tx, facility, id).await? else {
        return Ok(None);
    };
    episode::facts::lock(tx, facility, seen.episode_id).await?;
    store::consent(tx, facility, id).await
}

/// One consent: an open one ends (T11), by the word of who changed the template; one in force waits for a decision.
async fn touched(ctx: &Ctx, facility: FacilityId, id: ConsentId, event: &TemplateEvent) -> Result<()> {
    let mut tx = ctx.write(Act::ConsentTemplateChanged).await?;
    let Some(mut consent) = locked(&mut tx, facility, id).await? else {
        return Ok(());
    };
    let recalled = event.state == TemplateState::Recalled;
    let (change, reason) = match recalled {
        false => (Change::TemplateMaterial, "template_changed"),
        true => (Change::TemplateRecalled, "template_recalled"),
    };
    let due = match recalled {
        false => tx.now + rules::REWORDED,
        true => tx.now,
    };
    let by = Actor {
        kind: ActorKind::Staff,
        id: Some(event.staff.0),
        role: Some(Role::Quality),
    };
    if rules::states::from(Trigger::Reissue).contains(&consent.state) {
        let detail = json!({ "reason": reason, "event": event.id });
        let by = By::Behalf(Act::ConsentSuperseded, by);
        flow::go(&mut tx, &mut consent, Trigger::Reissue, by, detail).await?;
        let body = json!({ "reason": reason, "template": event.template, "by": event.staff });
        let decision = store::NewDecision {
            kind: "reissued",
            ask_again: false,
            explained: "not_needed",
            body: &body,
        };
        store::add_decision(&mut tx, &consent, decision).await?;
        episode::facts::finish_tasks(&mut tx, facility, "consent.countersign", id.0).await?;
        let prepare = NewTask {
            urgent: recalled,
            ..task(&consent, PREPARE, due)
        };
        episode::facts::add_task(&mut tx, &prepare).await?;
        let reference = id.to_string();
        let (patient, kind) = (consent.patient_id, "consent.superseded");
        episode::facts::notify(&mut tx, facility, patient, kind, &reference).await?;
    } else if consent.state == State::Active {
        renew::ask(&mut tx, &consent, change).await?;
        let subject = Subject::of_patient("consent", consent.id, consent.patient_id);
        let detail = json!({ "reason": reason, "event": event.id });
        let act = Act::ConsentTemplateChanged;
        tx.journal_as(act, by, Some(facility), subject, detail, None)
            .await?;
    } else {
        return Ok(());
    }
    tx.commit().await
}

/// A draft goes over to the wording in effect: nobody has seen it, and from the old one it could not be released.
async fn follow(ctx: &Ctx, facility: FacilityId, id: ConsentId, code: &str) -> Result<()> {
    let mut tx = ctx.write(Act::ConsentTemplateChanged).await?;
    let Some(mut consent) = locked(&mut tx, facility, id)
        .await?
        .filter(|one| one.state == State::Draft)
    else {
        return Ok(());
    };
    match templates::move_draft(&mut tx, ctx, &mut consent, code).await {
        Ok(true) => tx.commit().await,
        // Recalled in the meantime: the draft waits for the next publication.
        Ok(false) | Err(Error::Refused(Code::ConsentTemplateUnavailable)) => Ok(()),
        Err(other) => Err(other),
    }
}
