//! Who she is, and on whose device.

use serde_json::{Value, json};

use super::ceremony::Ceremony;
use crate::support::client::Client;

impl Ceremony {
    /// Lin hands her a device.
    async fn device(&self, asset: &str) -> Client {
        let lin = self.app.lin().await;
        let path = format!("/patients/{}/device-sessions", self.mei.patient_id);
        let body = json!({ "asset": asset, "ward": "产科二病区" });
        let opened = lin.post(&path, body).await.expect(201);
        let left = opened["expires_at"]
            .as_str()
            .unwrap()
            .parse::<chrono::DateTime<chrono::Utc>>();
        assert_eq!((left.unwrap() - self.app.clock.now()).num_minutes(), 60);
        self.app.nobody().with_token(opened["token"].as_str().unwrap())
    }

    async fn act_of(&self, act: &str) -> Value {
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
    let next = lin
        .post(&path, json!({ "asset": "PAD-0017" }))
        .await
        .expect(201);
    assert_eq!(first.get(&ceremony.path("")).await.status, 401);
    let next = ceremony
        .app
        .nobody()
        .with_token(next["token"].as_str().unwrap());
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
    let opened = lin
        .post(&path, json!({ "asset": "PAD-0018" }))
        .await
        .expect(201);
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
        (&page["missing"]["identity_level"], &page["missing"]["identity_fresh"]),
        (&json!(true), &json!(true))
    );
    let body = json!({ "method": "bedside_code", "identifiers": ["name", "wristband"], "of": of });
    assert_eq!(ceremony.zhao.post(&path, body).await.status, 422);
}
