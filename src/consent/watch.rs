//! What is looked at afterwards: new answers (RC3, RC8), a withdrawal that nobody has heard (CE-052), her coming of age
//! and the end of an authority (RC8), what is kept (RC10). Each is idempotent: everything is read again under the lock.

use serde::Deserialize;
use serde_json::json;

use super::flow::{self, OfConsent};
use super::model::{Basis, Consent, State};
use super::rules::triggers::{self, Change};
use super::{acts, change, integrity, renew, rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::{EpisodeId, FacilityId};
use crate::base::{Act, Role, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode::model::NewTask;
use crate::outbox::{self, Job, Message};
use crate::{episode, people};

/// The message that the rules have run on new answers.
#[derive(Deserialize)]
struct Reassessed {
    episode: EpisodeId,
}

fn place(job: &Job) -> Result<FacilityId> {
    job.facility_id
        .ok_or_else(|| Error::broken("a message about a consent without a hospital"))
}

async fn locked(tx: &mut Tx, job: &Job) -> Result<Option<Consent>> {
    let OfConsent { id } = job.payload()?;
    change::locked(tx, place(job)?, id).await
}

/// Asks for another consent where her own risks have gained one, and no longer where they have not.
pub async fn reassessed(ctx: &Ctx, job: &Job) -> Result<()> {
    let Reassessed { episode } = job.payload()?;
    let facility = place(job)?;
    let mut tx = ctx.write(Act::ConsentRenew).await?;
    episode::facts::lock(&mut tx, facility, episode).await?;
    let live: Vec<Consent> = store::of_episode(&mut tx, facility, episode)
        .await?
        .into_iter()
        .filter(|consent| triggers::is_live(consent.state))
        .collect();
    let mut changed = false;
    for consent in live {
        let assessed = acts::assessed(&mut tx, ctx, &consent).await?;
        let shown = renew::shown(&mut tx, &consent).await?;
        let needed = !triggers::gained(&shown, assessed.as_ref()).renew.is_empty();
        changed |= keep(&mut tx, &consent, Change::RiskGained, needed).await?;
        let now = tx.now;
        let ground = acts::ground(&mut tx, &consent, assessed.as_ref(), now).await?;
        let fallen = ground.stands().is_err();
        changed |= keep(&mut tx, &consent, Change::OwnDecision, fallen).await?;
    }
    if changed { tx.commit().await } else { Ok(()) }
}

/// Opens or ends the task of a change; whether it did anything.
async fn keep(tx: &mut Tx, consent: &Consent, change: Change, needed: bool) -> Result<bool> {
    let Some(kind) = triggers::of(change).and_then(|row| row.task) else {
        return Ok(false);
    };
    let tasks = episode::facts::tasks_about(tx, consent.facility_id, consent.id.0).await?;
    let is_open = tasks
        .iter()
        .any(|task| task.kind == kind && task.done_at.is_none());
    match (needed, is_open) {
        (true, false) => renew::ask(tx, consent, change).await.map(|()| true),
        (false, true) => {
            episode::facts::finish_tasks(tx, consent.facility_id, kind, consent.id.0).await?;
            let detail = json!({ "trigger": triggers::of(change).map(|row| row.id), "needed": false });
            journal(tx, consent, Act::ConsentRenew, detail)
                .await
                .map(|()| true)
        }
        _ => Ok(false),
    }
}

async fn journal(tx: &mut Tx, consent: &Consent, act: Act, detail: serde_json::Value) -> Result<()> {
    let subject = Subject::of_patient("consent", consent.id, consent.patient_id);
    let place = Some(consent.facility_id);
    tx.journal_own(act, place, subject, detail).await
}

/// Calls again whoever has not said that they know of her withdrawal, and the obstetricians with them.
pub async fn unheard(ctx: &Ctx, job: &Job) -> Result<()> {
    let mut tx = ctx.write(Act::ConsentUnheard).await?;
    let Some(consent) = locked(&mut tx, job).await? else {
        return Ok(());
    };
    let tasks = episode::facts::tasks_about(&mut tx, consent.facility_id, consent.id.0).await?;
    let waiting = tasks
        .iter()
        .filter(|task| task.done_at.is_none() && rules::CALLS.contains(&task.kind.as_str()))
        .count();
    if waiting == 0 {
        return Ok(());
    }
    let task = NewTask {
        facility: consent.facility_id,
        patient: consent.patient_id,
        episode: consent.episode_id,
        kind: "consent.withdrawn_unheard",
        subject: consent.id.0,
        roles: vec![Role::Anesthesiologist, Role::Midwife, Role::Obstetrician],
        due: tx.now,
        urgent: true,
    };
    episode::facts::add_task(&mut tx, &task).await?;
    journal(
        &mut tx,
        &consent,
        Act::ConsentUnheard,
        json!({ "waiting": waiting }),
    )
    .await?;
    tx.commit().await
}

/// She is of age, or her agent's authority is over: what another signed for her is hers to decide now.
pub async fn of_age(ctx: &Ctx, job: &Job) -> Result<()> {
    let mut tx = ctx.write(Act::ConsentRenew).await?;
    let Some(consent) = locked(&mut tx, job).await? else {
        return Ok(());
    };
    if !triggers::is_live(consent.state) {
        return Ok(());
    }
    let now = tx.now;
    let assessed = acts::assessed(&mut tx, ctx, &consent).await?;
    let ground = acts::ground(&mut tx, &consent, assessed.as_ref(), now).await?;
    let fallen = ground.stands().is_err();
    if !fallen || !keep(&mut tx, &consent, Change::OwnDecision, true).await? {
        return Ok(());
    }
    tx.commit().await
}

/// Looks at what is kept of a consent in force, and comes again.
pub async fn kept(ctx: &Ctx, job: &Job) -> Result<()> {
    let OfConsent { id } = job.payload()?;
    let facility = place(job)?;
    let mut view = ctx.view();
    let Some(consent) = store::consent(&mut view, facility, id).await? else {
        return Ok(());
    };
    if consent.state != State::Active {
        return Ok(());
    }
    let faults = integrity::faults(&mut view, ctx, &consent).await?;
    if !faults.is_empty() {
        let mut tx = ctx.write(Act::ConsentBroken).await?;
        if let Some(consent) = locked(&mut tx, job).await?
            && broken(&mut tx, &consent, &faults).await?
        {
            tx.commit().await?;
        }
    }
    let now = ctx.clock.now();
    let mut tx = ctx.db.begin().await?;
    let message = Message {
        kind: "consent.integrity",
        facility: Some(facility),
        payload: &OfConsent { id },
        dedupe: None,
        due: now + rules::INTEGRITY,
    };
    outbox::enqueue(&mut tx, ctx.ids.make(now), message, now).await?;
    tx.commit().await
}

/// An incident for the quality office and a task for the anesthesiologists (RC10); whether it is a new one.
pub async fn broken(tx: &mut Tx, consent: &Consent, faults: &[&'static str]) -> Result<bool> {
    tracing::error!(consent.id = %consent.id, ?faults, "incident: what is kept of a consent is not what was signed");
    if !keep(tx, consent, Change::Integrity, true).await? {
        return Ok(false);
    }
    journal(tx, consent, Act::ConsentBroken, json!({ "faults": faults })).await?;
    let due = tx.now;
    tx.enqueue(Message {
        kind: "quality.incident",
        facility: Some(consent.facility_id),
        payload: &json!({ "kind": "consent_integrity", "patient": consent.patient_id, "at": due }),
        dedupe: Some(consent.id.to_string()),
        due,
    })
    .await?;
    Ok(true)
}

/// A consent is in force: what is looked at from now on.
pub async fn begin(tx: &mut Tx, consent: &Consent) -> Result<()> {
    let due = tx.now + rules::INTEGRITY;
    flow::look_again(tx, consent, due).await?;
    flow::in_force(tx, consent).await?;
    match consent.basis {
        Basis::Patient => return Ok(()),
        Basis::Agent => {
            return match acts::authority_ends(tx, consent).await? {
                Some(at) => flow::ask_her(tx, consent, at).await,
                None => Ok(()),
            };
        }
        Basis::Guardian | Basis::NearRelative => {}
    }
    let patient = people::facts::patient(tx, consent.facility_id, consent.patient_id).await?;
    let birthday = patient
        .and_then(|patient| patient.birth_date)
        .and_then(triggers::of_age_on);
    match birthday.map(crate::base::clock::clinic_midnight) {
        Some(at) if at > tx.now => flow::ask_her(tx, consent, at).await,
        _ => Ok(()),
    }
}
