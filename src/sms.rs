//! Text messages to a phone. There is no gateway built in: `demo` and the tests write to the simulator's list of messages,
//! and a service without a gateway has no such channel.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::json;

use crate::base::error::{Error, Result};

const TIMEOUT: Duration = Duration::from_secs(10);

/// What sends text messages.
pub trait Sms: Send + Sync {
    /// The name that evidence gives it.
    fn provider(&self) -> &'static str;

    /// Sends a text to a number as records hold it.
    ///
    /// Errors: `Broken` when it was not taken; whoever sends tries again.
    fn send<'a>(&'a self, phone: &'a str, text: &'a str) -> BoxFuture<'a, Result<()>>;
}

/// The simulator's list of messages.
pub struct Simulated {
    http: reqwest::Client,
    url: String,
}

impl Simulated {
    /// The simulator at an address; none where the address gives no client.
    pub fn at(base: &str) -> Option<Simulated> {
        let http = reqwest::Client::builder().timeout(TIMEOUT).build().ok()?;
        let url = format!("{}/simulator/texts", base.trim_end_matches('/'));
        Some(Simulated { http, url })
    }
}

impl Sms for Simulated {
    fn provider(&self) -> &'static str {
        "simulator"
    }

    fn send<'a>(&'a self, phone: &'a str, text: &'a str) -> BoxFuture<'a, Result<()>> {
        let body = json!({ "phone": phone, "text": text });
        async move {
            let sent = self.http.post(&self.url).json(&body).send().await;
            // The cause may hold the address alone, never the number or the text.
            let answer = sent.map_err(|error| Error::Broken(Box::new(error)))?;
            if answer.status().is_success() {
                Ok(())
            } else {
                Err(Error::broken("a text message was not taken"))
            }
        }
        .boxed()
    }
}
