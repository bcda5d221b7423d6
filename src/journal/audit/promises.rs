//! Receipts: each given by the key, for an entry that is what it was, and kept when its time is over.
//!
//! A service that was down kept its promise late: the times of the checkpoints tell that, it is no tampering.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Fault, Faults, Since};
use crate::base::error::Result;
use crate::db::{Q, Read};
use crate::journal::BATCH;
use crate::journal::key_use::Keys;
use crate::journal::receipt::Receipt;

#[derive(sqlx::FromRow)]
struct Row {
    entry_id: Uuid,
    include_by: DateTime<Utc>,
    key_name: String,
    key_id: String,
    signature: String,
    entry_digest: Option<Vec<u8>>,
    seq: Option<i64>,
}

/// Every promise, or those that were open at the last audit and later ones.
pub(super) async fn check(
    q: &mut Read,
    facility: Uuid,
    since: Option<&Since>,
    keys: &Keys,
    now: DateTime<Utc>,
    faults: &mut Faults,
) -> Result<()> {
    let mut after = since.map_or(DateTime::UNIX_EPOCH, |since| since.at);
    let mut id = Uuid::nil();
    loop {
        let rows: Vec<Row> = q
            .q(
                "select r.entry_id, r.include_by, r.key_name, r.key_id, r.signature, e.entry_digest, c.seq \
                 from journal_receipt r left join journal_entry e on e.id = r.entry_id \
                 left join journal_chain c on c.entry_id = r.entry_id \
                 where r.facility_id = $1 and (r.include_by > $2 or (r.include_by = $2 and r.entry_id > $3)) \
                 order by r.include_by, r.entry_id limit $4",
            )
            .bind(facility)
            .bind(after)
            .bind(id)
            .bind(BATCH)
            .all()
            .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        (after, id) = (last.include_by, last.entry_id);
        for row in rows {
            let seq = row.seq;
            let (include_by, given) = (row.include_by, is_given(row, keys));
            let kept = include_by >= now || is_kept(q, facility, seq).await?;
            if !given || !kept {
                faults.add(Fault::ReceiptBroken, seq.unwrap_or(0));
            }
        }
    }
}

fn is_given(row: Row, keys: &Keys) -> bool {
    let receipt = Receipt {
        entry_digest: row.entry_digest.map(hex::encode).unwrap_or_default(),
        include_by: row.include_by,
        key_name: row.key_name,
        key_id: row.key_id,
        signature: row.signature,
    };
    receipt.verify(&keys.promising(receipt.include_by))
}

/// Whether a checkpoint holds the entry.
async fn is_kept(q: &mut Read, facility: Uuid, seq: Option<i64>) -> Result<bool> {
    let Some(seq) = seq else { return Ok(false) };
    let held: Option<(i64,)> = q
        .q("select number from journal_checkpoint where facility_id = $1 and size >= $2 limit 1")
        .bind(facility)
        .bind(seq)
        .opt()
        .await?;
    Ok(held.is_some())
}
