//! Forms and their rules on disk: names, versions, status, and where a fault stands.

use std::path::Path;

use muan::content::{Content, Defect, Origin};
use serde_json::{Value, json};

use super::{copied, edit, names};

const FORM: &str = "questionnaires/satisfaction/1.0.0.json";
const RULES: &str = "questionnaires/pre-analgesia/1.0.0.rules.json";

fn load(folder: &Path) -> Result<Content, Vec<Defect>> {
    Content::load(Origin::Folder(folder.to_owned()))
}

fn defects(folder: &Path) -> Vec<Defect> {
    load(folder).err().unwrap_or_default()
}

/// The survey once more, as another file.
fn another(folder: &Path, version: &str, change: impl FnOnce(&mut Value)) {
    let beside =
        |version: &str, ending: &str| folder.join(format!("questionnaires/satisfaction/{version}{ending}"));
    std::fs::copy(beside("1.0.0", ".json"), beside(version, ".json")).unwrap();
    edit(
        folder,
        &format!("questionnaires/satisfaction/{version}.json"),
        |form| {
            form["version"] = json!(version);
            change(form);
        },
    );
    let url = "https://muan.invalid/fhir/Questionnaire/satisfaction";
    std::fs::copy(beside("1.0.0", ".rules.json"), beside(version, ".rules.json")).unwrap();
    edit(
        folder,
        &format!("questionnaires/satisfaction/{version}.rules.json"),
        |rules| {
            rules["form"] = json!(format!("{url}|{version}"));
        },
    );
}

#[test]
fn a_fault_of_a_rule_is_named_in_the_file_of_the_rules() {
    let folder = copied();
    edit(folder.path(), RULES, |rules| {
        rules["rules"][3]["when"] = json!({"item": "lab.plt", "atMost": 5});
        rules["checks"][0]["message"]["en"] = json!("");
    });
    let found = defects(folder.path());
    assert!(names(&found, RULES, "/rules/3/when"), "{found:?}");
    assert!(names(&found, RULES, "/checks/0/message/en"), "{found:?}");
    let form = "questionnaires/pre-analgesia/1.0.0.json";
    assert!(found.iter().all(|defect| defect.file != form), "{found:?}");
}

#[test]
fn a_document_that_cannot_be_read_says_where() {
    let folder = copied();
    let file = folder.path().join(FORM);
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("\"linkId\"", "\"linkid\"", 1)).unwrap();
    let rules = folder.path().join(RULES);
    let text = std::fs::read_to_string(&rules).unwrap();
    std::fs::write(
        &rules,
        text.replacen("\"severity\": \"error\"", "\"severity\": \"eror\"", 1),
    )
    .unwrap();
    let found = defects(folder.path());
    let said = |file: &str, word: &str| {
        let mut told = found.iter().filter(|defect| defect.file == file);
        let placed =
            |reason: &str| reason.contains(word) && reason.contains(" line ") && reason.contains(" column ");
        assert!(told.any(|defect| placed(&defect.reason)), "{found:?}");
    };
    said(FORM, "linkId");
    said(RULES, "eror");
}

#[test]
fn a_file_is_named_after_its_version() {
    let folder = copied();
    edit(folder.path(), FORM, |form| form["version"] = json!("1.0.1"));
    assert!(names(&defects(folder.path()), FORM, "/version"));
    for name in ["1.0", "01.0.0", "1.0.0-rc1", "newest"] {
        let folder = copied();
        let file = format!("questionnaires/satisfaction/{name}.json");
        std::fs::copy(folder.path().join(FORM), folder.path().join(&file)).unwrap();
        let found = defects(folder.path());
        assert!(names(&found, &file, ""), "{name}: {found:?}");
    }
}

#[test]
fn two_files_cannot_be_the_same_version_of_the_same_form() {
    let folder = copied();
    let twin = folder.path().join("questionnaires/twin");
    std::fs::create_dir(&twin).unwrap();
    for ending in [".json", ".rules.json"] {
        let from = folder
            .path()
            .join(format!("questionnaires/satisfaction/1.0.0{ending}"));
        std::fs::copy(from, twin.join(format!("1.0.0{ending}"))).unwrap();
    }
    let found = defects(folder.path());
    assert!(
        names(&found, "questionnaires/twin/1.0.0.json", "/url"),
        "{found:?}"
    );
}

#[test]
fn the_newest_active_version_is_the_current_one() {
    let folder = copied();
    another(folder.path(), "1.2.0", |_| {});
    another(folder.path(), "1.10.0", |form| form["status"] = json!("retired"));
    another(folder.path(), "2.0.0", |form| form["status"] = json!("draft"));
    let content = load(folder.path()).map_err(|found| format!("{found:?}")).unwrap();
    let forms = &content.forms;
    assert_eq!(forms.current("satisfaction").unwrap().version, "1.2.0");
    assert!(forms.version("satisfaction", "1.10.0").is_some(), "still read");
    assert!(
        forms.version("satisfaction", "2.0.0").is_none(),
        "never given out"
    );
    let folder = copied();
    edit(folder.path(), FORM, |form| form["status"] = json!("final"));
    assert!(names(&defects(folder.path()), FORM, "/status"));
}

#[test]
fn a_draft_is_checked_all_the_same() {
    let folder = copied();
    another(folder.path(), "1.1.0", |form| {
        form["status"] = json!("draft");
        form["item"][0]["requierd"] = json!(true);
    });
    let found = defects(folder.path());
    let file = "questionnaires/satisfaction/1.1.0.json";
    assert!(names(&found, file, "/item/0/requierd"), "{found:?}");
}
