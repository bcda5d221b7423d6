//! Tests of the engine: the clinical vectors run the whole way from flat answers through a response, its check and the rules.

mod allowed;
mod calculated;
mod foreign;
mod forms;
mod judging;
mod literals;
mod nested;
mod numbers;
mod page;
mod properties;
mod publication;
mod readiness;
mod refused;
mod risk;
mod rules;
mod scores;
mod strange;
mod types;
mod vectors;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::{Answers, Context};
use super::{Evaluated, Form, Mode, Phase, Published, compile, publish};

fn content(path: &str) -> Value {
    let path = format!("{}/content/questionnaires/{path}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap()
}

fn assessment() -> Published {
    publish(
        &content("pre-analgesia/1.0.0.json"),
        &content("pre-analgesia/1.0.0.rules.json"),
    )
    .unwrap()
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn at() -> Context {
    Context::at(time("2025-09-01T02:00:00Z"))
}

fn phase(value: &Value) -> Phase {
    if value == "recheck" {
        Phase::Recheck
    } else {
        Phase::Antenatal
    }
}

/// `base` with `overrides`; `null` takes an answer away.
fn with(mut base: Map<String, Value>, overrides: &Value) -> Map<String, Value> {
    base.extend(overrides.as_object().unwrap().clone());
    base.retain(|_, value| !value.is_null());
    base
}

fn codes(problems: &[super::Problem]) -> Vec<(&str, &str)> {
    problems
        .iter()
        .map(|problem| (problem.link_id.as_deref().unwrap_or_default(), problem.code))
        .collect()
}

/// A small form: each item is `(linkId, type, further members)`.
fn small(items: &[(&str, &str, Value)]) -> Value {
    let english = |text: &str| {
        json!({"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/translation", "extension": [
            {"url": "lang", "valueCode": "en"}, {"url": "content", "valueString": text}]}]})
    };
    let items: Vec<Value> = items
        .iter()
        .map(|(link_id, kind, members)| {
            let mut item =
                json!({"linkId": link_id, "text": "问题", "_text": english("Question"), "type": kind});
            item.as_object_mut()
                .unwrap()
                .extend(members.as_object().unwrap().clone());
            for option in item
                .get_mut("answerOption")
                .and_then(Value::as_array_mut)
                .into_iter()
                .flatten()
            {
                option["valueCoding"]["display"] = json!("选项");
                option["valueCoding"]["_display"] = english("Option");
            }
            item
        })
        .collect();
    json!({"resourceType": "Questionnaire", "url": "https://muan.invalid/fhir/Questionnaire/small", "version": "1.0.0",
        "title": "小表", "_title": english("Small"), "status": "active", "item": items})
}

fn compiled(items: &[(&str, &str, Value)]) -> std::sync::Arc<Form> {
    compile(&small(items), None).unwrap()
}

fn submit(form: &Form, flat: Value) -> Evaluated {
    judge(form, flat, Mode::Submit)
}

fn judge(form: &Form, flat: Value, mode: Mode) -> Evaluated {
    let response = form.response_from_flat(flat.as_object().unwrap());
    form.check(&response, mode, &Context::at(time("2025-09-01T02:00:00Z")))
}

fn answers(form: &Form, flat: &Value) -> Answers {
    Answers::from_flat(form, flat.as_object().unwrap())
}
