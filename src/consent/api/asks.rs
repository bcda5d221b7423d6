//! What she sends.

use chrono::NaiveDate;
use poem_openapi::{Enum, Object};
use serde::Serialize;
use serde_json::{Value, json};

use crate::consent::acts::{No, Proof, RecordClaim};
use crate::consent::model::{MediaRange, ProofMethod, ReadingEvent, ReadingKind, RefusalReason};
use crate::consent::rules::quiz::Given;

/// She asks for a consent.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ConsentRequestIn {}

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
    /// What was played; needed with `media_range`, and with nothing else.
    range: Option<MediaRangeIn>,
}

/// A part of sound or film that was played; within a day of it.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct MediaRangeIn {
    /// From here, ms from its beginning.
    from_ms: i64,
    /// To here, ms from its beginning; not before `from_ms`.
    to_ms: i64,
}

impl ReadingIn {
    /// The events.
    pub fn events(self) -> Vec<ReadingEvent> {
        let event = |one: ReadingEventIn| ReadingEvent {
            kind: one.kind,
            section: one.section,
            seq: one.seq,
            at_ms: one.at_ms,
            range: one.range.map(|range| MediaRange {
                from_ms: range.from_ms,
                to_ms: range.to_ms,
            }),
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

/// A proof of her identity.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct IdentityIn {
    /// How.
    method: ProofMethod,
    /// The bedside code, the code of WeChat's phone button, or the one that came to her phone; `one_time_code` without it
    /// has one sent.
    code: Option<String>,
    /// For `record_match`.
    record: Option<RecordClaimIn>,
}

/// What only she and the record know.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct RecordClaimIn {
    /// Name.
    name: String,
    /// Record number.
    record_number: String,
    /// Birth date.
    birth_date: NaiveDate,
}

impl From<IdentityIn> for Proof {
    fn from(body: IdentityIn) -> Proof {
        Proof {
            method: body.method,
            code: body.code,
            record: body.record.map(|claim| RecordClaim {
                name: claim.name,
                record_number: claim.record_number,
                birth_date: claim.birth_date,
            }),
        }
    }
}

/// What the client says of the device (CE-110); each text at most 80 characters.
#[derive(Object, Default)]
#[oai(deny_unknown_fields)]
pub(super) struct DeviceIn {
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
    /// Size of the text she read, percent of the usual size.
    font_size: Option<i64>,
    /// The contrast that she had set.
    contrast: Option<ContrastIn>,
    /// Whether sound was on.
    audio: Option<bool>,
}

/// A setting of contrast.
#[derive(Clone, Copy, Serialize, Enum)]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
enum ContrastIn {
    /// As usual.
    Normal,
    /// High.
    High,
}

impl DeviceIn {
    /// As evidence.
    pub(super) fn evidence(self) -> Value {
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
            // No screen shows less or more.
            "font_size": self.font_size.map(|percent| percent.clamp(10, 1000)),
            "contrast": self.contrast,
            "audio": self.audio,
            "clock_offset_ms": self.clock_offset_ms.map(|ms| ms.clamp(-3_155_760_000_000, 3_155_760_000_000)),
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
            spoken: None,
        }
    }
}
