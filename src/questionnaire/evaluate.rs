//! Judging a response against its form: shape and type, what is asked at all, then every constraint. All problems are
//! collected, in the order of the form. What follows from valid answers: `assess`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::answers::Answers;
use super::decide::Facts;
use super::form::{Condition, ConditionTest, Form, Node, Phase};
use super::problems::Problem;
use super::rules::Severity;
use super::score::Scores;
use super::value::Answer;
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
    /// The response in definition order; without the answers of hidden questions unless it is a draft.
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
    /// Judges a response. Never panics, whatever the document is.
    pub fn check(&self, response: &Value, mode: Mode, context: &Context) -> Evaluated {
        let mut reading = self.read(response);
        let enabled = self.enabled(&reading.answers());
        let mut warnings = Vec::new();
        let mut raw = Vec::with_capacity(self.nodes.len());
        for (index, node) in self.nodes.iter().enumerate() {
            let is_enabled = enabled.get(index).copied().unwrap_or(false);
            let found = reading.found.get(index).and_then(Option::as_ref);
            let given = node.kind.is_question() && found.is_some_and(|found| found.given);
            let drop = given && !is_enabled && mode != Mode::Draft;
            raw.push(found.filter(|_| !drop).map(|found| {
                let members = found.raw.iter();
                if node.kind.is_question() {
                    return found.raw.clone();
                }
                members
                    .filter(|(name, _)| *name != "item")
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect()
            }));
            match mode {
                Mode::Submit if drop => {
                    warnings.push(node.problem("disabledAnswerDropped", reading.pointer(index), json!({})));
                }
                Mode::SubmitStrict if drop => {
                    let problem = node.problem("answerNotEnabled", reading.pointer(index), json!({}));
                    reading.errors.push((index, problem));
                }
                _ => {}
            }
            if is_enabled {
                constraints::judge(&mut reading, index, mode, context.phase);
            }
        }
        let inconsistent = self.inconsistent(&reading.answers(), &enabled, context);
        for (index, severity, mut problem) in inconsistent {
            problem.pointer = reading.pointer(index);
            match severity {
                Severity::Error => reading.errors.push((index, problem)),
                Severity::Warning => warnings.push(problem),
            }
        }
        let counts = |index: usize| enabled.get(index).copied().unwrap_or(false);
        let kept = Answers::from_index(self, &reading.answers(), counts);
        warnings.extend(self.recalculated(&reading, &kept, context));
        reading.errors.sort_by_key(|(index, _)| *index);
        let mut errors: Vec<Problem> = reading.errors.into_iter().map(|(_, problem)| problem).collect();
        errors.truncate(MAX_PROBLEMS);
        warnings.truncate(MAX_PROBLEMS);
        let mut written = Some(self.write(raw));
        let members = response.as_object().into_iter().flatten();
        let normalized: Map<String, Value> = members
            .map(
                |(name, value)| match (name.as_str(), written.take_if(|_| name == "item")) {
                    ("item", Some(items)) => (name.clone(), Value::Array(items)),
                    _ => (name.clone(), value.clone()),
                },
            )
            .collect();
        Evaluated {
            normalized: Value::Object(normalized),
            answers: kept,
            errors,
            warnings,
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

    /// Which items are asked, in dependency order: one pass is enough, because a question is decided before every item that
    /// looks at it.
    pub(super) fn enabled(&self, answers: &[&[Answer]]) -> Vec<bool> {
        let mut enabled = vec![false; self.nodes.len()];
        for &index in &self.order {
            let Some(node) = self.nodes.get(index) else {
                continue;
            };
            let is = |index: usize| enabled.get(index).copied().unwrap_or(false);
            let holds = |condition: &Condition| {
                let given = answers.get(condition.question).copied().unwrap_or_default();
                let counted = if is(condition.question) { given } else { &[] };
                match &condition.test {
                    ConditionTest::Exists(wanted) => counted.is_empty() != *wanted,
                    ConditionTest::Compare(comparison, value) => counted
                        .iter()
                        .any(|answer| answer.compare(value).is_some_and(|order| comparison.holds(order))),
                }
            };
            let asked = node.conditions.is_empty()
                || if node.any {
                    node.conditions.iter().any(holds)
                } else {
                    node.conditions.iter().all(holds)
                };
            let result = asked && node.parent.is_none_or(is);
            if let Some(slot) = enabled.get_mut(index) {
                *slot = result;
            }
        }
        enabled
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
