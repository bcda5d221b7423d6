//! Consent templates: content-addressed documents in every language.
//!
//! [`read`] is the one way in, for the files of the release and for what a hospital's editor sends. What a hospital does
//! with its templates is the consent slice's.

mod check;
mod difference;
mod node;
mod passages;
mod sections;
mod short;

use std::collections::BTreeSet;

use serde_json::Value;

pub use check::{Known, ROLES};
pub use difference::{Change, difference, texts};
pub use node::Problem;
pub use passages::passages;
pub use sections::REASONS;
pub use short::has_short_form;

use super::{Defects, Origin, Unconfirmed};
use crate::base::canonical::NotCanonical;
use crate::base::{Locale, canonical};

/// One version of a template in one language.
#[derive(Clone, Debug, PartialEq)]
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

/// Reads and checks one template.
///
/// # Errors
/// Every fault with its place; only the first when it cannot be hashed (CE-141).
pub fn read(bytes: &[u8], known: &Known<'_>) -> Result<Template, Vec<Problem>> {
    let (id, document) = canonical::parse(bytes)
        .and_then(|document| Ok((canonical::template_id(&document)?, document)))
        .map_err(|error| vec![not_canonical(&error)])?;
    let problems = check::check(&document, known);
    if !problems.is_empty() {
        return Err(problems);
    }
    let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
    Ok(Template {
        id,
        code: text("code").to_owned(),
        version: text("version").to_owned(),
        locale: Locale::parse(text("locale")).unwrap_or_default(),
        document,
    })
}

fn not_canonical(error: &NotCanonical) -> Problem {
    let pointer = match error {
        NotCanonical::Syntax => "",
        NotCanonical::DuplicateKey(at)
        | NotCanonical::Key(at)
        | NotCanonical::Number(at)
        | NotCanonical::NotNfc(at) => at,
    };
    Problem {
        pointer: pointer.to_owned(),
        code: "canonical",
        params: Some(serde_json::json!({ "reason": error.to_string() })),
        reason: error.to_string(),
    }
}

/// The numbers of a version, in which versions sort.
pub fn version_key(version: &str) -> Vec<u64> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

/// The ids of a template's sections, in order.
pub fn section_ids(document: &Value) -> Vec<&str> {
    let sections = document.get("sections").and_then(Value::as_array);
    sections
        .into_iter()
        .flatten()
        .filter_map(|section| section.get("id")?.as_str())
        .collect()
}

pub(super) fn load(origin: &Origin, known: &Known<'_>, defects: &mut Defects) -> Consents {
    let mut all = Vec::new();
    for code in origin
        .list("consents")
        .into_iter()
        .filter(|name| !name.contains('.') && name != "layout")
    {
        for version in origin.list(&format!("consents/{code}")) {
            let folder = format!("consents/{code}/{version}");
            let mut of_version: Vec<Template> = Vec::new();
            for locale in Locale::ALL {
                let path = format!("{folder}/{}.json", locale.tag());
                let Some(bytes) = origin.read(&path) else {
                    defects.add(&path, "", "the file is missing");
                    continue;
                };
                match read(&bytes, known) {
                    Ok(template) => {
                        let named = (&template.code, &template.version, template.locale);
                        defects.check(named == (&code, &version, locale), &path, "", || {
                            "code, version and locale are not those of its place".to_owned()
                        });
                        of_version.push(template);
                    }
                    Err(problems) => {
                        for problem in problems {
                            defects.add(&path, problem.pointer, problem.reason);
                        }
                    }
                }
            }
            let sections: BTreeSet<_> = of_version.iter().map(|one| section_ids(&one.document)).collect();
            defects.check(sections.len() <= 1, &folder, "/sections", || {
                "the languages do not have the same sections".to_owned()
            });
            all.extend(of_version);
        }
    }
    Consents(all)
}
