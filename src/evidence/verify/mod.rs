//! The verifier: a file in, a report out (CE §13). The same on line and off line, and without any system of ours.
//!
//! Pure: the file, whom to trust, another checkpoint and the time are arguments. What only the institution knows, such as
//! whether the consent was withdrawn, comes as [`Known`]. Every step is done whatever the ones before gave; start at
//! [`verify`] for their order, at [`decide`] for what follows. Its twin for a browser is in `content/evidence/verifier`
//! and gives the same report.

mod bundle;
pub mod decide;
mod document;
mod log;
mod page;
pub mod report;
mod sections;
pub mod words;

use chrono::{DateTime, Utc};

pub use self::page::page;
pub use self::report::{
    Authenticity, Content, Dimensions, Evidence, Facts, Integrity, Log, Message, Name, Outcome, Overall,
    Report, Standing, Step, Time,
};
use super::bundle::{Files, names, read};
use super::trust::Trust;
use crate::base::canonical::sha256;

/// What somebody verifies with.
pub struct Asked<'a> {
    /// Whom to believe, from elsewhere than the file. Without it the bundle's own table is used, and nothing is more
    /// than consistent with itself.
    pub trust: Option<&'a Trust>,
    /// Another checkpoint of the log, alone or behind a proof (`old <size>`, base64 lines, an empty line).
    pub newer: Option<&'a [u8]>,
    /// The present, for certificates without an attested time and for receipts.
    pub now: DateTime<Utc>,
}

/// What the institution knows of the file beside what the file says; nothing when it is asked off line.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Is it kept here?
    pub content: Option<Content>,
    /// What became of the consent.
    pub consent: Option<Standing>,
    /// In force until.
    pub until: Option<DateTime<Utc>>,
    /// Withdrawn, superseded or expired since.
    pub since: Option<DateTime<Utc>>,
    /// What superseded it, for callers who may know.
    pub by: Option<String>,
    /// Where the original on paper is.
    pub paper: Option<String>,
    /// A time authority is still being asked.
    pub time_pending: bool,
    /// Where the seal of this document is in the log kept here, for a document without a bundle; beside one only that the log
    /// is inconsistent.
    pub log: Option<Log>,
}

/// What is found step by step.
struct Found {
    dimensions: Dimensions,
    facts: Facts,
    steps: Vec<Step>,
}

impl Found {
    fn new() -> Found {
        Found {
            dimensions: Dimensions {
                integrity: Integrity::Unreadable,
                authenticity: Authenticity::Unknown,
                time: Time::ClaimedOnly,
                content: Content::NotChecked,
                evidence: Evidence::NotIncluded,
                log: Log::Missing,
                consent: Standing::Unknown,
            },
            facts: Facts::default(),
            steps: Vec::new(),
        }
    }

    fn step(&mut self, step: Step) {
        self.steps.push(step);
    }

    /// Something in the bundle is not what was signed.
    fn differs(&mut self, names: impl IntoIterator<Item = String>) {
        for name in names {
            self.dimensions.evidence = Evidence::Mismatch;
            if !self.facts.mismatched.contains(&name) {
                self.facts.mismatched.push(name);
            }
        }
    }
}

/// Verifies a bundle, or a document alone.
pub fn verify(file: &[u8], asked: &Asked<'_>, known: &Known) -> Report {
    let mut found = Found::new();
    let bundled = file.starts_with(b"PK");
    let read = if bundled {
        read(file).ok()
    } else {
        let mut alone = Files::default();
        alone.all.insert(names::PDF, file);
        Some(alone)
    };
    let whole = read.is_some();
    let files = read.unwrap_or_default();
    bundle::manifest(&mut found, &files, bundled, whole);
    let trust = Chosen::of(asked, &files);
    let seal = document::check(&mut found, &files, &trust, asked.now);
    let sections = sections::read(&files);
    bundle::template(&mut found, &files, &sections);
    bundle::presented(&mut found, &files, &sections);
    let root = sections::check(&mut found, &files, &sections, seal.attached.as_ref());
    bundle::national(&mut found, &files, trust.table(), root.as_ref());
    log::check(&mut found, &files, &trust, asked, seal.digest, root.as_ref());
    found.facts.log_asked = bundled;
    found.facts.log_keyless = trust.table().is_some_and(|trust| trust.log_keys.is_empty());
    report(found, known)
}

fn report(mut found: Found, known: &Known) -> Report {
    let dimensions = &mut found.dimensions;
    dimensions.content = known.content.unwrap_or(dimensions.content);
    dimensions.consent = known.consent.unwrap_or(dimensions.consent);
    if known.time_pending && dimensions.time == Time::ClaimedOnly {
        dimensions.time = Time::Pending;
    }
    match (known.log, dimensions.log) {
        (Some(Log::Inconsistent), _) => dimensions.log = Log::Inconsistent,
        (Some(log), Log::Missing) => {
            dimensions.log = log;
            found.facts.log_asked = true;
            found.facts.log_keyless = false;
        }
        _ => {}
    }
    found.facts.until = known.until;
    found.facts.since = known.since;
    found.facts.by.clone_from(&known.by);
    if known.paper.is_some() {
        found.facts.paper.clone_from(&known.paper);
    }
    Report {
        overall: decide::overall(&found.dimensions),
        dimensions: found.dimensions,
        messages: decide::messages(&found.dimensions, &found.facts),
        steps: found.steps,
    }
}

/// Whom to believe, and on whose word.
enum Chosen<'a> {
    /// Given by whoever checks.
    Pinned(&'a Trust),
    /// From the bundle itself, with its digest.
    Own(Box<Trust>, [u8; 32]),
    /// The bundle's cannot be read.
    Unreadable,
    /// Nobody gave any.
    Nobody,
}

/// The largest table of trust, in bytes: some hundred certificates.
const MAX_TRUST: usize = 1 << 20;

impl<'a> Chosen<'a> {
    fn of(asked: &Asked<'a>, files: &Files<'_>) -> Chosen<'a> {
        if let Some(trust) = asked.trust {
            return Chosen::Pinned(trust);
        }
        let Some(bytes) = files.get(names::TRUST) else {
            return Chosen::Nobody;
        };
        let read = Some(bytes)
            .filter(|bytes| bytes.len() <= MAX_TRUST)
            .and_then(|bytes| serde_json::from_slice(bytes).ok());
        match read {
            Some(trust) => Chosen::Own(Box::new(trust), sha256(bytes)),
            None => Chosen::Unreadable,
        }
    }

    fn table(&self) -> Option<&Trust> {
        match self {
            Chosen::Pinned(trust) => Some(trust),
            Chosen::Own(trust, _) => Some(trust),
            Chosen::Unreadable | Chosen::Nobody => None,
        }
    }
}

#[cfg(test)]
mod tests;
