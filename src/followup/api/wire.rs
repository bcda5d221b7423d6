//! What goes over the wire of follow-up.

use chrono::{DateTime, Utc};
use poem_openapi::Object;
use poem_openapi::types::Any;
use serde_json::Value;
use uuid::Uuid;

use crate::base::id::{AlertId, EpisodeId, FollowUpId, LaborId, PatientId, ResponseId, StaffId};
use crate::followup::acts::{Detailed, Entered, Listed, Shown};
use crate::followup::model::{
    AlertEntry, AlertEntryKind, AlertState, CallOutcome, Examined, Flag, FoundIn, LostReason, PhoneCall,
    Point, PointState, Proposal, SurveyGroup,
};

/// A follow-up point.
#[derive(Clone, Debug, Object)]
pub struct FollowUpOut {
    /// Its id.
    pub id: FollowUpId,
    /// Who.
    pub patient: PatientId,
    /// Her name.
    pub name: Option<String>,
    /// Record number of the hospital.
    pub record_number: String,
    /// Her pregnancy.
    pub episode: EpisodeId,
    /// Her labor.
    pub labor: LaborId,
    /// Which point.
    pub point: Point,
    /// Name of its form.
    pub form: String,
    /// A baby died: nothing said to her may speak of a baby or congratulate.
    pub after_loss: bool,
    /// Where it stands now.
    pub state: PointState,
    /// When the first baby was born.
    pub born_at: DateTime<Utc>,
    /// From when she can answer.
    pub opens: DateTime<Utc>,
    /// When she should have.
    pub due: DateTime<Utc>,
    /// From when staff phone her.
    pub overdue_at: DateTime<Utc>,
    /// The answers.
    pub response: Option<ResponseId>,
    /// Highest level of the answers: `none`, `yellow`, `orange`, `red`.
    pub level: Option<String>,
    /// Whether every question that a red flag needs was answered.
    pub complete: Option<bool>,
    /// When she answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// Why she was lost to follow-up.
    pub lost_reason: Option<LostReason>,
    /// Calls of staff, first to last.
    pub calls: Vec<PhoneCallOut>,
}

/// A call of staff.
#[derive(Clone, Debug, Object)]
pub struct PhoneCallOut {
    /// How it ended.
    pub outcome: CallOutcome,
    /// Who called.
    pub staff: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<PhoneCall> for PhoneCallOut {
    fn from(call: PhoneCall) -> PhoneCallOut {
        PhoneCallOut {
            outcome: call.outcome,
            staff: call.staff,
            at: call.at,
        }
    }
}

/// A call of staff about a point.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct PhoneCallIn {
    /// How it ended.
    pub outcome: CallOutcome,
}

/// Why she is given up.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct LostIn {
    /// Why.
    pub reason: LostReason,
}

impl From<Listed> for FollowUpOut {
    fn from(listed: Listed) -> FollowUpOut {
        let point = listed.point;
        FollowUpOut {
            id: point.id,
            patient: point.patient_id,
            name: listed.name,
            record_number: listed.record_number,
            episode: point.episode_id,
            labor: point.labor_id,
            point: point.point,
            form: point.form,
            after_loss: point.after_loss,
            state: listed.state,
            born_at: point.born_at,
            opens: point.opens,
            due: point.due,
            overdue_at: point.overdue_at,
            response: point.response_id,
            level: point.level,
            complete: point.complete,
            answered_at: point.answered_at,
            lost_reason: point.lost_reason,
            calls: point.calls.into_iter().map(Into::into).collect(),
        }
    }
}

/// Her answers, asked at the bedside or by phone.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct AnswersIn {
    /// A FHIR `QuestionnaireResponse` to the point's form.
    pub content: Any<Value>,
}

/// What answers came to.
#[derive(Object)]
pub struct EnteredOut {
    /// The answers.
    pub response: ResponseId,
    /// Highest level: `none`, `yellow`, `orange`, `red`.
    pub level: String,
    /// Whether every question that a red flag needs was answered.
    pub complete: bool,
    /// What it raised.
    pub alert: Option<AlertId>,
    /// What to tell her, in the language asked for.
    pub lines: Vec<String>,
}

impl From<Entered> for EnteredOut {
    fn from(entered: Entered) -> EnteredOut {
        EnteredOut {
            response: entered.response,
            level: entered.level,
            complete: entered.complete,
            alert: entered.alert,
            lines: entered.lines,
        }
    }
}

/// One rule that fired.
#[derive(Clone, Debug, Object)]
pub struct FlagOut {
    /// Rule id.
    pub rule: String,
    /// Its level.
    pub level: String,
    /// What staff read.
    pub staff: String,
    /// The answers, or what staff found, that decided it.
    pub decided_by: Vec<FlagDecidedByOut>,
    /// Guideline it rests on.
    pub source: String,
    /// Whether a clinician has confirmed the rule.
    pub confirmed: bool,
    /// Minutes within which somebody must act.
    pub within_minutes: Option<u32>,
}

/// An answer, or a part of an examination, that decided.
#[derive(Clone, Debug, Object)]
pub struct FlagDecidedByOut {
    /// The question, or the member of the examination.
    pub link_id: String,
    /// What was answered or found; several as a list.
    pub value: Any<Value>,
}

impl From<Flag> for FlagOut {
    fn from(flag: Flag) -> FlagOut {
        let decided_by = flag
            .decided_by
            .into_iter()
            .map(|(link_id, value)| FlagDecidedByOut {
                link_id,
                value: Any(value),
            });
        FlagOut {
            rule: flag.rule,
            level: flag.level,
            staff: flag.staff,
            decided_by: decided_by.collect(),
            source: flag.source,
            confirmed: flag.confirmed,
            within_minutes: flag.within_minutes,
        }
    }
}

/// What happened to an alert.
#[derive(Clone, Debug, Object)]
pub struct AlertEntryOut {
    /// What.
    pub kind: AlertEntryKind,
    /// Who.
    pub staff: StaffId,
    /// At which step: 0 first on call, 1 next on call, 2 duty officer.
    pub step: i64,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<AlertEntry> for AlertEntryOut {
    fn from(entry: AlertEntry) -> AlertEntryOut {
        AlertEntryOut {
            kind: entry.kind,
            staff: entry.staff,
            step: entry.step,
            at: entry.at,
        }
    }
}

/// An alert.
#[derive(Clone, Debug, Object)]
pub struct AlertOut {
    /// Its id.
    pub id: AlertId,
    /// Who.
    pub patient: PatientId,
    /// Her name.
    pub name: Option<String>,
    /// Her phone, to call her.
    pub phone: Option<String>,
    /// Record number of the hospital.
    pub record_number: String,
    /// The follow-up point, if the answers belong to one.
    pub follow_up: Option<FollowUpId>,
    /// The answers that raised it; absent where staff found it.
    pub response: Option<ResponseId>,
    /// The examination in which staff found it, one of those of the point.
    pub examination: Option<Uuid>,
    /// Name of the form whose rules fired.
    pub form: String,
    /// `yellow`, `orange` or `red`.
    pub level: String,
    /// What fired, the most urgent first.
    pub flags: Vec<FlagOut>,
    /// Version of the rules.
    pub rules_version: String,
    /// Whose it is: roles or `mental_health`.
    pub notify: Vec<String>,
    /// Where it stands.
    pub state: AlertState,
    /// How far it went: 0 first on call, 1 next on call, 2 duty officer.
    pub step: i64,
    /// When it was raised.
    pub raised_at: DateTime<Utc>,
    /// By when somebody must act.
    pub due: DateTime<Utc>,
    /// What came of it.
    pub outcome: Option<String>,
    /// The headache that her answers suggest.
    pub proposal: Option<Proposal>,
    /// When an anesthesiologist said that it is one after dural puncture.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Who was called, took it and closed it.
    pub history: Vec<AlertEntryOut>,
}

impl From<Shown> for AlertOut {
    fn from(shown: Shown) -> AlertOut {
        let alert = shown.alert;
        let (response, examination) = match alert.found_in {
            FoundIn::Answers(id) => (Some(id), None),
            FoundIn::Examination(id) => (None, Some(id)),
        };
        AlertOut {
            id: alert.id,
            patient: alert.patient_id,
            name: shown.name,
            phone: shown.phone,
            record_number: shown.record_number,
            follow_up: alert.follow_up_id,
            response,
            examination,
            form: alert.form,
            level: alert.level,
            flags: alert.flags.into_iter().map(Into::into).collect(),
            rules_version: alert.rules_version,
            notify: alert.notify,
            state: alert.state,
            step: alert.step,
            raised_at: alert.raised_at,
            due: alert.due,
            outcome: alert.outcome,
            proposal: alert.proposal,
            confirmed_at: alert.confirmed_at,
            history: alert.history.into_iter().map(Into::into).collect(),
        }
    }
}

/// What came of an alert.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct OutcomeIn {
    /// 2–1000 characters.
    pub outcome: String,
}

/// A headache after dural puncture, as an anesthesiologist found it.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct PdphIn {
    /// When it began.
    pub onset_at: DateTime<Utc>,
    /// 1 no treatment, 2 treated on the ward, 3 longer stay or a procedure as a blood patch, 4 permanent harm.
    pub severity: i64,
}

/// A follow-up point with what staff found.
#[derive(Clone, Debug, Object)]
pub struct FollowUpDetailOut {
    /// The point.
    pub point: FollowUpOut,
    /// Examinations, first to last.
    pub examinations: Vec<Examined>,
}

impl From<Detailed> for FollowUpDetailOut {
    fn from(detailed: Detailed) -> FollowUpDetailOut {
        FollowUpDetailOut {
            point: detailed.listed.into(),
            examinations: detailed.examinations,
        }
    }
}

/// What a survey came to.
#[derive(Clone, Debug, Object)]
pub struct SurveyOut {
    /// All replies, then by mode of delivery.
    pub groups: Vec<SurveyGroup>,
}
