//! Ways out of the house that lead nowhere are left alone for a while, so that nobody waits in line behind them.
//!
//! Known to this process alone: another one finds it out by itself, at the price of a few tries.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};

/// So many failures, one after the other, are no accident.
const NO_ACCIDENT: u32 = 3;
/// The first rest, and the longest.
const REST: (Duration, Duration) = (Duration::seconds(30), Duration::minutes(10));
/// After a rest one tries for all; the others wait so long for what he finds.
const TRIAL: Duration = Duration::seconds(15);

#[derive(Clone, Copy, Default)]
struct Circuit {
    failures: u32,
    until: Option<DateTime<Utc>>,
    trial: Option<DateTime<Utc>>,
}

/// One for each way out.
#[derive(Default)]
pub struct Circuits(Mutex<BTreeMap<&'static str, Circuit>>);

impl Circuits {
    /// Until when a way is left alone; none for who may try it. After a rest that is one, until he is heard of.
    pub fn rests(&self, way: &'static str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.on(way, |circuit| {
            let rests = circuit.until.max(circuit.trial).filter(|until| now < *until);
            if rests.is_none() && circuit.failures >= NO_ACCIDENT {
                circuit.trial = Some(now + TRIAL);
            }
            rests
        })
    }

    /// The way leads somewhere. A rest that somebody asked for goes on to its end.
    pub fn works(&self, way: &'static str) {
        self.on(way, |circuit| (circuit.failures, circuit.trial) = (0, None));
    }

    /// The way led nowhere. From the third time on it rests, longer each time.
    pub fn fails(&self, way: &'static str, now: DateTime<Utc>) {
        let until = self.on(way, |circuit| {
            // One that was on its way when the rest began tells nothing new.
            if circuit.until.is_some_and(|until| now < until) {
                return None;
            }
            (circuit.failures, circuit.trial) = (circuit.failures.saturating_add(1), None);
            let again = circuit.failures.checked_sub(NO_ACCIDENT)?;
            Some(now + (REST.0 * (1 << again.min(8))).min(REST.1))
        });
        if let Some(until) = until {
            self.rest(way, until);
        }
    }

    /// Leaves a way alone until then.
    pub fn rest(&self, way: &'static str, until: DateTime<Utc>) {
        let begins = self.on(way, |circuit| circuit.until.replace(until) != Some(until));
        if begins {
            metrics::counter!("muan_rests_total", "channel" => way).increment(1);
            tracing::error!(channel = way, %until, "a way out of the house takes nothing and is left alone");
        }
    }

    fn on<T>(&self, way: &'static str, what: impl FnOnce(&mut Circuit) -> T) -> T {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        what(all.entry(way).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAY: &str = "wechat";

    fn at(second: i64) -> DateTime<Utc> {
        "2026-03-02T01:00:00Z".parse::<DateTime<Utc>>().unwrap() + Duration::seconds(second)
    }

    #[test]
    fn a_way_rests_from_the_third_failure_on_and_longer_each_time() {
        let circuits = Circuits::default();
        circuits.fails(WAY, at(0));
        circuits.fails(WAY, at(0));
        assert_eq!(circuits.rests(WAY, at(0)), None);
        circuits.fails(WAY, at(0));
        circuits.fails(WAY, at(1));
        assert_eq!(circuits.rests(WAY, at(1)), Some(at(30)));
        assert_eq!(circuits.rests("sms", at(1)), None);
        circuits.fails(WAY, at(30));
        assert_eq!(circuits.rests(WAY, at(31)), Some(at(90)));
        for turn in 0..40 {
            circuits.fails(WAY, at(100_000 + 600 * turn));
        }
        assert_eq!(circuits.rests(WAY, at(123_400)), Some(at(124_000)));
    }

    #[test]
    fn after_a_rest_one_tries_for_all() {
        let circuits = Circuits::default();
        for _ in 0..3 {
            circuits.fails(WAY, at(0));
        }
        assert_eq!(circuits.rests(WAY, at(30)), None);
        assert_eq!(circuits.rests(WAY, at(30)), Some(at(45)));
        assert_eq!(
            circuits.rests(WAY, at(45)),
            None,
            "nothing was heard of the first one"
        );
        circuits.works(WAY);
        assert_eq!(circuits.rests(WAY, at(46)), None);
        assert_eq!(circuits.rests(WAY, at(46)), None);
    }

    #[test]
    fn a_rest_that_was_asked_for_is_kept_to_its_end() {
        let circuits = Circuits::default();
        circuits.rest(WAY, at(60));
        circuits.works(WAY);
        assert_eq!(circuits.rests(WAY, at(59)), Some(at(60)));
        assert_eq!(circuits.rests(WAY, at(60)), None);
        assert_eq!(circuits.rests(WAY, at(60)), None);
    }

    #[test]
    fn an_answer_in_between_begins_the_count_anew() {
        let circuits = Circuits::default();
        for _ in 0..4 {
            circuits.fails(WAY, at(0));
            circuits.fails(WAY, at(0));
            circuits.works(WAY);
        }
        assert_eq!(circuits.rests(WAY, at(0)), None);
    }
}
