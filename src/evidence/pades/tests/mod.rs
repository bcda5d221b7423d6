//! Documents for the tests: one that the service has printed, and a small one in the same dialect.

mod files;
mod hostile;
mod own;
mod preserved;
mod sealed;

use std::fmt::Write as _;

use super::*;

/// A consent of the demonstration, as the service has printed it: PDF/A-3u, six pages.
const PRINTED: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/consent.pdf"));
const RESERVE: usize = 8192;

fn at(text: &str) -> chrono::DateTime<chrono::Utc> {
    text.parse().unwrap()
}

fn morning() -> chrono::DateTime<chrono::Utc> {
    at("2026-11-21T01:30:00Z")
}

/// A DER sequence that stands for a signature or a token; so many bytes, without its header.
fn opaque(fill: u8, length: u16) -> Vec<u8> {
    let [high, low] = length.to_be_bytes();
    let mut bytes = match length {
        0..0x80 => vec![0x30, low],
        0x80..0x100 => vec![0x30, 0x81, low],
        _ => vec![0x30, 0x82, high, low],
    };
    bytes.resize(bytes.len() + usize::from(length), fill);
    bytes
}

fn sealed(document: &[u8], reserve: usize) -> Vec<u8> {
    let prepared = prepare(document, reserve, morning(), Kind::Certify).unwrap();
    finish(prepared, &opaque(0xa5, 300)).unwrap()
}

fn stamped(file: &[u8], reserve: usize) -> Vec<u8> {
    let prepared = prepare(file, reserve, morning(), Kind::DocTimeStamp).unwrap();
    finish(prepared, &opaque(0x5a, 300)).unwrap()
}

/// A document of one page as the engine would print it; each text is one object.
fn document(objects: &[&str], trailer: &str) -> Vec<u8> {
    let mut pdf = b"%PDF-1.7\n%\x80\x80\x80\x80\n\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f\r\n", objects.len() + 1);
    for (number, object) in objects.iter().enumerate() {
        write!(table, "{:010} 00000 n\r\n", pdf.len()).unwrap();
        pdf.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", number + 1).as_bytes());
    }
    let xref = pdf.len();
    let size = objects.len() + 1;
    let end = format!("trailer\n<</Size {size}{trailer}>>\nstartxref\n{xref}\n%%EOF");
    pdf.extend_from_slice(table.as_bytes());
    pdf.extend_from_slice(end.as_bytes());
    pdf
}

const CATALOG: &str = "<</Type/Catalog/Pages 1 0 R/Lang(zh-CN)>>";
const PAGES: &str = "<</Type/Pages/Count 1/Kids[2 0 R]>>";
const PAGE: &str = "<</Type/Page/MediaBox[0 0 595.2756 841.8898]/Parent 1 0 R/Contents 3 0 R>>";
const CONTENTS: &str = "<</Length 4>>\nstream\nq\nQ\n\nendstream";
const TRAILER: &str = "/Root 4 0 R/ID[(one)(two)]";

fn small() -> Vec<u8> {
    document(&[PAGES, PAGE, CONTENTS, CATALOG], TRAILER)
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).into()
}

/// What a byte range covers, digested without the code under test.
fn digest_of(pdf: &[u8], [first, length, second, rest]: [u64; 4]) -> [u8; 32] {
    let part = |at: u64, length: u64| &pdf[at as usize..][..length as usize];
    sha256(&[part(first, length), part(second, rest)].concat())
}

/// What the reader says when every token holds and the seal was made over `attested`.
fn verdict(pdf: &[u8], attested: &[u8; 32]) -> Integrity {
    integrity(&read(pdf), |signed| signed.digest == *attested, |_| true)
}

/// Numbers without a pattern, the same in each run.
fn random(seed: u64) -> impl Iterator<Item = u64> {
    std::iter::successors(Some(seed | 1), |last| {
        let mut next = *last;
        next ^= next << 13;
        next ^= next >> 7;
        next ^= next << 17;
        Some(next)
    })
    .skip(1)
}

/// Where a text first stands.
fn find(pdf: &[u8], text: &str) -> usize {
    memchr::memmem::find(pdf, text.as_bytes()).unwrap_or_else(|| panic!("no {text}"))
}

/// The file with one text replaced by another of the same length, once.
fn replaced(pdf: &[u8], old: &str, new: &str) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let mut changed = pdf.to_vec();
    let place = find(pdf, old);
    changed[place..place + new.len()].copy_from_slice(new.as_bytes());
    changed
}
