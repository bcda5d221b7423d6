//! What copies of a record look like on the wire.

use chrono::{DateTime, Utc};
use poem_openapi::Object;

use super::wire_demand::{EntitlementIn, EntitlementOut};
use crate::base::id::{PatientId, RecordCopyId, StaffId};
use crate::people::acts::NewCopy;
use crate::people::model::{Entitled, RecordCopy, SealedItem};

/// A copy to be issued.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct RecordCopyIn {
    /// Whose record.
    patient: PatientId,
    /// Who has it.
    recipient: EntitlementIn,
    /// On which basis, 1–500 characters.
    basis: String,
    /// Which kinds of things, such as `document`, `consents` or `labors`; all of the record if absent.
    parts: Option<Vec<String>>,
}

impl From<RecordCopyIn> for NewCopy {
    fn from(copy: RecordCopyIn) -> NewCopy {
        NewCopy {
            patient: copy.patient,
            recipient: copy.recipient.into(),
            basis: copy.basis,
            parts: copy.parts,
        }
    }
}

/// She takes a copy of her own record.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct MyCopyIn {
    /// Which kinds of things, such as `document`, `consents` or `labors`; all of the record if absent.
    pub parts: Option<Vec<String>>,
}

/// One thing in a copy.
#[derive(Clone, Debug, Object)]
pub struct CopiedItemOut {
    /// What kind of thing: `document` and `file` are files as they are kept, the others parts of her copy.
    kind: String,
    /// Which.
    id: String,
    /// SHA-256 of its file.
    sha256: String,
    /// The name of its file.
    file: String,
    /// Bytes.
    size: u64,
}

impl From<SealedItem> for CopiedItemOut {
    fn from(one: SealedItem) -> CopiedItemOut {
        CopiedItemOut {
            kind: one.item.kind,
            id: one.item.id,
            sha256: one.item.sha256,
            file: one.file,
            size: one.size,
        }
    }
}

/// A copy that was handed out.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct RecordCopyOut {
    /// Its id.
    id: RecordCopyId,
    /// Whose record.
    patient: PatientId,
    /// The number on its certificate.
    number: String,
    /// Who has it.
    recipient: EntitlementOut,
    /// On which basis.
    basis: String,
    /// The things in it.
    items: Vec<CopiedItemOut>,
    /// SHA-256 of the file that was handed out.
    sha256: String,
    /// Who issued it; absent where she took it herself.
    by: Option<StaffId>,
    /// When.
    at: DateTime<Utc>,
}

impl From<RecordCopy> for RecordCopyOut {
    fn from(copy: RecordCopy) -> RecordCopyOut {
        RecordCopyOut {
            id: copy.id,
            patient: copy.patient,
            number: copy.number,
            recipient: copy.body.recipient.into(),
            basis: copy.body.basis,
            items: copy.items.into_iter().map(Into::into).collect(),
            sha256: copy.sha256,
            by: copy.by,
            at: copy.at,
        }
    }
}

/// A copy of her record that was handed out.
#[derive(Clone, Debug, Object)]
pub struct MyCopyOut {
    /// Its id.
    id: RecordCopyId,
    /// The number on its certificate.
    number: String,
    /// As what somebody has it; she can have the file of those that are `patient`.
    recipient: Entitled,
    /// Who has it.
    name: String,
    /// On which basis.
    basis: String,
    /// The things in it.
    items: Vec<CopiedItemOut>,
    /// SHA-256 of the file that was handed out.
    sha256: String,
    /// When.
    at: DateTime<Utc>,
}

impl From<RecordCopy> for MyCopyOut {
    fn from(copy: RecordCopy) -> MyCopyOut {
        MyCopyOut {
            id: copy.id,
            number: copy.number,
            recipient: copy.body.recipient.kind,
            name: copy.body.recipient.name,
            basis: copy.body.basis,
            items: copy.items.into_iter().map(Into::into).collect(),
            sha256: copy.sha256,
            at: copy.at,
        }
    }
}
