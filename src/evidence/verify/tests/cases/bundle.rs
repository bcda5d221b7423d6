//! Cases of what is beside the document.

use super::super::house::{Files, day, zipped};
use super::{Case, Desk, GOOD, NOTHING, replaced, wanted};
use crate::evidence::bundle::{names, read, redact, write};

pub fn cases(desk: &Desk) -> Vec<Case> {
    let mismatch = wanted(&[(0, "altered"), (4, "mismatch")]);
    let altered = |place: String, from: &str, to: &str| {
        desk.with(|files| {
            let changed = replaced(files.get(&place).unwrap(), from.as_bytes(), to.as_bytes());
            files.insert(place, changed);
        })
    };
    let mut differs = zipped(&desk.files);
    let at = differs.windows(7).position(|part| part == b"reason\"").unwrap();
    differs[at] ^= 1;
    let paper = desk.house.consent(Some(day()), true);
    let mut paper_files = desk.house.files(&paper);
    desk.house.log(&paper, &mut paper_files);
    let unlisted = {
        let whole = zipped(&desk.files);
        let mut all = read(&whole).unwrap().all;
        all.insert("certs/other.cer", b"0");
        write(&all.into_iter().collect::<Vec<_>>()).unwrap()
    };
    // Somebody puts what is not there into a bundle that withholds what would tell it.
    let slipped_in = |no: usize, place: &str| {
        let withheld = redact(&zipped(&desk.files), &[no], "1.0.0").unwrap();
        let all = read(&withheld).unwrap().all;
        let mut files: Files = all
            .into_iter()
            .map(|(name, bytes)| (name.to_owned(), bytes.to_vec()))
            .collect();
        files.insert(place.to_owned(), b"{\"risks\":[]}".to_vec());
        zipped(&files)
    };
    let mut alone = desk.files.clone();
    alone.retain(|name, _| !name.starts_with("evidence/") || name.ends_with("strokes.json"));
    alone.retain(|name, _| name != names::TEMPLATE && name != names::PRESENTED);
    vec![
        Case {
            file: altered(names::section(8, "identity"), "none", "some"),
            ..desk.case("section-altered", mismatch, "section_differs")
        },
        Case {
            file: redact(&zipped(&desk.files), &[3, 5, 10], "1.0.0").unwrap(),
            ..desk.case("withheld", wanted(&[(4, "redacted")]), "section_withheld")
        },
        Case {
            file: redact(&zipped(&desk.files), &[1, 4], "1.0.0").unwrap(),
            ..desk.case("withheld-shown", wanted(&[(4, "redacted")]), "section_withheld")
        },
        Case {
            file: altered(names::section(10, "strokes"), "30", "31"),
            ..desk.case("strokes-altered", mismatch, "section_differs")
        },
        Case {
            file: altered(names::TEMPLATE.to_owned(), "zh-CN", "zh-TW"),
            ..desk.case("template-altered", mismatch, "section_differs")
        },
        Case {
            file: altered(names::PRESENTED.to_owned(), "low_", "no__"),
            ..desk.case("presented-altered", mismatch, "section_differs")
        },
        Case {
            file: differs,
            ..desk.case("damaged", mismatch, "section_differs")
        },
        Case {
            file: unlisted,
            ..desk.case("unlisted", mismatch, "section_differs")
        },
        Case {
            file: [zipped(&desk.files).as_slice(), b"\n"].concat(),
            ..desk.case("not-a-bundle", NOTHING, "unreadable")
        },
        Case {
            file: slipped_in(4, names::PRESENTED),
            ..desk.case("presented-unproved", mismatch, "section_differs")
        },
        Case {
            file: slipped_in(1, names::TEMPLATE),
            ..desk.case("template-unproved", mismatch, "section_differs")
        },
        Case {
            file: zipped(&alone),
            ..desk.case("strokes-unproved", mismatch, "section_differs")
        },
        Case {
            file: zipped(&paper_files),
            ..desk.case("paper", GOOD, "paper")
        },
    ]
}
