//! Each alarm at its bound and just before it.

use serde_json::{Value, json};

use super::*;
use crate::analgesia::model::EventOutcome;

fn seen(values: Value) -> Observation {
    let mut body = json!({ "observed_at": "2026-03-02T09:00:00Z" });
    for (key, value) in values.as_object().unwrap() {
        body[key] = value.clone();
    }
    serde_json::from_value(body).unwrap()
}

fn alarms(values: Value) -> Vec<(Alarm, bool)> {
    let calls = of_observation(&seen(values), &Background::default());
    calls
        .into_iter()
        .map(|(alarm, call)| (alarm, call.urgent))
        .collect()
}

#[test]
fn usual_values_call_nobody() {
    let usual = json!({
        "vas": "2", "sbp": 90, "dbp": 60, "hr": 50, "spo2": 95, "rr": 28, "temp_c": "37.9", "fhr": 110, "toco": 5,
        "bromage": 0, "block_level_left": "T6", "block_level_right": "T9", "sedation": 1, "nausea": 1, "pruritus": 1
    });
    assert!(alarms(usual).is_empty());
}

#[test]
fn each_alarm_begins_at_its_bound() {
    for (values, alarm, urgent) in [
        (json!({ "sbp": 89 }), Alarm::Hypotension, false),
        (json!({ "sbp": 79 }), Alarm::Hypotension, true),
        (json!({ "bp_unrecordable": true }), Alarm::Hypotension, true),
        (json!({ "sbp": 160 }), Alarm::Hypertension, false),
        (json!({ "dbp": 110 }), Alarm::Hypertension, false),
        (json!({ "hr": 49 }), Alarm::Bradycardia, false),
        (json!({ "hr": 0 }), Alarm::Bradycardia, true),
        (json!({ "hr": 131 }), Alarm::Tachycardia, false),
        (json!({ "spo2": 94 }), Alarm::LowSaturation, false),
        (json!({ "spo2": 89 }), Alarm::LowSaturation, true),
        (json!({ "rr": 9 }), Alarm::SlowBreathing, true),
        (json!({ "rr": 29 }), Alarm::FastBreathing, false),
        (json!({ "temp_c": "34.9" }), Alarm::Cold, false),
        (json!({ "temp_c": "38.0" }), Alarm::Fever, false),
        (json!({ "temp_c": "39.0" }), Alarm::Fever, true),
        (json!({ "fhr": 109 }), Alarm::FetalHeart, false),
        (json!({ "fhr": 161 }), Alarm::FetalHeart, false),
        (json!({ "toco": 6 }), Alarm::Tachysystole, false),
        (json!({ "bromage": 1 }), Alarm::MotorBlock, false),
        (json!({ "bromage": 2 }), Alarm::MotorBlock, true),
        (json!({ "block_level_left": "T5" }), Alarm::HighBlock, false),
        (json!({ "block_level_right": "T4" }), Alarm::HighBlock, true),
        (
            json!({ "block_level_left": "T8", "block_level_right": "T12" }),
            Alarm::UnilateralBlock,
            false,
        ),
        (json!({ "sedation": 2 }), Alarm::Sedation, true),
        (json!({ "pruritus": 2 }), Alarm::SideEffect, false),
        (
            json!({ "last_void_at": "2026-03-02T04:59:00Z" }),
            Alarm::Bladder,
            false,
        ),
    ] {
        assert_eq!(alarms(values.clone()), [(alarm, urgent)], "{values}");
    }
}

#[test]
fn a_fall_of_more_than_a_fifth_is_low_pressure() {
    let first = Background::default().after(&seen(json!({ "sbp": 130 })));
    let at = |sbp: i64| of_observation(&seen(json!({ "sbp": sbp })), &first).len();
    assert_eq!(at(104), 0);
    assert_eq!(at(103), 1);
}

#[test]
fn a_slow_fetal_heart_becomes_urgent_after_three_minutes() {
    let before =
        Background::default().after(&seen(json!({ "observed_at": "2026-03-02T08:57:00Z", "fhr": 95 })));
    let calls = of_observation(&seen(json!({ "fhr": 90 })), &before);
    assert!(
        calls
            .iter()
            .any(|(alarm, call)| *alarm == Alarm::FetalHeart && call.urgent)
    );
    let recovered = before.after(&seen(
        json!({ "observed_at": "2026-03-02T08:58:00Z", "fhr": 130 }),
    ));
    let calls = of_observation(&seen(json!({ "fhr": 90 })), &recovered);
    assert!(calls.iter().all(|(_, call)| !call.urgent));
}

#[test]
fn pain_of_four_counts_only_at_one_hour() {
    let first: DateTime<Utc> = "2026-03-02T08:00:00Z".parse().unwrap();
    let before = Background {
        one_hour: Some((first + Duration::minutes(45), first + Duration::minutes(75))),
        ..Background::default()
    };
    let named = |at: &str, vas: &str| {
        let calls = of_observation(&seen(json!({ "observed_at": at, "vas": vas })), &before);
        calls.iter().any(|(alarm, _)| *alarm == Alarm::OneHourPain)
    };
    assert!(named("2026-03-02T09:15:00Z", "4"));
    assert!(!named("2026-03-02T09:15:00Z", "3.5"));
    assert!(!named("2026-03-02T09:16:00Z", "4"));
    assert!(!named("2026-03-02T08:44:00Z", "9"));
}

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
fn a_severe_complication_is_urgent_whatever_it_is() {
    let event = |code, severity| Event {
        code,
        onset_at: DateTime::<Utc>::UNIX_EPOCH,
        severity,
        treatment: None,
        outcome: Some(EventOutcome::Ongoing),
        resolved_at: None,
        adp_next: None,
    };
    assert!(!of_event(&event(ComplicationCode::Shivering, 2)).urgent);
    assert!(of_event(&event(ComplicationCode::Shivering, 3)).urgent);
    assert!(of_event(&event(ComplicationCode::Last, 1)).urgent);
}
