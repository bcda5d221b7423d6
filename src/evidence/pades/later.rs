//! What was added to a sealed file since.

use memchr::memmem;

use super::object::{array, dictionary_object, get};
use super::read::{Comparison, Covered, reserve};
use super::revision::{State, ValidationData};

/// Revisions after the seal that are read: several a year for as long as the longest record is kept.
const MOST: usize = 256;

/// Something that was added to a sealed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Later {
    /// A time-stamp over everything before it. Its token must be for the digest, or the revision is as foreign as
    /// any other.
    DocumentTimeStamp(Covered),
    /// Certificates and revocation data.
    ValidationData(ValidationData),
    /// Anything else; it is the last, as nothing behind it can be believed. It begins at this offset.
    Other(usize),
}

/// The revisions after the seal, until one is not ours.
pub(super) fn later(state: &mut State<'_>, comparison: &mut Comparison<'_>) -> Vec<Later> {
    let mut found = Vec::new();
    loop {
        let start = state.length;
        let rest = comparison.pdf.get(start..).unwrap_or_default();
        if rest.is_empty() {
            return found;
        }
        let next = if found.len() < MOST {
            next(rest, state, comparison)
        } else {
            None
        };
        let Some(next) = next else {
            found.push(Later::Other(start));
            return found;
        };
        found.push(next);
    }
}

fn next(rest: &[u8], state: &mut State<'_>, comparison: &mut Comparison<'_>) -> Option<Later> {
    let start = state.length;
    let first = format!("\n{} 0 obj\n<</Type/", state.size);
    let kind = rest.strip_prefix(first.as_bytes())?;
    if kind.starts_with(b"DocTimeStamp") {
        let update = state.time_stamp(reserve(rest)?)?;
        let (covered, _) = comparison.signature(start, &update).ok()?;
        return Some(Later::DocumentTimeStamp(covered));
    }
    let added = validation_data(rest, state)?;
    let update = state.validation_data(&added)?;
    comparison.compare(start, &update)?;
    Some(Later::ValidationData(added))
}

/// The streams that a revision seems to add; whether it is one is decided by writing it again.
fn validation_data(rest: &[u8], state: &State<'_>) -> Option<ValidationData> {
    let dictionary = dictionary_object(rest.get(1..)?, state.size)?;
    let known = state.validation.as_ref();
    let mut number = state.size;
    let mut streams = rest.get(memmem::find(rest, b"\nendobj\n")?..)?;
    let mut take = |key: &[u8], known: Option<&Vec<u32>>| -> Option<Vec<Vec<u8>>> {
        let listed = get(&dictionary, key).map_or(Some(&b""[..]), array)?;
        let words = listed
            .split(|byte| *byte == b' ')
            .filter(|word| !word.is_empty())
            .count();
        let added = (words / 3).checked_sub(known.map_or(0, Vec::len))?;
        let mut blobs = Vec::new();
        for _ in 0..added {
            number = number.checked_add(1)?;
            let (blob, next) = stream(streams, number)?;
            blobs.push(blob.to_vec());
            streams = next;
        }
        Some(blobs)
    };
    Some(ValidationData {
        certificates: take(b"Certs", known.map(|known| &known.certificates))?,
        responses: take(b"OCSPs", known.map(|known| &known.responses))?,
        lists: take(b"CRLs", known.map(|known| &known.lists))?,
    })
}

/// The bytes of the stream behind the end of an object, and what begins with the end of its own.
fn stream(bytes: &[u8], number: u32) -> Option<(&[u8], &[u8])> {
    let head = format!("\nendobj\n{number} 0 obj\n<</Length ");
    let rest = bytes.strip_prefix(head.as_bytes())?;
    let digits = rest.iter().take(8).position(|byte| *byte == b'>')?;
    let (length, rest) = rest.split_at_checked(digits)?;
    let length = std::str::from_utf8(length).ok()?.parse().ok()?;
    let (blob, rest) = rest.strip_prefix(b">>\nstream\n")?.split_at_checked(length)?;
    Some((blob, rest.strip_prefix(b"\nendstream")?))
}
