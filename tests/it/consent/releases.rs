//! Files that earlier releases sealed, on line: they are judged as off line, by whoever has their roots (CE-212), and nobody
//! knows them here.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use muan::evidence::trust::Trust;
use muan::journal::LogPublic;
use poem::http::Method;
use serde::Deserialize;
use serde_json::Value;

use super::by_code::page;
use super::given::{given, told};
use crate::support::App;

#[derive(Deserialize)]
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

/// The hospital that sealed them, without its records.
async fn hospital(trust: &str) -> App {
    let path = folder().join(trust);
    let table: Trust = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let keys = table.log_keys.iter().map(|key| {
        let key = LogPublic {
            name: key.name.clone(),
            key: key.public,
        };
        key.to_string()
    });
    let keys: Vec<String> = keys.collect();
    App::with(|config| {
        config.seal.trust = Some(path);
        config.journal.former_keys = keys.join(" ");
    })
    .await
}

/// What the report says of the file alone, and how it came to it.
fn of_file(report: &Value) -> Vec<&Value> {
    ["integrity", "authenticity", "time", "evidence"]
        .into_iter()
        .map(|name| &report[name])
        .chain(
            report["steps"]
                .as_array()
                .unwrap()
                .iter()
                .map(|step| &step["code"]),
        )
        .collect()
}

#[tokio::test]
async fn what_was_sealed_by_each_release_is_told_on_line_as_it_was() {
    let list = std::fs::read(folder().join("cases.json")).unwrap();
    let mut list: Vec<Kept> = serde_json::from_slice(&list).unwrap();
    // Another checkpoint is given off line alone; on line the log itself is asked.
    list.retain(|kept| kept.newer.is_none() && kept.trust.is_some());
    list.sort_by_key(|kept| (kept.trust.clone(), kept.now));
    assert!(list.len() > 30);
    let mut open: Option<(String, App)> = None;
    for kept in list {
        let trust = kept.trust.unwrap();
        let app = match open.take() {
            Some((of, app)) if of == trust => app,
            _ => hospital(&trust).await,
        };
        // The next thirty may be asked a minute later; none of these cases is decided by seconds.
        let wait = kept.now - app.clock.now();
        app.clock.advance(wait.num_seconds().max(0));
        let file = std::fs::read(folder().join(&kept.file)).unwrap();
        if !file.starts_with(b"PK") && !file.starts_with(b"%PDF-") {
            let answer = given(&app, "application/octet-stream", &file).await;
            assert_eq!(
                answer.status, 422,
                "{} is nothing that can be verified",
                kept.file
            );
            open = Some((trust, app));
            continue;
        }
        let report = told(&app, &file).await;
        assert_eq!(
            of_file(&report),
            of_file(&kept.report),
            "{}: {report:#}",
            kept.file
        );
        let signed = report["content"] == "unknown_here";
        assert!(signed || report["content"] == "not_checked", "{}", kept.file);
        // What is authentic elsewhere is nothing of ours: it is not recorded here.
        let overall = match kept.report["overall"].as_str().unwrap() {
            "authentic" => "indeterminate",
            other => other,
        };
        assert_eq!(report["overall"], overall, "{}: {report:#}", kept.file);
        let shown = page(
            &app,
            Method::POST,
            "/verify/file",
            "application/octet-stream",
            &file,
        )
        .await;
        assert_eq!(shown.status, 200, "{}", kept.file);
        let html = String::from_utf8(shown.bytes).unwrap();
        assert!(
            html.contains(&format!("class=\"verdict {overall}\"")),
            "{}",
            kept.file
        );
        open = Some((trust, app));
    }
}
