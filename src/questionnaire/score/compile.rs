//! From a row of the table to a score over indexes.

use rust_decimal::Decimal;
use serde_json::Value;

use super::{CompiledScore, Formula, Method, Range, Row, Score};
use crate::questionnaire::faults::Faults;
use crate::questionnaire::predicate::SETTINGS;
use crate::questionnaire::scope::Scope;
use crate::questionnaire::value::{Kind, exact};

/// Items of one score: the expression that tells others of it grows with their square.
const MAX_INPUTS: usize = 20;
/// Digits that a score is rounded to.
const MAX_DIGITS: u32 = 6;

impl Score {
    pub(in super::super) fn compile(
        self,
        scope: &Scope<'_>,
        pointer: &str,
        faults: &mut Faults,
    ) -> Option<CompiledScore> {
        let (inputs, method) = self.formula.compile(scope, pointer, faults)?;
        if inputs.is_empty() || inputs.len() > MAX_INPUTS {
            faults.add("limitExceeded", pointer, "a score has 1 to 20 items");
            return None;
        }
        let fixed = match &method {
            Method::Ratio { .. } => false,
            Method::Lookup { score, .. } => score
                .and_then(|score| scope.scores.get(score))
                .is_none_or(|score| score.fixed),
            _ => true,
        };
        Some(CompiledScore {
            id: self.id,
            inputs,
            method,
            fixed,
        })
    }
}

impl Formula {
    fn compile(self, scope: &Scope<'_>, pointer: &str, faults: &mut Faults) -> Option<(Vec<usize>, Method)> {
        Some(match self {
            Self::AgeYears { birth } => (vec![scope.moment(&birth, pointer, faults)?], Method::AgeYears),
            Self::GestationalWeeks { due } => (
                vec![scope.moment(&due, pointer, faults)?],
                Method::GestationalWeeks,
            ),
            Self::Bmi {
                weight_kg,
                height_cm,
                round,
            } => {
                let weight = scope.number(&weight_kg, pointer, faults)?;
                let height = scope.number(&height_cm, pointer, faults)?;
                let round = digits(round, pointer, faults)?;
                (vec![weight, height], Method::Bmi { round })
            }
            Self::Ratio {
                item,
                setting,
                default,
                round,
            } => {
                let method = ratio(setting, &default, round, pointer, faults)?;
                (vec![scope.number(&item, pointer, faults)?], method)
            }
            Self::NewestPair {
                staff,
                staff_at,
                patient,
                patient_on,
                of,
            } => {
                if of > 1 {
                    faults.add("ruleTypeMismatch", pointer, "a pair has the halves 0 and 1");
                    return None;
                }
                let mut inputs = Vec::new();
                for half in patient.iter().chain(&staff) {
                    inputs.push(scope.number(half, pointer, faults)?);
                }
                inputs.push(scope.moment(&patient_on, pointer, faults)?);
                inputs.push(scope.moment(&staff_at, pointer, faults)?);
                (inputs, Method::NewestPair { of })
            }
            Self::OrdinalSum { items, missing } => (
                ordinals(&items, scope, pointer, faults)?,
                Method::OrdinalSum(missing),
            ),
            Self::OrdinalMean {
                items,
                round,
                missing,
            } => {
                let inputs = ordinals(&items, scope, pointer, faults)?;
                let mut options = inputs
                    .iter()
                    .filter_map(|index| scope.node(*index))
                    .flat_map(|node| &node.options);
                // Half up is only for what is not negative.
                if options.any(|option| option.ordinal.is_some_and(|one| one < Decimal::ZERO)) {
                    faults.add(
                        "ruleTypeMismatch",
                        pointer,
                        "a mean is not made of negative ordinals",
                    );
                    return None;
                }
                (
                    inputs,
                    Method::OrdinalMean(missing, digits(round, pointer, faults)?),
                )
            }
            Self::Count {
                items,
                codes,
                missing,
            } => {
                let list: Vec<&str> = codes.iter().map(String::as_str).collect();
                let one = |item: &String| {
                    if codes.is_empty() {
                        return scope.of_kind(item, |kind| kind == Kind::Boolean, pointer, faults);
                    }
                    let index = scope.of_kind(item, Kind::is_choice, pointer, faults)?;
                    scope.codes(index, &list, pointer, faults)?;
                    Some(index)
                };
                let inputs = items.iter().map(one).collect::<Option<_>>()?;
                (inputs, Method::Count(missing, codes))
            }
            Self::WeeksBetween { from, to } => {
                let is_date = |kind| kind == Kind::Date;
                let mut inputs = vec![scope.single(&from, is_date, pointer, faults)?];
                if to != "$authored" {
                    inputs.push(scope.single(&to, is_date, pointer, faults)?);
                }
                (inputs, Method::WeeksBetween)
            }
            Self::Max { items, missing } => {
                let numbers = items.iter().map(|item| scope.number(item, pointer, faults));
                (numbers.collect::<Option<_>>()?, Method::Max(missing))
            }
            Self::Lookup { item, score, table } => {
                let (inputs, score) = match (item, score) {
                    (Some(item), None) => (vec![scope.number(&item, pointer, faults)?], None),
                    (None, Some(score)) => {
                        let index = scope.score(&score, pointer, faults)?;
                        let inputs = scope.scores.get(index)?.inputs.clone();
                        (inputs, Some(index))
                    }
                    _ => {
                        faults.add("ruleTypeMismatch", pointer, "a table has an item or a score");
                        return None;
                    }
                };
                let table = ranges(&table, pointer, faults)?;
                (inputs, Method::Lookup { score, table })
            }
        })
    }
}

fn ratio(setting: String, default: &str, round: u32, pointer: &str, faults: &mut Faults) -> Option<Method> {
    let limit = Decimal::from_str_exact(default)
        .ok()
        .filter(|limit| *limit > Decimal::ZERO);
    let Some(default) = limit else {
        faults.add(
            "ruleTypeMismatch",
            pointer,
            "the default limit is no number above zero",
        );
        return None;
    };
    if !SETTINGS.contains(&setting.as_str()) {
        faults.add(
            "ruleUnknownItem",
            pointer,
            format!("no hospital sets a limit {setting}"),
        );
        return None;
    }
    Some(Method::Ratio {
        setting,
        default,
        round: digits(round, pointer, faults)?,
    })
}

fn digits(round: u32, pointer: &str, faults: &mut Faults) -> Option<u32> {
    if round > MAX_DIGITS {
        faults.add("limitExceeded", pointer, "rounded to at most 6 digits");
    }
    (round <= MAX_DIGITS).then_some(round)
}

fn ordinals(items: &[String], scope: &Scope<'_>, pointer: &str, faults: &mut Faults) -> Option<Vec<usize>> {
    let mut inputs = Vec::new();
    for item in items {
        let index = scope.single(item, Kind::is_choice, pointer, faults)?;
        let options = scope.node(index).map_or(&[][..], |node| &node.options);
        if options.iter().any(|option| option.answer.code().is_none()) {
            let reason = format!("an option of {item} is no coding, and ordinals are looked up by code");
            faults.add("ruleTypeMismatch", pointer, reason);
            return None;
        }
        if options.iter().any(|option| option.ordinal.is_none()) {
            let reason = format!("an option of {item} has no ordinalValue");
            faults.add("scoreItemWithoutOrdinal", pointer, reason);
        }
        inputs.push(index);
    }
    Some(inputs)
}

/// Ranges in rising order that do not overlap.
fn ranges(table: &[Row], pointer: &str, faults: &mut Faults) -> Option<Vec<Range>> {
    let number = |value: &Option<Value>| match value {
        None => Some(None),
        Some(value) => exact(value).map(Some),
    };
    let read: Option<Vec<Range>> = table
        .iter()
        .map(|row| {
            Some(Range {
                from: number(&row.from)?,
                to: number(&row.to)?,
                value: exact(&row.value)?,
            })
        })
        .collect();
    let Some(ranges) = read.filter(|ranges| !ranges.is_empty()) else {
        faults.add("ruleTypeMismatch", pointer, "a table has rows of numbers");
        return None;
    };
    let rises = |range: &Range| range.from.zip(range.to).is_none_or(|(from, to)| from < to);
    let follows = |pair: &[Range]| match pair {
        [one, next] => one.to.zip(next.from).is_some_and(|(to, from)| to <= from),
        _ => true,
    };
    if !ranges.iter().all(rises) || !ranges.windows(2).all(follows) {
        faults.add("minOverMax", pointer, "the ranges rise and do not overlap");
        return None;
    }
    Some(ranges)
}
