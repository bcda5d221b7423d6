//! `muan generate`: a crowd of made-up births, to try the figures and the ward with a load that no ward has.
//!
//! Rows are written straight into the tables, which no act does; only an empty database takes them, which then is nothing but
//! a place to measure in. The same options give the same births; keys and sealed bytes differ each time.

mod bulk;
mod luck;
mod rows;
mod tables;

use std::path::PathBuf;
use std::time::Instant;

use chrono::{Duration, NaiveDate};
use clap::Args;
use uuid::Uuid;

use super::seed;
use super::walk::Stopped;
use crate::app::{self, Parts, StartFault};
use crate::base::clock::clinic_midnight;
use crate::base::{Clock, Error};
use crate::config::{Config, Secret};
use crate::ctx::Ctx;
use crate::db::run::per;
use crate::db::{Durability, Q};

use bulk::ROWS;
use luck::{Birth, Luck};
use rows::Place;
use tables::Rows;

/// Women in one transaction.
const AT_ONCE: u64 = 2 * ROWS as u64;
/// How often it says how far it is, births.
const SAYS: u64 = 50 * AT_ONCE;

/// How many births, and when.
#[derive(Args, Clone, Debug)]
pub struct Crowd {
    /// How many women give birth.
    #[arg(long, default_value_t = 1_000_000)]
    pub births: u64,
    /// The day of the first birth.
    #[arg(long, default_value = "2025-01-01")]
    pub from: NaiveDate,
    /// Over how many days they are spread.
    #[arg(long, default_value_t = 365)]
    pub days: u32,
    /// Another number gives other births.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Options of `generate`.
#[derive(Args)]
pub struct Options {
    /// Where everything is kept, with the key of what is sealed.
    #[arg(long, default_value = "./muan-crowd")]
    data: PathBuf,
    /// The address of a PostgreSQL database; without one a file in `data`.
    #[arg(long)]
    database: Option<String>,
    #[command(flatten)]
    crowd: Crowd,
}

/// Fills what the options name.
pub async fn run(options: Options) -> Result<(), StartFault> {
    super::prepare(&options.data)?;
    let mut config = Config {
        data: options.data.clone(),
        ..Config::default()
    };
    config.wechat.app_id = super::APP_ID.to_owned();
    config.wechat.app_secret = Secret::from(super::APP_SECRET);
    if let Some(url) = &options.database {
        config.database = Secret::from(url.as_str());
    }
    let parts = Parts {
        durability: Durability::Off,
        ..super::parts(&options.data, Clock::system())?
    };
    let ctx = app::context(&config, parts).await?;
    let filled = fill(&ctx, &options.crowd).await;
    ctx.db.close().await;
    filled.map_err(|unfilled| StartFault::Seed(Box::new(unfilled)))
}

/// Why no crowd was made.
#[derive(Debug, thiserror::Error)]
pub enum Unfilled {
    /// Somebody else's data.
    #[error("the database has a hospital: made-up births go into an empty one only")]
    NotEmpty,
    /// The hospital could not be set up.
    #[error(transparent)]
    Hospital(#[from] Stopped),
    /// The database or the vault.
    #[error("made-up births: {0}")]
    Rows(#[from] Error),
    /// The database.
    #[error("made-up births: {0}")]
    Database(#[from] sqlx::Error),
}

/// Fills an empty database with the demo's hospital and a crowd; says on standard error how far it is.
pub async fn fill(ctx: &Ctx, crowd: &Crowd) -> Result<(), Unfilled> {
    let (hospitals,): (i64,) = ctx.view().q("select count(*) from facility").one().await?;
    if hospitals > 0 {
        return Err(Unfilled::NotEmpty);
    }
    seed::staff(ctx).await?;
    let place = place(ctx).await?;
    let span = Duration::days(i64::from(crowd.days)).num_seconds();
    let step = span as f64 / crowd.births.max(1) as f64;
    let (begun, first) = (Instant::now(), clinic_midnight(crowd.from));
    let (mut luck, mut rows, mut written) = (Luck::new(crowd.seed), Rows::new(), 0);
    let mut tx = ctx.db.begin().await?;
    for number in 0..crowd.births {
        let place_in_time = (number as f64 * step) as i64 + luck.between(0, step as i64);
        let birth = Birth::draw(&mut luck, first + Duration::seconds(place_in_time));
        rows.add(&ctx.vault, &place, &mut luck, number, &birth)?;
        let done = number + 1;
        let end = done == crowd.births;
        if done % AT_ONCE == 0 || end {
            written += rows.write(&mut tx).await?;
            tx.commit().await?;
            tx = ctx.db.begin().await?;
        }
        if done % SAYS == 0 || end {
            let seconds = begun.elapsed().as_secs_f64();
            eprintln!(
                "{done} of {} births, {written} rows, {:.0} s, {:.0} births a second",
                crowd.births,
                seconds,
                done as f64 / seconds
            );
        }
    }
    tx.rollback().await?;
    // A server does it by itself, but not within the minute; the embedded database never does.
    let mut tx = ctx.db.begin().await?;
    tx.q(per("select 1", "analyze")).run().await?;
    tx.commit().await?;
    Ok(())
}

async fn place(ctx: &Ctx) -> Result<Place, Error> {
    let (facility, staff): (Uuid, Uuid) = ctx
        .view()
        .q("select facility_id, id from staff where role = 'midwife'")
        .one()
        .await?;
    let lessons = ctx.content.lessons.required();
    Ok(Place {
        facility,
        staff,
        lessons: lessons.map(|lesson| lesson.head.slug.clone()).collect(),
    })
}
