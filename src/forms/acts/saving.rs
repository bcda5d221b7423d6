//! She fills in a draft and submits it.

use serde_json::{Value, json};
use tracing::instrument;

use super::amending;
use super::attaching::with_files;
use super::earlier::asked_before;
use super::filing::{as_shown, context, entry_of, retired, take};
use super::mine::{locked, own, subject};
use crate::base::error::{Error, Result};
use crate::base::id::ResponseId;
use crate::base::request::IfMatch;
use crate::base::{Act, Code, Noun};
use crate::ctx::{Ctx, Sender, Tx};
use crate::forms::model::{Answered, Drafted, Hooks, Response, ResponseStatus, Revision, Submitted};
use crate::forms::{rules, store};
use crate::once;
use crate::people;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::questionnaire::Mode;

/// She saves her draft. The same answers again make no new revision.
///
/// Errors: `forms.response_invalid`, `forms.already_completed`, `forms.stopped`, `http.stale` with the questions that
/// changed.
#[instrument(name = "forms.save", skip_all)]
pub async fn save(ctx: &Ctx, caller: &Caller, id: ResponseId, content: Value) -> Result<Drafted> {
    policy::allowed(caller, Act::FormsSave)?;
    let mine = caller.mine()?;
    let mut tx = ctx.write(Act::FormsSave).await?;
    people::facts::require_agreements(&mut tx, ctx, caller).await?;
    let found = store::response(&mut tx, mine.facility, id).await?;
    let mut response = found.ok_or(Error::Missing(Noun::Response))?;
    own(&mut tx, caller, Act::FormsSave, &response).await?;
    must_be_draft(&response)?;
    match caller.request.must_match(response.version) {
        Err(Error::Stale { .. }) => return Err(behind(ctx, &mut tx, caller, &response, &content).await?),
        matched => matched?,
    }
    let before = response.content.clone();
    let content = with_files(&mut tx, caller, &response, content).await?;
    let (_, warnings) = take(
        ctx,
        &mut response,
        content,
        Mode::Draft,
        tx.now,
        caller.request.locale,
    )?;
    if response.content != before {
        let read = response.version;
        response.version += 1;
        let actor = caller.actor();
        let revision = Revision {
            response: &response,
            actor,
        };
        match store::update(&mut tx, revision, read).await {
            Err(Error::Stale { .. }) => {
                // Somebody saved or submitted since it was read above.
                let found = store::response(&mut tx, mine.facility, id).await?;
                let now = found.ok_or(Error::Missing(Noun::Response))?;
                must_be_draft(&now)?;
                return Err(behind(ctx, &mut tx, caller, &now, &response.content).await?);
            }
            written => written?,
        }
        tx.journal(caller, subject(&response), json!({ "version": response.version }))
            .await?;
        let asked_before = asked_before(ctx, &mut tx, &response).await?;
        tx.commit().await?;
        return Ok(Drafted {
            response,
            warnings,
            asked_before,
        });
    }
    Ok(Drafted {
        asked_before: asked_before(ctx, &mut tx, &response).await?,
        response,
        warnings,
    })
}

/// The refusal of a save on an older version: what changed since the client read it, or, where that version is no longer
/// held, what differs from the answers it sent.
async fn behind(ctx: &Ctx, tx: &mut Tx, caller: &Caller, current: &Response, sent: &Value) -> Result<Error> {
    let held = match caller.request.if_match {
        Some(IfMatch::Version(version)) => {
            store::draft_answers(tx, current.facility_id, current.id, version).await?
        }
        _ => None,
    };
    let seen = match held {
        Some(answers) => answers,
        None => {
            let form = &entry_of(ctx, current)?.form;
            let judged = form.check(sent, Mode::Draft, &context(&current.name, tx.now));
            let mut answers = judged.normalized;
            as_shown(&mut answers);
            answers
        }
    };
    Ok(Error::StaleAnswers {
        current: current.version,
        changed_link_ids: rules::changed(&seen, &current.content),
    })
}

/// She submits her answers: all of them are judged, and later slices say what follows. An amendment takes the place of
/// what it amends in the same breath.
///
/// Errors: `forms.response_invalid` with every answer at fault, `forms.already_completed`, `forms.stopped`,
/// `forms.window_closed`, `forms.questionnaire_retired`.
#[instrument(name = "forms.submit", skip_all)]
pub async fn submit(
    ctx: &Ctx,
    hooks: &Hooks,
    caller: &Caller,
    id: ResponseId,
    strict: bool,
) -> Result<Answered> {
    policy::allowed(caller, Act::FormsSubmit)?;
    let mut tx = once!(ctx, Act::FormsSubmit, caller);
    people::facts::require_agreements(&mut tx, ctx, caller).await?;
    let (mut response, episode) = locked(&mut tx, caller, Act::FormsSubmit, id).await?;
    must_be_draft(&response)?;
    let all = store::assignments(&mut tx, episode.facility_id, episode.id).await?;
    let replaced = amending::replaced(&mut tx, &response).await?;
    match &replaced {
        Some(before) => amending::must_be_amendable(before, &episode, &all, tx.now)?,
        None => {
            let asked = all.iter().filter(|one| Some(one.id) == response.assignment_id);
            rules::answerable(asked, tx.now).map_err(Error::Refused)?;
        }
    }
    if entry_of(ctx, &response)?.over(tx.now) && replaced.is_none() {
        return Err(retired(""));
    }
    let mode = if strict { Mode::SubmitStrict } else { Mode::Submit };
    response.status = ResponseStatus::Completed;
    response.completed_at = Some(tx.now);
    let read = response.version;
    response.version += 1;
    if let Some(before) = &replaced {
        amending::inherit(&mut response, before);
    }
    let content = std::mem::take(&mut response.content);
    let content = with_files(&mut tx, caller, &response, content).await?;
    let (answers, warnings) = take(ctx, &mut response, content, mode, tx.now, caller.request.locale)?;
    let actor = caller.actor();
    let revision = Revision {
        response: &response,
        actor,
    };
    store::update(&mut tx, revision, read).await?;
    let mut detail = json!({ "form": response.questionnaire, "version": response.version });
    if let Some(before) = replaced {
        let changed = amending::replace(&mut tx, caller, before, &response).await?;
        detail["amends"] = json!(response.amending.amends);
        detail["changed"] = json!(changed);
    }
    let submitted = Submitted {
        response: &response,
        answers: &answers,
        episode: &episode,
        locale: caller.request.locale,
        by: caller,
    };
    let told = hooks.run(ctx, &mut tx, &submitted).await?;
    tx.journal(caller, subject(&response), detail).await?;
    let answered = Answered {
        response,
        warnings,
        told,
    };
    tx.commit_with(&answered).await?;
    Ok(answered)
}

pub(super) fn must_be_draft(response: &Response) -> Result<()> {
    match response.status {
        ResponseStatus::InProgress => Ok(()),
        ResponseStatus::Completed | ResponseStatus::Amended => {
            Err(Error::Refused(Code::FormsAlreadyCompleted))
        }
        ResponseStatus::Stopped => Err(Error::Refused(Code::FormsStopped)),
        ResponseStatus::EnteredInError => Err(Error::Refused(Code::FormsEnteredInError)),
    }
}
