//! Decisions about lessons, pure.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::model::{Attempt, Chosen, Marked, Progress};
use crate::base::Code;
use crate::content::lessons::{Body, Head};
use crate::episode::model::{Ending, Episode, Stage};
use crate::http::params::Faults;

/// Longest time on one lesson that a phone may claim, seconds.
pub const LONGEST_SECONDS: i64 = 24 * 60 * 60;

/// Lessons that speak of feeding and of care of the baby.
const WITH_BABY: [&str; 3] = ["L10", "L11", "L16"];

/// Whether a lesson is offered to her: whose baby died is not shown what comes before a birth, nor what speaks of a baby.
pub fn is_offered(lesson: &Head, ending: Option<Ending>) -> bool {
    ending != Some(Ending::Loss) || (lesson.weeks.postnatal && !WITH_BABY.contains(&lesson.code.as_str()))
}

/// What a phone reports of a lesson.
#[derive(Clone, Debug)]
pub struct Report {
    /// Of the text that she read.
    pub version: String,
    /// Percent of the text, 0–100.
    pub position: i64,
    /// Seconds spent on it, 0–86400.
    pub seconds: i64,
    /// Whether she came to its end.
    pub completed: bool,
}

/// Is this the text in force?
///
/// Refuses: `education.version_old`.
pub fn is_current(lesson: &Head, version: &str) -> Result<(), Code> {
    if lesson.version == version {
        Ok(())
    } else {
        Err(Code::EducationVersionOld)
    }
}

/// Where she is, as far as lessons are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// No hospital knows her pregnancy.
    Unknown,
    /// This completed week of it.
    Week(i64),
    /// She has given birth.
    Afterwards,
    /// The record has ended.
    Over,
}

impl When {
    /// Of a pregnancy on a day.
    pub fn of(episode: Option<&Episode>, today: NaiveDate) -> When {
        match episode {
            None => When::Unknown,
            Some(episode) => match episode.stage {
                Stage::Antenatal | Stage::Labor => When::Week(episode.gestation(today).weeks),
                Stage::Postpartum => When::Afterwards,
                Stage::Closed => When::Over,
            },
        }
    }
}

/// Is a lesson to be read now? Not what is done; what her week is in the window of, and what consent needs from the
/// beginning of its window on. Whose week is not known has the required ones before her.
pub fn due(lesson: &Head, done: bool, when: When) -> bool {
    let weeks = lesson.weeks;
    let open = match when {
        When::Unknown => lesson.required,
        When::Week(week) => {
            let over = weeks.to.is_some_and(|to| week > to);
            week >= weeks.from && (!over || lesson.required)
        }
        When::Afterwards => weeks.postnatal,
        When::Over => false,
    };
    open && !done
}

/// Checks a report.
pub fn check_report(faults: &mut Faults, report: &Report) {
    faults.number(report.position, "/position", 0, 100);
    faults.number(report.seconds, "/seconds", 0, LONGEST_SECONDS);
}

/// How far she is after a report: it only grows, whatever an older phone sends late.
pub fn grown(before: Progress, report: &Report, now: DateTime<Utc>) -> Progress {
    Progress {
        version: report.version.clone(),
        position: before.position.max(report.position),
        seconds: before.seconds.max(report.seconds),
        completed_at: before.completed_at.or(report.completed.then_some(now)),
        ..before
    }
}

/// Checks that every item of the quiz is answered once, with one of its options.
pub fn check_answers(faults: &mut Faults, body: &Body, answers: &[Chosen]) {
    let mut seen = BTreeSet::new();
    for (at, chosen) in answers.iter().enumerate() {
        let item = body.quiz.iter().find(|item| item.id == chosen.id);
        faults.check(
            item.is_some() && seen.insert(chosen.id.as_str()),
            &format!("/answers/{at}/id"),
            "unknown",
        );
        let offered = item.is_none_or(|item| item.options.iter().any(|option| option.code == chosen.option));
        faults.check(offered, &format!("/answers/{at}/option"), "unknown");
    }
    let complete = body.quiz.iter().all(|item| seen.contains(item.id.as_str()));
    faults.check(complete, "/answers", "required");
}

/// Marks a try: passed with at least two thirds of the items right.
pub fn mark(lesson: &Head, body: &Body, answers: &[Chosen]) -> Attempt {
    let items: Vec<Marked> = lesson
        .quiz
        .iter()
        .map(|key| {
            let right = answers
                .iter()
                .any(|chosen| chosen.id == key.id && chosen.option == key.answer);
            let item = body.quiz.iter().find(|item| item.id == key.id);
            Marked {
                id: key.id.clone(),
                right,
                answer: key.answer.clone(),
                explanation: item.map_or_else(String::new, |item| item.explanation(right)),
            }
        })
        .collect();
    let score = items.iter().filter(|item| item.right).count() as i64;
    let of = items.len() as i64;
    Attempt {
        score,
        of,
        passed: score * 3 >= of * 2,
        items,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Error, Locale};
    use crate::content::lessons::{Lesson, Weeks};
    use crate::content::{Content, Origin};

    fn with_lesson<T>(judge: impl FnOnce(&Lesson) -> T) -> T {
        let content = Content::open(Origin::BuiltIn).unwrap_or_else(|defects| panic!("{defects:?}"));
        judge(content.lessons.required().next().unwrap())
    }

    fn right(lesson: &Lesson, how_many: usize) -> Vec<Chosen> {
        let options = ["a", "b", "c"];
        let keys = lesson.head.quiz.iter().enumerate();
        keys.map(|(at, key)| Chosen {
            id: key.id.clone(),
            option: if at < how_many {
                key.answer.clone()
            } else {
                options
                    .into_iter()
                    .find(|one| *one != key.answer)
                    .unwrap()
                    .to_owned()
            },
        })
        .collect()
    }

    fn report(position: i64, seconds: i64, completed: bool) -> Report {
        Report {
            version: "1.0.0".to_owned(),
            position,
            seconds,
            completed,
        }
    }

    #[test]
    fn two_thirds_are_enough_and_less_is_not() {
        with_lesson(|lesson| {
            let of = lesson.head.quiz.len();
            let body = lesson.body(Locale::ZhCn);
            let enough = (of * 2).div_ceil(3);
            assert!(mark(&lesson.head, body, &right(lesson, enough)).passed);
            let short = mark(&lesson.head, body, &right(lesson, enough - 1));
            assert!(!short.passed);
            assert_eq!((short.score, short.of), (enough as i64 - 1, of as i64));
            assert!(short.items.iter().all(|item| !item.explanation.is_empty()));
        });
    }

    #[test]
    fn a_lesson_is_due_in_its_window_and_a_required_one_until_the_birth() {
        with_lesson(|lesson| {
            let mut head = lesson.head.clone();
            head.weeks = Weeks {
                from: 26,
                to: Some(36),
                postnatal: false,
            };
            let weeks = |head: &Head| [25, 26, 36, 37].map(|week| due(head, false, When::Week(week)));
            assert_eq!(weeks(&head), [false, true, true, true]);
            assert!(due(&head, false, When::Unknown) && !due(&head, false, When::Afterwards));
            head.required = false;
            assert_eq!(weeks(&head), [false, true, true, false]);
            assert!(!due(&head, false, When::Unknown) && !due(&head, true, When::Week(30)));
            head.weeks.postnatal = true;
            assert!(due(&head, false, When::Afterwards) && !due(&head, false, When::Over));
        });
    }

    #[test]
    fn what_is_left_after_a_loss_names_no_baby_and_no_mother() {
        let content = Content::open(Origin::BuiltIn).unwrap_or_else(|defects| panic!("{defects:?}"));
        let left = content.lessons.all().iter();
        let left: Vec<_> = left
            .filter(|lesson| is_offered(&lesson.head, Some(Ending::Loss)))
            .collect();
        assert!(!left.is_empty());
        for passage in left
            .iter()
            .flat_map(|lesson| lesson.bodies())
            .flat_map(Body::passages)
        {
            let text = passage.text.to_lowercase();
            for word in [
                "宝宝", "孩子", "妈妈", "母亲", "baby", "babies", "child", "mother",
            ] {
                assert!(!text.contains(word), "{}: {text}", passage.place);
            }
        }
    }

    #[test]
    fn progress_only_grows() {
        let now: DateTime<Utc> = "2026-03-02T01:00:00Z".parse().unwrap();
        let first = grown(Progress::none("risks", "1.0.0"), &report(80, 120, true), now);
        let later = grown(
            first.clone(),
            &report(20, 60, false),
            now + chrono::Duration::hours(1),
        );
        assert_eq!((later.position, later.seconds), (80, 120));
        assert_eq!(later.completed_at, Some(now));
    }

    #[test]
    fn a_lesson_is_done_when_read_to_the_end_and_passed() {
        let now: DateTime<Utc> = "2026-03-02T01:00:00Z".parse().unwrap();
        let mut progress = Progress::none("risks", "1.0.0");
        progress.passed_at = Some(now);
        assert!(!progress.done());
        assert!(grown(progress, &report(100, 200, true), now).done());
    }

    #[test]
    fn every_item_is_answered_once_with_an_option_of_its_own() {
        with_lesson(|lesson| {
            let body = lesson.body(Locale::En);
            let pointers = |answers: &[Chosen]| {
                let mut faults = Faults::default();
                check_answers(&mut faults, body, answers);
                match faults.done() {
                    Err(Error::Invalid(_, faults)) => faults.into_iter().map(|f| f.pointer).collect(),
                    _ => Vec::new(),
                }
            };
            let mut answers = right(lesson, 0);
            assert!(pointers(&answers).is_empty());
            answers.first_mut().unwrap().option = "z".to_owned();
            assert_eq!(pointers(&answers), ["/answers/0/option"]);
            let twice = vec![answers.last().unwrap().clone(); 2];
            assert_eq!(pointers(&twice), ["/answers/1/id", "/answers"]);
        });
    }
}
