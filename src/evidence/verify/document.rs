//! Steps over the document: its signature and revisions, the certificate, the time-stamp.

use std::io::Read;

use chrono::{DateTime, SecondsFormat, Utc};
use flate2::read::ZlibDecoder;
use memchr::memmem;

use super::report::{Authenticity, Integrity, Name, Outcome, Step, Time};
use super::sections::Attached;
use super::{Chosen, Found};
use crate::base::canonical::{parse, sha256};
use crate::evidence::bundle::{Files, names};
use crate::evidence::cms::{self, Flaw, SignedData};
use crate::evidence::pades::{self, Later, Signed, Unreadable};
use crate::evidence::timestamp::{Token, granted};
use crate::evidence::trust::{self, Trust};

/// The largest manifest inside a document, in bytes; the one of fourteen sections has less than two thousand.
const MAX_ATTACHED: usize = 64 << 10;

/// What the document says of itself.
pub(super) struct Seal {
    /// SHA-256 of what is signed, where something is.
    pub digest: Option<[u8; 32]>,
    /// The manifest inside the document, where there is one.
    pub attached: Option<Attached>,
}

/// The steps from the signature to the token.
pub(super) fn check(found: &mut Found, files: &Files<'_>, trust: &Chosen<'_>, now: DateTime<Utc>) -> Seal {
    let Some(pdf) = files.get(names::PDF) else {
        found.step(Step::new(Name::Signature, Outcome::Missing, "pdf_missing"));
        unsigned(found);
        return Seal {
            digest: None,
            attached: None,
        };
    };
    let read = pades::read(pdf);
    let message = signature(found, &read, trust);
    let attached = attached(pdf, read.as_ref().map_or(pdf.len(), |signed| signed.unsigned_len));
    match &message {
        Some(message) if found.dimensions.integrity != Integrity::Modified => {
            let (time, token) = token(files, message, trust.table());
            found.dimensions.time = time;
            chain(found, message, trust, token.time, now);
            found.step(token.step);
        }
        _ => unsigned(found),
    }
    Seal {
        digest: read.ok().map(|signed| signed.digest),
        attached,
    }
}

/// Without a signature that holds there is no signer and no time.
fn unsigned(found: &mut Found) {
    for name in [Name::Chain, Name::Token] {
        found.step(Step::new(name, Outcome::NotChecked, "no_signature"));
    }
}

/// Is the document what was signed, and what came after it?
fn signature(found: &mut Found, read: &Result<Signed, Unreadable>, trust: &Chosen<'_>) -> Option<SignedData> {
    let of = |outcome, code| Step::new(Name::Signature, outcome, code);
    let message = read
        .as_ref()
        .ok()
        .and_then(|signed| cms::read(&signed.contents).ok());
    let made = |signed: &Signed| message.as_ref().map(|message| message.verify(&signed.digest));
    let integrity = pades::integrity(
        read,
        |signed| made(signed) == Some(Ok(())),
        |later| {
            let known = message.as_ref().zip(trust.table());
            known.is_some_and(|(message, trust)| preserved(later, message, trust))
        },
    );
    if *read == Err(Unreadable::Foreign) {
        // Nobody signs with another program on our behalf.
        found.dimensions.authenticity = Authenticity::OtherSigner;
    }
    let added = read.as_ref().is_ok_and(|signed| !signed.later.is_empty());
    found.facts.preserved = integrity == Integrity::Intact && added;
    found.step(match integrity {
        Integrity::Intact if added => of(Outcome::Passed, "signed_and_preserved"),
        Integrity::Intact => of(Outcome::Passed, "signed"),
        Integrity::Appended => of(Outcome::Failed, "appended"),
        Integrity::Unsigned => of(Outcome::Missing, "unsigned"),
        Integrity::Unreadable if *read == Err(Unreadable::Foreign) => of(Outcome::Failed, "foreign"),
        Integrity::Unreadable => of(Outcome::Failed, "unreadable"),
        Integrity::Modified => match read.as_ref().map(made) {
            Err(_) | Ok(Some(Err(Flaw::Digest))) => of(Outcome::Failed, "changed"),
            Ok(_) => of(Outcome::Failed, "signature_fails"),
        },
    });
    found.dimensions.integrity = integrity;
    message
}

/// Anybody can append what looks like preservation. A time-stamp must hold; validation data must be covered by one, or
/// be certificates that are known anyway.
fn preserved(later: &[Later], message: &SignedData, trust: &Trust) -> bool {
    let mut covered = false;
    later.iter().rev().all(|later| match later {
        Later::DocumentTimeStamp(stamp) => {
            covered =
                Token::read(&stamp.contents).is_ok_and(|token| token.verify(&stamp.digest, trust).is_ok());
            covered
        }
        Later::ValidationData(added) => {
            let lists = [&trust.roots, &trust.time_roots, &trust.issuers];
            let known = |der: &Vec<u8>| {
                let mut all = lists.into_iter().flatten().chain(message.certificates());
                all.any(|certificate| certificate.der() == der.as_slice())
            };
            covered
                || added.responses.is_empty()
                    && added.lists.is_empty()
                    && added.certificates.iter().all(known)
        }
        Later::Other(_) => false,
    })
}

struct Stamp {
    step: Step,
    time: Option<DateTime<Utc>>,
}

/// Does the token attest this signature?
fn token(files: &Files<'_>, message: &SignedData, trust: Option<&Trust>) -> (Time, Stamp) {
    let of = |outcome, code| Stamp {
        step: Step::new(Name::Token, outcome, code),
        time: None,
    };
    // The response that travels beside the document holds the same token, or one of them is not what was received.
    let beside = files.get(names::TOKEN).map(granted);
    let Some(der) = message.token() else {
        return match beside {
            None => (Time::ClaimedOnly, of(Outcome::Missing, "token_missing")),
            Some(_) => (Time::Invalid, of(Outcome::Failed, "token_differs")),
        };
    };
    let Some(trust) = trust else {
        return (Time::ClaimedOnly, of(Outcome::NotChecked, "trust_missing"));
    };
    let same = beside.is_none_or(|response| response == Ok(der));
    match Token::read(der) {
        Ok(token) if same && token.verify(&sha256(message.signature_value()), trust).is_ok() => {
            let mut stamp_of = of(Outcome::Passed, "token_holds");
            stamp_of.step = stamp_of.step.with([stamp(token.time)]);
            stamp_of.time = Some(token.time);
            (Time::Attested, stamp_of)
        }
        _ => (Time::Invalid, of(Outcome::Failed, "token_differs")),
    }
}

/// Whose certificate is it, judged at the attested time?
fn chain(
    found: &mut Found,
    message: &SignedData,
    trust: &Chosen<'_>,
    attested: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) {
    let of = |outcome, code| Step::new(Name::Chain, outcome, code);
    let signer = message.signer();
    found.facts.trust_pinned = matches!(trust, Chosen::Pinned(_));
    found.facts.certificate_expired = signer.not_after() < now;
    let Some(table) = trust.table() else {
        found.step(of(
            Outcome::Missing,
            match trust {
                Chosen::Unreadable => "trust_unreadable",
                _ => "trust_missing",
            },
        ));
        return;
    };
    let subject = || [signer.subject().to_owned()];
    let (authenticity, step) = match (table.judge(message.certificates(), attested, now), trust) {
        (trust::Authenticity::Trusted, Chosen::Own(_, digest)) => (
            Authenticity::Unknown,
            of(Outcome::Missing, "trust_not_pinned").with([hex::encode(digest)]),
        ),
        (trust::Authenticity::Trusted, _) => {
            found.facts.revoked_later = table.is_revoked(signer, now);
            let at = stamp(attested.unwrap_or(now));
            (
                Authenticity::Trusted,
                of(Outcome::Passed, "trusted").with(subject()).with([at]),
            )
        }
        (trust::Authenticity::OtherSigner, _) => (
            Authenticity::OtherSigner,
            of(Outcome::Failed, "other_signer").with(subject()),
        ),
        (trust::Authenticity::UntrustedChain, _) => (
            Authenticity::UntrustedChain,
            of(Outcome::Failed, "untrusted_chain").with(subject()),
        ),
        (trust::Authenticity::Revoked, _) => (
            Authenticity::Revoked,
            of(Outcome::Failed, "revoked").with(subject()),
        ),
        (trust::Authenticity::Unknown, _) => (
            Authenticity::Unknown,
            of(Outcome::Missing, "certificate_unknown").with(subject()),
        ),
    };
    found.dimensions.authenticity = authenticity;
    found.step(step);
}

/// The manifest of the evidence inside the document: the one file that the document engine attached to it, found in the
/// form in which that engine writes it. The signature covers it, so nobody else can have put it there.
fn attached(pdf: &[u8], printed: usize) -> Option<Attached> {
    const MARK: &[u8] = b"/Type/EmbeddedFile";
    let pdf = pdf.get(..printed)?;
    let at = memmem::find(pdf, MARK)?;
    let (before, rest) = (pdf.get(..at)?, pdf.get(at + MARK.len()..)?);
    if memmem::find(rest, MARK).is_some() {
        return None;
    }
    let head = before.get(memmem::rfind(before, b" 0 obj\n<</Length ")?..)?;
    let length = head.strip_prefix(b" 0 obj\n<</Length ")?;
    let length: usize = std::str::from_utf8(length).ok()?.parse().ok()?;
    let (packed, rest) = match rest.strip_prefix(b"/Filter/FlateDecode") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let rest = rest.strip_prefix(b"/Subtype/application#2Fjson/Params<<")?;
    let end = memmem::find(rest.get(..rest.len().min(200))?, b">>>>\nstream\n")?;
    let stream = rest.get(end + b">>>>\nstream\n".len()..)?;
    let (stream, rest) = stream.split_at_checked(length)?;
    if !rest.starts_with(b"\nendstream") {
        return None;
    }
    let mut json = Vec::new();
    let limit = MAX_ATTACHED as u64 + 1;
    if packed {
        ZlibDecoder::new(stream).take(limit).read_to_end(&mut json).ok()?;
    } else {
        json = stream.to_vec();
    }
    if json.len() > MAX_ATTACHED {
        return None;
    }
    serde_json::from_value(parse(&json).ok()?).ok()
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
