//! What an observation calls for. Sources: CN-EP, UK-LEG-2020; the rest GK.

use chrono::{DateTime, Duration, Utc};
use rust_decimal::Decimal;

use super::background::{Background, highest};
use super::observing::is_out_of_range;
use super::{Call, LEG_RAISE};
use crate::analgesia::model::{Alarm, ComplicationCode, Dermatome, Observation};
use crate::base::Role::{Anesthesiologist as A, Midwife as M, Obstetrician as O};

const NO_URINE: Duration = Duration::hours(4);
/// Urine left after voiding that is retention, ml.
const RETENTION_ML: i64 = 400;
/// Low pressure that lasts longer than this calls the anesthesiologist at once.
pub const LASTING_LOW: Duration = Duration::minutes(10);
/// A fetal heart that stays below 100 for so long calls both at once.
pub const BELOW_100: Duration = Duration::minutes(3);
/// And one that stays below 110.
pub const BELOW_110: Duration = Duration::minutes(10);
/// A level that was felt again is this much off without a reason.
const SAME_LEVEL: i64 = 1;
/// By then a dose has had its full effect: what grows afterwards is no onset.
const WORN_OFF: Duration = Duration::hours(2);

/// What an observation calls for.
pub fn of_observation(seen: &Observation, before: &Background) -> Vec<(Alarm, Call)> {
    let mut calls = circulation(seen, before);
    calls.extend(breathing(seen));
    calls.extend(child(seen, before));
    calls.extend(block(seen, before));
    calls.extend(pain(seen, before));
    if is_out_of_range(seen) {
        calls.push((Alarm::OutOfRange, Call::now(&[A])));
    }
    calls
}

fn circulation(seen: &Observation, before: &Background) -> Vec<(Alarm, Call)> {
    let mut calls = Vec::new();
    if before.is_low(seen) == Some(true) {
        let very_low = seen.bp_unrecordable || seen.sbp.is_some_and(|sbp| sbp < 80);
        let call = match very_low {
            true => Call::now(&[O, A]),
            false => Call::soon(&[A, M], 2),
        };
        calls.push((Alarm::Hypotension, call));
        let since = before.low_since.unwrap_or(seen.observed_at);
        if seen.observed_at - since > LASTING_LOW {
            calls.push((Alarm::LastingHypotension, Call::now(&[A])));
        }
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
    let asleep = seen.sedation.is_some_and(|score| score >= 2);
    if asleep {
        calls.push((Alarm::Sedation, Call::now(&[A])));
    }
    if asleep || seen.rr.is_some_and(|rr| rr < 10) || seen.spo2.is_some_and(|spo2| spo2 < 92) {
        calls.push((Alarm::RespiratoryDepression, Call::now(&[A])));
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
    let full = seen.pvr_ml.is_some_and(|ml| ml > RETENTION_ML);
    if full || (dry && seen.bladder_catheter != Some(true)) {
        calls.push((Alarm::Bladder, Call::soon(&[M], 30)));
    }
    calls
}

/// Whether the fetal heart, as it was seen last, has been slow for so long that it calls at once.
pub fn lasts_slow(before: &Background, at: DateTime<Utc>) -> bool {
    let lasts = |since: Option<DateTime<Utc>>, span| since.is_some_and(|since| at - since >= span);
    lasts(before.below_100_since, BELOW_100) || lasts(before.below_110_since, BELOW_110)
}

fn child(seen: &Observation, before: &Background) -> Vec<(Alarm, Call)> {
    let mut calls = Vec::new();
    if let Some(fhr) = seen.fhr {
        if lasts_slow(&before.clone().after(seen), seen.observed_at) {
            calls.push((Alarm::FetalBradycardia, Call::now(&[O, A])));
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
    let at = seen.observed_at;
    let level = highest(seen);
    if let Some(highest) = level {
        if !Dermatome::T4.above(highest) {
            calls.push((Alarm::HighBlock, Call::now(&[A])));
        } else if highest.above(Dermatome::T6) {
            calls.push((Alarm::HighBlock, Call::soon(&[A], 5)));
        }
    }
    if let (Some(left), Some(right)) = (seen.block_level_left, seen.block_level_right)
        && left.apart(right) >= 4
    {
        calls.push((Alarm::UnilateralBlock, Call::soon(&[A], 15)));
    }
    // After anesthesia for an operation the legs are expected not to move.
    if before.is_strong(at) {
        return calls;
    }
    let newly_found = before.bromage.is_none_or(|(_, score)| score == 0);
    match seen.bromage {
        Some(2..) => calls.push((Alarm::MotorBlock, Call::now(&[A]))),
        Some(1) if newly_found => calls.push((Alarm::MotorBlock, Call::soon(&[A], 15))),
        _ => {}
    }
    if seen.bromage == Some(3) {
        calls.push((Alarm::DenseBlock, Call::now(&[A])));
    }
    if let Some(last) = before.last_dose_at.filter(|last| at > *last) {
        let worn_off = |then| then - last >= WORN_OFF;
        let weaker = before
            .bromage
            .is_some_and(|(then, score)| worn_off(then) && seen.bromage > Some(score));
        let higher = before.level.zip(level).is_some_and(|((then, former), now)| {
            worn_off(then) && now.above(former) && now.apart(former) > SAME_LEVEL
        });
        if weaker || higher {
            calls.push((Alarm::ReturningBlock, Call::now(&[A])));
        }
        if at - last >= LEG_RAISE && seen.bromage > Some(0) {
            calls.push((Alarm::LastingBlock, Call::now(&[A])));
        }
    }
    calls
}

fn pain(seen: &Observation, before: &Background) -> Vec<(Alarm, Call)> {
    let mut calls = Vec::new();
    let in_window = before
        .one_hour
        .is_some_and(|(from, to)| (from..=to).contains(&seen.observed_at));
    if in_window && seen.pain_tenths().is_some_and(|tenths| tenths >= 40) {
        calls.push((Alarm::OneHourPain, Call::soon(&[A], 15)));
        if before.pain_at_half_hour {
            calls.push((Alarm::NoRelief, Call::soon(&[A], 15)));
        }
    }
    calls
}

/// The alarm for the condition behind one that is called for only once the condition has lasted.
pub fn condition(alarm: Alarm) -> Alarm {
    match alarm {
        Alarm::LastingHypotension => Alarm::Hypotension,
        Alarm::FetalBradycardia => Alarm::FetalHeart,
        alarm => alarm,
    }
}

/// Whether an observation tells of what an alarm is about: one that does and calls for nothing ends it.
pub fn tells_of(alarm: Alarm, seen: &Observation) -> bool {
    let pressure = seen.sbp.is_some() || seen.bp_unrecordable;
    let (left, right) = (seen.block_level_left.is_some(), seen.block_level_right.is_some());
    let legs = seen.bromage.is_some();
    match alarm {
        Alarm::Hypotension | Alarm::LastingHypotension => pressure,
        Alarm::Hypertension => pressure || seen.dbp.is_some(),
        Alarm::Bradycardia | Alarm::Tachycardia => seen.hr.is_some(),
        Alarm::LowSaturation => seen.spo2.is_some(),
        Alarm::SlowBreathing | Alarm::FastBreathing => seen.rr.is_some(),
        Alarm::Sedation => seen.sedation.is_some(),
        Alarm::RespiratoryDepression => seen.rr.is_some() || seen.spo2.is_some() || seen.sedation.is_some(),
        Alarm::SideEffect => seen.nausea.is_some() || seen.pruritus.is_some(),
        Alarm::Fever | Alarm::Cold => seen.temp_c.is_some(),
        Alarm::Bladder => {
            seen.last_void_at.is_some() || seen.pvr_ml.is_some() || seen.bladder_catheter.is_some()
        }
        Alarm::FetalHeart | Alarm::FetalBradycardia => seen.fhr.is_some(),
        Alarm::Tachysystole => seen.toco.is_some(),
        Alarm::HighBlock => left || right,
        Alarm::UnilateralBlock => left && right,
        Alarm::MotorBlock | Alarm::DenseBlock | Alarm::LastingBlock => legs,
        Alarm::ReturningBlock => legs || left || right,
        Alarm::OneHourPain | Alarm::NoRelief => seen.pain_tenths().is_some(),
        _ => true,
    }
}

/// The complications that an alarm may be the sign of: proposed to whoever takes it, recorded by nobody else.
pub fn proposes(alarm: Alarm, urgent: bool) -> &'static [ComplicationCode] {
    use ComplicationCode as C;
    match alarm {
        Alarm::Hypotension | Alarm::LastingHypotension => &[C::Hypotension],
        Alarm::FetalBradycardia => &[C::FetalBradycardia],
        Alarm::RespiratoryDepression => &[C::RespiratoryDepression],
        Alarm::NoRelief => &[C::FailedBlock],
        Alarm::UnilateralBlock => &[C::Unilateral],
        Alarm::HighBlock if urgent => &[C::HighTotalSpinal],
        Alarm::DenseBlock => &[C::HighTotalSpinal, C::Hematoma],
        Alarm::ReturningBlock | Alarm::LastingBlock | Alarm::LegRaise => &[C::NerveInjury, C::Hematoma],
        Alarm::Fever => &[C::Fever],
        Alarm::Bladder => &[C::UrinaryRetention],
        Alarm::SideEffect => &[C::Nausea, C::Pruritus],
        Alarm::CatheterTip => &[C::CatheterProblem],
        _ => &[],
    }
}

#[cfg(test)]
#[path = "alarms_tests.rs"]
mod tests;
