//! What was given.

use serde_json::{Value, json};

use super::super::super::program::carry_pumps;
use super::{dose, faults, judged, pump, with_dose};
use crate::analgesia::model::Record;

fn solution(drug: &str, concentration: &str) -> Vec<String> {
    let mut dose = dose(drug, "epidural", "8");
    dose["concentration"] = json!(concentration);
    faults(with_dose(dose))
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
fn a_rescue_dose_is_one_of_labor_whatever_it_is_called() {
    for route in ["epidural", "intrathecal"] {
        let mut rescue = dose("sufentanil", route, "50");
        rescue["use"] = json!("treatment");
        let found = faults(with_dose(rescue));
        assert!(
            found.contains(&"/doses/0/use inconsistent".to_owned()),
            "{found:?}"
        );
    }
}

#[test]
fn through_a_catheter_in_the_spinal_fluid_no_epidural_dose_goes_unseen() {
    let mut body = with_dose(dose("ropivacaine", "epidural", "10"));
    body["doses"][0]["concentration"] = json!("0.1");
    assert_eq!(faults(body.clone()), Vec::<String>::new());
    body["test_dose"] = json!({
        "given_at": "2026-03-02T07:59:00Z", "drug": "lidocaine", "amount": "45", "result": "positive_it"
    });
    assert_eq!(faults(body.clone()), ["/doses/0/route intrathecal_catheter"]);
    body["resitings"] = json!([{
        "at": "2026-03-02T07:59:30Z", "technique": "epidural", "reason": "试验量阳性"
    }]);
    assert_eq!(faults(body), Vec::<String>::new());
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
    assert_eq!(faults(near), ["/doses/lidocaine_2h unconfirmed"]);
    let far = body(json!([
        at("2026-03-02T06:00:00Z", "150"),
        at("2026-03-02T08:00:00Z", "100")
    ]));
    assert!(faults(far).is_empty());
    let much = body(json!([
        at("2026-03-02T06:00:00Z", "300"),
        at("2026-03-02T06:30:00Z", "201")
    ]));
    assert_eq!(faults(much), ["/doses/lidocaine_2h out_of_limits"]);
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
    assert_eq!(faults(body.clone()), ["/doses/bupivacaine_24h unconfirmed"]);
    body["pump"]["given_ml"] = json!("376");
    assert_eq!(faults(body), ["/doses/bupivacaine_24h out_of_limits"]);
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
    assert_eq!(faults(body), ["/doses/ephedrine_total unconfirmed"]);
}

#[test]
fn lipid_is_judged_by_her_weight() {
    let mut body = with_dose(dose("lipid_emulsion", "intravenous", "720"));
    body["weight_kg"] = json!("60");
    assert!(faults(body.clone()).is_empty());
    body["doses"][0]["amount"] = json!("721");
    assert_eq!(faults(body.clone()), ["/doses/lipid_per_kg out_of_limits"]);
    body.as_object_mut().unwrap().remove("weight_kg");
    assert_eq!(
        faults(body),
        ["/doses/lipid_per_kg unconfirmed"],
        "nobody knows what it comes to"
    );
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
    assert_eq!(judged(body.clone(), false).0, ["/confirmed_reason required"]);
    body["confirmed_reason"] = json!("按科室常规");
    assert_eq!(judged(body, false), (vec![], false));
}

#[test]
fn the_strength_of_a_solution_is_taken_from_amount_and_volume_where_nobody_wrote_it() {
    let given = |amount: &str, volume: Option<&str>| {
        let mut one = dose("bupivacaine", "epidural", amount);
        if let Some(volume) = volume {
            one["volume_ml"] = json!(volume);
        }
        faults(with_dose(one))
    };
    assert!(given("10", Some("10")).is_empty());
    assert_eq!(given("20", Some("10")), ["/doses/0/concentration unconfirmed"]);
    assert_eq!(given("50", Some("10")), ["/doses/0/concentration out_of_limits"]);
    assert_eq!(given("10", None), ["/doses/0/concentration unconfirmed"]);
    // An opioid is also given undiluted.
    assert!(faults(with_dose(dose("fentanyl", "epidural", "50"))).is_empty());
}

/// A bag of bupivacaine 0.08 %.
fn bag(batch: &str, started_at: &str, given_ml: &str) -> Value {
    let mut bag = pump();
    bag["drug"] = json!("bupivacaine");
    bag["hourly_limit_ml_h"] = json!("20");
    bag["reservoir"]["batch"] = json!(batch);
    bag["started_at"] = json!(started_at);
    bag["given_ml"] = json!(given_ml);
    bag
}

#[test]
fn the_day_counts_every_bag() {
    let mut body = json!({
        "technique": "epidural", "pump": bag("B-2", "2026-03-02T06:00:00Z", "200"),
        "earlier_pumps": [bag("B-1", "2026-03-02T00:00:00Z", "200")]
    });
    // 320 mg.
    assert_eq!(faults(body.clone()), ["/doses/bupivacaine_24h unconfirmed"]);
    body["earlier_pumps"][0]["given_ml"] = json!("301");
    assert_eq!(faults(body.clone()), ["/doses/bupivacaine_24h out_of_limits"]);
    // What was given more than a day before counts no longer.
    body["earlier_pumps"][0]["started_at"] = json!("2026-02-28T00:00:00Z");
    body["pump"]["started_at"] = json!("2026-03-01T06:00:00Z");
    body["pump"]["given_ml"] = json!("200");
    assert_eq!(faults(body), Vec::<String>::new());
}

#[test]
fn a_bag_that_is_replaced_is_kept_and_one_that_is_corrected_is_not() {
    let with = |pump: Value| -> Record {
        serde_json::from_value(json!({ "technique": "epidural", "pump": pump })).unwrap()
    };
    let first = with(bag("B-1", "2026-03-02T00:00:00Z", "120"));
    let earlier = |now: Value| {
        let mut now = with(now);
        carry_pumps(&first, &mut now);
        now.earlier_pumps.map_or(0, |bags| bags.len())
    };
    assert_eq!(earlier(bag("B-2", "2026-03-02T06:00:00Z", "10")), 1);
    assert_eq!(earlier(bag("B-1", "2026-03-02T06:00:00Z", "10")), 1);
    assert_eq!(earlier(bag("B-1", "2026-03-02T00:00:00Z", "130")), 0);
    let mut typed = bag("B-1", "2026-03-02T00:00:00Z", "130");
    typed["concentration_percent"] = json!("0.1");
    assert_eq!(earlier(typed), 0);
    let mut stopped: Record = serde_json::from_value(json!({ "technique": "epidural" })).unwrap();
    carry_pumps(&first, &mut stopped);
    assert_eq!(stopped.earlier_pumps.map(|bags| bags.len()), Some(1));
}
