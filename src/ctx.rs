//! What an act may use: the database, the vault, the clock, ids, content, the cache, WeChat.
//!
//! [`Ctx::write`] opens an act's transaction, [`Ctx::write_once`] the same for an act that a phone may send twice.
//! Both give a [`Tx`] that seals, journals, enqueues and commits. [`Ctx::view`] reads.

use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Notify;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, Ids};
use crate::base::request::RequestInfo;
use crate::base::{Act, Actor, Clock, Code, Subject};
use crate::cache::Cache;
use crate::content::Content;
use crate::db::{self, Db, Q, Query, Read, Sql};
use crate::journal;
use crate::outbox::{self, Message};
use crate::vault::{Blind, Class, Sealed, Vault};
use crate::wechat::WeChat;

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
    /// Makes the documents; its fonts are loaded on first use.
    pub press: Arc<crate::evidence::press::Press>,
    /// Settings that acts look at.
    pub settings: Arc<Settings>,
    /// Wakes the sequencer and the workers after a commit.
    pub wake: Arc<Notify>,
}

/// Settings of the process that acts look at.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `demo` and tests: the simulator may move the clock, a second factor is optional.
    pub demo: bool,
    /// Where the public pages are reached, for links and QR codes.
    pub public_url: String,
    /// The mini-program.
    pub app_id: String,
    /// Requests per minute and token.
    pub rate_per_minute: i64,
}

/// Reading and sealing, in a transaction or outside.
pub trait Records: Q {
    /// The vault.
    fn vault(&self) -> Arc<Vault>;

    /// Opens a sealed text.
    fn open(
        &mut self,
        record: impl Into<Uuid> + Send,
        column: &'static str,
        sealed: &Sealed,
    ) -> impl Future<Output = Result<String>> + Send
    where
        Self: Sized,
    {
        let vault = self.vault();
        let record = record.into();
        async move {
            let bytes = vault.unseal(self, record, column, sealed).await?;
            String::from_utf8(bytes.to_vec()).map_err(|_| Error::broken("a sealed text is not UTF-8"))
        }
    }

    /// Opens a sealed text that may be absent.
    fn open_if(
        &mut self,
        record: impl Into<Uuid> + Send,
        column: &'static str,
        sealed: Option<&Sealed>,
    ) -> impl Future<Output = Result<Option<String>>> + Send
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
    }

    /// Opens a sealed JSON document.
    fn open_json<T: DeserializeOwned>(
        &mut self,
        record: impl Into<Uuid> + Send,
        column: &'static str,
        sealed: &Sealed,
    ) -> impl Future<Output = Result<T>> + Send
    where
        Self: Sized,
    {
        let vault = self.vault();
        let record = record.into();
        async move {
            let bytes = vault.unseal(self, record, column, sealed).await?;
            Ok(serde_json::from_slice(&bytes)?)
        }
    }

    /// Opens sealed bytes.
    fn open_bytes(
        &mut self,
        record: impl Into<Uuid> + Send,
        column: &'static str,
        sealed: &Sealed,
    ) -> impl Future<Output = Result<Zeroizing<Vec<u8>>>> + Send
    where
        Self: Sized,
    {
        let vault = self.vault();
        let record = record.into();
        async move { vault.unseal(self, record, column, sealed).await }
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

/// A write transaction of one act.
pub struct Tx {
    inner: db::Tx,
    ctx: Ctx,
    act: Act,
    begun: Instant,
    journaled: bool,
    once: Option<Once>,
    /// The act's one reading of the clock.
    pub now: DateTime<Utc>,
}

struct Once {
    id: Uuid,
}

impl Q for Tx {
    fn q(&mut self, sql: impl Into<Sql>) -> Query<'_> {
        self.inner.q(sql)
    }
}

impl Records for Tx {
    fn vault(&self) -> Arc<Vault> {
        self.ctx.vault.clone()
    }
}

/// How an act that may be sent twice begins.
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

/// Who sends a request, as far as idempotency and the journal need to know.
pub trait Sender: Sync {
    /// Who acts.
    fn actor(&self) -> Actor;
    /// The hospital he acts in.
    fn facility(&self) -> Option<FacilityId>;
    /// The request.
    fn request(&self) -> &RequestInfo;
}

impl Ctx {
    /// A read handle.
    pub fn view(&self) -> View {
        View {
            read: self.db.read(),
            vault: self.vault.clone(),
        }
    }

    /// Opens the transaction of an act.
    pub async fn write(&self, act: Act) -> Result<Tx> {
        let begun = Instant::now();
        let inner = self.db.begin().await?;
        Ok(Tx {
            inner,
            ctx: self.clone(),
            act,
            begun,
            journaled: false,
            once: None,
            now: self.clock.now(),
        })
    }

    /// Opens the transaction of an act that a client may send twice: the key's row comes first, in this same
    /// transaction, so that either both the change and its answer exist or neither.
    ///
    /// Errors: `http.idempotency_key_missing`, `http.idempotency_key_reused`, `http.request_in_progress`.
    pub async fn write_once<T: DeserializeOwned>(&self, act: Act, sender: &impl Sender) -> Result<Begun<T>> {
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
            &request.fingerprint,
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
}

impl Tx {
    /// Makes an id for something of now.
    pub fn id<T: From<Uuid>>(&self) -> T {
        self.ctx.ids.make(self.now)
    }

    /// Seals a text of a record's column.
    pub async fn seal(
        &mut self,
        facility: Option<FacilityId>,
        record: impl Into<Uuid>,
        class: Class,
        column: &'static str,
        text: &str,
    ) -> Result<Sealed> {
        self.seal_bytes(facility, record, class, column, text.as_bytes())
            .await
    }

    /// Seals a text that may be absent.
    pub async fn seal_if(
        &mut self,
        facility: Option<FacilityId>,
        record: impl Into<Uuid>,
        class: Class,
        column: &'static str,
        text: Option<&str>,
    ) -> Result<Option<Sealed>> {
        match text {
            Some(text) => self.seal(facility, record, class, column, text).await.map(Some),
            None => Ok(None),
        }
    }

    /// Seals a JSON document.
    pub async fn seal_json(
        &mut self,
        facility: Option<FacilityId>,
        record: impl Into<Uuid>,
        class: Class,
        column: &'static str,
        value: &impl Serialize,
    ) -> Result<Sealed> {
        let bytes = serde_json::to_vec(value)?;
        self.seal_bytes(facility, record, class, column, &bytes).await
    }

    /// Seals bytes.
    pub async fn seal_bytes(
        &mut self,
        facility: Option<FacilityId>,
        record: impl Into<Uuid>,
        class: Class,
        column: &'static str,
        bytes: &[u8],
    ) -> Result<Sealed> {
        let vault = self.ctx.vault.clone();
        let now = self.now;
        vault
            .seal(
                &mut self.inner,
                facility.map(Uuid::from),
                record.into(),
                class,
                column,
                bytes,
                now,
            )
            .await
    }

    /// Writes the act's entry. `detail` holds numbers, states and codes, never names or answers.
    pub async fn journal(&mut self, sender: &impl Sender, subject: Subject, detail: Value) -> Result<()> {
        let request_id = sender.request().id.clone();
        self.journal_as(
            self.act,
            sender.actor(),
            sender.facility(),
            subject,
            detail,
            Some(&request_id),
        )
        .await
    }

    /// Writes an entry of another act that happens in the same transaction, or of the system.
    pub async fn journal_as(
        &mut self,
        act: Act,
        actor: Actor,
        facility: Option<FacilityId>,
        subject: Subject,
        detail: Value,
        request_id: Option<&str>,
    ) -> Result<()> {
        let entry = journal::Entry {
            id: self.id(),
            facility: facility.map(Uuid::from),
            act,
            actor,
            subject,
            detail: &detail,
            at: self.now,
            request_id,
        };
        journal::record(&mut self.inner, entry).await?;
        self.journaled = true;
        Ok(())
    }

    /// Adds a job that runs after this transaction.
    pub async fn enqueue<T: Serialize + Sync>(&mut self, message: Message<'_, T>) -> Result<()> {
        let id = self.id();
        outbox::enqueue(&mut self.inner, id, message, self.now).await
    }

    /// Commits an act that answers nothing to be kept.
    pub async fn commit(self) -> Result<()> {
        self.commit_with(&()).await
    }

    /// Commits, and keeps the answer for 24 h if the client sent a key.
    pub async fn commit_with<T: Serialize>(mut self, answer: &T) -> Result<()> {
        debug_assert!(
            self.journaled,
            "{} writes without a journal entry",
            self.act.word()
        );
        if let Some(once) = self.once.take() {
            let sealed = self
                .seal_json(None, once.id, Class::Transient, "answer", answer)
                .await?;
            db::once::keep(&mut self.inner, once.id, sealed.0).await?;
        }
        let (act, begun, wake) = (self.act, self.begun, self.ctx.wake.clone());
        self.inner.commit().await?;
        metrics::histogram!("muan_transaction_seconds", "act" => act.word())
            .record(begun.elapsed().as_secs_f64());
        wake.notify_one();
        Ok(())
    }
}
