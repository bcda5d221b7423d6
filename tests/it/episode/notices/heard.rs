//! What WeChat tells of her taps and of our messages changes what may still be sent, and by what way.

use muan::demo::messages::REMINDER;
use serde_json::{Value, json};

use super::{FOLLOW_UP, left, newest, told};
use crate::support::App;
use crate::support::cast::Woman;
use crate::wechat::{SIGNED, listening, push, taken};

async fn hears(app: &App, woman: &Woman, seconds_ago: i64, name: &str, entry: Value) {
    let at = app.clock.now().timestamp() - seconds_ago;
    let body = json!({
        "ToUserName": "gh_1", "FromUserName": woman.openid, "CreateTime": at, "MsgType": "event",
        "Event": name, "List": entry,
    });
    taken(&push(app, SIGNED, &body).await);
    app.work().await;
}

fn answer(word: &str) -> Value {
    json!({ "TemplateId": REMINDER, "SubscribeStatusString": word, "PopupScene": "0" })
}

const PROMPTED: &str = "subscribe_msg_popup_event";
const CHANGED: &str = "subscribe_msg_change_event";

#[tokio::test]
async fn a_tap_that_her_phone_and_wechat_tell_counts_once() {
    for app in App::each().await {
        let mei = app.mei().await;
        let app = listening(app).await;
        let mei = app.back(mei);
        hears(&app, &mei, 0, PROMPTED, answer("accept")).await;
        assert_eq!(left(&mei, REMINDER).await, 1);
        let body = json!({ "template": REMINDER, "accepted": true });
        mei.post("/me/subscriptions", body).await.expect(204);
        assert_eq!(left(&mei, REMINDER).await, 1);
        app.clock.advance(600);
        hears(&app, &mei, 0, PROMPTED, answer("accept")).await;
        assert_eq!(left(&mei, REMINDER).await, 2);
        hears(&app, &mei, 0, PROMPTED, answer("reject")).await;
        assert_eq!(left(&mei, REMINDER).await, 2, "what she allowed before stays");
    }
}

#[tokio::test]
async fn switched_off_in_wechat_nothing_is_left_though_an_older_tap_is_told_later() {
    for app in App::each().await {
        let mei = app.mei().await;
        let app = listening(app).await;
        let mei = app.back(mei);
        hears(&app, &mei, 300, PROMPTED, answer("accept")).await;
        hears(&app, &mei, 10, CHANGED, answer("reject")).await;
        hears(&app, &mei, 20, PROMPTED, answer("accept")).await;
        assert_eq!(left(&mei, REMINDER).await, 0);
    }
}

#[tokio::test]
async fn a_message_that_wechat_took_and_lost_goes_to_the_phone_that_she_confirmed() {
    for app in App::each().await {
        let mei = app.mei().await;
        app.allows(&mei, REMINDER, 1).await;
        app.confirms_phone(&mei, "13800000001").await;
        let app = listening(app).await;
        let mei = app.back(mei);
        told(&app, &mei, FOLLOW_UP).await;
        let [sent] = &app.simulator.messages()[..] else {
            panic!("one message")
        };
        let lost = |code: &str| {
            json!({
                "TemplateId": REMINDER, "MsgID": sent.msgid.to_string(), "ErrorCode": code, "ErrorStatus": "",
            })
        };
        hears(&app, &mei, 0, "subscribe_msg_sent_event", lost("0")).await;
        assert!(app.simulator.texts().is_empty());
        app.clock.advance(2);
        hears(&app, &mei, 0, "subscribe_msg_sent_event", lost("1")).await;
        assert_eq!(app.simulator.texts().len(), 1);
        let ways: Vec<Value> = newest(&mei).await["sent"].as_array().unwrap().clone();
        assert!(ways.iter().any(|way| way["channel"] == "sms"), "{ways:?}");
    }
}
