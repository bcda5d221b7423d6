//! Seals a printed document, and preserves a sealed one.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::later::Later;
use super::read::{Reading, Unreadable, claimed_text, read, revisions};
use super::revision::{State, Update, ValidationData};
use super::{gap, printed};

/// What is to be written into the gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The institution's seal: a CMS signature. The document may have none.
    Certify,
    /// A time-stamp token over a sealed file. It proves its own time and claims none.
    DocTimeStamp,
}

/// A file with an empty gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// The file; it begins with the bytes of the one that it was made of.
    pub bytes: Vec<u8>,
    /// Two pairs of offset and length, in bytes, around the gap.
    pub byte_range: [u64; 4],
    /// SHA-256 of what the range covers: what is to be signed or stamped.
    pub digest: [u8; 32],
}

/// Why a document cannot be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PadesError {
    /// Not as the documents' engine prints it; names the part.
    #[error("the document is not as it is printed here: {0}")]
    Document(&'static str),
    /// It is sealed already: a second signature would break the first.
    #[error("the document is sealed already")]
    Sealed,
    /// Only a sealed file of ours can be preserved or get a late token.
    #[error("not a sealed document: {0}")]
    NotSealed(Unreadable),
    /// Something is behind the seal that must not be there.
    #[error("foreign bytes follow the sealed document")]
    Appended,
    /// The seal is covered by a time-stamp, which another token would break.
    #[error("the seal was preserved already")]
    Preserved,
    /// The gap is empty, or longer than 64 KiB.
    #[error("no gap of this length")]
    Reserve,
    /// The year of the claimed time has not four digits.
    #[error("no record has this time")]
    Time,
    /// Not one DER sequence.
    #[error("the contents are not in DER")]
    Contents,
    /// The contents are longer than the gap; both in bytes.
    #[error("{needed} bytes do not fit into a gap of {reserve}")]
    TooLarge {
        /// The length of the contents.
        needed: usize,
        /// What was reserved.
        reserve: usize,
    },
}

/// Adds a signature with an empty gap of `reserve` bytes to a document. `claimed` is the time that the file will
/// claim, cut to the second; a time-stamp claims none.
///
/// # Errors
///
/// [`PadesError`]: not a document of ours, sealed already, or for a time-stamp not sealed yet.
pub fn prepare(
    pdf: &[u8],
    reserve: usize,
    claimed: DateTime<Utc>,
    kind: Kind,
) -> Result<Prepared, PadesError> {
    if !(1..=gap::MAX_RESERVE).contains(&reserve) {
        return Err(PadesError::Reserve);
    }
    let mut state = match kind {
        Kind::Certify => unsealed(pdf)?,
        Kind::DocTimeStamp => preservable(pdf)?.state,
    };
    let update = match kind {
        Kind::Certify => state.seal(reserve, &claimed_text(claimed).ok_or(PadesError::Time)?),
        Kind::DocTimeStamp => state.time_stamp(reserve),
    };
    let update = update.ok_or(PadesError::Document("objects"))?;
    let byte_range = update.range(pdf.len()).ok_or(PadesError::Document("objects"))?;
    let before = Sha256::new().chain_update(pdf).chain_update(&update.before);
    Ok(Prepared {
        digest: before.chain_update(&update.after).finalize().into(),
        bytes: appended(pdf, &update),
        byte_range,
    })
}

/// Writes the signature or token into the gap, and reads the result back.
///
/// # Errors
///
/// [`PadesError::Contents`], [`PadesError::TooLarge`]; [`PadesError::NotSealed`] and [`PadesError::Appended`] when
/// the prepared file was changed meanwhile.
pub fn finish(prepared: Prepared, contents: &[u8]) -> Result<Vec<u8>, PadesError> {
    let Prepared {
        mut bytes,
        byte_range: [_, before, after, _],
        digest,
    } = prepared;
    let at = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
    let digits = bytes
        .get_mut(at(before).saturating_add(1)..at(after).saturating_sub(1))
        .ok_or(PadesError::NotSealed(Unreadable::Damaged("gap")))?;
    fill(digits, contents)?;
    let signed = read(&bytes).map_err(PadesError::NotSealed)?;
    let covered = match signed.later.last() {
        None => signed.digest,
        Some(Later::DocumentTimeStamp(covered)) => covered.digest,
        Some(Later::ValidationData(_) | Later::Other(_)) => return Err(PadesError::Appended),
    };
    if covered != digest {
        return Err(PadesError::NotSealed(Unreadable::Damaged("digest")));
    }
    Ok(bytes)
}

/// The sealed file with other contents in its gap: the signature with the token that was late. Length and signed
/// digest stay, the digest of the file changes.
///
/// # Errors
///
/// [`PadesError::NotSealed`], [`PadesError::Appended`], [`PadesError::Preserved`], [`PadesError::Contents`],
/// [`PadesError::TooLarge`].
pub fn replace(sealed: &[u8], contents: &[u8]) -> Result<Vec<u8>, PadesError> {
    let Reading { signed, digits, .. } = preservable(sealed)?;
    if !signed.later.is_empty() {
        return Err(PadesError::Preserved);
    }
    let mut bytes = sealed.to_vec();
    fill(bytes.get_mut(digits).unwrap_or_default(), contents)?;
    Ok(bytes)
}

/// The sealed file with validation data behind it, beside what was added before. What it has already is not added again.
///
/// # Errors
///
/// [`PadesError::NotSealed`], [`PadesError::Appended`]; [`PadesError::Contents`] when there is none, or one is not
/// in DER.
pub fn add_validation_data(sealed: &[u8], added: &ValidationData) -> Result<Vec<u8>, PadesError> {
    let Reading {
        mut state, signed, ..
    } = preservable(sealed)?;
    let known = signed.later.iter().filter_map(|later| match later {
        Later::ValidationData(known) => Some(known),
        Later::DocumentTimeStamp(_) | Later::Other(_) => None,
    });
    let mut new = added.clone();
    for known in known {
        new.certificates.retain(|one| !known.certificates.contains(one));
        new.responses.retain(|one| !known.responses.contains(one));
        new.lists.retain(|one| !known.lists.contains(one));
    }
    if new == ValidationData::default() && new != *added {
        return Ok(sealed.to_vec());
    }
    let update = state.validation_data(&new).ok_or(PadesError::Contents)?;
    Ok(appended(sealed, &update))
}

fn unsealed(pdf: &[u8]) -> Result<State<'_>, PadesError> {
    match read(pdf) {
        Err(Unreadable::Unsigned) => printed::read(pdf).map_err(PadesError::Document),
        Err(Unreadable::NotPdf) => Err(PadesError::Document("header")),
        Err(Unreadable::TooLarge) => Err(PadesError::Document("length")),
        Err(Unreadable::Foreign | Unreadable::Damaged(_)) | Ok(_) => Err(PadesError::Sealed),
    }
}

fn preservable(sealed: &[u8]) -> Result<Reading<'_>, PadesError> {
    let reading = revisions(sealed).map_err(PadesError::NotSealed)?;
    if let Some(Later::Other(_)) = reading.signed.later.last() {
        return Err(PadesError::Appended);
    }
    Ok(reading)
}

fn fill(digits: &mut [u8], contents: &[u8]) -> Result<(), PadesError> {
    if !gap::is_sequence(contents) {
        return Err(PadesError::Contents);
    }
    gap::fill(digits, contents).ok_or(PadesError::TooLarge {
        needed: contents.len(),
        reserve: digits.len() / 2,
    })
}

fn appended(pdf: &[u8], update: &Update) -> Vec<u8> {
    let mut bytes = [pdf, &update.before].concat();
    if let Some(reserve) = update.reserve {
        bytes.push(b'<');
        bytes.resize(bytes.len().saturating_add(reserve.saturating_mul(2)), b'0');
        bytes.push(b'>');
    }
    bytes.extend_from_slice(&update.after);
    bytes
}
