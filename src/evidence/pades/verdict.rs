//! What the structure of a file, compared with what was signed, says about its integrity.

use serde::{Deserialize, Serialize};

use super::later::Later;
use super::read::{Signed, Unreadable};

/// Is the file the one that was sealed? (The first dimension of a report.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Integrity {
    /// Every byte is as we sealed it; what was added since preserves it.
    Intact,
    /// Changed after it was sealed.
    Modified,
    /// The sealed file is there, with something behind it that is not ours.
    Appended,
    /// Nobody signed it.
    Unsigned,
    /// Not a file of which we can tell.
    Unreadable,
}

/// The integrity of a file.
///
/// `holds` says whether the signature in [`Signed::contents`] can be read and was made over [`Signed::digest`].
/// `genuine` is asked about each revision that was added and looks like ours, because anybody can append one that
/// does: a document time-stamp is genuine when its token holds for its digest, validation data when it is what a
/// checker needs.
pub fn integrity(
    file: &Result<Signed, Unreadable>,
    holds: impl Fn(&Signed) -> bool,
    genuine: impl Fn(&Later) -> bool,
) -> Integrity {
    let signed = match file {
        Ok(signed) if holds(signed) => signed,
        Ok(_) | Err(Unreadable::Damaged(_)) => return Integrity::Modified,
        Err(Unreadable::Unsigned) => return Integrity::Unsigned,
        Err(Unreadable::NotPdf | Unreadable::TooLarge | Unreadable::Foreign) => return Integrity::Unreadable,
    };
    let preserved = signed.later.iter().all(|later| match later {
        Later::DocumentTimeStamp(_) | Later::ValidationData(_) => genuine(later),
        Later::Other(_) => false,
    });
    if preserved {
        Integrity::Intact
    } else {
        Integrity::Appended
    }
}
