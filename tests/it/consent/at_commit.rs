//! What changes while the document is being made counts at commit (CE-044).

use std::sync::{Arc, Mutex, mpsc};

use muan::content::{Origin, fonts};
use muan::db::Q;
use muan::evidence::document::Engine;
use muan::evidence::press::Press;
use poem::EndpointExt;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::ceremony::{Ceremony, countersign};
use super::signers::refused;
use crate::assessment::only;
use crate::support::client::{Answer, Client};

/// Zhao countersigns; once the document is begun, `meanwhile` happens, and only then it is made.
async fn countersigned_while(ceremony: &Ceremony, meanwhile: impl Future<Output = ()>) -> Answer {
    let begun = Arc::new(Notify::new());
    let (go, wait) = mpsc::channel::<()>();
    let (begins, wait) = (begun.clone(), Mutex::new(wait));
    let mut ctx = ceremony.app.beside(|_| {}).await;
    ctx.press = Arc::new(Press::new(move || {
        begins.notify_one();
        wait.lock().unwrap().recv().unwrap();
        Engine::new(fonts::fonts(&Origin::BuiltIn), fonts::layouts(&Origin::BuiltIn))
    }));
    let endpoint = Arc::new(muan::app::endpoint(&ctx).boxed());
    let slow = Client::new(endpoint, "/api/staff/v1", None);
    let zhao = slow.with_token(ceremony.zhao.bearer().trim_start_matches("Bearer "));
    let (etag, path) = (ceremony.etag().await, ceremony.path("/countersign"));
    let change = async {
        begun.notified().await;
        meanwhile.await;
        go.send(()).unwrap();
    };
    let (answer, ()) = tokio::join!(zhao.post_at(&path, &etag, countersign()), change);
    answer
}

#[tokio::test]
async fn a_privilege_that_is_taken_away_meanwhile_puts_nothing_in_force() {
    let ceremony = Ceremony::signed().await;
    ceremony.step_up().await;
    let wu = ceremony.app.wu().await;
    let me = ceremony.zhao.get("/me").await.expect(200);
    let taken_away = async {
        let path = format!("/staff/{}", me["id"].as_str().unwrap());
        let account = wu.get(&path).await;
        let body = json!({
            "username": "zhao", "name": "赵明", "license": account.body["license"], "title": account.body["title"],
            "role": "anesthesiologist", "senior": true, "consent_privilege": { "granted": false },
        });
        wu.put(&path, &account.etag(), body).await.expect(200);
    };
    let answer = countersigned_while(&ceremony, taken_away).await;
    refused(&answer, "consent.privilege_missing");
    assert_eq!(ceremony.state().await, "patient_signed");
    // What was sealed in vain is kept beside it (CE-046).
    let mut view = ceremony.app.ctx.view();
    let (orphans,): (i64,) = view
        .q("select count(*) from consent_seal_orphan")
        .one()
        .await
        .unwrap();
    let (seals,): (i64,) = view.q("select count(*) from consent_seal").one().await.unwrap();
    assert_eq!((orphans, seals), (1, 0));
}

#[tokio::test]
async fn a_no_of_another_anesthesiologist_meanwhile_puts_nothing_in_force() {
    let ceremony = Ceremony::on_answers(json!({ "lab.plt": 85 })).await;
    ceremony.is_ready().await;
    ceremony.signs(None, 0).await.expect(201);
    ceremony.step_up().await;
    let he = ceremony.app.he().await;
    let decision = format!("{}/decision", only(&he).await);
    let no = async {
        let body = json!({ "outcome": "not_suitable", "summary": "医生看过了。" });
        he.post(&decision, body).await.expect(200);
    };
    let answer = countersigned_while(&ceremony, no).await;
    refused(&answer, "consent.not_suitable");
    assert_eq!(ceremony.state().await, "patient_signed");
}

#[tokio::test]
async fn a_seal_in_vain_that_cannot_be_kept_changes_no_answer() {
    let ceremony = Ceremony::ready().await;
    ceremony.signs(None, 0).await.expect(201);
    ceremony.step_up().await;
    let taken_back = async {
        let path = ceremony.path("/withdraw");
        ceremony.mei.post(&path, json!({})).await.expect(200);
        says(&ceremony, "alter table consent_seal_orphan rename to elsewhere").await;
    };
    let answer = countersigned_while(&ceremony, taken_back).await;
    assert!(
        (400..500).contains(&answer.status),
        "{}: {}",
        answer.status,
        answer.body
    );
    assert_eq!(ceremony.state().await, "withdrawn");
}

async fn says(ceremony: &Ceremony, text: &str) {
    let mut tx = ceremony.app.ctx.db.begin().await.unwrap();
    tx.q(text.to_owned()).run().await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn of_a_signature_that_cannot_be_told_or_journaled_nothing_stays() {
    let ceremony = Ceremony::ready().await;
    let (etag, mark) = (ceremony.etag().await, ceremony.mark().await);
    // The messages to other slices, and the journal: each is written in the same transaction as the state (CE-042).
    for table in ["job", "journal_pending"] {
        says(&ceremony, &format!("alter table {table} rename to elsewhere")).await;
        let path = ceremony.path("/sign");
        let failed = ceremony.mei.post_at(&path, &etag, mark.clone()).await;
        assert_eq!(failed.status, 500, "{table}: {}", failed.body);
        says(&ceremony, &format!("alter table elsewhere rename to {table}")).await;
        assert_eq!(ceremony.state().await, "ready", "{table}");
        assert_eq!(ceremony.etag().await, etag, "{table}");
        let (signatures,): (i64,) = ceremony
            .app
            .ctx
            .view()
            .q("select count(*) from consent_signature")
            .one()
            .await
            .unwrap();
        assert_eq!(signatures, 0, "{table}");
        assert_eq!(ceremony.act_of("consent.sign").await, Value::Null, "{table}");
    }
    let signed = ceremony.mei.post_at(&ceremony.path("/sign"), &etag, mark).await;
    assert_eq!(signed.expect(201)["state"], "patient_signed");
}
