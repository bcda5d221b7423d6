//! What a hospital reads of a woman who was referred to it, on the wire.

use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;

use super::cases::CaseEntryOut;
use super::referrals::PregnantOut;
use crate::assessment::facts::{Decided, Fired, Standing};
use crate::consent::model::State;
use crate::episode::model::{Color, Stage};
use crate::quality::acts::Shared;

/// Something that the assessment found.
#[derive(Object)]
struct SharedFindingOut {
    /// The rule.
    rule: String,
    /// `caution`, `consult` or `absolute`.
    level: String,
    /// For staff.
    staff: String,
}

/// What an anesthesiologist decided on the assessment.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct SharedDecisionOut {
    /// `cleared`, `cleared_with_conditions`, `needs_consult`, `not_suitable` or `more_information`.
    outcome: String,
    /// When.
    at: DateTime<Utc>,
    /// Under which conditions.
    conditions: Option<String>,
    /// What is planned, one line.
    plan: Option<String>,
}

impl From<Decided> for SharedDecisionOut {
    fn from(d: Decided) -> SharedDecisionOut {
        SharedDecisionOut {
            outcome: d.outcome,
            at: d.at,
            conditions: d.conditions,
            plan: d.plan,
        }
    }
}

/// What a hospital reads of a woman who was referred to it.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct SharedOut {
    /// The last day on which it reads.
    until: NaiveDate,
    /// The number of her record in the hospital that sent her.
    record_number: String,
    /// Her name.
    name: Option<String>,
    /// Birth date.
    birth_date: Option<NaiveDate>,
    /// Phone.
    phone: Option<String>,
    /// Language she is most at ease with.
    language: String,
    /// Expected date of delivery.
    edd: NaiveDate,
    /// How far the pregnancy is.
    gestation: PregnantOut,
    /// Where on the pathway she is.
    stage: Stage,
    /// Pregnancies, this one included; 0 while she has not been asked.
    gravidity: i64,
    /// Births before.
    parity: i64,
    /// Fetuses.
    fetuses: i64,
    /// The color of her risk.
    color: Option<Color>,
    /// An infectious disease.
    purple: bool,
    /// Items of the risk table.
    risk_items: Vec<String>,
    /// The grading in the obstetrician's words.
    risk_reasons: Option<String>,
    /// The level of the assessment before analgesia; absent without one.
    assessment_level: Option<String>,
    /// `complete`, or `incomplete` while answers are missing: a level of `none` is no all-clear then.
    assessment_status: Option<String>,
    /// What it found.
    findings: Vec<SharedFindingOut>,
    /// Rules that nobody could judge for want of answers, and that no anesthesiologist decided on so.
    not_assessed: Vec<String>,
    /// Rules that still want an anesthesiologist's decision.
    undecided: Vec<String>,
    /// The anesthesiologist's newest decision; absent without one.
    decision: Option<SharedDecisionOut>,
    /// How her consent to analgesia stands; absent without one.
    consent: Option<State>,
    /// What was done in the managed case, first to last.
    case: Vec<CaseEntryOut>,
}

impl From<Shared> for SharedOut {
    fn from(s: Shared) -> SharedOut {
        let finding = |one: Fired| SharedFindingOut {
            rule: one.rule,
            level: one.level,
            staff: one.staff,
        };
        let of_assessment = |found: Standing| {
            let (level, status) = (Some(found.level), Some(found.status));
            (
                level,
                status,
                found.fired,
                found.not_assessed,
                found.undecided,
                found.decision,
            )
        };
        let (level, status, fired, not_assessed, undecided, decision) =
            s.assessment.map(of_assessment).unwrap_or_default();
        let (items, reasons) = match s.graded {
            Some(graded) => (graded.grading.items, Some(graded.grading.reasons)),
            None => (Vec::new(), None),
        };
        SharedOut {
            until: s.until,
            record_number: s.patient.record_number,
            name: s.patient.name,
            birth_date: s.patient.birth_date,
            phone: s.patient.phone,
            language: s.patient.language,
            edd: s.episode.edd,
            gestation: s.gestation.into(),
            stage: s.episode.stage,
            gravidity: s.episode.gravidity,
            parity: s.episode.parity,
            fetuses: s.episode.fetuses,
            color: s.episode.risk_color,
            purple: s.episode.purple,
            risk_items: items,
            risk_reasons: reasons,
            assessment_level: level,
            assessment_status: status,
            findings: fired.into_iter().map(finding).collect(),
            not_assessed,
            undecided,
            decision: decision.map(Into::into),
            consent: s.consent.map(|one| one.state),
            case: s.entries.into_iter().map(Into::into).collect(),
        }
    }
}
