//! The access token in use: shared, renewed, replaced when refused.

use std::time::Duration;

use serde_json::Value;

use super::*;
use crate::wechat::{
    Class,
    simulator::{Call, Fault, Scripted},
};

async fn allowed() -> Stage {
    let stage = Stage::new().await;
    assert!(stage.simulator.set_credits(MEI, REMINDER, 100));
    stage
}

#[tokio::test]
async fn one_token_serves_many_calls_at_once() {
    let stage = Stage::new().await;
    let slow = Fault {
        delay: Duration::from_millis(30),
        reply: Scripted::Usual,
    };
    stage.simulator.script(Call::StableToken, vec![slow]);
    let image = || stage.wechat.code_image("s", "pages/home/index");
    let (a, b, c) = tokio::join!(image(), image(), image());
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!(stage.simulator.calls(Call::StableToken), 1);
}

#[tokio::test]
async fn an_expired_token_is_replaced_and_the_call_repeated() {
    let stage = allowed().await;
    stage.wechat.send(&reminder(MEI)).await.unwrap();
    // Only WeChat's clock moves, so ours still trusts the token.
    stage.theirs.forward(7200);
    stage.wechat.send(&reminder(MEI)).await.unwrap();
    assert_eq!(stage.simulator.calls(Call::StableToken), 2);
    assert_eq!(stage.simulator.calls(Call::Send), 3);
    assert_eq!(stage.simulator.messages().len(), 2);
}

#[tokio::test]
async fn a_token_refused_twice_is_a_matter_for_the_operator() {
    let stage = allowed().await;
    let refused = Fault {
        delay: Duration::ZERO,
        reply: Scripted::Errcode(40001),
    };
    stage.simulator.script(Call::Send, vec![refused; 2]);
    let error = stage.wechat.send(&reminder(MEI)).await.unwrap_err();
    assert_eq!((error.class, error.errcode), (Class::Config, Some(40001)));
    assert_eq!(stage.simulator.calls(Call::Send), 2);
}

#[tokio::test]
async fn a_token_is_renewed_before_it_dies() {
    let stage = allowed().await;
    stage.wechat.send(&reminder(MEI)).await.unwrap();
    stage.forward(7000);
    stage.wechat.send(&reminder(MEI)).await.unwrap();
    assert_eq!(stage.simulator.calls(Call::StableToken), 2);
    assert_eq!(stage.simulator.calls(Call::Send), 2, "no call was refused");
}

#[tokio::test]
async fn a_living_token_is_used_while_wechat_cannot_renew_it() {
    let stage = allowed().await;
    stage.wechat.send(&reminder(MEI)).await.unwrap();
    stage.forward(7000);
    let busy = Fault {
        delay: Duration::ZERO,
        reply: Scripted::Errcode(-1),
    };
    stage.simulator.script(Call::StableToken, vec![busy]);
    stage.wechat.send(&reminder(MEI)).await.unwrap();
    stage.forward(200);
    stage.simulator.script(Call::StableToken, vec![busy]);
    assert_eq!(
        stage.wechat.send(&reminder(MEI)).await.unwrap_err().class,
        Class::Busy
    );
}

#[tokio::test]
async fn a_wrong_secret_is_not_tried_again_for_a_minute() {
    let stage = Stage::with_secret("wrong").await;
    for _ in 0..3 {
        let error = stage.wechat.send(&reminder(MEI)).await.unwrap_err();
        assert_eq!((error.class, error.errcode), (Class::Config, Some(40125)));
    }
    assert_eq!(stage.simulator.calls(Call::StableToken), 1);
    stage.forward(60);
    stage.wechat.send(&reminder(MEI)).await.unwrap_err();
    assert_eq!(stage.simulator.calls(Call::StableToken), 2);
}

#[tokio::test]
async fn where_the_first_secret_is_refused_the_next_one_serves() {
    let stage = allowed().await;
    let replaced = stage.with_next("former", "right");
    replaced.send(&reminder(MEI)).await.unwrap();
    assert_eq!(stage.simulator.calls(Call::StableToken), 2);
    let code = stage.simulator.login_code(MEI).code;
    assert_eq!(replaced.login(&code).await.unwrap().openid, MEI);
    assert_eq!(replaced.fault(), None);

    // One that is not needed yet is not asked with.
    let prepared = stage.with_next("right", "not valid yet");
    prepared.send(&reminder(MEI)).await.unwrap();
    assert_eq!(stage.simulator.calls(Call::StableToken), 3);
    let frozen = Fault {
        delay: Duration::ZERO,
        reply: Scripted::Errcode(40243),
    };
    stage.simulator.script(Call::Login, vec![frozen]);
    let code = stage.simulator.login_code(MEI).code;
    assert_eq!(
        stage
            .with_next("right", "right")
            .login(&code)
            .await
            .unwrap()
            .openid,
        MEI
    );
    let neither = stage.with_next("former", "not valid yet");
    let error = neither.send(&reminder(MEI)).await.unwrap_err();
    assert_eq!((error.class, error.errcode), (Class::Config, Some(40125)));
}

#[tokio::test]
async fn what_only_an_operator_can_mend_stands_until_wechat_takes_a_call() {
    let stage = allowed().await;
    let refused = |errcode| Fault {
        delay: Duration::ZERO,
        reply: Scripted::Errcode(errcode),
    };
    stage.simulator.script(Call::StableToken, vec![refused(40164)]);
    assert!(stage.wechat.send(&reminder(MEI)).await.is_err());
    assert_eq!(stage.wechat.fault(), Some(40164));
    stage.simulator.script(Call::Login, vec![refused(-1); 2]);
    assert!(stage.wechat.login("any").await.is_err());
    assert_eq!(stage.wechat.fault(), Some(40164), "being busy mends nothing");
    stage.forward(60);
    stage.wechat.send(&reminder(MEI)).await.unwrap();
    assert_eq!(stage.wechat.fault(), None);
}

#[tokio::test]
async fn each_call_without_a_good_token_is_told_which_way_it_is_bad() {
    let stage = Stage::new().await;
    let http = http();
    for (query, errcode) in [("", 41001), ("?access_token=made-up", 40001)] {
        let url = stage.url(&format!("/wxaapi/newtmpl/gettemplate{query}"));
        let body: Value = http.get(url).send().await.unwrap().json().await.unwrap();
        assert_eq!(body["errcode"], errcode);
        assert!(body["errmsg"].as_str().unwrap().contains(", rid: "));
    }
    let url = stage.url("/cgi-bin/stable_token");
    let body: Value = http.get(url).send().await.unwrap().json().await.unwrap();
    assert_eq!(body["errcode"], 43002);
}

#[tokio::test]
async fn the_template_list_says_what_each_template_takes() {
    let stage = Stage::new().await;
    let token =
        stage.url("/cgi-bin/token?grant_type=client_credential&secret=right&appid=wx0123456789abcdef");
    let token: Value = http().get(token).send().await.unwrap().json().await.unwrap();
    let list = stage.url("/wxaapi/newtmpl/gettemplate");
    let list = http()
        .get(list)
        .query(&[("access_token", token["access_token"].as_str().unwrap())]);
    let list: Value = list.send().await.unwrap().json().await.unwrap();
    assert_eq!(list["data"][0]["priTmplId"], REMINDER);
    assert_eq!(list["data"][0]["type"], 2);
    assert_eq!(
        list["data"][1]["keywordEnumValueList"][0]["enumValueList"][0],
        "早上"
    );
}
