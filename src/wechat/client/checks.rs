//! Content checks, for what people write where others read it. Nothing clinical, no signature and no picture of a person
//! may come here: asking is telling it to somebody outside.

use serde_json::{Value, json};

use super::{Asked, WeChat, json_reply, text};
use crate::wechat::Error;

/// WeChat takes no longer text.
const LONGEST_TEXT: usize = 2500;

/// Where it would stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scene {
    /// In a profile.
    Profile,
    /// In a comment.
    Comment,
    /// In a forum.
    Forum,
    /// In a social log.
    Log,
}

impl Scene {
    fn number(self) -> u8 {
        match self {
            Self::Profile => 1,
            Self::Comment => 2,
            Self::Forum => 3,
            Self::Log => 4,
        }
    }
}

/// What WeChat thinks of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It may be shown.
    Pass,
    /// A person should look at it.
    Review,
    /// It may not be shown.
    Risky,
}

/// A text that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The verdict.
    pub verdict: Verdict,
    /// WeChat's number of the reason; 100 for none.
    pub label: i64,
    /// WeChat's name for the check.
    pub trace_id: String,
}

impl WeChat {
    /// Checks a text of hers, at most 2500 characters, that others would see.
    ///
    /// # Errors
    /// `Away` when she has not opened the mini-program for two hours, `BadContent` (also, without `errcode`, for a text
    /// that was not sent), `RateMinute`, `QuotaDay`, `Busy`, `Config`.
    pub async fn check_text(&self, openid: &str, scene: Scene, content: &str) -> Result<Checked, Error> {
        if content.is_empty() || content.chars().count() > LONGEST_TEXT {
            return Err(Error::unsendable());
        }
        let body = json!({ "version": 2, "scene": scene.number(), "openid": openid, "content": content });
        let reply = self
            .call("/wxa/msg_sec_check", Asked::Post(&body), json_reply)
            .await?;
        let result = reply.get("result").ok_or_else(Error::transport)?;
        let verdict = match text(result, "suggest")?.as_str() {
            "pass" => Verdict::Pass,
            "risky" => Verdict::Risky,
            // What is not known is for a person.
            _ => Verdict::Review,
        };
        Ok(Checked {
            verdict,
            label: result.get("label").and_then(Value::as_i64).unwrap_or_default(),
            trace_id: text(&reply, "trace_id")?,
        })
    }

    /// Has a picture checked that others would see, at an address where WeChat finds it. The verdict is pushed within
    /// half an hour, under the name that is returned.
    ///
    /// # Errors
    /// As [`Self::check_text`]; `BadContent` for an address that was checked before.
    pub async fn check_picture(&self, openid: &str, scene: Scene, url: &str) -> Result<String, Error> {
        let body = json!({
            "version": 2, "scene": scene.number(), "openid": openid, "media_url": url, "media_type": 2,
        });
        let reply = self
            .call("/wxa/media_check_async", Asked::Post(&body), json_reply)
            .await?;
        text(&reply, "trace_id")
    }
}
