//! Copies of a record that are handed out with the hospital's proof mark (CE-233), and assessments of the processing of
//! personal information (CE-232).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{Entitlement, SealedItem};
use crate::base::id::{ImpactAssessmentId, PatientId, RecordCopyId, StaffId};

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

/// What is kept of an assessment in words.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AssessmentBody {
    /// What it is called.
    pub title: String,
    /// Which processing it is about.
    pub scope: String,
    /// What it comes to: the effect on her, the risk, the measures.
    pub conclusion: String,
}

/// An assessment of the effect of processing personal information (个人信息保护法 arts. 55–56).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImpactAssessment {
    /// Its id.
    pub id: ImpactAssessmentId,
    /// Its words.
    pub body: AssessmentBody,
    /// SHA-256 of the report, lower-case hex.
    pub file_sha256: String,
    /// The day of the assessment.
    pub assessed_on: NaiveDate,
    /// The day by which it is looked at again.
    pub next_review_on: NaiveDate,
    /// The one whose place it takes.
    pub replaces: Option<ImpactAssessmentId>,
    /// The one that took its place.
    pub replaced_by: Option<ImpactAssessmentId>,
    /// Who filed it.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}
