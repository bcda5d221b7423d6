//! Sessions, accounts, agreements, staff; below: her rights over her record, and how long it is kept.

mod assessments;
pub mod binding;
mod columns;
mod copies;
pub mod destruction;
mod disputes;
mod dumped;
mod everything;
mod family;
mod keys;
mod passkeys;
mod qualifications;
pub mod retention;
mod rights;
pub mod sealed;
mod sealing;
mod sealing_refused;
mod second_factor;
mod sessions;
mod sign_on;
mod unmatched;

use serde_json::json;

use crate::support::App;
use crate::support::cast::{HOSPITAL, PASSWORD};

#[tokio::test]
async fn staff_log_in_and_out() {
    for app in App::each().await {
        let lin = app.lin().await;
        assert_eq!(lin.get("/me").await.expect(200)["username"], "lin");
        lin.delete("/sessions/current").await.expect(204);
        assert_eq!(lin.get("/me").await.code(), "http.unauthenticated");
    }
}

#[tokio::test]
async fn five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour() {
    let app = App::new().await;
    let nobody = app.nobody_of_staff();
    let wrong = json!({ "facility": HOSPITAL, "username": "lin", "password": "not the password" });
    let right = json!({ "facility": HOSPITAL, "username": "lin", "password": PASSWORD });
    for _ in 0..5 {
        nobody.post_bare("/sessions", wrong.clone()).await.expect(401);
    }
    assert_eq!(
        nobody.post_bare("/sessions", right.clone()).await.code(),
        "people.credentials_invalid"
    );
    app.clock.advance(15 * 60 + 1);
    nobody.post_bare("/sessions", right).await.expect(201);
}

#[tokio::test]
async fn an_unknown_name_gets_the_same_answer_as_a_wrong_password() {
    let app = App::new().await;
    let body = json!({ "facility": HOSPITAL, "username": "nobody", "password": PASSWORD });
    let unknown = app.nobody_of_staff().post_bare("/sessions", body).await;
    assert_eq!(
        (unknown.status, unknown.code().as_str()),
        (401, "people.credentials_invalid")
    );
}

#[tokio::test]
async fn she_logs_in_with_a_wechat_code_that_works_once() {
    let app = App::new().await;
    let code = app.simulator.login_code("o-new").code;
    let first = app
        .nobody()
        .post_bare("/sessions", json!({ "wechat_code": code }))
        .await
        .expect(201);
    assert_eq!(first["registered"], false);
    let again = app
        .nobody()
        .post_bare("/sessions", json!({ "wechat_code": code }))
        .await
        .expect(201);
    assert_ne!(
        first["token"], again["token"],
        "a client that lost the answer gets a new token"
    );
    let made_up = app
        .nobody()
        .post_bare("/sessions", json!({ "wechat_code": "made-up" }))
        .await;
    assert_eq!(
        (made_up.status, made_up.code().as_str()),
        (401, "people.wechat_code_invalid")
    );
    let empty = app
        .nobody()
        .post_bare("/sessions", json!({ "wechat_code": "" }))
        .await;
    assert_eq!((empty.status, empty.code().as_str()), (400, "http.malformed"));
}

#[tokio::test]
async fn an_administrator_adds_an_account_that_logs_in_with_its_one_time_password() {
    let app = App::new().await;
    let wu = app.wu().await;
    let body = json!({ "username": "zheng", "name": "郑一", "role": "midwife" });
    let new = wu.post_keyed("/staff", "k1", body.clone()).await.expect(201);
    let replay = wu.post_keyed("/staff", "k1", body.clone()).await;
    assert_eq!(replay.header("idempotent-replayed").as_deref(), Some("true"));
    assert_eq!(replay.expect(201)["one_time_password"], new["one_time_password"]);
    assert_eq!(
        wu.post("/staff", body.clone()).await.code(),
        "people.username_taken"
    );
    let other = json!({ "username": "other", "name": "郑一", "role": "midwife" });
    assert_eq!(
        wu.post_keyed("/staff", "k1", other).await.code(),
        "http.idempotency_key_reused"
    );
    let log_in = json!({ "facility": HOSPITAL, "username": "zheng", "password": new["one_time_password"] });
    app.nobody_of_staff()
        .post_bare("/sessions", log_in)
        .await
        .expect(201);
}

#[tokio::test]
async fn a_disabled_account_loses_its_sessions_at_once() {
    let app = App::new().await;
    let (wu, lin) = (app.wu().await, app.lin().await);
    let me = lin.get("/me").await.expect(200);
    let path = format!("/staff/{}", me["id"].as_str().unwrap());
    let etag = wu.get(&path).await.etag();
    let body = json!({ "username": "lin", "name": "林静", "role": "midwife", "disabled": true });
    assert_eq!(
        wu.put_bare(&path, body.clone()).await.code(),
        "http.precondition_required"
    );
    wu.put(&path, &etag, body.clone()).await.expect(200);
    assert_eq!(wu.put(&path, &etag, body).await.status, 412);
    lin.get("/me").await.expect(401);
}

#[tokio::test]
async fn an_agreement_is_given_in_the_version_that_was_read() {
    let app = App::new().await;
    let client = app.newcomer("o-new").await;
    let old = client
        .put_bare(
            "/me/agreements/privacy_policy",
            json!({ "version": "0.0.1", "accepted": true }),
        )
        .await;
    assert_eq!(old.code(), "people.agreement_version");
    app.agrees(&client).await;
    let all = client.get("/me/agreements").await.expect(200);
    let given: Vec<_> = all
        .as_array()
        .unwrap()
        .iter()
        .filter(|a| a["accepted"] == true)
        .collect();
    assert_eq!(given.len(), 3);
}
