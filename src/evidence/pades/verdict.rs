//! What the structure of a file, compared with what was signed, says about its integrity.

use super::later::Later;
use super::read::{Signed, Unreadable};

crate::words! {
    /// Is the file the one that was sealed? (The first dimension of a report.)
    Integrity {
        /// Every byte is as we sealed it; what was added since preserves it.
        Intact = "intact",
        /// Changed after it was sealed.
        Modified = "modified",
        /// The sealed file is there, with something behind it that is not ours.
        Appended = "appended",
        /// Nobody signed it.
        Unsigned = "unsigned",
        /// Not a file of which we can tell.
        Unreadable = "unreadable",
    }
}

/// The integrity of a file.
///
/// `holds` says whether the signature in [`Signed::contents`] can be read and was made over [`Signed::digest`].
/// `genuine` is asked about the revisions that were added where all of them look like ours, because anybody can append
/// some that do: a document time-stamp is genuine when its token holds for its digest, validation data when it is what
/// a checker needs.
pub fn integrity(
    file: &Result<Signed, Unreadable>,
    holds: impl Fn(&Signed) -> bool,
    genuine: impl Fn(&[Later]) -> bool,
) -> Integrity {
    let signed = match file {
        Ok(signed) if holds(signed) => signed,
        Ok(_) | Err(Unreadable::Damaged(_)) => return Integrity::Modified,
        Err(Unreadable::Unsigned) => return Integrity::Unsigned,
        Err(Unreadable::NotPdf | Unreadable::TooLarge | Unreadable::Foreign) => return Integrity::Unreadable,
    };
    let foreign = signed.later.iter().any(|later| matches!(later, Later::Other(_)));
    if signed.later.is_empty() || !foreign && genuine(&signed.later) {
        Integrity::Intact
    } else {
        Integrity::Appended
    }
}
