//! The institution's seal on the documents of consents: applied, kept, its time attested, preserved.
//!
//! A consent is sealed before the transaction that puts it in force (CE-046); what came after it is sealed by a job. Time
//! authorities are asked by jobs, too: a document is in force meanwhile (CE-172).

pub mod attest;
pub mod key;
pub mod revocation;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::model::{Consent, FileVersion, Paper, SealOf, Sealable};
use super::store;
use crate::base::canonical::sha256;
use crate::base::clock::clinic_date;
use crate::base::error::{Error, Result};
use crate::base::id::{ConsentId, FacilityId};
use crate::base::{Act, Code, Subject};
use crate::ctx::{Ctx, Records, Tx};
use crate::db::Q;
use crate::evidence::keys::RevocationStatus;
use crate::evidence::seal::{National, SealError, Sealed};
use crate::evidence::trust::{Trust, TrustedLogKey};
use crate::journal::LogPublic;
use crate::journal::key_use::SEAL;
use crate::outbox::{self, Job, Message};

/// The level of a handwritten signature under the institution's seal (CE-160).
const LEVEL: &str = "E1";
/// Documents of a kind that one job seals.
const BATCH: i64 = 16;
/// How often documents without a seal are looked for.
const DAILY: TimeDelta = TimeDelta::days(1);

/// The message that a document wants its seal.
#[derive(Debug, Serialize, Deserialize)]
pub struct Wanted {
    /// Which document.
    pub paper: Sealable,
    /// Whose.
    pub of: Uuid,
}

/// The message that something is due about a seal.
#[derive(Debug, Serialize, Deserialize)]
pub struct OfSeal {
    /// The seal.
    pub seal: Uuid,
}

/// Whom a verifier believes by the settings alone: the roots, every certificate that ever sealed here, the keys of the log.
pub fn trust(ctx: &Ctx) -> Trust {
    let known = ctx.log.known().iter();
    Trust {
        log_keys: known.map(|key| log_key(key, None)).collect(),
        sm2_keys: national_keys(ctx),
        ..ctx.seal.trust().clone()
    }
}

fn log_key(key: &LogPublic, until: Option<DateTime<Utc>>) -> TrustedLogKey {
    TrustedLogKey {
        name: key.name.clone(),
        public: key.key,
        // When a key began is not always known; what it signed says when.
        from: DateTime::UNIX_EPOCH,
        until,
    }
}

/// Those that the table of trust names; a test authority's own, too.
fn national_keys(ctx: &Ctx) -> Vec<String> {
    let mut keys = ctx.seal.trust().sm2_keys.clone();
    let now = ctx
        .seal
        .national_point()
        .filter(|_| ctx.seal.is_test())
        .map(hex::encode);
    keys.extend(now.filter(|key| !ctx.seal.trust().sm2_keys.contains(key)));
    keys
}

/// The national signature over an evidence root with its public point, where it is switched on.
fn national(ctx: &Ctx, root: &str) -> Result<Option<National>> {
    let mut digest = [0; 32];
    hex::decode_to_slice(root, &mut digest).map_err(|_| Error::broken("an evidence root is no digest"))?;
    ctx.seal
        .national(&digest)
        .map_err(|error| Error::Broken(Box::new(error)))
}

/// Seals a document, outside of any transaction.
///
/// Errors: `consent.seal_unavailable` when no certificate may seal or its key does not sign; somebody is called.
pub async fn apply(ctx: &Ctx, document: Vec<u8>, at: DateTime<Utc>) -> Result<Sealed> {
    attempt(ctx, document, at).await?.map_err(|error| {
        metrics::counter!("muan_seals_refused_total").increment(1);
        tracing::error!(%error, "nothing can be sealed: an operator has to look at the seal's certificate and key");
        Error::Busy(Code::ConsentSealUnavailable)
    })
}

async fn attempt(
    ctx: &Ctx,
    document: Vec<u8>,
    at: DateTime<Utc>,
) -> Result<std::result::Result<Sealed, SealError>> {
    let seal = Arc::clone(&ctx.seal);
    let said = revocation::known(&mut ctx.view(), ctx).await?;
    tokio::task::spawn_blocking(move || seal.apply(&document, at, &said))
        .await
        .map_err(|error| Error::Broken(Box::new(error)))
}

/// The newest document of a kind with its SHA-256, under its seal once it has one.
pub async fn document(
    r: &mut impl Records,
    facility: FacilityId,
    id: ConsentId,
    paper: Paper,
) -> Result<Option<(Vec<u8>, String)>> {
    match store::newest_document(r, facility, id, paper).await? {
        Some(printed) => file(r, facility, &printed).await.map(Some),
        None => Ok(None),
    }
}

/// A document with its SHA-256, under its seal once it has one.
pub async fn file(
    r: &mut impl Records,
    facility: FacilityId,
    printed: &store::Printed,
) -> Result<(Vec<u8>, String)> {
    match store::seal_of(r, facility, printed.paper, printed.of).await? {
        Some(seal) => {
            let (file, version) = store::sealed_file(r, &seal).await?;
            Ok((file, version.sha256))
        }
        None => Ok((printed.bytes(r).await?, printed.sha256.clone())),
    }
}

/// What is sealed.
pub struct Target<'a> {
    /// The consent that it belongs to.
    pub consent: &'a Consent,
    /// Which document.
    pub paper: Sealable,
    /// Whose.
    pub of: Uuid,
    /// The evidence root: its own, or that of the consent it belongs to.
    pub root: Option<&'a str>,
    /// The length of the printed document, bytes.
    pub printed: usize,
}

/// Keeps a seal with its entry in the log, promises the entry, and has time authorities asked.
pub async fn keep(ctx: &Ctx, tx: &mut Tx, target: &Target<'_>, sealed: &Sealed) -> Result<SealOf> {
    let consent = target.consent;
    key::in_use(tx, SEAL, &hex::encode(sealed.certificate)).await?;
    let signed = hex::encode(sealed.signed);
    let mut detail = json!({ "signed_sha256": signed });
    if let (Some(root), Some(members)) = (target.root, detail.as_object_mut()) {
        members.insert("root_sha256".to_owned(), root.into());
    }
    let entry = journal(tx, consent, Act::ConsentSeal, detail).await?;
    tx.promise(consent.facility_id).await?;
    let national = match target.root.filter(|_| target.paper == Sealable::Consent) {
        Some(root) => national(ctx, root)?,
        None => None,
    };
    let record = SealOf {
        id: tx.id(),
        facility: consent.facility_id,
        consent: consent.id,
        paper: target.paper,
        of: target.of,
        root: target.root.map(str::to_owned),
        signed_sha256: signed,
        certificate_sha256: hex::encode(sealed.certificate),
        revocation: match sealed.revocation {
            RevocationStatus::Good => "good".to_owned(),
            RevocationStatus::Unknown | RevocationStatus::Revoked => "unknown".to_owned(),
        },
        national,
        level: LEVEL.to_owned(),
        entry,
        at: tx.now,
    };
    if !store::add_seal(tx, &record).await? {
        return Err(Error::broken("a document that is sealed already"));
    }
    let version = FileVersion {
        number: 1,
        sha256: hex::encode(sha256(&sealed.file)),
        response: None,
        attested_at: None,
        at: tx.now,
    };
    let tail = sealed.file.get(target.printed..).unwrap_or_default();
    store::add_file(tx, &record, &version, tail).await?;
    let now = tx.now;
    enqueue(tx, ctx, &record, "consent.timestamp", now).await?;
    Ok(record)
}

/// Keeps a sealed document whose consent moved on before it was there, with an entry of its own, so that it can be seen
/// that it never was the consent (CE-046). `consent` is as it was then.
pub async fn unless_kept(ctx: &Ctx, consent: &Consent, sealed: &Sealed) -> Result<()> {
    let signed = hex::encode(sealed.signed);
    if store::seal_by_signed(&mut ctx.view(), &signed).await?.is_some() {
        return Ok(());
    }
    let mut tx = ctx.write(Act::ConsentSealOrphaned).await?;
    key::in_use(&mut tx, SEAL, &hex::encode(sealed.certificate)).await?;
    store::add_orphan(&mut tx, consent, &signed, &sealed.file).await?;
    let detail = json!({ "signed_sha256": signed, "revision": consent.revision });
    journal(&mut tx, consent, Act::ConsentSealOrphaned, detail).await?;
    tx.commit().await
}

/// Has a document sealed that was just kept.
pub async fn want(tx: &mut Tx, facility: FacilityId, paper: Sealable, of: Uuid) -> Result<()> {
    let message = Message {
        kind: "consent.seal",
        facility: Some(facility),
        payload: &Wanted { paper, of },
        dedupe: Some(format!("{} {of}", paper.word())),
        due: tx.now,
    };
    tx.enqueue(message).await
}

/// How far a look through the documents has come.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Look {
    /// The last document that was looked at; none at the beginning.
    after: Option<(Sealable, Uuid)>,
}

/// Has every document sealed that has no seal, now and each day: those of before there were seals, and those whose job was
/// given up. While a look waits, another one is not added. Issuers are asked about the certificates first.
pub async fn begin(ctx: &Ctx) -> Result<()> {
    revocation::begin(ctx).await?;
    look(ctx, &Look::default(), "first".to_owned(), ctx.clock.now()).await
}

async fn look(ctx: &Ctx, payload: &Look, key: String, due: DateTime<Utc>) -> Result<()> {
    let message = Message {
        kind: "consent.seal_all",
        facility: None,
        payload,
        dedupe: Some(key),
        due,
    };
    let now = ctx.clock.now();
    let mut tx = ctx.db.begin().await?;
    outbox::enqueue(&mut tx, ctx.ids.make(now), message, now).await?;
    tx.commit().await
}

/// Seals some of the documents that have no seal (job), and goes on behind them: what cannot be sealed holds nothing up.
pub async fn seal_all(ctx: &Ctx, job: &Job) -> Result<()> {
    let Look { after } = job.payload()?;
    let now = ctx.clock.now();
    if after.is_none() {
        let due = now + DAILY;
        look(ctx, &Look::default(), clinic_date(due).to_string(), due).await?;
    }
    let found = store::unsealed(&mut ctx.view(), after, BATCH).await?;
    for (facility, paper, of) in &found {
        seal_one(ctx, *facility, *paper, *of).await?;
    }
    match found.last() {
        Some((_, paper, of)) => {
            let after = Some((*paper, *of));
            look(ctx, &Look { after }, format!("{} {of}", paper.word()), now).await
        }
        None => Ok(()),
    }
}

/// Seals a document that has no seal (job). Idempotent: a document is sealed once.
pub async fn seal_later(ctx: &Ctx, job: &Job) -> Result<()> {
    let Wanted { paper, of } = job.payload()?;
    let facility = job
        .facility_id
        .ok_or_else(|| Error::broken("a document without a hospital"))?;
    seal_one(ctx, facility, paper, of).await
}

async fn seal_one(ctx: &Ctx, facility: FacilityId, paper: Sealable, of: Uuid) -> Result<()> {
    let mut view = ctx.view();
    if store::seal_of(&mut view, facility, paper, of).await?.is_some() {
        return Ok(());
    }
    let printed = match store::printed(&mut view, facility, paper, of).await {
        // What was destroyed needs no seal.
        Err(Error::Missing(_)) => None,
        printed => printed?,
    };
    let Some((id, printed)) = printed else {
        return Ok(());
    };
    let Some(consent) = store::consent(&mut view, facility, id).await? else {
        return Ok(());
    };
    let root = store::document_digests(&mut view, facility, id).await?;
    let root = root.map(|(_, root)| root);
    let length = printed.len();
    let sealed = match attempt(ctx, printed, ctx.clock.now()).await? {
        Ok(sealed) => sealed,
        // A scan that came as a document of another program: its digest is in the evidence.
        Err(SealError::Document(error)) => {
            tracing::info!(consent.id = %id, %error, "a document that is not ours stays without a seal");
            return Ok(());
        }
        Err(error) => return Err(Error::Broken(Box::new(error))),
    };
    let mut tx = ctx.write(Act::ConsentSeal).await?;
    if store::seal_of(&mut tx, facility, paper, of).await?.is_some() {
        return Ok(());
    }
    let target = Target {
        consent: &consent,
        paper,
        of,
        root: root.as_deref(),
        printed: length,
    };
    keep(ctx, &mut tx, &target, &sealed).await?;
    tx.commit().await
}

async fn consent_of(tx: &mut Tx, record: &SealOf) -> Result<Consent> {
    store::consent(tx, record.facility, record.consent)
        .await?
        .ok_or_else(|| Error::broken("a seal without its consent"))
}

async fn journal(tx: &mut Tx, consent: &Consent, act: Act, detail: serde_json::Value) -> Result<Uuid> {
    let subject = Subject::of_patient("consent", consent.id, consent.patient_id);
    let place = Some(consent.facility_id);
    tx.journal_own(act, place, subject, detail).await?;
    tx.entry().ok_or_else(|| Error::broken("an entry without an id"))
}

async fn enqueue(q: &mut impl Q, ctx: &Ctx, record: &SealOf, kind: &str, due: DateTime<Utc>) -> Result<()> {
    let now = ctx.clock.now();
    let message = Message {
        kind,
        facility: Some(record.facility),
        payload: &OfSeal { seal: record.id },
        // Not by the seal alone: the job that asks again is still running.
        dedupe: Some(format!("{} {}", record.id, due.timestamp())),
        due,
    };
    outbox::enqueue(q, ctx.ids.make(now), message, now).await
}
