//! What the sealing of a record looks like on the wire.

use chrono::{DateTime, Utc};
use poem_openapi::Object;

use super::wire_demand::{EntitlementIn, EntitlementOut};
use crate::base::error::{Error, Result};
use crate::base::id::{PatientId, RecordSealId, RecordSealListId, StaffId};
use crate::http::ink::{CanvasIn, StrokesIn, strokes};
use crate::people::acts::{NewSeal, NewSigning};
use crate::people::model::{
    Entitled, FinishedItem, Ink, RecordSeal, SealClaim, SealEnd, SealList, SealRelease, SealSignature,
    SealState, SealedItem, SignedPaper,
};
use crate::people::rules;

/// A sealing that is demanded.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct RecordSealIn {
    /// Whose record.
    patient: PatientId,
    /// Who demands it.
    demanded_by: EntitlementIn,
    /// What the dispute is about, 1–2000 characters.
    reason: String,
}

impl From<RecordSealIn> for NewSeal {
    fn from(seal: RecordSealIn) -> NewSeal {
        NewSeal {
            patient: seal.patient,
            demanded_by: seal.demanded_by.into(),
            reason: seal.reason,
        }
    }
}

/// Nothing to say: the list makes itself.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct SealAgainIn {}

/// One side's hand.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct SideInkIn {
    /// `[[[x, y, t_ms, p], …], …]`, within the limits of a signature.
    strokes: StrokesIn,
    /// Where it was drawn.
    canvas: CanvasIn,
}

fn ink(side: Option<SideInkIn>) -> Result<Option<Ink>> {
    let Some(side) = side else { return Ok(None) };
    Ok(Some(Ink {
        strokes: strokes(side.strokes)?,
        canvas: side.canvas.try_into()?,
    }))
}

/// A list that both sides signed on paper.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct SignedPaperIn {
    /// SHA-256 of its photo or scan, hex.
    sha256: String,
    /// Where the original is kept, 1–100 characters.
    place: String,
}

/// The signatures of both sides: with their hands, or on paper.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct SealSignIn {
    /// SHA-256 of the list that both saw, hex.
    list_sha256: String,
    /// What the copy is on, such as the number of a disc, 1–100 characters.
    medium: String,
    /// The hand of the hospital's side: the caller's, who has proved her presence within ten minutes.
    hospital: Option<SideInkIn>,
    /// The hand of whoever demanded the sealing.
    demanding: Option<SideInkIn>,
    /// In the place of both hands.
    paper: Option<SignedPaperIn>,
}

impl TryFrom<SealSignIn> for NewSigning {
    type Error = Error;

    fn try_from(body: SealSignIn) -> Result<NewSigning> {
        Ok(NewSigning {
            list_sha256: body.list_sha256,
            medium: body.medium,
            hospital: ink(body.hospital)?,
            demanding: ink(body.demanding)?,
            paper: body.paper.map(|paper| SignedPaper {
                sha256: paper.sha256,
                place: paper.place,
            }),
        })
    }
}

/// A claim in the dispute.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct SealClaimIn {
    /// What is claimed, 1–2000 characters.
    pub text: String,
}

/// The end of a sealing.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct SealReleaseIn {
    /// Why, 1–2000 characters.
    pub reason: String,
}

/// One thing on a list.
#[derive(Clone, Debug, Object)]
pub struct SealedItemOut {
    /// What kind of thing: `document` and `file` are files as they are kept, the others parts of her copy.
    kind: String,
    /// Which.
    id: String,
    /// SHA-256 of its file.
    sha256: String,
    /// The name of its file in the copy.
    file: String,
    /// Bytes.
    size: u64,
    /// Whether it was finished at that time.
    finished: bool,
}

impl From<SealedItem> for SealedItemOut {
    fn from(one: SealedItem) -> SealedItemOut {
        SealedItemOut {
            kind: one.item.kind,
            id: one.item.id,
            sha256: one.item.sha256,
            file: one.file,
            size: one.size,
            finished: one.finished,
        }
    }
}

/// The signatures on a list.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct SealSignatureOut {
    /// Who signed for the hospital.
    by: StaffId,
    /// When.
    at: DateTime<Utc>,
    /// What the copy is on.
    medium: String,
    /// SHA-256 of the photo or the scan of a list that was signed on paper.
    paper_sha256: Option<String>,
    /// Where that original is kept.
    paper_place: Option<String>,
    /// SHA-256 of the signed list as a document.
    document_sha256: String,
    /// SHA-256 of the copy.
    package_sha256: String,
}

impl From<SealSignature> for SealSignatureOut {
    fn from(signature: SealSignature) -> SealSignatureOut {
        let (paper_sha256, paper_place) = signature
            .signing
            .paper
            .map(|paper| (paper.sha256, paper.place))
            .unzip();
        SealSignatureOut {
            by: signature.by,
            at: signature.at,
            medium: signature.signing.medium,
            paper_sha256,
            paper_place,
            document_sha256: signature.document_sha256,
            package_sha256: signature.package_sha256,
        }
    }
}

/// One list of a sealing.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct SealListOut {
    /// Its id, the number of the document.
    id: RecordSealListId,
    /// Counts up from 1; those after the first hold what is new or was finished since.
    no: i64,
    /// The things on it.
    items: Vec<SealedItemOut>,
    /// SHA-256 of `list.json` in the copy: what both sides sign.
    sha256: String,
    /// Who made it.
    by: StaffId,
    /// When.
    at: DateTime<Utc>,
    /// The signatures of both sides; absent while it waits for them.
    signature: Option<SealSignatureOut>,
}

impl From<SealList> for SealListOut {
    fn from(list: SealList) -> SealListOut {
        SealListOut {
            id: list.id,
            no: list.no,
            items: list.items.into_iter().map(Into::into).collect(),
            sha256: list.sha256,
            by: list.by,
            at: list.at,
            signature: list.signature.map(Into::into),
        }
    }
}

/// Something that was finished since it was sealed.
#[derive(Clone, Debug, Object)]
pub struct FinishedItemOut {
    /// What kind of thing.
    kind: String,
    /// Which.
    id: String,
}

impl From<FinishedItem> for FinishedItemOut {
    fn from(item: FinishedItem) -> FinishedItemOut {
        FinishedItemOut {
            kind: item.kind,
            id: item.id,
        }
    }
}

/// A claim in the dispute.
#[derive(Clone, Debug, Object)]
pub struct SealClaimOut {
    /// What is claimed.
    text: String,
    /// Who recorded it.
    by: StaffId,
    /// When.
    at: DateTime<Utc>,
}

impl From<SealClaim> for SealClaimOut {
    fn from(claim: SealClaim) -> SealClaimOut {
        SealClaimOut {
            text: claim.text,
            by: claim.by,
            at: claim.at,
        }
    }
}

/// The end of a sealing.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct SealReleaseOut {
    /// Why.
    cause: SealEnd,
    /// Why, in words.
    reason: Option<String>,
    /// Who; absent when its time was over.
    by: Option<StaffId>,
    /// When.
    at: DateTime<Utc>,
}

impl From<SealRelease> for SealReleaseOut {
    fn from(release: SealRelease) -> SealReleaseOut {
        SealReleaseOut {
            cause: release.cause,
            reason: release.reason,
            by: release.by,
            at: release.at,
        }
    }
}

/// The sealing of a record.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct RecordSealOut {
    /// Its id.
    id: RecordSealId,
    /// Whose record.
    patient: PatientId,
    /// Where it stands.
    state: SealState,
    /// Who demands it.
    demanded_by: EntitlementOut,
    /// What the dispute is about.
    reason: String,
    /// Who began it.
    by: StaffId,
    /// When.
    at: DateTime<Utc>,
    /// The lists, the first first.
    lists: Vec<SealListOut>,
    /// What was unfinished when it was sealed, is finished since, and waits for another list.
    to_seal_again: Vec<FinishedItemOut>,
    /// Claims, the first first.
    claims: Vec<SealClaimOut>,
    /// When it ends by itself unless a claim comes before; absent before it is signed.
    ends_at: Option<DateTime<Utc>>,
    /// Its end.
    released: Option<SealReleaseOut>,
}

impl From<RecordSeal> for RecordSealOut {
    fn from(seal: RecordSeal) -> RecordSealOut {
        RecordSealOut {
            state: seal.state(),
            to_seal_again: rules::to_seal_again(&seal).into_iter().map(Into::into).collect(),
            ends_at: rules::seal_ends_at(&seal).filter(|_| seal.released.is_none()),
            id: seal.id,
            patient: seal.patient,
            demanded_by: seal.body.demanded_by.into(),
            reason: seal.body.reason,
            by: seal.by,
            at: seal.at,
            lists: seal.lists.into_iter().map(Into::into).collect(),
            claims: seal.claims.into_iter().map(Into::into).collect(),
            released: seal.released.map(Into::into),
        }
    }
}

/// A sealing on the hospital's list, without its things.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct SealBriefOut {
    /// Its id.
    id: RecordSealId,
    /// Whose record.
    patient: PatientId,
    /// Where it stands.
    state: SealState,
    /// As what it was demanded.
    demanded_by: Entitled,
    /// When it began.
    at: DateTime<Utc>,
    /// Lists, and how many of them wait for the signatures of both sides.
    lists: usize,
    /// See `lists`.
    unsigned: usize,
    /// Things that were finished since they were sealed, and wait for another list.
    to_seal_again: usize,
    /// When it ends by itself unless a claim comes before.
    ends_at: Option<DateTime<Utc>>,
}

impl From<RecordSeal> for SealBriefOut {
    fn from(seal: RecordSeal) -> SealBriefOut {
        SealBriefOut {
            id: seal.id,
            patient: seal.patient,
            state: seal.state(),
            demanded_by: seal.body.demanded_by.kind,
            at: seal.at,
            lists: seal.lists.len(),
            unsigned: seal.lists.iter().filter(|list| list.signature.is_none()).count(),
            to_seal_again: rules::to_seal_again(&seal).len(),
            ends_at: rules::seal_ends_at(&seal).filter(|_| seal.released.is_none()),
        }
    }
}
