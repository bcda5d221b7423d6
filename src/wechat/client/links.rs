//! Codes and links that open a page of the mini-program. What comes back with them is not to be trusted.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Asked, WeChat, json_reply, text};
use crate::wechat::{Edition, Error};

/// What a link opens, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link<'a> {
    /// A released page, without a query.
    pub page: &'a str,
    /// Its query, at most 1024 characters; opaque, never a name.
    pub query: &'a str,
    /// From a minute to 30 days ahead.
    pub until: DateTime<Utc>,
}

impl WeChat {
    /// The image of a mini-program code (JPEG or PNG) that opens `page` with `scene`.
    ///
    /// `scene` is 1 to 32 visible characters, opaque and never a name; `page` has no leading slash and no
    /// query. The code never expires: revoke by the scene.
    ///
    /// # Errors
    /// `BadContent`, `RateMinute`, `Busy`, `Config`.
    pub async fn code_image(&self, scene: &str, page: &str) -> Result<Vec<u8>, Error> {
        let edition = self.0.settings.edition;
        let body = json!({
            "scene": scene,
            "page": page,
            // Only the released pages can be checked; a trial page may not be released yet.
            "check_path": edition == Edition::Released,
            "env_version": edition.in_images(),
        });
        self.call("/wxa/getwxacodeunlimit", Asked::Post(&body), image_reply)
            .await
    }

    /// A link for text messages and browsers (`https://…`).
    ///
    /// # Errors
    /// `BadContent`, `RateMinute`, `QuotaDay`, `Busy`, `Config`.
    pub async fn url_link(&self, link: Link<'_>) -> Result<String, Error> {
        let mut body = self.opens(link);
        ends(&mut body, link);
        let reply = self
            .call("/wxa/generate_urllink", Asked::Post(&body), json_reply)
            .await?;
        text(&reply, "url_link")
    }

    /// A link for the phone's own address bar (`weixin://…`).
    ///
    /// # Errors
    /// `BadContent`, `RateMinute`, `QuotaDay`, `Busy`, `Config`.
    pub async fn scheme(&self, link: Link<'_>) -> Result<String, Error> {
        let mut body = json!({ "jump_wxa": self.opens(link), "is_expire": true });
        ends(&mut body, link);
        let reply = self
            .call("/wxa/generatescheme", Asked::Post(&body), json_reply)
            .await?;
        text(&reply, "openlink")
    }

    fn opens(&self, link: Link<'_>) -> Value {
        let edition = self.0.settings.edition.in_images();
        json!({ "path": link.page, "query": link.query, "env_version": edition })
    }
}

fn ends(body: &mut Value, link: Link<'_>) {
    if let Value::Object(members) = body {
        members.insert("expire_type".to_owned(), json!(0));
        members.insert("expire_time".to_owned(), json!(link.until.timestamp()));
    }
}

/// An image by its first bytes; anything else should be a refusal in JSON.
fn image_reply(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) || bytes.starts_with(b"\x89PNG") {
        return Ok(bytes.to_vec());
    }
    json_reply(bytes).and_then(|_| Err(Error::transport()))
}
