//! A stand-in for WeChat's servers on the loopback interface, for the demo and the tests.
//!
//! It behaves as WeChat does where our client can notice: tokens age, codes work once, credits run out,
//! refusals come with status 200 and a request id that never repeats, events are pushed as they please.
//! Not here: anything that lasts; the state lives in memory.
//!
//! Two faces on one listener: WeChat's own paths (`platform.rs`) and `/simulator/…` (`control.rs`), by
//! which tests and the person who walks the demo play the mini-program's part.

mod calls;
mod checks;
mod cipher;
mod control;
mod links;
mod platform;
mod push;
mod qr;
mod send;
mod sessions;
mod tokens;
mod world;

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use poem::{
    Server,
    listener::{Acceptor, Listener, TcpListener},
};
use tokio::{sync::oneshot, task::JoinHandle};

use super::{Now, Secret};
pub use push::{Callback, Delivery, Order};
pub use world::{Call, Code, Fault, Message, Scripted, Text};
use world::{PhoneGrant, World};

/// Moves the service's clock forward by some seconds.
pub type Advance = Arc<dyn Fn(i64) + Send + Sync>;

/// How long codes live unless the caller says otherwise: as WeChat's do.
pub const CODE_LIFE: TimeDelta = TimeDelta::minutes(5);

/// What the simulated account looks like.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The only app id that it knows.
    pub app_id: String,
    /// The secret of that app.
    pub app_secret: Secret,
    /// The account's message templates at the beginning.
    pub templates: Vec<Template>,
    /// Who may ask for tokens; empty means everybody.
    pub allowed_ips: Vec<IpAddr>,
}

/// A message template.
#[derive(Debug, Clone)]
pub struct Template {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its text with its keys, as `课程:{{thing1.DATA}}\n时间:{{time2.DATA}}`.
    pub content: String,
    /// What one permission is worth.
    pub kind: Kind,
    /// The allowed values of `enum` keys.
    pub values: BTreeMap<String, Vec<String>>,
}

/// What one "allow" gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One message.
    OneTime,
    /// Any number until refused.
    LongTerm,
}

/// The simulator's state. Clones share it.
#[derive(Clone)]
pub struct Simulator(Arc<Shared>);

struct Shared {
    settings: Settings,
    now: Now,
    advance: Option<Advance>,
    world: Mutex<World>,
}

impl Simulator {
    /// Listens on `addr` (port 0 takes a free one) until the handle is shut down or dropped.
    ///
    /// # Errors
    /// `InvalidInput` for an address outside the loopback interface, because whoever reaches the control
    /// face can become anybody; else what binding says.
    pub async fn start(
        addr: SocketAddr,
        settings: Settings,
        now: Now,
        advance: Option<Advance>,
    ) -> io::Result<Handle> {
        if !addr.ip().is_loopback() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the simulator is for loopback only",
            ));
        }
        let acceptor = TcpListener::bind(addr).into_acceptor().await?;
        let addr = acceptor
            .local_addr()
            .first()
            .and_then(|addr| addr.as_socket_addr().copied())
            .ok_or_else(|| io::Error::other("the listener has no address"))?;
        let world = Mutex::new(World::of(settings.templates.clone()));
        let simulator = Self(Arc::new(Shared {
            settings,
            now,
            advance,
            world,
        }));
        let routes = control::routes(platform::routes(poem::Route::new(), &simulator), &simulator);
        let (stop, stopped) = oneshot::channel::<()>();
        let signal = async move {
            // An error means that the handle is gone, which is a reason to stop as well.
            let _ = stopped.await;
        };
        let server = Server::new_with_acceptor(acceptor);
        let task =
            tokio::spawn(server.run_with_graceful_shutdown(routes, signal, Some(Duration::from_millis(200))));
        Ok(Handle {
            addr,
            simulator,
            stop,
            task,
        })
    }

    /// A new `wx.login` code for a person, who is created when unknown.
    pub fn login_code(&self, openid: &str) -> Code {
        self.world()
            .login_code(openid, &self.0.settings.app_id, self.now(), CODE_LIFE)
    }

    /// A new phone-button code for a person, who is created when unknown.
    pub fn phone_code(&self, openid: &str, phone: &str) -> Code {
        let grant = PhoneGrant {
            openid: openid.into(),
            country_code: "86".into(),
            number: phone.into(),
        };
        self.world().phone_code(grant, self.now(), CODE_LIFE)
    }

    /// Creates or changes a person. Risk level 4 is refused at log-in.
    pub fn set_user(&self, openid: &str, unionid: Option<&str>, risk_level: u8) {
        let mut world = self.world();
        let user = world.user(openid);
        user.unionid = unionid.map(str::to_owned);
        user.risk_level = risk_level;
    }

    /// Sets how many messages of a template a person allows. False when there is no such template.
    pub fn set_credits(&self, openid: &str, template_id: &str, credits: u32) -> bool {
        if self.template(template_id).is_none() {
            return false;
        }
        let mut world = self.world();
        world.user(openid);
        world
            .credits
            .insert((openid.to_owned(), template_id.to_owned()), credits);
        true
    }

    /// Scripts the next replies of a call, in place of what was scripted before.
    pub fn script(&self, call: Call, replies: Vec<Fault>) {
        self.world().faults.insert(call, replies.into());
    }

    /// The messages accepted so far, oldest first.
    pub fn messages(&self) -> Vec<Message> {
        self.world().messages.clone()
    }

    /// The text messages to phones so far, oldest first.
    pub fn texts(&self) -> Vec<Text> {
        self.world().texts.clone()
    }

    /// How often a path was called.
    pub fn calls(&self, call: Call) -> u64 {
        self.world().calls.count(call)
    }

    /// Gives the account other templates.
    pub fn set_templates(&self, templates: Vec<Template>) {
        self.world().templates = templates;
    }

    fn template(&self, id: &str) -> Option<Template> {
        let world = self.world();
        let mut templates = world.templates.iter();
        templates.find(|template| template.id == id).cloned()
    }

    fn now(&self) -> DateTime<Utc> {
        (self.0.now)()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running simulator.
pub struct Handle {
    /// Where it listens.
    pub addr: SocketAddr,
    /// Its state, for use in process.
    pub simulator: Simulator,
    stop: oneshot::Sender<()>,
    task: JoinHandle<io::Result<()>>,
}

impl Handle {
    /// The base URL for the client and for the control face.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Stops listening and waits until the open connections are done, 200 ms at most.
    pub async fn shutdown(self) {
        // The receiver is gone only when the server has stopped already.
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}
