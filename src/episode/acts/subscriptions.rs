//! What she allows WeChat to send her.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::json;
use tracing::instrument;

use crate::base::error::{Error, Result};
use crate::base::id::AccountId;
use crate::base::{Act, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode::model::{LedgerWord, Subscription};
use crate::episode::rules::deliveries as rules;
use crate::episode::{jobs, store};
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::wechat::News;

/// The templates that she can be asked about, and how many messages she still allows. The mini-program asks from within a
/// tap, so it has this list before.
#[instrument(name = "episode.subscriptions", skip_all)]
pub async fn subscriptions(ctx: &Ctx, caller: &Caller) -> Result<Vec<Subscription>> {
    policy::allowed(caller, Act::EpisodeSubscriptions)?;
    let account = caller.account()?;
    let mut view = ctx.view();
    let mut all = Vec::new();
    for template in &ctx.settings.templates {
        let ledger = store::ledger(&mut view, account, &template.id).await?;
        all.push(Subscription {
            template: template.id.clone(),
            kinds: template.kinds.clone(),
            long_term: template.long_term,
            left: rules::left(&ledger, template.long_term),
        });
    }
    Ok(all)
}

/// She tapped WeChat's prompt: what her phone says that she chose.
///
/// Errors: `http.invalid` for a template that is not the account's.
#[instrument(name = "episode.subscribe", skip_all)]
pub async fn subscribe(ctx: &Ctx, caller: &Caller, template: &str, accepted: bool) -> Result<()> {
    policy::allowed(caller, Act::EpisodeSubscribe)?;
    let account = caller.account()?;
    let mut tx = once!(ctx, Act::EpisodeSubscribe, caller);
    let mut faults = Faults::default();
    let known = ctx.settings.templates.iter().any(|one| one.id == template);
    faults.check(known, "/template", "unknown");
    faults.done()?;
    let word = if accepted {
        LedgerWord::Accepted
    } else {
        LedgerWord::Declined
    };
    let now = tx.now;
    store::add_ledger_entry(&mut tx, account, template, word, now).await?;
    let subject = Subject {
        noun: "subscription",
        id: Some(account.0),
        patient: caller.bound().ok().map(|mine| mine.patient.0),
    };
    tx.journal(
        caller,
        subject,
        json!({ "template": template, "accepted": accepted }),
    )
    .await?;
    tx.commit().await
}

/// So long after a message was lost the delivery is waited for.
const BEFORE_OUR_OWN: TimeDelta = TimeDelta::minutes(5);

/// Takes into account what WeChat told: what she allows counts from when it happened, in whatever order it is told. A
/// message that it took and then lost goes out by the next channel.
pub fn heard<'a>(
    tx: &'a mut Tx,
    account: AccountId,
    news: &'a News,
    at: DateTime<Utc>,
) -> BoxFuture<'a, Result<()>> {
    let hear = async move {
        // Its word on the time is not believed beyond the present.
        let at = at.min(tx.now);
        let (template, word) = match news {
            News::Prompted { template, accepted } if *accepted => (template, LedgerWord::Reported),
            News::Prompted { template, .. } => (template, LedgerWord::Declined),
            News::Changed { template, accepted } if !accepted => (template, LedgerWord::Refused),
            News::Sent {
                msgid, error_code, ..
            } if *error_code != 0 => {
                let lost = store::lose_delivery(tx, account, msgid, *error_code).await?;
                let Some((facility, notice)) = lost else {
                    // WeChat may tell before we have written down that it was taken.
                    return match tx.now - at < BEFORE_OUR_OWN {
                        true => Err(Error::broken("a message that WeChat lost is not known yet")),
                        false => Ok(()),
                    };
                };
                let due = tx.now;
                let payload = jobs::OfNotice { notice };
                return tx.enqueue(jobs::message(facility, &payload, due)).await;
            }
            // Switched on again it is a tap that WeChat asks for first, and tells of.
            News::Changed { .. } | News::Sent { .. } | News::MediaChecked { .. } => return Ok(()),
        };
        store::add_ledger_entry(tx, account, template, word, at).await
    };
    hear.boxed()
}
