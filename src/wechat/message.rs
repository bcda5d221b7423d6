//! A subscription message and the rules of its values.
//!
//! Not here: whether she allowed it (the credit ledger of the slice that sends) and which product field
//! goes into which key, which is a setting, because keys differ per WeChat account.

use std::{collections::BTreeMap, sync::LazyLock};

use regex::Regex;
use serde_json::{Value, json};

/// The language of the card's frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// `zh_CN`
    ZhCn,
    /// `en_US`
    EnUs,
    /// `zh_HK`
    ZhHk,
    /// `zh_TW`
    ZhTw,
}

impl Lang {
    fn code(self) -> &'static str {
        match self {
            Self::ZhCn => "zh_CN",
            Self::EnUs => "en_US",
            Self::ZhHk => "zh_HK",
            Self::ZhTw => "zh_TW",
        }
    }
}

/// One message to one person. It shows on the lock screen: nothing clinical belongs in it.
#[derive(Clone, PartialEq, Eq)]
pub struct SubscribeMessage {
    /// Whom it is for.
    pub openid: String,
    /// The template that she allowed.
    pub template_id: String,
    /// The page that the card opens; `None` opens nothing.
    pub page: Option<String>,
    /// The language of the card's frame.
    pub lang: Lang,
    /// Values by key, as `thing1` → 分娩镇痛课程.
    pub data: BTreeMap<String, String>,
}

impl SubscribeMessage {
    /// The first key whose value WeChat would refuse, if any. One bad value loses the whole message.
    pub fn misfit(&self) -> Option<&str> {
        self.data
            .iter()
            .find(|(key, value)| !fits(key, value))
            .map(|(key, _)| key.as_str())
    }

    /// The request body, for the release `state` of the mini-program.
    pub(super) fn body(&self, state: &str) -> Value {
        let data: serde_json::Map<String, Value> = self
            .data
            .iter()
            .map(|(key, value)| (key.clone(), json!({ "value": value })))
            .collect();
        let mut body = json!({
            "touser": self.openid,
            "template_id": self.template_id,
            "miniprogram_state": state,
            "lang": self.lang.code(),
            "data": data,
        });
        if let Some(page) = &self.page {
            body["page"] = json!(page);
        }
        body
    }
}

/// WeChat accepted the message; whether it was shown is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// WeChat's number for the message, when it gave one.
    pub msgid: Option<String>,
}

const CLOCK: &str = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?";
const WRITTEN_DAY: &str = r"[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日";
const DAY: &str = r"[0-9]{4}(?:年[0-9]{1,2}月[0-9]{1,2}日|-[0-9]{1,2}-[0-9]{1,2}|/[0-9]{1,2}/[0-9]{1,2}|\.[0-9]{1,2}\.[0-9]{1,2})";

static RULES: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    let time = format!("(?:{WRITTEN_DAY} ?)?{CLOCK}");
    let date = format!("{DAY}(?: ?{CLOCK})?");
    [
        ("thing", r"[^\p{Cc}\p{Zl}\p{Zp}]{1,20}".to_owned()),
        (
            "name",
            r"[^\p{Cc}\p{Nd}]{1,10}|[A-Za-z[:punct:] ]{1,20}".to_owned(),
        ),
        ("phrase", r"\p{Han}{1,5}".to_owned()),
        ("time", format!("{time}(?:~{time})?")),
        ("date", format!("{date}(?:~{date})?")),
        ("number", r"[0-9]{1,32}|[0-9]{1,16}\.[0-9]{1,16}".to_owned()),
        ("amount", r"\p{Sc}?[0-9]{1,10}(?:\.[0-9]{1,10})?元?".to_owned()),
        ("character_string", r"[ -~]{1,32}".to_owned()),
        ("letter", r"[A-Za-z]{1,32}".to_owned()),
        ("symbol", r"[\p{P}\p{S}]{1,5}".to_owned()),
        ("phone_number", r"[0-9[:punct:] ]{1,17}".to_owned()),
        ("car_number", r"[0-9A-Za-z\p{Han}]{1,8}".to_owned()),
        ("enum", r"[^\p{Cc}]+".to_owned()),
        ("enum_string", r"[^\p{Cc}]+".to_owned()),
    ]
    .into_iter()
    .map(|(prefix, pattern)| {
        let rule = Regex::new(&format!("^(?:{pattern})$")).expect("the patterns above are constant");
        (prefix, rule)
    })
    .collect()
});

/// Does the value obey the rule of its key's prefix (`thing` in `thing1`)? A key without a rule never fits.
pub fn fits(key: &str, value: &str) -> bool {
    let prefix = key.trim_end_matches(|c: char| c.is_ascii_digit());
    prefix != key
        && RULES
            .iter()
            .any(|(name, rule)| *name == prefix && rule.is_match(value))
}

/// The keys in `课程:{{thing1.DATA}}\n时间:{{time2.DATA}}`.
pub(super) fn keys(content: &str) -> impl Iterator<Item = &str> {
    content
        .split("{{")
        .skip(1)
        .filter_map(|rest| rest.split_once(".DATA}}").map(|(key, _)| key))
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn each_type_of_key_takes_what_wechat_takes() {
        for (key, value) in [
            ("thing1", "分娩镇痛课程"),
            ("thing12", "二十个字符刚刚好二十个字符刚刚好二十个字"),
            ("name1", "欧阳明月"),
            ("name1", "Anna-Maria O'Hara"),
            ("phrase3", "待签署"),
            ("time2", "2026年1月5日 09:00"),
            ("time2", "15:01"),
            ("time2", "15:01~16:30:00"),
            ("date4", "2026-01-05"),
            ("date4", "2026年1月5日~2026年1月6日"),
            ("date4", "2026/1/5 15:00"),
            ("number5", "12.5"),
            ("amount6", "¥100.5元"),
            ("character_string7", "A-12 #3"),
            ("letter8", "abc"),
            ("symbol9", "!?"),
            ("phone_number10", "+86-0766-66888866"),
            ("car_number11", "粤A8Z888挂"),
            ("enum12", "早上"),
            ("enum_string13", "早上"),
        ] {
            assert!(fits(key, value), "{key} takes {value}");
        }
    }

    #[test]
    fn each_type_of_key_refuses_what_wechat_refuses() {
        for (key, value) in [
            ("thing1", ""),
            ("thing1", "二十一个字符太多了二十一个字符太多了二十一"),
            ("thing1", "two\nlines"),
            ("name1", "一二三四五六七八九十一"),
            ("name1", "Anna明月明月明月明"),
            ("phrase3", "signed"),
            ("phrase3", "已经签署了吗"),
            ("time2", "24:00"),
            ("time2", "9:00"),
            ("date4", "01-05"),
            ("number5", "123456789012345678901234567890123"),
            ("amount6", "100yuan"),
            ("character_string7", "中文"),
            ("phone_number10", "123456789012345678"),
            ("enum12", ""),
            ("thing", "no number"),
            ("unknown1", "no rule"),
        ] {
            assert!(!fits(key, value), "{key} refuses {value}");
        }
    }
}
