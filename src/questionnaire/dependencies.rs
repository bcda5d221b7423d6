//! Conditions bound to their questions, and the order in which enablement can be decided in one pass.

use std::cmp::Ordering;
use std::collections::HashMap;

use serde_json::Value;

use super::definition::{EnableWhen, Item};
use super::faults::Faults;
use super::form::{Choice, Comparison, Condition, ConditionTest, Node};
use super::value::{Answer, Kind};

const MAX_CONDITIONS: usize = 20;

/// Fills in every node's conditions and returns the indexes in dependency order.
pub(super) fn resolve(
    nodes: &mut [Node],
    index: &HashMap<String, usize>,
    sources: &[(&Item, String)],
    faults: &mut Faults,
) -> Vec<usize> {
    for (position, (item, pointer)) in sources.iter().enumerate() {
        let pointer = format!("{pointer}/enableWhen");
        if item.enable_when.len() > MAX_CONDITIONS {
            faults.add("limitExceeded", &pointer, "more than 20 conditions");
        }
        let behavior = item.enable_behavior.as_deref();
        if item.enable_when.len() > 1 && !matches!(behavior, Some("all" | "any")) {
            faults.demand(
                "unsupportedElement",
                &pointer,
                "several conditions need enableBehavior all or any",
            );
        }
        let bound: Option<Vec<Condition>> = item
            .enable_when
            .iter()
            .enumerate()
            .map(|(nth, condition)| {
                bind(
                    nodes,
                    index,
                    position,
                    condition,
                    &format!("{pointer}/{nth}"),
                    faults,
                )
            })
            .collect::<Vec<_>>()
            .into_iter()
            .collect();
        if let Some(node) = nodes.get_mut(position) {
            // One condition that cannot be decided leaves all of them open.
            node.unsure |= bound.is_none();
            node.conditions = bound.filter(|_| !node.unsure).unwrap_or_default();
        }
    }
    sort(nodes, sources, faults)
}

fn bind(
    nodes: &[Node],
    index: &HashMap<String, usize>,
    own: usize,
    condition: &EnableWhen,
    pointer: &str,
    faults: &mut Faults,
) -> Option<Condition> {
    let target = index
        .get(&condition.question)
        .and_then(|index| Some((*index, nodes.get(*index)?)));
    let Some((question, node)) = target.filter(|(_, node)| node.kind.is_question()) else {
        let reason = format!("no question {}", condition.question);
        faults.demand("enableWhenUnknownTarget", &format!("{pointer}/question"), reason);
        return None;
    };
    if within(nodes, question, own) {
        faults.demand(
            "enableWhenOnDescendant",
            pointer,
            "the item would decide about itself",
        );
        return None;
    }
    let mut answers = condition
        .other
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("answer")?, value)));
    let Some((suffix, value)) = answers.next().filter(|_| answers.next().is_none()) else {
        faults.demand(
            "enableWhenTypeMismatch",
            pointer,
            "a condition has exactly one answer",
        );
        return None;
    };
    let test = match condition.operator.as_str() {
        "exists" => value
            .as_bool()
            .filter(|_| suffix == "Boolean")
            .map(ConditionTest::Exists),
        "!=" => {
            faults.demand(
                "unsupportedElement",
                pointer,
                "!= differs between implementations; use a positive comparison",
            );
            known_answer(node, suffix, value, true).map(ConditionTest::Differs)
        }
        sign => comparison(node, sign, suffix, value),
    };
    if test.is_none() {
        faults.demand(
            "enableWhenTypeMismatch",
            pointer,
            "the answer does not fit the question or the operator",
        );
    }
    Some(Condition {
        question,
        test: test?,
    })
}

fn comparison(node: &Node, sign: &str, suffix: &str, value: &Value) -> Option<ConditionTest> {
    let comparison = Comparison::parse(sign)?;
    let answer = known_answer(node, suffix, value, comparison == Comparison::Equal)?;
    let of_option = node.option_kinds.iter().find(|kind| kind.suffix() == suffix);
    if comparison != Comparison::Equal && !of_option.unwrap_or(&node.kind).is_ordered() {
        return None;
    }
    Some(ConditionTest::Compare(comparison, answer))
}

/// An answer that the question can have. One that is asked for itself is one of the options, where only those are taken: of
/// another system, or of the type of no option, it would never be given.
fn known_answer(node: &Node, suffix: &str, value: &Value, itself: bool) -> Option<Answer> {
    // The standard has no `answerUri`: an address is asked for as a string.
    let suffix = if node.kind == Kind::Url && suffix == "String" {
        "Uri"
    } else {
        suffix
    };
    let answer = node.parse(suffix, value)?;
    let is_asked_for = |option: &Choice| option.answer.compare(&answer) == Some(Ordering::Equal);
    let never = itself && node.is_bound(&answer) && !node.options.iter().any(is_asked_for);
    (!never).then_some(answer)
}

fn within(nodes: &[Node], index: usize, ancestor: usize) -> bool {
    let mut at = Some(index);
    while let Some(index) = at {
        if index == ancestor {
            return true;
        }
        at = nodes.get(index).and_then(|node| node.parent);
    }
    false
}

/// Takes, again and again, the items whose parent and questions have been taken; what is left stands in a circle.
fn sort(nodes: &[Node], sources: &[(&Item, String)], faults: &mut Faults) -> Vec<usize> {
    let mut taken = vec![false; nodes.len()];
    let mut order = Vec::with_capacity(nodes.len());
    loop {
        let before = order.len();
        for (index, node) in nodes.iter().enumerate() {
            let mut needed = node
                .parent
                .into_iter()
                .chain(node.conditions.iter().map(|one| one.question));
            let ready = needed.all(|needed| taken.get(needed) == Some(&true));
            if let Some(slot) = taken.get_mut(index).filter(|taken| !**taken && ready) {
                *slot = true;
                order.push(index);
            }
        }
        if order.len() == before {
            break;
        }
    }
    for (_, (item, pointer)) in taken.iter().zip(sources).filter(|(taken, _)| !**taken) {
        faults.add(
            "enableWhenCycle",
            pointer,
            format!("{} waits for itself", item.link_id),
        );
    }
    order
}
