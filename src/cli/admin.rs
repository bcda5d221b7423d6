//! What an operator does at the machine: a hospital and its first accounts, the proof that stored assessments hold.

use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};

use super::{keys, log, notices, seal};
use crate::app::{self, Parts, StartFault};
use crate::assessment::{self, Made, Replayed};
use crate::base::{Clock, Role};
use crate::config::Config;
use crate::ctx::Ctx;
use crate::db::Durability;
use crate::people::model::Settings;
use crate::people::{StaffDraft, admin};
use crate::quality;
use crate::vault::Given;

#[derive(Subcommand)]
pub enum Command {
    /// A hospital.
    #[command(subcommand)]
    Facility(Facility),
    /// An account.
    #[command(subcommand)]
    Staff(Staff),
    /// Makes every stored assessment again from the answers that are kept and compares it byte for byte; prints the ids of
    /// those that differ and ends with 1 if there are any.
    ReplayAssessments,
    /// The log.
    #[command(subcommand)]
    Log(log::Command),
    /// The key that wraps all data keys.
    #[command(subcommand)]
    Keys(keys::Command),
    /// The seal.
    #[command(subcommand)]
    Seal(seal::Command),
    /// Notices that could not be sent.
    #[command(subcommand)]
    Notices(notices::Command),
}

#[derive(Subcommand)]
pub enum Facility {
    /// Adds a hospital.
    Add {
        /// What staff type at log-in, 2–32 of a-z 0-9 -.
        code: String,
        /// Its name.
        name: String,
        /// The 24-hour telephone.
        phone: String,
    },
}

#[derive(Subcommand)]
pub enum Staff {
    /// Adds an account and prints its one-time password.
    Add {
        /// The code of the hospital.
        facility: String,
        /// What is typed at log-in.
        username: String,
        /// Name as on documents.
        name: String,
        /// Role.
        #[arg(value_enum)]
        role: RoleArg,
        /// License number; an anesthesiologist needs one to countersign.
        #[arg(long)]
        license: Option<String>,
        /// Senior anesthesiologist.
        #[arg(long)]
        senior: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub enum RoleArg {
    Midwife,
    Obstetrician,
    Anesthesiologist,
    Quality,
    Admin,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Role {
        match role {
            RoleArg::Midwife => Role::Midwife,
            RoleArg::Obstetrician => Role::Obstetrician,
            RoleArg::Anesthesiologist => Role::Anesthesiologist,
            RoleArg::Quality => Role::Quality,
            RoleArg::Admin => Role::Admin,
        }
    }
}

pub async fn run(config: Config, command: Command) -> Result<ExitCode, StartFault> {
    let keys = Given::of(&config.keys)?;
    let parts = Parts {
        keys,
        clock: Clock::system(),
        demo: false,
        durability: Durability::Full,
    };
    let ctx = app::context(&config, parts).await?;
    let mut code = ExitCode::SUCCESS;
    match command {
        Command::Facility(Facility::Add { code, name, phone }) => {
            let added = admin::add_facility(&ctx, &code, &name, &phone, Settings::default()).await;
            let facility = added.map_err(StartFault::Act)?;
            quality::jobs::begin(&ctx).await.map_err(StartFault::Act)?;
            println!("{} {}", facility.code, facility.id);
        }
        Command::Staff(Staff::Add {
            facility,
            username,
            name,
            role,
            license,
            senior,
        }) => {
            let draft = StaffDraft {
                username,
                name,
                license,
                title: String::new(),
                role: role.into(),
                senior,
                grants: Vec::new(),
                consent_privilege: None,
                disabled: false,
            };
            let new = admin::add_staff(&ctx, &facility, draft, None)
                .await
                .map_err(StartFault::Act)?;
            println!("{} {}", new.staff.username, new.one_time_password);
        }
        Command::ReplayAssessments => code = replay(&ctx).await?,
        Command::Log(command) => code = log::run(&ctx, command).await?,
        Command::Keys(command) => keys::run(&ctx, command).await?,
        Command::Seal(command) => code = seal::run(&ctx, command).await?,
        Command::Notices(command) => code = notices::run(&ctx, command).await?,
    }
    ctx.db.close().await;
    Ok(code)
}

/// Ids and the names of rules and members; never a value of an answer.
async fn replay(ctx: &Ctx) -> Result<ExitCode, StartFault> {
    let (mut same, mut other) = (0, 0);
    let mut tell = |one: Replayed| {
        let why = match one.made {
            Made::Same => {
                same += 1;
                return;
            }
            Made::Other(parts) => format!("differs in {}", parts.join(", ")),
            Made::Not(why) => why.to_owned(),
        };
        other += 1;
        println!("{} of review {}: {why}", one.assessment, one.review);
    };
    assessment::replay(ctx, &mut tell)
        .await
        .map_err(StartFault::Act)?;
    println!("{same} assessments came out the same, {other} did not");
    Ok(if other == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
