//! Decisions of quality, pure: periods, deadlines, how a report moves.

use chrono::{DateTime, Datelike, Duration, Months, NaiveDate, NaiveTime, Utc};

use super::model::{Addition, By, Class, EventState};
use crate::base::Code;
use crate::base::clock::clinic_zone;

/// The longest period of one question, months.
pub const MOST_MONTHS: usize = 36;
/// Within what time a class I or II report is verified, or it goes to whom the duty list ends with.
pub const VERIFY: Duration = Duration::hours(24);

/// By when a written report is due after the event was found.
///
/// Source: hospitals' reporting rules for 医疗安全(不良)事件; to be confirmed by the hospital (GK).
pub fn deadline(class: Class) -> Duration {
    match class {
        Class::I | Class::II => Duration::hours(24),
        Class::III => Duration::days(5),
        Class::IV => Duration::days(7),
    }
}

/// Whether a report of this class may come without a name.
pub fn may_be_anonymous(class: Class) -> bool {
    matches!(class, Class::III | Class::IV)
}

/// Whether nobody verified a grave report in time.
pub fn escalates(class: Class, state: EventState) -> bool {
    matches!(class, Class::I | Class::II) && state == EventState::Submitted
}

/// Whether an addition may bring a report to a state: the same one, or the next one.
///
/// Refuses: `quality.illegal_transition`, `quality.discussion_missing` when a class I or II report is closed without
/// its case discussion, or any report without having been analyzed.
pub fn may_become(
    from: EventState,
    to: EventState,
    class: Class,
    addition: &Addition,
    discussed_before: bool,
) -> Result<(), Code> {
    let order = [
        EventState::Submitted,
        EventState::Verified,
        EventState::Analyzed,
        EventState::Closed,
    ];
    let place = |state: EventState| order.iter().position(|one| *one == state);
    let forward = match (place(from), place(to)) {
        (Some(from), Some(to)) => to == from || to == from + 1,
        _ => false,
    };
    if !forward || from == EventState::Closed {
        return Err(Code::QualityIllegalTransition);
    }
    let grave = matches!(class, Class::I | Class::II);
    let discussed = discussed_before || is_discussed(addition);
    if to == EventState::Closed && grave && !discussed {
        return Err(Code::QualityDiscussionMissing);
    }
    Ok(())
}

/// Whether an addition carries the case discussion: its day and what it found.
pub fn is_discussed(addition: &Addition) -> bool {
    addition.discussed_on.is_some() && addition.conclusion.is_some()
}

/// The periods of a question, each by its first and last day; none for a period that ends before it begins or is longer
/// than 36 months.
pub fn periods(from: NaiveDate, to: NaiveDate, by: By) -> Option<Vec<(NaiveDate, NaiveDate)>> {
    let months = (to.year() - from.year()) * 12 + to.month0() as i32 - from.month0() as i32 + 1;
    if from > to || usize::try_from(months).ok()? > MOST_MONTHS {
        return None;
    }
    if by == By::Facility {
        return Some(vec![(from, to)]);
    }
    let mut periods = Vec::new();
    let mut first = from;
    while first <= to {
        let next = first.with_day(1)?.checked_add_months(Months::new(1))?;
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
    fn a_report_moves_one_state_at_a_time_and_never_back() {
        let none = Addition::default();
        let may = |from, to| may_become(from, to, Class::III, &none, false);
        assert!(may(EventState::Submitted, EventState::Verified).is_ok());
        assert!(may(EventState::Verified, EventState::Verified).is_ok());
        assert_eq!(
            may(EventState::Submitted, EventState::Closed),
            Err(Code::QualityIllegalTransition)
        );
        assert_eq!(
            may(EventState::Analyzed, EventState::Verified),
            Err(Code::QualityIllegalTransition)
        );
        assert_eq!(
            may(EventState::Closed, EventState::Closed),
            Err(Code::QualityIllegalTransition)
        );
    }

    #[test]
    fn a_grave_event_is_closed_after_its_discussion_only() {
        let none = Addition::default();
        let close = |addition, before| {
            may_become(
                EventState::Analyzed,
                EventState::Closed,
                Class::II,
                addition,
                before,
            )
        };
        assert_eq!(close(&none, false), Err(Code::QualityDiscussionMissing));
        assert!(close(&none, true).is_ok());
        let discussed = Addition {
            discussed_on: Some(day("2026-03-02")),
            conclusion: Some("两人核对".to_owned()),
            ..Addition::default()
        };
        assert!(close(&discussed, false).is_ok());
    }

    #[test]
    fn only_events_without_harm_may_be_reported_without_a_name() {
        let anonymous = [Class::I, Class::II, Class::III, Class::IV].map(may_be_anonymous);
        assert_eq!(anonymous, [false, false, true, true]);
    }

    #[test]
    fn a_grave_report_is_due_within_a_day() {
        assert_eq!(deadline(Class::I), Duration::hours(24));
        assert_eq!(deadline(Class::II), Duration::hours(24));
        assert!(deadline(Class::III) > Duration::hours(24));
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
    fn a_day_of_the_hospital_begins_at_its_own_midnight() {
        let (from, to) = instants(day("2025-12-31"), day("2025-12-31")).unwrap();
        assert_eq!(from.to_rfc3339(), "2025-12-30T16:00:00+00:00");
        assert_eq!(to.to_rfc3339(), "2025-12-31T16:00:00+00:00");
    }
}
