//! The first steps of judging a response: its shape against the form, level by level, and the type of every answer.
//! Nothing is judged for its meaning here: see `evaluate`.

use serde_json::{Map, Value, json};

use super::form::{Form, Node};
use super::problems::Problem;
use super::value::{Answer, Kind};

/// One question's item in the response.
pub(super) struct Found<'a> {
    pub(super) raw: &'a Map<String, Value>,
    /// Position among its siblings.
    position: usize,
    pub(super) answers: Vec<Answer>,
    /// Of each answer: position in `answer`, suffix of the value's name.
    places: Vec<(usize, &'a str)>,
    pub(super) given: bool,
}

/// A calculated item that the client sent.
pub(super) struct Sent<'a> {
    /// Which score of the form.
    pub(super) score: usize,
    pub(super) raw: &'a Map<String, Value>,
    pub(super) pointer: String,
}

/// A response on its way through the steps.
pub(super) struct Reading<'a> {
    pub(super) form: &'a Form,
    pub(super) found: Vec<Option<Found<'a>>>,
    pub(super) calculated: Vec<Sent<'a>>,
    /// Problems with the index of the item that they are sorted by.
    pub(super) errors: Vec<(usize, Problem)>,
}

impl Form {
    /// Shape and type.
    pub(super) fn read<'a>(&'a self, response: &'a Value) -> Reading<'a> {
        let mut reading = Reading {
            form: self,
            found: self.nodes.iter().map(|_| None).collect(),
            calculated: Vec::new(),
            errors: Vec::new(),
        };
        if response.get("resourceType").and_then(Value::as_str) != Some("QuestionnaireResponse") {
            reading.structure(0, "/resourceType");
        }
        match response.get("item") {
            None => {}
            Some(Value::Array(items)) => reading.walk(items, None),
            Some(_) => reading.structure(0, "/item"),
        }
        reading
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
    fn walk(&mut self, items: &'a [Value], parent: Option<usize>) {
        let form = self.form;
        let here = parent.unwrap_or(0);
        for (position, item) in items.iter().enumerate() {
            let Some(raw) = item.as_object() else {
                self.structure(here, &self.place(parent, position));
                continue;
            };
            let link_id = raw.get("linkId").and_then(Value::as_str);
            let index = link_id.and_then(|link_id| form.index.get(link_id)).copied();
            let known = index.and_then(|index| Some((index, form.nodes.get(index)?)));
            let Some((index, node)) = known.filter(|(_, node)| node.parent == parent) else {
                let score = link_id
                    .filter(|_| parent.is_none())
                    .and_then(|id| form.calculated(id));
                match score {
                    Some(score) => {
                        let pointer = self.place(parent, position);
                        self.calculated.push(Sent { score, raw, pointer });
                    }
                    None => self.misplaced(here, link_id, self.place(parent, position)),
                }
                continue;
            };
            if self.found.get(index).is_some_and(Option::is_some) {
                self.complain(index, node, "repeats", self.place(parent, position));
                continue;
            }
            let given = raw.contains_key("answer");
            if let Some(slot) = self.found.get_mut(index) {
                *slot = Some(Found {
                    raw,
                    position,
                    answers: Vec::new(),
                    places: Vec::new(),
                    given,
                });
            }
            match node.kind {
                Kind::Group if given => {
                    self.complain(index, node, "groupShouldNotHaveAnswers", self.pointer(index));
                }
                Kind::Display if given => self.complain(index, node, "displayAnswer", self.pointer(index)),
                Kind::Group | Kind::Display => {}
                _ => self.read_answers(index, node, raw),
            }
            match raw.get("item") {
                None => {}
                Some(Value::Array(children)) => self.walk(children, Some(index)),
                Some(_) => self.structure(index, &format!("{}/item", self.pointer(index))),
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

    fn complain(&mut self, index: usize, node: &Node, code: &'static str, pointer: String) {
        self.errors.push((index, node.problem(code, pointer, json!({}))));
    }

    fn read_answers(&mut self, index: usize, node: &Node, raw: &'a Map<String, Value>) {
        let answers = match raw.get("answer") {
            None => return,
            Some(Value::Array(answers)) => answers,
            Some(_) => return self.structure(index, &format!("{}/answer", self.pointer(index))),
        };
        let mut read = Vec::with_capacity(answers.len());
        let mut places = Vec::with_capacity(answers.len());
        for (position, answer) in answers.iter().enumerate() {
            let pointer = || format!("{}/answer/{position}", self.pointer(index));
            let mut values = answer
                .as_object()
                .into_iter()
                .flatten()
                .filter_map(|(name, value)| Some((name.strip_prefix("value")?, value)));
            let first = values.next().filter(|_| values.next().is_none());
            let Some((suffix, value)) = first else {
                self.complain(index, node, "invalidAnswerType", pointer());
                continue;
            };
            match Answer::parse(node.kind, suffix, value) {
                Some(value) => {
                    read.push(value);
                    places.push((position, suffix));
                }
                None => {
                    let pointer = format!("{}/value{suffix}", pointer());
                    self.complain(index, node, "invalidAnswerType", pointer);
                }
            }
            if answer.get("item").is_some() {
                let pointer = format!("{}/answer/{position}/item", self.pointer(index));
                self.misplaced(index, Some(&node.link_id), pointer);
            }
        }
        if let Some(found) = self.found.get_mut(index).and_then(Option::as_mut) {
            found.given = !answers.is_empty();
            found.answers = read;
            found.places = places;
        }
    }

    /// The well-typed answers by index of the form.
    pub(super) fn answers(&self) -> Vec<&[Answer]> {
        let found = self.found.iter();
        found
            .map(|found| found.as_ref().map_or(&[][..], |found| &found.answers))
            .collect()
    }

    /// The item in the response, or its nearest present ancestor. Written out only for a problem: most items have none.
    pub(super) fn pointer(&self, index: usize) -> String {
        let parent = self.form.nodes.get(index).and_then(|node| node.parent);
        match self.found.get(index).and_then(Option::as_ref) {
            Some(found) => self.place(parent, found.position),
            None => parent.map(|parent| self.pointer(parent)).unwrap_or_default(),
        }
    }

    /// The answer that was read as the `nth` of the item.
    pub(super) fn answer_pointer(&self, index: usize, nth: usize) -> String {
        let found = self.found.get(index).and_then(Option::as_ref);
        let (position, suffix) = found
            .and_then(|found| found.places.get(nth))
            .copied()
            .unwrap_or_default();
        format!("{}/answer/{position}/value{suffix}", self.pointer(index))
    }

    fn place(&self, parent: Option<usize>, position: usize) -> String {
        let above = parent.map(|parent| self.pointer(parent)).unwrap_or_default();
        format!("{above}/item/{position}")
    }
}
