use serde_json::json;

use super::*;

fn sample() -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::from([
        (names::PDF.to_owned(), b"%PDF-1.7\n".to_vec()),
        (names::PRESENTED.to_owned(), b"{}".to_vec()),
        (names::section(10, "strokes"), b"[[[1,2,3,4]]]".to_vec()),
        (names::TOKEN.to_owned(), vec![0x30, 0]),
        ("certs/seal.cer".to_owned(), vec![0x30, 0]),
    ]);
    for (no, name) in (1..).zip(SECTIONS) {
        let section = Section::Open {
            salt: [7; 16],
            body: json!({ "no": no, "text": "同意" }),
        };
        files.insert(names::section(no, name), section.write(name).unwrap());
    }
    files
}

fn bundle() -> Vec<u8> {
    pack(&sample(), "1.2.3").unwrap()
}

fn with(bundle: &[u8], change: impl FnOnce(&mut BTreeMap<&str, &[u8]>)) -> Vec<u8> {
    let mut all = read(bundle).unwrap().all;
    change(&mut all);
    write(&all.into_iter().collect::<Vec<_>>()).unwrap()
}

#[test]
fn the_same_files_give_the_same_bytes_in_whatever_order_they_come() {
    assert_eq!(bundle(), bundle());
    let bytes = bundle();
    let all = read(&bytes).unwrap().all.into_iter().rev().collect::<Vec<_>>();
    assert_eq!(write(&all).unwrap(), bundle());
}

#[test]
fn what_is_read_is_what_was_written() {
    let bytes = bundle();
    let files = read(&bytes).unwrap();
    assert!(files.damaged.is_empty());
    for (name, body) in sample() {
        assert_eq!(files.get(&name), Some(body.as_slice()), "{name}");
    }
    assert!(files.get(names::README).unwrap().starts_with("母安".as_bytes()));
    assert_eq!(manifest::check(&files), manifest::Verdict::Matches);
}

/// Another program agrees that it is a ZIP without compression, with the times that it should have.
#[test]
fn an_ordinary_reader_of_zips_finds_the_same() {
    let bytes = bundle();
    let files = read(&bytes).unwrap();
    let mut other = ::zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
    assert_eq!(other.len(), files.all.len());
    for at in 0..other.len() {
        let mut file = other.by_index(at).unwrap();
        assert_eq!(file.compression(), ::zip::CompressionMethod::Stored);
        assert_eq!(file.last_modified().unwrap(), ::zip::DateTime::default());
        let mut body = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut body).unwrap();
        assert_eq!(files.get(&file.name().unwrap()), Some(body.as_slice()));
    }
}

#[test]
fn every_change_of_a_byte_is_refused_or_told() {
    let bytes = bundle();
    let readme = bytes.windows(10).position(|at| at == b"README.txt").unwrap();
    let page = bytes.windows(11).position(|at| at == b"verify.html").unwrap();
    let directory = bytes.windows(4).position(|at| at == b"PK\x01\x02").unwrap();
    // All headers and small files; the long texts only here and there.
    for at in (0..bytes.len()).filter(|at| {
        !(readme + 200..page).contains(at) && !(page + 200..directory).contains(at) || at % 97 == 0
    }) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x20;
        if let Ok(files) = read(&changed) {
            assert_ne!(manifest::check(&files), manifest::Verdict::Matches, "byte {at}");
        }
    }
}

#[test]
fn nothing_may_stand_before_between_or_after_the_entries() {
    let bytes = bundle();
    for changed in [
        [b"#!/bin/sh\n".as_slice(), &bytes].concat(),
        [&bytes, b"\n".as_slice()].concat(),
        [&bytes, bytes.as_slice()].concat(),
        bytes[..bytes.len() - 1].to_vec(),
        Vec::new(),
    ] {
        assert_eq!(read(&changed).unwrap_err(), Refused::Form);
    }
    let directory = bytes.windows(4).position(|at| at == b"PK\x01\x02").unwrap();
    let mut between = bytes.clone();
    between.splice(directory..directory, *b"hidden");
    assert_eq!(read(&between).unwrap_err(), Refused::Form);
}

#[test]
fn names_come_from_the_closed_list_and_once() {
    for name in [
        "",
        "notes.txt",
        "../consent.pdf",
        "/consent.pdf",
        "CONSENT.PDF",
        "certs/",
        "certs/a/b.cer",
        "certs/a.CER",
        "certs/.cer",
        "evidence/01-subject.json",
        "evidence/15-more.json",
        "evidence/1-header.json",
    ] {
        assert_eq!(write(&[(name, b"")]), Err(Refused::Name), "{name}");
    }
    assert_eq!(
        write(&[(names::PDF, b"a"), (names::PDF, b"b")]),
        Err(Refused::Name)
    );
    // The same by a hostile hand: a good bundle with one name changed in both places.
    let bytes = write(&[(names::TEMPLATE, b"{}")]).unwrap();
    for at in 0..bytes.len() - 8 {
        if &bytes[at..at + 8] == b"template" {
            let mut renamed = bytes.clone();
            renamed[at + 3] = b'L';
            assert!(read(&renamed).is_err());
        }
    }
}

#[test]
fn compressed_and_encrypted_entries_and_those_with_descriptors_are_refused() {
    let mut writer = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        ::zip::write::SimpleFileOptions::default().compression_method(::zip::CompressionMethod::Deflated);
    writer.start_file(names::PDF, options).unwrap();
    std::io::Write::write_all(&mut writer, &[0; 5000]).unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    assert_eq!(read(&bytes).unwrap_err(), Refused::Form);
    let bytes = write(&[(names::PDF, b"%PDF")]).unwrap();
    // Flags, method, time, extra field, sizes.
    for at in (4..14).chain(18..30) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(read(&changed).is_err(), "byte {at}");
    }
}

#[test]
fn a_size_beyond_the_file_is_refused() {
    let mut bytes = write(&[(names::PDF, b"%PDF")]).unwrap();
    bytes[18..26].copy_from_slice(&[0xff; 8]);
    assert_eq!(read(&bytes).unwrap_err(), Refused::Form);
    assert_eq!(read(&vec![0; MAX_BYTES + 1]).unwrap_err(), Refused::TooLarge);
}

#[test]
fn a_damaged_file_is_named() {
    let bytes = bundle();
    let at = bytes.windows(9).position(|at| at == b"%PDF-1.7\n").unwrap();
    let mut changed = bytes;
    changed[at + 5] = b'2';
    let files = read(&changed).unwrap();
    assert_eq!(files.damaged, [names::PDF]);
    let named = manifest::Verdict::Differs(vec![names::PDF.to_owned()]);
    assert_eq!(manifest::check(&files), named);
}

#[test]
fn the_manifest_lists_exactly_what_is_there() {
    let bytes = bundle();
    let without = with(&bytes, |all| {
        all.remove("certs/seal.cer");
    });
    let named = manifest::Verdict::Differs(vec!["certs/seal.cer".to_owned()]);
    assert_eq!(manifest::check(&read(&without).unwrap()), named);
    let more = with(&bytes, |all| {
        all.insert("certs/other.cer", b"1");
    });
    let named = manifest::Verdict::Differs(vec!["certs/other.cer".to_owned()]);
    assert_eq!(manifest::check(&read(&more).unwrap()), named);
    let none = with(&bytes, |all| {
        all.remove(names::MANIFEST);
    });
    assert_eq!(manifest::check(&read(&none).unwrap()), manifest::Verdict::Missing);
    let other = with(&bytes, |all| {
        all.insert(names::MANIFEST, b"{}");
    });
    assert_eq!(
        manifest::check(&read(&other).unwrap()),
        manifest::Verdict::Unreadable
    );
}

#[test]
fn a_section_has_one_form_and_the_digest_of_the_vectors() {
    let section = Section::Open {
        salt: (0..16).collect::<Vec<u8>>().try_into().unwrap(),
        body: json!({ "consent_id": "c-1" }),
    };
    let bytes = section.write("header").unwrap();
    assert_eq!(
        String::from_utf8(bytes.clone()).unwrap(),
        r#"{"body":{"consent_id":"c-1"},"name":"header","salt":"000102030405060708090a0b0c0d0e0f"}"#
    );
    assert_eq!(Section::read("header", &bytes).unwrap(), section);
    let withheld = section.withheld("header").unwrap();
    for section in [&section, &withheld] {
        assert_eq!(
            hex::encode(section.digest("header").unwrap()),
            "868adb4781fb830fca59a3f4894d3683f68b8c9b8a16f8ef6e42377b67b4c7d6"
        );
    }
    for wrong in [
        r#"{"body":1,"name":"other","salt":"000102030405060708090a0b0c0d0e0f"}"#,
        r#"{"body":1,"name":"header","salt":"000102030405060708090A0B0C0D0E0F"}"#,
        r#"{"body":1,"name":"header","salt":"00"}"#,
        r#"{"body":1,"name":"header"}"#,
        r#"{"body":1,"more":1,"name":"header","salt":"000102030405060708090a0b0c0d0e0f"}"#,
        r#"{"name":"header","body":1,"salt":"000102030405060708090a0b0c0d0e0f"}"#,
        "[]",
        "",
    ] {
        assert!(Section::read("header", wrong.as_bytes()).is_err(), "{wrong}");
    }
}

#[test]
fn redaction_keeps_digests_and_leaves_out_what_travels_beside_a_section() {
    let whole = bundle();
    let redacted = redact(&whole, &[3, 4, 5, 10], "1.2.3").unwrap();
    let (whole, redacted) = (read(&whole).unwrap(), read(&redacted).unwrap());
    assert_eq!(manifest::check(&redacted), manifest::Verdict::Matches);
    for (no, name) in (1..).zip(SECTIONS) {
        let at = |files: &Files<'_>| Section::read(name, files.get(&names::section(no, name)).unwrap());
        let (before, after) = (at(&whole).unwrap(), at(&redacted).unwrap());
        assert_eq!(before.digest(name).unwrap(), after.digest(name).unwrap());
        assert_eq!(after.body().is_none(), [3, 4, 5, 10].contains(&no), "{name}");
    }
    assert!(redacted.get(&names::section(10, "strokes")).is_none());
    assert!(redacted.get(names::PRESENTED).is_none());
    assert_eq!(redacted.get(names::PDF), whole.get(names::PDF));
}

#[test]
fn a_section_that_is_not_there_cannot_be_withheld() {
    assert_eq!(redact(&bundle(), &[0], "1"), Err(Refused::Name));
    assert_eq!(redact(&bundle(), &[15], "1"), Err(Refused::Name));
    assert_eq!(redact(b"PK", &[1], "1"), Err(Refused::Form));
}

#[test]
fn an_entry_of_the_log_has_the_hash_of_the_vectors() {
    let entry = log::Entry {
        entry: json!({
            "actor": "staff:1",
            "at": "2026-01-01T00:00:00.000Z",
            "payload_sha256": "868adb4781fb830fca59a3f4894d3683f68b8c9b8a16f8ef6e42377b67b4c7d6",
            "prev": "0000000000000000000000000000000000000000000000000000000000000000",
            "seq": 1,
            "subject": "c-1",
            "type": "consent.issued",
        }),
        payload: None,
    };
    assert_eq!(
        hex::encode(entry.hash().unwrap()),
        "afd9048be7e1c0a5548a795524a3cdeb393976d59250bc481dc3042728217e82"
    );
    assert_eq!(entry.seq(), Some(1));
    assert_eq!(entry.seal(), None);
    let file = log::Entries {
        entries: vec![entry],
        receipt: None,
    };
    let bytes = log::write(&file).unwrap();
    assert_eq!(log::read::<log::Entries>(&bytes).unwrap(), file);
    let spaced = [b" ", bytes.as_slice()].concat();
    assert_eq!(log::read::<log::Entries>(&spaced), Err(Refused::Content));
}
