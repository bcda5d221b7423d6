//! Judging responses: shape, type, enablement, constraints.

use super::super::{Language, Mode, message};
use super::*;

const FHIR: &str = "http://hl7.org/fhir/StructureDefinition/";

fn shown_when(question: &str, answer: Value) -> Value {
    let mut condition = json!({"question": question, "operator": "="});
    condition
        .as_object_mut()
        .unwrap()
        .extend(answer.as_object().unwrap().clone());
    json!({"enableWhen": [condition]})
}

/// a shows b (required), b shows c.
fn chain() -> std::sync::Arc<Form> {
    let mut b = shown_when("a", json!({"answerBoolean": true}));
    b["required"] = json!(true);
    compiled(&[
        ("a", "boolean", json!({})),
        ("b", "boolean", b),
        ("c", "boolean", shown_when("b", json!({"answerBoolean": true}))),
    ])
}

fn raw(items: Value) -> Value {
    json!({"resourceType": "QuestionnaireResponse", "status": "in-progress", "item": items})
}

fn check(form: &Form, items: Value) -> Evaluated {
    form.check(
        &raw(items),
        Mode::Submit,
        &Context::at(time("2025-09-01T02:00:00Z")),
    )
}

#[test]
fn a_shown_question_that_is_required_is_missed() {
    let result = submit(&chain(), json!({"a": true}));
    assert_eq!(codes(&result.errors), [("b", "required")]);
    assert_eq!(result.errors[0].pointer, "");
    assert_eq!(
        codes(&judge(&chain(), json!({"a": true}), Mode::Draft).errors),
        vec![]
    );
}

#[test]
fn answers_of_hidden_questions_are_dropped_down_the_chain() {
    let flat = json!({"a": false, "b": true, "c": true});
    let result = submit(&chain(), flat.clone());
    assert_eq!(codes(&result.errors), vec![]);
    assert_eq!(
        codes(&result.warnings),
        [("b", "disabledAnswerDropped"), ("c", "disabledAnswerDropped")]
    );
    assert_eq!(result.normalized["item"].as_array().unwrap().len(), 1);
    let strict = judge(&chain(), flat.clone(), Mode::SubmitStrict);
    assert_eq!(
        codes(&strict.errors),
        [("b", "answerNotEnabled"), ("c", "answerNotEnabled")]
    );
    let draft = judge(&chain(), flat, Mode::Draft);
    assert_eq!(draft.normalized["item"].as_array().unwrap().len(), 3);
    assert!(draft.answers.get("b").is_empty());
}

#[test]
fn conditions_hold_as_written() {
    let form = |condition: Value, number: Value| {
        compiled(&[
            ("n", "integer", number),
            (
                "b",
                "boolean",
                json!({"required": true, "enableWhen": [condition]}),
            ),
        ])
    };
    let asked = |form: &Form, flat: Value| codes(&submit(form, flat).errors).contains(&("b", "required"));
    let absent = form(
        json!({"question": "n", "operator": "exists", "answerBoolean": false}),
        json!({}),
    );
    assert!(asked(&absent, json!({})) && !asked(&absent, json!({"n": 1})));
    let below = form(
        json!({"question": "n", "operator": "<", "answerInteger": 5}),
        json!({}),
    );
    assert!(asked(&below, json!({"n": 4})) && !asked(&below, json!({})));
    let above = form(
        json!({"question": "n", "operator": ">", "answerInteger": 5}),
        json!({"repeats": true}),
    );
    assert!(asked(&above, json!({"n": [1, 9]})));
}

#[test]
fn a_code_is_the_same_whatever_its_display_says() {
    let form = compiled(&[
        (
            "c",
            "choice",
            json!({"answerOption": [{"valueCoding": {"system": "urn:s", "code": "x"}}]}),
        ),
        (
            "b",
            "boolean",
            shown_when("c", json!({"answerCoding": {"system": "urn:s", "code": "x"}})),
        ),
    ]);
    let answer = |coding: Value| {
        let items = json!([{"linkId": "c", "answer": [{"valueCoding": coding}]}, {"linkId": "b", "answer": [{"valueBoolean": true}]}]);
        let result = check(&form, items);
        (codes(&result.errors).len(), codes(&result.warnings).len())
    };
    assert_eq!(
        answer(json!({"system": "urn:s", "code": "x", "display": "other"})),
        (0, 0)
    );
    assert_eq!(answer(json!({"system": "urn:other", "code": "x"})), (1, 1));
}

#[test]
fn integers_are_not_coerced() {
    let form = compiled(&[("n", "integer", json!({}))]);
    for wrong in [
        json!(5.0),
        json!("5"),
        json!(2_147_483_648_i64),
        json!(true),
        json!(null),
    ] {
        let result = check(
            &form,
            json!([{"linkId": "n", "answer": [{"valueInteger": wrong}]}]),
        );
        assert_eq!(codes(&result.errors), [("n", "invalidAnswerType")], "{wrong}");
        assert_eq!(result.errors[0].pointer, "/item/0/answer/0/valueInteger");
    }
    let two = check(
        &form,
        json!([{"linkId": "n", "answer": [{"valueInteger": 1, "valueString": "1"}]}]),
    );
    assert_eq!(codes(&two.errors), [("n", "invalidAnswerType")]);
}

#[test]
fn limits_are_inclusive_and_say_their_unit() {
    let unit = json!({"url": format!("{FHIR}questionnaire-unit"), "valueCoding": {"code": "cm"}});
    let max = json!({"url": format!("{FHIR}maxValue"), "valueDecimal": 250.0});
    let places = json!({"url": format!("{FHIR}maxDecimalPlaces"), "valueInteger": 2});
    let form = compiled(&[("h", "decimal", json!({"extension": [unit, max, places]}))]);
    assert_eq!(codes(&submit(&form, json!({"h": 250.0})).errors), vec![]);
    assert_eq!(
        codes(&submit(&form, json!({"h": 2.34567})).errors),
        [("h", "maxDecimalPlaces")]
    );
    let over = submit(&form, json!({"h": 1620.0}));
    assert_eq!(codes(&over.errors), [("h", "maxValue")]);
    assert_eq!(
        message("maxValue", &over.errors[0].params, Language::Zh),
        "不能大于 250 cm"
    );
    assert_eq!(
        message("maxValue", &over.errors[0].params, Language::En),
        "Must not exceed 250 cm"
    );
}

#[test]
fn texts_are_counted_in_characters() {
    let form = compiled(&[
        ("t", "text", json!({"maxLength": 500})),
        ("s", "string", json!({})),
    ]);
    assert_eq!(
        codes(&submit(&form, json!({"t": "😀".repeat(500)})).errors),
        vec![]
    );
    assert_eq!(
        codes(&submit(&form, json!({"t": "😀".repeat(501)})).errors),
        [("t", "maxLength")]
    );
    assert_eq!(
        codes(&submit(&form, json!({"s": "a\nb"})).errors),
        [("s", "invalidNewLine")]
    );
}

#[test]
fn choices_take_listed_options_once_and_exclusive_ones_alone() {
    let exclusive = json!({"extension": [{"url": format!("{FHIR}questionnaire-optionExclusive"), "valueBoolean": true}],
        "valueCoding": {"code": "none"}});
    let options = json!([exclusive, {"valueCoding": {"code": "x"}}]);
    let form = compiled(&[
        (
            "many",
            "choice",
            json!({"repeats": true, "answerOption": options}),
        ),
        ("one", "choice", json!({"answerOption": options})),
    ]);
    assert_eq!(
        codes(&submit(&form, json!({"many": ["none", "x"]})).errors),
        [("many", "exclusiveAnswerOption")]
    );
    assert_eq!(
        codes(&submit(&form, json!({"many": ["z"]})).errors),
        [("many", "invalidAnswerOption")]
    );
    assert!(codes(&submit(&form, json!({"one": ["x", "x"]})).errors).contains(&("one", "repeats")));
}

#[test]
fn files_are_judged_by_kind_size_and_number() {
    let form = assessment().authored;
    let file = |file: Value| {
        let flat = json!({"lab.photo": [file]});
        let response = form.response_from_flat(flat.as_object().unwrap());
        let result = form.check(&response, Mode::Draft, &Context::at(time("2025-09-01T02:00:00Z")));
        result.errors.first().map(|problem| problem.code)
    };
    assert_eq!(
        file(json!({"contentType": "image/png", "size": 5_242_880, "url": "a"})),
        None
    );
    assert_eq!(
        file(json!({"contentType": "image/png", "size": 5_242_881})),
        Some("maxAttachmentSize")
    );
    assert_eq!(
        file(json!({"contentType": "text/html", "size": 1})),
        Some("invalidAttachmentType")
    );
    assert_eq!(
        file(json!({"contentType": "image/png", "size": 9, "data": "AAAA"})),
        Some("attachmentSizeInconsistent")
    );
}

#[test]
fn items_in_the_wrong_place_are_named_and_order_is_restored() {
    let form = assessment().authored;
    let context = Context::at(time("2025-09-01T02:00:00Z"));
    let misplaced = form.check(
        &raw(json!([{"linkId": "id.name", "answer": [{"valueString": "甲乙"}]}])),
        Mode::Draft,
        &context,
    );
    assert_eq!(codes(&misplaced.errors), [("id.name", "invalidLinkId")]);
    let group = form.check(
        &raw(json!([{"linkId": "group.id", "answer": []}])),
        Mode::Draft,
        &context,
    );
    assert_eq!(codes(&group.errors), [("group.id", "groupShouldNotHaveAnswers")]);
    let turned = raw(json!([
        {"linkId": "group.preg", "item": [{"linkId": "preg.fetus_count", "answer": [{"valueInteger": 1}]},
            {"linkId": "preg.gravida", "answer": [{"valueInteger": 1}]}]},
        {"linkId": "group.id", "item": [{"linkId": "id.name", "answer": [{"valueString": "甲乙"}]}]}]));
    let result = form.check(&turned, Mode::Draft, &context);
    assert_eq!(codes(&result.errors), vec![]);
    assert_eq!(result.normalized["item"][0]["linkId"], "group.id");
    assert_eq!(result.normalized["item"][1]["item"][0]["linkId"], "preg.gravida");
}

#[test]
fn nothing_that_is_json_makes_it_panic() {
    let form = assessment().authored;
    let context = Context::at(time("2025-09-01T02:00:00Z"));
    let odd = [
        json!(null),
        json!([]),
        json!({"item": null}),
        raw(json!({})),
        raw(json!([null, 1, {}, {"linkId": 1}, {"linkId": "group.id", "item": 3}])),
        raw(
            json!([{"linkId": "group.id", "item": [{"linkId": "id.birth_date", "answer": [{"valueDate": "9999-99-99"}]},
            {"linkId": "id.name", "answer": {"valueString": "x"}}, {"linkId": "id.phone", "answer": [3, {}, {"value": 1}]}]}]),
        ),
        raw(
            json!([{"linkId": "group.bld", "item": [{"linkId": "bld.lmwh_last_at", "answer": [{"valueDateTime": "0001-01-01T00:00:00-12:00"}]}]}]),
        ),
    ];
    for document in odd {
        for mode in [Mode::Draft, Mode::Submit, Mode::SubmitStrict] {
            let result = form.check(&document, mode, &context);
            super::super::assess(&form, &result.answers, &context);
        }
    }
}

#[test]
fn every_code_has_a_sentence_in_both_languages() {
    let form = assessment().authored;
    let result = form.check(
        &raw(json!([])),
        Mode::Submit,
        &Context::at(time("2025-09-01T02:00:00Z")).in_phase(Phase::Antenatal),
    );
    assert!(result.errors.len() > 40);
    for problem in &result.errors {
        assert_eq!(message(problem.code, &problem.params, Language::Zh), "请回答此题");
        assert_eq!(
            message(problem.code, &problem.params, Language::En),
            "This question is required"
        );
    }
}
