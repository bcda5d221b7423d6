//! One answer as a value: parsed exactly or not at all, never coerced.
//!
//! Decimals are exact: the shortest text of the JSON number is read, and a number with more than 15 significant digits is
//! refused, because beyond them that text need not be what was sent.

use std::cmp::Ordering;

use base64::Engine as _;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, TimeZone};
use rust_decimal::Decimal;
use serde_json::{Map, Number, Value};

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
    Attachment,
    Url,
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
            "attachment" => Self::Attachment,
            "url" => Self::Url,
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
    /// A file.
    Attachment(Attachment),
    /// An address.
    Url(String),
}

/// A code; two are the same when system and code are, whatever the display says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coding {
    /// Code system, if the form names one.
    pub system: Option<String>,
    /// The stable code.
    pub code: String,
}

/// What is judged about a file: its kind and its size, never its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Media type.
    pub content_type: Option<String>,
    /// Stated size in bytes.
    pub size: Option<u64>,
    /// Size in bytes of the data that came with it.
    pub data_size: Option<u64>,
    /// Where it was uploaded.
    pub url: Option<String>,
}

/// A date of FHIR: the days from the first to the last that it may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartialDate {
    /// First possible day.
    pub first: NaiveDate,
    /// Last possible day; equal to `first` for a full date.
    pub last: NaiveDate,
}

impl PartialDate {
    /// Reads `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        if !digits(text) || text.starts_with('-') {
            return None;
        }
        let (first, last) = match text.len() {
            4 => {
                let year = text.parse().ok()?;
                (
                    NaiveDate::from_ymd_opt(year, 1, 1)?,
                    NaiveDate::from_ymd_opt(year, 12, 31)?,
                )
            }
            7 => {
                let first = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok()?;
                let next = match first.month() {
                    12 => NaiveDate::from_ymd_opt(first.year() + 1, 1, 1)?,
                    month => NaiveDate::from_ymd_opt(first.year(), month + 1, 1)?,
                };
                (first, next.pred_opt()?)
            }
            10 => {
                let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
                (day, day)
            }
            _ => return None,
        };
        Some(Self { first, last })
    }

    /// The day, when it is a full date.
    pub fn day(&self) -> Option<NaiveDate> {
        (self.first == self.last).then_some(self.first)
    }

    fn compare(&self, other: &Self) -> Option<Ordering> {
        if self == other && self.day().is_some() {
            Some(Ordering::Equal)
        } else if self.last < other.first {
            Some(Ordering::Less)
        } else if self.first > other.last {
            Some(Ordering::Greater)
        } else {
            None
        }
    }
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
            (Kind::Choice | Kind::OpenChoice, "Coding") => Self::Coding(coding(value)?),
            (Kind::Attachment, "Attachment") => Self::Attachment(attachment(value.as_object()?)?),
            (Kind::Url, "Uri") => Self::Url(text()?.to_owned()),
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
            (Self::Date(_) | Self::DateTime(_), Self::Date(_) | Self::DateTime(_)) => {
                Some(self.instant()?.cmp(&other.instant()?))
            }
            (Self::Coding(one), Self::Coding(two)) => {
                // A condition without a system asks for the code alone.
                let same = one.code == two.code && (two.system.is_none() || one.system == two.system);
                same.then_some(Ordering::Equal)
            }
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
            Self::Attachment(file) => Value::from(file.url.as_deref()),
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

fn coding(value: &Value) -> Option<Coding> {
    let object = value.as_object()?;
    let system = match object.get("system") {
        None => None,
        Some(system) => Some(system.as_str()?.to_owned()),
    };
    let code = object.get("code")?.as_str().filter(|code| !code.is_empty())?;
    Some(Coding {
        system,
        code: code.to_owned(),
    })
}

fn attachment(object: &Map<String, Value>) -> Option<Attachment> {
    let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
    let data_size = match object.get("data") {
        None => None,
        Some(data) => {
            let bytes = base64::engine::general_purpose::STANDARD
                .decode(data.as_str()?)
                .ok()?;
            Some(bytes.len() as u64)
        }
    };
    let size = match object.get("size") {
        None => None,
        Some(size) => Some(size.as_u64()?),
    };
    Some(Attachment {
        content_type: text("contentType"),
        size,
        data_size,
        url: text("url"),
    })
}
