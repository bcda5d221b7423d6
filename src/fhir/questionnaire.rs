//! Forms as `Questionnaire`. The newest version carries the form's name as its id, an older one also its version.

use serde_json::Value;

use super::Answer;
use super::asked::Asked;
use super::bundle::{each, searchset};
use crate::base::error::Result;
use crate::content::forms::Entry;
use crate::ctx::Ctx;
use crate::forms::door as forms;
use crate::people::caller::Caller;

/// Between the name and the version in the id of an older version.
const VERSION: &str = "-v";

pub(super) async fn read(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Answer> {
    let older = asked.id.rsplit_once(VERSION).filter(|(_, version)| {
        version.starts_with(|c: char| c.is_ascii_digit()) && ctx.content.forms.current(&asked.id).is_none()
    });
    let entry = match older {
        Some((name, version)) => forms::questionnaire(ctx, caller, name, Some(version)).await?,
        None => forms::questionnaire(ctx, caller, &asked.id, None).await?,
    };
    Ok(resource(ctx, &entry).into())
}

pub(super) async fn search(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Answer> {
    let page = asked.page()?;
    let [url, version, name] = ["url", "version", "name"].map(|name| asked.get(name));
    let question = format!("{url:?} {version:?} {name:?}");
    let after: Option<(String, String)> = page.after(&question)?;
    let key = |entry: &Entry| (entry.name.clone(), entry.version.clone());
    let mut all = forms::questionnaires(ctx, caller).await?;
    all.retain(|entry| {
        url.is_none_or(|url| entry.form.definition().url.as_deref() == Some(url))
            && version.is_none_or(|version| entry.version == version)
            && name.is_none_or(|name| entry.name == name)
    });
    // They come in the order of names and versions, so the page begins behind the last one that was seen.
    let seen = after.and_then(|after| all.iter().position(|entry| key(entry) == after));
    let rows = all
        .into_iter()
        .skip(seen.map_or(0, |position| position + 1))
        .take(usize::try_from(page.limit).unwrap_or(0) + 1)
        .collect();
    let found = page.page(rows, &question, key);
    Ok(searchset(asked, each(found, |entry| vec![resource(ctx, &entry)])))
}

fn resource(ctx: &Ctx, entry: &Entry) -> Value {
    let id = if ctx.content.forms.is_current(entry) {
        entry.name.clone()
    } else {
        format!("{}{VERSION}{}", entry.name, entry.version)
    };
    let mut resource = Value::clone(&entry.served);
    if let Some(members) = resource.as_object_mut() {
        members.insert("id".to_owned(), id.into());
    }
    resource
}
