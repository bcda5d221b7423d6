//! Forms of others.

use serde_json::{Value, json};

use crate::questionnaire::foreign::{Foreign, read};
use crate::questionnaire::{Mode, compile_foreign};

fn form(items: Value) -> Value {
    json!({ "resourceType": "Questionnaire", "status": "draft", "item": items })
}

fn of(document: &Value) -> (Vec<&'static str>, Vec<&'static str>) {
    let Foreign {
        refusals, warnings, ..
    } = read(document.to_string().as_bytes());
    let codes = |faults: Vec<crate::questionnaire::Fault>| faults.iter().map(|fault| fault.code).collect();
    (codes(refusals), codes(warnings))
}

#[test]
fn a_clean_form_has_no_defect_and_comes_back_as_it_went() {
    let document = form(json!([
        { "linkId": "g", "type": "group", "text": "G", "item": [
            { "linkId": "a", "type": "boolean", "_text": { "extension": [{ "url": "urn:x", "valueString": "y" }] } },
            { "linkId": "b", "type": "quantity", "enableWhen": [{ "question": "a", "operator": "=", "answerBoolean": true }] },
        ] },
    ]));
    let foreign = read(document.to_string().as_bytes());
    assert!(
        foreign.refusals.is_empty() && foreign.warnings.is_empty(),
        "{foreign:?}"
    );
    assert_eq!(foreign.document, Some(document));
}

#[test]
fn each_defect_has_its_code() {
    let a = json!({ "linkId": "a", "type": "boolean" });
    let asked = |condition: Value| json!({ "linkId": "b", "type": "string", "enableWhen": [condition] });
    let ext = |url: &str, value: Value| {
        let mut one = json!({ "url": url });
        one.as_object_mut()
            .unwrap()
            .extend(value.as_object().unwrap().clone());
        json!([one])
    };
    let standard = "http://hl7.org/fhir/StructureDefinition/";
    let warned: Vec<(&str, Value)> = vec![
        (
            "missingStatus",
            json!({ "resourceType": "Questionnaire", "item": [a] }),
        ),
        (
            "invalidStatus",
            json!({ "resourceType": "Questionnaire", "status": "done", "item": [a] }),
        ),
        (
            "unknownElement",
            form(json!([{ "linkId": "a", "type": "boolean", "colour": "red" }])),
        ),
        (
            "emptyElement",
            form(json!([{ "linkId": "a", "type": "boolean", "prefix": "" }])),
        ),
        (
            "groupWithoutItems",
            form(json!([{ "linkId": "a", "type": "group" }])),
        ),
        (
            "displayWithItems",
            form(json!([{ "linkId": "d", "type": "display", "item": [a] }])),
        ),
        (
            "optionsOnNonChoice",
            form(json!([{ "linkId": "a", "type": "boolean", "answerOption": [{ "valueInteger": 1 }] }])),
        ),
        (
            "choiceWithoutOptions",
            form(json!([{ "linkId": "a", "type": "choice" }])),
        ),
        (
            "duplicateOption",
            form(json!([{ "linkId": "a", "type": "choice",
            "answerOption": [{ "valueCoding": { "code": "x" } }, { "valueCoding": { "code": "x" } }] }])),
        ),
        (
            "enableWhenUnknownTarget",
            form(json!([asked(
                json!({ "question": "z", "operator": "exists", "answerBoolean": true })
            )])),
        ),
        (
            "enableWhenTypeMismatch",
            form(json!([
                a,
                asked(json!({ "question": "a", "operator": "=", "answerString": "yes" }))
            ])),
        ),
        (
            "enableBehaviorMissing",
            form(json!([a, { "linkId": "b", "type": "string", "enableWhen": [
            { "question": "a", "operator": "=", "answerBoolean": true }, { "question": "a", "operator": "exists", "answerBoolean": true }] }])),
        ),
        (
            "minOverMax",
            form(json!([{ "linkId": "a", "type": "integer", "extension": [
            { "url": format!("{standard}minValue"), "valueInteger": 5 }, { "url": format!("{standard}maxValue"), "valueInteger": 3 }] }])),
        ),
        (
            "badRegex",
            form(json!([{ "linkId": "a", "type": "string",
            "extension": ext(&format!("{standard}regex"), json!({ "valueString": "(" })) }])),
        ),
        (
            "valueSetNotResolved",
            form(json!([{ "linkId": "a", "type": "choice", "answerValueSet": "http://example.org/vs" }])),
        ),
        (
            "expressionNotEvaluated",
            form(json!([{ "linkId": "a", "type": "decimal", "extension":
            ext("http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression", json!({ "valueString": "1" })) }])),
        ),
        (
            "unsupportedElement",
            form(json!([{ "linkId": "a", "type": "question", "text": "?" }])),
        ),
    ];
    for (code, document) in warned {
        assert_eq!(of(&document), (vec![], vec![code]), "{document}");
    }
    let refused: Vec<(&str, Value)> = vec![
        ("invalidStructure", json!([])),
        ("wrongResourceType", json!({ "resourceType": "Patient" })),
        ("missingLinkId", form(json!([{ "type": "boolean" }]))),
        ("missingType", form(json!([{ "linkId": "a" }]))),
        ("unknownType", form(json!([{ "linkId": "a", "type": "yesno" }]))),
        ("duplicateLinkId", form(json!([a, a]))),
        ("invalidStructure", form(json!(["a"]))),
        (
            "enableWhenCycle",
            form(json!([
            { "linkId": "a", "type": "boolean", "enableWhen": [{ "question": "b", "operator": "=", "answerBoolean": true }] },
            { "linkId": "b", "type": "boolean", "enableWhen": [{ "question": "a", "operator": "=", "answerBoolean": true }] }])),
        ),
        (
            "unknownModifierExtension",
            form(
                json!([{ "linkId": "a", "type": "boolean", "modifierExtension": ext("urn:not", json!({ "valueBoolean": true })) }]),
            ),
        ),
    ];
    for (code, document) in refused {
        assert_eq!(of(&document).0, vec![code], "{document}");
    }
}

#[test]
fn whatever_the_bytes_are_they_are_refused_without_a_panic() {
    let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    let nested = |depth: usize| {
        let open = r#"{"linkId":"x","type":"group","item":["#;
        let inner = format!("{}{}", open.repeat(depth), "]}".repeat(depth));
        format!(r#"{{"resourceType":"Questionnaire","status":"draft","item":[{inner}]}}"#)
    };
    let twice = r#"{"resourceType":"Questionnaire","status":"draft","status":"active"}"#;
    let many = form(
        (0..501)
            .map(|n| json!({ "linkId": n.to_string(), "type": "boolean" }))
            .collect(),
    );
    let large = format!("\"{}\"", "x".repeat(600 * 1024));
    for (bytes, code) in [
        (b"".to_vec(), "invalidJson"),
        (b"\xff\xfe{}".to_vec(), "invalidJson"),
        (b"{} {}".to_vec(), "invalidJson"),
        (deep.into_bytes(), "invalidJson"),
        (twice.as_bytes().to_vec(), "invalidJson"),
        (nested(9).into_bytes(), "limitExceeded"),
        (many.to_string().into_bytes(), "limitExceeded"),
        (large.into_bytes(), "limitExceeded"),
    ] {
        let foreign = read(&bytes);
        let codes: Vec<&str> = foreign.refusals.iter().map(|fault| fault.code).collect();
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
}

/// The problems of a submission to a foreign form.
fn judged(items: Value, answers: Value) -> Vec<(String, &'static str)> {
    let form = compile_foreign(&form(items)).unwrap();
    let response = json!({ "resourceType": "QuestionnaireResponse", "item": answers });
    let result = form.check(&response, Mode::Submit, &super::at());
    let all = result.errors.into_iter().chain(result.warnings);
    all.map(|problem| (problem.link_id.unwrap_or_default(), problem.code))
        .collect()
}

#[test]
fn an_item_whose_conditions_cannot_be_decided_is_asked_and_never_required() {
    let expression = json!([{ "url": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression",
        "valueExpression": { "language": "text/fhirpath", "expression": "true" } }]);
    for undecided in [
        json!({ "enableWhen": [{ "question": "gone", "operator": "=", "answerString": "x" }] }),
        json!({ "enableWhen": [{ "question": "a", "operator": "=" }] }),
        json!({ "enableWhen": [{ "question": "a", "operator": "=", "answerInteger": 1 }] }),
        json!({ "enableWhen": [{ "question": "a", "operator": "~", "answerBoolean": true }] }),
        json!({ "extension": expression }),
    ] {
        let mut item = json!({ "linkId": "b", "type": "string", "required": true });
        item.as_object_mut()
            .unwrap()
            .extend(undecided.as_object().unwrap().clone());
        let group = json!({ "linkId": "g", "type": "group", "item": [
            { "linkId": "c", "type": "string", "required": true }] });
        let mut open = group.as_object().unwrap().clone();
        open.extend(undecided.as_object().unwrap().clone());
        let items = json!([{ "linkId": "a", "type": "boolean" }, item, open]);
        assert_eq!(judged(items.clone(), json!([])), vec![], "{undecided}");
        let answered = json!([{ "linkId": "b", "answer": [{ "valueString": "x" }] }]);
        assert_eq!(judged(items, answered), vec![], "{undecided}");
    }
}

#[test]
fn without_a_behavior_one_of_several_conditions_is_enough() {
    let yes = |question: &str| json!({ "question": question, "operator": "=", "answerBoolean": true });
    let items = json!([
        { "linkId": "a", "type": "boolean" }, { "linkId": "c", "type": "boolean" },
        { "linkId": "b", "type": "string", "required": true, "enableWhen": [yes("a"), yes("c")] },
    ]);
    assert_eq!(of(&form(items.clone())).1, ["enableBehaviorMissing"]);
    let answered = json!([{ "linkId": "c", "answer": [{ "valueBoolean": true }] }]);
    assert_eq!(judged(items.clone(), answered), [("b".to_owned(), "required")]);
    assert_eq!(judged(items, json!([])), vec![]);
}

#[test]
fn unequal_holds_for_answers_that_are_all_others() {
    let items = json!([
        { "linkId": "a", "type": "integer", "repeats": true },
        { "linkId": "b", "type": "string", "required": true,
            "enableWhen": [{ "question": "a", "operator": "!=", "answerInteger": 5 }] },
    ]);
    let answers = |all: &[i32]| {
        let all: Vec<Value> = all.iter().map(|one| json!({ "valueInteger": one })).collect();
        json!([{ "linkId": "a", "answer": all }])
    };
    let required = vec![("b".to_owned(), "required")];
    assert_eq!(judged(items.clone(), answers(&[4])), required);
    assert_eq!(judged(items.clone(), answers(&[4, 5])), vec![]);
    assert_eq!(judged(items.clone(), answers(&[5])), vec![]);
    assert_eq!(judged(items, json!([])), vec![], "unanswered");
}
