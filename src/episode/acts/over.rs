//! A pregnancy of which nothing was heard is over.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;

use crate::base::error::{Error, Result};
use crate::base::id::EpisodeId;
use crate::base::{Act, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode::model::{Episode, Stage};
use crate::episode::rules::home;
use crate::episode::store;
use crate::outbox::{Job, Message};

/// Job: the time of a pregnancy has come.
pub const OVER: &str = "episode.over";

#[derive(Serialize, Deserialize)]
struct OfEpisode {
    episode: EpisodeId,
}

/// Has the pregnancy looked at when it must be over; a date that moves has a look of its own.
pub(super) async fn later(tx: &mut Tx, episode: &Episode) -> Result<()> {
    let due = home::over_at(episode);
    tx.enqueue(Message {
        kind: OVER,
        facility: Some(episode.facility_id),
        payload: &OfEpisode { episode: episode.id },
        dedupe: Some(format!("{}@{}", episode.id, due.timestamp())),
        due,
    })
    .await
}

/// Closes it, so that her screen counts no weeks and the next one can begin: she gave birth elsewhere, or lost it, and nobody
/// here was told. After a birth here the follow-up ends it.
#[instrument(name = "episode.over", skip_all)]
pub async fn over(ctx: &Ctx, job: &Job) -> Result<()> {
    let facility = job
        .facility_id
        .ok_or_else(|| Error::broken("a pregnancy without its hospital"))?;
    let OfEpisode { episode } = job.payload()?;
    let mut tx = ctx.write(Act::EpisodeOver).await?;
    let Some(episode) = store::lock(&mut tx, facility, episode).await? else {
        return Ok(());
    };
    if episode.stage != Stage::Antenatal || tx.now < home::over_at(&episode) {
        return Ok(());
    }
    store::set_stage(&mut tx, facility, episode.id, Stage::Closed).await?;
    tx.journal_own(
        Act::EpisodeOver,
        Some(facility),
        Subject::of_patient("episode", episode.id, episode.patient_id),
        json!({}),
    )
    .await?;
    tx.commit().await
}
