//! What she gets back from each step before signing.

use chrono::{DateTime, Utc};
use poem_openapi::Object;

use super::wire::{DwellOut, MissingOut, RoundOut, each};
use crate::consent::acts::{Progress, Proved, Questions, Understood};
use crate::consent::model::State;
use crate::consent::rules::quiz::{Choice, Drawn, Graded};

/// What is left after a batch of reading.
#[derive(Clone, Debug, Object)]
pub struct ReadingProgressOut {
    /// Where the consent stands.
    state: State,
    /// Reading per section.
    reading: Vec<DwellOut>,
    /// What is missing before she may sign.
    missing: MissingOut,
}

impl From<Progress> for ReadingProgressOut {
    fn from(progress: Progress) -> ReadingProgressOut {
        ReadingProgressOut {
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

/// A proof of identity that was taken, or a code that is on its way.
#[derive(Clone, Debug, Object)]
pub struct ProvedOut {
    /// `confirmed`, or `sent`.
    state: String,
    /// Her level for signing: 2 with a check in person during this pregnancy.
    level: i64,
    /// Until when it counts as fresh, or the code that was sent can be used.
    expires_at: DateTime<Utc>,
}

impl From<Proved> for ProvedOut {
    fn from(proved: Proved) -> ProvedOut {
        ProvedOut {
            state: if proved.confirmed { "confirmed" } else { "sent" }.to_owned(),
            level: proved.level,
            expires_at: proved.expires_at,
        }
    }
}
