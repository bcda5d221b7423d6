//! What the assessment does after somebody else's change.

use serde::Deserialize;

use super::acts;
use crate::base::error::{Error, Result};
use crate::base::id::EpisodeId;
use crate::ctx::Ctx;
use crate::outbox::Job;

#[derive(Deserialize)]
struct DueDate {
    episode: EpisodeId,
}

/// Does a job of this slice; `false` when it is another's.
pub async fn handle(ctx: &Ctx, job: &Job) -> Result<bool> {
    if job.kind != "assessment.due_date" {
        return Ok(false);
    }
    let DueDate { episode } = job.payload()?;
    let facility = job
        .facility_id
        .ok_or_else(|| Error::broken("a changed due date without a hospital"))?;
    acts::due_date_changed(ctx, facility, episode).await?;
    Ok(true)
}
