//! The institution's seal on a document: the revisions that carry it, and the strict reader that recognizes them.
//!
//! It knows PDF and no cryptography: what goes into the gap is opaque here, who signed and when is judged elsewhere.
//! Sealing is [`prepare`], a signature over the digest, [`finish`]; a late time-stamp token goes into the same gap
//! with [`replace`]; years later [`prepare`] and [`finish`] add document time-stamps and [`add_validation_data`]
//! what a checker will need. Every file is answered by [`read`], and [`integrity`] says what that means.
//!
//! A valid signature does not cover every byte of a file, and programs differ in how they read what it does not
//! cover. So nothing is tolerated: `revision` is the only description of a revision, the writer writes it and the
//! reader writes it again and compares bytes. A library that reads and writes any PDF would have to be believed on
//! hostile files; the documents' engine writes one narrow dialect, and a seal touches two of its objects.

mod gap;
mod later;
mod object;
mod printed;
mod read;
mod revision;
mod verdict;
mod write;

pub use later::Later;
pub use read::{Covered, Signed, Unreadable, read};
pub use revision::ValidationData;
pub use verdict::{Integrity, integrity};
pub use write::{Kind, PadesError, Prepared, add_validation_data, finish, prepare, replace};

#[cfg(test)]
mod tests;
