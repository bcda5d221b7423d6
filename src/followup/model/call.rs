//! Calls of staff about a point, and why she was lost after them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::base::id::StaffId;

crate::words! {
    /// Why she was lost to follow-up.
    LostReason {
        /// Nobody answers.
        NoAnswer = "no_answer",
        /// The number is not hers.
        WrongNumber = "wrong_number",
        /// She does not want to be asked.
        Declined = "declined",
        /// She lives elsewhere and is followed there.
        MovedAway = "moved_away",
    }

    /// How a call ended.
    CallOutcome {
        /// She answered.
        Answered = "answered",
        /// Nobody did.
        NoAnswer = "no_answer",
        /// Somebody else did, who does not know her.
        WrongNumber = "wrong_number",
    }
}

/// A call of staff about a point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneCall {
    /// How it ended.
    pub outcome: CallOutcome,
    /// Who called.
    pub staff: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}
