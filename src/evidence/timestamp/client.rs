//! Asking time authorities over HTTP: one after the other until one gives a time-stamp that holds.
//!
//! It never repeats a question; what is still without a time-stamp is asked for again by the jobs. Nothing but a digest
//! and a random number leaves the house.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::{
    Certificate, Url,
    header::{ACCEPT, CONTENT_TYPE},
    redirect::Policy,
};

use super::{Refused, Request, Stamped, check};
use crate::evidence::trust::Trust;

const QUERY: &str = "application/timestamp-query";
const REPLY: &str = "application/timestamp-reply";
/// A token with its certificates has 2 to 8 kB.
const LARGEST_REPLY: usize = 64 << 10;

/// How long one authority may take, from connecting to the last byte (CE-170).
pub const LIMIT: Duration = Duration::from_secs(10);

/// Why no client can be made.
#[derive(Debug, thiserror::Error)]
pub enum Misconfigured {
    /// An address is not one of HTTP.
    #[error("the address of time authority {0} is not an http or https URL")]
    Address(usize),
    /// No authority at all.
    #[error("no time authority is named")]
    None,
    /// The system has no certificates to check the authorities' addresses with.
    #[error("the HTTP client cannot be made: {0}")]
    Http(reqwest::Error),
}

/// Why one authority gave nothing. Neither address nor content is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No connection, or cut off, or not done in time.
    #[error("the authority did not answer in time")]
    Unreachable,
    /// An HTTP status other than 200.
    #[error("the authority answered with HTTP status {0}")]
    Http(u16),
    /// Another content type than RFC 3161 has.
    #[error("the answer is not declared as a time-stamp")]
    ContentType,
    /// More than 64 kB.
    #[error("the answer is too large")]
    TooLarge,
    /// An answer that does not hold.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// No authority gave a time-stamp: why, in the order of the authorities.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no time authority gave a time-stamp that holds")]
pub struct Unattested(pub Vec<Failure>);

/// The client. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    authorities: Vec<Url>,
    limit: Duration,
}

impl Client {
    /// Makes the client of these authorities, the preferred one first. Nothing is sent yet.
    ///
    /// Plain HTTP is usual among them, because a token carries its own proof.
    ///
    /// # Errors
    /// [`Misconfigured`].
    pub fn new<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Result<Self, Misconfigured> {
        Self::with_limit(addresses, LIMIT)
    }

    pub(super) fn with_limit<'a>(
        addresses: impl IntoIterator<Item = &'a str>,
        limit: Duration,
    ) -> Result<Self, Misconfigured> {
        let read = |(at, address): (usize, &str)| match Url::parse(address) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
            _ => Err(Misconfigured::Address(at)),
        };
        let authorities: Vec<Url> = addresses
            .into_iter()
            .enumerate()
            .map(read)
            .collect::<Result<_, _>>()?;
        if authorities.is_empty() {
            return Err(Misconfigured::None);
        }
        // Whoever came first has installed one already; either serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(limit);
        if authorities.iter().all(|url| url.scheme() == "http") {
            // A machine without certificates can still ask authorities that speak plain HTTP.
            http = http.tls_certs_only(std::iter::empty::<Certificate>());
        }
        Ok(Self {
            http: http.build().map_err(Misconfigured::Http)?,
            authorities,
            limit,
        })
    }

    /// A time-stamp of a SHA-256 digest, from the first authority that gives one that holds.
    ///
    /// `now` is the server's clock; it is read when an answer has come.
    ///
    /// # Errors
    /// [`Unattested`], with the failure of each authority. Nothing of them is to be kept but the reasons.
    pub async fn stamp(
        &self,
        imprint: [u8; 32],
        trust: &Trust,
        now: impl Fn() -> DateTime<Utc>,
    ) -> Result<Stamped, Unattested> {
        let mut failures = Vec::new();
        for authority in &self.authorities {
            let request = Request::new(imprint, rand::random());
            let answer = tokio::time::timeout(self.limit, self.ask(authority, &request)).await;
            let token = answer.unwrap_or(Err(Failure::Unreachable)).and_then(|response| {
                let token = check(&response, &request, trust, now())?;
                Ok(Stamped { token, response })
            });
            match token {
                Ok(stamped) => return Ok(stamped),
                Err(failure) => failures.push(failure),
            }
        }
        Err(Unattested(failures))
    }

    async fn ask(&self, authority: &Url, request: &Request) -> Result<Vec<u8>, Failure> {
        let question = self
            .http
            .post(authority.clone())
            .header(CONTENT_TYPE, QUERY)
            .header(ACCEPT, REPLY)
            .body(request.der());
        let mut answer = question.send().await.map_err(|_| Failure::Unreachable)?;
        if answer.status() != reqwest::StatusCode::OK {
            return Err(Failure::Http(answer.status().as_u16()));
        }
        let declared = answer
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let kind = declared
            .and_then(|value| value.split(';').next())
            .unwrap_or_default();
        if !kind.trim().eq_ignore_ascii_case(REPLY) {
            return Err(Failure::ContentType);
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|_| Failure::Unreachable)? {
            body.extend_from_slice(&chunk);
            if body.len() > LARGEST_REPLY {
                return Err(Failure::TooLarge);
            }
        }
        Ok(body)
    }
}
