//! How often one address may fail to log in. An account rests after five failures by itself; who tries one password on
//! every account never comes to five.

use std::time::Duration;

use crate::base::error::{Error, Result};
use crate::base::request::RequestInfo;
use crate::ctx::Ctx;

const WINDOW_S: i64 = 15 * 60;
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// Whether somebody at this address may try to log in now.
///
/// Errors: `http.rate_limited` until a quarter of an hour is over.
pub(super) async fn may_try(ctx: &Ctx, request: &RequestInfo) -> Result<()> {
    match ctx.cache.get(&key("rests", ctx, request)).await {
        Some(_) => Err(Error::RateLimited {
            retry_after_s: WINDOW_S - ctx.clock.now().timestamp() % WINDOW_S,
        }),
        None => Ok(()),
    }
}

/// Somebody at this address failed to log in.
pub(super) async fn note_failure(ctx: &Ctx, request: &RequestInfo) {
    // Without an address nobody can be told from anybody else.
    if request.address.is_empty() {
        return;
    }
    let failures = ctx.cache.count(&key("failures", ctx, request), WINDOW).await;
    if failures >= ctx.settings.failures_per_address {
        ctx.cache.put(&key("rests", ctx, request), vec![1], WINDOW).await;
    }
}

fn key(what: &str, ctx: &Ctx, request: &RequestInfo) -> String {
    let window = ctx.clock.now().timestamp() / WINDOW_S;
    format!("log-in:{what}:{}:{window}", request.address)
}
