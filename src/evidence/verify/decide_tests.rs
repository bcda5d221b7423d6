use super::*;
use crate::evidence::verify::words;

/// CE §13.3, row by row: the case; integrity, authenticity, time, evidence, log and consent; what is known beside them; the
/// verdict; the first message, and what it says in English, in part.
const TABLE: &str = "\
sealed, in force | intact trusted attested complete included in_force | | authentic | in_force | in force until 2026-04-01
time authority was down | intact trusted pending complete included in_force | | authentic | time_pending | not yet attested
sealed minutes ago | intact trusted attested complete pending_checkpoint in_force | | authentic | log_pending | within 10 minutes
one byte changed inside the signed range | modified unknown claimed_only complete missing unknown | | altered | changed | changed after
bytes appended, not validation data | appended trusted attested complete included in_force | | altered | appended | signed revision
appended validation data or document time-stamp only | intact trusted attested complete included in_force | preserved | authentic | preserved | reservation
signature removed, or printed and scanned copy | unsigned unknown claimed_only complete missing unknown | | indeterminate | unsigned | no signature in this file
same text signed by another key | intact other_signer attested complete missing unknown | | not_authentic | other_signer | not issued by this institution
our key, digest not in the log | intact trusted attested complete missing unknown | | indeterminate | not_recorded | not recorded
certificate expired later, token good | intact trusted attested complete included in_force | expired | authentic | certificate_expired | at the attested time
certificate expired, no token | intact unknown claimed_only complete included in_force | expired | indeterminate | time_unproved | checkpoint
certificate revoked before attested time | intact revoked attested complete included in_force | | not_authentic | revoked_before | revoked before
certificate revoked after attested time | intact trusted attested complete included in_force | revoked_later | authentic | revoked_later | revoked later
token belongs to another document | intact trusted invalid complete included in_force | | indeterminate | time_differs | time-stamp does not match
evidence section altered in a bundle | intact trusted attested mismatch included in_force | mismatched | altered | section_differs | not what was signed: identity
evidence section withheld | intact trusted attested redacted included in_force | withheld | authentic | section_withheld | signature
log shorter or different from an old checkpoint | intact trusted attested complete inconsistent in_force | | not_authentic | log_changed | history
withdrawn | intact trusted attested complete included withdrawn | | authentic | withdrawn | 2026-03-05
superseded | intact trusted attested complete included superseded | | authentic | superseded | c-2
expired | intact trusted attested complete included expired | | authentic | expired | 2026-03-05
refused | intact trusted attested complete included refused | | authentic | refused | refusal
voided | intact trusted attested complete included voided | | authentic | voided | must not be relied on
paper original filed | intact trusted attested complete included in_force | paper | authentic | paper | archive, room 3";

struct Row {
    case: &'static str,
    dimensions: Dimensions,
    facts: Facts,
    overall: Overall,
    message: &'static str,
    says: &'static str,
}

fn rows() -> impl Iterator<Item = Row> {
    TABLE.lines().map(|line| {
        let columns: Vec<&str> = line.split('|').map(str::trim).collect();
        let [case, dimensions, beside, overall, message, says] = columns[..] else {
            panic!("{line}");
        };
        Row {
            case,
            dimensions: of(dimensions),
            facts: beside_it(beside),
            overall: Overall::parse(overall).unwrap(),
            message,
            says,
        }
    })
}

fn of(words: &str) -> Dimensions {
    let words: Vec<&str> = words.split(' ').collect();
    let [integrity, authenticity, time, evidence, log, consent] = words[..] else {
        panic!("{words:?}");
    };
    Dimensions {
        integrity: Integrity::parse(integrity).unwrap(),
        authenticity: Authenticity::parse(authenticity).unwrap(),
        time: Time::parse(time).unwrap(),
        content: Content::MatchesRecord,
        evidence: Evidence::parse(evidence).unwrap(),
        log: Log::parse(log).unwrap(),
        consent: Standing::parse(consent).unwrap(),
    }
}

fn beside_it(word: &str) -> Facts {
    let named = |wanted: &str, name: &str| {
        let is = word == wanted;
        is.then(|| name.to_owned()).into_iter().collect::<Vec<_>>()
    };
    Facts {
        preserved: word == "preserved",
        certificate_expired: word == "expired",
        revoked_later: word == "revoked_later",
        mismatched: named("mismatched", "identity"),
        withheld: named("withheld", "signature"),
        paper: named("paper", "archive, room 3").pop(),
        ..known()
    }
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

#[test]
fn every_row_of_the_table_has_its_verdict_and_its_message() {
    assert_eq!(rows().count(), 23, "the rows of CE §13.3");
    for row in rows() {
        assert_eq!(overall(&row.dimensions), row.overall, "{}", row.case);
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

/// The verdict alone says that a file is authentic: what else there is to tell is told of others, too.
#[test]
fn no_sentence_calls_a_file_genuine() {
    for (locale, words) in [("en", ["genuine", "authentic"]), ("zh-CN", ["真实", "真"])] {
        for (key, text) in words::all(locale).get("message").unwrap() {
            let text = text.to_lowercase();
            assert!(
                words.iter().all(|word| !text.contains(word)),
                "{locale} {key}: {text}"
            );
        }
    }
}

#[test]
fn the_place_of_an_original_is_not_taken_from_a_section_that_was_altered() {
    let facts = Facts {
        paper: Some("elsewhere".to_owned()),
        ..known()
    };
    let altered = Dimensions {
        evidence: Evidence::Mismatch,
        ..good()
    };
    let said = |found| messages(&found, &facts);
    assert!(said(good()).iter().any(|message| message.code == "paper"));
    assert!(said(altered).iter().all(|message| message.code != "paper"));
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
    every(|found, _| {
        if overall(&found) == Overall::Authentic {
            assert_eq!(found.integrity, Integrity::Intact);
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
        let verdict = overall(&found);
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
    every(|mut found, _| {
        let verdict = overall(&found);
        for &standing in Standing::ALL {
            found.consent = standing;
            assert_eq!(overall(&found), verdict);
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
    assert_eq!(overall(&found), Overall::Indeterminate);
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
    assert_eq!(overall(&found), Overall::Indeterminate);
    assert_eq!(messages(&found, &facts).first().unwrap().code, "log_not_given");
}
