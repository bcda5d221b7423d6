use super::*;
use crate::evidence::verify::words;

/// A row of CE §13.3: the case, its dimensions (integrity, authenticity, time, log, consent, evidence), what is known
/// beside them, the verdict and the first message.
struct Row {
    case: &'static str,
    dimensions: Dimensions,
    facts: Facts,
    overall: Overall,
    message: &'static str,
    /// What the sentence says in English, in part.
    says: &'static str,
}

fn good() -> Dimensions {
    Dimensions {
        integrity: Integrity::Intact,
        authenticity: Authenticity::Trusted,
        time: Time::Attested,
        content: Content::MatchesRecord,
        evidence: Evidence::Complete,
        log: Log::Included,
        consent: Standing::InForce,
    }
}

fn known() -> Facts {
    Facts {
        trust_pinned: true,
        log_asked: true,
        until: Some("2026-04-01T00:00:00Z".parse().unwrap()),
        since: Some("2026-03-05T01:00:00Z".parse().unwrap()),
        by: Some("c-2".to_owned()),
        ..Facts::default()
    }
}

fn row(
    case: &'static str,
    overall: Overall,
    (message, says): (&'static str, &'static str),
    change: impl FnOnce(&mut Dimensions, &mut Facts),
) -> Row {
    let (mut dimensions, mut facts) = (good(), known());
    change(&mut dimensions, &mut facts);
    Row {
        case,
        dimensions,
        facts,
        overall,
        message,
        says,
    }
}

fn rows() -> Vec<Row> {
    use Overall::{Altered, Authentic, Indeterminate, NotAuthentic};
    vec![
        row(
            "sealed, in force",
            Authentic,
            ("in_force", "in force until 2026-04-01"),
            |_, _| {},
        ),
        row(
            "time authority was down",
            Authentic,
            ("time_pending", "not yet attested"),
            |d, _| d.time = Time::Pending,
        ),
        row(
            "sealed minutes ago",
            Authentic,
            ("log_pending", "within 10 minutes"),
            |d, _| {
                d.log = Log::PendingCheckpoint;
            },
        ),
        row(
            "one byte changed inside the signed range",
            Altered,
            ("changed", "changed after"),
            |d, _| {
                d.integrity = Integrity::Modified;
                d.authenticity = Authenticity::Unknown;
                d.time = Time::ClaimedOnly;
                d.log = Log::Missing;
                d.consent = Standing::Unknown;
            },
        ),
        row(
            "bytes appended, not validation data",
            Altered,
            ("appended", "signed revision"),
            |d, _| d.integrity = Integrity::Appended,
        ),
        row(
            "appended validation data or document time-stamp only",
            Authentic,
            ("preserved", "Preservation"),
            |d, f| {
                d.integrity = Integrity::Appended;
                f.preserved = true;
            },
        ),
        row(
            "signature removed, or printed and scanned copy",
            Indeterminate,
            ("unsigned", "no signature in this file"),
            |d, _| {
                d.integrity = Integrity::Unsigned;
                d.authenticity = Authenticity::Unknown;
                d.time = Time::ClaimedOnly;
                d.log = Log::Missing;
                d.consent = Standing::Unknown;
            },
        ),
        row(
            "same text signed by another key",
            NotAuthentic,
            ("other_signer", "not issued by this institution"),
            |d, _| {
                d.authenticity = Authenticity::OtherSigner;
                d.log = Log::Missing;
                d.consent = Standing::Unknown;
            },
        ),
        row(
            "our key, digest not in the log",
            Indeterminate,
            ("not_recorded", "not recorded"),
            |d, _| {
                d.log = Log::Missing;
                d.consent = Standing::Unknown;
            },
        ),
        row(
            "certificate expired later, token good",
            Authentic,
            ("certificate_expired", "at the attested time"),
            |_, f| f.certificate_expired = true,
        ),
        row(
            "certificate expired, no token",
            Indeterminate,
            ("time_unproved", "checkpoint"),
            |d, f| {
                d.authenticity = Authenticity::Unknown;
                d.time = Time::ClaimedOnly;
                f.certificate_expired = true;
            },
        ),
        row(
            "certificate revoked before attested time",
            NotAuthentic,
            ("revoked_before", "revoked before"),
            |d, _| d.authenticity = Authenticity::Revoked,
        ),
        row(
            "certificate revoked after attested time",
            Authentic,
            ("revoked_later", "revoked later"),
            |_, f| f.revoked_later = true,
        ),
        row(
            "token belongs to another document",
            Indeterminate,
            ("time_differs", "time-stamp does not match"),
            |d, _| d.time = Time::Invalid,
        ),
        row(
            "evidence section altered in a bundle",
            Altered,
            ("section_differs", "not what was signed: identity"),
            |d, f| {
                d.evidence = Evidence::Mismatch;
                f.mismatched = vec!["identity".to_owned()];
            },
        ),
        row(
            "evidence section withheld",
            Authentic,
            ("section_withheld", "signature"),
            |d, f| {
                d.evidence = Evidence::Redacted;
                f.withheld = vec!["signature".to_owned()];
            },
        ),
        row(
            "log shorter or different from an old checkpoint",
            NotAuthentic,
            ("log_changed", "history"),
            |d, _| d.log = Log::Inconsistent,
        ),
        row("withdrawn", Authentic, ("withdrawn", "2026-03-05"), |d, _| {
            d.consent = Standing::Withdrawn;
        }),
        row("superseded", Authentic, ("superseded", "c-2"), |d, _| {
            d.consent = Standing::Superseded;
        }),
        row("expired", Authentic, ("expired", "2026-03-05"), |d, _| {
            d.consent = Standing::Expired;
        }),
        row("refused", Authentic, ("refused", "refusal"), |d, _| {
            d.consent = Standing::Refused;
        }),
        row(
            "voided",
            Authentic,
            ("voided", "must not be relied on"),
            |d, _| {
                d.consent = Standing::Voided;
            },
        ),
        row(
            "paper original filed",
            Authentic,
            ("paper", "archive, room 3"),
            |_, f| f.paper = Some("archive, room 3".to_owned()),
        ),
    ]
}

#[test]
fn every_row_of_the_table_has_its_verdict_and_its_message() {
    let rows = rows();
    assert_eq!(rows.len(), 23, "the rows of CE §13.3");
    for row in rows {
        assert_eq!(overall(&row.dimensions, &row.facts), row.overall, "{}", row.case);
        let said = messages(&row.dimensions, &row.facts);
        let first = said
            .first()
            .unwrap_or_else(|| panic!("{}: nothing said", row.case));
        assert_eq!(first.code, row.message, "{}: {said:?}", row.case);
        let english = words::text("en", first.code, &first.params);
        assert!(english.contains(row.says), "{}: {english}", row.case);
        assert!(!english.contains('{'), "{}: {english}", row.case);
        let chinese = words::text("zh-CN", first.code, &first.params);
        assert!(
            !chinese.is_empty() && chinese != english,
            "{}: {chinese}",
            row.case
        );
        assert!(!chinese.contains('{'), "{}: {chinese}", row.case);
    }
}

fn every(mut check: impl FnMut(Dimensions, &Facts)) {
    for &integrity in Integrity::ALL {
        for &authenticity in Authenticity::ALL {
            for &time in Time::ALL {
                for &content in Content::ALL {
                    for &evidence in Evidence::ALL {
                        for &log in Log::ALL {
                            for preserved in [false, true] {
                                let found = Dimensions {
                                    integrity,
                                    authenticity,
                                    time,
                                    content,
                                    evidence,
                                    log,
                                    consent: Standing::Unknown,
                                };
                                let facts = Facts {
                                    preserved,
                                    trust_pinned: true,
                                    ..known()
                                };
                                check(found, &facts);
                            }
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn authentic_needs_everything_at_once() {
    every(|found, facts| {
        if overall(&found, facts) == Overall::Authentic {
            assert!(
                found.integrity == Integrity::Intact
                    || facts.preserved && found.integrity == Integrity::Appended
            );
            assert_eq!(found.authenticity, Authenticity::Trusted);
            assert_ne!(found.time, Time::Invalid);
            assert_ne!(found.content, Content::UnknownHere);
            assert_ne!(found.evidence, Evidence::Mismatch);
            assert!(matches!(found.log, Log::Included | Log::PendingCheckpoint));
        }
    });
}

#[test]
fn whatever_is_not_authentic_says_why() {
    every(|found, facts| {
        let verdict = overall(&found, facts);
        let said = messages(&found, facts);
        if verdict != Overall::Authentic {
            assert!(!said.is_empty(), "{found:?}");
            let reasons = [foreign(&found), altered(&found, facts), missing(&found, facts)].concat();
            assert!(reasons.contains(said.first().unwrap()), "{found:?}: {said:?}");
        }
    });
}

#[test]
fn the_state_of_the_consent_never_changes_the_verdict() {
    every(|mut found, facts| {
        let verdict = overall(&found, facts);
        for &standing in Standing::ALL {
            found.consent = standing;
            assert_eq!(overall(&found, facts), verdict);
        }
    });
}

#[test]
fn keys_that_came_with_the_bundle_are_named_as_what_is_missing() {
    let found = Dimensions {
        authenticity: Authenticity::Unknown,
        ..good()
    };
    let facts = Facts {
        trust_pinned: false,
        ..known()
    };
    assert_eq!(overall(&found, &facts), Overall::Indeterminate);
    assert_eq!(messages(&found, &facts).first().unwrap().code, "trust_not_pinned");
}

#[test]
fn a_document_alone_lacks_the_proof_of_the_log_and_raises_no_alarm() {
    let found = Dimensions {
        log: Log::Missing,
        evidence: Evidence::NotIncluded,
        content: Content::NotChecked,
        ..good()
    };
    let facts = Facts {
        log_asked: false,
        ..known()
    };
    assert_eq!(overall(&found, &facts), Overall::Indeterminate);
    assert_eq!(messages(&found, &facts).first().unwrap().code, "log_not_given");
}
