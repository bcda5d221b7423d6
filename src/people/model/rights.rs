//! Nouns of her rights over her record: her word on agreements, how long the record is kept, requests, holds, destruction.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{Agency, HeldFile, Unfinished};
use crate::base::error::Result;
use crate::base::id::{
    AccountId, AgreementId, AuthorityId, ConsentId, DataRequestId, DestructionListId, FacilityId,
    LegalHoldId, PatientId, StaffId,
};
use crate::ctx::{Ctx, Tx, View};
use crate::evidence::fonts::MissingChar;
use crate::people::caller::Mine;
use crate::wechat::News;

/// The last word on one agreement: hers, or her guardian's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Agreed {
    /// Kind.
    pub kind: String,
    /// Version of the text.
    pub version: String,
    /// Given or not.
    pub accepted: bool,
    /// Whether it had been given before.
    pub before: bool,
    /// When.
    pub at: DateTime<Utc>,
    /// The guardian's word, where it is not hers.
    pub guardian: Option<AgreementId>,
}

/// What the time of keeping is counted from (CE-230).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Care {
    /// The clinic's day of the last visit.
    pub last_visit: NaiveDate,
    /// The clinic's day of the last discharge; none when she was never admitted here.
    pub last_discharge: Option<NaiveDate>,
    /// Whether she is admitted now: then nothing ends.
    pub in_hospital: bool,
}

crate::words! {
    /// What she may ask of her data (CE-236).
    RequestKind {
        /// To read it.
        Read = "read",
        /// A copy.
        Copy = "copy",
        /// To have it handed over to somebody else.
        Transfer = "transfer",
        /// To have it corrected.
        Correct = "correct",
        /// To have it supplemented.
        Supplement = "supplement",
        /// To have it deleted.
        Delete = "delete",
        /// To have its use restricted.
        Restrict = "restrict",
        /// To have its use explained.
        Explain = "explain",
        /// To take an agreement back.
        Withdraw = "withdraw",
        /// To close her account.
        CloseAccount = "close_account",
    }

    /// How a request ends.
    RequestOutcome {
        /// Done as she asked.
        Granted = "granted",
        /// Done in part; the rest has its reasons.
        Partly = "partly",
        /// Not done; the reasons are told.
        Refused = "refused",
    }

    /// What stays in spite of a request to delete.
    KeptKind {
        /// The medical record, for its time of keeping.
        MedicalRecord = "medical_record",
        /// The journal of who did what, for security and as proof.
        Journal = "journal",
        /// Her agreements, as proof of the basis of what was done.
        Agreements = "agreements",
        /// Everything, as long as a legal hold is on it.
        LegalHold = "legal_hold",
    }
}

impl RequestKind {
    /// Whether granting it ends all use but storage and security.
    pub fn restricts(self) -> bool {
        matches!(
            self,
            RequestKind::Delete | RequestKind::Restrict | RequestKind::CloseAccount
        )
    }
}

/// What stays, why and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What.
    pub what: KeptKind,
    /// The first day on which it may be destroyed; none while that can't be said.
    pub until: Option<NaiveDate>,
}

/// A request of hers about her data, with the answer once there is one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DataRequest {
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
    /// By when it is answered.
    pub due_at: DateTime<Utc>,
    /// Since when it is overdue.
    pub overdue_at: Option<DateTime<Utc>>,
    /// The answer.
    pub answer: Option<RequestAnswer>,
}

/// The answer to a request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RequestAnswer {
    /// How it ends.
    pub outcome: RequestOutcome,
    /// Why, in words.
    pub reasons: Option<String>,
    /// What stays, for one that asks to delete.
    pub kept: Vec<Kept>,
    /// Whether all use but storage and security has stopped.
    pub restricted: bool,
    /// Who answered.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// What is kept of an answer in words and parts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AnswerBody {
    /// Why.
    pub reasons: Option<String>,
    /// What stays.
    pub kept: Vec<Kept>,
    /// Whether use has stopped.
    pub restricted: bool,
}

/// One thing under a hold, with its digest at that time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldItem {
    /// What kind of thing.
    pub kind: String,
    /// Which.
    pub id: String,
    /// SHA-256, lower-case hex: of the file for documents, else of its part of her copy.
    pub sha256: String,
}

/// Words of a hold.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HoldBody {
    /// Why.
    pub reason: String,
    /// Who is in dispute.
    pub parties: Vec<String>,
}

/// A legal hold: while it stands, nothing of hers is destroyed or made anonymous.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LegalHold {
    /// Its id.
    pub id: LegalHoldId,
    /// Whose record.
    pub patient: PatientId,
    /// The one consent that the dispute is about; none for all.
    pub consent: Option<ConsentId>,
    /// Why, and between whom.
    pub body: HoldBody,
    /// The things with their digests.
    pub items: Vec<HeldItem>,
    /// Who placed it.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// When and why it ended.
    pub released: Option<HoldRelease>,
}

/// The end of a hold.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HoldRelease {
    /// Why.
    pub reason: String,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// One record whose time of keeping is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Whose.
    pub patient: PatientId,
    /// The hospital's number of the record.
    pub record_number: String,
    /// The first day on which it may be destroyed.
    pub retain_until: NaiveDate,
}

/// A list of records to be destroyed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DestructionList {
    /// Its id.
    pub id: DestructionListId,
    /// The records.
    pub items: Vec<Ended>,
    /// SHA-256 of the items, lower-case hex.
    pub sha256: String,
    /// Who made it.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who has approved it; two different people are needed.
    pub approved_by: Vec<StaffId>,
    /// What came of it, after the second approval.
    pub outcome: Option<Destroyed>,
}

/// What came of a list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Destroyed {
    /// Whose keys are gone.
    pub destroyed: Vec<PatientId>,
    /// Left out, because a hold or a new visit came in between.
    pub kept: Vec<PatientId>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Which behavioral data goes (CE-232).
#[derive(Clone, Debug)]
pub struct Forget {
    /// In this hospital.
    pub facility: FacilityId,
    /// Older than this.
    pub before: DateTime<Utc>,
    /// Of one woman only.
    pub only: Option<PatientId>,
    /// Not of these: a hold is on their records.
    pub held: BTreeSet<PatientId>,
}

impl Forget {
    /// Whether it means this woman.
    pub fn takes(&self, patient: PatientId) -> bool {
        self.only.is_none_or(|only| only == patient) && !self.held.contains(&patient)
    }
}

/// Named parts of her copy.
pub type Parts = Vec<(&'static str, Value)>;

/// What a later slice keeps of her and does for her rights; assembled by `app`, as the hooks of forms are.
#[derive(Clone, Copy)]
pub struct Keeper {
    /// Its parts of the copy of everything held on her.
    pub copy: for<'a> fn(&'a Ctx, &'a mut View, Mine) -> BoxFuture<'a, Result<Parts>>,
    /// Takes away what is behavior and part of no signed instance; how many rows went.
    pub forget: for<'a> fn(&'a mut Tx, &'a Forget) -> BoxFuture<'a, Result<u64>>,
    /// The records of hers whose keys go when hers is destroyed.
    pub records: for<'a> fn(&'a mut Tx, Mine) -> BoxFuture<'a, Result<Vec<Uuid>>>,
    /// Her files, as they are kept.
    pub papers: TellPapers,
    /// What of its parts is unfinished.
    pub unfinished: &'static [Unfinished],
}

/// Reads the files of one woman.
pub type TellPapers = for<'a> fn(&'a Ctx, &'a mut View, Mine) -> BoxFuture<'a, Result<Vec<HeldFile>>>;

/// Asks what an authority of hers lets an agent do with her record.
pub type AskAgency = for<'a> fn(&'a mut View, Mine, AuthorityId) -> BoxFuture<'a, Result<Option<Agency>>>;

/// What documents of a hospital can show beside what fonts have (CE-152).
#[derive(Clone, Copy)]
pub struct Characters {
    /// The characters of a text that a document can't show.
    pub missing: AskMissing,
    /// The recorded pictures that the data of a document need.
    pub pictures: AskPictures,
}

/// Asks which characters of a text a document of a hospital can't show.
pub type AskMissing =
    for<'a> fn(&'a Ctx, &'a mut View, FacilityId, String) -> BoxFuture<'a, Result<Vec<MissingChar>>>;

/// Asks for the recorded pictures that the data of a document need.
pub type AskPictures =
    for<'a> fn(&'a Ctx, &'a mut View, FacilityId, &'a Value) -> BoxFuture<'a, Result<Vec<(char, Vec<u8>)>>>;

/// Takes into account what WeChat told of an account, and when it happened.
pub type HearNews = for<'a> fn(&'a mut Tx, AccountId, &'a News, DateTime<Utc>) -> BoxFuture<'a, Result<()>>;

/// What the later slices keep of a woman.
#[derive(Clone)]
pub struct Keepers {
    /// All of them, in pathway order.
    pub all: Vec<Keeper>,
    /// The one that records authorities.
    pub agency: AskAgency,
    /// The one that records pictures of characters.
    pub characters: Characters,
    /// The one that sends her messages.
    pub heard: HearNews,
}
