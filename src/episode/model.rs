//! Nouns of one pregnancy and their small words.

mod access;
mod deliveries;
mod home;
mod tasks;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::id::{EpisodeId, FacilityId, NoticeId, PatientId, ResponseId, StaffId};
use crate::people::model::{Invited, Patient};

pub use access::*;
pub use deliveries::*;
pub use home::*;
pub use tasks::*;

/// Days from the first day of the last period to the expected date (Naegele).
pub const TERM_DAYS: i64 = 280;

/// One pregnancy.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Episode {
    /// Its id.
    pub id: EpisodeId,
    /// Where.
    pub facility_id: FacilityId,
    /// Whose.
    pub patient_id: PatientId,
    /// Expected date of delivery.
    pub edd: NaiveDate,
    /// Pregnancies, this one included, 1–20; 0 while she has not been asked.
    pub gravidity: i64,
    /// Births before, 0–15; says nothing while `gravidity` is 0.
    pub parity: i64,
    /// Fetuses, 1–5.
    pub fetuses: i64,
    /// Weight before the pregnancy, kg, 30–220.
    pub pre_pregnancy_weight_kg: Option<Decimal>,
    /// Where on the pathway she is.
    pub stage: Stage,
    /// Color of the last risk assessment.
    pub risk_color: Option<Color>,
    /// Purple beside the color: an infectious disease, whose name is never here.
    pub purple: bool,
    /// A rehearsal's record.
    pub is_test: bool,
    /// When she herself gave her dates; staff may have registered her before.
    pub enrolled_at: Option<DateTime<Utc>>,
    /// When she gave birth, the first of twins.
    pub born_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub closed_at: Option<DateTime<Utc>>,
    /// How it ended, once that is known here.
    pub ending: Option<Ending>,
    /// She said no to analgesia, and has not asked since.
    pub declined: bool,
    /// Revision.
    pub version: i64,
}

impl Episode {
    /// How far the pregnancy is on a day.
    pub fn gestation(&self, on: NaiveDate) -> Gestation {
        let days = (TERM_DAYS - (self.edd - on).num_days()).max(0);
        Gestation {
            weeks: days / 7,
            days: days % 7,
        }
    }

    /// The moment at which a gestation is reached: midnight of that day in the hospital.
    pub fn reaches(&self, weeks: i64, days: i64) -> DateTime<Utc> {
        let day = self.edd - Duration::days(TERM_DAYS - weeks * 7 - days);
        day.and_time(chrono::NaiveTime::MIN).and_utc() - LOCAL
    }
}

// China has one zone and no summer time, so the day needs no table of zones.
const LOCAL: Duration = Duration::hours(8);

/// The calendar day in the hospital.
pub fn day(at: DateTime<Utc>) -> NaiveDate {
    (at + LOCAL).date_naive()
}

/// Completed weeks and days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Gestation {
    /// Completed weeks.
    pub weeks: i64,
    /// Days beyond them, 0–6.
    pub days: i64,
}

crate::words! {
    /// Where on the pathway a pregnancy is.
    Stage {
        /// Before labor.
        Antenatal = "antenatal",
        /// Admitted for birth.
        Labor = "labor",
        /// After birth, to 42 days.
        Postpartum = "postpartum",
        /// Ended.
        Closed = "closed",
    }
}

crate::words! {
    /// Color of the five-color risk grading, without purple, which is a flag beside it.
    Color {
        /// Low risk.
        Green = "green",
        /// General risk.
        Yellow = "yellow",
        /// Higher risk.
        Orange = "orange",
        /// High risk.
        Red = "red",
    }
}

crate::words! {
    /// Kinds of steps, in the order of the pathway.
    StepKind {
        /// A required lesson; the reference is its slug.
        Lessons = "lessons",
        /// A form before labor.
        Assessment = "assessment",
        /// The anesthesiologist's look at it.
        Review = "review",
        /// The informed consent.
        Consent = "consent",
        /// Admission for birth.
        Admission = "admission",
        /// The short form at admission.
        Recheck = "recheck",
        /// Labor analgesia.
        Analgesia = "analgesia",
        /// The birth.
        Delivery = "delivery",
        /// A point of follow-up.
        FollowUp = "follow_up",
        /// A survey.
        Survey = "survey",
    }
}

crate::words! {
    /// How a step stands.
    StepState {
        /// Hers to do.
        Open = "open",
        /// Staff's to do.
        Waiting = "waiting",
        /// Done.
        Done = "done",
        /// Over without having been done.
        Closed = "closed",
    }
}

/// One step of the pathway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Of which pregnancy.
    pub episode: EpisodeId,
    /// Where.
    pub facility: FacilityId,
    /// What kind.
    pub kind: StepKind,
    /// Which one of the kind: a slug, the name of a form, the code of a follow-up point.
    pub reference: String,
    /// What it leads to: the response, the consent, the labor.
    pub subject: Option<Uuid>,
    /// How it stands.
    pub state: StepState,
    /// Not before.
    pub due_from: Option<DateTime<Utc>>,
    /// To be done by.
    pub due_to: Option<DateTime<Utc>>,
    /// Whether the pathway needs it.
    pub required: bool,
}

/// What was sent to her; the text is made when she reads it, in her language.
#[derive(Clone, Debug, Serialize)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// A key of the notices in `content/messages`.
    pub kind: String,
    /// What it points to.
    pub reference: String,
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// When she read it.
    pub read_at: Option<DateTime<Utc>>,
    /// How it left the house.
    pub deliveries: Vec<Delivery>,
}

/// A pregnancy that ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ended {
    /// Which.
    pub episode: EpisodeId,
    /// When that was told.
    pub at: DateTime<Utc>,
}

/// A woman who was registered in the clinic.
#[derive(Clone, Serialize, Deserialize)]
pub struct Registered {
    /// Her record.
    pub patient: PatientId,
    /// The hospital's number of it.
    pub record_number: String,
    /// The pregnancy.
    pub episode: EpisodeId,
    /// What binds her account.
    pub invitation: Invited,
}

/// One row of the clinic's list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Her record.
    pub patient: Patient,
    /// The pregnancy.
    pub episode: Episode,
    /// How far it is today.
    pub gestation: Gestation,
    /// Whether something urgent is open.
    pub urgent: bool,
}

/// One woman's whole pathway.
#[derive(Clone, Debug)]
pub struct Overview {
    /// Her record.
    pub patient: Patient,
    /// The pregnancy.
    pub episode: Episode,
    /// How far it is today.
    pub gestation: Gestation,
    /// Every step.
    pub steps: Vec<Step>,
    /// What is open about her.
    pub tasks: Vec<Task>,
    /// The last grading of the risk, with its grounds: for those who treat her.
    pub graded: Option<Graded>,
    /// What the answers to the risk table suggest.
    pub suggested: Option<Suggestion>,
}

/// A risk assessment as the obstetrician writes it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Grading {
    /// The highest color of the items.
    pub color: Color,
    /// An infectious disease.
    pub purple: bool,
    /// Items of the table, as in `O1.1`.
    pub items: Vec<String>,
    /// In the obstetrician's words.
    pub reasons: String,
    /// Which table.
    pub table_version: String,
}

/// A risk assessment with who made it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Graded {
    /// The assessment.
    pub grading: Grading,
    /// Who made it.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// What the answers to the risk table suggest. It stands beside the color that a person sets and never sets one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Suggestion {
    /// The answers.
    pub response: ResponseId,
    /// Their revision.
    pub response_version: i64,
    /// The highest color of the items: what she has at least. See [`Suggestion::shown`].
    pub color: Color,
    /// An infectious disease.
    pub purple: bool,
    /// Why.
    pub grounds: Grounds,
    /// `url|version` of the form.
    pub form: String,
    /// Version of its rules.
    pub rules_version: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl Suggestion {
    /// The color as it is suggested. Green says that no row applies; while rows hang on open questions nobody knows that.
    pub fn shown(&self) -> Option<Color> {
        let unknown = self.color == Color::Green && !self.grounds.not_assessed.is_empty();
        (!unknown).then_some(self.color)
    }
}

/// What a suggestion rests on, by rows of the table.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Grounds {
    /// Rows that give the color, and the one that gives purple.
    pub items: Vec<String>,
    /// Rows of the screening.
    pub screening: Vec<String>,
    /// Rows that a doctor decides on.
    pub review: Vec<String>,
    /// Rows that hang on questions that were left open.
    pub not_assessed: Vec<String>,
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
