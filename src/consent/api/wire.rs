//! What clients get.

use chrono::{DateTime, Utc};
use poem_openapi::Object;

use crate::base::Locale;
use crate::base::id::{ConsentId, ConsentQuestionId, EpisodeId, PatientId, StaffId};
use crate::consent::acts::{Progress, Proved, Questions, Understood};
use crate::consent::model::{
    Asked, Channel, Consent, Conversation, Dwell, Gate, Missing, Proposed, Round, State, View, Waiver,
};
use crate::consent::rules::quiz::{Choice, Drawn, Graded};

/// A consent.
#[derive(Clone, Debug, Object)]
pub struct ConsentOut {
    /// Its id.
    id: ConsentId,
    /// Hers.
    patient: PatientId,
    /// The pregnancy.
    episode: EpisodeId,
    /// What it covers.
    procedure_class: String,
    /// The language shown.
    locale: Locale,
    /// Where it stands.
    state: State,
    /// Revision.
    version: i64,
    /// Whether she asked for it herself.
    requested: bool,
    /// SHA-256 of the bytes shown, lower-case hex.
    presented_sha256: Option<String>,
    /// When it was released.
    issued_at: Option<DateTime<Utc>>,
    /// Until when she may sign.
    sign_deadline: Option<DateTime<Utc>>,
    /// When she signed.
    signed_at: Option<DateTime<Utc>>,
    /// Until when an anesthesiologist may countersign.
    countersign_due_at: Option<DateTime<Utc>>,
    /// Since when in force.
    activated_at: Option<DateTime<Utc>>,
    /// Until when in force.
    valid_until: Option<DateTime<Utc>>,
    /// When it ended.
    ended_at: Option<DateTime<Utc>>,
    /// When it was made.
    created_at: DateTime<Utc>,
}

impl From<Consent> for ConsentOut {
    fn from(consent: Consent) -> ConsentOut {
        ConsentOut {
            id: consent.id,
            patient: consent.patient_id,
            episode: consent.episode_id,
            procedure_class: consent.procedure_class,
            locale: consent.locale,
            state: consent.state,
            version: consent.revision,
            requested: consent.requested,
            presented_sha256: consent.presented_sha256,
            issued_at: consent.issued_at,
            sign_deadline: consent.sign_deadline,
            signed_at: consent.signed_at,
            countersign_due_at: consent.countersign_due_at,
            activated_at: consent.activated_at,
            valid_until: consent.valid_until,
            ended_at: consent.ended_at,
            created_at: consent.created_at,
        }
    }
}

/// What is missing before she may sign.
#[derive(Clone, Debug, Object)]
pub struct MissingOut {
    /// Required lessons that are not done, by code.
    lessons: Vec<String>,
    /// Sections that are not read.
    reading: Vec<String>,
    /// The questions are not passed.
    comprehension: bool,
    /// A talk has to come first.
    conversation: bool,
    /// Staff have to check her identity document in person.
    identity_level: bool,
    /// A proof of identity of the last ten minutes.
    identity_fresh: bool,
    /// Agreements that she has not given.
    agreements: Vec<String>,
}

impl From<Missing> for MissingOut {
    fn from(missing: Missing) -> MissingOut {
        MissingOut {
            lessons: missing.lessons,
            reading: missing.reading,
            comprehension: missing.comprehension,
            conversation: missing.conversation,
            identity_level: missing.identity_level,
            identity_fresh: missing.identity_fresh,
            agreements: missing.agreements,
        }
    }
}

/// How far a section is read.
#[derive(Clone, Debug, Object)]
pub struct DwellOut {
    /// The section.
    section: String,
    /// Time on the screen, ms.
    dwell_ms: i64,
    /// At least this, ms.
    floor_ms: i64,
    /// Whether its end was reached.
    end_reached: bool,
    /// Whether it counts as read.
    read: bool,
}

impl From<Dwell> for DwellOut {
    fn from(dwell: Dwell) -> DwellOut {
        DwellOut {
            section: dwell.section,
            dwell_ms: dwell.dwell_ms,
            floor_ms: dwell.floor_ms,
            end_reached: dwell.end_reached,
            read: dwell.read,
        }
    }
}

/// A round of questions.
#[derive(Clone, Debug, Object)]
pub struct RoundOut {
    /// 1, 2, …
    round: i64,
    /// Questions.
    asked: i64,
    /// Right ones.
    correct: i64,
    /// Critical ones.
    critical: i64,
    /// Right critical ones.
    critical_correct: i64,
    /// Passed.
    passed: bool,
    /// When.
    at: DateTime<Utc>,
}

impl From<Round> for RoundOut {
    fn from(round: Round) -> RoundOut {
        RoundOut {
            round: round.round,
            asked: round.asked,
            correct: round.correct,
            critical: round.critical,
            critical_correct: round.critical_correct,
            passed: round.passed,
            at: round.at,
        }
    }
}

/// A question of hers.
#[derive(Clone, Debug, Object)]
pub struct AskedOut {
    /// Its id.
    id: ConsentQuestionId,
    /// What she asked.
    question: String,
    /// When.
    asked_at: DateTime<Utc>,
    /// The answer.
    answer: Option<String>,
    /// When.
    answered_at: Option<DateTime<Utc>>,
}

impl From<Asked> for AskedOut {
    fn from(asked: Asked) -> AskedOut {
        AskedOut {
            id: asked.id,
            question: asked.question,
            asked_at: asked.asked_at,
            answer: asked.answer,
            answered_at: asked.answered_at,
        }
    }
}

/// A gate closed with a reason.
#[derive(Clone, Debug, Object)]
pub struct WaiverOut {
    /// Which.
    gate: Gate,
    /// Who.
    by: StaffId,
    /// Why.
    reason: String,
    /// When.
    at: DateTime<Utc>,
}

impl From<Waiver> for WaiverOut {
    fn from(waiver: Waiver) -> WaiverOut {
        WaiverOut {
            gate: waiver.gate,
            by: waiver.staff,
            reason: waiver.reason,
            at: waiver.at,
        }
    }
}

/// A talk.
#[derive(Clone, Debug, Object)]
pub struct ConversationOut {
    /// Who explained.
    by: StaffId,
    /// How.
    channel: Channel,
    /// How long, minutes.
    minutes: i64,
    /// When.
    held_at: DateTime<Utc>,
    /// Section ids.
    topics: Vec<String>,
}

impl From<Conversation> for ConversationOut {
    fn from(talk: Conversation) -> ConversationOut {
        ConversationOut {
            by: talk.staff,
            channel: talk.channel,
            minutes: talk.minutes,
            held_at: talk.held_at,
            topics: talk.body.topics,
        }
    }
}

/// A risk that the rules propose to show her, for staff.
#[derive(Clone, Debug, Object)]
pub struct ProposedOut {
    /// The rule, absent for one in the doctor's words.
    rule: Option<String>,
    /// What she reads.
    text: String,
    /// The answer that caused it.
    because: String,
    /// `open`, `confirmed`, `removed` or `added`.
    decision: String,
    /// Why removed.
    reason: Option<String>,
    /// What is planned.
    plan: Option<String>,
}

impl From<Proposed> for ProposedOut {
    fn from(risk: Proposed) -> ProposedOut {
        ProposedOut {
            rule: risk.rule,
            text: risk.text,
            because: risk.because,
            decision: risk.decision,
            reason: risk.reason,
            plan: risk.plan,
        }
    }
}

/// A consent with all that its page shows.
#[derive(Clone, Debug, Object)]
pub struct ConsentPageOut {
    /// The consent.
    #[oai(flatten)]
    consent: ConsentOut,
    /// What is missing before she may sign; absent once she has or can't any more.
    missing: Option<MissingOut>,
    /// Reading per section.
    reading: Vec<DwellOut>,
    /// Rounds of questions.
    rounds: Vec<RoundOut>,
    /// Her questions.
    questions: Vec<AskedOut>,
    /// Gates closed with a reason.
    waivers: Vec<WaiverOut>,
    /// Talks.
    conversations: Vec<ConversationOut>,
    /// Her own risks with the decision on each; staff only.
    risks: Vec<ProposedOut>,
    /// The last confirmation at the bedside.
    confirmed_at: Option<DateTime<Utc>>,
    /// Whether the signed document can be fetched.
    has_document: bool,
}

fn each<T, U: From<T>>(list: Vec<T>) -> Vec<U> {
    list.into_iter().map(U::from).collect()
}

impl From<View> for ConsentPageOut {
    fn from(view: View) -> ConsentPageOut {
        ConsentPageOut {
            consent: view.consent.into(),
            missing: view.missing.map(MissingOut::from),
            reading: each(view.reading),
            rounds: each(view.rounds),
            questions: each(view.questions),
            waivers: each(view.waivers),
            conversations: each(view.conversations),
            risks: each(view.risks),
            confirmed_at: view.confirmed_at,
            has_document: view.has_document,
        }
    }
}

/// What is left after a batch of reading.
#[derive(Clone, Debug, Object)]
pub struct ProgressOut {
    /// Where the consent stands.
    state: State,
    /// Reading per section.
    reading: Vec<DwellOut>,
    /// What is missing before she may sign.
    missing: MissingOut,
}

impl From<Progress> for ProgressOut {
    fn from(progress: Progress) -> ProgressOut {
        ProgressOut {
            state: progress.consent.state,
            reading: each(progress.reading),
            missing: progress.missing.into(),
        }
    }
}

/// An option of a question.
#[derive(Clone, Debug, Object)]
pub struct ChoiceOut {
    /// Stable code.
    code: String,
    /// Text.
    text: String,
}

impl From<Choice> for ChoiceOut {
    fn from(choice: Choice) -> ChoiceOut {
        ChoiceOut {
            code: choice.code,
            text: choice.text,
        }
    }
}

/// A question before signing.
#[derive(Clone, Debug, Object)]
pub struct QuestionOut {
    /// Its id.
    id: String,
    /// Text.
    question: String,
    /// In the order to be shown.
    options: Vec<ChoiceOut>,
}

impl From<Drawn> for QuestionOut {
    fn from(drawn: Drawn) -> QuestionOut {
        QuestionOut {
            id: drawn.id,
            question: drawn.question,
            options: each(drawn.options),
        }
    }
}

/// The questions of a round.
#[derive(Clone, Debug, Object)]
pub struct QuestionsOut {
    /// 1, 2, …
    round: i64,
    /// In the order drawn.
    questions: Vec<QuestionOut>,
}

impl From<Questions> for QuestionsOut {
    fn from(drawn: Questions) -> QuestionsOut {
        QuestionsOut {
            round: drawn.round,
            questions: each(drawn.questions),
        }
    }
}

/// How a question went.
#[derive(Clone, Debug, Object)]
pub struct GradedOut {
    /// The question.
    question: String,
    /// Whether her answer is right.
    correct: bool,
    /// Why.
    explanation: String,
    /// The section that says it.
    section: String,
}

impl From<Graded> for GradedOut {
    fn from(graded: Graded) -> GradedOut {
        GradedOut {
            question: graded.shown.id,
            correct: graded.correct,
            explanation: graded.shown.explanation,
            section: graded.shown.section,
        }
    }
}

/// How a round went.
#[derive(Clone, Debug, Object)]
pub struct UnderstoodOut {
    /// Where the consent stands.
    state: State,
    /// All critical right and enough in all.
    passed: bool,
    /// The counts.
    round: RoundOut,
    /// Each question.
    results: Vec<GradedOut>,
    /// Sections to read again.
    read_again: Vec<String>,
    /// A talk with the doctor is offered.
    conversation_offered: bool,
}

impl From<Understood> for UnderstoodOut {
    fn from(understood: Understood) -> UnderstoodOut {
        UnderstoodOut {
            state: understood.consent.state,
            passed: understood.grade.passed,
            read_again: understood.grade.read_again(),
            conversation_offered: understood.conversation_offered(),
            round: understood.round.into(),
            results: each(understood.grade.graded),
        }
    }
}

/// A proof of identity that was taken.
#[derive(Clone, Debug, Object)]
pub struct ProvedOut {
    /// `confirmed`.
    state: String,
    /// Her level for signing: 2 with a check in person during this pregnancy.
    level: i64,
    /// Until when it counts as fresh.
    expires_at: DateTime<Utc>,
}

impl From<Proved> for ProvedOut {
    fn from(proved: Proved) -> ProvedOut {
        ProvedOut {
            state: "confirmed".to_owned(),
            level: proved.level,
            expires_at: proved.expires_at,
        }
    }
}
