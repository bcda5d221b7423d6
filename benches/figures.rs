//! How long the indicators of a year by month take over a crowd of made-up births, and the board of the ward beside them:
//! `cargo bench --bench figures` takes a million births of one year in a file, `-- 100000` so many, `-- 1000000 3650` over so
//! many days, of which the first 365 are asked for, `-- 1000000 postgres://…` in an empty database of that address.
//!
//! Told are the first question, when nothing was ever counted; the same question again (p50, p95); and the question after
//! each time something of one of its days has changed. Over its limit is a bench that fails.

mod hospital;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use chrono::{Datelike, NaiveDate};
use hospital::{Outcome, Took, ward};
use muan::app;
use muan::ctx::Ctx;
use muan::db::{Durability, Q};
use muan::demo::crowd::{self, Crowd};
use muan::demo::seed;
use muan::demo::walk::Walker;
use poem::http::Method;

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BIRTHS: u64 = 1_000_000;
const YEAR: u64 = 365;
const WOMEN: usize = 20;
const ROUNDS: usize = 100;
/// How often the first question is asked at most.
const MOST_ASKED: usize = 30;
const LIMIT: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    // Tests that take in every target start this program as well, but without this argument.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("only `cargo bench` measures");
        return ExitCode::SUCCESS;
    }
    let mut numbers = std::env::args().filter_map(|argument| argument.parse().ok());
    let births = (numbers.next().unwrap_or(BIRTHS), numbers.next().unwrap_or(YEAR));
    let database = std::env::args().find(|argument| argument.starts_with("postgres"));
    let done = tokio::runtime::Runtime::new()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(measure(births, database)));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

/// Whether everything stayed within its limit.
async fn measure((births, days): (u64, u64), database: Option<String>) -> Outcome<bool> {
    let data = tempfile::tempdir()?;
    let (ctx, simulator) = hospital::empty(data.path(), database.as_deref(), Durability::Off).await?;
    let from = NaiveDate::from_ymd_opt(2025, 1, 1).ok_or("no such day")?;
    let crowd = Crowd {
        births,
        from,
        days: u32::try_from(days)?,
        seed: 1,
    };
    crowd::fill(&ctx, &crowd).await?;
    let service = app::endpoint(&ctx);
    let walker = Walker::new(
        &ctx,
        &service,
        &simulator.simulator,
        seed::FACILITY,
        seed::PASSWORD,
    );
    let quality = walker.quality().await?;
    let path = format!("/indicators?from={from}&to={}-12-31&by=month", from.year());
    let ask = async || {
        let begun = Instant::now();
        let answer = quality
            .ask(walker.service, Method::GET, &path, None, None)
            .await?;
        let elapsed = begun.elapsed();
        let rows = answer.body["items"].as_array().map_or(0, Vec::len);
        match rows {
            0 => Err("no figures".into()),
            _ => Outcome::Ok(elapsed),
        }
    };
    // What a question that took too long has counted stays: the next one goes on.
    let (begun, mut asked) = (Instant::now(), 1);
    while let Err(refused) = ask().await {
        asked += 1;
        if asked > MOST_ASKED {
            return Err(refused);
        }
    }
    let first = begun.elapsed();
    let (mut again, mut changed) = (Took::default(), Took::default());
    for _ in 0..ROUNDS {
        again.add(ask().await?);
    }
    for round in 0..ROUNDS {
        change(&ctx, round).await?;
        changed.add(ask().await?);
    }
    let engine = ctx.db.engine();
    println!(
        "{births} births in {days} days, {engine}: the first question {:.1} s, asked {asked} times",
        first.as_secs_f64()
    );
    println!("the same again: {}", again.shown(LIMIT));
    println!("after a change of one day: {}", changed.shown(LIMIT));
    ward::fill(&walker, WOMEN).await?;
    let board = ward::board(&walker, WOMEN).await?;
    println!("board of {WOMEN} women beside them: {}", board.shown(ward::LIMIT));
    ctx.db.close().await;
    simulator.shutdown().await;
    let within = |took: &Took, limit| took.percent(95) <= limit;
    Ok(within(&again, LIMIT) && within(&changed, LIMIT) && within(&board, ward::LIMIT))
}

/// What any act of a ward on a birth does to its day.
async fn change(ctx: &Ctx, round: usize) -> Outcome<()> {
    let mut tx = ctx.db.begin().await?;
    tx.q("update labor set requested_at = requested_at where id in \
          (select id from labor where born_at is not null order by facility_id, born_at, id limit 1 offset $1)")
        .bind(i64::try_from(round * 10)?)
        .run()
        .await?;
    tx.commit().await?;
    Ok(())
}
