//! Forms with their rules, compiled; the assessment's one authored form is published as three.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::life::{self, Life};
use super::sources::Sources;
use super::{Defects, Origin, Unconfirmed};
use crate::questionnaire::{self, Form, Published};

/// The assessment, whose authored form holds the items of all phases and persons.
pub const ASSESSMENT: &str = "pre-analgesia";
/// The re-check at admission.
pub const RECHECK: &str = "pre-analgesia-recheck";
/// What staff enter beside her answers.
pub const STAFF: &str = "pre-analgesia-staff";
/// The five-color table, which staff fill in.
pub const RISK: &str = "pregnancy-risk-screening";
/// The hospital's self-check against the technical requirements.
pub const READINESS: &str = "facility-readiness";
/// The survey.
pub const SATISFACTION: &str = "satisfaction";

/// A published form.
#[derive(Clone)]
pub struct Entry {
    /// Its name in URLs.
    pub name: String,
    /// Semantic version.
    pub version: String,
    /// Compiled.
    pub form: Arc<Form>,
    /// The FHIR document as served.
    pub served: Arc<Value>,
    /// Changes with any byte of it.
    pub digest: String,
    /// Its life, if the content says anything of it.
    pub life: Option<Arc<Life>>,
}

impl Entry {
    /// Whether nobody begins it any more.
    pub fn retired(&self, now: DateTime<Utc>) -> bool {
        self.life.as_ref().is_some_and(|life| life.retired(now))
    }

    /// Whether not even a draft that was begun before is completed any more.
    pub fn over(&self, now: DateTime<Utc>) -> bool {
        self.life.as_ref().is_some_and(|life| life.over(now))
    }
}

/// All forms.
#[derive(Default)]
pub struct Forms {
    entries: BTreeMap<(String, Vec<u64>), Entry>,
    authored: BTreeMap<String, Arc<Form>>,
    digests: BTreeMap<String, String>,
    after_loss: BTreeMap<(String, Vec<u64>), Entry>,
    lives: BTreeMap<(String, Vec<u64>), Arc<Life>>,
}

impl Forms {
    /// The newest version of a form.
    pub fn current(&self, name: &str) -> Option<&Entry> {
        newest(&self.entries, name)
    }

    /// One version of a form.
    pub fn version(&self, name: &str, version: &str) -> Option<&Entry> {
        self.entries.get(&(name.to_owned(), version_key(version)))
    }

    /// By `url|version`, as a response names it.
    pub fn canonical(&self, canonical: &str) -> Option<&Entry> {
        let all = self.entries.values().chain(self.after_loss.values());
        all.into_iter().find(|entry| entry.form.canonical() == canonical)
    }

    /// The authored assessment of a version: rules read the union of its parts.
    pub fn authored(&self, version: &str) -> Option<&Arc<Form>> {
        self.authored.get(version)
    }

    /// SHA-256 of the authored assessment of a version and its rules, hexadecimal: another one under the same version is an
    /// edit that nobody numbered.
    pub fn authored_digest(&self, version: &str) -> Option<&str> {
        self.digests.get(version).map(String::as_str)
    }

    /// A form with the items of all phases and persons, which is what rules read; the newest version unless one is given.
    /// The names of the parts of the assessment lead to the whole, too.
    pub fn whole(&self, name: &str, version: Option<&str>) -> Option<&Arc<Form>> {
        let entry = match version {
            None => self.current(name)?,
            Some(version) => self.version(name, version).filter(|e| e.version == version)?,
        };
        if [ASSESSMENT, RECHECK, STAFF].contains(&name) {
            self.authored(&entry.version)
        } else {
            Some(&entry.form)
        }
    }

    /// The newest version of a follow-up form without the items on the baby.
    pub fn after_loss(&self, name: &str) -> Option<&Entry> {
        newest(&self.after_loss, name)
    }

    /// The form that answers were begun with: its name, its `url|version`, and whether it came without the items on the
    /// baby. Both texts have the same canonical address.
    pub fn asked(&self, name: &str, canonical: &str, after_loss: bool) -> Option<&Entry> {
        let (_, version) = canonical.rsplit_once('|')?;
        let gentle = self.after_loss.get(&(name.to_owned(), version_key(version)));
        gentle
            .filter(|entry| after_loss && entry.form.canonical() == canonical)
            .or_else(|| self.canonical(canonical))
    }

    /// Every published form.
    pub fn all(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    pub(super) fn unconfirmed(&self) -> Vec<Unconfirmed> {
        let rules = self
            .entries
            .values()
            .filter(|e| e.name != RECHECK && e.name != STAFF)
            .flat_map(|entry| {
                entry
                    .form
                    .rules()
                    .filter(|rule| !rule.confirmed)
                    .map(|rule| Unconfirmed {
                        kind: "questionnaire",
                        name: format!("{} {}", entry.name, entry.version),
                        place: rule.id.clone(),
                        claim: rule.staff.clone(),
                        source: rule.source.clone(),
                    })
            });
        rules.collect()
    }
}

fn newest<'a>(entries: &'a BTreeMap<(String, Vec<u64>), Entry>, name: &str) -> Option<&'a Entry> {
    entries
        .range((name.to_owned(), Vec::new())..)
        .take_while(|((n, _), _)| n == name)
        .last()
        .map(|(_, e)| e)
}

fn version_key(version: &str) -> Vec<u64> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

pub(super) fn load(origin: &Origin, sources: &Sources, defects: &mut Defects) -> Forms {
    let mut forms = Forms::default();
    for life in life::load(origin, defects) {
        let key = (life.name.clone(), version_key(&life.version));
        forms.lives.insert(key, Arc::new(life));
    }
    for name in origin
        .list("questionnaires")
        .into_iter()
        .filter(|name| !name.contains('.'))
    {
        for file in origin.list(&format!("questionnaires/{name}")) {
            let Some(version) = file
                .strip_suffix(".json")
                .filter(|v| v.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
            else {
                continue;
            };
            load_one(origin, &name, version, sources, &mut forms, defects);
        }
    }
    for name in [ASSESSMENT, SATISFACTION] {
        defects.check(forms.current(name).is_some(), "questionnaires", "", || {
            format!("no form {name}")
        });
    }
    forms
}

fn load_one(
    origin: &Origin,
    name: &str,
    version: &str,
    sources: &Sources,
    forms: &mut Forms,
    defects: &mut Defects,
) {
    let path = format!("questionnaires/{name}/{version}.json");
    let rules_path = format!("questionnaires/{name}/{version}.rules.json");
    let Some(form) = origin.json::<Value>(&path, defects) else {
        return;
    };
    let rules = origin
        .read(&rules_path)
        .and_then(|_| origin.json::<Value>(&rules_path, defects));
    let mut faults = |found: Vec<questionnaire::Fault>| {
        for fault in found {
            // A pointer into the rules begins with one of their members.
            let of_rules = ["/rules", "/scores", "/checks", "/levels"]
                .iter()
                .any(|part| fault.pointer.starts_with(part));
            let file = if of_rules { &rules_path } else { &path };
            defects.add(file, fault.pointer, format!("{}: {}", fault.code, fault.reason));
        }
    };
    if name == ASSESSMENT {
        let empty = Value::Null;
        match questionnaire::publish(&form, rules.as_ref().unwrap_or(&empty)) {
            Ok(Published {
                authored,
                patient,
                recheck,
                staff,
            }) => {
                forms.authored.insert(version.to_owned(), authored);
                match serde_json_canonicalizer::to_vec(&[&form, rules.as_ref().unwrap_or(&empty)]) {
                    Ok(bytes) => {
                        let digest = hex::encode(Sha256::digest(&bytes));
                        forms.digests.insert(version.to_owned(), digest);
                    }
                    Err(error) => defects.add(&path, "", error.to_string()),
                }
                for (name, form) in [(ASSESSMENT, patient), (RECHECK, recheck), (STAFF, staff)] {
                    insert(forms, name, version, form, defects);
                }
            }
            Err(found) => faults(found),
        }
    } else {
        match questionnaire::compile(&form, rules.as_ref()) {
            Ok(compiled) => {
                if name.starts_with("follow-up-") {
                    match questionnaire::after_loss(&compiled, rules.as_ref()) {
                        Ok(form) => {
                            if let Some(entry) = entry(forms, name, version, form, defects) {
                                forms
                                    .after_loss
                                    .insert((name.to_owned(), version_key(version)), entry);
                            }
                        }
                        Err(found) => faults(found),
                    }
                }
                insert(forms, name, version, compiled, defects);
            }
            Err(found) => faults(found),
        }
    }
    for rule in forms
        .version(name, version)
        .into_iter()
        .flat_map(|entry| entry.form.rules())
    {
        defects.check(sources.knows(&rule.source), &rules_path, &rule.id, || {
            format!("the source {} is unknown", rule.source)
        });
    }
}

fn entry(forms: &Forms, name: &str, version: &str, form: Arc<Form>, defects: &mut Defects) -> Option<Entry> {
    let served = match serde_json::to_value(form.served()) {
        Ok(served) => served,
        Err(error) => {
            defects.add(
                &format!("questionnaires/{name}/{version}.json"),
                "",
                error.to_string(),
            );
            return None;
        }
    };
    let digest = hex::encode(Sha256::digest(served.to_string().as_bytes()));
    // The parts of the assessment live as long as the whole.
    let whole = if [RECHECK, STAFF].contains(&name) {
        ASSESSMENT
    } else {
        name
    };
    let life = forms.lives.get(&(whole.to_owned(), version_key(version)));
    Some(Entry {
        life: life.cloned(),
        name: name.to_owned(),
        version: version.to_owned(),
        form,
        served: Arc::new(served),
        digest,
    })
}

fn insert(forms: &mut Forms, name: &str, version: &str, form: Arc<Form>, defects: &mut Defects) {
    if let Some(entry) = entry(forms, name, version, form, defects) {
        forms
            .entries
            .insert((name.to_owned(), version_key(version)), entry);
    }
}
