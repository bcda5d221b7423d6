//! The seeded hospital, as whoever carries its database away finds it.

use muan::demo::seed;
use serde_json::{Value, json};

use super::sealed::{everything, is_sealed};
use crate::support::App;
use crate::support::servers;

/// A woman who is registered with all that identifies her, beside the seeded ones.
const NAME: &str = "欧阳若兰";
const PHONE: &str = "19900009999";
const NUMBER: &str = "110101199603121222";

/// The names of the seeded women, as the ward reads them.
async fn names(lin: &crate::support::client::Client) -> Vec<String> {
    let mut names = Vec::new();
    for stage in ["antenatal", "labor", "postpartum", "closed"] {
        let path = format!("/patients?limit=100&stage={stage}");
        let list = lin.get(&path).await.expect(200);
        let items = list["items"].as_array().unwrap();
        let told = items.iter().filter_map(|one| one["name"].as_str());
        names.extend(told.map(str::to_owned));
    }
    names
}

/// What a backup holds: the dump of PostgreSQL's own tool, the files of SQLite.
async fn carried_away(app: &App) -> Vec<u8> {
    match servers::dumped(app.config.database.expose()) {
        Some(dump) => dump,
        None => everything(app).await,
    }
}

#[tokio::test]
async fn no_name_phone_or_number_of_the_seeded_women_stands_in_a_dump() {
    for app in App::each().await {
        seed::fill(&app.ctx, &app.simulator).await.unwrap();
        let lin = app.nobody_of_staff();
        let body = json!({ "facility": seed::FACILITY, "username": "lin", "password": seed::PASSWORD });
        let session = lin.post_bare("/sessions", body).await.expect(201);
        let lin = lin.with_token(session["token"].as_str().unwrap());
        let edd = (app.clock.now() + chrono::Duration::days(100)).date_naive();
        let body = json!({
            "name": NAME, "phone": PHONE, "edd": edd,
            "id_document": { "kind": "resident_id", "number": NUMBER },
        });
        let registered: Value = lin.post("/patients", body).await.expect(201);
        assert!(registered["id"].is_string());
        let names = names(&lin).await;
        assert!(names.len() > 30, "{} names", names.len());
        let kept = carried_away(&app).await;
        assert!(kept.len() > 1_000_000, "{} bytes were looked at", kept.len());
        // Two characters may be part of a text that somebody wrote for all; three hardly.
        let long = names.into_iter().filter(|name| name.chars().count() > 2);
        let phones = (0..seed::WOMEN).map(|index| format!("1990000{index:04}"));
        let hers = [NAME, PHONE, NUMBER].map(str::to_owned);
        for word in long.chain(phones).chain(hers) {
            is_sealed(&kept, &word);
        }
    }
}
