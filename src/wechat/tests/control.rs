//! The control face, as the demo's visitor uses it.

use reqwest::Method;
use serde_json::{Value, json};

use super::*;
use crate::wechat::Class;

async fn ask(stage: &Stage, method: Method, path: &str, body: Value) -> (u16, Value) {
    raw(&stage.url(path), method, body.to_string()).await
}

async fn raw(url: &str, method: Method, body: String) -> (u16, Value) {
    let reply = http().request(method, url).body(body).send().await.unwrap();
    let status = reply.status().as_u16();
    (
        status,
        serde_json::from_str(&reply.text().await.unwrap()).unwrap_or(Value::Null),
    )
}

#[tokio::test]
async fn a_minted_code_logs_a_new_person_in() {
    let stage = Stage::new().await;
    let (status, code) = ask(
        &stage,
        Method::POST,
        "/simulator/login-codes",
        json!({ "openid": MEI }),
    )
    .await;
    assert_eq!(status, 201);
    assert_eq!(code["expires_at"], "2026-01-01T00:05:00.000Z");
    assert_eq!(
        stage
            .wechat
            .login(code["code"].as_str().unwrap())
            .await
            .unwrap()
            .openid,
        MEI
    );
}

#[tokio::test]
async fn a_minted_phone_code_may_be_foreign() {
    let stage = Stage::new().await;
    let body = json!({ "openid": MEI, "phone": "61234567", "country_code": "852", "expires_in": 60 });
    let (status, code) = ask(&stage, Method::POST, "/simulator/phone-codes", body).await;
    assert_eq!(
        (status, &code["expires_at"]),
        (201, &json!("2026-01-01T00:01:00.000Z"))
    );
    let phone = stage
        .wechat
        .phone(code["code"].as_str().unwrap(), MEI)
        .await
        .unwrap();
    assert_eq!(
        (phone.country_code.as_str(), phone.number.as_str()),
        ("852", "61234567")
    );
}

#[tokio::test]
async fn what_was_sent_to_whom_can_be_read() {
    let stage = Stage::new().await;
    let credits = json!({ "openid": MEI, "template_id": REMINDER, "credits": 1 });
    assert_eq!(
        ask(&stage, Method::PUT, "/simulator/credits", credits).await.0,
        204
    );
    stage.wechat.send(&reminder(MEI)).await.unwrap();
    let (status, list) = ask(&stage, Method::GET, "/simulator/messages", Value::Null).await;
    assert_eq!(status, 200);
    let message = &list["items"][0];
    assert_eq!(
        (&message["openid"], &message["template_id"]),
        (&json!(MEI), &json!(REMINDER))
    );
    assert_eq!(message["sent_at"], "2026-01-01T00:00:00.000Z");
    let others = format!("/simulator/messages?openid={LIN}");
    assert_eq!(
        ask(&stage, Method::GET, &others, Value::Null).await.1,
        json!({ "items": [] })
    );
    let (_, calls) = ask(&stage, Method::GET, "/simulator/calls", Value::Null).await;
    let sends = calls["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|call| call["path"] == "/cgi-bin/message/subscribe/send");
    assert_eq!(sends.unwrap()["count"], 1);
}

#[tokio::test]
async fn the_last_calls_are_kept_without_token_and_secret() {
    let stage = Stage::new().await;
    stage.simulator.set_user(MEI, None, 0);
    stage.simulator.set_credits(MEI, REMINDER, 1);
    stage.wechat.send(&reminder(MEI)).await.unwrap();
    let received = async || {
        let (_, calls) = ask(&stage, Method::GET, "/simulator/calls", Value::Null).await;
        calls["received"].as_array().unwrap().clone()
    };
    let kept = received().await;
    let of = |path: &str| kept.iter().find(|call| call["path"] == path).unwrap();
    let token = of("/cgi-bin/stable_token");
    assert_eq!(token["body"]["appid"], APP_ID);
    assert!(token["body"].get("secret").is_none());
    let send = of("/cgi-bin/message/subscribe/send");
    assert_eq!(send["body"]["touser"], MEI);
    assert_eq!(send["at"], "2026-01-01T00:00:00.000Z");
    assert!(!json!(kept).to_string().contains("access_token"));

    let (http, path) = (http(), "/wxa/checksession");
    for _ in 0..1000 {
        http.get(stage.url(path)).send().await.unwrap();
    }
    let kept = received().await;
    assert_eq!(kept.len(), 1000);
    assert!(
        kept.iter()
            .all(|call| call["path"] == path && call["body"].is_null())
    );
}

#[tokio::test]
async fn faults_come_in_the_order_in_which_they_were_scripted() {
    let stage = Stage::new().await;
    let body = json!({ "path": "/sns/jscode2session", "replies": [
        { "errcode": 45011 }, { "times": 2, "garbage": true }, { "status": 503 }, { "drop": true },
    ] });
    assert_eq!(ask(&stage, Method::PUT, "/simulator/faults", body).await.0, 204);
    for class in [
        Class::RateMinute,
        Class::Busy,
        Class::Busy,
        Class::Busy,
        Class::Busy,
    ] {
        assert_eq!(stage.wechat.login("any").await.unwrap_err().class, class);
    }
    assert_eq!(
        stage.wechat.login("any").await.unwrap_err().class,
        Class::CodeInvalid
    );
}

#[tokio::test]
async fn a_blocked_person_can_be_arranged() {
    let stage = Stage::new().await;
    let body = json!({ "openid": MEI, "risk_level": 4 });
    assert_eq!(ask(&stage, Method::PUT, "/simulator/users", body).await.0, 204);
    let code = stage.simulator.login_code(MEI).code;
    assert_eq!(
        stage.wechat.login(&code).await.unwrap_err().class,
        Class::UserBlocked
    );
}

#[tokio::test]
async fn the_clock_goes_forward_only() {
    let stage = Stage::new().await;
    let (status, body) = ask(
        &stage,
        Method::PUT,
        "/simulator/clock",
        json!({ "advance_s": 3600 }),
    )
    .await;
    assert_eq!((status, &body["now"]), (200, &json!("2026-01-01T01:00:00.000Z")));
    for wrong in [-1, 315_360_001] {
        let body = json!({ "advance_s": wrong });
        assert_eq!(ask(&stage, Method::PUT, "/simulator/clock", body).await.0, 422);
    }
}

#[tokio::test]
async fn a_clock_that_nobody_lent_cannot_be_moved() {
    let clock = Clock::new();
    let handle = start(&clock, None).await;
    let url = format!("{}/simulator/clock", handle.base_url());
    let (status, body) = raw(&url, Method::PUT, json!({ "advance_s": 1 }).to_string()).await;
    assert_eq!((status, &body["code"]), (404, &json!("simulator.clock_fixed")));
}

#[tokio::test]
async fn mistakes_are_answered_in_json() {
    let stage = Stage::new().await;
    let login = "/simulator/login-codes";
    let faults = "/simulator/faults";
    let path = "/sns/jscode2session";
    for (method, url, body, status, code) in [
        (Method::POST, login, "{".to_owned(), 400, "simulator.malformed"),
        (
            Method::POST,
            login,
            json!({ "openid": MEI, "phone": "1" }).to_string(),
            422,
            "simulator.invalid",
        ),
        (
            Method::POST,
            login,
            json!({ "openid": "" }).to_string(),
            422,
            "simulator.invalid",
        ),
        (
            Method::POST,
            login,
            json!({ "openid": MEI, "expires_in": 0 }).to_string(),
            422,
            "simulator.invalid",
        ),
        (
            Method::POST,
            login,
            json!({}).to_string(),
            422,
            "simulator.invalid",
        ),
        (Method::GET, login, String::new(), 404, "simulator.not_found"),
        (
            Method::GET,
            "/simulator/unknown",
            String::new(),
            404,
            "simulator.not_found",
        ),
        (
            Method::GET,
            "/simulator/messages?who=x",
            String::new(),
            400,
            "simulator.malformed",
        ),
        (
            Method::POST,
            "/simulator/phone-codes",
            json!({ "openid": MEI, "phone": "+86 138" }).to_string(),
            422,
            "simulator.invalid",
        ),
        (
            Method::PUT,
            "/simulator/credits",
            json!({ "openid": MEI, "template_id": "none", "credits": 1 }).to_string(),
            404,
            "simulator.template_unknown",
        ),
        (
            Method::PUT,
            faults,
            json!({ "path": "/nowhere", "replies": [] }).to_string(),
            404,
            "simulator.path_unknown",
        ),
        (
            Method::PUT,
            faults,
            json!({ "path": path, "replies": [{ "drop": true, "garbage": true }] }).to_string(),
            422,
            "simulator.invalid",
        ),
        (
            Method::PUT,
            faults,
            json!({ "path": path, "replies": [{ "times": 1001, "drop": true }] }).to_string(),
            422,
            "simulator.invalid",
        ),
    ] {
        let (seen, answer) = raw(&stage.url(url), method, body).await;
        assert_eq!(
            (seen, answer["code"].as_str()),
            (status, Some(code)),
            "{url}: {answer}"
        );
        assert!(answer["message"].is_string());
    }
}

#[tokio::test]
async fn the_simulator_never_leaves_the_machine() {
    let clock = Clock::new();
    let refused = Simulator::start("0.0.0.0:0".parse().unwrap(), account(), clock.now(), None).await;
    assert_eq!(refused.err().unwrap().kind(), std::io::ErrorKind::InvalidInput);
}
