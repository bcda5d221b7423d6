//! Decisions of follow-up, pure: what answers raise, who is called, what she is told.

use chrono::{DateTime, Duration, Utc};
use rust_decimal::Decimal;
use serde_json::Value;
use std::collections::BTreeSet;

use super::model::{
    Alert, AlertState, CallOutcome, Examination, Flag, FollowUp, LostReason, PhoneCall, Point, SiteFinding,
};
use super::schedule;
use crate::analgesia;
use crate::analgesia::model::{Birth, CloseReason, Labor, Mother};
use crate::base::{Code, Locale, Role};
use crate::forms::model::Told;
pub use crate::people::facts::called;
use crate::questionnaire::{Assessment, Form};

/// The level of an alert that cannot wait.
pub const RED: &str = "red";
/// The level of an alert that is answered on the same day.
pub const ORANGE: &str = "orange";
/// From this time on what an orange flag allows is bounded by the hours of the day.
const ORANGE_ANSWERED: Duration = Duration::hours(4);
/// From the time at which an orange flag should have been answered to the call of the duty officer.
const ORANGE_OVERDUE: Duration = Duration::hours(1);
/// Minutes until an alert that nobody took goes to the next on call.
pub const NEXT_ON_CALL: Duration = Duration::minutes(10);
/// Minutes until it goes to the duty officer.
pub const DUTY_OFFICER: Duration = Duration::minutes(20);
/// Minutes until an anesthesiologist looks at weakness: hours after the last dose it is never expected (UK guideline 2020).
const WEAKNESS_SEEN: u32 = 60;
/// What staff write of sensation that is not changed.
const NORMAL: [&str; 9] = [
    "正常",
    "无",
    "无异常",
    "未见异常",
    "双侧正常",
    "感觉正常",
    "normal",
    "none",
    "no change",
];
/// The last step of the escalation.
pub const LAST_STEP: i64 = 2;

/// The place of a level in the queue: the most urgent first.
pub fn rank(level: &str) -> i64 {
    match level {
        "red" => 0,
        "orange" => 1,
        "yellow" => 2,
        _ => 3,
    }
}

/// What fired, the most urgent first.
pub fn flags(form: &Form, assessment: &Assessment) -> Vec<Flag> {
    let mut flags: Vec<Flag> = assessment
        .fired()
        .map(|finding| {
            let rule = form.rule(&finding.rule);
            Flag {
                rule: finding.rule.clone(),
                level: finding.level.clone(),
                staff: rule.map_or_else(String::new, |rule| rule.staff.clone()),
                decided_by: finding.decided_by.clone(),
                source: finding.source.clone(),
                confirmed: finding.confirmed,
                within_minutes: rule.and_then(|rule| rule.within_minutes),
            }
        })
        .collect();
    flags.sort_by_key(|flag| rank(&flag.level));
    flags
}

/// While she lies on the ward, the rules that say so are answered sooner than at home, at any hour.
pub fn on_ward(form: &Form, flags: &mut [Flag]) {
    for flag in flags {
        let sooner = form.rule(&flag.rule).and_then(|rule| rule.on_ward_within_minutes);
        flag.within_minutes = sooner.or(flag.within_minutes);
    }
}

/// The rules of a form that what staff find fires: those which her own words on the same would.
pub fn found(form: &Form, found: &Examination) -> Vec<Flag> {
    let flag = |rule: &str, level: &str, member: &str, value: Value| {
        let known = form.rule(rule);
        Flag {
            rule: rule.to_owned(),
            level: level.to_owned(),
            staff: known.map_or_else(String::new, |rule| rule.staff.clone()),
            decided_by: vec![(member.to_owned(), value)],
            source: known.map_or_else(String::new, |rule| rule.source.clone()),
            confirmed: known.is_some_and(|rule| rule.confirmed),
            within_minutes: known.and_then(|rule| rule.within_minutes),
        }
    };
    let weakness = |rule: &str, level: &str| {
        let fired = flag(rule, level, "bromage", found.bromage.into());
        let within = fired.within_minutes.unwrap_or(WEAKNESS_SEEN);
        Flag {
            within_minutes: Some(within.min(WEAKNESS_SEEN)),
            ..fired
        }
    };
    let reaches = |tenths| {
        let least = Decimal::new(tenths, 1);
        found.temperature_c.is_some_and(|degrees| degrees.0 >= least)
    };
    let site = |rule: &str, level: &str| {
        let words = found.site_findings.iter().map(|one| one.word());
        flag(rule, level, "site_findings", words.collect())
    };
    let is_inflamed = is_inflamed(&found.site_findings);
    let degrees = || -> Value { found.temperature_c.map(|degrees| degrees.to_string()).into() };
    let sensory = found.sensory.as_deref().filter(|text| !is_normal(text));
    let mut flags: Vec<Flag> = [
        match found.bromage {
            ..=0 => None,
            1 => Some(weakness("F19", ORANGE)),
            _ => Some(weakness("F01", RED)),
        },
        if reaches(390) {
            Some(flag("F04", RED, "temperature_c", degrees()))
        } else {
            reaches(380).then(|| flag("F11", ORANGE, "temperature_c", degrees()))
        },
        is_inflamed.then(|| site("F09", ORANGE)),
        (is_inflamed && reaches(380)).then(|| {
            let mut fired = site("F09b", RED);
            fired.decided_by.push(("temperature_c".to_owned(), degrees()));
            fired
        }),
        sensory.map(|text| flag("F08", ORANGE, "sensory", text.into())),
    ]
    .into_iter()
    .flatten()
    .collect();
    flags.sort_by_key(|flag| rank(&flag.level));
    flags
}

/// Whether the puncture site looks as if it were infected: what she would be called for if she said it herself (GK).
fn is_inflamed(site: &[SiteFinding]) -> bool {
    let has = |finding| site.contains(&finding);
    has(SiteFinding::Discharge) || (has(SiteFinding::Red) && has(SiteFinding::Swollen))
}

/// Whether a note on her sensation says only that nothing is changed.
fn is_normal(text: &str) -> bool {
    let text = text.trim_matches(|c: char| c.is_whitespace() || ['。', '.'].contains(&c));
    NORMAL.contains(&text.to_lowercase().as_str())
}

/// Whose duty the flags are: role words or `mental_health`, each once, in the order of urgency. What the form names nobody
/// for is the anesthesiologist's.
pub fn duties(form: &Form, flags: &[Flag]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut duties: Vec<String> = flags
        .iter()
        .filter_map(|flag| form.rule(&flag.rule))
        .flat_map(|rule| &rule.notify)
        .filter(|duty| seen.insert((*duty).clone()))
        .cloned()
        .collect();
    if duties.is_empty() {
        duties.push(Role::Anesthesiologist.word().to_owned());
    }
    duties
}

/// The role that answers for a duty. A hospital without a mental-health list has its obstetricians stand in.
pub fn role_of(duty: &str) -> Role {
    Role::parse(duty).unwrap_or(Role::Obstetrician)
}

/// By when somebody must act: the shortest time of all flags; an orange one that gives no shorter time is answered within
/// the hours of the day, or in the morning.
pub fn due(level: &str, flags: &[Flag], now: DateTime<Utc>) -> DateTime<Utc> {
    let minutes = flags.iter().filter_map(|flag| flag.within_minutes).min();
    let shortest = Duration::minutes(i64::from(minutes.unwrap_or(0)));
    if level == ORANGE && shortest >= ORANGE_ANSWERED {
        schedule::answer_by(now)
    } else {
        now + shortest
    }
}

/// When an alert that nobody takes goes how far. Yellow ends with the next on call, in daytime.
pub fn escalation(alert: &Alert) -> Vec<(i64, DateTime<Utc>)> {
    let raised = alert.raised_at;
    match alert.level.as_str() {
        RED => vec![(1, raised + NEXT_ON_CALL), (LAST_STEP, raised + DUTY_OFFICER)],
        ORANGE => vec![(1, alert.due), (LAST_STEP, alert.due + ORANGE_OVERDUE)],
        _ => vec![(1, schedule::awake(alert.due))],
    }
}

/// What she reads after her answers, never a diagnosis. Red: what to do now stands first; below it, what to do if it
/// gets worse stands last.
pub fn told(form: &Form, level: &str, flags: &[Flag], locale: Locale, phone: &str) -> Told {
    let text = |text: &crate::questionnaire::Text| match locale {
        Locale::ZhCn => text.zh.clone(),
        Locale::En => text.en.clone(),
    };
    let mut lines: Vec<String> = Vec::new();
    for rule in flags.iter().filter_map(|flag| form.rule(&flag.rule)) {
        let line = text(&rule.patient);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let urgent = level == RED;
    if let Some(sentence) = form.level_sentence(level).map(text) {
        let at = if urgent { 0 } else { lines.len() };
        lines.insert(at, sentence);
    }
    Told {
        urgent,
        phone: (!flags.is_empty()).then(|| phone.to_owned()),
        level: Some(level.to_owned()),
        lines,
    }
}

/// Whether no survey of any kind is sent after a birth: a baby died, the mother did or nearly did, or she was taken to
/// another hospital.
pub fn is_left_in_peace(birth: &Birth) -> bool {
    birth.is_loss() || birth.mother != Mother::Well || birth.moved
}

/// Whether she is not asked how satisfied she was: also who took her consent back is not, she is asked why.
pub fn is_survey_suppressed(birth: &Birth) -> bool {
    is_left_in_peace(birth) || birth.took_back
}

/// Whether staff may enter answers for a point.
///
/// Refuses: `followup.already_answered`.
pub fn may_enter(point: &FollowUp) -> Result<(), Code> {
    if point.answered_at.is_some() {
        Err(Code::FollowupAlreadyAnswered)
    } else {
        Ok(())
    }
}

/// Calls that nobody answered, after which she may be given up.
const UNANSWERED_CALLS: usize = 2;

/// Whether she may be given up as lost: staff have tried, or she told them so herself.
///
/// Refuses: `followup.already_answered`, `followup.calls_missing`.
pub fn may_lose(point: &FollowUp, reason: LostReason) -> Result<(), Code> {
    may_enter(point)?;
    let answered = |call: &&PhoneCall| call.outcome == CallOutcome::Answered;
    let answers = point.calls.iter().filter(answered).count();
    let told = answers > 0 && matches!(reason, LostReason::Declined | LostReason::MovedAway);
    if told || point.calls.len() - answers >= UNANSWERED_CALLS {
        Ok(())
    } else {
        Err(Code::FollowupCallsMissing)
    }
}

/// Whether staff examine her at a point: in hospital, and again before the first week is over.
///
/// Refuses: `followup.no_examination`.
pub fn may_examine(point: &FollowUp) -> Result<(), Code> {
    if matches!(point.point, Point::F24 | Point::F72) {
        Ok(())
    } else {
        Err(Code::FollowupNoExamination)
    }
}

/// Whether an examination calls an anesthesiologist beside what it raises: nothing may have stayed in her back, and nobody
/// is so warm or so cold without somebody having looked at her.
pub fn calls(found: &Examination) -> bool {
    let beyond = found
        .temperature_c
        .and_then(analgesia::facts::unusual_temperature);
    found.tip_intact == Some(false) || beyond.is_some()
}

/// Within this time after birth a discharge or a transfer is an early one.
const EARLY: Duration = Duration::hours(24);

/// Whether she went home, or was taken to another hospital, before the first day was over.
pub fn left_early(labor: &Labor, born_at: DateTime<Utc>) -> bool {
    matches!(
        labor.close_reason,
        Some(CloseReason::Discharged | CloseReason::Transferred)
    ) && labor.closed_at.is_some_and(|left| left < born_at + EARLY)
}

/// Whether an alert still takes a word.
///
/// Refuses: `followup.alert_closed`.
pub fn may_act(alert: &Alert) -> Result<(), Code> {
    if alert.state == AlertState::Closed {
        Err(Code::FollowupAlertClosed)
    } else {
        Ok(())
    }
}

/// Whether an alert goes a step further: nobody has taken it, and it has not gone there yet.
pub fn escalates(alert: &Alert, step: i64) -> bool {
    alert.state == AlertState::Open && alert.step < step && step <= LAST_STEP
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::StaffId;

    fn staff(n: u128) -> StaffId {
        StaffId(uuid::Uuid::from_u128(n))
    }

    fn flag(level: &str, within_minutes: Option<u32>) -> Flag {
        Flag {
            rule: "F01".to_owned(),
            level: level.to_owned(),
            staff: String::new(),
            decided_by: Vec::new(),
            source: String::new(),
            confirmed: false,
            within_minutes,
        }
    }

    #[test]
    fn red_stands_before_orange_and_yellow() {
        assert!(rank("red") < rank("orange"));
        assert!(rank("orange") < rank("yellow"));
    }

    #[test]
    fn the_shortest_time_of_all_flags_counts() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let flags = [flag("orange", Some(240)), flag("red", Some(5))];
        assert_eq!(due("red", &flags, now), now + Duration::minutes(5));
        assert_eq!(due("yellow", &[flag("yellow", None)], now), now);
        let today = [flag("orange", Some(60)), flag("orange", Some(1440))];
        assert_eq!(due("orange", &today, now), now + Duration::hours(1));
        assert_eq!(due("orange", &today[1..], now), now + Duration::hours(4));
    }

    #[test]
    fn a_roster_is_called_one_after_the_other() {
        let roster = [staff(1), staff(2), staff(3)];
        assert_eq!(called(&roster, true, 0), [staff(1)]);
        assert_eq!(called(&roster, true, 1), [staff(2)]);
        assert_eq!(called(&[staff(1)], true, 1), [staff(1)]);
    }

    #[test]
    fn without_a_roster_everybody_of_the_role_is_called() {
        let all = [staff(1), staff(2)];
        assert_eq!(called(&all, false, 0), all);
        assert!(called(&[], true, 0).is_empty());
    }

    #[test]
    fn thoughts_of_harm_reach_somebody_even_without_a_mental_health_list() {
        assert_eq!(role_of("mental_health"), Role::Obstetrician);
        assert_eq!(role_of("midwife"), Role::Midwife);
    }
}
