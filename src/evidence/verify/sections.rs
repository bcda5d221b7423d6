//! Steps over the sections of the evidence: their digests, their root, and the root in the document.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::Found;
use super::report::{Evidence, Name, Outcome, Step};
use crate::base::canonical::sha256;
use crate::base::merkle;
use crate::evidence::bundle::{Files, SECTIONS, Section, names};

/// What is attached to the document: the digests of all sections and their root.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Attached {
    pub root: String,
    pub sections: Vec<Listed>,
}

/// One section of the attached manifest.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listed {
    pub no: usize,
    pub name: String,
    pub sha256: String,
}

/// The sections of a bundle as far as they can be read.
pub(super) struct Sections {
    read: BTreeMap<&'static str, Section>,
    /// Is there any?
    any: bool,
}

impl Sections {
    pub fn body(&self, name: &str) -> Option<&Value> {
        self.read.get(name)?.body()
    }

    pub fn withheld(&self, name: &str) -> bool {
        self.read
            .get(name)
            .is_some_and(|section| section.body().is_none())
    }
}

pub(super) fn read(files: &Files<'_>) -> Sections {
    let mut sections = Sections {
        read: BTreeMap::new(),
        any: false,
    };
    for (no, name) in (1..).zip(SECTIONS) {
        let Some(bytes) = files.get(&names::section(no, name)) else {
            continue;
        };
        sections.any = true;
        if let Ok(section) = Section::read(name, bytes) {
            sections.read.insert(name, section);
        }
    }
    sections
}

/// The steps over sections and root; gives the root that is signed with the document, or else that of the sections.
pub(super) fn check(
    found: &mut Found,
    files: &Files<'_>,
    sections: &Sections,
    attached: Option<&Attached>,
) -> Option<[u8; 32]> {
    let printed = attached.and_then(|attached| super::super::bundle::log::digest(&attached.root).ok());
    if !sections.any {
        let beside = names::APPENDED.map(|(no, name)| names::section(no, name));
        // Nothing names their digests.
        found.differs(beside.into_iter().filter(|name| files.get(name).is_some()));
        found.step(Step::new(Name::Sections, Outcome::Missing, "sections_missing"));
        found.step(match &printed {
            // Nothing to compare with, but the log names it too.
            Some(_) => Step::new(Name::PrintedRoot, Outcome::NotChecked, "sections_missing"),
            None => Step::new(Name::PrintedRoot, Outcome::Missing, "root_missing"),
        });
        return printed;
    }
    let mut digests = Vec::new();
    let mut differ: Vec<String> = Vec::new();
    let mut withheld = Vec::new();
    for (no, name) in (1..).zip(SECTIONS) {
        let digest = sections
            .read
            .get(name)
            .and_then(|section| section.digest(name).ok());
        let listed = |digest: &[u8; 32]| {
            attached.is_none_or(|attached| {
                attached.sections.iter().any(|listed| {
                    listed.no == no && listed.name == name && listed.sha256 == hex::encode(digest)
                })
            })
        };
        match digest {
            Some(digest) => {
                digests.push(digest);
                if !listed(&digest) || !appended(files, sections, no) {
                    differ.push(name.to_owned());
                } else if sections.withheld(name) {
                    withheld.push(name.to_owned());
                }
            }
            None => differ.push(name.to_owned()),
        }
    }
    let root = (digests.len() == SECTIONS.len()).then(|| merkle::root(&digests));
    let shown = root.map(hex::encode).unwrap_or_default();
    let step = if !differ.is_empty() {
        found.differs(differ.iter().cloned());
        Step::new(Name::Sections, Outcome::Failed, "sections_differ").with(differ)
    } else if withheld.is_empty() {
        Step::new(Name::Sections, Outcome::Passed, "sections_match").with([shown.clone()])
    } else {
        found.facts.withheld.clone_from(&withheld);
        Step::new(Name::Sections, Outcome::Passed, "sections_withheld").with(withheld.iter().cloned())
    };
    found.step(step);
    let whole = match withheld.is_empty() {
        true => Evidence::Complete,
        false => Evidence::Redacted,
    };
    let step = match (printed, root) {
        (None, _) => Step::new(Name::PrintedRoot, Outcome::Missing, "root_missing"),
        (Some(printed), Some(root)) if printed == root => {
            if found.dimensions.evidence != Evidence::Mismatch {
                found.dimensions.evidence = whole;
            }
            Step::new(Name::PrintedRoot, Outcome::Passed, "root_printed").with([shown])
        }
        (Some(_), _) => {
            if found.facts.mismatched.is_empty() {
                found.differs([names::PDF.to_owned()]);
            }
            Step::new(Name::PrintedRoot, Outcome::Failed, "root_differs")
        }
    };
    found.step(step);
    printed.or(root)
}

/// Do the files that travel beside a section have the digests that it names?
fn appended(files: &Files<'_>, sections: &Sections, no: usize) -> bool {
    let beside = names::APPENDED.iter().filter(|(of, _)| *of == no);
    let mut beside = beside.filter_map(|(_, name)| Some((*name, files.get(&names::section(no, name))?)));
    beside.all(|(name, bytes)| named(sections, name).is_some_and(|said| salted(said, bytes)))
}

/// Where a section names the digest of a file.
fn named<'a>(sections: &'a Sections, file: &str) -> Option<&'a Value> {
    match file {
        "strokes" => sections.body("signature")?.get("strokes_sha256"),
        "handwritten" => sections.body("signature")?.pointer("/handwritten/strokes_sha256"),
        _ => sections.body("assessment")?.get("response_sha256"),
    }
}

/// `{ salt, sha256 }` over the salt and the bytes (decision 32).
fn salted(said: &Value, bytes: &[u8]) -> bool {
    let text = |member: &str| said.get(member).and_then(Value::as_str);
    let (Some(salt), Some(digest)) = (text("salt"), text("sha256")) else {
        return false;
    };
    let Ok(salt) = hex::decode(salt) else { return false };
    hex::encode(sha256(&[&salt, bytes].concat())) == digest
}
