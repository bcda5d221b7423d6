//! A hospital's templates, the release's and its own: by address, where each stands, which one is in effect.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::model::{Consent, Listed, TemplateStanding};
use super::{rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::FacilityId;
use crate::base::{Code, Locale};
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
