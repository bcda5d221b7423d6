//! Sessions under their owner's eyes: which there are, and the end of those that shall be no more.

use serde_json::json;
use tracing::instrument;

use super::identity::{known, seen_since};
use crate::base::error::{Error, Result};
use crate::base::id::{PatientId, SessionId};
use crate::base::{Act, Code, Noun, Page, PageRequest, Subject};
use crate::ctx::Ctx;
use crate::people::caller::{Caller, Mine, Who};
use crate::people::model::{SessionListed, Whose};
use crate::people::{policy, rules, store};

fn whose(caller: &Caller) -> Whose {
    match caller.who {
        Who::Patient { account, .. } => Whose::Account(account),
        Who::Staff { id, facility, .. } => Whose::Staff(id, facility),
    }
}

/// Where somebody is logged in now, the newest first.
#[instrument(name = "people.sessions", skip_all)]
pub async fn sessions(ctx: &Ctx, caller: &Caller, page: PageRequest) -> Result<Page<SessionListed>> {
    policy::allowed(caller, Act::PeopleSessions)?;
    let after = page.after::<SessionId>("sessions")?;
    let now = ctx.clock.now();
    let (mut view, limit) = (ctx.view(), page.limit + 1);
    let rows = store::sessions(&mut view, whose(caller), caller.session, now, after, limit).await?;
    Ok(page.page(rows, "sessions", |session| session.id))
}

/// Somebody ends one of his sessions.
#[instrument(name = "people.end_session", skip_all)]
pub async fn end_session(ctx: &Ctx, caller: &Caller, id: SessionId) -> Result<()> {
    policy::allowed(caller, Act::PeopleEndSession)?;
    let mut tx = ctx.write(Act::PeopleEndSession).await?;
    if !store::end_own_session(&mut tx, whose(caller), id).await? {
        return Err(Error::Missing(Noun::Session));
    }
    tx.journal(caller, Subject::thing("session", id), json!({}))
        .await?;
    tx.commit().await
}

/// Somebody ends all his sessions but the one that asks.
#[instrument(name = "people.end_other_sessions", skip_all)]
pub async fn end_other_sessions(ctx: &Ctx, caller: &Caller) -> Result<()> {
    policy::allowed(caller, Act::PeopleEndOtherSessions)?;
    let mut tx = ctx.write(Act::PeopleEndOtherSessions).await?;
    store::end_other_sessions(&mut tx, whose(caller), caller.session).await?;
    tx.journal(caller, Subject::thing("session", caller.session), json!({}))
        .await?;
    tx.commit().await
}

/// Staff who have just seen her in person end all her sessions and let her account go: whoever holds her lost phone is
/// logged in to WeChat, and would be let in again (CE-102).
///
/// Errors: `people.identity_unchecked`.
#[instrument(name = "people.end_her_sessions", skip_all)]
pub async fn end_her_sessions(ctx: &Ctx, caller: &Caller, id: PatientId) -> Result<()> {
    policy::allowed(caller, Act::PeopleEndHerSessions)?;
    let staff = caller.staff()?;
    let mut tx = ctx.write(Act::PeopleEndHerSessions).await?;
    let mine = Mine {
        patient: known(&mut tx, caller, Act::PeopleEndHerSessions, staff, id).await?,
        facility: staff.facility,
    };
    if !store::lock_patient(&mut tx, mine).await? {
        return Err(Error::Missing(Noun::Patient));
    }
    let since = tx.now - rules::ACCOUNT_CHECK;
    if !seen_since(&mut tx, mine, since).await? {
        return Err(Error::Refused(Code::PeopleIdentityUnchecked));
    }
    let account = store::let_go(&mut tx, mine).await?;
    let detail = json!({ "was_bound": account.is_some() });
    tx.journal(caller, Subject::of_patient("patient", id, id), detail)
        .await?;
    tx.commit().await
}
