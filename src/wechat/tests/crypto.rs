//! WeChat's published vectors and ours, which were verified outside this program; and whatever else may come in.

use proptest::prelude::*;

use super::*;
use crate::wechat::Class;

const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZg==";
const IV: &str = "ZmVkY2JhOTg3NjU0MzIxMA==";
const DATA: &str = "/AcSbUzNsqz9fSLEJFnRVwlELLCT7QZSoOmpTsC+WIu8vEOJAWWbfTr1akUZL27QRjRSlyrS2thbxkWG7Qcwnq/XDNg+QKRISF2LcHeGBou1naFoY9YGEXBF/cOZFJt5tZjbqSwTd5Y5dKjufeT4nQ==";
const APP: &str = "wx0123456789abcdef";

pub const PUSHED: &str = "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04=";
const PUSHED_APP: &str = "wxba5fad812f8e6fb9";

fn moment() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap()
}

fn key(text: &str) -> Secret {
    Secret::new(text)
}

fn push_key() -> PushKey {
    PushKey::parse(&"A".repeat(43)).unwrap()
}

#[test]
fn plain_data_bears_wechats_signature() {
    let raw = r#"{"nickName":"Band","gender":1,"language":"zh_CN","city":"Guangzhou","province":"Guangdong","country":"CN","avatarUrl":"http://wx.qlogo.cn/mmopen/vi_32/1vZvI39NWFQ9XM4LtQpFrQJ1xlgZxx3w7bQxKARol6503Iuswjjn6nIGBiaycAjAtpujxyzYsrztuuICqIM5ibXQ/0"}"#;
    let official = key("HyVFkGl5F5OQWJZZaNzBBg==");
    assert!(is_signed(
        raw,
        &official,
        "75e81ceda165f4ffa64f4068af58c64b8f54b88c"
    ));
    assert!(!is_signed(
        raw,
        &key(KEY),
        "75e81ceda165f4ffa64f4068af58c64b8f54b88c"
    ));
    assert!(!is_signed(raw, &official, ""));
    let ours = r#"{"nickName":"测试"}"#;
    assert!(is_signed(
        ours,
        &key(KEY),
        "516e5e52be74d9d9d2da39df72000b999e56a6e4"
    ));
}

#[test]
fn encrypted_data_opens_with_the_session_key() {
    let data = open_user_data(&key(KEY), IV, DATA, APP, moment()).unwrap();
    assert_eq!(
        (&data["openId"], &data["nickName"]),
        (&"oTEST".into(), &"测试".into())
    );
}

#[test]
fn whatever_is_wrong_with_encrypted_data_the_answer_is_the_same() {
    let later = moment() + WINDOW + TimeDelta::seconds(1);
    let mut broken = BASE64_STANDARD.decode(DATA).unwrap();
    *broken.last_mut().unwrap() ^= 1;
    let (broken, cut) = (BASE64_STANDARD.encode(broken), &DATA[..DATA.len() - 4]);
    for (session_key, iv, data, app, now) in [
        ("MDEyMzQ1Njc4OWFiY2RlZw==", IV, DATA, APP, moment()),
        (KEY, "AAAAAAAAAAAAAAAAAAAAAA==", DATA, APP, moment()),
        (KEY, IV, DATA, "wxanother", moment()),
        (KEY, IV, DATA, APP, later),
        (KEY, IV, &broken, APP, moment()),
        (KEY, IV, cut, APP, moment()),
        (KEY, IV, "", APP, moment()),
        (KEY, "short", DATA, APP, moment()),
        ("c2hvcnQ=", IV, DATA, APP, moment()),
    ] {
        let error = open_user_data(&key(session_key), iv, data, app, now).unwrap_err();
        assert_eq!((error.class, error.errcode), (Class::SessionStale, None));
    }
}

#[test]
fn a_session_is_signed_with_the_text_of_its_key() {
    assert_eq!(
        session_signature(&key("o0q0otL8aEzpcZL/FT9WsQ=="), r#"{"foo":"bar"}"#),
        "654571f79995b2ce1e149e53c0a33dc39c0a74090db514261454e8dbe432aa0b"
    );
    assert_eq!(
        session_signature(&key(KEY), ""),
        "65c26191fb220dd48254bddaae22d91dbbfeabf55089d8b176eb6e7cd3109414"
    );
}

#[test]
fn a_push_is_signed_over_its_sorted_parts() {
    let checked = ["AAAAA", "1714036504", "1514711492"];
    assert!(is_push_signed(
        checked,
        "f464b24fc39322e44b38aa78f5edd27bd1441696"
    ));
    let [token, time, nonce] = ["AAAAA", "1714112445", "415670741"];
    assert!(is_push_signed(
        [nonce, token, time],
        "6c5c811b55cc85e0e1b54100749188c20beb3f5d"
    ));
    let signature = "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3";
    assert!(is_push_signed([token, time, nonce, PUSHED], signature));
    assert!(!is_push_signed([token, time, nonce], signature));
    assert!(!is_push_signed(
        checked,
        "F464B24FC39322E44B38AA78F5EDD27BD1441696"
    ));
}

#[test]
fn a_push_with_nineteen_bytes_of_padding_opens() {
    let message = push_key().open(PUSHED, PUSHED_APP).unwrap();
    assert_eq!(
        std::str::from_utf8(&message).unwrap(),
        r#"{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714112445,"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}"#
    );
    assert!(push_key().open(PUSHED, "wxanother").is_none());
    let other = PushKey::parse(&"B".repeat(43)).unwrap();
    assert!(other.open(PUSHED, PUSHED_APP).is_none());
}

#[test]
fn the_last_character_of_the_key_may_have_bits_to_spare() {
    let key = PushKey::parse("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG").unwrap();
    assert_eq!(key.0.len(), 32);
    for wrong in ["", "short", &"A".repeat(42), &"A".repeat(44), &"-".repeat(43)] {
        assert!(PushKey::parse(wrong).is_none(), "{wrong}");
    }
}

#[test]
fn padding_is_1_to_32_bytes_that_all_say_how_many() {
    let padded = |count: usize, pad: u8| [vec![7; 64 - count], vec![pad; count]].concat();
    for count in 1..=32 {
        let bytes = padded(count, u8::try_from(count).unwrap());
        assert_eq!(unpadded(&bytes).unwrap().len(), 64 - count);
    }
    assert!(unpadded(&padded(33, 33)).is_none());
    assert!(unpadded(&padded(1, 0)).is_none());
    assert!(unpadded(&padded(3, 4)).is_none());
    assert!(unpadded(&[9; 8]).is_none());
    assert!(unpadded(&[]).is_none());
}

proptest! {
    #[test]
    fn nothing_that_comes_in_is_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..200), text in ".{0,80}") {
        let encoded = BASE64_STANDARD.encode(&bytes);
        for data in [encoded.as_str(), text.as_str()] {
            prop_assert!(push_key().open(data, PUSHED_APP).is_none());
            prop_assert!(open_user_data(&key(KEY), IV, data, APP, moment()).is_err());
            let _ = open_user_data(&key(data), data, DATA, APP, moment());
        }
        let _ = PushKey::parse(&text);
    }
}
