//! A hospital with its staff in a folder, and the stand-in for WeChat beside it.

#![allow(dead_code, reason = "each bench uses its own part of it")]

pub mod ward;

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use muan::app::{self, Parts};
use muan::base::Clock;
use muan::config::{Config, SecondFactor, Secret};
use muan::ctx::Ctx;
use muan::db::Durability;
use muan::demo::seed;
use muan::vault::Kek;
use muan::wechat::simulator::{self, Simulator};

const APP_ID: &str = "wxbench000000001";
const APP_SECRET: &str = "the bench's secret";

pub type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// How long something took each time.
#[derive(Default)]
pub struct Took(Vec<Duration>);

impl Took {
    pub fn add(&mut self, time: Duration) {
        let place = self.0.partition_point(|other| *other <= time);
        self.0.insert(place, time);
    }

    /// So many of a hundred took no longer.
    pub fn percent(&self, percent: usize) -> Duration {
        self.0
            .get(self.0.len() * percent / 100)
            .copied()
            .unwrap_or_default()
    }

    /// p50, p95 and p95 as a part of what it may take.
    pub fn shown(&self, limit: Duration) -> String {
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        let (p50, p95) = (self.percent(50), self.percent(95));
        format!(
            "p50 {:.2} ms, p95 {:.2} ms, {:.2} of the {} ms that it may take",
            ms(p50),
            ms(p95),
            p95.as_secs_f64() / limit.as_secs_f64(),
            limit.as_millis(),
        )
    }
}

/// With its staff.
pub async fn open(data: &Path, durability: Durability) -> Outcome<(Ctx, simulator::Handle)> {
    let (ctx, simulator) = empty(data, None, durability).await?;
    seed::staff(&ctx).await?;
    Ok((ctx, simulator))
}

/// Without anything, in a file of the folder or in the database of an address.
pub async fn empty(
    data: &Path,
    database: Option<&str>,
    durability: Durability,
) -> Outcome<(Ctx, simulator::Handle)> {
    let clock = Clock::system();
    let simulator = stand_in(&clock).await?;
    let mut config = Config {
        data: data.to_owned(),
        rate_per_minute: 1_000_000,
        ..Config::default()
    };
    if let Some(url) = database {
        config.database = Secret::from(url);
    }
    // As in `demo`: the walk has no app at hand.
    config.sessions.second_factor = SecondFactor::Optional;
    config.wechat.app_id = APP_ID.to_owned();
    config.wechat.app_secret = Secret::from(APP_SECRET);
    config.wechat.base_url = Some(simulator.base_url());
    config.wechat.allow_other_base = true;
    let parts = Parts {
        keys: Kek::random().into(),
        clock,
        demo: true,
        durability,
    };
    let ctx = app::context(&config, parts).await?;
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
