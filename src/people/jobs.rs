//! What is due: requests that nobody answered in time, behavioral data whose time is over.

use chrono::Duration;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;

use super::acts::{copy, seals, take_wechat_event};
use super::model::{Forget, Keepers};
use super::{facts, store};
use crate::base::clock::clinic_date;
use crate::base::error::{Error, Result};
use crate::base::id::{DataRequestId, FacilityId, RecordSealId, WechatEventId};
use crate::base::{Act, Subject};
use crate::ctx::Ctx;
use crate::outbox::{self, Job, Message};

/// Job: the time for an answer is over.
pub const REQUEST_OVERDUE: &str = "people.request_overdue";
/// Job: three years have gone by since a record was sealed, or since the last claim.
pub const SEAL_OVER: &str = "people.seal_over";
/// Job: once a day, behavioral data of a hospital is looked through.
const FORGET: &str = "people.forget";
/// Job: an event that WeChat pushed is taken into account.
pub const WECHAT_EVENT: &str = "people.wechat_event";
/// How often.
const DAILY: Duration = Duration::days(1);
/// How long what WeChat pushed is kept. It belongs to no hospital, so none has a word in it.
const WECHAT_EVENTS: Duration = Duration::days(180);
/// Answers kept for retries that go in one transaction: others wait for it no longer than a moment.
const ANSWERS: i64 = 500;

/// Which request.
#[derive(Debug, Serialize, Deserialize)]
pub struct Overdue {
    /// The request.
    pub request: DataRequestId,
}

/// Which sealing.
#[derive(Debug, Serialize, Deserialize)]
pub struct SealOver {
    /// The sealing.
    pub seal: RecordSealId,
}

/// Which event of WeChat's.
#[derive(Debug, Serialize, Deserialize)]
pub struct WechatEvent {
    /// The event.
    pub event: WechatEventId,
}

/// Does a job of people; false when it is another's.
pub async fn handle(ctx: &Ctx, keepers: &Keepers, job: &Job) -> Result<bool> {
    let facility = job
        .facility_id
        .ok_or_else(|| Error::broken("a job of people without its hospital"));
    match job.kind.as_str() {
        REQUEST_OVERDUE => overdue(ctx, facility?, job.payload()?).await?,
        SEAL_OVER => seals::seal_over(ctx, facility?, job.payload::<SealOver>()?.seal).await?,
        WECHAT_EVENT => take_wechat_event(ctx, keepers, job.payload::<WechatEvent>()?.event).await?,
        FORGET => forget(ctx, keepers, facility?).await?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Makes sure that every hospital's behavioral data is looked through each day; asked again it changes nothing.
pub async fn begin(ctx: &Ctx) -> Result<()> {
    for facility in facts::facilities(&mut ctx.view()).await? {
        next(ctx, facility.id).await?;
    }
    Ok(())
}

/// The next look: one a day, whoever asks for it.
async fn next(ctx: &Ctx, facility: FacilityId) -> Result<()> {
    let now = ctx.clock.now();
    let due = now + DAILY;
    let message = Message {
        kind: FORGET,
        facility: Some(facility),
        payload: &json!({}),
        dedupe: Some(format!("{facility} {}", clinic_date(due))),
        due,
    };
    let mut tx = ctx.db.begin().await?;
    outbox::enqueue(&mut tx, ctx.ids.make(now), message, now).await?;
    tx.commit().await
}

/// Nobody answered in time: it is noted once and stands first on the office's list.
#[instrument(name = "people.request_overdue", skip_all)]
async fn overdue(ctx: &Ctx, facility: FacilityId, job: Overdue) -> Result<()> {
    let mut tx = ctx.write(Act::PeopleRequestOverdue).await?;
    let Some(request) = store::request(&mut tx, facility, job.request).await? else {
        return Ok(());
    };
    if request.answer.is_some() || !store::note_overdue(&mut tx, facility, request.id).await? {
        return Ok(());
    }
    let subject = Subject::of_patient("data_request", request.id, request.patient);
    let detail = json!({ "kind": request.kind.word() });
    tx.journal_own(Act::PeopleRequestOverdue, Some(facility), subject, detail)
        .await?;
    tx.commit().await?;
    tracing::warn!(request.id = %request.id, "a request about her data was not answered in time");
    Ok(())
}

/// Takes away behavioral data whose time is over; what is under a hold stays.
#[instrument(name = "people.forget", skip_all)]
async fn forget(ctx: &Ctx, keepers: &Keepers, facility: FacilityId) -> Result<()> {
    // First the next one: whatever stands in the way today does not end the chain.
    next(ctx, facility).await?;
    look_through(ctx, keepers, facility).await?;
    sweep_answers(ctx, facility).await?;
    sweep_wechat_events(ctx, facility).await?;
    while outbox::sweep(&ctx.db, ctx.clock.now()).await? > 0 {}
    // Last: it reads whole records, and nothing that may be forgotten waits for it.
    seals::seal_finished(ctx, keepers, facility).await
}

/// Answers that were kept for a day, so that a retry gets them again, go when it is over.
async fn sweep_answers(ctx: &Ctx, facility: FacilityId) -> Result<()> {
    loop {
        let mut tx = ctx.write(Act::PeopleForget).await?;
        let answers = tx.sweep_answers(ANSWERS).await?;
        if answers == 0 {
            return Ok(());
        }
        let subject = Subject::thing("facility", facility);
        let detail = json!({ "answers": answers });
        tx.journal_own(Act::PeopleForget, Some(facility), subject, detail)
            .await?;
        tx.commit().await?;
    }
}

/// What WeChat pushed goes when its time is over.
async fn sweep_wechat_events(ctx: &Ctx, facility: FacilityId) -> Result<()> {
    let mut tx = ctx.write(Act::PeopleForget).await?;
    let before = tx.now - WECHAT_EVENTS;
    let gone = store::forget_wechat_events(&mut tx, before).await?;
    if gone == 0 {
        return Ok(());
    }
    tx.journal_own(
        Act::PeopleForget,
        Some(facility),
        Subject::thing("facility", facility),
        json!({ "wechat_events": gone, "before": before }),
    )
    .await?;
    tx.commit().await
}

async fn look_through(ctx: &Ctx, keepers: &Keepers, facility: FacilityId) -> Result<()> {
    let mut tx = ctx.write(Act::PeopleForget).await?;
    let settings = facts::facility(&mut tx, facility).await?.settings;
    let forget = Forget {
        facility,
        before: tx.now - Duration::days(settings.behavior_days),
        only: None,
        held: store::held(&mut tx, facility).await?,
    };
    let gone = copy::forget(keepers, &mut tx, &forget).await?;
    if gone == 0 {
        return Ok(());
    }
    tx.journal_own(
        Act::PeopleForget,
        Some(facility),
        Subject::thing("facility", facility),
        json!({ "rows": gone, "before": forget.before }),
    )
    .await?;
    tx.commit().await
}
