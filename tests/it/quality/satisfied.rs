//! How satisfied women were is told to those who treat them only where nobody's reply can be read off.

use chrono::Duration;
use serde_json::{Value, json};

use super::births::{comes, eased, gives_birth, on, on_paper};
use crate::support::App;
use crate::support::client::Client;
use crate::support::walk::walker;

const MARCH: &str = "from=2026-03-01&to=2026-03-31";

/// Satisfied women and all episodes of March; none where it is not told, in the figures and as a chart.
async fn told(by: Client) -> Option<(Value, Value)> {
    let figures = by.get(&format!("/indicators?{MARCH}")).await.expect(200);
    let rows = figures["items"].as_array().unwrap().clone();
    let found = rows.into_iter().find(|row| row["code"] == "N4-lit");
    let chart = by.get(&format!("/indicators/N4-lit/chart?{MARCH}")).await;
    assert_eq!(chart.status, if found.is_some() { 200 } else { 404 });
    found.map(|row| (row["numerator"].clone(), row["denominator"].clone()))
}

#[tokio::test]
async fn who_treats_women_hears_of_a_month_once_no_more_replies_count() {
    let app = App::new().await;
    let walker = walker(&app);
    let mut women = Vec::new();
    for n in 0..10 {
        women.push(comes(&app, &walker, n).await);
    }
    walker.wait(4 * 3600).await.unwrap();
    let born = app.clock.now() - Duration::minutes(10);
    for woman in &women {
        eased(&app, woman, born - Duration::hours(2), &[], json!({})).await;
        gives_birth(&app, woman, born, "spontaneous_vaginal", &[Some((9, 10))]).await;
    }
    walker.wait(30 * 3600).await.unwrap();
    for woman in &women {
        on_paper(&app, woman, 5).await;
    }
    let all = Some((json!(10), json!(10)));
    for (at, heard) in [
        ("2026-03-05T01:00:00Z", None),
        ("2026-04-02T01:00:00Z", None),
        ("2026-04-30T15:00:00Z", None),
        ("2026-04-30T17:00:00Z", all.clone()),
    ] {
        on(&app, &walker, at).await;
        assert_eq!(told(app.qian().await).await, all, "{at}");
        assert_eq!(told(app.zhao().await).await, heard, "{at}");
    }
}
