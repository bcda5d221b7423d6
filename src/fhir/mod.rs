//! The FHIR R4 facade under `/fhir/R4`: what the slices know, in the words of the standard. Mapping only; it calls the
//! slices' acts through their doors, so who may do what is decided where it always is.
//!
//! It stands outside the two OpenAPI documents: [`metadata`] describes it, as the standard wants, and is made of the same
//! table as the dispatch. Resources are read and searched; nothing is written.

mod asked;
mod audit;
mod bundle;
mod consent;
mod document;
mod everything;
mod metadata;
mod observation;
pub mod outcome;
mod patient;
mod provenance;
mod questionnaire;
mod response;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use poem::http::{HeaderValue, Method, header};
use poem::{Endpoint, IntoResponse, Request, Response};
use poem_openapi::OperationId;
use serde_json::Value;

use crate::base::error::{Error, Result};
use crate::base::{Act, Code, Noun};
use crate::ctx::Ctx;
use crate::http::problem::Failure;
use crate::people::caller::{self, Caller};
use crate::people::policy;

use asked::Asked;

/// Where it stands below the public address.
pub const BASE: &str = "/fhir/R4";
/// The media type of everything that it says.
pub const MEDIA_TYPE: &str = "application/fhir+json";

/// A resource, with its revision if it has one.
struct Answer {
    body: Value,
    version: Option<i64>,
}

impl From<Value> for Answer {
    fn from(body: Value) -> Answer {
        Answer { body, version: None }
    }
}

type Handler = for<'a> fn(&'a Ctx, &'a Caller, &'a Asked) -> BoxFuture<'a, Result<Answer>>;

/// One interaction of the facade.
pub struct Operation {
    /// How it is asked for.
    pub method: Method,
    /// Where, below [`BASE`].
    pub path: &'static str,
    /// The act behind it when she asks.
    pub hers: Option<Act>,
    /// The act behind it when staff ask.
    pub theirs: Option<Act>,
    handler: Handler,
}

/// Every interaction but `metadata`, which needs no session.
pub static OPERATIONS: [Operation; 18] = [
    Operation {
        method: Method::GET,
        path: "/Questionnaire",
        hers: Some(Act::FormsQuestionnaires),
        theirs: Some(Act::FormsQuestionnaires),
        handler: |ctx, caller, asked| questionnaire::search(ctx, caller, asked).boxed(),
    },
    Operation {
        method: Method::GET,
        path: "/Questionnaire/{id}",
        hers: Some(Act::FormsQuestionnaire),
        theirs: Some(Act::FormsQuestionnaire),
        handler: |ctx, caller, asked| questionnaire::read(ctx, caller, asked).boxed(),
    },
    Operation {
        method: Method::GET,
        path: "/QuestionnaireResponse",
        hers: Some(Act::FormsResponses),
        theirs: Some(Act::FormsResponses),
        handler: |ctx, caller, asked| response::search(ctx, caller, asked).boxed(),
    },
    Operation {
        method: Method::GET,
        path: "/QuestionnaireResponse/{id}",
        hers: Some(Act::FormsRead),
        theirs: Some(Act::FormsReadStaff),
        handler: |ctx, caller, asked| response::read(ctx, caller, asked).boxed(),
    },
    Operation {
        method: Method::POST,
        path: "/QuestionnaireResponse/$validate",
        hers: Some(Act::FormsValidate),
        theirs: Some(Act::FormsValidate),
        handler: |ctx, caller, asked| response::validate(ctx, caller, asked).boxed(),
    },
    Operation {
        method: Method::GET,
        path: "/Patient",
        hers: Some(Act::PeopleMe),
        theirs: Some(Act::EpisodePatients),
        handler: |ctx, caller, asked| patient::search(ctx, caller, asked).boxed(),
    },
    Operation {
        method: Method::GET,
        path: "/Patient/{id}",
        hers: Some(Act::PeopleMe),
        theirs: Some(Act::EpisodePatient),
        handler: |ctx, caller, asked| patient::read(ctx, caller, asked).boxed(),
    },
    Operation {
        method: Method::GET,
        path: "/Patient/{id}/$everything",
        hers: Some(Act::PeopleMe),
        theirs: Some(Act::EpisodePatient),
        handler: |ctx, caller, asked| everything::all(ctx, caller, asked).boxed(),
    },
    Operation {
        method: Method::GET,
        path: "/Consent",
        hers: Some(Act::ConsentDecisions),
        theirs: Some(Act::ConsentDecisions),
        handler: |ctx, caller, asked| consent::search(ctx, caller, asked).boxed(),
    },
    Operation {
        method: Method::GET,
        path: "/Consent/{id}",
        hers: Some(Act::ConsentDecisions),
        theirs: Some(Act::ConsentDecisions),
        handler: |ctx, caller, asked| consent::read(ctx, caller, asked).boxed(),
    },
    Operation {
        method: Method::GET,
        path: "/DocumentReference",
        hers: Some(Act::ConsentDecisions),
        theirs: Some(Act::ConsentDecisions),
        handler: |ctx, caller, asked| document::search(ctx, caller, asked).boxed(),
    },
    Operation {
        method: Method::GET,
        path: "/DocumentReference/{id}",
        hers: Some(Act::ConsentDecisions),
        theirs: Some(Act::ConsentDecisions),
        handler: |ctx, caller, asked| document::read(ctx, caller, asked).boxed(),
    },
    Operation {
        method: Method::GET,
        path: "/Provenance",
        hers: Some(Act::ConsentDecisions),
        theirs: Some(Act::ConsentDecisions),
        handler: |ctx, caller, asked| provenance::search(ctx, caller, asked).boxed(),
    },
    Operation {
        method: Method::GET,
        path: "/Provenance/{id}",
        hers: Some(Act::ConsentDecisions),
        theirs: Some(Act::ConsentDecisions),
        handler: |ctx, caller, asked| provenance::read(ctx, caller, asked).boxed(),
    },
    Operation {
        method: Method::GET,
        path: "/Observation",
        hers: Some(Act::AssessmentObservations),
        theirs: Some(Act::AssessmentObservations),
        handler: |ctx, caller, asked| observation::search(ctx, caller, asked).boxed(),
    },
    Operation {
        method: Method::GET,
        path: "/Observation/{id}",
        hers: Some(Act::AssessmentObservations),
        theirs: Some(Act::AssessmentObservations),
        handler: |ctx, caller, asked| observation::read(ctx, caller, asked).boxed(),
    },
    Operation {
        method: Method::GET,
        path: "/AuditEvent",
        hers: None,
        theirs: Some(Act::PeopleAudit),
        handler: |ctx, caller, asked| audit::search(ctx, caller, asked).boxed(),
    },
    Operation {
        method: Method::GET,
        path: "/AuditEvent/{id}",
        hers: None,
        theirs: Some(Act::PeopleAudit),
        handler: |ctx, caller, asked| audit::read(ctx, caller, asked).boxed(),
    },
];

impl Operation {
    /// The resource type that it is about.
    pub fn resource(&self) -> &'static str {
        self.path.split('/').nth(1).unwrap_or_default()
    }

    /// Whether the path is this one's; the id in it, if it has one.
    fn matches(&self, path: &str) -> Option<String> {
        let mut id = String::new();
        let mut given = path.split('/');
        for part in self.path.split('/') {
            match given.next()? {
                one if part == "{id}" && !one.is_empty() && !one.starts_with('$') => id = one.to_owned(),
                one if one == part => {}
                _ => return None,
            }
        }
        given.next().is_none().then_some(id)
    }

    fn act(&self, caller: &Caller) -> Option<Act> {
        if caller.staff().is_ok() {
            self.theirs
        } else {
            self.hers
        }
    }
}

/// The endpoint, below [`BASE`].
pub struct Facade;

impl Endpoint for Facade {
    type Output = Response;

    async fn call(&self, mut req: Request) -> poem::Result<Response> {
        let mut act = None;
        let mut response = match answer(&mut req, &mut act).await {
            Ok(answer) => said(answer),
            Err(error) => Failure(error).into_response(),
        };
        if let Some(act) = act {
            response.set_data(OperationId(act.word()));
        }
        Ok(response)
    }
}

async fn answer(req: &mut Request, act: &mut Option<Act>) -> Result<Answer> {
    let ctx = req.data::<Ctx>().cloned();
    let ctx = ctx.ok_or_else(|| Error::broken("a route without its context"))?;
    let path = req.uri().path().replace("%24", "$");
    if path == "/metadata" && req.method() == Method::GET {
        return Ok(metadata::statement(&ctx).into());
    }
    let caller = caller::of(req).await?;
    let mut elsewhere = path == "/metadata";
    for operation in &OPERATIONS {
        let Some(id) = operation.matches(&path) else {
            continue;
        };
        if operation.method != *req.method() {
            elsewhere = true;
            continue;
        }
        // Before the parameters are looked at, as in the two APIs; none where nobody of her kind, or of theirs, ever may.
        let behind = operation.act(&caller).ok_or(Error::Forbidden)?;
        *act = Some(behind);
        policy::allowed(&caller, behind)?;
        let asked = Asked::read(&ctx, req, operation, id).await?;
        return (operation.handler)(&ctx, &caller, &asked).await;
    }
    Err(if elsewhere {
        Error::Malformed(Code::HttpMethodNotAllowed)
    } else {
        Error::Missing(Noun::Route)
    })
}

fn said(answer: Answer) -> Response {
    let mut response = Response::builder()
        .content_type(MEDIA_TYPE)
        .body(answer.body.to_string());
    // Weak, as the standard has it: the representation is made anew each time.
    let tag = answer.version.map(|version| format!("W/\"{version}\""));
    if let Some(tag) = tag.and_then(|tag| HeaderValue::from_str(&tag).ok()) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}
