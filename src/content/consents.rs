//! Consent templates: content-addressed documents in every language.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Defects, Origin, Unconfirmed};
use crate::base::{Locale, canonical};

/// One version of a template in one language.
#[derive(Clone, Debug)]
pub struct Template {
    /// `ct1:sha256:…`, the address of the document (CE-033).
    pub id: String,
    /// `labor-analgesia`.
    pub code: String,
    /// Semantic version.
    pub version: String,
    /// Its language.
    pub locale: Locale,
    /// The whole document.
    pub document: Value,
}

/// All templates.
#[derive(Debug, Default)]
pub struct Consents(Vec<Template>);

impl Consents {
    /// The newest version of a template in a language.
    pub fn current(&self, code: &str, locale: Locale) -> Option<&Template> {
        self.0
            .iter()
            .filter(|t| t.code == code && t.locale == locale)
            .max_by_key(|t| version_key(&t.version))
    }

    /// By address.
    pub fn get(&self, id: &str) -> Option<&Template> {
        self.0.iter().find(|template| template.id == id)
    }

    /// Every template.
    pub fn all(&self) -> &[Template] {
        &self.0
    }

    pub(super) fn unconfirmed(&self) -> Vec<Unconfirmed> {
        let mut found = Vec::new();
        for template in self.0.iter().filter(|t| t.locale == Locale::En) {
            collect(&template.document, template, &mut found);
        }
        found
    }
}

/// Every object with `confirmed: false` and what it says.
fn collect(value: &Value, template: &Template, found: &mut Vec<Unconfirmed>) {
    match value {
        Value::Object(members) => {
            if members.get("confirmed") == Some(&Value::Bool(false)) {
                let text = |name: &str| {
                    members
                        .get(name)
                        .and_then(Value::as_str)
                        .unwrap_or_default()
                        .to_owned()
                };
                found.push(Unconfirmed {
                    kind: "consent",
                    name: format!("{} {}", template.code, template.version),
                    place: text("id"),
                    claim: [text("name"), text("frequency")].join(" ").trim().to_owned(),
                    source: text("source"),
                });
            }
            members
                .values()
                .for_each(|member| collect(member, template, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, template, found)),
        _ => {}
    }
}

fn version_key(version: &str) -> Vec<u64> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

pub(super) fn load(origin: &Origin, defects: &mut Defects) -> Consents {
    let mut all = Vec::new();
    for code in origin
        .list("consents")
        .into_iter()
        .filter(|name| !name.contains('.') && name != "layout")
    {
        for version in origin.list(&format!("consents/{code}")) {
            let mut ids = BTreeMap::new();
            for locale in Locale::ALL {
                let path = format!("consents/{code}/{version}/{}.json", locale.tag());
                let Some(bytes) = origin.read(&path) else {
                    defects.add(&path, "", "the file is missing");
                    continue;
                };
                let read = canonical::parse(&bytes)
                    .and_then(|document| Ok((canonical::template_id(&document)?, document)));
                match read {
                    Ok((id, document)) => {
                        ids.insert(locale.tag(), section_ids(&document));
                        all.push(Template {
                            id,
                            code: code.clone(),
                            version: version.clone(),
                            locale,
                            document,
                        });
                    }
                    Err(error) => defects.add(&path, "", error.to_string()),
                }
            }
            let same = ids.values().collect::<std::collections::BTreeSet<_>>().len() <= 1;
            defects.check(same, &format!("consents/{code}/{version}"), "/sections", || {
                "the languages do not have the same sections".to_owned()
            });
        }
    }
    Consents(all)
}

fn section_ids(document: &Value) -> Vec<String> {
    let sections = document.get("sections").and_then(Value::as_array);
    sections
        .into_iter()
        .flatten()
        .filter_map(|s| s.get("id")?.as_str().map(str::to_owned))
        .collect()
}
