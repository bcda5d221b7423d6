//! The log at the machine: its key and an audit from the command line.

use std::path::Path;
use std::process::{Command, Output};

use muan::journal::LogPublic;

fn muan(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_muan"))
        .env_clear()
        .env("MUAN_DATA", folder.join("data"))
        .env("MUAN_KEYS__FILE", folder.join("key"))
        .env("MUAN_WECHAT__APP_ID", "wx0123456789abcdef")
        .env("MUAN_WECHAT__APP_SECRET", "hush-hush")
        .args(words)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_key_stays_and_an_audit_of_nothing_finds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("key"), "5a".repeat(32)).unwrap();
    let key = said(&muan(folder.path(), &["admin", "log", "key"]));
    let pinned: LogPublic = key.trim().parse().unwrap();
    assert!(
        pinned.name.starts_with("test."),
        "a key that nobody configured says so"
    );
    assert_eq!(said(&muan(folder.path(), &["admin", "log", "key"])), key);
    let file = folder.path().join("data/log-key.pem");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    said(&muan(
        folder.path(),
        &[
            "admin",
            "facility",
            "add",
            "renai",
            "仁爱妇产医院",
            "010-12345678",
        ],
    ));
    assert_eq!(said(&muan(folder.path(), &["admin", "log", "audit"])), "");
    let unknown = muan(folder.path(), &["admin", "log", "audit", "--facility", "nowhere"]);
    assert_eq!(unknown.status.code(), Some(1));
}

#[test]
fn a_key_without_its_name_refuses_to_start() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("key"), "5a".repeat(32)).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_muan"))
        .env_clear()
        .env("MUAN_DATA", folder.path().join("data"))
        .env("MUAN_KEYS__FILE", folder.path().join("key"))
        .env("MUAN_JOURNAL__KEY_FILE", folder.path().join("key"))
        .env("MUAN_WECHAT__APP_ID", "wx0123456789abcdef")
        .env("MUAN_WECHAT__APP_SECRET", "hush-hush")
        .args(["admin", "log", "key"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("journal.key_name")
    );
}
