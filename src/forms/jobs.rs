//! What forms do after somebody else's change.

use serde::Deserialize;

use super::acts;
use crate::base::error::{Error, Result};
use crate::base::id::{EpisodeId, LaborId};
use crate::ctx::Ctx;
use crate::outbox::Job;

#[derive(Deserialize)]
struct Assign {
    episode: EpisodeId,
}

#[derive(Deserialize)]
struct Recheck {
    episode: EpisodeId,
    labor: LaborId,
}

#[derive(Deserialize)]
struct Sweep {
    address: String,
}

/// Does a job of forms; `false` when it is another slice's.
pub async fn handle(ctx: &Ctx, job: &Job) -> Result<bool> {
    let facility = job
        .facility_id
        .ok_or_else(|| Error::broken("a job of forms without its hospital"));
    match job.kind.as_str() {
        "forms.assign" => {
            let Assign { episode } = job.payload()?;
            acts::assign_assessment(ctx, facility?, episode).await?;
        }
        "forms.recheck" => {
            let Recheck { episode, labor } = job.payload()?;
            acts::assign_recheck(ctx, facility?, episode, labor).await?;
        }
        "forms.sweep" => {
            let Sweep { address } = job.payload()?;
            acts::sweep(ctx, facility?, &address).await?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}
