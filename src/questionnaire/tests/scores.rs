//! Scores of every kind, what they are made of, and `between`.

use super::super::{Outcome, assess};
use super::*;

fn option(code: &str, ordinal: i32) -> Value {
    json!({"valueCoding": {"code": code},
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": ordinal}]})
}

/// `a`, `b`, `c`: choices worth 0 to 3. `x`, `y`: booleans. `m`, `n`: numbers. `d`, `e`: dates.
fn form(score: Value) -> Result<std::sync::Arc<Form>, Vec<super::super::Fault>> {
    let choice = || json!({"answerOption": [option("0", 0), option("1", 1), option("2", 2), option("3", 3)]});
    let items = [
        ("a", "choice", choice()),
        ("b", "choice", choice()),
        ("c", "choice", choice()),
        ("x", "boolean", json!({})),
        ("y", "boolean", json!({})),
        ("m", "decimal", json!({})),
        ("n", "integer", json!({})),
        ("d", "date", json!({})),
        ("e", "date", json!({})),
    ];
    let scores = match score {
        Value::Array(scores) => scores,
        one => vec![one],
    };
    let rules = json!({"form": "https://muan.invalid/fhir/Questionnaire/small|1.0.0", "version": "1.0.0", "levels": ["none", "red"],
        "scores": scores,
        "rules": [{"id": "r", "level": "red", "when": {"score": "s", "between": [1, 2]}, "staff": "",
            "patient": {"zh": "文", "en": "text"}, "source": "", "confirmed": true}]});
    compile(&small(&items), Some(&rules))
}

fn value(score: Value, flat: Value) -> Option<String> {
    let form = form(score).unwrap();
    let result = assess(&form, &answers(&form, &flat), &at());
    result.scores["s"].map(|value| value.to_string())
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn a_mean_is_rounded_once_and_refuses_or_skips_what_is_missing() {
    let mean = |missing: &str| json!({"id": "s", "kind": "ordinalMean", "items": ["a", "b", "c"], "round": 2, "missing": missing});
    let (whole, part) = (json!({"a": "1", "b": "1", "c": "3"}), json!({"a": "1", "c": "2"}));
    assert_eq!(value(mean("refuse"), whole.clone()), some("1.67"));
    assert_eq!(value(mean("skip"), whole), some("1.67"));
    assert_eq!(value(mean("refuse"), part.clone()), None);
    assert_eq!(value(mean("skip"), part), some("1.5"));
    assert_eq!(value(mean("skip"), json!({})), None);
}

#[test]
fn a_sum_that_skips_is_made_of_what_is_there() {
    let sum = json!({"id": "s", "kind": "ordinalSum", "items": ["a", "b"], "missing": "skip"});
    assert_eq!(value(sum.clone(), json!({"a": "3"})), some("3"));
    assert_eq!(value(sum, json!({})), None);
}

#[test]
fn a_count_counts_yes_or_the_codes() {
    let yes = json!({"id": "s", "kind": "count", "items": ["x", "y"]});
    assert_eq!(value(yes.clone(), json!({"x": true, "y": false})), some("1"));
    assert_eq!(value(yes, json!({"x": true})), None);
    let codes =
        json!({"id": "s", "kind": "count", "items": ["a", "b"], "codes": ["2", "3"], "missing": "skip"});
    assert_eq!(value(codes, json!({"a": "3"})), some("1"));
}

#[test]
fn weeks_between_are_completed_weeks() {
    let both = json!({"id": "s", "kind": "weeksBetween", "from": "d", "to": "e"});
    let dates = |from: &str, to: &str| json!({"d": from, "e": to});
    assert_eq!(value(both.clone(), dates("2025-01-01", "2025-01-07")), some("0"));
    assert_eq!(value(both.clone(), dates("2025-01-01", "2025-01-08")), some("1"));
    assert_eq!(value(both.clone(), dates("2024-02-28", "2024-03-06")), some("1"));
    assert_eq!(value(both.clone(), dates("2025-01-08", "2025-01-01")), some("-1"));
    assert_eq!(value(both, dates("2025-01", "2025-01-08")), None);
    // Today is 2025-09-01.
    let since = json!({"id": "s", "kind": "weeksBetween", "from": "d", "to": "$authored"});
    assert_eq!(value(since, json!({"d": "2025-08-18"})), some("2"));
}

#[test]
fn the_greatest_number_wins() {
    let max = |missing: &str| json!({"id": "s", "kind": "max", "items": ["m", "n"], "missing": missing});
    assert_eq!(value(max("refuse"), json!({"m": 2.5, "n": 2})), some("2.5"));
    assert_eq!(value(max("refuse"), json!({"n": 2})), None);
    assert_eq!(value(max("skip"), json!({"n": 2})), some("2"));
}

#[test]
fn a_range_holds_its_lower_end_and_not_its_upper_one() {
    let table =
        json!([{"to": 18.5, "value": 0}, {"from": 18.5, "to": 25, "value": 1}, {"from": 30, "value": 3}]);
    let lookup = json!({"id": "s", "kind": "lookup", "item": "m", "table": table});
    for (number, grade) in [
        (18.4, Some("0")),
        (18.5, Some("1")),
        (25.0, None),
        (29.9, None),
        (30.0, Some("3")),
    ] {
        assert_eq!(
            value(lookup.clone(), json!({ "m": number })).as_deref(),
            grade,
            "{number}"
        );
    }
    let of_score = json!([
        {"id": "sum", "kind": "ordinalSum", "items": ["a", "b"]},
        {"id": "s", "kind": "lookup", "score": "sum", "table": [{"from": 0, "to": 4, "value": 1}, {"from": 4, "value": 2}]},
    ]);
    assert_eq!(value(of_score.clone(), json!({"a": "3", "b": "1"})), some("2"));
    assert_eq!(value(of_score, json!({"a": "3"})), None);
}

#[test]
fn body_mass_is_rounded_as_the_table_says() {
    let bmi = json!({"id": "s", "kind": "bmi", "weightKg": "m", "heightCm": "n", "round": 3});
    assert_eq!(value(bmi, json!({"m": 72.5, "n": 162})), some("27.625"));
}

#[test]
fn tables_that_cannot_be_meant_are_faults() {
    let code = |score: Value| form(score).err().map(|faults| faults[0].code);
    let lookup = |table: Value| json!({"id": "s", "kind": "lookup", "item": "m", "table": table});
    assert_eq!(
        code(lookup(
            json!([{"from": 0, "to": 5, "value": 1}, {"from": 4, "value": 2}])
        )),
        Some("minOverMax")
    );
    assert_eq!(
        code(lookup(json!([{"from": 5, "to": 5, "value": 1}]))),
        Some("minOverMax")
    );
    assert_eq!(code(lookup(json!([]))), Some("ruleTypeMismatch"));
    assert_eq!(
        code(json!({"id": "s", "kind": "lookup", "score": "s", "table": [{"value": 1}]})),
        Some("ruleUnknownItem"),
        "a score is not above itself"
    );
    assert_eq!(
        code(json!({"id": "s", "kind": "count", "items": ["n"]})),
        Some("ruleTypeMismatch")
    );
    assert_eq!(
        code(json!({"id": "s", "kind": "max", "items": []})),
        Some("limitExceeded")
    );
    assert_eq!(
        code(json!({"id": "s", "kind": "bmi", "weightKg": "m", "heightCm": "n", "round": 7})),
        Some("limitExceeded")
    );
}

#[test]
fn between_has_both_its_ends() {
    let sum = json!({"id": "s", "kind": "ordinalSum", "items": ["a"]});
    let form = form(sum).unwrap();
    let outcome = |flat: Value| assess(&form, &answers(&form, &flat), &at()).findings[0].outcome;
    assert_eq!(outcome(json!({"a": "0"})), Outcome::Clear);
    assert_eq!(outcome(json!({"a": "1"})), Outcome::Fired);
    assert_eq!(outcome(json!({"a": "2"})), Outcome::Fired);
    assert_eq!(outcome(json!({"a": "3"})), Outcome::Clear);
    assert_eq!(outcome(json!({})), Outcome::Indeterminate);
}

#[test]
fn the_result_names_the_answers_that_each_score_was_made_of() {
    let form = form(json!({"id": "s", "kind": "ordinalSum", "items": ["a", "b"]})).unwrap();
    let result = assess(&form, &answers(&form, &json!({"a": "3", "x": true})), &at());
    assert_eq!(result.score_inputs["s"], [("a".to_owned(), json!("3"))]);
    let text = serde_json::to_string(&result).unwrap();
    assert_eq!(
        serde_json::from_str::<super::super::Assessment>(&text).unwrap(),
        result
    );
}

#[test]
fn every_kind_tells_others_how_it_is_made() {
    let expression = |score: Value| {
        let form = form(score).unwrap();
        form.expressions()
            .last()
            .map(|(_, expression)| expression)
            .unwrap()
    };
    let of = |link_id: &str| format!("%resource.item.where(linkId = '{link_id}').answer.value");
    assert_eq!(
        expression(json!({"id": "s", "kind": "count", "items": ["x", "y"]})),
        format!(
            "iif({x}.exists() and {y}.exists(), iif({x} = true, 1, 0) + iif({y} = true, 1, 0), {{}})",
            x = of("x"),
            y = of("y")
        )
    );
    assert_eq!(
        expression(
            json!({"id": "s", "kind": "lookup", "item": "m", "table": [{"to": 5, "value": 1}, {"from": 5, "value": 2}]})
        ),
        format!(
            "({}).select(iif($this < 5, 1, iif($this >= 5, 2, {{}})))",
            of("m")
        )
    );
    for kind in [
        json!({"id": "s", "kind": "ordinalMean", "items": ["a", "b"], "missing": "skip"}),
        json!({"id": "s", "kind": "weeksBetween", "from": "d", "to": "$authored"}),
        json!({"id": "s", "kind": "max", "items": ["m", "n"]}),
    ] {
        let text = expression(kind);
        for word in ["round(", "ordinal(", "sum(", "weight("] {
            assert!(!text.contains(word), "{text}");
        }
    }
}
