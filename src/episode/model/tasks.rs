//! What waits for whom.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::Role;
use crate::base::id::{EpisodeId, FacilityId, LaborId, PatientId, StaffId, TaskId};
use crate::people::model::Patient;

/// Kind of a reminder of a draft. It ends with its draft only: who ends it would stand in the journal, and a report may be
/// handed in without a name.
pub const DRAFT: &str = "quality.draft_waits";
/// Task: a report of class I or II is to be verified; it ends once it is.
pub const REPORT_TO_VERIFY: &str = "quality.grave_event";
/// Task: nobody has verified such a report in time; it ends with the other one.
pub const REPORT_UNVERIFIED: &str = "quality.event_unverified";
/// Task: something of a labor must be reported and is not; what else of it must be follows when this is ticked off.
pub const REPORT_DUE: &str = "quality.due_report";

/// Something that shall wait for somebody.
#[derive(Clone, Debug)]
pub struct NewTask {
    /// Where.
    pub facility: FacilityId,
    /// About whom.
    pub patient: PatientId,
    /// About which pregnancy.
    pub episode: EpisodeId,
    /// What to do, as in `consent.release`.
    pub kind: &'static str,
    /// With what.
    pub subject: Uuid,
    /// Roles that it waits for.
    pub roles: Vec<Role>,
    /// To be done by.
    pub due: DateTime<Utc>,
    /// Comes before all that is not.
    pub urgent: bool,
}

/// The same of the house: about no woman whose record this hospital has.
#[derive(Clone, Debug)]
pub struct NewDuty {
    /// Where.
    pub facility: FacilityId,
    /// What to do, as in `quality.due_e7`.
    pub kind: String,
    /// With what.
    pub subject: Uuid,
    /// Roles that it waits for.
    pub roles: Vec<Role>,
    /// For whom alone, of those roles.
    pub only: Option<StaffId>,
    /// To be done by.
    pub due: DateTime<Utc>,
    /// Comes before all that is not.
    pub urgent: bool,
}

/// A task about something, as far as whoever made it asks: whether and by whom it is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskLine {
    /// What to do.
    pub kind: String,
    /// To be done by.
    pub due_at: DateTime<Utc>,
    /// Since when it is done.
    pub done_at: Option<DateTime<Utc>>,
    /// By whom; nobody when what it waited for has happened.
    pub done_by: Option<StaffId>,
}

/// Something that waits for somebody.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Where.
    pub facility_id: FacilityId,
    /// About whom; none of a task of the house.
    pub patient_id: Option<PatientId>,
    /// About which pregnancy.
    pub episode_id: Option<EpisodeId>,
    /// For whom alone, of those roles.
    #[serde(default)]
    pub staff_id: Option<StaffId>,
    /// What to do.
    pub kind: String,
    /// With what.
    pub subject_id: Uuid,
    /// In which labor, for what happens on the ward.
    #[serde(default)]
    pub labor_id: Option<LaborId>,
    /// Roles that it waits for.
    pub roles: Vec<Role>,
    /// To be done by.
    pub due_at: DateTime<Utc>,
    /// Comes before all that is not.
    pub urgent: bool,
    /// When it was done.
    pub done_at: Option<DateTime<Utc>>,
}

/// A task with the woman it is about, if it is about one.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The task.
    pub task: Task,
    /// The woman.
    pub patient: Option<Patient>,
}
