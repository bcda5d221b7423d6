//! The simulator's list of messages.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::json;

use super::{Failure, Sms, Text};

const TIMEOUT: Duration = Duration::from_secs(10);

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

    fn send<'a>(&'a self, text: Text<'a>) -> BoxFuture<'a, Result<(), Failure>> {
        let body = json!({ "phone": text.phone, "text": text.words });
        async move {
            let sent = self.http.post(&self.url).json(&body).send().await;
            let answer = sent.map_err(|error| Failure::of(&error))?;
            if answer.status().is_success() {
                Ok(())
            } else {
                Err(Failure::Refused(answer.status().as_str().to_owned()))
            }
        }
        .boxed()
    }
}
