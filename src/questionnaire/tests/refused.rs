//! What would look as if it worked is refused: conditions that never hold, scores of one answer among several, limits of
//! another type, texts without a translation. And what of a response is kept.

use super::super::{Outcome, assess, compile_foreign, only_answers};
use super::*;

const FHIR: &str = "http://hl7.org/fhir/StructureDefinition/";

fn found(document: &Value, rules: Option<&Value>) -> Vec<&'static str> {
    let faults = compile(document, rules).err().unwrap_or_default();
    faults.into_iter().map(|fault| fault.code).collect()
}

fn of(items: &[(&str, &str, Value)]) -> Vec<&'static str> {
    found(&small(items), None)
}

fn shown(member: &str, value: Value) -> Value {
    let mut condition = json!({"question": "a", "operator": "="});
    condition[member] = value;
    json!({"enableWhen": [condition]})
}

fn extended(name: &str, member: &str, value: Value) -> Value {
    let mut one = json!({"url": format!("{FHIR}{name}")});
    one[member] = value;
    json!({"extension": [one]})
}

fn ruled(parts: Value) -> Value {
    let mut table = json!({"form": "https://muan.invalid/fhir/Questionnaire/small|1.0.0", "version": "1.0.0",
        "levels": ["none", "red"]});
    table
        .as_object_mut()
        .unwrap()
        .extend(parts.as_object().unwrap().clone());
    table
}

fn rule(when: Value) -> Value {
    ruled(
        json!({"rules": [{"id": "r", "level": "red", "when": when, "staff": "", "source": "", "confirmed": true,
        "patient": {"zh": "文", "en": "text"}}]}),
    )
}

#[test]
fn a_condition_that_no_option_ever_meets_is_refused() {
    let coding = |system: &str| json!({"system": system, "code": "x"});
    let choice = || json!({"answerOption": [{"valueCoding": coding("urn:ours")}]});
    for kind in ["choice", "open-choice"] {
        let asked = |member: &str, answer: Value| {
            of(&[("a", kind, choice()), ("b", "string", shown(member, answer))])
        };
        assert_eq!(asked("answerCoding", coding("urn:ours")), [] as [&str; 0]);
        assert_eq!(
            asked("answerCoding", json!({"code": "x"})),
            [] as [&str; 0],
            "by the code alone"
        );
        assert_eq!(
            asked("answerCoding", coding("urn:others")),
            ["enableWhenTypeMismatch"]
        );
    }
    let numbers = json!({"resourceType": "Questionnaire", "status": "draft", "item": [
        {"linkId": "a", "type": "choice", "answerOption": [{"valueInteger": 1}, {"valueInteger": 5}]},
        {"linkId": "b", "type": "string", "enableWhen": [{"question": "a", "operator": "=", "answerInteger": 3}]},
        {"linkId": "c", "type": "string", "enableWhen": [{"question": "a", "operator": ">", "answerInteger": 3}]}]});
    let faults = found(&numbers, None);
    assert_eq!(
        faults
            .iter()
            .filter(|code| **code == "enableWhenTypeMismatch")
            .count(),
        1,
        "{faults:?}"
    );
}

#[test]
fn one_of_several_answers_is_no_number_and_no_moment() {
    let several = || json!({"repeats": true});
    let items = [
        ("n", "integer", several()),
        ("t", "dateTime", several()),
        ("m", "integer", json!({})),
    ];
    for when in [
        json!({"item": "n", ">=": 1}),
        json!({"item": "m", ">=": {"item": "n"}}),
        json!({"hoursSince": "t", "<": 12}),
    ] {
        assert_eq!(found(&small(&items), Some(&rule(when))), ["ruleTypeMismatch"]);
    }
    assert_eq!(
        found(
            &small(&items),
            Some(&rule(json!({"item": "n", "answered": true})))
        ),
        [] as [&str; 0]
    );
}

#[test]
fn ordinals_are_looked_up_by_code_and_of_one_answer() {
    let worth = |value: Value| {
        let mut option = value;
        option["extension"] = json!([{"url": format!("{FHIR}ordinalValue"), "valueDecimal": 2}]);
        option
    };
    let sum =
        ruled(json!({"scores": [{"id": "s", "kind": "ordinalSum", "items": ["a"], "missing": "refuse"}]}));
    let mut texts = small(&[("a", "boolean", json!({}))]);
    texts["item"][0]["type"] = json!("choice");
    texts["item"][0]["answerOption"] = json!([
        worth(json!({"valueInteger": 1})),
        worth(json!({"valueInteger": 2}))
    ]);
    assert_eq!(found(&texts, Some(&sum)), ["ruleTypeMismatch"]);
    let coded = |repeats: bool| {
        let option = worth(json!({"valueCoding": {"code": "x"}}));
        small(&[(
            "a",
            "choice",
            json!({"repeats": repeats, "answerOption": [option]}),
        )])
    };
    assert_eq!(found(&coded(true), Some(&sum)), ["ruleTypeMismatch"]);
    let form = compile(&coded(false), Some(&sum)).unwrap();
    let result = assess(&form, &answers(&form, &json!({"a": "x"})), &at());
    assert_eq!(result.scores["s"].unwrap().to_string(), "2");
}

#[test]
fn a_limit_says_something_of_its_type_or_is_refused() {
    let integer = |members: Value| of(&[("a", "integer", members)]);
    for members in [
        extended("regex", "valueString", json!("[0-9]+")),
        extended("minLength", "valueInteger", json!(2)),
        extended("maxDecimalPlaces", "valueInteger", json!(1)),
        extended("maxSize", "valueDecimal", json!(1)),
        extended("mimeType", "valueCode", json!("image/png")),
        json!({"maxLength": 3}),
    ] {
        assert_eq!(integer(members.clone()), ["ruleTypeMismatch"], "{members}");
    }
    let mut limits = extended("regex", "valueString", json!("https://.*"));
    limits["maxLength"] = json!(20);
    let form = compiled(&[("u", "url", limits)]);
    assert_eq!(codes(&submit(&form, json!({"u": "https://a.cn"})).errors), []);
    assert_eq!(
        codes(&submit(&form, json!({"u": "ftp://a.cn"})).errors),
        [("u", "regex")]
    );
    let long = submit(&form, json!({"u": "https://example.org/long"}));
    assert_eq!(codes(&long.errors), [("u", "maxLength")]);
}

#[test]
fn fifty_answers_are_the_most_whatever_a_form_says() {
    let many = |extension: Value| {
        let mut members = extension;
        members["repeats"] = json!(true);
        members
    };
    let over = extended("questionnaire-maxOccurs", "valueInteger", json!(60));
    assert_eq!(of(&[("a", "integer", many(over.clone()))]), ["limitExceeded"]);
    let mut foreign = small(&[("a", "integer", many(over))]);
    foreign["status"] = json!("draft");
    let form = compile_foreign(&foreign).unwrap();
    let given = |count: usize| codes(&submit(&form, json!({"a": vec![1; count]})).errors).len();
    assert_eq!((given(50), given(51)), (0, 1));
}

#[test]
fn a_day_beside_an_instant_of_it_is_undecided() {
    let form = compiled(&[
        ("a", "dateTime", json!({})),
        (
            "b",
            "string",
            json!({"enableWhen": [{"question": "a", "operator": ">", "answerDateTime": "2025-08-01T08:00:00+08:00"}]}),
        ),
        (
            "c",
            "string",
            json!({"enableWhen": [{"question": "a", "operator": "<", "answerDateTime": "2025-08-01T08:00:00+08:00"}]}),
        ),
    ]);
    let asked = |day: &str| {
        let judged = submit(&form, json!({"a": day, "b": "x", "c": "x"}));
        ["b", "c"].map(|link_id| !judged.answers.get(link_id).is_empty())
    };
    assert_eq!(asked("2025-08-01"), [false, false]);
    assert_eq!(asked("2025-08-02"), [true, false]);
    assert_eq!(asked("2025-07-31"), [false, true]);
    // A rule that counts hours reads a day as its first minute.
    let table = rule(json!({"hoursSince": "t", "<": 12}));
    let timed = compile(&small(&[("t", "dateTime", json!({}))]), Some(&table)).unwrap();
    let result = assess(&timed, &answers(&timed, &json!({"t": "2025-09-01"})), &at());
    assert_eq!(result.findings[0].outcome, Outcome::Fired);
}

#[test]
fn every_text_that_she_reads_has_its_translation_and_every_member_its_type() {
    let mut prefixed = small(&[("a", "boolean", json!({}))]);
    prefixed["item"][0]["prefix"] = json!("甲");
    assert_eq!(found(&prefixed, None), ["missingTranslation"]);
    prefixed["item"][0]["_prefix"] = prefixed["item"][0]["_text"].clone();
    assert_eq!(found(&prefixed, None), [] as [&str; 0]);
    let gentler = json!({"url": "https://muan.invalid/fhir/StructureDefinition/after-loss-display",
        "valueCoding": {"code": "x", "display": "选项"}});
    let choice = json!({"answerOption": [{"valueCoding": {"code": "x"}, "extension": [gentler]}]});
    assert_eq!(of(&[("a", "choice", choice)]), ["missingTranslation"]);
    for (member, value) in [
        ("language", json!(5)),
        ("date", json!("yesterday")),
        ("experimental", json!("no")),
        ("subjectType", json!("Patient")),
    ] {
        let mut form = small(&[("a", "boolean", json!({}))]);
        form[member] = value;
        assert_eq!(found(&form, None), ["ruleTypeMismatch"], "{member}");
    }
}

#[test]
fn a_question_with_another_value_set_is_another_question() {
    let with = |codes: &[&str]| {
        let concepts: Vec<Value> = codes
            .iter()
            .map(|code| json!({"code": code, "display": code}))
            .collect();
        let mut form = small(&[("a", "choice", json!({"answerValueSet": "#set"}))]);
        form["contained"] = json!([{"resourceType": "ValueSet", "id": "set", "compose": {"include": [
            {"system": "urn:x", "concept": concepts}]}}]);
        compile_foreign(&form).unwrap()
    };
    assert!(with(&["x", "y"]).asks_the_same(&with(&["x", "y"]), "a"));
    assert!(!with(&["x", "y"]).asks_the_same(&with(&["x", "z"]), "a"));
}

#[test]
fn a_rule_that_begins_a_waiting_time_says_what_it_is_to_the_count() {
    let mut table = rule(json!({"hoursSince": "t", "<": 12}));
    table["rules"][0]["not_before"] = json!({"item": "t", "hours": 12});
    let form = small(&[("t", "dateTime", json!({}))]);
    assert_eq!(found(&form, Some(&table)), ["ruleTypeMismatch"]);
    table["rules"][0]["waiting"] = json!("drug");
    assert_eq!(found(&form, Some(&table)), [] as [&str; 0]);
}

#[test]
fn of_a_response_only_its_answers_are_kept() {
    let form = compiled(&[(
        "a",
        "choice",
        json!({"answerOption": [{"valueCoding": {"code": "x"}}]}),
    )]);
    let mut response = form.response_from_flat(json!({"a": "x"}).as_object().unwrap());
    let clean = response.clone();
    let name = "梅秀英";
    response["text"] = json!({"status": "generated", "div": name});
    response["author"] = json!({"display": name});
    response["contained"] = json!([{"resourceType": "Patient", "name": [{"text": name}]}]);
    response["x-note"] = json!(name);
    response["item"][0]["text"] = json!(name);
    response["item"][0]["answer"][0]["extension"] = json!([{"url": "urn:x", "valueString": name}]);
    response["item"][0]["answer"][0]["valueCoding"]["userSelected"] = json!(name);
    for mode in [Mode::Draft, Mode::Submit] {
        let judged = form.check(&response, mode, &at());
        assert_eq!(judged.normalized, clean);
        assert_eq!(codes(&judged.errors), []);
    }
    only_answers(&mut response);
    assert_eq!(response, clean);
}
