//! Subscription messages and the account's templates.

use serde_json::Value;

use super::{Asked, WeChat, json_reply, text};
use crate::wechat::{Error, Sent, SubscribeMessage, message::keys};

/// A template that the account has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its keys, as `thing1`.
    pub keys: Vec<String>,
    /// One permission is good until it is taken back, not for one message.
    pub long_term: bool,
}

impl WeChat {
    /// Sends one subscription message. Send to one person one at a time.
    ///
    /// # Errors
    /// `NotSubscribed` (final), `Concurrent`, `BadContent` (also, without `errcode`, when a value breaks
    /// the rules and nothing was sent), `RateMinute`, `QuotaDay`, `Config`, `Busy`; after a `Busy` without
    /// `errcode` the message may have gone out.
    pub async fn send(&self, message: &SubscribeMessage) -> Result<Sent, Error> {
        if message.misfit().is_some() {
            return Err(Error::unsendable());
        }
        let body = message.body(self.0.settings.edition.in_messages());
        let reply = self
            .call("/cgi-bin/message/subscribe/send", Asked::Post(&body), json_reply)
            .await?;
        let msgid = reply.get("msgid").and_then(|id| match id {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        });
        Ok(Sent { msgid })
    }

    /// The templates that the account has, to be compared with those that are set.
    ///
    /// # Errors
    /// `RateMinute`, `Busy`, `Config`.
    pub async fn templates(&self) -> Result<Vec<Listed>, Error> {
        let reply = self
            .call("/wxaapi/newtmpl/gettemplate", Asked::Get(&[]), json_reply)
            .await?;
        let data = reply.get("data").and_then(Value::as_array);
        let data = data.ok_or_else(Error::transport)?;
        data.iter()
            .map(|listed| {
                let content = text(listed, "content")?;
                Ok(Listed {
                    id: text(listed, "priTmplId")?,
                    title: text(listed, "title")?,
                    keys: keys(&content).map(str::to_owned).collect(),
                    long_term: listed.get("type").and_then(Value::as_i64) == Some(3),
                })
            })
            .collect()
    }
}
