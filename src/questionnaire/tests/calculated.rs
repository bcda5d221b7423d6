//! Scores for other software.

use serde_json::{Value, json};

use super::{assessment, at, codes, compile, content, small};
use crate::questionnaire::Mode;

#[test]
fn every_score_has_an_expression_and_those_of_the_answers_alone_are_served() {
    let published = assessment();
    let all: Vec<&str> = published.authored.expressions().map(|(score, _)| score).collect();
    assert_eq!(
        all,
        [
            "age",
            "ga_weeks",
            "bmi_now",
            "bmi_pre",
            "aptt_ratio",
            "sbp",
            "dbp"
        ]
    );
    let hidden = |served: Value| -> Vec<String> {
        let items = served["item"].as_array().unwrap().iter();
        let calculated = items.filter(|item| item["readOnly"] == true);
        calculated
            .map(|item| item["linkId"].as_str().unwrap().to_owned())
            .collect()
    };
    let served = |form: &crate::questionnaire::Form| serde_json::to_value(form.served()).unwrap();
    assert_eq!(
        hidden(served(&published.patient)),
        ["score.age", "score.ga_weeks", "score.bmi_now", "score.bmi_pre"]
    );
    assert!(
        hidden(served(&published.staff)).is_empty(),
        "the limit of the hospital is not in the form"
    );
    assert!(
        hidden(served(&published.recheck)).is_empty(),
        "no height at the re-check"
    );
}

#[test]
fn expressions_name_the_whole_path_and_avoid_what_engines_do_differently() {
    let published = assessment();
    for (score, expression) in published.authored.expressions() {
        assert!(
            expression.contains("%resource.item.where(linkId = 'group."),
            "{score}"
        );
        for word in ["round(", "ordinal(", "sum("] {
            assert!(!expression.contains(word), "{score}: {word}");
        }
    }
}

#[test]
fn a_sum_is_one_choice_after_another() {
    let options = json!([
        { "valueCoding": { "code": "never" },
          "extension": [{ "url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 0 }] },
        { "valueCoding": { "code": "often" },
          "extension": [{ "url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 3 }] },
    ]);
    let form = small(&[
        ("a", "choice", json!({ "answerOption": options })),
        ("b", "choice", json!({ "answerOption": options })),
    ]);
    let canonical = format!(
        "{}|{}",
        form["url"].as_str().unwrap(),
        form["version"].as_str().unwrap()
    );
    let rules = json!({ "form": canonical, "version": "1.0.0", "levels": ["none"],
        "scores": [{ "id": "total", "kind": "ordinalSum", "items": ["a", "b"] }] });
    let form = compile(&form, Some(&rules)).unwrap();
    let (_, expression) = form.expressions().next().unwrap();
    let one = |link_id: &str| {
        let code = format!("%resource.item.where(linkId = '{link_id}').answer.value.code");
        format!("iif({code} = 'never', 0, iif({code} = 'often', 3, {{}}))")
    };
    assert_eq!(expression, format!("{} + {}", one("a"), one("b")));

    let answer = |code: &str| json!([{ "valueCoding": { "code": code } }]);
    let with = |total: Value| {
        json!({ "resourceType": "QuestionnaireResponse", "item": [
            { "linkId": "a", "answer": answer("often") }, { "linkId": "b", "answer": answer("often") },
            { "linkId": "score.total", "answer": [total] },
        ] })
    };
    let right = form.check(&with(json!({ "valueDecimal": 6.0 })), Mode::Submit, &at());
    assert!(right.errors.is_empty() && right.warnings.is_empty());
    assert_eq!(
        right.normalized["item"].as_array().unwrap().len(),
        2,
        "never kept"
    );
    let wrong = form.check(&with(json!({ "valueDecimal": 5 })), Mode::Submit, &at());
    assert_eq!(codes(&wrong.warnings), [("score.total", "calculatedReplaced")]);
    assert_eq!(wrong.warnings[0].pointer, "/item/2");
    let inside = json!({ "resourceType": "QuestionnaireResponse", "item": [{ "linkId": "score.other" }] });
    assert_eq!(
        codes(&form.check(&inside, Mode::Draft, &at()).errors),
        [("", "invalidLinkId")]
    );
}

#[test]
fn every_form_is_served_with_its_texts_in_both_languages() {
    let form = compile(
        &content("pregnancy-risk-screening/1.0.0.json"),
        Some(&content("pregnancy-risk-screening/1.0.0.rules.json")),
    )
    .unwrap();
    let served = form.served();
    let added = served
        .item
        .iter()
        .filter(|item| item.link_id.starts_with("score."));
    let mut count = 0;
    for item in added {
        assert!(crate::questionnaire::english(&item.other, "_text").is_some());
        count += 1;
    }
    assert_eq!(count, 3);
}
