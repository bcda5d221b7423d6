//! The transaction of one act: it seals, journals, enqueues and commits.

use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::{Ctx, Records, Sender};
use crate::base::error::{Error, Result};
use crate::base::id::FacilityId;
use crate::base::{Act, Actor, Subject};
use crate::db::{self, Q, Query, Sql};
use crate::journal::receipt::Receipt;
use crate::journal::{self, signing};
use crate::outbox::{self, Message};
use crate::vault::{Class, Sealed, Vault};

/// A write transaction of one act.
pub struct Tx {
    pub(super) inner: db::Tx,
    pub(super) ctx: Ctx,
    pub(super) act: Act,
    pub(super) begun: Instant,
    /// The id and digest of the act's own entry, or of the first one beside it.
    pub(super) journaled: Option<(Uuid, [u8; 32])>,
    /// The id and digest of the last entry that was written.
    pub(super) last: Option<(Uuid, [u8; 32])>,
    pub(super) once: Option<Once>,
    /// The act's one reading of the clock.
    pub now: DateTime<Utc>,
}

pub(super) struct Once {
    pub(super) id: Uuid,
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
    pub fn seal_bytes<'a>(
        &'a mut self,
        facility: Option<FacilityId>,
        record: impl Into<Uuid>,
        class: Class,
        column: &'static str,
        bytes: &'a [u8],
    ) -> BoxFuture<'a, Result<Sealed>> {
        let record = record.into();
        async move {
            let vault = self.ctx.vault.clone();
            let now = self.now;
            vault
                .seal(
                    &mut self.inner,
                    facility.map(Uuid::from),
                    record,
                    class,
                    column,
                    bytes,
                    now,
                )
                .await
        }
        .boxed()
    }

    /// Destroys the keys of a record for good.
    pub async fn destroy_keys(&mut self, record: impl Into<Uuid>) -> Result<()> {
        let vault = self.ctx.vault.clone();
        vault.destroy(&mut self.inner, record.into()).await
    }

    /// Takes away answers that were kept for retries whose time is over, with their keys; how many went.
    pub async fn sweep_answers(&mut self, limit: i64) -> Result<usize> {
        let expired = db::once::expired(&mut self.inner, self.now, limit).await?;
        for id in &expired {
            db::once::release(&mut self.inner, *id).await?;
            self.destroy_keys(*id).await?;
        }
        Ok(expired.len())
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

    /// Writes an entry of what the service itself does.
    pub fn journal_own(
        &mut self,
        act: Act,
        facility: Option<FacilityId>,
        subject: Subject,
        detail: Value,
    ) -> BoxFuture<'_, Result<()>> {
        self.journal_as(act, Actor::SYSTEM, facility, subject, detail, None)
    }

    /// Writes an entry of another act that happens in the same transaction.
    pub fn journal_as<'a>(
        &'a mut self,
        act: Act,
        actor: Actor,
        facility: Option<FacilityId>,
        subject: Subject,
        detail: Value,
        request_id: Option<&'a str>,
    ) -> BoxFuture<'a, Result<()>> {
        async move {
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
            let (id, digest) = (entry.id, journal::record(&mut self.inner, entry).await?);
            self.last = Some((id, digest));
            if act == self.act || self.journaled.is_none() {
                self.journaled = Some((id, digest));
            }
            Ok(())
        }
        .boxed()
    }

    /// The id of the last entry that was written.
    pub fn entry(&self) -> Option<Uuid> {
        self.last.map(|(id, _)| id)
    }

    /// The log's promise about the act's entry, for one that needs its proof before the entry has its place.
    pub fn receipt(&mut self, facility: FacilityId) -> BoxFuture<'_, Result<Receipt>> {
        self.promised(self.journaled, facility)
    }

    /// The log's promise about the last entry that was written.
    pub fn promise(&mut self, facility: FacilityId) -> BoxFuture<'_, Result<Receipt>> {
        self.promised(self.last, facility)
    }

    fn promised(
        &mut self,
        entry: Option<(Uuid, [u8; 32])>,
        facility: FacilityId,
    ) -> BoxFuture<'_, Result<Receipt>> {
        async move {
            let (id, digest) = entry.ok_or_else(|| Error::broken("a receipt for an act without an entry"))?;
            let receipt = Receipt::sign(&digest, self.now, &self.ctx.log.key);
            signing::keep_receipt(&mut self.inner, id, facility.into(), &receipt).await?;
            Ok(receipt)
        }
        .boxed()
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

    /// Commits what a refused act writes all the same, such as a wrong try, and gives the key back.
    pub async fn commit_refused(mut self) -> Result<()> {
        if let Some(once) = self.once.take() {
            db::once::release(&mut self.inner, once.id).await?;
        }
        self.commit().await
    }

    /// Commits, and keeps the answer for 24 h if the client sent a key.
    pub fn commit_with<T: Serialize + Sync>(mut self, answer: &T) -> BoxFuture<'_, Result<()>> {
        async move {
            debug_assert!(
                self.journaled.is_some(),
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
        .boxed()
    }
}
