//! The first steps of judging a response: its shape against the form, level by level, and the type of every answer.
//! Nothing is judged for its meaning here: see `evaluate`.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::form::{Form, Node, Slot};
use super::problems::Problem;
use super::value::{Answer, Kind};

/// A member of what a client sends. Items and answers have two or three members: to compare their names costs a fraction of
/// what hashing does.
pub(super) fn member<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    members
        .iter()
        .find(|(own, _)| *own == name)
        .map(|(_, value)| value)
}

/// One question's item in the response.
pub(super) struct Found<'a> {
    pub(super) raw: &'a Map<String, Value>,
    /// Position among its siblings.
    position: usize,
    pub(super) answers: Vec<Answer>,
    /// Of each answer: position in `answer`, suffix of the value's name.
    places: Vec<(usize, &'a str)>,
    pub(super) given: bool,
    /// A read-only question said something else than the form does.
    pub(super) replaced: bool,
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
    /// Where items stand; those of the form, unless some of its items may stand more than once.
    pub(super) slots: Cow<'a, [Slot]>,
    /// By slot.
    pub(super) found: Vec<Option<Found<'a>>>,
    pub(super) calculated: Vec<Sent<'a>>,
    /// Problems with the slot that they are sorted by.
    pub(super) errors: Vec<(usize, Problem)>,
}

impl Form {
    /// Shape and type.
    pub(super) fn read<'a>(&'a self, response: &'a Value) -> Reading<'a> {
        let slots = if self.nested {
            Cow::Owned(Vec::new())
        } else {
            Cow::Borrowed(self.slots.as_slice())
        };
        let mut reading = Reading {
            form: self,
            found: slots.iter().map(|_| None).collect(),
            slots,
            calculated: Vec::new(),
            errors: Vec::new(),
        };
        if response.get("resourceType").and_then(Value::as_str) != Some("QuestionnaireResponse") {
            reading.structure(0, "/resourceType");
        }
        let items = match response.get("item") {
            None => &[][..],
            Some(Value::Array(items)) => items,
            Some(_) => {
                reading.structure(0, "/item");
                &[]
            }
        };
        if self.nested {
            reading.walk_nested(items);
        } else {
            reading.walk(items, None);
        }
        reading
    }
}

impl<'a> Reading<'a> {
    pub(super) fn structure(&mut self, index: usize, pointer: &str) {
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
        for (position, item) in items.iter().enumerate() {
            let Some(raw) = item.as_object() else {
                self.structure(parent.unwrap_or(0), &self.place(parent, 0, position));
                continue;
            };
            let link_id = member(raw, "linkId").and_then(Value::as_str);
            let index = link_id.and_then(|link_id| form.index.get(link_id)).copied();
            let known = index.and_then(|index| Some((index, form.nodes.get(index)?)));
            let Some((index, node)) = known.filter(|(_, node)| node.parent == parent) else {
                self.elsewhere(raw, parent, 0, position);
                continue;
            };
            if self.found.get(index).is_some_and(Option::is_some) {
                self.complain(index, node, "repeats", self.place(parent, 0, position));
                continue;
            }
            self.enter(index, node, position, raw);
            match member(raw, "item") {
                None => {}
                Some(Value::Array(children)) => self.walk(children, Some(index)),
                Some(_) => self.structure(index, &format!("{}/item", self.pointer(index))),
            }
        }
    }

    /// An item that the form does not have here: a calculated one, or a mistake.
    pub(super) fn elsewhere(
        &mut self,
        raw: &'a Map<String, Value>,
        parent: Option<usize>,
        answer: usize,
        position: usize,
    ) {
        let link_id = member(raw, "linkId").and_then(Value::as_str);
        let score = link_id
            .filter(|_| parent.is_none())
            .and_then(|id| self.form.calculated(id));
        let pointer = self.place(parent, answer, position);
        match score {
            Some(score) => self.calculated.push(Sent { score, raw, pointer }),
            None => self.misplaced(parent.unwrap_or(0), link_id, pointer),
        }
    }

    /// What stands in a slot, without the items below it.
    pub(super) fn enter(&mut self, slot: usize, node: &Node, position: usize, raw: &'a Map<String, Value>) {
        let given = member(raw, "answer").is_some();
        if let Some(found) = self.found.get_mut(slot) {
            *found = Some(Found {
                raw,
                position,
                answers: Vec::new(),
                places: Vec::new(),
                given,
                replaced: false,
            });
        }
        match node.kind {
            Kind::Group if given => {
                self.complain(slot, node, "groupShouldNotHaveAnswers", self.pointer(slot));
            }
            Kind::Display if given => self.complain(slot, node, "displayAnswer", self.pointer(slot)),
            Kind::Group | Kind::Display => {}
            _ => self.read_answers(slot, node, raw),
        }
    }

    pub(super) fn misplaced(&mut self, index: usize, link_id: Option<&str>, pointer: String) {
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
        let answers = match member(raw, "answer") {
            None => return,
            Some(Value::Array(answers)) => answers,
            Some(_) => return self.structure(index, &format!("{}/answer", self.pointer(index))),
        };
        let mut read = Vec::with_capacity(answers.len());
        let mut places = Vec::with_capacity(answers.len());
        for (position, answer) in answers.iter().enumerate() {
            let pointer = || format!("{}/answer/{position}", self.pointer(index));
            let members = answer.as_object();
            let mut values = members
                .into_iter()
                .flatten()
                .filter_map(|(name, value)| Some((name.strip_prefix("value")?, value)));
            let first = values.next().filter(|_| values.next().is_none());
            let Some((suffix, value)) = first else {
                self.complain(index, node, "invalidAnswerType", pointer());
                continue;
            };
            match node.parse(suffix, value) {
                Some(value) => {
                    read.push(value);
                    places.push((position, suffix));
                }
                None => {
                    let pointer = format!("{}/value{suffix}", pointer());
                    self.complain(index, node, "invalidAnswerType", pointer);
                }
            }
            if members.is_some_and(|members| member(members, "item").is_some()) && !self.has_children(index) {
                let pointer = format!("{}/answer/{position}/item", self.pointer(index));
                self.misplaced(index, Some(&node.link_id), pointer);
            }
        }
        if let Some(found) = self.found.get_mut(index).and_then(Option::as_mut) {
            found.given = !answers.is_empty();
            found.places = places;
            found.replaced = !node.fixed.is_empty() && found.given && node.fixed != read;
            found.answers = if found.replaced { node.fixed.clone() } else { read };
        }
    }

    /// Has the item in this slot items below its answers?
    fn has_children(&self, slot: usize) -> bool {
        let node = self.slots.get(slot).map(|slot| slot.node);
        self.form.nested && node.is_some_and(|index| self.form.has_children(index))
    }

    /// The item of a slot.
    pub(super) fn node(&self, slot: usize) -> Option<&'a Node> {
        self.slots
            .get(slot)
            .and_then(|slot| self.form.nodes.get(slot.node))
    }

    /// The well-typed answers by slot.
    pub(super) fn answers(&self) -> Vec<&[Answer]> {
        let found = self.found.iter();
        found
            .map(|found| found.as_ref().map_or(&[][..], |found| &found.answers))
            .collect()
    }

    /// The item in the response, or its nearest present ancestor. Written out only for a problem: most items have none.
    pub(super) fn pointer(&self, slot: usize) -> String {
        let (parent, answer) = self
            .slots
            .get(slot)
            .map_or((None, 0), |slot| (slot.parent, slot.answer));
        match self.found.get(slot).and_then(Option::as_ref) {
            Some(found) => self.place(parent, answer, found.position),
            None => parent
                .map(|parent| self.inside(parent, answer))
                .unwrap_or_default(),
        }
    }

    /// The answer that was read as the `nth` of the item.
    pub(super) fn answer_pointer(&self, slot: usize, nth: usize) -> String {
        let found = self.found.get(slot).and_then(Option::as_ref);
        let (position, suffix) = found
            .and_then(|found| found.places.get(nth))
            .copied()
            .unwrap_or_default();
        format!("{}/answer/{position}/value{suffix}", self.pointer(slot))
    }

    pub(super) fn place(&self, parent: Option<usize>, answer: usize, position: usize) -> String {
        let above = parent
            .map(|parent| self.inside(parent, answer))
            .unwrap_or_default();
        format!("{above}/item/{position}")
    }

    /// A group, or an answer with items of its own.
    fn inside(&self, slot: usize, answer: usize) -> String {
        let above = self.pointer(slot);
        if self.node(slot).is_some_and(|node| node.kind.is_question()) {
            format!("{above}/answer/{answer}")
        } else {
            above
        }
    }
}
