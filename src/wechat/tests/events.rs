//! Which pushes are believed, and how they are read.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::wechat::crypto;

const TOKEN: &str = "AAAAA";
const APP: &str = "wxba5fad812f8e6fb9";

fn listening(key: Option<&str>) -> Pushes {
    let settings = PushSettings {
        token: Secret::new(TOKEN),
        key: key.map(Secret::new),
    };
    Pushes::new(&settings, APP).unwrap()
}

fn secure() -> Pushes {
    listening(Some(&"A".repeat(43)))
}

fn query(members: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = members
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    owned.collect()
}

/// The query of the published push, in plain mode and in secure mode.
fn published() -> Vec<(String, String)> {
    query(&[
        ("signature", "6c5c811b55cc85e0e1b54100749188c20beb3f5d"),
        ("timestamp", "1714112445"),
        ("nonce", "415670741"),
        ("openid", "o9AgO5Kd5ggOC-bXrbNODIiE3bGY"),
        ("encrypt_type", "aes"),
        ("msg_signature", "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"),
    ])
}

fn said(message: &Value) -> Option<Pushed> {
    let body = message.to_string();
    listening(None).read(&published(), body.as_bytes()).unwrap()
}

#[test]
fn the_address_is_confirmed_to_whoever_knows_the_token() {
    let signed = [
        ("signature", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        ("timestamp", "1714036504"),
        ("nonce", "1514711492"),
        ("echostr", "4375120948345356249"),
    ];
    assert_eq!(secure().greeting(&query(&signed)).unwrap(), "4375120948345356249");
    for left_out in 0..signed.len() {
        let mut fewer = signed.to_vec();
        fewer.remove(left_out);
        let mut twice = signed.to_vec();
        twice.push(signed[left_out]);
        for wrong in [fewer, twice] {
            assert_eq!(secure().greeting(&query(&wrong)), Err(Unbelieved::Unsigned));
        }
    }
}

#[test]
fn the_published_push_is_believed_and_of_no_use() {
    let body = json!({ "ToUserName": "gh_97417a04a28d", "Encrypt": crypto::tests::PUSHED }).to_string();
    assert!(secure().read(&published(), body.as_bytes()).unwrap().is_none());
}

#[test]
fn whoever_has_no_key_is_not_told_what_is_wrong() {
    let good = json!({ "Encrypt": crypto::tests::PUSHED });
    let plain = json!({ "FromUserName": "o1", "MsgType": "event", "CreateTime": 1 });
    let mut unsigned = published();
    unsigned.retain(|(name, _)| name != "msg_signature");
    for (query, body) in [
        (unsigned, &good),
        (published(), &plain),
        (published(), &json!({ "Encrypt": "AAAA" })),
        (published(), &json!({ "Encrypt": 7 })),
    ] {
        let read = secure().read(&query, body.to_string().as_bytes());
        assert!(matches!(read, Err(Unbelieved::Unsigned)), "{body}");
    }
    let elsewhere = PushSettings {
        token: Secret::new(TOKEN),
        key: Some(Secret::new("A".repeat(43))),
    };
    let elsewhere = Pushes::new(&elsewhere, "wxanother").unwrap();
    let read = elsewhere.read(&published(), good.to_string().as_bytes());
    assert!(matches!(read, Err(Unbelieved::Unsigned)));
}

#[test]
fn a_list_of_one_is_an_object_and_numbers_may_be_texts() {
    let pushed = said(&json!({
        "ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": "1620973045", "MsgType": "event",
        "Event": "subscribe_msg_popup_event",
        "List": { "TemplateId": "t1", "SubscribeStatusString": "accept", "PopupScene": "0" },
    }));
    let pushed = pushed.unwrap();
    assert_eq!(
        (pushed.openid.as_str(), pushed.at.timestamp()),
        ("o1", 1_620_973_045)
    );
    let accepted = News::Prompted {
        template: "t1".to_owned(),
        accepted: true,
    };
    assert_eq!(pushed.news, [accepted]);
}

#[test]
fn a_list_of_several_is_an_array_and_what_is_unfit_in_it_is_left_out() {
    let pushed = said(&json!({
        "FromUserName": "o1", "CreateTime": 1_620_973_045, "MsgType": "event",
        "Event": "subscribe_msg_change_event",
        "List": [
            { "TemplateId": "t1", "SubscribeStatusString": "reject" },
            { "TemplateId": "t2" },
            7,
            { "TemplateId": "t3", "SubscribeStatusString": "acceptWithAudio" },
        ],
    }));
    let changed = |template: &str, accepted| News::Changed {
        template: template.to_owned(),
        accepted,
    };
    assert_eq!(pushed.unwrap().news, [changed("t1", false), changed("t3", true)]);
}

#[test]
fn what_became_of_a_message_is_known_by_its_whole_number() {
    let event = |msgid: Value, code: Value| {
        said(&json!({
            "FromUserName": "o1", "CreateTime": 1, "MsgType": "event", "Event": "subscribe_msg_sent_event",
            "List": { "TemplateId": "t1", "MsgID": msgid, "ErrorCode": code, "ErrorStatus": "success" },
        }))
    };
    let one = event(json!(2_305_843_009_213_693_953_u64), json!("0")).unwrap();
    assert_eq!(one.news[0].about(), "2305843009213693953");
    assert!(event(json!("2305843009213693953"), json!(0)) == Some(one));
}

#[test]
fn the_verdict_on_a_picture_stands_beside_the_list() {
    let pushed = said(&json!({
        "FromUserName": "o1", "CreateTime": 1, "MsgType": "event", "Event": "wxa_media_check",
        "appid": APP, "trace_id": "6-1", "version": 2, "errcode": 0, "detail": [],
        "result": { "suggest": "risky", "label": 20002 },
    }));
    let checked = News::MediaChecked {
        trace_id: "6-1".to_owned(),
        suggest: "risky".to_owned(),
    };
    assert_eq!(pushed.unwrap().news, [checked]);
}

#[test]
fn a_message_that_is_no_event_is_of_no_use_and_what_is_no_message_is_unreadable() {
    let written = json!({ "FromUserName": "o1", "CreateTime": 1, "MsgType": "text", "Content": "hello" });
    assert!(said(&written).is_none());
    for body in [
        "<xml></xml>",
        "[]",
        "{}",
        r#"{"ToUserName":"gh_1","Encrypt":"AAAA"}"#,
        r#"{"FromUserName":"o1","MsgType":"event","CreateTime":253402300800}"#,
    ] {
        let read = listening(None).read(&published(), body.as_bytes());
        assert!(matches!(read, Err(Unbelieved::Unreadable)), "{body}");
    }
}

#[test]
fn a_token_is_needed_and_a_key_must_be_one() {
    for (token, key) in [("", None), (TOKEN, Some("short"))] {
        let settings = PushSettings {
            token: Secret::new(token),
            key: key.map(Secret::new),
        };
        assert!(matches!(Pushes::new(&settings, APP), Err(Misconfigured::Push)));
    }
}

proptest! {
    #[test]
    fn no_push_is_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..120), words in ".{0,40}") {
        let inside = format!(r#"{{"FromUserName":"o","MsgType":"event","CreateTime":1,"Event":"{words}","List":["{words}"]}}"#);
        for body in [bytes.as_slice(), inside.as_bytes()] {
            let _ = listening(None).read(&published(), body);
            prop_assert!(matches!(secure().read(&published(), body), Err(Unbelieved::Unsigned)));
        }
    }
}
