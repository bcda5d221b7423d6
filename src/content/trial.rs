//! A set of answers tried on a form: what would follow, rule by rule. For the people who write rules; nothing is stored
//! and nothing is refused, because half a set of answers is what they try.
//!
//! What is wrong with an answer is an *error* when the answer took no part, and a *warning* when it did. How a woman's
//! submission is judged: `Form::check`.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::questionnaire::{
    Context, Finding, Form, Language, Mode, Outcome, Problem, Status, assess, message,
};

/// What one set of answers comes to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tried {
    /// Is everything answered that the phase asks for?
    pub status: Status,
    /// The highest fired level; none for a form without rules.
    pub level: Option<String>,
    /// The flags beside the level.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub flags: BTreeSet<String>,
    /// Did an urgent rule fire?
    pub urgent: bool,
    /// The latest waiting time of the fired rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<String>,
    /// Scores by id; `None` when an input is missing.
    pub scores: BTreeMap<String, Option<Decimal>>,
    /// Required questions without an answer.
    pub missing: Vec<String>,
    /// Answers that took no part.
    pub errors: Vec<Remark>,
    /// Answers that took part and should be looked at, or that were not asked for.
    pub warnings: Vec<Remark>,
    /// One entry a rule, in table order.
    pub findings: Vec<Tell>,
}

/// What is wrong with one answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Remark {
    /// A code such as `maxValue`.
    pub code: &'static str,
    /// The question, where there is one.
    pub link_id: Option<String>,
    /// For the author.
    pub message: String,
}

/// One rule's outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tell {
    /// Id of the rule.
    pub rule: String,
    /// How it came out.
    pub outcome: Outcome,
    /// Level of the rule; none when it raises a flag.
    pub level: Option<String>,
    /// Flag of the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flag: Option<String>,
    /// Kind of the rule.
    pub kind: Option<String>,
    /// The answers that decided it.
    pub decided_by: Vec<Decisive>,
    /// Questions without an answer that it hangs on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// The end of the waiting time, when it fired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<String>,
    /// Guideline of the rule.
    pub source: String,
}

/// An answer that decided a rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decisive {
    /// The question.
    pub link_id: String,
    /// Its plain value; a list for a question with several answers.
    pub value: Value,
}

/// Answers with these problems take no part.
const UNUSABLE: &[&str] = &[
    "invalidStructure",
    "invalidLinkId",
    "groupShouldNotHaveAnswers",
    "displayAnswer",
    "invalidAnswerType",
    "invalidAnswerOption",
];

/// Tries one set: a flat map from linkId to value, or a `QuestionnaireResponse`.
///
/// # Errors
/// What else it is.
pub fn run(form: &Form, set: &Value, context: &Context) -> Result<Tried, String> {
    let Some(members) = set.as_object() else {
        return Err("a set of answers is a JSON object".to_owned());
    };
    let mut response = match members.get("resourceType") {
        None => form.response_from_flat(members),
        Some(Value::String(kind)) if kind == "QuestionnaireResponse" => set.clone(),
        Some(other) => {
            return Err(format!("a resource of type {other} is no QuestionnaireResponse"));
        }
    };
    let mut checked = form.check(&response, Mode::Submit, context);
    let mut again = false;
    let unusable: Vec<Problem> = checked
        .errors
        .iter()
        .filter(|one| is_unusable(one))
        .cloned()
        .collect();
    let errors = unusable
        .iter()
        .map(|problem| remark(problem, &response))
        .collect();
    // To the rules an option that the form lacks would be some other answer, and they would come out clear. Taken away,
    // they come out as not assessed.
    let foreign = unusable
        .iter()
        .filter(|problem| problem.code == "invalidAnswerOption");
    for problem in foreign {
        let answer = problem.pointer.rsplit_once('/').map(|(answer, _)| answer);
        if let Some(answer) = answer.and_then(|pointer| response.pointer_mut(pointer)) {
            *answer = Value::Null;
            again = true;
        }
    }
    if again {
        checked = form.check(&response, Mode::Submit, context);
    }
    let left = checked
        .errors
        .iter()
        .filter(|problem| !is_unusable(problem) && problem.code != "required");
    let mut warnings: Vec<Remark> = left
        .chain(&checked.warnings)
        .map(|problem| remark(problem, &response))
        .collect();
    warnings.extend(another_form(form, members));
    let result = assess(form, &checked.answers, context);
    Ok(Tried {
        status: result.status,
        level: said(result.level),
        flags: result.flags,
        urgent: result.urgent,
        not_before: result.not_before,
        scores: result.scores,
        missing: result.missing,
        errors,
        warnings,
        findings: result.findings.into_iter().map(Tell::from).collect(),
    })
}

fn is_unusable(problem: &Problem) -> bool {
    UNUSABLE.contains(&problem.code)
}

fn remark(problem: &Problem, response: &Value) -> Remark {
    // The engine does not repeat a linkId that the form lacks; the author, who wrote it, needs to see it.
    let unknown = || {
        response
            .pointer(&problem.pointer)?
            .get("linkId")?
            .as_str()
            .map(str::to_owned)
    };
    Remark {
        code: problem.code,
        link_id: problem.link_id.clone().or_else(unknown),
        message: message(problem.code, &problem.params, Language::En),
    }
}

/// A response to another form, or to another version, is tried all the same.
fn another_form(form: &Form, members: &Map<String, Value>) -> Option<Remark> {
    let named = members
        .get("questionnaire")
        .filter(|_| members.contains_key("resourceType"))?;
    let parts = |canonical: &str| {
        let (url, version) = canonical.split_once('|').unwrap_or((canonical, ""));
        let whole = ["-recheck", "-staff"]
            .into_iter()
            .find_map(|part| url.strip_suffix(part))
            .unwrap_or(url);
        (whole.to_owned(), version.to_owned())
    };
    let (url, version) = parts(form.canonical());
    let same = named
        .as_str()
        .map(parts)
        .is_some_and(|(other, of)| other == url && (of.is_empty() || of == version));
    (!same).then(|| Remark {
        code: "otherQuestionnaire",
        link_id: None,
        message: format!("The response names {named}; it was tried on {}", form.canonical()),
    })
}

fn said(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

impl From<Finding> for Tell {
    fn from(finding: Finding) -> Self {
        Self {
            rule: finding.rule,
            outcome: finding.outcome,
            level: said(finding.level),
            flag: finding.flag,
            kind: finding.kind,
            decided_by: finding
                .decided_by
                .into_iter()
                .map(|(link_id, value)| Decisive { link_id, value })
                .collect(),
            missing: finding.missing,
            not_before: finding.not_before,
            source: finding.source,
        }
    }
}

impl Tried {
    /// Ids of the rules that came out so, in table order.
    pub fn rules(&self, outcome: Outcome) -> Vec<&str> {
        self.findings
            .iter()
            .filter(|finding| finding.outcome == outcome)
            .map(|finding| finding.rule.as_str())
            .collect()
    }
}
