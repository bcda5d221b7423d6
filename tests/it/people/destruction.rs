//! The end of a record: what goes with it, who is in its way, and what staff no longer find.

use std::collections::BTreeSet;

use muan::db::{Q, Sql};
use serde_json::{Value, json};
use uuid::Uuid;

use super::retention::{DAY, YEAR, held, ren};
use super::sealing;
use crate::analgesia::admission;
use crate::consent::ceremony::Ceremony;
use crate::consent::signers::person;
use crate::support::App;
use crate::support::client::Client;
use crate::support::walk;

/// The records that keys are kept for.
async fn keyed(app: &App) -> BTreeSet<Uuid> {
    let mut view = app.ctx.view();
    let rows: Vec<(Uuid,)> = view.q("select record from data_key").all().await.unwrap();
    rows.into_iter().map(|(record,)| record).collect()
}

/// Ids of a table's rows.
async fn ids(app: &App, table: &str) -> BTreeSet<Uuid> {
    let mut view = app.ctx.view();
    let rows: Vec<(Uuid,)> = view.q(format!("select id from {table}")).all().await.unwrap();
    rows.into_iter().map(|(id,)| id).collect()
}

/// All of the hospital's records whose time is over, destroyed by two people.
pub async fn destroyed(app: &App) -> Value {
    let (qian, ren) = (app.qian().await, ren(app).await);
    let list = qian.post("/destruction-lists", json!({})).await.expect(201);
    let path = format!("/destruction-lists/{}/approve", list["id"].as_str().unwrap());
    qian.post(&path, json!({})).await.expect(200);
    ren.post(&path, json!({})).await.expect(200)
}

/// The quality office stops all use of her data but storage, as she asked.
pub async fn restricted(app: &App, client: &Client) {
    let receipt = client
        .post("/me/requests", json!({ "kind": "restrict" }))
        .await
        .expect(202);
    let path = format!(
        "/data-requests/{}/answer",
        receipt["request"]["id"].as_str().unwrap()
    );
    let granted = json!({ "outcome": "granted" });
    app.qian().await.post(&path, granted).await.expect(200);
}

/// Staff see a husband's document, read an agent's authority, she has a copy, and a sealing and a hold begin and end.
async fn others_come_in(app: &App, patient: &str) {
    let lin = app.lin().await;
    let husband = person("relative", "王强", "丈夫");
    let body = json!({ "method": "in_person", "identifiers": ["name", "id_document"], "of": husband });
    lin.post(&format!("/patients/{patient}/identity-checks"), body)
        .await
        .expect(201);
    let authority = json!({
        "agent": { "name": "王强", "relation": "丈夫", "document_ref": "身份证 0012" },
        "matter": "neuraxial_labor_analgesia", "scope": ["sign"],
        "ends_at": app.clock.now() + chrono::Duration::days(7),
        "document_ref": "病案 卷二", "patient_signed": true,
    });
    lin.post(&format!("/patients/{patient}/authorities"), authority)
        .await
        .expect(201);
    let qian = app.qian().await;
    let demand = json!({
        "patient": patient, "basis": "申请复制病历",
        "recipient": { "kind": "patient", "name": "梅秀英", "document_ref": "身份证 1222" },
    });
    qian.post("/record-copies", demand).await.expect(201);
    let seal = sealing::sealed(&qian, patient).await;
    let text = json!({ "text": "患方再次要求协商。" });
    qian.post(&sealing::path(&seal, "/claims"), text)
        .await
        .expect(201);
    let settled = json!({ "reason": "双方已达成协议。" });
    qian.post(&sealing::path(&seal, "/release"), settled)
        .await
        .expect(200);
    let hold = held(&qian, patient).await;
    let release = format!("/legal-holds/{}/release", hold["id"].as_str().unwrap());
    qian.post(&release, json!({ "reason": "争议已解决。" }))
        .await
        .expect(200);
}

/// Her time is over, two people destroy her record, and no key that came after `before` is left of it.
async fn nothing_is_left(app: &App, before: BTreeSet<Uuid>, patient: &str) {
    app.clock.advance(31 * YEAR);
    app.work().await;
    let done = destroyed(app).await;
    assert_eq!(done["outcome"]["destroyed"], json!([patient]), "{done}");
    // What is not hers alone: accounts of WeChat, colleagues, answers kept for a day, reports of staff, templates.
    let mut others = before;
    for table in [
        "account",
        "staff",
        "idempotency",
        "adverse_event",
        "consent_template_event",
    ] {
        others.extend(ids(app, table).await);
    }
    let mut left = Vec::new();
    for record in keyed(app).await.difference(&others) {
        left.push(format!("{record} in {:?}", tables_with(app, *record).await));
    }
    assert_eq!(left, Vec::<String>::new());
}

#[tokio::test]
async fn no_key_of_a_whole_pathway_is_left_in_any_table() {
    let app = App::new().await;
    let before = keyed(&app).await;
    let world = walk::to_the_survey(&app).await;
    others_come_in(&app, &world.patient).await;
    crate::quality::cases::is_managed(&app, &world.patient).await;
    let close = format!("/labors/{}/close", world.ids["labors"]);
    let discharged = json!({ "reason": "discharged" });
    app.lin().await.post(&close, discharged).await.expect(201);
    nothing_is_left(&app, before, &world.patient).await;
}

#[tokio::test]
async fn no_key_of_a_consent_with_all_its_parts_is_left_in_any_table() {
    let app = App::new().await;
    let before = keyed(&app).await;
    let mei = app.mei().await;
    let ceremony = Ceremony::of(app, mei).await;
    ceremony.is_released().await;
    let (app, mei, patient) = (&ceremony.app, &ceremony.mei, ceremony.mei.patient_id.clone());
    ceremony.is_talked_over().await;
    ceremony.is_ready().await;
    let seen = json!({ "method": "in_person", "identifiers": ["name", "phone"] });
    ceremony
        .zhao
        .post(&format!("/patients/{patient}/identity-checks"), seen)
        .await
        .expect(201);
    mei.post(&ceremony.path("/identity"), json!({ "method": "one_time_code" }))
        .await
        .expect(201);
    others_come_in(app, &patient).await;
    ceremony
        .mei
        .post(&ceremony.path("/refuse"), json!({ "reasons": ["needle"] }))
        .await
        .expect(200);
    app.work().await;
    nothing_is_left(app, before, &patient).await;
}

/// The tables in which a record has its row.
async fn tables_with(app: &App, record: Uuid) -> Vec<String> {
    let mut view = app.ctx.view();
    let tables: Vec<(String,)> = view
        .q(Sql::Per {
            sqlite: "select m.name from sqlite_master m join pragma_table_info(m.name) c \
                     where m.type = 'table' and c.name = 'id' and c.type = 'BLOB'",
            pg: "select cast(table_name as text) from information_schema.columns \
                 where table_schema = 'public' and column_name = 'id' and data_type = 'uuid'",
        })
        .all()
        .await
        .unwrap();
    let mut found = Vec::new();
    for (table,) in tables {
        let rows: Vec<(Uuid,)> = view
            .q(format!("select id from {table} where id = $1"))
            .bind(record)
            .all()
            .await
            .unwrap();
        found.extend((!rows.is_empty()).then_some(table));
    }
    found
}

#[tokio::test]
async fn of_two_approvals_at_once_one_is_the_second() {
    for app in App::each().await {
        let mei = app.mei().await;
        app.clock.advance(16 * YEAR);
        let (qian, ren) = (app.qian().await, ren(&app).await);
        let list = qian.post("/destruction-lists", json!({})).await.expect(201);
        let path = format!("/destruction-lists/{}/approve", list["id"].as_str().unwrap());
        let (one, other) = tokio::join!(qian.post(&path, json!({})), ren.post(&path, json!({})));
        let outcomes = [one.expect(200), other.expect(200)];
        let done: Vec<&Value> = outcomes
            .iter()
            .filter_map(|list| list.get("outcome"))
            .filter(|outcome| !outcome.is_null())
            .collect();
        assert_eq!(done.len(), 1, "{outcomes:?}");
        assert_eq!(done[0]["destroyed"], json!([mei.patient_id]));
    }
}

#[tokio::test]
async fn a_hold_that_is_answered_while_a_list_is_worked_through_keeps_the_record() {
    for app in App::each().await {
        let (mei, bai) = (app.mei().await, app.bai().await);
        app.clock.advance(16 * YEAR);
        let (qian, ren) = (app.qian().await, ren(&app).await);
        let list = qian.post("/destruction-lists", json!({})).await.expect(201);
        let path = format!("/destruction-lists/{}/approve", list["id"].as_str().unwrap());
        qian.post(&path, json!({})).await.expect(200);
        let hold = json!({ "patient": mei.patient_id, "reason": "家属提出异议。", "parties": ["患方"] });
        let (hold, done) = tokio::join!(qian.post("/legal-holds", hold), ren.post(&path, json!({})));
        let done = done.expect(200);
        let gone = done["outcome"]["destroyed"].as_array().unwrap();
        assert!(gone.contains(&json!(bai.patient_id)), "{done}");
        assert_eq!(
            hold.status == 201,
            !gone.contains(&json!(mei.patient_id)),
            "a hold that was given holds: {} {done}",
            hold.body
        );
    }
}

#[tokio::test]
async fn a_destroyed_record_is_in_no_list_and_the_lists_of_records_are_read_under_the_journal() {
    let ceremony = Ceremony::active().await;
    let app = &ceremony.app;
    let zhao = app.zhao().await;
    assert!(
        zhao.get("/consents")
            .await
            .body
            .to_string()
            .contains(&ceremony.id)
    );
    app.clock.advance(16 * YEAR);
    destroyed(app).await;
    let zhao = app.zhao().await;
    let listed = zhao.get("/consents").await.expect(200);
    assert_eq!(listed["items"], json!([]));
    let told = format!("/Consent?patient={}", ceremony.mei.patient_id);
    assert_eq!(zhao.fhir().get(&told).await.status, 404);
    let qian = app.qian().await;
    app.clock.advance(1);
    qian.get("/destruction-lists").await.expect(200);
    app.work().await;
    let journal = qian.get("/audit?limit=50").await.expect(200);
    assert!(journal.to_string().contains("people.destructions"), "{journal}");
}

#[tokio::test]
async fn whose_data_may_only_be_kept_is_in_no_list_until_she_is_admitted() {
    let ceremony = Ceremony::released().await;
    let app = &ceremony.app;
    crate::forms::submit(app, &ceremony.mei, json!({})).await;
    app.work().await;
    let (zhao, lin) = (app.zhao().await, app.lin().await);
    let listed = async || {
        let consents = zhao.get("/consents").await.expect(200).to_string();
        let reviews = zhao.get("/reviews").await.expect(200).to_string();
        let hers = ceremony.mei.patient_id.as_str();
        [consents.contains(&ceremony.id), reviews.contains(hers)]
    };
    assert_eq!(listed().await, [true; 2]);
    restricted(app, &ceremony.mei).await;
    assert_eq!(listed().await, [false; 2]);
    lin.post("/labors", admission(&ceremony.mei.patient_id))
        .await
        .expect(201);
    assert_eq!(listed().await, [true; 2], "whoever treats her sees what there is");
    let board = lin.get("/labors").await.expect(200);
    assert!(board.to_string().contains("梅秀英"), "{board}");
}

#[tokio::test]
async fn a_day_on_which_forgetting_fails_does_not_end_it() {
    let app = App::new().await;
    app.work().await;
    app.clock.advance(DAY + 3600);
    let planned = async || {
        let mut view = app.ctx.view();
        let rows: Vec<(chrono::DateTime<chrono::Utc>,)> = view
            .q("select run_at from job where kind = 'people.forget' and state = 'ready'")
            .all()
            .await
            .unwrap();
        rows.into_iter()
            .filter(|(at,)| *at > app.clock.now() + chrono::Duration::hours(20))
            .count()
    };
    assert_eq!(planned().await, 0, "today's has not run");
    let mut tx = app.ctx.db.begin().await.unwrap();
    tx.q("alter table legal_hold_release rename to elsewhere")
        .run()
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let _failed = muan::app::work::due(&app.ctx, "test").await;
    assert!(planned().await > 0, "tomorrow is planned");
}
