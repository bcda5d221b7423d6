//! Nouns of her rights over her record: her word on agreements, requests, holds, retention.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Her last word on one agreement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Agreed {
    /// Kind.
    pub kind: String,
    /// Version of the text.
    pub version: String,
    /// Given or not.
    pub accepted: bool,
    /// Whether she had given it before.
    pub before: bool,
    /// When.
    pub at: DateTime<Utc>,
}
