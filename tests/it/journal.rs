//! The journal: an entry for each act, chained per institution, not to be changed, and readable by the quality office.

mod hidden;
mod keys;
mod log;
mod operator;
mod promised;
mod proved;
mod restored;
pub mod tampered;

use muan::db::Q;
use muan::journal;
use muan::journal::audit::{Audit, Scope, audit};
use muan::journal::key_use::Keys;
use serde_json::json;
use uuid::Uuid;

use crate::support::App;

/// The institution of the cast.
pub async fn hospital(app: &App) -> Uuid {
    let facility = app.wu().await.get("/facility").await.expect(200);
    facility["id"].as_str().unwrap().parse().unwrap()
}

/// New accounts: an entry each, all of them in their places.
pub async fn accounts(app: &App, names: &[&str]) {
    let wu = app.wu().await;
    for name in names {
        let body = json!({ "username": name, "name": "新人", "role": "midwife" });
        wu.post("/staff", body).await.expect(201);
    }
    app.work().await;
}

/// What an audit of a whole log finds now.
pub async fn whole_audit(app: &App, facility: Uuid) -> Audit {
    let keys = Keys::of(&mut app.ctx.view(), &app.ctx.log).await.unwrap();
    audit(&app.ctx.db, facility, Scope::Whole, &keys, app.clock.now())
        .await
        .unwrap()
}

#[tokio::test]
async fn the_chain_of_a_hospital_holds() {
    let app = App::new().await;
    accounts(&app, &["a1", "a2", "a3"]).await;
    let audit = whole_audit(&app, hospital(&app).await).await;
    assert!(audit.entries >= 4 && audit.is_sound(), "{audit:?}");
}

#[tokio::test]
async fn an_entry_can_be_neither_changed_nor_deleted() {
    let app = App::new().await;
    accounts(&app, &["a1", "a2", "a3"]).await;
    for sql in [
        "update journal_entry set act = 'x'",
        "delete from journal_entry",
        "update journal_chain set hash = 'x'",
        "delete from journal_chain",
        "update journal_node set hash = hash",
        "delete from journal_node",
        "update journal_checkpoint set size = 1",
        "delete from journal_checkpoint",
    ] {
        let mut tx = app.ctx.db.begin().await.unwrap();
        let refused = tx.q(sql).run().await.unwrap_err().to_string();
        assert!(refused.contains("immutable"), "{sql}: {refused}");
    }
}

#[tokio::test]
async fn the_quality_office_reads_who_did_what_and_its_reading_is_noted_too() {
    let app = App::new().await;
    let (wu, qian) = (app.wu().await, app.qian().await);
    wu.post(
        "/staff",
        json!({ "username": "zheng", "name": "郑一", "role": "midwife" }),
    )
    .await
    .expect(201);
    app.work().await;
    app.clock.advance(1);
    let page = qian.get("/audit?limit=1").await.expect(200);
    assert_eq!(page["items"][0]["act"], "people.staff_add");
    assert!(page["items"][0]["seq"].as_i64().unwrap() > 0);
    assert!(!page.to_string().contains("郑一"), "the journal holds no names");
    let cursor = page["next_cursor"].as_str().unwrap();
    let next = qian
        .get(&format!("/audit?limit=1&cursor={cursor}"))
        .await
        .expect(200);
    assert_ne!(next["items"][0]["id"], page["items"][0]["id"]);
    let other = qian
        .get(&format!("/audit?limit=1&staff={}&cursor={cursor}", Uuid::nil()))
        .await;
    assert_eq!(
        other.code(),
        "http.page_invalid",
        "a cursor of another question is refused"
    );
    app.clock.advance(1);
    let _read_again = qian.get("/audit?limit=1").await.expect(200);
    app.clock.advance(1);
    let newest = qian.get("/audit?limit=1").await.expect(200);
    assert_eq!(newest["items"][0]["act"], "people.audit");
}

#[tokio::test]
async fn an_entry_without_its_place_for_over_a_minute_is_an_incident() {
    let app = App::new().await;
    let wu = app.wu().await;
    app.work().await;
    let body = json!({ "username": "late", "name": "新人", "role": "midwife" });
    wu.post("/staff", body).await.expect(201);
    let overdue = async || journal::overdue(&app.ctx.db, app.clock.now()).await.unwrap();
    app.clock.advance(50);
    assert_eq!(overdue().await, 0);
    app.clock.advance(11);
    assert_eq!(overdue().await, 1);
    app.work().await;
    assert_eq!(overdue().await, 0);
}
