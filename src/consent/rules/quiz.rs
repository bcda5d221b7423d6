//! The questions before signing: which ones she gets, in which order, and whether she has understood (CE-090 to CE-093).
//!
//! A draw is a pure function of the template, her risks, the consent and the round, so the same round shows the same
//! questions again without being stored before it is answered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::canonical::tagged;
use crate::base::id::ConsentId;
use crate::consent::model::ConsentForm;

/// A risk that she is shown, as far as a question on it needs.
#[derive(Clone, Debug)]
pub struct OwnRisk {
    /// The rule; for one in free text a running word.
    pub id: String,
    /// What she reads.
    pub text: String,
}

/// One of a question's answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Stable code.
    pub code: String,
    /// Text.
    pub text: String,
}

/// A question as drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// Stable id.
    pub id: String,
    /// Text.
    pub question: String,
    /// In the order shown.
    pub options: Vec<Choice>,
    /// The right one.
    pub answer: String,
    /// Why.
    pub explanation: String,
    /// The section that says it.
    pub section: String,
    /// Whether it must be right.
    pub critical: bool,
}

/// An answer of hers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The question.
    pub question: String,
    /// The option.
    pub option: String,
    /// How long it took, ms.
    pub took_ms: Option<i64>,
}

/// A question with her answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graded {
    /// As shown.
    pub shown: Drawn,
    /// Her answer.
    pub option: String,
    /// How long it took, ms.
    pub took_ms: Option<i64>,
    /// Whether it is right.
    pub correct: bool,
}

/// A graded round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grade {
    /// Each question.
    pub graded: Vec<Graded>,
    /// All critical right and enough in all.
    pub passed: bool,
}

impl Grade {
    /// Right answers, critical questions, right critical ones.
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |test: fn(&Graded) -> bool| self.graded.iter().filter(|one| test(one)).count();
        (
            count(|one| one.correct),
            count(|one| one.shown.critical),
            count(|one| one.shown.critical && one.correct),
        )
    }

    /// Sections to read again, in the order of the questions.
    pub fn read_again(&self) -> Vec<String> {
        let mut sections: Vec<String> = Vec::new();
        for one in self.graded.iter().filter(|one| !one.correct) {
            if !sections.contains(&one.shown.section) {
                sections.push(one.shown.section.clone());
            }
        }
        sections
    }
}

/// The questions of a round: the always asked, one of a pair, and one on her own risk.
pub fn draw(
    comprehension: &Value,
    form: ConsentForm,
    own: &[OwnRisk],
    fired: &[String],
    consent: ConsentId,
    round: i64,
) -> Vec<Drawn> {
    let mut dice = Dice::new(consent, round);
    let plan = plan(comprehension, form);
    let words = |name: &str| -> Vec<String> {
        let list = plan.and_then(|plan| plan.get(name)).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(|id| id.as_str().map(str::to_owned))
            .collect()
    };
    let mut ids = words("always");
    let pair = words("one_of");
    ids.extend(dice.pick(&pair).cloned());
    let own_risk = own_question(comprehension.get("own_risk"), own, fired, &mut dice);
    if own_risk.is_none() {
        ids.extend(
            plan.and_then(|plan| plan.get("own_risk_else")?.as_str())
                .map(str::to_owned),
        );
    }
    let bank: BTreeMap<&str, &Value> = comprehension
        .get("questions")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|question| Some((question.get("id")?.as_str()?, question)))
        .collect();
    let mut drawn: Vec<Drawn> = ids
        .iter()
        .filter_map(|id| bank.get(id.as_str()))
        .map(|question| {
            let options = question.get("options").and_then(Value::as_array);
            let options = options.into_iter().flatten().map(|o| Choice {
                code: text(o, "code"),
                text: text(o, "text"),
            });
            of(question, options.collect(), text(question, "answer"))
        })
        .chain(own_risk)
        .collect();
    dice.shuffle(&mut drawn);
    for question in &mut drawn {
        dice.shuffle(&mut question.options);
    }
    drawn
}

fn of(question: &Value, options: Vec<Choice>, answer: String) -> Drawn {
    Drawn {
        id: text(question, "id"),
        question: text(question, "question"),
        options,
        answer,
        explanation: text(question, "explanation"),
        section: text(question, "section"),
        critical: question.get("critical") == Some(&Value::Bool(true)),
    }
}

fn text(value: &Value, name: &str) -> String {
    value
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// "Which of these did your doctor name for you?": hers, and two that she lacks.
fn own_question(
    template: Option<&Value>,
    own: &[OwnRisk],
    fired: &[String],
    dice: &mut Dice,
) -> Option<Drawn> {
    let template = template?;
    let risk = dice.pick(own)?;
    let labels = template.get("labels")?.as_array()?;
    let names = |label: &Value, rule: &str| {
        let prefixes = label.get("rules").and_then(Value::as_array);
        prefixes
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .any(|prefix| rule.starts_with(prefix))
    };
    let right = labels.iter().find(|label| names(label, &risk.id)).map_or_else(
        || Choice {
            code: "own".into(),
            text: risk.text.clone(),
        },
        |label| Choice {
            code: text(label, "code"),
            text: text(label, "text"),
        },
    );
    let mut wrong: Vec<Choice> = labels
        .iter()
        .filter(|label| {
            !fired
                .iter()
                .chain(own.iter().map(|risk| &risk.id))
                .any(|rule| names(label, rule))
        })
        .map(|label| Choice {
            code: text(label, "code"),
            text: text(label, "text"),
        })
        .collect();
    dice.shuffle(&mut wrong);
    wrong.truncate(2);
    let answer = right.code.clone();
    wrong.insert(0, right);
    Some(of(template, wrong, answer))
}

/// Grades a round. `given` must answer each drawn question once; the ids that are missing or strange otherwise.
///
/// Passed = all critical right and at least `pass_correct` in all.
pub fn grade(drawn: Vec<Drawn>, given: &[Given], pass_correct: usize) -> Result<Grade, Vec<String>> {
    let mut faults: Vec<String> = given
        .iter()
        .filter(|answer| !drawn.iter().any(|question| question.id == answer.question))
        .map(|answer| answer.question.clone())
        .collect();
    let mut graded = Vec::new();
    for shown in drawn {
        let mut of_it = given.iter().filter(|answer| answer.question == shown.id);
        match (of_it.next(), of_it.next()) {
            (Some(answer), None) if shown.options.iter().any(|option| option.code == answer.option) => {
                graded.push(Graded {
                    correct: answer.option == shown.answer,
                    option: answer.option.clone(),
                    took_ms: answer.took_ms,
                    shown,
                });
            }
            _ => faults.push(shown.id),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut grade = Grade {
        graded,
        passed: false,
    };
    let (correct, critical, critical_correct) = grade.counts();
    grade.passed = critical_correct == critical && correct >= pass_correct;
    Ok(grade)
}

/// Which questions a form asks.
fn plan(comprehension: &Value, form: ConsentForm) -> Option<&Value> {
    comprehension.get(match form {
        ConsentForm::Full => "antenatal",
        ConsentForm::Short => "short",
    })
}

/// How many have to be right.
pub fn pass_correct(comprehension: &Value, form: ConsentForm) -> usize {
    plan(comprehension, form)
        .and_then(|plan| plan.get("pass_correct"))
        .and_then(Value::as_u64)
        .and_then(|count| usize::try_from(count).ok())
        .unwrap_or(usize::MAX)
}

/// Numbers that follow from the consent and the round alone.
struct Dice {
    seed: Vec<u8>,
    thrown: u64,
}

impl Dice {
    fn new(consent: ConsentId, round: i64) -> Dice {
        let seed = [consent.0.as_bytes().as_slice(), &round.to_be_bytes()].concat();
        Dice { seed, thrown: 0 }
    }

    /// Below `sides`, which is above 0.
    fn throw(&mut self, sides: usize) -> usize {
        self.thrown += 1;
        let bytes = tagged(
            "consent/draw/v1",
            &[self.seed.as_slice(), &self.thrown.to_be_bytes()].concat(),
        );
        let number = bytes
            .iter()
            .take(4)
            .fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
        number % sides.max(1)
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let at = self.throw(from.len());
        from.get(at)
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = self.throw(last + 1);
            list.swap(last, other);
        }
    }
}

#[cfg(test)]
#[path = "quiz_tests.rs"]
mod tests;
