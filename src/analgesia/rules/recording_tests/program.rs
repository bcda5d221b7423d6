//! The pump's program.

use serde_json::{Value, json};

use super::{faults, judged, pump};

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
