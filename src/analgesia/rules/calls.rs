//! Whom an alarm calls, and how soon. Sources: CN-EP, UK-LEG-2020; the rest GK.

use chrono::{DateTime, Duration, Utc};

use crate::analgesia::model::{AdpNext, Alarm, ComplicationCode, Event, LegRaise, Stop};
use crate::base::Role::{self, Anesthesiologist as A, Midwife as M, Obstetrician as O};

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

    /// Within a time.
    pub fn soon(roles: &[Role], within_min: i64) -> Call {
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

/// What the end of analgesia calls for. Legs that anesthesia for an operation has taken away (`is_strong`) are expected.
pub fn of_stop(stop: &Stop, is_strong: bool) -> Vec<(Alarm, Call)> {
    let mut calls = Vec::new();
    if stop.leg_raise == Some(LegRaise::Unable) {
        calls.push((Alarm::LegRaise, Call::now(&[A])));
    }
    if stop.tip_intact == Some(false) {
        calls.push((Alarm::CatheterTip, Call::now(&[A])));
    }
    // As the same score would call from an observation.
    match stop.bromage.filter(|_| !is_strong) {
        Some(2..) => calls.push((Alarm::MotorBlock, Call::now(&[A]))),
        Some(1) => calls.push((Alarm::MotorBlock, Call::soon(&[A], 15))),
        _ => {}
    }
    calls
}

/// What a version of the end of analgesia newly calls for. Legs that are tried again and do not rise call again, and so does
/// a stronger block.
pub fn since_stop(before: Option<&Stop>, stop: &Stop, is_strong: bool) -> Vec<(Alarm, Call)> {
    let mut calls = of_stop(stop, is_strong);
    if let Some(before) = before {
        let known = of_stop(before, is_strong);
        let tried_again = stop.leg_raise_at > before.leg_raise_at;
        calls.retain(|(alarm, call)| {
            let graver = |(code, known): &(Alarm, Call)| code == alarm && known.urgent >= call.urgent;
            !known.iter().any(graver) || (*alarm == Alarm::LegRaise && tried_again)
        });
    }
    calls
}

/// Whether an alarm is about pain alone.
pub const fn is_pain(alarm: Alarm) -> bool {
    matches!(alarm, Alarm::OneHourPain | Alarm::NoRelief | Alarm::PatientPain)
}

/// Half an hour after the first dose it should work: pain of 4 or more by her own word calls somebody to look.
pub fn of_pain_report(tenths: i64, first_dose_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<Call> {
    let works_by_now = first_dose_at.is_some_and(|first| now - first >= Duration::minutes(30));
    (tenths >= 40 && works_by_now).then(|| Call::soon(&[M, A], 15))
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
    // Through a catheter in the spinal fluid an epidural dose is ten times too much.
    let high_risk = event.adp_next == Some(AdpNext::IntrathecalCatheter);
    if event.severity >= 3 || high_risk {
        Call::now(&call.roles)
    } else {
        call
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_calls_are_one_task() {
        let calls = [Call::soon(&[O, A], 15), Call::now(&[A]), Call::soon(&[M], 30)];
        let together = Call::together(&calls).unwrap();
        assert_eq!(together.roles, [M, O, A]);
        assert!(together.urgent);
        assert_eq!(together.within_min, 0);
        assert!(Call::together(&[]).is_none());
    }

    #[test]
    fn her_own_word_calls_somebody_once_the_block_should_work() {
        let first = DateTime::UNIX_EPOCH;
        let after = |minutes: i64, tenths: i64| {
            of_pain_report(tenths, Some(first), first + Duration::minutes(minutes)).is_some()
        };
        assert!(after(30, 40));
        assert!(!after(29, 90));
        assert!(!after(30, 35));
        assert!(of_pain_report(90, None, first).is_none());
    }

    #[test]
    fn a_severe_complication_is_urgent_whatever_it_is() {
        let event = |code, severity| Event {
            code,
            onset_at: chrono::DateTime::UNIX_EPOCH,
            severity,
            treatment: None,
            outcome: Some(crate::analgesia::model::EventOutcome::Ongoing),
            resolved_at: None,
            adp_next: None,
            acted_at: None,
            intensive_care: None,
        };
        assert!(!of_event(&event(ComplicationCode::Shivering, 2)).urgent);
        assert!(of_event(&event(ComplicationCode::Shivering, 3)).urgent);
        assert!(of_event(&event(ComplicationCode::Last, 1)).urgent);
    }
}
