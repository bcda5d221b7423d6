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
        "rules": [{"id": "r", "level": "red", "when": when, "staff": "", "patient": {"zh": "", "en": ""}, "source": "", "confirmed": true}]});
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
