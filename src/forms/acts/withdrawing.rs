//! Answers that were entered in error: they are marked, with a reason, and nothing that followed from them counts. What they
//! replaced stands again; without that the form may be filled in anew.

use serde_json::{Value, json};
use tracing::instrument;

use super::amending::replaced;
use super::filing::{entry_of, stop};
use super::mine::subject;
use super::staff::{Record, load, must_be_completed, with_marks};
use crate::base::error::{Error, Result};
use crate::base::id::ResponseId;
use crate::base::{Act, Noun};
use crate::ctx::{Ctx, Sender, Tx};
use crate::episode;
use crate::forms::model::{Hooks, Response, ResponseStatus, Revision, Submitted, Withdrawn};
use crate::forms::store;
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::questionnaire::Answers;

/// Staff mark submitted answers as entered in error: filed for the wrong woman, or never given so. Replies to the survey
/// are marked by the quality office, which marks nothing else.
///
/// Errors: `http.invalid` without a reason of 1-500 characters, `forms.not_completed`, `forms.stopped`,
/// `forms.already_amended` with the id of the newer answers, `forms.entered_in_error`.
#[instrument(name = "forms.withdraw", skip_all)]
pub async fn withdraw(
    ctx: &Ctx,
    hooks: &Hooks,
    caller: &Caller,
    id: ResponseId,
    reason: &str,
) -> Result<Record> {
    policy::allowed(caller, Act::FormsWithdraw)?;
    let me = caller.staff()?;
    let mut faults = Faults::default();
    let reason = faults.text(reason, "/reason", 1, 500);
    faults.done()?;
    let mut tx = once!(ctx, Act::FormsWithdraw, caller);
    let seen = load(&mut tx, caller, Act::FormsWithdraw, id).await?;
    let episode = episode::facts::lock(&mut tx, seen.facility_id, seen.episode_id)
        .await?
        .ok_or(Error::Missing(Noun::Episode))?;
    let mut response = load(&mut tx, caller, Act::FormsWithdraw, id).await?;
    must_be_completed(&response)?;
    if let Some(open) = response.amending.open
        && let Some(draft) = store::response(&mut tx, response.facility_id, open).await?
    {
        stop(&mut tx, caller, draft).await?;
    }
    let former = replaced(&mut tx, &response).await?;
    let read = response.version;
    response.version += 1;
    response.status = ResponseStatus::EnteredInError;
    response.withdrawn = Some(Withdrawn {
        reason,
        by: me.id,
        at: tx.now,
    });
    if let Value::Object(document) = &mut response.content {
        document.insert("status".to_owned(), json!("entered-in-error"));
    }
    let actor = caller.actor();
    let revision = Revision {
        response: &response,
        actor,
    };
    store::update(&mut tx, revision, read).await?;
    store::set_withdrawn(&mut tx, &response).await?;
    let detail = json!({ "version": response.version, "stands": former.as_ref().map(|former| former.id) });
    if let Some(former) = former {
        reinstate(&mut tx, caller, former, response.version).await?;
    }
    let answers = Answers::from_response(&entry_of(ctx, &response)?.form, &response.content);
    let submitted = Submitted {
        response: &response,
        answers: &answers,
        episode: &episode,
        locale: caller.request.locale,
        by: caller,
    };
    hooks.run(ctx, &mut tx, &submitted).await?;
    tx.journal(caller, subject(&response), detail).await?;
    let record = with_marks(ctx, &mut tx, response).await?;
    tx.commit_with(&record).await?;
    Ok(record)
}

/// What was replaced stands again. Its revision goes beyond that of what replaced it, so that what the rules say on each
/// stays in order.
async fn reinstate(tx: &mut Tx, caller: &Caller, former: Response, after: i64) -> Result<()> {
    let read = former.version;
    let former = Response {
        status: ResponseStatus::Completed,
        version: read.max(after) + 1,
        ..former
    };
    let actor = caller.actor();
    let revision = Revision {
        response: &former,
        actor,
    };
    store::update(tx, revision, read).await
}
