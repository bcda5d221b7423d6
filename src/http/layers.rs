//! What stands around every route: request id, language, limits, the error shape, counting, compression.
//!
//! The framework's own errors (a body that is no JSON, a path that is no route) never reach a handler; here they get
//! the same problem details as all others. Their texts name types of the program and are not passed on.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use poem::error::{MethodNotAllowedError, NotFoundError, ReadBodyError};
use poem::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use poem::{Endpoint, IntoResponse, Middleware, Request, Response};
use poem_openapi::OperationId;
use poem_openapi::error::{
    AuthorizationError, ContentTypeError, ParseParamError, ParsePathError, ParseRequestPayloadError,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::base::error::Error;
use crate::base::request::{RequestInfo, parse_if_match};
use crate::base::{Code, Fault, Locale, Noun};
use crate::ctx::Ctx;
use crate::questionnaire::exact_numbers;

use super::body::{Shape, coding, compress, reshape, with_z};
use super::limits::{BODY_LIMIT, MOST_UPLOADS, MOST_VERIFIED, VERIFY, is_unlimited, upload_limit};
use super::problem::Failure;
use super::refused;
use super::unique::has_twins;

const MOST_IN_FLIGHT: usize = 1024;
const LONGEST: Duration = Duration::from_secs(30);

tokio::task_local! {
    static SCOPE: (Locale, String);
}

/// The language and id of the request that this task answers.
pub fn scope() -> (Locale, String) {
    SCOPE.try_with(Clone::clone).unwrap_or_default()
}

/// The layer.
pub struct Edge {
    ctx: Ctx,
    in_flight: Arc<AtomicUsize>,
    shapes: Vec<Shape>,
    uploads: Arc<AtomicUsize>,
    verified: Arc<AtomicUsize>,
}

impl Edge {
    /// Around the routes of one listener.
    pub fn new(ctx: Ctx) -> Edge {
        Edge {
            ctx,
            in_flight: Arc::default(),
            shapes: Vec::new(),
            uploads: Arc::default(),
            verified: Arc::default(),
        }
    }

    /// With failures in another shape below a path, also those that reach no route.
    pub fn shaping(mut self, shape: Shape) -> Edge {
        self.shapes.push(shape);
        self
    }
}

impl<E: Endpoint> Middleware<E> for Edge {
    type Output = EdgeEndpoint<E>;

    fn transform(&self, inner: E) -> EdgeEndpoint<E> {
        EdgeEndpoint {
            inner,
            ctx: self.ctx.clone(),
            in_flight: self.in_flight.clone(),
            shapes: self.shapes.clone(),
            uploads: self.uploads.clone(),
            verified: self.verified.clone(),
        }
    }
}

/// The endpoint of [`Edge`].
pub struct EdgeEndpoint<E> {
    inner: E,
    ctx: Ctx,
    in_flight: Arc<AtomicUsize>,
    shapes: Vec<Shape>,
    uploads: Arc<AtomicUsize>,
    verified: Arc<AtomicUsize>,
}

struct InFlight(Arc<AtomicUsize>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<E: Endpoint> Endpoint for EdgeEndpoint<E> {
    type Output = Response;

    async fn call(&self, req: Request) -> poem::Result<Response> {
        let begun = Instant::now();
        let locale = Locale::negotiate(text(&req, header::ACCEPT_LANGUAGE));
        let request_id = request_id(&req);
        let coding = coding(&req);
        let shape = self.shapes.iter().find(|shape| shape.fits(&req)).copied();
        let guard = InFlight(self.in_flight.clone());
        let mut busy = self.in_flight.fetch_add(1, Ordering::Relaxed) >= MOST_IN_FLIGHT;
        let mut upload = None;
        if upload_limit(req.uri().path()).is_some() {
            let (taken, most) = match req.uri().path() {
                VERIFY => (&self.verified, MOST_VERIFIED),
                _ => (&self.uploads, MOST_UPLOADS),
            };
            busy |= taken.fetch_add(1, Ordering::Relaxed) >= most;
            upload = Some(InFlight(taken.clone()));
        }
        let answered = async {
            if busy {
                return failed(Error::Busy(Code::HttpOverloaded));
            }
            match tokio::time::timeout(LONGEST, self.answer(req, &request_id, locale)).await {
                Ok(response) => response,
                Err(_) => failed(Error::Busy(Code::HttpOverloaded)),
            }
        };
        let response = SCOPE.scope((locale, request_id.clone()), answered).await;
        let mut response = with_z(response).await;
        if let Some(shape) = shape {
            reshape(&mut response, shape);
        }
        drop((guard, upload));
        finish(&mut response, &request_id);
        count(&response, begun);
        Ok(compress(response, coding).await)
    }
}

impl<E: Endpoint> EdgeEndpoint<E> {
    async fn answer(&self, mut req: Request, request_id: &str, locale: Locale) -> Response {
        let info = match self.read(&mut req, request_id, locale).await {
            Ok(info) => info,
            Err(error) => return failed(error),
        };
        if let Err(error) = self.within_rate(&req, &info).await {
            return failed(error);
        }
        let replay = info.clone();
        req.set_data(info);
        let mut response = match self.inner.call(req).await {
            Ok(response) => response.into_response(),
            Err(error) => translate(error),
        };
        if response.status() == StatusCode::FORBIDDEN {
            refused::note(&self.ctx, &replay).await;
        }
        if replay.replayed() {
            response
                .headers_mut()
                .insert("idempotent-replayed", HeaderValue::from_static("true"));
        }
        response
    }

    /// Takes the headers that matter and the whole body, so that a retry can be told from another request.
    async fn read(&self, req: &mut Request, request_id: &str, locale: Locale) -> Result<RequestInfo, Error> {
        let mut info = RequestInfo {
            id: request_id.to_owned(),
            locale,
            ..RequestInfo::default()
        };
        if let Some(peer) = req.remote_addr().as_socket_addr() {
            let told = req.headers().get_all("x-forwarded-for").iter();
            let told = told.filter_map(|value| value.to_str().ok());
            let origin = self.ctx.settings.trusted_proxies.origin(peer.ip(), told);
            info.address = origin.address.to_string();
            info.proxies = origin.proxies.iter().map(ToString::to_string).collect();
        }
        info.user_agent = text(req, header::USER_AGENT)
            .unwrap_or_default()
            .chars()
            .take(256)
            .collect();
        info.if_match = text(req, header::IF_MATCH).map(parse_if_match);
        if let Some(value) = req.headers().get("idempotency-key") {
            let key = value.to_str().unwrap_or_default();
            if key.is_empty() || key.len() > 64 || !key.bytes().all(|b| b.is_ascii_graphic()) {
                return Err(Error::Malformed(Code::HttpIdempotencyKeyInvalid));
            }
            info.idempotency_key = Some(key.to_owned());
        }
        if matches!(*req.method(), Method::POST | Method::PUT) {
            let limit = upload_limit(req.uri().path()).unwrap_or(BODY_LIMIT);
            let body = req
                .take_body()
                .into_bytes_limit(limit)
                .await
                .map_err(|error| match error {
                    ReadBodyError::PayloadTooLarge => Error::Malformed(Code::HttpTooLarge),
                    _ => Error::Malformed(Code::HttpMalformed),
                })?;
            let json = req.content_type().is_some_and(|kind| kind.contains("json"));
            // What the parser would change is refused where it stands, not read as another number.
            let changed = match json.then(|| exact_numbers(&body)) {
                Some(Cow::Owned(changed)) => Some(changed),
                _ => None,
            };
            // A number that is none of the parser's would end its look for twins.
            if json && has_twins(changed.as_deref().unwrap_or(&body)) {
                return Err(Error::Malformed(Code::HttpMalformed));
            }
            let mut fingerprint = Sha256::new();
            for part in [
                req.method().as_str().as_bytes(),
                b" ",
                req.uri().path().as_bytes(),
                b"\0",
                &body,
            ] {
                fingerprint.update(part);
            }
            info.fingerprint = fingerprint.finalize().to_vec();
            match changed {
                Some(changed) => req.set_body(changed),
                None => req.set_body(body),
            }
        }
        Ok(info)
    }

    /// So many requests a minute per token, or per address without one.
    async fn within_rate(&self, req: &Request, info: &RequestInfo) -> Result<(), Error> {
        if is_unlimited(req.uri().path()) {
            return Ok(());
        }
        let minute = self.ctx.clock.now().timestamp() / 60;
        let who = match text(req, header::AUTHORIZATION) {
            Some(token) => hex::encode(&Sha256::digest(token.as_bytes())[..8]),
            None => info.address.clone(),
        };
        let count = self
            .ctx
            .cache
            .count(&format!("rate:{who}:{minute}"), Duration::from_secs(60))
            .await;
        if count > self.ctx.settings.rate_per_minute {
            return Err(Error::RateLimited {
                retry_after_s: 60 - self.ctx.clock.now().timestamp() % 60,
            });
        }
        Ok(())
    }
}

fn text(req: &Request, name: HeaderName) -> Option<&str> {
    req.headers().get(name).and_then(|value| value.to_str().ok())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a request is no record: its id is random, not of the clock"
)]
fn request_id(req: &Request) -> String {
    let sent = req
        .headers()
        .get("x-request-id")
        .and_then(|value| value.to_str().ok());
    match sent {
        Some(id)
            if !id.is_empty()
                && id.len() <= 64
                && id
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)) =>
        {
            id.to_owned()
        }
        _ => Uuid::new_v4().to_string(),
    }
}

fn failed(error: Error) -> Response {
    Failure(error).into_response()
}

/// The framework's own errors in our shape.
fn translate(error: poem::Error) -> Response {
    if error.is::<Failure>() {
        return match error.downcast::<Failure>() {
            Ok(failure) => failure.into_response(),
            Err(_) => failed(Error::broken("an error lost its kind")),
        };
    }
    if error.is_from_response() {
        return error.into_response();
    }
    if let Some(bad) = error.downcast_ref::<ParseRequestPayloadError>() {
        return failed(Error::Invalid(Code::HttpMalformed, named_field(&bad.reason)));
    }
    if let Some(bad) = error.downcast_ref::<ParseParamError>() {
        let fault = Fault::field(format!("?{}", bad.name), "format");
        return failed(Error::Invalid(Code::HttpMalformed, vec![fault]));
    }
    // An id that is none names nothing.
    if error.is::<ParsePathError>() || error.is::<NotFoundError>() {
        return failed(Error::Missing(Noun::Route));
    }
    if error.is::<MethodNotAllowedError>() {
        return failed(Error::Malformed(Code::HttpMethodNotAllowed));
    }
    if error.is::<AuthorizationError>() {
        return failed(Error::Unauthenticated(Code::HttpUnauthenticated));
    }
    if error.is::<ContentTypeError>() {
        return failed(Error::Malformed(Code::HttpUnsupportedMediaType));
    }
    match error.status() {
        StatusCode::BAD_REQUEST => failed(Error::Malformed(Code::HttpMalformed)),
        StatusCode::PAYLOAD_TOO_LARGE => failed(Error::Malformed(Code::HttpTooLarge)),
        _ => failed(Error::broken("the framework gave up on a request")),
    }
}

/// The field that a body failed at, as far as the framework names one.
fn named_field(reason: &str) -> Vec<Fault> {
    let quoted = |text: &str| {
        let (_, rest) = text.split_once('`')?;
        let (name, _) = rest.split_once('`')?;
        name.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_')
            .then(|| name.to_owned())
    };
    match quoted(reason) {
        Some(name) => vec![Fault::field(format!("/{name}"), "format")],
        None => Vec::new(),
    }
}

fn finish(response: &mut Response, request_id: &str) {
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert("x-request-id", value);
    }
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    headers.insert("referrer-policy", HeaderValue::from_static("no-referrer"));
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}

/// One log line and one count per answer; the act's name, never the path.
fn count(response: &Response, begun: Instant) {
    let act = response.data::<OperationId>().map_or("-", |id| id.0);
    let status = response.status().as_u16();
    metrics::histogram!("muan_http_seconds", "act" => act, "status" => status.to_string())
        .record(begun.elapsed().as_secs_f64());
    let request_id = response.header("x-request-id").unwrap_or_default();
    tracing::info!(
        act,
        status,
        duration_ms = begun.elapsed().as_millis() as u64,
        request.id = request_id,
        "answered"
    );
}
