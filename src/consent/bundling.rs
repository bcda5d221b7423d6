//! The evidence bundle of a sealed consent (CE-220), from what is kept of it.
//!
//! Who may have it and the entry of each export are the acts'; what the files prove is `evidence::verify`'s.

use std::collections::BTreeMap;

use super::model::{ActKind, Consent, SealOf, Signature};
use super::{logged, sealing, store, templates};
use crate::base::canonical::canonical;
use crate::base::error::{Error, Result};
use crate::base::id::SignatureId;
use crate::ctx::{Ctx, Records};
use crate::evidence::bundle::{Section, names, pack, redact};
use crate::evidence::cms;
use crate::evidence::pades::{self, Signed};
use crate::evidence::sm;
use crate::evidence::trust::Trust;
use crate::evidence::x509::Certificate;

/// The program that makes it.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A bundle, and what belongs to its making.
pub struct Bundle {
    /// The ZIP.
    pub zip: Vec<u8>,
    /// SHA-256 of what is signed in its document, lower-case hex; none where that cannot be read.
    pub signed: Option<String>,
}

/// The bundle of a consent with this seal; with what she drew when `strokes` says so, else without (CE-124).
pub async fn bundle(
    r: &mut impl Records,
    ctx: &Ctx,
    consent: &Consent,
    seal: &SealOf,
    strokes: bool,
) -> Result<Bundle> {
    let (facility, id) = (consent.facility_id, consent.id);
    let trust = sealing::revocation::trusted(r, ctx).await?;
    let (pdf, _) = store::sealed_file(r, seal).await?;
    let mut files = logged::files(r, ctx, seal, consent.patient_id).await?;
    let signed = pades::read(&pdf).ok();
    certificates(&mut files, signed.as_ref(), &trust);
    files.insert(names::PDF.to_owned(), pdf);
    for (at, (number, response)) in store::responses(r, seal).await?.into_iter().enumerate() {
        let later = || format!("tsa/file-{number}.tsr");
        let name = if at == 0 { names::TOKEN.to_owned() } else { later() };
        files.insert(name, response);
    }
    if let Some(list) = sealing::revocation::for_files(r, ctx, &seal.certificate_sha256).await? {
        files.insert(names::LIST.to_owned(), list);
    }
    if let Some((signature, point)) = &seal.national {
        files.insert(names::SM2_SIGNATURE.to_owned(), signature.clone());
        files.insert(names::SM2_KEY.to_owned(), sm::spki(point));
    }
    let trust = serde_json::to_value(&trust)?;
    files.insert(names::TRUST.to_owned(), hashed(&trust)?);
    if let Some(template) = templates::find(r, ctx, facility, &consent.template_id).await? {
        files.insert(names::TEMPLATE.to_owned(), hashed(&template.document)?);
    }
    if let Some(shown) = store::presented(r, facility, id).await? {
        files.insert(names::PRESENTED.to_owned(), shown.bytes);
    }
    let mut salt_of_signature = String::new();
    for (no, (name, salted, _)) in (1..).zip(store::evidence(r, facility, id).await?) {
        if name == "signature" {
            salt_of_signature.clone_from(&salted.salt);
        }
        let mut salt = [0; 16];
        hex::decode_to_slice(&salted.salt, &mut salt).map_err(|_| Error::broken("a salt is damaged"))?;
        let section = Section::Open {
            salt,
            body: salted.body,
        };
        files.insert(names::section(no, name), section.write(name).map_err(broken)?);
    }
    if strokes {
        let acts = store::signatures(r, facility, id).await?;
        for (name, act) in drawn(&acts, &salt_of_signature) {
            if let Some(strokes) = store::strokes(r, facility, act).await? {
                // As they were when their digest was taken.
                files.insert(names::section(10, name), serde_json::to_vec(&strokes)?);
            }
        }
    }
    Ok(Bundle {
        zip: pack(&files, VERSION).map_err(broken)?,
        signed: signed.map(|signed| hex::encode(signed.digest)),
    })
}

/// The same without the bodies of these sections (CE-222).
pub fn without(zip: &[u8], withheld: &[usize]) -> Result<Vec<u8>> {
    redact(zip, withheld, VERSION).map_err(broken)
}

/// Whose strokes section 10 names: those of the decisive act, and her own words by hand.
fn drawn(acts: &[Signature], salt: &str) -> Vec<(&'static str, SignatureId)> {
    let decisive = acts.iter().find(|act| act.section.salt == salt);
    let words = acts.iter().find(|act| act.kind == ActKind::Handwritten);
    let decisive = decisive.map(|act| ("strokes", act.id));
    let words = words.map(|act| ("handwritten", act.id));
    decisive.into_iter().chain(words).collect()
}

/// The certificates in the seal, and those that it leads to, each as a file of its own.
fn certificates(files: &mut BTreeMap<String, Vec<u8>>, signed: Option<&Signed>, trust: &Trust) {
    let message = signed.and_then(|signed| cms::read(&signed.contents).ok());
    let mut add = |kind: &str, all: &[Certificate]| {
        for (no, certificate) in (1..).zip(all) {
            files.insert(format!("certs/{kind}-{no}.cer"), certificate.der().to_vec());
        }
    };
    if let Some(message) = &message {
        add("seal", message.certificates());
    }
    add("root", &trust.roots);
    add("issuer", &trust.issuers);
    add("time-root", &trust.time_roots);
}

fn hashed(value: &serde_json::Value) -> Result<Vec<u8>> {
    canonical(value).map_err(broken)
}

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Broken(Box::new(error))
}
