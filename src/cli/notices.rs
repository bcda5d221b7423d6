//! What an operator does with notices that could not be sent.

use std::process::ExitCode;

use clap::Subcommand;
use uuid::Uuid;

use crate::app::StartFault;
use crate::base::error::Result;
use crate::base::id::DeliveryId;
use crate::ctx::Ctx;
use crate::episode::jobs;

#[derive(Subcommand)]
pub enum Command {
    /// Lists deliveries that were given up and whose notices left the house in no other way; ends with 1 if there are any.
    /// She finds the notices in the app all the same.
    Dead,
    /// Has those sent anew by the service, or one of them.
    Retry {
        /// The delivery; all of them unless given.
        id: Option<Uuid>,
    },
}

pub async fn run(ctx: &Ctx, command: Command) -> std::result::Result<ExitCode, StartFault> {
    match command {
        Command::Dead => dead(ctx).await,
        Command::Retry { id } => retry(ctx, id).await,
    }
    .map_err(StartFault::Act)
}

async fn dead(ctx: &Ctx) -> Result<ExitCode> {
    let dead = jobs::dead(ctx).await?;
    for one in &dead {
        println!(
            "{} {} by {} of hospital {}: {} after {} tries{}",
            one.id,
            one.kind,
            one.channel.word(),
            one.facility,
            one.reason.as_deref().unwrap_or("unknown"),
            one.tries,
            one.ended_at.map(|at| format!(", {at}")).unwrap_or_default(),
        );
    }
    Ok(if dead.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn retry(ctx: &Ctx, id: Option<Uuid>) -> Result<ExitCode> {
    let revived = jobs::revive(ctx, id.map(DeliveryId)).await?;
    println!("{revived} are tried again; the service does it within seconds");
    Ok(ExitCode::SUCCESS)
}
