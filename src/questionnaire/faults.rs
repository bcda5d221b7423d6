//! What is wrong with a form or its rules before it may be published. Faults of an answer are `problems`.

use serde::Serialize;

/// One reason why a form may not be published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// A publication check such as `duplicateLinkId`.
    pub code: &'static str,
    /// RFC 6901 pointer into the form, or into the rules with the prefix `rules#`.
    pub pointer: String,
    /// For the author, in English.
    pub reason: String,
}

/// Collects faults, so that an author sees all of them at once.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub(super) all: Vec<Fault>,
    /// The form is somebody else's: what we only ask of ourselves is no fault of it.
    pub(super) foreign: bool,
}

impl Faults {
    pub(super) fn add(&mut self, code: &'static str, pointer: &str, reason: impl Into<String>) {
        self.all.push(Fault {
            code,
            pointer: pointer.to_owned(),
            reason: reason.into(),
        });
    }

    /// A fault of our own forms only.
    pub(super) fn demand(&mut self, code: &'static str, pointer: &str, reason: impl Into<String>) {
        if !self.foreign {
            self.add(code, pointer, reason);
        }
    }
}
