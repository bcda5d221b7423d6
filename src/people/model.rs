//! Nouns of people and their small words.

mod copies;
mod disputes;
mod guardians;
mod looks;
mod passkeys;
mod proxies;
mod qualifications;
mod rights;
mod sessions;
mod settings;

use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Enum;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::Role;
use crate::base::id::{AccountId, FacilityId, PatientId, StaffId};

pub use copies::*;
pub use disputes::*;
pub use guardians::*;
pub use looks::*;
pub use passkeys::*;
pub use proxies::*;
pub use qualifications::*;
pub use rights::*;
pub use sessions::*;
pub use settings::*;

/// A hospital.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Facility {
    /// Its id.
    pub id: FacilityId,
    /// What staff type at log-in.
    pub code: String,
    /// Its name.
    pub name: String,
    /// IANA zone; days are counted in it.
    pub time_zone: String,
    /// The 24-hour telephone that she is told to call.
    pub phone: String,
    /// Settings of the hospital.
    pub settings: Settings,
    /// Revision.
    pub version: i64,
}

/// A staff account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Staff {
    /// Its id.
    pub id: StaffId,
    /// Where.
    pub facility_id: FacilityId,
    /// What is typed at log-in.
    pub username: String,
    /// Name, as it stands on documents.
    pub name: String,
    /// License number; an anesthesiologist needs one to countersign.
    pub license: Option<String>,
    /// Professional title.
    pub title: String,
    /// Role.
    pub role: Role,
    /// Senior anesthesiologist.
    pub senior: bool,
    /// Further rights, as `emergency_approval`.
    pub grants: Vec<String>,
    /// The right to sign consents; it counts for anesthesiologists only.
    pub consent_privilege: Privilege,
    /// The password must be changed first.
    pub must_change: bool,
    /// Since when there is a second factor.
    pub second_factor_since: Option<DateTime<Utc>>,
    /// When somebody else took the second factor away; until there is another one.
    pub second_factor_reset_at: Option<DateTime<Utc>>,
    /// Since when disabled.
    pub disabled_at: Option<DateTime<Utc>>,
    /// Revision.
    pub version: i64,
}

/// The right to sign consents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Privilege {
    /// Whether it is given.
    pub granted: bool,
    /// The last day on which it holds; without one it does not end by itself.
    pub until: Option<NaiveDate>,
}

impl Privilege {
    /// What an account has unless somebody says otherwise.
    pub const OPEN: Privilege = Privilege {
        granted: true,
        until: None,
    };

    /// Whether it holds on a day.
    pub fn holds(self, on: NaiveDate) -> bool {
        self.granted && self.until.is_none_or(|until| on <= until)
    }
}

/// A woman's record in one facility.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Patient {
    /// Its id.
    pub id: PatientId,
    /// Where.
    pub facility_id: FacilityId,
    /// The bound WeChat account.
    pub account_id: Option<AccountId>,
    /// Record number of the hospital.
    pub record_number: String,
    /// Name as on the identity document.
    pub name: Option<String>,
    /// Birth date.
    pub birth_date: Option<NaiveDate>,
    /// Kind of identity document.
    pub id_type: Option<IdType>,
    /// Its number.
    pub id_number: Option<String>,
    /// Mobile phone, digits.
    pub phone: Option<String>,
    /// Whether WeChat or staff confirmed the phone.
    pub phone_confirmed: bool,
    /// Height, cm.
    pub height_cm: Option<Decimal>,
    /// Language she is most at ease with.
    pub language: String,
    /// Whom to call.
    pub emergency_contact: Option<EmergencyContact>,
    /// Identity level 0–2 (CE §7.2).
    pub level: i64,
    /// What the hospital wrote before she was bound is hers to see.
    pub matched: bool,
    /// A rehearsal's record.
    pub is_test: bool,
    /// Revision.
    pub version: i64,
}

/// Whom to call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EmergencyContact {
    /// Name.
    pub name: String,
    /// Relation to her.
    pub relation: String,
    /// Phone.
    pub phone: String,
}

/// Kinds of identity documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum IdType {
    /// Resident identity card.
    ResidentId,
    /// Passport.
    Passport,
    /// Permit of a resident of Hong Kong, Macao or Taiwan.
    TravelPermit,
    /// Another one.
    Other,
}

impl IdType {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            IdType::ResidentId => "resident_id",
            IdType::Passport => "passport",
            IdType::TravelPermit => "travel_permit",
            IdType::Other => "other",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<IdType> {
        [
            IdType::ResidentId,
            IdType::Passport,
            IdType::TravelPermit,
            IdType::Other,
        ]
        .into_iter()
        .find(|t| t.word() == word)
    }
}

/// Her word on one agreement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AgreementState {
    /// Kind.
    pub kind: String,
    /// Version of the text in force.
    pub version: String,
    /// Whether anything needs it.
    pub required: bool,
    /// Title in her language.
    pub title: String,
    /// Text in her language.
    pub body: String,
    /// Its parts in her language, one by one (CE-235).
    pub parts: AgreementParts,
    /// SHA-256 of the text in all languages, lower-case hex.
    pub sha256: String,
    /// Her word, none yet if absent or if the text has changed since.
    pub accepted: Option<bool>,
    /// When she said it.
    pub at: Option<DateTime<Utc>>,
}

/// What an agreement is about, part by part.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AgreementParts {
    /// What the data are for.
    pub purpose: String,
    /// Kinds of data.
    pub data: String,
    /// Who gets them.
    pub recipients: String,
    /// How long they are kept.
    pub period: String,
    /// Why they are needed for that.
    pub necessity: String,
    /// What it means for her to agree or not.
    pub effect: String,
}

/// A log-in that worked.
#[derive(Clone, Serialize, Deserialize)]
pub struct LoggedIn {
    /// The opaque token; only its digest is kept.
    pub token: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Whether she is known to a hospital.
    pub registered: bool,
}

/// How staff checked who she is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum IdentityMethod {
    /// Document and two identifiers, face to face; holds for this pregnancy.
    InPerson,
    /// A code at the bedside that she types in.
    BedsideCode,
}

impl IdentityMethod {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            IdentityMethod::InPerson => "in_person",
            IdentityMethod::BedsideCode => "bedside_code",
        }
    }
}

/// An invitation, told once.
#[derive(Clone, Serialize, Deserialize)]
pub struct Invited {
    /// Fits a WeChat scene, 22 characters.
    pub scene: String,
    /// When it lapses.
    pub expires_at: DateTime<Utc>,
}

crate::words! {
    /// What an event is about.
    NewsKind {
        /// Answers came in.
        Submission = "submission",
        /// An assessment or a grading weighs much.
        HighRisk = "high_risk",
        /// Answers after the birth raised an alert.
        RedFlag = "red_flag",
        /// A consent was signed, or is in force.
        Signature = "signature",
        /// She said no, or took her consent back.
        Withdrawal = "withdrawal",
        /// She asks for analgesia.
        Request = "request",
        /// Something in labor calls somebody.
        Alarm = "alarm",
        /// Something was written down in labor: the board is to be read anew.
        Labor = "labor",
        /// Too much was missed: lists are to be loaded anew.
        Reset = "reset",
    }
}

crate::words! {
    /// How soon somebody looks.
    Urgency {
        /// Now.
        Now = "now",
        /// Today.
        Soon = "soon",
        /// With the others.
        Routine = "routine",
    }
}

/// Something that staff are told at once: what kind, and where to look; nothing of what it says.
#[derive(Clone, Debug)]
pub struct News {
    /// Place in the log of the hospital.
    pub seq: i64,
    /// What it is about.
    pub kind: NewsKind,
    /// How soon somebody looks.
    pub urgency: Urgency,
    /// The noun of the record, as in `review`.
    pub subject: Option<String>,
    /// The record.
    pub id: Option<Uuid>,
    /// The woman's record.
    pub patient: Option<Uuid>,
}

impl News {
    /// Lists are to be loaded anew; what comes after `seq` is told.
    pub fn reset(seq: i64) -> News {
        News {
            seq,
            kind: NewsKind::Reset,
            urgency: Urgency::Routine,
            subject: None,
            id: None,
            patient: None,
        }
    }
}
