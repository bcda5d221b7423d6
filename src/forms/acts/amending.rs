//! She changes what she submitted: a draft with a reason, which on submission takes the place of the earlier answers.
//! Both stay. The earlier document is never touched; only its status says that it was replaced.

use chrono::{DateTime, Utc};
use serde_json::json;
use tracing::instrument;

use super::filing::{context, drafted_from, entry_of, warnings};
use super::mine::{is_of_staff, locked, subject};
use crate::base::error::{Error, Result};
use crate::base::id::ResponseId;
use crate::base::{Act, Code, Noun};
use crate::ctx::{Ctx, Sender, Tx};
use crate::episode::model::{Episode, Stage};
use crate::forms::model::{Amending, Assignment, Drafted, Response, ResponseStatus, Revision};
use crate::forms::{rules, store};
use crate::http::params::Faults;
use crate::once;
use crate::people;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::questionnaire::Mode;

/// She begins to change submitted answers of hers: a draft with the same answers in the same version of the form.
///
/// Errors: `http.invalid` without a reason of 1-500 characters, `forms.not_completed`, `forms.already_amended` and
/// `forms.amendment_open` with the id of the other answers, `forms.window_closed`, `episode.closed`.
#[instrument(name = "forms.amend", skip_all)]
pub async fn amend(ctx: &Ctx, caller: &Caller, id: ResponseId, reason: &str) -> Result<Drafted> {
    policy::allowed(caller, Act::FormsAmend)?;
    let mut faults = Faults::default();
    let reason = faults.text(reason, "/reason", 1, 500);
    faults.done()?;
    let mut tx = once!(ctx, Act::FormsAmend, caller);
    people::facts::require_agreements(&mut tx, ctx, caller).await?;
    let (before, episode) = locked(&mut tx, caller, Act::FormsAmend, id).await?;
    if is_of_staff(ctx, &before) {
        return Err(Error::Missing(Noun::Response));
    }
    let all = store::assignments(&mut tx, episode.facility_id, episode.id).await?;
    must_be_amendable(&before, &episode, &all, tx.now)?;
    if let Some(open) = before.amending.open {
        return Err(Error::Conflict(Code::FormsAmendmentOpen, json!({ "id": open })));
    }
    let mut response = Response {
        id: tx.id(),
        status: ResponseStatus::InProgress,
        staff_items: None,
        authored_at: tx.now,
        completed_at: None,
        entered_by: None,
        withdrawn: None,
        amending: Amending {
            amends: Some(before.id),
            reason: Some(reason),
            ..Amending::default()
        },
        version: 1,
        ..before
    };
    let form = &entry_of(ctx, &response)?.form;
    // What was right when she submitted may be late by now, such as a date: she sees it, and corrects it.
    let judged = form.check(&response.content, Mode::Draft, &context(&response.name, tx.now));
    response.content = drafted_from(judged.normalized);
    let actor = caller.actor();
    let revision = Revision {
        response: &response,
        actor,
    };
    store::add(&mut tx, revision).await?;
    let mut remarks = warnings(&judged.warnings, caller.request.locale);
    remarks.extend(warnings(&judged.errors, caller.request.locale));
    let drafted = Drafted {
        warnings: remarks,
        asked_before: None,
        response,
    };
    tx.journal(
        caller,
        subject(&drafted.response),
        json!({ "form": drafted.response.questionnaire, "amends": before.id }),
    )
    .await?;
    tx.commit_with(&drafted).await?;
    Ok(drafted)
}

/// Whether these submitted answers may be replaced now.
///
/// Errors: `forms.not_completed`, `forms.already_amended`, `forms.window_closed`, `episode.closed`.
pub(super) fn must_be_amendable(
    before: &Response,
    episode: &Episode,
    asked: &[Assignment],
    now: DateTime<Utc>,
) -> Result<()> {
    rules::may_amend(before, asked, now).map_err(|code| refused(code, before))?;
    if episode.stage == Stage::Closed {
        return Err(Error::Refused(Code::EpisodeClosed));
    }
    Ok(())
}

/// Says with the refusal where the newer answers are.
pub(super) fn refused(code: Code, before: &Response) -> Error {
    match before.amending.amended_by {
        Some(newer) if code == Code::FormsAlreadyAmended => Error::Conflict(code, json!({ "id": newer })),
        _ => Error::Refused(code),
    }
}

/// The submitted answers that a draft would replace.
pub(super) async fn replaced(tx: &mut Tx, draft: &Response) -> Result<Option<Response>> {
    let Some(id) = draft.amending.amends else {
        return Ok(None);
    };
    let before = store::response(tx, draft.facility_id, id).await?;
    before.ok_or(Error::Missing(Noun::Response)).map(Some)
}

/// What goes over to an amendment with its submission: what staff entered meanwhile, and the count of revisions, so that
/// what the rules said on each stays in order.
pub(super) fn inherit(response: &mut Response, before: &Response) {
    response.staff_items = before.staff_items.clone();
    response.version = response.version.max(before.version + 1);
}

/// Marks the earlier answers as replaced. What staff compared with its source stays compared where it is unchanged.
/// Gives the questions that changed.
pub(super) async fn replace(
    tx: &mut Tx,
    caller: &Caller,
    before: Response,
    response: &Response,
) -> Result<Vec<String>> {
    let changed = rules::changed(&before.content, &response.content);
    for verified in store::verifications(tx, before.facility_id, before.id).await? {
        if !changed.contains(&verified.link_id) {
            let (link_id, staff, at) = (&verified.link_id, verified.staff_id, verified.at);
            store::verify(tx, response.facility_id, response.id, link_id, staff, at).await?;
        }
    }
    let read = before.version;
    let before = Response {
        status: ResponseStatus::Amended,
        version: read + 1,
        ..before
    };
    let actor = caller.actor();
    let revision = Revision {
        response: &before,
        actor,
    };
    store::update(tx, revision, read).await?;
    Ok(changed)
}
