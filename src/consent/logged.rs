//! What the log proves of a seal: for the bundle that it travels in, and for a document that comes without one.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::model::SealOf;
use crate::base::error::{Error, Result};
use crate::base::id::PatientId;
use crate::base::merkle;
use crate::base::merkle::proof::verify_inclusion;
use crate::base::{Act, Code, Subject};
use crate::ctx::Ctx;
use crate::db::Q;
use crate::evidence::bundle::log::{
    self, Consistencies, Consistency, Entries, Entry, Inclusion, Inclusions, Payload, SEAL,
};
use crate::evidence::bundle::names;
use crate::evidence::verify::Log;
use crate::journal::key_use::Keys;
use crate::journal::placed::{self, Placed};
use crate::journal::receipt::{self, Receipt};
use crate::journal::signing::{self, Signed};
use crate::journal::{self, proofs, stamped};

/// Beside the seal's own: the acts that put the consent in force, so that a bundle shows that they were logged then.
const TOLD: [Act; 5] = [
    Act::ConsentSign,
    Act::ConsentCountersign,
    Act::ConsentActivated,
    Act::ConsentPaper,
    Act::ConsentPaperFiled,
];

/// Sees to it that the entry of a seal has its place before anybody is told of it; by itself that takes a second.
pub async fn settle(ctx: &Ctx, seal: &SealOf) -> Result<()> {
    let placed = placed::one(&mut ctx.view(), seal.facility.into(), seal.entry).await?;
    if placed.is_some() {
        return Ok(());
    }
    journal::sequence(&ctx.db).await?;
    if placed::waits(&mut ctx.view(), seal.entry).await? {
        return Err(Error::Busy(Code::HttpOverloaded));
    }
    Ok(())
}

/// The entries around a seal, with their proofs under the newest checkpoint, or with the log's promise while none holds
/// the seal yet, as files of a bundle.
///
/// Where somebody took the entry or a part of the tree away, what is left goes without its proof: a verifier misses it, and
/// the log is audited.
pub async fn files(
    q: &mut impl Q,
    ctx: &Ctx,
    seal: &SealOf,
    patient: PatientId,
) -> Result<BTreeMap<String, Vec<u8>>> {
    let facility: Uuid = seal.facility.into();
    let about = Subject::of_patient("consent", seal.consent, patient);
    let mut told = placed::of_subject(q, facility, about).await?;
    told.retain(|entry| entry.id == seal.entry || is_told(entry));
    let sealed = told.iter().find(|entry| entry.id == seal.entry);
    let Some(sealed) = sealed.cloned() else {
        ctx.log.suspect(facility);
        return only(&entries(&told, None));
    };
    let newest = signing::newest(q, facility).await?;
    let Some(newest) = newest.filter(|newest| newest.size >= sealed.seq) else {
        return only(&entries(&told, signing::receipt(q, sealed.id).await?));
    };
    // One that a time authority attested is worth more than the newest, as long as it holds all that is told.
    let last = told.iter().map(|entry| entry.seq).max().unwrap_or(sealed.seq);
    let newest = stamped::newest(q, facility, last).await?.unwrap_or(newest);
    told.retain(|entry| entry.seq <= newest.size);
    let mut files = only(&entries(&told, None))?;
    match proved(q, facility, &told, sealed.seq, &newest).await? {
        Some(proofs) => files.extend(proofs),
        None => ctx.log.suspect(facility),
    }
    Ok(files)
}

fn only(entries: &Entries) -> Result<BTreeMap<String, Vec<u8>>> {
    Ok(BTreeMap::from([(names::ENTRIES.to_owned(), written(entries)?)]))
}

/// A signature that was refused is no part of it.
fn is_told(entry: &Placed) -> bool {
    let named = TOLD.iter().any(|act| act.word() == entry.act);
    named && entry.detail.get("refused").is_none()
}

fn entries(told: &[Placed], receipt: Option<Receipt>) -> Entries {
    let opens = [SEAL, Act::ConsentSign.word()];
    Entries {
        entries: told
            .iter()
            .map(|placed| entry(placed, opens.contains(&placed.act.as_str())))
            .collect(),
        receipt,
    }
}

fn entry(placed: &Placed, opened: bool) -> Entry {
    Entry {
        entry: placed.entry.clone(),
        payload: opened.then(|| Payload {
            detail: placed.detail.clone(),
            patient: placed.patient,
            salt: hex::encode(&placed.salt),
        }),
    }
}

async fn proved(
    q: &mut impl Q,
    facility: Uuid,
    told: &[Placed],
    sealed: i64,
    newest: &Signed,
) -> Result<Option<BTreeMap<String, Vec<u8>>>> {
    let mut inclusions = Inclusions {
        proofs: Vec::new(),
        size: unsigned(newest.size),
    };
    for placed in told {
        let Some(proof) = proofs::inclusion(q, facility, placed.seq, newest.size).await? else {
            return Ok(None);
        };
        inclusions.proofs.push(Inclusion {
            path: encoded(&proof.path),
            seq: unsigned(placed.seq),
        });
    }
    let mut files = BTreeMap::from([
        (names::INCLUSION.to_owned(), written(&inclusions)?),
        (names::CHECKPOINT.to_owned(), newest.note.clone().into_bytes()),
    ]);
    if let Some(response) = stamped::response(q, facility, newest.number).await? {
        files.insert(names::CHECKPOINT_TOKEN.to_owned(), response);
    }
    let mut consistencies = Consistencies {
        proofs: Vec::new(),
        size: unsigned(newest.size),
    };
    for earlier in signing::earlier(q, facility, sealed, newest).await? {
        if consistencies
            .proofs
            .iter()
            .any(|one| one.old_size == unsigned(earlier.size))
        {
            continue;
        }
        let Some(proof) = proofs::consistency(q, facility, earlier.size, newest.size).await? else {
            return Ok(None);
        };
        consistencies.proofs.push(Consistency {
            // What was signed then, not what the tree says of it now.
            old_root: hex::encode(earlier.root),
            old_size: unsigned(earlier.size),
            path: encoded(&proof.path),
        });
    }
    if !consistencies.proofs.is_empty() {
        files.insert(names::CONSISTENCY.to_owned(), written(&consistencies)?);
    }
    Ok(Some(files))
}

/// Where a seal is in the log, as it is kept here.
pub async fn standing(q: &mut impl Q, ctx: &Ctx, seal: &SealOf, now: DateTime<Utc>) -> Result<Log> {
    let facility: Uuid = seal.facility.into();
    // In this order: an entry gets its place while it is looked for, and never loses it.
    let waits = placed::waits(q, seal.entry).await?;
    let placed = placed::one(q, facility, seal.entry).await?;
    let newest = signing::newest(q, facility).await?;
    let Some(placed) = placed else {
        if waits {
            return Ok(promised(seal, now));
        }
        ctx.log.suspect(facility);
        return Ok(Log::Inconsistent);
    };
    let Some(newest) = newest.filter(|newest| newest.size >= placed.seq) else {
        return Ok(promised(seal, now));
    };
    let Some(proof) = proofs::inclusion(q, facility, placed.seq, newest.size).await? else {
        ctx.log.suspect(facility);
        return Ok(Log::Inconsistent);
    };
    let entry = entry(&placed, true);
    let says = entry
        .seal()
        .is_some_and(|said| said.signed_sha256 == seal.signed_sha256);
    let leaf = entry.hash().map(|hash| merkle::leaf(&hash));
    let head = Keys::of(q, &ctx.log).await?.checkpoint(&newest.note);
    let held = leaf.ok().zip(head.ok()).is_some_and(|(leaf, (head, _))| {
        let at = unsigned(placed.seq - 1);
        verify_inclusion(&leaf, at, head.size, &proof.path, &head.root)
    });
    Ok(if says && held {
        Log::Included
    } else {
        Log::Inconsistent
    })
}

/// The next checkpoint will hold it, unless it should have come long ago.
fn promised(seal: &SealOf, now: DateTime<Utc>) -> Log {
    match now - seal.at <= receipt::WITHIN {
        true => Log::PendingCheckpoint,
        false => Log::Missing,
    }
}

/// What the log says to somebody who kept a checkpoint of it.
pub enum Newer {
    /// It was never signed.
    Nothing,
    /// The newest checkpoint, with the proof that it continues the kept one where there is something to prove, as a verifier
    /// takes it.
    Told(Vec<u8>),
    /// It can't prove that it continues the kept one: a part of the tree is gone.
    Gone,
}

/// The newest checkpoint for somebody who kept one over `size` entries.
pub async fn newer(q: &mut impl Q, ctx: &Ctx, facility: Uuid, size: u64) -> Result<Newer> {
    let Some(newest) = signing::newest(q, facility).await? else {
        return Ok(Newer::Nothing);
    };
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    if size == 0 || size >= newest.size {
        return Ok(Newer::Told(newest.note.into_bytes()));
    }
    let Some(proof) = proofs::consistency(q, facility, size, newest.size).await? else {
        ctx.log.suspect(facility);
        return Ok(Newer::Gone);
    };
    let lines: String = proof
        .path
        .iter()
        .map(|step| STANDARD.encode(step) + "\n")
        .collect();
    let told = format!("old {size}\n{lines}\n{}", newest.note);
    Ok(Newer::Told(told.into_bytes()))
}

fn written(file: &impl serde::Serialize) -> Result<Vec<u8>> {
    log::write(file).map_err(|refused| Error::Broken(Box::new(refused)))
}

fn encoded(path: &[merkle::Hash]) -> Vec<String> {
    path.iter().map(hex::encode).collect()
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
