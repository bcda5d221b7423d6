//! Where answers stand.

use chrono::{DateTime, Utc};
use poem_openapi::Enum;
use serde::{Deserialize, Serialize};

use crate::base::id::StaffId;

/// Where a set of answers stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum ResponseStatus {
    /// A draft.
    InProgress,
    /// Submitted.
    Completed,
    /// Submitted once, replaced by an amendment since.
    Amended,
    /// Never submitted, and not to be: she gave the amendment up, or staff filed the form while this was a draft.
    Stopped,
    /// Submitted for the wrong woman, or never given: nothing that followed from them counts.
    EnteredInError,
}

impl ResponseStatus {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            ResponseStatus::InProgress => "in_progress",
            ResponseStatus::Completed => "completed",
            ResponseStatus::Amended => "amended",
            ResponseStatus::Stopped => "stopped",
            ResponseStatus::EnteredInError => "entered_in_error",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<ResponseStatus> {
        [
            ResponseStatus::InProgress,
            ResponseStatus::Completed,
            ResponseStatus::Amended,
            ResponseStatus::Stopped,
            ResponseStatus::EnteredInError,
        ]
        .into_iter()
        .find(|status| status.word() == word)
    }
}

/// Who marked answers as entered in error, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Withdrawn {
    /// Why, 1–500 characters.
    pub reason: String,
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}
