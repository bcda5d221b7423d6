//! `content try` under a hospital's own limits and with facts from elsewhere.

use serde_json::Value;

use super::one_line;
use super::trial::{all_of, tried};

fn outcome<'a>(told: &'a Value, rule: &str) -> &'a str {
    let findings = told["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["rule"] == rule).unwrap();
    finding["outcome"].as_str().unwrap()
}

#[test]
fn a_limit_of_the_hospital_decides() {
    let answers = r#"{"lab.aptt": 55}"#;
    let usual = all_of(&tried(&["pre-analgesia"], answers)).remove(0);
    assert_eq!(
        (outcome(&usual, "R-COA-3"), outcome(&usual, "R-COA-4")),
        ("clear", "fired")
    );
    let lower = all_of(&tried(&["pre-analgesia", "--setting", "aptt_uln=36"], answers)).remove(0);
    assert_eq!(
        (outcome(&lower, "R-COA-3"), outcome(&lower, "R-COA-4")),
        ("fired", "clear")
    );
}

#[test]
fn a_fact_from_elsewhere_decides() {
    let answers = r#"{"fu.walk": "no", "fu.motor": "no"}"#;
    let vaginal = all_of(&tried(&["follow-up-f24"], answers)).remove(0);
    assert_eq!(outcome(&vaginal, "F19"), "fired");
    let fact = ["follow-up-f24", "--fact", "delivery_mode=cesarean_planned"];
    let cesarean = all_of(&tried(&fact, answers)).remove(0);
    assert_eq!(outcome(&cesarean, "F19"), "clear");
}

#[test]
fn an_option_that_cannot_be_read_is_named() {
    for (option, text) in [
        ("--setting", "aptt_uln"),
        ("--setting", "aptt_uln=many"),
        ("--fact", "=x"),
    ] {
        let output = tried(&["pre-analgesia", option, text], "{}");
        let line = one_line(&output);
        assert!(line.contains(option) && line.contains(text), "{line}");
    }
}
