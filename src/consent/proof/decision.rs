//! The data of the record of a refusal or a withdrawal (CE-150, CE-190, CE-193).

use serde_json::{Value, json};

use crate::base::Locale;
use crate::consent::model::{Consent, Decision, Explanation};
use crate::consent::wording::choose;
use crate::evidence::document::shown_time;

/// Everything that the record is made of.
pub struct Told<'a> {
    /// The consent.
    pub consent: &'a Consent,
    /// Its template's document.
    pub template: &'a Value,
    /// The hospital's name.
    pub hospital: &'a str,
    /// Her name.
    pub name: &'a str,
    /// Her record number.
    pub record_number: &'a str,
    /// What she decided.
    pub decision: &'a Decision,
    /// Whether all characters of her words can be printed (CE-152).
    pub printable: bool,
    /// The names of who heard it and of the witness, when she said it aloud.
    pub heard: Option<(String, String)>,
    /// The name of who explained it to her afterwards, and what was said.
    pub explanation: Option<(String, &'a Explanation)>,
    /// SHA-256 and evidence root of the consent's document, if there is one.
    pub document: Option<(String, String)>,
    /// The seal is a test authority's.
    pub test: bool,
}

/// `/data.json` of the layout; `None` when the template has no words for such a record.
pub fn data(told: &Told<'_>) -> Option<Value> {
    let records = told.template.get("records")?;
    let words = records.get(&told.decision.kind)?;
    let labels = records.get("labels")?;
    let label = |name: &str| labels.get(name).cloned().unwrap_or_default();
    let fact = |name: &str, value: Value| json!({ "label": label(name), "value": value });
    let body = &told.decision.body;
    let absent = || label("no_reason");
    let mut decided = vec![
        fact(
            "consent_title",
            told.template.get("title").cloned().unwrap_or_default(),
        ),
        fact("decided_at", shown_time(told.decision.at).into()),
    ];
    match &told.heard {
        Some((by, witness)) => decided.extend([
            fact("how", label("spoken")),
            fact("heard_by", by.clone().into()),
            fact("witness", witness.clone().into()),
        ]),
        None => decided.push(fact("how", label("by_herself"))),
    }
    let reasons = reasons(told.template, body.get("reasons"), told.consent.locale);
    decided.push(fact("reasons", reasons.map_or_else(absent, Value::from)));
    if let Some(reason) = body.get("reason").filter(|reason| !reason.is_null()) {
        let printed = if told.printable {
            reason.clone()
        } else {
            label("on_record")
        };
        decided.push(fact("reason", printed));
    }
    if let Some(phase) = body.get("phase").and_then(Value::as_str) {
        decided.push(fact("phase", label(&format!("phase_{phase}"))));
    }
    if told.decision.kind == "refused" {
        let explained = match &told.explanation {
            Some(_) => "explained",
            None => told.decision.explained.as_str(),
        };
        decided.push(fact("explained", label(&format!("explained_{explained}"))));
    }
    if let Some((by, explanation)) = &told.explanation {
        let (said, between) = (&explanation.body, choose(told.consent.locale, "、", "; "));
        let own = |words: String| match told.printable {
            true => words.into(),
            false => label("on_record"),
        };
        decided.push(fact("explained_by", by.clone().into()));
        decided.push(fact("explained_at", shown_time(said.held_at).into()));
        decided.push(fact("said", own(said.said.clone())));
        if !said.told.is_empty() {
            decided.push(fact("told", own(said.told.join(between))));
        }
        if let Some(at) = said.ask_again_at {
            decided.push(fact("ask_again_at", shown_time(at).into()));
        }
    }
    decided.push(fact(
        "ask_again",
        label(if told.decision.ask_again { "yes" } else { "no" }),
    ));
    let mut digests = Vec::new();
    if let Some(offered) = body.get("offered_sha256").filter(|offered| !offered.is_null()) {
        digests.push(fact("presented_sha256", offered.clone()));
    }
    if let Some((sha256, root)) = &told.document {
        digests.push(fact("document_sha256", sha256.clone().into()));
        digests.push(fact("root", root.clone().into()));
    }
    digests.push(fact("seal", label("seal_applied")));
    if told.test {
        digests.push(fact("authority", label("authority_test")));
    }
    let who = vec![
        fact("name", told.name.into()),
        fact("record_number", told.record_number.into()),
    ];
    Some(json!({
        "shown": {
            "consent_id": told.consent.id.to_string(),
            "locale": told.consent.locale.tag(),
            "title": words.get("title"),
            "labels": told.template.get("labels"),
            "hospital": {
                "name": told.hospital,
                "department": choose(told.consent.locale, "麻醉科", "Anesthesiology"),
            },
        },
        "text": words.get("text"),
        "parts": [
            { "heading": label("who"), "facts": who },
            { "heading": words.get("title"), "facts": decided },
            { "heading": label("evidence"), "facts": digests },
        ],
    }))
}

/// The reasons in the words of the template's refusal section.
fn reasons(template: &Value, codes: Option<&Value>, locale: Locale) -> Option<String> {
    let sections = template.get("sections").and_then(Value::as_array);
    let offered: Vec<&Value> = sections
        .into_iter()
        .flatten()
        .filter_map(|section| section.get("reasons")?.as_array())
        .flatten()
        .collect();
    let codes = codes.and_then(Value::as_array).into_iter().flatten();
    let words: Vec<&str> = codes
        .filter_map(|code| {
            offered
                .iter()
                .find(|one| one.get("code") == Some(code))?
                .get("text")?
                .as_str()
        })
        .collect();
    (!words.is_empty()).then(|| words.join(choose(locale, "、", "; ")))
}
