//! The suggested color of a pregnancy.

use chrono::{DateTime, Utc};
use poem_openapi::Object;

use crate::base::id::ResponseId;
use crate::episode::model::{Color, Suggestion};

/// What the answers to the risk table suggest; an obstetrician sets the color.
#[derive(Object)]
pub struct RiskSuggestedOut {
    /// The highest color of the items; none while only open questions stand between her and green (`not_assessed`).
    pub color: Option<Color>,
    /// An infectious disease.
    pub purple: bool,
    /// Rows that give the color and purple, ready for `PUT /patients/{id}/risk-color`.
    pub items: Vec<String>,
    /// Rows of the screening that are positive.
    pub screening: Vec<String>,
    /// Rows that a doctor decides on: the color may be higher.
    pub review: Vec<String>,
    /// Rows that hang on questions that were left open.
    pub not_assessed: Vec<String>,
    /// `url|version` of the form.
    pub form: String,
    /// Version of its rules.
    pub rules_version: String,
    /// The answers.
    pub response: ResponseId,
    /// Their revision.
    pub response_version: i64,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<Suggestion> for RiskSuggestedOut {
    fn from(s: Suggestion) -> RiskSuggestedOut {
        RiskSuggestedOut {
            color: s.shown(),
            purple: s.purple,
            items: s.grounds.items,
            screening: s.grounds.screening,
            review: s.grounds.review,
            not_assessed: s.grounds.not_assessed,
            form: s.form,
            rules_version: s.rules_version,
            response: s.response,
            response_version: s.response_version,
            at: s.at,
        }
    }
}
