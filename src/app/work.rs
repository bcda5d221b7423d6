//! Work beside the requests: the journal's sequencer, its checkpoints and audits, the jobs of the outbox.
//!
//! [`due`] does what is due and returns, tests call it. The service does the same in loops side by side: what must not wait,
//! at each commit and every second; jobs that wait for somebody else; audits and copies of checkpoints, which take longer.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{apis, keys, log, templates};
use crate::base::error::{Error, Result};
use crate::ctx::Ctx;
use crate::outbox::{self, Job, Kinds};
use crate::{analgesia, assessment, consent, education, episode, followup, forms, journal, people, quality};

/// The poll that finds what a wake-up missed, and jobs whose time has come.
const PULSE: Duration = Duration::from_secs(1);
/// Jobs that one look claims.
const BATCH: i64 = 32;
/// Notices leave the house side by side: a few that wait for an answer hold up nobody else.
const NOTICES: &[&str] = &[episode::jobs::DELIVER];
/// Kinds of jobs that send something to her, each beside the others: one that has begun is finished before a stop, so that
/// nothing is sent twice.
const SENDING: [&[&str]; 5] = [&["consent.send_code"], NOTICES, NOTICES, NOTICES, NOTICES];
/// Kinds of jobs that nothing else waits for, each group beside the others: what asks somebody outside, and what reads or
/// seals whole documents. One that runs at a stop is done again by the next process.
const APART: [&[&str]; 2] = [
    &[
        "consent.timestamp",
        "consent.preserve",
        "consent.revocation",
        "followup.check_text",
    ],
    &["consent.seal", "consent.seal_all", "people.forget"],
];
/// How often the journal is looked at for entries that stay without a place.
const WATCH: Duration = Duration::from_secs(10);
/// How often the log is looked at for audits and copies that are due.
const LOOK: Duration = Duration::from_secs(60);

/// Runs until told to stop, and then once more.
pub async fn run(ctx: Ctx, stop: CancellationToken) {
    let worker = format!("worker-{:016x}", rand::random::<u64>());
    // By its own clock: under load the commits wake this loop without a pause, and none of them should pay for it.
    // Not at once: what a stop left behind is sequenced first.
    let mut watch = tokio::time::interval_at(tokio::time::Instant::now() + WATCH, WATCH);
    let looking = tokio::spawn(look(ctx.clone(), stop.clone()));
    let sending = SENDING.map(|kinds| tokio::spawn(one_after_the_other(ctx.clone(), kinds, stop.clone())));
    let apart = APART.map(|kinds| tokio::spawn(beside(ctx.clone(), kinds, stop.clone())));
    let apart_kinds = [SENDING.concat(), APART.concat()].concat();
    let mut begun = begin(&ctx).await;
    loop {
        tokio::select! {
            () = ctx.wake.notified() => {}
            () = tokio::time::sleep(PULSE) => {}
            _ = watch.tick() => {
                watch_journal(&ctx).await;
                watch_dead(&ctx).await;
            }
            () = stop.cancelled() => break,
        }
        if ctx.log.is_read_only() {
            continue;
        }
        if !begun {
            begun = begin(&ctx).await;
        }
        if let Err(error) = jobs(&ctx, &worker, Kinds::AllBut(&apart_kinds)).await {
            tracing::error!(%error, "the workers stumbled");
        }
    }
    for lane in sending.into_iter().chain(apart) {
        if let Err(error) = lane.await {
            tracing::error!(%error, "jobs that were apart did not end");
        }
    }
    if let Err(error) = looking.await {
        tracing::error!(%error, "the look at the log did not end");
    }
    if ctx.log.is_read_only() {
        return;
    }
    if let Err(error) = journal::sequence(&ctx.db).await {
        tracing::error!(%error, "the journal could not be sequenced at the end");
    }
}

/// Sets the daily looks through behavioral data and at what is due, and the one for documents without a seal, and writes
/// down the keys in use; false while nothing may be written.
async fn begin(ctx: &Ctx) -> bool {
    if ctx.log.is_read_only() {
        return false;
    }
    if let Err(error) = people::jobs::begin(ctx).await {
        tracing::error!(%error, "the daily look through behavioral data could not be set");
    }
    if let Err(error) = quality::jobs::begin(ctx).await {
        tracing::error!(%error, "the daily look at what is due could not be set");
    }
    if let Err(error) = keys::note(ctx).await {
        tracing::error!(%error, "the keys in use could not be written down");
    }
    if let Err(error) = consent::sealing::begin(ctx).await {
        tracing::error!(%error, "documents without a seal could not be looked for");
    }
    true
}

/// Jobs of these kinds until told to stop, which doesn't wait for the one that runs.
async fn beside(ctx: Ctx, kinds: &[&str], stop: CancellationToken) {
    tokio::select! {
        () = one_after_the_other(ctx, kinds, stop.clone()) => {}
        () = stop.cancelled() => {}
    }
}

/// Jobs of these kinds until told to stop, the one that runs to its end.
async fn one_after_the_other(ctx: Ctx, kinds: &[&str], stop: CancellationToken) {
    let worker = format!("worker-{:016x}", rand::random::<u64>());
    while tokio::time::timeout(PULSE, stop.cancelled()).await.is_err() {
        if ctx.log.is_read_only() {
            continue;
        }
        if let Err(error) = one_by_one(&ctx, &worker, kinds, &stop).await {
            tracing::error!(%error, "the workers stumbled");
        }
    }
}

async fn one_by_one(ctx: &Ctx, worker: &str, kinds: &[&str], stop: &CancellationToken) -> Result<()> {
    while !stop.is_cancelled() {
        // Not several: the lease of the last one would be over before its turn.
        let jobs = outbox::claim(&ctx.db, worker, Kinds::Of(kinds), 1, ctx.clock.now()).await?;
        let Some(job) = jobs.first() else {
            break;
        };
        settle(ctx, worker, job).await?;
    }
    Ok(())
}

/// Audits and copies until told to stop; one that runs is left to end.
async fn look(ctx: Ctx, stop: CancellationToken) {
    let mut compared = false;
    while tokio::time::timeout(LOOK, stop.cancelled()).await.is_err() {
        if !compared {
            compared = tokio::select! {
                told = templates::compare(&ctx) => told,
                () = stop.cancelled() => return,
            };
        }
        let looked = tokio::select! {
            looked = over_time(&ctx) => looked,
            // It only reads for long; what it would have written is due again at the next start.
            () = stop.cancelled() => return,
        };
        if let Err(error) = looked {
            tracing::error!(%error, "the log could not be looked at");
        }
    }
}

/// Says aloud when entries wait for their place for too long.
async fn watch_journal(ctx: &Ctx) {
    match journal::overdue(&ctx.db, ctx.clock.now()).await {
        Ok(overdue) => {
            metrics::gauge!("muan_journal_overdue_entries").set(overdue as f64);
            if overdue > 0 {
                tracing::error!(
                    overdue,
                    "incident: journal entries wait for their place for over a minute"
                );
            }
        }
        Err(error) => tracing::error!(%error, "the journal could not be looked at"),
    }
}

/// Says how much was given up and waits for an operator.
async fn watch_dead(ctx: &Ctx) {
    match outbox::count_dead(&ctx.db).await {
        Ok(dead) => metrics::gauge!("muan_jobs_dead").set(dead as f64),
        Err(error) => tracing::error!(%error, "jobs that were given up could not be counted"),
    }
    match episode::jobs::count_dead(ctx).await {
        Ok(dead) => metrics::gauge!("muan_notices_dead").set(dead as f64),
        Err(error) => tracing::error!(%error, "notices that were given up could not be counted"),
    }
}

/// Everything that is due.
pub async fn due(ctx: &Ctx, worker: &str) -> Result<usize> {
    let mut done = 0;
    if !ctx.log.is_read_only() {
        done += at_once(ctx, worker).await?;
    }
    if over_time(ctx).await? {
        // An audit may have called the quality office; what was held back may go on.
        done += at_once(ctx, worker).await?;
    }
    Ok(done)
}

/// Audits and copies, and in a service that has stopped writing, whether it may go on; true when there was any of it.
async fn over_time(ctx: &Ctx) -> Result<bool> {
    if !ctx.log.is_read_only() {
        return log::look(ctx).await;
    }
    log::guard(ctx).await?;
    Ok(!ctx.log.is_read_only())
}

/// Sequences the journal, signs its checkpoints, and does every job that is due, until none is; audits and copies are left.
pub async fn at_once(ctx: &Ctx, worker: &str) -> Result<usize> {
    jobs(ctx, worker, Kinds::AllBut(&[])).await
}

async fn jobs(ctx: &Ctx, worker: &str, kinds: Kinds<'_>) -> Result<usize> {
    let mut done = sequence(ctx).await?;
    loop {
        let jobs = outbox::claim(&ctx.db, worker, kinds, BATCH, ctx.clock.now()).await?;
        if jobs.is_empty() {
            log::sign(ctx).await?;
            return Ok(done);
        }
        for job in jobs {
            done += 1;
            settle(ctx, worker, &job).await?;
        }
        sequence(ctx).await?;
    }
}

/// Gives entries their places and tells those who listen how far the logs are: also of what another process placed.
async fn sequence(ctx: &Ctx) -> Result<usize> {
    let placed = journal::sequence(&ctx.db).await?;
    if ctx.bell.is_heard() {
        ctx.bell.ring(journal::heads(&ctx.db).await?);
    }
    Ok(placed)
}

async fn settle(ctx: &Ctx, worker: &str, job: &Job) -> Result<()> {
    match handle(ctx, job).await {
        Ok(()) => outbox::finish(&ctx.db, worker, job).await,
        Err(error) => {
            tracing::warn!(job.id = %job.id, job.kind = job.kind, %error, "a job failed and will be tried again");
            outbox::fail(&ctx.db, worker, job, &error.to_string(), ctx.clock.now()).await
        }
    }
}

/// The slice that cares does it.
async fn handle(ctx: &Ctx, job: &Job) -> Result<()> {
    if people::jobs::handle(ctx, &apis::keepers(), job).await?
        || episode::jobs::handle(ctx, job).await?
        || education::jobs::handle(ctx, job).await?
        || forms::jobs::handle(ctx, job).await?
        || assessment::jobs::handle(ctx, job).await?
        || consent::jobs::handle(ctx, job).await?
        || analgesia::jobs::handle(ctx, job).await?
        || followup::jobs::handle(ctx, job).await?
        || quality::jobs::handle(ctx, job).await?
    {
        return Ok(());
    }
    tracing::error!(job.kind = job.kind, "a job that no slice knows");
    Err(Error::broken("a job that no slice knows"))
}
