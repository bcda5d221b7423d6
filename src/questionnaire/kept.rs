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
        members.retain(|name, _| DOCUMENT.contains(&name.as_str()));
        items(members);
    }
}

fn items(members: &mut Map<String, Value>) {
    let list = members.get_mut("item").and_then(Value::as_array_mut);
    for item in list.into_iter().flatten().filter_map(Value::as_object_mut) {
        item.retain(|name, _| ITEM.contains(&name.as_str()));
        let answers = item.get_mut("answer").and_then(Value::as_array_mut);
        for answer in answers.into_iter().flatten().filter_map(Value::as_object_mut) {
            answer.retain(|name, _| name.starts_with("value") || name == "item");
            for (name, known) in PARTS {
                let part = answer.get_mut(*name).and_then(Value::as_object_mut);
                if let Some(part) = part {
                    part.retain(|member, _| known.contains(&member.as_str()));
                }
            }
            items(answer);
        }
        items(item);
    }
}
