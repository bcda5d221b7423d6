//! Cases of the log.

use chrono::TimeDelta;
use serde_json::json;

use super::super::house::{House, day, proved, zipped};
use super::{Case, Desk, GOOD, replaced, wanted};
use crate::base::merkle;
use crate::evidence::bundle::log::{Entries, Entry, Payload, read, write};
use crate::evidence::bundle::names;

pub fn cases(desk: &Desk) -> Vec<Case> {
    let sealed = desk.house.consent(Some(day()), false);
    let mut promised = desk.house.files(&sealed);
    desk.house.promise(&sealed, &mut promised);
    let unrecorded = zipped(&desk.house.files(&sealed));
    let pending = wanted(&[(5, "pending_checkpoint")]);
    let missing = wanted(&[(0, "indeterminate"), (5, "missing")]);
    let inconsistent = wanted(&[(0, "not_authentic"), (5, "inconsistent")]);
    let later = day() + TimeDelta::days(2);
    let root = merkle::root(&desk.leaves);
    let newer = desk.house.checkpoint(11, root, later);
    let forked = desk.house.checkpoint(11, [8; 32], later);
    let shorter = desk.house.checkpoint(6, merkle::root(&desk.leaves[..6]), later);
    let earlier = desk.house.checkpoint(3, merkle::root(&desk.leaves[..3]), day());
    let other_earlier = desk.house.checkpoint(3, [4; 32], day());
    let stranger = House::new().checkpoint(11, root, later);
    let compared = |name, note: &str, proof: bool, words, message| Case {
        newer: Some(if proof {
            proved(7, &desk.leaves, note)
        } else {
            note.to_owned()
        }),
        ..desk.case(name, words, message)
    };
    let edited = |place: &str, from: &str, to: &str| {
        desk.with(|files| {
            let changed = replaced(files.get(place).unwrap(), from.as_bytes(), to.as_bytes());
            files.insert(place.to_owned(), changed);
        })
    };
    // Beside the seal's stands another entry, of which the bundle tells what was not logged.
    let mut retold = promised.clone();
    let mut entries: Entries = read(retold.get(names::ENTRIES).unwrap()).unwrap();
    entries.entries.push(Entry {
        entry: json!({ "payload_sha256": "00".repeat(32), "seq": 4, "type": "consent.sign" }),
        payload: Some(Payload {
            detail: json!({ "decision": "agree" }),
            patient: None,
            salt: "05".repeat(16),
        }),
    });
    retold.insert(names::ENTRIES.to_owned(), write(&entries).unwrap());
    let mut retired = desk.house.trust();
    retired.log_keys[0].until = Some(day() - TimeDelta::hours(1));
    let mut keyless = desk.house.trust();
    keyless.log_keys.clear();
    vec![
        Case {
            trust: Some(keyless),
            ..desk.case("no-key-of-the-log", missing, "log_key_unknown")
        },
        Case {
            file: zipped(&retold),
            ..desk.case(
                "detail-altered",
                wanted(&[(0, "altered"), (4, "mismatch"), (5, "pending_checkpoint")]),
                "section_differs",
            )
        },
        Case {
            file: zipped(&promised),
            trust: Some(retired),
            ..desk.case("promise-of-a-retired-key", missing, "not_recorded")
        },
        Case {
            file: zipped(&promised),
            ..desk.case("minutes-ago", pending, "log_pending")
        },
        Case {
            file: zipped(&promised),
            now: day() + TimeDelta::days(2),
            ..desk.case("promise-broken", missing, "not_recorded")
        },
        Case {
            file: unrecorded,
            ..desk.case("not-recorded", missing, "not_recorded")
        },
        Case {
            file: edited(names::ENTRIES, "system", "nobody"),
            ..desk.case("entry-altered", missing, "not_recorded")
        },
        Case {
            file: edited(names::CHECKPOINT, "\n7\n", "\n8\n"),
            ..desk.case("checkpoint-altered", missing, "not_recorded")
        },
        compared("newer", &newer, true, GOOD, "standing_unknown"),
        compared("newer-unproved", &newer, false, GOOD, "standing_unknown"),
        compared("newer-forked", &forked, true, inconsistent, "log_changed"),
        compared("newer-shorter", &shorter, false, inconsistent, "log_changed"),
        compared("newer-of-another", &stranger, true, GOOD, "standing_unknown"),
        compared("earlier", &earlier, false, GOOD, "standing_unknown"),
        compared(
            "earlier-forked",
            &other_earlier,
            false,
            inconsistent,
            "log_changed",
        ),
    ]
}
