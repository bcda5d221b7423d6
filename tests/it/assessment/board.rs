//! The countdown of anticoagulants on the board of the ward: it moves with the clock.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::recheck::{admitted, recheck};
use crate::forms::submit;
use crate::support::App;

async fn line(app: &App) -> Value {
    // A session lasts a shift, and these waits are longer.
    let lin = app.lin().await;
    let board = lin.get("/labors").await.expect(200);
    assert_eq!(board["items"].as_array().unwrap().len(), 1);
    board["items"][0].clone()
}

fn instant(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

async fn with(drug: &str, hours_ago: i64, more: Value) -> (App, DateTime<Utc>) {
    let app = App::new().await;
    let (mei, lin) = (app.mei().await, app.lin().await);
    submit(&app, &mei, json!({})).await;
    admitted(&app, &mei, &lin).await;
    let dose = app.clock.now() - Duration::hours(hours_ago);
    let mut changes = json!({ "bld.drug": [drug] });
    changes[format!("bld.{drug}_last_at")] = json!(dose.to_rfc3339());
    changes
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    recheck(&app, &mei, changes).await;
    (app, dose)
}

#[tokio::test]
async fn a_wait_runs_down_and_is_over() {
    let (app, dose) = with("lmwh", 4, json!({ "bld.lmwh_dose": "prophylactic" })).await;
    let board = line(&app).await;
    let wait = &board["anticoagulant"];
    assert_eq!(wait["state"], "waiting");
    assert_eq!(wait["remaining_min"], 480);
    assert_eq!(instant(&wait["not_before"]), dose + Duration::hours(12));
    assert_eq!(board["not_before"], wait["not_before"]);
    assert_eq!(wait["waits"][0]["rule"], "R-AC-2");
    assert_eq!(wait["waits"][0]["hours"], 12);
    assert_eq!(instant(&wait["waits"][0]["last_dose_at"]), dose);
    app.clock.advance(7 * 3600 + 59 * 60 + 30);
    assert_eq!(line(&app).await["anticoagulant"]["remaining_min"], 1);
    app.clock.advance(30);
    let board = line(&app).await;
    assert_eq!(board["anticoagulant"]["state"], "over");
    assert!(board["anticoagulant"].get("remaining_min").is_none());
    assert!(board.get("not_before").is_none());
    assert_eq!(board["anticoagulant"]["waits"][0]["rule"], "R-AC-2");
}

#[tokio::test]
async fn a_weaker_wait_begins_where_a_stronger_one_ends() {
    let (app, dose) = with("doac", 70, json!({})).await;
    let wait = line(&app).await["anticoagulant"].clone();
    assert_eq!(instant(&wait["not_before"]), dose + Duration::hours(72));
    app.clock.advance(3 * 3600);
    let wait = line(&app).await["anticoagulant"].clone();
    assert_eq!(wait["waits"].as_array().unwrap().len(), 1);
    assert_eq!(wait["waits"][0]["rule"], "R-AC-19");
    assert_eq!(instant(&wait["not_before"]), dose + Duration::hours(120));
    assert_eq!(wait["remaining_min"], (120 - 73) * 60);
}

#[tokio::test]
async fn what_time_alone_does_not_settle_is_named() {
    let (app, _) = with("ufh", 5, json!({ "bld.ufh_dose": "iv" })).await;
    app.clock.advance(2 * 3600);
    let wait = line(&app).await["anticoagulant"].clone();
    assert_eq!(wait["state"], "over");
    assert_eq!(wait["unsettled"], json!(["R-AC-17"]), "APTT is missing");
}

#[tokio::test]
async fn an_unknown_last_dose_is_no_countdown() {
    let app = App::new().await;
    let (mei, lin) = (app.mei().await, app.lin().await);
    submit(
        &app,
        &mei,
        json!({ "bld.drug": ["lmwh"], "bld.lmwh_dose": "therapeutic" }),
    )
    .await;
    admitted(&app, &mei, &lin).await;
    // In pregnancy she said that she takes it; at admission nobody has asked yet.
    let wait = line(&app).await["anticoagulant"].clone();
    assert_eq!(wait["state"], "unknown");
    assert!(wait.get("not_before").is_none());
    recheck(
        &app,
        &mei,
        json!({ "bld.drug": ["lmwh"], "bld.lmwh_dose": "therapeutic" }),
    )
    .await;
    let wait = line(&app).await["anticoagulant"].clone();
    assert_eq!(wait["state"], "unknown");
    assert_eq!(wait["unsettled"], json!(["R-AC-5"]));
}

#[tokio::test]
async fn without_a_drug_there_is_nothing_to_count() {
    let app = App::new().await;
    let (mei, lin) = (app.mei().await, app.lin().await);
    admitted(&app, &mei, &lin).await;
    assert!(line(&app).await.get("anticoagulant").is_none(), "no assessment");
    recheck(&app, &mei, json!({})).await;
    assert!(line(&app).await.get("anticoagulant").is_none());
}
