//! What an operator does with the key that wraps all data keys.

use clap::Subcommand;

use crate::app::{StartFault, rotation};
use crate::ctx::Ctx;
use crate::vault::Progress;

#[derive(Subcommand)]
pub enum Command {
    /// Prints the name of the key that wraps, and how many data keys are under it and under others.
    Status,
    /// Makes the next key of the key service (`keys.service`). It wraps from the next start of the service on; then
    /// `rotate`.
    Next,
    /// Wraps all data keys under the key that the settings name; the one before stands in `keys.others` meanwhile. It tells
    /// how far it is, and may be interrupted and begun again. When nothing is left, the old key can go.
    Rotate,
}

pub async fn run(ctx: &Ctx, command: Command) -> Result<(), StartFault> {
    let done = match command {
        Command::Status => ctx.vault.progress(&mut ctx.view()).await,
        Command::Next => {
            rotation::make_next(ctx).await.map_err(StartFault::Act)?;
            println!("the next key is made; it wraps once the service has been started again");
            return Ok(());
        }
        Command::Rotate => rotation::rotate(ctx, |progress| told(ctx, progress)).await,
    };
    told(ctx, done.map_err(StartFault::Act)?);
    Ok(())
}

fn told(ctx: &Ctx, Progress { done, left }: Progress) {
    println!("{}: {done} data keys, under others {left}", ctx.vault.key_id());
}
