//! A hospital with its staff in a folder, and the stand-in for WeChat beside it.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use muan::app::{self, Parts};
use muan::base::Clock;
use muan::config::{Config, Secret};
use muan::ctx::Ctx;
use muan::db::Durability;
use muan::demo::seed;
use muan::vault::Kek;
use muan::wechat::simulator::{self, Simulator};

const APP_ID: &str = "wxbench000000001";
const APP_SECRET: &str = "the bench's secret";

pub type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

pub async fn open(data: &Path, durability: Durability) -> Outcome<(Ctx, simulator::Handle)> {
    let clock = Clock::system();
    let simulator = stand_in(&clock).await?;
    let mut config = Config {
        data: data.to_owned(),
        rate_per_minute: 1_000_000,
        ..Config::default()
    };
    config.wechat.app_id = APP_ID.to_owned();
    config.wechat.app_secret = Secret::from(APP_SECRET);
    config.wechat.base_url = Some(simulator.base_url());
    config.wechat.allow_other_base = true;
    let parts = Parts {
        kek: Kek::random(),
        clock,
        demo: true,
        durability,
    };
    let ctx = app::context(&config, parts).await?;
    seed::staff(&ctx).await?;
    Ok((ctx, simulator))
}

async fn stand_in(clock: &Clock) -> Outcome<simulator::Handle> {
    let (now, advance) = (clock.clone(), clock.clone());
    let settings = simulator::Settings {
        app_id: APP_ID.to_owned(),
        app_secret: muan::wechat::Secret::new(APP_SECRET),
        templates: Vec::new(),
        allowed_ips: Vec::new(),
    };
    let advance: simulator::Advance = Arc::new(move |seconds| advance.advance(seconds));
    let here = ([127, 0, 0, 1], 0).into();
    Ok(Simulator::start(here, settings, Arc::new(move || now.now()), Some(advance)).await?)
}
