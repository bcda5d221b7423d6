//! What may stand behind a seal, and what may not.

use super::*;

fn data() -> ValidationData {
    ValidationData {
        certificates: vec![opaque(1, 500), opaque(2, 300)],
        responses: vec![opaque(3, 700)],
        lists: Vec::new(),
    }
}

/// Sealed, two time-stamps, validation data before and between them.
fn preserved(document: &[u8]) -> Vec<u8> {
    let file = stamped(&sealed(document, 400), 500);
    let file = add_validation_data(&file, &data()).unwrap();
    let more = ValidationData {
        lists: vec![opaque(4, 20)],
        ..ValidationData::default()
    };
    stamped(&add_validation_data(&file, &more).unwrap(), 600)
}

#[test]
fn time_stamps_and_validation_data_are_read_in_their_order() {
    for document in [PRINTED, &small()] {
        let sealed_only = sealed(document, 400);
        let file = preserved(document);
        assert!(file.starts_with(&sealed_only));
        let signed = read(&file).unwrap();
        let mut seal = signed.clone();
        seal.later.clear();
        assert_eq!(
            read(&sealed_only).unwrap(),
            seal,
            "what was sealed stays what it was"
        );
        let [
            Later::DocumentTimeStamp(first),
            Later::ValidationData(some),
            Later::ValidationData(more),
            Later::DocumentTimeStamp(last),
        ] = signed.later.as_slice()
        else {
            panic!("{:?}", signed.later)
        };
        assert_eq!(*some, data());
        assert_eq!(more.lists, vec![opaque(4, 20)]);
        assert!(more.certificates.is_empty());
        for stamp in [first, last] {
            assert_eq!(stamp.digest, digest_of(&file, stamp.byte_range));
            assert_eq!(stamp.contents, opaque(0x5a, 300));
        }
        let [_, _, at, rest] = last.byte_range;
        assert_eq!(at + rest, file.len() as u64, "the last one covers the file");
        assert_eq!(verdict(&file, &signed.digest), Integrity::Intact);
        for field in ["Muan time-stamp 1", "Muan time-stamp 2"] {
            find(&file, &format!("/T({field})"));
        }
    }
}

#[test]
fn what_a_file_has_already_is_not_added_again() {
    let file = preserved(&small());
    assert_eq!(add_validation_data(&file, &data()).unwrap(), file);
    let more = ValidationData {
        lists: vec![opaque(4, 20), opaque(5, 30)],
        ..data()
    };
    let grown = add_validation_data(&file, &more).unwrap();
    let Some(Later::ValidationData(new)) = read(&grown).unwrap().later.pop() else {
        panic!("no validation data")
    };
    assert!(new.certificates.is_empty() && new.responses.is_empty());
    assert_eq!(new.lists, vec![opaque(5, 30)]);
}

#[test]
fn a_revision_that_only_looks_like_ours_counts_as_appended() {
    let file = preserved(&small());
    let signed = read(&file).unwrap();
    let seen = |genuine: fn(&Later) -> bool| {
        let all = |later: &[Later]| later.iter().all(genuine);
        integrity(&Ok(signed.clone()), |_| true, all)
    };
    assert_eq!(seen(|_| false), Integrity::Appended);
    assert_eq!(
        seen(|later| matches!(later, Later::ValidationData(_))),
        Integrity::Appended,
        "a token that does not hold"
    );
    assert_eq!(
        seen(|later| matches!(later, Later::DocumentTimeStamp(_))),
        Integrity::Appended
    );
    assert_eq!(seen(|_| true), Integrity::Intact);
}

#[test]
fn no_byte_of_a_later_revision_changes_unseen() {
    let sealed_only = sealed(&small(), 400);
    let file = preserved(&small());
    let before = read(&file).unwrap();
    let mut changed = file.clone();
    for place in sealed_only.len()..file.len() {
        let mask = [0x01, 0x20][place % 2];
        changed[place] ^= mask;
        // What is left whole, its tokens and their digests are as before only when nothing was changed.
        let after = read(&changed).unwrap();
        assert_ne!(after.later, before.later, "byte {place}, {mask:#x}");
        assert_eq!(after.digest, before.digest, "the seal is not concerned");
        changed[place] ^= mask;
    }
}

#[test]
fn whatever_else_is_appended_is_foreign() {
    let file = sealed(PRINTED, RESERVE);
    let digest = read(&file).unwrap().digest;
    let again = file[PRINTED.len()..].to_vec();
    let other = stamped(&sealed(&small(), 400), 400);
    let other = other[sealed(&small(), 400).len()..].to_vec();
    for tail in [
        &b"\n"[..],
        b" ",
        b"\0",
        b"% x",
        b"\n%%EOF",
        b"\n%%EOF\n",
        &again,
        &other,
        PRINTED,
        &file,
    ] {
        let changed = [&file[..], tail].concat();
        let signed = read(&changed).unwrap();
        assert_eq!(signed.later, [Later::Other(file.len())]);
        assert_eq!(verdict(&changed, &digest), Integrity::Appended);
        for kind in [Kind::DocTimeStamp, Kind::Certify] {
            assert!(
                prepare(&changed, 400, morning(), kind).is_err(),
                "nothing is built upon it"
            );
        }
        assert_eq!(
            add_validation_data(&changed, &data()),
            Err(PadesError::Appended),
            "nothing is built upon it"
        );
        let stamped_first = [&stamped(&file, 400)[..], tail].concat();
        assert_eq!(verdict(&stamped_first, &digest), Integrity::Appended);
    }
}

/// Appends an update as other programs write it: any objects, with a table and a trailer that hold.
fn update(file: &[u8], objects: &[(u32, &str)], size: u32) -> Vec<u8> {
    let text = String::from_utf8_lossy(file);
    let previous = text.rsplit("startxref\n").next().unwrap();
    let previous = previous.lines().next().unwrap().to_owned();
    let mut changed = file.to_vec();
    changed.push(b'\n');
    let mut table = "xref\n".to_owned();
    for (number, object) in objects {
        write!(table, "{number} 1\n{:010} 00000 n\r\n", changed.len()).unwrap();
        changed.extend_from_slice(format!("{number} 0 obj\n{object}\nendobj\n").as_bytes());
    }
    let xref = changed.len();
    let trailer = format!("trailer\n<</Size {size}{TRAILER}/Prev {previous}>>\nstartxref\n{xref}\n%%EOF");
    changed.extend_from_slice(table.as_bytes());
    changed.extend_from_slice(trailer.as_bytes());
    changed
}

#[test]
fn a_shadow_of_the_contents_is_foreign_also_inside_a_revision_that_looks_permitted() {
    let file = sealed(&small(), 400);
    let digest = read(&file).unwrap().digest;
    let signature = "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(D:20261121093000+08'00')\
                     /ByteRange[0 1 2 3                           ]/Contents<3000>>>";
    let stamp = "<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161/ByteRange[0 1 2 3]/Contents<3000>>>";
    let field =
        "<</Type/Annot/Subtype/Widget/FT/Sig/T(Muan time-stamp 1)/V 7 0 R/F 132/Rect[0 0 0 0]/P 2 0 R>>";
    let shadows: [&[(u32, &str)]; 8] = [
        // Other contents, another page, another catalog.
        &[(3, "<</Length 0>>\nstream\n\nendstream")],
        &[(2, "<</Type/Page/Parent 1 0 R/Contents 7 0 R>>")],
        &[(4, "<</Type/Catalog/Pages 7 0 R>>")],
        // A second signature, and a signature taken away.
        &[(7, signature)],
        &[(5, "null")],
        // A time-stamp that brings another page along, or a visible field.
        &[(7, stamp), (8, field), (3, "<</Length 0>>\nstream\n\nendstream")],
        &[(7, stamp), (8, &field.replace("[0 0 0 0]", "[0 0 595 842]"))],
        // Validation data with something beside it.
        &[
            (7, "<</Type/DSS/Certs[8 0 R]>>"),
            (8, "<</Length 2>>\nstream\n0\0\nendstream"),
            (3, "null"),
        ],
    ];
    for objects in shadows {
        let changed = update(&file, objects, 10);
        let signed = read(&changed).unwrap();
        assert_eq!(signed.later, [Later::Other(file.len())], "{objects:?}");
        assert_eq!(verdict(&changed, &digest), Integrity::Appended);
    }
}

#[test]
fn one_change_to_a_permitted_revision_makes_it_foreign() {
    let file = stamped(&sealed(&small(), 400), 400);
    let digest = read(&file).unwrap().digest;
    let (document, revision) = file.split_at(sealed(&small(), 400).len());
    for (old, new) in [
        ("/Contents 3 0 R", "/Contents 1 0 R"),
        ("/F 132", "/F 128"),
        ("[0 0 0 0]", "[0 0 9 9]"),
        ("/SigFlags 3", "/SigFlags 1"),
        ("/DocMDP 5 0 R", "/DocMDP 7 0 R"),
        ("/Fields[6 0 R 8 0 R]", "/Fields[8 0 R 6 0 R]"),
        ("/Root 4 0 R", "/Root 1 0 R"),
        ("/Size 9", "/Size 8"),
        ("/Prev ", "/Next "),
        ("ETSI.RFC3161", "ETSI.RFC3162"),
        ("ByteRange[0 ", "ByteRange[1 "),
        ("    ]/Contents<", "   1]/Contents<"),
        ("startxref\n", "startxref "),
    ] {
        let changed = [document, &replaced(revision, old, new)].concat();
        let signed = read(&changed).unwrap();
        assert_eq!(signed.later, [Later::Other(document.len())], "{new}");
        assert_eq!(verdict(&changed, &digest), Integrity::Appended);
    }
    // The numbers of the range are right but stand elsewhere.
    let range = find(revision, "    ]/Contents<");
    let mut moved = revision.to_vec();
    let start = find(revision, "[0 ") + 1;
    moved[start..range + 4].rotate_right(1);
    assert_eq!(
        read(&[document, &moved].concat()).unwrap().later,
        [Later::Other(document.len())]
    );
}

#[test]
fn validation_data_is_in_der_and_not_empty() {
    let file = sealed(&small(), 400);
    let broken = ValidationData {
        responses: vec![b"%PDF-1.7".to_vec()],
        ..data()
    };
    for refused in [ValidationData::default(), broken] {
        assert_eq!(add_validation_data(&file, &refused), Err(PadesError::Contents));
    }
    assert_eq!(
        add_validation_data(&small(), &data()),
        Err(PadesError::NotSealed(Unreadable::Unsigned))
    );
}

#[test]
fn only_a_sealed_file_gets_a_time_stamp_and_only_an_unsealed_one_a_seal() {
    let file = sealed(&small(), 400);
    let refused = prepare(&small(), 400, morning(), Kind::DocTimeStamp);
    assert_eq!(refused, Err(PadesError::NotSealed(Unreadable::Unsigned)));
    for sealed_already in [&file, &stamped(&file, 400)] {
        let refused = prepare(sealed_already, 400, morning(), Kind::Certify);
        assert_eq!(refused, Err(PadesError::Sealed));
    }
}

#[test]
fn what_is_believed_of_a_file_stands_in_one_table() {
    let file = sealed(&small(), 400);
    let digest = read(&file).unwrap().digest;
    let foreign = [&small()[..], b"/ByteRange[0 1 2 3]"].concat();
    let damaged = replaced(&file, "/Type/Sig/", "/Type/Six/");
    let other = sealed(PRINTED, 400);
    for (name, file, wanted) in [
        ("sealed", &file, Integrity::Intact),
        ("a signature over something else", &other, Integrity::Modified),
        ("printed only", &small(), Integrity::Unsigned),
        ("signed by others", &foreign, Integrity::Unreadable),
        ("a damaged seal", &damaged, Integrity::Modified),
        ("no PDF", &b"PK\x03\x04".to_vec(), Integrity::Unreadable),
        ("nothing", &Vec::new(), Integrity::Unreadable),
    ] {
        assert_eq!(verdict(file, &digest), wanted, "{name}");
    }
}
