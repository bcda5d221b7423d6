//! The periods of a question about indicators: days of the hospital's calendar and their instants. Pure.

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, Utc};

use super::model::By;
use crate::base::clock::clinic_zone;

/// The longest period of one question, months.
const MOST_MONTHS: usize = 36;

/// The periods of a question, each by its first and last day; none for a period that ends before it begins or is longer
/// than 36 months.
pub fn periods(from: NaiveDate, to: NaiveDate, by: By) -> Option<Vec<(NaiveDate, NaiveDate)>> {
    let months = (to.year() - from.year()) * 12 + to.month0() as i32 - from.month0() as i32 + 1;
    if from > to || usize::try_from(months).ok()? > MOST_MONTHS {
        return None;
    }
    let step = match by {
        By::Facility => return Some(vec![(from, to)]),
        By::Month => 1,
        By::Quarter => 3,
        By::Year => 12,
    };
    let mut periods = Vec::new();
    let mut first = from;
    while first <= to {
        let begun = first.with_day(1)?.with_month0(first.month0() / step * step)?;
        let next = begun.checked_add_months(Months::new(step))?;
        periods.push((first, next.pred_opt()?.min(to)));
        first = next;
    }
    Some(periods)
}

/// The instants of a period: midnight of the first day, midnight after the last.
pub fn instants(from: NaiveDate, to: NaiveDate) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let midnight = |day: NaiveDate| {
        day.and_time(NaiveTime::MIN)
            .and_local_timezone(clinic_zone())
            .single()
            .map(|at| at.with_timezone(&Utc))
    };
    Some((midnight(from)?, midnight(to.succ_opt()?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn months_are_cut_at_their_ends_and_at_the_ends_of_the_period() {
        let cut = periods(day("2025-11-15"), day("2026-01-10"), By::Month).unwrap();
        assert_eq!(
            cut,
            [
                (day("2025-11-15"), day("2025-11-30")),
                (day("2025-12-01"), day("2025-12-31")),
                (day("2026-01-01"), day("2026-01-10")),
            ]
        );
        assert_eq!(periods(day("2026-01-02"), day("2026-01-01"), By::Month), None);
        assert_eq!(periods(day("2020-01-01"), day("2026-01-01"), By::Facility), None);
    }

    #[test]
    fn quarters_and_years_are_those_of_the_calendar() {
        let cut = periods(day("2025-11-15"), day("2026-04-10"), By::Quarter).unwrap();
        let ends: Vec<NaiveDate> = cut.iter().map(|(_, last)| *last).collect();
        assert_eq!(ends, ["2025-12-31", "2026-03-31", "2026-04-10"].map(day));
        let cut = periods(day("2025-11-15"), day("2026-04-10"), By::Year).unwrap();
        assert_eq!(
            cut,
            [
                (day("2025-11-15"), day("2025-12-31")),
                (day("2026-01-01"), day("2026-04-10"))
            ]
        );
    }

    #[test]
    fn a_day_of_the_hospital_begins_at_its_own_midnight() {
        let (from, to) = instants(day("2025-12-31"), day("2025-12-31")).unwrap();
        assert_eq!(from.to_rfc3339(), "2025-12-30T16:00:00+00:00");
        assert_eq!(to.to_rfc3339(), "2025-12-31T16:00:00+00:00");
    }
}
