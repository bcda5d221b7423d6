//! What our own forms and rules may not say, each with its code and place.

use super::super::{Fault, Published};
use super::*;

const FHIR: &str = "http://hl7.org/fhir/StructureDefinition/";
const OWN: &str = "https://muan.invalid/fhir/StructureDefinition/";

fn told(found: Result<std::sync::Arc<Form>, Vec<Fault>>) -> Vec<(&'static str, String)> {
    let faults = found.err().unwrap_or_default().into_iter();
    faults.map(|fault| (fault.code, fault.pointer)).collect()
}

fn extended(kind: &str, url: &str, member: &str, value: Value) -> Vec<(&'static str, String)> {
    let mut extension = json!({ "url": url });
    extension[member] = value;
    told(compile(
        &small(&[("a", kind, json!({ "extension": [extension] }))]),
        None,
    ))
}

#[test]
fn a_limit_of_the_wrong_type_is_a_fault() {
    for (kind, name, member, value) in [
        ("string", "minLength", "valueString", json!("5")),
        ("string", "minLength", "valueInteger", json!(-1)),
        ("decimal", "maxDecimalPlaces", "valueDecimal", json!(2)),
        ("boolean", "questionnaire-minOccurs", "valueString", json!("1")),
        ("boolean", "questionnaire-maxOccurs", "valueInteger", json!(1.5)),
        ("attachment", "maxSize", "valueString", json!("5")),
        ("attachment", "mimeType", "valueString", json!("image/png")),
        ("string", "regex", "valueCode", json!("a+")),
        ("integer", "minValue", "valueDecimal", json!(1.5)),
        ("date", "maxValue", "valueDate", json!("2026-13")),
    ] {
        let found = extended(kind, &format!("{FHIR}{name}"), member, value);
        assert!(!found.is_empty(), "{name}");
        for (code, pointer) in found {
            assert_eq!(code, "ruleTypeMismatch", "{name}");
            assert!(pointer.starts_with("/item/0"), "{name} {pointer}");
        }
    }
}

#[test]
fn an_extension_that_nobody_knows_is_a_fault() {
    for url in [
        format!("{FHIR}minvalue"),
        format!("{OWN}item-phases"),
        format!("{FHIR}variable"),
        "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-launchContext".to_owned(),
        "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-subQuestionnaire".to_owned(),
        "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-questionnaireAdaptive".to_owned(),
    ] {
        assert_eq!(
            extended("integer", &url, "valueInteger", json!(1)),
            [("unsupportedElement", "/item/0/extension/0".to_owned())],
            "{url}"
        );
    }
    let twice = json!({"extension": [{"url": format!("{FHIR}minValue"), "valueInteger": 1},
        {"url": format!("{FHIR}minValue"), "valueInteger": 2}]});
    assert_eq!(
        told(compile(&small(&[("a", "integer", twice)]), None)),
        [("unsupportedElement", "/item/0/extension/1".to_owned())]
    );
    let mut root = small(&[("a", "boolean", json!({}))]);
    root["extension"] = json!([{"url": format!("{FHIR}variable"), "valueString": "x"}]);
    assert_eq!(
        told(compile(&root, None)),
        [("unsupportedElement", "/extension/0".to_owned())]
    );
}

#[test]
fn a_modifier_or_an_unknown_member_is_a_fault_at_any_depth() {
    let modifier = json!([{"url": "urn:not", "valueBoolean": true}]);
    let option = json!({"answerOption": [{"valueCoding": {"code": "x"}, "modifierExtension": modifier}]});
    assert_eq!(
        told(compile(&small(&[("a", "choice", option)]), None)),
        [(
            "unsupportedElement",
            "/item/0/answerOption/0/modifierExtension".to_owned()
        )]
    );
    let coding = json!({"answerOption": [{"valueCoding": {"code": "x", "modifierExtension": modifier}}]});
    assert_eq!(
        told(compile(&small(&[("a", "choice", coding)]), None)),
        [(
            "unsupportedElement",
            "/item/0/answerOption/0/valueCoding/modifierExtension".to_owned()
        )]
    );
    let colour = json!({"requiered": true});
    assert_eq!(
        told(compile(&small(&[("a", "boolean", colour)]), None)),
        [("unsupportedElement", "/item/0/requiered".to_owned())]
    );
    let mut derived = small(&[("a", "boolean", json!({}))]);
    derived["derivedFrom"] = json!(["http://example.org/q"]);
    assert_eq!(
        told(compile(&derived, None)),
        [("unsupportedElement", "/derivedFrom".to_owned())]
    );
}

#[test]
fn a_condition_without_exactly_one_answer_is_a_fault() {
    for condition in [
        json!({"question": "a", "operator": "="}),
        json!({"question": "a", "operator": "=", "answerBoolean": true, "answerString": "x"}),
    ] {
        let items = [
            ("a", "boolean", json!({})),
            ("b", "boolean", json!({"enableWhen": [condition]})),
        ];
        assert_eq!(
            told(compile(&small(&items), None)),
            [("enableWhenTypeMismatch", "/item/1/enableWhen/0".to_owned())]
        );
    }
}

fn published(change: impl FnOnce(&mut Value)) -> Vec<(&'static str, String)> {
    let extension = |name: &str, word: &str| json!({"url": format!("{OWN}{name}"), "valueCode": word});
    let item =
        |who: &str| json!({"extension": [extension("item-who", who), extension("item-phase", "antenatal")]});
    let mut document = small(&[("a", "boolean", item("patient")), ("s", "boolean", item("staff"))]);
    let recheck =
        json!({"extension": [extension("item-who", "patient"), extension("item-phase", "recheck")]});
    let more = small(&[("r", "boolean", recheck)])["item"][0].clone();
    document["item"].as_array_mut().unwrap().push(more);
    change(&mut document["item"]);
    let rules = json!({"form": "https://muan.invalid/fhir/Questionnaire/small|1.0.0", "version": "1.0.0"});
    let faults = publish(&document, &rules)
        .map(|_: Published| ())
        .err()
        .unwrap_or_default();
    faults
        .into_iter()
        .map(|fault| (fault.code, fault.pointer))
        .collect()
}

#[test]
fn an_item_that_nobody_would_be_asked_is_a_fault() {
    assert_eq!(published(|_| {}), vec![]);
    assert_eq!(
        published(|items| items[0]["extension"][0]["valueCode"] = json!("pacient")),
        [("unsupportedElement", "/item/0".to_owned())]
    );
    assert_eq!(
        published(|items| {
            items[0]["extension"].as_array_mut().unwrap().remove(1);
        }),
        [("unsupportedElement", "/item/0".to_owned())],
        "without a phase"
    );
    assert_eq!(
        published(|items| {
            items[1]["extension"].as_array_mut().unwrap().remove(0);
        }),
        [("unsupportedElement", "/item/1".to_owned())],
        "without a person"
    );
}

fn table(members: Value) -> Vec<(&'static str, String)> {
    let mut rules = json!({"form": "https://muan.invalid/fhir/Questionnaire/small|1.0.0", "version": "1.0.0",
        "levels": ["none", "red"]});
    rules
        .as_object_mut()
        .unwrap()
        .extend(members.as_object().unwrap().clone());
    let items = [
        ("a", "boolean", json!({})),
        ("n", "integer", json!({})),
        ("d", "date", json!({})),
    ];
    told(compile(&small(&items), Some(&rules)))
}

fn rule(when: Value) -> Value {
    json!({"id": "r", "level": "red", "when": when, "staff": "", "patient": {"zh": "文", "en": "text"}, "source": "",
        "confirmed": true})
}

#[test]
fn a_mistyped_fact_or_setting_is_a_fault() {
    let when = |when: Value| table(json!({"rules": [rule(when)]}));
    assert_eq!(when(json!({"fact": "delivery_mode", "in": ["forceps"]})), vec![]);
    assert_eq!(
        when(json!({"fact": "delivery_mood", "in": ["forceps"]})),
        [("ruleUnknownItem", "rules#/rules/0/when".to_owned())]
    );
    assert_eq!(
        when(json!({"fact": "delivery_mode", "in": ["forcep"]})),
        [("ruleUnknownOption", "rules#/rules/0/when".to_owned())]
    );
    let ratio = |setting: &str| {
        table(
            json!({"scores": [{"id": "s", "kind": "ratio", "item": "n", "setting": setting, "default": "40", "round": 2}]}),
        )
    };
    assert_eq!(ratio("aptt_uln"), vec![]);
    assert_eq!(
        ratio("apt_uln"),
        [("ruleUnknownItem", "rules#/scores/0".to_owned())]
    );
}

#[test]
fn at_least_none_or_more_than_there_are_is_a_fault() {
    for (n, faulty) in [(0, true), (1, false), (2, true)] {
        let found =
            table(json!({"rules": [rule(json!({"atLeast": {"n": n, "of": [{"item": "a", "is": true}]}}))]}));
        let expected = [("ruleTypeMismatch", "rules#/rules/0/when/atLeast/n".to_owned())];
        assert_eq!(found, if faulty { expected.to_vec() } else { vec![] }, "{n}");
    }
}

#[test]
fn an_id_that_stands_twice_is_a_fault() {
    let score = json!({"id": "s", "kind": "ageYears", "birth": "d"});
    assert_eq!(
        table(json!({"scores": [score, score]})),
        [("duplicateLinkId", "rules#/scores/1".to_owned())]
    );
    let check = json!({"id": "c", "when": {"item": "a", "is": true}, "items": ["a"], "severity": "error",
        "message": {"zh": "文", "en": "text"}});
    assert_eq!(
        table(json!({"checks": [check, check]})),
        [("duplicateLinkId", "rules#/checks/1".to_owned())]
    );
}

#[test]
fn an_empty_text_is_a_missing_translation() {
    let mut one = rule(json!({"item": "a", "is": true}));
    one["patient"]["en"] = json!(" ");
    assert_eq!(
        table(json!({"rules": [one]})),
        [("missingTranslation", "rules#/rules/0/patient/en".to_owned())]
    );
    let check = json!({"id": "c", "when": {"item": "a", "is": true}, "items": ["a"], "severity": "error",
        "message": {"zh": "", "en": "text"}});
    assert_eq!(
        table(json!({"checks": [check]})),
        [("missingTranslation", "rules#/checks/0/message/zh".to_owned())]
    );
    assert_eq!(
        table(json!({"level_sentences": {"red": {"zh": "文", "en": ""}}})),
        [("missingTranslation", "rules#/level_sentences/red/en".to_owned())]
    );
}

#[test]
fn a_mistyped_member_of_a_score_is_a_fault() {
    let found =
        table(json!({"scores": [{"id": "s", "kind": "ageYears", "birth": "d", "missing": "refuse"}]}));
    assert_eq!(found, [("ruleTypeMismatch", "rules#".to_owned())]);
}
