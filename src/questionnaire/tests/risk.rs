//! The five-color grading of a pregnancy: its vectors, its table, and flags beside the level.

use std::collections::BTreeMap;

use super::super::{Assessment, Finding, Mode, Outcome, Who, assess};
use super::*;

const NAME: &str = "pregnancy-risk-screening";
const LISTS: [(&str, usize); 4] = [
    ("vectors", 10),
    ("boundary", 23),
    ("suggestions", 42),
    ("missing", 6),
];

fn screening() -> std::sync::Arc<Form> {
    compile(
        &content(&format!("{NAME}/1.0.0.json")),
        Some(&content(&format!("{NAME}/1.0.0.rules.json"))),
    )
    .unwrap()
}

fn vectors() -> Value {
    content(&format!("{NAME}/1.0.0.vectors.json"))
}

/// The base of the vectors with other answers, all the way through the check of a submission.
fn graded(form: &Form, data: &Value, changes: &Value) -> Assessment {
    let context = Context::at(time(data["now"].as_str().unwrap()));
    let flat = with(data["base"].as_object().unwrap().clone(), changes);
    let checked = form.check(&form.response_from_flat(&flat), Mode::SubmitStrict, &context);
    assert_eq!(codes(&checked.errors), vec![], "{changes}");
    assess(form, &checked.answers, &context)
}

fn ids<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<&'a str> {
    findings.map(|finding| finding.rule.as_str()).collect()
}

#[test]
fn every_vector_of_the_grading_comes_out_as_given() {
    let (form, data) = (screening(), vectors());
    let mut wrong = Vec::new();
    for (list, count) in LISTS {
        let cases = data[list].as_array().unwrap();
        assert_eq!(cases.len(), count, "{list}");
        for case in cases {
            let result = graded(&form, &data, &case["answers"]);
            let mut flags: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for finding in result.fired() {
                if let Some(flag) = &finding.flag {
                    flags.entry(flag).or_default().push(&finding.rule);
                }
            }
            assert!(flags.keys().eq(result.flags.iter()));
            let unknown = |finding: &&Finding| finding.outcome == Outcome::Indeterminate;
            let given = json!({
                "hits": ids(result.fired().filter(|finding| finding.flag.is_none())),
                "level": result.level,
                "flags": flags,
                "not_assessed": ids(result.findings.iter().filter(unknown)),
            });
            if given != case["expected"] {
                let name = format!("{list} {}{}", case["id"], case["name"]);
                wrong.push(format!("{name}: {given}\n   expected {}", case["expected"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_row_that_is_ticked_fires_and_names_the_answer() {
    let (form, data) = (screening(), vectors());
    let mut ticked = 0;
    let groups = form.definition().item.iter();
    for item in groups.flat_map(|group| &group.item) {
        for option in &item.answer_option {
            let code = option.other["valueCoding"]["code"].as_str().unwrap();
            let Some(rule) = form.rule(code) else { continue };
            let link_id = item.link_id.as_str();
            let result = graded(&form, &data, &json!({link_id: [code]}));
            let finding = result.fired().find(|finding| finding.rule == code).unwrap();
            assert_eq!(finding.decided_by, vec![(link_id.to_owned(), json!([code]))]);
            match &rule.flag {
                Some(flag) => assert!(result.flags.contains(flag), "{code}"),
                None => assert_eq!(result.level, rule.level, "{code}"),
            }
            ticked += 1;
        }
    }
    assert_eq!(ticked, 112);
}

#[test]
fn the_table_is_whole_and_purple_is_no_level() {
    let form = screening();
    assert_eq!(form.levels(), ["green", "yellow", "orange", "red"]);
    let count = |letter: char| form.rules().filter(|rule| rule.id.starts_with(letter)).count();
    assert_eq!(
        "GYORPSA".chars().map(count).collect::<Vec<_>>(),
        [1, 36, 36, 33, 1, 37, 15]
    );
    for rule in form.rules() {
        let level = match rule.id.as_bytes()[0] {
            b'G' => "green",
            b'Y' => "yellow",
            b'O' => "orange",
            b'R' => "red",
            _ => "",
        };
        assert_eq!(rule.level, level, "{}", rule.id);
        assert_eq!(rule.flag.is_none(), !level.is_empty(), "{}", rule.id);
        assert_eq!(rule.flag.as_deref() == Some("purple"), rule.id == "P1");
        assert_eq!(rule.confirmed, !rule.source.contains("GK"), "{}", rule.id);
    }
}

#[test]
fn nothing_of_the_grading_is_asked_of_her() {
    let form = screening();
    assert!(form.questions().all(|item| form.who(item) == Some(Who::Staff)));
    assert!(form.rules().all(|rule| !rule.inject));
    let empty = assess(
        &form,
        &Answers::default(),
        &Context::at(time("2025-09-01T02:00:00Z")),
    );
    assert_eq!(ids(empty.fired()), Vec::<&str>::new());
}

/// Faults of a table with one rule that has these members.
fn faults(members: Value) -> Vec<&'static str> {
    let mut rule = json!({"id": "r", "when": {"item": "a", "is": true}, "staff": "", "patient": {"zh": "文", "en": "text"},
        "source": "", "confirmed": true});
    rule.as_object_mut()
        .unwrap()
        .extend(members.as_object().unwrap().clone());
    let rules = json!({"form": "https://muan.invalid/fhir/Questionnaire/small|1.0.0", "version": "1.0.0",
        "levels": ["none", "red"], "flags": ["purple"], "rules": [rule]});
    compile(&small(&[("a", "boolean", json!({}))]), Some(&rules))
        .err()
        .into_iter()
        .flatten()
        .map(|fault| fault.code)
        .collect()
}

#[test]
fn a_rule_has_a_level_or_a_flag_that_the_table_knows() {
    assert_eq!(faults(json!({"level": "red"})), Vec::<&str>::new());
    assert_eq!(faults(json!({"flag": "purple"})), Vec::<&str>::new());
    for wrong in [
        json!({}),
        json!({"level": "blue"}),
        json!({"flag": "violet"}),
        json!({"flag": "purple", "level": "red"}),
    ] {
        assert_eq!(faults(wrong.clone()), ["ruleTypeMismatch"], "{wrong}");
    }
}

#[test]
fn a_flag_stands_beside_the_level_and_takes_no_part_in_it() {
    let rule = |id: &str, member: &str, value: &str, item: &str| {
        json!({"id": id, member: value, "when": {"item": item, "is": true}, "staff": "",
            "patient": {"zh": "文", "en": "text"}, "source": "", "confirmed": true})
    };
    let rules = json!({"form": "https://muan.invalid/fhir/Questionnaire/small|1.0.0", "version": "1.0.0",
        "levels": ["none", "red"], "flags": ["purple"],
        "rules": [rule("l", "level", "red", "a"), rule("f", "flag", "purple", "b")]});
    let items = [("a", "boolean", json!({})), ("b", "boolean", json!({}))];
    let form = compile(&small(&items), Some(&rules)).unwrap();
    let graded = |a: bool, b: bool| {
        let result = assess(
            &form,
            &answers(&form, &json!({"a": a, "b": b})),
            &Context::at(time("2025-09-01T02:00:00Z")),
        );
        (result.level, result.told_level, result.flags.len())
    };
    let told = |level: &str, flags| (level.to_owned(), Some(level.to_owned()), flags);
    assert_eq!(graded(false, true), told("none", 1));
    assert_eq!(graded(true, true), told("red", 1));
    assert_eq!(graded(true, false), told("red", 0));
}
