//! What an operator does with the log: its key, an audit, taking it as it came back from a backup.

use std::process::ExitCode;

use clap::Subcommand;
use uuid::Uuid;

use crate::app::{self, StartFault};
use crate::base::error::{Error, Noun};
use crate::ctx::Ctx;
use crate::journal::PLATFORM;
use crate::journal::audit::{self, Scope};
use crate::people;

/// How the log is named that belongs to no hospital.
const NO_HOSPITAL: &str = "platform";

#[derive(Subcommand)]
pub enum Command {
    /// Prints the verifier key of the checkpoints, for those who check them.
    Key,
    /// Hashes every log again and compares it with its checkpoints and receipts; prints what does not hold and ends with 1
    /// if there is any. It never repairs.
    Audit {
        /// The code of one hospital, or `platform`.
        #[arg(long)]
        facility: Option<String>,
    },
    /// Takes a log as it came back from a backup, shorter than its copy outside, so that the service writes again. It is
    /// journaled.
    AcceptRestore {
        /// The code of the hospital, or `platform`.
        facility: String,
    },
}

pub async fn run(ctx: &Ctx, command: Command) -> Result<ExitCode, StartFault> {
    match command {
        Command::Key => {
            println!("{}", ctx.log.key.public());
            Ok(ExitCode::SUCCESS)
        }
        Command::Audit { facility } => {
            let logs = match facility {
                Some(code) => vec![log(ctx, &code).await.map_err(StartFault::Act)?],
                None => audit::logs(&ctx.db).await.map_err(StartFault::Act)?,
            };
            audit_all(ctx, logs).await.map_err(StartFault::Act)
        }
        Command::AcceptRestore { facility } => {
            let log = log(ctx, &facility).await.map_err(StartFault::Act)?;
            match app::log::accept_restore(ctx, log)
                .await
                .map_err(StartFault::Act)?
            {
                Some((here, outside)) => println!("{log}: taken with {here} entries; its copy has {outside}"),
                None => println!("{log}: it continues its copy, there is nothing to take"),
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn log(ctx: &Ctx, code: &str) -> Result<Uuid, Error> {
    if code == NO_HOSPITAL {
        return Ok(PLATFORM);
    }
    let facilities = people::facts::facilities(&mut ctx.view()).await?;
    let found = facilities.into_iter().find(|facility| facility.code == code);
    Ok(found.ok_or(Error::Missing(Noun::Facility))?.id.into())
}

async fn audit_all(ctx: &Ctx, logs: Vec<Uuid>) -> Result<ExitCode, Error> {
    let mut code = ExitCode::SUCCESS;
    for log in logs {
        let audit = app::log::audit_one(ctx, log, Scope::Whole).await?;
        println!("{log}: {} entries, {} faults", audit.entries, audit.faults);
        for found in &audit.found {
            println!("{log}: {} at {}", found.fault.word(), found.place);
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}
