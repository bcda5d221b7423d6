//! What WeChat pushed about an account. No hospital's: the account is of the app, as WeChat's word on it is.

use chrono::{DateTime, Utc};

use crate::base::error::Result;
use crate::base::id::{AccountId, WechatEventId};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::vault::{Class, Sealed};
use crate::wechat::News;

/// An event that was kept.
pub struct WechatEvent {
    pub id: WechatEventId,
    pub account: AccountId,
    pub news: News,
    pub happened_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct EventRow {
    id: WechatEventId,
    account_id: AccountId,
    content: Sealed,
    happened_at: DateTime<Utc>,
}

/// Keeps an event of an account; none when it was told before.
pub async fn add_wechat_event(
    tx: &mut Tx,
    account: AccountId,
    happened_at: DateTime<Utc>,
    news: &News,
) -> Result<Option<WechatEventId>> {
    let id: WechatEventId = tx.id();
    let told = format!(
        "{account} {} {} {}",
        happened_at.timestamp(),
        news.kind(),
        news.about()
    );
    let mark = tx.blind(None, "wechat_event", &told);
    let content = tx
        .seal_json(None, account, Class::Contact, "wechat_event", news)
        .await?;
    let now = tx.now;
    let added: Option<(WechatEventId,)> = tx
        .q(
            "insert into wechat_event (id, account_id, mark, kind, content, happened_at, at) \
            values ($1, $2, $3, $4, $5, $6, $7) on conflict (mark) do nothing returning id",
        )
        .bind(id)
        .bind(account)
        .bind(mark)
        .bind(news.kind().to_owned())
        .bind(content)
        .bind(happened_at)
        .bind(now)
        .opt()
        .await?;
    Ok(added.map(|(id,)| id))
}

/// Takes an event to be taken into account; none when somebody has.
pub async fn take_wechat_event(tx: &mut Tx, id: WechatEventId) -> Result<Option<WechatEvent>> {
    let now = tx.now;
    let row: Option<EventRow> = tx
        .q(
            "update wechat_event set taken_at = $2 where id = $1 and taken_at is null \
            returning id, account_id, content, happened_at",
        )
        .bind(id)
        .bind(now)
        .opt()
        .await?;
    match row {
        Some(row) => read(tx, row).await.map(Some),
        None => Ok(None),
    }
}

/// What WeChat told about an account, in the order in which it happened.
pub async fn wechat_events(r: &mut impl Records, account: AccountId) -> Result<Vec<WechatEvent>> {
    let rows: Vec<EventRow> = r
        .q("select id, account_id, content, happened_at from wechat_event where account_id = $1 order by happened_at, id")
        .bind(account)
        .all()
        .await?;
    let mut events = Vec::new();
    for row in rows {
        events.push(read(r, row).await?);
    }
    Ok(events)
}

/// Takes away events that were told before a time; how many went.
pub async fn forget_wechat_events(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64> {
    tx.q("delete from wechat_event where at < $1")
        .bind(before)
        .run()
        .await
}

async fn read(r: &mut impl Records, row: EventRow) -> Result<WechatEvent> {
    Ok(WechatEvent {
        news: r.open_json(row.account_id, "wechat_event", &row.content).await?,
        id: row.id,
        account: row.account_id,
        happened_at: row.happened_at,
    })
}
