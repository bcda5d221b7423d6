//! Whose account a record is bound to, and what a check of identity counts for.

use std::time::Duration;

use muan::base::id::AccountId;
use muan::ctx::Records;
use muan::db::Q;
use muan::vault::Sealed;
use muan::wechat::simulator::{Call, Fault, Scripted};
use serde_json::{Value, json};

use super::sealed::{everything, is_sealed};
use crate::consent::ceremony::{Ceremony, strokes};
use crate::support::App;
use crate::support::client::Client;

pub const BIRTH: &str = "1996-03-12";

/// A woman whom Lin registers and who has bound nothing yet: her record, and the scene of her invitation.
async fn registered(app: &App, lin: &Client) -> (String, String) {
    let edd = (app.clock.now() + chrono::Duration::days(49)).date_naive();
    let body = json!({ "name": "梅秀英", "phone": "13800000001", "birth_date": BIRTH, "edd": edd });
    let known = lin.post("/patients", body).await.expect(201);
    let text = |path: &str| known.pointer(path).unwrap().as_str().unwrap().to_owned();
    (text("/id"), text("/invitation/scene"))
}

/// Somebody opens an invitation with a WeChat of his own.
pub async fn opens(app: &App, openid: &str, scene: &str) -> Client {
    let code = app.simulator.login_code(openid).code;
    let body = json!({ "wechat_code": code, "invite": scene });
    let session = app.nobody().post_bare("/sessions", body).await.expect(201);
    let client = app.nobody().with_token(session["token"].as_str().unwrap());
    app.agrees(&client).await;
    client
}

/// Staff see her document.
pub async fn sees(staff: &Client, patient: &str) {
    let body = json!({ "method": "in_person", "identifiers": ["name", "id_document"] });
    staff
        .post(&format!("/patients/{patient}/identity-checks"), body)
        .await
        .expect(201);
}

pub async fn invited_anew(staff: &Client, patient: &str) -> String {
    let made = staff
        .post(&format!("/patients/{patient}/invitation"), json!({}))
        .await
        .expect(201);
    assert!(made["image"].is_string(), "she scans it");
    let link = made["link"].as_str().unwrap();
    assert!(link.starts_with("https://"), "or opens it from a text message");
    made["scene"].as_str().unwrap().to_owned()
}

/// The name across apps of the only account that there is.
async fn unionid(app: &App) -> Option<String> {
    let mut view = app.ctx.view();
    let (account, sealed): (AccountId, Option<Sealed>) =
        view.q("select id, unionid from account").one().await.unwrap();
    view.open_if(account, "unionid", sealed.as_ref()).await.unwrap()
}

#[tokio::test]
async fn the_name_that_she_has_across_apps_is_kept_from_when_it_is_first_told() {
    for app in App::each().await {
        const ACROSS: &str = "oAcrossAppsOfTheAccount";
        app.newcomer("o-new").await;
        assert_eq!(unionid(&app).await, None);
        app.simulator.set_user("o-new", Some(ACROSS), 0);
        app.newcomer("o-new").await;
        assert_eq!(unionid(&app).await.as_deref(), Some(ACROSS));
        app.simulator.set_user("o-new", None, 0);
        app.newcomer("o-new").await;
        assert_eq!(unionid(&app).await.as_deref(), Some(ACROSS));
        is_sealed(&everything(&app).await, ACROSS);
    }
}

#[tokio::test]
async fn who_logged_in_with_a_code_is_sealed_while_it_is_remembered() {
    for app in App::each().await {
        let code = app.simulator.login_code("oNewcomerOfTheClinic").code;
        let body = json!({ "wechat_code": code });
        app.nobody()
            .post_bare("/sessions", body.clone())
            .await
            .expect(201);
        let name = format!("login:{}", muan::journal::sha256_hex(code.as_bytes()));
        let kept = app.ctx.cache.get(&name).await.unwrap();
        is_sealed(&kept, "oNewcomerOfTheClinic");
        // What somebody else put there is believed by nobody: WeChat is asked, and the code is used up.
        let forged = br#"["oSomebodyElse",null]"#.to_vec();
        app.ctx.cache.put(&name, forged, Duration::from_secs(60)).await;
        let again = app.nobody().post_bare("/sessions", body).await;
        assert_eq!(again.code(), "people.wechat_code_invalid");
    }
}

#[tokio::test]
async fn a_code_of_the_phone_button_works_once_and_another_tap_gives_another() {
    for app in App::each().await {
        let mei = app.mei().await;
        let tap = || json!({ "wechat_code": app.simulator.phone_code(&mei.openid, "13800000001").code });
        let used = tap();
        mei.post("/me/phone", used.clone()).await.expect(200);
        let again = mei.post("/me/phone", used).await;
        assert_eq!(
            (again.status, again.code().as_str()),
            (409, "people.phone_code_invalid")
        );
        mei.post("/me/phone", tap()).await.expect(200);
    }
}

#[tokio::test]
async fn an_invitation_that_is_asked_for_twice_is_one_and_has_one_image() {
    for app in App::each().await {
        let lin = app.lin().await;
        let (patient, _) = registered(&app, &lin).await;
        let path = format!("/patients/{patient}/invitation");
        let first = lin.post_keyed(&path, "k1", json!({})).await.expect(201);
        let asked = |call| app.simulator.calls(call);
        assert_eq!((asked(Call::Image), asked(Call::UrlLink)), (1, 1));
        assert_eq!(lin.post_keyed(&path, "k1", json!({})).await.expect(201), first);
        assert_eq!((asked(Call::Image), asked(Call::UrlLink)), (1, 1));
        app.lu().await.post(&path, json!({})).await.expect(404);
        assert_eq!(asked(Call::Image), 1, "WeChat is not asked about a stranger");
    }
}

#[tokio::test]
async fn while_wechat_makes_an_image_others_write() {
    let app = App::new().await;
    let lin = app.lin().await;
    let (patient, _) = registered(&app, &lin).await;
    let slow = Fault {
        delay: Duration::from_secs(60),
        reply: Scripted::Usual,
    };
    app.simulator.script(Call::Image, vec![slow]);
    let others = async {
        while app.simulator.calls(Call::Image) == 0 {
            tokio::task::yield_now().await;
        }
        app.wu().await;
    };
    let path = format!("/patients/{patient}/invitation");
    tokio::select! {
        biased;
        () = others => {}
        answer = lin.post(&path, json!({})) => panic!("nobody wrote before it was over: {}", answer.status),
    }
}

pub async fn writes(client: &Client, birth_date: &str) -> crate::support::client::Answer {
    let etag = client.get("/me").await.etag();
    let profile = json!({ "name": "梅秀英", "birth_date": birth_date, "language": "zh-CN" });
    client.put("/me", &etag, profile).await
}

/// A consent that Zhao prepares and releases: its path.
async fn issued(zhao: &Client, patient: &str) -> String {
    let draft = zhao
        .post("/consents", json!({ "patient": patient }))
        .await
        .expect(201);
    let path = format!("/consents/{}", draft["id"].as_str().unwrap());
    let body = json!({ "capacity": { "basis": "seen" }, "assessment_waived": "Seen in the clinic today." });
    zhao.post_at(&format!("{path}/release"), "\"1\"", body)
        .await
        .expect(200);
    path
}

pub fn is_mismatch(answer: &crate::support::client::Answer) {
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (409, "people.record_mismatch"),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn a_check_of_before_the_binding_counts_for_nobody_who_binds_later() {
    let app = App::new().await;
    let (lin, zhao) = (app.lin().await, app.zhao().await);
    let (patient, scene) = registered(&app, &lin).await;
    let consent = issued(&zhao, &patient).await;
    sees(&lin, &patient).await;
    app.clock.advance(60);
    let holder = opens(&app, "o-somebody", &scene).await;
    let me = holder.get("/me").await.expect(200);
    assert!(me["name"].is_null(), "{me}");
    // Neither reads nor says anything, and no phone of his becomes the record's.
    for path in [
        consent.clone(),
        format!("{consent}/presented"),
        format!("{consent}/document"),
    ] {
        is_mismatch(&holder.get(&path).await);
    }
    is_mismatch(&holder.get("/consents").await);
    for (path, body) in [
        (format!("{consent}/refuse"), json!({})),
        (format!("{consent}/withdraw"), json!({})),
        (format!("{consent}/questions"), json!({ "question": "？" })),
        ("/consent-requests".to_owned(), json!({})),
    ] {
        is_mismatch(&holder.post(&path, body).await);
    }
    let code = app.simulator.phone_code("o-somebody", "13900000009").code;
    is_mismatch(&holder.post("/me/phone", json!({ "wechat_code": code })).await);
    is_mismatch(&writes(&holder, "1990-01-01").await);
    // She herself is matched by her birth date, and still has to be seen with this account.
    writes(&holder, BIRTH).await.expect(200);
    let page = holder.get(&consent).await.expect(200);
    assert_eq!(page["state"], "issued");
    assert_eq!(page["missing"]["identity_level"], true, "{page}");
    assert_eq!(page["missing"]["identity_fresh"], true, "{page}");
    sees(&lin, &patient).await;
    let page = holder.get(&consent).await.expect(200);
    assert_eq!(page["missing"]["identity_level"], false, "{page}");
    let code = app.simulator.phone_code("o-somebody", "13900000009").code;
    holder
        .post("/me/phone", json!({ "wechat_code": code }))
        .await
        .expect(200);
}

#[tokio::test]
async fn a_device_that_staff_hand_to_whom_they_checked_is_in_her_hands() {
    let app = App::new().await;
    let (lin, zhao) = (app.lin().await, app.zhao().await);
    let (patient, _) = registered(&app, &lin).await;
    let consent = issued(&zhao, &patient).await;
    let path = format!("/patients/{patient}/device-sessions");
    let tablet = async || {
        let opened = lin.post(&path, json!({ "asset": "PAD-0017" })).await.expect(201);
        app.nobody().with_token(opened["token"].as_str().unwrap())
    };
    is_mismatch(&tablet().await.get(&consent).await);
    sees(&lin, &patient).await;
    let page = tablet().await.get(&consent).await.expect(200);
    assert_eq!(page["missing"]["identity_level"], false, "{page}");
}

#[tokio::test]
async fn a_new_account_of_hers_takes_the_place_of_the_old_one_and_begins_anew() {
    let ceremony = Ceremony::released().await;
    let (app, mei) = (&ceremony.app, &ceremony.mei);
    let lin = app.lin().await;
    let (patient, path) = (mei.patient_id.clone(), ceremony.path(""));
    let older = invited_anew(&lin, &patient).await;
    ceremony.identified().await;
    let page = mei.get(&path).await.expect(200);
    assert_eq!(page["missing"]["identity_level"], false);
    app.clock.advance(60);
    let phone = opens(app, "o-mei-new", &older).await;
    assert_eq!(mei.get("/me").await.status, 401, "the old one is logged out");
    is_mismatch(&phone.get(&path).await);
    writes(&phone, BIRTH).await.expect(200);
    let page = phone.get(&path).await.expect(200);
    assert_eq!(page["missing"]["identity_level"], true, "{page}");
    sees(&lin, &patient).await;
    let again = app.newcomer("o-mei").await;
    assert_eq!(again.get("/me").await.code(), "people.not_enrolled");
    // An invitation from before the new binding is worth nothing any more.
    app.clock.advance(60);
    let (first, second) = (
        invited_anew(&lin, &patient).await,
        invited_anew(&lin, &patient).await,
    );
    app.clock.advance(60);
    opens(app, "o-mei-third", &first).await;
    let code = app.simulator.login_code("o-somebody").code;
    let late = app
        .nobody()
        .post_bare("/sessions", json!({ "wechat_code": code, "invite": second }))
        .await;
    assert_eq!(late.code(), "people.invitation_invalid");
    app.work().await;
    let trace = format!("/audit?patient={patient}&limit=100");
    let trace = app.qian().await.get(&trace).await.expect(200);
    let mut bound = trace["items"].as_array().unwrap().iter();
    assert!(bound.any(|one| one["detail"]["rebound"] == true), "{trace}");
}

#[tokio::test]
async fn another_account_takes_the_place_of_hers_only_once_staff_have_seen_her_for_it() {
    for app in App::each().await {
        let (mei, lin) = (app.mei().await, app.lin().await);
        app.clock.advance(60);
        sees(&lin, &mei.patient_id).await;
        app.clock.advance(11 * 60);
        let scene = invited_anew(&lin, &mei.patient_id).await;
        let code = app.simulator.login_code("o-somebody").code;
        let body = json!({ "wechat_code": code, "invite": scene });
        let unseen = app.nobody().post_bare("/sessions", body).await;
        assert_eq!(
            (unseen.status, unseen.code().as_str()),
            (409, "people.rebinding_unchecked")
        );
        mei.get("/me").await.expect(200);
        // The invitation was not used up.
        sees(&lin, &mei.patient_id).await;
        let phone = opens(&app, "o-mei-new", &scene).await;
        assert_eq!(phone.get("/me").await.expect(200)["id"], mei.patient_id.as_str());
        mei.get("/me").await.expect(401);
    }
}

#[tokio::test]
async fn who_writes_another_birth_date_is_checked_again_and_signs_another_consent() {
    let ceremony = Ceremony::ready().await;
    let mei = &ceremony.mei;
    ceremony.app.clock.advance(1);
    writes(mei, "1996-03-13").await.expect(200);
    let page = mei.get(&ceremony.path("")).await.expect(200);
    assert_eq!(page["missing"]["identity_level"], true, "{page}");
    assert_eq!(page["missing"]["identity_fresh"], true, "{page}");
    sees(&ceremony.zhao, &mei.patient_id).await;
    let refused = ceremony.signs(None, 0).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "consent.signer_changed")
    );
    // As it was shown, it can be signed, once somebody has seen her again.
    ceremony.app.clock.advance(1);
    writes(mei, BIRTH).await.expect(200);
    assert_eq!(ceremony.signs(None, 0).await.code(), "consent.identity_level");
    sees(&ceremony.zhao, &mei.patient_id).await;
    ceremony.signs(None, 0).await.expect(201);
}

/// A section of the evidence, opened with the keys of the service.
pub async fn section(ceremony: &Ceremony, no: i64, name: &'static str) -> Value {
    let mut view = ceremony.app.ctx.view();
    let (body,): (Sealed,) = view
        .q("select body from consent_evidence where no = $1")
        .bind(no)
        .one()
        .await
        .unwrap();
    let id: uuid::Uuid = ceremony.id.parse().unwrap();
    let section: Value = view.open_json(id, name, &body).await.unwrap();
    section["body"].clone()
}

#[tokio::test]
async fn evidence_says_who_was_shown_not_who_the_profile_is_at_the_countersignature() {
    let ceremony = Ceremony::signed().await;
    ceremony.app.clock.advance(1);
    let etag = ceremony.mei.get("/me").await.etag();
    let profile = json!({ "name": "梅新名", "birth_date": "1999-09-09", "language": "zh-CN" });
    ceremony.mei.put("/me", &etag, profile).await.expect(200);
    ceremony.step_up().await;
    let mut body = crate::consent::ceremony::countersign();
    body["strokes"] = strokes(9);
    let etag = ceremony.etag().await;
    ceremony
        .zhao
        .post_at(&ceremony.path("/countersign"), &etag, body)
        .await
        .expect(200);
    let subject = section(&ceremony, 2, "subject").await;
    assert_eq!(
        (&subject["name"], &subject["birth_date"]),
        (&json!("梅秀英"), &json!(BIRTH))
    );
}
