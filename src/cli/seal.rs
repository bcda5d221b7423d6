//! What an operator does with the seal: whom to believe, how the proofs of time stand, asking time authorities again.

use std::process::ExitCode;

use clap::Subcommand;

use crate::app::StartFault;
use crate::base::error::Result;
use crate::consent::sealing::{self, attest};
use crate::ctx::Ctx;
use crate::evidence::revocation::LARGEST_IN_FILES;

#[derive(Subcommand)]
pub enum Command {
    /// Prints the `trust.json` that verifiers need: roots, certificates, keys of the log. To be published.
    Trust,
    /// Prints how many documents are sealed, how many wait for their time, and when the next renewal is due; ends with 1 when
    /// time authorities gave nothing for so long that nobody asks them any more.
    Coverage,
    /// Has time authorities asked again about every seal without a time, and every document sealed that has no seal.
    Again,
}

pub async fn run(ctx: &Ctx, command: Command) -> std::result::Result<ExitCode, StartFault> {
    match command {
        Command::Trust => trust(ctx).await,
        Command::Coverage => coverage(ctx).await,
        Command::Again => again(ctx).await,
    }
    .map_err(StartFault::Act)
}

async fn trust(ctx: &Ctx) -> Result<ExitCode> {
    let trust = sealing::revocation::trusted(&mut ctx.view(), ctx).await?;
    println!("{}", serde_json::to_string(&trust)?);
    Ok(ExitCode::SUCCESS)
}

async fn coverage(ctx: &Ctx) -> Result<ExitCode> {
    let found = attest::coverage(ctx).await?;
    println!(
        "{} sealed, {} wait for their time, {} given up",
        found.sealed, found.pending, found.failed
    );
    if let Some(since) = found.waiting_since {
        println!("the oldest waits since {since}");
    }
    if let Some(due) = found.next_renewal {
        println!("the next renewal is due {due}");
    }
    if found.lists_left_out > 0 {
        println!(
            "the revocation lists of {} certificates are larger than {} KiB: documents and bundles are without them, the \
             database keeps them",
            found.lists_left_out,
            LARGEST_IN_FILES >> 10
        );
    }
    Ok(if found.failed > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

async fn again(ctx: &Ctx) -> Result<ExitCode> {
    let asked = attest::again(ctx).await?;
    sealing::begin(ctx).await?;
    println!("{asked} are asked about again; the service does it within seconds");
    Ok(ExitCode::SUCCESS)
}
