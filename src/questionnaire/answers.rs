//! Answers by linkId, free of any document: what rules read, and what the three published parts of a form are joined in.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::form::{Form, Slot};
use super::value::{Answer, Kind};

/// The answers of one woman, from one response or from several.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answers(BTreeMap<String, Vec<Answer>>);

impl Answers {
    /// The well-typed answers of a response, those of hidden questions included: whether they count is decided where all
    /// answers are known.
    pub fn from_response(form: &Form, response: &Value) -> Self {
        let reading = form.read(response);
        Self::from_slots(form, &reading.slots, &reading.answers(), |_| true)
    }

    /// The answers by slot, as far as `counts` says of it.
    pub(super) fn from_slots(
        form: &Form,
        slots: &[Slot],
        answers: &[&[Answer]],
        counts: impl Fn(usize) -> bool,
    ) -> Self {
        let given = slots.iter().zip(answers).enumerate();
        let counted = given
            .filter(|(slot, (_, answers))| !answers.is_empty() && counts(*slot))
            .filter_map(|(_, (slot, answers))| Some((form.nodes.get(slot.node)?, *answers)));
        if !form.nested {
            return Self(
                counted
                    .map(|(node, answers)| (node.link_id.clone(), answers.to_vec()))
                    .collect(),
            );
        }
        let mut all: BTreeMap<String, Vec<Answer>> = BTreeMap::new();
        for (node, answers) in counted {
            all.entry(node.link_id.clone())
                .or_default()
                .extend_from_slice(answers);
        }
        Self(all)
    }

    /// Answers from flat values, as test vectors write them: `{"lab.plt": 49, "bld.drug": ["lmwh"]}`.
    pub fn from_flat(form: &Form, flat: &Map<String, Value>) -> Self {
        Self::from_response(form, &form.response_from_flat(flat))
    }

    /// The answers to one question; empty when there are none.
    pub fn get(&self, link_id: &str) -> &[Answer] {
        self.0.get(link_id).map_or(&[], Vec::as_slice)
    }

    /// Takes over the answers of `newer`; where both have one, hers stands back.
    pub fn merge(&mut self, newer: Self) {
        self.0.extend(newer.0);
    }

    /// Leaves out the answers to questions that `wanted` does not name.
    pub fn retain(&mut self, wanted: impl Fn(&str) -> bool) {
        self.0.retain(|link_id, _| wanted(link_id));
    }

    /// linkIds and answers in the order of the linkIds.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[Answer])> {
        self.0
            .iter()
            .map(|(link_id, answers)| (link_id.as_str(), answers.as_slice()))
    }

    /// By index of the form.
    pub(super) fn by_index<'a>(&'a self, form: &Form) -> Vec<&'a [Answer]> {
        let mut found = vec![&[][..]; form.nodes.len()];
        for (link_id, answers) in &self.0 {
            let slot = form.index.get(link_id).and_then(|index| found.get_mut(*index));
            if let Some(slot) = slot {
                *slot = answers.as_slice();
            }
        }
        found
    }
}

impl Form {
    /// A `QuestionnaireResponse` in progress that says the flat values. Values of unknown linkIds stand at the root, where
    /// checking finds them; `null` is no answer.
    pub fn response_from_flat(&self, flat: &Map<String, Value>) -> Value {
        let mut raw: Vec<Option<Map<String, Value>>> = vec![None; self.nodes.len()];
        let mut unknown = Vec::new();
        for (link_id, value) in flat {
            let values = match value {
                Value::Null => continue,
                Value::Array(values) => values.clone(),
                single => vec![single.clone()],
            };
            let known = self.index.get(link_id).copied();
            let kind = known
                .and_then(|index| self.nodes.get(index))
                .map_or(Kind::Text, |node| node.kind);
            let answers: Vec<Value> = values.into_iter().map(|value| answer(kind, value)).collect();
            let item = json!({"linkId": link_id, "answer": answers});
            match (known.and_then(|index| raw.get_mut(index)), item) {
                (Some(slot), Value::Object(item)) => *slot = Some(item),
                (_, item) => unknown.push(item),
            }
        }
        let mut response = self.blank();
        let mut items = self.write(&self.slots, raw);
        items.extend(unknown);
        response.insert("item".to_owned(), Value::Array(items));
        Value::Object(response)
    }

    /// A new draft, with the initial answers of the form.
    pub fn draft(&self) -> Value {
        let raw: Vec<Option<Map<String, Value>>> = self
            .nodes
            .iter()
            .map(|node| {
                let Value::Object(item) = json!({"linkId": node.link_id, "answer": node.initial}) else {
                    return None;
                };
                (!node.initial.is_empty()).then_some(item)
            })
            .collect();
        let mut response = self.blank();
        response.insert("item".to_owned(), Value::Array(self.write(&self.slots, raw)));
        Value::Object(response)
    }

    fn blank(&self) -> Map<String, Value> {
        let mut response = Map::new();
        for (member, value) in [
            ("resourceType", "QuestionnaireResponse"),
            ("questionnaire", self.canonical()),
            ("status", "in-progress"),
        ] {
            response.insert(member.to_owned(), Value::from(value));
        }
        response
    }

    /// Response items in definition order from one raw item a slot; groups without content are left out.
    pub(super) fn write(&self, slots: &[Slot], mut raw: Vec<Option<Map<String, Value>>>) -> Vec<Value> {
        // With the answer that a child belongs to.
        let mut children: Vec<Vec<(usize, Value)>> = vec![Vec::new(); slots.len()];
        let mut roots = Vec::new();
        // Backwards, so that a group's children are complete before the group itself is written.
        for (position, slot) in slots.iter().enumerate().rev() {
            let Some(node) = self.nodes.get(slot.node) else {
                continue;
            };
            let mut below = children.get_mut(position).map(std::mem::take).unwrap_or_default();
            below.reverse();
            let own = raw.get_mut(position).and_then(Option::take);
            let item = if node.kind == Kind::Group {
                if below.is_empty() {
                    continue;
                }
                let mut item = own.unwrap_or_default();
                item.insert("linkId".to_owned(), Value::from(node.link_id.as_str()));
                let items = below.into_iter().map(|(_, item)| item).collect();
                item.insert("item".to_owned(), Value::Array(items));
                item
            } else {
                let Some(mut item) = own else { continue };
                if self.nested && self.has_children(slot.node) {
                    place_below(&mut item, below);
                }
                item
            };
            match slot.parent.and_then(|parent| children.get_mut(parent)) {
                Some(siblings) => siblings.push((slot.answer, Value::Object(item))),
                None => roots.push(Value::Object(item)),
            }
        }
        roots.reverse();
        roots
    }
}

/// Puts the items that are kept below their answers.
fn place_below(item: &mut Map<String, Value>, below: Vec<(usize, Value)>) {
    let answers = item.get_mut("answer").and_then(Value::as_array_mut);
    let Some(answers) = answers else { return };
    for answer in answers.iter_mut().filter_map(Value::as_object_mut) {
        answer.shift_remove("item");
    }
    for (nth, child) in below {
        let answer = answers.get_mut(nth).and_then(Value::as_object_mut);
        let items = answer.map(|answer| answer.entry("item").or_insert_with(|| json!([])));
        if let Some(items) = items.and_then(Value::as_array_mut) {
            items.push(child);
        }
    }
}

fn answer(kind: Kind, value: Value) -> Value {
    let value = match (kind, value) {
        (Kind::Choice | Kind::OpenChoice, Value::String(code)) => json!({ "code": code }),
        (_, value) => value,
    };
    let mut answer = Map::new();
    answer.insert(format!("value{}", kind.suffix()), value);
    Value::Object(answer)
}
