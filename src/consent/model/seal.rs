//! The institution's seal on a document of a consent, as it is kept.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::base::id::{ConsentId, FacilityId};

/// How long time authorities are asked again (CE-172).
pub const ASKED_FOR: TimeDelta = TimeDelta::hours(72);

crate::words! {
    /// What is sealed.
    Sealable {
        /// The consent with both signatures.
        Consent = "consent",
        /// The record of her refusal or withdrawal.
        Decision = "decision",
        /// The record of a refusal that was explained afterwards.
        Explanation = "explanation",
        /// The record of a confirmation at the bedside.
        Bedside = "bedside",
    }

    /// Since when a seal is proved to exist (CE-173).
    TimeStatus {
        /// Time authorities are still being asked.
        Pending = "pending",
        /// A time authority said so.
        Attested = "attested",
        /// Nobody said so within 72 hours: an operator has to see to it.
        Failed = "failed",
        /// Attested, and renewed for the years to come.
        Renewed = "renewed",
    }
}

/// A seal.
#[derive(Clone, Debug)]
pub struct SealOf {
    /// Its id.
    pub id: Uuid,
    /// The institution.
    pub facility: FacilityId,
    /// The consent that the document belongs to.
    pub consent: ConsentId,
    /// Which document.
    pub paper: Sealable,
    /// Whose: the consent, the decision, the explanation or the confirmation.
    pub of: Uuid,
    /// The evidence root, lower-case hex; of what came after a consent, the root of that consent.
    pub root: Option<String>,
    /// SHA-256 of what is signed, lower-case hex; it never changes.
    pub signed_sha256: String,
    /// SHA-256 of the certificate, lower-case hex.
    pub certificate_sha256: String,
    /// What was known of the certificate: `good` or `unknown`.
    pub revocation: String,
    /// The national signature over the root with its public point, where it was switched on.
    pub national: Option<(Vec<u8>, Vec<u8>)>,
    /// The level of the signature (CE-160).
    pub level: String,
    /// The entry of the log that says so.
    pub entry: Uuid,
    /// When.
    pub at: DateTime<Utc>,
}

/// One of the files that came of a seal, without its bytes: a later one holds the earlier one's signed bytes.
#[derive(Clone, Debug)]
pub struct FileVersion {
    /// From 1.
    pub number: i64,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
    /// The response of the time authority, from the version on that holds its token.
    pub response: Option<Vec<u8>>,
    /// The time that it attests.
    pub attested_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub at: DateTime<Utc>,
}

impl FileVersion {
    /// Since when the seal is proved to exist, as of now; `sealed` is when it was made.
    pub fn time(&self, sealed: DateTime<Utc>, now: DateTime<Utc>) -> TimeStatus {
        match self.attested_at {
            Some(_) if self.number > 2 => TimeStatus::Renewed,
            Some(_) => TimeStatus::Attested,
            None if now - sealed > ASKED_FOR => TimeStatus::Failed,
            None => TimeStatus::Pending,
        }
    }
}
