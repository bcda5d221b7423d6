//! How often one address may fail to log in. An account rests after five failures by itself; who tries one password on
//! every account never comes to five.

use crate::base::error::Result;
use crate::base::request::RequestInfo;
use crate::ctx::Ctx;

const LOG_IN: &str = "log-in";

/// Whether somebody at this address may try to log in now.
///
/// Errors: `http.rate_limited` until a quarter of an hour is over.
pub(super) async fn may_try(ctx: &Ctx, request: &RequestInfo) -> Result<()> {
    ctx.may_try(LOG_IN, &request.address).await
}

/// Somebody at this address failed to log in.
pub(super) async fn note_failure(ctx: &Ctx, request: &RequestInfo) {
    // Without an address nobody can be told from anybody else.
    if request.address.is_empty() {
        return;
    }
    let most = ctx.settings.failures_per_address;
    ctx.note_failure(LOG_IN, &request.address, most).await;
}
