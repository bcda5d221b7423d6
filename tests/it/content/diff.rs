//! `content diff`: what an edited directory changes.

use std::path::Path;

use serde_json::{Value, json};

use super::{command, copied, edit, one_line, rewrite, text};

const FORM: &str = "questionnaires/pre-analgesia/1.0.0.json";
const RULES: &str = "questionnaires/pre-analgesia/1.0.0.rules.json";

fn built_in() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/content"))
}

/// The lines, and the document that says the same.
fn diff(old: &Path, new: &Path) -> (String, Value) {
    let told = |more: &[&str]| {
        let output = command(&["diff"]).arg(old).arg(new).args(more).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout).to_owned()
    };
    (told(&[]), serde_json::from_str(&told(&["--json"])).unwrap())
}

fn item<'a>(form: &'a mut Value, group: &str, link_id: &str) -> &'a mut Value {
    let find = |items: &'a mut Value, link_id: &str| {
        let items = items.as_array_mut().unwrap().iter_mut();
        items.into_iter().find(|item| item["linkId"] == link_id).unwrap()
    };
    let group = find(&mut form["item"], group);
    find(&mut group["item"], link_id)
}

fn rule<'a>(table: &'a mut Value, id: &str) -> &'a mut Value {
    let rules = table["rules"].as_array_mut().unwrap().iter_mut();
    rules.into_iter().find(|rule| rule["id"] == id).unwrap()
}

#[test]
fn a_directory_does_not_differ_from_itself() {
    let (lines, document) = diff(built_in(), built_in());
    assert_eq!(lines, "nothing changed\n");
    let none = json!({"added": [], "removed": [], "changed": []});
    assert_eq!(
        document,
        json!({"questionnaires": [], "lessons": none, "consents": none, "files": none})
    );
}

#[test]
fn a_changed_threshold_is_listed_with_the_vectors_that_it_flips() {
    let folder = copied();
    edit(folder.path(), RULES, |table| {
        rule(table, "R-PLT-1")["when"] =
            json!({"all": [{"item": "lab.plt", ">=": 30}, {"item": "lab.plt", "<": 45}]});
    });
    let (lines, document) = diff(built_in(), folder.path());
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(
        lines,
        [
            "questionnaire pre-analgesia 1.0.0",
            "  rule changed R-PLT-1 (absolute, temporary): condition \
             {\"all\":[{\"item\":\"lab.plt\",\">=\":30},{\"item\":\"lab.plt\",\"<\":50}]} → \
             {\"all\":[{\"item\":\"lab.plt\",\">=\":30},{\"item\":\"lab.plt\",\"<\":45}]}",
            "  vector boundary/PLT 49: fired R-PLT-1 → none; level \"absolute\" → \"none\"",
        ]
    );
    let form = &document["questionnaires"][0];
    assert_eq!(form["vectors"].as_array().unwrap().len(), 1);
    let flip = &form["vectors"][0];
    assert_eq!(
        (&flip["id"], &flip["of"]),
        (&json!("boundary/PLT 49"), &json!("both"))
    );
    assert_eq!(
        (&flip["before"]["fired"], &flip["after"]["fired"]),
        (&json!(["R-PLT-1"]), &json!([]))
    );
    // Read from the other side, it is the same change the other way round.
    let (back, _) = diff(folder.path(), built_in());
    assert!(
        back.contains("vector boundary/PLT 49: fired none → R-PLT-1"),
        "{back}"
    );
}

#[test]
fn a_vector_with_other_answers_is_tried_as_it_stands_in_each_directory() {
    let folder = copied();
    edit(folder.path(), RULES, |table| {
        rule(table, "R-PLT-8")["when"] = json!({"item": "lab.plt", "<": 20});
    });
    let vectors = "questionnaires/pre-analgesia/1.0.0.vectors.json";
    edit(folder.path(), vectors, |document| {
        let cases = document["boundary"].as_array_mut().unwrap();
        let case = cases.iter_mut().find(|case| case["name"] == "PLT 49").unwrap();
        case["answers"] = json!({"lab.plt": 25});
    });
    let (lines, _) = diff(built_in(), folder.path());
    assert!(
        lines.contains("vector boundary/PLT 49 (as in the new directory): fired R-PLT-8 → none"),
        "{lines}"
    );
    assert!(!lines.contains("(as in the old directory)"), "{lines}");
}

#[test]
fn a_new_version_is_compared_with_the_one_before_it() {
    let folder = copied();
    let place = |file: &str| folder.path().join(file);
    let next = |file: &str| file.replace("1.0.0", "1.1.0");
    for file in [FORM, RULES] {
        std::fs::copy(place(file), place(&next(file))).unwrap();
    }
    edit(folder.path(), &next(FORM), |form| {
        form["version"] = json!("1.1.0");
        let plt = item(form, "group.lab", "lab.plt");
        plt["text"] = json!("血小板");
        plt["required"] = json!(true);
        let limits = plt["extension"].as_array_mut().unwrap();
        let most = limits
            .iter_mut()
            .find(|limit| limit["url"].as_str().unwrap().ends_with("/maxValue"));
        most.unwrap()["valueInteger"] = json!(900);
        let wish = item(form, "group.prf", "prf.wish");
        let options = wish["answerOption"].as_array_mut().unwrap();
        let mut option = options[0].clone();
        option["valueCoding"]["code"] = json!("later");
        options.push(option);
        let mut added = item(form, "group.lab", "lab.hb").clone();
        added["linkId"] = json!("lab.wbc");
        let groups = form["item"].as_array_mut().unwrap();
        let group = |link_id: &str| {
            groups
                .iter()
                .position(|group| group["linkId"] == link_id)
                .unwrap()
        };
        let (lab, who) = (group("group.lab"), group("group.id"));
        groups[lab]["item"].as_array_mut().unwrap().push(added);
        let hers = groups[who]["item"].as_array_mut().unwrap();
        hers.retain(|item| item["linkId"] != "id.phone");
    });
    edit(folder.path(), &next(RULES), |table| {
        table["form"] = json!("https://muan.invalid/fhir/Questionnaire/pre-analgesia|1.1.0");
        table["version"] = json!("1.1.0");
        let changed = rule(table, "R-PLT-1");
        changed["level"] = json!("consult");
        changed["confirmed"] = json!(false);
        changed["source"] = json!("GK");
        changed["patient"]["en"] = json!("Other words");
        let mut added = changed.clone();
        added["id"] = json!("R-PLT-99");
        table["rules"].as_array_mut().unwrap().push(added);
    });
    let (lines, _) = diff(built_in(), folder.path());
    for expected in [
        "questionnaire pre-analgesia 1.0.0 → 1.1.0\n",
        "  item added lab.wbc (patient; antenatal, recheck): ",
        "  item removed id.phone (patient; antenatal): ",
        "  item changed lab.plt (patient; antenatal, recheck): limit maxValue [1000] → [900]",
        "  item changed lab.plt (patient; antenatal, recheck): required false → true",
        "  item changed lab.plt (patient; antenatal, recheck): text.zh \"",
        "option later none → {\"text.en\":",
        "  rule added R-PLT-99 (consult, temporary): ",
        "  rule changed R-PLT-1 (consult, temporary): level \"absolute\" → \"consult\"",
        "  rule changed R-PLT-1 (consult, temporary): confirmed true → false",
        "  rule changed R-PLT-1 (consult, temporary): source \"SOAP-PLT21\" → \"GK\"",
        "  rule changed R-PLT-1 (consult, temporary): text for her.en \"",
        "  vector boundary/PLT 49 (as in the old directory): fired R-PLT-1 → R-PLT-1, R-PLT-99; \
         level \"absolute\" → \"consult\"",
    ] {
        assert!(lines.contains(expected), "{expected} is not in\n{lines}");
    }
    assert!(!lines.contains("order of"), "{lines}");
}

#[test]
fn lessons_and_consents_are_told_by_their_digest() {
    let folder = copied();
    let title = "title = \"What are the risks\"";
    rewrite(
        folder.path(),
        "lessons/risks/en.md",
        title,
        "title = \"Risks, again\"",
    );
    std::fs::remove_dir_all(folder.path().join("lessons/family")).unwrap();
    edit(
        folder.path(),
        "consents/labor-analgesia/1.0.0/en.json",
        |document| {
            document["change_note"] = json!("Another.");
        },
    );
    std::fs::remove_dir_all(folder.path().join("questionnaires/refusal-survey")).unwrap();
    let published = folder.path().join("questionnaires/published.toml");
    let text = std::fs::read_to_string(&published).unwrap();
    let left: Vec<&str> = text
        .split("[[form]]")
        .filter(|form| !form.contains("\"refusal-survey\""))
        .collect();
    std::fs::write(&published, left.join("[[form]]")).unwrap();
    let (lines, document) = diff(built_in(), folder.path());
    for expected in [
        "questionnaire refusal-survey 1.0.0 removed\n",
        "lesson removed family (",
        "lesson changed risks (",
        "consent changed labor-analgesia 1.0.0 en: digest \"ct1:sha256:",
    ] {
        assert!(lines.contains(expected), "{expected} is not in\n{lines}");
    }
    assert_eq!(document["lessons"]["changed"].as_array().unwrap().len(), 1);
    assert_eq!(document["consents"]["changed"].as_array().unwrap().len(), 1);
}

#[test]
fn a_directory_that_does_not_load_is_named() {
    let absent = built_in().join("absent");
    let output = command(&["diff"]).arg(built_in()).arg(&absent).output().unwrap();
    assert!(one_line(&output).contains(absent.to_str().unwrap()));
    let folder = copied();
    rewrite(
        folder.path(),
        "lessons/risks/zh-CN.md",
        "minutes = 8",
        "minutes = 90",
    );
    let output = command(&["diff"])
        .arg(built_in())
        .arg(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    assert!(
        told.contains("lessons/risks/zh-CN.md") && told.contains(folder.path().to_str().unwrap()),
        "{told}"
    );
}
