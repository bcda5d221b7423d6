//! Nouns of the assessment and their small words.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::base::Role;
use crate::base::id::{EpisodeId, FacilityId, PatientId, ResponseId, ReviewId, StaffId};
use crate::questionnaire::{self, Assessment};

crate::words! {
    /// How much a finding weighs, rising.
    Level {
        /// Nothing to keep in mind.
        None = "none",
        /// To keep in mind.
        Caution = "caution",
        /// An anesthesiologist sees her before.
        Consult = "consult",
        /// Neuraxial analgesia is not done unless an anesthesiologist says otherwise.
        Absolute = "absolute",
    }
}

impl Level {
    /// The level of a rule table's word; an unknown one weighs most.
    pub fn of(word: &str) -> Level {
        Level::parse(word).unwrap_or(Level::Absolute)
    }
}

crate::words! {
    /// When the questions were asked.
    Phase {
        /// In pregnancy.
        Antenatal = "antenatal",
        /// At admission or in labor.
        Recheck = "recheck",
    }
}

impl From<Phase> for questionnaire::Phase {
    fn from(phase: Phase) -> questionnaire::Phase {
        match phase {
            Phase::Antenatal => questionnaire::Phase::Antenatal,
            Phase::Recheck => questionnaire::Phase::Recheck,
        }
    }
}

crate::words! {
    /// Where a review stands.
    ReviewState {
        /// Nobody has it in hand.
        Waiting = "waiting",
        /// Somebody has, for half an hour.
        Claimed = "claimed",
        /// There is a decision.
        Decided = "decided",
        /// She was asked for more.
        MoreInformation = "more_information",
    }
}

crate::words! {
    /// What a doctor decides.
    #[oai(rename = "ReviewOutcome")]
    Outcome {
        /// Labor analgesia may be given.
        Cleared = "cleared",
        /// It may, under conditions.
        ClearedWithConditions = "cleared_with_conditions",
        /// She is to be seen in the anesthesia clinic first.
        NeedsConsult = "needs_consult",
        /// It is not suitable for her.
        NotSuitable = "not_suitable",
        /// She or the ward is asked for more.
        MoreInformation = "more_information",
    }
}

impl Outcome {
    /// Whether analgesia may be given after it.
    pub fn clears(self) -> bool {
        matches!(self, Outcome::Cleared | Outcome::ClearedWithConditions)
    }
}

crate::words! {
    /// How a rule came out, as staff read it.
    Shown {
        /// It holds.
        Fired = "fired",
        /// It does not.
        Clear = "clear",
        /// Answers are missing that it hangs on.
        NotAssessed = "not_assessed",
    }
}

crate::words! {
    /// The technique that is planned (clinical pathway, clinic review).
    PlannedTechnique {
        /// Epidural.
        Epidural = "epidural",
        /// Combined spinal-epidural.
        Cse = "cse",
        /// Dural puncture epidural.
        Dpe = "dpe",
        /// Single-shot spinal.
        Spinal = "spinal",
        /// No neuraxial technique.
        None = "none",
        /// Another kind of pain relief.
        Alternative = "alternative",
    }
}

/// What is planned for her.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The technique.
    pub technique: PlannedTechnique,
    /// ASA physical status, 1–6.
    pub asa_class: Option<i64>,
    /// When anticoagulants are stopped and given again, at most 1000 characters.
    pub anticoagulation: Option<String>,
    /// Airway, spine, neurological baseline and whatever else the team must know, at most 1000 characters.
    pub notes: Option<String>,
}

/// One assessment in the queue.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Review {
    /// Its id.
    pub id: ReviewId,
    /// Where.
    pub facility_id: FacilityId,
    /// Whose.
    pub patient_id: PatientId,
    /// In which pregnancy.
    pub episode_id: EpisodeId,
    /// The answers.
    pub response_id: ResponseId,
    /// When they were asked.
    pub phase: Phase,
    /// The highest level that fired.
    pub level: Level,
    /// The level whose sentence she reads; none when only her own wish fired.
    pub told_level: Option<Level>,
    /// Something needs her today.
    pub urgent: bool,
    /// Whether everything was answered that this phase asks for.
    pub complete: bool,
    /// Where it stands.
    pub state: ReviewState,
    /// By when a doctor looks at it.
    pub due_at: DateTime<Utc>,
    /// Who has it in hand.
    pub claimed_by: Option<StaffId>,
    /// Until when.
    pub claim_ends_at: Option<DateTime<Utc>>,
    /// When she submitted.
    pub created_at: DateTime<Utc>,
}

/// One run of the rules. Never changed; new answers make a new one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Assessed {
    /// Its id.
    pub id: Uuid,
    /// The revision of the answers that it saw.
    pub response_version: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// What came out.
    pub result: Assessment,
    /// What went in.
    pub inputs: Inputs,
}

/// What the rules saw, so that a run can be made again and proved.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Inputs {
    /// The answers that any rule looked at.
    pub answers_used: Vec<Used>,
    /// The earlier answers that were joined in at the re-check, with their revision.
    pub earlier: Option<(ResponseId, i64)>,
    /// The hospital's upper limit of APTT, seconds.
    pub aptt_uln: String,
    /// SHA-256 over salt and the canonical document of her answers, hexadecimal.
    pub response_digest: String,
    /// The salt, hexadecimal.
    pub response_salt: String,
    /// SHA-256 over the salt and all answers that the rules could read, hexadecimal. Runs of older programs have none.
    #[serde(default)]
    pub answers_digest: Option<String>,
    /// SHA-256 of form and rules as they were loaded, hexadecimal. Runs of older programs have none.
    #[serde(default)]
    pub content_digest: Option<String>,
}

/// One answer in a form that can be hashed: no fractions, they are texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Used {
    /// The question.
    pub link_id: String,
    /// `boolean`, `integer`, `decimal`, `date`, `date_time`, `time`, `text`, `code`, `attachment`, `url`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The answer.
    pub value: Value,
}

/// A run of the rules as it is stored.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The run.
    pub run: Assessed,
    /// Its result, byte for byte.
    pub bytes: Vec<u8>,
    /// The assessment in the queue.
    pub review_id: ReviewId,
    /// The answers.
    pub response_id: ResponseId,
    /// When they were asked.
    pub phase: Phase,
}

/// A question that was asked twice and answered differently.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangedAnswer {
    /// The question.
    pub link_id: String,
    /// The first answers; none when it was left open or not asked.
    pub before: Vec<Value>,
    /// The answers now.
    pub now: Vec<Value>,
}

/// A re-check beside the assessment of pregnancy.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Compared {
    /// The earlier answers.
    pub response_id: ResponseId,
    /// When the rules ran on them.
    pub at: DateTime<Utc>,
    /// What is answered differently.
    pub answers: Vec<ChangedAnswer>,
    /// Rules that fire now and did not.
    pub new: Vec<String>,
    /// Rules that fired and do not any more.
    pub gone: Vec<String>,
}

/// The waiting time of one drug.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Id of the rule.
    pub rule: String,
    /// The question on the last dose.
    pub link_id: String,
    /// When it was given.
    pub last_dose_at: DateTime<Utc>,
    /// How long to wait from it, hours.
    pub hours: i64,
    /// The end of the wait.
    pub not_before: DateTime<Utc>,
}

/// What she waits for because of anticoagulants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waits {
    /// By their ends, the latest first; those that are over too.
    pub waits: Vec<Wait>,
    /// Rules by which no time can be counted: the last dose of a drug, or the drug, is unknown or known too vaguely.
    pub uncounted: Vec<String>,
    /// Rules on her drugs that the end of a wait does not settle, such as a blood test.
    pub unsettled: Vec<String>,
}

impl Waits {
    /// The end of the longest wait that is not over.
    pub fn not_before(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let running = self.waits.iter().map(|wait| wait.not_before);
        running.filter(|end| *end > now).max()
    }
}

/// One decision. Never changed; a new one is another row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Decision {
    /// Its id.
    pub id: Uuid,
    /// The assessment in the queue.
    pub review_id: ReviewId,
    /// The run of the rules that it was made on.
    pub assessment_id: Uuid,
    /// What was decided.
    pub outcome: Outcome,
    /// Who.
    pub by: StaffId,
    /// As what.
    pub by_role: Role,
    /// The second doctor who vouches for it.
    #[serde(default)]
    pub second: Option<StaffId>,
    /// When.
    pub at: DateTime<Utc>,
    /// Under which conditions.
    pub conditions: Option<String>,
    /// What is planned.
    pub plan: Option<Plan>,
    /// In plain words, for her.
    pub summary: String,
    /// Why an absolute finding was overruled.
    pub reason: Option<String>,
}

/// Which part of the queue.
#[derive(Clone, Copy, Debug, Default)]
pub struct QueueFilter {
    /// Where it stands.
    pub state: Option<ReviewState>,
    /// How much it weighs.
    pub level: Option<Level>,
    /// Who has it in hand.
    pub assignee: Option<StaffId>,
}
