//! At the re-check: what she said before.

use serde_json::{Map, Value};

use crate::base::error::Result;
use crate::content::forms::{ASSESSMENT, RECHECK};
use crate::ctx::{Ctx, Records};
use crate::episode::model::Episode;
use crate::forms::model::{AskedBefore, Response};
use crate::forms::{rules, store};
use crate::questionnaire::Form;

/// What the re-check of this pregnancy is filled in with: the newest answers to what is asked again, of the assessment or,
/// when she is admitted once more, of the re-check before; where she submitted none, what she had drafted.
pub(super) async fn to_offer(
    ctx: &Ctx,
    r: &mut impl Records,
    episode: &Episode,
) -> Result<Map<String, Value>> {
    let mut newest: Option<Response> = None;
    for name in [ASSESSMENT, RECHECK] {
        let found = store::latest_completed(r, episode.facility_id, episode.id, name).await?;
        newest = found
            .filter(|one| {
                newest
                    .as_ref()
                    .is_none_or(|other| one.completed_at > other.completed_at)
            })
            .or(newest);
    }
    let newest = match newest {
        // A draft that admission overtook: she can't submit it any more, but she need not say it all again.
        None => {
            let now = ctx.clock.now();
            store::unsubmitted(r, episode.facility_id, episode.id, ASSESSMENT, now).await?
        }
        found => found,
    };
    let offered = newest.and_then(|newest| {
        let forms = &ctx.content.forms;
        let asked = forms.authored(newest.form_version())?;
        let now = forms.authored(&forms.current(RECHECK)?.version)?;
        Some(offered(&newest, asked, now))
    });
    Ok(offered.unwrap_or_default())
}

/// The answers that last from pregnancy into labor, to the questions that are still the same.
fn offered(before: &Response, asked: &Form, now: &Form) -> Map<String, Value> {
    let lasting: Vec<&str> = now.prefilled_at_recheck().collect();
    rules::values(&before.content, &|link_id| {
        lasting.contains(&link_id) && now.asks_the_same(asked, link_id)
    })
}

/// A re-check beside the newest answers that were there when it was begun; none of other forms, and none when nothing was
/// answered before.
pub(super) async fn asked_before(
    ctx: &Ctx,
    r: &mut impl Records,
    response: &Response,
) -> Result<Option<AskedBefore>> {
    if response.name != RECHECK {
        return Ok(None);
    }
    let (place, episode) = (response.facility_id, response.episode_id);
    let begun = response.authored_at;
    let before =
        match store::newest_before(r, place, episode, [ASSESSMENT, RECHECK], response.id, begun).await? {
            None => store::unsubmitted(r, place, episode, ASSESSMENT, begun).await?,
            found => found,
        };
    let Some(before) = before else {
        return Ok(None);
    };
    let forms = &ctx.content.forms;
    let (Some(asked), Some(authored), Some(first), Some(again)) = (
        forms.authored(before.form_version()),
        forms.authored(response.form_version()),
        forms.version(ASSESSMENT, before.form_version()),
        forms.version(RECHECK, response.form_version()),
    ) else {
        return Ok(None);
    };
    let offered = offered(&before, asked, authored);
    let now = rules::values(&response.content, &|_| true);
    let mut changed = rules::changed(&before.content, &response.content);
    // A question that is never filled in is not changed by being open still.
    changed.retain(|link_id| {
        let twice = first.form.has_item(link_id) && again.form.has_item(link_id);
        twice && (offered.contains_key(link_id) || now.contains_key(link_id))
    });
    Ok(Some(AskedBefore {
        response: before.id,
        answered_at: before.completed_at.unwrap_or(before.authored_at),
        submitted: before.completed_at.is_some(),
        link_ids: offered.keys().cloned().collect(),
        changed,
    }))
}
