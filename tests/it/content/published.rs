//! A published form is never edited.

use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

fn digest(path: &Path) -> Option<String> {
    let bytes = std::fs::read(path).ok()?;
    Some(hex::encode(Sha256::digest(&bytes)))
}

#[test]
fn every_published_form_and_its_rules_are_the_files_that_were_published() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("content/questionnaires");
    let written = std::fs::read_to_string(folder.join("published.toml")).unwrap();
    let published: Value = toml::from_str(&written).unwrap();
    let published = published["form"].as_array().unwrap();
    let mut forms = Vec::new();
    for form in std::fs::read_dir(&folder).unwrap().map(Result::unwrap) {
        let name = form.file_name().into_string().unwrap();
        for file in std::fs::read_dir(form.path()).into_iter().flatten() {
            let file = file.unwrap().file_name().into_string().unwrap();
            let version = file.strip_suffix(".json").unwrap_or_default();
            if !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
                forms.push((name.clone(), version.to_owned()));
            }
        }
    }
    assert_eq!(
        forms.len(),
        published.len(),
        "each version stands in published.toml once"
    );
    for (name, version) in forms {
        let entry = published
            .iter()
            .find(|entry| entry["name"] == *name && entry["version"] == *version)
            .unwrap_or_else(|| panic!("{name} {version} does not stand in published.toml"));
        let file = folder.join(&name).join(format!("{version}.json"));
        let rules = file.with_extension("rules.json");
        let stands = |member: &str, path: &Path| {
            let now = digest(path);
            let then = entry.get(member).and_then(Value::as_str).map(str::to_owned);
            assert_eq!(
                now,
                then,
                "{} was published so and is never edited: a change is another version. Before the first release of this \
                 version, write its digest into published.toml",
                path.display()
            );
        };
        stands("sha256", &file);
        stands("rules_sha256", &rules);
    }
}
