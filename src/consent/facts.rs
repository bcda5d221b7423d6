//! What later slices may ask of a consent, and when its purpose is fulfilled, inside their transaction.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::flow::{self, By};
use super::model::{Standing, State};
use super::rules::states::Trigger;
use super::{rules, store};
use crate::base::Act;
use crate::base::error::Result;
use crate::base::id::{ConsentId, EpisodeId, FacilityId};
use crate::ctx::Tx;
use crate::db::Q;

/// The active consent of an episode, else its newest.
pub async fn standing(q: &mut impl Q, facility: FacilityId, episode: EpisodeId) -> Result<Option<Standing>> {
    store::standing(q, facility, episode).await
}

/// Whether the consent in force was made from a template that the hospital has recalled (RC2).
pub async fn is_recalled(q: &mut impl Q, facility: FacilityId, episode: EpisodeId) -> Result<bool> {
    store::active_is_recalled(q, facility, episode).await
}

/// The consent that allows the analgesia record to start: active, valid, confirmed at the bedside within 24 h (CE-202),
/// and not from a recalled template.
pub async fn may_start(
    q: &mut impl Q,
    facility: FacilityId,
    episode: EpisodeId,
    now: DateTime<Utc>,
) -> Result<Option<ConsentId>> {
    if store::active_is_recalled(q, facility, episode).await? {
        return Ok(None);
    }
    let standing = store::standing(q, facility, episode).await?;
    Ok(standing
        .filter(|one| rules::guards::may_start(one, now))
        .map(|one| one.id))
}

/// The analgesia record is closed: the consent has served its purpose (T15). Without an active one nothing happens,
/// because an exception with its reason stood in its place.
pub async fn fulfill(tx: &mut Tx, facility: FacilityId, episode: EpisodeId) -> Result<()> {
    let Some(standing) = store::standing(tx, facility, episode).await? else {
        return Ok(());
    };
    let Some(mut consent) = store::consent(tx, facility, standing.id).await? else {
        return Ok(());
    };
    if consent.state != State::Active {
        return Ok(());
    }
    let by = By::System(Act::ConsentFulfilled);
    flow::go(tx, &mut consent, Trigger::RecordClosed, by, json!({})).await
}
