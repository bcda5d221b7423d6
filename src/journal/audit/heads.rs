//! Checkpoints: each signed, in order, and over the root that the walk has at that size.

use std::collections::VecDeque;

use uuid::Uuid;

use super::{Fault, Faults, Since};
use crate::base::error::Result;
use crate::base::merkle::Range;
use crate::db::{Q, Read};
use crate::journal::BATCH;
use crate::journal::key_use::Keys;
use crate::journal::signing::Signed;

/// The checkpoints that are still ahead of the walk.
pub(super) struct Heads<'a> {
    facility: Uuid,
    keys: &'a Keys,
    /// The number of the last one that was read.
    number: i64,
    ahead: VecDeque<Signed>,
    read_all: bool,
}

impl<'a> Heads<'a> {
    /// From the first, or from those that the last audit has not seen.
    pub(super) async fn begin(
        q: &mut Read,
        facility: Uuid,
        since: Option<&Since>,
        keys: &'a Keys,
    ) -> Result<Heads<'a>> {
        let number = match since {
            None => 0,
            Some(since) => {
                let (number,): (Option<i64>,) = q
                    .q("select max(number) from journal_checkpoint where facility_id = $1 and at <= $2 and size < $3")
                    .bind(facility)
                    .bind(since.at)
                    .bind(since.last)
                    .one()
                    .await?;
                number.unwrap_or(0)
            }
        };
        Ok(Heads {
            facility,
            keys,
            number,
            ahead: VecDeque::new(),
            read_all: false,
        })
    }

    /// Those over no more than the entries that the walk has seen.
    pub(super) async fn check(
        &mut self,
        q: &mut Read,
        size: i64,
        range: Option<&Range>,
        faults: &mut Faults,
    ) -> Result<()> {
        while let Some(signed) = self.next(q, size).await? {
            if signed.number != self.number + 1 {
                faults.add(Fault::CheckpointMissing, self.number + 1);
            }
            self.number = signed.number;
            let root_holds = match range {
                // A smaller one than the one before it is out of order.
                Some(range) => signed.size == size && signed.root == range.root(),
                // The leaves are known to be wrong already.
                None => true,
            };
            if !root_holds || !self.is_signed(&signed) {
                faults.add(Fault::CheckpointChanged, signed.number);
            }
        }
        Ok(())
    }

    /// What is left is over entries that are not there.
    pub(super) async fn end(&mut self, q: &mut Read, faults: &mut Faults) -> Result<()> {
        let (ahead,): (i64,) = q
            .q(
                "select count(*) from journal_checkpoint where facility_id = $1 and number > $2 \
                and size > (select seq from journal_head where facility_id = $1)",
            )
            .bind(self.facility)
            .bind(self.number)
            .one()
            .await?;
        if ahead > 0 {
            faults.add(Fault::CheckpointAhead, self.number + 1);
        }
        // The last ones leave no gap behind, but what was made of them: time-stamps, and copies outside.
        let (stamped, copied): (i64, i64) = q
            .q(
                "select (select coalesce(max(number), 0) from journal_stamp where facility_id = $1), \
                (select count(*) from journal_copy o where o.facility_id = $1 and not exists \
                 (select 1 from journal_checkpoint c where c.facility_id = o.facility_id and c.size = o.size))",
            )
            .bind(self.facility)
            .one()
            .await?;
        if ahead == 0 && (stamped > self.number || copied > 0) {
            faults.add(Fault::CheckpointMissing, self.number + 1);
        }
        Ok(())
    }

    async fn next(&mut self, q: &mut Read, size: i64) -> Result<Option<Signed>> {
        if self.ahead.is_empty() && !self.read_all {
            let more: Vec<Signed> = q
                .q("select number, at, size, root, note from journal_checkpoint \
                    where facility_id = $1 and number > $2 order by number limit $3")
                .bind(self.facility)
                .bind(self.number)
                .bind(BATCH)
                .all()
                .await?;
            self.read_all = more.is_empty();
            self.ahead = more.into();
        }
        Ok(self.ahead.pop_front_if(|signed| signed.size <= size))
    }

    fn is_signed(&self, signed: &Signed) -> bool {
        self.keys.checkpoint(&signed.note).is_ok_and(|(checkpoint, _)| {
            checkpoint.origin.ends_with(&format!("/{}", self.facility))
                && i64::try_from(checkpoint.size) == Ok(signed.size)
                && checkpoint.root.as_slice() == signed.root
                && checkpoint.at == signed.at
        })
    }
}
