//! A report of an adverse event while it is being written, and the files that belong to a report.

use chrono::{DateTime, TimeDelta, Utc};
use poem_openapi::Object;
use serde::{Deserialize, Serialize};

use super::model::{Category, Class, Outcome};
use crate::base::id::{AdverseEventId, AttachmentId, LaborId, PatientId, StaffId};
use crate::files::clean::Kind;

/// So long a draft lies unchanged before its writer is reminded. No page says; a report of class III is due within five days.
pub const FORGOTTEN: TimeDelta = TimeDelta::days(3);

/// What is written of a report so far; sealed. Nothing of it is needed or checked before it is handed in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Object)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct Unsent {
    /// How bad it was.
    pub class: Option<Class>,
    /// What happened.
    pub category: Option<Category>,
    /// When it happened.
    pub occurred_at: Option<DateTime<Utc>>,
    /// When it was found.
    pub discovered_at: Option<DateTime<Utc>>,
    /// 1–4.
    pub severity: Option<i64>,
    /// The woman, if it concerns one.
    pub patient: Option<PatientId>,
    /// Her labor.
    pub labor: Option<LaborId>,
    /// Age in years; of a woman with a record it is taken from there.
    pub age: Option<i64>,
    /// Diagnosis, up to 500 characters.
    pub diagnosis: Option<String>,
    /// Department and place, up to 100 characters.
    pub place: Option<String>,
    /// What happened, 2–4000 characters.
    pub what_happened: Option<String>,
    /// What was done at once, up to 2000 characters.
    pub immediate_measures: Option<String>,
    /// What it left behind.
    pub outcome: Option<Outcome>,
    /// Who was involved, as roles and never as names.
    pub people_involved: Option<String>,
    /// Who of the family was told what and when.
    pub family_informed: Option<String>,
}

/// A draft, which only its writer sees.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EventDraft {
    /// Its id, and that of the report once it is handed in.
    pub id: AdverseEventId,
    /// What is written so far.
    pub written: Unsent,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub saved_at: DateTime<Utc>,
    /// The files, the earliest first.
    pub files: Vec<EventFile>,
    /// Revision.
    pub version: i64,
}

/// A file of a report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EventFile {
    /// Its id.
    pub id: AttachmentId,
    /// What it is.
    pub kind: Kind,
    /// Bytes, as it is kept.
    pub size: i64,
    /// Who added it; none for what came with the report, which may have no name.
    pub by: Option<StaffId>,
    /// When.
    pub at: DateTime<Utc>,
}
