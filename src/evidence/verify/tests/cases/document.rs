//! Cases of the document, its revisions and its time.

use chrono::TimeDelta;

use super::super::house::{day, packed, zipped};
use super::{Case, Desk, GOOD, NOTHING, replaced, wanted};
use crate::evidence::bundle::names;
use crate::evidence::{cms, pades};

pub fn cases(desk: &Desk) -> Vec<Case> {
    let changed = [
        "altered",
        "modified",
        "unknown",
        "claimed_only",
        "complete",
        "missing",
    ];
    let pdf = desk.pdf().to_vec();
    let printed = pdf[..pades::read(&pdf).unwrap().unsigned_len].to_vec();
    let alone = [
        "indeterminate",
        "unsigned",
        "unknown",
        "claimed_only",
        "not_included",
        "missing",
    ];
    let foreign = [
        printed.as_slice(),
        b"\n7 0 obj\n<</ByteRange[0 1 2 3]>>\nendobj\n",
    ]
    .concat();
    let preserved = desk.house.preserve(&pdf, day() + TimeDelta::days(365));
    let looks_like = {
        let prepared = pades::prepare(&pdf, 64, day(), pades::Kind::DocTimeStamp).unwrap();
        pades::finish(prepared, &[0x30, 1, 7]).unwrap()
    };
    let unknown = pades::ValidationData {
        lists: vec![vec![0x30, 1, 7]],
        ..Default::default()
    };
    // A signature that stands, over a document that does not.
    let byte = replaced(&pdf, b"/Lang(zh-CN)", b"/Lang(zh-TW)");
    let digit = {
        let message = cms::read(&pades::read(&pdf).unwrap().contents).unwrap();
        let value = hex::encode(message.signature_value());
        let at = pdf
            .windows(value.len())
            .position(|part| part == value.as_bytes())
            .unwrap();
        let at = at + value.len() - 1;
        let mut changed = pdf.clone();
        changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
        changed
    };
    vec![
        desk.case("sealed", GOOD, "standing_unknown"),
        Case {
            file: packed(&desk.files),
            ..desk.case("given", GOOD, "standing_unknown")
        },
        Case {
            file: desk.with_pdf(byte),
            ..desk.case("changed", changed, "changed")
        },
        Case {
            file: desk.with_pdf(digit),
            ..desk.case(
                "changed-signature",
                wanted(&[
                    (0, "altered"),
                    (1, "modified"),
                    (2, "unknown"),
                    (3, "claimed_only"),
                ]),
                "changed",
            )
        },
        Case {
            file: desk.with_pdf([pdf.as_slice(), b"\n% more"].concat()),
            ..desk.case("appended", wanted(&[(0, "altered"), (1, "appended")]), "appended")
        },
        Case {
            file: desk.with_pdf(looks_like),
            ..desk.case(
                "appended-stamp",
                wanted(&[(0, "altered"), (1, "appended")]),
                "appended",
            )
        },
        Case {
            file: desk.with_pdf(preserved),
            ..desk.case("preserved", GOOD, "preserved")
        },
        Case {
            file: desk.with_pdf(desk.house.with_certificates(&pdf)),
            ..desk.case("preserved-certificates", GOOD, "preserved")
        },
        Case {
            file: desk.with_pdf(pades::add_validation_data(&pdf, &unknown).unwrap()),
            ..desk.case(
                "appended-data",
                wanted(&[(0, "altered"), (1, "appended")]),
                "appended",
            )
        },
        Case {
            file: printed,
            ..desk.case("unsigned", alone, "unsigned")
        },
        Case {
            file: foreign,
            ..desk.case(
                "foreign",
                [
                    "not_authentic",
                    "unreadable",
                    "other_signer",
                    "claimed_only",
                    "not_included",
                    "missing",
                ],
                "other_signer",
            )
        },
        Case {
            file: b"a photograph".to_vec(),
            ..desk.case("nothing", NOTHING, "unreadable")
        },
        Case {
            file: pdf,
            ..desk.case(
                "alone",
                wanted(&[(0, "indeterminate"), (4, "not_included"), (5, "missing")]),
                "log_not_given",
            )
        },
    ]
}

pub fn of_time(desk: &Desk) -> Vec<Case> {
    let untimed = zipped(&desk.house.bundle(None));
    let claimed = wanted(&[(3, "claimed_only")]);
    let unproved = wanted(&[(0, "indeterminate"), (2, "unknown"), (3, "claimed_only")]);
    let much_later = day() + TimeDelta::days(3000);
    // The signature of one consent with the token of another.
    let other = desk.house.consent(Some(day()), true);
    let swapped = {
        let own = cms::read(&pades::read(desk.pdf()).unwrap().contents).unwrap();
        let foreign = cms::read(&pades::read(&other.pdf).unwrap().contents).unwrap();
        pades::replace(desk.pdf(), &own.with_token(foreign.token().unwrap()).unwrap()).unwrap()
    };
    let mut files = desk.files.clone();
    files.insert(names::PDF.to_owned(), swapped);
    files.insert(names::TOKEN.to_owned(), other.response.unwrap());
    vec![
        Case {
            file: untimed.clone(),
            ..desk.case("time-claimed", claimed, "time_claimed")
        },
        Case {
            now: much_later,
            ..desk.case("expired-stamped", GOOD, "certificate_expired")
        },
        Case {
            file: untimed,
            now: much_later,
            ..desk.case("expired-unstamped", unproved, "time_unproved")
        },
        Case {
            file: zipped(&files),
            ..desk.case(
                "token-of-another",
                wanted(&[(0, "indeterminate"), (3, "invalid")]),
                "time_differs",
            )
        },
    ]
}
