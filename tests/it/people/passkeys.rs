//! Staff log in with a passkey.

use serde_json::{Value, json};

use super::sealed::{everything, is_sealed};
use crate::support::App;
use crate::support::cast::PASSWORD;
use crate::support::client::{Answer, Client};
use crate::support::passkey::SoftPasskey;

const PAGE: &str = "https://renai.example";

/// The service as it is reached under a name.
async fn named(app: App) -> App {
    app.again(|config| config.public_url = PAGE.to_owned()).await
}

fn refused(answer: &Answer, status: u16) {
    let said = (answer.status, answer.code());
    assert_eq!(
        said,
        (status, "people.passkey_invalid".to_owned()),
        "{}",
        answer.body
    );
}

async fn handed_in(colleague: &Client, asked: &Value, credential: Value) -> Answer {
    let body = json!({ "attempt": asked["attempt"], "credential": credential, "name": "工作手机" });
    colleague.post("/me/passkeys/confirm", body).await
}

/// Zhao with a second factor and a passkey.
async fn zhao_with_passkey(app: &App) -> (Client, SoftPasskey) {
    let zhao = app.zhao().await;
    app.enrolled(&zhao).await;
    let mut passkey = SoftPasskey::new(1, PAGE);
    let asked = zhao.post("/me/passkeys", Value::Null).await.expect(201);
    let made = passkey.made(&asked["options"]);
    handed_in(&zhao, &asked, made).await.expect(201);
    (zhao, passkey)
}

async fn asked(app: &App) -> Value {
    app.nobody_of_staff()
        .post_bare("/sessions/passkey", Value::Null)
        .await
        .expect(201)
}

async fn finished(app: &App, asked: &Value, credential: Value) -> Answer {
    let body = json!({ "attempt": asked["attempt"], "credential": credential });
    app.nobody_of_staff()
        .post_bare("/sessions/passkey/finish", body)
        .await
}

async fn logs_in(app: &App, passkey: &mut SoftPasskey) -> Answer {
    let asked = asked(app).await;
    let answer = passkey.answers(&asked["options"]);
    finished(app, &asked, answer).await
}

#[tokio::test]
async fn a_passkey_opens_a_session_with_a_second_factor() {
    for app in App::each().await {
        let app = named(app).await;
        let (zhao, mut passkey) = zhao_with_passkey(&app).await;
        let session = logs_in(&app, &mut passkey).await.expect(201);
        let again = app
            .nobody_of_staff()
            .with_token(session["token"].as_str().unwrap());
        assert_eq!(again.get("/me").await.expect(200)["username"], "zhao");
        let page = again.get("/sessions").await.expect(200);
        assert_eq!(page["items"][0]["second_factor"], true);
        let held = zhao.get("/me/passkeys").await.expect(200);
        assert_eq!(
            (&held[0]["name"], held.as_array().unwrap().len()),
            (&json!("工作手机"), 1)
        );
        assert!(held[0]["used_at"].is_string());
    }
}

#[tokio::test]
async fn a_passkey_is_made_in_a_session_with_a_second_factor_after_a_fresh_step_up_only() {
    let app = named(App::new().await).await;
    let zhao = app.zhao().await;
    let early = zhao.post("/me/passkeys", Value::Null).await;
    assert_eq!(early.code(), "people.second_factor_required");
    app.enrolled(&zhao).await;
    app.clock.advance(660);
    let late = zhao.post("/me/passkeys", Value::Null).await;
    assert_eq!(late.code(), "people.step_up_required");
    let unnamed = App::new().await;
    let zhao = unnamed.zhao().await;
    unnamed.enrolled(&zhao).await;
    // An address without a name can have none.
    let off = zhao.post("/me/passkeys", Value::Null).await;
    assert_eq!(off.code(), "people.passkeys_off");
    let off = unnamed
        .nobody_of_staff()
        .post_bare("/sessions/passkey", Value::Null)
        .await;
    assert_eq!((off.status, off.code().as_str()), (409, "people.passkeys_off"));
}

#[tokio::test]
async fn what_an_authenticator_answers_is_believed_once_from_this_page_with_a_finger_on_it() {
    let app = named(App::new().await).await;
    let (zhao, mut passkey) = zhao_with_passkey(&app).await;
    let elsewhere = SoftPasskey {
        origin: "https://renai.example.evil.example".to_owned(),
        ..passkey.clone()
    };
    let found = SoftPasskey {
        verifies: false,
        ..passkey.clone()
    };
    let another = SoftPasskey::new(2, PAGE);
    for mut wrong in [elsewhere, found, another] {
        refused(&logs_in(&app, &mut wrong).await, 401);
    }
    let first = asked(&app).await;
    let answer = passkey.answers(&first["options"]);
    // The answer to one question is none to another.
    refused(&finished(&app, &asked(&app).await, answer.clone()).await, 401);
    finished(&app, &first, answer.clone()).await.expect(201);
    refused(&finished(&app, &first, answer).await, 401);
    refused(&finished(&app, &asked(&app).await, json!({})).await, 401);

    // A copy of the key counts on from where it was taken.
    let mut copy = passkey.clone();
    logs_in(&app, &mut passkey).await.expect(201);
    refused(&logs_in(&app, &mut copy).await, 401);

    // Nor is one made for another page, nor the same twice.
    zhao.post("/sessions/current/step-up", json!({ "password": PASSWORD }))
        .await
        .expect(201);
    let asked = zhao.post("/me/passkeys", Value::Null).await.expect(201);
    let strange = SoftPasskey::new(3, "https://elsewhere.example").made(&asked["options"]);
    refused(&handed_in(&zhao, &asked, strange).await, 409);
}

#[tokio::test]
async fn a_passkey_that_is_taken_away_opens_nothing() {
    for app in App::each().await {
        let app = named(app).await;
        let (zhao, mut passkey) = zhao_with_passkey(&app).await;
        let held = zhao.get("/me/passkeys").await.expect(200);
        let path = format!("/me/passkeys/{}", held[0]["id"].as_str().unwrap());
        app.he().await.delete(&path).await.expect(404);
        app.clock.advance(660);
        assert_eq!(zhao.delete(&path).await.code(), "people.step_up_required");
        zhao.post("/sessions/current/step-up", json!({ "password": PASSWORD }))
            .await
            .expect(201);
        zhao.delete(&path).await.expect(204);
        refused(&logs_in(&app, &mut passkey).await, 401);
        zhao.delete(&path).await.expect(404);
    }
}

#[tokio::test]
async fn an_administrator_who_takes_a_lost_second_factor_away_takes_the_passkeys_with_it() {
    let app = named(App::new().await).await;
    let (zhao, mut passkey) = zhao_with_passkey(&app).await;
    let me = zhao.get("/me").await.expect(200);
    let path = format!("/staff/{}/totp", me["id"].as_str().unwrap());
    app.wu().await.delete(&path).await.expect(204);
    refused(&logs_in(&app, &mut passkey).await, 401);
}

#[tokio::test]
async fn a_passkey_stands_nowhere_in_clear() {
    for app in App::each().await {
        let app = named(app).await;
        zhao_with_passkey(&app).await;
        is_sealed(&everything(&app).await, "工作手机");
    }
}
