//! Logging in and giving a phone number.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::*;
use crate::wechat::{
    BASE_URL, Class, Misconfigured,
    simulator::{Call, Fault, Scripted},
};

fn once(reply: Scripted) -> Vec<Fault> {
    vec![Fault {
        delay: Duration::ZERO,
        reply,
    }]
}

#[tokio::test]
async fn a_fresh_code_says_who_she_is() {
    let stage = Stage::new().await;
    stage.simulator.set_user(MEI, Some("oUnion"), 0);
    let code = stage.simulator.login_code(MEI);
    let login = stage.wechat.login(&code.code).await.unwrap();
    assert_eq!(login.openid, MEI);
    assert_eq!(login.unionid.as_deref(), Some("oUnion"));
    assert_eq!(
        BASE64_STANDARD.decode(login.session_key.expose()).unwrap().len(),
        16
    );
}

#[tokio::test]
async fn the_session_key_changes_at_some_log_ins_and_not_at_others() {
    let stage = Stage::new().await;
    let mut keys = Vec::new();
    for _ in 0..3 {
        let code = stage.simulator.login_code(MEI).code;
        keys.push(stage.wechat.login(&code).await.unwrap().session_key);
    }
    assert!(keys[0] == keys[1] && keys[1] != keys[2]);
}

#[tokio::test]
async fn a_code_works_once() {
    let stage = Stage::new().await;
    let code = stage.simulator.login_code(MEI).code;
    stage.wechat.login(&code).await.unwrap();
    let first = stage.wechat.login(&code).await.unwrap_err();
    assert_eq!((first.class, first.errcode), (Class::CodeInvalid, Some(40163)));
    let second = stage.wechat.login(&code).await.unwrap_err();
    assert!(
        first.rid.is_some() && first.rid != second.rid,
        "no two refusals carry the same rid"
    );
}

#[tokio::test]
async fn a_code_dies_after_five_minutes() {
    let stage = Stage::new().await;
    let (early, late) = (
        stage.simulator.login_code(MEI).code,
        stage.simulator.login_code(MEI).code,
    );
    stage.forward(299);
    stage.wechat.login(&early).await.unwrap();
    stage.forward(1);
    let error = stage.wechat.login(&late).await.unwrap_err();
    assert_eq!((error.class, error.errcode), (Class::CodeInvalid, Some(40029)));
}

#[tokio::test]
async fn an_invented_code_and_an_empty_code_are_invalid() {
    let stage = Stage::new().await;
    assert_eq!(
        stage.wechat.login("made-up").await.unwrap_err().errcode,
        Some(40029)
    );
    let empty = stage.wechat.login("").await.unwrap_err();
    assert_eq!((empty.class, empty.errcode), (Class::CodeInvalid, Some(41008)));
}

#[tokio::test]
async fn a_high_risk_person_is_blocked() {
    let stage = Stage::new().await;
    stage.simulator.set_user(MEI, None, 4);
    let code = stage.simulator.login_code(MEI).code;
    assert_eq!(
        stage.wechat.login(&code).await.unwrap_err().class,
        Class::UserBlocked
    );
}

#[tokio::test]
async fn the_hundred_and_first_log_in_of_a_minute_is_too_many() {
    let stage = Stage::new().await;
    for _ in 0..100 {
        let code = stage.simulator.login_code(MEI).code;
        stage.wechat.login(&code).await.unwrap();
    }
    let code = stage.simulator.login_code(MEI).code;
    assert_eq!(
        stage.wechat.login(&code).await.unwrap_err().class,
        Class::RateMinute
    );
    stage.forward(60);
    stage.wechat.login(&code).await.unwrap();
}

#[tokio::test]
async fn a_wrong_secret_is_a_matter_for_the_operator() {
    let stage = Stage::with_secret("wrong").await;
    let code = stage.simulator.login_code(MEI).code;
    let error = stage.wechat.login(&code).await.unwrap_err();
    assert_eq!((error.class, error.errcode), (Class::Config, Some(40125)));
}

#[tokio::test]
async fn a_busy_log_in_is_tried_once_more() {
    let stage = Stage::new().await;
    let code = stage.simulator.login_code(MEI).code;
    stage.simulator.script(Call::Login, once(Scripted::Errcode(-1)));
    stage.wechat.login(&code).await.unwrap();
    assert_eq!(stage.simulator.calls(Call::Login), 2);

    stage
        .simulator
        .script(Call::Login, vec![once(Scripted::Errcode(-1))[0]; 2]);
    let code = stage.simulator.login_code(MEI).code;
    let error = stage.wechat.login(&code).await.unwrap_err();
    assert_eq!((error.class, error.errcode), (Class::Busy, Some(-1)));
}

#[tokio::test]
async fn whatever_breaks_on_the_way_is_busy_and_not_repeated() {
    let stage = Stage::new().await;
    for (n, reply) in [Scripted::Garbage, Scripted::Dropped, Scripted::Status(502)]
        .into_iter()
        .enumerate()
    {
        let code = stage.simulator.login_code(MEI).code;
        stage.simulator.script(Call::Login, once(reply));
        let error = stage.wechat.login(&code).await.unwrap_err();
        assert_eq!((error.class, error.errcode), (Class::Busy, None), "{reply:?}");
        assert_eq!(
            stage.simulator.calls(Call::Login),
            n as u64 + 1,
            "the code may be used up: {reply:?}"
        );
    }
}

#[tokio::test]
async fn a_late_answer_is_busy() {
    let stage = Stage::new().await;
    let hours = Fault {
        delay: Duration::from_secs(3600),
        reply: Scripted::Usual,
    };
    stage.simulator.script(Call::Login, vec![hours]);
    let code = stage.simulator.login_code(MEI).code;
    let error = stage.impatient().login(&code).await.unwrap_err();
    assert_eq!((error.class, error.errcode), (Class::Busy, None));
}

#[tokio::test]
async fn nobody_listening_is_not_reached() {
    let stage = Stage::new().await;
    let Stage { wechat, handle, .. } = stage;
    handle.shutdown().await;
    assert_eq!(wechat.login("any").await.unwrap_err().class, Class::Unreached);
}

#[tokio::test]
async fn a_log_in_reply_is_labeled_text_and_has_no_errcode() {
    let stage = Stage::new().await;
    let code = stage.simulator.login_code(MEI).code;
    let query = [
        ("appid", APP_ID),
        ("secret", "right"),
        ("js_code", code.as_str()),
        ("grant_type", "authorization_code"),
    ];
    let reply = http()
        .get(stage.url("/sns/jscode2session"))
        .query(&query)
        .send()
        .await
        .unwrap();
    assert_eq!(reply.headers()["content-type"], "text/plain");
    let body: Value = reply.json().await.unwrap();
    assert!(body.get("errcode").is_none() && body.get("unionid").is_none());
}

#[tokio::test]
async fn her_phone_code_gives_her_number_once() {
    let stage = Stage::new().await;
    let code = stage.simulator.phone_code(MEI, "13800000000").code;
    let phone = stage.wechat.phone(&code, MEI).await.unwrap();
    assert_eq!(
        (phone.country_code.as_str(), phone.number.as_str()),
        ("86", "13800000000")
    );
    assert_eq!(phone.given_at, stage.theirs.now()());
    assert_eq!(
        stage.wechat.phone(&code, MEI).await.unwrap_err().errcode,
        Some(40029)
    );
}

#[tokio::test]
async fn somebody_elses_phone_code_is_refused() {
    let stage = Stage::new().await;
    let code = stage.simulator.phone_code(MEI, "13800000000").code;
    assert_eq!(
        stage.wechat.phone(&code, LIN).await.unwrap_err().class,
        Class::CodeInvalid
    );
    stage.wechat.phone(&code, MEI).await.unwrap();
}

#[tokio::test]
async fn a_log_in_code_gives_no_phone_number_and_a_phone_code_dies_too() {
    let stage = Stage::new().await;
    let login = stage.simulator.login_code(MEI).code;
    assert_eq!(
        stage.wechat.phone(&login, MEI).await.unwrap_err().errcode,
        Some(40029)
    );
    let phone = stage.simulator.phone_code(MEI, "13800000000").code;
    stage.forward(300);
    assert_eq!(
        stage.wechat.phone(&phone, MEI).await.unwrap_err().errcode,
        Some(40029)
    );
}

#[tokio::test]
async fn a_number_for_another_app_is_refused() {
    let stage = Stage::new().await;
    let body = json!({ "openid": MEI, "app_id": "wxother" });
    let reply = http()
        .post(stage.url("/simulator/login-codes"))
        .json(&body)
        .send()
        .await
        .unwrap();
    let code: Value = reply.json().await.unwrap();
    let error = stage
        .wechat
        .login(code["code"].as_str().unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.errcode, Some(40029));
}

#[test]
fn only_wechats_address_is_accepted_without_leave() {
    let clock = Clock::new();
    let strict = |base_url: &str| Settings {
        allow_other_base: false,
        ..settings(base_url, "right")
    };
    for other in [
        "http://127.0.0.1:9",
        "http://api.weixin.qq.com",
        "https://api.weixin.qq.com.evil.example",
    ] {
        let refused = WeChat::new(strict(other), clock.now(), Cache::memory());
        assert!(matches!(refused, Err(Misconfigured::BaseUrl)), "{other}");
    }
    assert_eq!(BASE_URL, "https://api.weixin.qq.com");
    let accepted = WeChat::new(strict(BASE_URL), clock.now(), Cache::memory());
    assert!(!matches!(
        accepted,
        Err(Misconfigured::BaseUrl | Misconfigured::App)
    ));
    let nonsense = WeChat::new(settings("not an address", "right"), clock.now(), Cache::memory());
    assert!(matches!(nonsense, Err(Misconfigured::BaseUrl)));
    let nameless = WeChat::new(settings("http://127.0.0.1:9", ""), clock.now(), Cache::memory());
    assert!(matches!(nameless, Err(Misconfigured::App)));
}

#[tokio::test]
async fn nothing_secret_is_printed() {
    let stage = Stage::new().await;
    let code = stage.simulator.login_code(MEI).code;
    let login = stage.wechat.login(&code).await.unwrap();
    let code = stage.simulator.phone_code(MEI, "13800000000").code;
    let phone = stage.wechat.phone(&code, MEI).await.unwrap();
    let printed = format!("{:?} {login:?} {phone:?}", settings("http://127.0.0.1:9", "hush"));
    assert!(
        !printed.contains("hush") && !printed.contains(MEI) && !printed.contains("138"),
        "{printed}"
    );
}
