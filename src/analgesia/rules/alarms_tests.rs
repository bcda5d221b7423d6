//! Each alarm at its bound and just before it.

use serde_json::{Value, json};

use super::*;
use crate::analgesia::model::{ObservationRow, Raised, Record};
use crate::analgesia::rules::{baseline, judge, unheard};

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
fn breathing_that_fails_is_a_depression_of_it() {
    for (values, first) in [
        (json!({ "rr": 9 }), Alarm::SlowBreathing),
        (json!({ "spo2": 91 }), Alarm::LowSaturation),
        (json!({ "sedation": 2 }), Alarm::Sedation),
    ] {
        let found: Vec<Alarm> = alarms(values.clone())
            .into_iter()
            .map(|(alarm, _)| alarm)
            .collect();
        assert_eq!(found, [first, Alarm::RespiratoryDepression], "{values}");
    }
    assert_eq!(alarms(json!({ "spo2": 92 })), [(Alarm::LowSaturation, false)]);
    assert_eq!(alarms(json!({ "spo2": 89 }))[0], (Alarm::LowSaturation, true));
}

#[test]
fn a_value_that_no_body_shows_calls_somebody_to_look() {
    for values in [
        json!({ "spo2": 101 }),
        json!({ "temp_c": "27" }),
        json!({ "sbp": 301 }),
        json!({ "pvr_ml": 3000 }),
    ] {
        let found = alarms(values.clone());
        assert!(found.contains(&(Alarm::OutOfRange, true)), "{values} {found:?}");
    }
    assert_eq!(alarms(json!({ "pvr_ml": 401 })), [(Alarm::Bladder, false)]);
}

fn measured(sbp: i64) -> Background {
    let at: DateTime<Utc> = "2026-03-02T08:00:00Z".parse().unwrap();
    Background {
        baseline: Some((at, sbp)),
        ..Background::default()
    }
}

#[test]
fn low_pressure_is_what_the_hospital_says() {
    let first = measured(130);
    let low = |sbp: i64, before: &Background| {
        let calls = of_observation(&seen(json!({ "sbp": sbp })), before);
        calls.iter().any(|(alarm, _)| *alarm == Alarm::Hypotension)
    };
    assert!(!low(104, &first));
    assert!(low(103, &first));
    let mut stricter = measured(130);
    stricter.low_pressure.below = 100;
    stricter.low_pressure.fall_percent = 30;
    assert!(!low(100, &stricter));
    assert!(low(99, &stricter));
    stricter.low_pressure.fall_percent = 20;
    assert!(low(103, &stricter));
}

#[test]
fn pressure_that_stays_low_for_more_than_ten_minutes_calls_the_anesthesiologist_at_once() {
    let since = |time: &str| measured(120).after(&seen(json!({ "observed_at": time, "sbp": 85 })));
    let lasting = |before: &Background| {
        let calls = of_observation(&seen(json!({ "sbp": 85 })), before);
        calls.contains(&(Alarm::LastingHypotension, Call::now(&[A])))
    };
    assert!(!lasting(&since("2026-03-02T08:50:00Z")));
    assert!(lasting(&since("2026-03-02T08:49:00Z")));
    let recovered = since("2026-03-02T08:40:00Z").after(&seen(
        json!({ "observed_at": "2026-03-02T08:45:00Z", "sbp": 110 }),
    ));
    assert!(!lasting(&recovered));
}

#[test]
fn a_slow_fetal_heart_becomes_urgent_after_three_minutes_or_ten() {
    let lasting = |first: &str, then: i64, now: i64| {
        let before = Background::default().after(&seen(json!({ "observed_at": first, "fhr": then })));
        let calls = of_observation(&seen(json!({ "fhr": now })), &before);
        calls
            .iter()
            .any(|(alarm, call)| *alarm == Alarm::FetalBradycardia && call.urgent)
    };
    assert!(lasting("2026-03-02T08:57:00Z", 95, 90));
    assert!(!lasting("2026-03-02T08:58:00Z", 95, 90));
    assert!(lasting("2026-03-02T08:50:00Z", 108, 105));
    assert!(!lasting("2026-03-02T08:51:00Z", 108, 105));
    assert!(!lasting("2026-03-02T08:50:00Z", 112, 105));
}

#[test]
fn legs_call_when_they_are_newly_weak_and_not_again() {
    let found = |before: &Background, score: i64| -> Vec<Alarm> {
        let calls = of_observation(&seen(json!({ "bromage": score })), before);
        calls.into_iter().map(|(alarm, _)| alarm).collect()
    };
    let earlier = |score: i64| {
        Background::default().after(&seen(
            json!({ "observed_at": "2026-03-02T08:30:00Z", "bromage": score }),
        ))
    };
    assert_eq!(found(&earlier(0), 1), [Alarm::MotorBlock]);
    assert_eq!(found(&earlier(1), 1), []);
    assert_eq!(found(&earlier(1), 2), [Alarm::MotorBlock]);
    assert_eq!(found(&earlier(0), 3), [Alarm::MotorBlock, Alarm::DenseBlock]);
    let operated = Background {
        anesthesia: vec!["2026-03-02T06:00:00Z".parse().unwrap()],
        ..earlier(0)
    };
    assert_eq!(found(&operated, 3), []);
    let long_ago = Background {
        anesthesia: vec!["2026-03-02T05:00:00Z".parse().unwrap()],
        ..earlier(0)
    };
    assert_eq!(found(&long_ago, 2), [Alarm::MotorBlock]);
}

#[test]
fn only_anesthesia_into_the_spinal_canal_excuses_weak_legs() {
    let strong = |route: &str, purpose: &str| {
        let dose = json!({
            "given_at": "2026-03-02T06:00:00Z", "drug": "lidocaine", "route": route, "use": purpose, "amount": "100"
        });
        let record: Record = serde_json::from_value(json!({ "doses": [dose] })).unwrap();
        let before = Background::of(Some(&record), None, None);
        before.is_strong("2026-03-02T09:00:00Z".parse().unwrap())
    };
    for route in ["epidural", "intrathecal"] {
        assert!(strong(route, "anesthesia"), "{route}");
        assert!(!strong(route, "labor"), "{route}");
    }
    assert!(!strong("intravenous", "anesthesia"));
}

#[test]
fn a_block_that_returns_or_lasts_after_the_last_dose_is_urgent() {
    let ended = |time: &str| Background {
        last_dose_at: Some(time.parse().unwrap()),
        ..Background::default()
    };
    let found = |before: &Background, values: Value| -> Vec<Alarm> {
        let calls = of_observation(&seen(values), before);
        calls.into_iter().map(|(alarm, _)| alarm).collect()
    };
    let free =
        |time: &str, seen_at: &str| ended(time).after(&seen(json!({ "observed_at": seen_at, "bromage": 0 })));
    let weak = || json!({ "bromage": 1 });
    let returned = found(&free("2026-03-02T06:00:00Z", "2026-03-02T08:00:00Z"), weak());
    assert!(returned.contains(&Alarm::ReturningBlock));
    // Within two hours of a dose a block may still grow.
    let onset = found(&free("2026-03-02T06:00:00Z", "2026-03-02T07:59:00Z"), weak());
    assert!(!onset.contains(&Alarm::ReturningBlock));
    assert!(found(&ended("2026-03-02T05:00:00Z"), weak()).contains(&Alarm::LastingBlock));
    assert!(!found(&ended("2026-03-02T05:01:00Z"), weak()).contains(&Alarm::LastingBlock));
    let level = |at: &str, level: &str| json!({ "observed_at": at, "block_level_left": level });
    let fallen = ended("2026-03-02T05:30:00Z").after(&seen(level("2026-03-02T08:00:00Z", "L1")));
    let grown = found(&fallen, json!({ "block_level_left": "T10" }));
    assert!(grown.contains(&Alarm::ReturningBlock));
    assert!(found(&fallen, json!({ "block_level_left": "T12" })).is_empty());
}

fn first_dose() -> Background {
    let first: DateTime<Utc> = "2026-03-02T08:00:00Z".parse().unwrap();
    Background {
        first_dose_at: Some(first),
        one_hour: Some((first + Duration::minutes(45), first + Duration::minutes(75))),
        ..Background::default()
    }
}

#[test]
fn pain_at_half_an_hour_and_at_one_hour_is_a_block_without_relief() {
    let after = |vas: &str| {
        first_dose().after(&seen(
            json!({ "observed_at": "2026-03-02T08:30:00Z", "vas": vas }),
        ))
    };
    let relieved = |before: &Background| {
        let calls = of_observation(&seen(json!({ "vas": "4" })), before);
        !calls.iter().any(|(alarm, _)| *alarm == Alarm::NoRelief)
    };
    assert!(!relieved(&after("4")));
    assert!(relieved(&after("3.5")));
    assert!(relieved(&first_dose()));
    assert_eq!(proposes(Alarm::NoRelief, false), [ComplicationCode::FailedBlock]);
}

fn row(n: u8, values: Value) -> ObservationRow {
    serde_json::from_value(json!({
        "id": format!("01900000-0000-7000-8000-0000000000{n:02}"), "labor": "01900000-0000-7000-8000-000000000100",
        "recorded_at": "2026-03-02T09:00:00Z", "by": "01900000-0000-7000-8000-000000000101",
        "observation": seen(values), "alarms": []
    }))
    .unwrap()
}

#[test]
fn a_row_that_is_entered_late_changes_what_a_later_one_means() {
    let mut later = row(1, json!({ "observed_at": "2026-03-02T09:00:00Z", "fhr": 95 }));
    later.alarms = vec![Alarm::FetalHeart];
    let late = row(2, json!({ "observed_at": "2026-03-02T08:55:00Z", "fhr": 98 }));
    let judged = judge(
        std::slice::from_ref(&later),
        std::slice::from_ref(&late),
        None,
        Background::default(),
    );
    let codes = |judged: &super::super::Judged| -> Vec<Alarm> {
        judged.calls.iter().map(|(alarm, _)| *alarm).collect()
    };
    assert_eq!(judged.len(), 2);
    assert_eq!(codes(&judged[0]), [Alarm::FetalHeart]);
    assert_eq!(codes(&judged[1]), [Alarm::FetalBradycardia]);
    // What came before anything new is not judged again.
    let newer = row(3, json!({ "observed_at": "2026-03-02T09:01:00Z", "fhr": 140 }));
    assert_eq!(judge(&[later], &[newer], None, Background::default()).len(), 1);
}

#[test]
fn the_baseline_is_marked_or_the_last_before_the_first_dose() {
    let at = |n: u8, time: &str, sbp: i64, marked: bool| {
        row(n, json!({ "observed_at": time, "sbp": sbp, "baseline": marked }))
    };
    let first: DateTime<Utc> = "2026-03-02T08:00:00Z".parse().unwrap();
    let mut rows = vec![
        at(1, "2026-03-02T07:00:00Z", 140, false),
        at(2, "2026-03-02T07:55:00Z", 120, false),
        at(3, "2026-03-02T08:05:00Z", 100, false),
    ];
    let of =
        |rows: &[ObservationRow], first| baseline(rows.iter(), first).and_then(|row| row.observation.sbp);
    assert_eq!(of(&rows, Some(first)), Some(120));
    assert_eq!(of(&rows, None), Some(140));
    rows.push(at(4, "2026-03-02T07:30:00Z", 130, true));
    assert_eq!(of(&rows, Some(first)), Some(130));
    rows.push(row(
        5,
        json!({ "observed_at": "2026-03-02T07:40:00Z", "vas": "8", "baseline": true }),
    ));
    assert_eq!(
        of(&rows, Some(first)),
        Some(130),
        "a pressure is compared with a pressure"
    );
    assert_eq!(of(&[], Some(first)), None);
}

#[test]
fn an_alarm_that_is_open_is_raised_again_only_when_it_becomes_urgent() {
    let open = |state: &str, urgent: bool| -> Raised {
        serde_json::from_value(json!({
            "id": "01900000-0000-7000-8000-000000000001", "labor": "01900000-0000-7000-8000-000000000002",
            "subject": "01900000-0000-7000-8000-000000000003", "task": "analgesia.alarm", "codes": ["hypotension"],
            "roles": ["anesthesiologist"], "urgent": urgent, "state": state, "step": 0, "called": [],
            "raised_at": "2026-03-02T08:00:00Z", "due_at": "2026-03-02T08:02:00Z"
        }))
        .unwrap()
    };
    let left = |raised: Raised, call: Call, lasts: bool| {
        unheard(&[raised], vec![(Alarm::Hypotension, call)], |_, _| lasts).len()
    };
    assert_eq!(left(open("open", false), Call::soon(&[A], 2), false), 0);
    assert_eq!(left(open("taken", false), Call::soon(&[A], 2), true), 0);
    assert_eq!(left(open("taken", true), Call::now(&[A]), false), 1);
    assert_eq!(left(open("open", false), Call::now(&[A]), true), 1);
    assert_eq!(left(open("open", true), Call::now(&[A]), true), 0);
    assert_eq!(left(open("closed", true), Call::soon(&[A], 2), true), 1);
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
