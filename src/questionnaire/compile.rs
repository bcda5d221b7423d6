//! Publication: from a document to a [`Form`], or to every reason why not.
//!
//! Whatever a form says that the engine would not do is a fault here (`unsupportedElement`), never silently ignored.
//! Conditions are resolved in `dependencies`, rules in `rules`.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::definition::{self as read, Item, OWN, Questionnaire, extension, extensions};
use super::dependencies;
use super::faults::{Fault, Faults};
use super::form::{Form, Node, Phase, Slot, Who};
use super::rules::{self, CompiledRules, RuleSet};
use super::scope::Scope;
use super::value::{Answer, Kind};
use super::{allowed, header, limits, options};

pub(super) const MAX_BYTES: usize = 512 * 1024;
pub(super) const MAX_ITEMS: usize = 500;
pub(super) const MAX_DEPTH: usize = 8;

/// An expression that would decide whether an item is asked.
const ENABLING: &str = "sdc-questionnaire-enableWhenExpression";

/// Compiles a form and the rules beside it, or lists all faults.
///
/// # Errors
/// Every publication check that fails, with a pointer into the form or, after `rules#`, into the rules.
pub fn compile(form: &Value, rules: Option<&Value>) -> Result<Arc<Form>, Vec<Fault>> {
    build(form, rules, Faults::default())
}

/// Compiles a form of somebody else, without the demands that only our own forms have to meet. An item whose conditions
/// cannot be decided is asked and never required.
///
/// # Errors
/// What the engine would judge wrongly.
pub fn compile_foreign(form: &Value) -> Result<Arc<Form>, Vec<Fault>> {
    let faults = Faults {
        foreign: true,
        ..Faults::default()
    };
    build(form, None, faults)
}

/// Why the text of a form cannot be read, with line and column.
pub fn misread_form(text: &[u8]) -> Option<String> {
    let read = serde_json::from_slice::<Questionnaire>(text);
    read.err().map(|error| error.to_string())
}

/// Why the text of a rule table cannot be read, with line and column.
pub fn misread_rules(text: &[u8]) -> Option<String> {
    let read = serde_json::from_slice::<RuleSet>(text);
    read.err().map(|error| error.to_string())
}

fn build(form: &Value, rules: Option<&Value>, mut faults: Faults) -> Result<Arc<Form>, Vec<Fault>> {
    if serde_json::to_vec(form).map_or(true, |bytes| bytes.len() > MAX_BYTES) {
        faults.add("limitExceeded", "", "the form is larger than 512 KiB");
        return Err(faults.all);
    }
    if !faults.foreign {
        allowed::check(form, &mut faults);
    }
    let definition: Questionnaire = match serde_json::from_value(form.clone()) {
        Ok(definition) => definition,
        Err(error) => {
            faults.add("unsupportedElement", "", error.to_string());
            return Err(faults.all);
        }
    };
    let canonical = header::canonical(&definition, &mut faults);
    let period = header::period(&definition, &mut faults);
    header::members(&definition, &mut faults);
    let sets = options::contained(form.get("contained"));
    let mut builder = Builder {
        sets: &sets,
        nodes: Vec::new(),
        index: HashMap::new(),
        sources: Vec::new(),
        faults,
    };
    builder.items(&definition.item, None, "/item", 1);
    let Builder {
        mut nodes,
        index,
        sources,
        mut faults,
        ..
    } = builder;
    let order = dependencies::resolve(&mut nodes, &index, &sources, &mut faults);
    inherit(&mut nodes, &order);
    let compiled = match rules.map(|rules| serde_json::from_value::<RuleSet>(rules.clone())) {
        None => CompiledRules::default(),
        Some(Ok(set)) => {
            if set.form != canonical {
                faults.add(
                    "ruleTypeMismatch",
                    "rules#/form",
                    format!("the rules are for {}", set.form),
                );
            }
            let mut scope = Scope {
                nodes: &nodes,
                index: &index,
                scores: Vec::new(),
                rules: Vec::new(),
            };
            rules::compile(set, &mut scope, &mut faults)
        }
        Some(Err(error)) => {
            faults.add("ruleTypeMismatch", "rules#", error.to_string());
            CompiledRules::default()
        }
    };
    if !faults.all.is_empty() {
        return Err(faults.all);
    }
    let slot = |(index, node): (usize, &Node)| Slot {
        node: index,
        parent: node.parent,
        answer: 0,
    };
    let slots = nodes.iter().enumerate().map(slot).collect();
    let nested = nodes.iter().any(|node| {
        let below = node.parent.and_then(|parent| nodes.get(parent));
        (node.kind == Kind::Group && node.repeats) || below.is_some_and(|parent| parent.kind.is_question())
    });
    Ok(Arc::new(Form {
        definition,
        canonical,
        nodes,
        order,
        index,
        rules: compiled,
        slots,
        nested,
        period,
    }))
}

/// What an item has from the items around it and from those that its conditions look at.
fn inherit(nodes: &mut [Node], order: &[usize]) {
    for &index in order {
        let Some(node) = nodes.get(index) else { continue };
        let parent = node.parent.and_then(|parent| nodes.get(parent));
        let among_answers = parent.is_some_and(|parent| parent.kind.is_question() && parent.repeats);
        let manifold = (node.kind == Kind::Group && node.repeats)
            || among_answers
            || parent.is_some_and(|parent| parent.manifold)
            || node
                .conditions
                .iter()
                .any(|one| nodes.get(one.question).is_some_and(|question| question.manifold));
        let unsure = node.unsure || parent.is_some_and(|parent| parent.unsure);
        if let Some(node) = nodes.get_mut(index) {
            node.manifold = manifold;
            node.unsure = unsure;
            if unsure {
                node.required = false;
                node.limits.min_count = None;
            }
        }
    }
}

struct Builder<'a> {
    sets: &'a [(String, Vec<Value>)],
    nodes: Vec<Node>,
    index: HashMap<String, usize>,
    /// The item of each node and where it stands.
    sources: Vec<(&'a Item, String)>,
    faults: Faults,
}

impl<'a> Builder<'a> {
    fn items(&mut self, items: &'a [Item], parent: Option<usize>, pointer: &str, depth: usize) {
        if depth > MAX_DEPTH {
            self.faults
                .add("limitExceeded", pointer, "items are nested more than 8 deep");
            return;
        }
        for (position, item) in items.iter().enumerate() {
            if self.nodes.len() == MAX_ITEMS {
                self.faults.add("limitExceeded", pointer, "more than 500 items");
                return;
            }
            let pointer = format!("{pointer}/{position}");
            let index = self.nodes.len();
            let node = self.node(item, parent, &pointer);
            let kind = node.kind;
            if self.index.insert(item.link_id.clone(), index).is_some() {
                let reason = format!("{} stands twice", item.link_id);
                self.faults
                    .add("duplicateLinkId", &format!("{pointer}/linkId"), reason);
            }
            self.nodes.push(node);
            self.sources.push((item, pointer.clone()));
            match (kind, item.item.is_empty()) {
                (Kind::Group, true) => self.faults.add("groupWithoutItems", &pointer, "an empty group"),
                (Kind::Display, false) => {
                    self.faults
                        .add("displayWithItems", &pointer, "a display with children")
                }
                (_, false) => self.items(&item.item, Some(index), &format!("{pointer}/item"), depth + 1),
                _ => {}
            }
        }
    }

    fn node(&mut self, item: &Item, parent: Option<usize>, pointer: &str) -> Node {
        let faults = &mut self.faults;
        let known = Kind::parse(&item.kind);
        if known.is_none() {
            let reason = format!("type {} is not evaluated", item.kind);
            faults.add("unsupportedElement", &format!("{pointer}/type"), reason);
        }
        let kind = known.unwrap_or(Kind::Text);
        let allowed = |c: char| c.is_ascii_alphanumeric() || "._/-".contains(c);
        if item.link_id.is_empty() || item.link_id.len() > 64 || !item.link_id.chars().all(allowed) {
            faults.demand(
                "unsupportedElement",
                &format!("{pointer}/linkId"),
                "a linkId is [A-Za-z0-9._/-]{1,64}",
            );
        }
        if item.text.is_none() || read::english(&item.other, "_text").is_none() {
            faults.demand(
                "missingTranslation",
                &format!("{pointer}/text"),
                "no text in zh-CN or English",
            );
        }
        let prefixed = item.other.contains_key("prefix") || item.other.contains_key("_prefix");
        let prefix = item.other.get("prefix").and_then(Value::as_str);
        if prefixed && (prefix.is_none() || read::english(&item.other, "_prefix").is_none()) {
            let at = format!("{pointer}/prefix");
            faults.demand("missingTranslation", &at, "no prefix in zh-CN or English");
        }
        if kind == Kind::Display && (item.repeats == Some(true) || item.required == Some(true)) {
            faults.add(
                "unsupportedElement",
                pointer,
                "a display is neither required nor repeated",
            );
        }
        let phases = phases(extensions(&item.extension, OWN, "item-phase"), pointer, faults);
        let required_at = phases_of_required(item, pointer, faults);
        let mut path = parent
            .and_then(|parent| self.nodes.get(parent))
            .map(|node| node.path.clone())
            .unwrap_or_default();
        path.push(item.link_id.clone());
        let flag = |name| extension(&item.extension, OWN, name).and_then(Value::as_bool) == Some(true);
        let who = match extension(&item.extension, OWN, "item-who").map(Value::as_str) {
            Some(Some("staff")) => Who::Staff,
            None | Some(Some("patient")) => Who::Patient,
            Some(_) => {
                faults.add("unsupportedElement", pointer, "who is patient or staff");
                Who::Patient
            }
        };
        let limits = limits::read(item, kind, self.sets, pointer, faults);
        let options = options::read(item, kind, self.sets, pointer, faults);
        let mut node = Node {
            link_id: item.link_id.clone(),
            path,
            parent,
            kind,
            conditions: Vec::new(),
            any: item.enable_behavior.as_deref() != Some("all") && item.enable_when.len() > 1,
            required: item.required == Some(true),
            required_at,
            repeats: item.repeats == Some(true),
            phases,
            who,
            never_prefilled: flag("never-prefilled"),
            limits,
            options: options.choices,
            option_kinds: options.kinds,
            open_set: options.open,
            initial: options.selected,
            fixed: Vec::new(),
            manifold: false,
            unsure: item.extension.iter().any(|one| one.url.ends_with(ENABLING)),
        };
        initial(&mut node, item, pointer, faults);
        node
    }
}

/// The answers that a new draft begins with, and those that a read-only question keeps.
fn initial(node: &mut Node, item: &Item, pointer: &str, faults: &mut Faults) {
    let written = item.other.get("initial").and_then(Value::as_array);
    if let Some(written) = written {
        if !node.initial.is_empty() {
            faults.demand(
                "unsupportedElement",
                &format!("{pointer}/initial"),
                "initial and initialSelected",
            );
        }
        node.initial.clone_from(written);
    }
    let parsed: Vec<Option<Answer>> = node
        .initial
        .iter()
        .map(|one| {
            let mut values = one.as_object()?.iter();
            let (name, value) = values.next().filter(|_| values.next().is_none())?;
            let answer = node.parse(name.strip_prefix("value")?, value)?;
            node.offers(&answer).then_some(answer)
        })
        .collect();
    let several = parsed.len() > 1 && !node.repeats;
    if parsed.contains(&None) || several || (!parsed.is_empty() && !node.kind.is_question()) {
        faults.demand(
            "ruleTypeMismatch",
            &format!("{pointer}/initial"),
            "an initial answer that the question does not take",
        );
    }
    match item.other.get("readOnly") {
        None | Some(Value::Bool(false)) => {}
        Some(Value::Bool(true)) => node.fixed = parsed.into_iter().flatten().collect(),
        Some(_) => faults.add(
            "ruleTypeMismatch",
            &format!("{pointer}/readOnly"),
            "readOnly is true or false",
        ),
    }
}

fn phases<'v>(values: impl Iterator<Item = &'v Value>, pointer: &str, faults: &mut Faults) -> Vec<Phase> {
    values
        .filter_map(|value| match value.as_str() {
            Some("antenatal") => Some(Phase::Antenatal),
            Some("recheck") => Some(Phase::Recheck),
            _ => {
                faults.add("unsupportedElement", pointer, "a phase is antenatal or recheck");
                None
            }
        })
        .collect()
}

fn phases_of_required(item: &Item, pointer: &str, faults: &mut Faults) -> Option<Phase> {
    phases(extensions(&item.extension, OWN, "required-at"), pointer, faults)
        .first()
        .copied()
}
