//! Nouns of a record that is opened by somebody who treats her no longer.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::base::Role;
use crate::base::id::{PatientId, RecordAccessId, StaffId};

crate::words! {
    /// Why a record is opened.
    AccessReason {
        /// She is in danger and what is known of her is needed at once.
        Emergency = "emergency",
        /// She is treated again, and is not registered for it yet.
        Treatment = "treatment",
        /// She has a complaint that may come from the labor or the analgesia.
        Complaint = "complaint",
        /// Whoever treats her elsewhere asks for an opinion.
        Consultation = "consultation",
        /// She asked for it herself.
        HerRequest = "her_request",
        /// What no other word says; needs the text.
        Other = "other",
    }

    /// What the quality office finds.
    AccessVerdict {
        /// The record had to be opened.
        Justified = "justified",
        /// It did not.
        Unjustified = "unjustified",
    }
}

/// A record that was opened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Access {
    /// Its id.
    pub id: RecordAccessId,
    /// Whose record.
    pub patient: PatientId,
    /// By whom.
    pub by: StaffId,
    /// In which role.
    pub role: Role,
    /// Why.
    pub reason: AccessReason,
    /// In words of theirs.
    pub text: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// When it closes again.
    pub until: DateTime<Utc>,
    /// What the quality office found.
    pub review: Option<AccessReview>,
}

/// The judgment of the quality office.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccessReview {
    /// What it found.
    pub verdict: AccessVerdict,
    /// Why.
    pub text: String,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}
