//! Who she is, and on whose device.

use muan::ctx::Records;
use muan::db::Q;
use muan::vault::Sealed;
use serde_json::{Value, json};
use uuid::Uuid;

use super::ceremony::Ceremony;
use crate::support::App;
use crate::support::client::{Answer, Client};

impl Ceremony {
    /// Lin hands her a device.
    pub async fn device(&self, asset: &str) -> Client {
        let lin = self.app.lin().await;
        let path = format!("/patients/{}/device-sessions", self.mei.patient_id);
        let body = json!({ "asset": asset, "ward": "产科二病区" });
        let opened = lin.post(&path, body).await.expect(201);
        let left = opened["expires_at"]
            .as_str()
            .unwrap()
            .parse::<chrono::DateTime<chrono::Utc>>();
        assert!((59..=60).contains(&(left.unwrap() - self.app.clock.now()).num_minutes()));
        self.app.nobody().with_token(opened["token"].as_str().unwrap())
    }

    /// What she sends as a proof of who she is.
    async fn proves(&self, body: Value) -> Answer {
        self.mei.post(&self.path("/identity"), body).await
    }

    /// The code that came to her phone last.
    async fn texted(&self) -> String {
        self.app.work().await;
        let texts = self.app.simulator.texts();
        let last = texts.last().unwrap();
        assert_eq!(last.phone, "13800000001");
        let digits = last.text.chars().filter(char::is_ascii_digit);
        digits.take(6).collect()
    }

    /// Staff compared her phone with the record, in person.
    async fn phone_confirmed(&self) {
        let path = format!("/patients/{}/identity-checks", self.mei.patient_id);
        let body = json!({ "method": "in_person", "identifiers": ["name", "phone"] });
        self.zhao.post(&path, body).await.expect(201);
    }

    /// The newest entry of an act on her.
    pub async fn act_of(&self, act: &str) -> Value {
        self.app.work().await;
        let qian = self.app.qian().await;
        let path = format!("/audit?patient={}&limit=100", self.mei.patient_id);
        let audit = qian.get(&path).await.expect(200);
        let entries = audit["items"].as_array().unwrap();
        entries
            .iter()
            .find(|entry| entry["act"] == act)
            .cloned()
            .unwrap_or_default()
    }
}

#[tokio::test]
async fn on_a_hospital_device_she_signs_with_a_token_of_her_own_that_ends_with_her() {
    let ceremony = Ceremony::ready().await;
    let tablet = ceremony.device("PAD-0017").await;
    assert_eq!(
        ceremony.act_of("people.device_session").await["detail"]["asset"],
        "PAD-0017"
    );
    // Her routes, her consent; nothing of staff's and nobody else's.
    let page = tablet.get(&ceremony.path("")).await;
    assert_eq!(page.status, 200);
    let staff = ceremony
        .app
        .nobody_of_staff()
        .with_token(tablet.bearer().trim_start_matches("Bearer "));
    assert_eq!(staff.get("/patients").await.status, 401);
    let bai = ceremony.app.bai().await;
    let hers = bai.post("/consent-requests", json!({})).await.expect(201);
    let other = format!("/consents/{}", hers["id"].as_str().unwrap());
    assert_eq!(tablet.get(&other).await.status, 404);
    let signed = tablet
        .post_at(&ceremony.path("/sign"), &page.etag(), ceremony.mark().await)
        .await
        .expect(201);
    assert_eq!(signed["state"], "patient_signed");
    tablet.delete("/sessions/current").await.expect(204);
    assert_eq!(tablet.get(&ceremony.path("")).await.status, 401);
}

#[tokio::test]
async fn a_device_holds_one_woman_at_a_time_and_an_hour_at_most() {
    let ceremony = Ceremony::released().await;
    let first = ceremony.device("PAD-0017").await;
    let bai = ceremony.app.bai().await;
    let lin = ceremony.app.lin().await;
    let path = format!("/patients/{}/device-sessions", bai.patient_id);
    let next = lin.post(&path, json!({ "asset": "PAD-0017" })).await.expect(201);
    assert_eq!(first.get(&ceremony.path("")).await.status, 401);
    let next = ceremony.app.nobody().with_token(next["token"].as_str().unwrap());
    assert_eq!(next.get("/me").await.expect(200)["id"], bai.patient_id.as_str());
    ceremony.app.clock.advance(61 * 60);
    assert_eq!(next.get("/me").await.status, 401);
    let stranger = ceremony.app.stranger().await;
    let body = json!({ "asset": "PAD-0017" });
    assert_eq!(stranger.post(&path, body.clone()).await.status, 404);
    assert_eq!(lin.post(&path, json!({ "asset": "" })).await.status, 422);
    let qian = ceremony.app.qian().await;
    assert_eq!(qian.post(&path, body).await.status, 403);
}

#[tokio::test]
async fn a_woman_without_a_phone_takes_a_device_and_may_bind_her_own_account_later() {
    let ceremony = Ceremony::released().await;
    let (app, lin) = (&ceremony.app, ceremony.app.lin().await);
    let edd = (app.clock.now() + chrono::Duration::days(49)).date_naive();
    let body = json!({ "name": "石小玉", "phone": "13800000099", "birth_date": "1997-05-05", "edd": edd });
    let known = lin.post("/patients", body).await.expect(201);
    let id = known["id"].as_str().unwrap();
    let path = format!("/patients/{id}/device-sessions");
    let opened = lin.post(&path, json!({ "asset": "PAD-0018" })).await.expect(201);
    let tablet = app.nobody().with_token(opened["token"].as_str().unwrap());
    assert_eq!(tablet.get("/me").await.expect(200)["id"], id);
    let scene = known["invitation"]["scene"].as_str().unwrap();
    let code = app.simulator.login_code("o-shi").code;
    let body = json!({ "wechat_code": code, "invite": scene });
    let session = app.nobody().post_bare("/sessions", body).await.expect(201);
    let phone = app.nobody().with_token(session["token"].as_str().unwrap());
    assert_eq!(phone.get("/me").await.expect(200)["id"], id);
    // What stood in for her account is nobody's any more.
    assert_ne!(tablet.get("/me").await.status, 200);
}

#[tokio::test]
async fn a_check_of_somebody_else_says_nothing_of_her() {
    let ceremony = Ceremony::released().await;
    let path = format!("/patients/{}/identity-checks", ceremony.mei.patient_id);
    let of = json!({ "kind": "relative", "name": "王强", "relation": "丈夫", "document_ref": "身份证 0012" });
    let body = json!({ "method": "in_person", "identifiers": ["name", "id_document"], "of": of });
    ceremony.zhao.post(&path, body).await.expect(201);
    let page = ceremony.mei.get(&ceremony.path("")).await.expect(200);
    assert_eq!(
        (
            &page["missing"]["identity_level"],
            &page["missing"]["identity_fresh"]
        ),
        (&json!(true), &json!(true))
    );
    let body = json!({ "method": "bedside_code", "identifiers": ["name", "wristband"], "of": of });
    assert_eq!(ceremony.zhao.post(&path, body).await.status, 422);
}

#[tokio::test]
async fn a_code_comes_to_the_phone_of_her_record_and_counts_once() {
    let ceremony = Ceremony::ready().await;
    let start = json!({ "method": "one_time_code" });
    let early = ceremony.proves(start.clone()).await;
    assert_eq!(
        (early.status, early.code().as_str()),
        (409, "consent.phone_unconfirmed")
    );
    ceremony.phone_confirmed().await;
    ceremony.app.clock.advance(660);
    assert_eq!(ceremony.signs(None, 0).await.code(), "consent.identity_fresh");
    let sent = ceremony.proves(start.clone()).await.expect(201);
    assert_eq!(sent["state"], "sent");
    let code = ceremony.texted().await;
    let finish = |code: &str| json!({ "method": "one_time_code", "code": code });
    let proved = ceremony.proves(finish(&code)).await.expect(201);
    assert_eq!(
        (&proved["state"], &proved["level"]),
        (&json!("confirmed"), &json!(2))
    );
    assert_eq!(
        ceremony.proves(finish(&code)).await.code(),
        "consent.code_invalid",
        "used up"
    );
    // A new code ends the one before it; none lives longer than five minutes.
    ceremony.proves(start.clone()).await.expect(201);
    let older = ceremony.texted().await;
    ceremony.proves(start).await.expect(201);
    let newer = ceremony.texted().await;
    if older != newer {
        assert_eq!(
            ceremony.proves(finish(&older)).await.code(),
            "consent.code_invalid"
        );
    }
    ceremony.app.clock.advance(301);
    assert_eq!(
        ceremony.proves(finish(&newer)).await.code(),
        "consent.code_invalid"
    );
    ceremony.signs(None, 0).await.expect(201);
}

#[tokio::test]
async fn five_wrong_codes_let_the_method_rest_for_a_quarter_of_an_hour() {
    let ceremony = Ceremony::ready().await;
    ceremony.phone_confirmed().await;
    ceremony
        .proves(json!({ "method": "one_time_code" }))
        .await
        .expect(201);
    let code = ceremony.texted().await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        let answer = ceremony
            .proves(json!({ "method": "one_time_code", "code": wrong }))
            .await;
        assert_eq!(answer.code(), "consent.code_invalid");
    }
    let right = json!({ "method": "one_time_code", "code": code });
    let rests = ceremony.proves(right).await;
    assert_eq!(
        (rests.status, rests.code().as_str()),
        (409, "consent.method_locked")
    );
    assert!(rests.body["current"]["until"].is_string());
    let again = json!({ "method": "one_time_code" });
    assert_eq!(
        ceremony.proves(again.clone()).await.code(),
        "consent.method_locked"
    );
    // Other methods are not concerned.
    let claim = json!({ "name": "梅秀英", "record_number": "x", "birth_date": "1996-03-12" });
    let other = json!({ "method": "record_match", "record": claim });
    assert_eq!(ceremony.proves(other).await.code(), "consent.record_mismatch");
    ceremony.app.clock.advance(901);
    ceremony.proves(again).await.expect(201);
}

#[tokio::test]
async fn what_is_kept_of_a_code_cannot_be_guessed_back_and_five_wrong_ones_at_the_bedside_end_it() {
    let ceremony = Ceremony::ready().await;
    ceremony.phone_confirmed().await;
    let mut view = ceremony.app.ctx.view();
    let plain = |code: &str| muan::base::canonical::sha256(code.as_bytes()).to_vec();
    let sent = json!({ "method": "one_time_code" });
    ceremony.proves(sent).await.expect(201);
    let code = ceremony.texted().await;
    let (kept, open): (Vec<u8>, Option<Vec<u8>>) = view
        .q("select code_hash, code from consent_code")
        .one()
        .await
        .unwrap();
    assert_ne!(kept, plain(&code), "a million digests are made in a second");
    assert_eq!(open, None, "what was sent is forgotten");

    let path = format!("/patients/{}/identity-checks", ceremony.mei.patient_id);
    let checks = json!({ "method": "bedside_code", "identifiers": ["name", "wristband"] });
    let made = async || {
        let made = ceremony.zhao.post(&path, checks.clone()).await.expect(201);
        made["code"].as_str().unwrap().to_owned()
    };
    let typed = async |code: &str| {
        let body = json!({ "method": "bedside_code", "code": code });
        ceremony.proves(body).await
    };
    let code = made().await;
    let (kept,): (Vec<u8>,) = view
        .q("select code_hash from identity_check where code_hash is not null")
        .one()
        .await
        .unwrap();
    assert_ne!(kept, plain(&code));
    assert_eq!(typed(&code).await.expect(201)["state"], "confirmed");
    let code = made().await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(typed(wrong).await.code(), "consent.code_invalid");
    }
    assert_eq!(typed(&code).await.code(), "consent.method_locked");
    ceremony.app.clock.advance(901);
    assert_eq!(typed(&code).await.code(), "consent.code_invalid", "it has lapsed");
    let code = made().await;
    typed(&code).await.expect(201);
}

#[tokio::test]
async fn what_only_she_and_the_record_know_is_the_first_level() {
    let ceremony = Ceremony::ready().await;
    ceremony.app.clock.advance(660);
    let me = ceremony.mei.get("/me").await.expect(200);
    let claim = json!({
        "name": "梅秀英", "record_number": me["record_number"], "birth_date": "1996-03-12",
    });
    let proof = json!({ "method": "record_match", "record": claim });
    let bare = ceremony.proves(json!({ "method": "record_match" })).await;
    assert_eq!(bare.status, 422);
    ceremony.proves(proof).await.expect(201);
    ceremony.signs(None, 0).await.expect(201);
}

#[tokio::test]
async fn without_a_gateway_there_are_no_codes_by_text_message() {
    let app = App::new().await;
    let mei = app.mei().await;
    let ceremony = Ceremony::of(app, mei).await;
    ceremony.is_released().await;
    let mut ctx = ceremony.app.ctx.clone();
    ctx.sms = None;
    let endpoint = std::sync::Arc::new(muan::app::endpoint(&ctx));
    let token = ceremony.mei.bearer();
    let phone =
        Client::new(endpoint, "/api/patient/v1", None).with_token(token.trim_start_matches("Bearer "));
    let answer = phone
        .post(&ceremony.path("/identity"), json!({ "method": "one_time_code" }))
        .await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (409, "consent.method_unavailable")
    );
}

#[tokio::test]
async fn the_evidence_names_each_check_of_her_identity_and_each_try_that_failed() {
    for app in App::each().await {
        let mei = app.mei().await;
        let ceremony = Ceremony::of(app, mei).await;
        ceremony.is_released().await;
        ceremony.is_ready().await;
        let claim = json!({ "name": "梅秀英", "record_number": "x", "birth_date": "1996-03-12" });
        let wrong = json!({ "method": "record_match", "record": claim });
        assert_eq!(ceremony.proves(wrong).await.code(), "consent.record_mismatch");
        let me = ceremony.mei.get("/me").await.expect(200);
        let claim =
            json!({ "name": "梅秀英", "record_number": me["record_number"], "birth_date": "1996-03-12" });
        let right = json!({ "method": "record_match", "record": claim });
        ceremony.proves(right).await.expect(201);
        ceremony.becomes_active(0).await;
        let id: Uuid = ceremony.id.parse().unwrap();
        let mut view = ceremony.app.ctx.view();
        let (kept,): (Sealed,) = view
            .q("select body from consent_evidence where consent_id = $1 and no = 8")
            .bind(id)
            .one()
            .await
            .unwrap();
        let section: Value = view.open_json(id, "identity", &kept).await.unwrap();
        let body = section["body"].as_array().unwrap();
        let told = |one: &Value| {
            let word = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
            (word("method"), word("result"), word("provider"))
        };
        let own = |method: &str, result: &str| (method.to_owned(), result.to_owned(), "hospital".to_owned());
        let all: Vec<_> = body.iter().map(told).collect();
        assert_eq!(all.len(), 3, "{section}");
        for wanted in [
            own("in_person", "confirmed"),
            own("record_match", "confirmed"),
            own("record_match", "refused"),
        ] {
            assert!(all.contains(&wanted), "{wanted:?}: {section}");
        }
        let zhao = ceremony.zhao.get("/me").await.expect(200);
        let seen = body.iter().find(|one| one["method"] == "in_person").unwrap();
        assert_eq!(seen["staff"], zhao["id"]);
        assert!(
            body.iter()
                .all(|one| one["at"].is_string() && one["level"].is_i64())
        );
    }
}
