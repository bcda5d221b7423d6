//! The HTTP client for WeChat's server API.
//!
//! It never logs a query string or a body: secrets, tokens and openids are in them. It does not schedule
//! retries of background work; the jobs that own the work do, by [`Class`].
//!
//! Next: `token.rs` for the access token, `message.rs` for what may be sent, `error.rs` for refusals.

use std::{fmt, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use reqwest::{Certificate, RequestBuilder, Url, redirect::Policy};
use serde_json::{Value, json};

use super::{
    BASE_URL, Class, Edition, Error, Misconfigured, Now, Secret, Sent, Settings, SubscribeMessage,
    token::{Fresh, Tokens},
};

// Code images are the largest replies, some 100 kB; more than this is not WeChat.
const LARGEST_REPLY: usize = 4 << 20;

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

/// How long to wait. A person waits for a log-in, so its limit is the shorter one.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub connect: Duration,
    pub login: Duration,
    pub rest: Duration,
}

impl Limits {
    const USUAL: Self = Self {
        connect: Duration::from_secs(3),
        login: Duration::from_secs(5),
        rest: Duration::from_secs(10),
    };
}

/// The client. Cheap to clone; clones share the access token.
#[derive(Clone)]
pub struct WeChat(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    base: String,
    settings: Settings,
    limits: Limits,
    now: Now,
    tokens: Tokens,
}

impl WeChat {
    /// Makes the client. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Misconfigured`] when the base URL is not WeChat's (unless allowed), the app is not named, or the
    /// system has no certificates to check WeChat's with.
    pub fn new(settings: Settings, now: Now) -> Result<Self, Misconfigured> {
        Self::with_limits(settings, now, Limits::USUAL)
    }

    pub(super) fn with_limits(settings: Settings, now: Now, limits: Limits) -> Result<Self, Misconfigured> {
        let base = settings.base_url.trim_end_matches('/').to_owned();
        if base != BASE_URL && !settings.allow_other_base {
            return Err(Misconfigured::BaseUrl);
        }
        let url = Url::parse(&base).map_err(|_| Misconfigured::BaseUrl)?;
        if settings.app_id.is_empty() || settings.app_secret.expose().is_empty() {
            return Err(Misconfigured::App);
        }
        // Whoever came first has installed one already; either serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(limits.connect);
        if url.scheme() == "http" {
            // The simulator speaks plain HTTP; a machine without certificates can still run the demo.
            http = http.tls_certs_only(std::iter::empty::<Certificate>());
        }
        let http = http.build().map_err(Misconfigured::Http)?;
        Ok(Self(Arc::new(Inner {
            http,
            base,
            settings,
            limits,
            now,
            tokens: Tokens::default(),
        })))
    }

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
            app_id, app_secret, ..
        } = &self.0.settings;
        let request = self.0.http.get(self.url("/sns/jscode2session")).query(&[
            ("appid", app_id.as_str()),
            ("secret", app_secret.expose()),
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
            .call("/wxa/business/getuserphonenumber", &body, json_reply)
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
            .call("/cgi-bin/message/subscribe/send", &body, json_reply)
            .await?;
        let msgid = reply.get("msgid").and_then(|id| match id {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        });
        Ok(Sent { msgid })
    }

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
        self.call("/wxa/getwxacodeunlimit", &body, image_reply).await
    }

    /// A call with the access token, repeated once with a new one when the token is refused.
    async fn call<T>(
        &self,
        path: &str,
        body: &Value,
        read: fn(&[u8]) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.within(self.0.limits.rest, async {
            let token = self.token().await?;
            match self.post(path, &token, body).await.and_then(|bytes| read(&bytes)) {
                Err(error) if error.class == Class::TokenInvalid => {
                    self.0.tokens.forget(&token).await;
                    let token = self.token().await?;
                    let bytes = self.post(path, &token, body).await?;
                    read(&bytes).map_err(Error::beyond_refresh)
                }
                other => other,
            }
        })
        .await
    }

    async fn post(&self, path: &str, token: &Secret, body: &Value) -> Result<Vec<u8>, Error> {
        let query = [("access_token", token.expose())];
        fetch(self.0.http.post(self.url(path)).query(&query).json(body)).await
    }

    async fn token(&self) -> Result<Secret, Error> {
        self.0.tokens.get(&self.0.now, self.fresh_token()).await
    }

    async fn fresh_token(&self) -> Result<Fresh, Error> {
        // Never forced: a forced refresh would kill the token under the other processes.
        let body = json!({
            "grant_type": "client_credential",
            "appid": self.0.settings.app_id,
            "secret": self.0.settings.app_secret.expose(),
            "force_refresh": false,
        });
        let request = self.0.http.post(self.url("/cgi-bin/stable_token")).json(&body);
        let reply = json_reply(&fetch(request).await?).map_err(Error::beyond_refresh)?;
        let expires_in = reply
            .get("expires_in")
            .and_then(Value::as_i64)
            .ok_or_else(Error::transport)?;
        Ok(Fresh {
            value: Secret::new(text(&reply, "access_token")?),
            expires_in,
        })
    }

    async fn within<T>(
        &self,
        limit: Duration,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        tokio::time::timeout(limit, work)
            .await
            .unwrap_or_else(|_| Err(Error::transport()))
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0.base)
    }
}

/// The body of a 200. The cause of a failure is dropped on purpose: its text contains the URL.
async fn fetch(request: RequestBuilder) -> Result<Vec<u8>, Error> {
    let mut response = request.send().await.map_err(|_| Error::transport())?;
    if response.status() != reqwest::StatusCode::OK {
        return Err(Error::transport());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| Error::transport())? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST_REPLY {
            return Err(Error::transport());
        }
    }
    Ok(body)
}

/// JSON whatever the content type says, because WeChat labels some of it `text/plain`.
fn json_reply(bytes: &[u8]) -> Result<Value, Error> {
    let reply: Value = serde_json::from_slice(bytes).map_err(|_| Error::transport())?;
    if reply.is_object() {
        Error::sort(reply)
    } else {
        Err(Error::transport())
    }
}

/// An image by its first bytes; anything else should be a refusal in JSON.
fn image_reply(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) || bytes.starts_with(b"\x89PNG") {
        return Ok(bytes.to_vec());
    }
    json_reply(bytes).and_then(|_| Err(Error::transport()))
}

fn text(reply: &Value, member: &str) -> Result<String, Error> {
    match reply.get(member).and_then(Value::as_str) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(Error::transport()),
    }
}
