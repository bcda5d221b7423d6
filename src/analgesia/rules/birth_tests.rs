//! What a birth needs, and what is unusual in one.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::*;
use crate::base::Error;

fn faults(changes: Value, baby: Value) -> Vec<String> {
    let mut newborn = json!({
        "baby_no": 1, "sex": "female", "born_at": "2026-03-02T08:00:00Z", "weight_g": 3200, "outcome": "alive",
        "apgar1": 9, "apgar5": 10
    });
    let mut body = json!({ "mode": "spontaneous_vaginal", "birth_place": "here", "blood_loss_ml": 300 });
    for (key, value) in baby.as_object().unwrap() {
        newborn[key] = value.clone();
    }
    body["babies"] = json!([newborn]);
    for (key, value) in changes.as_object().unwrap() {
        body[key] = value.clone();
    }
    let delivery: Delivery = serde_json::from_value(body).unwrap();
    let now: DateTime<Utc> = "2026-03-02T09:00:00Z".parse().unwrap();
    let confirmed = delivery.confirmed.clone();
    let mut sheet = Sheet::new(now, &confirmed, false);
    check_delivery(&mut sheet, &delivery);
    match sheet.done() {
        Ok(_) => Vec::new(),
        Err(Error::Invalid(_, faults)) => faults
            .iter()
            .map(|fault| format!("{} {}", fault.pointer, fault.code))
            .collect(),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_usual_birth_needs_nothing_more() {
    assert!(faults(json!({}), json!({})).is_empty());
}

#[test]
fn a_cesarean_in_labor_tells_when_why_and_how() {
    let found = faults(json!({ "mode": "cesarean_intrapartum" }), json!({}));
    let needed = [
        "/cs_decision_at",
        "/cs_anesthesia",
        "/cs_indication",
        "/analgesia_before_conversion",
    ];
    assert_eq!(found, needed.map(|pointer| format!("{pointer} required")));
    assert!(faults(json!({ "mode": "cesarean_planned" }), json!({})).is_empty());
}

#[test]
fn a_cesarean_in_labor_elsewhere_may_lack_what_only_those_present_knew() {
    for place in ["elsewhere", "before_arrival"] {
        let away = json!({ "mode": "cesarean_intrapartum", "birth_place": place });
        let needed = ["/analgesia_before_conversion required"];
        assert_eq!(faults(away.clone(), json!({})), needed, "{place}");
        let mut told = away;
        told["analgesia_before_conversion"] = json!(false);
        assert!(faults(told.clone(), json!({})).is_empty(), "{place}");
        told["cs_decision_at"] = json!("2026-03-02T08:10:00Z");
        assert_eq!(
            faults(told, json!({})),
            ["/babies/0/born_at inconsistent"],
            "{place}: what is told must still be possible"
        );
    }
}

#[test]
fn a_living_child_has_two_scores_and_a_slow_one_three() {
    assert_eq!(
        faults(json!({}), json!({ "apgar1": null })),
        ["/babies/0/apgar1 required"]
    );
    assert_eq!(
        faults(json!({}), json!({ "apgar5": 7 })),
        ["/babies/0/apgar10 required"]
    );
    assert!(faults(json!({}), json!({ "apgar5": 7, "apgar10": 9 })).is_empty());
    assert!(faults(json!({}), json!({ "apgar5": 8 })).is_empty());
    assert_eq!(
        faults(json!({}), json!({ "apgar1": 11 })),
        ["/babies/0/apgar1 range"]
    );
}

#[test]
fn a_score_that_nobody_took_is_confirmed_to_be_absent() {
    let absent = json!({ "apgar1": null, "apgar5": 6 });
    let one = json!({ "confirmed": ["/babies/0/apgar1"] });
    assert_eq!(faults(one, absent.clone()), ["/babies/0/apgar10 required"]);
    let both = json!({ "confirmed": ["/babies/0/apgar1", "/babies/0/apgar10"] });
    assert!(faults(both, absent).is_empty());
}

#[test]
fn a_stillborn_and_a_child_born_on_the_way_need_no_score() {
    let unscored = json!({ "outcome": "stillbirth", "apgar1": null, "apgar5": null });
    assert!(faults(json!({}), unscored).is_empty());
    let away = json!({ "apgar1": null, "apgar5": null });
    assert!(faults(json!({ "birth_place": "before_arrival" }), away).is_empty());
}

#[test]
fn unusual_weight_and_blood_loss_are_confirmed() {
    assert_eq!(
        faults(json!({}), json!({ "weight_g": 1499 })),
        ["/babies/0/weight_g unconfirmed"]
    );
    assert_eq!(
        faults(json!({}), json!({ "weight_g": 4501 })),
        ["/babies/0/weight_g unconfirmed"]
    );
    assert_eq!(
        faults(json!({ "blood_loss_ml": 500 }), json!({})),
        ["/blood_loss_ml unconfirmed"]
    );
    let cesarean = |ml: i64| {
        faults(
            json!({ "mode": "cesarean_planned", "blood_loss_ml": ml }),
            json!({}),
        )
    };
    assert!(cesarean(999).is_empty());
    assert_eq!(cesarean(1000), ["/blood_loss_ml unconfirmed"]);
    let confirmed = json!({ "blood_loss_ml": 2500, "confirmed": ["/blood_loss_ml"] });
    assert!(faults(confirmed, json!({})).is_empty());
}

#[test]
fn babies_are_numbered_from_one_without_a_gap() {
    assert_eq!(
        faults(json!({}), json!({ "baby_no": 2 })),
        ["/babies inconsistent"]
    );
    assert_eq!(faults(json!({ "babies": [] }), json!({})), ["/babies required"]);
}
