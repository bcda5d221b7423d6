//! When she is asked after birth. Pure; times are instants from the birth of the first baby.
//!
//! Source: the follow-up schedule of the pathway; windows await a clinician's confirmation (GK).

use chrono::{DateTime, Duration, NaiveTime, Utc};

use super::model::Point;
use crate::base::clock::clinic_zone;

/// The times of one point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Which point.
    pub point: Point,
    /// From when she can answer.
    pub opens: DateTime<Utc>,
    /// When she should have.
    pub due: DateTime<Utc>,
    /// Expiry of the point: the list of staff shows it overdue and she is phoned.
    pub overdue_at: DateTime<Utc>,
    /// Until when the form takes answers: till the next point opens, so that there is never a day on which she could
    /// not report a complaint.
    pub closes: DateTime<Utc>,
    /// When she is reminded, at most three times, outside the quiet hours.
    pub reminders: Vec<DateTime<Utc>>,
    /// When staff get the task to phone her.
    pub phone_at: DateTime<Utc>,
}

/// How long the survey is open, from birth.
pub const SURVEY_OPENS: Duration = Duration::hours(18);
/// When the survey closes, and until when a reply counts.
pub const SURVEY_CLOSES: Duration = Duration::days(30);

/// Within what time she is called who was dissatisfied and asked for it.
pub const SERVICE_RECOVERY: Duration = Duration::days(3);

/// Hours from birth at which the survey is brought to her mind.
const SURVEY_REMINDERS: [i64; 3] = [24, 48, 96];

struct Row {
    point: Point,
    opens_h: i64,
    due_h: i64,
    expires_h: i64,
    closes_h: i64,
    reminders_h: &'static [i64],
    phone_h: i64,
}

const ROWS: [Row; 4] = [
    Row {
        point: Point::F24,
        opens_h: 18,
        due_h: 24,
        expires_h: 36,
        closes_h: 48,
        reminders_h: &[20, 24],
        phone_h: 30,
    },
    Row {
        point: Point::F72,
        opens_h: 48,
        due_h: 60,
        expires_h: 96,
        closes_h: 6 * 24,
        reminders_h: &[48, 60, 72],
        phone_h: 84,
    },
    Row {
        point: Point::F7,
        opens_h: 6 * 24,
        due_h: 7 * 24,
        expires_h: 10 * 24,
        closes_h: 38 * 24,
        reminders_h: &[7 * 24, 8 * 24],
        phone_h: 10 * 24,
    },
    Row {
        point: Point::F42,
        opens_h: 38 * 24,
        due_h: 42 * 24,
        expires_h: 56 * 24,
        closes_h: 56 * 24,
        reminders_h: &[40 * 24, 42 * 24, 45 * 24],
        phone_h: 56 * 24,
    },
];

/// The four points of a birth.
pub fn slots(born_at: DateTime<Utc>) -> Vec<Slot> {
    let at = |hours: i64| born_at + Duration::hours(hours);
    ROWS.iter()
        .map(|row| Slot {
            point: row.point,
            opens: at(row.opens_h),
            due: at(row.due_h),
            overdue_at: at(row.expires_h),
            closes: at(row.closes_h),
            reminders: row.reminders_h.iter().map(|hours| awake(at(*hours))).collect(),
            phone_at: at(row.phone_h),
        })
        .collect()
}

/// When the survey is brought to her mind.
pub fn survey_reminders(born_at: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    SURVEY_REMINDERS
        .iter()
        .map(|hours| awake(born_at + Duration::hours(*hours)))
        .collect()
}

/// The same moment, or eight in the morning if it lies in the quiet hours 22:00–08:00.
fn awake(at: DateTime<Utc>) -> DateTime<Utc> {
    let zone = clinic_zone();
    let local = at.with_timezone(&zone).naive_local();
    let (morning, night) = (clock(8), clock(22));
    let day = if local.time() >= night {
        local.date() + Duration::days(1)
    } else if local.time() < morning {
        local.date()
    } else {
        return at;
    };
    day.and_time(morning)
        .and_local_timezone(zone)
        .single()
        .map_or(at, |morning| morning.with_timezone(&Utc))
}

fn clock(hour: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn every_point_is_due_from_birth() {
        let born = at("2026-03-02T04:00:00Z");
        let slots = slots(born);
        let hours: Vec<(Point, i64, i64, i64)> = slots
            .iter()
            .map(|slot| {
                let from = |at: DateTime<Utc>| (at - born).num_hours();
                (
                    slot.point,
                    from(slot.opens),
                    from(slot.due),
                    from(slot.overdue_at),
                )
            })
            .collect();
        assert_eq!(
            hours,
            [
                (Point::F24, 18, 24, 36),
                (Point::F72, 48, 60, 96),
                (Point::F7, 144, 168, 240),
                (Point::F42, 912, 1008, 1344),
            ]
        );
    }

    #[test]
    fn a_form_takes_answers_until_the_next_point_opens() {
        let slots = slots(at("2026-03-02T04:00:00Z"));
        for pair in slots.windows(2) {
            assert_eq!(pair[0].closes, pair[1].opens);
        }
    }

    #[test]
    fn nobody_is_reminded_between_ten_at_night_and_eight_in_the_morning() {
        // 20:59 in Shanghai stays, 22:00 and 07:59 wait for eight o'clock.
        assert_eq!(awake(at("2026-03-02T12:59:00Z")), at("2026-03-02T12:59:00Z"));
        assert_eq!(awake(at("2026-03-02T14:00:00Z")), at("2026-03-03T00:00:00Z"));
        assert_eq!(awake(at("2026-03-02T23:59:00Z")), at("2026-03-03T00:00:00Z"));
        assert_eq!(awake(at("2026-03-03T00:00:00Z")), at("2026-03-03T00:00:00Z"));
    }

    #[test]
    fn no_point_reminds_more_than_three_times() {
        for slot in slots(at("2026-03-02T04:00:00Z")) {
            assert!(slot.reminders.len() <= 3, "{:?}", slot.point);
        }
    }
}
