//! The client against the simulator, through real HTTP on the loopback interface.
//!
//! Time is a number that the tests move; nobody sleeps.

mod asked;
mod classes;
mod control;
mod logged;
mod messages;
mod people;
mod pushed;
mod shared;
mod tokens;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};

use crate::cache::Cache;

use super::{
    Edition, Lang, Now, Secret, Settings, SubscribeMessage, WeChat,
    client::Limits,
    simulator::{self, Advance, Handle, Kind, Simulator, Template},
};

pub const APP_ID: &str = "wx0123456789abcdef";
pub const MEI: &str = "oMei00000000000000000000000a";
pub const LIN: &str = "oLin00000000000000000000000b";
pub const REMINDER: &str = "reminder-once";
pub const NOTICE: &str = "notice-always";

/// Nothing on this machine takes so long.
const PATIENT: Limits = Limits {
    connect: Duration::from_secs(20),
    login: Duration::from_secs(20),
    rest: Duration::from_secs(20),
};

#[derive(Clone)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_767_225_600)))
    }

    pub fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    fn now(&self) -> Now {
        let clock = self.clone();
        Arc::new(move || DateTime::<Utc>::from_timestamp(clock.0.load(Ordering::SeqCst), 0).unwrap())
    }

    fn advance(&self) -> Advance {
        let clock = self.clone();
        Arc::new(move |seconds| clock.forward(seconds))
    }
}

/// A simulator, a client that talks to it, and the clocks of both sides.
pub struct Stage {
    pub wechat: WeChat,
    pub simulator: Simulator,
    pub ours: Clock,
    pub theirs: Clock,
    pub cache: Cache,
    pub handle: Handle,
}

impl Stage {
    pub async fn new() -> Self {
        Self::with_secret("right").await
    }

    pub async fn with_secret(secret: &str) -> Self {
        let (ours, theirs, cache) = (Clock::new(), Clock::new(), Cache::memory());
        let handle = start(&theirs, Some(theirs.advance())).await;
        let wechat = client(&handle, secret, &ours, cache.clone(), PATIENT);
        Self {
            wechat,
            simulator: handle.simulator.clone(),
            ours,
            theirs,
            cache,
            handle,
        }
    }

    /// The client of another process, on the same cache.
    pub fn beside(&self, secret: &str) -> WeChat {
        client(&self.handle, secret, &self.ours, self.cache.clone(), PATIENT)
    }

    /// A client that has another secret beside its first.
    pub fn with_next(&self, first: &str, next: &str) -> WeChat {
        let settings = Settings {
            next_secret: Some(Secret::new(next)),
            ..settings(&self.handle.base_url(), first)
        };
        WeChat::with_limits(settings, self.ours.now(), Cache::memory(), PATIENT).unwrap()
    }

    /// A client that gives up after a moment.
    pub fn impatient(&self) -> WeChat {
        let moment = Duration::from_millis(150);
        let limits = Limits {
            connect: moment,
            login: moment,
            rest: moment,
        };
        client(&self.handle, "right", &self.ours, Cache::memory(), limits)
    }

    pub fn forward(&self, seconds: i64) {
        self.ours.forward(seconds);
        self.theirs.forward(seconds);
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.handle.base_url())
    }
}

pub async fn start(clock: &Clock, advance: Option<Advance>) -> Handle {
    let addr = "127.0.0.1:0".parse().unwrap();
    Simulator::start(addr, account(), clock.now(), advance)
        .await
        .unwrap()
}

pub fn account() -> simulator::Settings {
    let template = |id: &str, kind, content: &str| Template {
        id: id.to_owned(),
        title: "提醒".to_owned(),
        content: content.to_owned(),
        kind,
        values: BTreeMap::from([("enum3".to_owned(), vec!["早上".to_owned()])]),
    };
    simulator::Settings {
        app_id: APP_ID.to_owned(),
        app_secret: Secret::new("right"),
        templates: vec![
            template(
                REMINDER,
                Kind::OneTime,
                "事项:{{thing1.DATA}}\n时间:{{time2.DATA}}",
            ),
            template(
                NOTICE,
                Kind::LongTerm,
                "事项:{{thing1.DATA}}\n时段:{{enum3.DATA}}",
            ),
        ],
        allowed_ips: Vec::new(),
    }
}

pub fn settings(base_url: &str, secret: &str) -> Settings {
    Settings {
        base_url: base_url.to_owned(),
        app_id: APP_ID.to_owned(),
        app_secret: Secret::new(secret),
        next_secret: None,
        edition: Edition::Trial,
        allow_other_base: true,
        push: None,
    }
}

pub fn reminder(openid: &str) -> SubscribeMessage {
    SubscribeMessage {
        openid: openid.to_owned(),
        template_id: REMINDER.to_owned(),
        page: Some("pages/home/index".to_owned()),
        lang: Lang::ZhCn,
        data: BTreeMap::from([
            ("thing1".to_owned(), "您有一份新表单".to_owned()),
            ("time2".to_owned(), "2026年1月5日 09:00".to_owned()),
        ]),
    }
}

/// A plain HTTP client, for looking at what the simulator really says.
pub fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let none = std::iter::empty::<reqwest::Certificate>();
    reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only(none)
        .build()
        .unwrap()
}

fn client(handle: &Handle, secret: &str, clock: &Clock, cache: Cache, limits: Limits) -> WeChat {
    WeChat::with_limits(settings(&handle.base_url(), secret), clock.now(), cache, limits).unwrap()
}
