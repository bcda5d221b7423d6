//! How files of ours are read: nothing in them vanishes unseen, and vectors are vectors.

use std::path::Path;

use muan::content::{Content, Origin};
use serde_json::{Value, json};

use super::trial::tried;
use super::{command, copied, defects, next_version, text};

const RULES: &str = "questionnaires/pre-analgesia/1.0.0.rules.json";

/// The faults of a copy in which one text stands for another.
fn faults(file: &str, old: &str, new: &str) -> Vec<String> {
    let folder = copied();
    let path = folder.path().join(file);
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written.contains(old), "{old}");
    std::fs::write(&path, written.replacen(old, new, 1)).unwrap();
    let found = Content::load(Origin::Folder(folder.path().to_owned())).err();
    found
        .unwrap_or_default()
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn a_member_that_stands_twice_in_a_rule_is_a_fault() {
    let twice = faults(
        RULES,
        "\"when\":",
        "\"when\": {\"phase\": \"recheck\"}, \"when\":",
    );
    assert!(twice.iter().any(|one| one.contains("stands twice")), "{twice:?}");
}

#[test]
fn a_number_that_would_become_another_is_a_fault() {
    let rounded = faults(RULES, "\">=\": 1.3\n", "\">=\": 1.29999999999999999999\n");
    assert!(!rounded.is_empty());
}

#[test]
fn what_is_tried_is_read_as_strictly() {
    let twice = tried(&["pre-analgesia"], "{\"lab.plt\": 49, \"lab.plt\": 200}");
    assert_eq!(twice.status.code(), Some(1));
    assert!(text(&twice.stderr).contains("stands twice"));
    let rounded = tried(&["pre-analgesia"], "{\"lab.inr\": 1.29999999999999999999}");
    let line: Value = serde_json::from_slice(&rounded.stdout).unwrap();
    assert_eq!(line["errors"][0]["code"], "invalidAnswerType");
}

#[test]
fn a_file_of_vectors_is_tried_case_by_case_at_the_time_of_each() {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("content/questionnaires/pre-analgesia/1.0.0.vectors.json");
    let output = command(&["try", "pre-analgesia"]).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let lines: Vec<Value> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(lines.len() > 100, "{}", lines.len());
    assert!(lines.iter().all(|line| line["case"].is_string()));
    let misplaced = lines.iter().flat_map(|line| line["errors"].as_array().unwrap());
    assert_eq!(
        misplaced.filter(|error| error["code"] == "invalidLinkId").count(),
        0
    );
    let case = |end: &str| {
        lines
            .iter()
            .find(|line| line["case"].as_str().unwrap().ends_with(end))
    };
    assert_eq!(case("DOAC 71 h 59 min").unwrap()["level"], "absolute");
}

#[test]
fn a_form_whose_questions_may_stand_twice_is_not_loaded() {
    let file = "questionnaires/refusal-survey/1.0.0.json";
    let nested = defects(file, |form| {
        let items = form["item"].clone();
        let mut group = items[0].clone();
        for member in ["answerOption", "enableWhen", "extension", "required"] {
            group.as_object_mut().unwrap().remove(member);
        }
        group["linkId"] = json!("again");
        group["type"] = json!("group");
        group["repeats"] = json!(true);
        group["item"] = items;
        form["item"] = json!([group]);
    });
    assert!(
        nested.iter().any(|one| one.reason.contains("not carried")),
        "{nested:?}"
    );
}

/// The faults of a copy in which 1.1.0 of the survey of refusals was published as `change`.
fn published(change: &str, edit: impl FnOnce(&mut Value)) -> Vec<String> {
    let folder = copied();
    next_version(folder.path(), "refusal-survey", edit);
    let path = folder.path().join("questionnaires/published.toml");
    let mut written = std::fs::read_to_string(&path).unwrap();
    written.push_str(&format!(
        "\n[[form]]\nname = \"refusal-survey\"\nversion = \"1.1.0\"\nchange = \"{change}\"\nsha256 = \"\"\n"
    ));
    std::fs::write(&path, written).unwrap();
    let found = Content::load(Origin::Folder(folder.path().to_owned())).err();
    found
        .unwrap_or_default()
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn a_version_that_changes_more_than_it_says_is_not_loaded() {
    let reworded = |form: &mut Value| form["item"][0]["text"] = json!("换一种说法");
    assert_eq!(published("editorial", reworded), [] as [&str; 0]);
    let dropped = |form: &mut Value| {
        form["item"][0]["required"] = json!(form["item"][0]["required"] != true);
    };
    assert_eq!(published("breaking", dropped), [] as [&str; 0]);
    for change in ["editorial", "compatible"] {
        let found = published(change, dropped);
        assert!(
            found.iter().any(|one| one.contains("more than it says")),
            "{found:?}"
        );
    }
}
