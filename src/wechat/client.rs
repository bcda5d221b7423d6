//! The HTTP client for WeChat's server API: how a call is made. The calls themselves stand below, by what they are about.
//!
//! It never logs a query string or a body: secrets, tokens and openids are in them. It does not wait and try again in
//! the background; the jobs that own the work do.
//!
//! Next: `token.rs` for the access token, `message.rs` for what may be sent, `error.rs` for refusals.

mod checks;
mod links;
mod messages;
mod people;

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use reqwest::{Certificate, RequestBuilder, Url, redirect::Policy};
use serde_json::{Value, json};

use super::{
    BASE_URL, Class, Error, Misconfigured, Now, Pushes, Secret, Settings,
    token::{Fresh, Tokens},
};
use crate::cache::Cache;

pub use checks::{Checked, Scene, Verdict};
pub use links::Link;
pub use messages::Listed;
pub use people::{Login, Phone};

// Code images are the largest replies, some 100 kB; more than this is not WeChat.
const LARGEST_REPLY: usize = 4 << 20;

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
    pushes: Option<Pushes>,
    /// The `errcode` that only an operator can mend; 0 while WeChat takes what we ask.
    fault: AtomicI64,
}

impl WeChat {
    /// Makes the client, which shares its access token in the cache. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Misconfigured`] when the base URL is not WeChat's (unless allowed), the app is not named, or the
    /// system has no certificates to check WeChat's with.
    pub fn new(settings: Settings, now: Now, cache: Cache) -> Result<Self, Misconfigured> {
        Self::with_limits(settings, now, cache, Limits::USUAL)
    }

    pub(super) fn with_limits(
        settings: Settings,
        now: Now,
        cache: Cache,
        limits: Limits,
    ) -> Result<Self, Misconfigured> {
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
        let pushes = settings
            .push
            .as_ref()
            .map(|push| Pushes::new(push, &settings.app_id));
        Ok(Self(Arc::new(Inner {
            pushes: pushes.transpose()?,
            tokens: Tokens::new(&settings, cache),
            http,
            base,
            settings,
            limits,
            now,
            fault: AtomicI64::new(0),
        })))
    }

    /// The `errcode` of what only an operator can mend, until WeChat takes a call again.
    pub fn fault(&self) -> Option<i64> {
        Some(self.0.fault.load(Ordering::Relaxed)).filter(|fault| *fault != 0)
    }

    /// The side that listens to what WeChat pushes; none where it is not set up.
    pub fn pushes(&self) -> Option<&Pushes> {
        self.0.pushes.as_ref()
    }

    /// A call with the access token, repeated once with a new one when the token is refused.
    async fn call<T>(
        &self,
        path: &str,
        asked: Asked<'_>,
        read: fn(&[u8]) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.within(self.0.limits.rest, async {
            let token = self.token().await.map_err(Error::before_the_call)?;
            match self.ask(path, &token, asked).await.and_then(|bytes| read(&bytes)) {
                Err(error) if error.class == Class::TokenInvalid => {
                    self.0.tokens.forget(&token).await;
                    let token = self.token().await?;
                    let bytes = self.ask(path, &token, asked).await?;
                    read(&bytes).map_err(Error::beyond_refresh)
                }
                other => other,
            }
        })
        .await
    }

    async fn ask(&self, path: &str, token: &Secret, asked: Asked<'_>) -> Result<Vec<u8>, Error> {
        let (http, url) = (&self.0.http, self.url(path));
        let request = match asked {
            Asked::Post(body) => http.post(url).json(body),
            Asked::Get(words) => http.get(url).query(words),
        };
        fetch(request.query(&[("access_token", token.expose())])).await
    }

    async fn token(&self) -> Result<Secret, Error> {
        self.0.tokens.get(&self.0.now, self.fresh_token()).await
    }

    async fn fresh_token(&self) -> Result<Fresh, Error> {
        let Settings {
            app_secret,
            next_secret,
            ..
        } = &self.0.settings;
        match (self.fresh_token_by(app_secret).await, next_secret) {
            (Err(error), Some(next)) if error.refuses_the_secret() => self.fresh_token_by(next).await,
            (first, _) => first,
        }
    }

    async fn fresh_token_by(&self, secret: &Secret) -> Result<Fresh, Error> {
        // Never forced: a forced refresh would kill the token under the other processes.
        let body = json!({
            "grant_type": "client_credential",
            "appid": self.0.settings.app_id,
            "secret": secret.expose(),
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
        let outcome = tokio::time::timeout(limit, work).await;
        let outcome = outcome.unwrap_or_else(|_| Err(Error::transport()));
        self.note(outcome.as_ref().err());
        outcome
    }

    fn note(&self, error: Option<&Error>) {
        let fault = match error {
            None => 0,
            Some(Error {
                class: Class::Config,
                errcode: Some(errcode),
                ..
            }) => *errcode,
            // Says nothing about how this app stands with WeChat.
            Some(_) => return,
        };
        if self.0.fault.swap(fault, Ordering::Relaxed) != fault && fault != 0 {
            tracing::error!(
                errcode = fault,
                "WeChat refuses this app: its id, secret, network list or a permission"
            );
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0.base)
    }
}

/// What a call asks, beside the access token.
#[derive(Clone, Copy)]
enum Asked<'a> {
    Post(&'a Value),
    Get(&'a [(&'a str, &'a str)]),
}

/// The body of a 200. The cause of a failure is dropped on purpose: its text contains the URL.
async fn fetch(request: RequestBuilder) -> Result<Vec<u8>, Error> {
    let mut response = request.send().await.map_err(|error| match error.is_connect() {
        true => Error::unreached(),
        false => Error::transport(),
    })?;
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

fn text(reply: &Value, member: &str) -> Result<String, Error> {
    match reply.get(member).and_then(Value::as_str) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(Error::transport()),
    }
}
