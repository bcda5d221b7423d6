//! What has to hold for a release, a signature, a countersignature, a bedside confirmation and the start of analgesia.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc};

use super::triggers::{self, Shown};
use super::{BEDSIDE, FRESH, Refusal};
use crate::base::Code;
use crate::consent::model::{Check, Consent, Gate, Missing, Risks, Standing, State, Waiver};
use crate::episode::model::Stage;

/// A finding of the assessment, as far as consent cares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: String,
    /// Its level.
    pub level: String,
    /// Shown to her unless removed.
    pub inject: bool,
    /// For the anesthesiologist only.
    pub confidential: bool,
    /// Labor alone brought it, as a fever or a fresh blood pressure.
    pub only_in_labor: bool,
}

/// The assessment, as far as consent cares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assessed {
    /// What fired.
    pub findings: Vec<Finding>,
    /// Findings that still want an anesthesiologist's decision.
    pub undecided: bool,
    /// Their rules.
    pub open: Vec<String>,
    /// Rules of weight that nobody could judge, for want of answers, and that no anesthesiologist decided on.
    pub not_assessed: bool,
    /// The review says that neuraxial analgesia is not suitable for her.
    pub not_suitable: bool,
    /// Whether she can decide, as staff found; none while nobody said.
    pub capacity: Option<bool>,
}

/// The rules whose risk is put before her.
pub fn injected(assessed: Option<&Assessed>) -> Vec<&str> {
    assessed
        .into_iter()
        .flat_map(|assessed| &assessed.findings)
        .filter(|finding| finding.inject && !finding.confidential)
        .map(|finding| finding.rule.as_str())
        .collect()
}

/// Rules of a decision that are strange, or decided twice.
pub fn misplaced(risks: &Risks, injected: &[&str]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let named = risks
        .confirm
        .iter()
        .chain(risks.remove.iter().map(|removed| &removed.rule));
    named
        .filter(|rule| !injected.contains(&rule.as_str()) || !seen.insert(rule.as_str()))
        .cloned()
        .collect()
}

/// May the consent be released? (T02) What nobody could judge was not assessed: it wants a decision, or the waiver.
///
/// Refuses: `consent.assessment_missing`, `consent.not_suitable`, `consent.assessment_undecided`, `consent.risks_open`.
pub fn may_release(assessed: Option<&Assessed>, waived: bool, risks: &Risks) -> Result<(), Refusal> {
    if assessed.is_none() && !waived {
        return Err(Refusal::Plain(Code::ConsentAssessmentMissing));
    }
    may_proceed(assessed)?;
    if assessed.is_some_and(|assessed| assessed.not_assessed) && !waived {
        return Err(Refusal::Plain(Code::ConsentAssessmentUndecided));
    }
    let decided = |rule: &str| {
        risks.confirm.iter().any(|one| one == rule) || risks.remove.iter().any(|one| one.rule == rule)
    };
    let open: Vec<String> = injected(assessed)
        .into_iter()
        .filter(|rule| !decided(rule))
        .map(str::to_owned)
        .collect();
    if open.is_empty() {
        Ok(())
    } else {
        Err(Refusal::RisksOpen { rules: open })
    }
}

/// Does the assessment leave the way open? The guard of T02, T06 and T07.
///
/// Refuses: `consent.not_suitable`, `consent.assessment_undecided`.
pub fn may_proceed(assessed: Option<&Assessed>) -> Result<(), Refusal> {
    match assessed {
        Some(assessed) if assessed.not_suitable => Err(Refusal::Plain(Code::ConsentNotSuitable)),
        Some(assessed) if assessed.undecided => Err(Refusal::Plain(Code::ConsentAssessmentUndecided)),
        _ => Ok(()),
    }
}

/// Whether nothing but her identity and her agreements is missing any more (T04, T05).
pub fn gates_pass(missing: &Missing) -> bool {
    missing.lessons.is_empty()
        && missing.reading.is_empty()
        && !missing.comprehension
        && !missing.conversation
}

/// Takes out what an anesthesiologist waived.
pub fn waive(missing: &mut Missing, waivers: &[Waiver]) {
    for waiver in waivers {
        match waiver.gate {
            Gate::Lessons => missing.lessons.clear(),
            Gate::Reading => missing.reading.clear(),
            Gate::Comprehension => missing.comprehension = false,
        }
    }
}

/// Whether a gate still stands.
pub fn stands(missing: &Missing, gate: Gate) -> bool {
    match gate {
        Gate::Lessons => !missing.lessons.is_empty(),
        Gate::Reading => !missing.reading.is_empty(),
        Gate::Comprehension => missing.comprehension,
    }
}

/// Her identity level for signing: 2 with an in-person check during this pregnancy, which began about 280 days before
/// the due date; a check of the weeks before is taken too.
pub fn identity_level(checks: &[Check], edd: NaiveDate) -> i64 {
    let begins = edd.checked_sub_signed(Duration::days(294)).unwrap_or(edd);
    let in_person = checks
        .iter()
        .any(|check| check.method == "in_person" && check.at.date_naive() >= begins);
    if in_person { 2 } else { 1 }
}

/// Whether any check is at most ten minutes old.
pub fn is_fresh(checks: &[Check], now: DateTime<Utc>) -> bool {
    checks
        .iter()
        .any(|check| now - check.at <= FRESH && check.at <= now)
}

/// What a signature rests on.
pub struct Signing<'a> {
    /// What is still missing.
    pub missing: &'a Missing,
    /// What the client says she saw, lower-case hex.
    pub seen: &'a str,
    /// Statements that she affirmed.
    pub affirmed: &'a [String],
    /// Statements that she has to affirm.
    pub required: &'a [String],
    /// The assessment.
    pub assessed: Option<&'a Assessed>,
    /// Now.
    pub now: DateTime<Utc>,
}

/// May she sign? (T06)
///
/// Refuses: `consent.deadline_passed`, `consent.content_mismatch`, `people.agreement_missing`,
/// `consent.statement_missing`, `consent.interpreter_missing`, `consent.identity_level`, `consent.identity_fresh`,
/// `consent.not_suitable`, `consent.assessment_undecided`.
pub fn may_sign(consent: &Consent, signing: &Signing<'_>) -> Result<(), Refusal> {
    let refuse = |code| Err(Refusal::Plain(code));
    if consent
        .sign_deadline
        .is_none_or(|deadline| signing.now > deadline)
    {
        return refuse(Code::ConsentDeadlinePassed);
    }
    if consent.presented_sha256.as_deref() != Some(signing.seen) {
        return refuse(Code::ConsentContentMismatch);
    }
    if !signing.missing.agreements.is_empty() {
        return refuse(Code::PeopleAgreementMissing);
    }
    if !signing.required.iter().all(|id| signing.affirmed.contains(id)) {
        return refuse(Code::ConsentStatementMissing);
    }
    if signing.missing.interpreter {
        return refuse(Code::ConsentInterpreterMissing);
    }
    if signing.missing.identity_level {
        return refuse(Code::ConsentIdentityLevel);
    }
    if signing.missing.identity_fresh {
        return refuse(Code::ConsentIdentityFresh);
    }
    may_proceed(signing.assessed)
}

/// Is there still a birth to come? A consent lapses with it.
///
/// Refuses: `consent.after_birth`. Source: consent.md §4.
pub fn before_birth(stage: Stage) -> Result<(), Refusal> {
    match stage {
        Stage::Antenatal | Stage::Labor => Ok(()),
        _ => Err(Refusal::Plain(Code::ConsentAfterBirth)),
    }
}

/// The anesthesiologist who puts a consent in force.
#[derive(Clone, Copy, Debug)]
pub struct Doctor<'a> {
    /// The license number.
    pub license: Option<&'a str>,
    /// License, scope and years are shown for today.
    pub qualified: bool,
    /// The right to sign consents holds today.
    pub privileged: bool,
    /// He is a signer, a relative or the witness of this consent (CE-020).
    pub involved: bool,
    /// A senior one.
    pub senior: bool,
}

/// May this anesthesiologist put a consent in force, by a countersignature (T07) or with an original on paper (T17)?
/// `red`: the color of her risk.
///
/// Refuses: `consent.countersigner_involved`, `consent.license_missing`, `consent.unqualified`,
/// `consent.privilege_missing`, `consent.senior_needed`.
///
/// Source: five-color pregnancy risk grading, actions per color: red needs a senior anesthesiologist's sign-off.
pub fn may_answer_for(doctor: Doctor<'_>, red: bool) -> Result<(), Refusal> {
    let refuse = |code| Err(Refusal::Plain(code));
    if doctor.involved {
        return refuse(Code::ConsentCountersignerInvolved);
    }
    if doctor.license.is_none_or(|license| license.trim().is_empty()) {
        return refuse(Code::ConsentLicenseMissing);
    }
    if !doctor.qualified {
        return refuse(Code::ConsentUnqualified);
    }
    if !doctor.privileged {
        return refuse(Code::ConsentPrivilegeMissing);
    }
    if red && !doctor.senior {
        return refuse(Code::ConsentSeniorNeeded);
    }
    Ok(())
}

/// What a countersignature rests on.
pub struct Countersigning<'a> {
    /// Who countersigns.
    pub doctor: Doctor<'a>,
    /// Statements that the anesthesiologist affirmed.
    pub affirmed: &'a [String],
    /// Statements that have to be affirmed.
    pub required: &'a [String],
    /// Her risk color is red.
    pub red: bool,
    /// Questions of hers without an answer.
    pub unanswered: usize,
    /// The assessment.
    pub assessed: Option<&'a Assessed>,
    /// Now.
    pub now: DateTime<Utc>,
}

/// May the anesthesiologist countersign? (T07)
///
/// Refuses: `consent.deadline_passed`, what [`may_answer_for`] refuses, `consent.statement_missing`,
/// `consent.questions_open`, `consent.not_suitable`, `consent.assessment_undecided`.
pub fn may_countersign(consent: &Consent, signing: &Countersigning<'_>) -> Result<(), Refusal> {
    let refuse = |code| Err(Refusal::Plain(code));
    if consent.countersign_due_at.is_none_or(|due| signing.now > due) {
        return refuse(Code::ConsentDeadlinePassed);
    }
    may_answer_for(signing.doctor, signing.red)?;
    if !signing.required.iter().all(|id| signing.affirmed.contains(id)) {
        return refuse(Code::ConsentStatementMissing);
    }
    if signing.unanswered > 0 {
        return refuse(Code::ConsentQuestionsOpen);
    }
    may_proceed(signing.assessed)
}

/// Does what she was shown still say all of her own risks? What labor alone brings is left to the bedside (RC3).
///
/// Refuses: `consent.new_required`.
pub fn still_fits(shown: &[Shown], assessed: Option<&Assessed>) -> Result<(), Refusal> {
    let rules = triggers::gained(shown, assessed).renew;
    if rules.is_empty() {
        Ok(())
    } else {
        Err(Refusal::NewConsentRequired { rules })
    }
}

/// May it be released in the short form? (CE-203) It is for a woman in labor, and a template of an earlier time may have
/// none that can be shown.
///
/// Refuses: `consent.short_form_in_labor`, `consent.short_form_missing`.
pub fn may_be_short(in_labor: bool, has_short_form: bool) -> Result<(), Refusal> {
    match (in_labor, has_short_form) {
        (true, true) => Ok(()),
        (false, _) => Err(Refusal::Plain(Code::ConsentShortFormInLabor)),
        (true, false) => Err(Refusal::Plain(Code::ConsentShortFormMissing)),
    }
}

/// May the analgesia record start on this consent? (CE-202)
pub fn may_start(standing: &Standing, now: DateTime<Utc>) -> bool {
    standing.state == State::Active
        && standing.valid_until.is_some_and(|until| now < until)
        && standing
            .confirmed_at
            .is_some_and(|at| at <= now && now - at <= BEDSIDE)
}

/// Full years between two days.
pub fn age(birth: NaiveDate, on: NaiveDate) -> i64 {
    let years = i64::from(on.year() - birth.year());
    if (on.month(), on.day()) < (birth.month(), birth.day()) {
        years - 1
    } else {
        years
    }
}

#[cfg(test)]
#[path = "guards_tests.rs"]
pub(super) mod tests;
