//! What changes while the document is being made counts at commit (CE-044).

use std::sync::{Arc, Mutex, mpsc};

use muan::content::{Origin, fonts};
use muan::evidence::document::Engine;
use muan::evidence::press::Press;
use poem::EndpointExt;
use serde_json::json;
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
