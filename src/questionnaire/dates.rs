//! Dates that may lack their day or month.

use std::cmp::Ordering;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};

use super::value::clinic;

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

    /// How the days stand to an instant: undecided when it falls within them at the clinic.
    pub(super) fn beside(&self, instant: DateTime<FixedOffset>) -> Option<Ordering> {
        let on = instant.with_timezone(&clinic()).date_naive();
        if self.last < on {
            Some(Ordering::Less)
        } else if self.first > on {
            Some(Ordering::Greater)
        } else {
            None
        }
    }

    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
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
