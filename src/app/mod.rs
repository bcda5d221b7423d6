//! Puts it together: the context from the settings, the routes, the workers, the listeners.

pub mod apis;
pub mod docs;
pub mod health;
pub mod keys;
pub mod listen;
pub mod log;
mod media;
mod memory;
mod proofs;
mod pushes;
pub mod rotation;
mod seal;
pub mod templates;
mod verify;
mod verify_page;
pub mod work;

use std::sync::Arc;
use std::time::Duration;

use poem::endpoint::BoxEndpoint;
use poem::middleware::CatchPanic;
use poem::{EndpointExt, IntoResponse, Response, Route};
use tokio::sync::Notify;
use tracing_subscriber::EnvFilter;
use webauthn_rs::prelude::{Url, Webauthn, WebauthnBuilder};

use crate::base::Clock;
use crate::base::error::Error;
use crate::base::id::Ids;
use crate::cache::Cache;
use crate::config::{self, Config, Fault};
use crate::content::{Content, Defect, Origin, cards, fonts};
use crate::ctx::{Crew, Ctx, Settings};
use crate::db::grants::Ungranted;
use crate::db::{Db, Durability, migrate, sqlite_path};
use crate::evidence::document::Engine;
use crate::evidence::press::Press;
use crate::fhir::{self, Facade};
use crate::files::Files;
use crate::files::copies::Copies;
use crate::http::body::Shape;
use crate::http::layers::Edge;
use crate::http::problem::Failure;
use crate::sign_on::{self, SignOn};
use crate::sms::aliyun::{self, Aliyun};
use crate::sms::{Simulated, Sms};
use crate::vault::{Given, Vault};
use crate::wechat::{self, WeChat};

/// Why the service can't start; one line each.
#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    /// The settings.
    #[error(transparent)]
    Config(#[from] Fault),
    /// The database.
    #[error(transparent)]
    Database(#[from] migrate::Failure),
    /// The rights of the service's role.
    #[error(transparent)]
    Rights(#[from] Ungranted),
    /// The content.
    #[error("the content has {} faults, the first: {}", .0.len(), .0.first().map(ToString::to_string).unwrap_or_default())]
    Content(Vec<Defect>),
    /// WeChat's settings.
    #[error("the settings of WeChat: {0}")]
    WeChat(#[from] wechat::Misconfigured),
    /// The settings of the gateway for text messages.
    #[error("the settings of the text-message gateway: {0}")]
    Sms(#[from] aliyun::Misconfigured),
    /// The settings of single sign-on.
    #[error("the settings of single sign-on: {0}")]
    SignOn(#[from] sign_on::Misconfigured),
    /// The templates of WeChat's messages.
    #[error("the templates of WeChat's messages have {} faults, the first: {}", .0.len(), .0.first().map(ToString::to_string).unwrap_or_default())]
    Templates(Vec<String>),
    /// Redis' settings.
    #[error("the URL of Redis is not valid")]
    Redis,
    /// The vault.
    #[error("the vault: {0}")]
    Vault(Error),
    /// A folder or a port.
    #[error("{0}: {1}")]
    Io(String, std::io::Error),
    /// The seeding of the demo.
    #[error("the seeding: {0}")]
    Seed(Box<dyn std::error::Error + Send + Sync>),
    /// An act of first use.
    #[error("{0}")]
    Act(Error),
}

/// What differs between `serve`, `demo` and the tests.
pub struct Parts {
    /// The key-encryption keys.
    pub keys: Given,
    /// The clock.
    pub clock: Clock,
    /// `demo` and tests.
    pub demo: bool,
    /// How hard a commit tries to survive a power cut.
    pub durability: Durability,
}

/// JSON lines on standard error; ids and numbers, no personal data.
pub fn logs(level: &str) {
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    let _already_set = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_current_span(true)
        .with_span_list(false)
        .try_init();
}

/// Builds the context: content, database at the newest schema, vault, cache, WeChat.
pub async fn context(config: &Config, parts: Parts) -> Result<Ctx, StartFault> {
    let origin = config.content.clone().map_or(Origin::BuiltIn, Origin::Folder);
    let content = Content::open(origin.clone()).map_err(StartFault::Content)?;
    let faults = cards::faults(&config.wechat.templates);
    if !faults.is_empty() {
        return Err(StartFault::Templates(faults));
    }
    let db = match config.database.expose() {
        "sqlite" => {
            std::fs::create_dir_all(&config.data)
                .map_err(|error| StartFault::Io(config.data.display().to_string(), error))?;
            Db::sqlite(&sqlite_path(&config.data), parts.durability).await?
        }
        url => Db::postgres(url, config.database_connections).await?,
    };
    let vault = open_vault(&db, parts.keys, &parts.clock)
        .await
        .map_err(StartFault::Vault)?;
    let cache = match &config.redis {
        Some(url) => Cache::redis(url.expose(), &config.redis_prefix).map_err(|_| StartFault::Redis)?,
        None => Cache::memory(),
    };
    let files = Files::open(&config.files, &config.data, config.keys.cipher)
        .map_err(|error| StartFault::Io("the store of files".to_owned(), error))?;
    let copies = Copies::open(config.journal.copies.as_ref())
        .map_err(|error| StartFault::Io("the copies of checkpoints".to_owned(), error))?;
    let log = log::open(config)?;
    let seal = seal::open(config, parts.clock.now())?;
    let clock = parts.clock.clone();
    let wechat = WeChat::new(
        wechat::Settings {
            base_url: config
                .wechat
                .base_url
                .clone()
                .unwrap_or_else(|| wechat::BASE_URL.to_owned()),
            app_id: config.wechat.app_id.clone(),
            app_secret: wechat::Secret::new(config.wechat.app_secret.expose()),
            next_secret: config
                .wechat
                .next_secret
                .as_ref()
                .map(|next| wechat::Secret::new(next.expose())),
            edition: wechat::Edition::Released,
            allow_other_base: config.wechat.allow_other_base,
            push: push(&config.wechat),
        },
        Arc::new(move || clock.now()),
        cache.clone(),
    )?;
    let press = Press::new(move || Engine::new(fonts::fonts(&origin), fonts::layouts(&origin)));
    let sms = gateway(config, parts.demo, &parts.clock)?;
    let sign_on = SignOn::open(&config.single_sign_on, &parts.clock)?;
    let ctx = Ctx {
        db,
        vault: Arc::new(vault),
        cache,
        clock: parts.clock,
        ids: Ids::default(),
        content,
        wechat: Arc::new(wechat),
        sms,
        circuits: Arc::default(),
        passkeys: passkeys(&config.public_url),
        sign_on: Arc::new(sign_on),
        press: Arc::new(press),
        files: Arc::new(files),
        log: Arc::new(log),
        seal: Arc::new(seal),
        copies: copies.map(Arc::new),
        settings: Arc::new(Settings {
            demo: parts.demo,
            public_url: config.public_url.trim_end_matches('/').to_owned(),
            app_id: config.wechat.app_id.clone(),
            templates: config.wechat.templates.clone(),
            second_factor: config.sessions.second_factor,
            failures_per_address: config.sessions.failures_per_address,
            rate_per_minute: config.rate_per_minute,
            trusted_proxies: config.trusted_proxies.clone(),
            heartbeat: Duration::from_secs(config.heartbeat_seconds.max(1)),
        }),
        wake: Arc::new(Notify::new()),
        hashing: Arc::new(Crew::hashing()),
        bell: Arc::default(),
    };
    // Before anything is written. A place out of reach must not keep a hospital from its records.
    if let Err(error) = log::guard(&ctx).await {
        tracing::error!(%error, "the copies of checkpoints can't be reached: a rolled back journal would not be noticed");
    }
    Ok(ctx)
}

/// What sends text messages. Where WeChat is simulated and no gateway is named, they are, too.
fn gateway(config: &Config, demo: bool, clock: &Clock) -> Result<Option<Arc<dyn Sms>>, StartFault> {
    if let Some(settings) = &config.sms {
        let gateway = Aliyun::new(settings.clone(), clock.clone())?;
        return Ok(Some(Arc::new(gateway)));
    }
    let simulator = config.wechat.base_url.as_deref().filter(|_| demo);
    let simulated = simulator.and_then(Simulated::at);
    Ok(simulated.map(|sms| Arc::new(sms) as Arc<dyn Sms>))
}

/// Passkeys are bound to the name in the address of the pages; a bare address has none (WebAuthn §5.1.2).
fn passkeys(public_url: &str) -> Option<Arc<Webauthn>> {
    let pages: Url = public_url.parse().ok()?;
    let name = pages.domain()?;
    let webauthn = WebauthnBuilder::new(name, &pages).ok()?;
    Some(Arc::new(webauthn.rp_name("Muan").build().ok()?))
}

fn push(config: &config::WeChat) -> Option<wechat::PushSettings> {
    let secret = |word: &config::Secret| wechat::Secret::new(word.expose());
    Some(wechat::PushSettings {
        token: secret(config.push_token.as_ref()?),
        key: config.push_key.as_ref().map(secret),
    })
}

async fn open_vault(db: &Db, keys: Given, clock: &Clock) -> Result<Vault, Error> {
    let mut tx = db.begin().await?;
    let vault = Vault::open(&mut tx, keys, clock.now()).await?;
    tx.commit().await?;
    Ok(vault)
}

/// Every public route, with the layers around them.
pub fn endpoint(ctx: &Ctx) -> BoxEndpoint<'static, Response> {
    let routes = pushes::routes(verify::routes(proofs::routes(docs::routes(Route::new()))));
    let routes = media::routes(routes)
        .nest("/api/patient/v1", apis::patient())
        .nest("/api/staff/v1", apis::staff())
        .nest(fhir::BASE, Facade)
        .at("/healthz", poem::get(health::alive))
        .at("/readyz", poem::get(health::ready));
    let panicked = |_| Failure(Error::broken("a handler panicked")).into_response();
    let of_fhir = Shape {
        below: fhir::BASE,
        asked: false,
        media_type: fhir::MEDIA_TYPE,
        body: fhir::outcome::failure,
        policy: None,
    };
    routes
        .data(apis::hooks())
        .data(apis::keepers())
        .data(apis::marked())
        .data(apis::unsettled())
        .data(ctx.clone())
        .with(CatchPanic::new().with_handler(panicked))
        .with(Edge::new(ctx.clone()).shaping(of_fhir).shaping(verify::SHAPE))
        .map_to_response()
        .boxed()
}
