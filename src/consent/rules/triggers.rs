//! When a new consent is needed: the one table of CE §12.2, and the decisions behind its rows.
//!
//! Not in it, because none of them asks for a new consent: a wording fix that is not material, another operator,
//! another phone or device, sedation alone.

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::guards::{self, Assessed};
use crate::consent::model::{State, TechniqueClass};

/// What has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A version of the template that is flagged as material.
    TemplateMaterial,
    /// The template was recalled for a defect.
    TemplateRecalled,
    /// Her own risks have gained one, or a higher severity.
    RiskGained,
    /// Another class of technique.
    TechniqueClass,
    /// A new admission, or another institution.
    Admission,
    /// The time for which it holds is over.
    Validity,
    /// She asks again after a refusal or a withdrawal.
    AskedAgain,
    /// Another ground: she decides for herself now, because she is of age, has her capacity back, or the authority of
    /// another has ended; or staff found that she can't decide any more.
    OwnDecision,
    /// Of the wrong woman, or of a wrong content.
    Error,
    /// What is kept is not what was signed.
    Integrity,
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The one in force stays so until the anesthesiologist has decided; those that are open are replaced (T11).
    Decide,
    /// As [`Effect::Decide`], at once, and the procedure does not start without an exception.
    Block,
    /// Another instance is needed; this one no longer carries the procedure.
    Renew,
    /// This one ends by itself (T14); another instance is needed.
    End,
    /// This one has ended; the other instance begins with her asking.
    Ask,
    /// This one is marked as entered in error (T16), then another instance.
    Void,
    /// An incident for the quality office; the anesthesiologist decides with her.
    Incident,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The id of the requirement.
    pub id: &'static str,
    /// What has changed.
    pub change: Change,
    /// What follows.
    pub effect: Effect,
    /// The task that it brings the anesthesiologists; none where she or an act is waited for.
    pub task: Option<&'static str>,
    /// The task is done within this, before labor.
    pub within: Duration,
}

const fn row(
    id: &'static str,
    change: Change,
    effect: Effect,
    task: Option<&'static str>,
    hours: i64,
) -> Row {
    Row {
        id,
        change,
        effect,
        task,
        within: Duration::hours(hours),
    }
}

/// The table.
pub const TRIGGERS: &[Row] = &[
    row(
        "RC1",
        Change::TemplateMaterial,
        Effect::Decide,
        Some("consent.template_changed"),
        24,
    ),
    row(
        "RC2",
        Change::TemplateRecalled,
        Effect::Block,
        Some("consent.template_recalled"),
        0,
    ),
    row(
        "RC3",
        Change::RiskGained,
        Effect::Renew,
        Some("consent.renew_risk"),
        24,
    ),
    row("RC4", Change::TechniqueClass, Effect::Renew, None, 0),
    row(
        "RC5",
        Change::Admission,
        Effect::End,
        Some("consent.renew_admission"),
        72,
    ),
    row(
        "RC6",
        Change::Validity,
        Effect::End,
        Some("consent.renew_validity"),
        72,
    ),
    row("RC7", Change::AskedAgain, Effect::Ask, None, 0),
    row(
        "RC8",
        Change::OwnDecision,
        Effect::Renew,
        Some("consent.renew_own_decision"),
        24,
    ),
    row("RC9", Change::Error, Effect::Void, None, 0),
    row(
        "RC10",
        Change::Integrity,
        Effect::Incident,
        Some("consent.renew_integrity"),
        4,
    ),
];

/// In labor every task of the table is done within this at most.
pub const IN_LABOR: Duration = Duration::minutes(15);

/// The row of a change.
pub fn of(change: Change) -> Option<&'static Row> {
    TRIGGERS.iter().find(|row| row.change == change)
}

/// By when a task of the table is due.
pub fn due(row: &Row, in_labor: bool, now: DateTime<Utc>) -> DateTime<Utc> {
    now + if in_labor {
        row.within.min(IN_LABOR)
    } else {
        row.within
    }
}

/// A finding that was put before her, or left out with a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The rule.
    pub rule: String,
    /// Its level then; none where it had not fired.
    pub level: Option<String>,
}

/// What her own risks have gained since the release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gained {
    /// They need another consent (RC3).
    pub renew: Vec<String>,
    /// Labor alone brought them: the anesthesiologist decides on them and confirms them at the bedside, in one act.
    pub bedside: Vec<String>,
}

/// What her own risks have gained since the release: a rule that she was not shown, or a higher level of one.
///
/// Source: CE §12.2 RC3; the decision on the gate to consent for what labor alone brings.
pub fn gained(shown: &[Shown], assessed: Option<&Assessed>) -> Gained {
    let mut gained = Gained::default();
    let injected = guards::injected(assessed);
    let findings = assessed.into_iter().flat_map(|assessed| &assessed.findings);
    for finding in findings.filter(|finding| injected.contains(&finding.rule.as_str())) {
        let before = shown.iter().find(|one| one.rule == finding.rule);
        let graver = |level: &str| severity(&finding.level) > severity(level);
        // Whose level then is not known was not put before her as it stands now.
        let known = before.is_some_and(|one| one.level.as_deref().is_some_and(|level| !graver(level)));
        if known {
            continue;
        }
        if finding.only_in_labor {
            gained.bedside.push(finding.rule.clone());
        } else {
            gained.renew.push(finding.rule.clone());
        }
    }
    gained
}

fn severity(level: &str) -> usize {
    ["none", "caution", "consult", "absolute"]
        .iter()
        .position(|one| *one == level)
        .unwrap_or(0)
}

/// Whether a consent to one class of technique covers another (RC4).
///
/// Source: consent.md §4: epidural, combined and dural puncture epidural are one class.
pub fn covers(presented: TechniqueClass, meant: TechniqueClass) -> bool {
    presented == meant && meant != TechniqueClass::Other
}

/// The day on which a minor is of age: 18 years.
///
/// Source: Civil Code, article 17.
pub fn of_age_on(birth: NaiveDate) -> Option<NaiveDate> {
    birth.checked_add_months(chrono::Months::new(18 * 12))
}

/// Whether what was shown may still be signed, countersigned or used, so that a gain makes a new one necessary.
pub fn is_live(state: State) -> bool {
    matches!(
        state,
        State::Issued | State::Reading | State::Ready | State::PatientSigned | State::Active
    )
}

#[cfg(test)]
#[path = "triggers_tests.rs"]
mod tests;
