//! Which headache answers suggest. Pure; only an anesthesiologist says that it is one after dural puncture.

use chrono::{DateTime, Duration, Utc};
use rust_decimal::Decimal;

use super::model::Proposal;
use crate::questionnaire::Answers;

/// Within what time of the puncture it begins (ICHD-3).
const ONSET: Duration = Duration::days(5);

/// What is known of her beside the answers.
pub struct Puncture {
    /// When; the first dose stands for it.
    pub at: DateTime<Utc>,
    /// Whether the dura is known to have been punctured by accident.
    pub is_known: bool,
}

/// Whether she has a headache.
pub fn has_headache(answers: &Answers) -> bool {
    is_one_of(answers, "fu.headache", &["mild", "moderate", "severe"])
}

/// The headache that answers suggest. What is not typical of it, as fever, a seizure, a focal sign or high pressure, is
/// another illness until that is excluded, and suggests nothing.
///
/// Source: ICHD-3, the criteria of the follow-up page.
pub fn propose(answers: &Answers, puncture: &Puncture, now: DateTime<Utc>) -> Option<Proposal> {
    if !has_headache(answers) || is_another(answers) {
        return None;
    }
    let begun = answers.get("fu.headache_start").first();
    let begun = begun
        .and_then(|answer| answer.instant())
        .map_or(now, |at| at.with_timezone(&Utc));
    if !(Duration::zero()..=ONSET).contains(&(begun - puncture.at)) {
        return None;
    }
    if is_one_of(answers, "fu.headache_posture", &["yes"]) {
        Some(Proposal::PdphTypical)
    } else {
        puncture.is_known.then_some(Proposal::PdphPossible)
    }
}

fn is_another(answers: &Answers) -> bool {
    let reaches = |item: &str, least: Decimal| {
        let answer = answers.get(item).first();
        answer
            .and_then(|answer| answer.number())
            .is_some_and(|number| number >= least)
    };
    is_one_of(answers, "fu.headache_with", &["fever", "seizure", "weak_side"])
        || is_one_of(
            answers,
            "fu.alarm",
            &["seizure", "speech_face", "confused", "vision", "epigastric"],
        )
        || is_one_of(answers, "fu.feverish", &["yes"])
        || reaches("fu.fever", Decimal::from(38))
        || reaches("fu.sbp", Decimal::from(140))
        || reaches("fu.dbp", Decimal::from(90))
}

fn is_one_of(answers: &Answers, item: &str, codes: &[&str]) -> bool {
    let mut given = answers.get(item).iter().filter_map(|answer| answer.code());
    given.any(|code| codes.contains(&code))
}
