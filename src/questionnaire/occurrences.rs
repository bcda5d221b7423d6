//! Forms in which an item may stand more than once: repeated groups and questions below questions. Each place in which it
//! stands is a slot. Forms without them have one slot an item, and go the short way in `reading` and `evaluate`.

use serde_json::{Map, Value, json};

use super::form::{Condition, ConditionTest, Form, Node, Slot};
use super::reading::Reading;
use super::value::{Answer, Kind};

/// Occurrences of a group, whatever the form says.
const MAX_OCCURRENCES: usize = 50;
/// Slots of one response: what a body of the largest size holds, and not a groups' power of it.
const MAX_SLOTS: usize = 20_000;

/// Where items are looked for: in the group or the answer of a slot.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    slot: Option<usize>,
    answer: usize,
}

impl<'a> Reading<'a> {
    /// Takes a response to a form with several slots an item.
    pub(super) fn walk_nested(&mut self, items: &'a [Value]) {
        let root = Place {
            slot: None,
            answer: 0,
        };
        self.level(items, root, None);
    }

    fn level(&mut self, items: &'a [Value], place: Place, parent: Option<usize>) {
        let form = self.form;
        let mut here: Vec<(usize, usize, &'a Map<String, Value>)> = Vec::new();
        for (position, item) in items.iter().enumerate() {
            let raw = item.as_object();
            let link_id = raw.and_then(|raw| raw.get("linkId")?.as_str());
            let index = link_id.and_then(|link_id| form.index.get(link_id)).copied();
            let fits = index.filter(|index| form.nodes.get(*index).is_some_and(|node| node.parent == parent));
            match (raw, fits) {
                (Some(raw), Some(index)) => here.push((index, position, raw)),
                (Some(raw), None) => self.elsewhere(raw, place.slot, place.answer, position),
                (None, _) => {
                    let pointer = self.place(place.slot, place.answer, position);
                    self.structure(place.slot.unwrap_or(0), &pointer);
                }
            }
        }
        let children = form.nodes.iter().enumerate();
        for (index, node) in children.filter(|(_, node)| node.parent == parent) {
            let found: Vec<_> = here.iter().filter(|(of, ..)| *of == index).collect();
            let most = if node.kind == Kind::Group && node.repeats {
                MAX_OCCURRENCES
            } else {
                1
            };
            if found.is_empty() {
                self.stand(index, node, place, None);
            }
            for (nth, (_, position, raw)) in found.iter().enumerate() {
                if nth < most && self.slots.len() < MAX_SLOTS {
                    self.stand(index, node, place, Some((*position, raw)));
                    continue;
                }
                let code = if most == 1 { "repeats" } else { "maxCount" };
                let at = self.place(place.slot, place.answer, *position);
                let params = if most == 1 {
                    json!({})
                } else {
                    json!({ "max": most })
                };
                let slot = self.slots.len().saturating_sub(1);
                self.errors.push((slot, node.problem(code, at, params)));
                if most > 1 {
                    break;
                }
            }
        }
    }

    /// One slot and everything in it. An item that is not there has one all the same: it may be required.
    fn stand(
        &mut self,
        index: usize,
        node: &Node,
        place: Place,
        raw: Option<(usize, &'a Map<String, Value>)>,
    ) {
        let slot = self.slots.len();
        self.slots.to_mut().push(Slot {
            node: index,
            parent: place.slot,
            answer: place.answer,
        });
        self.found.push(None);
        if let Some((position, raw)) = raw {
            self.enter(slot, node, position, raw);
        }
        let parent = Some(index);
        let members = raw.map(|(_, raw)| raw);
        if node.kind.is_question() {
            let answers = members.and_then(|raw| raw.get("answer")?.as_array());
            if self.form.has_children(index) {
                for (nth, answer) in answers.into_iter().flatten().enumerate() {
                    let inside = Place {
                        slot: Some(slot),
                        answer: nth,
                    };
                    let items = self.children(answer.get("item"), slot);
                    self.level(items, inside, parent);
                }
            }
            if members.is_some_and(|raw| raw.contains_key("item")) {
                let pointer = format!("{}/item", self.pointer(slot));
                self.misplaced(slot, Some(&node.link_id), pointer);
            }
            return;
        }
        // Nothing is asked in an occurrence that nobody began.
        if raw.is_none() && node.repeats {
            return;
        }
        let inside = Place {
            slot: Some(slot),
            answer: 0,
        };
        let items = self.children(members.and_then(|raw| raw.get("item")), slot);
        self.level(items, inside, parent);
    }

    fn children(&mut self, items: Option<&'a Value>, slot: usize) -> &'a [Value] {
        match items {
            None => &[],
            Some(Value::Array(items)) => items,
            Some(_) => {
                let pointer = format!("{}/item", self.pointer(slot));
                self.structure(slot, &pointer);
                &[]
            }
        }
    }
}

impl Form {
    pub(super) fn has_children(&self, index: usize) -> bool {
        self.nodes
            .get(index + 1)
            .is_some_and(|next| next.parent == Some(index))
    }

    /// Which slots are asked: as [`Form::enabled`], each condition looking at the nearest occurrence of its question.
    pub(super) fn enabled_slots(&self, slots: &[Slot], answers: &[&[Answer]]) -> Vec<bool> {
        let mut of_node: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for (slot, one) in slots.iter().enumerate() {
            if let Some(list) = of_node.get_mut(one.node) {
                list.push(slot);
            }
        }
        let mut enabled = vec![false; slots.len()];
        for &index in &self.order {
            let (Some(node), Some(own)) = (self.nodes.get(index), of_node.get(index)) else {
                continue;
            };
            for &slot in own {
                let is = |slot: usize| enabled.get(slot).copied().unwrap_or(false);
                let counted = |condition: &Condition| -> &[Answer] {
                    let all = of_node.get(condition.question).map_or(&[][..], Vec::as_slice);
                    let looked = nearest(slots, slot, condition.question, all).filter(|slot| is(*slot));
                    looked
                        .and_then(|slot| answers.get(slot))
                        .copied()
                        .unwrap_or_default()
                };
                let asked = node.asked_by(|condition| condition.test.holds(counted(condition)));
                let inside = slots.get(slot).and_then(|slot| slot.parent).is_none_or(is);
                if let Some(state) = enabled.get_mut(slot) {
                    *state = asked && inside;
                }
            }
        }
        enabled
    }
}

impl Node {
    pub(super) fn asked_by(&self, holds: impl FnMut(&Condition) -> bool) -> bool {
        self.conditions.is_empty()
            || if self.any {
                self.conditions.iter().any(holds)
            } else {
                self.conditions.iter().all(holds)
            }
    }
}

impl ConditionTest {
    /// Does it hold for the answers that count?
    pub(super) fn holds(&self, counted: &[Answer]) -> bool {
        match self {
            Self::Exists(wanted) => counted.is_empty() != *wanted,
            Self::Compare(comparison, value) => counted
                .iter()
                .any(|answer| answer.compare(value).is_some_and(|order| comparison.holds(order))),
            Self::Differs(value) => {
                let differs = |answer: &Answer| match answer.compare(value) {
                    Some(order) => order.is_ne(),
                    // Dates that overlap are undecided; codes and addresses are then simply others.
                    None => !matches!(answer, Answer::Date(_) | Answer::DateTime(_)),
                };
                !counted.is_empty() && counted.iter().all(differs)
            }
        }
    }
}

/// The occurrence of a question that an item looks at: one around it, else in the smallest group or answer that both stand
/// in, the last one before it or, lacking that, the first one after it.
fn nearest(slots: &[Slot], from: usize, question: usize, all: &[usize]) -> Option<usize> {
    let above = |slot: usize| slots.get(slot).and_then(|one| Some((one.parent?, one.answer)));
    let mut at = above(from);
    while let Some((slot, _)) = at {
        if slots.get(slot).is_some_and(|one| one.node == question) {
            return Some(slot);
        }
        at = above(slot);
    }
    // Slots stand in the order of the document, so that the closest one on either side is within if any is.
    let split = all.partition_point(|slot| *slot < from);
    let (before, after) = all.split_at(split);
    let mut place = above(from);
    loop {
        let within = |candidate: &&usize| {
            let mut at = above(**candidate);
            while at.is_some() && at != place {
                at = at.and_then(|(slot, _)| above(slot));
            }
            at == place
        };
        let found = before.last().filter(within).or(after.first().filter(within));
        if let Some(found) = found {
            return Some(*found);
        }
        place = above(place?.0);
    }
}
