//! Staff log in by their hospital's provider.

use serde_json::{Value, json};

use crate::support::App;
use crate::support::cast::{HOSPITAL, OTHER_HOSPITAL, PASSWORD};
use crate::support::client::{Answer, Client};
use crate::support::provider::{Provider, Visitor, Wrong};

/// The service whose first hospital has a provider.
async fn with_provider(app: App) -> (App, Provider) {
    let provider = Provider::start(&app.clock).await;
    let settings = provider.settings(HOSPITAL);
    let app = app.again(|config| config.single_sign_on.push(settings)).await;
    (app, provider)
}

async fn begun(app: &App) -> Value {
    let body = json!({ "facility": HOSPITAL });
    app.nobody_of_staff()
        .post_bare("/sessions/sign-on", body)
        .await
        .expect(201)
}

/// With what somebody came back, and what he adds to it.
async fn handed_in(app: &App, begun: &Value, back: (String, String), more: Value) -> Answer {
    let (code, state) = back;
    let mut body = json!({ "facility": HOSPITAL, "attempt": begun["attempt"], "state": state, "code": code });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    app.nobody_of_staff()
        .post_bare("/sessions/sign-on/finish", body)
        .await
}

async fn finished(app: &App, begun: &Value, back: (String, String)) -> Answer {
    handed_in(app, begun, back, json!({})).await
}

/// The whole way.
async fn signs_on_with(app: &App, provider: &Provider, visitor: Visitor, more: Value) -> Answer {
    let begun = begun(app).await;
    let back = provider
        .visited(begun["address"].as_str().unwrap(), visitor)
        .await;
    handed_in(app, &begun, back, more).await
}

async fn signs_on(app: &App, provider: &Provider, visitor: Visitor) -> Answer {
    signs_on_with(app, provider, visitor, json!({})).await
}

/// The first time, with the account's password.
async fn binds(app: &App, provider: &Provider, visitor: Visitor) -> Value {
    signs_on_with(app, provider, visitor, json!({ "password": PASSWORD }))
        .await
        .expect(201)
}

fn lin() -> Visitor {
    Visitor::new("lin-at-the-provider", "lin")
}

fn is(answer: &Answer, status: u16, code: &str) {
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (status, code),
        "{}",
        answer.body
    );
}

fn client(app: &App, session: &Value) -> Client {
    app.nobody_of_staff()
        .with_token(session["token"].as_str().unwrap())
}

async fn account(wu: &Client, username: &str) -> String {
    let all = wu.get("/staff").await.expect(200);
    let all = all["items"].as_array().unwrap();
    let one = all.iter().find(|one| one["username"] == username).unwrap();
    one["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn staff_log_in_by_their_hospitals_provider_whatever_it_signs_with() {
    for app in App::each().await {
        let (app, provider) = with_provider(app).await;
        let session = binds(&app, &provider, lin()).await;
        let me = client(&app, &session).get("/me").await.expect(200);
        assert_eq!(me["username"], "lin");
        provider.signs_with_rsa();
        signs_on(&app, &provider, lin()).await.expect(201);
        app.work().await;
        let audit = app.qian().await.get("/audit?limit=100").await.expect(200);
        let entries = audit["items"].as_array().unwrap().iter();
        let bound: Vec<&Value> = entries
            .filter(|one| one["act"] == "people.log_in_sign_on")
            .map(|one| &one["detail"]["bound"])
            .collect();
        assert_eq!(bound, [&json!(false), &json!(true)], "{audit}");
    }
}

#[tokio::test]
async fn no_account_is_made_and_none_is_taken_over_by_its_name() {
    for app in App::each().await {
        let (app, provider) = with_provider(app).await;
        let unknown = signs_on(&app, &provider, Visitor::new("x", "nobody")).await;
        is(&unknown, 401, "people.sign_on_unknown");
        let nameless = Visitor {
            username: None,
            ..lin()
        };
        let told = signs_on(&app, &provider, nameless.clone()).await;
        is(&told, 401, "people.sign_on_unknown");
        binds(&app, &provider, lin()).await;
        // From now on it is he, whatever he is called there, and nobody else of his name.
        signs_on(&app, &provider, nameless).await.expect(201);
        let renamed = Visitor::new("lin-at-the-provider", "zhao");
        let session = signs_on(&app, &provider, renamed).await.expect(201);
        let me = client(&app, &session).get("/me").await.expect(200);
        assert_eq!(me["username"], "lin");
        for impostor in [
            Visitor::new("somebody", "lin"),
            Visitor::new("LIN-at-the-provider", "lin"),
        ] {
            let told = signs_on(&app, &provider, impostor).await;
            is(&told, 401, "people.sign_on_unknown");
        }
    }
}

#[tokio::test]
async fn the_first_time_the_accounts_own_password_says_that_it_is_his() {
    for app in App::each().await {
        let (app, provider) = with_provider(app).await;
        is(
            &signs_on(&app, &provider, lin()).await,
            401,
            "people.sign_on_unknown",
        );
        let with = async |password: &str| {
            signs_on_with(&app, &provider, lin(), json!({ "password": password })).await
        };
        is(&with("a guess").await, 401, "people.credentials_invalid");
        with(PASSWORD).await.expect(201);
        signs_on(&app, &provider, lin()).await.expect(201);
        let impostor = Visitor::new("somebody", "lin");
        let told = signs_on_with(&app, &provider, impostor, json!({ "password": PASSWORD })).await;
        is(&told, 401, "people.sign_on_unknown");

        let zhao = || Visitor::new("zhao-at-the-provider", "zhao");
        for _ in 0..5 {
            let guess = json!({ "password": "a guess" });
            let told = signs_on_with(&app, &provider, zhao(), guess).await;
            is(&told, 401, "people.credentials_invalid");
        }
        let right = json!({ "password": PASSWORD });
        let told = signs_on_with(&app, &provider, zhao(), right).await;
        is(&told, 401, "people.credentials_invalid");
    }
}

#[tokio::test]
async fn the_first_time_the_providers_second_factor_does_not_stand_for_the_accounts_own() {
    let (app, provider) = with_provider(App::new().await).await;
    let enrolled = app.enrolled(&app.zhao().await).await;
    app.clock.advance(30);
    let zhao = || Visitor::new("zhao-at-the-provider", "zhao").twice();
    let told = signs_on_with(&app, &provider, zhao(), json!({ "password": PASSWORD })).await;
    is(&told, 401, "people.credentials_invalid");
    let both = json!({ "password": PASSWORD, "totp": app.code(&enrolled.secret) });
    signs_on_with(&app, &provider, zhao(), both).await.expect(201);
    signs_on(&app, &provider, zhao()).await.expect(201);
}

#[tokio::test]
async fn a_token_that_is_not_a_true_answer_opens_nothing() {
    let (app, provider) = with_provider(App::new().await).await;
    binds(&app, &provider, lin()).await;
    for wrong in [
        Wrong::Nonce,
        Wrong::Audience,
        Wrong::Issuer,
        Wrong::Expired,
        Wrong::Old,
        Wrong::Unsigned,
        Wrong::Symmetric,
        Wrong::Key,
        Wrong::Changed,
        Wrong::NoToken,
    ] {
        provider.goes_wrong(wrong);
        let told = signs_on(&app, &provider, lin()).await;
        assert_eq!(
            (told.status, told.code().as_str()),
            (401, "people.sign_on_invalid"),
            "{wrong:?}"
        );
    }
    provider.goes_wrong(None);
    signs_on(&app, &provider, lin()).await.expect(201);
}

#[tokio::test]
async fn what_comes_back_is_taken_from_the_browser_that_went_in_time_and_once() {
    let (app, provider) = with_provider(App::new().await).await;
    binds(&app, &provider, lin()).await;
    let (mine, others) = (begun(&app).await, begun(&app).await);
    let address = mine["address"].as_str().unwrap();
    let (code, state) = provider.visited(address, lin()).await;
    // Somebody is led to come back with what another browser began.
    let told = finished(&app, &others, (code.clone(), state.clone())).await;
    is(&told, 401, "people.sign_on_invalid");
    let told = finished(&app, &mine, (code.clone(), "made-up".to_owned())).await;
    is(&told, 401, "people.sign_on_invalid");
    let mut forged = mine.clone();
    forged["attempt"] = json!(format!("9{}", mine["attempt"].as_str().unwrap()));
    let told = finished(&app, &forged, (code.clone(), state.clone())).await;
    is(&told, 401, "people.sign_on_invalid");
    finished(&app, &mine, (code.clone(), state.clone()))
        .await
        .expect(201);
    let twice = finished(&app, &mine, (code, state)).await;
    is(&twice, 401, "people.sign_on_invalid");

    let late = begun(&app).await;
    let back = provider.visited(late["address"].as_str().unwrap(), lin()).await;
    app.clock.advance(10 * 60 + 1);
    is(&finished(&app, &late, back).await, 401, "people.sign_on_invalid");
    // The code that another attempt was sent back with is worth nothing in this one.
    let (mine, others) = (begun(&app).await, begun(&app).await);
    let (code, _) = provider.visited(others["address"].as_str().unwrap(), lin()).await;
    let (_, state) = provider.visited(mine["address"].as_str().unwrap(), lin()).await;
    is(
        &finished(&app, &mine, (code, state)).await,
        401,
        "people.sign_on_invalid",
    );
}

#[tokio::test]
async fn a_second_factor_is_the_providers_or_the_accounts_own() {
    for app in App::each().await {
        let (app, provider) = with_provider(app).await;
        let zhao = || Visitor::new("zhao-at-the-provider", "zhao");
        let guarded = async |session: Value| {
            let zhao = client(&app, &session);
            let page = zhao.get("/sessions").await.expect(200);
            page["items"][0]["second_factor"].clone()
        };
        let without = binds(&app, &provider, zhao()).await;
        assert_eq!(guarded(without).await, false);
        let there = signs_on(&app, &provider, zhao().twice()).await.expect(201);
        assert_eq!(guarded(there).await, true);

        let enrolled = app.enrolled(&app.zhao().await).await;
        app.clock.advance(30);
        for shown in [json!({}), json!({ "totp": "000000" })] {
            let told = signs_on_with(&app, &provider, zhao(), shown).await;
            is(&told, 401, "people.credentials_invalid");
        }
        let shown = json!({ "totp": app.code(&enrolled.secret) });
        let here = signs_on_with(&app, &provider, zhao(), shown.clone())
            .await
            .expect(201);
        assert_eq!(guarded(here).await, true);
        is(
            &signs_on_with(&app, &provider, zhao(), shown).await,
            401,
            "people.credentials_invalid",
        );
        let there = signs_on(&app, &provider, zhao().twice()).await.expect(201);
        assert_eq!(guarded(there).await, true);
    }
}

#[tokio::test]
async fn a_closed_account_stays_closed_and_another_hospital_has_no_provider() {
    let (app, provider) = with_provider(App::new().await).await;
    binds(&app, &provider, lin()).await;
    let wu = app.wu().await;
    let path = format!("/staff/{}", account(&wu, "lin").await);
    let etag = wu.get(&path).await.etag();
    let body = json!({ "username": "lin", "name": "林静", "role": "midwife", "disabled": true });
    wu.put(&path, &etag, body).await.expect(200);
    is(
        &signs_on(&app, &provider, lin()).await,
        401,
        "people.credentials_invalid",
    );
    for facility in [OTHER_HOSPITAL, "nowhere"] {
        let asked = json!({ "facility": facility });
        let told = app.nobody_of_staff().post_bare("/sessions/sign-on", asked).await;
        assert_eq!(told.status, 404);
    }
}

#[tokio::test]
async fn an_administrator_takes_the_providers_person_off_an_account() {
    for app in App::each().await {
        let (app, provider) = with_provider(app).await;
        let session = binds(&app, &provider, lin()).await;
        let lin_at_work = client(&app, &session);
        let wu = app.wu().await;
        let path = format!("/staff/{}/sign-on", account(&wu, "lin").await);
        let gao = app.staff(OTHER_HOSPITAL, "gao").await;
        gao.delete(&path).await.expect(404);
        app.clock.advance(660);
        is(&wu.delete(&path).await, 409, "people.step_up_required");
        let password = json!({ "password": PASSWORD });
        wu.post("/sessions/current/step-up", password).await.expect(201);
        wu.delete(&path).await.expect(204);
        lin_at_work.get("/me").await.expect(401);
        let moved = Visitor::new("another-at-the-provider", "lin");
        binds(&app, &provider, moved).await;
        is(
            &signs_on(&app, &provider, lin()).await,
            401,
            "people.sign_on_unknown",
        );
    }
}

#[tokio::test]
async fn a_provider_that_is_down_is_said_to_be_so_and_a_new_key_of_its_is_found() {
    let (app, provider) = with_provider(App::new().await).await;
    provider.goes_wrong(Wrong::Down);
    let asked = json!({ "facility": HOSPITAL });
    let told = app.nobody_of_staff().post_bare("/sessions/sign-on", asked).await;
    is(&told, 503, "people.sign_on_unavailable");
    assert!(told.header("retry-after").is_some());
    provider.goes_wrong(None);
    binds(&app, &provider, lin()).await;
    let begun = begun(&app).await;
    let back = provider.visited(begun["address"].as_str().unwrap(), lin()).await;
    provider.goes_wrong(Wrong::Down);
    let told = finished(&app, &begun, back).await;
    is(&told, 503, "people.sign_on_unavailable");
    provider.goes_wrong(None);
    app.clock.advance(61);
    provider.changes_keys();
    signs_on(&app, &provider, lin()).await.expect(201);
}

#[tokio::test]
async fn whom_the_provider_knows_stands_nowhere_in_clear() {
    for app in App::each().await {
        let (app, provider) = with_provider(app).await;
        binds(&app, &provider, lin()).await;
        let kept = super::sealed::everything(&app).await;
        super::sealed::is_sealed(&kept, "lin-at-the-provider");
    }
}
