//! Documents taken apart into things with named aspects, which `rows` compares.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::rows::ORDER;
use crate::base::Locale;
use crate::content::Content;
use crate::questionnaire::{AnswerOption, Extension, Item, Questionnaire, english};

/// A thing that two directories may have in common.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) whom: String,
    pub(super) title: String,
    pub(super) aspects: BTreeMap<String, Value>,
}

type Aspects = BTreeMap<String, Value>;

fn note(aspects: &mut Aspects, name: impl Into<String>, value: impl Into<Value>) {
    let value = value.into();
    if !value.is_null() {
        aspects.insert(name.into(), value);
    }
}

/// Members without a name of their own; `told` and their `_` twins have been told.
fn rest(aspects: &mut Aspects, other: &Map<String, Value>, told: &[&str]) {
    for (name, value) in other {
        if !told.contains(&name.trim_start_matches('_')) {
            note(aspects, format!("other {name}"), value.clone());
        }
    }
}

fn both(aspects: &mut Aspects, name: &str, zh: Option<&str>, en: Option<&str>) {
    note(aspects, format!("{name}.zh"), zh);
    note(aspects, format!("{name}.en"), en);
}

fn together(zh: Option<&str>, en: Option<&str>) -> String {
    [zh, en].into_iter().flatten().collect::<Vec<_>>().join(" / ")
}

/// The form without its items, except for their order.
pub(super) fn form(form: &Questionnaire) -> Entry {
    let mut aspects = Aspects::new();
    let (zh, en) = (form.title.as_deref(), english(&form.other, "_title"));
    both(&mut aspects, "title", zh, en);
    let description = form.other.get("description").and_then(Value::as_str);
    both(
        &mut aspects,
        "description",
        description,
        english(&form.other, "_description"),
    );
    let order: Vec<String> = flat(form)
        .into_iter()
        .map(|(item, _)| item.link_id.clone())
        .collect();
    note(&mut aspects, format!("{ORDER} of items"), order);
    note(&mut aspects, "url", form.url.as_deref());
    extensions(&mut aspects, &form.extension);
    rest(&mut aspects, &form.other, &["title", "description"]);
    Entry {
        id: form.name.clone().unwrap_or_default(),
        whom: String::new(),
        title: together(zh, en),
        aspects,
    }
}

/// Every item with the group that it stands in, in definition order.
fn flat(form: &Questionnaire) -> Vec<(&Item, Option<&str>)> {
    fn walk<'a>(items: &'a [Item], group: Option<&'a str>, found: &mut Vec<(&'a Item, Option<&'a str>)>) {
        for item in items {
            found.push((item, group));
            walk(&item.item, Some(&item.link_id), found);
        }
    }
    let mut found = Vec::new();
    walk(&form.item, None, &mut found);
    found
}

/// Groups and questions.
pub(super) fn items(form: &Questionnaire) -> Vec<Entry> {
    flat(form)
        .into_iter()
        .map(|(item, group)| {
            let mut aspects = Aspects::new();
            let (zh, en) = (item.text.as_deref(), english(&item.other, "_text"));
            both(&mut aspects, "text", zh, en);
            note(&mut aspects, "type", item.kind.as_str());
            note(&mut aspects, "group", group);
            note(&mut aspects, "required", item.required == Some(true));
            note(&mut aspects, "repeats", item.repeats == Some(true));
            note(&mut aspects, "limit maxLength", item.max_length);
            if !item.enable_when.is_empty() {
                let shown = json!({"behavior": item.enable_behavior, "conditions": item.enable_when});
                note(&mut aspects, "enableWhen", shown);
            }
            extensions(&mut aspects, &item.extension);
            let codes: Vec<String> = item
                .answer_option
                .iter()
                .map(|one| code(one).to_owned())
                .collect();
            note(&mut aspects, format!("{ORDER} of options"), codes);
            for one in &item.answer_option {
                note(&mut aspects, format!("option {}", code(one)), option(one));
            }
            rest(&mut aspects, &item.other, &["text"]);
            Entry {
                id: item.link_id.clone(),
                whom: whom(&aspects),
                title: together(zh, en),
                aspects,
            }
        })
        .collect()
}

const LIMITS: &[&str] = &[
    "minValue",
    "maxValue",
    "maxDecimalPlaces",
    "minLength",
    "regex",
    "maxSize",
    "mimeType",
    "minOccurs",
    "maxOccurs",
    "unit",
];

/// Extensions under the names that authors use.
fn extensions(aspects: &mut Aspects, list: &[Extension]) {
    for extension in list {
        let last = extension.url.rsplit('/').next().unwrap_or_default();
        let name = match last.trim_start_matches("questionnaire-") {
            "item-phase" => "phase".to_owned(),
            "item-who" => "who".to_owned(),
            "required-at" => "required at".to_owned(),
            limit if LIMITS.contains(&limit) => format!("limit {limit}"),
            other => other.to_owned(),
        };
        let value = match extension.value() {
            Some(value) if extension.extension.is_empty() => value.clone(),
            _ => json!(extension),
        };
        // An extension may stand several times.
        match aspects.get_mut(&name) {
            Some(Value::Array(values)) => values.push(value),
            _ => note(aspects, name, vec![value]),
        }
    }
}

fn whom(aspects: &Aspects) -> String {
    let words = |name: &str| -> Vec<&str> {
        let values = aspects.get(name).and_then(Value::as_array);
        values.into_iter().flatten().filter_map(Value::as_str).collect()
    };
    let parts = [words("who").join(", "), words("phase").join(", ")];
    let told: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    told.join("; ")
}

fn code(option: &AnswerOption) -> &str {
    let coding = option.other.get("valueCoding");
    coding
        .and_then(|coding| coding.get("code")?.as_str())
        .unwrap_or_default()
}

/// An option as far as it goes beyond its code; the two texts instead of the nested document.
fn option(option: &AnswerOption) -> Value {
    let mut aspects = Aspects::new();
    for (name, value) in &option.other {
        match value.as_object().filter(|_| name == "valueCoding") {
            Some(coding) => {
                let zh = coding.get("display").and_then(Value::as_str);
                both(&mut aspects, "text", zh, english(coding, "_display"));
                rest(&mut aspects, coding, &["code", "display"]);
            }
            None => note(&mut aspects, name, value.clone()),
        }
    }
    extensions(&mut aspects, &option.extension);
    json!(aspects)
}

/// The rows `member` of a rule table.
pub(super) fn of_table(table: &Value, member: &str) -> Vec<Entry> {
    let list = table.get(member).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(row).collect()
}

fn row(value: &Value) -> Option<Entry> {
    let members = value.as_object()?;
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let mut aspects = Aspects::new();
    for (name, value) in members.iter().filter(|(name, _)| *name != "id") {
        match name.as_str() {
            "when" => note(&mut aspects, "condition", value.clone()),
            "staff" => note(&mut aspects, "text for staff", value.clone()),
            "patient" => spread(&mut aspects, "text for her", value),
            name => spread(&mut aspects, name, value),
        }
    }
    let told: Vec<&str> = [text("level"), text("flag"), text("kind")]
        .into_iter()
        .flatten()
        .collect();
    let title = text("staff").or_else(|| members.get("message")?.get("en")?.as_str());
    Some(Entry {
        id: text("id")?.to_owned(),
        whom: told.join(", "),
        title: title.unwrap_or_default().to_owned(),
        aspects,
    })
}

/// A text in both languages as two aspects, anything else as one.
fn spread(aspects: &mut Aspects, name: &str, value: &Value) {
    let text = |language: &str| value.get(language).and_then(Value::as_str);
    match (text("zh"), text("en")) {
        (Some(zh), Some(en)) => both(aspects, name, Some(zh), Some(en)),
        _ => note(aspects, name, value.clone()),
    }
}

/// The table without its rows, except for their order.
pub(super) fn table(table: &Value) -> Entry {
    let mut aspects = Aspects::new();
    for (name, value) in table.as_object().into_iter().flatten() {
        match (name.as_str(), value) {
            ("scores" | "checks" | "rules", Value::Array(rows)) => {
                let ids: Vec<Value> = rows.iter().filter_map(|row| row.get("id").cloned()).collect();
                note(&mut aspects, format!("{ORDER} of {name}"), ids);
            }
            ("level_sentences", Value::Object(sentences)) => {
                for (level, sentence) in sentences {
                    spread(&mut aspects, &format!("sentence for {level}"), sentence);
                }
            }
            _ => note(&mut aspects, name, value.clone()),
        }
    }
    Entry {
        id: "rules".to_owned(),
        whom: String::new(),
        title: String::new(),
        aspects,
    }
}

/// Lessons by digest.
pub(super) fn lessons(content: &Content) -> Vec<Entry> {
    let lessons = content.lessons.all().iter().map(|lesson| {
        let mut aspects = Aspects::new();
        note(&mut aspects, "digest", lesson.digest());
        note(&mut aspects, "version", lesson.head.version.as_str());
        let need = if lesson.head.required { ", required" } else { "" };
        Entry {
            id: lesson.head.slug.clone(),
            whom: format!("{}{need}", lesson.head.audience.join(", ")),
            title: together(
                Some(&lesson.body(Locale::ZhCn).title),
                Some(&lesson.body(Locale::En).title),
            ),
            aspects,
        }
    });
    lessons.collect()
}

/// Consent templates by their address, which is a digest.
pub(super) fn consents(content: &Content) -> Vec<Entry> {
    let templates = content.consents.all().iter().map(|template| Entry {
        id: format!("{} {} {}", template.code, template.version, template.locale.tag()),
        whom: String::new(),
        title: template.id.clone(),
        aspects: Aspects::from([("digest".to_owned(), json!(template.id))]),
    });
    templates.collect()
}

/// Files of the directory that have no rows above.
pub(super) fn files(content: &Content) -> Vec<Entry> {
    let names = ["agreements.toml", "glossary.toml", "sources.toml"];
    let found = names.into_iter().filter_map(|name| {
        let digest = hex::encode(Sha256::digest(content.origin().read(name)?));
        Some(Entry {
            id: name.to_owned(),
            whom: String::new(),
            title: String::new(),
            aspects: Aspects::from([("digest".to_owned(), json!(digest))]),
        })
    });
    found.collect()
}
