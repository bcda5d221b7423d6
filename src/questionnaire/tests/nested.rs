//! Repeated groups and questions below questions.

use super::super::{Mode, compile_foreign};
use super::*;

const FHIR: &str = "http://hl7.org/fhir/StructureDefinition/";

fn children(items: &[(&str, &str, Value)]) -> Value {
    small(items)["item"].clone()
}

fn shown(question: &str, operator: &str, member: &str, value: Value) -> Value {
    let mut condition = json!({"question": question, "operator": operator});
    condition[member] = value;
    json!([condition])
}

/// Each drug: its name, required; was it stopped; when, once it was.
fn drugs(extension: Value) -> std::sync::Arc<Form> {
    let inside = children(&[
        ("name", "string", json!({"required": true})),
        ("stopped", "boolean", json!({})),
        (
            "when",
            "date",
            json!({"required": true, "enableWhen": shown("stopped", "=", "answerBoolean", json!(true))}),
        ),
    ]);
    compiled(&[
        ("any", "boolean", json!({})),
        (
            "drug",
            "group",
            json!({"repeats": true, "item": inside, "extension": extension}),
        ),
    ])
}

fn one(name: &str, stopped: Option<bool>, when: Option<&str>) -> Value {
    let mut items = vec![json!({"linkId": "name", "answer": [{"valueString": name}]})];
    items.extend(stopped.map(|value| json!({"linkId": "stopped", "answer": [{"valueBoolean": value}]})));
    items.extend(when.map(|day| json!({"linkId": "when", "answer": [{"valueDate": day}]})));
    json!({"linkId": "drug", "item": items})
}

fn check(form: &Form, items: Value, mode: Mode) -> Evaluated {
    form.check(
        &json!({"resourceType": "QuestionnaireResponse", "item": items}),
        mode,
        &at(),
    )
}

fn places(problems: &[super::super::Problem]) -> Vec<(&str, &str)> {
    problems
        .iter()
        .map(|problem| (problem.pointer.as_str(), problem.code))
        .collect()
}

#[test]
fn each_occurrence_is_judged_by_its_own_answers() {
    let form = drugs(json!([]));
    let items = json!([
        one("A", Some(true), Some("2025-08-01")),
        one("B", Some(false), None),
        one("C", Some(true), None)
    ]);
    let result = check(&form, items.clone(), Mode::Submit);
    assert_eq!(places(&result.errors), [("/item/2", "required")]);
    assert_eq!(result.errors[0].path, ["drug", "when"]);
    assert_eq!(result.normalized["item"], items);
    let hidden = json!([
        one("A", Some(true), Some("2025-08-01")),
        one("B", Some(false), Some("2025-08-02"))
    ]);
    let dropped = check(&form, hidden, Mode::Submit);
    assert_eq!(
        places(&dropped.warnings),
        [("/item/1/item/2", "disabledAnswerDropped")]
    );
    assert_eq!(dropped.normalized["item"][0]["item"].as_array().unwrap().len(), 3);
    assert_eq!(dropped.normalized["item"][1]["item"].as_array().unwrap().len(), 2);
    assert_eq!(dropped.answers.get("when").len(), 1);
}

#[test]
fn a_group_that_nobody_began_asks_nothing_unless_it_is_required() {
    assert_eq!(
        places(&check(&drugs(json!([])), json!([]), Mode::Submit).errors),
        vec![]
    );
    let counted = |min: u32, max: u32| {
        drugs(
            json!([{"url": format!("{FHIR}questionnaire-minOccurs"), "valueInteger": min},
            {"url": format!("{FHIR}questionnaire-maxOccurs"), "valueInteger": max}]),
        )
    };
    let two = json!([one("A", None, None), one("B", None, None)]);
    assert_eq!(
        places(&check(&counted(1, 2), json!([]), Mode::Submit).errors),
        [("", "required")]
    );
    assert_eq!(
        places(&check(&counted(3, 4), two.clone(), Mode::Submit).errors),
        [("/item/0", "minCount")]
    );
    assert_eq!(
        places(&check(&counted(0, 1), two.clone(), Mode::Submit).errors),
        [("/item/0", "maxCount")]
    );
    assert_eq!(places(&check(&counted(3, 4), two, Mode::Draft).errors), vec![]);
    let many: Vec<Value> = (0..60).map(|_| one("A", None, None)).collect();
    let result = check(&drugs(json!([])), Value::from(many), Mode::Submit);
    assert_eq!(places(&result.errors), [("/item/50", "maxCount")]);
}

#[test]
fn a_condition_looks_at_the_nearest_occurrence() {
    let inside = children(&[
        (
            "early",
            "boolean",
            json!({"required": true, "enableWhen": shown("size", ">", "answerInteger", json!(5))}),
        ),
        ("size", "integer", json!({})),
    ]);
    let form = compiled(&[
        ("g", "group", json!({"repeats": true, "item": inside})),
        (
            "after",
            "boolean",
            json!({"required": true, "enableWhen": shown("size", "=", "answerInteger", json!(9))}),
        ),
    ]);
    let sized =
        |size: i32| json!({"linkId": "g", "item": [{"linkId": "size", "answer": [{"valueInteger": size}]}]});
    let result = check(&form, json!([sized(9), sized(1)]), Mode::Submit);
    assert_eq!(
        codes(&result.errors),
        [("early", "required")],
        "in its own occurrence, and the last one before"
    );
    assert_eq!(result.errors[0].pointer, "/item/0");
    let result = check(&form, json!([sized(1), sized(9)]), Mode::Submit);
    assert_eq!(
        codes(&result.errors),
        [("early", "required"), ("after", "required")]
    );
}

/// Had an operation (which, required, once yes); each allergy with its reaction.
fn below() -> std::sync::Arc<Form> {
    let which = children(&[(
        "which",
        "string",
        json!({"required": true, "enableWhen": shown("op", "=", "answerBoolean", json!(true))}),
    )]);
    let reaction = children(&[("reaction", "string", json!({"required": true}))]);
    compiled(&[
        ("op", "boolean", json!({"item": which})),
        ("allergy", "string", json!({"repeats": true, "item": reaction})),
    ])
}

#[test]
fn a_question_below_a_question_stands_in_its_answer() {
    let form = below();
    let operated = |answer: Value| json!([{"linkId": "op", "answer": [answer]}]);
    assert_eq!(places(&check(&form, json!([]), Mode::Submit).errors), vec![]);
    assert_eq!(
        places(&check(&form, operated(json!({"valueBoolean": true})), Mode::Submit).errors),
        [("/item/0/answer/0", "required")]
    );
    let child = |text: Value| json!([{"linkId": "which", "answer": [{"valueString": text}]}]);
    let whole = operated(json!({"valueBoolean": true, "item": child(json!("阑尾"))}));
    let result = check(&form, whole.clone(), Mode::Submit);
    assert_eq!(
        (places(&result.errors), &result.normalized["item"]),
        (vec![], &whole)
    );
    let no = check(
        &form,
        operated(json!({"valueBoolean": false, "item": child(json!("阑尾"))})),
        Mode::Submit,
    );
    assert_eq!(
        places(&no.warnings),
        [("/item/0/answer/0/item/0", "disabledAnswerDropped")]
    );
    assert_eq!(no.normalized["item"], operated(json!({"valueBoolean": false})));
    let wrong = check(
        &form,
        operated(json!({"valueBoolean": true, "item": child(json!(1))})),
        Mode::Submit,
    );
    assert_eq!(
        places(&wrong.errors),
        [(
            "/item/0/answer/0/item/0/answer/0/valueString",
            "invalidAnswerType"
        )]
    );
    let misplaced = json!([{"linkId": "op", "answer": [{"valueBoolean": false}], "item": child(json!("x"))}]);
    assert_eq!(
        places(&check(&form, misplaced, Mode::Submit).errors),
        [("/item/0/item", "invalidLinkId")]
    );
}

#[test]
fn each_answer_has_its_own_questions() {
    let form = below();
    let answer = |text: &str, reaction: Option<&str>| {
        let below = reaction.map(|text| json!([{"linkId": "reaction", "answer": [{"valueString": text}]}]));
        let mut answer = json!({"valueString": text});
        if let Some(below) = below {
            answer["item"] = below;
        }
        answer
    };
    let items = json!([{"linkId": "allergy", "answer": [answer("A", Some("皮疹")), answer("B", None), answer("C", Some("喘"))]}]);
    let result = check(&form, items.clone(), Mode::Submit);
    assert_eq!(places(&result.errors), [("/item/0/answer/1", "required")]);
    assert_eq!(result.normalized["item"], items);
    assert_eq!(result.answers.get("reaction").len(), 2);
}

#[test]
fn rules_do_not_look_at_what_may_stand_several_times() {
    let group = children(&[("n", "integer", json!({}))]);
    let document = small(&[
        ("g", "group", json!({"repeats": true, "item": group})),
        (
            "b",
            "boolean",
            json!({"enableWhen": shown("n", ">", "answerInteger", json!(1))}),
        ),
    ]);
    for when in [json!({"item": "n", ">": 1}), json!({"item": "b", "is": true})] {
        let rules = json!({"form": "https://muan.invalid/fhir/Questionnaire/small|1.0.0", "version": "1.0.0",
            "levels": ["none", "red"], "rules": [{"id": "r", "level": "red", "when": when, "staff": "",
                "patient": {"zh": "文", "en": "text"}, "source": "", "confirmed": true}]});
        let faults = compile(&document, Some(&rules)).unwrap_err();
        assert_eq!(
            (faults[0].code, faults[0].pointer.as_str()),
            ("ruleTypeMismatch", "rules#/rules/0/when")
        );
    }
}

#[test]
fn a_small_body_does_not_become_a_large_one() {
    let mut inside = children(&[("leaf", "boolean", json!({}))]);
    for level in 0..6 {
        inside = children(&[(
            ["a", "b", "c", "d", "e", "f"][level],
            "group",
            json!({"repeats": true, "item": inside}),
        )]);
    }
    let mut document = small(&[]);
    document["item"] = inside;
    let form = compile_foreign(&document).unwrap();
    let mut items = json!([]);
    for level in ["a", "b", "c", "d", "e", "f"] {
        let count = if level == "a" { 20 } else { 4 };
        items = (0..count)
            .map(|_| json!({"linkId": level, "item": items}))
            .collect();
    }
    let result = check(&form, items, Mode::Submit);
    assert!(result.errors.iter().any(|problem| problem.code == "maxCount"));
    assert!(result.errors.len() <= 200);
}
