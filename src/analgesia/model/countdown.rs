//! How long she still waits because of anticoagulants.

use chrono::{DateTime, Utc};

use crate::assessment::model::{Wait, Waits};

crate::words! {
    /// Where the waiting time of an anticoagulant stands.
    CountdownState {
        /// A last dose, or a drug, is unknown: no time can be counted.
        Unknown = "unknown",
        /// It runs.
        Waiting = "waiting",
        /// It is over; that settles nothing else.
        Over = "over",
    }
}

/// The countdown of her anticoagulants at a moment.
#[derive(Clone, Debug)]
pub struct Countdown {
    /// Where it stands.
    pub state: CountdownState,
    /// The end of the longest interval that still runs.
    pub not_before: Option<DateTime<Utc>>,
    /// Minutes until then, rounded up.
    pub remaining_min: Option<i64>,
    /// Each interval, the latest end first.
    pub waits: Vec<Wait>,
    /// Rules by which no time can be counted.
    pub unknown: Vec<String>,
    /// Rules on her drugs that the end of an interval does not settle.
    pub unsettled: Vec<String>,
}

impl Countdown {
    /// As it stands now.
    pub fn at(waits: Waits, now: DateTime<Utc>) -> Countdown {
        let not_before = waits.not_before(now);
        let state = match not_before {
            _ if !waits.uncounted.is_empty() => CountdownState::Unknown,
            Some(_) => CountdownState::Waiting,
            None => CountdownState::Over,
        };
        Countdown {
            state,
            not_before,
            remaining_min: not_before.map(|end| minutes_until(end, now)),
            waits: waits.waits,
            unknown: waits.uncounted,
            unsettled: waits.unsettled,
        }
    }
}

/// Rounded up: at no time is she told that it is over before it is.
fn minutes_until(end: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    let left = (end - now).num_milliseconds().max(0);
    left.div_euclid(60_000) + i64::from(left.rem_euclid(60_000) > 0)
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;

    #[test]
    fn it_counts_up_to_the_last_second_and_then_is_over() {
        let dose = DateTime::UNIX_EPOCH;
        let end = dose + Duration::hours(12);
        let waits = |uncounted: &[&str]| Waits {
            waits: vec![Wait {
                rule: "R-AC-2".to_owned(),
                link_id: "bld.lmwh_last_at".to_owned(),
                last_dose_at: dose,
                hours: 12,
                not_before: end,
            }],
            uncounted: uncounted.iter().map(|rule| (*rule).to_owned()).collect(),
            unsettled: Vec::new(),
        };
        let at = |now| {
            let one = Countdown::at(waits(&[]), now);
            (one.state, one.remaining_min)
        };
        assert_eq!(at(dose), (CountdownState::Waiting, Some(720)));
        assert_eq!(
            at(end - Duration::seconds(61)),
            (CountdownState::Waiting, Some(2))
        );
        assert_eq!(
            at(end - Duration::milliseconds(1)),
            (CountdownState::Waiting, Some(1))
        );
        assert_eq!(at(end), (CountdownState::Over, None));
        let unknown = Countdown::at(waits(&["R-AC-5"]), dose);
        assert_eq!(unknown.state, CountdownState::Unknown);
        assert_eq!(unknown.not_before, Some(end));
    }
}
