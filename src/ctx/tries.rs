//! How often somebody may fail at what can be guessed, in a quarter of an hour.

use std::time::Duration;

use super::Ctx;
use crate::base::error::{Error, Result};

const WINDOW_S: i64 = 15 * 60;
const WINDOW: Duration = Duration::from_secs(15 * 60);

impl Ctx {
    /// Whether somebody may try something now.
    ///
    /// Errors: `http.rate_limited` until the quarter of an hour is over.
    pub async fn may_try(&self, what: &str, who: &str) -> Result<()> {
        match self.cache.get(&self.key(what, "rests", who)).await {
            Some(_) => Err(Error::RateLimited {
                retry_after_s: WINDOW_S - self.clock.now().timestamp() % WINDOW_S,
            }),
            None => Ok(()),
        }
    }

    /// Somebody failed; after so many times he may try no more.
    pub async fn note_failure(&self, what: &str, who: &str, most: i64) {
        let failures = self.cache.count(&self.key(what, "failures", who), WINDOW).await;
        if failures >= most {
            self.cache
                .put(&self.key(what, "rests", who), vec![1], WINDOW)
                .await;
        }
    }

    fn key(&self, what: &str, kept: &str, who: &str) -> String {
        let window = self.clock.now().timestamp() / WINDOW_S;
        format!("{what}:{kept}:{who}:{window}")
    }
}
