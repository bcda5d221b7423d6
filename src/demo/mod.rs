//! `muan demo`: the whole system on an embedded database, with the WeChat simulator, one hospital, a staff account of
//! each role and sixty synthetic women who came to where they are through the real acts.
//!
//! The women are made in a process of its own, so that its memory does not stay. A second start reuses the data.

mod client;
pub mod crowd;
pub mod healthy;
pub mod messages;
pub mod reload;
pub mod walk;
mod walk_consent;
pub mod walk_labor;
pub mod welcome;

pub mod seed;

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use crate::app::{self, Parts, StartFault, listen};
use crate::base::Clock;
use crate::config::{Config, SecondFactor, Secret};
use crate::ctx::Ctx;
use crate::db::Durability;
use crate::vault::{Given, Kek};
use crate::wechat;
use crate::wechat::simulator::{self, Simulator};

const APP_ID: &str = "wxdemo0000000001";
const APP_SECRET: &str = "the simulator's secret";
const PUSH_TOKEN: &str = "the simulator's token";
const PUSH_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const SEEDED: &str = "seeded";
const KEY_FILE: &str = "demo.key";

/// Options of `demo`.
#[derive(Args, Clone)]
pub struct Options {
    /// Where everything is kept.
    #[arg(long, default_value = "./muan-data")]
    data: PathBuf,
    /// The public listener.
    #[arg(long, default_value = "127.0.0.1:8080")]
    addr: SocketAddr,
    /// The listener of `/metrics`; a free port unless given.
    #[arg(long, default_value = "127.0.0.1:0")]
    admin_addr: SocketAddr,
    /// The listener of the WeChat simulator; a free port unless given.
    #[arg(long, default_value = "127.0.0.1:0")]
    simulator_addr: SocketAddr,
    /// A content directory instead of the built-in one; edits are seen at once.
    #[arg(long)]
    content: Option<PathBuf>,
    /// Log level.
    #[arg(long, default_value = "warn")]
    log: String,
}

/// Seeds the directory if it is new, then serves until stopped.
pub async fn run(options: Options) -> Result<(), StartFault> {
    app::logs(&options.log);
    prepare(&options.data)?;
    // Taken before the seeding: a port in use shall be told at once, not after minutes.
    let bound = listen::bind(options.addr, options.admin_addr).await?;
    if !options.data.join(SEEDED).exists() {
        seed_in_a_child(&options).await?;
    }
    let clock = Clock::system();
    let simulator = start_simulator(options.simulator_addr, &clock).await?;
    let public = format!("http://{}", bound.addr);
    let ctx = app::context(
        &config(&options, &simulator, &public),
        parts(&options.data, clock)?,
    )
    .await?;
    let welcome = welcome::Welcome {
        base_url: public,
        admin_url: format!("http://{}", bound.admin_addr),
        simulator_url: simulator.base_url(),
    };
    simulator.simulator.push_to(simulator::Callback {
        url: format!("http://{}/wechat/events", bound.addr),
        token: wechat::Secret::new(PUSH_TOKEN),
        key: Some(wechat::Secret::new(PUSH_KEY)),
        automatic: true,
    });
    welcome.write(&options.data)?;
    welcome.print(&options.data);
    let renewed = reload::Renewed::new(&ctx);
    let watching = tokio::spawn(renewed.clone().watch());
    listen::serve_as(ctx, bound, renewed).await?;
    watching.abort();
    simulator.shutdown().await;
    Ok(())
}

/// Fills the directory: the child's whole work.
pub async fn seed(options: Options) -> Result<(), StartFault> {
    app::logs(&options.log);
    prepare(&options.data)?;
    let clock = seed::beginning();
    let simulator = start_simulator(([127, 0, 0, 1], 0).into(), &clock).await?;
    let config = config(&options, &simulator, &format!("http://{}", options.addr));
    let ctx: Ctx = app::context(&config, parts(&options.data, clock)?).await?;
    seed::fill(&ctx, &simulator.simulator)
        .await
        .map_err(|stopped| StartFault::Seed(Box::new(stopped)))?;
    ctx.db.close().await;
    simulator.shutdown().await;
    let marker = options.data.join(SEEDED);
    std::fs::write(&marker, "").map_err(|error| StartFault::Io(marker.display().to_string(), error))
}

fn prepare(data: &Path) -> Result<(), StartFault> {
    let io = |error| StartFault::Io(format!("can't write to {}", data.display()), error);
    std::fs::create_dir_all(data).map_err(io)?;
    let probe = data.join(".writable");
    std::fs::write(&probe, "").map_err(io)?;
    std::fs::remove_file(&probe).map_err(io)
}

async fn seed_in_a_child(options: &Options) -> Result<(), StartFault> {
    let failed = |error| StartFault::Io("the seeding".to_owned(), error);
    // A seeding that was cut off left half a hospital: it begins anew.
    for name in ["muan.db", "muan.db-wal", "muan.db-shm"] {
        let path = options.data.join(name);
        if path.exists() {
            std::fs::remove_file(&path).map_err(failed)?;
        }
    }
    let program = std::env::current_exe().map_err(failed)?;
    let mut child = tokio::process::Command::new(program);
    child
        .arg("seed")
        .arg("--data")
        .arg(&options.data)
        .arg("--log")
        .arg(&options.log)
        .args(
            options
                .content
                .iter()
                .flat_map(|folder| [OsStr::new("--content"), folder.as_os_str()]),
        )
        .kill_on_drop(true);
    let status = child.status().await.map_err(failed)?;
    if status.success() {
        Ok(())
    } else {
        Err(failed(std::io::Error::other("it did not finish")))
    }
}

async fn start_simulator(addr: SocketAddr, clock: &Clock) -> Result<simulator::Handle, StartFault> {
    let (now, advance) = (clock.clone(), clock.clone());
    let settings = simulator::Settings {
        app_id: APP_ID.to_owned(),
        app_secret: wechat::Secret::new(APP_SECRET),
        templates: messages::at_wechat(),
        allowed_ips: Vec::new(),
    };
    let advance: simulator::Advance = Arc::new(move |seconds| advance.advance(seconds));
    Simulator::start(addr, settings, Arc::new(move || now.now()), Some(advance))
        .await
        .map_err(|error| StartFault::Io(format!("the simulator on {addr}"), error))
}

fn config(options: &Options, simulator: &simulator::Handle, public_url: &str) -> Config {
    let mut config = Config {
        data: options.data.clone(),
        public_url: public_url.to_owned(),
        content: options.content.clone(),
        ..Config::default()
    };
    config.rate_per_minute = 6000;
    // Whoever tries it out has no app at hand; every document says that there was none.
    config.sessions.second_factor = SecondFactor::Optional;
    config.wechat.app_id = APP_ID.to_owned();
    config.wechat.app_secret = Secret::from(APP_SECRET);
    config.wechat.base_url = Some(simulator.base_url());
    config.wechat.allow_other_base = true;
    config.wechat.templates = messages::settings();
    config.wechat.push_token = Some(Secret::from(PUSH_TOKEN));
    config.wechat.push_key = Some(Secret::from(PUSH_KEY));
    config
}

/// The key lies beside the database: good enough for made-up women, and nothing is to be set up.
fn parts(data: &Path, clock: Clock) -> Result<Parts, StartFault> {
    let path = data.join(KEY_FILE);
    let io = |error| StartFault::Io(path.display().to_string(), error);
    if !path.exists() {
        std::fs::write(&path, Kek::random().to_hex().as_bytes()).map_err(io)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).map_err(io)?;
        }
    }
    let keys = crate::config::Keys {
        file: Some(path),
        ..crate::config::Keys::default()
    };
    Ok(Parts {
        keys: Given::of(&keys)?,
        clock,
        demo: true,
        durability: Durability::Full,
    })
}
