//! How notices leave the house, and the ledger of what she allowed WeChat.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::id::{AccountId, DeliveryId, FacilityId, NoticeId, PatientId};
use crate::ctx::Tx;
use crate::db::{Q, dialect, placeholders};
use crate::episode::model::{
    Addressed, DeadDelivery, Delivery, DeliveryState, LedgerEntry, LedgerWord, Next, NoticeChannel,
};
use crate::people::model::Forget;

#[derive(sqlx::FromRow)]
struct DeliveryRow {
    id: DeliveryId,
    notice_id: NoticeId,
    channel: String,
    state: String,
    reason: Option<String>,
    tries: i64,
    unclear: i64,
    due_at: DateTime<Utc>,
    begun_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
}

fn unknown() -> Error {
    Error::broken("a delivery has an unknown word")
}

impl TryFrom<DeliveryRow> for Delivery {
    type Error = Error;

    fn try_from(row: DeliveryRow) -> Result<Delivery> {
        Ok(Delivery {
            id: row.id,
            notice: row.notice_id,
            channel: NoticeChannel::parse(&row.channel).ok_or_else(unknown)?,
            state: DeliveryState::parse(&row.state).ok_or_else(unknown)?,
            reason: row.reason,
            tries: row.tries,
            unclear: row.unclear,
            due_at: row.due_at,
            begun_at: row.begun_at,
            ended_at: row.ended_at,
        })
    }
}

/// Of some notices of a woman, by the notice, the preferred channel first.
pub async fn deliveries(
    q: &mut impl Q,
    facility: FacilityId,
    notices: &[NoticeId],
) -> Result<BTreeMap<NoticeId, Vec<Delivery>>> {
    let mut found: BTreeMap<NoticeId, Vec<Delivery>> = BTreeMap::new();
    if notices.is_empty() {
        return Ok(found);
    }
    let text = format!(
        "select id, notice_id, channel, state, reason, tries, unclear, due_at, begun_at, ended_at \
         from notice_delivery where facility_id = $1 and notice_id in ({}) order by created_at, id",
        placeholders(2, notices.len())
    );
    let query = notices
        .iter()
        .fold(q.q(text).bind(facility), |query, id| query.bind(*id));
    for row in query.all::<DeliveryRow>().await? {
        found.entry(row.notice_id).or_default().push(row.try_into()?);
    }
    Ok(found)
}

/// Writes a delivery down; one of the same notice and channel stays as it is.
pub async fn add_delivery(
    q: &mut impl Q,
    id: DeliveryId,
    to: Addressed,
    channel: NoticeChannel,
    now: DateTime<Utc>,
) -> Result<()> {
    q.q("insert into notice_delivery (id, facility_id, patient_id, account_id, notice_id, channel, state, tries, unclear, \
         due_at, created_at) values ($1, $2, $3, $4, $5, $6, 'waiting', 0, 0, $7, $7) \
         on conflict (notice_id, channel) do nothing")
        .bind(id)
        .bind(to.facility)
        .bind(to.patient)
        .bind(to.account)
        .bind(to.notice)
        .bind(channel.word())
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// Writes down that nothing goes out by a channel; a try that has begun stays as it is.
pub async fn close_delivery(
    q: &mut impl Q,
    id: DeliveryId,
    to: Addressed,
    channel: NoticeChannel,
    (state, reason): (DeliveryState, &'static str),
    now: DateTime<Utc>,
) -> Result<()> {
    q.q("insert into notice_delivery (id, facility_id, patient_id, account_id, notice_id, channel, state, reason, tries, \
         unclear, due_at, ended_at, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, $9, $9, $9) \
         on conflict (notice_id, channel) do update set state = excluded.state, reason = excluded.reason, \
         ended_at = excluded.ended_at where notice_delivery.state = 'waiting'")
        .bind(id)
        .bind(to.facility)
        .bind(to.patient)
        .bind(to.account)
        .bind(to.notice)
        .bind(channel.word())
        .bind(state.word())
        .bind(reason)
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// Locks an account until the transaction ends.
pub async fn lock_account(q: &mut impl Q, account: AccountId) -> Result<()> {
    let _held: Option<(AccountId,)> = q.q(dialect::LOCK_ACCOUNT).bind(account).opt().await?;
    Ok(())
}

/// Begins a try, unless somebody else has, or another message of the channel is on its way to her.
pub async fn claim_delivery(
    q: &mut impl Q,
    to: Addressed,
    channel: NoticeChannel,
    trying_since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Option<Delivery>> {
    let row: Option<DeliveryRow> = q
        .q(
            "update notice_delivery set state = 'sending', tries = tries + 1, begun_at = $3, account_id = $4 \
            where notice_id = $1 and channel = $2 and state = 'waiting' and due_at <= $3 \
            and not exists (select 1 from notice_delivery other where other.account_id = $4 and other.channel = $2 \
            and other.state = 'sending' and other.begun_at > $5) \
            returning id, notice_id, channel, state, reason, tries, unclear, due_at, begun_at, ended_at",
        )
        .bind(to.notice)
        .bind(channel.word())
        .bind(now)
        .bind(to.account)
        .bind(trying_since)
        .opt()
        .await?;
    row.map(TryInto::try_into).transpose()
}

/// Writes down what came of a try; false when somebody else has meanwhile.
pub async fn settle_delivery(q: &mut impl Q, tried: &Delivery, next: &Next) -> Result<bool> {
    let over = next.state != DeliveryState::Waiting;
    let touched = q
        .q(
            "update notice_delivery set state = $2, unclear = $3, reason = $4, message_id = $5, due_at = $6, \
            ended_at = $7 where id = $1 and state = $8 and tries = $9",
        )
        .bind(tried.id)
        .bind(next.state.word())
        .bind(next.unclear)
        .bind(next.reason.clone())
        .bind(next.message_id.clone())
        .bind(next.at)
        .bind(over.then_some(next.at))
        .bind(tried.state.word())
        .bind(tried.tries)
        .run()
        .await?;
    Ok(touched == 1)
}

/// Deliveries that were given up and whose notices left the house in no other way, the oldest first.
pub async fn dead_deliveries(q: &mut impl Q) -> Result<Vec<DeadDelivery>> {
    #[derive(sqlx::FromRow)]
    struct DeadRow {
        id: DeliveryId,
        facility_id: FacilityId,
        patient_id: PatientId,
        notice_id: NoticeId,
        kind: String,
        channel: String,
        reason: Option<String>,
        tries: i64,
        ended_at: Option<DateTime<Utc>>,
    }
    let rows: Vec<DeadRow> = q
        .q(
            "select d.id, d.facility_id, d.patient_id, d.notice_id, n.kind, d.channel, d.reason, d.tries, d.ended_at \
            from notice_delivery d join notice n on n.id = d.notice_id where d.state = 'dead' \
            and not exists (select 1 from notice_delivery s where s.notice_id = d.notice_id and s.state = 'sent') \
            order by d.id",
        )
        .all()
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(DeadDelivery {
                id: row.id,
                facility: row.facility_id,
                patient: row.patient_id,
                notice: row.notice_id,
                kind: row.kind,
                channel: NoticeChannel::parse(&row.channel).ok_or_else(unknown)?,
                reason: row.reason,
                tries: row.tries,
                ended_at: row.ended_at,
            })
        })
        .collect()
}

/// How many were given up, and their notices left the house in no other way.
pub async fn count_dead_deliveries(q: &mut impl Q) -> Result<i64> {
    let (count,): (i64,) = q
        .q("select count(*) from notice_delivery d where d.state = 'dead' \
            and not exists (select 1 from notice_delivery s where s.notice_id = d.notice_id and s.state = 'sent')")
        .one()
        .await?;
    Ok(count)
}

/// A delivery that was given up is tried anew; false when it no longer is one.
pub async fn revive_delivery(tx: &mut Tx, id: DeliveryId) -> Result<bool> {
    let now = tx.now;
    let touched = tx
        .q(
            "update notice_delivery set state = 'waiting', tries = 0, unclear = 0, due_at = $2, ended_at = null \
            where id = $1 and state = 'dead'",
        )
        .bind(id)
        .bind(now)
        .run()
        .await?;
    Ok(touched == 1)
}

/// Takes away how notices were sent whose time is over; of a pregnancy that goes on everything stays.
pub async fn forget(tx: &mut Tx, what: &Forget) -> Result<u64> {
    let rows: Vec<(DeliveryId, PatientId)> = tx
        .q(
            "select d.id, d.patient_id from notice_delivery d where d.facility_id = $1 and d.created_at < $2 \
            and not exists (select 1 from episode e where e.patient_id = d.patient_id and e.closed_at is null)",
        )
        .bind(what.facility)
        .bind(what.before)
        .all()
        .await?;
    let mut gone = 0;
    for (id, _) in rows.into_iter().filter(|(_, patient)| what.takes(*patient)) {
        gone += tx
            .q("delete from notice_delivery where id = $1")
            .bind(id)
            .run()
            .await?;
    }
    let rows: Vec<(AccountId, PatientId)> = tx
        .q(
            "select distinct s.account_id, p.id from subscription_entry s join patient p on p.account_id = s.account_id \
            where p.facility_id = $1 and s.at < $2 and not exists (select 1 from patient o join episode e \
            on e.patient_id = o.id where o.account_id = s.account_id and e.closed_at is null)",
        )
        .bind(what.facility)
        .bind(what.before)
        .all()
        .await?;
    for (account, _) in rows.into_iter().filter(|(_, patient)| what.takes(*patient)) {
        gone += tx
            .q("delete from subscription_entry where account_id = $1 and at < $2")
            .bind(account)
            .bind(what.before)
            .run()
            .await?;
    }
    Ok(gone)
}

/// Adds to the ledger of an account and a template.
pub async fn add_ledger_entry(
    tx: &mut Tx,
    account: AccountId,
    template: &str,
    word: LedgerWord,
    at: DateTime<Utc>,
) -> Result<()> {
    let id: Uuid = tx.id();
    tx.q("insert into subscription_entry (id, account_id, template, word, at) values ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(account)
        .bind(template.to_owned())
        .bind(word.word())
        .bind(at)
        .run()
        .await?;
    Ok(())
}

/// What an account allowed and what was sent by it: template, word and time, in the order in which it happened.
pub async fn permissions(
    q: &mut impl Q,
    account: AccountId,
) -> Result<Vec<(Uuid, String, String, DateTime<Utc>)>> {
    q.q("select id, template, word, at from subscription_entry where account_id = $1 order by at, id")
        .bind(account)
        .all()
        .await
}

/// The ledger of an account and a template, in the order in which it happened.
pub async fn ledger(q: &mut impl Q, account: AccountId, template: &str) -> Result<Vec<LedgerEntry>> {
    let rows: Vec<(String, DateTime<Utc>)> = q
        .q("select word, at from subscription_entry where account_id = $1 and template = $2 order by at, id")
        .bind(account)
        .bind(template.to_owned())
        .all()
        .await?;
    rows.into_iter()
        .map(|(word, at)| {
            let word = LedgerWord::parse(&word).ok_or_else(unknown)?;
            Ok(LedgerEntry { word, at })
        })
        .collect()
}

/// Gives up a message that WeChat took and then could not deliver; which notice it was, if it is one of this account's.
pub async fn lose_delivery(
    tx: &mut Tx,
    account: AccountId,
    message: &str,
    error_code: i64,
) -> Result<Option<(FacilityId, NoticeId)>> {
    let now = tx.now;
    tx.q(
        "update notice_delivery set state = 'dead', reason = $3, ended_at = $4 \
          where message_id = $2 and account_id = $1 and channel = 'wechat' and state = 'sent' \
          returning facility_id, notice_id",
    )
    .bind(account)
    .bind(message.to_owned())
    .bind(format!("undelivered_{error_code}"))
    .bind(now)
    .opt()
    .await
}
