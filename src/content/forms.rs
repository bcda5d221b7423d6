//! Forms with their rules, compiled; the assessment's one authored form is published as three.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::consents::version_key;
use super::kinds;
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
/// The slot of the depression scale, which a hospital fills with its licensed text.
pub const EPDS: &str = "epds";
/// The survey of those who chose no labor analgesia.
pub const REFUSAL: &str = "refusal-survey";
/// The survey.
pub const SATISFACTION: &str = "satisfaction";

/// Where a version of a form is in its life. A draft is checked and not loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Given out for new answers.
    Active,
    /// Only for reading, and for finishing what was begun.
    Retired,
}

/// A published form.
#[derive(Clone)]
pub struct Entry {
    /// Its name in URLs.
    pub name: String,
    /// Semantic version.
    pub version: String,
    /// Whether it is given out for new answers.
    pub status: Status,
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
    /// The newest active version of a form: the one for new answers.
    pub fn current(&self, name: &str) -> Option<&Entry> {
        self.entries
            .range((name.to_owned(), Vec::new())..)
            .take_while(|((n, _), _)| n == name)
            .filter(|(_, e)| e.status == Status::Active)
            .last()
            .map(|(_, e)| e)
    }

    /// One version of a form.
    pub fn version(&self, name: &str, version: &str) -> Option<&Entry> {
        self.entries.get(&key(name, version))
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

    /// The current version of a follow-up form without the items on the baby.
    pub fn after_loss(&self, name: &str) -> Option<&Entry> {
        self.after_loss.get(&key(name, &self.current(name)?.version))
    }

    /// The form that answers were begun with: its name, its `url|version`, and whether it came without the items on the
    /// baby. Both texts have the same canonical address.
    pub fn asked(&self, name: &str, canonical: &str, after_loss: bool) -> Option<&Entry> {
        let (_, version) = canonical.rsplit_once('|')?;
        let gentle = self.after_loss.get(&key(name, version));
        gentle
            .filter(|entry| after_loss && entry.form.canonical() == canonical)
            .or_else(|| self.canonical(canonical))
    }

    /// Whether a version is the one for new answers.
    pub fn is_current(&self, entry: &Entry) -> bool {
        self.current(&entry.name)
            .is_some_and(|one| one.version == entry.version)
    }

    /// Every published form.
    pub fn all(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    pub(super) fn unconfirmed(&self) -> Vec<Unconfirmed> {
        // An older version is never edited: who confirms a rule of it does so in the current one.
        let all = self.all().filter(|one| one.name != RECHECK && one.name != STAFF);
        let rules = all.filter(|one| self.is_current(one)).flat_map(|entry| {
            // A part of the assessment has no rules of its own.
            let whole = self.whole(&entry.name, None).unwrap_or(&entry.form);
            let waiting = whole.rules().filter(|rule| !rule.confirmed);
            waiting.map(|rule| Unconfirmed {
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

fn key(name: &str, version: &str) -> (String, Vec<u64>) {
    (name.to_owned(), version_key(version))
}

pub(super) fn load(origin: &Origin, sources: &Sources, defects: &mut Defects) -> Forms {
    let mut forms = Forms::default();
    for life in life::load(origin, defects) {
        let key = key(&life.name, &life.version);
        forms.lives.insert(key, Arc::new(life));
    }
    kinds::check(origin, forms.lives.values().map(Arc::as_ref), defects);
    let names = origin.list("questionnaires").into_iter();
    for name in names.filter(|name| !name.contains('.')) {
        for file in origin.list(&format!("questionnaires/{name}")) {
            let beside = [".rules.json", ".vectors.json"];
            let Some(version) = file
                .strip_suffix(".json")
                .filter(|_| !beside.iter().any(|ending| file.ends_with(ending)))
            else {
                continue;
            };
            if is_semver(version) {
                load_one(origin, &name, version, sources, &mut forms, defects);
            } else {
                let path = format!("questionnaires/{name}/{file}");
                defects.add(&path, "", "the name of the file is no version such as 1.0.0");
            }
        }
    }
    for name in [ASSESSMENT, SATISFACTION] {
        defects.check(forms.current(name).is_some(), "questionnaires", "", || {
            format!("no form {name}")
        });
    }
    forms
}

fn is_semver(version: &str) -> bool {
    let parts: Vec<&str> = version.split('.').collect();
    let number = |part: &&str| {
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        digits && part.parse::<u64>().is_ok() && (part.len() == 1 || !part.starts_with('0'))
    };
    parts.len() == 3 && parts.iter().all(number)
}

/// The status of a form; none for a draft, and for a word that is no status, which is a defect.
fn status(form: &Value, path: &str, defects: &mut Defects) -> Option<Status> {
    match form.get("status").and_then(Value::as_str) {
        Some("active") => Some(Status::Active),
        Some("retired") => Some(Status::Retired),
        Some("draft") => None,
        _ => {
            defects.add(path, "/status", "the status is draft, active or retired");
            None
        }
    }
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
    let written = form.get("version").and_then(Value::as_str);
    defects.check(written == Some(version), &path, "/version", || {
        format!("the file says it is {version}")
    });
    let status = status(&form, &path, defects);
    let misread =
        |file: &str, read: fn(&[u8]) -> Option<String>| origin.read(file).and_then(|bytes| read(&bytes));
    let mut faults = |found: Vec<questionnaire::Fault>| {
        for fault in found {
            let of_rules = fault.pointer.strip_prefix("rules#");
            let file = if of_rules.is_some() { &rules_path } else { &path };
            let read = if of_rules.is_some() {
                questionnaire::misread_rules
            } else {
                questionnaire::misread_form
            };
            let pointer = of_rules.unwrap_or(&fault.pointer);
            // What could not be read at all has no place in the document, but one in the text.
            let reason = Some(file)
                .filter(|_| pointer.is_empty())
                .and_then(|file| misread(file, read))
                .unwrap_or(fault.reason);
            defects.add(file, pointer, format!("{}: {reason}", fault.code));
        }
    };
    let compiled = if name == ASSESSMENT {
        questionnaire::publish(&form, rules.as_ref().unwrap_or(&Value::Null)).map(Loaded::Parts)
    } else {
        questionnaire::compile(&form, rules.as_ref()).map(Loaded::Whole)
    };
    let loaded = match compiled {
        Ok(loaded) => loaded,
        Err(found) => return faults(found),
    };
    let gentle = match &loaded {
        Loaded::Whole(whole) if name.starts_with("follow-up-") => {
            match questionnaire::after_loss(whole, rules.as_ref()) {
                Ok(gentle) => Some(gentle),
                Err(found) => return faults(found),
            }
        }
        _ => None,
    };
    // Tables of answers and drafts know one place of a question.
    defects.check(!loaded.whole().is_nested(), &path, "/item", || {
        "repeated groups and questions below questions are judged, but not carried".to_owned()
    });
    for rule in loaded.whole().rules() {
        defects.check(sources.knows(&rule.source), &rules_path, &rule.id, || {
            format!("the source {} is unknown", rule.source)
        });
    }
    // A draft is checked and not given out.
    let Some(status) = status else { return };
    let as_published = (name, version, status);
    if let Some(gentle) = gentle.and_then(|form| entry(&forms.lives, as_published, form, defects)) {
        forms.after_loss.insert(key(name, version), gentle);
    }
    match loaded {
        Loaded::Whole(whole) => insert(forms, as_published, whole, defects),
        Loaded::Parts(parts) => {
            match serde_json_canonicalizer::to_vec(&[&form, rules.as_ref().unwrap_or(&Value::Null)]) {
                Ok(bytes) => {
                    let digest = hex::encode(Sha256::digest(&bytes));
                    forms.digests.insert(version.to_owned(), digest);
                }
                Err(error) => defects.add(&path, "", error.to_string()),
            }
            forms.authored.insert(version.to_owned(), parts.authored);
            for (name, form) in [
                (ASSESSMENT, parts.patient),
                (RECHECK, parts.recheck),
                (STAFF, parts.staff),
            ] {
                insert(forms, (name, version, status), form, defects);
            }
        }
    }
}

/// A form as it was compiled.
enum Loaded {
    Whole(Arc<Form>),
    Parts(Published),
}

impl Loaded {
    fn whole(&self) -> &Form {
        match self {
            Self::Whole(form) => form,
            Self::Parts(parts) => &parts.authored,
        }
    }
}

fn entry(
    lives: &BTreeMap<(String, Vec<u64>), Arc<Life>>,
    (name, version, status): (&str, &str, Status),
    form: Arc<Form>,
    defects: &mut Defects,
) -> Option<Entry> {
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
    let life = lives.get(&key(whole, version));
    Some(Entry {
        life: life.cloned(),
        name: name.to_owned(),
        version: version.to_owned(),
        status,
        form,
        served: Arc::new(served),
        digest,
    })
}

fn insert(forms: &mut Forms, published: (&str, &str, Status), form: Arc<Form>, defects: &mut Defects) {
    let (name, version, _) = published;
    let known = forms
        .entries
        .values()
        .find(|entry| entry.form.canonical() == form.canonical());
    if let Some(known) = known {
        defects.add(
            &format!("questionnaires/{name}/{version}.json"),
            "/url",
            format!("{} is already {} {}", form.canonical(), known.name, known.version),
        );
        return;
    }
    if let Some(entry) = entry(&forms.lives, published, form, defects) {
        forms.entries.insert(key(name, version), entry);
    }
}
