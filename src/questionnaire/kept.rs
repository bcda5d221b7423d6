//! What of a response is kept: its answers. A client may write anything beside them, such as a text with her name; it would
//! be stored, shown and given out under a promise that was made for the answers alone.

use serde_json::{Map, Value};

const DOCUMENT: &[&str] = &[
    "resourceType",
    "questionnaire",
    "status",
    "authored",
    "language",
    "item",
];
const ITEM: &[&str] = &["linkId", "answer", "item"];
/// Members of the answers that are objects, by the name of the value.
const PARTS: &[(&str, &[&str])] = &[
    ("valueCoding", &["system", "version", "code", "display"]),
    (
        "valueQuantity",
        &["value", "comparator", "unit", "system", "code"],
    ),
    (
        "valueAttachment",
        &["contentType", "data", "url", "size", "hash", "title"],
    ),
    ("valueReference", &["reference", "type", "identifier", "display"]),
];

/// Takes away every member of a response that is neither an answer nor what the answers stand in.
pub fn only_answers(document: &mut Value) {
    if let Value::Object(members) = document {
        only(members, |name| DOCUMENT.contains(&name));
        below(members);
    }
}

/// The items below a document, an item or an answer.
fn below(members: &mut Map<String, Value>) {
    for item in list(members, "item") {
        only(item, |name| ITEM.contains(&name));
        for answer in list(item, "answer") {
            only(answer, |name| name.starts_with("value") || name == "item");
            for (name, value) in answer.iter_mut() {
                let known = PARTS.iter().find(|(part, _)| part == name);
                if let (Some((_, known)), Value::Object(part)) = (known, value) {
                    only(part, |member| known.contains(&member));
                }
            }
            below(answer);
        }
        below(item);
    }
}

/// The objects in a list of this name.
fn list<'a>(
    members: &'a mut Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = &'a mut Map<String, Value>> {
    let list = members.iter_mut().find(|(own, _)| *own == name);
    let list = list.and_then(|(_, list)| list.as_array_mut());
    list.into_iter().flatten().filter_map(Value::as_object_mut)
}

/// To look costs less than to sort out, and there is hardly ever anything to sort out.
fn only(members: &mut Map<String, Value>, wanted: impl Fn(&str) -> bool) {
    if !members.keys().all(|name| wanted(name)) {
        members.retain(|name, _| wanted(name));
    }
}
