//! Whether what is kept of a consent is what was signed (RC10): the bytes that were shown, the sections of the evidence
//! and their root, the document. Nothing is repaired.

use super::model::{Consent, Medium, Paper};
use super::present::{self, Inputs};
use super::proof::{self, NAMES};
use super::{store, templates};
use crate::base::canonical::sha256;
use crate::base::error::{Error, Result};
use crate::base::merkle;
use crate::ctx::{Ctx, Records};
use crate::evidence::pades;

/// What does not fit any more, by name: `presented`, `evidence`, `root`, `signature`, `document`, `pages`.
///
/// Errors: what can't be read at all is a fault of the consent only while its own row can be read.
pub async fn faults(r: &mut impl Records, ctx: &Ctx, consent: &Consent) -> Result<Vec<&'static str>> {
    let mut faults = Vec::new();
    let shown = match consent.medium {
        Medium::Electronic => same_presented(r, ctx, consent).await,
        Medium::Paper => Ok(true),
    };
    note(r, consent, shown, "presented", &mut faults).await?;
    let root = evidence_root(r, consent).await;
    let readable = root
        .as_ref()
        .map(Option::is_some)
        .map_err(|_| Error::broken("unreadable"));
    note(r, consent, readable, "evidence", &mut faults).await?;
    if let Ok(Some(root)) = root {
        let document = same_document(r, consent, &root).await;
        note(r, consent, document, "document", &mut faults).await?;
    }
    if consent.medium == Medium::Electronic {
        let signature = same_signature(r, consent).await;
        note(r, consent, signature, "signature", &mut faults).await?;
    } else {
        let pages = same_pages(r, consent).await;
        note(r, consent, pages, "pages", &mut faults).await?;
    }
    Ok(faults)
}

async fn note(
    r: &mut impl Records,
    consent: &Consent,
    fits: Result<bool>,
    name: &'static str,
    faults: &mut Vec<&'static str>,
) -> Result<()> {
    match fits {
        Ok(true) => {}
        Ok(false) => faults.push(name),
        Err(error) => {
            // A database that does not answer is no fault of the consent.
            store::consent(r, consent.facility_id, consent.id).await?;
            tracing::error!(%error, part = name, "a part of a consent can't be read");
            faults.push(name);
        }
    }
    Ok(())
}

/// The bytes have their digest, and what they were made of still makes them, as far as the same program is there (CE-070).
async fn same_presented(r: &mut impl Records, ctx: &Ctx, consent: &Consent) -> Result<bool> {
    let Some(shown) = store::presented(r, consent.facility_id, consent.id).await? else {
        return Ok(false);
    };
    let digest = hex::encode(sha256(&shown.bytes));
    let inputs: Inputs = serde_json::from_value(shown.inputs)?;
    let template = templates::find(r, ctx, consent.facility_id, &consent.template_id).await?;
    // A template that is no longer loaded is no fault of the consent.
    let same = template.is_none_or(|template| {
        let issued_at = consent.issued_at;
        issued_at.is_some_and(|at| present::still_makes(&template.document, &inputs, at, &shown.bytes))
    });
    Ok(digest == shown.sha256 && consent.presented_sha256.as_deref() == Some(digest.as_str()) && same)
}

/// The root over the sections as they are now; none when a section does not have its digest.
async fn evidence_root(r: &mut impl Records, consent: &Consent) -> Result<Option<String>> {
    let sections = store::evidence(r, consent.facility_id, consent.id).await?;
    let mut digests = Vec::new();
    for (name, salted, kept) in &sections {
        let digest = proof::digest(name, salted)?;
        if digest.as_slice() != kept.as_slice() {
            return Ok(None);
        }
        digests.push(digest);
    }
    let whole = sections.iter().map(|(name, ..)| *name).eq(NAMES);
    Ok(whole.then(|| hex::encode(merkle::root(&digests))))
}

async fn same_document(r: &mut impl Records, consent: &Consent, root: &str) -> Result<bool> {
    let (facility, id) = (consent.facility_id, consent.id);
    let kept = store::document_digests(r, facility, id).await?;
    let Some(printed) = store::newest_document(r, facility, id, Paper::Consent).await? else {
        return Ok(false);
    };
    let digest = hex::encode(sha256(&printed.bytes(r).await?));
    let same_root = kept.is_some_and(|(_, kept_root)| kept_root == root);
    Ok(digest == printed.sha256 && same_root && same_seal(r, consent, &printed, root).await?)
}

/// The sealed file has the digest that was kept, and its seal is over the bytes and the root that the log has.
async fn same_seal(
    r: &mut impl Records,
    consent: &Consent,
    printed: &store::Printed,
    root: &str,
) -> Result<bool> {
    let facility = consent.facility_id;
    let Some(seal) = store::seal_of(r, facility, printed.paper, printed.of).await? else {
        // A scan of another program has none, and what is older than the seal waits for it.
        return Ok(!printed.came_sealed);
    };
    let (file, version) = store::sealed_file(r, &seal).await?;
    let signed = pades::read(&file).is_ok_and(|signed| hex::encode(signed.digest) == seal.signed_sha256);
    Ok(signed && hex::encode(sha256(&file)) == version.sha256 && seal.root.as_deref() == Some(root))
}

async fn same_signature(r: &mut impl Records, consent: &Consent) -> Result<bool> {
    let signatures = store::signatures(r, consent.facility_id, consent.id).await?;
    for signature in &signatures {
        let kept = store::signature_digest(r, consent.facility_id, signature.id).await?;
        let digest = proof::digest("signature", &signature.section)?;
        if kept.is_none_or(|kept| kept != digest) {
            return Ok(false);
        }
    }
    Ok(!signatures.is_empty())
}

async fn same_pages(r: &mut impl Records, consent: &Consent) -> Result<bool> {
    let pages = store::pages(r, consent.facility_id, consent.id).await?;
    Ok(!pages.is_empty()
        && pages
            .iter()
            .all(|page| hex::encode(sha256(&page.bytes)) == page.sha256))
}
