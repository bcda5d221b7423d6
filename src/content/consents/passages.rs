//! The texts of a template that she reads, for the report on readability: no codes, no printed labels, no questions' keys.

use serde_json::Value;

use crate::content::readability::Passage;

/// Members that hold no text for her.
const NOT_READ: [&str; 22] = [
    "schema",
    "code",
    "version",
    "locale",
    "authoritative_locale",
    "procedure_class",
    "change_note",
    "required_lessons",
    "sources",
    "labels",
    "id",
    "kind",
    "key",
    "media",
    "severity",
    "source",
    "injection",
    "antenatal",
    "answer",
    "lesson",
    "signatures",
    "data_protection",
];

/// Her texts with their places, in the order of the document.
pub fn passages(document: &Value) -> Vec<Passage> {
    let mut found = Vec::new();
    collect(document, "", &mut found);
    found
}

fn collect(value: &Value, place: &str, found: &mut Vec<Passage>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                // A question names its section, an option of her own risks its rules; both are codes.
                let code = (name == "section" || name == "rules") && !place.is_empty();
                if !code && !NOT_READ.contains(&name.as_str()) {
                    collect(member, &format!("{place}/{name}"), found);
                }
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                collect(item, &format!("{place}/{at}"), found);
            }
        }
        Value::String(text) => found.push(Passage {
            place: place.to_owned(),
            text: text.clone(),
        }),
        _ => {}
    }
}
