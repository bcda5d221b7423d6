//! How a session begins, whoever opens it.

use chrono::Duration;

use crate::base::error::Result;
use crate::base::id::SessionId;
use crate::base::request::RequestInfo;
use crate::ctx::Tx;
use crate::people::model::{DeviceKind, LoggedIn, Whose};
use crate::people::{rules, secret, store};

/// What the request says of the device that sends it.
pub(super) fn device(request: &RequestInfo) -> DeviceKind {
    rules::device_of(&request.user_agent)
}

/// Opens a session; its token is told once.
pub(super) async fn open(
    tx: &mut Tx,
    whose: Whose,
    device: DeviceKind,
    lasts: Duration,
) -> Result<(SessionId, LoggedIn)> {
    let session: SessionId = tx.id();
    let token = secret::token();
    let expires_at = tx.now + lasts;
    store::add_session(tx, session, secret::digest(&token), whose, device, expires_at).await?;
    let opened = LoggedIn {
        token,
        expires_at,
        registered: true,
    };
    Ok((session, opened))
}
