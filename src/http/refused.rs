//! Refused access goes into the journal, in a transaction of its own: the act that was refused has written nothing.

use serde_json::json;

use crate::base::error::Result;
use crate::base::request::{RefusedAct, RequestInfo};
use crate::base::{Act, Subject};
use crate::ctx::Ctx;

/// Journals that the policy said no, if it did. The answer goes out whether that can be written or not.
pub async fn note(ctx: &Ctx, info: &RequestInfo) {
    let Some(refused) = info.refused.get() else {
        return;
    };
    if let Err(error) = journaled(ctx, info, refused).await {
        tracing::error!(%error, act = refused.act.word(), "a refused access could not be journaled");
    }
}

async fn journaled(ctx: &Ctx, info: &RequestInfo, refused: &RefusedAct) -> Result<()> {
    let mut tx = ctx.write(Act::PeopleRefused).await?;
    tx.journal_as(
        Act::PeopleRefused,
        refused.actor,
        refused.facility,
        Subject::list("request"),
        json!({ "act": refused.act.word() }),
        Some(&info.id),
    )
    .await?;
    tx.commit().await
}
