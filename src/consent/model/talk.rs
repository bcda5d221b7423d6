//! What is said between her and the clinicians before she decides: her questions, the talk, the gates closed instead.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Channel, Gate, InterpreterKind};
use crate::base::id::{ConsentQuestionId, StaffId};

/// A question of hers, with the answer once there is one, or why it was closed without.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asked {
    /// Its id.
    pub id: ConsentQuestionId,
    /// What she asked; empty where she spoke.
    pub question: String,
    /// What she asked aloud.
    #[serde(default)]
    pub voice: Option<VoiceNote>,
    /// What is asked in it, as whoever answered or closed it wrote it down.
    #[serde(default)]
    pub heard: Option<String>,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// The answer.
    pub answer: Option<String>,
    /// Why it was closed without an answer.
    #[serde(default)]
    pub closed: Option<String>,
    /// Who answered or closed it.
    pub answered_by: Option<StaffId>,
    /// When.
    pub answered_at: Option<DateTime<Utc>>,
}

/// A recording of hers; what is said in it is kept beside.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VoiceNote {
    /// The media type.
    pub kind: String,
    /// How long it is.
    pub duration_ms: i64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
}

impl Asked {
    /// Nothing is left to say to it (CE-094).
    pub fn settled(&self) -> bool {
        self.answer.is_some() || self.closed.is_some()
    }

    /// It is answered or closed now.
    pub fn settle(&mut self, reply: Reply, by: StaffId, at: DateTime<Utc>) {
        match reply {
            Reply::Answer(text) => self.answer = Some(text),
            Reply::Closed(reason) => self.closed = Some(reason),
        }
        self.answered_by = Some(by);
        self.answered_at = Some(at);
    }
}

/// What an anesthesiologist does with a question of hers.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Answers it.
    Answer(String),
    /// Closes it without an answer, with the reason, as that it was talked over.
    Closed(String),
}

impl Reply {
    /// The words of it.
    pub fn text(&self) -> &str {
        match self {
            Reply::Answer(text) | Reply::Closed(text) => text,
        }
    }
}

/// The talk between her and the doctor.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Conversation {
    /// Who explained.
    pub staff: StaffId,
    /// How.
    pub channel: Channel,
    /// How long, minutes.
    pub minutes: i64,
    /// When it was held.
    pub held_at: DateTime<Utc>,
    /// What it was about and who interpreted.
    pub body: ConversationBody,
}

/// What a talk was about.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConversationBody {
    /// Section ids of the consent.
    pub topics: Vec<String>,
    /// In words.
    pub note: Option<String>,
    /// Who interpreted (CE-076).
    pub interpreter: Option<Interpreter>,
}

/// Who interpreted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interpreter {
    /// Name.
    pub name: String,
    /// Language.
    pub language: String,
    /// Staff, relative or service.
    pub kind: InterpreterKind,
}

/// A gate that an anesthesiologist closed with a reason.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Waiver {
    /// Which.
    pub gate: Gate,
    /// Who.
    pub staff: StaffId,
    /// Why.
    pub reason: String,
    /// What she said in her own words; for the questions.
    pub teach_back: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}
