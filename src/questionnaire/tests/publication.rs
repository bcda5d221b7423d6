//! Publication checks: a form with a fault does not become a form.

use super::*;

fn faults(items: &[(&str, &str, Value)], rules: Option<Value>) -> Vec<(&'static str, String)> {
    compile(&small(items), rules.as_ref())
        .err()
        .unwrap_or_default()
        .into_iter()
        .map(|fault| (fault.code, fault.pointer))
        .collect()
}

fn when(question: &str, operator: &str, answer: Value) -> Value {
    let mut condition = json!({"question": question, "operator": operator});
    condition
        .as_object_mut()
        .unwrap()
        .extend(answer.as_object().unwrap().clone());
    json!({"enableWhen": [condition]})
}

fn table(rule: Value) -> Option<Value> {
    Some(
        json!({"form": "https://muan.invalid/fhir/Questionnaire/small|1.0.0", "version": "1.0.0", "levels": ["none", "red"],
        "rules": [{"id": "r", "level": "red", "when": rule, "staff": "", "patient": {"zh": "文", "en": "text"}, "source": "",
            "confirmed": true}]}),
    )
}

fn expect(items: &[(&str, &str, Value)], code: &str, pointer: &str) {
    let found = faults(items, None);
    assert!(
        found.contains(&(code_of(&found, code), pointer.to_owned())),
        "{code} {pointer} not in {found:?}"
    );
}

fn code_of(found: &[(&'static str, String)], code: &str) -> &'static str {
    found
        .iter()
        .map(|(code, _)| *code)
        .find(|known| *known == code)
        .unwrap_or("none")
}

#[test]
fn faults_of_items_are_named_where_they_stand() {
    let option = |code: &str| json!({"valueCoding": {"code": code}});
    expect(
        &[("a", "boolean", json!({})), ("a", "boolean", json!({}))],
        "duplicateLinkId",
        "/item/1/linkId",
    );
    expect(&[("a", "group", json!({}))], "groupWithoutItems", "/item/0");
    expect(
        &[(
            "a",
            "display",
            json!({"item": [{"linkId": "b", "type": "boolean"}]}),
        )],
        "displayWithItems",
        "/item/0",
    );
    expect(
        &[("a", "boolean", json!({"answerOption": [option("x")]}))],
        "optionsOnNonChoice",
        "/item/0/answerOption",
    );
    expect(
        &[("a", "choice", json!({}))],
        "choiceWithoutOptions",
        "/item/0/answerOption",
    );
    expect(
        &[("a", "choice", json!({"answerOption": [option("x"), option("x")]}))],
        "duplicateOption",
        "/item/0/answerOption/1",
    );
    expect(
        &[("a", "boolean", json!({"_text": {}}))],
        "missingTranslation",
        "/item/0/text",
    );
    expect(
        &[("a", "question", json!({}))],
        "unsupportedElement",
        "/item/0/type",
    );
    expect(
        &[("a", "boolean", json!({"modifierExtension": []}))],
        "unsupportedElement",
        "/item/0/modifierExtension",
    );
    expect(
        &[("a b", "boolean", json!({}))],
        "unsupportedElement",
        "/item/0/linkId",
    );
}

#[test]
fn faults_of_limits_are_found() {
    let limit = |name: &str, member: &str, value: Value| json!({"url": format!("http://hl7.org/fhir/StructureDefinition/{name}"), member: value});
    let reversed = json!({"extension": [limit("minValue", "valueInteger", json!(5)), limit("maxValue", "valueInteger", json!(4))]});
    expect(&[("a", "integer", reversed)], "minOverMax", "/item/0");
    let broken = json!({"extension": [limit("regex", "valueString", json!("("))]});
    expect(&[("a", "string", broken)], "badRegex", "/item/0");
}

#[test]
fn faults_of_conditions_are_found() {
    let yes = json!({"answerBoolean": true});
    let loop_ = [
        ("a", "boolean", when("b", "=", yes.clone())),
        ("b", "boolean", when("a", "=", yes.clone())),
    ];
    expect(&loop_, "enableWhenCycle", "/item/0");
    expect(
        &[("a", "boolean", when("x", "=", yes.clone()))],
        "enableWhenUnknownTarget",
        "/item/0/enableWhen/0/question",
    );
    expect(
        &[("a", "boolean", when("a", "=", yes.clone()))],
        "enableWhenOnDescendant",
        "/item/0/enableWhen/0",
    );
    let number = ("n", "integer", json!({}));
    expect(
        &[number.clone(), ("a", "boolean", when("n", "=", yes.clone()))],
        "enableWhenTypeMismatch",
        "/item/1/enableWhen/0",
    );
    expect(
        &[
            number,
            ("a", "boolean", when("n", "!=", json!({"answerInteger": 1}))),
        ],
        "unsupportedElement",
        "/item/1/enableWhen/0",
    );
}

#[test]
fn faults_of_rules_are_found() {
    let items = [
        ("n", "integer", json!({})),
        (
            "c",
            "choice",
            json!({"answerOption": [{"valueCoding": {"code": "x"}}]}),
        ),
    ];
    let code = |rule: Value| faults(&items, table(rule)).first().map(|(code, _)| *code);
    assert_eq!(code(json!({"item": "n", ">=": 1})), None);
    assert_eq!(code(json!({"item": "q", ">=": 1})), Some("ruleUnknownItem"));
    assert_eq!(code(json!({"item": "c", "has": "y"})), Some("ruleUnknownOption"));
    assert_eq!(code(json!({"item": "c", ">=": 1})), Some("ruleTypeMismatch"));
    assert_eq!(code(json!({"item": "n", "has": "x"})), Some("ruleTypeMismatch"));
    assert_eq!(code(json!({"hoursSince": "n", "<": 1})), Some("ruleTypeMismatch"));
    assert_eq!(code(json!({"score": "s", "<": 1})), Some("ruleUnknownItem"));
    assert_eq!(code(json!({"notFired": ["r"]})), Some("ruleUnknownItem"));
    assert_eq!(code(json!({"all": []})), Some("ruleTypeMismatch"));
    assert_eq!(code(json!({"sum": 1})), Some("ruleTypeMismatch"));
    assert_eq!(
        code(json!({"item": "n", ">=": 1, "<": 2})),
        Some("ruleTypeMismatch")
    );
}

#[test]
fn a_sum_over_options_without_values_is_a_fault() {
    let items = [(
        "c",
        "choice",
        json!({"answerOption": [{"valueCoding": {"code": "x"}}]}),
    )];
    let rules = json!({"form": "https://muan.invalid/fhir/Questionnaire/small|1.0.0", "version": "1.0.0",
        "scores": [{"id": "s", "kind": "ordinalSum", "items": ["c"]}]});
    assert_eq!(faults(&items, Some(rules))[0].0, "scoreItemWithoutOrdinal");
}

#[test]
fn limits_come_first() {
    let many: Vec<(&str, &str, Value)> = (0..501).map(|_| ("a", "boolean", json!({}))).collect();
    assert!(
        faults(&many, None)
            .iter()
            .any(|(code, _)| *code == "limitExceeded")
    );
    let mut deep = json!({"linkId": "x", "type": "boolean"});
    for level in 0..9 {
        deep = json!({"linkId": format!("g{level}"), "type": "group", "item": [deep]});
    }
    let document = json!({"resourceType": "Questionnaire", "item": [deep]});
    let found = compile(&document, None).unwrap_err();
    assert!(found.iter().any(|fault| fault.code == "limitExceeded"));
}

#[test]
fn nonsense_is_a_fault_and_never_a_panic() {
    for nonsense in [
        json!(null),
        json!([]),
        json!({}),
        json!("x"),
        json!({"resourceType": 1, "item": {}}),
        json!({"item": [1]}),
    ] {
        assert!(compile(&nonsense, Some(&nonsense)).is_err());
    }
}
