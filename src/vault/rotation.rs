//! The key that wraps is replaced: data keys are wrapped anew, batch by batch, and sealed values never touched.
//!
//! Which key wraps a data key stands beside it, so whoever is interrupted goes on where it ended, and everything stays
//! readable meanwhile as long as both keys are given.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::keys::{Source, add};
use super::{DataKey, Vault};
use crate::base::error::{Error, Result};
use crate::db::Q;

/// How far the replacement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Data keys under the key that wraps.
    pub done: i64,
    /// Data keys under another one.
    pub left: i64,
}

impl Vault {
    /// The name of the key that wraps.
    pub fn key_id(&self) -> &str {
        &self.ring.current
    }

    /// How far the replacement is.
    pub async fn progress(&self, q: &mut impl Q) -> Result<Progress> {
        const DONE: &str = "select count(*) from data_key where kek_id = $1";
        const LEFT: &str = "select count(*) from data_key where kek_id <> $1";
        let (done,): (i64,) = q.q(DONE).bind(self.ring.current.clone()).one().await?;
        let (left,): (i64,) = q.q(LEFT).bind(self.ring.current.clone()).one().await?;
        Ok(Progress { done, left })
    }

    /// Wraps the next data keys anew; how many. None when all are, or the rest is under keys that were not given.
    pub async fn rewrap(&self, q: &mut impl Q, limit: i64) -> Result<usize> {
        for other in self.ring.others() {
            let rows: Vec<DataKey> = q
                .q("select id, wrapped, kek_id, alg from data_key where kek_id = $1 order by id limit $2")
                .bind(other.clone())
                .bind(limit)
                .all()
                .await?;
            if rows.is_empty() {
                continue;
            }
            let count = rows.len();
            for row in rows {
                let id = row.id;
                let key = self.unwrap(row)?;
                // A key that was destroyed meanwhile stays so.
                q.q("update data_key set wrapped = $2, kek_id = $3 where id = $1 and kek_id = $4")
                    .bind(id)
                    .bind(self.ring.wrap(key.cipher, id.as_bytes(), &key.bytes)?)
                    .bind(self.ring.current.clone())
                    .bind(other.clone())
                    .run()
                    .await?;
            }
            return Ok(count);
        }
        Ok(0)
    }

    /// Makes the next key of the key service; it wraps from the next start on.
    ///
    /// Errors: `Broken` where the settings hold the key: there it is the operator's to make.
    pub async fn make_next(&self, q: &mut impl Q, at: DateTime<Utc>) -> Result<()> {
        let Source::Service(service) = &self.source else {
            return Err(Error::broken(
                "the settings hold the key: make the next one there",
            ));
        };
        let (newest,): (i64,) = q
            .q("select coalesce(max(number), 0) from key_encryption_key")
            .one()
            .await?;
        add(q, service.as_ref(), newest + 1, at).await
    }

    /// Forgets the keys of the key service that wrap nothing any more; how many.
    pub async fn forget_unused(&self, q: &mut impl Q) -> Result<u64> {
        let unused: Option<(Uuid,)> = q
            .q("select id from data_key where kek_id <> $1 limit 1")
            .bind(self.ring.current.clone())
            .opt()
            .await?;
        if unused.is_some() {
            return Ok(0);
        }
        let gone = q
            .q("delete from key_encryption_key where number < (select max(k.number) from key_encryption_key k)")
            .run()
            .await?;
        Ok(gone)
    }
}
