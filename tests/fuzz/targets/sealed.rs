//! Any bytes as a sealed file or as a document to seal, and any changes to a file that was sealed and preserved.
#![no_main]

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use libfuzzer_sys::fuzz_target;
use pades::{Integrity, Kind, Later, add_validation_data, finish, integrity, prepare, read, replace};
use sha2::{Digest, Sha256};

#[allow(dead_code, unused_imports, reason = "a target uses a part of the seal")]
#[path = "../../../src/evidence/pades/mod.rs"]
mod pades;

const DOCUMENT: &[u8] = include_bytes!("../corpus/sealed/printed");
const CONTENTS: &[u8] = &[0x30, 3, 1, 2, 3];

static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let sealed = made(DOCUMENT, Kind::Certify).expect("it was printed");
    let data = pades::ValidationData { certificates: vec![CONTENTS.to_vec()], ..Default::default() };
    let stamped = made(&sealed, Kind::DocTimeStamp).expect("it is sealed");
    made(&add_validation_data(&stamped, &data).expect("it is sealed"), Kind::DocTimeStamp).expect("it is sealed")
});

fn time() -> DateTime<Utc> {
    "2026-11-21T01:30:00Z".parse().expect("a time")
}

fn made(pdf: &[u8], kind: Kind) -> Option<Vec<u8>> {
    let prepared = prepare(pdf, 20, time(), kind).ok()?;
    assert!(prepared.bytes.starts_with(pdf));
    Some(finish(prepared, CONTENTS).expect("what was prepared can be finished"))
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(signed) = read(bytes) {
        let [_, before, after, rest] = signed.byte_range.map(|number| number as usize);
        let covered = [&bytes[..before], &bytes[after..after + rest]].concat();
        assert_eq!(<[u8; 32]>::from(Sha256::digest(covered)), signed.digest);
        // What is read is what would be written.
        let document = &bytes[..signed.unsigned_len];
        let prepared = prepare(document, (after - before) / 2 - 1, signed.claimed, Kind::Certify).expect("it was sealed");
        let again = finish(prepared, &signed.contents).expect("it was sealed");
        assert!(bytes.starts_with(&again));
        assert_eq!(replace(&again, &signed.contents).as_ref(), Ok(&again));
        let foreign = signed.later.iter().any(|later| matches!(later, Later::Other(_)));
        assert_eq!(made(bytes, Kind::DocTimeStamp).is_none(), foreign);
    }
    if let Some(sealed) = made(bytes, Kind::Certify) {
        assert!(read(&sealed).expect("it was sealed").later.is_empty());
    }
    // The bytes as changes: where, and what instead.
    let mut changed = GOOD.clone();
    for change in bytes.chunks_exact(3) {
        let place = usize::from(change[0]) << 8 | usize::from(change[1]);
        let length = changed.len();
        changed[place % length] = change[2];
    }
    let good = read(&GOOD).expect("it is sealed");
    let file = read(&changed);
    if integrity(&file, |file| file.digest == good.digest, |_| true) == Integrity::Intact && changed != *GOOD {
        let file = file.expect("it is intact");
        assert!(file.contents != good.contents || file.later != good.later);
    }
});
