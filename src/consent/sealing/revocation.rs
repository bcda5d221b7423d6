//! Whether the certificates that seal still may: their issuers are asked ahead, so that nobody waits for them when she signs,
//! and again while they do not answer (CE-167).

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::base::error::{Error, Result};
use crate::base::{Act, Subject};
use crate::consent::store::{self, KeptList};
use crate::ctx::Ctx;
use crate::db::Q;
use crate::evidence::revocation::{LARGEST_IN_FILES, List, Revocations, Said};
use crate::evidence::trust::Trust;
use crate::evidence::x509::Certificate;
use crate::journal::key_use::Keys;
use crate::journal::{PLATFORM, incident};
use crate::outbox::{self, Job, Message};

/// The shortest and the longest pause before an issuer is asked again that gave nothing.
const PAUSE: (TimeDelta, TimeDelta) = (TimeDelta::minutes(1), TimeDelta::hours(1));
/// The shortest and the longest pause after an answer.
const PACE: (TimeDelta, TimeDelta) = (TimeDelta::hours(1), TimeDelta::days(1));

const KIND: &str = "consent.revocation";

/// The message that issuers are to be asked.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Ask {
    /// Since when one of them gave nothing.
    unknown_since: Option<DateTime<Utc>>,
}

/// Whom a verifier believes now: [`super::trust`] with what issuers have revoked since, and until when each key of the log
/// counts.
pub async fn trusted(q: &mut impl Q, ctx: &Ctx) -> Result<Trust> {
    let mut trust = known(q, ctx).await?.within(&super::trust(ctx));
    let keys = Keys::of(q, &ctx.log).await?;
    trust.log_keys = keys
        .ends()
        .map(|(key, until)| super::log_key(key, until))
        .collect();
    Ok(trust)
}

/// What is known of the certificates that seal: what the issuers signed, whatever the rows say that it is kept in.
pub async fn known(q: &mut impl Q, ctx: &Ctx) -> Result<Revocations> {
    let (mut known, mut told) = (Revocations::default(), BTreeSet::new());
    for kept in store::telling_lists(q, ctx.clock.now()).await? {
        // A newer one has spoken; those that revoke count for ever.
        if kept.status == "good" && told.contains(&kept.certificate_sha256) {
            continue;
        }
        if let Some(said) = said(q, ctx, &kept).await? {
            known.hear(said);
            told.insert(kept.certificate_sha256);
        }
    }
    Ok(known)
}

/// The newest list that its issuer signed about a certificate.
async fn newest(q: &mut impl Q, ctx: &Ctx, certificate_sha256: &str) -> Result<Option<Vec<u8>>> {
    for kept in store::lists_of(q, certificate_sha256).await? {
        if said(q, ctx, &kept).await?.is_some() {
            return Ok(store::list(q, kept.id).await?.map(|(_, list)| list));
        }
    }
    Ok(None)
}

/// The newest list about a certificate, unless it is too large to travel in a document or in a bundle.
pub async fn for_files(q: &mut impl Q, ctx: &Ctx, certificate_sha256: &str) -> Result<Option<Vec<u8>>> {
    let list = newest(q, ctx, certificate_sha256).await?;
    Ok(list.filter(|list| list.len() <= LARGEST_IN_FILES))
}

/// What a kept list says; none where it is not the word of the certificate's issuer.
async fn said(q: &mut impl Q, ctx: &Ctx, kept: &KeptList) -> Result<Option<Said>> {
    let own = |said: &Said| hex::encode(said.certificate) == kept.certificate_sha256;
    if let Some(said) = ctx.seal.heard().get(kept.id) {
        return Ok(said.filter(own));
    }
    let Some((certificate, list)) = store::list(q, kept.id).await? else {
        return Ok(None);
    };
    let (seal, id) = (Arc::clone(&ctx.seal), kept.id);
    let read = move || seal.heard().read(id, &certificate, &list, seal.trust());
    let said = tokio::task::spawn_blocking(read).await;
    let said = said.map_err(|error| Error::Broken(Box::new(error)))?.filter(own);
    let told = said.map(|said| if said.revoked.is_some() { "revoked" } else { "good" });
    if told != Some(kept.status.as_str()) {
        metrics::counter!("muan_seal_lists_refused_total").increment(1);
        tracing::error!(
            list.id = %id, certificate.sha256 = kept.certificate_sha256,
            "security incident: a kept revocation list is not what its row says; what its issuer signed counts, and nothing else"
        );
    }
    Ok(said)
}

/// Has issuers asked now, and from then on.
pub async fn begin(ctx: &Ctx) -> Result<()> {
    enqueue(ctx, &Ask::default(), ctx.clock.now()).await
}

/// Asks the issuers of all certificates that seal (job).
pub async fn ask(ctx: &Ctx, job: &Job) -> Result<()> {
    let Ask { unknown_since } = job.payload()?;
    let seal = Arc::clone(&ctx.seal);
    let watched = tokio::task::spawn_blocking(move || seal.watched()).await;
    let watched = watched.map_err(|error| Error::Broken(Box::new(error)))?;
    let (mut unknown, mut pace) = (0, PACE.1);
    for (certificate, issuer) in &watched {
        match ctx.seal.ask(certificate, issuer, ctx.clock.now()).await {
            Ok(list) => {
                pace = pace.min((list.next - ctx.clock.now()) / 2);
                keep(ctx, certificate, &list).await?;
            }
            Err(why) => {
                unknown += 1;
                tracing::warn!(
                    certificate.sha256 = hex::encode(certificate.sha256()), %why,
                    "whether a certificate that seals is revoked is not known"
                );
            }
        }
    }
    metrics::gauge!("muan_seal_certificates_unknown").set(f64::from(unknown));
    let now = ctx.clock.now();
    if unknown == 0 {
        return enqueue(ctx, &Ask::default(), now + pace.max(PACE.0)).await;
    }
    let since = unknown_since.unwrap_or(now);
    let again = now + (now - since).clamp(PAUSE.0, PAUSE.1);
    let ask = Ask {
        unknown_since: Some(since),
    };
    enqueue(ctx, &ask, again).await
}

/// Keeps a list that was not there yet. The first one that revokes a certificate is an entry of the log and an incident.
async fn keep(ctx: &Ctx, certificate: &Certificate, list: &List) -> Result<()> {
    let sha256 = hex::encode(certificate.sha256());
    let before = newest(&mut ctx.view(), ctx, &sha256).await?;
    if before.is_some_and(|before| before == list.der) {
        return Ok(());
    }
    let fresh = list.revoked.is_some()
        && !known(&mut ctx.view(), ctx)
            .await?
            .revoked
            .iter()
            .any(|one| one.certificate == *certificate.sha256());
    let Some(revoked_at) = list.revoked.filter(|_| fresh) else {
        let (mut tx, now) = (ctx.db.begin().await?, ctx.clock.now());
        store::add_list(&mut tx, ctx.ids.make(now), certificate, list, now).await?;
        return tx.commit().await;
    };
    tracing::error!(
        certificate.sha256 = sha256, %revoked_at,
        "security incident: a certificate that seals was revoked; nothing is sealed with it any more"
    );
    let mut tx = ctx.write(Act::ConsentSealRevoked).await?;
    let (id, now) = (tx.id(), tx.now);
    store::add_list(&mut tx, id, certificate, list, now).await?;
    let detail = json!({ "certificate_sha256": sha256, "revoked_at": revoked_at });
    let incident = tx.id();
    incident::note(
        &mut tx,
        incident,
        PLATFORM,
        incident::Kind::SealRevoked,
        &detail,
        now,
    )
    .await?;
    let subject = Subject::thing("certificate", id);
    tx.journal_own(Act::ConsentSealRevoked, None, subject, detail)
        .await?;
    tx.commit().await
}

/// Unless they are asked sooner anyway: each start asks, and one chain of questions is enough.
async fn enqueue(ctx: &Ctx, ask: &Ask, due: DateTime<Utc>) -> Result<()> {
    if outbox::waits(&mut ctx.view(), KIND, due).await? {
        return Ok(());
    }
    let message = Message {
        kind: KIND,
        facility: None,
        payload: ask,
        // By the minute: whoever starts beside others asks with them.
        dedupe: Some((due.timestamp() / 60).to_string()),
        due,
    };
    let (mut tx, now) = (ctx.db.begin().await?, ctx.clock.now());
    outbox::enqueue(&mut tx, ctx.ids.make(now), message, now).await?;
    tx.commit().await
}
