//! Subscription messages and code images.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::wechat::{
    Class,
    simulator::{Call, Fault, Scripted},
};

#[tokio::test]
async fn one_permission_is_worth_one_message() {
    let stage = Stage::new().await;
    stage.simulator.set_credits(MEI, REMINDER, 1);
    let sent = stage.wechat.send(&reminder(MEI)).await.unwrap();
    let kept = &stage.simulator.messages()[0];
    assert_eq!(sent.msgid, Some(kept.msgid.to_string()));
    assert!(kept.msgid > 1 << 53, "a float would lose digits");
    assert_eq!(
        (kept.openid.as_str(), kept.miniprogram_state.as_str()),
        (MEI, "trial")
    );
    assert_eq!(kept.data["thing1"], "您有一份新表单");
    let error = stage.wechat.send(&reminder(MEI)).await.unwrap_err();
    assert_eq!((error.class, error.errcode), (Class::NotSubscribed, Some(43101)));
}

#[tokio::test]
async fn a_long_term_permission_lasts() {
    let stage = Stage::new().await;
    stage.simulator.set_credits(MEI, NOTICE, 1);
    let mut notice = reminder(MEI);
    notice.template_id = NOTICE.to_owned();
    notice.data.remove("time2");
    notice.data.insert("enum3".to_owned(), "早上".to_owned());
    stage.wechat.send(&notice).await.unwrap();
    stage.wechat.send(&notice).await.unwrap();
    notice.data.insert("enum3".to_owned(), "半夜".to_owned());
    assert_eq!(stage.wechat.send(&notice).await.unwrap_err().errcode, Some(47003));
}

#[tokio::test]
async fn strangers_and_unknown_templates_are_bad_content() {
    let stage = Stage::new().await;
    assert_eq!(
        stage.wechat.send(&reminder(LIN)).await.unwrap_err().errcode,
        Some(40003)
    );
    stage.simulator.set_user(LIN, None, 0);
    let mut unknown = reminder(LIN);
    unknown.template_id = "unknown".to_owned();
    let error = stage.wechat.send(&unknown).await.unwrap_err();
    assert_eq!((error.class, error.errcode), (Class::BadContent, Some(40037)));
}

#[tokio::test]
async fn a_value_that_breaks_a_rule_is_not_even_sent() {
    let stage = Stage::new().await;
    let mut message = reminder(MEI);
    message.data.insert(
        "thing1".to_owned(),
        "二十一个字符太多了二十一个字符太多了二十一".to_owned(),
    );
    assert_eq!(message.misfit(), Some("thing1"));
    let error = stage.wechat.send(&message).await.unwrap_err();
    assert_eq!((error.class, error.errcode), (Class::BadContent, None));
    assert_eq!(stage.simulator.calls(Call::Send), 0);
}

#[tokio::test]
async fn wechat_names_the_field_that_breaks_a_rule() {
    let stage = Stage::new().await;
    stage.simulator.set_credits(MEI, REMINDER, 1);
    let token = json!({ "grant_type": "client_credential", "appid": APP_ID, "secret": "right" });
    let token = http()
        .post(stage.url("/cgi-bin/stable_token"))
        .json(&token)
        .send()
        .await
        .unwrap();
    let token: Value = token.json().await.unwrap();
    let body = json!({ "touser": MEI, "template_id": REMINDER, "data": { "time2": { "value": "09:00" } } });
    let reply = http()
        .post(stage.url("/cgi-bin/message/subscribe/send"))
        .query(&[("access_token", token["access_token"].as_str().unwrap())])
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(reply.status(), 200);
    let reply: Value = reply.json().await.unwrap();
    assert_eq!(reply["errcode"], 47003);
    assert!(
        reply["errmsg"]
            .as_str()
            .unwrap()
            .contains("data.thing1.value is empty")
    );
    assert!(stage.simulator.messages().is_empty());
}

#[tokio::test]
async fn two_messages_to_one_person_at_once_are_one_too_many() {
    let stage = Stage::new().await;
    stage.simulator.set_credits(MEI, REMINDER, 5);
    let slow = Fault {
        delay: Duration::from_millis(300),
        reply: Scripted::Usual,
    };
    stage.simulator.script(Call::Send, vec![slow; 2]);
    let message = reminder(MEI);
    let (a, b) = tokio::join!(stage.wechat.send(&message), stage.wechat.send(&message));
    let refused = a.err().or(b.err()).unwrap();
    assert_eq!(refused.class, Class::Concurrent);
    assert_eq!(stage.simulator.messages().len(), 1);
    stage.wechat.send(&message).await.unwrap();
}

#[tokio::test]
async fn quotas_of_the_minute_and_of_the_day_are_told_apart() {
    let stage = Stage::new().await;
    stage.simulator.set_credits(MEI, REMINDER, 5);
    let quota = |errcode| Fault {
        delay: Duration::ZERO,
        reply: Scripted::Errcode(errcode),
    };
    stage
        .simulator
        .script(Call::Send, vec![quota(45011), quota(45009)]);
    assert_eq!(
        stage.wechat.send(&reminder(MEI)).await.unwrap_err().class,
        Class::RateMinute
    );
    assert_eq!(
        stage.wechat.send(&reminder(MEI)).await.unwrap_err().class,
        Class::QuotaDay
    );
}

#[tokio::test]
async fn a_code_image_is_a_png_that_says_the_scene() {
    let stage = Stage::new().await;
    let scene = "i=AbCdEfGhIjKlMnOpQrStUv";
    let image = stage.wechat.code_image(scene, "pages/join/index").await.unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(image))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(info.width, info.height);

    let code = qrcode::QrCode::new(scene).unwrap();
    let (side, modules) = (info.width as usize, code.width());
    let scale = side / (modules + 8);
    for y in 0..modules {
        for x in 0..modules {
            let at = |n: usize| (n + 4) * scale + scale / 2;
            let dark = pixels[at(y) * side + at(x)] == 0;
            assert_eq!(dark, code[(x, y)] == qrcode::Color::Dark, "module {x}, {y}");
        }
    }
}

#[tokio::test]
async fn a_scene_that_wechat_cannot_carry_is_bad_content() {
    let stage = Stage::new().await;
    let image = |scene: &'static str, page: &'static str| stage.wechat.code_image(scene, page);
    for (scene, page, errcode) in [
        ("", "pages/home", 40169),
        ("123456789012345678901234567890123", "pages/home", 40169),
        ("中文", "pages/home", 40129),
        ("100%", "pages/home", 40129),
        ("ok", "/pages/home", 41030),
    ] {
        let error = image(scene, page).await.unwrap_err();
        assert_eq!(
            (error.class, error.errcode),
            (Class::BadContent, Some(errcode)),
            "{scene} {page}"
        );
    }
}

#[tokio::test]
async fn an_image_that_is_no_image_is_busy() {
    let stage = Stage::new().await;
    stage.simulator.script(
        Call::Image,
        vec![Fault {
            delay: Duration::ZERO,
            reply: Scripted::Garbage,
        }],
    );
    assert_eq!(
        stage
            .wechat
            .code_image("s", "pages/home")
            .await
            .unwrap_err()
            .class,
        Class::Busy
    );
}
