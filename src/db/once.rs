//! Idempotency inside the caller's transaction: the key's row is inserted first, the answer is kept with it.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::{Q, Tx, dialect};
use crate::base::Code;
use crate::base::error::{Error, Result};

/// How long a key answers.
const KEPT: Duration = Duration::hours(24);

/// What a key turned out to be.
pub enum Claim {
    /// New: go on.
    Fresh,
    /// Known, with its sealed answer.
    Answered {
        /// The row whose column the answer is bound to.
        id: Uuid,
        /// The sealed answer.
        answer: Vec<u8>,
    },
}

/// Claims a key for a caller.
///
/// Errors: `http.idempotency_key_reused` when it came with another body, `http.request_in_progress` when the first
/// call has not finished within 5 s.
pub async fn claim(
    tx: &mut Tx,
    id: Uuid,
    caller: &str,
    key: &str,
    fingerprint: &[u8],
    now: DateTime<Utc>,
) -> Result<Claim> {
    tx.q("delete from idempotency where caller = $1 and key = $2 and expires_at <= $3")
        .bind(caller.to_owned())
        .bind(key.to_owned())
        .bind(now)
        .run()
        .await?;
    tx.q(dialect::WAIT_FOR_TWIN).run().await?;
    let inserted = tx
        .q(
            "insert into idempotency (id, caller, key, fingerprint, expires_at) values ($1, $2, $3, $4, $5) \
            on conflict (caller, key) do nothing",
        )
        .bind(id)
        .bind(caller.to_owned())
        .bind(key.to_owned())
        .bind(fingerprint.to_vec())
        .bind(now + KEPT)
        .run()
        .await
        .map_err(in_progress)?;
    tx.q(dialect::WAIT_AS_USUAL).run().await?;
    if inserted == 1 {
        return Ok(Claim::Fresh);
    }
    let (id, known, answer): (Uuid, Vec<u8>, Option<Vec<u8>>) = tx
        .q("select id, fingerprint, answer from idempotency where caller = $1 and key = $2")
        .bind(caller.to_owned())
        .bind(key.to_owned())
        .one()
        .await?;
    match answer {
        _ if known != fingerprint => Err(Error::Invalid(Code::HttpIdempotencyKeyReused, Vec::new())),
        Some(answer) => Ok(Claim::Answered { id, answer }),
        None => Err(Error::Refused(Code::HttpRequestInProgress)),
    }
}

/// The row and sealed answer of a key that was answered; none while it is new or running.
pub async fn answered(
    q: &mut impl Q,
    caller: &str,
    key: &str,
    fingerprint: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<(Uuid, Vec<u8>)>> {
    q.q("select id, answer from idempotency \
         where caller = $1 and key = $2 and fingerprint = $3 and expires_at > $4 and answer is not null")
        .bind(caller.to_owned())
        .bind(key.to_owned())
        .bind(fingerprint.to_vec())
        .bind(now)
        .opt()
        .await
}

/// Gives a claimed key back: the same request is judged anew.
pub async fn release(tx: &mut Tx, id: Uuid) -> Result<()> {
    tx.q("delete from idempotency where id = $1")
        .bind(id)
        .run()
        .await?;
    Ok(())
}

/// Keeps the sealed answer of a claimed key.
pub async fn keep(tx: &mut Tx, id: Uuid, answer: Vec<u8>) -> Result<()> {
    tx.q("update idempotency set answer = $2 where id = $1")
        .bind(id)
        .bind(answer)
        .run()
        .await?;
    Ok(())
}

/// Keys whose day is over; nobody asks for their answers any more.
pub async fn expired(q: &mut impl Q, now: DateTime<Utc>, limit: i64) -> Result<Vec<Uuid>> {
    let rows: Vec<(Uuid,)> = q
        .q("select id from idempotency where expires_at <= $1 order by expires_at limit $2")
        .bind(now)
        .bind(limit)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// PostgreSQL's lock timeout (55P03) means that the twin still runs.
fn in_progress(error: Error) -> Error {
    match &error {
        Error::Broken(cause)
            if cause
                .downcast_ref::<sqlx::Error>()
                .and_then(|e| e.as_database_error())
                .and_then(|e| e.code())
                .is_some_and(|code| code == "55P03") =>
        {
            Error::Refused(Code::HttpRequestInProgress)
        }
        _ => error,
    }
}
