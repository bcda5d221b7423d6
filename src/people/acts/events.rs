//! What staff are told at once, read from the journal of their hospital in the order in which it was written.
//!
//! The place of an entry in the log is the id of its event: gapless, the same in every process, and known to a client that
//! comes back. An event says that there is something and where; what it is, the client fetches with its own rights.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use serde_json::json;
use tracing::instrument;

use crate::base::error::{Error, Result};
use crate::base::id::FacilityId;
use crate::base::{Act, Code, Subject};
use crate::ctx::{Ctx, Place};
use crate::people::caller::Caller;
use crate::people::model::{News, NewsKind, Urgency};
use crate::people::{policy, rules, store};

/// Entries that one query looks through.
const STRIDE: i64 = 1000;
/// Entries that a client may have missed and still hear of; beyond them it loads its lists anew.
const BACKLOG: i64 = 10_000;

/// Somebody who listens.
struct Listener {
    ctx: Ctx,
    caller: Caller,
    facility: FacilityId,
    place: Place,
    heartbeat: Duration,
    /// The last entry that was looked at.
    seen: i64,
    /// Events read and not sent; at most one stride.
    waiting: VecDeque<News>,
}

/// The events of the caller's hospital from now on, or from the one after `last`. It ends with the session and with the
/// process; the client then comes back with the last id that it has.
///
/// Errors: `http.malformed` for an id that is none, `http.rate_limited` with too many streams.
#[instrument(name = "people.events", skip_all)]
pub async fn events(ctx: &Ctx, caller: &Caller, last: Option<&str>) -> Result<BoxStream<'static, News>> {
    policy::allowed(caller, Act::PeopleEvents)?;
    let facility = caller.staff()?.facility;
    let last: Option<i64> = match last.map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => {
            let place = text.parse().ok().filter(|place| *place >= 0);
            Some(place.ok_or(Error::Malformed(Code::HttpMalformed))?)
        }
        None => None,
    };
    let place = ctx
        .bell
        .listen(caller.session.into())
        .ok_or(Error::RateLimited { retry_after_s: 5 })?;
    let mut tx = ctx.write(Act::PeopleEvents).await?;
    tx.journal(caller, Subject::list("event"), json!({ "after": last }))
        .await?;
    tx.commit().await?;
    let head = store::journal_head(&mut ctx.view(), facility).await?;
    let mut waiting = VecDeque::new();
    let seen = match last {
        Some(last) if last > head || head - last > BACKLOG => {
            waiting.push_back(News::reset(head));
            head
        }
        Some(last) => last,
        None => head,
    };
    let listener = Listener {
        ctx: ctx.clone(),
        caller: caller.clone(),
        facility,
        place,
        heartbeat: ctx.settings.heartbeat,
        seen,
        waiting,
    };
    Ok(stream::unfold(listener, |mut listener| async move {
        let news = listener.next().await?;
        Some((news, listener))
    })
    .boxed())
}

impl Listener {
    /// The next event; none at the end of the session or of the process.
    async fn next(&mut self) -> Option<News> {
        loop {
            if let Some(news) = self.waiting.pop_front() {
                return Some(news);
            }
            // Before each reading: nothing is told to somebody whose session has ended.
            match self.read().await {
                Ok(Some(true)) => continue,
                Ok(Some(false)) => {}
                Ok(None) => return None,
                Err(error) => {
                    tracing::warn!(%error, "the events could not be read; the client will come back");
                    return None;
                }
            }
            let ending = self.place.ending.clone();
            let heartbeat = self.heartbeat;
            tokio::select! {
                () = ending.cancelled() => return None,
                () = tokio::time::sleep(heartbeat) => {}
                rung = self.grown() => rung?,
            }
        }
    }

    /// Waits until the log is longer than what was looked at.
    async fn grown(&mut self) -> Option<()> {
        let facility = self.facility.into();
        let seen = self.seen;
        let longer = self
            .place
            .heads
            .wait_for(|heads| heads.get(&facility).is_some_and(|head| *head > seen));
        longer.await.ok().map(|_| ())
    }

    /// Looks through the next entries: whether there were any, or none when the session has ended.
    async fn read(&mut self) -> Result<Option<bool>> {
        let mut view = self.ctx.view();
        let now = self.ctx.clock.now();
        if !store::session_holds(&mut view, self.caller.session, now).await? {
            return Ok(None);
        }
        let head = store::journal_head(&mut view, self.facility).await?;
        if head <= self.seen {
            return Ok(Some(false));
        }
        let until = head.min(self.seen + STRIDE);
        let rows = store::journal_between(&mut view, self.facility, rules::TOLD, self.seen, until).await?;
        self.seen = until;
        for row in rows {
            let detail = serde_json::from_str(&row.detail)?;
            let told = rules::news(&row.act, &detail);
            self.waiting
                .extend(told.map(|(kind, urgency)| row.news(kind, urgency)));
        }
        Ok(Some(true))
    }
}

impl store::ToldRow {
    fn news(&self, kind: NewsKind, urgency: Urgency) -> News {
        let (noun, id) = self.subject.split_once(':').unwrap_or((&self.subject, ""));
        News {
            seq: self.seq,
            kind,
            urgency,
            subject: Some(noun.to_owned()),
            id: id.parse().ok(),
            patient: self.patient_id,
        }
    }
}
