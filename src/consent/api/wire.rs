//! What clients get.

use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;

use super::after::{BedsideUnconfirmedOut, LaterOut, RefusalOut, WithdrawalOut};
use super::signing::{LogReceiptOut, SignerOut};
use super::voice::VoiceOut;
use crate::base::Locale;
use crate::base::id::{ConsentId, ConsentQuestionId, EpisodeId, PatientId, StaffId};
use crate::consent::model::{
    Asked, Basis, Channel, Consent, ConsentForm, Conversation, Dwell, Gate, Medium, Missing, Proposed, Round,
    State, TechniqueClass, View, Waiver,
};

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
    /// By whose right it is signed; chosen at release.
    basis: Basis,
    /// How much of the wording she is shown.
    form: ConsentForm,
    /// Where it was signed.
    medium: Medium,
    /// The class of technique that she was told of.
    technique_class: TechniqueClass,
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
    /// Since when the procedure that it covers is under way.
    started_at: Option<DateTime<Utc>>,
    /// When it ended.
    ended_at: Option<DateTime<Utc>>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// In the answer to a signature or a withdrawal: the log's promise to include it.
    #[oai(skip_serializing_if_is_none)]
    receipt: Option<LogReceiptOut>,
}

impl From<Consent> for ConsentOut {
    fn from(consent: Consent) -> ConsentOut {
        ConsentOut {
            id: consent.id,
            patient: consent.patient_id,
            episode: consent.episode_id,
            procedure_class: consent.procedure_class,
            locale: consent.locale,
            basis: consent.basis,
            form: consent.form,
            medium: consent.medium,
            technique_class: consent.technique_class,
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
            started_at: consent.started_at,
            ended_at: consent.ended_at,
            created_at: consent.created_at,
            receipt: consent.receipt.map(LogReceiptOut::from),
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
    /// Agreements that she has not given; `child_data` is her guardian's.
    agreements: Vec<String>,
    /// The wording does not exist in her language: a talk with an interpreter has to be recorded.
    interpreter: bool,
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
            interpreter: missing.interpreter,
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
    /// What she asked; empty where she spoke.
    question: String,
    /// What she asked aloud; `GET /consents/{id}/questions/{question}/voice` plays it.
    voice: Option<VoiceOut>,
    /// What is asked in it, as the doctor wrote it down.
    heard: Option<String>,
    /// When.
    asked_at: DateTime<Utc>,
    /// The answer.
    answer: Option<String>,
    /// Why the doctor closed it without an answer.
    closed: Option<String>,
    /// When it was answered or closed.
    answered_at: Option<DateTime<Utc>>,
}

impl From<Asked> for AskedOut {
    fn from(asked: Asked) -> AskedOut {
        AskedOut {
            id: asked.id,
            question: asked.question,
            voice: asked.voice.map(Into::into),
            heard: asked.heard,
            asked_at: asked.asked_at,
            answer: asked.answer,
            closed: asked.closed,
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
    /// Those whose acts the signature consists of; it is signed when all are there.
    signers: Vec<SignerOut>,
    /// Whether a relative may take note beside it.
    acknowledgement_allowed: bool,
    /// Her own risks with the decision on each; staff only.
    risks: Vec<ProposedOut>,
    /// The last confirmation at the bedside.
    confirmed_at: Option<DateTime<Utc>>,
    /// Whether the signed document can be fetched.
    has_document: bool,
    /// Whether the document of her refusal or withdrawal can be fetched; it is made within seconds.
    has_record: bool,
    /// The first day on which the record may be destroyed: 30 years after her last discharge, 15 after her last visit,
    /// whichever is later; absent while she is admitted.
    retain_until: Option<NaiveDate>,
    /// Whether the document of a confirmation at the bedside can be fetched; it is made within seconds.
    has_bedside_record: bool,
    /// Her withdrawal, and who knows of it.
    withdrawal: Option<WithdrawalOut>,
    /// Her refusal, and what she was told of it.
    refusal: Option<RefusalOut>,
    /// That she wants time to think, while it is before her to sign.
    later: Option<LaterOut>,
    /// That it could not be confirmed at the bedside, and was not since; staff only.
    unconfirmed: Option<BedsideUnconfirmedOut>,
}

/// A list in its wire form.
pub(super) fn each<T, U: From<T>>(list: Vec<T>) -> Vec<U> {
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
            signers: each(view.signers),
            acknowledgement_allowed: view.acknowledgement_allowed,
            risks: each(view.risks),
            confirmed_at: view.confirmed_at,
            has_document: view.has_document,
            has_record: view.has_record,
            retain_until: view.retain_until,
            has_bedside_record: view.has_bedside_record,
            withdrawal: view.withdrawal.map(WithdrawalOut::from),
            refusal: view.refusal.map(RefusalOut::from),
            later: view.later.map(LaterOut::from),
            unconfirmed: view.unconfirmed.map(BedsideUnconfirmedOut::from),
        }
    }
}
