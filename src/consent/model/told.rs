//! What other systems and her own copy are told of a consent.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::id::SignatureId;

crate::words! {
    /// Which document of a consent.
    Paper {
        /// The consent with both signatures.
        Consent = "consent",
        /// The record of her refusal or withdrawal.
        Decision = "decision",
        /// The record of the last confirmation at the bedside.
        Bedside = "bedside",
    }
}

/// A document as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeptDocument {
    /// Which.
    pub paper: Paper,
    /// Its length, bytes.
    pub size: usize,
    /// Its SHA-256, lower-case hex.
    pub sha256: String,
    /// When it was made.
    pub at: DateTime<Utc>,
}

/// An act of signing, without what was drawn.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignatureAct {
    /// Its id.
    pub id: SignatureId,
    /// `patient`, `clinician` or another signer's word.
    pub kind: String,
    /// Her account or the staff member.
    pub signer: Uuid,
    /// The digest of its evidence section, lower-case hex.
    pub digest: String,
    /// It was not sent back.
    pub standing: bool,
    /// The revision of the consent that it made.
    pub revision: Option<i64>,
    /// When.
    pub at: DateTime<Utc>,
}
