//! The page of a search as a `Bundle`.

use serde_json::{Value, json};

use super::Answer;
use super::asked::Asked;
use crate::base::error::Result;
use crate::base::{Page, PageRequest};

/// The resources of one page, with the way to the next one.
pub(super) fn searchset(asked: &Asked, page: Page<Value>) -> Answer {
    let mut link = vec![json!({ "relation": "self", "url": asked.link(None) })];
    if let Some(cursor) = &page.next_cursor {
        link.push(json!({ "relation": "next", "url": asked.link(Some(cursor)) }));
    }
    let mut bundle = json!({ "resourceType": "Bundle", "type": "searchset", "link": link });
    let entries: Vec<Value> = page
        .items
        .into_iter()
        .map(|resource| entry(asked, resource))
        .collect();
    // The standard has no empty lists.
    if let (false, Some(members)) = (entries.is_empty(), bundle.as_object_mut()) {
        members.insert("entry".to_owned(), entries.into());
    }
    bundle.into()
}

fn entry(asked: &Asked, resource: Value) -> Value {
    let text = |name: &str| resource.get(name).and_then(Value::as_str).unwrap_or_default();
    let url = format!("{}/{}/{}", asked.base, text("resourceType"), text("id"));
    json!({ "fullUrl": url, "resource": resource, "search": { "mode": "match" } })
}

/// A page of things as a page of the resources that they are; a thing may be none or several.
pub(super) fn each<T>(page: Page<T>, resources: impl Fn(T) -> Vec<Value>) -> Page<Value> {
    Page {
        items: page.items.into_iter().flat_map(resources).collect(),
        next_cursor: page.next_cursor,
    }
}

/// A page of resources that are all at hand, by their ids.
pub(super) fn cut(page: &PageRequest, question: &str, mut all: Vec<Value>) -> Result<Page<Value>> {
    let id = |one: &Value| {
        one.get("id")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let after: Option<String> = page.after(question)?;
    all.sort_by_key(id);
    let rows = all
        .into_iter()
        .filter(|one| after.as_ref().is_none_or(|after| id(one) > *after))
        .take(usize::try_from(page.limit).unwrap_or(0) + 1)
        .collect();
    Ok(page.page(rows, question, id))
}
