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
pub(super) struct Faults(pub(super) Vec<Fault>);

impl Faults {
    pub(super) fn add(&mut self, code: &'static str, pointer: &str, reason: impl Into<String>) {
        self.0.push(Fault {
            code,
            pointer: pointer.to_owned(),
            reason: reason.into(),
        });
    }
}
