//! Asking for time: as easy as agreeing, and nothing moves (CE-007).

use chrono::{DateTime, Utc};
use serde_json::json;
use tracing::instrument;

use super::{locked, only_in, subject};
use crate::base::Act;
use crate::base::error::Result;
use crate::base::id::ConsentId;
use crate::consent::model::{Consent, State};
use crate::consent::{flow, store};
use crate::ctx::Ctx;
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy;

/// She wants time to think, until a moment where she names one. What she has read and answered stays; her deadline too.
///
/// Errors: `consent.illegal_transition` unless it is before her to sign, `http.invalid`.
#[instrument(name = "consent.later", skip_all)]
pub async fn later(
    ctx: &Ctx,
    caller: &Caller,
    id: ConsentId,
    until: Option<DateTime<Utc>>,
) -> Result<Consent> {
    policy::allowed(caller, Act::ConsentLater)?;
    let mut tx = once!(ctx, Act::ConsentLater, caller);
    let (mut consent, _) = locked(&mut tx, caller, Act::ConsentLater, id).await?;
    only_in(&consent, &[State::Issued, State::Reading, State::Ready])?;
    let mut faults = Faults::default();
    faults.check(until.is_none_or(|until| until > tx.now), "/until", "expired");
    faults.done()?;
    store::add_later(&mut tx, &consent, until).await?;
    flow::save(&mut tx, &mut consent).await?;
    let detail = json!({ "until": until, "revision": consent.revision });
    tx.journal(caller, subject(&consent), detail).await?;
    tx.commit_with(&consent).await?;
    Ok(consent)
}
