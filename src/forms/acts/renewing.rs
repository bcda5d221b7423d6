//! What else becomes of a draft: it moves to a newer version of its form when she asks for that, or she gives it up.

use serde_json::json;
use tracing::instrument;

use super::filing::{context, current, entry_of, stop, warnings};
use super::mine::{is_of_staff, locked, subject};
use super::saving::must_be_draft;
use crate::base::error::{Error, Result};
use crate::base::id::ResponseId;
use crate::base::{Act, Noun};
use crate::ctx::{Ctx, Sender};
use crate::forms::model::{Drafted, Renewed, Revision};
use crate::forms::{rules, store};
use crate::once;
use crate::people;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::questionnaire::Mode;

/// Her draft moves to the newest version of its form. What means the same there is kept; the rest is named, for her to
/// answer again. An amendment stays with the version of what it amends.
///
/// Errors: `forms.already_completed`, `forms.stopped`.
#[instrument(name = "forms.renew", skip_all)]
pub async fn renew(ctx: &Ctx, caller: &Caller, id: ResponseId) -> Result<Renewed> {
    policy::allowed(caller, Act::FormsRenew)?;
    let mut tx = once!(ctx, Act::FormsRenew, caller);
    people::facts::require_agreements(&mut tx, ctx, caller).await?;
    let (mut response, _) = locked(&mut tx, caller, Act::FormsRenew, id).await?;
    if is_of_staff(ctx, &response) {
        return Err(Error::Missing(Noun::Response));
    }
    must_be_draft(&response)?;
    let asked = entry_of(ctx, &response)?;
    let newest = current(ctx, &response.name, response.after_loss)?;
    let moves = newest.form.canonical() != response.questionnaire && response.amending.amends.is_none();
    let mut dropped = Vec::new();
    let mut remarks = Vec::new();
    if moves {
        let (mut kept, lost) = rules::moved(&asked.form, &newest.form, &response.content);
        let document = newest.form.response_from_flat(&kept);
        let judged = newest
            .form
            .judge(document, Mode::Draft, &context(&response.name, tx.now));
        // A limit may be narrower than it was: what it refuses is answered again as well.
        let refused = judged
            .errors
            .iter()
            .filter(|problem| problem.code != "inconsistent")
            .filter_map(|problem| problem.link_id.clone());
        dropped.extend(lost.into_iter().chain(refused));
        dropped.sort();
        dropped.dedup();
        kept.retain(|link_id, _| !dropped.contains(link_id));
        remarks = judged.warnings;
        response.content = newest.form.response_from_flat(&kept);
        response.questionnaire = newest.form.canonical().to_owned();
        let read = response.version;
        response.version += 1;
        let actor = caller.actor();
        let revision = Revision {
            response: &response,
            actor,
        };
        store::update(&mut tx, revision, read).await?;
    }
    let renewed = Renewed {
        drafted: Drafted {
            warnings: warnings(&remarks, caller.request.locale),
            asked_before: None,
            response,
        },
        dropped,
    };
    tx.journal(
        caller,
        subject(&renewed.drafted.response),
        json!({ "form": renewed.drafted.response.questionnaire, "dropped": renewed.dropped }),
    )
    .await?;
    tx.commit_with(&renewed).await?;
    Ok(renewed)
}

/// She gives up a draft. It stays to be read; of an amendment, the submitted answers stand as they were.
///
/// Errors: `forms.already_completed`, `forms.stopped`.
#[instrument(name = "forms.abandon", skip_all)]
pub async fn abandon(ctx: &Ctx, caller: &Caller, id: ResponseId) -> Result<Drafted> {
    policy::allowed(caller, Act::FormsAbandon)?;
    let mut tx = once!(ctx, Act::FormsAbandon, caller);
    let (response, _) = locked(&mut tx, caller, Act::FormsAbandon, id).await?;
    if is_of_staff(ctx, &response) {
        return Err(Error::Missing(Noun::Response));
    }
    must_be_draft(&response)?;
    let drafted = Drafted {
        response: stop(&mut tx, caller, response).await?,
        warnings: Vec::new(),
        asked_before: None,
    };
    tx.journal(
        caller,
        subject(&drafted.response),
        json!({ "version": drafted.response.version, "amends": drafted.response.amending.amends }),
    )
    .await?;
    tx.commit_with(&drafted).await?;
    Ok(drafted)
}
