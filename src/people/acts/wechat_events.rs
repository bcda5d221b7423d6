//! What WeChat pushes: kept at once, taken into account by a job, so that WeChat never waits.

use serde_json::{Value, json};
use tracing::instrument;

use crate::base::error::Result;
use crate::base::id::{AccountId, WechatEventId};
use crate::base::request::RequestInfo;
use crate::base::{Act, Actor, Subject};
use crate::ctx::{Ctx, Tx};
use crate::outbox::Message;
use crate::people::jobs::{self, WechatEvent};
use crate::people::model::Keepers;
use crate::people::store;
use crate::wechat::{News, Pushed};

/// Keeps what was pushed, each event once however often it comes. Of people without an account nothing is kept.
#[instrument(name = "people.wechat_event", skip_all)]
pub async fn wechat_pushed(ctx: &Ctx, request: &RequestInfo, pushed: &Pushed) -> Result<()> {
    let mut tx = ctx.write(Act::PeopleWechatEvent).await?;
    let known = store::known_account(&mut tx, &ctx.settings.app_id, &pushed.openid).await?;
    let Some(account) = known else {
        return Ok(());
    };
    let mut kept = Vec::new();
    for news in &pushed.news {
        let Some(event) = store::add_wechat_event(&mut tx, account, pushed.at, news).await? else {
            continue;
        };
        let due = tx.now;
        tx.enqueue(Message {
            kind: jobs::WECHAT_EVENT,
            facility: None,
            payload: &WechatEvent { event },
            dedupe: None,
            due,
        })
        .await?;
        kept.push(news.kind());
    }
    if kept.is_empty() {
        return Ok(());
    }
    journal(&mut tx, account, json!({ "kept": kept }), Some(&request.id)).await?;
    tx.commit().await
}

/// Takes a kept event into account, once, though perhaps not in the order in which they happened.
#[instrument(name = "people.wechat_event", skip_all)]
pub async fn take_wechat_event(ctx: &Ctx, keepers: &Keepers, id: WechatEventId) -> Result<()> {
    let mut tx = ctx.write(Act::PeopleWechatEvent).await?;
    let Some(event) = store::take_wechat_event(&mut tx, id).await? else {
        return Ok(());
    };
    (keepers.heard)(&mut tx, event.account, &event.news, event.happened_at).await?;
    tell(&mut tx, &event).await?;
    tx.commit().await
}

async fn tell(tx: &mut Tx, event: &store::WechatEvent) -> Result<()> {
    let detail = match &event.news {
        News::Prompted { template, accepted } | News::Changed { template, accepted } => {
            json!({ "event": event.news.kind(), "template": template, "accepted": accepted })
        }
        News::Sent {
            template,
            msgid,
            error_code,
        } => {
            json!({ "event": event.news.kind(), "template": template, "msgid": msgid, "error_code": error_code })
        }
        News::MediaChecked { trace_id, suggest } => {
            json!({ "event": event.news.kind(), "trace_id": trace_id, "suggest": suggest })
        }
    };
    journal(tx, event.account, detail, None).await
}

async fn journal(tx: &mut Tx, account: AccountId, detail: Value, request: Option<&str>) -> Result<()> {
    tx.journal_as(
        Act::PeopleWechatEvent,
        Actor::SYSTEM,
        None,
        Subject::thing("account", account),
        detail,
        request,
    )
    .await
}
