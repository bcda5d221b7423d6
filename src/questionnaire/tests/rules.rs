//! Three outcomes.

use super::super::{Outcome, assess};
use super::*;

/// The outcome of one condition over `a` (boolean), `n` (integer), `m` (choice, asked when `a`), `t` (dateTime).
fn outcome(when: Value, flat: Value) -> Outcome {
    let items = [
        ("a", "boolean", json!({})),
        ("n", "integer", json!({})),
        (
            "m",
            "choice",
            json!({"repeats": true, "enableWhen": [{"question": "a", "operator": "=", "answerBoolean": true}],
                "answerOption": [{"valueCoding": {"code": "x"}}, {"valueCoding": {"code": "y"}}]}),
        ),
        ("t", "dateTime", json!({})),
    ];
    let rules = json!({"form": "https://muan.invalid/fhir/Questionnaire/small|1.0.0", "version": "1.0.0", "levels": ["none", "red"],
        "rules": [{"id": "r", "level": "red", "when": when, "staff": "", "patient": {"zh": "文", "en": "text"}, "source": "", "confirmed": true}]});
    let form = compile(&small(&items), Some(&rules)).unwrap();
    let result = assess(
        &form,
        &answers(&form, &flat),
        &Context::at(time("2025-09-01T02:00:00Z")),
    );
    result.findings[0].outcome
}

#[test]
fn unknown_wins_over_true_in_all_and_loses_in_any() {
    let (yes, unknown) = (json!({"item": "a", "is": true}), json!({"item": "n", ">": 1}));
    let flat = json!({"a": true});
    assert_eq!(
        outcome(json!({"all": [yes, unknown]}), flat.clone()),
        Outcome::Indeterminate
    );
    assert_eq!(
        outcome(json!({"any": [yes, unknown]}), flat.clone()),
        Outcome::Fired
    );
    assert_eq!(
        outcome(json!({"not": unknown}), flat.clone()),
        Outcome::Indeterminate
    );
    assert_eq!(
        outcome(json!({"all": [{"not": yes}, unknown]}), flat.clone()),
        Outcome::Clear
    );
    assert_eq!(
        outcome(json!({"atLeast": {"n": 1, "of": [yes, unknown]}}), flat.clone()),
        Outcome::Fired
    );
    assert_eq!(
        outcome(json!({"atLeast": {"n": 2, "of": [yes, unknown]}}), flat),
        Outcome::Indeterminate
    );
}

#[test]
fn a_hidden_question_is_not_applicable_rather_than_unknown() {
    let hidden = json!({"a": false});
    assert_eq!(
        outcome(json!({"item": "m", "has": "x"}), hidden.clone()),
        Outcome::Clear
    );
    assert_eq!(
        outcome(json!({"item": "m", "answered": true}), hidden.clone()),
        Outcome::Clear
    );
    assert_eq!(
        outcome(json!({"item": "m", "missing": true}), hidden.clone()),
        Outcome::Fired
    );
    assert_eq!(
        outcome(json!({"countOf": {"item": "m", "codes": ["x"]}, "=": 0}), hidden),
        Outcome::Clear
    );
    assert_eq!(
        outcome(json!({"item": "m", "has": "x"}), json!({"a": true})),
        Outcome::Indeterminate
    );
    assert_eq!(
        outcome(json!({"item": "m", "has": "x"}), json!({"a": false, "m": ["x"]})),
        Outcome::Clear
    );
}

#[test]
fn codes_are_counted_and_hours_are_exact() {
    let two = json!({"a": true, "m": ["x", "y"]});
    assert_eq!(
        outcome(
            json!({"countOf": {"item": "m", "codes": ["x", "y"]}, ">=": 2}),
            two
        ),
        Outcome::Fired
    );
    let since = |time: &str| outcome(json!({"hoursSince": "t", "<": 12}), json!({"t": time}));
    assert_eq!(since("2025-08-31T22:00:00+08:00"), Outcome::Clear);
    assert_eq!(since("2025-08-31T22:00:00.001+08:00"), Outcome::Fired);
    // A date means midnight at the clinic: 34 hours before.
    assert_eq!(since("2025-08-31"), Outcome::Clear);
    assert_eq!(since("2025-09-01"), Outcome::Fired);
}

/// The finding of one rule about `t` (dateTime), with the items that it calls missing.
fn about_time(when: Value, flat: Value) -> (Outcome, Vec<String>) {
    let rules = json!({"form": "https://muan.invalid/fhir/Questionnaire/small|1.0.0", "version": "1.0.0", "levels": ["none", "red"],
        "rules": [{"id": "r", "level": "red", "when": when, "staff": "", "patient": {"zh": "文", "en": "text"}, "source": "", "confirmed": true}]});
    let form = compile(&small(&[("t", "dateTime", json!({}))]), Some(&rules)).unwrap();
    let finding = assess(&form, &answers(&form, &flat), &at()).findings.remove(0);
    (finding.outcome, finding.missing)
}

#[test]
fn a_month_where_a_time_is_needed_is_missing_and_never_clear() {
    let needs = [
        json!({"hoursSince": "t", "<": 12}),
        json!({"hoursSince": "t", ">": 12}),
        json!({"daysSince": "t", ">": 28}),
        json!({"not": {"hoursSince": "t", "<": 12}}),
        json!({"hoursBetween": ["t", "t"], "<": 4}),
        json!({"hoursSince": "t", "between": [0, 12]}),
    ];
    for vague in ["2025", "2025-08"] {
        for when in &needs {
            assert_eq!(
                about_time(when.clone(), json!({"t": vague})),
                (Outcome::Indeterminate, vec!["t".to_owned()]),
                "{vague} {when}"
            );
        }
        let missing = about_time(json!({"item": "t", "missing": true}), json!({"t": vague}));
        assert_eq!(missing, (Outcome::Fired, vec!["t".to_owned()]));
    }
    assert_eq!(
        about_time(json!({"item": "t", "missing": true}), json!({"t": "2025-08-31"})).0,
        Outcome::Clear
    );
}

#[test]
fn a_time_of_day_can_be_demanded() {
    let untimed = json!({"item": "t", "timeOfDay": false});
    assert_eq!(
        about_time(untimed.clone(), json!({"t": "2025-08-31"})),
        (Outcome::Fired, vec!["t".to_owned()])
    );
    assert_eq!(
        about_time(untimed.clone(), json!({"t": "2025-08-31T22:00:00+08:00"})),
        (Outcome::Clear, vec![])
    );
    assert_eq!(about_time(untimed, json!({})).0, Outcome::Indeterminate);
    let timed = json!({"item": "t", "timeOfDay": true});
    assert_eq!(about_time(timed, json!({"t": "2025-08"})).0, Outcome::Clear);
}
