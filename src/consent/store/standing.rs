//! Where the consents of episodes stand.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::base::error::{Error, Result};
use crate::base::id::{ConsentId, EpisodeId, FacilityId};
use crate::consent::model::{Standing, State, TechniqueClass};
use crate::db::{Q, placeholders};

/// Consent, pregnancy, state, valid until, class of technique.
type Row = (ConsentId, EpisodeId, String, Option<DateTime<Utc>>, String);

/// The active consent of an episode, else its newest.
pub async fn standing(q: &mut impl Q, facility: FacilityId, episode: EpisodeId) -> Result<Option<Standing>> {
    Ok(standings(q, facility, &[episode]).await?.remove(&episode))
}

/// The same of many episodes, in two statements.
pub async fn standings(
    q: &mut impl Q,
    facility: FacilityId,
    episodes: &[EpisodeId],
) -> Result<BTreeMap<EpisodeId, Standing>> {
    if episodes.is_empty() {
        return Ok(BTreeMap::new());
    }
    let marks = placeholders(2, episodes.len());
    let mut query = q
        .q(format!(
            "select id, episode_id, state, valid_until, technique_class from consent where facility_id = $1 \
             and episode_id in ({marks}) order by episode_id, case when state = 'active' then 0 else 1 end, id desc"
        ))
        .bind(facility);
    for episode in episodes {
        query = query.bind(*episode);
    }
    let mut rows: Vec<Row> = query.all().await?;
    rows.dedup_by_key(|(_, episode, ..)| *episode);
    if rows.is_empty() {
        return Ok(BTreeMap::new());
    }
    // Who could not confirm it later on has not confirmed it.
    let marks = placeholders(2, rows.len());
    let mut query = q
        .q(format!(
            "select b.consent_id, b.at from consent_bedside b where b.facility_id = $1 and b.consent_id in ({marks}) \
             and not exists (select 1 from consent_unconfirmed u where u.consent_id = b.consent_id and u.id > b.id) \
             order by b.at"
        ))
        .bind(facility);
    for (consent, ..) in &rows {
        query = query.bind(*consent);
    }
    let confirmed: BTreeMap<ConsentId, DateTime<Utc>> = query.all().await?.into_iter().collect();
    let mut standings = BTreeMap::new();
    for (id, episode, state, valid_until, technique_class) in rows {
        let standing = Standing {
            id,
            state: State::parse(&state).ok_or_else(|| Error::broken("a consent is in an unknown state"))?,
            valid_until,
            confirmed_at: confirmed.get(&id).copied(),
            technique_class: TechniqueClass::parse(&technique_class)
                .ok_or_else(|| Error::broken("a consent holds an unknown word"))?,
        };
        standings.insert(episode, standing);
    }
    Ok(standings)
}
