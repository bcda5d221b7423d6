//! How the key is replaced that wraps all data keys; each step is an entry of the log (CE-182).

use serde_json::{Value, json};

use crate::base::error::Result;
use crate::base::{Act, Subject};
use crate::ctx::{Ctx, Tx};
use crate::vault::Progress;

/// Data keys that one transaction wraps anew: the writer is never held up for long.
const BATCH: i64 = 500;

/// Wraps all data keys under the key of the settings, going on where an earlier run ended, and then forgets the keys of
/// the key service that are not needed any more. `told` hears how far it is.
pub async fn rotate(ctx: &Ctx, mut told: impl FnMut(Progress)) -> Result<Progress> {
    while rotate_some(ctx, BATCH).await? > 0 {
        told(ctx.vault.progress(&mut ctx.view()).await?);
    }
    let mut tx = ctx.write(Act::JournalRotateKeys).await?;
    let forgotten = ctx.vault.forget_unused(&mut tx).await?;
    if forgotten > 0 {
        journal_rotation(&mut tx, json!({ "forgotten": forgotten })).await?;
        tx.commit().await?;
    }
    ctx.vault.progress(&mut ctx.view()).await
}

/// Wraps at most so many data keys anew; how many.
pub async fn rotate_some(ctx: &Ctx, limit: i64) -> Result<usize> {
    let mut tx = ctx.write(Act::JournalRotateKeys).await?;
    let wrapped = ctx.vault.rewrap(&mut tx, limit).await?;
    if wrapped > 0 {
        let detail = json!({ "wrapped": wrapped, "key": ctx.vault.key_id() });
        journal_rotation(&mut tx, detail).await?;
        tx.commit().await?;
    }
    Ok(wrapped)
}

/// Makes the next key of the key service; it wraps from the next start on.
pub async fn make_next(ctx: &Ctx) -> Result<()> {
    let mut tx = ctx.write(Act::JournalRotateKeys).await?;
    let now = tx.now;
    ctx.vault.make_next(&mut tx, now).await?;
    journal_rotation(&mut tx, json!({ "next": true })).await?;
    tx.commit().await
}

async fn journal_rotation(tx: &mut Tx, detail: Value) -> Result<()> {
    let subject = Subject::list("data_key");
    tx.journal_own(Act::JournalRotateKeys, None, subject, detail)
        .await
}
