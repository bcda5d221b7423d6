//! Deciding a condition over answers: Kleene's three values, and what decided.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde_json::Value;

use super::form::Form;
use super::predicate::{Measure, Operand, Predicate};
use super::reckon::Scores;
use super::value::{Answer, clinic};
use super::{Context, Outcome};

/// Everything that a condition may look at.
pub(super) struct Facts<'a> {
    pub(super) form: &'a Form,
    pub(super) answers: &'a [&'a [Answer]],
    pub(super) enabled: &'a [bool],
    pub(super) context: &'a Context,
    pub(super) scores: &'a Scores<'a>,
    /// Outcomes of the rules above, in table order.
    pub(super) outcomes: &'a [Outcome],
}

/// The items that make a condition come out as it does.
#[derive(Debug, Default)]
pub(super) struct Decisive {
    pub(super) all: BTreeSet<usize>,
    /// Those of them that lack a time of day.
    pub(super) untimed: BTreeSet<usize>,
}

/// A measured number, or why there is none.
enum Measured {
    Number(Decimal),
    Unknown,
    NotApplicable,
}

impl Facts<'_> {
    fn enabled(&self, index: usize) -> bool {
        self.enabled.get(index).copied().unwrap_or(false)
    }

    /// The answers that count: those of an enabled question.
    pub(super) fn of(&self, index: usize) -> &[Answer] {
        if self.enabled(index) {
            self.answers.get(index).copied().unwrap_or_default()
        } else {
            &[]
        }
    }

    /// Does the condition hold?
    pub(super) fn decide(&self, predicate: &Predicate) -> Outcome {
        match predicate {
            Predicate::All(list) => self.least(list, Outcome::Clear, Outcome::Fired),
            Predicate::Any(list) => self.least(list, Outcome::Fired, Outcome::Clear),
            Predicate::Not(inner) => self.decide(inner).negated(),
            Predicate::AtLeast(n, list) => {
                let outcomes: Vec<Outcome> = list.iter().map(|one| self.decide(one)).collect();
                let count = |wanted| outcomes.iter().filter(|outcome| **outcome == wanted).count();
                let fired = count(Outcome::Fired);
                if fired >= *n {
                    Outcome::Fired
                } else if fired + count(Outcome::Indeterminate) >= *n {
                    Outcome::Indeterminate
                } else {
                    Outcome::Clear
                }
            }
            Predicate::Answered(index) => Outcome::from(!self.of(*index).is_empty()),
            Predicate::Missing(index) => Outcome::from(self.of(*index).iter().all(is_vague)),
            Predicate::TimeOfDay(index, wanted) => {
                self.item(*index, |answer| matches!(answer, Answer::DateTime(_)) == *wanted)
            }
            Predicate::Between(measure, least, most) => match self.measure(measure) {
                Measured::Number(number) => Outcome::from(*least <= number && number <= *most),
                Measured::NotApplicable => Outcome::Clear,
                Measured::Unknown => Outcome::Indeterminate,
            },
            Predicate::Boolean(index, wanted) => {
                self.item(*index, |answer| *answer == Answer::Boolean(*wanted))
            }
            Predicate::Codes(index, codes) => self.item(*index, |answer| {
                answer
                    .code()
                    .is_some_and(|code| codes.iter().any(|wanted| wanted == code))
            }),
            Predicate::ScoreAnswered(index) => Outcome::from(self.scores.value(*index).is_some()),
            Predicate::ScoreMissing(index) => Outcome::from(self.scores.value(*index).is_none()),
            Predicate::Compare(measure, comparison, operand) => {
                match (self.measure(measure), self.operand(operand)) {
                    (Measured::NotApplicable, _) | (_, Measured::NotApplicable) => Outcome::Clear,
                    (Measured::Number(one), Measured::Number(two)) => {
                        Outcome::from(comparison.holds(one.cmp(&two)))
                    }
                    _ => Outcome::Indeterminate,
                }
            }
            Predicate::Phase(phase) => Outcome::from(self.context.phase == Some(*phase)),
            Predicate::Fact(name, codes) => {
                let stated = self.context.facts.get(name);
                Outcome::from(stated.is_some_and(|stated| codes.contains(stated)))
            }
            Predicate::NotFired(rules) => Outcome::from(
                !rules
                    .iter()
                    .any(|rule| self.outcomes.get(*rule) == Some(&Outcome::Fired)),
            ),
        }
    }

    /// `strong` as soon as one is, `weak` when all are, unknown otherwise.
    fn least(&self, list: &[Predicate], strong: Outcome, weak: Outcome) -> Outcome {
        let mut result = weak;
        for predicate in list {
            match self.decide(predicate) {
                outcome if outcome == strong => return strong,
                Outcome::Indeterminate => result = Outcome::Indeterminate,
                _ => {}
            }
        }
        result
    }

    fn item(&self, index: usize, holds: impl Fn(&Answer) -> bool) -> Outcome {
        if !self.enabled(index) {
            return Outcome::Clear;
        }
        match self.of(index) {
            [] => Outcome::Indeterminate,
            answers => Outcome::from(answers.iter().any(holds)),
        }
    }

    fn measure(&self, measure: &Measure) -> Measured {
        match measure {
            Measure::Item(index) => self.first(*index, Answer::number),
            Measure::Score(index) => match self.scores.value(*index) {
                Some(number) => Measured::Number(number),
                None => Measured::Unknown,
            },
            Measure::HoursSince(index) => self.first(*index, |answer| {
                hours(self.context.now.signed_duration_since(answer.instant()?))
            }),
            Measure::DaysSince(index) => self.first(*index, |answer| {
                let today = self.context.now.with_timezone(&clinic()).date_naive();
                Some(Decimal::from(
                    today.signed_duration_since(answer.day()?).num_days(),
                ))
            }),
            Measure::HoursBetween(from, to) => {
                let (Some(from), Some(to)) = (self.of(*from).first(), self.of(*to).first()) else {
                    let applicable = self.enabled(*from) && self.enabled(*to);
                    return if applicable {
                        Measured::Unknown
                    } else {
                        Measured::NotApplicable
                    };
                };
                match (from.instant(), to.instant()) {
                    (Some(from), Some(to)) => hours(to.signed_duration_since(from)).into(),
                    _ => Measured::Unknown,
                }
            }
            Measure::CountOf(index, codes) => {
                if !self.enabled(*index) {
                    return Measured::NotApplicable;
                }
                match self.of(*index) {
                    [] => Measured::Unknown,
                    answers => {
                        let chosen =
                            |code: &&String| answers.iter().any(|answer| answer.code() == Some(code));
                        Measured::Number(Decimal::from(codes.iter().filter(chosen).count()))
                    }
                }
            }
        }
    }

    fn first(&self, index: usize, number: impl Fn(&Answer) -> Option<Decimal>) -> Measured {
        if !self.enabled(index) {
            return Measured::NotApplicable;
        }
        self.of(index).first().and_then(number).into()
    }

    fn operand(&self, operand: &Operand) -> Measured {
        match operand {
            Operand::Constant(number) => Measured::Number(*number),
            Operand::Item(index, plus) => self.first(*index, |answer| answer.number()?.checked_add(*plus)),
        }
    }

    /// The items whose answers make `predicate` come out as `outcome`.
    pub(super) fn decisive(&self, predicate: &Predicate, outcome: Outcome, items: &mut Decisive) {
        match predicate {
            Predicate::All(list) | Predicate::Any(list) | Predicate::AtLeast(_, list) => {
                for inner in list.iter().filter(|inner| self.decide(inner) == outcome) {
                    self.decisive(inner, outcome, items);
                }
            }
            Predicate::Not(inner) => self.decisive(inner, outcome.negated(), items),
            Predicate::Answered(index)
            | Predicate::Missing(index)
            | Predicate::Boolean(index, _)
            | Predicate::Codes(index, _) => {
                items.all.insert(*index);
            }
            Predicate::TimeOfDay(index, wanted) => {
                items.all.insert(*index);
                // What she left out decides, not what she said.
                if !wanted && outcome == Outcome::Fired {
                    items.untimed.insert(*index);
                }
            }
            Predicate::ScoreAnswered(index) | Predicate::ScoreMissing(index) => {
                items.all.extend(self.scores.inputs(*index));
            }
            Predicate::Compare(measure, _, operand) => {
                self.measured(measure, items);
                if let Operand::Item(index, _) = operand {
                    items.all.insert(*index);
                }
            }
            Predicate::Between(measure, ..) => self.measured(measure, items),
            Predicate::Phase(_) | Predicate::Fact(..) | Predicate::NotFired(_) => {}
        }
    }

    fn measured(&self, measure: &Measure, items: &mut Decisive) {
        match measure {
            Measure::Score(index) => items.all.extend(self.scores.inputs(*index)),
            Measure::HoursBetween(from, to) => items.all.extend([*from, *to]),
            Measure::Item(index)
            | Measure::HoursSince(index)
            | Measure::DaysSince(index)
            | Measure::CountOf(index, _) => {
                items.all.insert(*index);
            }
        }
    }

    /// linkId and plain value of an answer that counts, a list for a question with several answers.
    pub(super) fn plain(&self, index: usize) -> Option<(String, Value)> {
        let node = self.form.nodes.get(index)?;
        let value = match self.of(index) {
            [] => return None,
            [single] if !node.repeats => single.plain(),
            several => several.iter().map(Answer::plain).collect(),
        };
        Some((node.link_id.clone(), value))
    }

    /// linkId of an item of this form.
    pub(super) fn link_id(&self, index: usize) -> Option<&str> {
        self.form.nodes.get(index).map(|node| node.link_id.as_str())
    }
}

impl From<Option<Decimal>> for Measured {
    fn from(number: Option<Decimal>) -> Self {
        number.map_or(Self::Unknown, Self::Number)
    }
}

/// A month or a year: no moment, and so no answer to a question for one.
pub(super) fn is_vague(answer: &Answer) -> bool {
    matches!(answer, Answer::Date(date) if date.day().is_none())
}

/// Hours as an exact number of milliseconds over 3 600 000.
fn hours(span: chrono::TimeDelta) -> Option<Decimal> {
    Decimal::from(span.num_milliseconds()).checked_div(Decimal::from(3_600_000))
}
