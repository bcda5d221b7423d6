//! Whom an observation or a complication calls, and how soon. Sources: CN-EP, UK-LEG-2020; the rest GK.

use chrono::{DateTime, Duration, Utc};
use rust_decimal::Decimal;

use crate::analgesia::model::{Alarm, ComplicationCode, Dermatome, Event, Observation};
use crate::base::Role::{self, Anesthesiologist as A, Midwife as M, Obstetrician as O};

const NO_URINE: Duration = Duration::hours(4);
const SLOW_FETAL_HEART: Duration = Duration::minutes(3);

/// A call for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Who is called.
    pub roles: Vec<Role>,
    /// At once, before everything else.
    pub urgent: bool,
    /// Within how many minutes.
    pub within_min: i64,
}

impl Call {
    /// At once.
    pub fn now(roles: &[Role]) -> Call {
        Call {
            roles: roles.to_vec(),
            urgent: true,
            within_min: 0,
        }
    }

    fn soon(roles: &[Role], within_min: i64) -> Call {
        Call {
            roles: roles.to_vec(),
            urgent: false,
            within_min,
        }
    }

    /// Several calls as one: who comes for any of them, as soon as for the soonest.
    pub fn together(calls: &[Call]) -> Option<Call> {
        let within_min = calls.iter().map(|call| call.within_min).min()?;
        let mut roles: Vec<Role> = calls.iter().flat_map(|call| &call.roles).copied().collect();
        roles.sort();
        roles.dedup();
        Some(Call {
            roles,
            urgent: calls.iter().any(|call| call.urgent),
            within_min,
        })
    }
}

/// What an observation is compared with.
#[derive(Clone, Debug, Default)]
pub struct Background {
    /// The first systolic pressure of this labor.
    pub first_sbp: Option<i64>,
    /// Since when the fetal heart has been below 100, seen without a break.
    pub slow_fetal_heart_since: Option<DateTime<Utc>>,
    /// The window of the one-hour score.
    pub one_hour: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

impl Background {
    /// The background of the next observation, once this one was seen.
    pub fn after(mut self, seen: &Observation) -> Background {
        self.first_sbp = self.first_sbp.or(seen.sbp);
        if let Some(fhr) = seen.fhr {
            self.slow_fetal_heart_since =
                (fhr < 100).then(|| self.slow_fetal_heart_since.unwrap_or(seen.observed_at));
        }
        self
    }
}

/// What an observation calls for.
pub fn of_observation(seen: &Observation, before: &Background) -> Vec<(Alarm, Call)> {
    let mut calls = circulation(seen, before);
    calls.extend(breathing(seen));
    calls.extend(child(seen, before));
    calls.extend(block(seen, before));
    calls
}

fn circulation(seen: &Observation, before: &Background) -> Vec<(Alarm, Call)> {
    let mut calls = Vec::new();
    if let Some(sbp) = seen.sbp {
        // More than 20 % below the first one, in whole numbers.
        let fallen = before.first_sbp.is_some_and(|first| sbp * 10 < first * 8);
        if sbp < 80 {
            calls.push((Alarm::Hypotension, Call::now(&[O, A])));
        } else if sbp < 90 || fallen {
            calls.push((Alarm::Hypotension, Call::soon(&[A, M], 2)));
        }
    }
    if seen.bp_unrecordable {
        calls.push((Alarm::Hypotension, Call::now(&[O, A])));
    }
    if seen.sbp.is_some_and(|sbp| sbp >= 160) || seen.dbp.is_some_and(|dbp| dbp >= 110) {
        calls.push((Alarm::Hypertension, Call::soon(&[O, A], 15)));
    }
    match seen.hr {
        Some(0) => calls.push((Alarm::Bradycardia, Call::now(&[O, A]))),
        Some(..50) => calls.push((Alarm::Bradycardia, Call::soon(&[A], 5))),
        Some(131..) => calls.push((Alarm::Tachycardia, Call::soon(&[A], 15))),
        _ => {}
    }
    calls
}

fn breathing(seen: &Observation) -> Vec<(Alarm, Call)> {
    let mut calls = Vec::new();
    match seen.spo2 {
        Some(..90) => calls.push((Alarm::LowSaturation, Call::now(&[A]))),
        Some(90..95) => calls.push((Alarm::LowSaturation, Call::soon(&[A], 5))),
        _ => {}
    }
    match seen.rr {
        Some(..10) => calls.push((Alarm::SlowBreathing, Call::now(&[A]))),
        Some(29..) => calls.push((Alarm::FastBreathing, Call::soon(&[A], 15))),
        _ => {}
    }
    if seen.sedation.is_some_and(|score| score >= 2) {
        calls.push((Alarm::Sedation, Call::now(&[A])));
    }
    if seen.nausea.max(seen.pruritus).is_some_and(|score| score >= 2) {
        calls.push((Alarm::SideEffect, Call::soon(&[A], 30)));
    }
    match seen.temp_c.map(|celsius| celsius.0) {
        Some(celsius) if celsius >= Decimal::from(39) => calls.push((Alarm::Fever, Call::now(&[O, A]))),
        Some(celsius) if celsius >= Decimal::from(38) => {
            calls.push((Alarm::Fever, Call::soon(&[O, A], 30)));
        }
        Some(celsius) if celsius < Decimal::from(35) => calls.push((Alarm::Cold, Call::soon(&[A], 15))),
        _ => {}
    }
    let dry = seen
        .last_void_at
        .is_some_and(|last| seen.observed_at - last > NO_URINE);
    if dry && seen.bladder_catheter != Some(true) {
        calls.push((Alarm::Bladder, Call::soon(&[M], 30)));
    }
    calls
}

fn child(seen: &Observation, before: &Background) -> Vec<(Alarm, Call)> {
    let mut calls = Vec::new();
    if let Some(fhr) = seen.fhr {
        let lasting = before
            .slow_fetal_heart_since
            .is_some_and(|since| seen.observed_at - since >= SLOW_FETAL_HEART);
        if fhr < 100 && lasting {
            calls.push((Alarm::FetalHeart, Call::now(&[O, A])));
        } else if !(110..=160).contains(&fhr) {
            calls.push((Alarm::FetalHeart, Call::soon(&[O], 3)));
        }
    }
    if seen.toco.is_some_and(|count| count > 5) {
        calls.push((Alarm::Tachysystole, Call::soon(&[O], 10)));
    }
    calls
}

fn block(seen: &Observation, before: &Background) -> Vec<(Alarm, Call)> {
    let mut calls = Vec::new();
    match seen.bromage {
        Some(2..) => calls.push((Alarm::MotorBlock, Call::now(&[A]))),
        Some(1) => calls.push((Alarm::MotorBlock, Call::soon(&[A], 15))),
        _ => {}
    }
    let sides = [seen.block_level_left, seen.block_level_right];
    if let Some(highest) = sides.into_iter().flatten().min() {
        if !Dermatome::T4.above(highest) {
            calls.push((Alarm::HighBlock, Call::now(&[A])));
        } else if highest.above(Dermatome::T6) {
            calls.push((Alarm::HighBlock, Call::soon(&[A], 5)));
        }
    }
    if let [Some(left), Some(right)] = sides
        && left.apart(right) >= 4
    {
        calls.push((Alarm::UnilateralBlock, Call::soon(&[A], 15)));
    }
    let in_window = before
        .one_hour
        .is_some_and(|(from, to)| (from..=to).contains(&seen.observed_at));
    if in_window && seen.pain_tenths().is_some_and(|tenths| tenths >= 40) {
        calls.push((Alarm::OneHourPain, Call::soon(&[A], 15)));
    }
    calls
}

/// Whom a complication calls. Severity 3 and 4 are always urgent.
pub fn of_event(event: &Event) -> Call {
    use ComplicationCode as C;
    let call = match event.code {
        C::HighTotalSpinal | C::Intravascular | C::Last | C::RespiratoryDepression => Call::now(&[A]),
        C::Hematoma | C::AbscessMeningitis | C::NerveInjury => Call::now(&[A, O]),
        C::FetalBradycardia | C::MaternalArrest | C::MaternalDeath | C::ConversionCs => Call::now(&[O, A]),
        C::Hypotension => Call::soon(&[A], 2),
        C::Fever => Call::soon(&[O, A], 30),
        C::FailedBlock | C::Unilateral | C::Adp | C::CatheterProblem => Call::soon(&[A], 30),
        C::Pdph => Call::soon(&[A], 24 * 60),
        C::Pruritus | C::Nausea | C::Shivering | C::UrinaryRetention => Call::soon(&[A, M], 60),
    };
    if event.severity >= 3 {
        Call::now(&call.roles)
    } else {
        call
    }
}

#[cfg(test)]
#[path = "calls_tests.rs"]
mod tests;
