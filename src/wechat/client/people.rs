//! Who she is: logging in, phone number, session.

use std::fmt;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Asked, WeChat, fetch, json_reply, text};
use crate::wechat::{Class, Error, Secret, Settings, crypto};

/// Who logged in.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The person within this app id.
    pub openid: String,
    /// WeChat's key of this session, base64; a later log-in may replace it.
    pub session_key: Secret,
    /// The person across the account's apps; may be absent now and present later.
    pub unionid: Option<String>,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login([secret])")
    }
}

/// A phone number that WeChat verified at some time; it does not prove that the SIM is held now.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone {
    /// As `86`, without a sign.
    pub country_code: String,
    /// The number without country code.
    pub number: String,
    /// When she tapped "allow".
    pub given_at: DateTime<Utc>,
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone([secret])")
    }
}

impl WeChat {
    /// Exchanges the code of `wx.login` for the person behind it. A code works once, for 5 minutes.
    ///
    /// # Errors
    /// `CodeInvalid`, `UserBlocked`, `RateMinute`, `Busy`, `Config`.
    pub async fn login(&self, code: &str) -> Result<Login, Error> {
        self.within(self.0.limits.login, async {
            let first = self.login_once(code).await;
            match first {
                // Only a plain "busy" says that the code is not used up yet.
                Err(Error {
                    class: Class::Busy,
                    errcode: Some(_),
                    ..
                }) => self.login_once(code).await,
                other => other,
            }
        })
        .await
    }

    async fn login_once(&self, code: &str) -> Result<Login, Error> {
        let Settings {
            app_secret,
            next_secret,
            ..
        } = &self.0.settings;
        match (self.login_by(app_secret, code).await, next_secret) {
            // A code is not used up by a refused secret.
            (Err(error), Some(next)) if error.refuses_the_secret() => self.login_by(next, code).await,
            (first, _) => first,
        }
    }

    async fn login_by(&self, secret: &Secret, code: &str) -> Result<Login, Error> {
        let app_id = &self.0.settings.app_id;
        let request = self.0.http.get(self.url("/sns/jscode2session")).query(&[
            ("appid", app_id.as_str()),
            ("secret", secret.expose()),
            ("js_code", code),
            ("grant_type", "authorization_code"),
        ]);
        let reply = json_reply(&fetch(request).await?).map_err(Error::beyond_refresh)?;
        Ok(Login {
            openid: text(&reply, "openid")?,
            session_key: Secret::new(text(&reply, "session_key")?),
            unionid: text(&reply, "unionid").ok(),
        })
    }

    /// The phone number behind the code of the phone-number button. The code must belong to `openid`.
    ///
    /// # Errors
    /// `CodeInvalid` (used, expired, or somebody else's), `RateMinute`, `Busy`, `Config`.
    pub async fn phone(&self, code: &str, openid: &str) -> Result<Phone, Error> {
        let body = json!({ "code": code, "openid": openid });
        let reply = self
            .call("/wxa/business/getuserphonenumber", Asked::Post(&body), json_reply)
            .await?;
        let info = reply.get("phone_info").ok_or_else(Error::transport)?;
        let watermark = info.get("watermark").ok_or_else(Error::transport)?;
        if text(watermark, "appid")? != self.0.settings.app_id {
            return Err(Error {
                class: Class::CodeInvalid,
                errcode: None,
                rid: None,
            });
        }
        let given_at = watermark.get("timestamp").and_then(Value::as_i64);
        Ok(Phone {
            country_code: text(info, "countryCode")?,
            number: text(info, "purePhoneNumber")?,
            given_at: given_at
                .and_then(|s| DateTime::from_timestamp(s, 0))
                .ok_or_else(Error::transport)?,
        })
    }

    /// Whether a session key is still hers.
    ///
    /// # Errors
    /// `SessionStale` when it is not; `RateMinute`, `Busy`, `Config`.
    pub async fn check_session(&self, openid: &str, session_key: &Secret) -> Result<(), Error> {
        let signature = crypto::session_signature(session_key, "");
        let asked = session(openid, &signature);
        self.call("/wxa/checksession", Asked::Get(&asked), json_reply)
            .await
            .map(|_| ())
    }

    /// Takes a new session key in the place of one that somebody else may know.
    ///
    /// # Errors
    /// `SessionStale` when the old one is not hers any more; `RateMinute`, `Busy`, `Config`.
    pub async fn reset_session(&self, openid: &str, session_key: &Secret) -> Result<Secret, Error> {
        let signature = crypto::session_signature(session_key, "");
        let asked = session(openid, &signature);
        let reply = self
            .call("/wxa/resetusersessionkey", Asked::Get(&asked), json_reply)
            .await?;
        Ok(Secret::new(text(&reply, "session_key")?))
    }

    /// When WeChat encrypted this data of the mini-program; none when it did not, or longer than three days ago.
    ///
    /// # Errors
    /// `RateMinute`, `Busy`, `Config`.
    pub async fn encrypted_at(&self, encrypted: &str) -> Result<Option<DateTime<Utc>>, Error> {
        let body = json!({ "encrypted_msg_hash": crypto::blob_hash(encrypted) });
        let reply = self
            .call("/wxa/business/checkencryptedmsg", Asked::Post(&body), json_reply)
            .await?;
        // The misspelling is WeChat's.
        if reply.get("vaild").and_then(Value::as_bool) != Some(true) {
            return Ok(None);
        }
        let at = reply.get("create_time").and_then(Value::as_i64);
        at.and_then(|at| DateTime::from_timestamp(at, 0))
            .map(Some)
            .ok_or_else(Error::transport)
    }
}

fn session<'a>(openid: &'a str, signature: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("openid", openid),
        ("signature", signature),
        ("sig_method", "hmac_sha256"),
    ]
}
