//! Checkpoints with a time-stamp: once a day, so that each renews the proof of time of everything below it (CE-184, CE-223).

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::signing::{AT_LEAST, Signed};
use crate::base::error::Result;
use crate::db::Q;

/// A time-stamp over a checkpoint.
pub struct Stamp<'a> {
    /// Which checkpoint of the log.
    pub number: i64,
    /// The response of the time authority, as it came; its token attests the SHA-256 of the signed note.
    pub response: &'a [u8],
    /// When the checkpoint existed.
    pub attested_at: DateTime<Utc>,
    /// When the authority's certificate ends.
    pub expires_at: DateTime<Utc>,
}

/// Whether the newest checkpoint of a log wants a time-stamp: the last one is a day old. One of the future does not count:
/// rows can be added by whoever has the database, and must not keep the next one away.
pub async fn is_due(q: &mut impl Q, facility: Uuid, now: DateTime<Utc>) -> Result<bool> {
    let last: Option<(DateTime<Utc>,)> = q
        .q("select at from journal_stamp where facility_id = $1 and at <= $2 order by at desc limit 1")
        .bind(facility)
        .bind(now)
        .opt()
        .await?;
    Ok(last.is_none_or(|(last,)| now - last >= AT_LEAST))
}

/// Keeps a time-stamp.
pub async fn keep(q: &mut impl Q, facility: Uuid, stamp: &Stamp<'_>, now: DateTime<Utc>) -> Result<()> {
    q.q(
        "insert into journal_stamp (facility_id, number, response, attested_at, expires_at, at) \
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(facility)
    .bind(stamp.number)
    .bind(stamp.response.to_vec())
    .bind(stamp.attested_at)
    .bind(stamp.expires_at)
    .bind(now)
    .run()
    .await?;
    Ok(())
}

/// The newest checkpoint over at least so many entries that has a time-stamp.
pub async fn newest(q: &mut impl Q, facility: Uuid, size: i64) -> Result<Option<Signed>> {
    q.q(
        "select c.number, c.at, c.size, c.root, c.note from journal_checkpoint c where c.facility_id = $1 and c.size >= $2 \
         and exists (select 1 from journal_stamp s where s.facility_id = c.facility_id and s.number = c.number) \
         order by c.number desc limit 1",
    )
    .bind(facility)
    .bind(size)
    .opt()
    .await
}

/// The response over a checkpoint, if it has one.
pub async fn response(q: &mut impl Q, facility: Uuid, number: i64) -> Result<Option<Vec<u8>>> {
    let row: Option<(Vec<u8>,)> = q
        .q("select response from journal_stamp where facility_id = $1 and number = $2 order by at limit 1")
        .bind(facility)
        .bind(number)
        .opt()
        .await?;
    Ok(row.map(|(response,)| response))
}
