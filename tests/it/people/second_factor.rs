//! The second factor of staff: set up with an app, asked for at log-in, lost and replaced (CE-021).

use data_encoding::BASE32_NOPAD;
use muan::base::Role;
use muan::people::{StaffDraft, admin::add_staff};
use serde_json::{Value, json};

use super::sealed::{everything, is_sealed};
use crate::support::App;
use crate::support::authenticator::code;
use crate::support::cast::{HOSPITAL, PASSWORD};
use crate::support::client::{Answer, Client};

fn refused(answer: &Answer) {
    let said = (answer.status, answer.code());
    assert_eq!(said, (401, "people.credentials_invalid".to_owned()));
}

async fn steps_up(colleague: &Client, body: Value) -> Answer {
    colleague.post("/sessions/current/step-up", body).await
}

/// The page of a colleague's account, as the administrator knows it.
async fn account(wu: &Client, username: &str) -> String {
    let all = wu.get("/staff").await.expect(200);
    let all = all["items"].as_array().unwrap();
    let one = all.iter().find(|one| one["username"] == username).unwrap();
    format!("/staff/{}", one["id"].as_str().unwrap())
}

#[tokio::test]
async fn whoever_has_a_second_factor_logs_in_with_its_code_and_no_code_works_twice() {
    for app in App::each().await {
        let (zhao, elsewhere) = (app.zhao().await, app.zhao().await);
        let enrolled = app.enrolled(&zhao).await;
        assert_eq!(enrolled.recovery_codes.len(), 10);
        let me = zhao.get("/me").await.expect(200);
        assert!(me["second_factor_since"].is_string(), "{me}");
        elsewhere.get("/me").await.expect(401);

        // The code that confirmed it is used up.
        let shown = app.code(&enrolled.secret);
        for totp in [None, Some(""), Some("000000"), Some(shown.as_str())] {
            refused(&app.logs_in("zhao", totp).await);
        }
        app.clock.advance(30);
        let next = app.code(&enrolled.secret);
        app.logs_in("zhao", Some(&next)).await.expect(201);
        refused(&app.logs_in("zhao", Some(&next)).await);
    }
}

#[tokio::test]
async fn a_code_may_be_half_a_minute_early_or_late() {
    let app = App::new().await;
    let enrolled = app.enrolled(&app.zhao().await).await;
    app.clock.advance(3600);
    let at = |seconds| {
        code(
            &enrolled.secret,
            app.clock.now() + chrono::Duration::seconds(seconds),
        )
    };
    refused(&app.logs_in("zhao", Some(&at(-60))).await);
    refused(&app.logs_in("zhao", Some(&at(60))).await);
    app.logs_in("zhao", Some(&at(-30))).await.expect(201);
    app.logs_in("zhao", Some(&at(30))).await.expect(201);
    // Once a later code was used no earlier one counts.
    refused(&app.logs_in("zhao", Some(&at(0))).await);
}

#[tokio::test]
async fn wrong_codes_lock_the_account_as_wrong_passwords_do() {
    let app = App::new().await;
    let zhao = app.zhao().await;
    let enrolled = app.enrolled(&zhao).await;
    app.clock.advance(30);
    for _ in 0..2 {
        refused(&app.logs_in("zhao", Some("000000")).await);
    }
    for _ in 0..3 {
        refused(&steps_up(&zhao, json!({ "totp": "000000" })).await);
    }
    refused(&app.logs_in("zhao", Some(&app.code(&enrolled.secret))).await);
    refused(&steps_up(&zhao, json!({ "totp": app.code(&enrolled.secret) })).await);
    refused(&steps_up(&zhao, json!({ "password": PASSWORD })).await);
    app.clock.advance(15 * 60 + 1);
    let shown = app.code(&enrolled.secret);
    app.logs_in("zhao", Some(&shown)).await.expect(201);
}

#[tokio::test]
async fn guesses_at_the_same_moment_count_one_by_one() {
    for app in App::each().await {
        let enrolled = app.enrolled(&app.zhao().await).await;
        app.clock.advance(30);
        let guesses = (0..6).map(|_| app.logs_in("zhao", Some("000000")));
        for answer in futures_util::future::join_all(guesses).await {
            refused(&answer);
        }
        refused(&app.logs_in("zhao", Some(&app.code(&enrolled.secret))).await);
    }
}

#[tokio::test]
async fn one_code_at_the_same_moment_opens_one_session() {
    for app in App::each().await {
        let enrolled = app.enrolled(&app.zhao().await).await;
        app.clock.advance(30);
        let shown = app.code(&enrolled.secret);
        let both = futures_util::future::join(
            app.logs_in("zhao", Some(&shown)),
            app.logs_in("zhao", Some(&shown)),
        );
        let (one, other) = both.await;
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 401]);
    }
}

#[tokio::test]
async fn a_recovery_code_stands_in_for_a_lost_phone_once() {
    for app in App::each().await {
        let enrolled = app.enrolled(&app.zhao().await).await;
        let first = enrolled.recovery_codes[0].to_uppercase();
        let zhao = app.with_code("zhao", &first).await;
        refused(&app.logs_in("zhao", Some(&first)).await);
        steps_up(&zhao, json!({ "totp": enrolled.recovery_codes[1] }))
            .await
            .expect(201);
        refused(&steps_up(&zhao, json!({ "totp": enrolled.recovery_codes[1] })).await);

        // With another second factor come other recovery codes.
        app.clock.advance(60);
        let another = app.enrolled(&zhao).await;
        refused(&app.logs_in("zhao", Some(&enrolled.recovery_codes[2])).await);
        app.logs_in("zhao", Some(&another.recovery_codes[2]))
            .await
            .expect(201);
    }
}

#[tokio::test]
async fn presence_is_proved_by_the_password_or_a_code_and_by_one_of_them() {
    let app = App::new().await;
    let zhao = app.zhao().await;
    // Without a second factor there is no code that counts.
    refused(&steps_up(&zhao, json!({ "totp": "000000" })).await);
    let enrolled = app.enrolled(&zhao).await;
    app.clock.advance(30);
    let shown = json!({ "totp": app.code(&enrolled.secret) });
    steps_up(&zhao, shown.clone()).await.expect(201);
    refused(&steps_up(&zhao, shown).await);
    steps_up(&zhao, json!({ "password": PASSWORD })).await.expect(201);
    for (body, pointer) in [
        (json!({}), "/password"),
        (json!({ "password": PASSWORD, "totp": "000000" }), "/totp"),
    ] {
        let told = steps_up(&zhao, body).await.expect(422);
        assert_eq!(told["errors"][0]["pointer"], pointer);
    }
}

#[tokio::test]
async fn a_second_factor_is_made_replaced_and_taken_away_after_a_fresh_step_up_only() {
    let app = App::new().await;
    let zhao = app.zhao().await;
    app.clock.advance(660);
    let late = zhao.post("/me/totp", Value::Null).await;
    assert_eq!(late.code(), "people.step_up_required");
    steps_up(&zhao, json!({ "password": PASSWORD })).await.expect(201);
    let first = app.enrolled(&zhao).await;

    app.clock.advance(660);
    let late = zhao.post("/me/totp", Value::Null).await;
    assert_eq!(late.code(), "people.step_up_required");
    assert_eq!(zhao.delete("/me/totp").await.code(), "people.step_up_required");
    steps_up(&zhao, json!({ "totp": app.code(&first.secret) }))
        .await
        .expect(201);
    let proposed = zhao.post("/me/totp", Value::Null).await.expect(200);
    let second = proposed["secret"].as_str().unwrap();
    // Until the new one is confirmed the one so far counts.
    app.clock.advance(30);
    let of_the_first = json!({ "code": app.code(&first.secret) });
    let wrong = zhao.post("/me/totp/confirm", of_the_first).await;
    assert_eq!(
        (wrong.status, wrong.code().as_str()),
        (409, "people.totp_invalid")
    );
    app.logs_in("zhao", Some(&app.code(&first.secret)))
        .await
        .expect(201);
    let right = json!({ "code": app.code(second) });
    zhao.post("/me/totp/confirm", right).await.expect(200);
    app.clock.advance(30);
    refused(&app.logs_in("zhao", Some(&app.code(&first.secret))).await);
    app.logs_in("zhao", Some(&app.code(second))).await.expect(201);

    zhao.delete("/me/totp").await.expect(204);
    app.logs_in("zhao", None).await.expect(201);
    assert!(zhao.get("/me").await.expect(200)["second_factor_since"].is_null());
    let nothing = zhao.post("/me/totp/confirm", json!({ "code": "000000" })).await;
    assert_eq!(nothing.code(), "people.totp_invalid");
}

#[tokio::test]
async fn what_an_app_reads_names_the_hospital_and_the_account() {
    let app = App::new().await;
    let proposed = app.zhao().await.post("/me/totp", Value::Null).await.expect(200);
    let (secret, uri) = (
        proposed["secret"].as_str().unwrap(),
        proposed["uri"].as_str().unwrap(),
    );
    assert_eq!(secret.len(), 32);
    assert_eq!(
        uri,
        format!(
            "otpauth://totp/Muan:zhao@{HOSPITAL}?secret={secret}&issuer=Muan&algorithm=SHA1&digits=6&period=30"
        )
    );
}

#[tokio::test]
async fn an_administrator_takes_a_lost_second_factor_away_and_the_account_says_so() {
    for app in App::each().await {
        let (zhao, wu) = (app.zhao().await, app.wu().await);
        app.enrolled(&zhao).await;
        let path = format!("{}/totp", account(&wu, "zhao").await);
        zhao.delete(&path).await.expect(403);
        app.staff(crate::support::cast::OTHER_HOSPITAL, "gao")
            .await
            .delete(&path)
            .await
            .expect(404);
        app.clock.advance(660);
        assert_eq!(wu.delete(&path).await.code(), "people.step_up_required");
        steps_up(&wu, json!({ "password": PASSWORD })).await.expect(201);
        wu.delete(&path).await.expect(204);
        zhao.get("/me").await.expect(401);

        let zhao = app.zhao().await;
        let me = zhao.get("/me").await.expect(200);
        assert!(me["second_factor_reset_at"].is_string(), "{me}");
        app.work().await;
        let audit = app.qian().await.get("/audit?limit=100").await.expect(200);
        let entries = audit["items"].as_array().unwrap();
        assert!(
            entries.iter().any(|one| one["act"] == "people.staff_reset_totp"),
            "{audit}"
        );
        app.enrolled(&zhao).await;
        let me = zhao.get("/me").await.expect(200);
        assert!(me["second_factor_reset_at"].is_null(), "{me}");
    }
}

#[tokio::test]
async fn the_only_administrator_who_lost_phone_and_codes_is_let_in_by_one_whom_the_operator_adds() {
    for app in App::each().await {
        let wu = app.wu().await;
        app.enrolled(&wu).await;
        refused(&app.logs_in("wu", None).await);
        // As `muan admin staff add` does.
        let draft = StaffDraft {
            username: "another".to_owned(),
            name: "另一位".to_owned(),
            license: None,
            title: String::new(),
            role: Role::Admin,
            senior: false,
            grants: Vec::new(),
            consent_privilege: None,
            disabled: false,
        };
        let password = Some(PASSWORD.to_owned());
        add_staff(&app.ctx, HOSPITAL, draft, password).await.unwrap();
        let another = app.staff(HOSPITAL, "another").await;
        app.enrolled(&another).await;
        let path = format!("{}/totp", account(&another, "wu").await);
        another.delete(&path).await.expect(204);
        app.wu().await.get("/me").await.expect(200);
    }
}

#[tokio::test]
async fn neither_the_secret_nor_a_recovery_code_stands_in_clear() {
    for app in App::each().await {
        let enrolled = app.enrolled(&app.zhao().await).await;
        let kept = everything(&app).await;
        is_sealed(&kept, &enrolled.secret);
        is_sealed(&kept, &enrolled.recovery_codes[0]);
        let secret = BASE32_NOPAD.decode(enrolled.secret.as_bytes()).unwrap();
        let (raw, hexadecimal) = (secret.as_slice(), hex::encode(&secret));
        for bytes in [raw, hexadecimal.as_bytes()] {
            assert!(!kept.windows(bytes.len()).any(|window| window == bytes));
        }
    }
}
