//! How long the board of the labor ward takes with 20 women on it, each assessed, with a block and 30 observations: p50 and
//! p95 of the request from the first byte to the last, and p95 as a ratio to the 20 ms that a board may take. A board that
//! takes longer fails. `cargo bench --bench board -- 40` puts another number of women on the ward.

mod hospital;

use std::process::ExitCode;

use hospital::{Outcome, ward};
use muan::app;
use muan::db::Durability;
use muan::demo::seed;
use muan::demo::walk::Walker;

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const WOMEN: usize = 20;

fn main() -> ExitCode {
    // Tests that take in every target start this program as well, but without this argument.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("only `cargo bench` measures");
        return ExitCode::SUCCESS;
    }
    let women = std::env::args().find_map(|argument| argument.parse().ok());
    let done = tokio::runtime::Runtime::new()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(measure(women.unwrap_or(WOMEN))));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the board stayed within its limit.
async fn measure(women: usize) -> Outcome<bool> {
    let data = tempfile::tempdir()?;
    let (ctx, simulator) = hospital::open(data.path(), Durability::Off).await?;
    let service = app::endpoint(&ctx);
    let walker = Walker::new(
        &ctx,
        &service,
        &simulator.simulator,
        seed::FACILITY,
        seed::PASSWORD,
    );
    ward::fill(&walker, women).await?;
    let took = ward::board(&walker, women).await?;
    println!("board of {women} women: {}", took.shown(ward::LIMIT));
    ctx.db.close().await;
    simulator.shutdown().await;
    Ok(women > WOMEN || took.percent(95) <= ward::LIMIT)
}
