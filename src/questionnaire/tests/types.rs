//! Quantities, value sets, options of other types, read-only questions, the period of a form.

use super::super::{Mode, compile_foreign};
use super::*;

const FHIR: &str = "http://hl7.org/fhir/StructureDefinition/";

fn answered(form: &Form, link_id: &str, answer: Value) -> Vec<String> {
    let response =
        json!({"resourceType": "QuestionnaireResponse", "item": [{"linkId": link_id, "answer": [answer]}]});
    let result = form.check(&response, Mode::Submit, &at());
    result
        .errors
        .iter()
        .map(|problem| problem.code.to_owned())
        .collect()
}

#[test]
fn a_quantity_has_one_of_its_units_and_keeps_its_limits() {
    let unit =
        |code: &str| json!({"url": format!("{FHIR}questionnaire-unitOption"), "valueCoding": {"code": code}});
    let form = compiled(&[(
        "w",
        "quantity",
        json!({"extension": [unit("kg"), unit("g"),
            {"url": format!("{FHIR}minValue"), "valueQuantity": {"value": 1, "code": "kg"}},
            {"url": format!("{FHIR}maxValue"), "valueDecimal": 300},
            {"url": format!("{FHIR}maxDecimalPlaces"), "valueInteger": 1}]}),
    )]);
    let weighs = |quantity: Value| answered(&form, "w", json!({"valueQuantity": quantity}));
    assert_eq!(weighs(json!({"value": 72.5, "code": "kg"})), Vec::<String>::new());
    assert_eq!(weighs(json!({"value": 72.5, "code": "[lb_av]"})), ["invalidUnit"]);
    assert_eq!(weighs(json!({"value": 72.5})), ["invalidUnit"]);
    assert_eq!(weighs(json!({"value": 0.5, "code": "kg"})), ["minValue"]);
    assert_eq!(
        weighs(json!({"value": 0.5, "code": "g"})),
        Vec::<String>::new(),
        "of another unit"
    );
    assert_eq!(weighs(json!({"value": 301, "code": "kg"})), ["maxValue"]);
    assert_eq!(
        weighs(json!({"value": 72.55, "code": "kg"})),
        ["maxDecimalPlaces"]
    );
    for wrong in [
        json!({"code": "kg"}),
        json!({"value": "72"}),
        json!({"value": 7, "comparator": "<"}),
        json!(7),
    ] {
        assert_eq!(weighs(wrong), ["invalidAnswerType"]);
    }
}

fn sets() -> Value {
    let display = |zh: &str, en: &str| {
        json!({"code": zh, "display": zh, "_display": {"extension": [{"url": format!("{FHIR}translation"),
        "extension": [{"url": "lang", "valueCode": "en"}, {"url": "content", "valueString": en}]}]}})
    };
    json!([
        {"resourceType": "ValueSet", "id": "listed", "status": "active",
            "compose": {"include": [{"system": "urn:s", "concept": [display("甲", "A"), display("乙", "B")]}]}},
        {"resourceType": "ValueSet", "id": "units", "status": "active",
            "expansion": {"contains": [{"system": "http://unitsofmeasure.org", "code": "kg"}]}},
        {"resourceType": "ValueSet", "id": "named", "status": "active", "compose": {"include": [{"system": "urn:s"}]}},
    ])
}

#[test]
fn a_contained_value_set_gives_the_options() {
    let mut document = small(&[
        ("c", "choice", json!({"answerValueSet": "#listed"})),
        (
            "w",
            "quantity",
            json!({"extension": [{"url": format!("{FHIR}questionnaire-unitValueSet"), "valueCanonical": "#units"}]}),
        ),
    ]);
    document["contained"] = sets();
    let form = compile(&document, None).unwrap();
    let chosen = |coding: Value| answered(&form, "c", json!({"valueCoding": coding}));
    assert_eq!(
        chosen(json!({"system": "urn:s", "code": "甲"})),
        Vec::<String>::new()
    );
    assert_eq!(
        chosen(json!({"system": "urn:s", "code": "丙"})),
        ["invalidAnswerOption"]
    );
    assert_eq!(
        chosen(json!({"system": "urn:t", "code": "甲"})),
        ["invalidCoding"]
    );
    let weighs = |code: &str| answered(&form, "w", json!({"valueQuantity": {"value": 7, "code": code}}));
    assert_eq!(weighs("kg"), Vec::<String>::new());
    assert_eq!(weighs("g"), ["invalidUnitValueSet"]);
    for elsewhere in ["#named", "#none", "http://example.org/elsewhere"] {
        document["item"][0]["answerValueSet"] = json!(elsewhere);
        let faults = compile(&document, None).unwrap_err();
        assert_eq!(
            (faults[0].code, faults[0].pointer.as_str()),
            ("unsupportedElement", "/item/0/answerValueSet")
        );
        let foreign = compile_foreign(&document).unwrap();
        assert_eq!(
            answered(&foreign, "c", json!({"valueCoding": {"code": "whatever"}})),
            Vec::<String>::new(),
            "kept and never fetched"
        );
    }
}

#[test]
fn options_may_be_texts_numbers_dates_and_times() {
    let english = json!({"extension": [{"url": format!("{FHIR}translation"),
        "extension": [{"url": "lang", "valueCode": "en"}, {"url": "content", "valueString": "often"}]}]});
    let mut document = small(&[("c", "choice", json!({})), ("o", "open-choice", json!({}))]);
    let options = json!([{"valueString": "经常", "_valueString": english}, {"valueInteger": 3}, {"valueDate": "2026-01-01"},
        {"valueTime": "08:30:00"}]);
    document["item"][0]["answerOption"] = options.clone();
    document["item"][1]["answerOption"] = options;
    document["item"].as_array_mut().unwrap().push(
        small(&[(
            "b",
            "boolean",
            json!({"required": true, "enableWhen": [{"question": "c", "operator": ">", "answerInteger": 2}]}),
        )])["item"][0]
            .clone(),
    );
    let form = compile(&document, None).unwrap();
    let chosen = |item: &str, answer: Value| {
        answered(&form, item, answer)
            .into_iter()
            .filter(|code| code != "required")
            .collect::<Vec<_>>()
    };
    for fitting in [
        json!({"valueString": "经常"}),
        json!({"valueInteger": 3}),
        json!({"valueDate": "2026-01-01"}),
        json!({"valueTime": "08:30:00"}),
    ] {
        assert_eq!(chosen("c", fitting), Vec::<String>::new());
    }
    assert_eq!(chosen("c", json!({"valueInteger": 4})), ["invalidAnswerOption"]);
    assert_eq!(
        chosen("c", json!({"valueString": "别的"})),
        ["invalidAnswerOption"]
    );
    assert_eq!(chosen("c", json!({"valueDecimal": 3.0})), ["invalidAnswerType"]);
    assert_eq!(chosen("o", json!({"valueString": "别的"})), Vec::<String>::new());
    assert_eq!(answered(&form, "c", json!({"valueInteger": 3})), ["required"]);
    document["item"][0]["answerOption"][0]["_valueString"] = Value::Null;
    assert!(
        compile(&document, None)
            .unwrap_err()
            .iter()
            .any(|fault| fault.code == "missingTranslation")
    );
}

#[test]
fn what_is_selected_at_first_stands_in_a_new_draft() {
    let options =
        json!([{"valueCoding": {"code": "x"}}, {"valueCoding": {"code": "y"}, "initialSelected": true}]);
    let form = compiled(&[("c", "choice", json!({"answerOption": options}))]);
    assert_eq!(form.draft()["item"][0]["answer"][0]["valueCoding"]["code"], "y");
    let both = json!({"answerOption": options, "initial": [{"valueCoding": {"code": "x"}}]});
    let faults = compile(&small(&[("c", "choice", both)]), None).unwrap_err();
    assert_eq!(faults[0].pointer, "/item/0/initial");
    for initial in [
        json!([{"valueBoolean": "yes"}]),
        json!([{"valueBoolean": true}, {"valueBoolean": false}]),
        json!([{}]),
    ] {
        let faults = compile(&small(&[("a", "boolean", json!({"initial": initial}))]), None).unwrap_err();
        assert_eq!(faults[0].code, "ruleTypeMismatch");
    }
}

#[test]
fn a_read_only_question_says_what_the_form_says() {
    let form = compiled(&[(
        "v",
        "integer",
        json!({"readOnly": true, "initial": [{"valueInteger": 7}]}),
    )]);
    let right = submit(&form, json!({"v": 7}));
    assert_eq!((codes(&right.errors), codes(&right.warnings)), (vec![], vec![]));
    let wrong = submit(&form, json!({"v": 8}));
    assert_eq!(codes(&wrong.warnings), [("v", "calculatedReplaced")]);
    assert_eq!(
        wrong.normalized["item"][0]["answer"],
        json!([{"valueInteger": 7}])
    );
    assert_eq!(wrong.answers.get("v")[0].number(), Some(7.into()));
}

#[test]
fn a_reference_is_judged_for_its_shape_only() {
    let form = compiled(&[("r", "reference", json!({}))]);
    for reference in [
        json!({"reference": "Patient/1"}),
        json!({"identifier": {"value": "1"}}),
        json!({"display": "甲"}),
    ] {
        assert_eq!(
            answered(&form, "r", json!({"valueReference": reference})),
            Vec::<String>::new()
        );
    }
    for wrong in [json!({}), json!("Patient/1"), json!({"reference": 1})] {
        assert_eq!(
            answered(&form, "r", json!({"valueReference": wrong})),
            ["invalidAnswerType"]
        );
    }
}

#[test]
fn outside_its_period_a_form_is_inactive() {
    let mut document = small(&[("a", "boolean", json!({}))]);
    let warned = |document: &Value, mode: Mode| {
        let form = compile(document, None).unwrap();
        codes(&judge(&form, json!({"a": true}), mode).warnings).contains(&("", "questionnaireInactive"))
    };
    // It is 2025-09-01 10:00 at the clinic.
    for (period, outside) in [
        (json!({"start": "2025-09-01"}), false),
        (json!({"start": "2025-09-02"}), true),
        (json!({"end": "2025-09"}), false),
        (json!({"end": "2025-08"}), true),
        (json!({"start": "2025-09-01T10:00:01+08:00"}), true),
    ] {
        document["effectivePeriod"] = period.clone();
        assert_eq!(warned(&document, Mode::Submit), outside, "{period}");
        assert!(!warned(&document, Mode::Draft));
    }
    document["effectivePeriod"] = json!({"start": "soon"});
    assert_eq!(
        compile(&document, None).unwrap_err()[0].pointer,
        "/effectivePeriod/start"
    );
}
