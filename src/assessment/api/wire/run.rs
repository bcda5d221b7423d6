//! A run of the rules: what went in, what came out, what a re-check changed.

use chrono::{DateTime, Utc};
use poem_openapi::Object;
use poem_openapi::types::Any;
use serde_json::Value;
use uuid::Uuid;

use crate::assessment::acts::ShownFinding;
use crate::assessment::model::{Assessed, ChangedAnswer, Compared, Level, Shown, Used};
use crate::base::id::ResponseId;

/// One answer.
#[derive(Object)]
pub struct UsedOut {
    /// The question.
    pub link_id: String,
    /// `boolean`, `integer`, `decimal`, `date`, `date_time`, `time`, `text`, `code`, `attachment` or `url`.
    #[oai(rename = "type")]
    pub kind: String,
    /// The answer; decimals are texts.
    pub value: Any<Value>,
}

impl From<Used> for UsedOut {
    fn from(u: Used) -> UsedOut {
        UsedOut {
            link_id: u.link_id,
            kind: u.kind,
            value: Any(u.value),
        }
    }
}

/// A question with the answer that decided a finding.
#[derive(Object)]
pub struct DecidedByOut {
    /// The question.
    pub link_id: String,
    /// The answer, a list where several were given.
    pub value: Any<Value>,
}

/// A sentence in both languages.
#[derive(Object)]
pub struct SentenceOut {
    /// Simplified Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// One finding.
#[derive(Object)]
pub struct FindingOut {
    /// Id of the rule.
    pub rule: String,
    /// How it came out.
    pub outcome: Shown,
    /// Level of the rule, whatever the outcome.
    pub level: Level,
    /// Kind of the rule.
    pub kind: Option<String>,
    /// For staff.
    pub staff: String,
    /// What she is told.
    pub patient: SentenceOut,
    /// The answers that decided it.
    pub decided_by: Vec<DecidedByOut>,
    /// Questions without an answer that it hangs on.
    pub missing: Vec<String>,
    /// The end of a waiting time, RFC 3339.
    pub not_before: Option<String>,
    /// The guideline.
    pub source: String,
    /// Whether a clinician confirmed the rule.
    pub confirmed: bool,
    /// It stays with the anesthesiologist unless she agrees.
    pub confidential: bool,
    /// Laboratory values of hers behind it that nobody compared with the sheet yet.
    pub unverified: Vec<String>,
    /// It still wants an anesthesiologist's decision.
    pub undecided: bool,
}

impl From<ShownFinding> for FindingOut {
    fn from(s: ShownFinding) -> FindingOut {
        FindingOut {
            level: Level::of(&s.finding.level),
            rule: s.finding.rule,
            outcome: s.outcome,
            kind: s.finding.kind,
            staff: s.staff,
            patient: SentenceOut {
                zh: s.patient.zh,
                en: s.patient.en,
            },
            decided_by: s
                .finding
                .decided_by
                .into_iter()
                .map(|(link_id, value)| DecidedByOut {
                    link_id,
                    value: Any(value),
                })
                .collect(),
            missing: s.finding.missing,
            not_before: s.finding.not_before,
            source: s.finding.source,
            confirmed: s.finding.confirmed,
            confidential: s.confidential,
            unverified: s.unverified,
            undecided: s.undecided,
        }
    }
}

/// One run of the rules.
#[derive(Object)]
pub struct RunOut {
    /// Its id.
    pub id: Uuid,
    /// The revision of the answers that it saw.
    pub response_version: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// `url|version` of the form.
    pub form: String,
    /// Version of the rules.
    pub rules_version: String,
    /// SHA-256 of form and rules as they were loaded, hexadecimal.
    pub content_digest: Option<String>,
    /// SHA-256 over a salt and all answers that the rules could read, hexadecimal.
    pub answers_digest: Option<String>,
    /// The hospital's upper limit of APTT, seconds.
    pub aptt_uln: String,
    /// Version of the engine.
    pub engine_version: String,
    /// The highest level that fired.
    pub level: Level,
    /// Something needed her that day.
    pub urgent: bool,
    /// Rules that fired.
    pub fired: Vec<String>,
    /// Questions without an answer.
    pub missing: Vec<String>,
    /// Derived values by name; none where an input is missing.
    pub scores: Any<Value>,
    /// The latest waiting time, RFC 3339.
    pub not_before: Option<String>,
}

impl From<Assessed> for RunOut {
    fn from(a: Assessed) -> RunOut {
        let fired = a.result.fired().map(|finding| finding.rule.clone()).collect();
        let scores = a
            .result
            .scores
            .iter()
            .map(|(name, value)| (name.clone(), value.map(|v| v.to_string()).into()))
            .collect();
        RunOut {
            id: a.id,
            response_version: a.response_version,
            at: a.at,
            level: Level::of(&a.result.level),
            urgent: a.result.urgent,
            fired,
            scores: Any(Value::Object(scores)),
            form: a.result.form,
            rules_version: a.result.rules_version,
            content_digest: a.inputs.content_digest,
            answers_digest: a.inputs.answers_digest,
            aptt_uln: a.inputs.aptt_uln,
            engine_version: a.result.engine_version,
            missing: a.result.missing,
            not_before: a.result.not_before,
        }
    }
}

/// A question that was asked twice and answered differently.
#[derive(Object)]
pub struct ChangedAnswerOut {
    /// The question.
    pub link_id: String,
    /// The answers of pregnancy; none when it was left open or not asked.
    pub before: Vec<Any<Value>>,
    /// The answers now.
    pub now: Vec<Any<Value>>,
}

impl From<ChangedAnswer> for ChangedAnswerOut {
    fn from(c: ChangedAnswer) -> ChangedAnswerOut {
        ChangedAnswerOut {
            link_id: c.link_id,
            before: c.before.into_iter().map(Any).collect(),
            now: c.now.into_iter().map(Any).collect(),
        }
    }
}

/// A re-check beside the assessment of pregnancy.
#[derive(Object)]
pub struct ComparedOut {
    /// The answers of pregnancy.
    pub response_id: ResponseId,
    /// When the rules ran on them.
    pub at: DateTime<Utc>,
    /// What is answered differently, of what was asked both times.
    pub answers: Vec<ChangedAnswerOut>,
    /// Rules that fire now and did not.
    pub new: Vec<String>,
    /// Rules that fired and do not any more.
    pub gone: Vec<String>,
}

impl From<Compared> for ComparedOut {
    fn from(c: Compared) -> ComparedOut {
        ComparedOut {
            response_id: c.response_id,
            at: c.at,
            answers: c.answers.into_iter().map(Into::into).collect(),
            new: c.new,
            gone: c.gone,
        }
    }
}
