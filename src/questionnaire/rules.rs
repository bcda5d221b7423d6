//! The typed tables beside a form: levels, flags, scores, checks and rules. How a condition is read and decided:
//! `predicate`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::faults::Faults;
use super::form::Form;
use super::predicate::Predicate;
use super::scope::Scope;
use super::score::{CompiledScore, Score};

/// One text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Simplified Chinese.
    pub zh: String,
    /// American English.
    pub en: String,
}

impl Text {
    fn check(&self, pointer: &str, faults: &mut Faults) {
        for (language, text) in [("zh", &self.zh), ("en", &self.en)] {
            if text.trim().is_empty() {
                let at = format!("{pointer}/{language}");
                faults.add("missingTranslation", &at, "an empty text");
            }
        }
    }
}

/// The waiting time that a fired rule begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotBefore {
    /// linkId of the time of the last dose.
    pub item: String,
    /// Hours to wait from it.
    pub hours: u32,
}

/// What a rule on a drug that affects clotting says of its waiting time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waiting {
    /// It is about such a drug: where it can't be judged, no time can be counted.
    Drug,
    /// No time can be counted: the last dose is unknown, or the drug itself is.
    Uncounted,
}

/// One row of the rule table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable id, such as `R-PLT-1`; never renamed.
    pub id: String,
    /// One of the table's levels; none when the rule raises a flag.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub level: String,
    /// One of the table's flags, such as `purple`: it stands beside the level, and the rule does not count for the level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flag: Option<String>,
    /// `permanent`, `temporary`, `time-limited`, `urgent`, `preference`, `obstetric`, `consent`, `education`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The condition, see `predicate`.
    pub when: Value,
    /// For staff.
    pub staff: String,
    /// For the woman.
    pub patient: Text,
    /// Guideline it rests on.
    pub source: String,
    /// `false` until a clinician has confirmed level and limits.
    pub confirmed: bool,
    /// Waiting time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<NotBefore>,
    /// The rule is about a drug with a waiting time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
    /// Lessons that answer her worry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lessons: Vec<String>,
    /// For the anesthesiologist only unless she agrees.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confidential: bool,
    /// May the finding be put into the consent as a risk of hers?
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub inject: bool,
    /// Does a hit count for the level sentence that she reads?
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub level_sentence: bool,
    /// Roles to be told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notify: Vec<String>,
    /// How soon they answer, in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_minutes: Option<u32>,
    /// How soon they answer while she lies on the ward, where that is sooner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_ward_within_minutes: Option<u32>,
}

/// A cross-item or now-relative limit: true means that the answers contradict each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Stable id.
    pub id: String,
    /// The condition, see `predicate`.
    pub when: Value,
    /// The items to look at again; the first one carries the problem.
    pub items: Vec<String>,
    /// Whether submission is refused.
    pub severity: Severity,
    /// What to do about it.
    pub message: Text,
}

/// How much a check weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Submission is refused.
    Error,
    /// She is asked to look again.
    Warning,
}

/// The rules file as it stands on disk.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleSet {
    /// `url|version` of the form that the table is for.
    pub(super) form: String,
    pub(super) version: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) levels: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) flags: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) level_sentences: BTreeMap<String, Text>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) scores: Vec<Score>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) checks: Vec<Check>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) rules: Vec<Rule>,
}

/// The same table over indexes of the form.
#[derive(Debug, Default)]
pub(super) struct CompiledRules {
    pub(super) version: String,
    pub(super) levels: Vec<String>,
    pub(super) level_sentences: BTreeMap<String, Text>,
    pub(super) scores: Vec<CompiledScore>,
    pub(super) checks: Vec<CompiledCheck>,
    pub(super) rules: Vec<CompiledRule>,
}

#[derive(Debug)]
pub(super) struct CompiledCheck {
    pub(super) check: Check,
    pub(super) when: Predicate,
    pub(super) items: Vec<usize>,
}

#[derive(Debug)]
pub(super) struct CompiledRule {
    pub(super) rule: Rule,
    pub(super) when: Predicate,
    /// None when it raises a flag.
    pub(super) level: Option<usize>,
    pub(super) not_before: Option<(usize, u32)>,
}

const MAX_RULES: usize = 200;

/// Binds the table to the items of a form.
pub(super) fn compile(set: RuleSet, scope: &mut Scope<'_>, faults: &mut Faults) -> CompiledRules {
    if set.rules.len() > MAX_RULES {
        faults.add("limitExceeded", "rules#/rules", "more than 200 rules");
    }
    let mut scores = Vec::new();
    for (position, score) in set.scores.into_iter().enumerate() {
        let pointer = format!("rules#/scores/{position}");
        if scope.scores.iter().any(|known| known.id == score.id) {
            faults.add(
                "duplicateLinkId",
                &pointer,
                format!("score {} stands twice", score.id),
            );
        }
        let compiled = score.compile(scope, &pointer, faults);
        scope.scores.extend(compiled.as_ref().map(CompiledScore::named));
        scores.extend(compiled);
    }
    for (level, sentence) in &set.level_sentences {
        let pointer = format!("rules#/level_sentences/{level}");
        if !set.levels.contains(level) {
            faults.add("ruleTypeMismatch", &pointer, format!("unknown level {level}"));
        }
        sentence.check(&pointer, faults);
    }
    let mut checks: Vec<CompiledCheck> = Vec::new();
    let mut known = BTreeSet::new();
    for (position, check) in set.checks.into_iter().enumerate() {
        let pointer = format!("rules#/checks/{position}");
        if !known.insert(check.id.clone()) {
            faults.add(
                "duplicateLinkId",
                &pointer,
                format!("check {} stands twice", check.id),
            );
        }
        check.message.check(&format!("{pointer}/message"), faults);
        let when = Predicate::compile(&check.when, &format!("{pointer}/when"), scope, faults);
        let items: Vec<usize> = check
            .items
            .iter()
            .filter_map(|item| scope.item(item, &format!("{pointer}/items"), faults))
            .collect();
        if items.is_empty() {
            faults.add("ruleUnknownItem", &pointer, "a check names the items to look at");
        }
        checks.extend(when.map(|when| CompiledCheck { check, when, items }));
    }
    let mut rules = Vec::new();
    let mut seen = BTreeSet::new();
    for (position, rule) in set.rules.into_iter().enumerate() {
        let pointer = format!("rules#/rules/{position}");
        if !seen.insert(rule.id.clone()) {
            faults.add(
                "duplicateLinkId",
                &pointer,
                format!("rule {} stands twice", rule.id),
            );
        }
        rule.patient.check(&format!("{pointer}/patient"), faults);
        let when = Predicate::compile(&rule.when, &format!("{pointer}/when"), scope, faults);
        scope.rules.push(rule.id.clone());
        let level = set.levels.iter().position(|level| *level == rule.level);
        let reason = match &rule.flag {
            None if level.is_none() => Some(format!("unknown level {}", rule.level)),
            Some(flag) if !set.flags.contains(flag) => Some(format!("unknown flag {flag}")),
            Some(_) if !rule.level.is_empty() => Some("a rule has a level or a flag, not both".to_owned()),
            _ => None,
        };
        if let Some(reason) = reason {
            faults.add("ruleTypeMismatch", &pointer, reason);
        }
        if rule.not_before.is_some() && rule.waiting.is_none() {
            let reason = "a rule that begins a waiting time says under waiting what it is to the count";
            faults.add("ruleTypeMismatch", &pointer, reason);
        }
        let not_before = rule.not_before.as_ref().and_then(|wait| {
            let index = scope.moment(&wait.item, &format!("{pointer}/not_before/item"), faults)?;
            Some((index, wait.hours))
        });
        if let Some(when) = when {
            rules.push(CompiledRule {
                rule,
                when,
                level,
                not_before,
            });
        }
    }
    CompiledRules {
        version: set.version,
        levels: set.levels,
        level_sentences: set.level_sentences,
        scores,
        checks,
        rules,
    }
}

/// What of the table a part of the form can do by itself: the scores and checks whose items it has, and no rules.
pub(super) fn checks_within(mut set: RuleSet, form: &Form) -> RuleSet {
    let mut scope = Scope {
        nodes: &form.nodes,
        index: &form.index,
        scores: Vec::new(),
        rules: Vec::new(),
    };
    set.form.clone_from(&form.canonical);
    set.levels.clear();
    set.flags.clear();
    set.level_sentences.clear();
    set.rules.clear();
    set.scores.retain(|score| {
        let mut faults = Faults::default();
        let fitting = score.clone().compile(&scope, "", &mut faults);
        scope.scores.extend(fitting.as_ref().map(CompiledScore::named));
        fitting.is_some()
    });
    set.checks.retain(|check| {
        let mut faults = Faults::default();
        Predicate::compile(&check.when, "", &scope, &mut faults).is_some()
            && faults.all.is_empty()
            && check.items.iter().all(|item| form.has_item(item))
    });
    set
}

fn yes() -> bool {
    true
}

fn is_yes(value: &bool) -> bool {
    *value
}
