//! What is proved: the fourteen sections of the evidence, their root, and the data of the document.
//!
//! Pure: everything is gathered before. Sealing, time-stamps and the log's proofs come on top of it; what is not there
//! is named as absent (CE-005).

pub mod bedside;
mod code;
pub mod decision;
mod document;
mod others;
pub mod paper;
mod sections;

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;

use super::model::{
    ActKind, Asked, CharacterPicture, Check, Consent, Conversation, Dwell, ReadingBatch, Round, Salted,
    Signature, Waiver,
};
use super::present::{Inputs, SubjectFacts};
use super::rules::quiz::Grade;
use crate::base::canonical::section_digest;
use crate::base::error::{Error, Result};
use crate::base::id::{SessionId, StaffId};
use crate::base::merkle;
use crate::evidence::ink::{self, Canvas, Strokes};
use crate::people::model::SignerCheck;

pub use code::Verification;
pub use document::{Page, data};
pub use sections::sections;

/// The names of the sections in their order (CE §7.1).
pub use crate::evidence::bundle::SECTIONS as NAMES;

/// Everything that the evidence rests on.
pub struct Material {
    /// The instance as she signed it.
    pub consent: Consent,
    /// Who she was when it was released.
    pub subject: SubjectFacts,
    /// What the shown document was made of.
    pub inputs: Inputs,
    /// The shown document.
    pub presented: Value,
    /// Its digest, lower-case hex.
    pub presented_sha256: String,
    /// Who released it.
    pub released_by: StaffId,
    /// Reading as it was reported.
    pub batches: Vec<ReadingBatch>,
    /// Reading per section.
    pub dwell: Vec<Dwell>,
    /// Rounds of questions.
    pub rounds: Vec<(Round, Grade)>,
    /// Talks.
    pub conversations: Vec<Conversation>,
    /// Her questions.
    pub questions: Vec<Asked>,
    /// Waivers.
    pub waivers: Vec<Waiver>,
    /// Identity checks.
    pub checks: Vec<Check>,
    /// Tries to prove her identity that failed before she signed.
    pub failed_checks: Vec<Check>,
    /// The decisive act: hers wherever she can decide.
    pub signature: Signed,
    /// The other acts: of whoever signs beside her, of a witness, her own words by hand.
    pub others: Vec<Signed>,
    /// Checks in person of those who sign beside her or for her.
    pub signer_checks: Vec<SignerCheck>,
    /// The personal-information consents in force.
    pub agreements: Vec<Value>,
    /// Names of the staff that appear.
    pub names: BTreeMap<StaffId, String>,
    /// The countersignature.
    pub counter: Counter,
    /// Recorded pictures that the document draws in the place of characters that no font has.
    pub characters: Vec<CharacterPicture>,
}

/// An act with what was drawn.
pub struct Signed {
    /// The act.
    pub act: Signature,
    /// What was drawn, where something was.
    pub strokes: Option<Strokes>,
}

impl Signed {
    /// Where the picture of an act of this kind is.
    pub fn path(&self) -> Option<&'static str> {
        self.strokes.as_ref()?;
        Some(match self.act.kind {
            ActKind::Patient => "/sig-patient.svg",
            ActKind::Guardian => "/sig-guardian.svg",
            ActKind::Agent => "/sig-agent.svg",
            ActKind::Relative => "/sig-relative.svg",
            ActKind::Acknowledgement => "/sig-acknowledgement.svg",
            ActKind::Handwritten => "/sig-handwritten.svg",
            ActKind::Witness | ActKind::Clinician => return None,
        })
    }

    /// The picture of what was drawn.
    pub fn picture(&self) -> Option<(&'static str, Vec<u8>)> {
        let picture = ink::svg(self.strokes.as_ref()?, self.act.canvas.as_ref()?);
        Some((self.path()?, picture.into_bytes()))
    }

    /// The staff member who witnessed.
    pub fn witness(&self) -> Option<StaffId> {
        let by = self.act.section.body.pointer("/witness/staff")?.as_str()?;
        by.parse().ok().map(StaffId)
    }
}

/// The anesthesiologist's act.
pub struct Counter {
    /// Who.
    pub staff: StaffId,
    /// Name.
    pub name: String,
    /// License number.
    pub license: String,
    /// The session whose fresh step-up stands for his presence.
    pub session: SessionId,
    /// Whether that session had a second factor.
    pub second_factor: bool,
    /// What he affirmed.
    pub statements: Vec<String>,
    /// What he drew, if he did.
    pub ink: Option<(Strokes, Canvas)>,
    /// What the evidence says of it; null where nothing was drawn.
    pub drawn: Value,
    /// When.
    pub at: DateTime<Utc>,
}

/// A section with its salt and digest.
pub struct Section {
    /// 1–14.
    pub no: i64,
    /// Its name.
    pub name: &'static str,
    /// Salt and body.
    pub salted: Salted,
    /// Its digest.
    pub digest: [u8; 32],
}

/// Salts and hashes bodies; the signature, where it was hashed at its act, keeps its salt.
///
/// Errors: `Broken` when a body breaks CE-141.
pub fn hashed(bodies: Vec<(&'static str, Value)>, kept: Option<&Salted>) -> Result<Vec<Section>> {
    let mut hashed = Vec::new();
    for (no, (name, body)) in (1..).zip(bodies) {
        let salted = match kept.filter(|_| name == "signature") {
            Some(kept) => kept.clone(),
            None => salt(body),
        };
        let digest = digest(name, &salted)?;
        hashed.push(Section {
            no,
            name,
            salted,
            digest,
        });
    }
    Ok(hashed)
}

/// A body with a fresh salt.
pub fn salt(body: Value) -> Salted {
    let salt: [u8; 16] = rand::random();
    Salted {
        salt: hex::encode(salt),
        body,
    }
}

/// The digest of a section.
///
/// Errors: `Broken` when the body breaks CE-141.
pub fn digest(name: &str, salted: &Salted) -> Result<[u8; 32]> {
    let mut salt = [0; 16];
    hex::decode_to_slice(&salted.salt, &mut salt).map_err(|_| Error::broken("a salt is damaged"))?;
    section_digest(name, &salt, &salted.body)
        .map_err(|_| Error::broken("a section of evidence is not canonical"))
}

/// The evidence root over the sections in their order, lower-case hex.
pub fn root(sections: &[Section]) -> String {
    let digests: Vec<[u8; 32]> = sections.iter().map(|section| section.digest).collect();
    hex::encode(merkle::root(&digests))
}

/// RFC 3339, UTC, milliseconds, `Z` (CE-132).
pub fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
