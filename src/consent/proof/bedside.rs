//! The data of the record of a bedside confirmation (CE-201, CE-061).

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::base::Locale;
use crate::consent::model::Consent;
use crate::consent::wording::choose;
use crate::evidence::document::shown_time;

/// Everything that the record is made of.
pub struct Seen<'a> {
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
    /// The anesthesiologist's name.
    pub by: String,
    /// What was seen.
    pub body: &'a Value,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether all characters of the doctor's words can be printed (CE-152).
    pub printable: bool,
    /// SHA-256 and evidence root of the consent's document, if there is one.
    pub document: Option<(String, String)>,
    /// The seal is a test authority's.
    pub test: bool,
}

/// The doctor's own words in it.
pub fn words(body: &Value) -> String {
    let changed = body.get("changed").and_then(Value::as_str).map(str::to_owned);
    let drugs = list(body, "drugs_4h").into_iter().map(str::to_owned);
    changed
        .into_iter()
        .chain(drugs)
        .chain(told(body))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The new risks: the sentence that was told, and the answer that caused it. Once they were kept as rules alone.
fn told(body: &Value) -> Vec<String> {
    let risks = body.get("risks_confirmed").and_then(Value::as_array);
    let text = |risk: &Value, name: &str| risk.get(name).and_then(Value::as_str).map(str::to_owned);
    risks
        .into_iter()
        .flatten()
        .filter_map(|risk| match (text(risk, "text"), text(risk, "because")) {
            (Some(text), Some(because)) => Some(format!("{text} ({because})")),
            _ => risk.as_str().map(str::to_owned),
        })
        .collect()
}

fn list<'a>(body: &'a Value, name: &str) -> Vec<&'a str> {
    let list = body.get(name).or_else(|| body.get("capacity")?.get(name));
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).collect()
}

/// `/data.json` of the layout; `None` when the template has no words for such a record.
pub fn data(seen: &Seen<'_>) -> Option<Value> {
    let records = seen.template.get("records")?;
    let words = records.get("bedside")?;
    let labels = records.get("labels")?;
    let text = |name: &str| {
        labels
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let fact = |name: &str, value: String| json!({ "label": text(name), "value": value });
    let between = match seen.consent.locale {
        Locale::ZhCn => "、",
        Locale::En => "; ",
    };
    let yes_or_no = |yes: bool| text(if yes { "plain_yes" } else { "plain_no" });
    let is = |name: &str| seen.body.get(name) == Some(&Value::Bool(true));
    let named = list(seen.body, "identifiers");
    let named: Vec<String> = named.iter().map(|one| text(&format!("id_{one}"))).collect();
    let or_none = |list: Vec<&str>, none: &str| match list.is_empty() {
        true => text(none),
        false => list.join(between),
    };
    let own = |words: String| if seen.printable { words } else { text("on_record") };
    let member_of = |name: &str, part: &str| seen.body.get(name)?.get(part)?.as_str().map(str::to_owned);
    let proxy = member_of("proxy", "name");
    let able = seen.body.get("able") != Some(&Value::Bool(false));
    let said = match (&proxy, member_of("yes", "how")) {
        (Some(name), _) => vec![
            fact("decides", name.clone()),
            fact("proxy_agrees", yes_or_no(true)),
        ],
        (None, Some(how)) => vec![
            fact("still_agrees", yes_or_no(is("still_agrees"))),
            fact("her_yes", text(&format!("yes_{how}"))),
            fact("heard_by", seen.by.clone()),
        ],
        (None, None) => vec![fact("still_agrees", yes_or_no(is("still_agrees")))],
    };
    let risks = told(seen.body);
    let risks = match risks.is_empty() {
        true => text("no_new_risks"),
        false => own(risks.join(choose(seen.consent.locale, "；", "; "))),
    };
    let changed = seen.body.get("changed").and_then(Value::as_str);
    let capacity = seen.body.get("capacity")?;
    let pain = capacity
        .get("pain_score")
        .and_then(Value::as_i64)
        .unwrap_or_default();
    let opioid = capacity.get("opioid_4h") == Some(&Value::Bool(true));
    let drugs = or_none(list(seen.body, "drugs_4h"), "no_drugs");
    let mut confirmed = vec![
        fact("consent_title", member(seen.template, "title")),
        fact("confirmed_at", shown_time(seen.at)),
        fact("confirmed_by", seen.by.clone()),
        fact("identifiers", named.join(between)),
    ];
    confirmed.extend(said);
    confirmed.extend([
        fact("answered", yes_or_no(is("questions_answered"))),
        fact(
            "changed",
            changed.map_or_else(|| text("no_change"), |words| own(words.to_owned())),
        ),
        fact("new_risks", risks),
        fact(
            "capacity",
            text(if able { "capacity_text" } else { "capacity_unable" }).replace("{pain}", &pain.to_string()),
        ),
        fact("drugs", own(drugs)),
        fact("opioids", text(if opioid { "used" } else { "not_used" })),
    ]);
    let mut digests = Vec::new();
    if let Some(presented) = &seen.consent.presented_sha256 {
        digests.push(fact("presented_sha256", presented.clone()));
    }
    if let Some((sha256, root)) = &seen.document {
        digests.push(fact("document_sha256", sha256.clone()));
        digests.push(fact("root", root.clone()));
    }
    digests.push(fact("seal", text("seal_applied")));
    if seen.test {
        digests.push(fact("authority", text("authority_test")));
    }
    let who = vec![
        fact("name", seen.name.to_owned()),
        fact("record_number", seen.record_number.to_owned()),
    ];
    Some(json!({
        "shown": {
            "consent_id": seen.consent.id.to_string(),
            "locale": seen.consent.locale.tag(),
            "title": words.get("title"),
            "labels": seen.template.get("labels"),
            "hospital": {
                "name": seen.hospital,
                "department": choose(seen.consent.locale, "麻醉科", "Anesthesiology"),
            },
        },
        "text": words.get(if able { "text" } else { "proxy_text" }),
        "parts": [
            { "heading": text("who"), "facts": who },
            { "heading": words.get("title"), "facts": confirmed },
            { "heading": text("evidence"), "facts": digests },
        ],
    }))
}

fn member(template: &Value, name: &str) -> String {
    template
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
