//! Files that earlier releases sealed: they verify as they did (CE-212, CE §17, 14). The page in a browser is given the
//! same ones by `tests/interop/verify.mjs`.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::*;

/// One line of `cases.json`; names are those of files beside it.
#[derive(Serialize, Deserialize)]
struct Kept {
    file: String,
    now: DateTime<Utc>,
    trust: Option<String>,
    newer: Option<String>,
    report: Value,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sealed/v1")
}

#[test]
fn what_was_sealed_by_each_release_verifies_as_it_did() {
    let list = std::fs::read(folder().join("cases.json")).unwrap();
    let list: Vec<Kept> = serde_json::from_slice(&list).unwrap();
    assert!(list.len() > 30);
    for kept in list {
        let read = |name: &String| std::fs::read(folder().join(name)).unwrap();
        let trust = kept.trust.as_ref().map(read);
        let trust = trust.map(|trust| serde_json::from_slice(&trust).unwrap());
        let newer = kept.newer.as_ref().map(read);
        let asked = Asked {
            trust: trust.as_ref(),
            newer: newer.as_deref(),
            now: kept.now,
        };
        let report = verify(&read(&kept.file), &asked, &Known::default());
        assert_eq!(
            serde_json::to_value(report).unwrap(),
            kept.report,
            "{}",
            kept.file
        );
    }
}

/// Writes the files of this release. They are made once, by hand, and then never again:
/// `cargo test --lib keep_the_files -- --ignored`.
#[test]
#[ignore = "writes the files that the other tests compare with"]
fn keep_the_files_of_this_release() {
    std::fs::create_dir_all(folder()).unwrap();
    let keep = |name: String, bytes: &[u8]| {
        std::fs::write(folder().join(&name), bytes).unwrap();
        name
    };
    let mut list = Vec::new();
    for case in cases::all() {
        let kind = if case.file.starts_with(b"PK") {
            "zip"
        } else {
            "pdf"
        };
        let trust = case
            .trust
            .as_ref()
            .map(|trust| serde_json::to_vec(trust).unwrap());
        let report = told(&case);
        list.push(Kept {
            file: keep(format!("{}.{kind}", case.name), &case.file),
            now: case.now,
            trust: trust.map(|trust| {
                let name = hex::encode(&sha256(&trust)[..4]);
                keep(format!("trust-{name}.json"), &trust)
            }),
            newer: case
                .newer
                .as_ref()
                .map(|newer| keep(format!("{}.txt", case.name), newer.as_bytes())),
            report: serde_json::to_value(report).unwrap(),
        });
    }
    keep(
        "cases.json".to_owned(),
        &serde_json::to_vec_pretty(&list).unwrap(),
    );
}
