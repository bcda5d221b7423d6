//! A file for every row of CE §13.3 that a file can show, and for what else may come.

mod bundle;
mod document;
mod log;
mod trust;

use chrono::{DateTime, TimeDelta, Utc};

use super::house::{Files, House, day, zipped};
use crate::evidence::bundle::names;
use crate::evidence::trust::Trust;

/// A file and how it is verified.
pub struct Case {
    pub name: &'static str,
    pub file: Vec<u8>,
    pub trust: Option<Trust>,
    pub newer: Option<String>,
    pub now: DateTime<Utc>,
    /// Overall, integrity, authenticity, time, evidence, log.
    pub wanted: [&'static str; 6],
    /// The first message.
    pub message: &'static str,
}

const GOOD: [&str; 6] = [
    "authentic",
    "intact",
    "trusted",
    "attested",
    "complete",
    "included",
];

/// Of what cannot be read at all.
const NOTHING: [&str; 6] = [
    "indeterminate",
    "unreadable",
    "unknown",
    "claimed_only",
    "not_included",
    "missing",
];

struct Desk {
    house: House,
    files: Files,
    leaves: Vec<[u8; 32]>,
}

impl Desk {
    fn case(&self, name: &'static str, wanted: [&'static str; 6], message: &'static str) -> Case {
        Case {
            name,
            file: zipped(&self.files),
            trust: Some(self.house.trust()),
            newer: None,
            now: day() + TimeDelta::hours(1),
            wanted,
            message,
        }
    }

    fn with(&self, change: impl FnOnce(&mut Files)) -> Vec<u8> {
        let mut files = self.files.clone();
        change(&mut files);
        zipped(&files)
    }

    fn pdf(&self) -> &[u8] {
        self.files.get(names::PDF).unwrap()
    }

    fn with_pdf(&self, pdf: Vec<u8>) -> Vec<u8> {
        self.with(|files| {
            files.insert(names::PDF.to_owned(), pdf);
        })
    }
}

fn wanted(change: &[(usize, &'static str)]) -> [&'static str; 6] {
    let mut all = GOOD;
    for (at, word) in change {
        all[*at] = word;
    }
    all
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|part| part == from).unwrap();
    let mut changed = bytes.to_vec();
    changed.splice(at..at + from.len(), to.iter().copied());
    changed
}

/// All of them, made new.
pub fn all() -> Vec<Case> {
    let house = House::new();
    let sealed = house.consent(Some(day()), false);
    let mut files = house.files(&sealed);
    let leaves = house.log(&sealed, &mut files);
    let desk = Desk { house, files, leaves };
    let mut cases = document::cases(&desk);
    cases.extend(document::of_time(&desk));
    cases.extend(bundle::cases(&desk));
    cases.extend(log::cases(&desk));
    cases.extend(trust::cases(&desk));
    cases
}
