//! One answer as a value: parsed exactly or not at all, never coerced.
//!
//! Decimals are exact: the shortest text of the JSON number is read, and a number with more than 15 significant digits is
//! refused, because beyond them that text need not be what was sent. What the parser itself would change does not get here
//! as a number: `literals`.

use std::cmp::Ordering;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, TimeZone};
use rust_decimal::Decimal;
use serde_json::{Number, Value};

use super::dates::PartialDate;
use super::parts::{self, Attachment, Coding, Quantity};

/// Clinic time: Asia/Shanghai has had no other offset since 1991.
pub(super) fn clinic() -> FixedOffset {
    FixedOffset::east_opt(8 * 3600).expect("eight hours are a valid offset")
}

/// The type of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Group,
    Display,
    Boolean,
    Integer,
    Decimal,
    Date,
    DateTime,
    Time,
    String,
    Text,
    Choice,
    OpenChoice,
    Quantity,
    Attachment,
    Url,
    Reference,
}

impl Kind {
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "group" => Self::Group,
            "display" => Self::Display,
            "boolean" => Self::Boolean,
            "integer" => Self::Integer,
            "decimal" => Self::Decimal,
            "date" => Self::Date,
            "dateTime" => Self::DateTime,
            "time" => Self::Time,
            "string" => Self::String,
            "text" => Self::Text,
            "choice" => Self::Choice,
            "open-choice" => Self::OpenChoice,
            "quantity" => Self::Quantity,
            "attachment" => Self::Attachment,
            "url" => Self::Url,
            "reference" => Self::Reference,
            _ => return None,
        })
    }

    /// The FHIR suffix of `value[x]` that an answer of this type is written with.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Group | Self::Display => "",
            Self::Boolean => "Boolean",
            Self::Integer => "Integer",
            Self::Decimal => "Decimal",
            Self::Date => "Date",
            Self::DateTime => "DateTime",
            Self::Time => "Time",
            Self::String | Self::Text => "String",
            Self::Choice | Self::OpenChoice => "Coding",
            Self::Attachment => "Attachment",
            Self::Url => "Uri",
            Self::Quantity => "Quantity",
            Self::Reference => "Reference",
        }
    }

    pub(super) fn is_choice(self) -> bool {
        matches!(self, Self::Choice | Self::OpenChoice)
    }

    pub(super) fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Decimal)
    }

    pub(super) fn is_moment(self) -> bool {
        matches!(self, Self::Date | Self::DateTime)
    }

    /// Can two answers be ordered?
    pub(super) fn is_ordered(self) -> bool {
        self.is_number() || self.is_moment() || matches!(self, Self::Time | Self::Quantity)
    }

    pub(super) fn is_question(self) -> bool {
        !matches!(self, Self::Group | Self::Display)
    }
}

/// One answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Yes or no.
    Boolean(bool),
    /// A whole number of 32 bits.
    Integer(i32),
    /// An exact decimal.
    Decimal(Decimal),
    /// A date, perhaps without day or month.
    Date(PartialDate),
    /// An instant with the offset that was sent.
    DateTime(DateTime<FixedOffset>),
    /// A time of day.
    Time(NaiveTime),
    /// Text of any length.
    Text(String),
    /// A chosen option.
    Coding(Coding),
    /// A number with its unit.
    Quantity(Quantity),
    /// A file.
    Attachment(Attachment),
    /// An address.
    Url(String),
    /// Another resource: its address, or what it is called. Judged for its shape only.
    Reference(String),
}

impl Answer {
    /// Reads `value` under the FHIR suffix `suffix` (`Boolean`, `Coding`, …) for an item of type `kind`.
    pub(super) fn parse(kind: Kind, suffix: &str, value: &Value) -> Option<Self> {
        let text = || value.as_str().filter(|text| !text.is_empty());
        Some(match (kind, suffix) {
            (Kind::Boolean, "Boolean") => Self::Boolean(value.as_bool()?),
            (Kind::Integer, "Integer") => Self::Integer(i32::try_from(value.as_i64()?).ok()?),
            (Kind::Decimal, "Decimal") => Self::Decimal(exact(value)?),
            (Kind::Date, "Date") => Self::Date(PartialDate::parse(text()?)?),
            (Kind::DateTime, "DateTime") => {
                let text = text()?;
                if text.len() <= 10 {
                    Self::Date(PartialDate::parse(text)?)
                } else if text.as_bytes().get(10) == Some(&b'T') {
                    Self::DateTime(DateTime::parse_from_rfc3339(text).ok()?)
                } else {
                    return None;
                }
            }
            (Kind::Time, "Time") => Self::Time(NaiveTime::parse_from_str(text()?, "%H:%M:%S%.f").ok()?),
            (Kind::String | Kind::Text | Kind::OpenChoice, "String") => Self::Text(text()?.to_owned()),
            (Kind::Choice | Kind::OpenChoice, "Coding") => Self::Coding(parts::coding(value)?),
            (Kind::Attachment, "Attachment") => Self::Attachment(parts::attachment(value.as_object()?)?),
            (Kind::Url, "Uri") => Self::Url(text()?.to_owned()),
            (Kind::Quantity, "Quantity") => Self::Quantity(parts::quantity(value.as_object()?)?),
            (Kind::Reference, "Reference") => Self::Reference(parts::reference(value.as_object()?)?),
            _ => return None,
        })
    }

    /// The number of an integer or decimal.
    pub fn number(&self) -> Option<Decimal> {
        match self {
            Self::Integer(number) => Some(Decimal::from(*number)),
            Self::Decimal(number) => Some(*number),
            _ => None,
        }
    }

    /// The code of a coding.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Coding(coding) => Some(&coding.code),
            _ => None,
        }
    }

    /// The calendar day at the clinic.
    pub fn day(&self) -> Option<NaiveDate> {
        match self {
            Self::Date(date) => date.day(),
            Self::DateTime(instant) => Some(instant.with_timezone(&clinic()).date_naive()),
            _ => None,
        }
    }

    /// The instant; a date used as a time means 00:00 at the clinic.
    pub fn instant(&self) -> Option<DateTime<FixedOffset>> {
        match self {
            Self::DateTime(instant) => Some(*instant),
            Self::Date(date) => clinic()
                .from_local_datetime(&date.day()?.and_time(NaiveTime::MIN))
                .single(),
            _ => None,
        }
    }

    /// How two answers are ordered; `None` when undecided or not comparable.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Boolean(one), Self::Boolean(two)) => (one == two).then_some(Ordering::Equal),
            (Self::Text(one), Self::Text(two)) | (Self::Url(one), Self::Url(two)) => Some(one.cmp(two)),
            (Self::Time(one), Self::Time(two)) => Some(one.cmp(two)),
            (Self::Date(one), Self::Date(two)) => one.compare(two),
            (Self::DateTime(one), Self::DateTime(two)) => Some(one.cmp(two)),
            (Self::Date(day), Self::DateTime(instant)) => day.beside(*instant),
            (Self::DateTime(instant), Self::Date(day)) => day.beside(*instant).map(Ordering::reverse),
            (Self::Coding(one), Self::Coding(two)) => {
                // A condition without a system asks for the code alone.
                let same = one.code == two.code && (two.system.is_none() || one.system == two.system);
                same.then_some(Ordering::Equal)
            }
            (Self::Quantity(one), Self::Quantity(two)) => {
                (one.code == two.code).then(|| one.value.cmp(&two.value))
            }
            // A limit without a unit is one of the number.
            (Self::Quantity(one), _) => Some(one.value.cmp(&other.number()?)),
            (Self::Reference(one), Self::Reference(two)) => (one == two).then_some(Ordering::Equal),
            _ => Some(self.number()?.cmp(&other.number()?)),
        }
    }

    /// The value for findings and records: codes and texts as strings, decimals as strings so that no reader rounds them.
    pub fn plain(&self) -> Value {
        match self {
            Self::Boolean(value) => Value::Bool(*value),
            Self::Integer(value) => Value::from(*value),
            Self::Decimal(value) => Value::from(value.normalize().to_string()),
            Self::Date(date) if date.first == date.last => Value::from(date.first.to_string()),
            Self::Date(date) if date.first.month() == date.last.month() => {
                Value::from(date.first.format("%Y-%m").to_string())
            }
            Self::Date(date) => Value::from(date.first.format("%Y").to_string()),
            Self::DateTime(instant) => Value::from(instant.to_rfc3339()),
            Self::Time(time) => Value::from(time.to_string()),
            Self::Text(text) | Self::Url(text) => Value::from(text.as_str()),
            Self::Coding(coding) => Value::from(coding.code.as_str()),
            Self::Quantity(amount) => {
                let unit = amount.code.as_ref().or(amount.unit.as_ref());
                let number = amount.value.normalize();
                Value::from(unit.map_or_else(|| number.to_string(), |unit| format!("{number} {unit}")))
            }
            Self::Attachment(file) => Value::from(file.url.as_deref()),
            Self::Reference(text) => Value::from(text.as_str()),
        }
    }
}

/// The decimal that the JSON number says, if 15 significant digits are enough for it.
pub(super) fn exact(value: &Value) -> Option<Decimal> {
    let Value::Number(number) = value else {
        return None;
    };
    decimal(number)
}

fn decimal(number: &Number) -> Option<Decimal> {
    let text = number.to_string();
    let mantissa = text.split(['e', 'E']).next()?;
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    if digits.trim_start_matches('0').trim_end_matches('0').len() > 15 {
        return None;
    }
    if mantissa.len() == text.len() {
        Decimal::from_str_exact(&text).ok()
    } else {
        Decimal::from_scientific(&text).ok()
    }
}
