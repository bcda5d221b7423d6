//! The sequencer: gives committed entries their place in the chain and puts them under the tree.
//!
//! Both happen in one transaction, O(log n) hashes for each entry. Chains that are older than the tree come under it a
//! bounded part at a time.

use uuid::Uuid;

use super::entry::Digested;
use super::proofs;
use super::{BATCH, NOTHING_BEFORE};
use crate::base::error::Result;
use crate::base::merkle::{self, Address, Hash};
use crate::db::{Db, Q, Tx, placeholders};

/// How many leaves the tree grows by in one transaction: more than entries come, so that it catches up.
const LEAVES: i64 = 2000;
/// Rows of one insert: engines bound the number of values.
const ROWS: usize = 200;

/// Gives every waiting entry its place; how many it placed. Several processes may call it: the head row of an
/// institution is its lock.
pub async fn sequence(db: &Db) -> Result<usize> {
    let institutions: Vec<(Uuid,)> = db
        .read()
        .q("select facility_id from journal_pending union select facility_id from journal_head where tree < seq")
        .all()
        .await?;
    let mut placed = 0;
    for (facility,) in institutions {
        // One institution's trouble must not stop the others' logs; `overdue` finds what stays behind.
        match sequence_institution(db, facility).await {
            Ok(batch) => placed += batch,
            Err(error) => {
                tracing::error!(facility.id = %facility, %error, "a journal could not be sequenced")
            }
        }
    }
    Ok(placed)
}

async fn sequence_institution(db: &Db, facility: Uuid) -> Result<usize> {
    let mut placed = 0;
    loop {
        let batch = sequence_batch(db, facility).await?;
        placed += batch;
        if (batch as i64) < BATCH {
            return Ok(placed);
        }
    }
}

async fn sequence_batch(db: &Db, facility: Uuid) -> Result<usize> {
    let mut tx = db.begin().await?;
    tx.q("insert into journal_head (facility_id, seq, hash) values ($1, 0, $2) on conflict (facility_id) do nothing")
        .bind(facility)
        .bind(NOTHING_BEFORE)
        .run()
        .await?;
    // The update takes the row's lock on PostgreSQL; SQLite's writer is alone here anyway.
    let (mut seq, mut prev, tree): (i64, String, i64) = tx
        .q("update journal_head set seq = seq where facility_id = $1 returning seq, hash, tree")
        .bind(facility)
        .one()
        .await?;
    let waiting: Vec<Digested> = tx
        .q(
            "select e.id, e.act, e.actor, e.at, e.subject, e.payload_sha256, e.request_id \
            from journal_pending p join journal_entry e on e.id = p.entry_id \
            where p.facility_id = $1 order by e.at, e.id limit $2",
        )
        .bind(facility)
        .bind(BATCH)
        .all()
        .await?;
    let placed = waiting.len();
    for entry in waiting {
        seq += 1;
        let hash = hex::encode(entry.chained(seq, &prev)?);
        tx.q(
            "insert into journal_chain (facility_id, seq, entry_id, prev, hash) values ($1, $2, $3, $4, $5)",
        )
        .bind(facility)
        .bind(seq)
        .bind(entry.id)
        .bind(prev)
        .bind(hash.clone())
        .run()
        .await?;
        tx.q("delete from journal_pending where entry_id = $1")
            .bind(entry.id)
            .run()
            .await?;
        prev = hash;
    }
    let tree = grow(&mut tx, facility, tree).await?;
    tx.q("update journal_head set seq = $2, hash = $3, tree = $4 where facility_id = $1")
        .bind(facility)
        .bind(seq)
        .bind(prev)
        .bind(tree)
        .run()
        .await?;
    tx.commit().await?;
    Ok(placed)
}

/// Puts the next leaves under the tree; its size then.
async fn grow(tx: &mut Tx, facility: Uuid, tree: i64) -> Result<i64> {
    let leaves: Vec<(i64, String)> = tx
        .q("select seq, hash from journal_chain where facility_id = $1 and seq > $2 order by seq limit $3")
        .bind(facility)
        .bind(tree)
        .bind(LEAVES)
        .all()
        .await?;
    let range = proofs::range(tx, facility, tree).await?;
    let digests: Option<Vec<Hash>> = leaves.iter().map(|(_, hash)| proofs::digest(hash)).collect();
    let (Some(mut range), Some(digests)) = (range, digests) else {
        // Somebody took a part of the tree away. Entries get their places all the same; the audit tells what is missing.
        tracing::error!(facility.id = %facility, tree, "incident: the tree of a journal can't grow");
        return Ok(tree);
    };
    let mut nodes = Vec::new();
    for digest in &digests {
        // The leaf itself is in the chain.
        nodes.extend(range.append(merkle::leaf(digest)).into_iter().skip(1));
    }
    for rows in nodes.chunks(ROWS) {
        insert(tx, facility, rows).await?;
    }
    Ok(tree + digests.len() as i64)
}

async fn insert(tx: &mut Tx, facility: Uuid, nodes: &[(Address, Hash)]) -> Result<()> {
    let rows: Vec<String> = (0..nodes.len())
        .map(|row| format!("({})", placeholders(4 * row + 1, 4)))
        .collect();
    // What somebody put there beforehand must not stop the log: the audit finds that it is another hash.
    let mut query = tx.q(format!(
        "insert into journal_node (facility_id, level, place, hash) values {} \
         on conflict (facility_id, level, place) do nothing",
        rows.join(", ")
    ));
    for (at, hash) in nodes {
        query = query
            .bind(facility)
            .bind(i64::from(at.level))
            .bind(at.index as i64)
            .bind(hash.to_vec());
    }
    query.run().await?;
    Ok(())
}
