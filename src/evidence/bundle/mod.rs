//! The evidence bundle (CE-220): one ZIP from which somebody who does not trust us can check everything with public
//! algorithms. With it travel the steps by hand (`README.txt`) and a verifier for any browser (`verify.html`).
//!
//! Pure: files in, bytes out. What the files prove is decided in [`super::verify`]; who may have a bundle, and the log
//! entry of each export, belong to the consent (CE-222). Start at [`pack`], [`read`] and [`redact`].

pub mod log;
pub mod manifest;
pub mod names;
mod refused;
pub mod section;
mod zip;

use std::collections::BTreeMap;

pub use self::names::SECTIONS;
pub use self::refused::Refused;
pub use self::section::Section;
pub use self::zip::{Files, Limits, MAX_BYTES, read, read_within, write, write_within};
use super::verify::page;

/// The steps by hand, the same in every bundle.
const README: &str = include_str!("../../../content/evidence/README.txt");

/// A bundle of these files, to which it adds the manifest, the steps by hand and the verifier.
///
/// `version` is that of the program that makes it. Same files, same bytes.
///
/// # Errors
///
/// [`Refused`], see [`write`].
pub fn pack(files: &BTreeMap<String, Vec<u8>>, version: &str) -> Result<Vec<u8>, Refused> {
    let page = page();
    let added = [(names::README, README.as_bytes()), (names::PAGE, page.as_bytes())];
    let given = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .filter(|(name, _)| *name != names::MANIFEST && added.iter().all(|(own, _)| own != name));
    let mut all: BTreeMap<&str, &[u8]> = given.collect();
    all.extend(added);
    let manifest = manifest::write(&all, version)?;
    all.insert(names::MANIFEST, &manifest);
    write(&all.into_iter().collect::<Vec<_>>())
}

/// The same bundle without the bodies of these sections and without what travels beside them; their digests stay, so
/// that every proof still holds (CE-143).
///
/// The document is not touched: it is what was signed.
///
/// # Errors
///
/// [`Refused`] when it is no bundle or one of the sections is not there.
pub fn redact(bundle: &[u8], withheld: &[usize], version: &str) -> Result<Vec<u8>, Refused> {
    let files = read(bundle)?;
    let mut kept: BTreeMap<String, Vec<u8>> = files
        .all
        .iter()
        .map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec()))
        .collect();
    for no in withheld {
        let name = no
            .checked_sub(1)
            .and_then(|at| SECTIONS.get(at))
            .ok_or(Refused::Name)?;
        let place = names::section(*no, name);
        let body = kept.get_mut(&place).ok_or(Refused::Content)?;
        *body = Section::read(name, body)?.withheld(name)?.write(name)?;
        for (of, appended) in names::APPENDED {
            if of == *no {
                kept.remove(&names::section(of, appended));
            }
        }
        for (of, beside) in names::NAMED {
            if of == *name {
                kept.remove(beside);
            }
        }
    }
    pack(&kept, version)
}

#[cfg(test)]
mod tests;
