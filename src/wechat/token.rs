//! The access token: one held, one refresh in flight, renewed before it dies.
//!
//! Not here: asking WeChat for it (see `client.rs`) and sharing it between processes, which is not needed:
//! WeChat's stable token call gives every caller the same live token.

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;

use super::{Class, Error, Now, Secret};

// From 300 s before the end WeChat hands out the successor while the old one still works.
const RENEW_BEFORE: TimeDelta = TimeDelta::seconds(300);

// Processes that started together must not all renew in the same second.
const JITTER_S: i64 = 60;

// A wrong secret is not cured by asking again; an operator who mended it waits no longer than this.
const REFUSAL_HOLDS: TimeDelta = TimeDelta::seconds(60);

/// WeChat's longest token life, in seconds.
const LONGEST_LIFE_S: i64 = 7200;

/// A token as WeChat just gave it.
pub(super) struct Fresh {
    pub value: Secret,
    /// Seconds, 0 to 7200.
    pub expires_in: i64,
}

struct Held {
    value: Secret,
    renew_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    refused: Option<(DateTime<Utc>, Error)>,
}

/// The holder. Its lock spans the refresh, so callers that come meanwhile wait for that one.
#[derive(Default)]
pub(super) struct Tokens(Mutex<State>);

impl Tokens {
    /// The live token, fetched when there is none or it is about to end.
    ///
    /// `fetch` is polled only when needed. When it fails for want of WeChat, a token that still lives is
    /// used to its end.
    pub async fn get(
        &self,
        now: &Now,
        fetch: impl Future<Output = Result<Fresh, Error>>,
    ) -> Result<Secret, Error> {
        let mut state = self.0.lock().await;
        let at = now();
        if let Some(held) = &state.held
            && at < held.renew_at
        {
            return Ok(held.value.clone());
        }
        if let Some((until, error)) = &state.refused
            && at < *until
        {
            return Err(error.clone());
        }
        match fetch.await {
            Ok(fresh) => {
                let expires_at = at + TimeDelta::seconds(fresh.expires_in.clamp(0, LONGEST_LIFE_S));
                let jitter = TimeDelta::seconds(rand::random_range(0..=JITTER_S));
                let renew_at = expires_at - RENEW_BEFORE + jitter;
                state.held = Some(Held {
                    value: fresh.value.clone(),
                    renew_at,
                    expires_at,
                });
                state.refused = None;
                Ok(fresh.value)
            }
            Err(error) => {
                if error.class == Class::Config {
                    state.refused = Some((at + REFUSAL_HOLDS, error.clone()));
                } else if let Some(held) = &state.held
                    && at < held.expires_at
                {
                    return Ok(held.value.clone());
                }
                Err(error)
            }
        }
    }

    /// Forgets the token that was refused, unless another call has replaced it already.
    pub async fn forget(&self, refused: &Secret) {
        let mut state = self.0.lock().await;
        if state.held.as_ref().is_some_and(|held| held.value == *refused) {
            state.held = None;
        }
    }
}
