//! What staff send.

use chrono::{DateTime, Utc};
use poem_openapi::Object;

use crate::base::error::{Error, Result};
use crate::base::id::{ConsentQuestionId, PatientId};
use crate::consent::acts::{Choice, CounterMark, No, Release, Settling, Spoken, Talk};
use crate::consent::model::{
    Added, Basis, Capacity, CapacityBasis, Channel, ConsentForm, Gate, Interpreter, InterpreterKind,
    RefusalReason, ReissueReason, Removed, ReturnReason, Risks, TechniqueClass, VoidReason,
};
use crate::http::ink::{CanvasIn, StrokesIn, strokes};

/// Staff prepare one.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct PrepareIn {
    /// For whom.
    pub patient: PatientId,
}

/// Which of her risks she is shown.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct RisksIn {
    /// Rule ids that are shown.
    #[oai(default)]
    confirm: Vec<String>,
    /// Rule ids that are left out, each with a reason.
    #[oai(default)]
    remove: Vec<RemovedIn>,
    /// Risks in the doctor's words, at most 20.
    #[oai(default)]
    add: Vec<AddedIn>,
}

/// A risk that is left out.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct RemovedIn {
    /// The rule.
    rule: String,
    /// Why, 1–500 characters.
    reason: String,
}

/// A risk in the doctor's words.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct AddedIn {
    /// 1–500 characters.
    text: String,
    /// What is planned, 1–500 characters.
    plan: Option<String>,
}

impl From<RisksIn> for Risks {
    fn from(risks: RisksIn) -> Risks {
        let removed = |one: RemovedIn| Removed {
            rule: one.rule,
            reason: one.reason,
        };
        let added = |one: AddedIn| Added {
            text: one.text,
            plan: one.plan,
        };
        Risks {
            confirm: risks.confirm,
            remove: risks.remove.into_iter().map(removed).collect(),
            add: risks.add.into_iter().map(added).collect(),
        }
    }
}

/// The release.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ReleaseIn {
    /// On her capacity.
    capacity: CapacityIn,
    /// Who signs; absent, her age and capacity say it.
    signing: Option<SigningIn>,
    /// Why there is no assessment, 1–500 characters.
    assessment_waived: Option<String>,
    /// The technique that is planned, in words, 1–60 characters.
    technique: Option<String>,
    /// Its class; `catheter` if absent. Another class needs another consent.
    technique_class: Option<TechniqueClass>,
    /// How much of the wording she is shown; `full` if absent. `short` is for a woman who is in labor.
    form: Option<ConsentForm>,
    /// Why the short form, 1–200 characters; needed with it, and it stands for the lessons that are waived.
    form_reason: Option<String>,
}

/// A statement on her capacity.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub(super) struct CapacityIn {
    /// What it rests on.
    basis: CapacityBasis,
    /// Whether she can decide herself.
    #[oai(default = "yes")]
    able: bool,
    /// In words, 1–500 characters.
    note: Option<String>,
}

fn yes() -> bool {
    true
}

/// Who signs, where it is not she alone.
#[derive(Default, Object)]
#[oai(deny_unknown_fields)]
pub(super) struct SigningIn {
    /// By whose right: `patient` for an adult who can decide, or `agent` with a written authority; `guardian` for a minor;
    /// `guardian` or `near_relative` for a woman who can't decide.
    basis: Option<Basis>,
    /// At 16 or 17 she lives mainly on income from her own labor, and signs as an adult.
    #[oai(default)]
    own_income: bool,
    /// Why it is not she who signs, 1–200 characters; needed unless she is a minor.
    reason: Option<String>,
    /// The word of a second doctor, from `POST /attestations` for `consent.release`; needed when she can't decide.
    attestation: Option<String>,
}

impl From<SigningIn> for Choice {
    fn from(signing: SigningIn) -> Choice {
        Choice {
            basis: signing.basis,
            own_income: signing.own_income,
            reason: signing.reason,
            attestation: signing.attestation,
        }
    }
}

impl From<CapacityIn> for Capacity {
    fn from(capacity: CapacityIn) -> Capacity {
        Capacity {
            basis: capacity.basis,
            able: capacity.able,
            note: capacity.note,
        }
    }
}

impl TryFrom<ReleaseIn> for Release {
    type Error = Error;

    fn try_from(release: ReleaseIn) -> Result<Release> {
        let short = match (release.form, release.form_reason) {
            (Some(ConsentForm::Short), Some(reason)) => Some(reason),
            (Some(ConsentForm::Short), None) => return Err(Error::invalid("/form_reason", "required")),
            (_, Some(_)) => return Err(Error::invalid("/form_reason", "format")),
            (_, None) => None,
        };
        Ok(Release {
            signing: release.signing.unwrap_or_default().into(),
            capacity: release.capacity.into(),
            assessment_waived: release.assessment_waived,
            technique: release.technique,
            technique_class: release.technique_class.unwrap_or(TechniqueClass::Catheter),
            short,
        })
    }
}

/// An answer to a question of hers, or why it is closed without one: one of the two.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct QuestionAnswerIn {
    /// The question.
    question: ConsentQuestionId,
    /// 1–1000 characters.
    answer: Option<String>,
    /// Closed without an answer, as when it was talked over.
    closed: Option<ClosedIn>,
    /// What is asked in a voice note, 1–500 characters; needed of one, whether it is answered or closed: the document prints
    /// it.
    heard: Option<String>,
}

/// Why a question of hers is closed without an answer.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct ClosedIn {
    /// 1–200 characters; she and the document are told.
    reason: String,
}

impl From<QuestionAnswerIn> for Settling {
    fn from(body: QuestionAnswerIn) -> Settling {
        Settling {
            question: body.question,
            answer: body.answer,
            closed: body.closed.map(|closed| closed.reason),
            heard: body.heard,
        }
    }
}

/// The explanation.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ConversationIn {
    /// How.
    channel: Channel,
    /// How long, 1–240 minutes.
    minutes: i64,
    /// When it was held; now if absent.
    held_at: Option<DateTime<Utc>>,
    /// Section ids; none means all of it.
    #[oai(default)]
    topics: Vec<String>,
    /// In words, 1–1000 characters.
    note: Option<String>,
    /// Who interpreted.
    interpreter: Option<InterpreterIn>,
}

/// Who interpreted.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct InterpreterIn {
    /// Name.
    name: String,
    /// Language.
    language: String,
    /// Staff, relative or service.
    kind: InterpreterKind,
}

impl From<ConversationIn> for Talk {
    fn from(body: ConversationIn) -> Talk {
        Talk {
            channel: body.channel,
            minutes: body.minutes,
            held_at: body.held_at,
            topics: body.topics,
            note: body.note,
            interpreter: body.interpreter.map(|one| Interpreter {
                name: one.name,
                language: one.language,
                kind: one.kind,
            }),
        }
    }
}

/// A gate closed with a reason.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct WaiveIn {
    /// Which.
    pub gate: Gate,
    /// Why, 1–200 characters; it stands on the document.
    pub reason: String,
    /// What she said in her own words; needed for the questions.
    pub teach_back: Option<String>,
}

/// The countersignature.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct CountersignIn {
    /// All of `explained`, `identity`, `capacity`.
    statements: Vec<String>,
    /// What he drew; with `canvas`, or neither.
    strokes: Option<StrokesIn>,
    /// Where he drew.
    canvas: Option<CanvasIn>,
}

impl TryFrom<CountersignIn> for CounterMark {
    type Error = Error;

    fn try_from(body: CountersignIn) -> Result<CounterMark> {
        let ink = match (body.strokes, body.canvas) {
            (Some(drawn), Some(canvas)) => Some((strokes(drawn)?, canvas.try_into()?)),
            (None, None) => None,
            (Some(_), None) => return Err(Error::invalid("/canvas", "required")),
            (None, Some(_)) => return Err(Error::invalid("/strokes", "required")),
        };
        Ok(CounterMark {
            statements: body.statements,
            ink,
        })
    }
}

/// Back to her for a defect.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ReturnIn {
    /// Why.
    pub reason: ReturnReason,
    /// In words, 1–500 characters; needed for `other`.
    pub note: Option<String>,
}

/// A no that she said aloud.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct SpokenNoIn {
    /// Why, by code; never required.
    #[oai(default)]
    reasons: Vec<RefusalReason>,
    /// Why, in her words, at most 500 characters.
    reason: Option<String>,
    /// Whether she wants to be asked again.
    #[oai(default)]
    ask_again: bool,
    /// The anesthesiologist who records it explained consequences and alternatives to her.
    #[oai(default)]
    explained: bool,
    /// The witness's word, from `POST /attestations`.
    attestation: Option<String>,
}

impl From<SpokenNoIn> for No {
    fn from(body: SpokenNoIn) -> No {
        No {
            reasons: body.reasons,
            reason: body.reason,
            ask_again: body.ask_again,
            spoken: Some(Spoken {
                explained: body.explained,
                attestation: body.attestation,
            }),
        }
    }
}

/// Another one in its place.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ReissueIn {
    /// Why.
    pub reason: ReissueReason,
    /// In words, 1–500 characters; needed for `other`.
    pub note: Option<String>,
}

/// Entered in error.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct VoidIn {
    /// Why.
    pub reason: VoidReason,
    /// In words, 1–500 characters.
    pub note: Option<String>,
    /// The word of the quality office, from `POST /attestations`.
    pub attestation: Option<String>,
}
