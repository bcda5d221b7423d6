//! What an act may use: the database, the vault, the clock, ids, content, the cache, WeChat.
//!
//! [`Ctx::write`] opens an act's transaction, [`Ctx::write_once`] the same for an act that a phone may send twice.
//! Both give a [`Tx`] that seals, journals, enqueues and commits. [`Ctx::view`] reads. What they return is boxed, for
//! the reason that [`crate::db::Query`] gives.

mod bell;
mod circuits;
mod crew;
mod tries;
mod tx;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Notify;
use uuid::Uuid;
use webauthn_rs::Webauthn;
use zeroize::Zeroizing;

use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, Ids};
use crate::base::request::RequestInfo;
use crate::base::{Act, Actor, Clock, Code};
use crate::cache::Cache;
use crate::config::{Proxies, SecondFactor, Template};
use crate::content::Content;
use crate::db::{self, Db, Q, Query, Read, Sql};
use crate::evidence::seal::Seal;
use crate::files::Files;
use crate::files::copies::Copies;
use crate::journal::Log;
use crate::outbox::{self, Message};
use crate::sign_on::SignOn;
use crate::sms::Sms;
use crate::vault::{Blind, Sealed, Vault};
use crate::wechat::WeChat;

pub use bell::{Bell, Place};
pub use circuits::Circuits;
pub use crew::Crew;
use tx::Once;
pub use tx::Tx;

/// What an act may use. Cheap to clone.
#[derive(Clone)]
pub struct Ctx {
    /// The database.
    pub db: Db,
    /// Sealing and blind indexes.
    pub vault: Arc<Vault>,
    /// Short-lived shared state.
    pub cache: Cache,
    /// The one clock.
    pub clock: Clock,
    /// Makes ids.
    pub ids: Ids,
    /// Lessons, forms, consents, messages.
    pub content: Arc<Content>,
    /// WeChat's server APIs.
    pub wechat: Arc<WeChat>,
    /// Text messages; none without a gateway.
    pub sms: Option<Arc<dyn Sms>>,
    /// Which ways out of the house are left alone.
    pub circuits: Arc<Circuits>,
    /// Passkeys of staff; none where the service is reached by a bare address.
    pub passkeys: Option<Arc<Webauthn>>,
    /// The providers by which staff of some hospitals log in.
    pub sign_on: Arc<SignOn>,
    /// Makes the documents; its fonts are loaded on first use.
    pub press: Arc<crate::evidence::press::Press>,
    /// Uploaded files, sealed.
    pub files: Arc<Files>,
    /// What signs the journal.
    pub log: Arc<Log>,
    /// What seals documents.
    pub seal: Arc<Seal>,
    /// Copies of its checkpoints outside, where there is a place for them.
    pub copies: Option<Arc<Copies>>,
    /// Settings that acts look at.
    pub settings: Arc<Settings>,
    /// Wakes the sequencer and the workers after a commit.
    pub wake: Arc<Notify>,
    /// Those who hash passwords.
    pub hashing: Arc<Crew>,
    /// Wakes those who listen to the journal.
    pub bell: Arc<Bell>,
}

/// Settings of the process that acts look at.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `demo` and tests: the simulator may move the clock.
    pub demo: bool,
    /// Where the public pages are reached, for links and QR codes.
    pub public_url: String,
    /// The mini-program.
    pub app_id: String,
    /// The account's templates of subscription messages.
    pub templates: Vec<Template>,
    /// Whether acts on consents need a session with a second factor.
    pub second_factor: SecondFactor,
    /// Failed log-ins of one address in a quarter of an hour before it rests.
    pub failures_per_address: i64,
    /// Requests per minute and token.
    pub rate_per_minute: i64,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Proxies,
    /// How often an open stream of events gives a sign of life.
    pub heartbeat: Duration,
}

/// Reading and sealing, in a transaction or outside.
pub trait Records: Q {
    /// The vault.
    fn vault(&self) -> Arc<Vault>;

    /// Opens a sealed text.
    fn open<'a>(
        &'a mut self,
        record: impl Into<Uuid>,
        column: &'static str,
        sealed: &'a Sealed,
    ) -> BoxFuture<'a, Result<String>>
    where
        Self: Sized,
    {
        let vault = self.vault();
        let record = record.into();
        async move {
            let bytes = vault.unseal(self, record, column, sealed).await?;
            String::from_utf8(bytes.to_vec()).map_err(|_| Error::broken("a sealed text is not UTF-8"))
        }
        .boxed()
    }

    /// Opens a sealed text that may be absent.
    fn open_if<'a>(
        &'a mut self,
        record: impl Into<Uuid>,
        column: &'static str,
        sealed: Option<&'a Sealed>,
    ) -> BoxFuture<'a, Result<Option<String>>>
    where
        Self: Sized,
    {
        let record = record.into();
        async move {
            match sealed {
                Some(sealed) => self.open(record, column, sealed).await.map(Some),
                None => Ok(None),
            }
        }
        .boxed()
    }

    /// Opens a sealed JSON document.
    fn open_json<'a, T: DeserializeOwned + 'a>(
        &'a mut self,
        record: impl Into<Uuid>,
        column: &'static str,
        sealed: &'a Sealed,
    ) -> BoxFuture<'a, Result<T>>
    where
        Self: Sized,
    {
        let vault = self.vault();
        let record = record.into();
        async move {
            let bytes = vault.unseal(self, record, column, sealed).await?;
            Ok(serde_json::from_slice(&bytes)?)
        }
        .boxed()
    }

    /// Opens sealed bytes.
    fn open_bytes<'a>(
        &'a mut self,
        record: impl Into<Uuid>,
        column: &'static str,
        sealed: &'a Sealed,
    ) -> BoxFuture<'a, Result<Zeroizing<Vec<u8>>>>
    where
        Self: Sized,
    {
        let vault = self.vault();
        let record = record.into();
        async move { vault.unseal(self, record, column, sealed).await }.boxed()
    }

    /// The keyed digest for exact search.
    fn blind(&self, facility: Option<FacilityId>, field: &str, value: &str) -> Blind {
        self.vault().blind(facility.map(Uuid::from), field, value)
    }
}

/// A read handle with the vault.
#[derive(Clone)]
pub struct View {
    read: Read,
    vault: Arc<Vault>,
}

impl Q for View {
    fn q(&mut self, sql: impl Into<Sql>) -> Query<'_> {
        self.read.q(sql)
    }
}

impl Records for View {
    fn vault(&self) -> Arc<Vault> {
        self.vault.clone()
    }
}

/// Who sends a request, as far as idempotency and the journal need to know.
pub trait Sender: Sync {
    /// Who acts.
    fn actor(&self) -> Actor;
    /// The hospital he acts in.
    fn facility(&self) -> Option<FacilityId>;
    /// The request.
    fn request(&self) -> &RequestInfo;
}

/// How an act that may be sent twice begins.
#[expect(clippy::large_enum_variant, reason = "it lives for one match")]
pub enum Begun<T> {
    /// For the first time.
    Fresh(Tx),
    /// It was done before: the first answer.
    Replay(T),
}

/// Opens the transaction of an act that a client may send twice, or returns the first answer from the act.
#[macro_export]
macro_rules! once {
    ($ctx:expr, $act:expr, $caller:expr) => {
        match $ctx.write_once($act, $caller).await? {
            $crate::ctx::Begun::Fresh(tx) => tx,
            $crate::ctx::Begun::Replay(first) => return Ok(first),
        }
    };
}

impl Ctx {
    /// A read handle.
    pub fn view(&self) -> View {
        View {
            read: self.db.read(),
            vault: self.vault.clone(),
        }
    }

    /// Adds a job that belongs to no act.
    pub async fn enqueue<T: Serialize + Sync>(&self, message: Message<'_, T>) -> Result<()> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        outbox::enqueue(&mut tx, self.ids.make(now), message, now).await?;
        tx.commit().await
    }

    /// Opens the transaction of an act.
    ///
    /// Errors: `http.read_only` while a journal does not continue its copy outside.
    pub fn write(&self, act: Act) -> BoxFuture<'_, Result<Tx>> {
        async move {
            if self.log.is_read_only() {
                return Err(Error::Busy(Code::HttpReadOnly));
            }
            let begun = Instant::now();
            let inner = self.db.begin().await?;
            Ok(Tx {
                inner,
                ctx: self.clone(),
                act,
                begun,
                journaled: None,
                last: None,
                once: None,
                now: self.clock.now(),
            })
        }
        .boxed()
    }

    /// Opens the transaction of an act that a client may send twice: the key's row comes first, in this same
    /// transaction, so that either both the change and its answer exist or neither.
    ///
    /// Errors: `http.idempotency_key_missing`, `http.idempotency_key_reused`, `http.request_in_progress`.
    pub fn write_once<'a, T: DeserializeOwned + Send + 'a>(
        &'a self,
        act: Act,
        sender: &'a impl Sender,
    ) -> BoxFuture<'a, Result<Begun<T>>> {
        async move {
            let request = sender.request();
            let Some(key) = &request.idempotency_key else {
                if act.needs_key() {
                    return Err(Error::Malformed(Code::HttpIdempotencyKeyMissing));
                }
                return Ok(Begun::Fresh(self.write(act).await?));
            };
            let mut tx = self.write(act).await?;
            let id: Uuid = self.ids.make(tx.now);
            match db::once::claim(
                &mut tx.inner,
                id,
                &sender.actor().word(),
                key,
                &self.fingerprint(request),
                tx.now,
            )
            .await?
            {
                db::once::Claim::Fresh => {
                    tx.once = Some(Once { id });
                    Ok(Begun::Fresh(tx))
                }
                db::once::Claim::Answered { id, answer } => {
                    let first = tx.open_json(id, "answer", &Sealed(answer)).await?;
                    tx.inner.rollback().await?;
                    request.mark_replayed();
                    Ok(Begun::Replay(first))
                }
            }
        }
        .boxed()
    }

    /// What is kept of a request, to tell it from another one under the same key: keyed, for what is in a body of hers can
    /// be guessed.
    fn fingerprint(&self, request: &RequestInfo) -> Blind {
        let digest = hex::encode(&request.fingerprint);
        self.vault.blind(None, "idempotency", &digest)
    }

    /// The first answer, if this request was done before: for an act that asks somebody outside before it writes,
    /// who would not answer the same question twice.
    pub fn answered<'a, T: DeserializeOwned + Send + 'a>(
        &'a self,
        sender: &'a impl Sender,
    ) -> BoxFuture<'a, Result<Option<T>>> {
        async move {
            let request = sender.request();
            let Some(key) = &request.idempotency_key else {
                return Ok(None);
            };
            let mut view = self.view();
            let caller = sender.actor().word();
            let now = self.clock.now();
            let Some((id, answer)) =
                db::once::answered(&mut view, &caller, key, &self.fingerprint(request), now).await?
            else {
                return Ok(None);
            };
            let first = view.open_json(id, "answer", &Sealed(answer)).await?;
            request.mark_replayed();
            Ok(Some(first))
        }
        .boxed()
    }
}
