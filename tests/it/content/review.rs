//! `muan content review`: what a clinician has yet to confirm.

use muan::analgesia::limits;
use muan::content::{Content, Origin};
use muan::quality;
use serde_json::Value;

use super::{command, copied, edit, text};

#[test]
fn it_lists_every_unconfirmed_rule_with_its_source_until_it_is_confirmed() {
    let output = command(&["review"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let lines: Vec<Vec<&str>> = text(&output.stdout)
        .lines()
        .map(|line| line.split('\t').collect())
        .collect();
    let content = Content::open(Origin::BuiltIn).unwrap();
    let mut unconfirmed = content.unconfirmed();
    unconfirmed.extend(limits::unconfirmed());
    unconfirmed.extend(quality::unconfirmed());
    assert_eq!(lines.len(), unconfirmed.len());
    assert!(
        lines
            .iter()
            .all(|line| line.len() == 5 && line.iter().all(|part| !part.is_empty()))
    );
    for (line, one) in lines.iter().zip(&unconfirmed) {
        let wanted = [one.kind, &one.name, &one.place, &one.source, &one.claim];
        assert_eq!(*line, wanted);
    }
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("content/questionnaires");
    for form in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = form.file_name().into_string().unwrap();
        // An older version is never edited: nobody confirms it any more.
        let Some(newest) = content.forms.current(&name) else {
            continue;
        };
        let Ok(table) = std::fs::read(form.path().join(format!("{}.rules.json", newest.version))) else {
            continue;
        };
        let table: Value = serde_json::from_slice(&table).unwrap();
        let rules = table["rules"].as_array().unwrap().iter();
        let waiting: Vec<&str> = rules
            .filter(|rule| rule["confirmed"] == false)
            .map(|rule| rule["id"].as_str().unwrap())
            .collect();
        let newest = format!("{name} {}", newest.version);
        let of_form = lines
            .iter()
            .filter(|line| line[0] == "questionnaire" && line[1].split(' ').next() == Some(&*name));
        let listed = of_form.map(|line| {
            assert_eq!(line[1], newest);
            line[2]
        });
        assert_eq!(listed.collect::<Vec<_>>(), waiting, "{newest}");
    }
    for kind in ["questionnaire", "lesson", "limit", "setting"] {
        assert!(lines.iter().any(|line| line[0] == kind), "{kind}");
    }
    for place in ["referral_answer_hours", "adverse_event_hours", "E9"] {
        assert!(lines.iter().any(|line| line[2] == place), "{place}");
    }

    let one = lines.iter().find(|line| line[0] == "questionnaire").unwrap();
    let (form, rule) = (one[1].to_owned(), one[2].to_owned());
    let file = format!("questionnaires/{}.rules.json", form.replace(' ', "/"));
    let folder = copied();
    edit(folder.path(), &file, |table| {
        let rules = table["rules"].as_array_mut().unwrap();
        let confirmed = rules.iter_mut().find(|one| one["id"] == *rule).unwrap();
        confirmed["confirmed"] = true.into();
    });
    let output = command(&["review", "--dir", folder.path().to_str().unwrap()])
        .output()
        .unwrap();
    let told = text(&output.stdout);
    assert!(
        !told
            .lines()
            .any(|line| line.contains(&format!("{form}\t{rule}\t")))
    );
    assert_eq!(told.lines().count(), lines.len() - 1);
}
