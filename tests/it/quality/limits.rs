//! What an indicator is watched for stands beside its figure, and only enough cases lie beyond it.

use chrono::Duration;
use serde_json::{Value, json};

use super::births::{comes, eased, gives_birth};
use crate::support::App;
use crate::support::walk::walker;

const MARCH: &str = "from=2026-03-01&to=2026-03-31";

async fn figure(app: &App, code: &str) -> Value {
    let qian = app.qian().await.speaking("en");
    let told = qian.get(&format!("/indicators?{MARCH}")).await.expect(200);
    let rows = told["items"].as_array().unwrap();
    rows.iter().find(|row| row["code"] == code).unwrap().clone()
}

/// A line of an export, field by field.
async fn line(app: &App, format: &str, code: &str) -> Vec<String> {
    let qian = app.qian().await.speaking("en");
    let path = format!("/indicators/export?{MARCH}&format={format}");
    let table = String::from_utf8(qian.get(&path).await.bytes).unwrap();
    let start = format!("{code},");
    let found = table.lines().find(|line| line.starts_with(&start)).unwrap();
    found.split(',').map(str::to_owned).collect()
}

/// The limit of a figure, and whether it lies beyond; the hospital's own choices stand after it.
fn told_of_limit(row: &[String]) -> &[String] {
    &row[row.len() - 4..row.len() - 2]
}

/// Blocks that were written up without a consent, and births after them.
async fn with_a_block(app: &App, women: std::ops::Range<usize>) {
    let walker = walker(app);
    let mut all = Vec::new();
    for n in women {
        all.push(comes(app, &walker, n).await);
    }
    walker.wait(4 * 3600).await.unwrap();
    let born = app.clock.now() - Duration::minutes(10);
    for woman in &all {
        eased(app, woman, born - Duration::hours(2), &[], json!({})).await;
        gives_birth(app, woman, born, "spontaneous_vaginal", &[Some((9, 10))]).await;
    }
}

#[tokio::test]
async fn a_figure_lies_beyond_its_limit_from_thirty_cases_on() {
    let app = App::new().await;
    with_a_block(&app, 0..29).await;
    let few = figure(&app, "A16").await;
    assert_eq!((&few["numerator"], &few["denominator"]), (&json!(0), &json!(29)));
    assert_eq!(few["beyond_limit"], Value::Null);
    let limit = json!({
        "kind": "rate_at_least", "value": "100.0", "title": "Target 100%", "source": "GK", "confirmed": false
    });
    assert_eq!(few["limit"], limit);
    assert_eq!(
        told_of_limit(&line(&app, "csv", "A16").await),
        ["Target 100%", ""]
    );

    with_a_block(&app, 29..30).await;
    for (code, beyond) in [
        ("A16", json!(true)),
        ("A8", json!(false)),
        // Nobody's request was written down.
        ("A13", Value::Null),
        ("A1", Value::Null),
    ] {
        assert_eq!(figure(&app, code).await["beyond_limit"], beyond, "{code}");
    }
    assert_eq!(figure(&app, "A1").await["limit"], Value::Null);
    let row = line(&app, "csv", "A16").await;
    assert_eq!(told_of_limit(&row), ["Target 100%", "true"]);
    assert_eq!(row[row.len() - 2..], ["", ""]);
    for (code, chosen) in [("N2-lit", ["15", ""]), ("N3-lit", ["", "asphyxia_apgar"])] {
        let row = line(&app, "csv", code).await;
        assert_eq!(row[row.len() - 2..], chosen, "{code}");
    }
    let sheet = line(&app, "definitions", "A6").await;
    assert_eq!(sheet[sheet.len() - 3..], ["Alert above 1.5%", "GK", "false"]);
}
