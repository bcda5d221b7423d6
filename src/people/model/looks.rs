//! Nouns of her access log.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::Role;

crate::words! {
    /// What of her record was looked at.
    LookedAt {
        /// The first page, with her whole pathway.
        Record = "record",
        /// Her answers.
        Answers = "answers",
        /// A file that she sent.
        File = "file",
        /// The assessment of her answers.
        Assessment = "assessment",
        /// A consent.
        Consent = "consent",
        /// A document.
        Document = "document",
        /// The papers of her record when it was sealed.
        Sealed = "sealed",
        /// The proofs of a consent.
        Evidence = "evidence",
        /// Her handwriting, for an examiner.
        Strokes = "strokes",
        /// A question that she asked aloud.
        Voice = "voice",
        /// The record of her labor.
        Labor = "labor",
        /// A point of her follow-up.
        FollowUp = "follow_up",
        /// The plan of her care at high risk.
        ManagedCase = "managed_case",
        /// The letter of a referral.
        Referral = "referral",
        /// What another hospital reads of her during a referral.
        Shared = "shared",
        /// The record was opened by who treated her no longer, with a reason.
        Access = "access",
    }
}

/// Somebody looked at her record.
#[derive(Clone, Debug)]
pub struct Look {
    /// The entry of the journal.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// At what.
    pub page: LookedAt,
    /// In which role.
    pub role: Role,
    /// Who.
    pub name: String,
    /// Why, where a reason had to be given: a word.
    pub reason: Option<String>,
}
