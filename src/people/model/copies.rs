//! Copies of a record that are handed out with the hospital's proof mark (CE-233).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Entitlement, SealedItem};
use crate::base::id::{PatientId, RecordCopyId, StaffId};

/// What is kept of who has a copy, and why.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CopyBody {
    /// Who has it.
    pub recipient: Entitlement,
    /// On which basis.
    pub basis: String,
}

/// A copy that was handed out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordCopy {
    /// Its id.
    pub id: RecordCopyId,
    /// Whose record.
    pub patient: PatientId,
    /// The number on its certificate.
    pub number: String,
    /// Who has it, and why.
    pub body: CopyBody,
    /// The things in it.
    pub items: Vec<SealedItem>,
    /// SHA-256 of the file that was handed out, lower-case hex.
    pub sha256: String,
    /// Who issued it; nobody where she took it herself.
    pub by: Option<StaffId>,
    /// When.
    pub at: DateTime<Utc>,
}
