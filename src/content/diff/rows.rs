//! Two ordered lists of named things: what came, what went, what changed.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::entries::Entry;

/// The difference of two lists.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Rows {
    /// In the order of the new list.
    pub added: Vec<Row>,
    /// In the order of the old list.
    pub removed: Vec<Row>,
    /// In the order of the new list.
    pub changed: Vec<Row>,
}

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// linkId, rule id, slug.
    pub id: String,
    /// Whom it concerns.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub whom: String,
    /// What it says, when it came or went.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What changed of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

/// One aspect before and after; `null` where there was or is none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Such as `text.zh`, `condition`, `option lmwh`, `limit maxValue`.
    pub what: String,
    /// As it was.
    pub before: Value,
    /// As it is to be.
    pub after: Value,
}

impl Rows {
    /// Nothing differs.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

/// Aspects whose name begins so are lists that are compared without what came or went, which is told elsewhere.
pub(super) const ORDER: &str = "order";

pub(super) fn compare(before: &[Entry], after: &[Entry]) -> Rows {
    let index = |list: &[Entry]| -> BTreeMap<String, usize> {
        let numbered = list.iter().enumerate();
        numbered.map(|(at, entry)| (entry.id.clone(), at)).collect()
    };
    let (was, is) = (index(before), index(after));
    let whole = |entry: &Entry| Row {
        id: entry.id.clone(),
        whom: entry.whom.clone(),
        title: entry.title.clone(),
        changes: Vec::new(),
    };
    let mut rows = Rows {
        added: Vec::new(),
        removed: before
            .iter()
            .filter(|entry| !is.contains_key(&entry.id))
            .map(whole)
            .collect(),
        changed: Vec::new(),
    };
    for entry in after {
        let Some(old) = was.get(&entry.id).and_then(|at| before.get(*at)) else {
            rows.added.push(whole(entry));
            continue;
        };
        let changes = changes(&old.aspects, &entry.aspects);
        if !changes.is_empty() {
            rows.changed.push(Row {
                id: entry.id.clone(),
                whom: entry.whom.clone(),
                title: String::new(),
                changes,
            });
        }
    }
    rows
}

fn changes(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> Vec<Change> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut found = Vec::new();
    for name in names {
        let value = |side: &BTreeMap<String, Value>| side.get(name).cloned().unwrap_or_default();
        let (mut was, mut is) = (value(before), value(after));
        if name.starts_with(ORDER) {
            (was, is) = (common(&was, &is), common(&is, &was));
        }
        if was != is {
            found.push(Change {
                what: name.clone(),
                before: was,
                after: is,
            });
        }
    }
    found
}

fn common(list: &Value, other: &Value) -> Value {
    let members = |list: &Value| list.as_array().cloned().unwrap_or_default();
    let other = members(other);
    members(list)
        .into_iter()
        .filter(|member| other.contains(member))
        .collect()
}
