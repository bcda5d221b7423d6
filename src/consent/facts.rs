//! What later slices may ask of a consent, and what they tell it of the procedure, inside their transaction.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::flow::{self, By};
use super::model::{Consent, Standing, State, TechniqueClass};
use super::rules::Refusal;
use super::rules::states::Trigger;
use super::rules::triggers::{self, Change};
use super::{acts, renew, rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::{ConsentId, EpisodeId, FacilityId};
use crate::base::{Act, Code, Noun, Subject};
use crate::ctx::{Ctx, Records, Tx};
use crate::db::Q;
use crate::episode;

/// Whether the analgesia record may start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// On this consent.
    On(ConsentId),
    /// None is active, valid and confirmed at the bedside within 24 h (CE-202).
    Missing,
    /// One is, to another class of technique (RC4).
    OtherTechnique,
    /// One is, made from a template that the hospital has recalled (RC2).
    Recalled,
    /// One is, but her assessment has moved on since: a decision, or a risk that she was never told of.
    Assessment {
        /// `not_suitable`, `assessment_undecided`, `new_required` or `risks_unconfirmed`.
        reason: &'static str,
        /// The rules that are new.
        rules: Vec<String>,
    },
}

/// The active consent of an episode, else its newest.
pub async fn standing(q: &mut impl Q, facility: FacilityId, episode: EpisodeId) -> Result<Option<Standing>> {
    store::standing(q, facility, episode).await
}

/// The same of many episodes, for a list.
pub async fn standings(
    q: &mut impl Q,
    facility: FacilityId,
    episodes: &[EpisodeId],
) -> Result<BTreeMap<EpisodeId, Standing>> {
    store::standings(q, facility, episodes).await
}

/// Whether the analgesia record may start, with a technique of this class where it is known (CE-202); never on a
/// recalled template (RC2), nor against what the assessment says at this moment (RC3).
pub async fn may_start(
    r: &mut impl Records,
    ctx: &Ctx,
    facility: FacilityId,
    episode: EpisodeId,
    technique: Option<TechniqueClass>,
    now: DateTime<Utc>,
) -> Result<Start> {
    if store::active_is_recalled(r, facility, episode).await? {
        return Ok(Start::Recalled);
    }
    let standing = store::standing(r, facility, episode).await?;
    let Some(standing) = standing.filter(|one| rules::guards::may_start(one, now)) else {
        return Ok(Start::Missing);
    };
    if !technique.is_none_or(|meant| triggers::covers(standing.technique_class, meant)) {
        return Ok(Start::OtherTechnique);
    }
    let consent = store::consent(r, facility, standing.id)
        .await?
        .ok_or(Error::Missing(Noun::Consent))?;
    let assessed = acts::assessed(r, ctx, &consent).await?;
    let shown = renew::shown(r, &consent).await?;
    let confirmed = store::confirmed_risks(r, facility, consent.id).await?;
    match rules::bedside::may_begin(&shown, assessed.as_ref(), &confirmed) {
        Ok(()) => Ok(Start::On(standing.id)),
        Err(refusal) => against(refusal),
    }
}

fn against(refusal: Refusal) -> Result<Start> {
    let (reason, rules) = match refusal {
        Refusal::Plain(Code::ConsentNotSuitable) => ("not_suitable", Vec::new()),
        Refusal::Plain(Code::ConsentAssessmentUndecided) => ("assessment_undecided", Vec::new()),
        Refusal::NewConsentRequired { rules } => ("new_required", rules),
        Refusal::RisksUnconfirmed { rules } => ("risks_unconfirmed", rules),
        other => return Err(other.into()),
    };
    Ok(Start::Assessment { reason, rules })
}

async fn active(tx: &mut Tx, facility: FacilityId, episode: EpisodeId) -> Result<Option<Consent>> {
    let Some(standing) = store::standing(tx, facility, episode).await? else {
        return Ok(None);
    };
    let consent = store::consent(tx, facility, standing.id).await?;
    Ok(consent.filter(|consent| consent.state == State::Active))
}

/// The procedure is under way: from now on the consent carries it to its end, and a withdrawal is one during it; whether
/// it was not known before. Without an active one nothing happens, because an exception with its reason stands in its
/// place.
pub async fn started(tx: &mut Tx, facility: FacilityId, episode: EpisodeId) -> Result<bool> {
    let Some(mut consent) = active(tx, facility, episode).await? else {
        return Ok(false);
    };
    if consent.started_at.is_some() {
        return Ok(false);
    }
    consent.started_at = Some(tx.now);
    flow::save(tx, &mut consent).await?;
    let subject = Subject::of_patient("consent", consent.id, consent.patient_id);
    let detail = json!({ "revision": consent.revision });
    let place = Some(facility);
    tx.journal_own(Act::ConsentStarted, place, subject, detail)
        .await?;
    Ok(true)
}

/// When she took back the consent that carried the procedure, unless another one is in force by now (CE-052).
pub async fn taken_back(
    q: &mut impl Q,
    facility: FacilityId,
    episode: EpisodeId,
) -> Result<Option<DateTime<Utc>>> {
    let all = store::of_episode(q, facility, episode).await?;
    if all.iter().any(|one| one.state == State::Active) {
        return Ok(None);
    }
    let during = |one: &&Consent| one.state == State::Withdrawn && one.started_at.is_some();
    Ok(all.iter().filter(during).filter_map(|one| one.ended_at).max())
}

/// Her stay is over, by a birth or without one: the consent has served its purpose (T15), or ends without (T14). What is
/// on its way lapses with the birth (T13): there is nothing left to sign or to countersign it for.
///
/// `returns`: she goes home and comes back for another admission, which needs another consent (RC5); what she has not
/// signed yet stays open for that one.
pub async fn closed(tx: &mut Tx, facility: FacilityId, episode: EpisodeId, returns: bool) -> Result<()> {
    let mut last = None;
    for mut consent in store::of_episode(tx, facility, episode).await? {
        let (trigger, act) = match (consent.state, consent.started_at) {
            (State::Active, Some(_)) => (Trigger::RecordClosed, Act::ConsentFulfilled),
            (State::Active, None) => (Trigger::ValidityEnded, Act::ConsentExpired),
            (State::PatientSigned, _) => (Trigger::DeadlinePassed, Act::ConsentExpired),
            (State::Issued | State::Reading | State::Ready, _) if !returns => {
                (Trigger::DeadlinePassed, Act::ConsentExpired)
            }
            _ => continue,
        };
        flow::go(tx, &mut consent, trigger, By::System(act), json!({})).await?;
        for kind in ["consent.countersign", "consent.conversation"] {
            episode::facts::finish_tasks(tx, facility, kind, consent.id.0).await?;
        }
        last = Some(consent);
    }
    if let Some(consent) = last.filter(|_| returns) {
        renew::ask(tx, &consent, Change::Admission).await?;
    }
    Ok(())
}

/// Her stay is not over after all: what ended with it at `since` or later does not come back, so the anesthesiologists are
/// asked for another one, unless one is in force.
pub async fn reopened(
    tx: &mut Tx,
    facility: FacilityId,
    episode: EpisodeId,
    since: DateTime<Utc>,
) -> Result<()> {
    let all = store::of_episode(tx, facility, episode).await?;
    if all.iter().any(|one| one.state == State::Active) {
        return Ok(());
    }
    let ended_with_it = |one: &&Consent| {
        matches!(one.state, State::Fulfilled | State::Expired) && one.ended_at.is_some_and(|at| at >= since)
    };
    match all.iter().rfind(ended_with_it) {
        Some(consent) => renew::ask(tx, consent, Change::Admission).await,
        None => Ok(()),
    }
}
