//! Cases of whom to believe.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::super::house::{House, day, zipped};
use super::{Case, Desk, GOOD, wanted};
use crate::base::canonical::canonical;
use crate::evidence::bundle::names;
use crate::evidence::trust::{Revoked, Trust};

pub fn cases(desk: &Desk) -> Vec<Case> {
    let revoked = |at| {
        let mut trust = desk.house.trust();
        trust.revoked.push(Revoked {
            certificate: desk.house.seal_certificate(),
            at,
        });
        Some(trust)
    };
    let stranger = House::new();
    let mut strange = stranger.bundle(Some(day()));
    // The stranger names our table as his.
    strange.insert(
        names::TRUST.to_owned(),
        desk.files.get(names::TRUST).unwrap().clone(),
    );
    let unpinned = Trust {
        signers: Vec::new(),
        ..desk.house.trust()
    };
    let broken: Value = json!({ "roots": ["AAAA"] });
    vec![
        Case {
            trust: revoked(day() - TimeDelta::hours(1)),
            ..desk.case(
                "revoked-before",
                wanted(&[(0, "not_authentic"), (2, "revoked")]),
                "revoked_before",
            )
        },
        Case {
            trust: revoked(day() + TimeDelta::minutes(1)),
            ..desk.case("revoked-after", GOOD, "revoked_later")
        },
        Case {
            file: zipped(&strange),
            ..desk.case(
                "another-key",
                wanted(&[
                    (0, "not_authentic"),
                    (2, "other_signer"),
                    (3, "invalid"),
                    (5, "missing"),
                ]),
                "other_signer",
            )
        },
        Case {
            file: zipped(&strange),
            trust: Some(unpinned),
            ..desk.case(
                "untrusted-chain",
                wanted(&[
                    (0, "indeterminate"),
                    (2, "untrusted_chain"),
                    (3, "invalid"),
                    (5, "missing"),
                ]),
                "untrusted_chain",
            )
        },
        Case {
            trust: None,
            ..desk.case(
                "own-trust",
                wanted(&[(0, "indeterminate"), (2, "unknown")]),
                "trust_not_pinned",
            )
        },
        Case {
            file: desk.with(|files| {
                files.insert(names::TRUST.to_owned(), canonical(&broken).unwrap());
            }),
            trust: None,
            ..desk.case(
                "own-trust-broken",
                wanted(&[
                    (0, "indeterminate"),
                    (2, "unknown"),
                    (3, "claimed_only"),
                    (5, "missing"),
                ]),
                "trust_not_pinned",
            )
        },
    ]
}
