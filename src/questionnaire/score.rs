//! The score table: derived numbers such as age, weeks, body mass index, sums. A new kind is a code change with its own test
//! vectors. How each is worked out: `reckon`; how other software gets it: `calculated`.

mod compile;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::scope::Named;

/// One row of the score table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Score {
    pub(super) id: String,
    #[serde(flatten)]
    pub(super) formula: Formula,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub(super) enum Formula {
    /// Completed years on today.
    AgeYears { birth: String },
    /// Completed weeks of pregnancy: floor((280 − (due date − today)) / 7).
    GestationalWeeks { due: String },
    /// kg / m².
    Bmi {
        weight_kg: String,
        height_cm: String,
        #[serde(default = "one", skip_serializing_if = "is_one")]
        round: u32,
    },
    /// Item over a hospital's limit.
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
    /// Sum of the options' ordinals.
    OrdinalSum {
        items: Vec<String>,
        #[serde(default, skip_serializing_if = "Missing::refuses")]
        missing: Missing,
    },
    /// Mean of the options' ordinals.
    OrdinalMean {
        items: Vec<String>,
        #[serde(default = "one", skip_serializing_if = "is_one")]
        round: u32,
        #[serde(default, skip_serializing_if = "Missing::refuses")]
        missing: Missing,
    },
    /// How many of the items are true or have one of the codes.
    Count {
        items: Vec<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        codes: Vec<String>,
        #[serde(default, skip_serializing_if = "Missing::refuses")]
        missing: Missing,
    },
    /// Completed weeks from one date to another; `$authored` is today.
    WeeksBetween { from: String, to: String },
    /// The greatest number.
    Max {
        items: Vec<String>,
        #[serde(default, skip_serializing_if = "Missing::refuses")]
        missing: Missing,
    },
    /// The value of the range that an item or a score above falls into; none when it falls into no range.
    Lookup {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        score: Option<String>,
        table: Vec<Row>,
    },
}

/// What an unanswered item does to a score of several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Missing {
    /// There is no score.
    #[default]
    Refuse,
    /// It is made of the answered ones; of none there is no score.
    Skip,
}

/// A range that holds its lower end and not its upper one; without an end it is open there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<Value>,
    pub(super) value: Value,
}

/// The same over indexes.
#[derive(Debug)]
pub(super) struct CompiledScore {
    pub(super) id: String,
    pub(super) inputs: Vec<usize>,
    pub(super) method: Method,
    /// Do the answers alone decide it? A hospital's own limit is no part of the form.
    pub(super) fixed: bool,
}

/// A range over exact numbers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Range {
    pub(super) from: Option<Decimal>,
    pub(super) to: Option<Decimal>,
    pub(super) value: Decimal,
}

#[derive(Debug)]
pub(super) enum Method {
    AgeYears,
    GestationalWeeks,
    Bmi {
        round: u32,
    },
    Ratio {
        setting: String,
        default: Decimal,
        round: u32,
    },
    NewestPair {
        of: usize,
    },
    OrdinalSum(Missing),
    OrdinalMean(Missing, u32),
    /// No codes: the items are booleans.
    Count(Missing, Vec<String>),
    /// To the second input or, without one, to today.
    WeeksBetween,
    Max(Missing),
    /// Of a score above or of the one input.
    Lookup {
        score: Option<usize>,
        table: Vec<Range>,
    },
}

impl Method {
    /// Its UCUM unit; a measured pair has that of its questions.
    pub(super) fn unit(&self) -> Option<&'static str> {
        match self {
            Self::AgeYears => Some("a"),
            Self::GestationalWeeks | Self::WeeksBetween => Some("wk"),
            Self::Bmi { .. } => Some("kg/m2"),
            Self::Ratio { .. } => Some("1"),
            _ => None,
        }
    }

    /// What the number is, in Chinese and English.
    pub(super) fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::AgeYears => ("年龄（岁）", "Age (years)"),
            Self::GestationalWeeks => ("孕周（整周）", "Completed weeks of pregnancy"),
            Self::Bmi { .. } => ("体重指数（kg/m²）", "Body mass index (kg/m²)"),
            Self::Ratio { .. } => ("与上限之比", "Ratio to the upper limit"),
            Self::NewestPair { .. } => ("最近一次测量值", "Newest measured value"),
            Self::OrdinalSum(_) => ("总分", "Total"),
            Self::OrdinalMean(..) => ("平均分", "Mean"),
            Self::Count(..) => ("项数", "Count"),
            Self::WeeksBetween => ("相隔整周数", "Completed weeks between"),
            Self::Max(_) => ("最大值", "Greatest value"),
            Self::Lookup { .. } => ("分级", "Grade"),
        }
    }
}

impl CompiledScore {
    pub(super) fn named(&self) -> Named {
        Named {
            id: self.id.clone(),
            inputs: self.inputs.clone(),
            fixed: self.fixed,
        }
    }
}

impl Missing {
    fn refuses(&self) -> bool {
        *self == Self::Refuse
    }
}

fn one() -> u32 {
    1
}

fn is_one(round: &u32) -> bool {
    *round == 1
}
