//! The self-check of the hospital on the wire.

use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;
use poem_openapi::types::Any;
use serde_json::Value;
use uuid::Uuid;

use crate::base::id::StaffId;
use crate::quality::acts::{Checked, Unmet};
use crate::quality::model::ReadinessLevel;
use crate::questionnaire::Status;

/// A self-check is filed.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ReadinessIn {
    /// A FHIR R4 `QuestionnaireResponse` to `facility-readiness`.
    pub content: Any<Value>,
}

/// A requirement that is not met.
#[derive(Object)]
pub struct UnmetOut {
    /// An item as in `B18`, or `B18-due` for a check that is overdue.
    pub rule: String,
    /// In words.
    pub staff: String,
    /// The source.
    pub source: String,
    /// Whether a clinician confirmed the rule.
    pub confirmed: bool,
}

impl From<Unmet> for UnmetOut {
    fn from(u: Unmet) -> UnmetOut {
        UnmetOut {
            rule: u.rule,
            staff: u.staff,
            source: u.source,
            confirmed: u.confirmed,
        }
    }
}

/// A self-check of the hospital.
#[derive(Object)]
pub struct ReadinessOut {
    /// Its id.
    pub id: Uuid,
    /// The day of the check.
    pub checked_on: NaiveDate,
    /// Whether the requirements were met when it was filed.
    pub level: ReadinessLevel,
    /// False when required answers are missing.
    pub complete: bool,
    /// How many items were met then, by the rules: none that `unmet` names, also by a check that was overdue.
    pub met_items: usize,
    /// How many applied.
    pub items: usize,
    /// What was not met then.
    pub unmet: Vec<UnmetOut>,
    /// Whether they are met now, as far as this check tells: daily and monthly checks fall due again.
    pub level_now: ReadinessLevel,
    /// What has come to hold against it since.
    pub since: Vec<UnmetOut>,
    /// `url|version` of the form.
    pub form: String,
    /// Version of its rules.
    pub rules_version: String,
    /// The answers, a FHIR R4 `QuestionnaireResponse`.
    pub content: Any<Value>,
    /// Who filed it.
    pub by: StaffId,
    /// When it was filed.
    pub at: DateTime<Utc>,
}

impl From<Checked> for ReadinessOut {
    fn from(c: Checked) -> ReadinessOut {
        ReadinessOut {
            id: c.check.id,
            checked_on: c.check.checked_on,
            level: c.level,
            complete: c.check.result.status == Status::Complete,
            met_items: c.share.0,
            items: c.share.1,
            unmet: c.unmet.into_iter().map(Into::into).collect(),
            level_now: c.level_now,
            since: c.since.into_iter().map(Into::into).collect(),
            form: c.check.result.form,
            rules_version: c.check.result.rules_version,
            content: Any(c.check.content),
            by: c.check.by,
            at: c.check.at,
        }
    }
}
