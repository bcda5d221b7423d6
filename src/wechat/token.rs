//! The access token: one held, one refresh in flight, renewed before it dies, shared with the other processes.
//!
//! Not here: asking WeChat for it (see `client.rs`). Sharing spares requests and is no condition: WeChat's stable token
//! call gives every caller the same live token.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use super::{Class, Error, Now, Secret, Settings};
use crate::cache::Cache;
use crate::vault;

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

#[derive(Clone)]
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
pub(super) struct Tokens {
    state: Mutex<State>,
    shared: Shared,
}

impl Tokens {
    /// The holder of an app's token.
    pub fn new(settings: &Settings, cache: Cache) -> Self {
        Self {
            state: Mutex::default(),
            shared: Shared::new(settings, cache),
        }
    }

    /// The live token, fetched when there is none or it is about to end.
    ///
    /// `fetch` is polled only when needed. When it fails for want of WeChat, a token that still lives is
    /// used to its end.
    pub async fn get(
        &self,
        now: &Now,
        fetch: impl Future<Output = Result<Fresh, Error>>,
    ) -> Result<Secret, Error> {
        let mut state = self.state.lock().await;
        let at = now();
        if let Some(held) = &state.held
            && at < held.renew_at
        {
            return Ok(held.value.clone());
        }
        if let Some(held) = self.shared.get().await
            && at < held.renew_at
        {
            state.held = Some(held.clone());
            return Ok(held.value);
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
                let held = Held {
                    value: fresh.value.clone(),
                    renew_at,
                    expires_at,
                };
                self.shared.put(&held).await;
                state.held = Some(held);
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

    /// Forgets the token that was refused, unless another call or another process has replaced it already.
    pub async fn forget(&self, refused: &Secret) {
        let mut state = self.state.lock().await;
        if state.held.as_ref().is_some_and(|held| held.value == *refused) {
            state.held = None;
        }
        if self.shared.get().await.is_some_and(|held| held.value == *refused) {
            self.shared.forget().await;
        }
    }
}

/// The token in the cache, sealed for whoever has the app's secret: whoever has it may ask for the token anyway.
struct Shared {
    cache: Cache,
    name: String,
    key: Zeroizing<[u8; 32]>,
}

impl Shared {
    const PURPOSE: &[u8] = b"wechat/access-token/v1";

    fn new(settings: &Settings, cache: Cache) -> Self {
        let secret = settings.app_secret.expose().as_bytes();
        let mut mac =
            <Hmac<Sha256> as KeyInit>::new_from_slice(secret).expect("HMAC takes a key of any length");
        mac.update(Self::PURPOSE);
        Self {
            cache,
            name: format!("wechat:token:{}", settings.app_id),
            key: Zeroizing::new(mac.finalize().into_bytes().into()),
        }
    }

    async fn get(&self) -> Option<Held> {
        let sealed = self.cache.get(&self.name).await?;
        let plain = vault::open_under(&self.key, Self::PURPOSE, &sealed)?;
        let (value, renew_at, expires_at): (String, _, _) = serde_json::from_slice(&plain).ok()?;
        Some(Held {
            value: Secret::new(value),
            renew_at,
            expires_at,
        })
    }

    async fn put(&self, held: &Held) {
        let told = (held.value.expose(), held.renew_at, held.expires_at);
        let Ok(plain) = serde_json::to_vec(&told).map(Zeroizing::new) else {
            return;
        };
        if let Some(sealed) = vault::seal_under(&self.key, Self::PURPOSE, &plain) {
            let life = Duration::from_secs(LONGEST_LIFE_S.unsigned_abs());
            self.cache.put(&self.name, sealed, life).await;
        }
    }

    async fn forget(&self) {
        self.cache.forget(&self.name).await;
    }
}
