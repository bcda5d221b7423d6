//! Content with a fault does not load, and the defect names file and place. Below: the commands of those who write it.

mod diff;
mod forms;
pub mod lessons;
mod options;
mod published;
mod read;
mod review;
mod trial;

use std::path::Path;
use std::process::{Command, Output};

use muan::content::{Content, Defect, Origin};
use serde_json::Value;
use tempfile::TempDir;

/// `muan content …` without the machine's settings.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_muan"));
    command.env_clear().arg("content").args(arguments);
    command
}

/// A copy of the content to edit.
pub fn copied() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("content"),
        folder.path(),
    );
    folder
}

/// Changes one JSON file of a copy.
pub fn edit(folder: &Path, file: &str, change: impl FnOnce(&mut Value)) {
    let path = folder.join(file);
    let mut value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    change(&mut value);
    std::fs::write(&path, value.to_string()).unwrap();
}

/// Replaces a text in a file of a copy.
#[track_caller]
pub fn rewrite(folder: &Path, file: &str, from: &str, to: &str) {
    let path = folder.join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from} is not in {file}");
    std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
}

/// Publishes 1.1.0 of a form in a copy: 1.0.0 with a change, under the same rules.
pub fn next_version(folder: &Path, name: &str, change: impl FnOnce(&mut Value)) {
    let below = |file: &str| folder.join("questionnaires").join(name).join(file);
    let mut form: Value = serde_json::from_slice(&std::fs::read(below("1.0.0.json")).unwrap()).unwrap();
    form["version"] = "1.1.0".into();
    change(&mut form);
    std::fs::write(below("1.1.0.json"), form.to_string()).unwrap();
    if let Ok(rules) = std::fs::read_to_string(below("1.0.0.rules.json")) {
        let mut rules: Value = serde_json::from_str(&rules).unwrap();
        rules["form"] = rules["form"].as_str().unwrap().replace("|1.0.0", "|1.1.0").into();
        std::fs::write(below("1.1.0.rules.json"), rules.to_string()).unwrap();
    }
}

/// Another text of one question.
pub fn reworded(items: &mut Value, link_id: &str) {
    for item in items.as_array_mut().into_iter().flatten() {
        if item["linkId"] == link_id {
            item["text"] = "这个问题现在问的是别的。".into();
        }
        if let Some(below) = item.get_mut("item") {
            reworded(below, link_id);
        }
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Exit code 1 and the one line on standard error.
#[track_caller]
fn one_line(output: &Output) -> &str {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let lines: Vec<&str> = text(&output.stderr).lines().collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("muan: "), "{lines:?}");
    lines[0]
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Defects of a copy in which one JSON file was changed.
fn defects(file: &str, change: impl FnOnce(&mut Value)) -> Vec<Defect> {
    let folder = copied();
    edit(folder.path(), file, change);
    Content::load(Origin::Folder(folder.path().to_owned()))
        .err()
        .unwrap_or_default()
}

fn names(defects: &[Defect], file: &str, pointer: &str) -> bool {
    defects
        .iter()
        .any(|defect| defect.file == file && defect.pointer == pointer)
}
