//! Answers by linkId, free of any document: what rules read, and what the three published parts of a form are joined in.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::form::Form;
use super::value::{Answer, Kind};

/// The answers of one woman, from one response or from several.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answers(BTreeMap<String, Vec<Answer>>);

impl Answers {
    /// The well-typed answers of a response, those of hidden questions included: whether they count is decided where all
    /// answers are known.
    pub fn from_response(form: &Form, response: &Value) -> Self {
        let reading = form.read(response);
        Self::from_index(form, &reading.answers(), |_| true)
    }

    /// The answers by index, as far as `counts` says of the index.
    pub(super) fn from_index(form: &Form, answers: &[&[Answer]], counts: impl Fn(usize) -> bool) -> Self {
        let given = form.nodes.iter().zip(answers).enumerate();
        Self(
            given
                .filter(|(index, (_, answers))| !answers.is_empty() && counts(*index))
                .map(|(_, (node, answers))| (node.link_id.clone(), answers.to_vec()))
                .collect(),
        )
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
        let mut items = self.write(raw);
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
        response.insert("item".to_owned(), Value::Array(self.write(raw)));
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

    /// Response items in definition order from one raw item a question; groups without content are left out.
    pub(super) fn write(&self, mut raw: Vec<Option<Map<String, Value>>>) -> Vec<Value> {
        let mut children: Vec<Vec<Value>> = vec![Vec::new(); self.nodes.len()];
        let mut roots = Vec::new();
        // Backwards, so that a group's children are complete before the group itself is written.
        for (index, node) in self.nodes.iter().enumerate().rev() {
            let mut below = children.get_mut(index).map(std::mem::take).unwrap_or_default();
            below.reverse();
            let own = raw.get_mut(index).and_then(Option::take);
            let item = if node.kind == Kind::Group {
                if below.is_empty() {
                    continue;
                }
                let mut item = own.unwrap_or_default();
                item.insert("linkId".to_owned(), Value::from(node.link_id.as_str()));
                item.insert("item".to_owned(), Value::Array(below));
                item
            } else {
                let Some(item) = own else { continue };
                item
            };
            match node.parent.and_then(|parent| children.get_mut(parent)) {
                Some(siblings) => siblings.push(Value::Object(item)),
                None => roots.push(Value::Object(item)),
            }
        }
        roots.reverse();
        roots
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
