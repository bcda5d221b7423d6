//! What whoever verifies is told, on the wire: words from closed lists, and sentences in the caller's language.

use chrono::{DateTime, NaiveDate, Utc};
use poem_openapi::Object;

use crate::base::Locale;
use crate::base::clock::clinic_date;
use crate::consent::model::{Recorded, Sealable, TimeStatus};
use crate::evidence::verify::{Content, Message, Report, Step, words};

/// The report on a file: what was found of it, one dimension at a time, and how.
#[derive(Clone, Debug, Object)]
pub struct VerifiedOut {
    /// The verdict: `authentic`, `altered`, `not_authentic`, `indeterminate`. It says nothing about whether the consent is
    /// in force.
    overall: String,
    /// The verdict in words.
    text: String,
    /// Whether the institution's seal is a test authority's, not for real use.
    test_authority: bool,
    /// The file: `intact`, `modified`, `appended`, `unsigned`, `unreadable`.
    integrity: String,
    /// The signer: `trusted`, `other_signer`, `untrusted_chain`, `revoked`, `unknown`.
    authenticity: String,
    /// The time: `attested`, `claimed_only`, `pending`, `invalid`.
    time: String,
    /// The record here: `matches_record`, `unknown_here`, `not_checked`.
    content: String,
    /// The sections: `complete`, `redacted`, `mismatch`, `not_included`.
    evidence: String,
    /// The log: `included`, `pending_checkpoint`, `missing`, `inconsistent`.
    log: String,
    /// The consent: `not_yet_active`, `in_force`, `fulfilled`, `refused`, `withdrawn`, `superseded`, `expired`, `voided`,
    /// `unknown`.
    consent: String,
    /// What it means, the most important first.
    messages: Vec<VerifiedSentenceOut>,
    /// How it was found, in the order of the check.
    steps: Vec<VerifiedStepOut>,
}

/// One sentence.
#[derive(Clone, Debug, Object)]
pub struct VerifiedSentenceOut {
    /// From a closed list.
    code: String,
    /// Names, digests and times that it speaks of.
    #[oai(skip_serializing_if_is_empty)]
    params: Vec<String>,
    /// In words.
    text: String,
}

/// One step.
#[derive(Clone, Debug, Object)]
pub struct VerifiedStepOut {
    /// Which.
    step: String,
    /// `passed`, `failed`, `missing`, `not_checked`.
    result: String,
    /// Why, from a closed list.
    code: String,
    /// Names, digests and times that it speaks of.
    #[oai(skip_serializing_if_is_empty)]
    params: Vec<String>,
    /// In words.
    text: String,
}

impl VerifiedOut {
    /// In a language; `test` says whose seal the institution has.
    pub fn of(report: &Report, test: bool, locale: Locale) -> VerifiedOut {
        let (found, lang) = (&report.dimensions, locale.tag());
        VerifiedOut {
            overall: report.overall.word().to_owned(),
            text: words::word(lang, "overall", report.overall.word()),
            test_authority: test,
            integrity: found.integrity.word().to_owned(),
            authenticity: found.authenticity.word().to_owned(),
            time: found.time.word().to_owned(),
            content: found.content.word().to_owned(),
            evidence: found.evidence.word().to_owned(),
            log: found.log.word().to_owned(),
            consent: found.consent.word().to_owned(),
            messages: report.messages.iter().map(|one| sentence(one, lang)).collect(),
            steps: report.steps.iter().map(|one| step(one, lang)).collect(),
        }
    }
}

fn sentence(message: &Message, lang: &str) -> VerifiedSentenceOut {
    VerifiedSentenceOut {
        code: message.code.to_owned(),
        text: words::text(lang, message.code, &message.params),
        params: message.params.clone(),
    }
}

fn step(step: &Step, lang: &str) -> VerifiedStepOut {
    VerifiedStepOut {
        step: step.step.word().to_owned(),
        result: step.result.word().to_owned(),
        code: step.code.to_owned(),
        text: words::reason(lang, step.code, &step.params),
        params: step.params.clone(),
    }
}

/// A document that is kept here, as whoever holds its code or its digest is told.
#[derive(Clone, Debug, Object)]
pub struct RecordedOut {
    /// The hospital.
    institution: String,
    /// What kind of document.
    document: Sealable,
    /// The day on which it was made, where the hospital is.
    issued_on: NaiveDate,
    /// Where the consent stands, as in a report.
    consent: String,
    /// That in words.
    text: String,
    /// In force until.
    #[oai(skip_serializing_if_is_none)]
    until: Option<DateTime<Utc>>,
    /// Withdrawn, superseded, expired since.
    #[oai(skip_serializing_if_is_none)]
    since: Option<DateTime<Utc>>,
    /// Whether it bears the institution's seal.
    sealed: bool,
    /// Whether that seal is a test authority's, not for real use.
    test_authority: bool,
    /// Since when the seal is proved to exist.
    #[oai(skip_serializing_if_is_none)]
    time: Option<TimeStatus>,
    /// Where the seal is in the log.
    #[oai(skip_serializing_if_is_none)]
    log: Option<String>,
    /// The newest head of the log.
    #[oai(skip_serializing_if_is_none)]
    checkpoint: Option<LogHeadOut>,
    /// Her family name.
    #[oai(skip_serializing_if_is_none)]
    name: Option<String>,
}

/// The signed head of the log.
#[derive(Clone, Debug, Object)]
pub struct LogHeadOut {
    /// Entries.
    size: i64,
    /// The root over them.
    root: String,
    /// When it was signed.
    at: DateTime<Utc>,
}

impl RecordedOut {
    /// In a language; `test` says whose seal the institution has.
    pub fn of(recorded: Recorded, test: bool, locale: Locale) -> RecordedOut {
        let standing = recorded.force.standing.word();
        RecordedOut {
            institution: recorded.institution,
            document: recorded.paper,
            issued_on: clinic_date(recorded.issued_at),
            consent: standing.to_owned(),
            text: words::word(locale.tag(), "consent", standing),
            until: recorded.force.until,
            since: recorded.force.since,
            sealed: recorded.time.is_some(),
            test_authority: test,
            time: recorded.time,
            log: recorded.log.map(|log| log.word().to_owned()),
            checkpoint: recorded.checkpoint.map(|head| LogHeadOut {
                size: head.size,
                root: head.root,
                at: head.at,
            }),
            name: recorded.name,
        }
    }
}

/// Whether a digest is of a document that was sealed here.
#[derive(Clone, Debug, Object)]
pub struct DigestOut {
    /// `matches_record` or `unknown_here`.
    content: String,
    /// What is recorded of it.
    #[oai(skip_serializing_if_is_none)]
    record: Option<RecordedOut>,
}

impl DigestOut {
    /// In a language; `test` says whose seal the institution has.
    pub fn of(found: Option<Recorded>, test: bool, locale: Locale) -> DigestOut {
        let content = match found {
            Some(_) => Content::MatchesRecord,
            None => Content::UnknownHere,
        };
        DigestOut {
            content: content.word().to_owned(),
            record: found.map(|found| RecordedOut::of(found, test, locale)),
        }
    }
}
