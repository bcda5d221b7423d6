//! Nouns of follow-up and their small words.

mod call;
mod examination;
mod survey;

use chrono::{DateTime, Utc};
use poem_openapi::Enum;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::id::{AlertId, EpisodeId, FacilityId, FollowUpId, LaborId, PatientId, ResponseId, StaffId};
use crate::people::model::Window;

pub use call::*;
pub use examination::*;
pub use survey::*;

/// The form after an accidental dural puncture.
pub const HEADACHE_FORM: &str = "follow-up-fadp";

/// When she is asked after birth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Point {
    /// 24 h.
    F24,
    /// 48–72 h.
    F72,
    /// 7 days.
    F7,
    /// 42 days.
    F42,
    /// 24 h after an accidental dural puncture, from birth as all of them.
    Adp24,
    /// 48 h after one.
    Adp48,
    /// 72 h after one.
    Adp72,
    /// 7 days after one.
    Adp7,
    /// 14 days after one.
    Adp14,
    /// 42 days after one.
    Adp42,
    /// 3 months after one.
    Adp90,
}

impl Point {
    /// Those of every birth in the order of time, then those after an accidental dural puncture.
    pub const ALL: [Point; 11] = [
        Point::F24,
        Point::F72,
        Point::F7,
        Point::F42,
        Point::Adp24,
        Point::Adp48,
        Point::Adp72,
        Point::Adp7,
        Point::Adp14,
        Point::Adp42,
        Point::Adp90,
    ];

    /// The stored word, the end of its form's name.
    pub fn word(self) -> &'static str {
        match self {
            Point::F24 => "f24",
            Point::F72 => "f72",
            Point::F7 => "f7",
            Point::F42 => "f42",
            Point::Adp24 => "adp24",
            Point::Adp48 => "adp48",
            Point::Adp72 => "adp72",
            Point::Adp7 => "adp7",
            Point::Adp14 => "adp14",
            Point::Adp42 => "adp42",
            Point::Adp90 => "adp90",
        }
    }

    /// Its form.
    pub fn form(self) -> &'static str {
        match self {
            Point::F24 => "follow-up-f24",
            Point::F72 => "follow-up-f72",
            Point::F7 => "follow-up-f7",
            Point::F42 => "follow-up-f42",
            _ => HEADACHE_FORM,
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Point> {
        Point::ALL.into_iter().find(|point| point.word() == word)
    }
}

/// One point of one woman.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FollowUp {
    /// Its id.
    pub id: FollowUpId,
    /// Where.
    pub facility_id: FacilityId,
    /// Who.
    pub patient_id: PatientId,
    /// Her pregnancy.
    pub episode_id: EpisodeId,
    /// Her labor.
    pub labor_id: LaborId,
    /// Which point.
    pub point: Point,
    /// Name of its form.
    pub form: String,
    /// Whether its form leaves out the baby.
    pub after_loss: bool,
    /// How she gave birth: weakness of the legs at 24 h is read in its light.
    pub delivery_mode: String,
    /// When the first baby was born.
    pub born_at: DateTime<Utc>,
    /// From when she can answer.
    pub opens: DateTime<Utc>,
    /// When she should have.
    pub due: DateTime<Utc>,
    /// From when staff phone her.
    pub overdue_at: DateTime<Utc>,
    /// The window that it was planned with.
    pub window: Window,
    /// The answers.
    pub response_id: Option<ResponseId>,
    /// Highest level of the answers: `none`, `yellow`, `orange`, `red`.
    pub level: Option<String>,
    /// Whether every question that a red flag needs was answered.
    pub complete: Option<bool>,
    /// When she answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// Why nobody asks any more, though she has not answered.
    pub ended: Option<Ended>,
    /// Why she was lost, of a point that ended so.
    pub lost_reason: Option<LostReason>,
    /// The last reminder that was sent.
    pub reminded_at: Option<DateTime<Utc>>,
    /// Calls of staff, first to last.
    pub calls: Vec<PhoneCall>,
}

crate::words! {
    /// Why a point ended without an answer.
    Ended {
        /// Staff could not reach her.
        Lost = "lost",
        /// She died.
        Died = "died",
        /// A later labor of the pregnancy is followed in its place.
        Replaced = "replaced",
        /// There was no puncture of the dura after all, no block or no birth.
        Mistaken = "mistaken",
    }
}

/// Where a point stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum PointState {
    /// Not open yet.
    Upcoming,
    /// Open and not answered.
    Due,
    /// Not answered in time: she is phoned.
    Overdue,
    /// Answered.
    Answered,
    /// She was lost to follow-up; her answer would still be taken.
    Lost,
    /// Nobody asks any more: she died, a later labor is followed in its place, or there was no puncture, no block or no birth
    /// after all.
    Ended,
}

impl FollowUp {
    /// Where it stands.
    pub fn state(&self, now: DateTime<Utc>) -> PointState {
        if self.answered_at.is_some() {
            PointState::Answered
        } else if let Some(ended) = self.ended {
            match ended {
                Ended::Lost => PointState::Lost,
                Ended::Died | Ended::Replaced | Ended::Mistaken => PointState::Ended,
            }
        } else if now >= self.overdue_at {
            PointState::Overdue
        } else if now >= self.opens {
            PointState::Due
        } else {
            PointState::Upcoming
        }
    }
}

crate::words! {
    /// A headache as answers suggest it.
    Proposal {
        /// Worse upright, as after a dural puncture.
        PdphTypical = "pdph_typical",
        /// Not so, after a puncture that is known.
        PdphPossible = "pdph_possible",
    }
}

/// Where an alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    /// Nobody has taken it.
    Open,
    /// Somebody has.
    Acknowledged,
    /// Done, with an outcome.
    Closed,
}

impl AlertState {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            AlertState::Open => "open",
            AlertState::Acknowledged => "acknowledged",
            AlertState::Closed => "closed",
        }
    }

    /// Its place in the queue: who waits stands first.
    pub fn place(self) -> i64 {
        match self {
            AlertState::Open => 0,
            AlertState::Acknowledged => 1,
            AlertState::Closed => 2,
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<AlertState> {
        [AlertState::Open, AlertState::Acknowledged, AlertState::Closed]
            .into_iter()
            .find(|state| state.word() == word)
    }
}

/// One rule that her answers, or what staff found, fired.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flag {
    /// Rule id.
    pub rule: String,
    /// Its level.
    pub level: String,
    /// What staff read.
    pub staff: String,
    /// What decided it: `[[link_id, value]]` of answers, `[[member, value]]` of an examination.
    pub decided_by: Vec<(String, Value)>,
    /// Guideline it rests on.
    pub source: String,
    /// Whether a clinician has confirmed the rule.
    pub confirmed: bool,
    /// Minutes within which somebody must act.
    pub within_minutes: Option<u32>,
}

/// What one set of answers or one examination raised: one alert, however many rules fired.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// Where.
    pub facility_id: FacilityId,
    /// Who.
    pub patient_id: PatientId,
    /// Her pregnancy.
    pub episode_id: EpisodeId,
    /// The point, if the answers belong to one.
    pub follow_up_id: Option<FollowUpId>,
    /// Where it was found.
    pub found_in: FoundIn,
    /// Name of the form whose rules fired.
    pub form: String,
    /// Highest level: `yellow`, `orange`, `red`.
    pub level: String,
    /// What fired, highest first.
    pub flags: Vec<Flag>,
    /// Version of the rules.
    pub rules_version: String,
    /// Duties that it is for: role words or `mental_health`.
    pub notify: Vec<String>,
    /// Where it stands.
    pub state: AlertState,
    /// How far it went: 0 first on call, 1 next on call, 2 duty officer.
    pub step: i64,
    /// When it was raised.
    pub raised_at: DateTime<Utc>,
    /// By when somebody must act.
    pub due: DateTime<Utc>,
    /// What came of it; a closed one always has it.
    pub outcome: Option<String>,
    /// What headache her answers suggest; only an anesthesiologist says that it is one.
    pub proposal: Option<Proposal>,
    /// When an anesthesiologist said so.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Who was called, took it and closed it, in the order of time.
    pub history: Vec<AlertEntry>,
}

/// What happened to an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[oai(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum AlertEntryKind {
    /// The service called this staff member.
    Called,
    /// The staff member took it.
    Acknowledged,
    /// The staff member closed it.
    Closed,
}

impl AlertEntryKind {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            AlertEntryKind::Called => "called",
            AlertEntryKind::Acknowledged => "acknowledged",
            AlertEntryKind::Closed => "closed",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<AlertEntryKind> {
        [
            AlertEntryKind::Called,
            AlertEntryKind::Acknowledged,
            AlertEntryKind::Closed,
        ]
        .into_iter()
        .find(|kind| kind.word() == word)
    }
}

/// One thing that happened to an alert.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AlertEntry {
    /// What.
    pub kind: AlertEntryKind,
    /// Who.
    pub staff: StaffId,
    /// At which step of the escalation.
    pub step: i64,
    /// When.
    pub at: DateTime<Utc>,
}

/// A reply to the survey; the rest of it stays sealed in the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Her labor.
    pub labor: LaborId,
    /// `sat.overall`, 1 very dissatisfied – 5 very satisfied.
    pub overall: i64,
    /// When it came in.
    pub at: DateTime<Utc>,
}
