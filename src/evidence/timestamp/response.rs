//! The answer of an authority, and whether to take it.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Refused, Request, Token};
use crate::evidence::{
    asn1::{BIT_STRING, SEQUENCE, Walk},
    trust::Trust,
};

/// How far an authority's clock may be from ours (CE-171).
const MOST_APART: TimeDelta = TimeDelta::minutes(5);

/// The token in the DER of an answer to this request, if every check of CE-171 holds.
///
/// `now` is the server's clock when the answer came.
///
/// # Errors
/// The first reason to refuse it. Nothing of a refused answer is to be kept.
pub fn check(
    response: &[u8],
    request: &Request,
    trust: &Trust,
    now: DateTime<Utc>,
) -> Result<Token, Refused> {
    let token = granted(response)?;
    let token = Token::read(token)?;
    if token.imprint != *request.imprint() {
        return Err(Refused::Imprint);
    }
    if !request.has_nonce(token.nonce()) {
        return Err(Refused::Nonce);
    }
    token.verify(request.imprint(), trust)?;
    if (token.time - now).abs() > MOST_APART {
        return Err(Refused::Clock);
    }
    Ok(token)
}

/// The token of a response that has status granted or grantedWithMods.
///
/// # Errors
/// [`Refused::Form`], [`Refused::Status`].
pub fn granted(response: &[u8]) -> Result<&[u8], Refused> {
    let mut walk = Walk::only(response, SEQUENCE)?;
    let mut status_info = walk.sequence()?;
    let status = status_info.small()?;
    status_info.optional(SEQUENCE)?;
    status_info.optional(BIT_STRING)?;
    status_info.finish()?;
    if status > 1 {
        return Err(Refused::Status(status));
    }
    let token = walk.expect(SEQUENCE)?.whole;
    walk.finish()?;
    Ok(token)
}
