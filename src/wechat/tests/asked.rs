//! Sessions, links, content checks and the list of templates.

use chrono::TimeDelta;
use serde_json::{Map, Value, json};

use super::*;
use crate::wechat::{
    Class, Link, Login, Scene, Verdict, crypto,
    simulator::{Call, Fault, Scripted},
};

async fn logged_in(stage: &Stage) -> Login {
    let code = stage.simulator.login_code(MEI).code;
    stage.wechat.login(&code).await.unwrap()
}

fn now(stage: &Stage) -> DateTime<Utc> {
    (stage.ours.now())()
}

fn data(name: &str) -> Map<String, Value> {
    Map::from_iter([("nickName".to_owned(), json!(name))])
}

#[tokio::test]
async fn a_session_holds_until_it_is_reset() {
    let stage = Stage::new().await;
    let login = logged_in(&stage).await;
    stage.wechat.check_session(MEI, &login.session_key).await.unwrap();
    let fresh = stage.wechat.reset_session(MEI, &login.session_key).await.unwrap();
    assert!(fresh != login.session_key);
    let old = stage.wechat.check_session(MEI, &login.session_key).await;
    assert_eq!(old.unwrap_err().class, Class::SessionStale);
    let again = stage.wechat.reset_session(MEI, &login.session_key).await;
    assert_eq!(again.unwrap_err().class, Class::SessionStale);
    stage.wechat.check_session(MEI, &fresh).await.unwrap();
}

#[tokio::test]
async fn who_never_logged_in_has_no_session() {
    let stage = Stage::new().await;
    stage.simulator.set_user(MEI, None, 0);
    let made_up = Secret::new("MDEyMzQ1Njc4OWFiY2RlZg==");
    let error = stage.wechat.check_session(MEI, &made_up).await.unwrap_err();
    assert_eq!((error.class, error.errcode), (Class::SessionStale, Some(87007)));
    let error = stage.wechat.check_session(LIN, &made_up).await.unwrap_err();
    assert_eq!((error.class, error.errcode), (Class::BadContent, Some(40003)));
}

#[tokio::test]
async fn what_the_mini_program_hands_over_opens_with_her_key_and_is_wechats() {
    let stage = Stage::new().await;
    let login = logged_in(&stage).await;
    let (iv, encrypted) = stage.simulator.user_data(MEI, data("测试")).unwrap();
    let open = |at| crypto::open_user_data(&login.session_key, &iv, &encrypted, APP_ID, at);
    assert_eq!(open(now(&stage)).unwrap()["nickName"], "测试");
    let later = now(&stage) + TimeDelta::minutes(6);
    assert_eq!(open(later).unwrap_err().class, Class::SessionStale);

    let at = stage.wechat.encrypted_at(&encrypted).await.unwrap();
    assert_eq!(at, Some(now(&stage)));
    assert_eq!(stage.wechat.encrypted_at("made up").await.unwrap(), None);
    stage.forward(3 * 86_400);
    assert_eq!(stage.wechat.encrypted_at(&encrypted).await.unwrap(), None);
}

#[tokio::test]
async fn a_link_opens_a_page_for_thirty_days_at_most() {
    let stage = Stage::new().await;
    let link = |query, until| Link {
        page: "pages/join/index",
        query,
        until,
    };
    let until = now(&stage) + TimeDelta::days(30);
    let url = stage.wechat.url_link(link("i=abc", until)).await.unwrap();
    assert!(url.starts_with("https://"));
    let scheme = stage.wechat.scheme(link("i=abc", until)).await.unwrap();
    assert!(scheme.starts_with("weixin://"));

    let long = "q".repeat(1025);
    for (query, until, errcode) in [
        ("", until + TimeDelta::seconds(1), 85401),
        ("", now(&stage), 85401),
        (long.as_str(), until, 40212),
    ] {
        for outcome in [
            stage.wechat.url_link(link(query, until)).await,
            stage.wechat.scheme(link(query, until)).await,
        ] {
            let error = outcome.unwrap_err();
            assert_eq!((error.class, error.errcode), (Class::BadContent, Some(errcode)));
        }
    }
    let page = Link {
        page: "pages/join?x=1",
        query: "",
        until,
    };
    let error = stage.wechat.url_link(page).await.unwrap_err();
    assert_eq!(error.errcode, Some(40165));
}

#[tokio::test]
async fn each_refusal_of_a_link_has_its_class() {
    let stage = Stage::new().await;
    let link = Link {
        page: "pages/home",
        query: "",
        until: now(&stage) + TimeDelta::days(1),
    };
    for (errcode, class) in [
        (44990, Class::RateMinute),
        (44993, Class::QuotaDay),
        (85406, Class::QuotaDay),
        (85079, Class::Config),
        (85407, Class::Config),
        (85408, Class::Config),
        (85402, Class::BadContent),
        (12_345_678, Class::Unknown(12_345_678)),
    ] {
        let fault = Fault {
            delay: Duration::ZERO,
            reply: Scripted::Errcode(errcode),
        };
        stage.simulator.script(Call::UrlLink, vec![fault]);
        let error = stage.wechat.url_link(link).await.unwrap_err();
        assert_eq!((error.class, error.errcode), (class, Some(errcode)));
    }
}

#[tokio::test]
async fn a_text_is_judged_while_she_is_there() {
    let stage = Stage::new().await;
    logged_in(&stage).await;
    for (content, verdict, label) in [
        ("谢谢大家", Verdict::Pass, 100),
        ("risky", Verdict::Risky, 20006),
        ("review", Verdict::Review, 20006),
    ] {
        let checked = stage
            .wechat
            .check_text(MEI, Scene::Comment, content)
            .await
            .unwrap();
        assert_eq!((checked.verdict, checked.label), (verdict, label));
    }
    let long = "字".repeat(2501);
    for unsendable in ["", long.as_str()] {
        let checked = stage.wechat.check_text(MEI, Scene::Comment, unsendable).await;
        let error = checked.unwrap_err();
        assert_eq!((error.class, error.errcode), (Class::BadContent, None));
    }
    assert_eq!(stage.simulator.calls(Call::CheckText), 3);
    stage.forward(7200);
    let checked = stage.wechat.check_text(MEI, Scene::Comment, "谢谢大家").await;
    let error = checked.unwrap_err();
    assert_eq!((error.class, error.errcode), (Class::Away, Some(61010)));
}

#[tokio::test]
async fn a_picture_is_judged_later_and_once() {
    let stage = Stage::new().await;
    logged_in(&stage).await;
    let picture = "pictures/risky.png";
    let check = || stage.wechat.check_picture(MEI, Scene::Forum, picture);
    assert!(!check().await.unwrap().is_empty());
    let error = check().await.unwrap_err();
    assert_eq!((error.class, error.errcode), (Class::BadContent, Some(87020)));
}

#[tokio::test]
async fn the_templates_of_the_account_tell_their_keys() {
    let stage = Stage::new().await;
    let listed = stage.wechat.templates().await.unwrap();
    let told: Vec<_> = listed
        .iter()
        .map(|one| (one.id.as_str(), one.keys.join(" "), one.long_term))
        .collect();
    assert_eq!(
        told,
        [
            (REMINDER, "thing1 time2".to_owned(), false),
            (NOTICE, "thing1 enum3".to_owned(), true),
        ]
    );
}

#[tokio::test]
async fn every_call_gets_a_new_token_when_its_own_is_over() {
    let stage = Stage::new().await;
    let login = logged_in(&stage).await;
    stage.wechat.templates().await.unwrap();
    // Only WeChat's clock moves, so ours still trusts the token.
    stage.theirs.forward(7200);
    stage.wechat.check_session(MEI, &login.session_key).await.unwrap();
    assert_eq!(stage.simulator.calls(Call::CheckSession), 2);
}
