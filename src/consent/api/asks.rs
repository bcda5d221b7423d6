//! What clients send.

use chrono::{DateTime, Utc};
use poem_openapi::{Enum, Object};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::base::error::{Error, Result};
use crate::base::id::{ConsentQuestionId, PatientId};
use crate::consent::acts::{Bedside, BedsideCapacity, CounterMark, Mark, No, Release, Talk};
use crate::consent::model::{
    Added, Capacity, CapacityBasis, Channel, Gate, Interpreter, InterpreterKind, ProofMethod, ReadingEvent,
    ReadingKind, RefusalReason, Removed, ReturnReason, Risks,
};
use crate::consent::rules::quiz::Given;
use crate::evidence::ink::{Canvas, Point, Strokes};

/// She asks for a consent.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct RequestIn {}

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
    /// Why there is no assessment, 1–500 characters.
    assessment_waived: Option<String>,
    /// The technique that is planned, in words, 1–60 characters.
    technique: Option<String>,
}

/// A statement on her capacity.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct CapacityIn {
    /// What it rests on.
    basis: CapacityBasis,
    /// In words, 1–500 characters.
    note: Option<String>,
}

impl From<ReleaseIn> for Release {
    fn from(release: ReleaseIn) -> Release {
        Release {
            capacity: Capacity {
                basis: release.capacity.basis,
                note: release.capacity.note,
            },
            assessment_waived: release.assessment_waived,
            technique: release.technique,
        }
    }
}

/// What she did while reading.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ReadingIn {
    /// The client's session, 1–64 characters.
    pub session: String,
    /// 1–500 events in their order.
    events: Vec<ReadingEventIn>,
}

/// One event.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct ReadingEventIn {
    /// What happened.
    kind: ReadingKind,
    /// The section's id.
    section: String,
    /// Counts up by one within the session, from 0 or 1.
    seq: i64,
    /// The client's monotonic clock, ms.
    at_ms: i64,
}

impl ReadingIn {
    /// The events.
    pub fn events(self) -> Vec<ReadingEvent> {
        let event = |one: ReadingEventIn| ReadingEvent {
            kind: one.kind,
            section: one.section,
            seq: one.seq,
            at_ms: one.at_ms,
        };
        self.events.into_iter().map(event).collect()
    }
}

/// Her answers to a round of questions.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ComprehensionIn {
    /// Each question once.
    answers: Vec<GivenIn>,
}

/// One answer.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct GivenIn {
    /// The question's id.
    question: String,
    /// The option's code.
    option: String,
    /// How long it took, ms.
    took_ms: Option<i64>,
}

impl From<ComprehensionIn> for Vec<Given> {
    fn from(body: ComprehensionIn) -> Vec<Given> {
        let given = |one: GivenIn| Given {
            question: one.question,
            option: one.option,
            took_ms: one.took_ms,
        };
        body.answers.into_iter().map(given).collect()
    }
}

/// A question of hers.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct AskIn {
    /// 1–500 characters.
    pub question: String,
}

/// An answer to a question of hers.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct AnswerIn {
    /// The question.
    pub question: ConsentQuestionId,
    /// 1–1000 characters.
    pub answer: String,
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

/// A proof of her identity.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct IdentityIn {
    /// How.
    pub method: ProofMethod,
    /// The bedside code, or the code of WeChat's phone button.
    pub code: String,
}

/// What she decides when she signs.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
pub enum DecisionIn {
    /// She agrees.
    Agree,
}

/// Who draws.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
pub enum SignerKind {
    /// She herself.
    Patient,
}

/// Who draws.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct SignerIn {
    /// She herself.
    kind: SignerKind,
}

/// The field that was drawn in.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct CanvasIn {
    /// Canvas units, 1–20 000.
    width: u32,
    /// Canvas units, 1–20 000.
    height: u32,
    /// Device pixels per unit, a decimal as text.
    pixel_ratio: String,
    /// The client's wall clock at the first touch.
    started_at: DateTime<Utc>,
}

impl TryFrom<CanvasIn> for Canvas {
    type Error = Error;

    fn try_from(canvas: CanvasIn) -> Result<Canvas> {
        Ok(Canvas {
            width: canvas.width,
            height: canvas.height,
            pixel_ratio: canvas
                .pixel_ratio
                .parse::<Decimal>()
                .map_err(|_| Error::invalid("/canvas/pixel_ratio", "format"))?,
            started_at: canvas.started_at,
        })
    }
}

/// Strokes on the wire: `[[[x, y, t_ms, p], …], …]`.
type StrokesIn = Vec<Vec<Vec<i64>>>;

fn strokes(strokes: StrokesIn) -> Result<Strokes> {
    let point = |one: Vec<i64>| match one.as_slice() {
        [x, y, t, p] => Ok(Point(*x, *y, *t, *p)),
        _ => Err(Error::invalid("/strokes", "format")),
    };
    let stroke = |one: Vec<Vec<i64>>| one.into_iter().map(point).collect::<Result<Vec<Point>>>();
    strokes
        .into_iter()
        .map(stroke)
        .collect::<Result<Vec<_>>>()
        .map(Strokes)
}

/// What the client says of the device (CE-110); each text at most 80 characters.
#[derive(Object, Default)]
#[oai(deny_unknown_fields)]
struct DeviceIn {
    /// Client type and version.
    client: Option<String>,
    /// Platform and version.
    platform: Option<String>,
    /// Device model.
    model: Option<String>,
    /// Screen in points, `390x844`.
    screen: Option<String>,
    /// Language setting.
    locale: Option<String>,
    /// Time zone.
    time_zone: Option<String>,
    /// Kind of network.
    network: Option<String>,
    /// The app's own id of the device.
    device_id: Option<String>,
    /// Client clock less server clock, ms.
    clock_offset_ms: Option<i64>,
}

impl DeviceIn {
    fn evidence(self) -> Value {
        let short = |text: Option<String>| text.map(|text| text.chars().take(80).collect::<String>());
        json!({
            "client": short(self.client),
            "platform": short(self.platform),
            "model": short(self.model),
            "screen": short(self.screen),
            "locale": short(self.locale),
            "time_zone": short(self.time_zone),
            "network": short(self.network),
            "device_id": short(self.device_id),
            // Farther apart than a century is no offset; and the evidence takes exact integers only.
            "clock_offset_ms": self.clock_offset_ms.map(|ms| ms.clamp(-3_155_760_000_000, 3_155_760_000_000)),
        })
    }
}

/// Her signature.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct SignIn {
    /// SHA-256 of the bytes that were shown, lower-case hex.
    presented_sha256: String,
    /// Ids of the statements that she affirmed.
    statements: Vec<String>,
    /// Her decision.
    decision: DecisionIn,
    /// `[[[x, y, t_ms, p], …], …]`: what she drew, pressure 0–1000 or −1.
    strokes: StrokesIn,
    /// Where she drew.
    canvas: CanvasIn,
    /// Who draws; she herself if absent.
    signer: Option<SignerIn>,
    /// The device.
    device: Option<DeviceIn>,
}

impl TryFrom<SignIn> for Mark {
    type Error = Error;

    fn try_from(body: SignIn) -> Result<Mark> {
        Ok(Mark {
            presented_sha256: body.presented_sha256,
            statements: body.statements,
            strokes: strokes(body.strokes)?,
            canvas: body.canvas.try_into()?,
            device: body.device.unwrap_or_default().evidence(),
        })
    }
}

/// She says no, or takes back; nothing of it is needed.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct NoIn {
    /// Why, by code.
    #[oai(default)]
    reasons: Vec<RefusalReason>,
    /// Why, in words, at most 500 characters.
    reason: Option<String>,
    /// Whether she wants to be asked again.
    #[oai(default)]
    ask_again: bool,
}

impl From<NoIn> for No {
    fn from(body: NoIn) -> No {
        No {
            reasons: body.reasons,
            reason: body.reason,
            ask_again: body.ask_again,
        }
    }
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

/// The confirmation at the bedside.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct BedsideIn {
    /// Two different ones of `name`, `birth_date`, `id_document`, `record_number`, `wristband`, `phone`.
    identifiers: Vec<String>,
    /// She still agrees; a no is a withdrawal.
    still_agrees: bool,
    /// Something has changed since she signed.
    anything_changed: bool,
    /// Her last questions are answered.
    questions_answered: bool,
    /// Rule ids of risks that are new since the release and explained now.
    #[oai(default)]
    risks_confirmed: Vec<String>,
    /// Her capacity in labor.
    capacity: BedsideCapacityIn,
}

/// Her capacity in labor.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct BedsideCapacityIn {
    /// Oriented.
    orientation: bool,
    /// She said it in her own words.
    teach_back: bool,
    /// Pain, 0–10.
    pain_score: i64,
    /// An opioid within the last four hours.
    opioid_4h: bool,
}

impl From<BedsideIn> for Bedside {
    fn from(body: BedsideIn) -> Bedside {
        Bedside {
            identifiers: body.identifiers,
            still_agrees: body.still_agrees,
            anything_changed: body.anything_changed,
            questions_answered: body.questions_answered,
            risks_confirmed: body.risks_confirmed,
            capacity: BedsideCapacity {
                orientation: body.capacity.orientation,
                teach_back: body.capacity.teach_back,
                pain_score: body.capacity.pain_score,
                opioid_4h: body.capacity.opioid_4h,
            },
        }
    }
}
