//! What WeChat pushes to us: is it WeChat's, and what does it say.
//!
//! Not here: HTTP (`app::pushes`) and what follows from an event (the slice `people`).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::crypto::{PushKey, is_push_signed};
use super::{Misconfigured, Secret};

// She answers at most five templates at a tap; more than this in one push is not WeChat's.
const MOST_NEWS: usize = 64;

// Ids of templates and messages are shorter by far.
const LONGEST_TEXT: usize = 128;

// The year 10000: no database keeps every moment that a number can name.
const END_OF_TIME: i64 = 253_402_300_800;

/// How WeChat is told to push, in its console.
#[derive(Debug, Clone)]
pub struct PushSettings {
    /// The token of its signatures.
    pub token: Secret,
    /// The 43 characters of its key: with them, nothing unencrypted is believed.
    pub key: Option<Secret>,
}

/// Why a push is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unbelieved {
    /// It is not WeChat's for this app: signature, key and app id all answer alike.
    Unsigned,
    /// It is WeChat's and can't be read: another format or mode than the one that is set here.
    Unreadable,
}

/// The members of a query string, as they came.
pub type Query = [(String, String)];

/// The side of the message push that listens.
pub struct Pushes {
    token: Secret,
    key: Option<PushKey>,
    app_id: String,
}

/// What WeChat pushed about one person.
#[derive(Clone, PartialEq, Eq)]
pub struct Pushed {
    /// Whom it is about.
    pub openid: String,
    /// When WeChat says that it happened.
    pub at: DateTime<Utc>,
    /// One for each entry of its list.
    pub news: Vec<News>,
}

/// One thing that WeChat told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum News {
    /// She answered the prompt for a template.
    Prompted {
        /// The template.
        template: String,
        /// Whether she allowed a message.
        accepted: bool,
    },
    /// She changed her mind on a template, in WeChat's settings.
    Changed {
        /// The template.
        template: String,
        /// What holds from now on.
        accepted: bool,
    },
    /// What became of a message.
    Sent {
        /// Its template.
        template: String,
        /// WeChat's number for it.
        msgid: String,
        /// 0 when it was delivered.
        error_code: i64,
    },
    /// The verdict on a picture or a sound.
    MediaChecked {
        /// Which check.
        trace_id: String,
        /// `pass`, `review` or `risky`.
        suggest: String,
    },
}

impl News {
    /// What it is, in one word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Prompted { .. } => "prompted",
            Self::Changed { .. } => "changed",
            Self::Sent { .. } => "sent",
            Self::MediaChecked { .. } => "media_checked",
        }
    }

    /// What tells it from the others of the same person, kind and second.
    pub fn about(&self) -> &str {
        match self {
            Self::Prompted { template, .. } | Self::Changed { template, .. } => template,
            Self::Sent { msgid, .. } => msgid,
            Self::MediaChecked { trace_id, .. } => trace_id,
        }
    }
}

impl Pushes {
    /// The listening side for an app.
    ///
    /// # Errors
    /// [`Misconfigured::Push`] without a token, or with a key that is none.
    pub fn new(settings: &PushSettings, app_id: &str) -> Result<Self, Misconfigured> {
        let key = settings
            .key
            .as_ref()
            .map(|key| PushKey::parse(key.expose()).ok_or(Misconfigured::Push));
        if settings.token.expose().is_empty() {
            return Err(Misconfigured::Push);
        }
        Ok(Self {
            token: settings.token.clone(),
            key: key.transpose()?,
            app_id: app_id.to_owned(),
        })
    }

    /// What to answer when WeChat looks whether the address is ours.
    ///
    /// # Errors
    /// [`Unbelieved::Unsigned`].
    pub fn greeting<'a>(&self, query: &'a Query) -> Result<&'a str, Unbelieved> {
        self.believe(query)?;
        one(query, "echostr").ok_or(Unbelieved::Unsigned)
    }

    /// What a push says; none when it is of no use here.
    ///
    /// # Errors
    /// [`Unbelieved`].
    pub fn read(&self, query: &Query, body: &[u8]) -> Result<Option<Pushed>, Unbelieved> {
        let Some(key) = &self.key else {
            self.believe(query)?;
            return pushed(body);
        };
        let encrypted = encrypted(query, body, &self.token).ok_or(Unbelieved::Unsigned)?;
        let message = key.open(&encrypted, &self.app_id).ok_or(Unbelieved::Unsigned)?;
        pushed(&message)
    }

    fn believe(&self, query: &Query) -> Result<(), Unbelieved> {
        let believed = (|| {
            let parts = [
                self.token.expose(),
                one(query, "timestamp")?,
                one(query, "nonce")?,
            ];
            Some(is_push_signed(parts, one(query, "signature")?))
        })();
        match believed {
            Some(true) => Ok(()),
            _ => Err(Unbelieved::Unsigned),
        }
    }
}

/// What is encrypted in a push, if its own signature is right; the plain `signature` says nothing about the body.
fn encrypted(query: &Query, body: &[u8], token: &Secret) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let encrypted = body.get("Encrypt")?.as_str()?;
    let (timestamp, nonce) = (one(query, "timestamp")?, one(query, "nonce")?);
    let parts = [token.expose(), timestamp, nonce, encrypted];
    is_push_signed(parts, one(query, "msg_signature")?).then(|| encrypted.to_owned())
}

/// A member that is there once and says something.
fn one<'a>(query: &'a Query, name: &str) -> Option<&'a str> {
    let mut found = query.iter().filter(|(given, _)| given == name);
    match (found.next(), found.next()) {
        (Some((_, value)), None) if !value.is_empty() => Some(value),
        _ => None,
    }
}

fn pushed(message: &[u8]) -> Result<Option<Pushed>, Unbelieved> {
    let message: Value = serde_json::from_slice(message).map_err(|_| Unbelieved::Unreadable)?;
    let (Some(openid), Some(kind), Some(at)) = (
        text(&message, "FromUserName"),
        text(&message, "MsgType"),
        number(&message, "CreateTime")
            .filter(|at| (0..END_OF_TIME).contains(at))
            .and_then(|at| DateTime::from_timestamp(at, 0)),
    ) else {
        return Err(Unbelieved::Unreadable);
    };
    if kind != "event" {
        return Ok(None);
    }
    let news = match text(&message, "Event").as_deref() {
        Some("subscribe_msg_popup_event") => entries(&message, |entry| {
            let (template, accepted) = answer(entry)?;
            Some(News::Prompted { template, accepted })
        }),
        Some("subscribe_msg_change_event") => entries(&message, |entry| {
            let (template, accepted) = answer(entry)?;
            Some(News::Changed { template, accepted })
        }),
        Some("subscribe_msg_sent_event") => entries(&message, |entry| {
            Some(News::Sent {
                template: text(entry, "TemplateId")?,
                msgid: text(entry, "MsgID")?,
                error_code: number(entry, "ErrorCode")?,
            })
        }),
        Some("wxa_media_check") => media_checked(&message).into_iter().collect(),
        _ => Vec::new(),
    };
    Ok((!news.is_empty()).then_some(Pushed { openid, at, news }))
}

/// The entries of a list that is an object when there is one, and an array when there are several.
fn entries(message: &Value, read: impl Fn(&Value) -> Option<News>) -> Vec<News> {
    let list = match message.get("List") {
        Some(Value::Array(several)) => several.as_slice(),
        Some(single) => std::slice::from_ref(single),
        None => &[],
    };
    list.iter().take(MOST_NEWS).filter_map(read).collect()
}

fn answer(entry: &Value) -> Option<(String, bool)> {
    // `acceptWithAudio` and `acceptWithAlert` are a yes, too.
    let accepted = text(entry, "SubscribeStatusString")?.starts_with("accept");
    Some((text(entry, "TemplateId")?, accepted))
}

fn media_checked(message: &Value) -> Option<News> {
    let result = message.get("result")?;
    Some(News::MediaChecked {
        trace_id: text(message, "trace_id")?,
        suggest: text(result, "suggest")?,
    })
}

/// A text; WeChat writes some numbers as texts and some texts as numbers.
fn text(value: &Value, member: &str) -> Option<String> {
    match value.get(member)? {
        Value::String(text) if !text.is_empty() && text.len() <= LONGEST_TEXT => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn number(value: &Value, member: &str) -> Option<i64> {
    match value.get(member)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
#[path = "tests/events.rs"]
mod tests;
