//! Problem details (RFC 9457) and the one table from [`Error`] to status.

use poem::http::StatusCode;
use poem_openapi::registry::{MetaHeader, MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::{ToJSON, Type};
use poem_openapi::{ApiResponse, Object};

use crate::base::error::{Error, Fault};
use crate::base::{Code, Locale};
use crate::content::messages;

use super::layers::scope;

/// What went wrong, for a person and for a program.
#[derive(Clone, Debug, Object)]
pub struct Problem {
    /// `https://muan.invalid/problems/<code>`.
    #[oai(rename = "type")]
    pub kind: String,
    /// One sentence in the language asked for.
    pub title: String,
    /// The status of the answer.
    pub status: u16,
    /// Stable, `<slice>.<reason>`.
    pub code: String,
    /// More of it, where there is more to say.
    #[oai(skip_serializing_if_is_none)]
    pub detail: Option<String>,
    /// Every field or answer at fault.
    #[oai(skip_serializing_if_is_empty)]
    pub errors: Vec<ProblemField>,
    /// The state of the subject now, where it helps the client to go on; with 412 its `ETag`, a text.
    #[oai(skip_serializing_if_is_none)]
    pub current: Option<poem_openapi::types::Any<serde_json::Value>>,
    /// With 412 of answers: the questions whose answers differ between the version that `If-Match` named and `current`;
    /// between what was sent and `current` where that version is no longer held.
    #[oai(skip_serializing_if_is_none)]
    pub changed_link_ids: Option<Vec<String>>,
    /// The request, for support.
    pub request_id: String,
}

/// One field or answer at fault.
#[derive(Clone, Debug, Object)]
pub struct ProblemField {
    /// RFC 6901 pointer into the request body.
    pub pointer: String,
    /// Stable.
    pub code: String,
    /// One sentence in the language asked for.
    pub message: String,
    /// The question, for answers.
    #[oai(skip_serializing_if_is_none)]
    pub link_id: Option<String>,
    /// The linkIds from the root, for answers.
    #[oai(skip_serializing_if_is_none)]
    pub path: Option<Vec<String>>,
    /// Limits and values that the message names.
    #[oai(skip_serializing_if_is_none)]
    pub params: Option<poem_openapi::types::Any<serde_json::Value>>,
}

/// What every operation can answer instead of its result.
#[derive(Debug)]
pub struct Failure(pub Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure(error)
    }
}

const STATUSES: [(u16, &str); 14] = [
    (400, "The request can't be read."),
    (401, "No valid session."),
    (403, "This role may not do it, or not now; `code` says which."),
    (404, "It does not exist, or not for this caller."),
    (405, "The path does not take this method."),
    (409, "A rule says no; `code` says which."),
    (
        412,
        "`If-Match` names an older version; `current` is the tag now, for answers `changed_link_ids` names what differs.",
    ),
    (413, "The body is too large."),
    (415, "The body is of a kind that is not taken."),
    (422, "Fields at fault, all of them in `errors`."),
    (428, "`If-Match` is needed."),
    (429, "Too many requests; see `Retry-After`."),
    (500, "A defect; the request id helps support to find it."),
    (
        503,
        "Overloaded, or a needed service is out of reach; see `Retry-After`.",
    ),
];

impl Failure {
    fn status(&self) -> StatusCode {
        match &self.0 {
            Error::Missing(_) => StatusCode::NOT_FOUND,
            Error::Malformed(code) => match code {
                Code::HttpTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
                Code::HttpUnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
                Code::HttpMethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
                Code::HttpRangeNotSatisfiable => StatusCode::RANGE_NOT_SATISFIABLE,
                _ => StatusCode::BAD_REQUEST,
            },
            // Not even of the right shape: the fields are named where the framework names them.
            Error::Invalid(Code::HttpMalformed, _) => StatusCode::BAD_REQUEST,
            Error::Invalid(..) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Refused(_) | Error::Conflict(..) => StatusCode::CONFLICT,
            Error::Stale { .. } | Error::StaleAnswers { .. } => StatusCode::PRECONDITION_FAILED,
            Error::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Error::Forbidden | Error::Barred(_) => StatusCode::FORBIDDEN,
            Error::Unauthenticated(Code::PeopleWechatUserBlocked) => StatusCode::FORBIDDEN,
            Error::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            Error::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
            Error::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn code(&self) -> Code {
        match &self.0 {
            Error::Missing(_) => Code::HttpNotFound,
            Error::Malformed(code)
            | Error::Invalid(code, _)
            | Error::Refused(code)
            | Error::Conflict(code, _)
            | Error::Barred(code)
            | Error::Unauthenticated(code)
            | Error::Busy(code) => *code,
            Error::Stale { .. } | Error::StaleAnswers { .. } => Code::HttpStale,
            Error::PreconditionRequired => Code::HttpPreconditionRequired,
            Error::Forbidden => Code::HttpForbidden,
            Error::RateLimited { .. } => Code::HttpRateLimited,
            Error::Broken(_) => Code::HttpBroken,
        }
    }

    fn retry_after(&self) -> Option<i64> {
        match &self.0 {
            Error::RateLimited { retry_after_s } => Some(*retry_after_s),
            Error::Busy(_) => Some(5),
            _ => None,
        }
    }

    /// The body in a language.
    pub fn problem(&self, locale: Locale, request_id: &str) -> Problem {
        let code = self.code();
        let (faults, current) = match &self.0 {
            Error::Invalid(_, faults) => (faults.as_slice(), None),
            Error::Conflict(_, current) => (&[][..], Some(current.clone())),
            Error::Stale { current } | Error::StaleAnswers { current, .. } => {
                (&[][..], Some(super::answer::tag(*current).into()))
            }
            _ => (&[][..], None),
        };
        let changed_link_ids = match &self.0 {
            Error::StaleAnswers { changed_link_ids, .. } => Some(changed_link_ids.clone()),
            _ => None,
        };
        Problem {
            kind: format!("https://muan.invalid/problems/{}", code.word()),
            title: messages::text(locale, code.word()),
            status: self.status().as_u16(),
            code: code.word().to_owned(),
            detail: None,
            errors: faults.iter().map(|fault| field(fault, locale)).collect(),
            current: current.map(poem_openapi::types::Any),
            changed_link_ids,
            request_id: request_id.to_owned(),
        }
    }
}

fn field(fault: &Fault, locale: Locale) -> ProblemField {
    ProblemField {
        pointer: fault.pointer.clone(),
        code: fault.code.clone(),
        message: fault
            .message
            .clone()
            .unwrap_or_else(|| messages::field(locale, &fault.code, fault.params.as_ref())),
        link_id: fault.link_id.clone(),
        path: fault.path.clone(),
        params: fault.params.clone().map(poem_openapi::types::Any),
    }
}

impl poem::IntoResponse for Failure {
    fn into_response(self) -> poem::Response {
        if let Error::Broken(cause) = &self.0 {
            // The cause names statements and constraints, never values.
            tracing::error!(error = %cause, "an act broke");
        }
        let (locale, request_id) = scope();
        let problem = self.problem(locale, &request_id);
        let mut response = poem::Response::builder()
            .status(self.status())
            .content_type("application/problem+json")
            .header("content-language", locale.tag())
            .body(problem.to_json_string());
        response.set_data(problem);
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert("retry-after", seconds.into());
        }
        if self.status() == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert("www-authenticate", poem::http::HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Failure {}

impl poem::error::ResponseError for Failure {
    fn status(&self) -> StatusCode {
        Failure::status(self)
    }

    fn as_response(&self) -> poem::Response
    where
        Self: std::error::Error + Send + Sync + 'static,
    {
        // Reached only where no layer stands in between: the layer takes the error itself.
        poem::Response::builder().status(self.status()).finish()
    }
}

impl ApiResponse for Failure {
    const BAD_REQUEST_HANDLER: bool = false;

    fn meta() -> MetaResponses {
        let responses = STATUSES
            .iter()
            .map(|&(status, description)| MetaResponse {
                description,
                status: Some(status),
                status_range: None,
                content: vec![MetaMediaType {
                    content_type: "application/problem+json",
                    schema: <Problem as Type>::schema_ref(),
                }],
                headers: if status == 429 || status == 503 {
                    vec![retry_after()]
                } else {
                    Vec::new()
                },
            })
            .collect();
        MetaResponses { responses }
    }

    fn register(registry: &mut Registry) {
        <Problem as Type>::register(registry);
    }
}

fn retry_after() -> MetaHeader {
    MetaHeader {
        name: "Retry-After".to_owned(),
        description: Some("Seconds.".to_owned()),
        required: true,
        deprecated: false,
        schema: <i64 as Type>::schema_ref(),
    }
}
