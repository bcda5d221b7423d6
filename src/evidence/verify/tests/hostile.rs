//! Files of somebody who wants to be believed, or to make the verifier stop.

use std::path::Path;
use std::time::{Duration, Instant};

use super::*;

/// CE §17, 8: no changed byte leaves a file authentic.
#[test]
fn no_changed_byte_leaves_a_bundle_authentic() {
    let cases = cases::all();
    let case = cases.iter().find(|case| case.name == "sealed").unwrap();
    let (whole, asked) = (
        &case.file,
        Asked {
            trust: case.trust.as_ref(),
            newer: None,
            now: case.now,
        },
    );
    for at in (0..whole.len()).step_by(101) {
        let mut changed = whole.clone();
        changed[at] ^= 1 << (at % 7);
        let report = verify(&changed, &asked, &Known::default());
        assert_ne!(report.overall, Overall::Authentic, "byte {at}");
    }
}

/// The same for the document alone, which the institution would otherwise know.
#[test]
fn no_changed_byte_leaves_a_document_authentic() {
    let cases = cases::all();
    let case = cases.iter().find(|case| case.name == "alone").unwrap();
    let asked = Asked {
        trust: case.trust.as_ref(),
        newer: None,
        now: case.now,
    };
    let known = Known {
        log: Some(Log::Included),
        ..Known::default()
    };
    assert_eq!(verify(&case.file, &asked, &known).overall, Overall::Authentic);
    for at in (0..case.file.len()).step_by(5) {
        let mut changed = case.file.clone();
        changed[at] ^= 1 << (at % 7);
        let report = verify(&changed, &asked, &known);
        assert_ne!(report.overall, Overall::Authentic, "byte {at}");
    }
}

/// The same of a document as it is printed for her, 227 kB, at ten thousand places: all of its seal and the rest evenly.
#[test]
#[ignore = "run by tests/interop/seal.sh"]
fn of_ten_thousand_changed_bytes_none_leaves_a_printed_document_authentic() {
    let printed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/consent.pdf");
    let printed = std::fs::read(printed).unwrap();
    let house = house::House::new();
    let (sealed, _) = house.seal(&printed, Some(house::day()));
    let trust = house.trust();
    let asked = Asked {
        trust: Some(&trust),
        newer: None,
        now: house::day(),
    };
    let known = Known {
        log: Some(Log::Included),
        ..Known::default()
    };
    assert_eq!(verify(&sealed, &asked, &known).overall, Overall::Authentic);
    let tail = sealed.len() - printed.len();
    let of_the_seal = (0..5000).map(|n| printed.len() + n * tail / 5000);
    let of_the_rest = (0..5000).map(|n| n * printed.len() / 5000);
    let mut changed = sealed.clone();
    for (n, at) in of_the_seal.chain(of_the_rest).enumerate() {
        changed[at] ^= 1 << (n % 8);
        let report = verify(&changed, &asked, &known);
        assert_ne!(report.overall, Overall::Authentic, "byte {at}");
        changed[at] = sealed[at];
    }
}

#[test]
fn a_cut_file_is_never_authentic_and_never_stops_the_verifier() {
    let cases = cases::all();
    for name in ["sealed", "alone", "minutes-ago", "preserved"] {
        let case = cases.iter().find(|case| case.name == name).unwrap();
        for at in (0..case.file.len()).step_by(997) {
            let cut = cases::Case {
                file: case.file[..at].to_vec(),
                newer: None,
                trust: case.trust.clone(),
                ..*case
            };
            assert_ne!(told(&cut).overall, Overall::Authentic, "{name} at {at}");
        }
    }
}

#[test]
fn ten_hostile_megabytes_are_answered_at_once() {
    const SIZE: usize = 10 << 20;
    let deep = [b"%PDF-1.7\n".as_slice(), &vec![b'['; SIZE]].concat();
    let zip = |name: &str, body: &[u8]| crate::evidence::bundle::write(&[(name, body)]).unwrap();
    let wide = format!("{{\"{}\":[{}0]}}", "n".repeat(1 << 20), "0,".repeat(300_000));
    let objects = b"7 0 obj\n<</Type/EmbeddedFile".repeat(SIZE / 28);
    for file in [
        vec![0; SIZE],
        vec![b'P'; SIZE],
        b"PK\x03\x04".repeat(SIZE / 4),
        deep,
        [b"%PDF-1.7\n".as_slice(), &objects].concat(),
        zip("manifest.json", &vec![b'['; SIZE]),
        zip("evidence/01-header.json", &b"{\"a\":".repeat(SIZE / 5)),
        zip("evidence/02-subject.json", wide.as_bytes()),
        zip("trust.json", &b"[[]],".repeat(SIZE / 5)),
        zip("log/entries.json", &b"[0,".repeat(SIZE / 3)),
        zip("log/checkpoint.txt", &b"\n\n".repeat(SIZE / 2)),
    ] {
        let begin = Instant::now();
        let asked = Asked {
            trust: None,
            newer: None,
            now: house::day(),
        };
        let report = verify(&file, &asked, &Known::default());
        assert_ne!(report.overall, Overall::Authentic);
        // A debug build on a busy machine; an optimized one takes a tenth of this.
        assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    }
}
