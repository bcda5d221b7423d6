//! One transport-free list of what can go wrong. Statuses are known to `http/problem.rs` alone.

use std::fmt;

use super::code::Code;

/// What acts return.
pub type Result<T> = std::result::Result<T, Error>;

/// Everything that an act can answer instead of its result.
#[derive(Debug)]
pub enum Error {
    /// The subject does not exist, or must look so to this caller.
    Missing(Noun),
    /// The request can't be read: a bad header, cursor or parameter.
    Malformed(Code),
    /// Fields at fault, all of them at once.
    Invalid(Code, Vec<Fault>),
    /// A rule says no.
    Refused(Code),
    /// A rule says no, and the current state helps the client.
    Conflict(Code, serde_json::Value),
    /// `If-Match` names an older version; `current` is the strong tag now.
    Stale {
        /// The version now.
        current: i64,
    },
    /// As [`Error::Stale`], of answers: the client merges question by question.
    StaleAnswers {
        /// The version now.
        current: i64,
        /// The questions whose answers are not what the client has seen.
        changed_link_ids: Vec<String>,
    },
    /// `If-Match` is needed and absent.
    PreconditionRequired,
    /// The role may never do this.
    Forbidden,
    /// The role may do this, but not to this subject now; the code says what it takes.
    Barred(Code),
    /// No valid session, or a code that doesn't open one.
    Unauthenticated(Code),
    /// Too many tries.
    RateLimited {
        /// When to come back, seconds.
        retry_after_s: i64,
    },
    /// Overload or a dependency that is out of reach.
    Busy(Code),
    /// A defect or a broken engine: the cause goes to the log, never to the caller.
    Broken(Box<dyn std::error::Error + Send + Sync>),
}

/// One field or answer at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// RFC 6901 pointer into the request body.
    pub pointer: String,
    /// Stable code, a key of the message catalog.
    pub code: String,
    /// For answers: the question.
    pub link_id: Option<String>,
    /// For answers: the linkIds from the root.
    pub path: Option<Vec<String>>,
    /// Numbers and words that the message needs.
    pub params: Option<serde_json::Value>,
    /// A ready text in the caller's language, where the catalog is not the one of this service's codes.
    pub message: Option<String>,
}

impl Fault {
    /// A field at fault.
    pub fn field(pointer: impl Into<String>, code: &str) -> Fault {
        Fault {
            pointer: pointer.into(),
            code: code.to_owned(),
            link_id: None,
            path: None,
            params: None,
            message: None,
        }
    }

    /// With numbers for the message.
    pub fn with(mut self, params: serde_json::Value) -> Fault {
        self.params = Some(params);
        self
    }
}

/// Things that can be missing; the word is for the log, the caller sees one code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noun {
    /// A staff account.
    Staff,
    /// A session.
    Session,
    /// A passkey.
    Passkey,
    /// A hospital.
    Facility,
    /// A woman's record.
    Patient,
    /// A pregnancy.
    Episode,
    /// A lesson.
    Lesson,
    /// A class on site.
    Class,
    /// A notice to her.
    Notice,
    /// A form definition.
    Questionnaire,
    /// An assignment of a form.
    Assignment,
    /// A set of answers.
    Response,
    /// An uploaded file.
    Attachment,
    /// An assessment in the queue.
    Review,
    /// A consent.
    Consent,
    /// A consent template.
    Template,
    /// A labor.
    Labor,
    /// An alarm in labor.
    Alarm,
    /// A follow-up point.
    FollowUp,
    /// A red flag.
    Alert,
    /// Something to do.
    Task,
    /// An adverse event.
    AdverseEvent,
    /// An indicator.
    Indicator,
    /// A managed case of a woman at high risk.
    ManagedCase,
    /// A referral to another hospital.
    Referral,
    /// A batch of a drug or a consumable.
    Supply,
    /// A document.
    Document,
    /// A request about data.
    DataRequest,
    /// A legal hold.
    LegalHold,
    /// A sealing of a record in a dispute.
    RecordSeal,
    /// A list of records to be destroyed.
    DestructionList,
    /// An opened record.
    Access,
    /// A route.
    Route,
}

impl Error {
    /// One field at fault.
    pub fn invalid(pointer: impl Into<String>, code: &str) -> Error {
        Error::Invalid(Code::HttpInvalid, vec![Fault::field(pointer, code)])
    }

    /// A defect described in words that hold no data of a person.
    pub fn broken(what: &'static str) -> Error {
        Error::Broken(what.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Missing(noun) => write!(f, "missing {noun:?}"),
            Error::Malformed(code) | Error::Refused(code) | Error::Conflict(code, _) => {
                f.write_str(code.word())
            }
            Error::Invalid(code, faults) => write!(f, "{} ({} faults)", code.word(), faults.len()),
            Error::Stale { .. } | Error::StaleAnswers { .. } => f.write_str(Code::HttpStale.word()),
            Error::PreconditionRequired => f.write_str(Code::HttpPreconditionRequired.word()),
            Error::Forbidden => f.write_str(Code::HttpForbidden.word()),
            Error::Barred(code) | Error::Unauthenticated(code) | Error::Busy(code) => {
                f.write_str(code.word())
            }
            Error::RateLimited { .. } => f.write_str(Code::HttpRateLimited.word()),
            Error::Broken(cause) => write!(f, "broken: {cause}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<sqlx::Error> for Error {
    fn from(cause: sqlx::Error) -> Error {
        match cause {
            sqlx::Error::PoolTimedOut => Error::Busy(Code::HttpOverloaded),
            other => Error::Broken(Box::new(other)),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(cause: serde_json::Error) -> Error {
        Error::Broken(Box::new(cause))
    }
}
