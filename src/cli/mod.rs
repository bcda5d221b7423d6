//! The command line: `demo`, `generate`, `serve`, `migrate`, `config`, `content`, `openapi`, `verify`, `wechat-simulator`,
//! `admin`.
//!
//! Every fault of the start is one clear line on standard error and exit code 1.

mod admin;
mod content;
mod diff;
mod foreign;
mod keys;
mod log;
mod notices;
mod openapi;
mod seal;
mod trial;
mod verify;
mod wechat_simulator;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::app::{self, Parts, StartFault, listen};
use crate::base::Clock;
use crate::config::Config;
use crate::db::{Db, Durability, grants, sqlite_path};
use crate::demo;
use crate::vault::Given;

/// Muan 母安: labor analgesia as one managed service.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    /// A TOML file of settings, also as `MUAN_CONFIG`; `MUAN_…` of the environment goes before it.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The whole system on an embedded database, with one hospital and sixty synthetic women.
    Demo(demo::Options),
    /// Fills a data directory for `demo`, in a process of its own.
    #[command(hide = true)]
    Seed(demo::Options),
    /// Fills an empty database with made-up births, to measure with.
    Generate(demo::crowd::Options),
    /// The real thing: settings by file and environment.
    Serve,
    /// Brings the database to the newest schema.
    Migrate {
        /// Gives this role of PostgreSQL what the service needs, and of immutable tables only reading and adding.
        #[arg(long)]
        grant: Option<String>,
    },
    /// Prints the settings in force, without secrets.
    Config,
    /// Checks content, lists what awaits a clinician, tries answers, compares two directories, reads forms of others.
    #[command(subcommand)]
    Content(content::Command),
    /// Writes the two OpenAPI documents.
    Openapi(openapi::Options),
    /// Verifies evidence bundles and sealed documents, off line; succeeds when all are authentic.
    Verify(verify::Options),
    /// The stand-in for WeChat's servers alone, on this machine's own addresses.
    WechatSimulator(wechat_simulator::Options),
    /// At the machine: a hospital and its first account, the replay of stored assessments.
    #[command(subcommand)]
    Admin(admin::Command),
}

/// Runs the command line.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return refused(&error.to_string()),
    };
    match runtime.block_on(dispatch(cli)) {
        Ok(code) => code,
        Err(fault) => refused(&fault.to_string()),
    }
}

fn refused(why: &str) -> ExitCode {
    eprintln!("muan: {why}");
    ExitCode::FAILURE
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that hands the environment to the settings"
)]
fn load(path: Option<PathBuf>) -> Result<Config, StartFault> {
    let path = path.or_else(|| std::env::var_os("MUAN_CONFIG").map(PathBuf::from));
    Ok(Config::load(path.as_deref(), std::env::vars())?)
}

async fn dispatch(cli: Cli) -> Result<ExitCode, StartFault> {
    let done = ExitCode::SUCCESS;
    match cli.command {
        Command::Demo(options) => demo::run(options).await.map(|()| done),
        Command::Seed(options) => demo::seed(options).await.map(|()| done),
        Command::Generate(options) => demo::crowd::run(options).await.map(|()| done),
        Command::Serve => serve(load(cli.config)?).await.map(|()| done),
        Command::Migrate { grant } => migrate(&load(cli.config)?, grant).await.map(|()| done),
        Command::Config => {
            print!("{}", load(cli.config)?.shown());
            Ok(done)
        }
        Command::Content(command) => Ok(content::run(load(cli.config)?.content, command)),
        Command::Openapi(options) => openapi::run(options).map(|()| done),
        Command::Verify(options) => Ok(verify::run(&options)),
        Command::WechatSimulator(options) => wechat_simulator::run(options).await.map(|()| done),
        Command::Admin(command) => admin::run(load(cli.config)?, command).await,
    }
}

async fn serve(config: Config) -> Result<(), StartFault> {
    app::logs(&config.log);
    let keys = Given::of(&config.keys)?;
    let bound = listen::bind(config.addr, config.admin_addr).await?;
    let parts = Parts {
        keys,
        clock: Clock::system(),
        demo: false,
        durability: Durability::Full,
    };
    let ctx = app::context(&config, parts).await?;
    tracing::info!(addr = %bound.addr, admin = %bound.admin_addr, engine = ctx.db.engine(), "serving");
    listen::serve(ctx, bound).await
}

async fn migrate(config: &Config, role: Option<String>) -> Result<(), StartFault> {
    let db = match config.database.expose() {
        "sqlite" => {
            std::fs::create_dir_all(&config.data)
                .map_err(|error| StartFault::Io(config.data.display().to_string(), error))?;
            Db::sqlite(&sqlite_path(&config.data), Durability::Full).await?
        }
        url => Db::postgres(url, 2).await?,
    };
    println!("the schema is the newest");
    if let Some(role) = role {
        let kept = grants::grant(&db, &role).await?;
        println!("{role} may read and add to {kept} immutable tables and use the others");
    }
    db.close().await;
    Ok(())
}
