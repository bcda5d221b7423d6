//! Recognizes a sealed file: is it exactly what our writer makes, and what came after?
//!
//! Linear in the size of the file, without recursion, and in memory little more than the gaps.

use std::ops::Range;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDateTime, Utc};
use memchr::{memchr, memmem};
use sha2::{Digest, Sha256};

use super::later::{Later, later};
use super::revision::{State, Update};
use super::{gap, printed};

/// A longer file is not read, in bytes; the largest documents have 1 MiB.
const MAX_FILE: usize = 32 * 1024 * 1024;
/// The beginning of the object that holds a seal, behind its number.
const SEAL: &[u8] = b" 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(";
/// A second mark of ours: one damaged byte cannot hide both.
const FIELD: &[u8] = b"/T(Muan seal)";
/// Within so many bytes a revision comes to its gap.
const HEAD: usize = 256;
/// `D:20261121093000+08'00'`.
const CLAIMED: usize = 23;
const EAST_8: i32 = 8 * 3600;

/// A sealed file whose structure is exactly ours. Whether the seal itself holds is for others to judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The length of the document before it was sealed, in bytes: its first bytes are the printed document.
    pub unsigned_len: usize,
    /// What the seal covers: two pairs of offset and length, in bytes, around its gap.
    pub byte_range: [u64; 4],
    /// The signature, without the padding of its gap.
    pub contents: Vec<u8>,
    /// SHA-256 of what the seal covers. A token that comes late does not change it.
    pub digest: [u8; 32],
    /// The time that the file claims, to the second.
    pub claimed: DateTime<Utc>,
    /// What was added since, oldest first.
    pub later: Vec<Later>,
}

/// What a signature or a document time-stamp is about. Only the structure has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// Two pairs of offset and length, in bytes, around the gap.
    pub byte_range: [u64; 4],
    /// The signature or the token, without the padding of its gap.
    pub contents: Vec<u8>,
    /// SHA-256 of what is covered.
    pub digest: [u8; 32],
}

/// Why a file is not one of ours that was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// No PDF begins like this.
    #[error("not a PDF")]
    NotPdf,
    /// More than 32 MiB.
    #[error("the file is too long")]
    TooLarge,
    /// A PDF in which nobody signed.
    #[error("nothing is signed")]
    Unsigned,
    /// A PDF that was signed with another program.
    #[error("signed, but not by us")]
    Foreign,
    /// It has a mark of our seal and is not what we have sealed; names the first part that differs.
    #[error("the seal is damaged: {0}")]
    Damaged(&'static str),
}

/// A sealed file with what the next revision of it depends on.
pub(super) struct Reading<'a> {
    pub signed: Signed,
    pub state: State<'a>,
    /// Where the hex digits of the seal stand.
    pub digits: Range<usize>,
}

/// Reads a sealed file.
///
/// # Errors
///
/// [`Unreadable`]: the seal itself is not exactly as we write it. Foreign bytes behind an undamaged seal are no
/// error but [`Later::Other`].
pub fn read(pdf: &[u8]) -> Result<Signed, Unreadable> {
    revisions(pdf).map(|reading| reading.signed)
}

pub(super) fn revisions(pdf: &[u8]) -> Result<Reading<'_>, Unreadable> {
    if pdf.len() > MAX_FILE {
        return Err(Unreadable::TooLarge);
    }
    if !pdf.starts_with(b"%PDF-") {
        return Err(Unreadable::NotPdf);
    }
    match memmem::find(pdf, SEAL) {
        Some(mark) => sealed(pdf, mark).map_err(Unreadable::Damaged),
        None if memmem::find(pdf, FIELD).is_some() => Err(Unreadable::Damaged("dictionary")),
        None if memmem::find(pdf, b"/ByteRange").is_some() => Err(Unreadable::Foreign),
        None => Err(Unreadable::Unsigned),
    }
}

fn sealed(pdf: &[u8], mark: usize) -> Result<Reading<'_>, &'static str> {
    let start = beginning(pdf, mark).ok_or("number")?;
    let (document, rest) = pdf.split_at_checked(start).ok_or("number")?;
    let (text, claimed) = claimed(pdf, mark).ok_or("time")?;
    let mut state = printed::read(document)?;
    let update = reserve(rest)
        .and_then(|reserve| state.seal(reserve, text))
        .ok_or("gap")?;
    let mut comparison = Comparison::new(pdf);
    let (seal, digits) = comparison.signature(start, &update)?;
    let signed = Signed {
        unsigned_len: start,
        byte_range: seal.byte_range,
        contents: seal.contents,
        digest: seal.digest,
        claimed,
        later: later(&mut state, &mut comparison),
    };
    Ok(Reading {
        signed,
        state,
        digits,
    })
}

/// Where a revision begins whose first object has its number before `mark`.
fn beginning(pdf: &[u8], mark: usize) -> Option<usize> {
    let digits = pdf
        .get(..mark)?
        .iter()
        .rev()
        .take(8)
        .take_while(|byte| byte.is_ascii_digit());
    let start = mark.checked_sub(digits.count())?.checked_sub(1)?;
    (pdf.get(start) == Some(&b'\n')).then_some(start)
}

fn claimed(pdf: &[u8], mark: usize) -> Option<(&str, DateTime<Utc>)> {
    let text = pdf.get(mark.checked_add(SEAL.len())?..)?.get(..CLAIMED)?;
    let text = std::str::from_utf8(text).ok()?;
    let local = text.strip_prefix("D:")?.strip_suffix("+08'00'")?;
    let at = NaiveDateTime::parse_from_str(local, "%Y%m%d%H%M%S")
        .ok()?
        .and_local_timezone(FixedOffset::east_opt(EAST_8)?)
        .single()?
        .to_utc();
    Some((text, at)).filter(|_| claimed_text(at).as_deref() == Some(text))
}

/// The time as it stands in a seal, to the second and with the zone of the documents; none for a year that no
/// record can have.
pub(super) fn claimed_text(at: DateTime<Utc>) -> Option<String> {
    let second = DateTime::from_timestamp(at.timestamp(), 0)?;
    let zone = FixedOffset::east_opt(EAST_8).filter(|_| (1970..9999).contains(&second.year()))?;
    let text = second.with_timezone(&zone).format("D:%Y%m%d%H%M%S+08'00'");
    Some(text.to_string()).filter(|text| text.len() == CLAIMED)
}

/// How many bytes the gap of a revision holds.
pub(super) fn reserve(revision: &[u8]) -> Option<usize> {
    let key = b"/Contents<";
    let at = memmem::find(revision.get(..HEAD.min(revision.len()))?, key)?.checked_add(key.len())?;
    let digits = revision.get(at..)?;
    let digits = digits.get(..digits.len().min(2 * gap::MAX_RESERVE + 1))?;
    let length = memchr(b'>', digits)?;
    (length > 0 && length.is_multiple_of(2)).then_some(length / 2)
}

/// Compares revisions with the file, and digests it on the way: each byte once or twice, however many revisions.
pub(super) struct Comparison<'a> {
    pub pdf: &'a [u8],
    hasher: Sha256,
    hashed: usize,
}

impl<'a> Comparison<'a> {
    fn new(pdf: &'a [u8]) -> Comparison<'a> {
        Comparison {
            pdf,
            hasher: Sha256::new(),
            hashed: 0,
        }
    }

    /// The revision that begins at `start`, when it is this one but for the digits of its gap.
    ///
    /// # Errors
    ///
    /// The name of what differs.
    pub fn signature(
        &mut self,
        start: usize,
        update: &Update,
    ) -> Result<(Covered, Range<usize>), &'static str> {
        let (digits, end) = update
            .reserve
            .and_then(|_| self.compare(start, update))
            .ok_or("revision")?;
        let pdf = self.pdf;
        let part = |range: Range<usize>| pdf.get(range).ok_or("revision");
        let before = digits.start.saturating_sub(1);
        let after = part(digits.end.saturating_add(1)..end)?;
        self.hasher.update(part(self.hashed..before)?);
        self.hashed = before;
        let covered = Covered {
            byte_range: update.range(start).ok_or("revision")?,
            contents: gap::contents(part(digits.clone())?).ok_or("contents")?,
            digest: self.hasher.clone().chain_update(after).finalize().into(),
        };
        Ok((covered, digits))
    }

    /// Where the digits of the gap stand and where the revision ends, when it is the one that begins at `start`.
    pub fn compare(&self, start: usize, update: &Update) -> Option<(Range<usize>, usize)> {
        let rest = self.pdf.get(start..)?.strip_prefix(update.before.as_slice())?;
        let begin = start.checked_add(update.before.len())?;
        let Some(reserve) = update.reserve else {
            return Some((begin..begin, begin));
        };
        let (digits, rest) = rest
            .strip_prefix(b"<")?
            .split_at_checked(reserve.checked_mul(2)?)?;
        rest.strip_prefix(b">")?.strip_prefix(update.after.as_slice())?;
        let first = begin.checked_add(1)?;
        let last = first.checked_add(digits.len())?;
        let end = last.checked_add(1)?.checked_add(update.after.len())?;
        Some((first..last, end))
    }
}
