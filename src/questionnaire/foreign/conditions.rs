//! The conditions of a foreign form: whether each can be decided at all.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Foreign, Seen};
use crate::questionnaire::value::Kind;

const OPERATORS: &[&str] = &["exists", "=", "!=", ">", "<", ">=", "<="];

impl Foreign {
    pub(super) fn conditions(&mut self, seen: &Seen) {
        let mut looks_at: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (link_id, path, at, conditions) in &seen.conditions {
            let edges = looks_at.entry(link_id).or_default();
            // An item is decided after the group that it stands in.
            edges.extend(path.last().map(String::as_str));
            for (position, condition) in conditions.iter().enumerate() {
                let pointer = format!("{at}/enableWhen/{position}");
                let text = |name: &str| condition.get(name).and_then(Value::as_str);
                let operator = text("operator").filter(|operator| OPERATORS.contains(operator));
                let Some((question, operator)) = text("question").zip(operator) else {
                    self.warn(
                        "invalidStructure",
                        &pointer,
                        "a condition has a question and an operator",
                    );
                    continue;
                };
                let Some((question, kind)) = seen.kinds.get_key_value(question) else {
                    self.warn(
                        "enableWhenUnknownTarget",
                        &pointer,
                        "the question is not in the form",
                    );
                    continue;
                };
                edges.insert(question);
                if below(seen, question, link_id) {
                    self.warn(
                        "enableWhenOnDescendant",
                        &pointer,
                        "the question stands below the item",
                    );
                }
                let mut answers = condition
                    .as_object()
                    .into_iter()
                    .flatten()
                    .filter(|(name, _)| name.starts_with("answer"));
                let fits = match (answers.next(), answers.next(), operator) {
                    (Some((_, value)), None, "exists") => value.is_boolean(),
                    (Some((name, _)), None, _) => {
                        answers_kind(kind, name.strip_prefix("answer").unwrap_or_default())
                    }
                    _ => false,
                };
                if !fits {
                    self.warn(
                        "enableWhenTypeMismatch",
                        &pointer,
                        "no answer of the question's type",
                    );
                }
            }
        }
        if has_cycle(&looks_at) {
            self.refuse("enableWhenCycle", "/item", "conditions look at each other");
        }
    }
}

fn below(seen: &Seen, question: &str, item: &str) -> bool {
    seen.conditions
        .iter()
        .any(|(link_id, path, ..)| link_id == question && path.iter().any(|one| one == item))
}

fn answers_kind(kind: &str, suffix: &str) -> bool {
    match kind {
        "choice" | "open-choice" | "question" => true,
        "url" => matches!(suffix, "String" | "Uri"),
        kind => Kind::parse(kind).is_some_and(|kind| {
            kind.suffix() == suffix || (kind.is_moment() && matches!(suffix, "Date" | "DateTime"))
        }),
    }
}

fn has_cycle(looks_at: &BTreeMap<&str, BTreeSet<&str>>) -> bool {
    let mut left = looks_at.clone();
    loop {
        let free: Vec<&str> = left
            .iter()
            .filter(|(_, edges)| edges.iter().all(|edge| !left.contains_key(edge)))
            .map(|(link_id, _)| *link_id)
            .collect();
        if free.is_empty() {
            return !left.is_empty();
        }
        left.retain(|link_id, _| !free.contains(link_id));
    }
}
