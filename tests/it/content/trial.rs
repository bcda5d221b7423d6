//! `content try`: answers in, what each rule makes of them out.

use std::io::Write;
use std::process::{Output, Stdio};

use muan::content::{Content, Origin};
use serde_json::{Map, Value, json};

use super::{command, copied, edit, one_line, text};

const NOW: &str = "2025-09-01T10:00:00+08:00";

fn vectors(name: &str) -> Value {
    let path = format!(
        "{}/content/questionnaires/{name}/1.0.0.vectors.json",
        env!("CARGO_MANIFEST_DIR")
    );
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The bases with the changes of a case.
fn answers(document: &Value, bases: &[&str], case: &Value) -> Value {
    let mut all = Map::new();
    for part in bases.iter().map(|base| &document[base]).chain([&case["answers"]]) {
        all.extend(part.as_object().unwrap().clone());
    }
    all.retain(|_, value| !value.is_null());
    Value::Object(all)
}

/// `content try` over standard input.
pub fn tried(arguments: &[&str], input: &str) -> Output {
    let (form, options) = arguments.split_first().unwrap();
    let mut child = command(&["try", form, "-"])
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A program that refuses its arguments does not read.
    let input = input.to_owned();
    let writer = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn lines(output: &Output) -> Vec<Value> {
    let lines = text(&output.stdout).lines();
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[track_caller]
pub fn all_of(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
    lines(output)
}

/// One set in pregnancy at a fixed time.
#[track_caller]
fn one(set: &Value) -> Value {
    let output = tried(&["pre-analgesia", "--now", NOW], &set.to_string());
    let mut all = all_of(&output);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn came_out(line: &Value, outcome: &str) -> Vec<String> {
    let findings = line["findings"].as_array().unwrap().iter();
    findings
        .filter(|finding| finding["outcome"] == outcome)
        .map(|finding| finding["rule"].as_str().unwrap().to_owned())
        .collect()
}

fn remarks(list: &Value) -> Vec<(&str, &str)> {
    let list = list.as_array().unwrap().iter();
    list.map(|remark| {
        assert!(!remark["message"].as_str().unwrap().is_empty());
        (
            remark["link_id"].as_str().unwrap_or_default(),
            remark["code"].as_str().unwrap(),
        )
    })
    .collect()
}

#[test]
fn every_vector_of_the_assessment_comes_out_as_given() {
    let document = vectors("pre-analgesia");
    let mut count = 0;
    for (phase, bases) in [
        ("antenatal", &["base"][..]),
        ("recheck", &["base", "recheck_base"][..]),
    ] {
        let lists = ["vectors", "boundary"].into_iter();
        let cases: Vec<&Value> = lists
            .flat_map(|list| document[list].as_array().unwrap())
            .filter(|case| case["phase"] == phase)
            .collect();
        let input: Vec<String> = cases
            .iter()
            .map(|case| answers(&document, bases, case).to_string())
            .collect();
        let now = document["contexts"][phase]["now"].as_str().unwrap();
        let output = tried(
            &["pre-analgesia|1.0.0", "--phase", phase, "--now", now],
            &input.join("\n"),
        );
        let all = all_of(&output);
        assert_eq!(all.len(), cases.len());
        for (line, case) in all.iter().zip(cases) {
            let given = json!({
                "hits": came_out(line, "fired"), "level": line["level"], "urgent": line["urgent"],
                "status": line["status"], "missing": line["missing"], "not_before": line["not_before"],
            });
            let expected = &case["expected"];
            let expected = json!({
                "hits": expected["hits"], "level": expected["level"], "urgent": expected["urgent"],
                "status": expected["status"], "missing": expected["missing"], "not_before": expected["not_before"],
            });
            assert_eq!(given, expected, "{}{}", case["id"], case["name"]);
            assert_eq!(line["findings"].as_array().unwrap().len(), 147);
            count += 1;
        }
    }
    assert_eq!(count, 182);
}

#[test]
fn flags_stand_beside_the_level() {
    let document = vectors("pregnancy-risk-screening");
    let cases: Vec<&Value> = ["vectors", "boundary", "suggestions", "missing"]
        .into_iter()
        .flat_map(|list| document[list].as_array().unwrap())
        .collect();
    let sets: Vec<Value> = cases
        .iter()
        .map(|case| answers(&document, &["base"], case))
        .collect();
    let now = document["now"].as_str().unwrap();
    let output = tried(
        &["pregnancy-risk-screening", "--now", now],
        &json!(sets).to_string(),
    );
    for (line, case) in all_of(&output).iter().zip(cases) {
        assert_eq!(line["level"], case["expected"]["level"], "{case}");
        let expected: Vec<&String> = case["expected"]["flags"].as_object().unwrap().keys().collect();
        let flags = line["flags"].as_array().into_iter().flatten();
        assert!(flags.map(|flag| flag.as_str().unwrap()).eq(expected), "{case}");
        assert_eq!(
            json!(came_out(line, "indeterminate")),
            case["expected"]["not_assessed"]
        );
    }
}

#[test]
fn a_finding_names_what_decided_it_and_no_answer_is_no_refusal() {
    let low = one(&json!({"lab.plt": 49}));
    assert_eq!(
        (&low["status"], &low["level"]),
        (&json!("incomplete"), &json!("absolute"))
    );
    let finding = |line: &Value| -> Value {
        let findings = line["findings"].as_array().unwrap().iter();
        findings
            .clone()
            .find(|one| one["rule"] == "R-PLT-1")
            .unwrap()
            .clone()
    };
    assert_eq!(
        finding(&low),
        json!({"rule": "R-PLT-1", "outcome": "fired", "level": "absolute", "kind": "temporary",
            "decided_by": [{"link_id": "lab.plt", "value": 49}], "source": "SOAP-PLT21"})
    );
    let nothing = one(&json!({}));
    assert_eq!(
        (&nothing["errors"], &nothing["warnings"]),
        (&json!([]), &json!([]))
    );
    assert_eq!(finding(&nothing)["outcome"], "indeterminate");
    assert_eq!(finding(&nothing)["missing"], json!(["lab.plt"]));
    assert_eq!(nothing["scores"]["age"], Value::Null);
}

#[test]
fn a_response_is_tried_like_flat_answers() {
    let document = vectors("pre-analgesia");
    let flat = answers(&document, &["base"], &json!({"answers": {"stf.sepsis": true}}));
    let content = Content::open(Origin::BuiltIn).unwrap_or_else(|_| unreachable!());
    let form = content.forms.whole("pre-analgesia", None).unwrap();
    let mut response = form.response_from_flat(flat.as_object().unwrap());
    assert_eq!(one(&response), one(&flat));
    // A part of the assessment is a part of it; another form is not.
    response["questionnaire"] = json!("https://muan.invalid/fhir/Questionnaire/pre-analgesia-staff|1.0.0");
    assert_eq!(one(&response), one(&flat));
    response["questionnaire"] = json!("https://muan.invalid/fhir/Questionnaire/satisfaction|1.0.0");
    assert_eq!(remarks(&one(&response)["warnings"]), [("", "otherQuestionnaire")]);
}

#[test]
fn what_is_wrong_with_an_answer_is_told_and_the_rest_counts() {
    let line = one(
        &json!({"lab.plt": "many", "no.such": 1, "inf.temp_c": 44.0, "bld.lmwh_dose": "prophylactic",
        "prf.wish": "perhaps", "bld.signs": ["bruise", "purple"], "stf.sepsis": true}),
    );
    assert_eq!(
        remarks(&line["errors"]),
        [
            ("no.such", "invalidLinkId"),
            ("bld.signs", "invalidAnswerOption"),
            ("lab.plt", "invalidAnswerType"),
            ("prf.wish", "invalidAnswerOption"),
        ]
    );
    assert_eq!(
        remarks(&line["warnings"]),
        [
            ("inf.temp_c", "maxValue"),
            ("bld.lmwh_dose", "disabledAnswerDropped")
        ]
    );
    assert!(came_out(&line, "fired").contains(&"R-SEP-1".to_owned()), "{line}");
    // An answer that could not be read leaves its rules open; it does not clear them.
    for rule in ["R-PLT-1", "R-REF-1"] {
        assert!(
            came_out(&line, "indeterminate").contains(&rule.to_owned()),
            "{rule}"
        );
    }
}

#[test]
fn a_broken_line_is_named_and_the_others_are_tried() {
    let input =
        "{\"lab.plt\": 49}\n{\"lab.plt\": \n\n[1]\n{\"resourceType\": \"Patient\"}\n{\"lab.plt\": 212}\n";
    let output = tried(&["pre-analgesia"], input);
    assert_eq!(output.status.code(), Some(1));
    let all = lines(&output);
    let low: Vec<bool> = all
        .iter()
        .map(|line| came_out(line, "fired").contains(&"R-PLT-1".to_owned()))
        .collect();
    assert_eq!(low, [true, false]);
    let told: Vec<&str> = text(&output.stderr).lines().collect();
    assert_eq!(told.len(), 3, "{told:?}");
    for (line, place) in told.iter().zip(["line 2: ", "line 4, element 1: ", "line 5: "]) {
        assert!(
            line.starts_with("muan: standard input: ") && line.contains(place),
            "{line}"
        );
    }
}

#[test]
fn one_document_may_be_spread_over_lines() {
    let spread = serde_json::to_string_pretty(&json!([{"lab.plt": 49}, {"lab.plt": 212}])).unwrap();
    assert_eq!(all_of(&tried(&["pre-analgesia"], &spread)).len(), 2);
    let output = tried(&["pre-analgesia"], &spread.replace("49", "4x"));
    assert!(one_line(&output).contains("line 3: "), "{output:?}");
    let output = tried(
        &["pre-analgesia"],
        "[\n{\"lab.plt\": 49},\n{\"lab.plt\": }\n{\"lab.plt\": 212}\n]",
    );
    assert!(one_line(&output).contains("line 3: "), "{output:?}");
    assert_eq!(all_of(&tried(&["pre-analgesia"], "[]")).len(), 0);
}

#[test]
fn no_input_makes_it_crash() {
    let deep = "[".repeat(100_000);
    for input in ["", " \n", "\u{feff}", "null", "7", "\"x\"", "{", deep.as_str()] {
        one_line(&tried(&["pre-analgesia"], input));
    }
    for input in [
        r#"{"a": 1e999}"#,
        r#"{"lab.plt": {"a": [1]}, "bld.drug": [[]], "id.name": {}}"#,
        r#"{"resourceType": "QuestionnaireResponse", "item": 7}"#,
        r#"{"resourceType": "QuestionnaireResponse", "item": [7, {"linkId": 7}, {"linkId": "group.lab", "answer": 1, "item": {}}]}"#,
        r#"{"lab.plt": 99999999999999999999, "inf.temp_c": 1e300, "preg.edd": "2025-02-30", "": 1}"#,
    ] {
        let all = all_of(&tried(&["pre-analgesia"], input));
        assert!(!remarks(&all[0]["errors"]).is_empty(), "{input}");
    }
}

#[test]
fn the_phase_is_the_forms_unless_it_is_given() {
    let missing = |arguments: &[&str]| -> Vec<String> {
        let all = all_of(&tried(arguments, "{}"));
        serde_json::from_value(all[0]["missing"].clone()).unwrap()
    };
    let temperature = "inf.temp_c".to_owned();
    assert!(!missing(&["pre-analgesia"]).contains(&temperature));
    assert!(missing(&["pre-analgesia", "--phase", "recheck"]).contains(&temperature));
    assert!(missing(&["pre-analgesia-recheck"]).contains(&temperature));
    let answered = tried(&["satisfaction", "--phase", "recheck"], "{}");
    assert_eq!(all_of(&answered).len(), 1);
    assert_eq!(all_of(&tried(&["refusal-survey"], "{}"))[0]["level"], Value::Null);
}

#[test]
fn a_wrong_argument_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let absent = folder.path().join("absent").display().to_string();
    for (arguments, named) in [
        (&["try", "pre-anesthesia", "-"][..], "pre-analgesia|1.0.0"),
        (&["try", "pre-analgesia|9.0.0", "-"], "pre-analgesia|9.0.0"),
        (&["try", "pre-analgesia", &absent], &absent),
        (&["try", "pre-analgesia", "-", "--dir", &absent], &absent),
        (&["try", "pre-analgesia", "-", "--now", "today"], "--now today"),
    ] {
        let output = command(arguments).stdin(Stdio::null()).output().unwrap();
        assert!(one_line(&output).contains(named), "{output:?}");
    }
}

#[test]
fn an_edited_directory_is_what_is_tried() {
    let folder = copied();
    edit(
        folder.path(),
        "questionnaires/pre-analgesia/1.0.0.rules.json",
        |table| {
            let rules = table["rules"].as_array_mut().unwrap();
            let rule = rules.iter_mut().find(|rule| rule["id"] == "R-PLT-1").unwrap();
            rule["when"] = json!({"item": "lab.plt", "<": 250});
        },
    );
    let file = folder.path().join("answers.json");
    std::fs::write(&file, r#"{"lab.plt": 212}"#).unwrap();
    let output = command(&["try", "pre-analgesia"])
        .arg(&file)
        .arg("--dir")
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(came_out(&all_of(&output)[0], "fired").contains(&"R-PLT-1".to_owned()));
}
