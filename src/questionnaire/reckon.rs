//! The values of the scores. A score without one of its inputs has no value; it is never zero. Rounding is half up, once, at
//! the end.

use rust_decimal::{Decimal, RoundingStrategy};

use super::decide::Facts;
use super::score::{CompiledScore, Method, Missing};
use super::value::{Answer, clinic};

/// The values of all scores of one evaluation.
#[derive(Debug, Default)]
pub(super) struct Scores<'a> {
    table: &'a [CompiledScore],
    values: Vec<Option<Decimal>>,
}

impl<'a> Scores<'a> {
    /// Works out the whole table from the top.
    pub(super) fn compute(table: &'a [CompiledScore], facts: &Facts<'_>) -> Self {
        let mut values = Vec::with_capacity(table.len());
        for score in table {
            values.push(score.value(facts, &values));
        }
        Self { table, values }
    }

    pub(super) fn value(&self, index: usize) -> Option<Decimal> {
        self.values.get(index).copied().flatten()
    }

    pub(super) fn inputs(&self, index: usize) -> impl Iterator<Item = usize> {
        self.table
            .get(index)
            .into_iter()
            .flat_map(|score| score.inputs.iter().copied())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&'a str, Option<Decimal>)> {
        self.table
            .iter()
            .zip(&self.values)
            .map(|(score, value)| (score.id.as_str(), *value))
    }

    /// Each score with the items that it is made of.
    pub(super) fn each(&self) -> impl Iterator<Item = (&'a str, &'a [usize])> {
        self.table
            .iter()
            .map(|score| (score.id.as_str(), score.inputs.as_slice()))
    }
}

impl CompiledScore {
    fn value(&self, facts: &Facts<'_>, above: &[Option<Decimal>]) -> Option<Decimal> {
        let answer = |position: usize| facts.of(*self.inputs.get(position)?).first();
        let number = |position: usize| answer(position).and_then(Answer::number);
        let day = |position: usize| answer(position).and_then(Answer::day);
        let today = facts.context.now.with_timezone(&clinic()).date_naive();
        match &self.method {
            Method::AgeYears => today.years_since(day(0)?).map(Decimal::from),
            Method::GestationalWeeks => {
                let left = day(0)?.signed_duration_since(today).num_days();
                Some(Decimal::from((280 - left).div_euclid(7)))
            }
            Method::Bmi { round } => {
                let square = number(1)?.checked_mul(number(1)?)?;
                let bmi = number(0)?
                    .checked_mul(Decimal::from(10_000))?
                    .checked_div(square)?;
                Some(round_half_up(bmi, *round))
            }
            Method::Ratio {
                setting,
                default,
                round,
            } => {
                let limit = facts.context.settings.get(setting).unwrap_or(default);
                Some(round_half_up(number(0)?.checked_div(*limit)?, *round))
            }
            Method::NewestPair { of } => {
                let hers = number(*of);
                let (Some(_), Some(_), Some(at)) = (number(2), number(3), day(5)) else {
                    return hers;
                };
                if day(4).is_none_or(|on| at >= on) {
                    number(2 + of)
                } else {
                    hers
                }
            }
            Method::OrdinalSum(missing) => sum(&self.ordinals(facts, *missing)?),
            Method::OrdinalMean(missing, round) => {
                let all = self.ordinals(facts, *missing)?;
                let mean = sum(&all)?.checked_div(Decimal::from(all.len()))?;
                Some(round_half_up(mean, *round))
            }
            Method::Count(missing, codes) => {
                let counted = self.each(*missing, |index| {
                    let answers = facts.of(index);
                    let is_one = |answer: &Answer| match answer.code() {
                        Some(code) => codes.iter().any(|one| one == code),
                        None => *answer == Answer::Boolean(true),
                    };
                    (!answers.is_empty()).then(|| answers.iter().any(is_one))
                })?;
                Some(Decimal::from(counted.iter().filter(|one| **one).count()))
            }
            Method::WeeksBetween => {
                let to = if self.inputs.len() == 2 { day(1)? } else { today };
                let days = to.signed_duration_since(day(0)?).num_days();
                Some(Decimal::from(days.div_euclid(7)))
            }
            Method::Max(missing) => {
                let number = |index: usize| facts.of(index).first().and_then(Answer::number);
                self.each(*missing, number)?.into_iter().max()
            }
            Method::Lookup { score, table } => {
                let number = match score {
                    Some(score) => above.get(*score).copied().flatten()?,
                    None => number(0)?,
                };
                let range = table.iter().find(|range| {
                    range.from.is_none_or(|from| from <= number) && range.to.is_none_or(|to| number < to)
                })?;
                Some(range.value)
            }
        }
    }

    fn ordinals(&self, facts: &Facts<'_>, missing: Missing) -> Option<Vec<Decimal>> {
        self.each(missing, |index| {
            let answer = facts.of(index).first()?;
            let options = &facts.form.nodes.get(index)?.options;
            let chosen = options
                .iter()
                .find(|option| answer.code().is_some() && answer.code() == option.answer.code())?;
            chosen.ordinal
        })
    }

    /// What there is of each input; `None` when there is too little for a score.
    fn each<T>(&self, missing: Missing, one: impl Fn(usize) -> Option<T>) -> Option<Vec<T>> {
        let all = self.inputs.iter().map(|index| one(*index));
        match missing {
            Missing::Refuse => all.collect(),
            Missing::Skip => Some(all.flatten().collect()).filter(|all: &Vec<T>| !all.is_empty()),
        }
    }
}

fn sum(all: &[Decimal]) -> Option<Decimal> {
    all.iter()
        .try_fold(Decimal::ZERO, |sum, one| sum.checked_add(*one))
}

/// Half up for values that are not negative.
pub(super) fn round_half_up(value: Decimal, digits: u32) -> Decimal {
    value.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero)
}
