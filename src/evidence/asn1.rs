//! DER by hand: walking over it without copying, and writing it.
//!
//! Signed messages and time-stamps are read with this and not into a library's tree of types, because what was
//! signed is bytes: they must come out as they went in, sets of foreign authorities in whatever order they have.
//! Nothing here recurses or allocates while reading. Certificates are in [`super::x509`].

use chrono::{DateTime, NaiveDateTime, Utc};
use x509_cert::der::asn1::ObjectIdentifier;

pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OID: u8 = 0x06;
pub(super) const GENERALIZED_TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// The tag of a constructed context-specific element, `[number]`.
pub(super) const fn context(number: u8) -> u8 {
    0xA0 | number
}

/// The bytes are not DER of the expected structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are not the expected DER")]
pub struct Malformed;

/// One element: its tag, its content, and both with the length between them.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    pub tag: u8,
    pub content: &'a [u8],
    pub whole: &'a [u8],
}

impl<'a> Element<'a> {
    /// What is inside a constructed element.
    pub fn walk(self) -> Walk<'a> {
        Walk(self.content)
    }
}

/// A position in the elements of one level.
#[derive(Clone, Copy)]
pub(super) struct Walk<'a>(&'a [u8]);

impl<'a> Walk<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The inside of bytes that are exactly one element with this tag.
    pub fn only(bytes: &'a [u8], tag: u8) -> Result<Self, Malformed> {
        let mut walk = Self(bytes);
        let element = walk.expect(tag)?;
        walk.finish()?;
        Ok(element.walk())
    }

    /// The next element, whatever it is. Lengths are definite and as short as they can be.
    pub fn element(&mut self) -> Result<Element<'a>, Malformed> {
        let all = self.0;
        let (&tag, rest) = all.split_first().ok_or(Malformed)?;
        // Tags of several bytes occur in none of our structures.
        if tag & 0x1F == 0x1F {
            return Err(Malformed);
        }
        let (&first, rest) = rest.split_first().ok_or(Malformed)?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let digits = usize::from(first & 0x7F);
            if !(1..=3).contains(&digits) {
                return Err(Malformed);
            }
            let (digits, rest) = rest.split_at_checked(digits).ok_or(Malformed)?;
            let length = digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit));
            if digits.first() == Some(&0) || length < 0x80 {
                return Err(Malformed);
            }
            (length, rest)
        };
        let (content, after) = rest.split_at_checked(length).ok_or(Malformed)?;
        let whole = all.get(..all.len() - after.len()).ok_or(Malformed)?;
        self.0 = after;
        Ok(Element { tag, content, whole })
    }

    /// The next element, which must have this tag.
    pub fn expect(&mut self, tag: u8) -> Result<Element<'a>, Malformed> {
        let element = self.element()?;
        if element.tag == tag {
            Ok(element)
        } else {
            Err(Malformed)
        }
    }

    /// Has the next element this tag?
    pub fn peek(&self, tag: u8) -> bool {
        self.0.first() == Some(&tag)
    }

    /// The next element if it has this tag; otherwise nothing is taken.
    pub fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, Malformed> {
        if self.peek(tag) {
            self.element().map(Some)
        } else {
            Ok(None)
        }
    }

    pub fn sequence(&mut self) -> Result<Self, Malformed> {
        Ok(self.expect(SEQUENCE)?.walk())
    }

    pub fn oid(&mut self) -> Result<ObjectIdentifier, Malformed> {
        ObjectIdentifier::from_bytes(self.expect(OID)?.content).map_err(|_| Malformed)
    }

    /// The bytes of a non-negative integer, as short as they can be, without the sign's zero.
    pub fn unsigned(&mut self) -> Result<&'a [u8], Malformed> {
        match self.expect(INTEGER)?.content {
            [0] => Ok(&[0]),
            [0, rest @ ..] if rest.first().is_some_and(|second| *second >= 0x80) => Ok(rest),
            content @ [first, ..] if (1..0x80).contains(first) => Ok(content),
            _ => Err(Malformed),
        }
    }

    /// A small non-negative integer, as versions and statuses are.
    pub fn small(&mut self) -> Result<u8, Malformed> {
        match self.unsigned()? {
            [value] => Ok(*value),
            _ => Err(Malformed),
        }
    }

    pub fn octets(&mut self) -> Result<&'a [u8], Malformed> {
        Ok(self.expect(OCTETS)?.content)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Refuses what is left over.
    pub fn finish(self) -> Result<(), Malformed> {
        if self.0.is_empty() { Ok(()) } else { Err(Malformed) }
    }
}

/// `GeneralizedTime` as RFC 3161 has it: UTC, `Z`, a fraction without trailing zeros or none. Cut to milliseconds.
pub(super) fn generalized_time(content: &[u8]) -> Result<DateTime<Utc>, Malformed> {
    let text = std::str::from_utf8(content).map_err(|_| Malformed)?;
    let text = text.strip_suffix('Z').ok_or(Malformed)?;
    let (seconds, fraction) = text.split_once('.').map_or((text, None), |(s, f)| (s, Some(f)));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let fraction_fits = |f: &str| !f.is_empty() && f.len() <= 9 && digits(f) && !f.ends_with('0');
    if seconds.len() != 14 || !digits(seconds) || !fraction.is_none_or(fraction_fits) {
        return Err(Malformed);
    }
    let time = NaiveDateTime::parse_from_str(seconds, "%Y%m%d%H%M%S").map_err(|_| Malformed)?;
    let millis: String = fraction
        .unwrap_or_default()
        .chars()
        .chain("000".chars())
        .take(3)
        .collect();
    let millis = millis.parse().map_err(|_| Malformed)?;
    Ok(time.and_utc() + chrono::TimeDelta::milliseconds(millis))
}

/// One element around the concatenated parts.
pub(super) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut bytes = Vec::with_capacity(length + 5);
    bytes.push(tag);
    let digits = length.to_be_bytes();
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => bytes.push(short),
        _ => {
            let digits = trimmed(&digits);
            // A length has eight digits at most.
            bytes.push(0x80 | u8::try_from(digits.len()).unwrap_or(8));
            bytes.extend_from_slice(digits);
        }
    }
    for part in parts {
        bytes.extend_from_slice(part);
    }
    bytes
}

/// A non-negative integer of any length.
pub(super) fn unsigned(value: &[u8]) -> Vec<u8> {
    match trimmed(value) {
        [] => tlv(INTEGER, &[&[0]]),
        digits @ [first, ..] if *first >= 0x80 => tlv(INTEGER, &[&[0], digits]),
        digits => tlv(INTEGER, &[digits]),
    }
}

pub(super) fn oid(oid: &ObjectIdentifier) -> Vec<u8> {
    tlv(OID, &[oid.as_bytes()])
}

/// A set of finished elements, in the order that DER asks for.
pub(super) fn set_of(tag: u8, mut elements: Vec<Vec<u8>>) -> Vec<u8> {
    elements.sort();
    let parts: Vec<&[u8]> = elements.iter().map(Vec::as_slice).collect();
    tlv(tag, &parts)
}

/// The DER sequence of r and s, from the two numbers of the same length one after the other.
pub(super) fn from_halves(raw: &[u8]) -> Option<Vec<u8>> {
    let (r, s) = raw.split_at_checked(raw.len() / 2)?;
    (r.len() == s.len()).then(|| tlv(SEQUENCE, &[&unsigned(r), &unsigned(s)]))
}

/// The two numbers of the DER sequence, each filled up to 32 bytes.
pub(super) fn halves(der: &[u8]) -> Result<[u8; 64], Malformed> {
    let mut walk = Walk::only(der, SEQUENCE)?;
    let mut raw = [0; 64];
    for end in [32, 64] {
        let number = walk.unsigned()?;
        let start = end - number.len().min(32);
        let half = raw.get_mut(start..end).filter(|half| half.len() == number.len());
        half.ok_or(Malformed)?.copy_from_slice(number);
    }
    walk.finish()?;
    Ok(raw)
}

fn trimmed(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|digit| **digit == 0).count();
    digits.get(zeros..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_definite_and_as_short_as_they_can_be() {
        for good in [&[4, 1, 7][..], &[4, 0]] {
            assert!(Walk::new(good).octets().is_ok());
        }
        let long = tlv(OCTETS, &[&[7; 200]]);
        assert_eq!(Walk::new(&long).octets(), Ok(&[7; 200][..]));
        let longer = tlv(OCTETS, &[&[7; 70_000]]);
        assert_eq!(Walk::new(&longer).octets().unwrap().len(), 70_000);
        for bad in [
            &[][..],
            &[4],
            &[4, 2, 7],
            &[4, 0x80, 0, 0],
            &[4, 0x81, 1, 7],
            &[4, 0x82, 0, 1, 7],
            &[4, 0x84, 0, 0, 0, 1, 7],
            &[0x1F, 4, 1, 7],
        ] {
            assert!(Walk::new(bad).element().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn integers_are_not_negative_and_not_padded() {
        for value in [&[0][..], &[1], &[0x7F], &[0x80], &[1, 0], &[0xFF; 20]] {
            let bytes = unsigned(value);
            assert_eq!(Walk::new(&bytes).unsigned(), Ok(value));
        }
        for bad in [&[2, 0][..], &[2, 1, 0x80], &[2, 2, 0, 1], &[2, 2, 0, 0]] {
            assert!(Walk::new(bad).unsigned().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn two_numbers_become_a_sequence_and_come_back() {
        let mut raw = [0; 64];
        for (at, byte) in [(31, 1), (32, 0xFF), (63, 2)] {
            raw[at] = byte;
            assert_eq!(halves(&from_halves(&raw).unwrap()), Ok(raw));
        }
        assert_eq!(from_halves(&[1; 63]), None);
        let long = from_halves(&[1; 66]).unwrap();
        assert_eq!(halves(&long), Err(Malformed));
    }

    #[test]
    fn a_set_is_written_in_its_order_and_nothing_may_be_left_over() {
        let set = set_of(SET, vec![unsigned(&[9]), unsigned(&[3])]);
        assert_eq!(set, [SET, 6, INTEGER, 1, 3, INTEGER, 1, 9]);
        let mut walk = Walk::only(&set, SET).unwrap();
        assert_eq!(walk.small(), Ok(3));
        assert_eq!(walk.finish(), Err(Malformed));
        assert!(Walk::only(&[&set[..], &[0]].concat(), SET).is_err());
    }

    #[test]
    fn a_time_is_utc_with_a_fraction_that_says_something() {
        let read = |text: &str| generalized_time(text.as_bytes()).map(|time| time.to_rfc3339());
        assert_eq!(read("20261121093000Z").unwrap(), "2026-11-21T09:30:00+00:00");
        assert_eq!(
            read("20261121093000.25Z").unwrap(),
            "2026-11-21T09:30:00.250+00:00"
        );
        assert_eq!(
            read("20261121093000.123456Z").unwrap(),
            "2026-11-21T09:30:00.123+00:00"
        );
        for bad in [
            "20261121093000",
            "20261121093000.Z",
            "20261121093000.50Z",
            "202611210930Z",
            "20261321093000Z",
            "20261121093000+0800",
            "2026112109300١Z",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
