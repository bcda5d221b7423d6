//! The names that a condition or a score may use, each looked up with the type that is needed of it.

use std::collections::HashMap;

use super::faults::Faults;
use super::form::Node;
use super::value::Kind;

/// A score above.
pub(super) struct Named {
    pub(super) id: String,
    pub(super) inputs: Vec<usize>,
    /// Do the answers alone decide it?
    pub(super) fixed: bool,
}

/// The names that a condition may use: the form's items, the scores and rules above it.
pub(super) struct Scope<'a> {
    pub(super) nodes: &'a [Node],
    pub(super) index: &'a HashMap<String, usize>,
    pub(super) scores: Vec<Named>,
    pub(super) rules: Vec<String>,
}

impl<'a> Scope<'a> {
    pub(super) fn item(&self, link_id: &str, pointer: &str, faults: &mut Faults) -> Option<usize> {
        let found = self.index.get(link_id).copied();
        if found.is_none() {
            faults.add("ruleUnknownItem", pointer, format!("no item {link_id}"));
        }
        if found
            .and_then(|index| self.node(index))
            .is_some_and(|node| node.manifold)
        {
            let reason = format!("{link_id} may stand several times, or hangs on an item that may");
            faults.add("ruleTypeMismatch", pointer, reason);
            return None;
        }
        found
    }

    pub(super) fn node(&self, index: usize) -> Option<&'a Node> {
        self.nodes.get(index)
    }

    pub(super) fn of_kind(
        &self,
        link_id: &str,
        fits: impl Fn(Kind) -> bool,
        pointer: &str,
        faults: &mut Faults,
    ) -> Option<usize> {
        let index = self.item(link_id, pointer, faults)?;
        if self.node(index).is_some_and(|node| fits(node.kind)) {
            return Some(index);
        }
        faults.add("ruleTypeMismatch", pointer, format!("{link_id} has another type"));
        None
    }

    pub(super) fn moment(&self, link_id: &str, pointer: &str, faults: &mut Faults) -> Option<usize> {
        self.single(link_id, Kind::is_moment, pointer, faults)
    }

    pub(super) fn number(&self, link_id: &str, pointer: &str, faults: &mut Faults) -> Option<usize> {
        self.single(link_id, Kind::is_number, pointer, faults)
    }

    /// A question with one answer: of several the first would be taken for all.
    pub(super) fn single(
        &self,
        link_id: &str,
        fits: impl Fn(Kind) -> bool,
        pointer: &str,
        faults: &mut Faults,
    ) -> Option<usize> {
        let index = self.of_kind(link_id, fits, pointer, faults)?;
        if self.node(index).is_some_and(|node| node.repeats) {
            let reason = format!("{link_id} may have several answers, and one is needed");
            faults.add("ruleTypeMismatch", pointer, reason);
            return None;
        }
        Some(index)
    }

    pub(super) fn codes(
        &self,
        index: usize,
        codes: &[&str],
        pointer: &str,
        faults: &mut Faults,
    ) -> Option<Vec<String>> {
        let node = self.node(index)?;
        if !node.kind.is_choice() {
            faults.add(
                "ruleTypeMismatch",
                pointer,
                format!("{} is no choice", node.link_id),
            );
            return None;
        }
        for code in codes {
            if !node
                .options
                .iter()
                .any(|option| option.answer.code() == Some(code))
            {
                let reason = format!("{} has no option {code}", node.link_id);
                faults.add("ruleUnknownOption", pointer, reason);
            }
        }
        Some(codes.iter().map(|code| (*code).to_owned()).collect())
    }

    pub(super) fn score(&self, id: &str, pointer: &str, faults: &mut Faults) -> Option<usize> {
        let found = self.scores.iter().position(|score| score.id == id);
        if found.is_none() {
            faults.add("ruleUnknownItem", pointer, format!("no score {id}"));
        }
        found
    }
}
