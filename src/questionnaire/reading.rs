//! The first steps of judging a response: its shape against the form, level by level, and the type of every answer.
//! Nothing is judged for its meaning here: see `evaluate`.

use serde_json::{Map, Value, json};

use super::answers::Answers;
use super::form::{Form, Node};
use super::problems::Problem;
use super::value::{Answer, Kind};

/// One question's item in the response.
pub(super) struct Found<'a> {
    pub(super) raw: &'a Map<String, Value>,
    pub(super) pointer: String,
    /// Position in `answer`, name of the value's member, value.
    pub(super) answers: Vec<(usize, &'a str, Answer)>,
    pub(super) given: bool,
}

/// A response on its way through the steps.
pub(super) struct Reading<'a> {
    pub(super) form: &'a Form,
    pub(super) found: Vec<Option<Found<'a>>>,
    /// Problems with the index of the item that they are sorted by.
    pub(super) errors: Vec<(usize, Problem)>,
}

/// The parts of `Evaluated` before hidden answers are taken out.
pub(super) struct Read<'a> {
    pub(super) reading: Reading<'a>,
    pub(super) answers: Answers,
}

impl Form {
    /// Shape and type.
    pub(super) fn read<'a>(&'a self, response: &'a Value) -> Read<'a> {
        let mut reading = Reading {
            form: self,
            found: self.nodes.iter().map(|_| None).collect(),
            errors: Vec::new(),
        };
        if response.get("resourceType").and_then(Value::as_str) != Some("QuestionnaireResponse") {
            reading.structure(0, "/resourceType");
        }
        match response.get("item") {
            None => {}
            Some(Value::Array(items)) => reading.walk(items, None, "/item"),
            Some(_) => reading.structure(0, "/item"),
        }
        let mut answers = Answers::default();
        for (node, found) in self.nodes.iter().zip(&reading.found) {
            let Some(found) = found.as_ref().filter(|found| !found.answers.is_empty()) else {
                continue;
            };
            answers.set(
                &node.link_id,
                found.answers.iter().map(|(.., answer)| answer.clone()).collect(),
            );
        }
        Read { reading, answers }
    }
}

impl<'a> Reading<'a> {
    fn structure(&mut self, index: usize, pointer: &str) {
        let problem = Problem {
            pointer: pointer.to_owned(),
            code: "invalidStructure",
            link_id: None,
            path: Vec::new(),
            params: Map::new(),
        };
        self.errors.push((index, problem));
    }

    /// One level of items. Only children of the group that was entered are accepted, so the form's depth bounds the walk.
    fn walk(&mut self, items: &'a [Value], parent: Option<usize>, pointer: &str) {
        let form = self.form;
        let here = parent.unwrap_or(0);
        for (position, item) in items.iter().enumerate() {
            let pointer = format!("{pointer}/{position}");
            let Some(raw) = item.as_object() else {
                self.structure(here, &pointer);
                continue;
            };
            let link_id = raw.get("linkId").and_then(Value::as_str);
            let index = link_id.and_then(|link_id| form.index.get(link_id)).copied();
            let known = index.and_then(|index| Some((index, form.nodes.get(index)?)));
            let Some((index, node)) = known.filter(|(_, node)| node.parent == parent) else {
                self.misplaced(here, link_id, pointer);
                continue;
            };
            if self.found.get(index).is_some_and(Option::is_some) {
                self.errors
                    .push((index, node.problem("repeats", pointer, json!({}))));
                continue;
            }
            let given = raw.contains_key("answer");
            let mut found = Found {
                raw,
                pointer: pointer.clone(),
                answers: Vec::new(),
                given,
            };
            match node.kind {
                Kind::Group if given => {
                    self.errors.push((
                        index,
                        node.problem("groupShouldNotHaveAnswers", pointer.clone(), json!({})),
                    ));
                }
                Kind::Display if given => {
                    self.errors
                        .push((index, node.problem("displayAnswer", pointer.clone(), json!({}))));
                }
                Kind::Group | Kind::Display => {}
                _ => self.read_answers(index, node, &mut found),
            }
            if let Some(slot) = self.found.get_mut(index) {
                *slot = Some(found);
            }
            match raw.get("item") {
                None => {}
                Some(Value::Array(children)) => self.walk(children, Some(index), &format!("{pointer}/item")),
                Some(_) => self.structure(index, &format!("{pointer}/item")),
            }
        }
    }

    fn misplaced(&mut self, index: usize, link_id: Option<&str>, pointer: String) {
        // A linkId of the form is named; an unknown one might be free text and stays out of the answer.
        let known = link_id.filter(|link_id| self.form.has_item(link_id));
        let problem = Problem {
            pointer,
            code: "invalidLinkId",
            link_id: known.map(str::to_owned),
            path: Vec::new(),
            params: Map::new(),
        };
        self.errors.push((index, problem));
    }

    fn read_answers(&mut self, index: usize, node: &Node, found: &mut Found<'a>) {
        let answers = match found.raw.get("answer") {
            None => return,
            Some(Value::Array(answers)) => answers,
            Some(_) => return self.structure(index, &format!("{}/answer", found.pointer)),
        };
        found.given = !answers.is_empty();
        for (position, answer) in answers.iter().enumerate() {
            let pointer = format!("{}/answer/{position}", found.pointer);
            let mut values = answer
                .as_object()
                .into_iter()
                .flatten()
                .filter_map(|(name, value)| Some((name.strip_prefix("value")?, value)));
            let first = values.next().filter(|_| values.next().is_none());
            let Some((suffix, value)) = first else {
                self.errors
                    .push((index, node.problem("invalidAnswerType", pointer, json!({}))));
                continue;
            };
            match Answer::parse(node.kind, suffix, value) {
                Some(value) => found.answers.push((position, suffix, value)),
                None => {
                    let pointer = format!("{pointer}/value{suffix}");
                    self.errors
                        .push((index, node.problem("invalidAnswerType", pointer, json!({}))));
                }
            }
            if answer.get("item").is_some() {
                self.misplaced(index, Some(&node.link_id), format!("{pointer}/item"));
            }
        }
    }

    /// The item in the response, or its nearest present ancestor.
    pub(super) fn pointer(&self, index: usize) -> String {
        let mut at = Some(index);
        while let Some(index) = at {
            if let Some(found) = self.found.get(index).and_then(Option::as_ref) {
                return found.pointer.clone();
            }
            at = self.form.nodes.get(index).and_then(|node| node.parent);
        }
        String::new()
    }
}
