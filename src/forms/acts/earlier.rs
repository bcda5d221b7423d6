//! At the re-check: what she said before.

use serde_json::{Map, Value};

use crate::base::error::Result;
use crate::content::forms::{ASSESSMENT, RECHECK};
use crate::ctx::{Ctx, Records};
use crate::episode::model::Episode;
use crate::forms::model::{AskedBefore, Response};
use crate::forms::{rules, store};

/// What the re-check of this pregnancy is filled in with: the newest answers to what is asked again, of the assessment or,
/// when she is admitted once more, of the re-check before.
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
    let offered = newest.and_then(|newest| {
        let authored = ctx.content.forms.authored(newest.form_version())?;
        let again: Vec<&str> = authored.prefilled_at_recheck().collect();
        Some(rules::values(&newest.content, &|link_id| {
            again.contains(&link_id)
        }))
    });
    Ok(offered.unwrap_or_default())
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
    let before = store::newest_before(r, place, episode, [ASSESSMENT, RECHECK], response.id, begun).await?;
    let Some((before, answered_at)) = before.and_then(|before| {
        let at = before.completed_at?;
        Some((before, at))
    }) else {
        return Ok(None);
    };
    let forms = &ctx.content.forms;
    let (Some(authored), Some(first), Some(again)) = (
        forms.authored(before.form_version()),
        forms.version(ASSESSMENT, before.form_version()),
        forms.version(RECHECK, response.form_version()),
    ) else {
        return Ok(None);
    };
    let lasting: Vec<&str> = authored.prefilled_at_recheck().collect();
    let offered = rules::values(&before.content, &|link_id| lasting.contains(&link_id));
    let now = rules::values(&response.content, &|_| true);
    let mut changed = rules::changed(&before.content, &response.content);
    // A question that is never filled in is not changed by being open still.
    changed.retain(|link_id| {
        let twice = first.form.has_item(link_id) && again.form.has_item(link_id);
        twice && (offered.contains_key(link_id) || now.contains_key(link_id))
    });
    Ok(Some(AskedBefore {
        response: before.id,
        answered_at,
        link_ids: offered.keys().cloned().collect(),
        changed,
    }))
}
