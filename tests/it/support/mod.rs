//! The service in process, the same cast of people in every test, and a client that speaks HTTP to it.

#![allow(dead_code, reason = "each chapter uses its own part of the support")]

mod again;
pub mod authenticator;
pub mod bucket;
pub mod cast;
pub mod client;
pub mod listening;
pub mod passkey;
pub mod provider;
pub mod servers;
pub mod walk;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, TimeDelta, Utc};
use muan::app::{self, Parts};
use muan::base::Clock;
use muan::config::{Config, SecondFactor, Secret};
use muan::ctx::Ctx;
use muan::db::Durability;
use muan::demo::messages;
use muan::evidence::authority::TestAuthority;
use muan::evidence::press::Press;
use muan::vault::{Given, Kek};
use muan::wechat::simulator::{self, Simulator};
use poem::Response;
use poem::endpoint::BoxEndpoint;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use again::{Again, Replayed};
use cast::Woman;
use client::Client;
use servers::TestDatabase;

/// One instance with everything that it needs.
pub struct App {
    pub ctx: Ctx,
    pub clock: Clock,
    pub simulator: Simulator,
    pub endpoint: Arc<BoxEndpoint<'static, Response>>,
    pub config: Config,
    replayed: Replayed,
    _simulator: simulator::Handle,
    _data: TempDir,
    _database: Option<TestDatabase>,
}

/// One for all: unoptimized, its fonts and layouts take seconds to load.
static PRESS: OnceLock<Arc<Press>> = OnceLock::new();

/// A Monday morning in the clinic.
pub fn morning() -> DateTime<Utc> {
    "2026-03-02T01:00:00Z".parse().unwrap()
}

/// When the hospital is set up: however long that takes, everything of it is older than what a test does.
fn dawn() -> DateTime<Utc> {
    morning() - TimeDelta::hours(1)
}

/// Whether `engines` runs the chapters again on PostgreSQL.
#[expect(
    clippy::disallowed_methods,
    reason = "a switch of the tests, not a setting of the service"
)]
fn engine_is_postgres() -> bool {
    std::env::var_os("MUAN_TEST_ENGINE").is_some_and(|engine| engine == "postgres")
}

/// A server that speaks S3, where this run keeps files in a bucket.
#[expect(
    clippy::disallowed_methods,
    reason = "a switch of the tests, not a setting of the service"
)]
pub fn bucket_server() -> Option<String> {
    std::env::var("MUAN_TEST_BUCKET").ok()
}

/// The key-encryption key of every test.
pub fn kek() -> Kek {
    Kek::from_hex(&"5a".repeat(32)).unwrap()
}

fn config(data: PathBuf, simulator: &simulator::Handle) -> Config {
    let mut config = Config {
        data,
        rate_per_minute: 1_000_000,
        ..Config::default()
    };
    config.sessions.second_factor = SecondFactor::Optional;
    config.wechat.app_id = cast::APP_ID.to_owned();
    config.wechat.app_secret = Secret::from(cast::APP_SECRET);
    config.wechat.base_url = Some(simulator.base_url());
    config.wechat.allow_other_base = true;
    config.wechat.templates = messages::settings();
    if let Some(server) = bucket_server() {
        config.files = bucket::settings(server, &config.data);
    }
    config
}

async fn start_simulator(clock: &Clock) -> simulator::Handle {
    let (now, advance) = (clock.clone(), clock.clone());
    let settings = simulator::Settings {
        app_id: cast::APP_ID.to_owned(),
        app_secret: muan::wechat::Secret::new(cast::APP_SECRET),
        templates: messages::at_wechat(),
        allowed_ips: Vec::new(),
    };
    let advance: simulator::Advance = Arc::new(move |seconds| advance.advance(seconds));
    Simulator::start(
        ([127, 0, 0, 1], 0).into(),
        settings,
        Arc::new(move || now.now()),
        Some(advance),
    )
    .await
    .unwrap()
}

impl App {
    /// On SQLite, or on the engine that this run is about.
    pub async fn new() -> App {
        App::with(|_| {}).await
    }

    /// With other settings.
    pub async fn with(change: impl FnOnce(&mut Config)) -> App {
        if engine_is_postgres() {
            return App::postgres_with(change)
                .await
                .expect("PostgreSQL was there when this run began");
        }
        let data = tempfile::tempdir().unwrap();
        std::fs::copy(sqlite_template().await, data.path().join("muan.db")).unwrap();
        let clock = Clock::starting_at(morning());
        let simulator = start_simulator(&clock).await;
        let mut config = config(data.path().to_owned(), &simulator);
        change(&mut config);
        App::start(config, clock, simulator, data, None).await
    }

    /// On PostgreSQL, or none where it is not installed.
    pub async fn postgres() -> Option<App> {
        App::postgres_with(|_| {}).await
    }

    async fn postgres_with(change: impl FnOnce(&mut Config)) -> Option<App> {
        let server = servers::postgres().await?;
        let key = migrations_key();
        let database = server
            .database(&key, async |url: &str| {
                let clock = Clock::starting_at(dawn());
                let simulator = start_simulator(&clock).await;
                let data = tempfile::tempdir().unwrap();
                let mut config = config(data.path().to_owned(), &simulator);
                config.database = Secret::from(url);
                let ctx = app::context(&config, parts(clock)).await.unwrap();
                cast::seed(&ctx).await;
                ctx.db.close().await;
            })
            .await;
        let data = tempfile::tempdir().unwrap();
        let clock = Clock::starting_at(morning());
        let simulator = start_simulator(&clock).await;
        let mut config = config(data.path().to_owned(), &simulator);
        config.database = Secret::from(database.url());
        config.database_connections = 4;
        // As a large hospital runs it: both servers, several installations on one Redis.
        if let Some(redis) = servers::redis().await {
            config.redis = Some(Secret::from(redis.url()));
            config.redis_prefix = redis.prefix();
        }
        change(&mut config);
        Some(App::start(config, clock, simulator, data, Some(database)).await)
    }

    /// What the store of files holds, as it lies there.
    pub async fn stored_files(&self) -> Vec<Vec<u8>> {
        match bucket_server() {
            Some(_) => bucket::all(&self.config.files).await,
            None => bucket::all_of_folder(&self.config.data.join("files")),
        }
    }

    /// One on each engine that is there.
    pub async fn each() -> Vec<App> {
        let mut apps = vec![App::new().await];
        if !engine_is_postgres() {
            apps.extend(App::postgres().await);
        }
        apps
    }

    async fn start(
        config: Config,
        clock: Clock,
        simulator: simulator::Handle,
        data: TempDir,
        database: Option<TestDatabase>,
    ) -> App {
        share_authority(&config.data);
        let mut ctx = app::context(&config, parts(clock.clone())).await.unwrap();
        if config.content.is_none() {
            ctx.press = PRESS.get_or_init(|| ctx.press.clone()).clone();
        }
        let replayed = Replayed::default();
        App {
            endpoint: Arc::new(Again::around(app::endpoint(&ctx), replayed.clone())),
            replayed,
            ctx,
            clock,
            simulator: simulator.simulator.clone(),
            config,
            _simulator: simulator,
            _data: data,
            _database: database,
        }
    }

    /// Another process on the same database, with other key-encryption keys; none where they do not open it.
    pub async fn with_keys(&self, keys: Given) -> Option<Ctx> {
        let parts = Parts {
            keys,
            ..parts(self.clock.clone())
        };
        app::context(&self.config, parts).await.ok()
    }

    /// Another process on the same database, with other settings and the same clock.
    pub async fn beside(&self, change: impl FnOnce(&mut Config)) -> Ctx {
        let mut config = self.config.clone();
        change(&mut config);
        app::context(&config, parts(self.clock.clone())).await.unwrap()
    }

    /// The same service after a restart with other settings: whoever was logged in still is, see [`App::back`].
    pub async fn again(self, change: impl FnOnce(&mut Config)) -> App {
        let mut config = self.config.clone();
        change(&mut config);
        let ctx = app::context(&config, parts(self.clock.clone())).await.unwrap();
        let replayed = Replayed::default();
        App {
            endpoint: Arc::new(Again::around(app::endpoint(&ctx), replayed.clone())),
            replayed,
            ctx,
            config,
            ..self
        }
    }

    /// A woman who goes on after a restart.
    pub fn back(&self, woman: Woman) -> Woman {
        let bearer = woman.client.bearer();
        Woman {
            client: self.nobody().with_token(bearer.trim_start_matches("Bearer ")),
            ..woman
        }
    }

    /// Where the simulator listens.
    pub fn simulator_url(&self) -> String {
        self._simulator.base_url()
    }

    /// Runs the sequencer and every job that is due.
    pub async fn work(&self) {
        app::work::due(&self.ctx, "test").await.unwrap();
    }

    /// `POST` paths that were sent a second time so far and answered the same.
    pub fn replayed(&self) -> Vec<String> {
        self.replayed.paths()
    }

    /// Somebody without a session, on her document.
    pub fn nobody(&self) -> Client {
        Client::new(self.endpoint.clone(), "/api/patient/v1", None)
    }

    /// Somebody without a session, on staff's document.
    pub fn nobody_of_staff(&self) -> Client {
        Client::new(self.endpoint.clone(), "/api/staff/v1", None)
    }

    /// Somebody without a session, outside the two documents.
    pub fn outside(&self) -> Client {
        Client::new(self.endpoint.clone(), "", None)
    }
}

fn parts(clock: Clock) -> Parts {
    Parts {
        keys: kek().into(),
        clock,
        demo: true,
        durability: Durability::Off,
    }
}

fn migrations_key() -> String {
    let [_, postgres] = muan::db::migrate::versions();
    // The texts, not only the numbers: a migration changes while it is being written.
    let mut text = String::new();
    for name in ["sqlite", "postgres"] {
        let mut files: Vec<_> =
            std::fs::read_dir(format!("{}/migrations/{name}", env!("CARGO_MANIFEST_DIR")))
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .collect();
        files.sort();
        text.extend(
            files
                .into_iter()
                .map(|file| std::fs::read_to_string(file).unwrap()),
        );
    }
    format!(
        "m{}_{}",
        postgres.len(),
        &muan::journal::sha256_hex(text.as_bytes())[..12]
    )
}

/// The test authority that every hospital of the tests has, made once per process.
fn share_authority(data: &Path) {
    static AUTHORITY: OnceLock<TempDir> = OnceLock::new();
    let made = AUTHORITY.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let authority = TestAuthority::make(dawn() - TimeDelta::days(400)).unwrap();
        authority.write(folder.path()).unwrap();
        let trust = serde_json::to_vec(&authority.trust()).unwrap();
        std::fs::write(folder.path().join("trust.json"), trust).unwrap();
        folder
    });
    let folder = data.join("authority");
    std::fs::create_dir_all(&folder).unwrap();
    for file in std::fs::read_dir(made.path()).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), folder.join(file.file_name())).unwrap();
    }
}

/// A migrated file with the cast in it, made once per process and copied for each test.
async fn sqlite_template() -> PathBuf {
    static TEMPLATE: OnceCell<(TempDir, PathBuf)> = OnceCell::const_new();
    let (_, path) = TEMPLATE
        .get_or_init(|| async {
            let data = tempfile::tempdir().unwrap();
            let clock = Clock::starting_at(dawn());
            let simulator = start_simulator(&clock).await;
            let config = config(data.path().to_owned(), &simulator);
            let ctx = app::context(&config, parts(clock)).await.unwrap();
            cast::seed(&ctx).await;
            ctx.db.close().await;
            let path = data.path().join("muan.db");
            (data, path)
        })
        .await;
    path.clone()
}
