//! What follows from the answers: scores, the outcome of every rule, one level and the flags beside it. The same input and
//! versions give the same bytes, so that a stored assessment can be replayed.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answers::Answers;
use super::decide::{Decisive, Facts, is_vague};
use super::evaluate::Context;
use super::form::{Form, Phase};
use super::reckon::Scores;
use super::rules::CompiledRule;
use super::value::{Answer, clinic};

/// Stored with every assessment; raised when the same rules could come out differently.
pub const ENGINE_VERSION: &str = "3";

/// Is everything answered that this phase asks for?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing required is missing.
    Complete,
    /// Findings and level stand, but "no finding" means "not assessed".
    Incomplete,
}

/// How a rule came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The condition holds.
    Fired,
    /// It does not.
    Clear,
    /// It hangs on answers that are missing: not assessed, never "no risk".
    Indeterminate,
}

impl Outcome {
    pub(super) fn negated(self) -> Self {
        match self {
            Self::Fired => Self::Clear,
            Self::Clear => Self::Fired,
            Self::Indeterminate => Self::Indeterminate,
        }
    }
}

impl From<bool> for Outcome {
    fn from(holds: bool) -> Self {
        if holds { Self::Fired } else { Self::Clear }
    }
}

/// The result of all rules on all answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// `url|version` of the form.
    pub form: String,
    /// Version of the rules.
    pub rules_version: String,
    /// Version of this engine.
    pub engine_version: String,
    /// Complete or not.
    pub status: Status,
    /// The highest fired level, the table's lowest when nothing fired.
    pub level: String,
    /// The level whose sentence she reads: the highest fired level among the rules that count for it. `None` when the only
    /// fired rules are those that never give a level sentence.
    pub told_level: Option<String>,
    /// The flags that fired rules raise beside the level.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub flags: BTreeSet<String>,
    /// Did a rule of kind `urgent` fire?
    pub urgent: bool,
    /// Scores by id; `None` when an input is missing.
    pub scores: BTreeMap<String, Option<Decimal>>,
    /// The answers that each score was made of, as in [`Finding::decided_by`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub score_inputs: BTreeMap<String, Vec<(String, Value)>>,
    /// linkIds of the required questions without an answer, in the order of the form.
    pub missing: Vec<String>,
    /// One entry a rule, in table order.
    pub findings: Vec<Finding>,
    /// The latest waiting time of the fired rules, RFC 3339 at +08:00.
    pub not_before: Option<String>,
}

/// One rule's outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Id of the rule; its texts are at [`Form::rule`].
    pub rule: String,
    /// How it came out.
    pub outcome: Outcome,
    /// Level of the rule, whatever the outcome; empty when it has a flag.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub level: String,
    /// Flag of the rule, whatever the outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flag: Option<String>,
    /// Kind of the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The answers that decided it: linkId and plain value, a list for a question with several answers.
    pub decided_by: Vec<(String, Value)>,
    /// linkIds without an answer that it hangs on; for a fired rule, those whose absence fired it.
    pub missing: Vec<String>,
    /// The end of the waiting time, RFC 3339 at +08:00, when it fired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<String>,
    /// Guideline of the rule.
    pub source: String,
    /// Has a clinician confirmed the rule?
    pub confirmed: bool,
}

impl Assessment {
    /// The fired findings in table order.
    pub fn fired(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.outcome == Outcome::Fired)
    }

    /// The ids of the rules that fired.
    pub fn fired_rules(&self) -> BTreeSet<&str> {
        self.fired().map(|finding| finding.rule.as_str()).collect()
    }
}

/// Runs the form's rules on the union of all answers.
pub fn assess(form: &Form, answers: &Answers, context: &Context) -> Assessment {
    let slices = answers.by_index(form);
    let enabled = form.enabled(&slices);
    let none = Scores::default();
    let mut facts = Facts {
        form,
        answers: &slices,
        enabled: &enabled,
        context,
        scores: &none,
        outcomes: &[],
    };
    let scores = Scores::compute(&form.rules.scores, &facts);
    facts.scores = &scores;

    let mut outcomes = Vec::with_capacity(form.rules.rules.len());
    let mut findings = Vec::with_capacity(form.rules.rules.len());
    let mut level = 0;
    let mut told = None;
    let mut exempt = false;
    let mut flags = BTreeSet::new();
    let mut urgent = false;
    let mut latest = None;
    for compiled in &form.rules.rules {
        let facts = Facts {
            outcomes: &outcomes,
            ..facts
        };
        let outcome = facts.decide(&compiled.when);
        let mut not_before = None;
        if outcome == Outcome::Fired {
            if let Some(own) = compiled.level {
                level = level.max(own);
                if compiled.rule.level_sentence {
                    told = told.max(Some(own));
                } else {
                    exempt = true;
                }
            }
            flags.extend(compiled.rule.flag.clone());
            urgent |= compiled.rule.kind.as_deref() == Some("urgent");
            not_before = waiting_time(&facts, compiled);
            latest = latest.max(not_before);
        }
        findings.push(finding(
            &facts,
            compiled,
            outcome,
            not_before.map(|at| at.to_rfc3339()),
        ));
        outcomes.push(outcome);
    }
    let missing = missing(form, &facts, context.phase);
    let name = |level: usize| form.rules.levels.get(level).cloned();
    Assessment {
        form: form.canonical.clone(),
        rules_version: form.rules.version.clone(),
        engine_version: ENGINE_VERSION.to_owned(),
        status: if missing.is_empty() {
            Status::Complete
        } else {
            Status::Incomplete
        },
        level: name(level).unwrap_or_default(),
        told_level: told.or((!exempt).then_some(0)).and_then(name),
        flags,
        urgent,
        scores: scores
            .iter()
            .map(|(id, value)| (id.to_owned(), value.map(|value| value.normalize())))
            .collect(),
        score_inputs: scores
            .each()
            .map(|(id, inputs)| {
                let given = inputs.iter().filter_map(|index| facts.plain(*index));
                (id.to_owned(), given.collect())
            })
            .collect(),
        missing,
        findings,
        not_before: latest.map(|at| at.to_rfc3339()),
    }
}

fn waiting_time(facts: &Facts<'_>, compiled: &CompiledRule) -> Option<chrono::DateTime<chrono::FixedOffset>> {
    let (item, hours) = compiled.not_before?;
    let last = facts
        .of(item)
        .first()
        .and_then(Answer::instant)?
        .with_timezone(&clinic());
    last.checked_add_signed(chrono::TimeDelta::hours(i64::from(hours)))
}

fn finding(
    facts: &Facts<'_>,
    compiled: &CompiledRule,
    outcome: Outcome,
    not_before: Option<String>,
) -> Finding {
    let mut items = Decisive::default();
    facts.decisive(&compiled.when, outcome, &mut items);
    let mut decided_by = Vec::new();
    let mut missing = Vec::new();
    for index in items.all {
        let Some(link_id) = facts.link_id(index) else {
            continue;
        };
        match facts.of(index) {
            given if items.untimed.contains(&index) || given.iter().any(is_vague) => {
                missing.push(link_id.to_owned())
            }
            [] if facts.enabled.get(index) == Some(&true) => missing.push(link_id.to_owned()),
            _ => decided_by.extend(facts.plain(index)),
        }
    }
    Finding {
        rule: compiled.rule.id.clone(),
        outcome,
        level: compiled.rule.level.clone(),
        flag: compiled.rule.flag.clone(),
        kind: compiled.rule.kind.clone(),
        decided_by,
        missing,
        not_before,
        source: compiled.rule.source.clone(),
        confirmed: compiled.rule.confirmed,
    }
}

fn missing(form: &Form, facts: &Facts<'_>, phase: Option<Phase>) -> Vec<String> {
    form.nodes
        .iter()
        .enumerate()
        .filter(|(index, node)| {
            let required = node.required || (phase.is_some() && node.required_at == phase);
            // At the re-check what she was to say in pregnancy is wanted too: if nobody asked then, nobody knows.
            let asked = phase == Some(Phase::Recheck) || node.asked_in(phase);
            required
                && !node.manifold
                && asked
                && facts.enabled.get(*index) == Some(&true)
                && facts.of(*index).is_empty()
        })
        .map(|(_, node)| node.link_id.clone())
        .collect()
}
