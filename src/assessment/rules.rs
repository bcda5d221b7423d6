//! Decisions about an assessment, pure: when a doctor looks at it, who may decide what, what she is told.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use serde_json::json;

use super::model::{Decision, Level, Outcome, Phase, Review, ReviewState, Shown};
use crate::base::id::StaffId;
use crate::base::{Code, Locale, Role};
use crate::content::messages;
use crate::forms::model::Told;
use crate::questionnaire::{Assessment, Finding, Form, Outcome as Judged, Status, Text, Who};

mod risk;
mod seen;
mod waiting;

pub use risk::grounds;
pub use seen::{Before, answers_used, compared, context, digest, union};
pub use waiting::waits;

/// How long a doctor has a review in hand.
pub const CLAIM: Duration = Duration::minutes(30);
/// From this week on a clinic visit can't wait.
const NEAR_TERM_WEEKS: i64 = 36;
const CLINIC: Duration = Duration::days(7);
/// By when the clinic sees her then.
pub const CLINIC_NEAR_TERM: Duration = Duration::hours(24);
const ROUTINE: Duration = Duration::days(14);
/// Kinds of findings that no doctor has to decide on: her wish, a lesson, the form of the consent.
const NOT_MEDICAL: [&str; 3] = ["preference", "education", "consent"];

/// The fired findings that need an anesthesiologist's decision (decision on the gate to consent).
pub fn weighty(result: &Assessment) -> impl Iterator<Item = &Finding> {
    result.fired().filter(|finding| is_weighty(finding))
}

fn is_weighty(finding: &Finding) -> bool {
    Level::of(&finding.level) >= Level::Consult
        && finding
            .kind
            .as_deref()
            .is_none_or(|kind| !NOT_MEDICAL.contains(&kind))
}

/// Rules of the same weight that nobody could judge: they hang on a question that had to be answered, or on an answer that
/// says too little, such as a day without its hour. An optional value that was not taken is no gap: where its absence
/// matters there is a rule on that.
fn unjudged(result: &Assessment) -> impl Iterator<Item = &Finding> {
    result.findings.iter().filter(|finding| {
        let wanted = |link_id| result.missing.contains(link_id);
        finding.outcome == Judged::Indeterminate
            && is_weighty(finding)
            && (finding.missing.is_empty() || finding.missing.iter().any(wanted))
    })
}

/// Whether such a rule hangs on a gap that somebody left: on a question that was put to her, or on one that other answers
/// brought up. What staff have yet to examine, as of every woman who is admitted, is no gap.
fn has_gap(form: &Form, result: &Assessment) -> bool {
    let left_open = |link_id: &String| {
        result.missing.contains(link_id)
            && (form.who(link_id) == Some(Who::Patient) || form.is_conditional(link_id))
    };
    unjudged(result).any(|finding| finding.missing.is_empty() || finding.missing.iter().any(left_open))
}

/// Whether an anesthesiologist is wanted: something that fired says so, or something of that weight could not be judged.
fn wants_doctor(form: &Form, result: &Assessment) -> bool {
    needs_clinic(result) || has_gap(form, result)
}

/// Whether the anesthesia clinic is asked to see her: her own wish and an obstetric reason alone don't.
pub fn needs_clinic(result: &Assessment) -> bool {
    result
        .told_level
        .as_deref()
        .is_some_and(|told| Level::of(told) >= Level::Consult)
}

/// By when a doctor looks at it. In labor what matters can't wait, and neither can what could not be judged.
///
/// Source: assessment questionnaire, "what the system does".
pub fn due(form: &Form, result: &Assessment, phase: Phase, weeks: i64, now: DateTime<Utc>) -> DateTime<Utc> {
    let wanted = wants_doctor(form, result);
    if result.urgent || (phase == Phase::Recheck && wanted) {
        now
    } else if !wanted {
        now + ROUTINE
    } else if weeks >= NEAR_TERM_WEEKS {
        now + CLINIC_NEAR_TERM
    } else {
        now + CLINIC
    }
}

/// Who is asked to look at it: nobody beyond the queue when nothing needs a doctor soon.
pub fn asked(form: &Form, result: &Assessment) -> Vec<Role> {
    if result.urgent {
        vec![Role::Anesthesiologist, Role::Obstetrician]
    } else if wants_doctor(form, result) {
        vec![Role::Anesthesiologist]
    } else {
        Vec::new()
    }
}

/// Whether a decision was made on this very finding: the same rule, outcome and answers.
fn covers(decided: &Assessment, finding: &Finding) -> bool {
    decided.findings.iter().any(|before| {
        before.rule == finding.rule
            && before.outcome == finding.outcome
            && before.decided_by == finding.decided_by
    })
}

/// Rules that still want an anesthesiologist's decision. `decisions` are newest first; of those on a finding the newest
/// counts.
pub fn undecided(result: &Assessment, decisions: &[(Decision, Assessment)]) -> Vec<String> {
    still_open(weighty(result), decisions)
}

/// Rules that nobody could judge and on which no anesthesiologist has decided as they stand.
pub fn not_assessed(result: &Assessment, decisions: &[(Decision, Assessment)]) -> Vec<String> {
    still_open(unjudged(result), decisions)
}

fn still_open<'a>(
    findings: impl Iterator<Item = &'a Finding>,
    decisions: &[(Decision, Assessment)],
) -> Vec<String> {
    findings
        .filter(|finding| {
            let latest = decisions.iter().find(|(decision, decided)| {
                decision.by_role == Role::Anesthesiologist && covers(decided, finding)
            });
            !latest.is_some_and(|(decision, _)| decision.outcome.clears())
        })
        .map(|finding| finding.rule.clone())
        .collect()
}

/// Whether it is not suitable for her: the newest decision says so, or the newest of an anesthesiologist, which no other
/// doctor lifts.
pub fn not_suitable(decisions: &[(Decision, Assessment)]) -> bool {
    let says_so = |(decision, _): &(Decision, Assessment)| decision.outcome == Outcome::NotSuitable;
    decisions.first().is_some_and(says_so) || ruled_out(decisions)
}

/// Whether an anesthesiologist's newest decision is that it is not suitable for her.
fn ruled_out(decisions: &[(Decision, Assessment)]) -> bool {
    let theirs = decisions
        .iter()
        .find(|(decision, _)| decision.by_role == Role::Anesthesiologist);
    theirs.is_some_and(|(decision, _)| decision.outcome == Outcome::NotSuitable)
}

/// Where a review stands now: a claim runs out by itself.
pub fn state(review: &Review, now: DateTime<Utc>) -> ReviewState {
    match review.state {
        ReviewState::Claimed if review.claim_ends_at.is_none_or(|ends| ends <= now) => ReviewState::Waiting,
        other => other,
    }
}

/// Whether a doctor may work on a review now.
///
/// Refuses: `assessment.claimed_by_another`.
pub fn may_work_on(review: &Review, me: StaffId, now: DateTime<Utc>) -> Result<(), Code> {
    if state(review, now) == ReviewState::Claimed && review.claimed_by != Some(me) {
        return Err(Code::AssessmentClaimedByAnother);
    }
    Ok(())
}

/// Whether a doctor of this role may decide so.
///
/// Refuses: `assessment.needs_anesthesiologist` when an obstetrician clears more than `caution`, what may be more, or what
/// an anesthesiologist found not suitable.
pub fn may_decide(
    result: &Assessment,
    outcome: Outcome,
    role: Role,
    decisions: &[(Decision, Assessment)],
) -> Result<(), Code> {
    let heavy = weighty(result).chain(unjudged(result)).next().is_some();
    if outcome.clears() && role != Role::Anesthesiologist && (heavy || ruled_out(decisions)) {
        return Err(Code::AssessmentNeedsAnesthesiologist);
    }
    Ok(())
}

/// Whether the decision overrules an absolute finding, which needs a reason.
pub fn overrules(result: &Assessment, outcome: Outcome) -> bool {
    outcome.clears() && weighty(result).any(|finding| Level::of(&finding.level) == Level::Absolute)
}

/// Where a review stands after a decision.
pub fn state_after(outcome: Outcome) -> ReviewState {
    match outcome {
        Outcome::Cleared | Outcome::ClearedWithConditions | Outcome::NotSuitable => ReviewState::Decided,
        Outcome::MoreInformation => ReviewState::MoreInformation,
        Outcome::NeedsConsult => ReviewState::Waiting,
    }
}

/// Whether a decided review stays so when the rules ran again: nothing new wants a decision, nothing of that weight can no
/// longer be judged, nothing new is urgent.
pub fn stays_decided(before: &Review, result: &Assessment, decisions: &[(Decision, Assessment)]) -> bool {
    before.state == ReviewState::Decided
        && undecided(result, decisions).is_empty()
        && not_assessed(result, decisions).is_empty()
        && (before.urgent || !result.urgent)
}

/// What she is told: what is urgent with whom to call, the sentence of her level, a sentence on each finding.
///
/// Never a message for staff. An unfinished assessment without findings is not "nothing found".
pub fn told(form: &Form, result: &Assessment, phone: &str, locale: Locale) -> Told {
    let say = |text: &Text| match locale {
        Locale::ZhCn => text.zh.clone(),
        Locale::En => text.en.clone(),
    };
    let sentences = |urgent: bool| {
        result
            .fired()
            .filter(move |finding| (finding.kind.as_deref() == Some("urgent")) == urgent)
            .filter_map(|finding| form.rule(&finding.rule))
            .map(|rule| say(&rule.patient))
            .collect::<Vec<_>>()
    };
    let mut lines = sentences(true);
    if result.urgent {
        lines.push(messages::field(
            locale,
            "told_call",
            Some(&json!({ "phone": phone })),
        ));
    }
    let unfinished = result.status == Status::Incomplete && result.level == Level::None.word();
    let told_level = result.told_level.clone().filter(|_| !unfinished);
    if unfinished {
        lines.push(messages::field(locale, "told_incomplete", None));
    }
    lines.extend(
        told_level
            .as_deref()
            .and_then(|level| form.level_sentence(level))
            .map(say),
    );
    lines.extend(sentences(false));
    let mut seen = BTreeSet::new();
    lines.retain(|line| seen.insert(line.clone()));
    Told {
        urgent: result.urgent,
        lines,
        phone: result.urgent.then(|| phone.to_owned()),
        level: told_level,
    }
}

/// Laboratory values of hers behind a finding that nobody compared with the sheet yet.
pub fn unverified(form: &Form, finding: &Finding, verified: &BTreeSet<&str>) -> Vec<String> {
    finding
        .decided_by
        .iter()
        .map(|(link_id, _)| link_id)
        .filter(|link_id| {
            link_id.starts_with("lab.")
                && form.who(link_id) == Some(Who::Patient)
                && !verified.contains(link_id.as_str())
        })
        .cloned()
        .collect()
}

/// Questions of hers that a finding hangs on and that she left open. What staff measure is nothing that she failed to say.
pub fn unanswered_by_her(form: &Form, finding: &Finding) -> Vec<String> {
    let hers = |link_id: &&String| form.who(link_id) == Some(Who::Patient);
    finding.missing.iter().filter(hers).cloned().collect()
}

/// Whether a finding may stand in her consent as a risk of hers, by level and kind (decision on what is injected): not her
/// own wish, the obstetricians' matters or the form of the consent.
pub fn is_put_before_her(finding: &Finding) -> bool {
    const KINDS: [&str; 4] = ["permanent", "temporary", "time-limited", "urgent"];
    Level::of(&finding.level) >= Level::Caution
        && finding.kind.as_deref().is_some_and(|kind| KINDS.contains(&kind))
}

/// Whether a finding of the re-check is one that only labor brings: its rule can hit at no other time, or it hangs on an
/// answer that is asked anew then, or on what staff measure at the bedside. A laboratory value is none of these.
pub fn is_of_labor(form: &Form, finding: &Finding) -> bool {
    let fresh = |(link_id, _): &(String, _)| {
        form.is_asked_afresh(link_id)
            || (form.who(link_id) == Some(Who::Staff) && link_id.starts_with("stf."))
    };
    form.is_of_recheck(&finding.rule) || finding.decided_by.iter().any(fresh)
}

/// How a finding is shown: what hangs on missing answers was not assessed, never "no risk".
pub fn shown(finding: &Finding) -> Shown {
    match finding.outcome {
        Judged::Fired => Shown::Fired,
        Judged::Clear => Shown::Clear,
        Judged::Indeterminate => Shown::NotAssessed,
    }
}

#[cfg(test)]
mod tests;
