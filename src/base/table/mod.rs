//! Tables that leave the service: cells, and the writers of each format.

pub mod csv;
pub mod xlsx;

use std::borrow::Cow;

/// What stands in a cell.
#[derive(Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing.
    Empty,
    /// A text that means nothing to a spreadsheet.
    Text(Cow<'a, str>),
    /// A number, as JSON writes it.
    Number(String),
    /// Yes or no.
    Flag(bool),
}

impl Cell<'_> {
    /// A text that somebody else chose.
    pub fn text(text: String) -> Cell<'static> {
        Cell::Text(Cow::Owned(harmless(text)))
    }
}

/// A spreadsheet takes a text with such a beginning for a formula, and runs it on the reader's machine.
pub fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text
    }
}
