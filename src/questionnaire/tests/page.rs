//! The vectors of the engine's page, one test each, in its order. Those of saving and submitting are in `tests/it/forms`;
//! that other engines round alike is in `tests/interop`.

use rust_decimal::Decimal;

use super::super::reckon::round_half_up;
use super::super::{Finding, Mode, Outcome, assess, compile_foreign};
use super::*;

const FHIR: &str = "http://hl7.org/fhir/StructureDefinition/";

fn with_rules(items: &[(&str, &str, Value)], scores: Value, rules: &[(&str, Value)]) -> std::sync::Arc<Form> {
    let rules: Vec<Value> = rules
        .iter()
        .map(|(id, when)| {
            json!({"id": id, "level": "red", "when": when, "staff": "", "patient": {"zh": "文", "en": "text"},
                "source": "", "confirmed": true})
        })
        .collect();
    let table = json!({"form": "https://muan.invalid/fhir/Questionnaire/small|1.0.0", "version": "1.0.0",
        "levels": ["none", "red"], "scores": scores, "rules": rules});
    compile(&small(items), Some(&table)).unwrap()
}

fn body_mass(flat: Value) -> (Option<String>, Vec<Finding>) {
    let items = [("weight", "decimal", json!({})), ("height", "decimal", json!({}))];
    let scores =
        json!([{"id": "bmi", "kind": "bmi", "weightKg": "weight", "heightCm": "height", "round": 1}]);
    let form = with_rules(
        &items,
        scores,
        &[
            ("at-least", json!({"score": "bmi", ">=": 25})),
            ("above", json!({"score": "bmi", ">": 25})),
        ],
    );
    let result = assess(&form, &answers(&form, &flat), &at());
    (
        result.scores["bmi"].map(|value| value.to_string()),
        result.findings,
    )
}

fn epds(given: &[i32]) -> (Option<String>, Vec<String>) {
    let ids: Vec<String> = (1..=10).map(|item| format!("epds{item}")).collect();
    let option = |ordinal: i32| {
        json!({"valueCoding": {"code": ordinal.to_string()},
            "extension": [{"url": format!("{FHIR}ordinalValue"), "valueDecimal": ordinal}]})
    };
    let options: Vec<Value> = (0..4).map(option).collect();
    let items: Vec<(&str, &str, Value)> = ids
        .iter()
        .map(|id| (id.as_str(), "choice", json!({"answerOption": options})))
        .collect();
    let scores = json!([{"id": "epds", "kind": "ordinalSum", "items": ids, "missing": "refuse"}]);
    let form = with_rules(&items, scores, &[("r", json!({"score": "epds", ">=": 13}))]);
    let flat: Map<String, Value> = ids
        .iter()
        .zip(given)
        .map(|(id, value)| (id.clone(), json!(value.to_string())))
        .collect();
    let result = assess(&form, &Answers::from_flat(&form, &flat), &at());
    let missing = result.findings[0].missing.clone();
    (result.scores["epds"].map(|value| value.to_string()), missing)
}

fn shown(question: &str, operator: &str, member: &str, value: Value) -> Value {
    let mut condition = json!({"question": question, "operator": operator});
    condition[member] = value;
    condition
}

fn asked(form: &Form, flat: Value) -> bool {
    codes(&submit(form, flat).errors).contains(&("b", "required"))
}

fn on_condition(kind: &str, members: Value, condition: Value) -> std::sync::Arc<Form> {
    compiled(&[
        ("a", kind, members),
        (
            "b",
            "boolean",
            json!({"required": true, "enableWhen": [condition]}),
        ),
    ])
}

fn chain() -> std::sync::Arc<Form> {
    let yes = |question: &str| json!([shown(question, "=", "answerBoolean", json!(true))]);
    compiled(&[
        ("a", "boolean", json!({})),
        ("b", "boolean", json!({"required": true, "enableWhen": yes("a")})),
        ("c", "boolean", json!({"enableWhen": yes("b")})),
    ])
}

#[test]
fn bmi_of_72_5_kg_and_162_cm_is_27_6() {
    assert_eq!(
        body_mass(json!({"weight": 72.5, "height": 162})).0.as_deref(),
        Some("27.6")
    );
}

#[test]
fn bmi_of_64_kg_and_160_cm_is_25_which_is_at_least_25_and_not_above() {
    let (value, findings) = body_mass(json!({"weight": 64, "height": 160}));
    assert_eq!(value.as_deref(), Some("25"));
    assert_eq!(findings[0].outcome, Outcome::Fired);
    assert_eq!(findings[1].outcome, Outcome::Clear);
}

#[test]
fn bmi_without_height_has_no_value_and_its_rule_names_the_height() {
    let (value, findings) = body_mass(json!({"weight": 64}));
    assert_eq!(value, None);
    for finding in findings {
        assert_eq!(finding.outcome, Outcome::Indeterminate);
        assert_eq!(finding.missing, ["height"]);
    }
}

#[test]
fn ordinal_sum_of_1_2_3_0_1_2_3_0_1_2_is_15() {
    assert_eq!(epds(&[1, 2, 3, 0, 1, 2, 3, 0, 1, 2]).0.as_deref(), Some("15"));
}

#[test]
fn ordinal_sum_without_item_10_is_refused_and_names_it() {
    let (value, missing) = epds(&[1, 2, 3, 0, 1, 2, 3, 0, 1]);
    assert_eq!(value, None);
    assert_eq!(missing, ["epds10"]);
}

#[test]
fn rounding_is_half_up() {
    for (value, rounded) in [
        ("2.25", "2.3"),
        ("2.35", "2.4"),
        ("1.05", "1.1"),
        ("27.65", "27.7"),
        ("27.6253", "27.6"),
    ] {
        let value: Decimal = value.parse().unwrap();
        assert_eq!(round_half_up(value, 1).to_string(), rounded);
    }
}

#[test]
fn a_true_and_no_required_b_is_missed_at_the_root() {
    let result = submit(&chain(), json!({"a": true}));
    assert_eq!(codes(&result.errors), [("b", "required")]);
    assert_eq!(result.errors[0].pointer, "");
}

#[test]
fn a_false_with_b_answered_is_dropped_and_strictly_refused() {
    let flat = json!({"a": false, "b": true});
    let result = submit(&chain(), flat.clone());
    assert_eq!(codes(&result.errors), vec![]);
    assert_eq!(codes(&result.warnings), [("b", "disabledAnswerDropped")]);
    let strict = judge(&chain(), flat, Mode::SubmitStrict);
    assert_eq!(codes(&strict.errors), [("b", "answerNotEnabled")]);
}

#[test]
fn a_false_drops_b_and_c_down_the_chain() {
    let result = submit(&chain(), json!({"a": false, "b": true, "c": true}));
    assert_eq!(
        codes(&result.warnings),
        [("b", "disabledAnswerDropped"), ("c", "disabledAnswerDropped")]
    );
}

#[test]
fn exists_false_on_an_unanswered_question_holds() {
    let form = on_condition(
        "integer",
        json!({}),
        shown("a", "exists", "answerBoolean", json!(false)),
    );
    assert!(asked(&form, json!({})) && !asked(&form, json!({"a": 1})));
}

#[test]
fn below_5_does_not_hold_for_an_unanswered_question() {
    let form = on_condition("integer", json!({}), shown("a", "<", "answerInteger", json!(5)));
    assert!(!asked(&form, json!({})) && asked(&form, json!({"a": 4})));
}

#[test]
fn one_of_several_answers_above_5_is_enough() {
    let form = on_condition(
        "integer",
        json!({"repeats": true}),
        shown("a", ">", "answerInteger", json!(5)),
    );
    assert!(asked(&form, json!({"a": [1, 9]})));
}

#[test]
fn a_code_matches_under_another_display_and_not_in_another_system() {
    let options = json!({"answerOption": [{"valueCoding": {"system": "urn:s", "code": "x"}}]});
    let form = on_condition(
        "choice",
        options,
        shown("a", "=", "answerCoding", json!({"system": "urn:s", "code": "x"})),
    );
    let answer = |coding: Value| asked(&form, json!({"a": [coding]}));
    assert!(answer(
        json!({"system": "urn:s", "code": "x", "display": "other"})
    ));
    assert!(!answer(json!({"system": "urn:other", "code": "x"})));
}

#[test]
fn enable_behavior_any_needs_one_of_two() {
    let two = |behavior: &str| {
        let conditions = json!([
            shown("a", "=", "answerBoolean", json!(true)),
            shown("c", "=", "answerBoolean", json!(true))
        ]);
        compiled(&[
            ("a", "boolean", json!({})),
            ("c", "boolean", json!({})),
            (
                "b",
                "boolean",
                json!({"required": true, "enableWhen": conditions, "enableBehavior": behavior}),
            ),
        ])
    };
    let one = json!({"a": true, "c": false});
    assert!(asked(&two("any"), one.clone()) && !asked(&two("all"), one));
    assert!(!asked(&two("any"), json!({"a": false})) && asked(&two("all"), json!({"a": true, "c": true})));
}

fn faults(items: &[(&str, &str, Value)]) -> Vec<&'static str> {
    let found = compile(&small(items), None).err().unwrap_or_default();
    found.into_iter().map(|fault| fault.code).collect()
}

#[test]
fn two_items_that_wait_for_each_other_are_a_cycle() {
    let yes = |question: &str| json!({"enableWhen": [shown(question, "=", "answerBoolean", json!(true))]});
    let items = [("a", "boolean", yes("b")), ("b", "boolean", yes("a"))];
    assert_eq!(faults(&items), ["enableWhenCycle", "enableWhenCycle"]);
}

#[test]
fn a_condition_on_an_unknown_question_is_a_fault_and_leniently_asked_but_not_required() {
    let items = [(
        "b",
        "boolean",
        json!({"required": true, "enableWhen": [shown("z", "=", "answerBoolean", json!(true))]}),
    )];
    assert_eq!(faults(&items), ["enableWhenUnknownTarget"]);
    let form = compile_foreign(&small(&items)).unwrap();
    assert_eq!(codes(&submit(&form, json!({})).errors), vec![]);
    assert_eq!(codes(&submit(&form, json!({"b": true})).warnings), vec![]);
}

#[test]
fn decimal_3_14159_has_too_many_places_for_2() {
    let places = json!({"extension": [{"url": format!("{FHIR}maxDecimalPlaces"), "valueInteger": 2}]});
    let form = compiled(&[("a", "decimal", places)]);
    assert_eq!(
        codes(&submit(&form, serde_json::from_str(r#"{"a": 3.14159}"#).unwrap()).errors),
        [("a", "maxDecimalPlaces")]
    );
}

#[test]
fn integers_5_0_and_a_text_and_2147483648_are_of_the_wrong_type() {
    let form = compiled(&[("a", "integer", json!({}))]);
    for wrong in [json!(5.0), json!("5"), json!(2_147_483_648_i64)] {
        assert_eq!(
            codes(&submit(&form, json!({"a": wrong})).errors),
            [("a", "invalidAnswerType")]
        );
    }
}

#[test]
fn a_text_of_500_emoji_has_length_500() {
    let form = compiled(&[("a", "text", json!({"maxLength": 500}))]);
    assert_eq!(
        codes(&submit(&form, json!({"a": "😀".repeat(500)})).errors),
        vec![]
    );
    assert_eq!(
        codes(&submit(&form, json!({"a": "😀".repeat(501)})).errors),
        [("a", "maxLength")]
    );
}

#[test]
fn two_answers_where_one_is_asked_are_too_many() {
    let form = compiled(&[("a", "boolean", json!({}))]);
    assert_eq!(
        codes(&submit(&form, json!({"a": [true, false]})).errors),
        [("a", "repeats")]
    );
}

#[test]
fn an_exclusive_option_with_another_is_refused() {
    let exclusive = json!([{"url": format!("{FHIR}questionnaire-optionExclusive"), "valueBoolean": true}]);
    let options =
        json!([{"valueCoding": {"code": "none"}, "extension": exclusive}, {"valueCoding": {"code": "x"}}]);
    let form = compiled(&[("a", "choice", json!({"repeats": true, "answerOption": options}))]);
    assert_eq!(
        codes(&submit(&form, json!({"a": ["none", "x"]})).errors),
        [("a", "exclusiveAnswerOption")]
    );
}

#[test]
fn all_any_and_not_know_the_unknown() {
    let items = [("a", "boolean", json!({})), ("n", "integer", json!({}))];
    let (yes, unknown) = (json!({"item": "a", "is": true}), json!({"item": "n", ">": 1}));
    let form = with_rules(
        &items,
        json!([]),
        &[
            ("all", json!({"all": [yes, unknown]})),
            ("any", json!({"any": [yes, unknown]})),
            ("not", json!({"not": unknown})),
        ],
    );
    let result = assess(&form, &answers(&form, &json!({"a": true})), &at());
    let outcomes: Vec<Outcome> = result.findings.iter().map(|finding| finding.outcome).collect();
    assert_eq!(
        outcomes,
        [Outcome::Indeterminate, Outcome::Fired, Outcome::Indeterminate]
    );
}

#[test]
fn dates_of_different_precision_that_overlap_are_undecided() {
    let holds = |operator: &str, limit: &str, given: &str| {
        let form = on_condition(
            "date",
            json!({}),
            shown("a", operator, "answerDate", json!(limit)),
        );
        asked(&form, json!({"a": given}))
    };
    for operator in ["=", "<", "<=", ">", ">="] {
        assert!(!holds(operator, "2025-02-14", "2025-02"), "{operator}");
        assert!(!holds(operator, "2025-02", "2025-02-14"), "{operator}");
        assert!(!holds(operator, "2025", "2025-02"), "{operator}");
        assert!(!holds(operator, "2025-02", "2025-02"), "{operator}");
    }
    assert!(holds("<", "2025-03-01", "2025-02") && holds("<=", "2025-03-01", "2025-02"));
    assert!(holds(">", "2025-01-31", "2025-02") && holds(">", "2024", "2025-02"));
    assert!(holds("=", "2025-02-14", "2025-02-14"));
}

#[test]
fn a_month_as_a_limit_is_undecided_within_itself() {
    let limit = json!({"extension": [{"url": format!("{FHIR}maxValue"), "valueDate": "2025-02-14"}]});
    let form = compiled(&[("a", "date", limit)]);
    let told = |day: &str| submit(&form, json!({"a": day})).errors.len();
    assert_eq!((told("2025-02"), told("2025-03"), told("2025-02-15")), (0, 1, 1));
}
