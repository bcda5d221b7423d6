//! Stored runs of the rules made again.

use std::process::Command;

use muan::assessment::{Made, Replayed, replay};
use muan::ctx::Ctx;
use serde_json::json;

use crate::content::{copied, edit};
use crate::forms::submit;
use crate::support::App;

pub async fn replayed(ctx: &Ctx) -> Vec<Replayed> {
    let mut all = Vec::new();
    replay(ctx, &mut |one| all.push(one)).await.unwrap();
    all
}

/// A copy of the content in which somebody moved a level and did not number it.
fn edited() -> tempfile::TempDir {
    let folder = copied();
    edit(
        folder.path(),
        "questionnaires/pre-analgesia/1.0.0.rules.json",
        |table| {
            let rules = table["rules"].as_array_mut().unwrap();
            let low = rules.iter_mut().find(|rule| rule["id"] == "R-PLT-2").unwrap();
            low["level"] = json!("caution");
        },
    );
    folder
}

#[tokio::test]
async fn a_run_that_comes_out_differently_is_named() {
    for app in App::each().await {
        let (mei, bai) = (app.mei().await, app.bai().await);
        submit(&app, &mei, json!({ "lab.plt": 60 })).await;
        submit(&app, &bai, json!({})).await;
        let same = replayed(&app.ctx).await;
        assert_eq!(same.len(), 2);
        assert!(same.iter().all(|one| one.made == Made::Same));
        let folder = edited();
        let other = app
            .beside(|config| config.content = Some(folder.path().to_owned()))
            .await;
        let made = replayed(&other).await;
        // Both runs name the level of each rule, so both differ; hers also in what came of it.
        let parts = |one: &Replayed| match &one.made {
            Made::Other(parts) => parts.clone(),
            other => panic!("{other:?}"),
        };
        let mut parts: Vec<Vec<String>> = made.iter().map(parts).collect();
        parts.sort();
        assert_eq!(parts, [vec!["R-PLT-2"], vec!["R-PLT-2", "level", "told_level"]]);
        other.db.close().await;
    }
}

/// The command as an operator runs it.
fn command(app: &App, content: Option<&std::path::Path>) -> (Option<i32>, String) {
    let key = app.config.data.join("key");
    std::fs::write(&key, "5a".repeat(32)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_muan"));
    command
        .env_clear()
        .env("MUAN_DATA", &app.config.data)
        .env("MUAN_DATABASE", app.config.database.expose())
        .env("MUAN_KEYS__FILE", &key)
        .env("MUAN_WECHAT__APP_ID", "wx0123456789abcdef")
        .env("MUAN_WECHAT__APP_SECRET", "hush-hush")
        .args(["admin", "replay-assessments"]);
    if let Some(content) = content {
        command.env("MUAN_CONTENT", content);
    }
    let output = command.output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    (output.status.code(), told)
}

#[tokio::test]
async fn the_command_ends_with_one_and_the_ids_when_a_run_differs() {
    let app = App::new().await;
    let mei = app.mei().await;
    submit(&app, &mei, json!({ "lab.plt": 60 })).await;
    let run = replayed(&app.ctx).await.remove(0);
    let (code, told) = command(&app, None);
    assert_eq!(
        (code, told.as_str()),
        (Some(0), "1 assessments came out the same, 0 did not\n")
    );
    let folder = edited();
    let (code, told) = command(&app, Some(folder.path()));
    assert_eq!(code, Some(1), "{told}");
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(
        lines,
        [
            format!(
                "{} of review {}: differs in R-PLT-2, level, told_level",
                run.assessment, run.review
            ),
            "0 assessments came out the same, 1 did not".to_owned()
        ]
    );
}
