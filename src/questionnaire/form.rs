//! The compiled form: items in a flat array, everything looked up by index. Built by `compile`, never changed afterwards.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use regex::Regex;
use rust_decimal::Decimal;
use serde_json::Value;

use super::definition::{FHIR, Item, Questionnaire, extension};
use super::parts::Coding;
use super::rules::{CompiledRules, Rule, Text};
use super::value::{Answer, Kind};

/// When an item is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The questionnaire of pregnancy.
    Antenatal,
    /// The re-check at admission or in labor.
    Recheck,
}

/// Who answers an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The woman.
    Patient,
    /// Midwife, obstetrician or anesthesiologist.
    Staff,
}

/// A published version of a form with its rules, ready to judge answers.
#[derive(Debug)]
pub struct Form {
    pub(super) definition: Questionnaire,
    pub(super) canonical: String,
    /// In definition order; a parent stands before its children.
    pub(super) nodes: Vec<Node>,
    /// Indexes in dependency order: an item after its parent and after every question that its conditions look at.
    pub(super) order: Vec<usize>,
    pub(super) index: HashMap<String, usize>,
    pub(super) rules: CompiledRules,
    /// The one place of each item, when nothing in the form can stand twice.
    pub(super) slots: Vec<Slot>,
    /// Has the form repeated groups or questions below questions?
    pub(super) nested: bool,
    /// From when to when answers are taken.
    pub(super) period: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
}

/// A place where an item stands in a response: as often as the group or the answer around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    /// Which item.
    pub(super) node: usize,
    /// The slot that it stands in.
    pub(super) parent: Option<usize>,
    /// Below a question: the answer that it belongs to.
    pub(super) answer: usize,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) link_id: String,
    /// linkIds from the root down to this item.
    pub(super) path: Vec<String>,
    pub(super) parent: Option<usize>,
    pub(super) kind: Kind,
    pub(super) conditions: Vec<Condition>,
    pub(super) any: bool,
    pub(super) required: bool,
    pub(super) required_at: Option<Phase>,
    pub(super) repeats: bool,
    /// Empty means every phase.
    pub(super) phases: Vec<Phase>,
    pub(super) who: Who,
    pub(super) never_prefilled: bool,
    pub(super) limits: Limits,
    pub(super) options: Vec<Choice>,
    /// Types of the options that are no codings.
    pub(super) option_kinds: Vec<Kind>,
    /// The value set of somebody else's form, which is never fetched: any coding is taken.
    pub(super) open_set: bool,
    pub(super) initial: Vec<Value>,
    /// What a read-only question with initial answers always says.
    pub(super) fixed: Vec<Answer>,
    /// May it stand more than once in a response, or hang on an item that may? Rules cannot tell which one is meant.
    pub(super) manifold: bool,
    /// Hangs on a condition of somebody else's form that cannot be decided: asked, never required.
    pub(super) unsure: bool,
}

#[derive(Debug, Default)]
pub(super) struct Limits {
    pub(super) min: Option<Answer>,
    pub(super) max: Option<Answer>,
    pub(super) unit: Option<String>,
    /// Units of a quantity; empty means any.
    pub(super) units: Vec<Coding>,
    pub(super) unit_set: Vec<Coding>,
    pub(super) decimal_places: Option<u32>,
    pub(super) min_length: Option<usize>,
    pub(super) max_length: Option<usize>,
    pub(super) regex: Option<Regex>,
    pub(super) min_count: Option<usize>,
    pub(super) max_count: Option<usize>,
    pub(super) max_megabytes: Option<Decimal>,
    pub(super) media_types: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Choice {
    pub(super) answer: Answer,
    pub(super) exclusive: bool,
    pub(super) ordinal: Option<Decimal>,
}

#[derive(Debug)]
pub(super) struct Condition {
    pub(super) question: usize,
    pub(super) test: ConditionTest,
}

#[derive(Debug)]
pub(super) enum ConditionTest {
    Exists(bool),
    Compare(Comparison, Answer),
    /// `!=`: answered, and no answer is this one.
    Differs(Answer),
}

/// A comparison of two ordered values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Comparison {
    pub(super) fn parse(sign: &str) -> Option<Self> {
        Some(match sign {
            "=" => Self::Equal,
            "<" => Self::Less,
            "<=" => Self::AtMost,
            ">" => Self::Greater,
            ">=" => Self::AtLeast,
            _ => return None,
        })
    }

    pub(super) fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::AtMost => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::AtLeast => ordering.is_ge(),
        }
    }
}

impl Node {
    /// Reads an answer: of the item's type, or of an option's own type.
    pub(super) fn parse(&self, suffix: &str, value: &Value) -> Option<Answer> {
        let own = self.option_kinds.iter().find(|kind| kind.suffix() == suffix);
        Answer::parse(*own.unwrap_or(&self.kind), suffix, value)
    }

    /// Is the answer one of the options, where only those are taken?
    pub(super) fn offers(&self, answer: &Answer) -> bool {
        !self.is_bound(answer) || self.options.iter().any(|option| option.answer == *answer)
    }

    /// Must the answer be one of the options?
    pub(super) fn is_bound(&self, answer: &Answer) -> bool {
        let bound = match self.kind {
            Kind::Choice => true,
            Kind::OpenChoice => !matches!(answer, Answer::Text(_)),
            _ => false,
        };
        bound && !self.open_set
    }

    /// Is the item asked in this phase? Without a phase every item is.
    pub(super) fn asked_in(&self, phase: Option<Phase>) -> bool {
        self.phases.is_empty() || phase.is_none_or(|phase| self.phases.contains(&phase))
    }
}

impl Form {
    /// `url|version`.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// The document that was compiled.
    pub fn definition(&self) -> &Questionnaire {
        &self.definition
    }

    /// Version of the rules, if the form has any.
    pub fn rules_version(&self) -> &str {
        &self.rules.version
    }

    /// The rules in table order.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.rules.iter().map(|compiled| &compiled.rule)
    }

    /// The rule with this id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules().find(|rule| rule.id == id)
    }

    /// The levels of the rules, rising; the first means that no rule fired.
    pub fn levels(&self) -> &[String] {
        &self.rules.levels
    }

    /// What the woman reads for this level.
    pub fn level_sentence(&self, level: &str) -> Option<&Text> {
        self.rules.level_sentences.get(level)
    }

    /// Does the form have an item with this linkId?
    pub fn has_item(&self, link_id: &str) -> bool {
        self.index.contains_key(link_id)
    }

    /// The item with this linkId, as the form has it.
    pub fn item(&self, link_id: &str) -> Option<&Item> {
        let mut level = &self.definition.item;
        let node = self.index.get(link_id).and_then(|&index| self.nodes.get(index))?;
        let mut found = None;
        for step in &node.path {
            let item = level.iter().find(|item| item.link_id == *step)?;
            level = &item.item;
            found = Some(item);
        }
        found
    }

    /// Whether something in the form may stand twice in a response: a repeated group, or a question below a question.
    pub fn is_nested(&self) -> bool {
        self.nested
    }

    /// Whether an item is asked only after certain answers to others.
    pub fn is_conditional(&self, link_id: &str) -> bool {
        self.item(link_id)
            .is_some_and(|item| !item.enable_when.is_empty())
    }

    /// The unit of a question's number, a UCUM coding.
    pub fn unit(&self, link_id: &str) -> Option<&Value> {
        extension(&self.item(link_id)?.extension, FHIR, "questionnaire-unit")
    }

    /// What a score is called in Chinese and English, with its UCUM unit.
    pub fn score_words(&self, id: &str) -> Option<(&'static str, &'static str, Option<&'static str>)> {
        let score = self.rules.scores.iter().find(|score| score.id == id)?;
        let (zh, en) = score.method.words();
        Some((zh, en, score.method.unit()))
    }

    /// linkIds of the questions in definition order.
    pub fn questions(&self) -> impl Iterator<Item = &str> {
        self.asked().map(|node| node.link_id.as_str())
    }

    /// Who answers this item; `None` for an unknown linkId.
    pub fn who(&self, link_id: &str) -> Option<Who> {
        self.index
            .get(link_id)
            .and_then(|&index| self.nodes.get(index))
            .map(|node| node.who)
    }

    /// Questions of both phases whose antenatal answer may be offered again at the re-check.
    pub fn prefilled_at_recheck(&self) -> impl Iterator<Item = &str> {
        self.asked()
            .filter(|node| {
                !node.never_prefilled
                    && node.phases.contains(&Phase::Antenatal)
                    && node.phases.contains(&Phase::Recheck)
            })
            .map(|node| node.link_id.as_str())
    }

    /// Whether a question is asked anew at every re-check, so that its answer is one of labor and not of the pregnancy.
    pub fn is_asked_afresh(&self, link_id: &str) -> bool {
        let node = self.index.get(link_id).and_then(|&index| self.nodes.get(index));
        node.is_some_and(|node| node.never_prefilled || node.phases == [Phase::Recheck])
    }

    /// Whether a rule can hit at the re-check only.
    pub fn is_of_recheck(&self, rule: &str) -> bool {
        let rule = self.rules.rules.iter().find(|one| one.rule.id == rule);
        rule.is_some_and(|one| one.when.needs_recheck())
    }

    fn asked(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.kind.is_question())
    }
}
