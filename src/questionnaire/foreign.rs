//! Forms of others: a `Questionnaire` that was not written for this service, and everything that is wrong with it.
//!
//! Such forms are not clean. One that can be shown safely is loaded with all its defects named; one that cannot, because
//! two questions could not be told apart or a meaning would be lost, is refused whatever is asked. The document is kept as
//! it came. What our own forms must be: `compile`.

mod conditions;
mod questions;

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde_json::{Map, Value};

use super::allowed::{ELEMENT, ITEM, RESOURCE};
use super::compile::{MAX_BYTES, MAX_DEPTH, MAX_ITEMS};
use super::definition::FHIR;
use super::faults::Fault;
use super::unique::Once;
use super::value::Kind;

const MAX_CONDITIONS: usize = 20;
const STATUSES: &[&str] = &["draft", "active", "retired", "unknown"];
/// The kind of items that stands in the standard and not in [`Kind`].
const OTHER_KINDS: &[&str] = &["question"];
/// Expressions that are kept; their number is not worked out here.
const KEPT_EXPRESSIONS: &[&str] = &["variable", "sdc-questionnaire-calculatedExpression"];
/// Elements whose meaning would be lost without an expression engine.
const REFUSED_EXTENSIONS: &[&str] = &[
    "questionnaire-constraint",
    "sdc-questionnaire-enableWhenExpression",
    "sdc-questionnaire-answerExpression",
    "sdc-questionnaire-initialExpression",
    "targetConstraint",
];
/// Whole mechanisms that are not followed.
const REFUSED_MECHANISMS: &[&str] = &[
    "sdc-questionnaire-launchContext",
    "sdc-questionnaire-subQuestionnaire",
    "sdc-questionnaire-questionnaireAdaptive",
    "sdc-questionnaire-itemPopulationContext",
    "sdc-questionnaire-itemExtractionContext",
];

/// A form of somebody else with what is wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Foreign {
    /// The document as it came; none when it is no JSON.
    pub document: Option<Value>,
    /// Why it can't be loaded at all.
    pub refusals: Vec<Fault>,
    /// What is wrong with it besides.
    pub warnings: Vec<Fault>,
}

/// Reads a form of somebody else. Never panics, whatever the bytes are.
pub fn read(bytes: &[u8]) -> Foreign {
    let mut foreign = Foreign {
        document: None,
        refusals: Vec::new(),
        warnings: Vec::new(),
    };
    if bytes.len() > MAX_BYTES {
        foreign.refuse("limitExceeded", "", "the document is larger than 512 KiB");
        return foreign;
    }
    let document = match serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)) {
        Ok(Once(document)) => document,
        Err(error) => {
            foreign.refuse("invalidJson", "", error.to_string());
            return foreign;
        }
    };
    foreign.judge(&document);
    foreign.document = Some(document);
    foreign
}

impl Foreign {
    fn refuse(&mut self, code: &'static str, pointer: &str, reason: impl Into<String>) {
        self.refusals.push(Fault {
            code,
            pointer: pointer.to_owned(),
            reason: reason.into(),
        });
    }

    fn warn(&mut self, code: &'static str, pointer: &str, reason: impl Into<String>) {
        self.warnings.push(Fault {
            code,
            pointer: pointer.to_owned(),
            reason: reason.into(),
        });
    }

    fn judge(&mut self, document: &Value) {
        let Some(root) = document.as_object() else {
            return self.refuse("invalidStructure", "", "the document is no object");
        };
        if root.get("resourceType").and_then(Value::as_str) != Some("Questionnaire") {
            return self.refuse("wrongResourceType", "/resourceType", "not a Questionnaire");
        }
        self.nothing(document, "");
        match root.get("status") {
            None => self.warn("missingStatus", "", "a Questionnaire has a status"),
            Some(status) if !status.as_str().is_some_and(|status| STATUSES.contains(&status)) => {
                self.warn("invalidStatus", "/status", "no status of the standard");
            }
            Some(_) => {}
        }
        self.members(root, "", RESOURCE);
        if root.contains_key("derivedFrom") {
            self.warn(
                "unsupportedElement",
                "/derivedFrom",
                "derivedFrom is not evaluated",
            );
        }
        self.extensions(root, "");
        let mut seen = Seen {
            contained: contained(root),
            ..Seen::default()
        };
        self.items(root, "", 1, &mut seen);
        if seen.kinds.len() > MAX_ITEMS {
            self.refuse("limitExceeded", "/item", "more than 500 items");
        }
        self.conditions(&seen);
    }

    /// Members of `node` that the standard does not have. `name[x]` and `_name` are known where `name` is.
    fn members(&mut self, node: &Map<String, Value>, pointer: &str, known: &str) {
        let all: Vec<&str> = known.split_whitespace().chain(ELEMENT.split(' ')).collect();
        for name in node.keys() {
            if !all.contains(&name.strip_prefix('_').unwrap_or(name)) {
                self.warn(
                    "unknownElement",
                    &format!("{pointer}/{}", escaped(name)),
                    "no element of the standard",
                );
            }
        }
    }

    /// Empty values, which the standard has not, and modifiers, which change the meaning of what they stand in.
    fn nothing(&mut self, node: &Value, pointer: &str) {
        let empty = match node {
            Value::Null => !pointer
                .rsplit('/')
                .nth(1)
                .is_some_and(|parent| parent.starts_with('_')),
            Value::String(text) => text.is_empty(),
            Value::Array(all) => all.is_empty(),
            Value::Object(members) => members.is_empty(),
            _ => false,
        };
        if empty {
            self.warn("emptyElement", pointer, "an element without content");
        }
        match node {
            Value::Array(all) => {
                for (position, one) in all.iter().enumerate() {
                    self.nothing(one, &format!("{pointer}/{position}"));
                }
            }
            Value::Object(members) => {
                for (name, value) in members {
                    let at = format!("{pointer}/{}", escaped(name));
                    if name == "modifierExtension" {
                        self.refuse(
                            "unknownModifierExtension",
                            &at,
                            "a modifier that is not known here",
                        );
                    }
                    self.nothing(value, &at);
                }
            }
            _ => {}
        }
    }

    fn extensions(&mut self, node: &Map<String, Value>, pointer: &str) {
        let list = node.get("extension").and_then(Value::as_array);
        for (position, one) in list.into_iter().flatten().enumerate() {
            let at = format!("{pointer}/extension/{position}");
            let Some(url) = one.get("url").and_then(Value::as_str) else {
                self.warn("invalidStructure", &at, "an extension without url");
                continue;
            };
            let named = |names: &[&str]| names.iter().any(|name| url.rsplit('/').next() == Some(*name));
            if named(KEPT_EXPRESSIONS) {
                self.warn("expressionNotEvaluated", &at, "kept, not evaluated");
            } else if named(REFUSED_EXTENSIONS) || named(REFUSED_MECHANISMS) {
                self.warn("unsupportedElement", &at, "kept, not evaluated");
            } else if url == format!("{FHIR}regex") {
                let pattern = one.get("valueString").and_then(Value::as_str).unwrap_or_default();
                if Regex::new(&format!(r"\A(?:{pattern})\z")).is_err() {
                    self.warn("badRegex", &at, "the pattern does not compile");
                }
            }
        }
    }

    fn items(&mut self, parent: &Map<String, Value>, pointer: &str, depth: usize, seen: &mut Seen) {
        let list = match parent.get("item") {
            None => return,
            Some(Value::Array(list)) => list,
            Some(_) => return self.refuse("invalidStructure", &format!("{pointer}/item"), "item is no list"),
        };
        if depth > MAX_DEPTH {
            return self.refuse(
                "limitExceeded",
                &format!("{pointer}/item"),
                "items are nested more than 8 deep",
            );
        }
        for (position, item) in list.iter().enumerate() {
            let at = format!("{pointer}/item/{position}");
            let Some(item) = item.as_object() else {
                self.refuse("invalidStructure", &at, "an item is no object");
                continue;
            };
            let inside = seen.path.len();
            if let Some(link_id) = self.item(item, &at, seen) {
                seen.path.push(link_id);
            }
            self.items(item, &at, depth + 1, seen);
            seen.path.truncate(inside);
        }
    }

    fn item(&mut self, item: &Map<String, Value>, at: &str, seen: &mut Seen) -> Option<String> {
        self.members(item, at, ITEM);
        self.extensions(item, at);
        let kind = item.get("type").and_then(Value::as_str);
        let known = |kind: &str| Kind::parse(kind).is_some() || OTHER_KINDS.contains(&kind);
        match kind {
            None => self.refuse("missingType", at, "an item has a type"),
            Some("question") => self.warn("unsupportedElement", at, "question is an abstract type"),
            Some(kind) if !known(kind) => {
                self.refuse("unknownType", &format!("{at}/type"), "no type of an item")
            }
            Some(_) => {}
        }
        let kind = kind.unwrap_or_default();
        let children = item
            .get("item")
            .and_then(Value::as_array)
            .is_some_and(|list| !list.is_empty());
        match kind {
            "group" if !children => self.warn("groupWithoutItems", at, "an empty group"),
            "display" if children => self.warn("displayWithItems", at, "a display with children"),
            _ => {}
        }
        self.options(item, kind, at, seen);
        self.limits(item, kind, at);
        let Some(link_id) = item
            .get("linkId")
            .and_then(Value::as_str)
            .filter(|id| !id.is_empty())
        else {
            self.refuse("missingLinkId", at, "an item has a linkId");
            return None;
        };
        let conditions = item
            .get("enableWhen")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        if conditions.len() > MAX_CONDITIONS {
            self.refuse(
                "limitExceeded",
                &format!("{at}/enableWhen"),
                "more than 20 conditions",
            );
        }
        if conditions.len() > 1 && !item.contains_key("enableBehavior") {
            self.warn("enableBehaviorMissing", at, "read as any");
        }
        seen.conditions
            .push((link_id.to_owned(), seen.path.clone(), at.to_owned(), conditions));
        if seen.kinds.insert(link_id.to_owned(), kind.to_owned()).is_some() {
            self.refuse(
                "duplicateLinkId",
                &format!("{at}/linkId"),
                "the linkId stands twice",
            );
        }
        Some(link_id.to_owned())
    }
}

/// What was found on the way through the items.
#[derive(Default)]
struct Seen {
    contained: BTreeSet<String>,
    kinds: BTreeMap<String, String>,
    path: Vec<String>,
    /// linkId, linkIds above it, pointer, conditions.
    conditions: Vec<(String, Vec<String>, String, Vec<Value>)>,
}

/// Ids of the value sets that came with the form and list their codes.
fn contained(root: &Map<String, Value>) -> BTreeSet<String> {
    let list = root.get("contained").and_then(Value::as_array);
    let sets = list.into_iter().flatten().filter(|one| {
        let codes = ["/expansion/contains", "/compose/include/0/concept"];
        one.get("resourceType").and_then(Value::as_str) == Some("ValueSet")
            && codes
                .iter()
                .any(|path| one.pointer(path).is_some_and(|list| list.get(0).is_some()))
    });
    sets.filter_map(|one| one.get("id")?.as_str().map(str::to_owned))
        .collect()
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
