//! The lives of the published forms: `questionnaires/published.toml`. A version that stands there is never edited; what
//! changes is another version, which says how it changes things. A test compares the digests of the files.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{Defects, Origin};

const FILE: &str = "questionnaires/published.toml";

/// What a version is to the one before it, rising.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Texts only.
    Editorial,
    /// More that may be answered.
    Compatible,
    /// Anything else, and the first version.
    Breaking,
}

/// One published version of a form.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Life {
    /// Name of the form.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it is to the one before it.
    pub change: ChangeKind,
    /// SHA-256 of the form's file, hexadecimal.
    pub sha256: String,
    /// SHA-256 of the file of its rules, hexadecimal, if it has one.
    pub rules_sha256: Option<String>,
    /// From then on nobody begins it.
    pub retired_at: Option<DateTime<Utc>>,
    /// Until then a draft that was begun before may be completed.
    pub grace_until: Option<DateTime<Utc>>,
}

impl Life {
    /// Whether nobody begins the form any more.
    pub fn retired(&self, now: DateTime<Utc>) -> bool {
        self.retired_at.is_some_and(|at| at <= now)
    }

    /// Whether not even a draft that was begun before is completed any more.
    pub fn over(&self, now: DateTime<Utc>) -> bool {
        self.retired(now) && self.grace_until.is_none_or(|until| until <= now)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    form: Vec<Life>,
}

/// The published forms; a content directory without the file has none that retire.
pub(super) fn load(origin: &Origin, defects: &mut Defects) -> Vec<Life> {
    if origin.read(FILE).is_none() {
        return Vec::new();
    }
    let Some(file) = origin.toml::<File>(FILE, defects) else {
        return Vec::new();
    };
    for (position, life) in file.form.iter().enumerate() {
        let pointer = format!("/form/{position}");
        let form = format!("questionnaires/{}/{}.json", life.name, life.version);
        defects.check(origin.read(&form).is_some(), FILE, &pointer, || {
            format!("there is no {form}")
        });
        let grace = life.grace_until.is_none() || life.retired_at.is_some();
        defects.check(grace, FILE, &pointer, || "grace without retirement".to_owned());
    }
    file.form
}
