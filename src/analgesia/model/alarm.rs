//! An alarm: whom it calls, who took it, what came of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Alarm;
use crate::base::Role;
use crate::base::id::{AlarmId, LaborId, StaffId};

crate::words! {
    /// Where an alarm stands.
    AlarmState {
        /// Nobody has taken it.
        Open = "open",
        /// Somebody has.
        Taken = "taken",
        /// Done, with an outcome.
        Closed = "closed",
    }
}

/// An alarm of one labor.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Raised {
    /// Its id.
    pub id: AlarmId,
    /// The labor.
    pub labor: LaborId,
    /// What it is about: an observation, a complication, a version of the record or of the end of analgesia; of a request, the
    /// labor.
    pub subject: Uuid,
    /// The kind of its task.
    pub task: String,
    /// What was seen.
    pub codes: Vec<Alarm>,
    /// Who is called.
    pub roles: Vec<Role>,
    /// At once, before everything else.
    pub urgent: bool,
    /// Where it stands.
    pub state: AlarmState,
    /// How far it went: 0 all of the roles, 1 the next on call, 2 the duty officer.
    pub step: i64,
    /// Who was called by name, in the order of the steps.
    pub called: Vec<StaffId>,
    /// When it was raised.
    pub raised_at: DateTime<Utc>,
    /// By when somebody comes.
    pub due_at: DateTime<Utc>,
    /// Who took it, and when.
    pub taken: Option<(StaffId, DateTime<Utc>)>,
    /// Who closed it, and when.
    pub closed: Option<(StaffId, DateTime<Utc>)>,
    /// What came of it; a closed one always has it.
    pub outcome: Option<String>,
}
