//! A crowd of made-up births: the same each time, on both engines, and nothing that the service could not open.

use std::sync::Arc;

use muan::app::{self, Parts};
use muan::base::Clock;
use muan::config::{Config, Secret};
use muan::ctx::Ctx;
use muan::db::Durability;
use muan::demo::crowd::{self, Crowd, Unfilled};
use muan::demo::seed;
use muan::vault::Kek;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::client::Client;
use crate::support::{cast, servers};

const YEAR: &str = "from=2025-01-01&to=2025-12-31";

async fn empty(data: &TempDir, database: Option<&str>) -> Ctx {
    let mut config = Config {
        data: data.path().to_owned(),
        ..Config::default()
    };
    config.wechat.app_id = cast::APP_ID.to_owned();
    config.wechat.app_secret = Secret::from(cast::APP_SECRET);
    if let Some(url) = database {
        config.database = Secret::from(url);
        config.database_connections = 4;
    }
    let parts = Parts {
        keys: Kek::random().into(),
        clock: Clock::starting_at("2026-06-01T01:00:00Z".parse().unwrap()),
        demo: true,
        durability: Durability::Off,
    };
    app::context(&config, parts).await.unwrap()
}

async fn staff(ctx: &Ctx, username: &str) -> Client {
    let nobody = Client::new(Arc::new(app::endpoint(ctx)), "/api/staff/v1", None);
    let body = json!({ "facility": seed::FACILITY, "username": username, "password": seed::PASSWORD });
    let session = nobody.post_bare("/sessions", body).await.expect(201);
    nobody.with_token(session["token"].as_str().unwrap())
}

/// Code, month, numerator and denominator of each figure.
async fn figures(ctx: &Ctx) -> Vec<(String, String, i64, i64)> {
    let answer = staff(ctx, "qian")
        .await
        .get(&format!("/indicators?{YEAR}&by=month"))
        .await
        .expect(200);
    let row = |row: &Value| {
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        let count = |name: &str| row[name].as_i64().unwrap();
        (
            text("code"),
            text("from"),
            count("numerator"),
            count("denominator"),
        )
    };
    answer["items"].as_array().unwrap().iter().map(row).collect()
}

#[tokio::test]
async fn a_crowd_is_the_same_on_both_engines_and_goes_into_an_empty_database_only() {
    let births = Crowd {
        births: 450,
        from: "2025-01-01".parse().unwrap(),
        days: 365,
        seed: 1,
    };
    let data = tempfile::tempdir().unwrap();
    let file = empty(&data, None).await;
    crowd::fill(&file, &births).await.unwrap();
    let told = figures(&file).await;
    let of = |code: &str| {
        let months = told.iter().filter(|row| row.0 == code);
        months.fold((0, 0), |sum, row| (sum.0 + row.2, sum.1 + row.3))
    };
    // A few are born before 28 weeks or left before the birth.
    assert!((430..=450).contains(&of("A1").1), "{:?}", of("A1"));
    for code in [
        "N1-lit", "N2-lit", "N3-lit", "N4-resp", "A11", "A13", "A14", "A15", "A16", "A17-42d", "A18",
    ] {
        let (above, below) = of(code);
        assert!(above > 0 && above < below * 2, "{code}: {above} of {below}");
    }
    let again = crowd::fill(&file, &births).await;
    assert!(matches!(again, Err(Unfilled::NotEmpty)));
    its_records_open(&file).await;
    file.db.close().await;

    let Some(server) = servers::postgres().await else {
        return;
    };
    let database = server.database("crowd", async |_: &str| {}).await;
    let data = tempfile::tempdir().unwrap();
    let on_server = empty(&data, Some(database.url())).await;
    crowd::fill(&on_server, &births).await.unwrap();
    assert_eq!(figures(&on_server).await, told);
    on_server.db.close().await;
}

async fn its_records_open(ctx: &Ctx) {
    let zhao = staff(ctx, "zhao").await;
    let cases = zhao
        .get(&format!("/indicators/A8/cases?{YEAR}&limit=3"))
        .await
        .expect(200);
    for case in cases["items"].as_array().unwrap() {
        // Their births are long past: the record is opened with a reason, as anybody's would be.
        let access = format!("/patients/{}/access", case["patient"].as_str().unwrap());
        let reason = json!({ "reason": "complaint", "text": "核对指标。" });
        zhao.post(&access, reason).await.expect(201);
        let chart = zhao
            .get(&format!("/labors/{}", case["labor"].as_str().unwrap()))
            .await
            .expect(200);
        assert!(
            chart["delivery"]["babies"][0]["baby_no"] == 1 || chart["state"] == "closed",
            "{chart}"
        );
        assert!(chart["analgesia"].is_object(), "{chart}");
    }
}
