//! `muan wechat-simulator`: the stand-in for WeChat's servers alone, for a mini-program in development or another service.
//!
//! Its state is gone when it ends, its clock is its own, and it listens on the loopback interface only.

use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;

use crate::app::{StartFault, listen};
use crate::base::Clock;
use crate::wechat::Secret;
use crate::wechat::simulator::{Advance, Settings, Simulator};

/// Options of `wechat-simulator`.
#[derive(Args)]
pub struct Options {
    /// Where it listens: an address of this machine's own.
    #[arg(long, default_value = "127.0.0.1:8070")]
    addr: SocketAddr,
    /// The one app id that it knows.
    #[arg(long, default_value = "wxdemo0000000001")]
    app_id: String,
    /// The secret of the app. It protects nothing but this simulator.
    #[arg(long, default_value = "the simulator's secret")]
    app_secret: String,
}

/// Listens until it is told to stop.
pub async fn run(options: Options) -> Result<(), StartFault> {
    let clock = Clock::system();
    let (now, advance) = (clock.clone(), clock);
    let settings = Settings {
        app_id: options.app_id,
        app_secret: Secret::new(options.app_secret),
        templates: Vec::new(),
        allowed_ips: Vec::new(),
    };
    let advance: Advance = Arc::new(move |seconds| advance.advance(seconds));
    let failed = |error| StartFault::Io(format!("the simulator on {}", options.addr), error);
    let running = Simulator::start(options.addr, settings, Arc::new(move || now.now()), Some(advance))
        .await
        .map_err(failed)?;
    let told = async {
        println!("simulating WeChat on {}", running.base_url());
        std::future::pending::<()>().await;
    };
    // In this order: whoever reads that it runs may end it.
    tokio::select! {
        biased;
        () = listen::signalled() => {}
        () = told => {}
    }
    running.shutdown().await;
    Ok(())
}
