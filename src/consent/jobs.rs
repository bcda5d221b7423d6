//! What is due: deadlines and validity that are over (T13, T14).

use serde_json::json;

use super::flow::{self, By, Changed, Expire};
use super::model::State;
use super::rules::states::Trigger;
use super::store;
use crate::base::Act;
use crate::base::error::{Error, Result};
use crate::ctx::Ctx;
use crate::episode;
use crate::outbox::Job;

/// Does a job of this slice; false when it is another's.
pub async fn handle(ctx: &Ctx, job: &Job) -> Result<bool> {
    match job.kind.as_str() {
        "consent.expire" => expire(ctx, job).await.map(|()| true),
        // For whoever outside listens to transitions; nobody is connected yet.
        "consent.changed" => job.payload::<Changed>().map(|_| true),
        _ => Ok(false),
    }
}

/// Ends a consent whose time is over. Idempotent: the state and the time are read again under the lock.
async fn expire(ctx: &Ctx, job: &Job) -> Result<()> {
    let Expire { id } = job.payload()?;
    let facility = job
        .facility_id
        .ok_or_else(|| Error::broken("a deadline without a hospital"))?;
    let mut tx = ctx.write(Act::ConsentExpired).await?;
    let Some(seen) = store::consent(&mut tx, facility, id).await? else {
        return Ok(());
    };
    episode::facts::lock(&mut tx, facility, seen.episode_id).await?;
    let Some(mut consent) = store::consent(&mut tx, facility, id).await? else {
        return Ok(());
    };
    if flow::ends_at(&consent).is_none_or(|end| tx.now < end) {
        return Ok(());
    }
    let trigger = if consent.state == State::Active {
        Trigger::ValidityEnded
    } else {
        Trigger::DeadlinePassed
    };
    flow::go(
        &mut tx,
        &mut consent,
        trigger,
        By::System(Act::ConsentExpired),
        json!({}),
    )
    .await?;
    tx.commit().await
}
