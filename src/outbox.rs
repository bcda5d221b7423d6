//! Work that follows a change: a row written in the change's own transaction, done later, at least once.
//!
//! A job is a kind and a small JSON payload of ids. Its handler lives in the slice that cares (`jobs.rs`) and must be
//! idempotent. A job is due by its row's time, so tests move the clock instead of sleeping.
//! Not here: what the jobs do (`app::work`).

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::base::error::Result;
use crate::base::id::FacilityId;
use crate::db::{Db, Q, dialect};

const MOST_ATTEMPTS: i64 = 12;
const LEASE: Duration = Duration::seconds(60);
/// How long a job that was done can still be looked up by an operator.
const KEPT: Duration = Duration::days(3);
/// Jobs that go in one transaction: others wait for it no longer than a moment.
const SWEPT: i64 = 500;

/// Which jobs.
#[derive(Clone, Copy, Debug)]
pub enum Kinds<'a> {
    /// Of these kinds.
    Of(&'a [&'a str]),
    /// Of every other kind.
    AllBut(&'a [&'a str]),
}

impl Kinds<'_> {
    /// The kinds between commas, and whether a job is one of them.
    fn bound(self) -> (String, bool) {
        let (kinds, of) = match self {
            Kinds::Of(kinds) => (kinds, true),
            Kinds::AllBut(kinds) => (kinds, false),
        };
        (format!(",{},", kinds.join(",")), of)
    }
}

/// A job that was claimed.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Job {
    /// Its id: the idempotency key to the outside.
    pub id: Uuid,
    /// The hospital it belongs to.
    pub facility_id: Option<FacilityId>,
    /// What to do.
    pub kind: String,
    payload: String,
    attempts: i64,
    run_at: DateTime<Utc>,
}

impl Job {
    /// How often it was begun, this time included.
    pub fn attempts(&self) -> i64 {
        self.attempts
    }

    /// The payload, typed.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T> {
        Ok(serde_json::from_str(&self.payload)?)
    }
}

/// What to enqueue.
pub struct Message<'a, T> {
    /// The kind, as in `followup.escalate`.
    pub kind: &'a str,
    /// The hospital.
    pub facility: Option<FacilityId>,
    /// Ids only, no personal data.
    pub payload: &'a T,
    /// While a job of this kind with the same key waits, another one is not added.
    pub dedupe: Option<String>,
    /// Not before.
    pub due: DateTime<Utc>,
}

/// Adds a job inside the caller's transaction.
pub async fn enqueue<T: Serialize>(
    q: &mut impl Q,
    id: Uuid,
    message: Message<'_, T>,
    now: DateTime<Utc>,
) -> Result<()> {
    q.q(
        "insert into job (id, facility_id, kind, payload, dedupe_key, state, attempts, run_at, created_at) \
         values ($1, $2, $3, $4, $5, 'ready', 0, $6, $7) \
         on conflict (kind, dedupe_key) where state in ('ready','leased') do nothing",
    )
    .bind(id)
    .bind(message.facility)
    .bind(message.kind.to_owned())
    .bind(serde_json::to_string(message.payload)?)
    .bind(message.dedupe)
    .bind(message.due)
    .bind(now)
    .run()
    .await?;
    Ok(())
}

/// Whether a job of a kind waits that is due by then.
pub async fn waits(q: &mut impl Q, kind: &'static str, until: DateTime<Utc>) -> Result<bool> {
    let row: Option<(Uuid,)> = q
        .q("select id from job where kind = $1 and state = 'ready' and run_at <= $2 limit 1")
        .bind(kind.to_owned())
        .bind(until)
        .opt()
        .await?;
    Ok(row.is_some())
}

/// Claims what is due of some kinds, longest due first, at most so many.
pub async fn claim(
    db: &Db,
    worker: &str,
    kinds: Kinds<'_>,
    most: i64,
    now: DateTime<Utc>,
) -> Result<Vec<Job>> {
    let (kinds, of) = kinds.bound();
    let due: Option<(Uuid,)> = db
        .read()
        .q(
            "select id from job where state in ('ready','leased') and run_at <= $1 \
             and (lease_until is null or lease_until < $1) and ($2 like '%,' || kind || ',%') = $3 limit 1",
        )
        .bind(now)
        .bind(kinds.clone())
        .bind(of)
        .opt()
        .await?;
    if due.is_none() {
        return Ok(Vec::new());
    }
    let mut tx = db.begin().await?;
    let mut jobs: Vec<Job> = tx
        .q(dialect::CLAIM_JOBS)
        .bind(now)
        .bind(most)
        .bind(now + LEASE)
        .bind(worker.to_owned())
        .bind(kinds)
        .bind(of)
        .all()
        .await?;
    tx.commit().await?;
    // Neither engine says in which order an update returns its rows.
    jobs.sort_by_key(|job| (job.run_at, job.id));
    Ok(jobs)
}

/// Marks a job done; a lease that was lost in between changes nothing.
pub async fn finish(db: &Db, worker: &str, job: &Job) -> Result<()> {
    let mut tx = db.begin().await?;
    tx.q("update job set state = 'done', lease_until = null where id = $1 and leased_by = $2 and attempts = $3")
        .bind(job.id)
        .bind(worker.to_owned())
        .bind(job.attempts)
        .run()
        .await?;
    tx.commit().await
}

/// Puts a job back that is to be done at another time, without a fault; finishing it then changes nothing. One whose lease
/// was lost in between belongs to somebody else and stays as it is.
pub async fn put_back(q: &mut impl Q, job: &Job, due: DateTime<Utc>) -> Result<()> {
    q.q(
        "update job set state = 'ready', attempts = 0, run_at = $3, lease_until = null, leased_by = null \
         where id = $1 and attempts = $2 and state = 'leased'",
    )
    .bind(job.id)
    .bind(job.attempts)
    .bind(due)
    .run()
    .await?;
    Ok(())
}

/// Takes away some of the jobs that were done days ago; how many. Nothing reads them: what may happen once is
/// kept where it happened.
pub async fn sweep(db: &Db, now: DateTime<Utc>) -> Result<u64> {
    let mut tx = db.begin().await?;
    let gone = tx
        .q(
            "delete from job where id in (select id from job where state = 'done' and run_at < $1 and created_at < $1 \
            limit $2)",
        )
        .bind(now - KEPT)
        .bind(SWEPT)
        .run()
        .await?;
    tx.commit().await?;
    Ok(gone)
}

/// How many jobs were put aside for good.
pub async fn count_dead(db: &Db) -> Result<i64> {
    let (count,): (i64,) = db
        .read()
        .q("select count(*) from job where state = 'dead'")
        .one()
        .await?;
    Ok(count)
}

/// Puts a job back with a growing pause, a little shorter by chance, or aside for good. `code` names the fault without any
/// data.
pub async fn fail(db: &Db, worker: &str, job: &Job, code: &str, now: DateTime<Utc>) -> Result<()> {
    let pause = Duration::seconds(1 << job.attempts.clamp(0, 11));
    // What failed together comes again one by one.
    let sooner = pause.num_milliseconds() as f64 * rand::random::<f64>() / 4.0;
    let pause = pause - Duration::milliseconds(sooner as i64);
    let state = if job.attempts >= MOST_ATTEMPTS {
        "dead"
    } else {
        "ready"
    };
    let mut tx = db.begin().await?;
    tx.q(
        "update job set state = $4, run_at = $5, lease_until = null, last_error = $6 \
          where id = $1 and leased_by = $2 and attempts = $3",
    )
    .bind(job.id)
    .bind(worker.to_owned())
    .bind(job.attempts)
    .bind(state.to_owned())
    .bind(now + pause)
    .bind(code.to_owned())
    .run()
    .await?;
    tx.commit().await
}
