//! The one clock. Time reaches rules as an argument; only this file asks the machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, FixedOffset, NaiveDate, SubsecRound, Timelike, Utc};

/// Server time in UTC, cut to milliseconds so that both engines return what was written.
///
/// `demo` and tests move it forward; in `serve` the offset stays zero.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_ms: Arc<AtomicI64>,
}

impl Clock {
    /// The machine's time.
    pub fn system() -> Clock {
        Clock::default()
    }

    /// A clock that shows `at` now and goes on from there.
    pub fn starting_at(at: DateTime<Utc>) -> Clock {
        let clock = Clock::default();
        clock
            .offset_ms
            .store((at - clock.now()).num_milliseconds(), Ordering::SeqCst);
        clock
    }

    /// Now, UTC, whole milliseconds.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the machine's clock"
    )]
    pub fn now(&self) -> DateTime<Utc> {
        let offset = Duration::milliseconds(self.offset_ms.load(Ordering::SeqCst));
        (Utc::now() + offset).trunc_subsecs(3)
    }

    /// Moves the clock by so many seconds; only `demo`, the seeder and tests do.
    pub fn advance(&self, seconds: i64) {
        self.offset_ms.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

/// The clinic's zone, Asia/Shanghai: no daylight saving since 1991, so a fixed offset.
pub fn clinic_zone() -> FixedOffset {
    FixedOffset::east_opt(8 * 3600).expect("eight hours are a valid offset")
}

/// The instant at which a day begins at the clinic.
pub fn clinic_midnight(day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_time(chrono::NaiveTime::MIN).and_utc();
    midnight - chrono::Duration::seconds(i64::from(clinic_zone().local_minus_utc()))
}

/// The same moment, or eight in the morning if it lies in the quiet hours 22:00–08:00, in which nobody is reminded.
pub fn awake(at: DateTime<Utc>) -> DateTime<Utc> {
    let here = at.with_timezone(&clinic_zone());
    let day = match here.hour() {
        22.. => here.date_naive() + Duration::days(1),
        ..8 => here.date_naive(),
        _ => return at,
    };
    clinic_midnight(day) + Duration::hours(8)
}

/// The clinic's calendar day of an instant.
pub fn clinic_date(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&clinic_zone()).date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn nobody_is_reminded_between_ten_at_night_and_eight_in_the_morning() {
        // 20:59 in Shanghai stays, 22:00 and 07:59 wait for eight o'clock.
        assert_eq!(awake(at("2026-03-02T12:59:00Z")), at("2026-03-02T12:59:00Z"));
        assert_eq!(awake(at("2026-03-02T14:00:00Z")), at("2026-03-03T00:00:00Z"));
        assert_eq!(awake(at("2026-03-02T23:59:00Z")), at("2026-03-03T00:00:00Z"));
        assert_eq!(awake(at("2026-03-03T00:00:00Z")), at("2026-03-03T00:00:00Z"));
    }
}
