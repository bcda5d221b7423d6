//! What follows from the dimensions: the verdict in the order of CE §13.2, and the sentences of §13.3.

use chrono::{DateTime, SecondsFormat, Utc};

use super::report::{
    Authenticity, Content, Dimensions, Evidence, Facts, Integrity, Log, Message, Overall, Standing, Time,
};

/// The verdict, first match wins. The state of the consent never counts.
pub fn overall(found: &Dimensions) -> Overall {
    let foreign = matches!(
        found.authenticity,
        Authenticity::OtherSigner | Authenticity::Revoked
    );
    let altered = matches!(found.integrity, Integrity::Modified | Integrity::Appended);
    if foreign || found.log == Log::Inconsistent {
        Overall::NotAuthentic
    } else if altered || found.evidence == Evidence::Mismatch {
        Overall::Altered
    } else if found.integrity == Integrity::Intact
        && found.authenticity == Authenticity::Trusted
        && found.time != Time::Invalid
        && found.content != Content::UnknownHere
        && matches!(found.log, Log::Included | Log::PendingCheckpoint)
    {
        Overall::Authentic
    } else {
        Overall::Indeterminate
    }
}

/// What it means, the most important first; an indeterminate verdict begins with what is missing.
pub fn messages(found: &Dimensions, facts: &Facts) -> Vec<Message> {
    let mut said = match overall(found) {
        Overall::NotAuthentic => foreign(found),
        Overall::Altered => altered(found, facts),
        Overall::Indeterminate => missing(found, facts),
        Overall::Authentic => Vec::new(),
    };
    if found.authenticity == Authenticity::Trusted {
        said.extend(remarks(found, facts));
    }
    said.extend(standing(found, facts));
    said
}

fn say(code: &'static str, params: impl IntoIterator<Item = String>) -> Message {
    Message {
        code,
        params: params.into_iter().collect(),
    }
}

fn plain(code: &'static str) -> Message {
    say(code, [])
}

fn foreign(found: &Dimensions) -> Vec<Message> {
    let mut said = Vec::new();
    match found.authenticity {
        Authenticity::OtherSigner => said.push(plain("other_signer")),
        Authenticity::Revoked => said.push(plain("revoked_before")),
        _ => {}
    }
    if found.log == Log::Inconsistent {
        said.push(plain("log_changed"));
    }
    said
}

fn altered(found: &Dimensions, facts: &Facts) -> Vec<Message> {
    let mut said = Vec::new();
    match found.integrity {
        Integrity::Modified => said.push(plain("changed")),
        Integrity::Appended => said.push(plain("appended")),
        _ => {}
    }
    if found.evidence == Evidence::Mismatch {
        said.push(say("section_differs", facts.mismatched.clone()));
    }
    said
}

/// Whatever keeps it from being authentic, the first cause first.
fn missing(found: &Dimensions, facts: &Facts) -> Vec<Message> {
    let mut said = Vec::new();
    match found.integrity {
        Integrity::Unreadable => return vec![plain("unreadable")],
        Integrity::Unsigned => return vec![plain("unsigned")],
        _ => {}
    }
    match found.authenticity {
        Authenticity::UntrustedChain => said.push(plain("untrusted_chain")),
        Authenticity::Unknown if !facts.trust_pinned => said.push(plain("trust_not_pinned")),
        Authenticity::Unknown if facts.certificate_expired => said.push(plain("time_unproved")),
        Authenticity::Unknown => said.push(plain("signer_unknown")),
        _ => {}
    }
    if found.time == Time::Invalid {
        said.push(plain("time_differs"));
    }
    if found.log == Log::Missing && found.authenticity == Authenticity::Trusted {
        said.push(plain(match (facts.log_asked, facts.log_keyless) {
            (false, _) => "log_not_given",
            (true, true) => "log_key_unknown",
            (true, false) => "not_recorded",
        }));
    }
    if found.content == Content::UnknownHere {
        said.push(plain("unknown_here"));
    }
    said
}

/// What is worth knowing about a signature that is the institution's.
fn remarks(found: &Dimensions, facts: &Facts) -> Vec<Message> {
    let mut said = Vec::new();
    if facts.preserved {
        said.push(plain("preserved"));
    }
    if facts.revoked_later {
        said.push(plain("revoked_later"));
    }
    if facts.certificate_expired && found.time == Time::Attested {
        said.push(plain("certificate_expired"));
    }
    match found.time {
        Time::Pending => said.push(plain("time_pending")),
        Time::ClaimedOnly => said.push(plain("time_claimed")),
        Time::Attested | Time::Invalid => {}
    }
    if found.log == Log::PendingCheckpoint {
        said.push(plain("log_pending"));
    }
    if found.evidence == Evidence::Redacted {
        said.push(say("section_withheld", facts.withheld.clone()));
    }
    said
}

/// What became of the consent, said apart from the file (CE-213).
fn standing(found: &Dimensions, facts: &Facts) -> Vec<Message> {
    let mut said = Vec::new();
    let at = |time: Option<DateTime<Utc>>| time.map(stamp);
    // The place of the original is told only of a copy that is what it says: section 4 of a bundle may be anybody's.
    if let Some(place) = &facts.paper
        && found.authenticity == Authenticity::Trusted
        && found.evidence != Evidence::Mismatch
    {
        said.push(say("paper", [place.clone()]));
    }
    said.extend(match found.consent {
        Standing::NotYetActive => Some(plain("not_yet_active")),
        Standing::InForce => Some(say("in_force", at(facts.until))),
        Standing::Fulfilled => Some(plain("fulfilled")),
        Standing::Refused => Some(plain("refused")),
        Standing::Withdrawn => Some(say("withdrawn", at(facts.since))),
        Standing::Superseded => Some(say(
            "superseded",
            at(facts.since).into_iter().chain(facts.by.clone()),
        )),
        Standing::Expired => Some(say("expired", at(facts.since))),
        Standing::Voided => Some(plain("voided")),
        Standing::Unknown => None,
    });
    let known = found.consent != Standing::Unknown;
    if !known && found.authenticity == Authenticity::Trusted && found.integrity != Integrity::Modified {
        said.push(plain("standing_unknown"));
    }
    said
}

/// RFC 3339, UTC, milliseconds; whoever shows it puts it into words.
fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
