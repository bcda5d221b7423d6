//! When she is asked after birth. Pure; times are instants from the birth of the first baby.
//!
//! Source: the follow-up schedule of the pathway; windows await a clinician's confirmation (GK). A hospital chooses those of
//! every birth in its settings; reminders follow the window.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};

use super::model::{FollowUp, Point};
use crate::base::clock::clinic_zone;
use crate::people::model::{Window, Windows};

pub use crate::base::clock::awake;

/// The times of one point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Which point.
    pub point: Point,
    /// The window that its times come from.
    pub window: Window,
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

/// When she is reminded of a point.
enum Reminder {
    /// So many hours after it opens.
    Opens(i64),
    /// So many hours after it is due, or before.
    Due(i64),
    /// At ten in the morning of the day on which it is due.
    Morning,
}

use Reminder::{Due, Morning, Opens};

/// The points of every birth, in the order of time.
const EVERY_BIRTH: [Point; 4] = [Point::F24, Point::F72, Point::F7, Point::F42];

/// After an accidental dural puncture, beside the points of every birth.
const AFTER_PUNCTURE: [Point; 7] = [
    Point::Adp24,
    Point::Adp48,
    Point::Adp72,
    Point::Adp7,
    Point::Adp14,
    Point::Adp42,
    Point::Adp90,
];

/// The window of a point. Those after a puncture are the same in every hospital.
fn window(point: Point, windows: &Windows) -> Window {
    match point {
        Point::F24 => windows.f24,
        Point::F72 => windows.f72,
        Point::F7 => windows.f7,
        Point::F42 => windows.f42,
        Point::Adp24 => Window {
            opens_h: 18,
            due_h: 24,
            expires_h: 36,
            closes_h: 42,
            phone_h: 30,
        },
        Point::Adp48 => Window {
            opens_h: 42,
            due_h: 48,
            expires_h: 60,
            closes_h: 66,
            phone_h: 54,
        },
        Point::Adp72 => Window {
            opens_h: 66,
            due_h: 72,
            expires_h: 96,
            closes_h: 6 * 24,
            phone_h: 84,
        },
        Point::Adp7 => Window {
            opens_h: 6 * 24,
            due_h: 7 * 24,
            expires_h: 10 * 24,
            closes_h: 13 * 24,
            phone_h: 10 * 24,
        },
        Point::Adp14 => Window {
            opens_h: 13 * 24,
            due_h: 14 * 24,
            expires_h: 17 * 24,
            closes_h: 38 * 24,
            phone_h: 17 * 24,
        },
        Point::Adp42 => Window {
            opens_h: 38 * 24,
            due_h: 42 * 24,
            expires_h: 56 * 24,
            closes_h: 85 * 24,
            phone_h: 56 * 24,
        },
        Point::Adp90 => Window {
            opens_h: 85 * 24,
            due_h: 90 * 24,
            expires_h: 104 * 24,
            closes_h: 104 * 24,
            phone_h: 104 * 24,
        },
    }
}

fn reminders(point: Point) -> &'static [Reminder] {
    match point {
        Point::F24 => &[Opens(2), Due(0)],
        Point::F72 => &[Opens(0), Due(0), Due(12)],
        Point::F7 | Point::Adp7 | Point::Adp14 => &[Morning, Due(24)],
        Point::F42 | Point::Adp42 => &[Due(-2 * 24), Due(0), Due(3 * 24)],
        Point::Adp24 | Point::Adp48 | Point::Adp72 => &[Due(0)],
        Point::Adp90 => &[Due(0), Due(3 * 24), Due(7 * 24)],
    }
}

/// The four points of a birth.
pub fn slots(windows: &Windows, born_at: DateTime<Utc>) -> Vec<Slot> {
    let slot = |point| slot(point, windows, born_at);
    EVERY_BIRTH.into_iter().map(slot).collect()
}

/// The points after an accidental dural puncture.
pub fn slots_after_puncture(born_at: DateTime<Utc>) -> Vec<Slot> {
    let slot = |point| slot(point, &Windows::default(), born_at);
    AFTER_PUNCTURE.into_iter().map(slot).collect()
}

/// The times of one point.
pub fn slot(point: Point, windows: &Windows, born_at: DateTime<Utc>) -> Slot {
    Slot::of(point, window(point, windows), born_at)
}

/// The times of a point that is planned: by the window that it was planned with.
pub fn slot_of(point: &FollowUp) -> Slot {
    Slot::of(point.point, point.window, point.born_at)
}

/// The window of a point from before hospitals could choose.
pub fn usual(point: Point) -> Window {
    window(point, &Windows::default())
}

/// The windows of a birth: what is planned stays, what is not yet follows the hospital's.
pub fn windows(mut windows: Windows, planned: &[FollowUp]) -> Windows {
    for point in planned {
        match point.point {
            Point::F24 => windows.f24 = point.window,
            Point::F72 => windows.f72 = point.window,
            Point::F7 => windows.f7 = point.window,
            Point::F42 => windows.f42 = point.window,
            _ => {}
        }
    }
    windows
}

impl Reminder {
    fn at(&self, opens: DateTime<Utc>, due: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Opens(hours) => awake(opens + Duration::hours(*hours)),
            Due(hours) => awake(due + Duration::hours(*hours)),
            Morning => {
                let day = due.with_timezone(&clinic_zone()).date_naive();
                local(day, 10).unwrap_or(due)
            }
        }
    }
}

impl Slot {
    fn of(point: Point, window: Window, born_at: DateTime<Utc>) -> Slot {
        let after = |hours: i64| born_at + Duration::hours(hours);
        let (opens, due, closes) = (after(window.opens_h), after(window.due_h), after(window.closes_h));
        Slot {
            point,
            window,
            opens,
            due,
            overdue_at: after(window.expires_h),
            closes,
            // In a short window some would come before she can answer, or when she no longer can.
            reminders: reminders(point)
                .iter()
                .map(|one| one.at(opens, due))
                .filter(|at| (opens..closes).contains(at))
                .collect(),
            phone_at: after(window.phone_h),
        }
    }

    /// The reminder that is to be sent now: the last that is due. What a late worker missed before it is not made up for.
    pub fn reminder(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.reminders.iter().copied().filter(|at| *at <= now).max()
    }
}

/// When the survey is brought to her mind.
pub fn survey_reminders(born_at: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    SURVEY_REMINDERS
        .iter()
        .map(|hours| awake(born_at + Duration::hours(*hours)))
        .collect()
}

/// Until when she is asked every day whether a headache has gone: the last point after a puncture asks about it then.
pub fn headache_asked_until(born_at: DateTime<Utc>) -> DateTime<Utc> {
    born_at + Duration::hours(usual(Point::Adp90).due_h)
}

/// Ten in the morning of the next day.
pub fn tomorrow(now: DateTime<Utc>) -> DateTime<Utc> {
    let day = now.with_timezone(&clinic_zone()).date_naive() + Duration::days(1);
    local(day, 10).unwrap_or(now + Duration::days(1))
}

/// From the beginning of a day in the hospital to the end of another; none if it ends before it begins.
pub fn period(from: NaiveDate, to: NaiveDate) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let end = local(to.succ_opt()?, 0)?;
    let begin = local(from, 0)?;
    (begin < end).then_some((begin, end))
}

/// By when somebody of the staff has answered an orange flag: within four hours in daytime, before ten in the morning for one
/// that came in the quiet hours.
pub fn answer_by(raised_at: DateTime<Utc>) -> DateTime<Utc> {
    let morning = awake(raised_at);
    if morning == raised_at {
        raised_at + Duration::hours(4)
    } else {
        morning + Duration::hours(2)
    }
}

/// An hour of a day in the hospital.
fn local(day: NaiveDate, hour: u32) -> Option<DateTime<Utc>> {
    let at = day.and_time(clock(hour)).and_local_timezone(clinic_zone());
    at.single().map(|at| at.with_timezone(&Utc))
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
        let slots = slots(&Windows::default(), born);
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
        let born = at("2026-03-02T04:00:00Z");
        for slots in [slots(&Windows::default(), born), slots_after_puncture(born)] {
            for pair in slots.windows(2) {
                assert_eq!(pair[0].closes, pair[1].opens);
            }
        }
    }

    #[test]
    fn no_point_reminds_more_than_three_times() {
        for slot in slots(&Windows::default(), at("2026-03-02T04:00:00Z")) {
            assert!(slot.reminders.len() <= 3, "{:?}", slot.point);
        }
    }

    #[test]
    fn the_week_is_asked_about_at_ten_in_the_morning() {
        let week = slot(Point::F7, &Windows::default(), at("2026-03-02T14:30:00Z"));
        assert_eq!(week.reminders[0], at("2026-03-09T02:00:00Z"));
    }

    #[test]
    fn reminders_stay_in_a_short_window() {
        let mut windows = Windows::default();
        windows.f42.opens_h = windows.f42.due_h - 24;
        windows.f42.closes_h = windows.f42.due_h + 24;
        let weeks = slot(Point::F42, &windows, at("2026-03-02T04:00:00Z"));
        assert_eq!(weeks.reminders, [weeks.due]);
    }

    #[test]
    fn of_several_missed_reminders_the_last_is_sent() {
        let day = slot(Point::F24, &Windows::default(), at("2026-03-02T04:00:00Z"));
        assert_eq!(day.reminder(at("2026-03-02T23:59:00Z")), None);
        assert_eq!(
            day.reminder(at("2026-03-03T00:00:00Z")),
            Some(at("2026-03-03T00:00:00Z"))
        );
        assert_eq!(
            day.reminder(at("2026-03-05T00:00:00Z")),
            Some(at("2026-03-03T04:00:00Z"))
        );
    }

    #[test]
    fn an_orange_flag_is_answered_in_four_hours_by_day_and_by_ten_after_a_night() {
        assert_eq!(answer_by(at("2026-03-02T04:00:00Z")), at("2026-03-02T08:00:00Z"));
        assert_eq!(answer_by(at("2026-03-02T13:59:00Z")), at("2026-03-02T17:59:00Z"));
        assert_eq!(answer_by(at("2026-03-02T14:00:00Z")), at("2026-03-03T02:00:00Z"));
        assert_eq!(answer_by(at("2026-03-02T20:00:00Z")), at("2026-03-03T02:00:00Z"));
    }
}
