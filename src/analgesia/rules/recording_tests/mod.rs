//! Every row of the table of doses and settings, through the record that it is written in.

mod doses;
mod program;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::*;
use crate::base::Error;

fn now() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

/// Faults as `pointer code`, and whether something was beyond the hard limits.
fn judged(body: Value, declared: bool) -> (Vec<String>, bool) {
    judged_beside(body, declared, &[])
}

fn judged_beside(body: Value, declared: bool, reported: &[Complication]) -> (Vec<String>, bool) {
    let record: Record = serde_json::from_value(body).unwrap();
    let confirmed = record.confirmed.clone();
    let mut sheet = Sheet::new(now(), &confirmed, declared);
    check_record(&mut sheet, &record, reported, None);
    match sheet.done().map(|found| !found.outside.is_empty()) {
        Ok(outside) => (Vec::new(), outside),
        Err(Error::Invalid(_, faults)) => {
            let lines = faults
                .iter()
                .map(|fault| format!("{} {}", fault.pointer, fault.code));
            (lines.collect(), false)
        }
        Err(other) => panic!("{other}"),
    }
}

fn faults(body: Value) -> Vec<String> {
    judged(body, false).0
}

fn with_dose(dose: Value) -> Value {
    json!({ "technique": "epidural", "indication": "labor", "first_dose_at": "2026-03-02T08:00:00Z", "doses": [dose] })
}

fn dose(drug: &str, route: &str, amount: &str) -> Value {
    let mut dose = json!({
        "given_at": "2026-03-02T08:00:00Z", "drug": drug, "route": route, "use": "labor", "amount": amount
    });
    if drug == "ropivacaine" && route == "epidural" {
        dose["concentration"] = json!("0.1");
    }
    dose
}

/// 0.08 % ropivacaine with 0.5 µg/ml sufentanil, PIEB 8 ml every 40 min, PCEA 8 ml, lockout 15 min, 30 ml/h.
fn pump() -> Value {
    json!({
        "modes": ["pieb", "pcea"], "drug": "ropivacaine", "concentration_percent": "0.08", "opioid": "sufentanil",
        "opioid_ug_ml": "0.5", "pieb_volume_ml": "8", "pieb_interval_min": 40, "bolus_volume_ml": "8",
        "lockout_min": 15, "hourly_limit_ml_h": "30",
        "reservoir": { "label": "0.08% ropivacaine + sufentanil 0.5 µg/ml", "batch": "R-118", "expires_on": "2027-01-01" }
    })
}

#[test]
fn interspaces_follow_the_technique() {
    let at = |technique: &str, space: &str| faults(json!({ "technique": technique, "interspace": space }));
    for technique in ["epidural", "cse", "dpe", "spinal_single"] {
        assert_eq!(
            at(technique, "T12-L1"),
            ["/interspace out_of_limits"],
            "{technique}"
        );
        assert!(at(technique, "L3-4").is_empty());
        assert!(at(technique, "L4-5").is_empty());
    }
    assert_eq!(at("epidural", "L1-2"), ["/interspace unconfirmed"]);
    assert!(at("epidural", "L2-3").is_empty());
    for technique in ["cse", "dpe", "spinal_single"] {
        assert_eq!(
            at(technique, "L1-2"),
            ["/interspace out_of_limits"],
            "{technique}"
        );
        assert_eq!(at(technique, "L2-3"), ["/interspace unconfirmed"], "{technique}");
    }
}

#[test]
fn an_intrathecal_catheter_blocks_program_and_loading_dose() {
    let body = json!({ "technique": "epidural", "catheter_site": "intrathecal", "pump": pump() });
    assert_eq!(faults(body), ["/pump intrathecal_catheter"]);
    let mut loading = dose("ropivacaine", "epidural", "8");
    loading["loading"] = json!(true);
    let mut body = with_dose(loading);
    body["catheter_site"] = json!("intrathecal");
    assert_eq!(faults(body), ["/doses/0/loading intrathecal_catheter"]);
}

#[test]
fn the_first_dose_is_not_later_than_any_dose() {
    let mut body = with_dose(dose("ropivacaine", "epidural", "8"));
    body["first_dose_at"] = json!("2026-03-02T08:01:00Z");
    assert_eq!(faults(body.clone()), ["/first_dose_at inconsistent"]);
    body["first_dose_at"] = Value::Null;
    assert_eq!(faults(body), ["/first_dose_at required"]);
}

#[test]
fn nothing_lies_in_the_future() {
    let body = json!({ "technique": "epidural", "puncture_at": "2026-03-02T09:06:00Z" });
    assert_eq!(faults(body), ["/puncture_at in_future"]);
}

#[test]
fn a_catheter_that_was_reported_in_the_spinal_fluid_blocks_program_and_loading_dose_as_well() {
    let reported = |code: &str, next: &str| -> Complication {
        let event =
            json!({ "code": code, "onset_at": "2026-03-02T07:55:00Z", "severity": 1, "adp_next": next });
        serde_json::from_value(json!({
            "id": "01900000-0000-7000-8000-000000000001", "recorded_at": "2026-03-02T07:56:00Z",
            "by": "01900000-0000-7000-8000-000000000002", "event": event
        }))
        .unwrap()
    };
    let left = [reported("adp", "intrathecal_catheter")];
    let mut body = json!({ "technique": "epidural", "pump": pump() });
    assert_eq!(
        judged_beside(body.clone(), false, &left).0,
        ["/pump intrathecal_catheter"]
    );
    assert!(
        judged_beside(body.clone(), false, &[reported("adp", "resited_epidural")])
            .0
            .is_empty()
    );
    let mut loading = dose("ropivacaine", "epidural", "8");
    loading["loading"] = json!(true);
    let mut earlier = with_dose(loading.clone());
    assert_eq!(
        judged_beside(earlier.clone(), false, &left).0,
        ["/doses/0/loading intrathecal_catheter"]
    );
    earlier["first_dose_at"] = json!("2026-03-02T07:50:00Z");
    earlier["doses"][0]["given_at"] = json!("2026-03-02T07:50:00Z");
    assert!(judged_beside(earlier, false, &left).0.is_empty());
    body["resitings"] = json!([{
        "at": "2026-03-02T08:05:00Z", "technique": "epidural", "interspace": "L2-3", "reason": "重新穿刺"
    }]);
    assert!(judged_beside(body, false, &left).0.is_empty());
}
