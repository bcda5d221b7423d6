//! Which keys seal and sign the log, and since when: each that comes into use, or comes back, is an entry of the log
//! (CE-182).
//!
//! A key of a device that is silent now is written down when it seals first: `consent::sealing::key`.

use std::sync::Arc;

use crate::base::Act;
use crate::base::canonical::sha256;
use crate::base::error::{Error, Result};
use crate::consent::sealing::key;
use crate::ctx::Ctx;
use crate::journal::key_use::{self, LOG, SEAL, SM2};

/// Writes down the keys of the settings that are not in use yet.
pub async fn note(ctx: &Ctx) -> Result<()> {
    note_last(ctx, LOG, &ctx.log.key.public().to_string()).await?;
    let seal = Arc::clone(&ctx.seal);
    let signers = tokio::task::spawn_blocking(move || seal.signers()).await;
    for signer in signers.map_err(|error| Error::Broken(Box::new(error)))? {
        // Of several only one seals, and which one it says itself.
        let word = hex::encode(signer.sha256());
        let known = key_use::all(&mut ctx.view(), SEAL).await?;
        if !known.iter().any(|known| known.key_id == word) {
            write(ctx, SEAL, &word).await?;
        }
    }
    match ctx.seal.national_point() {
        Some(point) => note_last(ctx, SM2, &hex::encode(sha256(&point))).await,
        None => Ok(()),
    }
}

/// Of a kind that has one key at a time.
async fn note_last(ctx: &Ctx, kind: &'static str, word: &str) -> Result<()> {
    let last = key_use::last(&mut ctx.view(), kind).await?;
    if last.is_some_and(|last| last.key_id == word) {
        return Ok(());
    }
    write(ctx, kind, word).await
}

async fn write(ctx: &Ctx, kind: &'static str, word: &str) -> Result<()> {
    let mut tx = ctx.write(Act::JournalKeyUse).await?;
    key::in_use(&mut tx, kind, word).await?;
    if tx.entry().is_none() {
        // The process beside this one was first.
        return Ok(());
    }
    tx.commit().await
}
