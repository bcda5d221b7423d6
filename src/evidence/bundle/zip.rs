//! The ZIP of a bundle: one way to write it, and therefore one way to read it.
//!
//! Nothing is compressed, entries stand in the order of their names, all have the same time. The reader writes every
//! header again from what it read and compares: there is no room for a second directory, an overlapping or hidden
//! entry, an extra field or a comment. The format is written out here and not left to a library, because bundles of
//! today are read for thirty years. It knows no meaning of a file; names are checked in [`super::names`].

use std::collections::BTreeMap;

use super::{Refused, names};

/// The largest bundle, in bytes: a document of 10 MB with pictures, twice over.
pub const MAX_BYTES: usize = 32 << 20;
/// More files than a bundle can have with all its time-stamps and certificates.
const MAX_FILES: usize = 96;

const LOCAL: [u8; 4] = *b"PK\x03\x04";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";
/// 1980-01-01 00:00:00, the beginning of the format's time, after the version and before the checksum: version 1.0, no
/// flags, method 0.
const FIXED: [u8; 10] = [10, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
/// Written on Unix, version 2.0: without it some programs unpack files that nobody may read.
const MADE_BY: [u8; 2] = [20, 3];
const FILE_0644: [u8; 4] = (0o100_644_u32 << 16).to_le_bytes();

/// What a ZIP may hold.
pub struct Limits {
    /// Bytes, all in all.
    pub bytes: usize,
    /// Files.
    pub files: usize,
    /// Whether a file may have this name.
    pub allowed: fn(&str) -> bool,
}

/// Those of a bundle.
const BUNDLE: Limits = Limits {
    bytes: MAX_BYTES,
    files: MAX_FILES,
    allowed: names::allowed,
};

/// The files of a bundle as they stand in its bytes.
#[derive(Debug, Default)]
pub struct Files<'a> {
    /// By name.
    pub all: BTreeMap<&'a str, &'a [u8]>,
    /// Names of those whose checksum does not fit.
    pub damaged: Vec<&'a str>,
}

impl<'a> Files<'a> {
    /// The bytes of a file.
    pub fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.all.get(name).copied()
    }
}

struct Entry<'a> {
    name: &'a str,
    crc: [u8; 4],
    size: [u8; 4],
    offset: [u8; 4],
}

impl Entry<'_> {
    /// What the local and the central header share: from the version needed to the lengths of name and extra field.
    fn common(&self) -> Vec<u8> {
        let length = u16::try_from(self.name.len()).unwrap_or(u16::MAX).to_le_bytes();
        [&FIXED[..], &self.crc, &self.size, &self.size, &length, &[0, 0]].concat()
    }

    fn local(&self) -> Vec<u8> {
        [&LOCAL[..], &self.common(), self.name.as_bytes()].concat()
    }

    fn central(&self) -> Vec<u8> {
        // No comment, first disk, no internal attributes.
        let zeros = [0; 6];
        [
            &CENTRAL[..],
            &MADE_BY,
            &self.common(),
            &zeros,
            &FILE_0644,
            &self.offset,
            self.name.as_bytes(),
        ]
        .concat()
    }
}

fn directory(entries: &[Entry<'_>], offset: [u8; 4]) -> Result<Vec<u8>, Refused> {
    let mut bytes: Vec<u8> = entries.iter().flat_map(Entry::central).collect();
    let count = u16::try_from(entries.len())
        .map_err(|_| Refused::TooLarge)?
        .to_le_bytes();
    let size = number(bytes.len())?;
    for part in [&END[..], &[0; 4], &count, &count, &size, &offset, &[0; 2]] {
        bytes.extend_from_slice(part);
    }
    Ok(bytes)
}

/// The ZIP of these files, whatever their order.
///
/// # Errors
///
/// [`Refused::Name`] for a name that no bundle has, or twice; [`Refused::TooLarge`].
pub fn write(files: &[(&str, &[u8])]) -> Result<Vec<u8>, Refused> {
    write_within(files, &BUNDLE)
}

/// As [`write`], of something else than a bundle.
///
/// # Errors
///
/// [`Refused::Name`] for a name that is not allowed, or twice; [`Refused::TooLarge`].
pub fn write_within(files: &[(&str, &[u8])], limits: &Limits) -> Result<Vec<u8>, Refused> {
    let mut sorted: Vec<_> = files.to_vec();
    sorted.sort_unstable_by_key(|(name, _)| *name);
    let mut bytes = Vec::new();
    let mut entries: Vec<Entry<'_>> = Vec::new();
    for (name, body) in sorted {
        let twice = entries.last().is_some_and(|last| last.name == name);
        if twice || !(limits.allowed)(name) {
            return Err(Refused::Name);
        }
        let entry = Entry {
            name,
            crc: crc32(body).to_le_bytes(),
            size: number(body.len())?,
            offset: number(bytes.len())?,
        };
        bytes.extend(entry.local());
        bytes.extend_from_slice(body);
        entries.push(entry);
    }
    let offset = number(bytes.len())?;
    bytes.extend(directory(&entries, offset)?);
    if bytes.len() > limits.bytes || entries.len() > limits.files {
        return Err(Refused::TooLarge);
    }
    Ok(bytes)
}

/// The files of a ZIP that [`write`] made. A wrong checksum is not refused here but told, so that whoever checks can
/// name the file.
///
/// # Errors
///
/// [`Refused`] for every other ZIP, however good.
pub fn read(bytes: &[u8]) -> Result<Files<'_>, Refused> {
    read_within(bytes, &BUNDLE)
}

/// As [`read`], of something else than a bundle.
///
/// # Errors
///
/// [`Refused`] for every other ZIP, however good.
pub fn read_within<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Files<'a>, Refused> {
    if bytes.len() > limits.bytes {
        return Err(Refused::TooLarge);
    }
    let mut rest = bytes;
    let mut files = Files::default();
    let mut entries: Vec<Entry<'_>> = Vec::new();
    while rest.starts_with(&LOCAL) {
        let (offset, header) = (number(bytes.len() - rest.len())?, rest);
        take(&mut rest, LOCAL.len() + FIXED.len())?;
        let crc = array(&mut rest)?;
        let size: [u8; 4] = array(&mut rest)?;
        take(&mut rest, 4)?;
        let length = u16::from_le_bytes(array(&mut rest)?);
        take(&mut rest, 2)?;
        let name = std::str::from_utf8(take(&mut rest, length.into())?).map_err(|_| Refused::Name)?;
        let entry = Entry {
            name,
            crc,
            size,
            offset,
        };
        if !header.starts_with(&entry.local()) {
            return Err(Refused::Form);
        }
        let sorted = entries.last().is_none_or(|last| last.name < name);
        if !sorted || !(limits.allowed)(name) {
            return Err(Refused::Name);
        }
        if entries.len() == limits.files {
            return Err(Refused::TooLarge);
        }
        let size = usize::try_from(u32::from_le_bytes(size)).map_err(|_| Refused::TooLarge)?;
        let body = take(&mut rest, size)?;
        if crc32(body).to_le_bytes() != crc {
            files.damaged.push(name);
        }
        files.all.insert(name, body);
        entries.push(entry);
    }
    let offset = number(bytes.len() - rest.len())?;
    if entries.is_empty() || rest != directory(&entries, offset)? {
        return Err(Refused::Form);
    }
    Ok(files)
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Refused> {
    let (taken, left) = rest.split_at_checked(length).ok_or(Refused::Form)?;
    *rest = left;
    Ok(taken)
}

fn array<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Refused> {
    take(rest, N)?.try_into().map_err(|_| Refused::Form)
}

fn number(size: usize) -> Result<[u8; 4], Refused> {
    let size = u32::try_from(size).map_err(|_| Refused::TooLarge)?;
    Ok(size.to_le_bytes())
}

/// One remainder per byte, for the polynomial of ZIP.
const REMAINDERS: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut remainder = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            let carry = if remainder & 1 == 1 { 0xEDB8_8320 } else { 0 };
            remainder = (remainder >> 1) ^ carry;
            bit += 1;
        }
        table[byte] = remainder;
        byte += 1;
    }
    table
};

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        let [low, ..] = (crc ^ u32::from(*byte)).to_le_bytes();
        let remainder = REMAINDERS.get(usize::from(low)).copied().unwrap_or_default();
        (crc >> 8) ^ remainder
    })
}
