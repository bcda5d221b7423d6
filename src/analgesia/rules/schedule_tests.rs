//! What is due, minute by minute after the first dose at 08:00.

use serde_json::{Value, json};

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    format!("2026-03-02T{text}:00Z").parse().unwrap()
}

/// A labor with its record and what was seen in it.
struct Ward {
    labor: Labor,
    record: Record,
    stop: Option<Stop>,
    seen: Vec<ObservationRow>,
}

const FULL: &str = r#"{ "vas": "2", "sbp": 118, "hr": 82, "spo2": 99, "fhr": 140, "bromage": 0 }"#;

impl Ward {
    fn new() -> Ward {
        let labor = json!({
            "id": "01900000-0000-7000-8000-000000000001", "facility_id": "01900000-0000-7000-8000-000000000002",
            "patient_id": "01900000-0000-7000-8000-000000000003", "episode_id": "01900000-0000-7000-8000-000000000004",
            "admitted_at": at("06:00"), "admission": { "labor_stage": "active", "membranes": "intact" },
            "state": "open", "first_dose_at": at("08:00"), "is_test": false, "version": 1
        });
        let record = json!({
            "technique": "epidural", "indication": "labor", "first_dose_at": at("08:00"), "catheter_at": at("07:55"),
            "pump": {
                "modes": ["pcea"], "drug": "ropivacaine", "concentration_percent": "0.1", "hourly_limit_ml_h": "20",
                "reservoir": { "label": "x", "batch": "B", "expires_on": "2027-01-01" }
            }
        });
        Ward {
            labor: serde_json::from_value(labor).unwrap(),
            record: serde_json::from_value(record).unwrap(),
            stop: None,
            seen: Vec::new(),
        }
    }

    fn dosed(mut self, time: &str, drug: &str, route: &str) -> Ward {
        let dose =
            json!({ "given_at": at(time), "drug": drug, "route": route, "use": "labor", "amount": "5" });
        self.record.doses.push(serde_json::from_value(dose).unwrap());
        self
    }

    fn saw(mut self, time: &str, values: Value) -> Ward {
        let mut observation = json!({ "observed_at": at(time) });
        for (key, value) in values.as_object().unwrap() {
            observation[key] = value.clone();
        }
        let row = json!({
            "id": "01900000-0000-7000-8000-000000000005", "labor": self.labor.id, "recorded_at": at(time),
            "by": "01900000-0000-7000-8000-000000000006", "observation": observation, "alarms": []
        });
        self.seen.push(serde_json::from_value(row).unwrap());
        self
    }

    fn full(self, time: &str) -> Ward {
        self.saw(time, serde_json::from_str(FULL).unwrap())
    }

    fn born(mut self, time: &str) -> Ward {
        self.labor.born_at = Some(at(time));
        self.labor.state = LaborState::Delivered;
        self
    }

    fn due(&self, kind: DueKind, now: &str) -> Option<Due> {
        let course = Course {
            labor: &self.labor,
            record: Some(&self.record),
            stop: self.stop.as_ref(),
            seen: &self.seen,
            window_min: 15,
            recheck_until: None,
            converted_at: None,
        };
        due(course, at(now)).into_iter().find(|due| due.kind == kind)
    }

    /// When the next round is due.
    fn round(&self, now: &str) -> Option<String> {
        let due = self.due(DueKind::Round, now)?;
        Some(due.due_at.format("%H:%M").to_string())
    }
}

#[test]
fn rounds_follow_the_first_dose_by_the_minute_and_then_by_the_hour() {
    let ward = Ward::new();
    for (now, round) in [
        ("08:00", "08:00"),
        ("08:04", "08:00"),
        ("08:05", "08:05"),
        ("08:12", "08:10"),
        ("08:19", "08:15"),
        ("08:29", "08:20"),
        ("08:59", "08:30"),
        ("09:00", "09:00"),
        ("11:30", "11:00"),
    ] {
        assert_eq!(ward.round(now).as_deref(), Some(round), "{now}");
    }
}

#[test]
fn a_round_that_was_made_leads_to_the_next_one() {
    let ward = Ward::new().full("07:50");
    assert_eq!(ward.round("08:00").as_deref(), Some("08:05"));
    let ward = ward.full("08:05").full("08:11").full("08:15").full("08:20");
    assert_eq!(ward.round("08:21").as_deref(), Some("08:30"));
    let level = ward.full("08:30");
    let missing = level.due(DueKind::Round, "08:31").unwrap();
    assert_eq!(missing.fields, ["block_level_left", "block_level_right"]);
    let level = level.saw(
        "08:32",
        json!({ "block_level_left": "T10", "block_level_right": "T10" }),
    );
    assert_eq!(level.round("08:33").as_deref(), Some("09:00"));
    // A quarter of an hour early is early enough for the hour.
    assert_eq!(level.full("08:45").round("08:50").as_deref(), Some("10:00"));
}

#[test]
fn pain_is_scored_with_a_dose_half_an_hour_after_it_and_by_the_hour() {
    for (now, asked) in [
        ("08:00", true),
        ("08:05", false),
        ("08:20", false),
        ("08:30", true),
        ("09:00", true),
    ] {
        let round = Ward::new().due(DueKind::Round, now).unwrap();
        assert_eq!(round.fields.contains(&"vas"), asked, "{now}");
    }
}

#[test]
fn every_top_up_starts_the_rounds_again() {
    let ward = Ward::new().dosed("09:10", "ropivacaine", "epidural");
    assert_eq!(ward.round("09:09").as_deref(), Some("09:00"));
    assert_eq!(ward.round("09:12").as_deref(), Some("09:10"));
    assert_eq!(ward.round("09:16").as_deref(), Some("09:15"));
    assert_eq!(ward.round("10:15").as_deref(), Some("10:10"));
}

#[test]
fn breaths_are_counted_after_an_opioid_in_the_spinal_fluid_or_when_she_is_sleepy() {
    let asks = |ward: Ward| {
        let due = ward.due(DueKind::Round, "08:06").unwrap();
        due.fields.contains(&"rr")
    };
    assert!(!asks(Ward::new()));
    assert!(asks(Ward::new().dosed("08:00", "sufentanil", "intrathecal")));
    assert!(!asks(Ward::new().dosed("08:00", "sufentanil", "epidural")));
    assert!(asks(Ward::new().saw("08:04", json!({ "sedation": 1 }))));
}

#[test]
fn the_score_of_one_hour_is_told_five_minutes_before_and_missed_at_the_end_of_its_window() {
    let ward = Ward::new();
    let due = ward.due(DueKind::OneHourPain, "08:50").unwrap();
    assert_eq!((due.due_at, due.overdue_at), (at("08:55"), at("09:15")));
    let scored = |time: &str| {
        Ward::new()
            .saw(time, json!({ "nrs": 3 }))
            .due(DueKind::OneHourPain, "09:20")
    };
    assert!(scored("08:44").is_some());
    assert!(scored("08:45").is_none());
    assert!(scored("09:15").is_none());
    assert!(scored("09:16").is_some());
    // Born before the window began: there was nobody to ask. Born within it: she is asked.
    assert!(
        Ward::new()
            .born("08:44")
            .due(DueKind::OneHourPain, "09:20")
            .is_none()
    );
    assert!(
        Ward::new()
            .born("09:05")
            .due(DueKind::OneHourPain, "09:20")
            .is_some()
    );
}

#[test]
fn the_fetal_heart_temperature_and_bladder_have_their_own_time() {
    let ward = Ward::new().saw(
        "08:10",
        json!({ "fhr": 140, "temp_c": "36.8", "bladder_catheter": true }),
    );
    let times = |kind: DueKind| {
        let due = ward.due(kind, "08:20").unwrap();
        (due.due_at, due.overdue_at)
    };
    assert_eq!(times(DueKind::FetalHeart), (at("08:40"), at("08:55")));
    assert_eq!(times(DueKind::Temperature), (at("10:10"), at("12:10")));
    assert_eq!(times(DueKind::Bladder), (at("11:10"), at("12:10")));
}

#[test]
fn pain_is_scored_at_full_dilation_and_a_round_made_at_birth() {
    let ward = Ward::new().saw("10:00", json!({ "cervix_cm": "10" }));
    assert_eq!(ward.due(DueKind::FullDilation, "10:05").unwrap().fields, ["vas"]);
    let ward = ward.saw("10:10", json!({ "vas": "4" }));
    assert!(ward.due(DueKind::FullDilation, "10:15").is_none());
    let ward = ward.born("11:00");
    let birth = ward.due(DueKind::Birth, "11:05").unwrap();
    assert_eq!(birth.fields, ["vas", "sbp", "hr", "spo2", "bromage"]);
    assert!(ward.due(DueKind::Round, "11:30").is_none());
    assert!(ward.full("11:10").due(DueKind::Birth, "11:15").is_none());
}

#[test]
fn after_birth_the_catheter_and_the_legs_stay_due() {
    let mut ward = Ward::new().born("11:00");
    assert!(ward.due(DueKind::Catheter, "11:30").is_some());
    let legs = ward.due(DueKind::LegRaise, "11:30").unwrap();
    assert_eq!((legs.due_at, legs.overdue_at), (at("15:00"), at("15:30")));
    let mut stop = json!({
        "stop_at": at("11:20"), "reason": "delivered", "catheter_removed_at": at("11:20"), "tip_intact": true,
        "leg_raise": "able", "leg_raise_at": at("15:10")
    });
    ward.stop = Some(serde_json::from_value(stop.clone()).unwrap());
    assert!(ward.due(DueKind::Catheter, "15:20").is_none());
    assert!(ward.due(DueKind::LegRaise, "15:20").is_none());
    // A dose after the check, and legs that did not rise, are checked again.
    let mut again = ward.dosed("15:20", "ropivacaine", "epidural");
    assert_eq!(again.due(DueKind::LegRaise, "15:40").unwrap().due_at, at("19:20"));
    stop["leg_raise"] = json!("unable");
    stop["leg_raise_at"] = json!(at("19:30"));
    again.stop = Some(serde_json::from_value(stop).unwrap());
    assert!(again.due(DueKind::LegRaise, "19:40").is_some());
}

#[test]
fn an_end_after_which_analgesia_began_again_ends_nothing() {
    let mut ward = Ward::new();
    let stop = json!({
        "stop_at": at("08:40"), "reason": "request", "catheter_removed_at": at("08:40"), "tip_intact": true
    });
    ward.stop = Some(serde_json::from_value(stop).unwrap());
    assert_eq!(ward.round("09:12"), None);
    let again = ward.dosed("09:10", "ropivacaine", "epidural");
    assert_eq!(again.round("09:12").as_deref(), Some("09:10"));
    let born = again.born("11:00");
    assert!(
        born.due(DueKind::Catheter, "11:30").is_some(),
        "the new one is in"
    );
    // It came out later, and that was written into the end that stands.
    let mut out = born;
    let stop = json!({
        "stop_at": at("08:40"), "reason": "request", "catheter_removed_at": at("11:20"), "tip_intact": true
    });
    out.stop = Some(serde_json::from_value(stop).unwrap());
    assert!(out.due(DueKind::Catheter, "11:30").is_none());
}

#[test]
fn her_request_is_due_until_the_first_dose() {
    let mut ward = Ward::new();
    ward.labor.requested_at = Some(at("07:20"));
    assert!(ward.due(DueKind::Response, "07:30").is_none());
    ward.labor.first_dose_at = None;
    let due = ward.due(DueKind::Response, "07:30").unwrap();
    assert_eq!(due.overdue_at, at("07:50"));
}
