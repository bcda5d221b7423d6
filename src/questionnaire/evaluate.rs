//! Judging a response against its form: shape and type, what is asked at all, then every constraint. All problems are
//! collected, in the order of the form. What follows from valid answers: `assess`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::answers::Answers;
use super::decide::Facts;
use super::form::{Form, Node, Phase};
use super::kept::only_answers;
use super::problems::Problem;
use super::reading::member;
use super::reckon::Scores;
use super::rules::Severity;
use super::value::{Answer, Kind};
use super::{Outcome, constraints};

/// What is known beside the answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Context {
    /// The present time; rules never read a clock.
    pub now: DateTime<Utc>,
    /// Phase of the assessment; `None` for forms without phases.
    pub phase: Option<Phase>,
    /// A hospital's own limits, such as `aptt_uln` in seconds.
    pub settings: BTreeMap<String, Decimal>,
    /// Facts from elsewhere, such as `delivery_mode`. What is not stated is not the case.
    pub facts: BTreeMap<String, String>,
}

impl Context {
    /// Nothing but the time.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self {
            now,
            phase: None,
            settings: BTreeMap::new(),
            facts: BTreeMap::new(),
        }
    }

    /// The same in a phase.
    pub fn in_phase(mut self, phase: Phase) -> Self {
        self.phase = Some(phase);
        self
    }
}

/// How strictly a response is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// May be incomplete; keeps answers of hidden questions, so that toggling back loses nothing.
    Draft,
    /// Complete; answers of hidden questions are dropped with a warning.
    Submit,
    /// Complete; an answer of a hidden question is an error.
    SubmitStrict,
}

/// A judged response.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluated {
    /// The response in definition order, nothing but its answers; without those of hidden questions unless it is a draft.
    pub normalized: Value,
    /// The answers of the questions that are asked.
    pub answers: Answers,
    /// Why it is refused, at most 200.
    pub errors: Vec<Problem>,
    /// What she or the client should know.
    pub warnings: Vec<Problem>,
}

pub(super) const MAX_PROBLEMS: usize = 200;

impl Form {
    /// Judges a response that its owner keeps: [`Form::judge`] of a copy.
    pub fn check(&self, response: &Value, mode: Mode, context: &Context) -> Evaluated {
        self.judge(response.clone(), mode, context)
    }

    /// Judges a response; what is kept of it is moved, not copied. Never panics, whatever the document is.
    pub fn judge(&self, mut response: Value, mode: Mode, context: &Context) -> Evaluated {
        let mut reading = self.read(&response);
        let enabled = if self.nested {
            self.enabled_slots(&reading.slots, &reading.answers())
        } else {
            self.enabled(&reading.answers())
        };
        let mut warnings = Vec::new();
        let mut fates = Vec::with_capacity(reading.slots.len());
        for slot in 0..reading.slots.len() {
            let Some(node) = reading.node(slot) else { continue };
            let is_enabled = enabled.get(slot).copied().unwrap_or(false);
            let found = reading.found.get(slot).and_then(Option::as_ref);
            let given = node.kind.is_question() && found.is_some_and(|found| found.given);
            let drop = given && !is_enabled && mode != Mode::Draft;
            fates.push(match found {
                Some(found) if !drop && found.replaced => Fate::Replaced,
                Some(_) if !drop => Fate::Kept,
                _ => Fate::Dropped,
            });
            match mode {
                Mode::Submit if drop => {
                    warnings.push(node.problem("disabledAnswerDropped", reading.pointer(slot), json!({})));
                }
                Mode::SubmitStrict if drop => {
                    let problem = node.problem("answerNotEnabled", reading.pointer(slot), json!({}));
                    reading.errors.push((slot, problem));
                }
                _ => {}
            }
            if is_enabled && given && found.is_some_and(|found| found.replaced) {
                warnings.push(node.problem("calculatedReplaced", reading.pointer(slot), json!({})));
            }
            if is_enabled {
                constraints::judge(&mut reading, slot, mode, context.phase);
            }
        }
        if mode != Mode::Draft && !self.takes_answers_at(context.now) {
            warnings.push(Problem {
                pointer: String::new(),
                code: "questionnaireInactive",
                link_id: None,
                path: Vec::new(),
                params: Map::new(),
            });
        }
        let counts = |slot: usize| enabled.get(slot).copied().unwrap_or(false);
        let kept = Answers::from_slots(self, &reading.slots, &reading.answers(), counts);
        let inconsistent = if self.nested {
            let union = kept.by_index(self);
            self.inconsistent(&union, &self.enabled(&union), context)
        } else {
            self.inconsistent(&reading.answers(), &enabled, context)
        };
        for (index, severity, mut problem) in inconsistent {
            let slot = reading.slots.iter().position(|slot| slot.node == index);
            problem.pointer = slot.map(|slot| reading.pointer(slot)).unwrap_or_default();
            match severity {
                Severity::Error => reading.errors.push((slot.unwrap_or(index), problem)),
                Severity::Warning => warnings.push(problem),
            }
        }
        warnings.extend(self.recalculated(&reading, &kept, context));
        reading.errors.sort_by_key(|(slot, _)| *slot);
        reading.errors.truncate(MAX_PROBLEMS);
        warnings.truncate(MAX_PROBLEMS);
        let errors = reading.errors.into_iter().map(|(_, problem)| problem).collect();
        // Where items may stand several times, the way back to each is long: they are copied.
        let copied = self.nested.then(|| {
            let found = reading.found.iter();
            found
                .map(|found| found.as_ref().map(|found| found.raw.clone()))
                .collect()
        });
        let slots = match reading.slots {
            Cow::Owned(slots) => Some(slots),
            Cow::Borrowed(_) => None,
        };
        let slots = slots.as_deref().unwrap_or(&self.slots);
        let mut raw: Vec<Option<Map<String, Value>>> = copied.unwrap_or_else(|| self.taken(&mut response));
        for ((own, fate), slot) in raw.iter_mut().zip(&fates).zip(slots) {
            match (self.nodes.get(slot.node), fate) {
                (Some(node), Fate::Kept | Fate::Replaced) => keep(node, *fate, own),
                _ => *own = None,
            }
        }
        let items = Value::Array(self.write(slots, raw));
        let mut normalized = match response {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        if let Some(item) = normalized.get_mut("item") {
            *item = items;
        }
        let mut normalized = Value::Object(normalized);
        only_answers(&mut normalized);
        Evaluated {
            normalized,
            answers: kept,
            errors,
            warnings,
        }
    }

    /// Takes the items out of a response to a form whose items stand once; by item of the form, without what stands below.
    /// As in reading, the first of two counts.
    fn taken(&self, response: &mut Value) -> Vec<Option<Map<String, Value>>> {
        let mut raw = vec![None; self.nodes.len()];
        if let Some(Value::Array(items)) = response.get_mut("item").map(Value::take) {
            self.take_level(items, None, &mut raw);
        }
        raw
    }

    fn take_level(&self, items: Vec<Value>, parent: Option<usize>, raw: &mut [Option<Map<String, Value>>]) {
        for item in items {
            let Value::Object(mut item) = item else { continue };
            let link_id = member(&item, "linkId").and_then(Value::as_str);
            let index = link_id.and_then(|link_id| self.index.get(link_id)).copied();
            let node = index.and_then(|index| self.nodes.get(index));
            let Some((index, node)) = index.zip(node).filter(|(_, node)| node.parent == parent) else {
                continue;
            };
            let Some(own) = raw.get_mut(index).filter(|own| own.is_none()) else {
                continue;
            };
            let below = (!node.kind.is_question()).then(|| item.shift_remove("item"));
            *own = Some(item);
            if let Some(Some(Value::Array(children))) = below {
                self.take_level(children, Some(index), raw);
            }
        }
    }

    /// The checks between items that these answers fail, as errors and warnings without pointers. For answers that were
    /// joined from several responses, where no single check saw all of them.
    pub fn inconsistencies(&self, answers: &Answers, context: &Context) -> (Vec<Problem>, Vec<Problem>) {
        let slices = answers.by_index(self);
        let enabled = self.enabled(&slices);
        let (errors, warnings): (Vec<_>, Vec<_>) = self
            .inconsistent(&slices, &enabled, context)
            .into_iter()
            .partition(|(_, severity, _)| *severity == Severity::Error);
        let problems =
            |list: Vec<(usize, Severity, Problem)>| list.into_iter().map(|(.., problem)| problem).collect();
        (problems(errors), problems(warnings))
    }

    fn inconsistent(
        &self,
        answers: &[&[Answer]],
        enabled: &[bool],
        context: &Context,
    ) -> Vec<(usize, Severity, Problem)> {
        if self.rules.checks.is_empty() {
            return Vec::new();
        }
        let none = Scores::default();
        let mut facts = Facts {
            form: self,
            answers,
            enabled,
            context,
            scores: &none,
            outcomes: &[],
        };
        let scores = Scores::compute(&self.rules.scores, &facts);
        facts.scores = &scores;
        self.rules
            .checks
            .iter()
            .filter(|check| facts.decide(&check.when) == Outcome::Fired)
            .filter_map(|check| {
                let index = *check.items.first()?;
                let params = json!({"check": check.check.id, "items": check.check.items, "message": check.check.message});
                let problem = self.nodes.get(index)?.problem("inconsistent", String::new(), params);
                Some((index, check.check.severity, problem))
            })
            .collect()
    }

    fn is_group(&self, index: usize) -> bool {
        self.nodes.get(index).is_some_and(|node| node.kind == Kind::Group)
    }

    fn takes_answers_at(&self, now: DateTime<Utc>) -> bool {
        let (start, end) = self.period;
        start.is_none_or(|start| start <= now) && end.is_none_or(|end| now <= end)
    }

    /// Which items are asked, in dependency order: one pass is enough, because a question is decided before every item that
    /// looks at it.
    pub(super) fn enabled(&self, answers: &[&[Answer]]) -> Vec<bool> {
        let mut enabled = vec![false; self.nodes.len()];
        for &index in &self.order {
            let Some(node) = self.nodes.get(index) else {
                continue;
            };
            let is = |index: usize| enabled.get(index).copied().unwrap_or(false);
            let given = |index: usize| answers.get(index).copied().unwrap_or_default();
            let asked = node.asked_by(|condition| {
                let counted = if is(condition.question) {
                    given(condition.question)
                } else {
                    &[]
                };
                condition.test.holds(counted)
            });
            // A question below another one is asked once that one has an answer.
            let inside = node.parent.is_none_or(|parent| {
                is(parent) && (!self.nested || self.is_group(parent) || !given(parent).is_empty())
            });
            let result = asked && inside;
            if let Some(slot) = enabled.get_mut(index) {
                *slot = result;
            }
        }
        enabled
    }
}

/// What becomes of an item that was sent.
#[derive(Clone, Copy)]
enum Fate {
    /// Not asked, or not sent at all.
    Dropped,
    Kept,
    /// Read-only: the form's own answer stands in its place.
    Replaced,
}

/// Leaves of an item what is kept: its items are written again by the form.
fn keep(node: &Node, fate: Fate, own: &mut Option<Map<String, Value>>) {
    let Some(raw) = own else { return };
    if let Fate::Replaced = fate {
        raw.insert("answer".to_owned(), Value::Array(node.initial.clone()));
    } else if !node.kind.is_question() {
        raw.shift_remove("item");
    }
}

impl Node {
    pub(super) fn problem(&self, code: &'static str, pointer: String, params: Value) -> Problem {
        let params = match params {
            Value::Object(params) => params,
            _ => Map::new(),
        };
        Problem {
            pointer,
            code,
            link_id: Some(self.link_id.clone()),
            path: self.path.clone(),
            params,
        }
    }
}
