//! Verification by anybody: by the printed code, by a file, by a digest (CE §13.1). No session, no journal: what is asked
//! is counted and nothing of it is kept.

use std::net::Ipv6Addr;
use std::time::Duration;

use serde_json::json;
use tracing::instrument;
use uuid::Uuid;

use super::evidence::{known_of, told};
use crate::base::error::{Error, Fault, Result};
use crate::base::id::FacilityId;
use crate::base::request::RequestInfo;
use crate::base::{Code, Noun};
use crate::consent::logged::{self, Newer};
use crate::consent::model::{Head, Recorded, SealOf, Sealable};
use crate::consent::proof::Verification;
use crate::consent::rules::force::force;
use crate::consent::store;
use crate::ctx::{Ctx, View};
use crate::db::Q;
use crate::evidence::bundle::{names, read};
use crate::evidence::pades;
use crate::evidence::verify::{Authenticity, Content, Integrity, Known, Log, Report};
use crate::journal::checkpoint::Checkpoint;
use crate::journal::{PLATFORM, incident, signing};
use crate::people;

/// Requests of one address in a minute (CE §17, 13).
const OF_ADDRESS: i64 = 30;
/// Questions about one code in an hour.
const OF_CODE: i64 = 60;
/// Tries of the second item of one code in an hour.
const OF_SECOND: i64 = 5;
/// And in a day: her birth date is one of some five thousand, and whoever found a document is not to try them all.
const OF_SECOND_A_DAY: i64 = 20;
const HOUR: u64 = 3600;

/// What a printed code stands for; with the second item also whose it is.
///
/// An unknown code and a wrong second item are one answer, after the same look-ups (CE-210).
///
/// Errors: `http.not_found`, `http.rate_limited`.
#[instrument(name = "consent.verify_code", skip_all)]
pub async fn verify_code(
    ctx: &Ctx,
    request: &RequestInfo,
    code: &str,
    second: Option<&str>,
) -> Result<Recorded> {
    limit_address(ctx, request).await?;
    let digest = Verification::looked_up(code);
    // A code is never a key of what others can look into.
    let named = hex::encode(&digest[..16]);
    limit(ctx, &format!("verify:code:{named}"), OF_CODE, HOUR).await?;
    if second.is_some() {
        limit(ctx, &format!("verify:second:{named}"), OF_SECOND, HOUR).await?;
        limit(ctx, &format!("verify:day:{named}"), OF_SECOND_A_DAY, 24 * HOUR).await?;
    }
    let found = by_code(ctx, digest, second).await?;
    count("code", if found.is_some() { "found" } else { "unknown" });
    found.ok_or(Error::Missing(Noun::Document))
}

async fn by_code(ctx: &Ctx, digest: [u8; 32], second: Option<&str>) -> Result<Option<Recorded>> {
    let (mut view, now) = (ctx.view(), ctx.clock.now());
    let found = store::coded(&mut view, digest).await?;
    // For a code that nobody printed the same is done with another document and thrown away, down to the opening of what is
    // sealed: it takes as long as a wrong second item.
    let another = store::any_coded(&mut view).await?;
    let is_found = found.is_some();
    let Some(coded) = found.or(another) else {
        return Ok(None);
    };
    let facility = coded.facility;
    let consent = store::consent(&mut view, facility, coded.consent).await?;
    let patient = consent
        .as_ref()
        .map_or(Uuid::nil().into(), |consent| consent.patient_id);
    let destroyed = people::facts::is_destroyed(&mut view, facility, patient).await?;
    let patient = people::facts::patient(&mut view, facility, patient).await?;
    let hospital = people::facts::find_facility(&mut view, facility).await?;
    let checkpoint = head(&mut view, facility).await?;
    let (Some(consent), Some(patient), Some(hospital)) = (consent, patient, hospital) else {
        return Ok(None);
    };
    let known = second.is_none_or(|said| people::facts::is_second_item(&patient, said));
    Ok((is_found && !destroyed && known).then(|| Recorded {
        institution: hospital.name,
        paper: Sealable::Consent,
        issued_at: coded.at,
        force: force(&consent, now),
        time: coded.sealed.map(|(at, version)| version.time(at, now)),
        log: None,
        checkpoint,
        name: second.and_then(|_| people::facts::family_name(&patient)),
    }))
}

/// The report on a document or a bundle that somebody holds.
///
/// Errors: `http.invalid` for a file that is neither, `http.rate_limited`.
#[instrument(name = "consent.verify_file", skip_all)]
pub async fn verify_file(ctx: &Ctx, request: &RequestInfo, file: Vec<u8>) -> Result<Report> {
    limit_address(ctx, request).await?;
    if !file.starts_with(b"PK") && !file.starts_with(b"%PDF-") {
        return Err(Error::invalid("/file", "format"));
    }
    let (file, seen) = read_through(file).await?;
    let mut view = ctx.view();
    let seal = match &seen.signed {
        Some(signed) => store::seal_by_signed(&mut view, signed).await?,
        None => None,
    };
    let (known, newer) = match (&seal, &seen.signed) {
        (Some(seal), _) => {
            let known = known_of(&mut view, ctx, seal, false).await?;
            // A bundle has its own proofs; they count for nothing beside a log that can't prove them any more.
            let mut log = known.log.filter(|log| !seen.bundled || *log == Log::Inconsistent);
            let newer = match seen.checkpoint {
                Some(size) => logged::newer(&mut view, ctx, seal.facility.into(), size).await?,
                None => Newer::Nothing,
            };
            let newer = match newer {
                Newer::Told(newer) => Some(newer),
                Newer::Nothing => None,
                Newer::Gone => {
                    log = Some(Log::Inconsistent);
                    None
                }
            };
            (Known { log, ..known }, newer)
        }
        (None, Some(_)) => (unknown(seen.bundled), None),
        (None, None) => (Known::default(), None),
    };
    let report = told(ctx, file, known, newer).await?;
    count("file", report.overall.word());
    if let Some(signed) = &seen.signed {
        watch(ctx, &report, signed).await?;
    }
    Ok(report)
}

/// What a file says of itself, as far as the records are asked by it.
struct Seen {
    bundled: bool,
    /// SHA-256 of what is signed, lower-case hex.
    signed: Option<String>,
    /// Entries under the checkpoint in it.
    checkpoint: Option<u64>,
}

/// Off the threads that answer others, as the check itself.
async fn read_through(file: Vec<u8>) -> Result<(Vec<u8>, Seen)> {
    let work = move || {
        let seen = seen(&file);
        (file, seen)
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::Broken(Box::new(error)))
}

fn seen(file: &[u8]) -> Seen {
    let bundled = file.starts_with(b"PK");
    let files = bundled.then(|| read(file).ok()).flatten().unwrap_or_default();
    let pdf = if bundled {
        files.get(names::PDF)
    } else {
        Some(file)
    };
    let signed = pdf.and_then(|pdf| pades::read(pdf).ok());
    let note = files
        .get(names::CHECKPOINT)
        .and_then(|note| std::str::from_utf8(note).ok());
    Seen {
        bundled,
        signed: signed.map(|signed| hex::encode(signed.digest)),
        checkpoint: note
            .and_then(|note| Checkpoint::parse(note).ok())
            .map(|head| head.size),
    }
}

fn unknown(bundled: bool) -> Known {
    Known {
        content: Some(Content::UnknownHere),
        log: (!bundled).then_some(Log::Missing),
        ..Known::default()
    }
}

/// Our key, and no record of ours: somebody has the key (CE §13.3).
async fn watch(ctx: &Ctx, report: &Report, signed: &str) -> Result<()> {
    let found = &report.dimensions;
    let ours = found.authenticity == Authenticity::Trusted && found.integrity == Integrity::Intact;
    if !ours || found.content != Content::UnknownHere {
        return Ok(());
    }
    metrics::counter!("muan_unrecorded_seals_total").increment(1);
    tracing::error!(
        signed_sha256 = signed,
        "security incident: a document bears our seal and is not recorded"
    );
    if ctx.log.is_read_only() {
        return Ok(());
    }
    let (mut tx, now) = (ctx.db.begin().await?, ctx.clock.now());
    let detail = json!({ "signed_sha256": signed });
    let id = ctx.ids.make(now);
    incident::note(
        &mut tx,
        id,
        PLATFORM,
        incident::Kind::SealUnrecorded,
        &detail,
        now,
    )
    .await?;
    tx.commit().await
}

/// Whether this is the digest of a document that was sealed here, of its file or of what is signed in it, and its state.
///
/// Errors: `http.invalid` for what is no SHA-256, `http.rate_limited`.
#[instrument(name = "consent.verify_digest", skip_all)]
pub async fn verify_digest(ctx: &Ctx, request: &RequestInfo, sha256: &str) -> Result<Option<Recorded>> {
    limit_address(ctx, request).await?;
    let sha256 = sha256.to_ascii_lowercase();
    if sha256.len() != 64 || hex::decode(&sha256).is_err() {
        let fault = Fault::field("/sha256", "format");
        return Err(Error::Invalid(Code::HttpInvalid, vec![fault]));
    }
    let mut view = ctx.view();
    let seal = match store::seal_by_file(&mut view, &sha256).await? {
        None => store::seal_by_signed(&mut view, &sha256).await?,
        found => found,
    };
    let found = match seal {
        Some(seal) => recorded(ctx, &mut view, &seal).await?,
        None => None,
    };
    count("digest", if found.is_some() { "found" } else { "unknown" });
    Ok(found)
}

async fn recorded(ctx: &Ctx, view: &mut View, seal: &SealOf) -> Result<Option<Recorded>> {
    let now = ctx.clock.now();
    let facility = seal.facility;
    let Some(consent) = store::consent(view, facility, seal.consent).await? else {
        return Ok(None);
    };
    if people::facts::is_destroyed(view, facility, consent.patient_id).await? {
        return Ok(None);
    }
    let version = store::newest_version(view, seal).await?;
    Ok(Some(Recorded {
        institution: people::facts::facility(view, facility).await?.name,
        paper: seal.paper,
        issued_at: seal.at,
        force: force(&consent, now),
        time: version.map(|version| version.time(seal.at, now)),
        log: Some(logged::standing(view, ctx, seal, now).await?),
        checkpoint: head(view, facility).await?,
        name: None,
    }))
}

async fn head(q: &mut impl Q, facility: FacilityId) -> Result<Option<Head>> {
    let newest = signing::newest(q, facility.into()).await?;
    Ok(newest.map(|newest| Head {
        size: newest.size,
        root: hex::encode(newest.root),
        at: newest.at,
    }))
}

fn count(way: &'static str, outcome: &'static str) {
    metrics::counter!("muan_verifications_total", "way" => way, "outcome" => outcome).increment(1);
}

async fn limit_address(ctx: &Ctx, request: &RequestInfo) -> Result<()> {
    limit(
        ctx,
        &format!("verify:address:{}", network(&request.address)),
        OF_ADDRESS,
        60,
    )
    .await
}

/// Of addresses that one household has by the million, what they have in common.
fn network(address: &str) -> String {
    match address.parse::<Ipv6Addr>() {
        Ok(long) if long.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = long.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
        }
        _ => address.to_owned(),
    }
}

/// So many under a key in so many seconds.
async fn limit(ctx: &Ctx, key: &str, most: i64, seconds: u64) -> Result<()> {
    let (now, span) = (ctx.clock.now().timestamp(), seconds.cast_signed());
    let key = format!("{key}:{}", now / span);
    if ctx.cache.count(&key, Duration::from_secs(seconds)).await > most {
        let retry_after_s = span - now % span;
        return Err(Error::RateLimited { retry_after_s });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn the_addresses_of_one_household_count_as_one() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("203.0.113.7"), "203.0.113.7");
        assert_ne!(network("::ffff:203.0.113.7"), network("::ffff:203.0.113.8"));
    }
}
