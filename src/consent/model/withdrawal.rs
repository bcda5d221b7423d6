//! That she took it back, and who knows of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::WithdrawalPhase;
use crate::base::id::StaffId;

/// That she took it back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Withdrawal {
    /// When.
    pub at: DateTime<Utc>,
    /// In which phase.
    pub phase: WithdrawalPhase,
    /// Who said that they know of it.
    pub heard: Vec<Heard>,
}

/// Somebody's word that they know of a withdrawal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Heard {
    /// Who.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}
