//! No key is used before the log says so: the entry stands in the transaction that keeps what the key made (CE-182).

use serde_json::json;
use uuid::Uuid;

use crate::base::error::Result;
use crate::base::{Act, Subject};
use crate::ctx::Tx;
use crate::journal::key_use::{self, Use};

/// Writes down that a key is in use, with the one before it, unless that is the one that came into use last.
pub async fn in_use(tx: &mut Tx, kind: &'static str, key: &str) -> Result<()> {
    let before = key_use::last(tx, kind).await?;
    if before.as_ref().is_some_and(|before| before.key_id == key) {
        return Ok(());
    }
    let (id, now): (Uuid, _) = (tx.id(), tx.now);
    let new = Use {
        number: before.as_ref().map_or(0, |before| before.number) + 1,
        key_id: key.to_owned(),
        at: now,
    };
    if !key_use::add(tx, id, kind, &new).await? {
        return Ok(());
    }
    let before = before.map(|before| before.key_id);
    let detail = json!({ "kind": kind, "key": key, "before": before });
    let subject = Subject::thing("key", id);
    tx.journal_own(Act::JournalKeyUse, None, subject, detail).await
}
