//! What happens to the body of an answer on its way out: instants with `Z`, failures in the shape of their path,
//! compression.

use std::borrow::Cow;
use std::sync::LazyLock;

use poem::http::{HeaderValue, header};
use poem::web::{Compress, CompressionAlgo, CompressionLevel};
use poem::{IntoResponse, Request, Response};
use regex::bytes::Regex;

use super::answer::Streamed;
use super::problem::{Failure, Problem};
use crate::base::error::Error;

const COMPRESS_FROM: usize = 1024;

/// How failures look below a path that has a language of its own.
#[derive(Clone, Copy)]
pub struct Shape {
    /// Where.
    pub below: &'static str,
    /// For those alone who accept its media type, as a browser does; else for all.
    pub asked: bool,
    /// The media type of such a failure.
    pub media_type: &'static str,
    /// Its body.
    pub body: fn(&Problem) -> String,
    /// What a browser may do with it.
    pub policy: Option<fn() -> HeaderValue>,
}

impl Shape {
    /// Whether it is the shape of this request's failures.
    pub(super) fn fits(&self, req: &Request) -> bool {
        req.uri().path().starts_with(self.below) && (!self.asked || accepts(req, self.media_type))
    }
}

/// Whether a request names this media type among those that it accepts.
pub fn accepts(req: &Request, media_type: &str) -> bool {
    let kind = media_type.split(';').next().unwrap_or_default();
    let accepted = req.headers().get(header::ACCEPT);
    accepted
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accepted| {
            accepted
                .split(',')
                .any(|part| part.split(';').next().is_some_and(|one| one.trim() == kind))
        })
}

/// Says a failure in the shape of its path.
pub(super) fn reshape(response: &mut Response, shape: Shape) {
    let Some(body) = response.data::<Problem>().map(shape.body) else {
        return;
    };
    response.set_body(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(shape.media_type));
    if let Some(policy) = shape.policy {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy());
    }
}

pub(super) fn coding(req: &Request) -> Option<CompressionAlgo> {
    let accepted = req.headers().get(header::ACCEPT_ENCODING)?.to_str().ok()?;
    let takes = |name: &str| {
        accepted.split(',').any(|part| {
            let mut pieces = part.trim().split(';');
            pieces.next() == Some(name) && !pieces.any(|piece| piece.trim() == "q=0")
        })
    };
    if takes("br") {
        Some(CompressionAlgo::BR)
    } else if takes("gzip") {
        Some(CompressionAlgo::GZIP)
    } else {
        None
    }
}

/// Writes instants with `Z`, as the contract has them; the framework writes the same instants with `+00:00`.
pub(super) async fn with_z(mut response: Response) -> Response {
    static INSTANT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#""(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)\+00:00""#).expect("a constant expression")
    });
    let json = response
        .content_type()
        .is_some_and(|kind| kind.starts_with("application/json"));
    if !json || response.headers().contains_key("digest") {
        return response;
    }
    let Ok(body) = response.take_body().into_bytes().await else {
        return Failure(Error::broken("an answer could not be read")).into_response();
    };
    match INSTANT.replace_all(&body, &b"\"${1}Z\""[..]) {
        Cow::Borrowed(_) => response.set_body(body),
        Cow::Owned(changed) => response.set_body(changed),
    }
    response
}

/// Compresses JSON and text over 1 KiB; bytes that carry their digest go as they are (decision on presented bytes).
pub(super) async fn compress(mut response: Response, coding: Option<CompressionAlgo>) -> Response {
    let Some(coding) = coding else { return response };
    let kind = response.content_type().unwrap_or_default();
    let fits = (kind.contains("json") || kind.starts_with("text/")) && !kind.starts_with("text/event-stream");
    if !fits || response.headers().contains_key("digest") {
        return response;
    }
    if response.data::<Streamed>().is_some() {
        return Compress::new(response, coding)
            .with_quality(CompressionLevel::Fastest)
            .into_response();
    }
    let Ok(body) = response.take_body().into_bytes().await else {
        return Failure(Error::broken("an answer could not be read for compression")).into_response();
    };
    let long = body.len() > COMPRESS_FROM;
    response.set_body(body);
    if !long {
        return response;
    }
    response
        .headers_mut()
        .insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    Compress::new(response, coding).into_response()
}
