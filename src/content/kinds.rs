//! What a new version of a form is to the one before it, as far as the documents tell. Whoever publishes declares it; whoever
//! declares too little would let answers move to questions that are others by now.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::life::{ChangeKind, Life};
use super::{Defects, Origin};

const FILE: &str = "questionnaires/published.toml";
/// What people read, and what names the version: changing it changes no answer.
const TEXTS: &[&str] = &[
    "text",
    "_text",
    "title",
    "_title",
    "display",
    "_display",
    "description",
    "_description",
    "prefix",
    "_prefix",
    "version",
    "form",
    "date",
    "staff",
    "patient",
    "message",
    "level_sentences",
    "source",
    "confirmed",
];

/// A fault for each published version that changes more than it says.
pub(super) fn check<'a>(origin: &Origin, lives: impl Iterator<Item = &'a Life>, defects: &mut Defects) {
    let mut before: BTreeMap<&str, &Life> = BTreeMap::new();
    // By name, and within it by version.
    for life in lives {
        let former = before.insert(&life.name, life);
        let Some(former) = former else { continue };
        let Some(kind) = between(origin, former, life) else {
            continue;
        };
        defects.check(kind <= life.change, FILE, &life.name, || {
            format!(
                "{} changes more than it says: it is {kind:?} beside {}",
                life.version, former.version
            )
        });
    }
}

fn between(origin: &Origin, former: &Life, life: &Life) -> Option<ChangeKind> {
    let document = |life: &Life, ending: &str| {
        let path = format!("questionnaires/{}/{}{ending}", life.name, life.version);
        serde_json::from_slice::<Value>(&origin.read(&path)?).ok()
    };
    let rules = |life| {
        document(life, ".rules.json").map(|mut rules| {
            without_texts(&mut rules);
            rules
        })
    };
    let (mut old, mut new) = (document(former, ".json")?, document(life, ".json")?);
    without_texts(&mut old);
    without_texts(&mut new);
    Some(if rules(former) != rules(life) {
        ChangeKind::Breaking
    } else if old == new {
        ChangeKind::Editorial
    } else if holds(&old, &new) {
        ChangeKind::Compatible
    } else {
        ChangeKind::Breaking
    })
}

fn without_texts(node: &mut Value) {
    match node {
        Value::Array(all) => all.iter_mut().for_each(without_texts),
        Value::Object(members) => {
            members.retain(|name, _| !TEXTS.contains(&name.as_str()));
            members.values_mut().for_each(without_texts);
        }
        _ => {}
    }
}

/// Whether all of a form or an item is still there, and what came to it need not be answered.
fn holds(old: &Value, new: &Value) -> bool {
    let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else {
        return false;
    };
    let rest = |node: &Map<String, Value>| {
        let mut rest = node.clone();
        rest.retain(|name, _| name != "item" && name != "answerOption");
        rest
    };
    rest(old) == rest(new) && options_hold(old, new) && items_hold(old, new)
}

fn list<'a>(node: &'a Map<String, Value>, name: &str) -> &'a [Value] {
    node.get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn options_hold(old: &Map<String, Value>, new: &Map<String, Value>) -> bool {
    let (old, new) = (list(old, "answerOption"), list(new, "answerOption"));
    old.iter().all(|option| new.contains(option)) && old.is_empty() == new.is_empty()
}

fn items_hold(old: &Map<String, Value>, new: &Map<String, Value>) -> bool {
    let (old, new) = (list(old, "item"), list(new, "item"));
    let same = |one: &Value, other: &Value| one.get("linkId") == other.get("linkId");
    let kept = old
        .iter()
        .all(|item| new.iter().any(|other| same(item, other) && holds(item, other)));
    let added = new
        .iter()
        .filter(|item| !old.iter().any(|other| same(item, other)));
    kept && added.into_iter().all(is_optional)
}

fn is_optional(item: &Value) -> bool {
    let below = item.get("item").and_then(Value::as_array);
    item.get("required").and_then(Value::as_bool) != Some(true)
        && below.into_iter().flatten().all(is_optional)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn form(items: Value) -> Value {
        let mut form = json!({ "url": "u", "version": "1.0.0", "item": items });
        without_texts(&mut form);
        form
    }

    #[test]
    fn a_question_that_must_be_answered_is_more_than_compatible() {
        let a = json!({ "linkId": "a", "type": "choice", "text": "问", "answerOption": [{ "valueCoding": { "code": "x" } }] });
        let b = |required| json!({ "linkId": "b", "type": "string", "required": required });
        let mut more = a.clone();
        more["answerOption"] =
            json!([{ "valueCoding": { "code": "x" } }, { "valueCoding": { "code": "y" } }]);
        let mut other = a.clone();
        other["text"] = json!("另一问");
        assert_eq!(form(json!([a])), form(json!([other])), "texts only");
        assert!(holds(&form(json!([a])), &form(json!([a, b(false)]))));
        assert!(holds(&form(json!([a])), &form(json!([more]))));
        assert!(!holds(&form(json!([a])), &form(json!([a, b(true)]))));
        assert!(!holds(&form(json!([more])), &form(json!([a]))));
        assert!(!holds(&form(json!([a])), &form(json!([]))));
        let mut typed = a.clone();
        typed["type"] = json!("open-choice");
        assert!(!holds(&form(json!([a])), &form(json!([typed]))));
    }
}
