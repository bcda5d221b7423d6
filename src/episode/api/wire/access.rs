//! Wire structs of records that are opened.

use chrono::{DateTime, Utc};
use poem_openapi::Object;

use crate::base::Role;
use crate::base::id::{PatientId, RecordAccessId, StaffId};
use crate::episode::acts::Opened;
use crate::episode::model::{Access, AccessReason, AccessReview, AccessVerdict};

/// Why a record is opened.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct AccessIn {
    /// Why.
    pub reason: AccessReason,
    /// In words; needed with `other`.
    pub text: Option<String>,
}

/// An opened record, for who opened it.
#[derive(Object)]
pub struct AccessOut {
    /// Its id.
    pub id: RecordAccessId,
    /// Whose record.
    pub patient: PatientId,
    /// Why.
    pub reason: AccessReason,
    /// Since when.
    pub at: DateTime<Utc>,
    /// When it closes again.
    pub until: DateTime<Utc>,
}

impl From<Access> for AccessOut {
    fn from(a: Access) -> AccessOut {
        AccessOut {
            id: a.id,
            patient: a.patient,
            reason: a.reason,
            at: a.at,
            until: a.until,
        }
    }
}

/// The quality office's judgment.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct AccessReviewIn {
    /// What it found.
    pub verdict: AccessVerdict,
    /// Why.
    pub text: String,
}

/// What the quality office found.
#[derive(Object)]
pub struct AccessReviewOut {
    /// What it found.
    pub verdict: AccessVerdict,
    /// Why.
    pub text: String,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<AccessReview> for AccessReviewOut {
    fn from(r: AccessReview) -> AccessReviewOut {
        AccessReviewOut {
            verdict: r.verdict,
            text: r.text,
            by: r.by,
            at: r.at,
        }
    }
}

/// An opened record, for the quality office.
#[derive(Object)]
pub struct OpenedOut {
    /// Its id.
    pub id: RecordAccessId,
    /// Whose record.
    pub patient: PatientId,
    /// Her record number.
    pub record_number: String,
    /// Who opened it.
    pub by: StaffId,
    /// By name.
    pub name: String,
    /// In which role.
    pub role: Role,
    /// Why.
    pub reason: AccessReason,
    /// In words of theirs.
    pub text: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// When it closed again, or will.
    pub until: DateTime<Utc>,
    /// The judgment, once there is one.
    pub review: Option<AccessReviewOut>,
}

impl From<Opened> for OpenedOut {
    fn from(o: Opened) -> OpenedOut {
        let a = o.access;
        OpenedOut {
            id: a.id,
            patient: a.patient,
            record_number: o.record_number,
            by: a.by,
            name: o.name,
            role: a.role,
            reason: a.reason,
            text: a.text,
            at: a.at,
            until: a.until,
            review: a.review.map(Into::into),
        }
    }
}
