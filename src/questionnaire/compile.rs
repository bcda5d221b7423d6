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
use super::form::{Form, Node, Phase, Who};
use super::predicate::Scope;
use super::rules::{self, CompiledRules, RuleSet};
use super::value::Kind;
use super::{limits, options};

pub(super) const MAX_BYTES: usize = 512 * 1024;
pub(super) const MAX_ITEMS: usize = 500;
pub(super) const MAX_DEPTH: usize = 8;

/// Elements whose meaning would be lost without an expression engine.
pub(super) const REFUSED_EXTENSIONS: &[&str] = &[
    "questionnaire-constraint",
    "sdc-questionnaire-enableWhenExpression",
    "sdc-questionnaire-answerExpression",
    "sdc-questionnaire-initialExpression",
    "sdc-questionnaire-calculatedExpression",
    "targetConstraint",
];
const REFUSED_MEMBERS: &[&str] = &[
    "modifierExtension",
    "answerValueSet",
    "readOnly",
    "derivedFrom",
    "contained",
];

/// Compiles a form and the rules beside it, or lists all faults.
///
/// # Errors
/// Every publication check that fails, with a pointer into the form or, after `rules#`, into the rules.
pub fn compile(form: &Value, rules: Option<&Value>) -> Result<Arc<Form>, Vec<Fault>> {
    compile_but(form, rules, |_| false)
}

/// Compiles a form of somebody else, without the demands that only our own forms have to meet.
///
/// # Errors
/// What the engine would judge wrongly.
pub fn compile_foreign(form: &Value) -> Result<Arc<Form>, Vec<Fault>> {
    compile_but(form, None, |fault| {
        let place = fault.pointer.rsplit('/').next().unwrap_or_default();
        fault.code == "missingTranslation"
            || (fault.code == "unsupportedElement"
                && ["url", "version", "title", "linkId", "extension"].contains(&place))
    })
}

fn compile_but(
    form: &Value,
    rules: Option<&Value>,
    tolerated: impl Fn(&Fault) -> bool,
) -> Result<Arc<Form>, Vec<Fault>> {
    let mut faults = Faults::default();
    if serde_json::to_vec(form).map_or(true, |bytes| bytes.len() > MAX_BYTES) {
        faults.add("limitExceeded", "", "the form is larger than 512 KiB");
        return Err(faults.0);
    }
    let definition: Questionnaire = match serde_json::from_value(form.clone()) {
        Ok(definition) => definition,
        Err(error) => {
            faults.add("unsupportedElement", "", error.to_string());
            return Err(faults.0);
        }
    };
    let canonical = header(&definition, &mut faults);
    let mut builder = Builder {
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
    } = builder;
    let order = dependencies::resolve(&mut nodes, &index, &sources, &mut faults);
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
    faults.0.retain(|fault| !tolerated(fault));
    if !faults.0.is_empty() {
        return Err(faults.0);
    }
    Ok(Arc::new(Form {
        definition,
        canonical,
        nodes,
        order,
        index,
        rules: compiled,
    }))
}

/// The form's own members; returns `url|version`.
fn header(definition: &Questionnaire, faults: &mut Faults) -> String {
    if definition.resource_type != "Questionnaire" {
        faults.add("unsupportedElement", "/resourceType", "not a Questionnaire");
    }
    for (member, value) in [
        ("url", &definition.url),
        ("version", &definition.version),
        ("title", &definition.title),
    ] {
        if value.is_none() {
            faults.add(
                "unsupportedElement",
                &format!("/{member}"),
                format!("{member} is missing"),
            );
        }
    }
    if read::english(&definition.other, "_title").is_none() {
        faults.add("missingTranslation", "/title", "no English title");
    }
    for member in REFUSED_MEMBERS
        .iter()
        .filter(|member| definition.other.contains_key(**member))
    {
        faults.add(
            "unsupportedElement",
            &format!("/{member}"),
            format!("{member} is not evaluated"),
        );
    }
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    format!("{}|{}", text(&definition.url), text(&definition.version))
}

struct Builder<'a> {
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
                (Kind::Group, false) => {
                    self.items(&item.item, Some(index), &format!("{pointer}/item"), depth + 1)
                }
                (_, false) => {
                    let at = format!("{pointer}/item");
                    self.faults.add(
                        "unsupportedElement",
                        &at,
                        "a question with children is not evaluated",
                    );
                }
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
            faults.add(
                "unsupportedElement",
                &format!("{pointer}/linkId"),
                "a linkId is [A-Za-z0-9._/-]{1,64}",
            );
        }
        if item.text.is_none() || read::english(&item.other, "_text").is_none() {
            faults.add(
                "missingTranslation",
                &format!("{pointer}/text"),
                "no text in zh-CN or English",
            );
        }
        for member in REFUSED_MEMBERS
            .iter()
            .filter(|member| item.other.contains_key(**member))
        {
            faults.add(
                "unsupportedElement",
                &format!("{pointer}/{member}"),
                format!("{member} is not evaluated"),
            );
        }
        for one in &item.extension {
            if REFUSED_EXTENSIONS.iter().any(|name| one.url.ends_with(name)) {
                let reason = format!("{} is not evaluated", one.url);
                faults.add("unsupportedElement", &format!("{pointer}/extension"), reason);
            }
        }
        if !kind.is_question() && (item.repeats == Some(true) || item.required == Some(true)) {
            faults.add(
                "unsupportedElement",
                pointer,
                "groups are neither required nor repeated",
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
        Node {
            link_id: item.link_id.clone(),
            path,
            parent,
            kind,
            conditions: Vec::new(),
            any: item.enable_behavior.as_deref() == Some("any"),
            required: item.required == Some(true),
            required_at,
            repeats: item.repeats == Some(true),
            phases,
            who: match extension(&item.extension, OWN, "item-who").and_then(Value::as_str) {
                Some("staff") => Who::Staff,
                _ => Who::Patient,
            },
            never_prefilled: flag("never-prefilled"),
            limits: limits::read(item, kind, pointer, faults),
            options: options::read(item, kind, pointer, faults),
            initial: item
                .other
                .get("initial")
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default(),
        }
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
