//! Drawings of the lessons: SVG files beside the texts, served by their digest.

use std::sync::{Arc, LazyLock};

use regex::Regex;

use crate::content::Defects;

/// A phone on a slow network waits for it.
const LARGEST: usize = 32 * 1024;
/// What makes a drawing more than a drawing.
const FOREIGN: [&str; 9] = [
    "<script",
    "<foreignobject",
    "<!doctype",
    "<!entity",
    "<?xml-stylesheet",
    "<style",
    "href",
    "url(",
    "javascript:",
];

/// An attribute that runs something.
static LISTENS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\son[a-z]+\s*=").expect("a constant expression compiles"));

/// A drawing.
#[derive(Clone, Debug)]
pub struct Drawing(pub(super) Arc<[u8]>);

impl Drawing {
    /// Its file.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

pub(super) fn check(file: &str, bytes: &[u8], defects: &mut Defects) {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    defects.check(bytes.len() <= LARGEST, file, "", || {
        format!("{} bytes, {LARGEST} at most", bytes.len())
    });
    defects.check(text.trim_start().starts_with("<svg"), file, "", || {
        "does not begin with <svg".to_owned()
    });
    for foreign in FOREIGN {
        defects.check(!text.contains(foreign), file, "", || {
            format!("{foreign} does not belong in a drawing")
        });
    }
    defects.check(!LISTENS.is_match(&text), file, "", || {
        "a drawing listens to nothing".to_owned()
    });
}
