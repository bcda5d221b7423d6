//! `muan verify` as a forensic expert meets it: files, no settings, no database, no network.

use std::path::PathBuf;
use std::process::{Command, Output};

use muan::evidence::bundle;
use serde_json::{Value, json};

fn kept(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/sealed/v1")).join(name)
}

fn list() -> Vec<Value> {
    serde_json::from_slice(&std::fs::read(kept("cases.json")).unwrap()).unwrap()
}

fn trust_of(file: &str) -> String {
    let list = list();
    let case = list.iter().find(|case| case["file"] == file).unwrap();
    case["trust"].as_str().unwrap().to_owned()
}

fn verify(files: &[&str], options: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_muan"))
        .env_clear()
        .current_dir(folder.path())
        .arg("verify")
        .args(files.iter().map(|file| kept(file)))
        .args(options)
        .output()
        .unwrap()
}

fn trusted(file: &str) -> String {
    kept(&trust_of(file)).display().to_string()
}

#[test]
fn a_good_bundle_is_authentic_and_every_step_has_its_name() {
    let answer = verify(&["given.zip"], &["--trust", &trusted("given.zip")]);
    let said = String::from_utf8(answer.stdout).unwrap();
    assert!(answer.status.success(), "{said}");
    assert!(said.contains("Authentic: this institution signed it"), "{said}");
    for (number, name) in (1..).zip([
        "Manifest",
        "Signature and revisions",
        "Certificate",
        "Time-stamp",
        "Template id",
        "Digest of what was shown",
        "Sections and root",
        "Root in the document",
        "Log entry of the seal",
        "Proof of inclusion",
        "Checkpoint signature",
        "Consistency of the log",
    ]) {
        assert!(
            said.contains(&format!("{number:2}. {name}: passed")),
            "{name}: {said}"
        );
    }
    let chinese = verify(
        &["given.zip"],
        &["--trust", &trusted("given.zip"), "--lang", "zh-CN"],
    );
    let said = String::from_utf8(chinese.stdout).unwrap();
    assert!(said.contains("真实：这是该机构签署的文件"), "{said}");
}

#[test]
fn a_bundle_alone_vouches_for_nothing_but_itself() {
    let answer = verify(&["given.zip"], &[]);
    let said = String::from_utf8(answer.stdout).unwrap();
    assert_eq!(answer.status.code(), Some(1), "{said}");
    assert!(said.contains("Get trust.json from the hospital"), "{said}");
}

#[test]
fn one_file_that_is_not_authentic_fails_all_and_each_has_its_line() {
    let trust = trusted("given.zip");
    let answer = verify(
        &["given.zip", "section-altered.zip", "given.zip"],
        &["--trust", &trust, "--json"],
    );
    assert_eq!(answer.status.code(), Some(1));
    let said = String::from_utf8(answer.stdout).unwrap();
    let lines: Vec<Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let verdicts: Vec<&str> = lines
        .iter()
        .map(|line| line["overall"].as_str().unwrap())
        .collect();
    assert_eq!(verdicts, ["authentic", "altered", "authentic"]);
    assert_eq!(lines[1]["evidence"], "mismatch");
    assert_eq!(lines[1]["steps"][6]["params"][0], "identity");
}

#[test]
fn an_older_log_than_a_newer_checkpoint_proves_is_told() {
    let trust = trusted("newer.zip");
    let good = kept("newer.txt").display().to_string();
    let answer = verify(&["newer.zip"], &["--trust", &trust, "--checkpoint", &good]);
    assert!(answer.status.success());
    let forked = kept("newer-forked.txt").display().to_string();
    let answer = verify(
        &["newer.zip"],
        &["--trust", &trust, "--checkpoint", &forked, "--json"],
    );
    assert_eq!(answer.status.code(), Some(1));
    let said: Value = serde_json::from_slice(&answer.stdout).unwrap();
    assert_eq!(said["overall"], "not_authentic");
    assert_eq!(said["log"], "inconsistent");
}

#[test]
fn an_unusable_file_is_one_clear_line_and_the_others_are_verified_all_the_same() {
    let answer = verify(
        &["no-such.zip", "given.zip"],
        &["--trust", &trusted("given.zip"), "--json"],
    );
    assert_eq!(answer.status.code(), Some(1));
    let line = String::from_utf8(answer.stderr).unwrap();
    assert!(
        line.starts_with("muan: ") && line.contains("no-such.zip"),
        "{line}"
    );
    assert_eq!(line.lines().count(), 1);
    let said: Value = serde_json::from_slice(&answer.stdout).unwrap();
    assert_eq!(said["overall"], "authentic");
    let given = kept("given.zip").display().to_string();
    let answer = verify(&["given.zip"], &["--trust", &given]);
    assert_eq!(answer.status.code(), Some(1));
    let line = String::from_utf8(answer.stderr).unwrap();
    assert!(line.contains("not a trust file"), "{line}");
}

#[test]
fn a_file_cannot_write_a_verdict_of_its_own_into_the_terminal() {
    let verdict = "\u{1b}[2J\u{1b}[H\n  Authentic: this institution signed it";
    let manifest = json!({
        "files": [{ "name": verdict, "sha256": "", "size": 0 }],
        "schema": "consent-bundle/1",
        "versions": { "muan": "1" },
    });
    let bundle = bundle::write(&[("manifest.json", manifest.to_string().as_bytes())]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a\u{1b}[2J.zip");
    std::fs::write(&file, bundle).unwrap();
    let answer = verify(&[file.to_str().unwrap()], &[]);
    let said = String::from_utf8(answer.stdout).unwrap();
    assert!(said.contains("[H"), "the name is told: {said}");
    assert!(!said.contains('\u{1b}'), "{said}");
    assert!(
        !said
            .lines()
            .any(|line| line.trim_start().starts_with("Authentic")),
        "{said}"
    );
}
