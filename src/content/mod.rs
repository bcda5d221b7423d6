//! Lessons, forms, consents, messages and their sources, loaded and checked as one.
//!
//! Content is data in `content/`: built into the program, or read from a directory that a hospital edits. Loading
//! checks everything and names file and place of each fault; content with a fault does not start.
//! Not here: what the texts mean. Forms are compiled by `questionnaire`, consent templates addressed by `evidence`.
//! For those who write content: `trial` runs answers through a form, `diff` says what an edited folder changes.

pub mod agreements;
pub mod cards;
pub mod consents;
pub mod diff;
pub mod fonts;
pub mod forms;
pub mod glossary;
mod kinds;
pub mod lessons;
pub mod life;
pub mod messages;
pub mod readability;
pub mod sources;
pub mod trial;
pub mod vectors;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use include_dir::{Dir, include_dir};
use serde::de::DeserializeOwned;

use crate::questionnaire::{Once, exact_numbers};

static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/content");

/// Everything that is loaded.
pub struct Content {
    /// The prenatal school.
    pub lessons: lessons::Lessons,
    /// Forms and their rules.
    pub forms: forms::Forms,
    /// Consent templates.
    pub consents: consents::Consents,
    /// Agreements on data and signature.
    pub agreements: agreements::Agreements,
    /// Guidelines that rules, lessons and consents cite.
    pub sources: sources::Sources,
    /// Technical words with a plain explanation.
    pub glossary: glossary::Glossary,
    origin: Origin,
}

/// Where content comes from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// Built into the program.
    BuiltIn,
    /// A directory.
    Folder(PathBuf),
}

/// One fault of the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    /// The file, from `content/`.
    pub file: String,
    /// JSON pointer, or empty.
    pub pointer: String,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}{}: {}",
            self.file,
            if self.pointer.is_empty() { "" } else { "#" },
            self.pointer
        )?;
        write!(
            f,
            "{}{}",
            if self.pointer.is_empty() { "" } else { ": " },
            self.reason
        )
    }
}

/// Collects every fault instead of stopping at the first.
#[derive(Default)]
pub struct Defects(pub Vec<Defect>);

impl Defects {
    /// Notes a fault.
    pub fn add(&mut self, file: &str, pointer: impl Into<String>, reason: impl Into<String>) {
        self.0.push(Defect {
            file: file.to_owned(),
            pointer: pointer.into(),
            reason: reason.into(),
        });
    }

    /// Notes a fault unless `ok`.
    pub fn check(&mut self, ok: bool, file: &str, pointer: &str, reason: impl FnOnce() -> String) {
        if !ok {
            self.add(file, pointer, reason());
        }
    }
}

/// What a clinician has yet to confirm beside the content: what slices keep in their own tables.
pub type Unsettled = fn() -> Vec<Unconfirmed>;

/// Something that a clinician has yet to confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unconfirmed {
    /// What kind of content.
    pub kind: &'static str,
    /// The lesson, form or consent.
    pub name: String,
    /// The rule, fact or risk.
    pub place: String,
    /// What it says.
    pub claim: String,
    /// Its source.
    pub source: String,
}

impl Content {
    /// The content that a service runs on. What is built in can't change while the program runs, so it is loaded once.
    ///
    /// Errors: every fault found.
    pub fn open(origin: Origin) -> Result<Arc<Content>, Vec<Defect>> {
        static LOADED: OnceLock<Result<Arc<Content>, Vec<Defect>>> = OnceLock::new();
        match origin {
            Origin::BuiltIn => LOADED
                .get_or_init(|| Content::load(Origin::BuiltIn).map(Arc::new))
                .clone(),
            Origin::Folder(_) => Content::load(origin).map(Arc::new),
        }
    }

    /// Loads and checks all of it.
    ///
    /// Errors: every fault found.
    pub fn load(origin: Origin) -> Result<Content, Vec<Defect>> {
        let mut defects = Defects::default();
        let sources = sources::load(&origin, &mut defects);
        let lessons = lessons::load(&origin, &sources, &mut defects);
        let forms = forms::load(&origin, &sources, &mut defects);
        let agreements = agreements::load(&origin, &mut defects);
        let known = consents::Known {
            lessons: &lessons,
            forms: &forms,
            agreements: &agreements,
        };
        let consents = consents::load(&origin, &known, &mut defects);
        let glossary = glossary::load(&origin, &mut defects);
        messages::check(&mut defects);
        if defects.0.is_empty() {
            Ok(Content {
                lessons,
                forms,
                consents,
                agreements,
                sources,
                glossary,
                origin,
            })
        } else {
            Err(defects.0)
        }
    }

    /// Where it came from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Reads and checks a consent template as the loader does.
    ///
    /// # Errors
    /// Every fault with its place.
    pub fn read_consent(&self, bytes: &[u8]) -> Result<consents::Template, Vec<consents::Problem>> {
        let known = consents::Known {
            lessons: &self.lessons,
            forms: &self.forms,
            agreements: &self.agreements,
        };
        consents::read(bytes, &known)
    }

    /// What awaits a clinician, with its source.
    pub fn unconfirmed(&self) -> Vec<Unconfirmed> {
        let mut all = self.lessons.unconfirmed();
        all.extend(self.forms.unconfirmed());
        all.extend(self.consents.unconfirmed());
        all
    }
}

impl Origin {
    /// The bytes of a file.
    pub fn read(&self, path: &str) -> Option<Vec<u8>> {
        match self {
            Origin::BuiltIn => BUILT_IN.get_file(path).map(|file| file.contents().to_vec()),
            Origin::Folder(root) => std::fs::read(root.join(path)).ok(),
        }
    }

    /// The names of what is directly below a folder, sorted; folders and files alike.
    pub fn list(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<String> = match self {
            Origin::BuiltIn => BUILT_IN.get_dir(folder).map_or_else(Vec::new, |dir| {
                dir.entries()
                    .iter()
                    .filter_map(|entry| Some(entry.path().file_name()?.to_str()?.to_owned()))
                    .collect()
            }),
            Origin::Folder(root) => std::fs::read_dir(root.join(folder)).map_or_else(
                |_| Vec::new(),
                |entries| {
                    entries
                        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                        .collect()
                },
            ),
        };
        names.sort();
        names
    }

    /// A JSON file, typed.
    fn json<T: DeserializeOwned>(&self, path: &str, defects: &mut Defects) -> Option<T> {
        let Some(bytes) = self.read(path) else {
            defects.add(path, "", "the file is missing");
            return None;
        };
        // Of a member that stands twice one would vanish, and a number that the parser can't hold would become another one.
        let read = serde_json::from_slice::<Once>(&bytes).map(|_| exact_numbers(&bytes));
        match read.and_then(|bytes| serde_json::from_slice(&bytes)) {
            Ok(value) => Some(value),
            Err(error) => {
                defects.add(path, "", error.to_string());
                None
            }
        }
    }

    /// A TOML file, typed.
    fn toml<T: DeserializeOwned>(&self, path: &str, defects: &mut Defects) -> Option<T> {
        let Some(bytes) = self.read(path) else {
            defects.add(path, "", "the file is missing");
            return None;
        };
        match String::from_utf8(bytes)
            .map_err(|e| e.to_string())
            .and_then(|text| toml::from_str(&text).map_err(|e| e.to_string()))
        {
            Ok(value) => Some(value),
            Err(error) => {
                defects.add(path, "", error);
                None
            }
        }
    }
}
