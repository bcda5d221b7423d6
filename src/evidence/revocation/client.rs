//! Fetching revocation lists over HTTP, from the address that the certificate itself names.
//!
//! Plain HTTP only: a list carries its own proof, and RFC 5280 §8 warns of lists that need another list to be fetched.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{StatusCode, Url};

use super::Refused;
use super::list::LARGEST;

/// How long one list may take, from connecting to the last byte.
const LIMIT: Duration = Duration::from_secs(10);

/// Why nothing is known of a certificate. Neither address nor content is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The certificate names no address of its issuer's list.
    #[error("the certificate names no list over http")]
    Nowhere,
    /// No connection, or cut off, or not done in time.
    #[error("the list did not come in time")]
    Unreachable,
    /// An HTTP status other than 200.
    #[error("instead of the list came HTTP status {0}")]
    Http(u16),
    /// A list that does not hold.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// The client. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    limit: Duration,
}

impl Client {
    /// Makes the client; nothing is sent yet.
    ///
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn new() -> Result<Self, reqwest::Error> {
        Self::with_limit(LIMIT)
    }

    pub(super) fn with_limit(limit: Duration) -> Result<Self, reqwest::Error> {
        // Whoever came first has installed one already; either serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(limit)
            .tls_certs_only(std::iter::empty::<reqwest::Certificate>())
            .build()?;
        Ok(Self { http, limit })
    }

    /// The list at the first of these addresses that gives one.
    ///
    /// # Errors
    /// The failure of the last address that was asked.
    pub async fn fetch(&self, addresses: &[String]) -> Result<Vec<u8>, Failure> {
        let mut failure = Failure::Nowhere;
        for address in addresses {
            let Some(url) = Url::parse(address).ok().filter(|url| url.scheme() == "http") else {
                continue;
            };
            let fetched = tokio::time::timeout(self.limit, self.one(url)).await;
            match fetched.unwrap_or(Err(Failure::Unreachable)) {
                Ok(list) => return Ok(list),
                Err(why) => failure = why,
            }
        }
        Err(failure)
    }

    async fn one(&self, url: Url) -> Result<Vec<u8>, Failure> {
        let answer = self.http.get(url).send().await;
        let mut answer = answer.map_err(|_| Failure::Unreachable)?;
        if answer.status() != StatusCode::OK {
            return Err(Failure::Http(answer.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|_| Failure::Unreachable)? {
            body.extend_from_slice(&chunk);
            if body.len() > LARGEST {
                return Err(Refused::TooLarge.into());
            }
        }
        Ok(body)
    }
}
