//! What forms do after somebody else's change.

use serde::Deserialize;

use super::acts;
use crate::base::error::{Error, Result};
use crate::base::id::EpisodeId;
use crate::ctx::Ctx;
use crate::outbox::Job;

#[derive(Deserialize)]
struct Assign {
    episode: EpisodeId,
}

/// Does a job of forms; `false` when it is another slice's.
pub async fn handle(ctx: &Ctx, job: &Job) -> Result<bool> {
    if job.kind != "forms.assign" {
        return Ok(false);
    }
    let facility = job
        .facility_id
        .ok_or_else(|| Error::broken("a job of a pregnancy without its hospital"))?;
    let Assign { episode } = job.payload()?;
    acts::assign_assessment(ctx, facility, episode).await?;
    Ok(true)
}
