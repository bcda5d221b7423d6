//! A hospital's templates, the release's and its own: by address, where each stands, which one is in effect.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::model::{Consent, Listed, TemplateStanding};
use super::{flow, rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::FacilityId;
use crate::base::{Act, Code, Locale, Subject};
use crate::content::consents::Template;
use crate::ctx::{Ctx, Tx};
use crate::db::Q;

/// A template by its address, whatever its state: a consent that was made from it must be readable for ever.
pub async fn find<'a>(
    q: &mut impl Q,
    ctx: &'a Ctx,
    facility: FacilityId,
    id: &str,
) -> Result<Option<Cow<'a, Template>>> {
    match ctx.content.consents.get(id) {
        Some(shipped) => Ok(Some(Cow::Borrowed(shipped))),
        None => Ok(store::template(q, facility, id).await?.map(Cow::Owned)),
    }
}

/// What a list says of a template.
pub fn listed(template: &Template) -> Listed {
    let title = template.document.get("title").and_then(Value::as_str);
    Listed {
        id: template.id.clone(),
        code: template.code.clone(),
        version: template.version.clone(),
        locale: template.locale,
        title: title.unwrap_or_default().to_owned(),
        editor: None,
    }
}

/// Where every template of a hospital stands.
pub async fn all(
    q: &mut impl Q,
    ctx: &Ctx,
    facility: FacilityId,
    now: DateTime<Utc>,
) -> Result<Vec<TemplateStanding>> {
    let shipped = ctx.content.consents.all().iter().map(listed).collect();
    let own = store::templates(q, facility).await?;
    let events = store::template_events(q, facility).await?;
    Ok(rules::templates::standings(shipped, own, &events, now))
}

/// The template in effect in a language, else the Chinese one, which every woman can sign with an interpreter.
///
/// Errors: `consent.template_unavailable`.
pub async fn in_effect<'a>(
    tx: &mut Tx,
    ctx: &'a Ctx,
    facility: FacilityId,
    code: &str,
    locale: Locale,
) -> Result<Cow<'a, Template>> {
    store::hold_templates(tx, facility).await?;
    let now = tx.now;
    let all = all(tx, ctx, facility, now).await?;
    let current = rules::templates::in_effect(&all, code, locale, now)
        .or_else(|| rules::templates::in_effect(&all, code, Locale::ZhCn, now))
        .ok_or(Error::Refused(Code::ConsentTemplateUnavailable))?;
    find(tx, ctx, facility, &current.template.id)
        .await?
        .ok_or_else(|| Error::broken("a template in effect is not there"))
}

/// Whether a consent may be released from its template, which stays as it is until the transaction ends.
///
/// Errors: `consent.template_recalled`, `consent.template_retired`.
pub async fn releasable(tx: &mut Tx, ctx: &Ctx, consent: &Consent) -> Result<()> {
    store::hold_templates(tx, consent.facility_id).await?;
    let now = tx.now;
    let all = all(tx, ctx, consent.facility_id, now).await?;
    Ok(rules::templates::may_release(&consent.template_id, &all, now)?)
}

/// As [`releasable`], for a draft: one that was made from a wording that another one has replaced goes over to that, for
/// nobody has seen it yet; whether it did.
///
/// Errors: `consent.template_recalled`, `consent.template_unavailable`.
pub async fn follow(tx: &mut Tx, ctx: &Ctx, draft: &mut Consent) -> Result<bool> {
    let retired = match releasable(tx, ctx, draft).await {
        Err(Error::Refused(Code::ConsentTemplateRetired)) => Error::Refused(Code::ConsentTemplateRetired),
        other => return other.map(|()| false),
    };
    let former = find(tx, ctx, draft.facility_id, &draft.template_id).await?;
    let code = former.ok_or(retired)?.code.clone();
    move_draft(tx, ctx, draft, &code).await
}

/// Puts a draft on the wording in effect; whether it was on another one.
///
/// Errors: `consent.template_unavailable`.
pub async fn move_draft(tx: &mut Tx, ctx: &Ctx, draft: &mut Consent, code: &str) -> Result<bool> {
    let current = in_effect(tx, ctx, draft.facility_id, code, draft.locale).await?;
    if current.id == draft.template_id {
        return Ok(false);
    }
    if !store::move_draft(tx, draft, &current.id, current.locale).await? {
        return Err(Error::Stale {
            current: draft.revision,
        });
    }
    draft.template_id.clone_from(&current.id);
    draft.locale = current.locale;
    flow::save(tx, draft).await?;
    let subject = Subject::of_patient("consent", draft.id, draft.patient_id);
    let detail = json!({ "template": current.id, "revision": draft.revision });
    let (act, place) = (Act::ConsentTemplateChanged, Some(draft.facility_id));
    tx.journal_own(act, place, subject, detail).await?;
    Ok(true)
}
