//! What her requests, holds and destruction lists look like on the wire.

use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;

use crate::base::id::{ConsentId, DataRequestId, DestructionListId, LegalHoldId, PatientId, StaffId};
use crate::people::acts::{NewAnswer, NewHold, Receipt};
use crate::people::model::{
    DataRequest, Destroyed, DestructionList, Ended, HeldItem, HoldRelease, Kept, KeptKind, LegalHold,
    RequestAnswer, RequestKind, RequestOutcome,
};

/// She asks for erasure.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ErasureIn {
    /// In her words.
    pub text: Option<String>,
}

/// She asks something about her data.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct DataRequestIn {
    /// What.
    pub kind: RequestKind,
    /// In her words.
    pub text: Option<String>,
}

/// What stays in spite of a request to delete.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct StaysOut {
    /// What: the medical record for its time of keeping, the rest as proof and for security.
    pub what: KeptKind,
    /// The first day on which it may be destroyed; absent while that can't be said.
    pub until: Option<NaiveDate>,
}

impl From<Kept> for StaysOut {
    fn from(kept: Kept) -> StaysOut {
        StaysOut {
            what: kept.what,
            until: kept.until,
        }
    }
}

/// That a request was received.
#[derive(Object)]
pub struct ReceiptOut {
    /// The request.
    pub request: DataRequestOut,
    /// What stays, for one that asks to delete, to restrict or to close the account.
    pub kept: Vec<StaysOut>,
}

impl From<Receipt> for ReceiptOut {
    fn from(receipt: Receipt) -> ReceiptOut {
        ReceiptOut {
            request: receipt.request.into(),
            kept: receipt.kept.into_iter().map(Into::into).collect(),
        }
    }
}

/// A request about her data.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct DataRequestOut {
    /// Its id.
    pub id: DataRequestId,
    /// Whose.
    pub patient: PatientId,
    /// The number of the receipt.
    pub number: String,
    /// What she asks.
    pub kind: RequestKind,
    /// In her words.
    pub text: Option<String>,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// By when it is answered: the end of the fifteenth working day.
    pub due_at: DateTime<Utc>,
    /// Since when it is overdue.
    pub overdue_at: Option<DateTime<Utc>>,
    /// The answer.
    pub answer: Option<RequestAnswerOut>,
}

impl From<DataRequest> for DataRequestOut {
    fn from(request: DataRequest) -> DataRequestOut {
        DataRequestOut {
            id: request.id,
            patient: request.patient,
            number: request.number,
            kind: request.kind,
            text: request.text,
            received_at: request.received_at,
            due_at: request.due_at,
            overdue_at: request.overdue_at,
            answer: request.answer.map(Into::into),
        }
    }
}

/// The answer to a request.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct RequestAnswerOut {
    /// How it ends.
    pub outcome: RequestOutcome,
    /// Why.
    pub reasons: Option<String>,
    /// What stays.
    pub kept: Vec<StaysOut>,
    /// All use but storage and security has stopped.
    pub restricted: bool,
    /// Who answered.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<RequestAnswer> for RequestAnswerOut {
    fn from(answer: RequestAnswer) -> RequestAnswerOut {
        RequestAnswerOut {
            outcome: answer.outcome,
            reasons: answer.reasons,
            kept: answer.kept.into_iter().map(Into::into).collect(),
            restricted: answer.restricted,
            by: answer.by,
            at: answer.at,
        }
    }
}

/// An answer to a request.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct RequestAnswerIn {
    /// How it ends.
    pub outcome: RequestOutcome,
    /// Why; needed unless it is done as she asked.
    pub reasons: Option<String>,
}

impl From<RequestAnswerIn> for NewAnswer {
    fn from(answer: RequestAnswerIn) -> NewAnswer {
        NewAnswer {
            outcome: answer.outcome,
            reasons: answer.reasons,
        }
    }
}

/// A hold to be placed.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct HoldIn {
    /// Whose record.
    pub patient: PatientId,
    /// The one consent that the dispute is about; all of her record if absent.
    pub consent: Option<ConsentId>,
    /// Why.
    pub reason: String,
    /// Who is in dispute, 1–20.
    pub parties: Vec<String>,
}

impl From<HoldIn> for NewHold {
    fn from(hold: HoldIn) -> NewHold {
        NewHold {
            patient: hold.patient,
            consent: hold.consent,
            reason: hold.reason,
            parties: hold.parties,
        }
    }
}

/// The end of a hold.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct HoldReleaseIn {
    /// Why.
    pub reason: String,
}

/// One thing under a hold.
#[derive(Clone, Debug, Object)]
pub struct HeldItemOut {
    /// What kind of thing.
    pub kind: String,
    /// Which.
    pub id: String,
    /// SHA-256 at that time: of the file for documents, else of its part of her copy.
    pub sha256: String,
}

impl From<HeldItem> for HeldItemOut {
    fn from(item: HeldItem) -> HeldItemOut {
        HeldItemOut {
            kind: item.kind,
            id: item.id,
            sha256: item.sha256,
        }
    }
}

/// A legal hold.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct LegalHoldOut {
    /// Its id.
    pub id: LegalHoldId,
    /// Whose record.
    pub patient: PatientId,
    /// The one consent that the dispute is about.
    pub consent: Option<ConsentId>,
    /// Why.
    pub reason: String,
    /// Who is in dispute.
    pub parties: Vec<String>,
    /// The things with their digests.
    pub items: Vec<HeldItemOut>,
    /// Who placed it.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// Its end.
    pub released: Option<HoldReleaseOut>,
}

impl From<LegalHold> for LegalHoldOut {
    fn from(hold: LegalHold) -> LegalHoldOut {
        LegalHoldOut {
            id: hold.id,
            patient: hold.patient,
            consent: hold.consent,
            reason: hold.body.reason,
            parties: hold.body.parties,
            items: hold.items.into_iter().map(Into::into).collect(),
            by: hold.by,
            at: hold.at,
            released: hold.released.map(Into::into),
        }
    }
}

/// The end of a hold.
#[derive(Clone, Debug, Object)]
pub struct HoldReleaseOut {
    /// Why.
    pub reason: String,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<HoldRelease> for HoldReleaseOut {
    fn from(release: HoldRelease) -> HoldReleaseOut {
        HoldReleaseOut {
            reason: release.reason,
            by: release.by,
            at: release.at,
        }
    }
}

/// Nothing to say: the list makes itself.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct DestructionIn {}

/// One record whose time of keeping is over.
#[derive(Clone, Debug, Object)]
pub struct EndedOut {
    /// Whose.
    pub patient: PatientId,
    /// The hospital's number of the record.
    pub record_number: String,
    /// The first day on which it may be destroyed.
    pub retain_until: NaiveDate,
}

impl From<Ended> for EndedOut {
    fn from(ended: Ended) -> EndedOut {
        EndedOut {
            patient: ended.patient,
            record_number: ended.record_number,
            retain_until: ended.retain_until,
        }
    }
}

/// A list of records to be destroyed.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct DestructionListOut {
    /// Its id.
    pub id: DestructionListId,
    /// The records.
    pub items: Vec<EndedOut>,
    /// SHA-256 of the items.
    pub sha256: String,
    /// Who made it.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who has approved it; two different people are needed.
    pub approved_by: Vec<StaffId>,
    /// What came of it.
    pub outcome: Option<DestroyedOut>,
}

impl From<DestructionList> for DestructionListOut {
    fn from(list: DestructionList) -> DestructionListOut {
        DestructionListOut {
            id: list.id,
            items: list.items.into_iter().map(Into::into).collect(),
            sha256: list.sha256,
            by: list.by,
            at: list.at,
            approved_by: list.approved_by,
            outcome: list.outcome.map(Into::into),
        }
    }
}

/// What came of a list.
#[derive(Clone, Debug, Object)]
pub struct DestroyedOut {
    /// Whose keys are gone.
    pub destroyed: Vec<PatientId>,
    /// Left out, because a hold or a new visit came in between.
    pub kept: Vec<PatientId>,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<Destroyed> for DestroyedOut {
    fn from(outcome: Destroyed) -> DestroyedOut {
        DestroyedOut {
            destroyed: outcome.destroyed,
            kept: outcome.kept,
            at: outcome.at,
        }
    }
}
