//! The clinical vectors beside a form: `questionnaires/<name>/<version>.vectors.json`. A document holds a base of answers
//! and lists of cases that change it.

use serde_json::{Map, Value};

use super::Origin;
use crate::questionnaire::{Context, Once, Phase, exact_numbers};

/// One case with all its answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The list it stands in and its id, such as `boundary/PLT 49`.
    pub id: String,
    /// linkId and value.
    pub answers: Value,
    /// Time, phase, settings and facts.
    pub context: Context,
    /// What is given to come out, as the document writes it.
    pub expected: Value,
}

/// The cases beside a version of a form; none when it has no vectors.
///
/// # Errors
/// A document that cannot be read.
pub fn of(origin: &Origin, name: &str, version: &str) -> Result<Vec<Case>, String> {
    let path = format!("questionnaires/{name}/{version}.vectors.json");
    let Some(bytes) = origin.read(&path) else {
        return Ok(Vec::new());
    };
    let Once(document) =
        serde_json::from_slice(&exact_numbers(&bytes)).map_err(|error| format!("{path}: {error}"))?;
    read(&document).map_err(|error| format!("{path}: {error}"))
}

/// The cases of one document.
///
/// # Errors
/// A case without a time: it could not be replayed.
pub fn read(document: &Value) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for (list, members) in document.as_object().into_iter().flatten() {
        for (position, case) in members.as_array().into_iter().flatten().enumerate() {
            let Some(changes) = case.get("answers").and_then(Value::as_object) else {
                continue;
            };
            let text = |name: &str| case.get(name).and_then(Value::as_str);
            let id = match text("id").or(text("name")) {
                Some(id) => format!("{list}/{id}"),
                None => format!("{list}/{}", position + 1),
            };
            let context = context(document, case).ok_or_else(|| format!("{id} has no time"))?;
            cases.push(Case {
                answers: answers(document, context.phase, changes),
                expected: case.get("expected").cloned().unwrap_or_default(),
                id,
                context,
            });
        }
    }
    Ok(cases)
}

/// The base with the changes of a case; `null` takes an answer away.
fn answers(document: &Value, phase: Option<Phase>, changes: &Map<String, Value>) -> Value {
    let mut all = Map::new();
    let later = (phase == Some(Phase::Recheck)).then_some("recheck_base");
    for base in ["base"].into_iter().chain(later) {
        let members = document.get(base).and_then(Value::as_object);
        all.extend(members.into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())));
    }
    all.extend(changes.clone());
    all.retain(|_, value| !value.is_null());
    Value::Object(all)
}

fn context(document: &Value, case: &Value) -> Option<Context> {
    let phase = case.get("phase").and_then(Value::as_str);
    let of_phase = phase.and_then(|phase| document.get("contexts")?.get(phase));
    let now = [Some(case), of_phase, Some(document)]
        .into_iter()
        .flatten()
        .find_map(|place| place.get("now")?.as_str()?.parse().ok())?;
    let mut context = Context::at(now);
    context.phase = match phase {
        Some("recheck") => Some(Phase::Recheck),
        Some(_) => Some(Phase::Antenatal),
        None => None,
    };
    let members = |value: &Value, name: &str| value.get(name).and_then(Value::as_object).cloned();
    for (name, limit) in members(document, "config").into_iter().flatten() {
        if let Ok(limit) = limit.to_string().parse() {
            context.settings.insert(name, limit);
        }
    }
    for (name, fact) in members(case, "facts").into_iter().flatten() {
        if let Value::String(fact) = fact {
            context.facts.insert(name, fact);
        }
    }
    Some(context)
}
