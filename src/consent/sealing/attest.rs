//! Since when a seal is proved to exist: time authorities are asked until one attests it, and again before that proof ends.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::{OfSeal, consent_of, enqueue, journal, revocation};
use crate::base::Act;
use crate::base::canonical::sha256;
use crate::base::error::{Error, Result};
use crate::consent::model::{ASKED_FOR, FileVersion, SealOf};
use crate::consent::store;
use crate::ctx::{Ctx, Tx};
use crate::evidence::pades::{self, ValidationData};
use crate::evidence::revocation::LARGEST_IN_FILES;
use crate::evidence::seal::{self, SealError};
use crate::evidence::timestamp::{Stamped, Token, granted};
use crate::outbox::Job;

/// Longer than this without an attested time somebody is called.
const ALERT: TimeDelta = TimeDelta::minutes(15);
/// The shortest and the longest pause before time authorities are asked again.
const PAUSE: (TimeDelta, TimeDelta) = (TimeDelta::seconds(10), TimeDelta::hours(1));
/// How long before a token's certificate ends the file gets a time-stamp of a newer one.
const AHEAD: TimeDelta = TimeDelta::days(90);
/// The longest pause between two attempts to renew, and the shortest between two renewals.
const SELDOM: TimeDelta = TimeDelta::days(1);

/// Asks time authorities about a seal (job), and again with growing pauses for 72 hours.
pub async fn timestamp(ctx: &Ctx, job: &Job) -> Result<()> {
    let Some((record, file, version)) = sealed(ctx, job).await? else {
        return Ok(());
    };
    if version.attested_at.is_some() {
        return Ok(());
    }
    let broken = |error: SealError| Error::Broken(Box::new(error));
    let imprint = seal::imprint(&file).map_err(broken)?;
    match ctx.seal.stamp(imprint, || ctx.clock.now()).await {
        Ok(stamped) => {
            let attested = seal::with_time(&file, &stamped.token.der).map_err(broken)?;
            grown(ctx, &record, &version, &attested, stamped).await
        }
        Err(unattested) => {
            let (now, reasons) = (ctx.clock.now(), unattested.0);
            metrics::counter!("muan_timestamps_refused_total").increment(1);
            let waited = now - record.at;
            if waited > ALERT {
                tracing::error!(seal.id = %record.id, ?reasons, minutes = waited.num_minutes(), "a seal without an attested time");
            } else {
                tracing::warn!(seal.id = %record.id, ?reasons, "no time authority gave a time-stamp");
            }
            if waited > ASKED_FOR {
                return Ok(());
            }
            let mut tx = ctx.write(Act::ConsentTimestampRefused).await?;
            refused(&mut tx, &record, reasons.len()).await?;
            let again = now + waited.clamp(PAUSE.0, PAUSE.1);
            enqueue(&mut tx, ctx, &record, "consent.timestamp", again).await?;
            tx.commit().await
        }
    }
}

/// Adds a document time-stamp before the newest proof of time ends (job; CE-223). While no authority answers it is tried
/// again, with growing pauses and then each day, until one does.
pub async fn preserve(ctx: &Ctx, job: &Job) -> Result<()> {
    let Some((record, file, version)) = sealed(ctx, job).await? else {
        return Ok(());
    };
    let broken = |error: SealError| Error::Broken(Box::new(error));
    let response = version.response.as_deref().unwrap_or_default();
    let newest = granted(response).and_then(Token::read);
    let newest = newest.map_err(|error| Error::Broken(Box::new(error)))?;
    let file = with_list(ctx, &record, file).await?;
    let prepared = seal::preservation(&file, ctx.clock.now()).map_err(broken)?;
    match ctx.seal.stamp(prepared.digest, || ctx.clock.now()).await {
        Ok(stamped) => {
            let renewed =
                pades::finish(prepared, &stamped.token.der).map_err(|error| broken(error.into()))?;
            grown(ctx, &record, &version, &renewed, stamped).await
        }
        Err(unattested) => {
            let (now, reasons) = (ctx.clock.now(), unattested.0);
            metrics::counter!("muan_timestamps_refused_total").increment(1);
            let waited = now - renewal(&newest);
            let left = newest.certificate.not_after() - now;
            tracing::error!(seal.id = %record.id, ?reasons, days = left.num_days(), "the proof of a seal's time is not renewed");
            let mut tx = ctx.write(Act::ConsentTimestampRefused).await?;
            refused(&mut tx, &record, reasons.len()).await?;
            let again = now + waited.clamp(PAUSE.0, SELDOM);
            enqueue(&mut tx, ctx, &record, "consent.preserve", again).await?;
            tx.commit().await
        }
    }
}

/// The file with the newest list of the seal's issuer, which the next time-stamp covers (B-LT, CE-166).
async fn with_list(ctx: &Ctx, record: &SealOf, file: Vec<u8>) -> Result<Vec<u8>> {
    let list = revocation::for_files(&mut ctx.view(), ctx, &record.certificate_sha256).await?;
    let Some(list) = list else { return Ok(file) };
    let data = ValidationData {
        lists: vec![list],
        ..ValidationData::default()
    };
    pades::add_validation_data(&file, &data).map_err(|error| Error::Broken(Box::new(error)))
}

/// When the proof of a token is to be renewed: before its certificate ends. Of an authority whose certificate ends soon
/// anyway, half-way there, and not more than once a day.
fn renewal(token: &Token) -> DateTime<Utc> {
    let ends = token.certificate.not_after();
    let half = token.time + (ends - token.time) / 2;
    (ends - AHEAD).max(half).max(token.time + SELDOM)
}

async fn refused(tx: &mut Tx, record: &SealOf, tried: usize) -> Result<()> {
    let subject = consent_of(tx, record).await?;
    let detail = json!({ "signed_sha256": record.signed_sha256, "tried": tried });
    journal(tx, &subject, Act::ConsentTimestampRefused, detail).await?;
    Ok(())
}

/// The seal of a job with its newest file; none when it is gone or its file was destroyed.
async fn sealed(ctx: &Ctx, job: &Job) -> Result<Option<(SealOf, Vec<u8>, FileVersion)>> {
    let OfSeal { seal } = job.payload()?;
    let facility = job
        .facility_id
        .ok_or_else(|| Error::broken("a seal without a hospital"))?;
    let mut view = ctx.view();
    let Some(record) = store::seal(&mut view, facility, seal).await? else {
        return Ok(None);
    };
    match store::sealed_file(&mut view, &record).await {
        Ok((file, version)) => Ok(Some((record, file, version))),
        // What was destroyed needs no proof of its time.
        Err(Error::Missing(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Keeps the next version of a sealed file.
async fn grown(
    ctx: &Ctx,
    record: &SealOf,
    version: &FileVersion,
    file: &[u8],
    stamped: Stamped,
) -> Result<()> {
    let mut tx = ctx.write(Act::ConsentTimestamp).await?;
    let printed = store::printed(&mut tx, record.facility, record.paper, record.of).await?;
    let printed = printed.map_or(0, |(_, printed)| printed.len());
    let consent = consent_of(&mut tx, record).await?;
    let token = stamped.token;
    let next = FileVersion {
        number: version.number + 1,
        sha256: hex::encode(sha256(file)),
        response: Some(stamped.response),
        attested_at: Some(token.time),
        at: tx.now,
    };
    if !store::add_file(&mut tx, record, &next, file.get(printed..).unwrap_or_default()).await? {
        return Ok(());
    }
    let detail = json!({
        "signed_sha256": record.signed_sha256, "sha256": next.sha256, "number": next.number,
        "authority_sha256": hex::encode(token.certificate.sha256()),
    });
    journal(&mut tx, &consent, Act::ConsentTimestamp, detail).await?;
    enqueue(&mut tx, ctx, record, "consent.preserve", renewal(&token)).await?;
    tx.commit().await
}

/// How the proofs of time stand, of all institutions (CE-223).
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// Seals.
    pub sealed: i64,
    /// Of them those whose time nobody attests yet.
    pub pending: i64,
    /// Of them those that nobody is asked about any more: an operator has to see to it.
    pub failed: i64,
    /// When the oldest of those was sealed.
    pub waiting_since: Option<DateTime<Utc>>,
    /// When the next file gets a time-stamp of a newer authority.
    pub next_renewal: Option<DateTime<Utc>>,
    /// Certificates whose issuer's list is too large for documents and bundles.
    pub lists_left_out: i64,
}

/// How the proofs of time stand.
pub async fn coverage(ctx: &Ctx) -> Result<Coverage> {
    let mut view = ctx.view();
    let now = ctx.clock.now();
    let waiting = store::unattested(&mut view).await?;
    let failed = waiting.iter().filter(|(.., at)| now - *at > ASKED_FOR).count();
    Ok(Coverage {
        sealed: store::count_seals(&mut view).await?,
        pending: i64::try_from(waiting.len() - failed).unwrap_or(i64::MAX),
        failed: i64::try_from(failed).unwrap_or(i64::MAX),
        waiting_since: waiting.first().map(|(.., at)| *at),
        next_renewal: store::next_renewal(&mut view).await?,
        lists_left_out: store::count_large_lists(&mut view, LARGEST_IN_FILES, now).await?,
    })
}

/// Tells the operators how many seals wait for their time, and for how long.
pub async fn watch(ctx: &Ctx) -> Result<()> {
    let found = coverage(ctx).await?;
    let waited = found
        .waiting_since
        .map_or(TimeDelta::zero(), |since| ctx.clock.now() - since);
    metrics::gauge!("muan_seals_without_time").set((found.pending + found.failed) as f64);
    metrics::gauge!("muan_seals_without_time_seconds").set(waited.num_seconds() as f64);
    Ok(())
}

/// Has time authorities asked again about every seal that waits; how many.
pub async fn again(ctx: &Ctx) -> Result<usize> {
    let waiting = store::unattested(&mut ctx.view()).await?;
    for (id, facility, _) in &waiting {
        let Some(record) = store::seal(&mut ctx.view(), *facility, *id).await? else {
            continue;
        };
        let mut tx = ctx.db.begin().await?;
        let now = ctx.clock.now();
        enqueue(&mut tx, ctx, &record, "consent.timestamp", now).await?;
        tx.commit().await?;
    }
    Ok(waiting.len())
}
