//! Derived numbers: age, weeks, body mass index, ratios, the newest blood pressure, sums. A new kind is a code change with
//! its own test vectors.
//!
//! A score without one of its inputs has no value; it is never zero. Rounding is half up, once, at the end.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::decide::Facts;
use super::faults::Faults;
use super::predicate::Scope;
use super::value::{Answer, Kind, clinic};

/// One row of the score table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Score {
    pub(super) id: String,
    #[serde(flatten)]
    pub(super) formula: Formula,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Formula {
    /// Completed years on today.
    AgeYears { birth: String },
    /// Completed weeks of pregnancy: floor((280 − (due date − today)) / 7).
    GestationalWeeks { due: String },
    /// kg / m², rounded to one decimal.
    Bmi { weight_kg: String, height_cm: String },
    /// Item over a hospital's limit, rounded to `round` decimals.
    Ratio {
        item: String,
        setting: String,
        default: String,
        round: u32,
    },
    /// The newer of two measured pairs; `of` says which half is the value. Staff's counts when both halves and its time are
    /// there and its day is not before hers.
    NewestPair {
        staff: [String; 2],
        staff_at: String,
        patient: [String; 2],
        patient_on: String,
        of: usize,
    },
    /// Sum of the options' ordinals; all items must be answered.
    OrdinalSum { items: Vec<String> },
}

/// The same over indexes.
#[derive(Debug)]
pub(super) struct CompiledScore {
    pub(super) id: String,
    pub(super) inputs: Vec<usize>,
    pub(super) method: Method,
}

#[derive(Debug)]
pub(super) enum Method {
    AgeYears,
    GestationalWeeks,
    Bmi,
    Ratio {
        setting: String,
        default: Decimal,
        round: u32,
    },
    NewestPair {
        of: usize,
    },
    OrdinalSum,
}

impl Method {
    /// Do the answers alone decide it? A hospital's own limit is no part of the form.
    pub(super) fn is_fixed(&self) -> bool {
        !matches!(self, Self::Ratio { .. })
    }

    /// Its UCUM unit; a measured pair has that of its questions.
    pub(super) fn unit(&self) -> Option<&'static str> {
        match self {
            Self::AgeYears => Some("a"),
            Self::GestationalWeeks => Some("wk"),
            Self::Bmi => Some("kg/m2"),
            Self::Ratio { .. } => Some("1"),
            Self::NewestPair { .. } | Self::OrdinalSum => None,
        }
    }

    /// What the number is, in Chinese and English.
    pub(super) fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::AgeYears => ("年龄（岁）", "Age (years)"),
            Self::GestationalWeeks => ("孕周（整周）", "Completed weeks of pregnancy"),
            Self::Bmi => ("体重指数（kg/m²）", "Body mass index (kg/m²)"),
            Self::Ratio { .. } => ("与上限之比", "Ratio to the upper limit"),
            Self::NewestPair { .. } => ("最近一次测量值", "Newest measured value"),
            Self::OrdinalSum => ("总分", "Total"),
        }
    }
}

/// The values of all scores of one evaluation.
#[derive(Debug, Default)]
pub(super) struct Scores<'a> {
    table: &'a [CompiledScore],
    values: Vec<Option<Decimal>>,
}

impl Score {
    pub(super) fn compile(
        self,
        scope: &Scope<'_>,
        pointer: &str,
        faults: &mut Faults,
    ) -> Option<CompiledScore> {
        let (inputs, method) = match self.formula {
            Formula::AgeYears { birth } => (vec![scope.moment(&birth, pointer, faults)?], Method::AgeYears),
            Formula::GestationalWeeks { due } => (
                vec![scope.moment(&due, pointer, faults)?],
                Method::GestationalWeeks,
            ),
            Formula::Bmi { weight_kg, height_cm } => {
                let weight = scope.number(&weight_kg, pointer, faults)?;
                (
                    vec![weight, scope.number(&height_cm, pointer, faults)?],
                    Method::Bmi,
                )
            }
            Formula::Ratio {
                item,
                setting,
                default,
                round,
            } => {
                let Some(default) = Decimal::from_str_exact(&default)
                    .ok()
                    .filter(|limit| !limit.is_zero())
                else {
                    faults.add(
                        "ruleTypeMismatch",
                        pointer,
                        "the default limit is no number above zero",
                    );
                    return None;
                };
                let inputs = vec![scope.number(&item, pointer, faults)?];
                (
                    inputs,
                    Method::Ratio {
                        setting,
                        default,
                        round,
                    },
                )
            }
            Formula::NewestPair {
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
            Formula::OrdinalSum { items } => {
                let mut inputs = Vec::new();
                for item in &items {
                    let index = scope.of_kind(item, Kind::is_choice, pointer, faults)?;
                    let options = scope.node(index).map_or(&[][..], |node| &node.options);
                    if options.iter().any(|option| option.ordinal.is_none()) {
                        let reason = format!("an option of {item} has no ordinalValue");
                        faults.add("scoreItemWithoutOrdinal", pointer, reason);
                    }
                    inputs.push(index);
                }
                (inputs, Method::OrdinalSum)
            }
        };
        Some(CompiledScore {
            id: self.id,
            inputs,
            method,
        })
    }
}

impl<'a> Scores<'a> {
    /// Works out the whole table.
    pub(super) fn compute(table: &'a [CompiledScore], facts: &Facts<'_>) -> Self {
        let values = table.iter().map(|score| score.value(facts)).collect();
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
}

impl CompiledScore {
    fn value(&self, facts: &Facts<'_>) -> Option<Decimal> {
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
            Method::Bmi => {
                let square = number(1)?.checked_mul(number(1)?)?;
                let bmi = number(0)?
                    .checked_mul(Decimal::from(10_000))?
                    .checked_div(square)?;
                Some(round_half_up(bmi, 1))
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
            Method::OrdinalSum => self.inputs.iter().try_fold(Decimal::ZERO, |sum, index| {
                let answer = facts.of(*index).first()?;
                let options = &facts.form.nodes.get(*index)?.options;
                let chosen = options
                    .iter()
                    .find(|option| answer.code() == option.answer.code())?;
                sum.checked_add(chosen.ordinal?)
            }),
        }
    }
}

/// Half up for values that are not negative.
pub(super) fn round_half_up(value: Decimal, digits: u32) -> Decimal {
    value.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero)
}
