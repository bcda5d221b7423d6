//! The bedside: whether a consent may be confirmed there, and whether what was seen confirms it (CE-201, CE-061).

use chrono::{DateTime, Utc};

use super::Refusal;
use super::guards::{self, Assessed, Finding};
use super::ladder::Ground;
use super::triggers::{self, Shown};
use crate::base::Code;
use crate::consent::model::{Consent, State};

/// May it be looked at at the bedside at all?
///
/// Refuses: `consent.illegal_transition` unless active, `consent.validity_over`.
pub fn is_in_force(consent: &Consent, now: DateTime<Utc>) -> Result<(), Refusal> {
    if consent.state != State::Active {
        return Err(Refusal::IllegalTransition {
            current: consent.state,
        });
    }
    if consent.valid_until.is_none_or(|until| now >= until) {
        return Err(Refusal::Plain(Code::ConsentValidityOver));
    }
    Ok(())
}

/// May the consent be confirmed at the bedside? (CE-201) What labor alone brought after the release, as a fever, is
/// confirmed here by the anesthesiologist, in the same act; any other gain needs another consent, and so does another
/// ground to sign on (RC8).
///
/// Refuses: `consent.illegal_transition` unless active, `consent.validity_over`, `consent.signer_changed`,
/// `consent.not_suitable`, `consent.new_required`, `consent.risks_unconfirmed`.
pub fn may_confirm(
    consent: &Consent,
    ground: &Ground,
    shown: &[Shown],
    assessed: Option<&Assessed>,
    confirmed: &[String],
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    is_in_force(consent, now)?;
    ground.stands()?;
    if assessed.is_some_and(|assessed| assessed.not_suitable) {
        return Err(Refusal::Plain(Code::ConsentNotSuitable));
    }
    guards::still_fits(shown, assessed)?;
    unconfirmed(shown, assessed, confirmed)
}

/// Does the assessment of this moment leave the way open for a consent that was confirmed at the bedside? What came after
/// the confirmation, as platelets or a decision, counts like what was there before it. What labor alone brought is decided
/// by the confirmation itself (`confirmed`), in one act.
///
/// Refuses: `consent.not_suitable`, `consent.assessment_undecided`, `consent.new_required`, `consent.risks_unconfirmed`.
pub fn may_begin(shown: &[Shown], assessed: Option<&Assessed>, confirmed: &[String]) -> Result<(), Refusal> {
    let settled = |rule: &String| {
        let of_labor = |finding: &Finding| finding.only_in_labor && finding.rule == *rule;
        confirmed.contains(rule) && assessed.is_some_and(|assessed| assessed.findings.iter().any(of_labor))
    };
    let decided = assessed.map(|assessed| Assessed {
        undecided: assessed.undecided && (assessed.open.is_empty() || !assessed.open.iter().all(settled)),
        ..assessed.clone()
    });
    guards::may_proceed(decided.as_ref())?;
    guards::still_fits(shown, assessed)?;
    unconfirmed(shown, assessed, confirmed)
}

/// What labor alone brought is confirmed.
fn unconfirmed(shown: &[Shown], assessed: Option<&Assessed>, confirmed: &[String]) -> Result<(), Refusal> {
    let mut rules = triggers::gained(shown, assessed).bedside;
    rules.retain(|rule| !confirmed.contains(rule));
    if rules.is_empty() {
        Ok(())
    } else {
        Err(Refusal::RisksUnconfirmed { rules })
    }
}

/// What was said and seen at the bedside, as far as it confirms a consent.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// She said or tapped her own yes.
    pub yes: bool,
    /// She still agrees.
    pub still_agrees: bool,
    /// The last questions are answered.
    pub answered: bool,
    /// She is oriented.
    pub orientation: bool,
    /// She said it in her own words.
    pub teach_back: bool,
    /// Who decides for her, and whether that person still agrees.
    pub proxy: Option<(&'a str, bool)>,
}

/// What is missing for a confirmation, as pointers into the request, each with its code. Of a woman who decides her own
/// yes is asked for, oriented and in her own words; for one who can't, the word of whoever signed for her (`signed_by`).
pub fn unsaid(said: Said<'_>, able: bool, signed_by: Option<&str>) -> Vec<(&'static str, &'static str)> {
    let mut missing = Vec::new();
    let mut check = |fits: bool, pointer, code| {
        if !fits {
            missing.push((pointer, code));
        }
    };
    check(said.answered, "/questions_answered", "affirm");
    if able {
        check(said.still_agrees, "/still_agrees", "affirm");
        check(said.yes, "/yes", "required");
        check(said.orientation, "/capacity/orientation", "affirm");
        check(said.teach_back, "/capacity/teach_back", "affirm");
        check(said.proxy.is_none(), "/proxy", "unknown");
        return missing;
    }
    check(!said.yes, "/yes", "unknown");
    match said.proxy {
        Some((name, agrees)) => {
            check(agrees, "/proxy/still_agrees", "affirm");
            check(
                signed_by.is_none_or(|signed| signed == name),
                "/proxy/name",
                "unknown",
            );
        }
        None => check(false, "/proxy", "required"),
    }
    missing
}

#[cfg(test)]
#[path = "bedside_tests.rs"]
mod tests;
