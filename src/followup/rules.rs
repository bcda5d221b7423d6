//! Decisions of follow-up, pure: what answers raise, who is called, what she is told.

use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeSet;

use super::model::{Alert, AlertState, Flag, FollowUp};
use crate::analgesia::model::{BabyOutcome, Birth};
use crate::base::{Code, Locale, Role};
use crate::forms::model::Told;
pub use crate::people::facts::called;
use crate::questionnaire::{Assessment, Form};

/// The level of an alert that cannot wait.
pub const RED: &str = "red";
/// Minutes until an alert that nobody took goes to the next on call.
pub const NEXT_ON_CALL: Duration = Duration::minutes(10);
/// Minutes until it goes to the duty officer.
pub const DUTY_OFFICER: Duration = Duration::minutes(20);
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

/// Whose duty the flags are: role words or `mental_health`, each once, in the order of urgency.
pub fn duties(form: &Form, flags: &[Flag]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    flags
        .iter()
        .filter_map(|flag| form.rule(&flag.rule))
        .flat_map(|rule| &rule.notify)
        .filter(|duty| seen.insert((*duty).clone()))
        .cloned()
        .collect()
}

/// The role that answers for a duty. A hospital without a mental-health list has its obstetricians stand in.
pub fn role_of(duty: &str) -> Role {
    Role::parse(duty).unwrap_or(Role::Obstetrician)
}

/// By when somebody must act: the shortest time of all flags.
pub fn due(flags: &[Flag], now: DateTime<Utc>) -> DateTime<Utc> {
    let minutes = flags.iter().filter_map(|flag| flag.within_minutes).min();
    now + Duration::minutes(i64::from(minutes.unwrap_or(0)))
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

/// Whether a baby died: nothing of hers may speak of a baby, of feeding or of satisfaction then.
pub fn is_loss(birth: &Birth) -> bool {
    birth.babies.iter().any(|baby| baby.outcome != BabyOutcome::Alive)
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
    alert.state == AlertState::Open && alert.level == RED && alert.step < step && step <= LAST_STEP
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
        assert_eq!(due(&flags, now), now + Duration::minutes(5));
        assert_eq!(due(&[flag("yellow", None)], now), now);
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
