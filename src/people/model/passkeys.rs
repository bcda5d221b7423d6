//! Passkeys as their owner sees them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::base::id::PasskeyId;

/// A passkey of a staff member.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PasskeyListed {
    /// Its id.
    pub id: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it was used last.
    pub used_at: Option<DateTime<Utc>>,
}
