//! Which keys sealed and signed the log, and since when: each that comes into use is an entry of the log (CE-182).

use std::sync::Arc;

use serde_json::json;
use uuid::Uuid;

use crate::base::canonical::sha256;
use crate::base::error::{Error, Result};
use crate::base::{Act, Actor, Subject};
use crate::ctx::Ctx;
use crate::db::Q;

/// Writes down the keys of the settings that were not in use before, with what they follow.
pub async fn note(ctx: &Ctx) -> Result<()> {
    for (kind, key) in in_use(ctx).await? {
        note_one(ctx, kind, &key).await?;
    }
    Ok(())
}

/// The verifier key of the log, the certificates that seal, the digest of the national signatures' point.
async fn in_use(ctx: &Ctx) -> Result<Vec<(&'static str, String)>> {
    let seal = Arc::clone(&ctx.seal);
    let signers = tokio::task::spawn_blocking(move || seal.signers()).await;
    let signers = signers.map_err(|error| Error::Broken(Box::new(error)))?;
    let mut keys = vec![("log", ctx.log.key.public().to_string())];
    keys.extend(
        signers
            .iter()
            .map(|signer| ("seal", hex::encode(signer.sha256()))),
    );
    let point = ctx.seal.national_point();
    keys.extend(point.map(|point| ("sm2", hex::encode(sha256(&point)))));
    Ok(keys)
}

async fn note_one(ctx: &Ctx, kind: &'static str, key: &str) -> Result<()> {
    let known: Vec<(String,)> = ctx
        .view()
        .q("select key_id from key_use where kind = $1 order by at desc, id desc")
        .bind(kind)
        .all()
        .await?;
    if known.iter().any(|(known,)| known == key) {
        return Ok(());
    }
    let mut tx = ctx.write(Act::JournalKeyUse).await?;
    let (id, now): (Uuid, _) = (tx.id(), tx.now);
    let added = tx
        .q("insert into key_use (id, kind, key_id, at) values ($1, $2, $3, $4) on conflict (kind, key_id) do nothing")
        .bind(id)
        .bind(kind)
        .bind(key.to_owned())
        .bind(now)
        .run()
        .await?;
    if added == 0 {
        // The process beside this one was first.
        return Ok(());
    }
    let before = known.first().map(|(before,)| before);
    let detail = json!({ "kind": kind, "key": key, "before": before });
    let subject = Subject::thing("key", id);
    tx.journal_as(Act::JournalKeyUse, Actor::SYSTEM, None, subject, detail, None)
        .await?;
    tx.commit().await
}
