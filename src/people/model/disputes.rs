//! Nouns of a dispute: who may demand a record, what it consists of, and its sealing before both sides (CE-234).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::HeldItem;
use crate::base::Locale;
use crate::base::id::{AuthorityId, PatientId, RecordSealId, RecordSealListId, StaffId};
use crate::evidence::ink::{Canvas, Strokes};

/// Bytes that a record may have to leave the service in one file: uploads are far fewer.
pub const LARGEST_RECORD: u64 = 250 << 20;

crate::words! {
    /// Who may have a record copied or sealed (CE-233, 医疗机构病历管理规定 2013 art. 17).
    Entitled {
        /// She herself.
        Patient = "patient",
        /// Her agent, by an authority in writing that is recorded.
        Agent = "agent",
        /// The guardian whom the law gives a child, or a woman who cannot act for herself (民法典 arts. 23, 27, 28).
        Guardian = "guardian",
        /// A near relative of a woman who has died.
        CloseRelative = "close_relative",
        /// An heir of a woman who has died.
        Heir = "heir",
    }

    /// Where a sealing stands.
    SealState {
        /// Its first list waits for the signatures of both sides.
        Listed = "listed",
        /// Signed by both sides.
        Sealed = "sealed",
        /// Ended.
        Released = "released",
    }

    /// Why a sealing ended.
    SealEnd {
        /// The dispute is settled.
        Settled = "settled",
        /// Both sides never signed its first list.
        NotSigned = "not_signed",
        /// Three years went by without a claim.
        NoClaim = "no_claim",
    }
}

impl Entitled {
    /// What is told of this kind beside the name and the proof of identity: all of it, and nothing else.
    pub fn members(self) -> &'static [&'static str] {
        match self {
            Entitled::Patient => &[],
            Entitled::Agent => &["relation", "authority"],
            Entitled::Guardian => &["relation", "kinship_ref"],
            Entitled::CloseRelative | Entitled::Heir => &["relation", "died_on", "kinship_ref"],
        }
    }
}

/// Somebody who demands a record, and how staff know that it is theirs to demand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entitlement {
    /// As what.
    pub kind: Entitled,
    /// Name as on the identity document.
    pub name: String,
    /// Relation to her; of anybody but her.
    pub relation: Option<String>,
    /// The proof of identity that was seen: kind and last characters.
    pub document_ref: String,
    /// The recorded authority; of an agent.
    pub authority: Option<AuthorityId>,
    /// When she died; of relatives and heirs.
    pub died_on: Option<NaiveDate>,
    /// The proofs that were seen: of guardianship; of her death and the relation, of relatives and heirs.
    pub kinship_ref: Option<String>,
}

/// What an authority in writing lets an agent do with her record.
#[derive(Clone, Debug)]
pub struct Agency {
    /// The agent's name.
    pub agent: String,
    /// The agent's proof of identity.
    pub document_ref: String,
    /// Whether it speaks of her record.
    pub record: bool,
    /// Since when.
    pub begins_at: DateTime<Utc>,
    /// Until when.
    pub ends_at: DateTime<Utc>,
}

/// A file of a record.
#[derive(Clone, Debug)]
pub struct HeldFile {
    /// What kind of thing: `document` for what the service made, `file` for what she uploaded or said.
    pub kind: &'static str,
    /// Which, as in the list of a hold.
    pub id: String,
    /// The ending of its name.
    pub ending: &'static str,
    /// Its bytes, as they are kept.
    pub bytes: Vec<u8>,
}

/// By which word a later slice tells that something in her copy is unfinished.
#[derive(Clone, Copy, Debug)]
pub struct Unfinished {
    /// The part of the copy.
    pub part: &'static str,
    /// Its member.
    pub member: &'static str,
    /// The words.
    pub words: &'static [&'static str],
}

/// One thing of a record with its bytes.
#[derive(Clone, Debug)]
pub struct Piece {
    /// What it is, with the digest of the bytes.
    pub item: HeldItem,
    /// The ending of its name.
    pub ending: &'static str,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Whether it is finished.
    pub finished: bool,
}

/// One thing on the list of a sealing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedItem {
    /// What, with its digest.
    #[serde(flatten)]
    pub item: HeldItem,
    /// Its name in the copy on an independent medium.
    pub file: String,
    /// Bytes.
    pub size: u64,
    /// Whether it was finished at that time.
    pub finished: bool,
}

/// What is kept of a demand.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SealBody {
    /// Who demands it.
    pub demanded_by: Entitlement,
    /// What the dispute is about.
    pub reason: String,
}

/// How a list was signed, beside the strokes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SealSigning {
    /// What the copy is on, such as `optical disc 2026-014`.
    pub medium: String,
    /// The list that both signed on paper, in the place of strokes.
    pub paper: Option<SignedPaper>,
}

/// A list that was signed on paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedPaper {
    /// SHA-256 of the photo or the scan, lower-case hex.
    pub sha256: String,
    /// Where the original is kept.
    pub place: String,
}

/// What somebody drew, and where.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ink {
    /// The strokes.
    pub strokes: Strokes,
    /// The field.
    pub canvas: Canvas,
}

/// The hands of both sides.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BothInks {
    /// The hospital's.
    pub hospital: Ink,
    /// Of whoever demanded it.
    pub demanding: Ink,
}

/// The signatures on a list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SealSignature {
    /// What was said of them.
    pub signing: SealSigning,
    /// Who signed for the hospital.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// SHA-256 of the signed list as a document.
    pub document_sha256: String,
    /// SHA-256 of the copy on an independent medium.
    pub package_sha256: String,
}

/// One list of a sealing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SealList {
    /// Its id.
    pub id: RecordSealListId,
    /// Counts up from 1.
    pub no: i64,
    /// The language that both sides see it in.
    pub locale: Locale,
    /// The things on it.
    pub items: Vec<SealedItem>,
    /// SHA-256 of `list.json`, lower-case hex: what both sides sign.
    pub sha256: String,
    /// Who made it.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// The signatures.
    pub signature: Option<SealSignature>,
}

/// Something that was unfinished when it was sealed and is finished since.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FinishedItem {
    /// What kind of thing.
    pub kind: String,
    /// Which.
    pub id: String,
}

/// A claim in the dispute: the three years begin again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SealClaim {
    /// What is claimed.
    pub text: String,
    /// Who recorded it.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// The end of a sealing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SealRelease {
    /// Why.
    pub cause: SealEnd,
    /// Why, in words; none when its time was over.
    pub reason: Option<String>,
    /// Who; nobody when its time was over.
    pub by: Option<StaffId>,
    /// When.
    pub at: DateTime<Utc>,
}

/// The sealing of a record in a dispute: while it stands, nothing of hers is destroyed or made anonymous.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordSeal {
    /// Its id.
    pub id: RecordSealId,
    /// Whose record.
    pub patient: PatientId,
    /// Who demands it, and why.
    pub body: SealBody,
    /// Who began it.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// The lists, the first first.
    pub lists: Vec<SealList>,
    /// What has been finished since it was sealed, and is to be sealed again.
    pub finished: Vec<FinishedItem>,
    /// Claims, the first first.
    pub claims: Vec<SealClaim>,
    /// Its end.
    pub released: Option<SealRelease>,
}

impl RecordSeal {
    /// Where it stands.
    pub fn state(&self) -> SealState {
        let signed = self.lists.first().is_some_and(|list| list.signature.is_some());
        match (&self.released, signed) {
            (Some(_), _) => SealState::Released,
            (None, true) => SealState::Sealed,
            (None, false) => SealState::Listed,
        }
    }
}
