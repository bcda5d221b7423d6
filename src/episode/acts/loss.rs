//! A pregnancy that ended outside the hospital before any labor here: her screen counts no weeks, and nothing of it is hers
//! to do.

use serde_json::{Value, json};
use tracing::instrument;

use super::clinic::known;
use super::over;
use crate::base::error::{Error, Result};
use crate::base::id::PatientId;
use crate::base::{Act, Code, Noun, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode::model::{Ended, Ending, Episode, Gone, Stage};
use crate::episode::rules::home;
use crate::episode::store;
use crate::once;
use crate::people::caller::Caller;
use crate::people::facts as people;
use crate::people::policy;

/// Staff heard that she lost the pregnancy, before any labor here. A woman who is still to give birth is admitted instead,
/// and the record of her labor says how it ended.
///
/// Errors: `episode.admitted`, `episode.closed`.
#[instrument(name = "episode.tell_loss", skip_all)]
pub async fn tell_loss(ctx: &Ctx, caller: &Caller, id: PatientId) -> Result<Ended> {
    policy::allowed(caller, Act::EpisodeTellLoss)?;
    let mut tx = once!(ctx, Act::EpisodeTellLoss, caller);
    let episode = held(&mut tx, caller, Act::EpisodeTellLoss, id).await?;
    told(tx, caller, &episode, Ending::Loss, json!({})).await
}

/// What was told of another woman, or was not so, is taken back: the pregnancy goes on.
///
/// Errors: `Missing` where nothing was told.
#[instrument(name = "episode.take_back_loss", skip_all)]
pub async fn take_back_loss(ctx: &Ctx, caller: &Caller, id: PatientId) -> Result<()> {
    policy::allowed(caller, Act::EpisodeTakeBackLoss)?;
    let mut tx = ctx.write(Act::EpisodeTakeBackLoss).await?;
    let episode = held(&mut tx, caller, Act::EpisodeTakeBackLoss, id).await?;
    if !home::is_lost_outside(&episode) {
        return Err(Error::Missing(Noun::Episode));
    }
    taken_back(tx, caller, &episode).await
}

/// Staff heard that she gave birth elsewhere, or goes to another hospital for it, before any labor here.
///
/// Errors: `episode.admitted`, `episode.closed`.
#[instrument(name = "episode.tell_ending", skip_all)]
pub async fn tell_ending(ctx: &Ctx, caller: &Caller, id: PatientId, gone: Gone) -> Result<Ended> {
    policy::allowed(caller, Act::EpisodeTellEnding)?;
    let mut tx = once!(ctx, Act::EpisodeTellEnding, caller);
    let episode = held(&mut tx, caller, Act::EpisodeTellEnding, id).await?;
    let detail = json!({ "ending": gone.word() });
    told(tx, caller, &episode, gone.into(), detail).await
}

/// What was told of another woman, or was not so, is taken back: the pregnancy goes on. What the record of a labor says
/// stays.
///
/// Errors: `Missing` where nothing was told.
#[instrument(name = "episode.take_back_ending", skip_all)]
pub async fn take_back_ending(ctx: &Ctx, caller: &Caller, id: PatientId) -> Result<()> {
    policy::allowed(caller, Act::EpisodeTakeBackEnding)?;
    let mut tx = ctx.write(Act::EpisodeTakeBackEnding).await?;
    let episode = held(&mut tx, caller, Act::EpisodeTakeBackEnding, id).await?;
    let discharged = people::discharged_at(&mut tx, episode.facility_id, id).await?;
    if !home::is_told_elsewhere(&episode, discharged) {
        return Err(Error::Missing(Noun::Episode));
    }
    taken_back(tx, caller, &episode).await
}

async fn told(
    mut tx: Tx,
    caller: &Caller,
    episode: &Episode,
    ending: Ending,
    detail: Value,
) -> Result<Ended> {
    match episode.stage {
        Stage::Antenatal => {}
        Stage::Labor | Stage::Postpartum => return Err(Error::Refused(Code::EpisodeAdmitted)),
        Stage::Closed => return Err(Error::Refused(Code::EpisodeClosed)),
    }
    let facility = episode.facility_id;
    store::set_ending(&mut tx, facility, episode.id, Some(ending)).await?;
    store::set_stage(&mut tx, facility, episode.id, Stage::Closed).await?;
    let subject = Subject::of_patient("episode", episode.id, episode.patient_id);
    tx.journal(caller, subject, detail).await?;
    let ended = Ended {
        episode: episode.id,
        at: tx.now,
    };
    tx.commit_with(&ended).await?;
    Ok(ended)
}

async fn taken_back(mut tx: Tx, caller: &Caller, episode: &Episode) -> Result<()> {
    let facility = episode.facility_id;
    store::set_ending(&mut tx, facility, episode.id, None).await?;
    store::set_stage(&mut tx, facility, episode.id, Stage::Antenatal).await?;
    over::later(&mut tx, episode).await?;
    let subject = Subject::of_patient("episode", episode.id, episode.patient_id);
    tx.journal(caller, subject, json!({})).await?;
    tx.commit().await
}

/// Her pregnancy, locked until the transaction ends.
async fn held(tx: &mut Tx, caller: &Caller, act: Act, id: PatientId) -> Result<Episode> {
    let facility = caller.staff()?.facility;
    let (_, episode) = known(tx, caller, act, facility, id).await?;
    store::lock(tx, facility, episode.id)
        .await?
        .ok_or(Error::Missing(Noun::Episode))
}
