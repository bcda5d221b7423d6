//! Nouns of the consent and their small words.

mod characters;
mod proved;
mod refusal;
mod seal;
mod signing;
mod strokes;
mod talk;
mod template;
mod told;
mod withdrawal;
mod words;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::base::Locale;
use crate::base::id::{ConsentId, EpisodeId, FacilityId, PatientId, StaffId};
use crate::journal::receipt::Receipt;

pub use characters::*;
pub use proved::*;
pub use refusal::*;
pub use seal::*;
pub use signing::*;
pub use strokes::*;
pub use talk::*;
pub use template::*;
pub use told::*;
pub use withdrawal::*;
pub use words::*;

/// One consent instance.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Consent {
    /// Its id.
    pub id: ConsentId,
    /// The hospital.
    pub facility_id: FacilityId,
    /// Hers.
    pub patient_id: PatientId,
    /// The pregnancy.
    pub episode_id: EpisodeId,
    /// What it covers: `neuraxial_labor_analgesia`.
    pub procedure_class: String,
    /// The content address of the template.
    pub template_id: String,
    /// The language shown; it never changes.
    pub locale: Locale,
    /// By whose right it is signed; chosen at release.
    pub basis: Basis,
    /// How much of the wording she is shown; decided at release.
    pub form: ConsentForm,
    /// Where it was signed.
    pub medium: Medium,
    /// The class of technique that she was told of; decided at release.
    pub technique_class: TechniqueClass,
    /// Where it stands.
    pub state: State,
    /// Rises with each change; the strong tag.
    pub revision: i64,
    /// Whether she asked for it herself.
    pub requested: bool,
    /// SHA-256 of the bytes shown, lower-case hex; from release on.
    pub presented_sha256: Option<String>,
    /// When it was released.
    pub issued_at: Option<DateTime<Utc>>,
    /// Until when she may sign.
    pub sign_deadline: Option<DateTime<Utc>>,
    /// When she passed the questions.
    pub understood_at: Option<DateTime<Utc>>,
    /// Rounds of questions that she failed.
    pub failed_rounds: i64,
    /// When she signed.
    pub signed_at: Option<DateTime<Utc>>,
    /// Until when an anesthesiologist may countersign.
    pub countersign_due_at: Option<DateTime<Utc>>,
    /// Since when in force.
    pub activated_at: Option<DateTime<Utc>>,
    /// Until when in force.
    pub valid_until: Option<DateTime<Utc>>,
    /// Since when the procedure that it covers is under way.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended, in whatever terminal state.
    pub ended_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// The log's promise about the act that this is the answer to.
    #[serde(default)]
    pub receipt: Option<Receipt>,
}

/// The consent of an episode as later slices see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Its id.
    pub id: ConsentId,
    /// Where it stands.
    pub state: State,
    /// Until when in force.
    pub valid_until: Option<DateTime<Utc>>,
    /// The last bedside confirmation (CE-201).
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The class of technique that she was told of.
    pub technique_class: TechniqueClass,
}

/// What the anesthesiologist decided on the risks to be shown to her.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risks {
    /// Rules whose risk she is shown.
    pub confirm: Vec<String>,
    /// Rules whose risk is left out, each with a reason.
    pub remove: Vec<Removed>,
    /// Risks in the anesthesiologist's own words.
    pub add: Vec<Added>,
}

/// A risk that is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// The rule.
    pub rule: String,
    /// Why.
    pub reason: String,
}

/// A risk that was left out, as it stood then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The rule.
    pub rule: String,
    /// Why.
    pub reason: String,
    /// Its level then.
    #[serde(default)]
    pub level: Option<String>,
    /// linkIds of the answers that decided it; the answers are in the assessment beside it.
    #[serde(default)]
    pub decided_by: Vec<String>,
}

/// A risk in free text (CE-073).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// The risk.
    pub text: String,
    /// What is planned about it.
    pub plan: Option<String>,
}

/// The anesthesiologist's statement on her capacity at release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capacity {
    /// What it rests on.
    pub basis: CapacityBasis,
    /// Whether she can decide herself.
    #[serde(default = "yes")]
    pub able: bool,
    /// In words.
    pub note: Option<String>,
}

fn yes() -> bool {
    true
}

/// One event of reading (CE-080).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingEvent {
    /// What happened.
    pub kind: ReadingKind,
    /// The section.
    pub section: String,
    /// Counts up by one within a session.
    pub seq: i64,
    /// The client's monotonic clock, ms.
    pub at_ms: i64,
    /// What of sound or film was played; of `media_range` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<MediaRange>,
}

/// A part of sound or film that was played (CE-080).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaRange {
    /// From here, ms from its beginning.
    pub from_ms: i64,
    /// To here, ms from its beginning.
    pub to_ms: i64,
}

/// Events that came together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingBatch {
    /// The client's session.
    pub session: String,
    /// In the client's order.
    pub events: Vec<ReadingEvent>,
    /// When the server received them.
    pub at: DateTime<Utc>,
}

/// How far she has read a section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dwell {
    /// The section.
    pub section: String,
    /// Time on the screen, ms.
    pub dwell_ms: i64,
    /// At least this, ms.
    pub floor_ms: i64,
    /// Whether its end was reached.
    pub end_reached: bool,
    /// Whether the section counts as read.
    pub read: bool,
}

/// A round of questions, graded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// 1, 2, …
    pub round: i64,
    /// Questions asked.
    pub asked: i64,
    /// Right answers.
    pub correct: i64,
    /// Critical questions.
    pub critical: i64,
    /// Critical ones that are right.
    pub critical_correct: i64,
    /// All critical right and enough of the rest.
    pub passed: bool,
    /// When.
    pub at: DateTime<Utc>,
}

/// A check of who she is, by staff or by herself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// `in_person`, `bedside_code`, `wechat_phone`, `one_time_code`, `record_match`.
    pub method: String,
    /// Identity level that it gives (CE §7.2).
    pub level: i64,
    /// Who checked, where it was staff.
    pub staff: Option<StaffId>,
    /// What vouches for it: the hospital, WeChat, a gateway of text messages.
    pub provider: Option<String>,
    /// How the provider calls it.
    pub reference: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// Until when it counts as fresh; one in person holds for the pregnancy.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A body of evidence with the salt of its digest (CE-143).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Salted {
    /// 16 random bytes, hex.
    pub salt: String,
    /// The body, CE-141-clean.
    pub body: serde_json::Value,
}

/// A decision on the whole consent, as it is kept.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The consent.
    pub consent: ConsentId,
    /// `refused`, `withdrawn`, `reissued`, `voided`.
    pub kind: String,
    /// Whether she wants to be asked again.
    pub ask_again: bool,
    /// `pending`, `explained`, `not_needed`.
    pub explained: String,
    /// Reasons and what was offered.
    pub body: serde_json::Value,
    /// When.
    pub at: DateTime<Utc>,
}

/// What still stands between her and signing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// Required lessons that are not done, by code.
    pub lessons: Vec<String>,
    /// Sections that are not read.
    pub reading: Vec<String>,
    /// The questions are not passed.
    pub comprehension: bool,
    /// The template wants a talk first and there was none.
    pub conversation: bool,
    /// Staff have not checked her identity in person during this pregnancy.
    pub identity_level: bool,
    /// No check of the last ten minutes.
    pub identity_fresh: bool,
    /// Agreements that she has not given, or her guardian.
    pub agreements: Vec<String>,
    /// The wording does not exist in her language, and no talk names an interpreter.
    pub interpreter: bool,
}

/// A consent with all that its page shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct View {
    /// The instance.
    pub consent: Consent,
    /// What is missing before she may sign; none once she has or can't any more.
    pub missing: Option<Missing>,
    /// How far each section is read.
    pub reading: Vec<Dwell>,
    /// Rounds of questions.
    pub rounds: Vec<Round>,
    /// Her questions.
    pub questions: Vec<Asked>,
    /// Gates closed with a reason.
    pub waivers: Vec<Waiver>,
    /// Talks.
    pub conversations: Vec<Conversation>,
    /// The acts that its signature consists of, with the time of those that stand.
    pub signers: Vec<Signer>,
    /// Whether a relative may acknowledge beside it.
    pub acknowledgement_allowed: bool,
    /// Risks that wait for or have the anesthesiologist's decision; staff only.
    pub risks: Vec<Proposed>,
    /// The last bedside confirmation.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Whether the document can be fetched.
    pub has_document: bool,
    /// Whether the document of her refusal or withdrawal can be fetched.
    pub has_record: bool,
    /// The first day on which it may be destroyed; none while she is admitted (CE-230).
    pub retain_until: Option<NaiveDate>,
    /// Whether the document of a bedside confirmation can be fetched.
    pub has_bedside_record: bool,
    /// Her withdrawal, and who knows of it.
    pub withdrawal: Option<Withdrawal>,
    /// Her refusal, and what she was told of it.
    pub refusal: Option<Refusal>,
    /// That she wants time to think, while it is before her to sign.
    pub later: Option<Later>,
    /// That it could not be confirmed at the bedside; staff only.
    pub unconfirmed: Option<Unconfirmed>,
}

/// A risk of hers that the rules propose to show.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Proposed {
    /// The rule, absent for one in free text.
    pub rule: Option<String>,
    /// What she reads.
    pub text: String,
    /// The answer that caused it, in plain words.
    pub because: String,
    /// `open`, `confirmed`, `removed`, `added`.
    pub decision: String,
    /// Why removed.
    pub reason: Option<String>,
    /// The plan, for one in free text.
    pub plan: Option<String>,
}
