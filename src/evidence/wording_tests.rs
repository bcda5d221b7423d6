//! What the shipped consent templates promise, whatever language they speak.

use serde_json::{Map, Value};

use super::tests::{EN, ENGINE, ZH};
use crate::base::canonical;

fn templates() -> [Value; 2] {
    [ZH, EN].map(|template| canonical::parse(template.as_bytes()).unwrap())
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a Vec<Value> {
    value.pointer(pointer).and_then(Value::as_array).unwrap()
}

fn section<'a>(template: &'a Value, id: &str) -> &'a Value {
    list(template, "/sections")
        .iter()
        .find(|section| section["id"] == id)
        .unwrap()
}

fn risks(template: &Value) -> impl Iterator<Item = &Value> {
    list(template, "/sections")
        .iter()
        .filter(|part| part["kind"] == "risks")
        .flat_map(|part| list(part, "/risks"))
}

fn texts(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text}\n"),
        Value::Array(items) => items.iter().map(texts).collect(),
        Value::Object(members) => members.values().map(texts).collect(),
        _ => String::new(),
    }
}

/// Everything but the words: the members, and the values of those that are codes or numbers.
fn shape(value: &Value) -> Value {
    const CODES: [&str; 12] = [
        "id", "kind", "code", "key", "answer", "lesson", "section", "source", "severity", "role", "schema",
        "version",
    ];
    match value {
        Value::String(_) => Value::Null,
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, member)| match key.as_str() {
                "labels" if member.is_object() => {
                    (key.clone(), member.as_object().unwrap().keys().cloned().collect())
                }
                code if CODES.contains(&code) && member.is_string() => (key.clone(), member.clone()),
                _ => (key.clone(), shape(member)),
            })
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

#[test]
fn every_language_has_the_same_shape() {
    let [zh, en] = templates();
    assert_eq!(shape(&zh), shape(&en));
}

#[test]
fn every_word_can_be_hashed_and_printed() {
    for template in templates() {
        assert!(
            canonical::template_id(&template)
                .unwrap()
                .starts_with("ct1:sha256:")
        );
        assert_eq!(ENGINE.check(&texts(&template)), Ok(()));
    }
}

#[test]
fn the_twenty_sections_stand_in_their_order() {
    for template in templates() {
        let numbers: Vec<_> = list(&template, "/sections")
            .iter()
            .map(|part| part["no"].as_u64().unwrap())
            .collect();
        assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
    }
}

#[test]
fn the_reading_floor_is_a_quarter_of_reading_time_and_at_least_two_seconds() {
    let [zh, _] = templates();
    for part in list(&zh, "/sections") {
        let floor = part["min_read_ms"].as_u64().unwrap();
        let characters = part["text"].as_str().unwrap().chars().count() as u64;
        assert!(
            floor >= 2000 && floor >= characters * 60_000 / 400 / 4,
            "{}",
            part["id"]
        );
    }
}

#[test]
fn every_risk_has_a_frequency_and_a_source_that_is_listed() {
    for template in templates() {
        for risk in risks(&template) {
            assert!(!risk["frequency"].as_str().unwrap().is_empty());
            assert!(
                list(&template, "/sources")
                    .iter()
                    .any(|source| source["id"] == risk["source"]),
                "{risk}"
            );
            assert!(
                risk["source"] != "GK" || risk["confirmed"] == false,
                "general knowledge is not confirmed: {risk}"
            );
        }
    }
}

#[test]
fn the_four_critical_questions_are_always_asked() {
    for template in templates() {
        let questions = list(&template, "/comprehension/questions");
        let critical: Vec<_> = questions
            .iter()
            .filter(|q| q["critical"] == true)
            .map(|q| q["id"].clone())
            .collect();
        assert_eq!(questions.len(), 12);
        assert_eq!(&critical, list(&template, "/comprehension/antenatal/always"));
    }
}

#[test]
fn every_question_has_its_answer_its_section_and_no_option_twice() {
    for template in templates() {
        for question in list(&template, "/comprehension/questions") {
            let options = list(question, "/options");
            let texts: std::collections::HashSet<_> =
                options.iter().map(|option| option["text"].as_str()).collect();
            assert_eq!(texts.len(), options.len());
            assert!(options.iter().any(|option| option["code"] == question["answer"]));
            section(&template, question["section"].as_str().unwrap());
        }
    }
}

#[test]
fn confidential_findings_name_no_option_of_their_own() {
    for template in templates() {
        let confidential = list(&template, "/injection/confidential");
        let prefixes: Vec<_> = list(&template, "/comprehension/own_risk/labels")
            .iter()
            .flat_map(|label| list(label, "/rules"))
            .collect();
        assert!(
            prefixes
                .iter()
                .all(|prefix| !confidential.contains(prefix) && **prefix != "R-SUB-")
        );
    }
}

#[test]
fn treatment_is_all_that_is_agreed_to_and_emergency_approval_is_off() {
    for template in templates() {
        let statements = list(section(&template, "statements"), "/statements");
        // The use of her data has agreements of its own, with their own no and withdrawal (CE-008).
        assert!(statements.iter().all(|statement| statement["required"] == true));
        let ids: Vec<_> = statements.iter().map(|statement| &statement["id"]).collect();
        assert_eq!(ids, ["told", "time", "truth", "change_mind", "emergency"]);
        assert_eq!(template["emergency_allowed"], false);
        assert_eq!(
            (&template["validity_days"], &template["sign_deadline_hours"]),
            (&30.into(), &336.into())
        );
    }
}
