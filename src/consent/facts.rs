//! What later slices may ask of a consent, and what they tell it of the procedure, inside their transaction.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::flow::{self, By};
use super::model::{Consent, Standing, State, TechniqueClass};
use super::rules::states::Trigger;
use super::rules::triggers::{self, Change};
use super::{renew, rules, store};
use crate::base::error::Result;
use crate::base::id::{ConsentId, EpisodeId, FacilityId};
use crate::base::{Act, Actor, Subject};
use crate::ctx::Tx;
use crate::db::Q;

/// Whether the analgesia record may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// On this consent.
    On(ConsentId),
    /// None is active, valid and confirmed at the bedside within 24 h (CE-202).
    Missing,
    /// One is, to another class of technique (RC4).
    OtherTechnique,
    /// One is, made from a template that the hospital has recalled (RC2).
    Recalled,
}

/// The active consent of an episode, else its newest.
pub async fn standing(q: &mut impl Q, facility: FacilityId, episode: EpisodeId) -> Result<Option<Standing>> {
    store::standing(q, facility, episode).await
}

/// Whether the analgesia record may start, with a technique of this class where it is known (CE-202); never on a
/// recalled template (RC2).
pub async fn may_start(
    q: &mut impl Q,
    facility: FacilityId,
    episode: EpisodeId,
    technique: Option<TechniqueClass>,
    now: DateTime<Utc>,
) -> Result<Start> {
    if store::active_is_recalled(q, facility, episode).await? {
        return Ok(Start::Recalled);
    }
    let standing = store::standing(q, facility, episode).await?;
    let Some(standing) = standing.filter(|one| rules::guards::may_start(one, now)) else {
        return Ok(Start::Missing);
    };
    let covered = technique.is_none_or(|meant| triggers::covers(standing.technique_class, meant));
    Ok(if covered {
        Start::On(standing.id)
    } else {
        Start::OtherTechnique
    })
}

async fn active(tx: &mut Tx, facility: FacilityId, episode: EpisodeId) -> Result<Option<Consent>> {
    let Some(standing) = store::standing(tx, facility, episode).await? else {
        return Ok(None);
    };
    let consent = store::consent(tx, facility, standing.id).await?;
    Ok(consent.filter(|consent| consent.state == State::Active))
}

/// The procedure is under way: from now on the consent carries it to its end, and a withdrawal is one during it.
/// Without an active one nothing happens, because an exception with its reason stands in its place.
pub async fn started(tx: &mut Tx, facility: FacilityId, episode: EpisodeId) -> Result<()> {
    let Some(mut consent) = active(tx, facility, episode).await? else {
        return Ok(());
    };
    if consent.started_at.is_some() {
        return Ok(());
    }
    consent.started_at = Some(tx.now);
    flow::save(tx, &mut consent).await?;
    let subject = Subject::of_patient("consent", consent.id, consent.patient_id);
    let detail = json!({ "revision": consent.revision });
    let place = Some(facility);
    tx.journal_as(Act::ConsentStarted, Actor::SYSTEM, place, subject, detail, None)
        .await
}

/// Her stay is over, by a birth or without one: the consent has served its purpose (T15), or ends without (T14).
/// `returns`: she goes home and comes back for another admission, which needs another consent (RC5).
pub async fn closed(tx: &mut Tx, facility: FacilityId, episode: EpisodeId, returns: bool) -> Result<()> {
    let Some(mut consent) = active(tx, facility, episode).await? else {
        return Ok(());
    };
    let (trigger, act) = match consent.started_at {
        Some(_) => (Trigger::RecordClosed, Act::ConsentFulfilled),
        None => (Trigger::ValidityEnded, Act::ConsentExpired),
    };
    flow::go(tx, &mut consent, trigger, By::System(act), json!({})).await?;
    if returns {
        renew::ask(tx, &consent, Change::Admission).await?;
    }
    Ok(())
}
