//! Sessions under their owner's eyes, a lost phone, too many log-ins at once.

use poem::http::Method;
use serde_json::{Value, json};

use crate::support::App;
use crate::support::cast::{HOSPITAL, PASSWORD};
use crate::support::client::{Answer, Client};

async fn listed(somebody: &Client) -> Vec<Value> {
    let page = somebody.get("/sessions").await.expect(200);
    page["items"].as_array().unwrap().clone()
}

fn id(session: &Value) -> &str {
    session["id"].as_str().unwrap()
}

/// Staff see her in person.
async fn sees(staff: &Client, patient: &str) {
    let body = json!({ "method": "in_person", "identifiers": ["name", "id_document"] });
    let path = format!("/patients/{patient}/identity-checks");
    staff.post(&path, body).await.expect(201);
}

/// A log-in that names its device and perhaps the address that a proxy tells.
async fn tries(app: &App, password: &str, headers: &[(&str, &str)]) -> Answer {
    let body = json!({ "facility": HOSPITAL, "username": "lin", "password": password });
    app.nobody_of_staff()
        .send(Method::POST, "/sessions", headers, Some(body))
        .await
}

#[tokio::test]
async fn everybody_sees_where_he_is_logged_in_and_ends_what_he_does_not_know() {
    for app in App::each().await {
        let windows = [("user-agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64)")];
        let opened = tries(&app, PASSWORD, &windows).await.expect(201);
        let desk = app
            .nobody_of_staff()
            .with_token(opened["token"].as_str().unwrap());
        app.clock.advance(1);
        let ward = app.lin().await;
        let seen = listed(&ward).await;
        let told = |at: usize| (&seen[at]["current"], &seen[at]["device"]);
        assert_eq!(seen.len(), 2, "{seen:?}");
        assert_eq!(told(0), (&json!(true), &json!("unknown")));
        assert_eq!(told(1), (&json!(false), &json!("windows")));
        ward.delete(&format!("/sessions/{}", id(&seen[1])))
            .await
            .expect(204);
        desk.get("/me").await.expect(401);
        ward.delete(&format!("/sessions/{}", id(&seen[1])))
            .await
            .expect(404);
        assert_eq!(listed(&ward).await.len(), 1);
    }
}

#[tokio::test]
async fn she_ends_all_her_sessions_but_this_one_and_nobody_elses() {
    for app in App::each().await {
        let (mei, bai) = (app.mei().await, app.bai().await);
        let again = app.newcomer(&mei.openid).await;
        let seen = listed(&again).await;
        assert_eq!(seen.len(), 2);
        assert!(!listed(&bai).await.contains(&seen[0]));
        bai.delete(&format!("/sessions/{}", id(&seen[1])))
            .await
            .expect(404);
        mei.get("/me").await.expect(200);
        again.delete("/sessions").await.expect(204);
        mei.get("/me").await.expect(401);
        again.get("/me").await.expect(200);
        bai.get("/me").await.expect(200);
    }
}

#[tokio::test]
async fn many_sessions_come_page_by_page_and_those_that_are_over_do_not() {
    let app = App::new().await;
    let lin = app.lin().await;
    app.clock.advance(11 * 3600);
    for _ in 0..3 {
        app.lin().await;
    }
    let first = lin.get("/sessions?limit=3").await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = lin
        .get(&format!("/sessions?limit=3&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    assert_eq!(rest["items"][0]["current"], true);
    assert!(rest["next_cursor"].is_null());
    app.clock.advance(2 * 3600);
    assert_eq!(listed(&app.lin().await).await.len(), 4);
}

#[tokio::test]
async fn a_device_of_the_hospital_is_named_among_her_sessions() {
    let app = App::new().await;
    let (mei, lin) = (app.mei().await, app.lin().await);
    let path = format!("/patients/{}/device-sessions", mei.patient_id);
    let body = json!({ "asset": "PAD-0017", "ward": "产科二病区" });
    lin.post(&path, body).await.expect(201);
    let seen = listed(&mei).await;
    assert_eq!(
        seen[0]["hospital_device"],
        json!({ "asset": "PAD-0017", "ward": "产科二病区" })
    );
    assert!(seen[1].get("hospital_device").is_none());
}

#[tokio::test]
async fn a_lost_phone_is_blocked_at_once_by_staff_who_have_seen_her() {
    for app in App::each().await {
        let (mei, lin) = (app.mei().await, app.lin().await);
        let elsewhere = app.newcomer(&mei.openid).await;
        let invitation = format!("/patients/{}/invitation", mei.patient_id);
        let still_out = lin.post(&invitation, json!({})).await.expect(201);
        let path = format!("/patients/{}/sessions", mei.patient_id);
        let unseen = lin.delete(&path).await;
        assert_eq!(
            (unseen.status, unseen.code().as_str()),
            (409, "people.identity_unchecked")
        );
        app.clock.advance(1);
        sees(&lin, &mei.patient_id).await;
        app.clock.advance(11 * 60);
        assert_eq!(lin.delete(&path).await.code(), "people.identity_unchecked");
        sees(&lin, &mei.patient_id).await;
        app.stranger().await.delete(&path).await.expect(404);
        app.qian().await.delete(&path).await.expect(403);
        lin.delete(&path).await.expect(204);

        mei.get("/me").await.expect(401);
        elsewhere.get("/me").await.expect(401);
        // Who has the phone is still logged in to WeChat: he finds nothing of hers, nor does the old invitation help.
        let finder = app.newcomer(&mei.openid).await;
        assert_eq!(finder.get("/me").await.code(), "people.not_enrolled");
        let opens = async |scene: &Value| {
            let code = app.simulator.login_code(&mei.openid).code;
            let body = json!({ "wechat_code": code, "invite": scene });
            app.nobody().post_bare("/sessions", body).await
        };
        let old = opens(&still_out["scene"]).await;
        assert_eq!(old.code(), "people.invitation_invalid");

        // With her new phone and the same WeChat she begins anew.
        let fresh = lin.post(&invitation, json!({})).await.expect(201);
        let session = opens(&fresh["scene"]).await.expect(201);
        let mei_again = app.nobody().with_token(session["token"].as_str().unwrap());
        let me = mei_again.get("/me").await.expect(200);
        assert_eq!((&me["id"], &me["name"]), (&json!(mei.patient_id), &Value::Null));
        app.work().await;
        let trace = format!("/audit?patient={}&limit=100", mei.patient_id);
        let trace = app.qian().await.get(&trace).await.expect(200);
        let mut acts = trace["items"].as_array().unwrap().iter();
        assert!(acts.any(|one| one["act"] == "people.end_her_sessions"), "{trace}");
    }
}

#[tokio::test]
async fn when_too_many_wait_for_a_log_in_one_more_is_told_to_come_back() {
    let app = App::new().await;
    let lin = app.lin().await;
    let waiting: Vec<_> = std::iter::from_fn(|| app.ctx.hashing.place().ok()).collect();
    let told = tries(&app, PASSWORD, &[]).await;
    assert_eq!((told.status, told.code().as_str()), (503, "http.overloaded"));
    assert_eq!(told.header("retry-after").as_deref(), Some("5"));
    let step_up = json!({ "password": PASSWORD });
    assert_eq!(
        lin.post("/sessions/current/step-up", step_up.clone())
            .await
            .status,
        503
    );
    // Whoever is logged in goes on meanwhile, and nobody's failure was counted.
    lin.get("/me").await.expect(200);
    drop(waiting);
    tries(&app, PASSWORD, &[]).await.expect(201);
    lin.post("/sessions/current/step-up", step_up).await.expect(201);
}

#[tokio::test]
async fn a_flood_of_log_ins_is_answered_to_the_last_one() {
    let app = App::new().await;
    let answers = futures_util::future::join_all((0..100).map(|_| tries(&app, PASSWORD, &[]))).await;
    let count = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!(count(201) + count(503), 100);
    assert!(count(201) > 0);
}
