//! Saying no and taking back: as easy as agreeing, effective at once, by her own tap or by a word that staff heard.

use serde_json::json;
use tracing::instrument;

use super::locked;
use super::prepare::task;
use crate::base::error::Result;
use crate::base::id::{ConsentId, StaffId};
use crate::base::{Act, Role};
use crate::consent::flow::{self, By};
use crate::consent::model::{Consent, RefusalReason, State, WithdrawalPhase};
use crate::consent::proof;
use crate::consent::renew;
use crate::consent::rules;
use crate::consent::rules::states::Trigger;
use crate::consent::store;
use crate::ctx::{Ctx, Sender, Tx};
use crate::episode::model::{Episode, NewTask};
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::{episode, people};

/// What she says when she says no; nothing of it is required.
#[derive(Clone, Debug, Default)]
pub struct No {
    /// Why, by code.
    pub reasons: Vec<RefusalReason>,
    /// Why, in words.
    pub reason: Option<String>,
    /// Whether she wants to be asked again.
    pub ask_again: bool,
    /// By whom it was heard, when she said it aloud.
    pub spoken: Option<Spoken>,
}

/// A word of hers that staff heard (T09, T10).
#[derive(Clone, Debug)]
pub struct Spoken {
    /// An anesthesiologist explained consequences and alternatives to her; from a midwife it counts as not yet.
    pub explained: bool,
    /// The witness's word.
    pub attestation: Option<String>,
}

/// Who heard it.
#[derive(Clone, Copy)]
struct Heard {
    by: StaffId,
    witness: StaffId,
    explained: bool,
}

/// She says no (T09). It takes effect at once; until an anesthesiologist has explained, that is a task (decision 30).
///
/// Errors: `consent.illegal_transition`; `people.second_person_required` for a spoken one without a witness.
#[instrument(name = "consent.refuse", skip_all)]
pub async fn refuse(ctx: &Ctx, caller: &Caller, id: ConsentId, no: No) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentRefuse)?;
    let no = checked(no)?;
    let mut tx = once!(ctx, Act::ConsentRefuse, caller);
    let (mut consent, episode) = locked(&mut tx, caller, Act::ConsentRefuse, id).await?;
    let heard = heard(&mut tx, caller, Act::ConsentRefuse, id, no.spoken.as_ref()).await?;
    rules::next(consent.state, Trigger::Refuse)?;
    let explained = heard.is_some_and(|heard| heard.explained);
    let word = if explained { "explained" } else { "pending" };
    let of = ("refused", word);
    let digest = keep(&mut tx, &consent, &episode, of, &no, heard).await?;
    let detail = json!({
        "ask_again": no.ask_again,
        "spoken": heard.is_some(),
        "witness": heard.map(|heard| heard.witness),
        "decision_sha256": digest,
    });
    flow::go(&mut tx, &mut consent, Trigger::Refuse, By::Caller(caller), detail).await?;
    if !explained {
        let due = tx.now + rules::EXPLAIN;
        episode::facts::add_task(&mut tx, &task(&consent, "consent.explain_refusal", due)).await?;
    }
    former_too(&mut tx, caller, &consent, &episode, (&no, heard)).await?;
    leave_alone(&mut tx, &consent).await?;
    tell(&mut tx, &consent, "consent.refused").await?;
    tx.commit_with(&consent).await?;
    Ok(consent)
}

/// She takes her consent back (T10), also while analgesia is running: then her team is told at once (CE-052).
///
/// Errors: `consent.illegal_transition`; `people.second_person_required` for a spoken one without a witness.
#[instrument(name = "consent.withdraw", skip_all)]
pub async fn withdraw(ctx: &Ctx, caller: &Caller, id: ConsentId, no: No) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentWithdraw)?;
    let no = checked(no)?;
    let mut tx = once!(ctx, Act::ConsentWithdraw, caller);
    let (mut consent, episode) = locked(&mut tx, caller, Act::ConsentWithdraw, id).await?;
    let heard = heard(&mut tx, caller, Act::ConsentWithdraw, id, no.spoken.as_ref()).await?;
    take_back(&mut tx, By::Caller(caller), &mut consent, &episode, (&no, heard)).await?;
    consent.receipt = Some(tx.receipt(consent.facility_id).await?);
    tx.commit_with(&consent).await?;
    Ok(consent)
}

async fn take_back(
    tx: &mut Tx,
    by: By<'_>,
    consent: &mut Consent,
    episode: &Episode,
    (no, heard): (&No, Option<Heard>),
) -> Result<()> {
    let phase = match consent.started_at {
        Some(_) => WithdrawalPhase::During,
        None => WithdrawalPhase::Before,
    };
    rules::next(consent.state, Trigger::Withdraw)?;
    let of = ("withdrawn", "not_needed");
    let digest = keep(tx, consent, episode, of, no, heard).await?;
    let detail = json!({
        "ask_again": no.ask_again,
        "stage": episode.stage.word(),
        "phase": phase.word(),
        "spoken": heard.is_some(),
        "witness": heard.map(|heard| heard.witness),
        "decision_sha256": digest,
    });
    flow::go(tx, consent, Trigger::Withdraw, by, detail).await?;
    leave_alone(tx, consent).await?;
    call_team(tx, consent, phase).await?;
    tell(tx, consent, "consent.withdrawn").await
}

/// Her no to another consent is one to the consent in whose place it would have come, in the same word (T10): what is in
/// force does not outlive it.
async fn former_too(
    tx: &mut Tx,
    caller: &Caller,
    refused: &Consent,
    episode: &Episode,
    said: (&No, Option<Heard>),
) -> Result<()> {
    let all = store::of_episode(tx, refused.facility_id, refused.episode_id).await?;
    let Some(mut former) = all.into_iter().find(|one| one.state == State::Active) else {
        return Ok(());
    };
    let by = By::Behalf(Act::ConsentWithdraw, caller.actor());
    take_back(tx, by, &mut former, episode, said).await
}

/// What would push her towards a consent ends with her no (CE-192).
async fn leave_alone(tx: &mut Tx, consent: &Consent) -> Result<()> {
    for kind in ["consent.countersign", "consent.conversation"] {
        episode::facts::finish_tasks(tx, consent.facility_id, kind, consent.id.0).await?;
    }
    for asked in store::questions(tx, consent.facility_id, consent.id).await? {
        episode::facts::finish_tasks(tx, consent.facility_id, "consent.question", asked.id.0).await?;
    }
    renew::settled(tx, consent.facility_id, consent.episode_id).await
}

/// Her team is called at once. While analgesia runs, anesthesiologist and midwife each say that they know of it, and
/// whoever doesn't in time is called again (CE-052).
async fn call_team(tx: &mut Tx, consent: &Consent, phase: WithdrawalPhase) -> Result<()> {
    let call = |kind, roles: &[Role], due| NewTask {
        roles: roles.to_vec(),
        urgent: true,
        ..task(consent, kind, due)
    };
    let (anesthesiologist, midwife) = (Role::Anesthesiologist, Role::Midwife);
    if phase == WithdrawalPhase::Before {
        let due = tx.now + rules::WITHDRAWN;
        let told = call(rules::CALLS[0], &[anesthesiologist, midwife], due);
        return episode::facts::add_task(tx, &told).await.map(|_| ());
    }
    let due = tx.now + rules::WITHDRAWN_DURING;
    for (kind, role) in [(rules::CALLS[0], anesthesiologist), (rules::CALLS[1], midwife)] {
        episode::facts::add_task(tx, &call(kind, &[role], due)).await?;
    }
    flow::call_again(tx, consent, due).await
}

/// Who heard a spoken word and who witnessed it; nobody when she decided on her own phone.
async fn heard(
    tx: &mut Tx,
    caller: &Caller,
    act: Act,
    id: ConsentId,
    spoken: Option<&Spoken>,
) -> Result<Option<Heard>> {
    let Some(spoken) = spoken else { return Ok(None) };
    let staff = caller.staff()?;
    let word = spoken.attestation.as_deref();
    let (witness, _) = people::facts::second_person(tx, staff, word, act, id).await?;
    Ok(Some(Heard {
        by: staff.id,
        witness,
        explained: spoken.explained && staff.role == Role::Anesthesiologist,
    }))
}

fn checked(no: No) -> Result<No> {
    let mut faults = Faults::default();
    let reason = no.reason.map(|reason| faults.text(&reason, "/reason", 0, 500));
    faults.done()?;
    Ok(No {
        reason: reason.filter(|reason| !reason.is_empty()),
        ..no
    })
}

/// Keeps what she decided; its salted digest, which enters the log with the act (CE-175).
async fn keep(
    tx: &mut Tx,
    consent: &Consent,
    episode: &Episode,
    (kind, explained): (&'static str, &'static str),
    no: &No,
    heard: Option<Heard>,
) -> Result<String> {
    let body = proof::salt(json!({
        "reasons": no.reasons,
        "reason": no.reason,
        "offered_sha256": consent.presented_sha256,
        "stage": episode.stage.word(),
        "phase": (kind == "withdrawn").then_some(match consent.started_at {
            Some(_) => WithdrawalPhase::During,
            None => WithdrawalPhase::Before,
        }),
        "spoken": heard.map(|heard| json!({ "heard_by": heard.by, "witness": heard.witness })),
    }));
    let digest = proof::digest("decision", &body)?;
    let decision = store::NewDecision {
        kind,
        ask_again: no.ask_again,
        explained,
        body: &body,
    };
    let id = store::add_decision(tx, consent, decision).await?;
    flow::record(tx, consent, id).await?;
    Ok(hex::encode(digest))
}

/// Tells her in the mini-program that it is recorded.
pub(super) async fn tell(tx: &mut Tx, consent: &Consent, kind: &'static str) -> Result<()> {
    let reference = consent.id.to_string();
    episode::facts::notify(tx, consent.facility_id, consent.patient_id, kind, &reference).await
}
