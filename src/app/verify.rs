//! The public way in to verification (CE §13.1): by the printed code, by a file, by a digest. JSON, or a page that needs no
//! script, by `Accept`. Nothing is kept; a code stands in no log line and in no metric.

use futures_util::FutureExt;
use poem::http::{StatusCode, header};
use poem::web::{Data, Form, Multipart, Path};
use poem::{Body, FromRequest, IntoResponse, Request, RequestBody, Response, Route, get, handler, post};
use poem_openapi::OperationId;
use poem_openapi::types::ToJSON;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::verify_page as page;
use crate::base::error::{Error, Fault, Result};
use crate::base::request::RequestInfo;
use crate::base::{Code, Locale};
use crate::consent::api::{DigestOut, RecordedOut, VerifiedOut};
use crate::consent::door;
use crate::ctx::Ctx;
use crate::http::body::{Shape, accepts};
use crate::http::problem::Failure;

/// Failures as pages, for browsers.
pub const SHAPE: Shape = Shape {
    below: "/verify",
    asked: true,
    media_type: HTML,
    body: page::problem,
    policy: Some(page::policy),
};

const HTML: &str = "text/html; charset=utf-8";
/// The longest second item, characters; a date in words is shorter.
const LONGEST_SECOND: usize = 32;

/// Adds the routes.
pub fn routes(routes: Route) -> Route {
    routes
        .at("/verify", get(start))
        .at("/verify/file", post(by_file))
        .at("/verify/digest", post(by_digest))
        .at("/verify/:code", get(by_code).post(by_code_and_second))
}

/// The second item, of her identity document or her birth.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Second {
    second: String,
}

/// A digest.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Digest {
    sha256: String,
}

/// The page with the forms; with a code typed into it, on to that code's.
#[handler]
fn start(ctx: Data<&Ctx>, request: &Request) -> Response {
    let typed = request
        .uri()
        .query()
        .and_then(|query| query.strip_prefix("code="));
    // What belongs to no code is not sent on.
    let code: String = typed
        .unwrap_or_default()
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric())
        .take(64)
        .collect();
    if code.is_empty() {
        return html(page::start(ctx.seal.is_test()));
    }
    Response::builder()
        .status(StatusCode::SEE_OTHER)
        .header(header::LOCATION, format!("verify/{code}"))
        .finish()
}

/// What a code stands for.
#[handler]
async fn by_code(ctx: Data<&Ctx>, request: &Request, code: Path<String>) -> Response {
    let found = door::verify_code(&ctx, &info(request), &code.0, None)
        .boxed()
        .await;
    let test = ctx.seal.is_test();
    let told = found.map(|found| match wants_page(request) {
        true => html(page::recorded(&found, test, true)),
        false => json(&RecordedOut::of(found, test, locale(request))),
    });
    answered("consent.verify_code", told)
}

/// The same for whoever knows the second item.
#[handler]
async fn by_code_and_second(
    ctx: Data<&Ctx>,
    request: &Request,
    code: Path<String>,
    body: Vec<u8>,
) -> Response {
    let told = told_second(&ctx, request, &code.0, body).await;
    answered("consent.verify_code", told)
}

async fn told_second(ctx: &Ctx, request: &Request, code: &str, body: Vec<u8>) -> Result<Response> {
    let Second { second } = sent(request, body).await?;
    if second.trim().is_empty() || second.chars().count() > LONGEST_SECOND {
        return Err(Error::invalid("/second", "length"));
    }
    let found = door::verify_code(ctx, &info(request), code, Some(&second))
        .boxed()
        .await?;
    let test = ctx.seal.is_test();
    Ok(match wants_page(request) {
        true => html(page::recorded(&found, test, false)),
        false => json(&RecordedOut::of(found, test, locale(request))),
    })
}

/// The report on a file.
#[handler]
async fn by_file(ctx: Data<&Ctx>, request: &Request, body: Vec<u8>) -> Response {
    let told = told_file(&ctx, request, body).await;
    answered("consent.verify_file", told)
}

async fn told_file(ctx: &Ctx, request: &Request, body: Vec<u8>) -> Result<Response> {
    let file = uploaded(request, body).await?;
    let report = door::verify_file(ctx, &info(request), file).boxed().await?;
    let test = ctx.seal.is_test();
    Ok(match wants_page(request) {
        true => html(page::report(&report, test)),
        false => json(&VerifiedOut::of(&report, test, locale(request))),
    })
}

/// Whether a digest is of a document that was sealed here.
#[handler]
async fn by_digest(ctx: Data<&Ctx>, request: &Request, body: Vec<u8>) -> Response {
    let told = told_digest(&ctx, request, body).await;
    answered("consent.verify_digest", told)
}

async fn told_digest(ctx: &Ctx, request: &Request, body: Vec<u8>) -> Result<Response> {
    let Digest { sha256 } = sent(request, body).await?;
    let found = door::verify_digest(ctx, &info(request), &sha256).boxed().await?;
    let test = ctx.seal.is_test();
    Ok(match (wants_page(request), found) {
        (true, Some(found)) => html(page::recorded(&found, test, false)),
        (true, None) => html(page::unknown()),
        (false, found) => json(&DigestOut::of(found, test, locale(request))),
    })
}

/// A body of a form or of a program.
async fn sent<T: DeserializeOwned>(request: &Request, body: Vec<u8>) -> Result<T> {
    let malformed = Error::Malformed(Code::HttpMalformed);
    match kind(request) {
        "application/json" => serde_json::from_slice(&body).map_err(|_| malformed),
        "application/x-www-form-urlencoded" => {
            let mut body = RequestBody::new(Body::from(body));
            let form = Form::<T>::from_request(request, &mut body).await;
            form.map(|form| form.0).map_err(|_| malformed)
        }
        _ => Err(Error::Malformed(Code::HttpUnsupportedMediaType)),
    }
}

/// The file, in a form or alone. What it is is told by its content.
async fn uploaded(request: &Request, body: Vec<u8>) -> Result<Vec<u8>> {
    match kind(request) {
        "application/pdf" | "application/zip" | "application/octet-stream" => Ok(body),
        "multipart/form-data" => {
            let malformed = || Error::Malformed(Code::HttpMalformed);
            let mut body = RequestBody::new(Body::from(body));
            let form = Multipart::from_request(request, &mut body).await;
            let mut form = form.map_err(|_| malformed())?;
            while let Some(field) = form.next_field().await.map_err(|_| malformed())? {
                if field.name() == Some("file") {
                    return field.bytes().await.map_err(|_| malformed());
                }
            }
            let fault = Fault::field("/file", "required");
            Err(Error::Invalid(Code::HttpMalformed, vec![fault]))
        }
        _ => Err(Error::Malformed(Code::HttpUnsupportedMediaType)),
    }
}

/// The media type of a body, without its parameters.
fn kind(request: &Request) -> &str {
    let whole = request.content_type().unwrap_or_default();
    whole.split(';').next().unwrap_or_default().trim()
}

fn wants_page(request: &Request) -> bool {
    accepts(request, HTML)
}

fn info(request: &Request) -> RequestInfo {
    request.data().cloned().unwrap_or_default()
}

fn locale(request: &Request) -> Locale {
    info(request).locale
}

fn html(page: String) -> Response {
    Response::builder()
        .content_type(HTML)
        .header(header::CONTENT_SECURITY_POLICY, page::policy())
        .body(page)
}

fn json(out: &impl ToJSON) -> Response {
    Response::builder()
        .content_type("application/json; charset=utf-8")
        .header(header::VARY, "accept, accept-language")
        .body(out.to_json_string())
}

/// Counted under the name of what was done, never under its path.
fn answered(name: &'static str, told: Result<Response>) -> Response {
    let mut response = told.unwrap_or_else(|error| Failure(error).into_response());
    response.set_data(OperationId(name));
    response
}
