//! One seal: what it writes, and that nothing of it can change unseen.

use super::*;

#[test]
fn a_sealed_file_begins_with_the_printed_one_and_reads_back() {
    for document in [PRINTED, &small()] {
        let prepared = prepare(document, RESERVE, morning(), Kind::Certify).unwrap();
        assert!(prepared.bytes.starts_with(document));
        let [zero, before, after, rest] = prepared.byte_range;
        assert_eq!(
            (zero, after + rest),
            (0, prepared.bytes.len() as u64),
            "it covers the file"
        );
        assert_eq!(
            after - before,
            2 * RESERVE as u64 + 2,
            "but for the gap and its brackets"
        );
        assert_eq!(prepared.digest, digest_of(&prepared.bytes, prepared.byte_range));

        let (range, digest) = (prepared.byte_range, prepared.digest);
        let length = prepared.bytes.len();
        let contents = opaque(1, 2000);
        let file = finish(prepared, &contents).unwrap();
        assert_eq!(file.len(), length);
        let signed = read(&file).unwrap();
        let wanted = Signed {
            unsigned_len: document.len(),
            byte_range: range,
            contents,
            digest,
            claimed: morning(),
            later: Vec::new(),
        };
        assert_eq!(signed, wanted);
        assert_eq!(verdict(&file, &digest), Integrity::Intact);
    }
}

#[test]
fn the_seal_is_a_certification_that_allows_no_change() {
    let file = sealed(&small(), 400);
    let text = String::from_utf8_lossy(&file);
    let (_, update) = text.split_once("%%EOF").unwrap();
    let gap = find(&file, "/Contents<") + "/Contents".len();
    let second = gap + 2 * 400 + 2;
    let range = format!("0 {gap} {second} {}", file.len() - second);
    for part in [
        "\n5 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(D:20261121093000+08'00')",
        &format!("/ByteRange[{range:<34}]/Contents<3082012ca5a5"),
        "0>/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P 1/V/1.2>>>>]>>",
        "\n6 0 obj\n<</Type/Annot/Subtype/Widget/FT/Sig/T(Muan seal)/V 5 0 R/F 132/Rect[0 0 0 0]/P 2 0 R>>\nendobj\n",
        "\n2 0 obj\n<</Type/Page/MediaBox[0 0 595.2756 841.8898]/Parent 1 0 R/Contents 3 0 R/Annots[6 0 R]>>\nendobj\n",
        "\n4 0 obj\n<</Type/Catalog/Pages 1 0 R/Lang(zh-CN)/AcroForm<</Fields[6 0 R]/SigFlags 3>>/Perms<</DocMDP 5 0 R>>>>",
        "trailer\n<</Size 7/Root 4 0 R/ID[(one)(two)]/Prev ",
    ] {
        assert!(update.contains(part), "{part}\n---\n{update}");
    }
    assert!(update.ends_with("\n%%EOF"));
    for heading in ["xref\n2 1\n", "\n4 3\n"] {
        assert!(update.contains(heading), "{heading:?}");
    }
}

#[test]
fn every_object_of_a_revision_stands_where_its_table_says() {
    for file in [sealed(PRINTED, RESERVE), stamped(&sealed(&small(), 999), 10_000)] {
        let lines = file.split(|byte| *byte == b'\n').filter_map(|line| {
            let line = line.strip_suffix(b" 00000 n\r")?;
            std::str::from_utf8(line).ok()?.parse::<usize>().ok()
        });
        let mut seen = 0;
        for place in lines {
            let head: Vec<u8> = file[place..].iter().take(12).copied().collect();
            let head = String::from_utf8_lossy(&head).into_owned();
            let (number, rest) = head.split_once(' ').unwrap();
            assert!(
                number.parse::<u32>().is_ok() && rest.starts_with("0 obj\n"),
                "{head}"
            );
            assert!(file[..place].ends_with(b"\n"));
            seen += 1;
        }
        assert!(seen >= 8);
    }
}

#[test]
fn annotations_that_were_printed_stay_before_the_field() {
    let page = "<</Type/Page/Annots[3 0 R]/Parent 1 0 R>>";
    let file = sealed(&document(&[PAGES, page, "<</A 1>>", CATALOG], TRAILER), 400);
    find(&file, "<</Type/Page/Parent 1 0 R/Annots[3 0 R 6 0 R]>>");
    assert!(read(&file).is_ok());
}

#[test]
fn ten_thousand_changed_bytes_never_leave_it_intact() {
    let (large, little) = (sealed(PRINTED, RESERVE), sealed(&small(), 400));
    for (file, times) in [(large, 500), (little, 9_500)] {
        let before = read(&file).unwrap();
        let gap = before.byte_range[1] as usize..before.byte_range[2] as usize;
        let mut numbers = random(20_261_121);
        let mut next = |below: usize| (numbers.next().unwrap() % below as u64) as usize;
        let mut changed = file.clone();
        let mut done = 0;
        while done < times {
            let (place, mask) = (next(file.len()), 1 + next(255) as u8);
            if gap.contains(&place) {
                continue;
            }
            changed[place] ^= mask;
            let seen = verdict(&changed, &before.digest);
            changed[place] ^= mask;
            assert_ne!(seen, Integrity::Intact, "byte {place}, {mask:#x}");
            let known = matches!(
                seen,
                Integrity::Modified | Integrity::Unsigned | Integrity::Unreadable
            );
            assert!(known, "byte {place}, {mask:#x}: {seen:?}");
            done += 1;
        }
    }
}

#[test]
fn each_byte_around_and_in_the_signed_revision_is_held() {
    let file = sealed(&small(), 400);
    let before = read(&file).unwrap();
    for place in 0..file.len() {
        let mut changed = file.clone();
        for mask in [0x01, 0x20] {
            changed[place] ^= mask;
            let unseen = verdict(&changed, &before.digest) == Integrity::Intact
                && read(&changed).unwrap().contents == before.contents;
            assert!(!unseen, "byte {place}, {mask:#x}");
            changed[place] ^= mask;
        }
    }
}

#[test]
fn no_byte_of_the_gap_changes_unseen() {
    let file = sealed(&small(), 1024);
    let before = read(&file).unwrap();
    let gap = before.byte_range[1] as usize..before.byte_range[2] as usize;
    let signature = gap.start + 1..gap.start + 1 + 2 * before.contents.len();
    let mut changed = file.clone();
    for place in gap {
        for other in *b"0f Ff<>\0" {
            if other == file[place] {
                continue;
            }
            changed[place] = other;
            match read(&changed) {
                // Digits of the signature itself: its reader decides, on other bytes than before.
                Ok(signed) => {
                    assert!(signature.contains(&place), "byte {place}");
                    assert_ne!(signed.contents, before.contents, "byte {place}");
                }
                Err(error) => {
                    assert!(matches!(error, Unreadable::Damaged(_)), "{error:?}");
                }
            }
        }
        changed[place] = file[place];
    }
}

#[test]
fn no_beginning_of_a_sealed_file_is_intact() {
    let file = sealed(&small(), 400);
    let digest = read(&file).unwrap().digest;
    for length in 0..file.len() {
        let seen = verdict(&file[..length], &digest);
        assert_ne!(seen, Integrity::Intact, "{length} of {} bytes", file.len());
    }
}

#[test]
fn a_signature_must_be_one_sequence_that_fits() {
    let prepared = prepare(&small(), 400, morning(), Kind::Certify).unwrap();
    assert!(
        finish(prepared.clone(), &opaque(7, 396)).is_ok(),
        "to the last byte"
    );
    let too_large = PadesError::TooLarge {
        needed: 401,
        reserve: 400,
    };
    assert_eq!(finish(prepared.clone(), &opaque(7, 397)), Err(too_large));
    for contents in [&b""[..], b"0", b"no DER", &[opaque(7, 300), vec![0]].concat()] {
        assert_eq!(finish(prepared.clone(), contents), Err(PadesError::Contents));
    }
    let mut other = prepared.clone();
    other.bytes[40] ^= 1;
    let refused = finish(other, &opaque(7, 300));
    assert!(matches!(refused, Err(PadesError::NotSealed(_))), "{refused:?}");
    for wrong in [[0; 4], [0, u64::MAX, 0, 0], [0, 9, 5, 1]] {
        let mut other = prepared.clone();
        other.byte_range = wrong;
        assert!(finish(other, &opaque(7, 300)).is_err());
    }
    for reserve in [0, 64 * 1024 + 1, usize::MAX] {
        let refused = prepare(&small(), reserve, morning(), Kind::Certify);
        assert_eq!(refused, Err(PadesError::Reserve));
    }
    assert!(prepare(&small(), 64 * 1024, morning(), Kind::Certify).is_ok());
}

#[test]
fn a_late_token_changes_neither_the_length_nor_what_is_signed() {
    let first = sealed(PRINTED, RESERVE);
    let with_token = opaque(0x77, 4000);
    let second = replace(&first, &with_token).unwrap();
    let (before, after) = (read(&first).unwrap(), read(&second).unwrap());
    assert_eq!(first.len(), second.len());
    assert_eq!(after.contents, with_token);
    assert_eq!(
        Signed {
            contents: before.contents.clone(),
            ..after
        },
        before,
        "all else stays"
    );
    assert_ne!(
        sha256(&first),
        sha256(&second),
        "the file has another digest: both are to be kept"
    );
    assert_eq!(
        replace(&second, &before.contents).unwrap(),
        first,
        "a shorter one leaves zeros"
    );

    let too_large = PadesError::TooLarge {
        needed: 9004,
        reserve: RESERVE,
    };
    assert_eq!(replace(&first, &opaque(1, 9000)), Err(too_large));
    assert_eq!(replace(&first, b"none"), Err(PadesError::Contents));
    assert_eq!(
        replace(PRINTED, &with_token),
        Err(PadesError::NotSealed(Unreadable::Unsigned))
    );
    assert_eq!(
        replace(&[&first[..], b"\n"].concat(), &with_token),
        Err(PadesError::Appended)
    );
    assert_eq!(
        replace(&stamped(&first, 400), &with_token),
        Err(PadesError::Preserved),
        "a document time-stamp covers the gap"
    );
}

#[test]
fn the_claimed_time_is_cut_to_the_second_and_shown_in_the_zone_of_the_documents() {
    let claimed = at("2026-12-31T23:59:59.999Z");
    let prepared = prepare(&small(), 400, claimed, Kind::Certify).unwrap();
    find(&prepared.bytes, "/M(D:20270101075959+08'00')");
    let file = finish(prepared, &opaque(1, 9)).unwrap();
    assert_eq!(read(&file).unwrap().claimed, at("2026-12-31T23:59:59Z"));
    for year in [
        "1969-12-31T00:00:00Z",
        "9999-12-31T23:00:00Z",
        "+10000-01-01T00:00:00Z",
    ] {
        let refused = prepare(&small(), 400, at(year), Kind::Certify);
        assert_eq!(refused, Err(PadesError::Time), "{year}");
    }
    for (old, new) in [
        ("20270101", "20270230"),
        ("075959", "075960"),
        ("+08'00'", "+08'01'"),
    ] {
        let other = replaced(&file, old, new);
        assert!(matches!(read(&other), Err(Unreadable::Damaged(_))), "{new}");
    }
}
