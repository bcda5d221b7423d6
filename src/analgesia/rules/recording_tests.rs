//! Every row of the table of doses and settings, through the record that it is written in.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::*;
use crate::base::Error;

fn now() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

/// Faults as `pointer code`, and whether something was beyond the hard limits.
fn judged(body: Value, declared: bool) -> (Vec<String>, bool) {
    let record: Record = serde_json::from_value(body).unwrap();
    let confirmed = record.confirmed.clone();
    let mut sheet = Sheet::new(now(), &confirmed, declared);
    check_record(&mut sheet, &record);
    match sheet.done() {
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
    json!({ "given_at": "2026-03-02T08:00:00Z", "drug": drug, "route": route, "use": "labor", "amount": amount })
}

fn solution(drug: &str, concentration: &str) -> Vec<String> {
    let mut dose = dose(drug, "epidural", "8");
    dose["concentration"] = json!(concentration);
    faults(with_dose(dose))
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

fn set(changes: Value) -> Vec<String> {
    let mut pump = pump();
    for (key, value) in changes.as_object().unwrap() {
        pump[key] = value.clone();
    }
    faults(json!({ "technique": "epidural", "pump": pump }))
}

#[test]
fn the_published_local_program_is_usual() {
    assert!(set(json!({})).is_empty());
}

#[test]
fn solutions_are_judged_by_concentration() {
    assert!(solution("ropivacaine", "0.15").is_empty());
    assert_eq!(
        solution("ropivacaine", "0.16"),
        ["/doses/0/concentration unconfirmed"]
    );
    assert_eq!(
        solution("ropivacaine", "0.21"),
        ["/doses/0/concentration out_of_limits"]
    );
    assert_eq!(
        solution("levobupivacaine", "0.26"),
        ["/doses/0/concentration out_of_limits"]
    );
    assert_eq!(
        solution("sufentanil", "0.7"),
        ["/doses/0/concentration unconfirmed"]
    );
    assert_eq!(
        solution("fentanyl", "5.1"),
        ["/doses/0/concentration out_of_limits"]
    );
}

#[test]
fn a_single_intrathecal_dose_has_its_own_limits() {
    let intrathecal = |drug: &str, amount: &str| faults(with_dose(dose(drug, "intrathecal", amount)));
    for (drug, usual, soft, hard) in [
        ("sufentanil", "5", "10", "10.1"),
        ("fentanyl", "25", "50", "51"),
        ("ropivacaine", "4", "8", "8.1"),
        ("bupivacaine", "3", "6", "6.1"),
    ] {
        assert!(intrathecal(drug, usual).is_empty(), "{drug}");
        assert_eq!(intrathecal(drug, soft), ["/doses/0/amount unconfirmed"], "{drug}");
        assert_eq!(
            intrathecal(drug, hard),
            ["/doses/0/amount out_of_limits"],
            "{drug}"
        );
    }
    assert!(faults(with_dose(dose("ropivacaine", "epidural", "20"))).is_empty());
}

#[test]
fn anesthesia_for_a_cesarean_is_not_checked_against_the_rows_of_labor() {
    let mut strong = dose("lidocaine", "epidural", "400");
    strong["use"] = json!("anesthesia");
    strong["concentration"] = json!("2");
    assert!(faults(with_dose(strong)).is_empty());
}

#[test]
fn lidocaine_is_summed_over_two_hours() {
    let at = |time: &str, amount: &str| {
        let mut dose = dose("lidocaine", "epidural", amount);
        dose["given_at"] = json!(time);
        dose
    };
    let body = |doses: Value| json!({ "technique": "epidural", "indication": "labor", "first_dose_at": "2026-03-02T05:00:00Z", "doses": doses });
    let near = body(json!([
        at("2026-03-02T06:00:00Z", "150"),
        at("2026-03-02T07:59:00Z", "100")
    ]));
    assert_eq!(faults(near), ["/doses unconfirmed"]);
    let far = body(json!([
        at("2026-03-02T06:00:00Z", "150"),
        at("2026-03-02T08:00:00Z", "100")
    ]));
    assert!(faults(far).is_empty());
    let much = body(json!([
        at("2026-03-02T06:00:00Z", "300"),
        at("2026-03-02T06:30:00Z", "201")
    ]));
    assert_eq!(faults(much), ["/doses out_of_limits"]);
}

#[test]
fn the_day_counts_the_pump_and_anesthesia_too() {
    let mut anesthesia = dose("bupivacaine", "epidural", "100");
    anesthesia["use"] = json!("anesthesia");
    let mut body = with_dose(anesthesia);
    body["pump"] = pump();
    body["pump"]["drug"] = json!("bupivacaine");
    body["pump"]["hourly_limit_ml_h"] = json!("20");
    body["pump"]["given_ml"] = json!("300");
    // 100 mg and 300 ml × 0.8 mg/ml.
    assert_eq!(faults(body.clone()), ["/doses unconfirmed"]);
    body["pump"]["given_ml"] = json!("376");
    assert_eq!(faults(body), ["/doses out_of_limits"]);
}

#[test]
fn vasopressors_are_judged_by_bolus_and_in_all() {
    let bolus = |drug: &str, amount: &str| faults(with_dose(dose(drug, "intravenous", amount)));
    assert!(bolus("ephedrine", "15").is_empty());
    assert_eq!(bolus("ephedrine", "16"), ["/doses/0/amount unconfirmed"]);
    assert_eq!(bolus("phenylephrine", "251"), ["/doses/0/amount unconfirmed"]);
    // An undiluted ampoule.
    assert!(bolus("phenylephrine", "10000").contains(&"/doses/0/amount out_of_limits".to_owned()));
    let ten = || dose("ephedrine", "intravenous", "10");
    let mut body = with_dose(ten());
    body["doses"] = json!([ten(), ten(), ten()]);
    assert!(faults(body.clone()).is_empty());
    body["doses"] = json!([ten(), ten(), ten(), ten()]);
    assert_eq!(faults(body), ["/doses unconfirmed"]);
}

#[test]
fn lipid_is_judged_by_her_weight() {
    let mut body = with_dose(dose("lipid_emulsion", "intravenous", "720"));
    body["weight_kg"] = json!("60");
    assert!(faults(body.clone()).is_empty());
    body["doses"][0]["amount"] = json!("721");
    assert_eq!(faults(body), ["/doses out_of_limits"]);
}

#[test]
fn a_test_dose_has_its_own_row() {
    let test = |amount: &str| {
        let dose = json!({ "given_at": "2026-03-02T08:00:00Z", "drug": "lidocaine", "amount": amount, "result": "negative" });
        faults(json!({ "technique": "epidural", "test_dose": dose }))
    };
    assert!(test("45").is_empty());
    assert_eq!(test("61"), ["/test_dose/amount unconfirmed"]);
    assert_eq!(test("101"), ["/test_dose/amount out_of_limits"]);
}

#[test]
fn what_was_given_beyond_the_limits_is_taken_once_declared() {
    let body = with_dose(dose("sufentanil", "intrathecal", "12"));
    assert_eq!(judged(body.clone(), true), (vec![], true));
    assert_eq!(judged(body, false).0, ["/doses/0/amount out_of_limits"]);
}

#[test]
fn a_confirmed_soft_limit_is_taken() {
    let mut body = with_dose(dose("sufentanil", "intrathecal", "7.5"));
    body["confirmed"] = json!(["/doses/0/amount"]);
    assert_eq!(judged(body, false), (vec![], false));
}

#[test]
fn every_setting_has_a_soft_and_a_hard_limit() {
    for (setting, soft, hard) in [
        ("background_ml_h", json!("11"), json!("16")),
        ("bolus_volume_ml", json!("11"), json!("16")),
        ("lockout_min", json!(46), json!(61)),
        ("lockout_min", json!(9), json!(4)),
        ("solution_total_ml", json!("201"), json!("501")),
        ("hourly_limit_ml_h", json!("31"), json!("41")),
        ("opioid_ug_ml", json!("0.15"), json!("0.09")),
    ] {
        let code = |value: &Value| set(json!({ setting: value }));
        assert!(
            code(&soft).contains(&format!("/pump/{setting} unconfirmed")),
            "{setting} {soft}"
        );
        assert!(
            code(&hard).contains(&format!("/pump/{setting} out_of_limits")),
            "{setting} {hard}"
        );
    }
    assert_eq!(
        set(json!({ "pieb_volume_ml": "13" })),
        ["/pump/pieb_volume_ml unconfirmed"]
    );
    assert_eq!(
        set(json!({ "pieb_interval_min": 61 })),
        ["/pump/pieb_interval_min unconfirmed"]
    );
    assert_eq!(
        set(json!({ "pieb_interval_min": 121 })),
        ["/pump/pieb_interval_min out_of_limits"]
    );
}

#[test]
fn a_setting_beyond_the_hard_limits_is_refused_even_when_declared() {
    let mut pump = pump();
    pump["lockout_min"] = json!(4);
    let (faults, _) = judged(json!({ "technique": "epidural", "pump": pump }), true);
    assert_eq!(faults, ["/pump/lockout_min out_of_limits"]);
}

#[test]
fn each_mode_needs_its_settings() {
    assert_eq!(
        set(json!({ "pieb_interval_min": null })),
        ["/pump/pieb_interval_min required"]
    );
    assert_eq!(
        set(json!({ "lockout_min": null })),
        ["/pump/lockout_min required"]
    );
    assert_eq!(set(json!({ "modes": [] })), ["/pump/modes required"]);
    let neither = json!({ "modes": ["pieb"], "bolus_volume_ml": null, "lockout_min": null });
    assert_eq!(set(neither), ["/pump inconsistent"]);
}

#[test]
fn background_and_programmed_boluses_fit_under_the_hourly_limit() {
    // 8 ml every 40 min is 12 ml/h.
    assert!(set(json!({ "background_ml_h": "8", "hourly_limit_ml_h": "20" })).is_empty());
    let over = set(json!({ "background_ml_h": "9", "hourly_limit_ml_h": "20" }));
    assert_eq!(over, ["/pump/hourly_limit_ml_h inconsistent"]);
}

#[test]
fn milligrams_by_the_hour_are_checked_on_every_program() {
    // 28 ml/h × 0.1 % = 28 mg/h, the label's upper end.
    assert!(set(json!({ "concentration_percent": "0.1", "hourly_limit_ml_h": "28" })).is_empty());
    let soft = set(json!({ "concentration_percent": "0.1", "hourly_limit_ml_h": "29" }));
    assert_eq!(soft, ["/pump/drug unconfirmed"]);
    // 0.2 % passes its own row when confirmed, and gives 62 mg/h.
    let hard = set(json!({ "concentration_percent": "0.2", "hourly_limit_ml_h": "31" }));
    assert!(hard.contains(&"/pump/drug out_of_limits".to_owned()));
    let bupivacaine = |limit: &str| {
        set(json!({ "drug": "bupivacaine", "concentration_percent": "0.1", "hourly_limit_ml_h": limit }))
    };
    assert!(bupivacaine("20").is_empty());
    assert_eq!(bupivacaine("21"), ["/pump/drug unconfirmed"]);
    assert!(bupivacaine("40.1").contains(&"/pump/drug out_of_limits".to_owned()));
    assert!(set(json!({ "opioid_ug_ml": "0.51" })).contains(&"/pump/opioid unconfirmed".to_owned()));
    let fentanyl = set(json!({ "opioid": "fentanyl", "opioid_ug_ml": "2.1" }));
    assert_eq!(fentanyl, ["/pump/opioid unconfirmed"]);
}

#[test]
fn a_reservoir_is_labeled_and_in_date() {
    let old = json!({ "reservoir": { "label": "x", "batch": "", "expires_on": "2026-03-01" } });
    assert_eq!(
        set(old),
        [
            "/pump/reservoir/batch length",
            "/pump/reservoir/expires_on expired"
        ]
    );
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
