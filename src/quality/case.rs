//! Managed cases: a woman at high risk is found, registered, reported, managed by a plan, followed and closed. Pure.
//!
//! Source: pregnancy risk assessment and management, 2017 No. 35; “发现一例、登记一例、报告一例、管理一例、救治一例”.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::id::{EpisodeId, FacilityId, PatientId, StaffId};
use crate::episode::model::Color;

crate::words! {
    /// What was done in a case.
    EntryKind {
        /// The color of the risk is another one.
        Regraded = "regraded",
        /// Reported to the maternal and child health institution.
        Reported = "reported",
        /// A plan was made.
        Planned = "planned",
        /// She was seen or called.
        Followed = "followed",
        /// It is over.
        Closed = "closed",
    }

    /// How a case ended.
    CaseOutcome {
        /// The risk is gone.
        Resolved = "resolved",
        /// She gave birth and is well.
        Delivered = "delivered",
        /// Another hospital goes on.
        Transferred = "transferred",
        /// The pregnancy ended without a birth.
        Ended = "ended",
        /// She can't be reached any more.
        Lost = "lost",
        /// She died.
        Died = "died",
    }

    /// Which cases.
    CaseState {
        /// Not over.
        Open = "open",
        /// Over.
        Closed = "closed",
    }
}

/// The case of one pregnancy at high risk.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ManagedCase {
    /// Its id.
    pub id: Uuid,
    /// Where.
    pub facility_id: FacilityId,
    /// Whose.
    pub patient_id: PatientId,
    /// The pregnancy.
    pub episode_id: EpisodeId,
    /// The color of the risk now.
    pub color: Color,
    /// An infectious disease, whose name is never here.
    pub purple: bool,
    /// When the risk was first graded so high.
    pub found_at: DateTime<Utc>,
    /// When it was graded last.
    pub graded_at: DateTime<Utc>,
    /// When the case was opened.
    pub registered_at: DateTime<Utc>,
    /// When it was reported.
    pub reported_at: Option<DateTime<Utc>>,
    /// When there was a plan.
    pub planned_at: Option<DateTime<Utc>>,
    /// When she is looked after next.
    pub next_on: Option<NaiveDate>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// How it ended.
    pub outcome: Option<CaseOutcome>,
}

/// What is said of something that was done in a case.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct EntryWords {
    /// In somebody's words.
    pub text: Option<String>,
    /// To whom it was reported.
    pub to: Option<String>,
    /// The number of the report.
    pub number: Option<String>,
    /// Where she is to give birth.
    pub birth_place: Option<String>,
    /// What is done in an emergency.
    pub emergency: Option<String>,
    /// When she is looked after next.
    pub next_on: Option<NaiveDate>,
    /// The color, of a new grading.
    pub color: Option<Color>,
    /// Whether it is purple, of a new grading.
    pub purple: Option<bool>,
}

/// Something that was done in a case; never changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CaseEntry {
    /// Its id.
    pub id: Uuid,
    /// What.
    pub kind: EntryKind,
    /// What is said of it.
    pub words: EntryWords,
    /// By whom; nobody when the system did it.
    pub by: Option<StaffId>,
    /// When.
    pub at: DateTime<Utc>,
}

impl ManagedCase {
    /// Whether it may be closed: once it was reported and planned, or there is nobody left to plan for. A case whose grading
    /// turned out to be wrong is resolved without a report, while she is graded high no more.
    pub fn may_close(&self, outcome: CaseOutcome) -> bool {
        use CaseOutcome::{Delivered, Died, Ended, Lost, Resolved, Transferred};
        match outcome {
            Died | Ended | Lost | Transferred => self.reported_at.is_some(),
            Resolved if !is_high(self.color, self.purple) => true,
            Resolved | Delivered => self.reported_at.is_some() && self.planned_at.is_some(),
        }
    }
}

/// Whether a grading is managed as a case: orange, red, or purple beside any color.
pub fn is_high(color: Color, purple: bool) -> bool {
    color >= Color::Orange || purple
}

/// Whether a plan for this color needs what is done in an emergency.
pub fn needs_emergency_plan(color: Color) -> bool {
    color == Color::Red
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orange_red_and_purple_are_managed() {
        for (color, purple, high) in [
            (Color::Green, false, false),
            (Color::Yellow, false, false),
            (Color::Orange, false, true),
            (Color::Red, false, true),
            (Color::Green, true, true),
        ] {
            assert_eq!(is_high(color, purple), high, "{color:?} {purple}");
        }
    }
}
