//! Entries, chain and tree.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::heads::Heads;
use super::{Fault, Faults, Since};
use crate::base::error::Result;
use crate::base::merkle::{self, Address, Hash, Range};
use crate::db::{Q, Read};
use crate::journal::entry::{Digested, payload, payload_without_patient};
use crate::journal::{BATCH, NOTHING_BEFORE, proofs};

/// How far the walk is.
pub(super) struct Walk {
    facility: Uuid,
    pub(super) seq: i64,
    pub(super) prev: String,
    /// None once the leaves are known to be wrong or in the wrong place: what is above them says no more.
    range: Option<Range>,
    head: Head,
}

/// Where the log said it ended when the walk began.
#[derive(sqlx::FromRow)]
struct Head {
    seq: i64,
    hash: String,
    tree: i64,
    longest: Option<i64>,
}

/// A place of the chain with its entry, whose columns are absent when it is gone.
#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    prev: String,
    hash: String,
    id: Option<Uuid>,
    facility_id: Option<Uuid>,
    act: Option<String>,
    actor: Option<String>,
    actor_kind: Option<String>,
    actor_id: Option<Uuid>,
    at: Option<DateTime<Utc>>,
    subject: Option<String>,
    patient_id: Option<Uuid>,
    detail: Option<String>,
    salt: Option<Vec<u8>>,
    payload_sha256: Option<String>,
    request_id: Option<String>,
    entry_digest: Option<Vec<u8>>,
}

impl Walk {
    /// At the beginning, or where the last audit ended.
    pub(super) async fn begin(
        q: &mut Read,
        facility: Uuid,
        since: Option<&Since>,
        faults: &mut Faults,
    ) -> Result<Walk> {
        let head: Option<Head> = q
            .q(
                "select h.seq, h.hash, h.tree, (select max(c.seq) from journal_chain c \
                where c.facility_id = h.facility_id) as longest from journal_head h where h.facility_id = $1",
            )
            .bind(facility)
            .opt()
            .await?;
        let head = match head {
            Some(head) => head,
            None => {
                // A log has a head from its first entry on.
                faults.add(Fault::HeadChanged, 0);
                let (longest,): (Option<i64>,) = q
                    .q("select max(seq) from journal_chain where facility_id = $1")
                    .bind(facility)
                    .one()
                    .await?;
                Head {
                    seq: longest.unwrap_or(0),
                    hash: String::new(),
                    tree: 0,
                    longest,
                }
            }
        };
        if let Some(longest) = head.longest.filter(|longest| *longest > head.seq) {
            faults.add(Fault::ChainBroken, longest);
        }
        let Some(since) = since else {
            return Ok(Walk {
                facility,
                seq: 0,
                prev: NOTHING_BEFORE.to_owned(),
                range: Some(Range::default()),
                head,
            });
        };
        let range = proofs::range(q, facility, since.last)
            .await?
            .filter(|range| since.root == range.root());
        if range.is_none() {
            faults.add(Fault::TreeChanged, since.last);
        }
        Ok(Walk {
            facility,
            seq: since.last,
            prev: since.hash.clone(),
            range,
            head,
        })
    }

    /// The root over what was walked; of nothing when the tree was lost on the way.
    pub(super) fn root(&self) -> Hash {
        self.range.as_ref().map_or_else(merkle::empty, Range::root)
    }

    /// To the end.
    pub(super) async fn go(
        &mut self,
        q: &mut Read,
        heads: &mut Heads<'_>,
        faults: &mut Faults,
    ) -> Result<()> {
        loop {
            let rows: Vec<Row> = q
                .q(
                    "select c.seq, c.prev, c.hash, e.id, e.facility_id, e.act, e.actor, e.actor_kind, e.actor_id, \
                     e.at, e.subject, e.patient_id, e.detail, e.salt, e.payload_sha256, e.request_id, e.entry_digest \
                     from journal_chain c left join journal_entry e on e.id = c.entry_id \
                     where c.facility_id = $1 and c.seq > $2 and c.seq <= $3 order by c.seq limit $4",
                )
                .bind(self.facility)
                .bind(self.seq)
                .bind(self.head.seq)
                .bind(BATCH)
                .all()
                .await?;
            if rows.is_empty() {
                break;
            }
            let mut completed = Vec::new();
            for row in rows {
                heads.check(q, self.seq, self.range.as_ref(), faults).await?;
                self.place(row, faults, &mut completed);
            }
            self.compare(q, completed, faults).await?;
        }
        heads.check(q, self.seq, self.range.as_ref(), faults).await?;
        heads.end(q, faults).await?;
        if self.seq < self.head.seq {
            faults.add(Fault::ChainTruncated, self.seq + 1);
        } else if self.head.hash != self.prev {
            faults.add(Fault::HeadChanged, self.seq);
        }
        Ok(())
    }

    /// One place of the chain and its entry.
    fn place(&mut self, row: Row, faults: &mut Faults, completed: &mut Vec<(Address, Hash)>) {
        let (seq, hash) = (row.seq, row.hash.clone());
        if seq != self.seq + 1 {
            faults.add(Fault::ChainBroken, self.seq + 1);
            self.range = None;
        }
        if row.prev != self.prev {
            faults.add(Fault::ChainBroken, seq);
        }
        let prev = row.prev.clone();
        match entry(row, self.facility) {
            None => faults.add(Fault::EntryMissing, seq),
            Some((_, false)) => faults.add(Fault::EntryChanged, seq),
            Some((entry, true)) => {
                let linked = entry
                    .chained(seq, &prev)
                    .is_ok_and(|digest| hex::encode(digest) == hash);
                if !linked {
                    faults.add(Fault::ChainBroken, seq);
                }
            }
        }
        match (proofs::digest(&hash), &mut self.range) {
            (Some(digest), Some(range)) => {
                let nodes = range.append(merkle::leaf(&digest));
                if seq <= self.head.tree {
                    completed.extend(nodes.into_iter().skip(1));
                }
            }
            (None, _) => {
                faults.add(Fault::ChainBroken, seq);
                self.range = None;
            }
            (Some(_), None) => {}
        }
        self.seq = seq;
        self.prev = hash;
    }

    /// The subtrees that these leaves complete, with those that are stored.
    async fn compare(
        &self,
        q: &mut Read,
        completed: Vec<(Address, Hash)>,
        faults: &mut Faults,
    ) -> Result<()> {
        let mut levels: BTreeMap<u32, Vec<(u64, Hash)>> = BTreeMap::new();
        for (at, hash) in completed {
            levels.entry(at.level).or_default().push((at.index, hash));
        }
        for (level, nodes) in levels {
            let (Some((first, _)), Some((last, _))) = (nodes.first(), nodes.last()) else {
                continue;
            };
            let stored: Vec<(i64, Vec<u8>)> = q
                .q(
                    "select place, hash from journal_node where facility_id = $1 and level = $2 \
                    and place between $3 and $4",
                )
                .bind(self.facility)
                .bind(i64::from(level))
                .bind(*first as i64)
                .bind(*last as i64)
                .all()
                .await?;
            let stored: BTreeMap<i64, Vec<u8>> = stored.into_iter().collect();
            for (place, hash) in &nodes {
                let same = stored
                    .get(&(*place as i64))
                    .is_some_and(|stored| stored.as_slice() == hash.as_slice());
                if !same {
                    // The last entry under it.
                    let under = (place + 1) << level;
                    faults.add(Fault::TreeChanged, under as i64);
                }
            }
        }
        Ok(())
    }
}

/// The entry of a place and whether it is what was written; none when it is gone.
fn entry(row: Row, facility: Uuid) -> Option<(Digested, bool)> {
    let digested = Digested {
        id: row.id?,
        act: row.act?,
        actor: row.actor?,
        at: row.at?,
        subject: row.subject?,
        payload_sha256: row.payload_sha256?,
        request_id: row.request_id,
    };
    let (salt, detail) = (row.salt?, row.detail?);
    let payloads = [
        payload(&salt, detail.as_bytes(), row.patient_id),
        payload_without_patient(&salt, detail.as_bytes()),
    ];
    let kind = row.actor_kind?;
    let actor = match row.actor_id {
        Some(id) => format!("{kind}:{id}"),
        None => kind,
    };
    let holds = digested
        .unsequenced()
        .is_ok_and(|digest| row.entry_digest.is_some_and(|kept| kept == digest))
        && payloads.contains(&digested.payload_sha256)
        && digested.actor.split('/').next() == Some(actor.as_str())
        && row.facility_id == Some(facility);
    Some((digested, holds))
}
