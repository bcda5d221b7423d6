//! Notices leave the house: by WeChat, else as a text message; what neither takes she finds in the app.
//!
//! A notice has one delivery per channel, and its row is claimed before anything is sent, so that of several processes one
//! sends. A try whose answer is lost, because nobody answered or because the process ended, is made once more and never a
//! third time. A notice has one job, which is put back for as long as it waits. Not here: what she is told and when; that is
//! known to the slice that calls `facts::notify`.

mod letters;

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;

use super::model::{
    Addressed, DeadDelivery, Delivery, DeliveryState, Ending, LedgerWord, Notice, NoticeChannel,
};
use super::rules::deliveries::{self as rules, Channel, Found, Outcome, Standing};
use super::{acts, store};
use crate::base::error::{Error, Result};
use crate::base::id::{DeliveryId, FacilityId, NoticeId};
use crate::base::{Act, Subject};
use crate::config::Template;
use crate::ctx::{Ctx, View};
use crate::outbox::{self, Job, Message};
use crate::people::facts as people;
use crate::people::model::Patient;

/// Job: a notice is taken out of the house.
pub const DELIVER: &str = "episode.deliver";

/// The agreement without which nothing leaves the house.
const REMINDERS: &str = "notifications";

/// What a job about a notice carries.
#[derive(Serialize, Deserialize)]
pub struct OfNotice {
    /// The notice.
    pub notice: NoticeId,
}

/// The job that takes a notice out of the house at some time; the same time asks for it once.
pub(super) fn message(facility: FacilityId, payload: &OfNotice, due: DateTime<Utc>) -> Message<'_, OfNotice> {
    Message {
        kind: DELIVER,
        facility: Some(facility),
        payload,
        dedupe: Some(format!("{}@{}", payload.notice, due.timestamp_millis())),
        due,
    }
}

/// Does a job of this slice; false when it is another's.
pub async fn handle(ctx: &Ctx, job: &Job) -> Result<bool> {
    match job.kind.as_str() {
        DELIVER => {}
        acts::OVER => return acts::over(ctx, job).boxed().await.map(|()| true),
        _ => return Ok(false),
    }
    let facility = job
        .facility_id
        .ok_or_else(|| Error::broken("a notice without its hospital"))?;
    let OfNotice { notice } = job.payload()?;
    for channel in NoticeChannel::ALL {
        // Boxed, as what a query returns is: this runs below everything else, on a stack that tests keep small.
        if deliver(ctx, job, facility, notice, *channel).boxed().await? == Step::Over {
            break;
        }
    }
    Ok(true)
}

/// What follows.
#[derive(PartialEq, Eq)]
enum Step {
    /// The next channel.
    Next,
    /// Nothing, or the job comes again.
    Over,
}

#[instrument(name = "episode.deliver", skip_all)]
async fn deliver(
    ctx: &Ctx,
    job: &Job,
    facility: FacilityId,
    id: NoticeId,
    channel: NoticeChannel,
) -> Result<Step> {
    let now = ctx.clock.now();
    let mut view = ctx.view();
    let Some((patient, notice)) = store::notice(&mut view, facility, id).await? else {
        return Ok(Step::Over);
    };
    let template = ctx.settings.templates.iter().find(|one| one.takes(&notice.kind));
    let there = match channel {
        NoticeChannel::WeChat => template.is_some(),
        NoticeChannel::Sms => ctx.sms.is_some(),
    };
    // Of a record that was destroyed nothing can be opened any more.
    if people::is_destroyed(&mut view, facility, patient).await? {
        return Ok(Step::Over);
    }
    let Some(patient) = people::patient(&mut view, facility, patient).await? else {
        return Ok(Step::Over);
    };
    let (true, Some(account)) = (there, patient.account_id) else {
        return Ok(Step::Next);
    };
    let to = Addressed {
        facility,
        patient: patient.id,
        account,
        notice: id,
    };
    let mut known = store::deliveries(&mut view, facility, &[id]).await?;
    let known = known.remove(&id).unwrap_or_default();
    if let Some(delivery) = known.iter().find(|one| one.channel == channel) {
        match rules::found(delivery, now) {
            Found::Due => {}
            Found::Settled => return Ok(Step::Over),
            Found::Over => return Ok(Step::Next),
            Found::Later(at) => return later(ctx, job, at).await,
            Found::Abandoned => {
                return settle(ctx, job, to, delivery, Outcome::Unclear, template)
                    .boxed()
                    .await;
            }
        }
    }
    let hour = rules::hour(&notice.kind, now);
    if hour > now {
        return later(ctx, job, hour).await;
    }
    let standing = standing(ctx, &mut view, to, &notice, &patient).boxed().await?;
    if let Some(why) = rules::withheld(&notice.kind, standing) {
        close(ctx, to, channel, (DeliveryState::Withheld, why.word())).await?;
        return Ok(Step::Over);
    }
    let letter = match (channel, template) {
        (NoticeChannel::WeChat, Some(template)) => {
            let ledger = store::ledger(&mut view, account, &template.id).await?;
            if rules::left(&ledger, template.long_term) == 0 {
                close(ctx, to, channel, (DeliveryState::NotPermitted, "no_credit")).await?;
                return Ok(Step::Next);
            }
            letters::card(&mut view, to, template, &notice, &patient)
                .boxed()
                .await?
        }
        _ => letters::text(&mut view, to, &notice, &patient).boxed().await?,
    };
    let Some(letter) = letter else {
        return Ok(Step::Next);
    };
    if let Some(until) = ctx.circuits.rests(channel.word(), now) {
        if !rules::is_too_late(&notice, now) {
            return later(ctx, job, until).await;
        }
        close(ctx, to, channel, (DeliveryState::Dead, "unreached")).await?;
        return Ok(Step::Next);
    }
    match claim(ctx, to, channel, template).await? {
        Some(claimed) => {
            let outcome = letters::send(ctx, letter).boxed().await;
            note(ctx, channel, &outcome);
            settle(ctx, job, to, &claimed, outcome, template).boxed().await
        }
        // Somebody is at it, or she is being sent something else: one at a time.
        None => later(ctx, job, rules::turn(now)).await,
    }
}

/// What a try tells of the channel itself.
fn note(ctx: &Ctx, channel: NoticeChannel, outcome: &Outcome) {
    let now = ctx.clock.now();
    match rules::channel(outcome, now) {
        Channel::Works => ctx.circuits.works(channel.word()),
        Channel::Fails => ctx.circuits.fails(channel.word(), now),
        Channel::Full(until) => ctx.circuits.rest(channel.word(), until),
    }
}

async fn standing(
    ctx: &Ctx,
    view: &mut View,
    to: Addressed,
    notice: &Notice,
    patient: &Patient,
) -> Result<Standing> {
    let episode = store::current(view, to.facility, to.patient).await?;
    let ending = episode.as_ref().and_then(|episode| episode.ending);
    Ok(Standing {
        read: notice.read_at.is_some(),
        agreed: people::has_agreed(view, ctx, to.account, REMINDERS).await?,
        matched: patient.matched,
        restricted: people::restricted(view, to.facility).await?.contains(&to.patient),
        closed: episode.is_none_or(|episode| episode.closed_at.is_some()),
        grave: ending == Some(Ending::Grave),
    })
}

async fn claim(
    ctx: &Ctx,
    to: Addressed,
    channel: NoticeChannel,
    template: Option<&Template>,
) -> Result<Option<Delivery>> {
    let now = ctx.clock.now();
    let mut tx = ctx.db.begin().await?;
    // Of two notices to her one is the second, and finds what the first one used.
    store::lock_account(&mut tx, to.account).await?;
    if let (NoticeChannel::WeChat, Some(template)) = (channel, template) {
        let ledger = store::ledger(&mut tx, to.account, &template.id).await?;
        if rules::left(&ledger, template.long_term) == 0 {
            return Ok(None);
        }
    }
    store::add_delivery(&mut tx, ctx.ids.make(now), to, channel, now).await?;
    let claimed = store::claim_delivery(&mut tx, to, channel, rules::trying_since(now), now).await?;
    tx.commit().await?;
    Ok(claimed)
}

async fn close(
    ctx: &Ctx,
    to: Addressed,
    channel: NoticeChannel,
    end: (DeliveryState, &'static str),
) -> Result<()> {
    let now = ctx.clock.now();
    let mut tx = ctx.db.begin().await?;
    store::close_delivery(&mut tx, ctx.ids.make(now), to, channel, end, now).await?;
    tx.commit().await
}

/// Has the notice looked at again.
async fn later(ctx: &Ctx, job: &Job, due: DateTime<Utc>) -> Result<Step> {
    let mut tx = ctx.db.begin().await?;
    outbox::put_back(&mut tx, job, due).await?;
    tx.commit().await?;
    Ok(Step::Over)
}

/// Writes down what came of a try.
async fn settle(
    ctx: &Ctx,
    job: &Job,
    to: Addressed,
    tried: &Delivery,
    outcome: Outcome,
    template: Option<&Template>,
) -> Result<Step> {
    let mut tx = ctx.write(Act::EpisodeDeliver).await?;
    let next = rules::after(outcome, tried.tries, tried.unclear, tx.now, rand::random());
    if !store::settle_delivery(&mut tx, tried, &next).await? {
        return Ok(Step::Over);
    }
    let word = match next.state {
        DeliveryState::Sent => Some(LedgerWord::Used),
        DeliveryState::NotPermitted => Some(LedgerWord::Refused),
        _ => None,
    };
    if let (NoticeChannel::WeChat, Some(template), Some(word)) = (tried.channel, template, word) {
        let now = tx.now;
        store::add_ledger_entry(&mut tx, to.account, &template.id, word, now).await?;
    }
    if next.state == DeliveryState::Waiting {
        outbox::put_back(&mut tx, job, next.at).await?;
    }
    let subject = Subject::of_patient("notice", to.notice, to.patient);
    let detail = json!({ "channel": tried.channel, "state": next.state, "reason": next.reason });
    tx.journal_own(Act::EpisodeDeliver, Some(to.facility), subject, detail)
        .await?;
    tx.commit().await?;
    let (channel, state) = (tried.channel.word(), next.state.word());
    metrics::counter!("muan_notice_tries_total", "channel" => channel, "state" => state).increment(1);
    if next.state == DeliveryState::Dead {
        tracing::error!(delivery.id = %tried.id, channel, reason = next.reason, "a notice was given up");
    }
    Ok(match next.state {
        DeliveryState::Dead if next.unclear > 1 => Step::Over,
        DeliveryState::NotPermitted | DeliveryState::Dead => Step::Next,
        _ => Step::Over,
    })
}

/// How many deliveries were given up.
pub async fn count_dead(ctx: &Ctx) -> Result<i64> {
    store::count_dead_deliveries(&mut ctx.view()).await
}

/// Deliveries that were given up and whose notices left the house in no other way.
pub async fn dead(ctx: &Ctx) -> Result<Vec<DeadDelivery>> {
    store::dead_deliveries(&mut ctx.view()).await
}

/// Has those tried anew, or one of them; how many.
#[instrument(name = "episode.deliver", skip_all)]
pub async fn revive(ctx: &Ctx, only: Option<DeliveryId>) -> Result<usize> {
    let mut revived = 0;
    for dead in dead(ctx).await? {
        if only.is_some_and(|only| only != dead.id) {
            continue;
        }
        let mut tx = ctx.write(Act::EpisodeDeliver).await?;
        if !store::revive_delivery(&mut tx, dead.id).await? {
            continue;
        }
        let payload = OfNotice { notice: dead.notice };
        let now = tx.now;
        tx.enqueue(message(dead.facility, &payload, now)).await?;
        let subject = Subject::of_patient("notice", dead.notice, dead.patient);
        let detail = json!({ "channel": dead.channel, "again": true });
        tx.journal_own(Act::EpisodeDeliver, Some(dead.facility), subject, detail)
            .await?;
        tx.commit().await?;
        revived += 1;
    }
    Ok(revived)
}
