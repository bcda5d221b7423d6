//! That she said no, and what an anesthesiologist told her of it; that she wants time.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Salted;
use crate::base::id::StaffId;

/// That she said no.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refusal {
    /// When.
    pub at: DateTime<Utc>,
    /// Whether she wants to be asked again.
    pub ask_again: bool,
    /// Whether consequences and alternatives were explained to her.
    pub explained: bool,
    /// The explanation, where it came after her no.
    pub explanation: Option<Explanation>,
}

/// What an anesthesiologist explained to her after she had said no (CE-190).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Explanation {
    /// Who explained.
    pub by: StaffId,
    /// What was said.
    pub body: ExplanationBody,
    /// When it was recorded.
    pub at: DateTime<Utc>,
}

/// What was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplanationBody {
    /// When.
    pub held_at: DateTime<Utc>,
    /// Consequences and alternatives, in words.
    pub said: String,
    /// Who else was told of her decision.
    pub told: Vec<String>,
    /// When she wants to be asked again.
    pub ask_again_at: Option<DateTime<Utc>>,
}

/// That she wants time to think.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Later {
    /// When she said so.
    pub at: DateTime<Utc>,
    /// Until when, where she named a time.
    pub until: Option<DateTime<Utc>>,
}

/// That the consent could not be confirmed at the bedside.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Unconfirmed {
    /// Who found it.
    pub by: StaffId,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl Salted {
    /// The body of what was kept with a salt; what was kept without one is a body itself.
    pub fn body_of(kept: Value) -> Value {
        match serde_json::from_value::<Salted>(kept.clone()) {
            Ok(salted) => salted.body,
            Err(_) => kept,
        }
    }
}
