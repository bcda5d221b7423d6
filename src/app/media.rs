//! The drawings and recordings of the lessons, by digest. Open to anyone: they are published, they are nobody's data, and a
//! picture in a mini-program sends no token. What stands under an address never changes, so it may be kept for ever.

use poem::http::{HeaderMap, HeaderName, StatusCode, header};
use poem::web::{Data, Path};
use poem::{IntoResponse, Response, Route, get, handler};

use crate::base::error::{Error, Result};
use crate::base::{Code, Noun};
use crate::ctx::Ctx;
use crate::http::answer::is_known;
use crate::http::problem::Failure;

/// Adds the route.
pub fn routes(routes: Route) -> Route {
    routes.at("/media/:name", get(media))
}

#[handler]
fn media(ctx: Data<&Ctx>, name: Path<String>, headers: &HeaderMap) -> std::result::Result<Response, Failure> {
    answer(&ctx, &name.0, headers).map_err(Failure)
}

fn answer(ctx: &Ctx, name: &str, headers: &HeaderMap) -> Result<Response> {
    let found = ctx.content.lessons.media(name);
    let found = found.ok_or(Error::Missing(Noun::Route))?;
    let bytes = found.bytes();
    let etag = format!("\"{name}\"");
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let answer = Response::builder()
        .header(header::ETAG, etag.as_str())
        .header(header::CACHE_CONTROL, "public, max-age=31536000, immutable")
        .header(header::ACCEPT_RANGES, "bytes");
    if is_known(text(header::IF_NONE_MATCH), &etag) {
        return Ok(answer.status(StatusCode::NOT_MODIFIED).finish());
    }
    let answer = answer
        .content_type(found.kind())
        // Opened by itself it is a document: one that may do nothing.
        .header(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        );
    // A part is asked for of these very bytes, or of whatever is there.
    let same = text(header::IF_RANGE).is_none_or(|known| known == etag);
    let asked = text(header::RANGE).filter(|_| same);
    let (from, to) = match part(asked, bytes.len()) {
        Part::Whole => return Ok(answer.body(bytes.to_vec())),
        Part::Bytes(from, to) => (from, to),
        Part::Beyond => return Ok(beyond(bytes.len())),
    };
    let told = bytes.get(from..=to).unwrap_or_default().to_vec();
    Ok(answer
        .status(StatusCode::PARTIAL_CONTENT)
        .header(
            header::CONTENT_RANGE,
            format!("bytes {from}-{to}/{}", bytes.len()),
        )
        .body(told))
}

/// No such bytes, and how many there are (RFC 9110 §15.5.17).
fn beyond(length: usize) -> Response {
    let failure = Failure(Error::Malformed(Code::HttpRangeNotSatisfiable));
    failure
        .with_header(header::CONTENT_RANGE, format!("bytes */{length}"))
        .into_response()
}

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Whole,
    /// From the first of these to the last.
    Bytes(usize, usize),
    Beyond,
}

/// The one part that is asked for. What is no range is none, and several at once are answered with the whole
/// (RFC 9110 §14.2).
fn part(asked: Option<&str>, length: usize) -> Part {
    let range = asked.and_then(|asked| asked.trim().strip_prefix("bytes="));
    let Some((from, to)) = range.and_then(|range| range.split_once('-')) else {
        return Part::Whole;
    };
    let last = length.saturating_sub(1);
    let (from, to) = match (from.is_empty(), from.parse::<usize>(), to.parse::<usize>()) {
        (true, _, Ok(count)) => (length - count.min(length), last),
        (false, Ok(from), Ok(to)) if from <= to => (from, to.min(last)),
        (false, Ok(from), Err(_)) if to.is_empty() => (from, last),
        _ => return Part::Whole,
    };
    if from < length {
        Part::Bytes(from, to)
    } else {
        Part::Beyond
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_what_is_asked_for_and_there() {
        for (asked, told) in [
            ("bytes=0-3", Part::Bytes(0, 3)),
            ("bytes=4-", Part::Bytes(4, 9)),
            ("bytes=4-99", Part::Bytes(4, 9)),
            ("bytes=-3", Part::Bytes(7, 9)),
            ("bytes=-99", Part::Bytes(0, 9)),
            ("bytes=5-4", Part::Whole),
            ("bytes=0-1,4-5", Part::Whole),
            ("lines=0-1", Part::Whole),
            ("bytes=a-b", Part::Whole),
            ("bytes=10-", Part::Beyond),
            ("bytes=-0", Part::Beyond),
            ("bytes=99-100", Part::Beyond),
        ] {
            assert_eq!(part(Some(asked), 10), told, "{asked}");
        }
    }
}
