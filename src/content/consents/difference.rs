//! What changes in the text from one template to another (CE-200): one row a text, by a place that does not move when
//! something is put in before it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// One text that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// `sections/purpose/text`: members, and items by their id.
    pub place: String,
    /// As it was; none for a new one.
    pub before: Option<String>,
    /// As it is to be; none for one that goes.
    pub after: Option<String>,
}

/// Every text, number and switch that differs, by place.
pub fn difference(before: &Value, after: &Value) -> Vec<Change> {
    let (was, is) = (texts(before), texts(after));
    let places: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    places
        .into_iter()
        .filter(|place| was.get(*place) != is.get(*place))
        .map(|place| Change {
            place: place.clone(),
            before: was.get(place).cloned(),
            after: is.get(place).cloned(),
        })
        .collect()
}

/// Every leaf of a document by its place.
pub fn texts(document: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    collect(document, "", &mut found);
    found
}

fn collect(value: &Value, place: &str, found: &mut BTreeMap<String, String>) {
    let below = |name: &str| match place {
        "" => name.to_owned(),
        _ => format!("{place}/{name}"),
    };
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                collect(member, &below(name), found);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                let name = ["id", "code", "key", "role"]
                    .iter()
                    .find_map(|name| item.get(name)?.as_str())
                    .map_or_else(|| at.to_string(), str::to_owned);
                collect(item, &below(&name), found);
            }
        }
        Value::String(text) => {
            found.insert(place.to_owned(), text.clone());
        }
        Value::Null => {}
        other => {
            found.insert(place.to_owned(), other.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_sentence_is_one_row_and_what_is_put_in_before_moves_nothing() {
        let before = json!({ "sections": [{ "id": "b", "text": "old" }, { "id": "c", "text": "same" }] });
        let after = json!({ "sections": [{ "id": "a", "text": "new" }, { "id": "b", "text": "changed" },
            { "id": "c", "text": "same" }] });
        let change = |place: &str, before: Option<&str>, after: Option<&str>| Change {
            place: place.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        };
        assert_eq!(
            difference(&before, &after),
            [
                change("sections/a/id", None, Some("a")),
                change("sections/a/text", None, Some("new")),
                change("sections/b/text", Some("old"), Some("changed")),
            ]
        );
        assert_eq!(difference(&before, &before), []);
    }
}
