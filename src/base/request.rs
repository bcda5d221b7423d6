//! What an act knows of the request that it came with.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use super::id::FacilityId;
use super::{Act, Actor, Locale};

/// One request.
#[derive(Clone, Debug, Default)]
pub struct RequestInfo {
    /// `X-Request-Id`, sent or made.
    pub id: String,
    /// `Idempotency-Key`, at most 64 characters.
    pub idempotency_key: Option<String>,
    /// SHA-256 over method, path and body.
    pub fingerprint: Vec<u8>,
    /// The language of the answer.
    pub locale: Locale,
    /// `If-Match`, the number inside the strong tag.
    pub if_match: Option<IfMatch>,
    /// The caller's address: that of the connection, or as the trusted proxies tell it.
    pub address: String,
    /// The trusted proxies on the way, the nearest last.
    pub proxies: Vec<String>,
    /// The client's own description of itself.
    pub user_agent: String,
    /// Set when the answer is a first answer given again.
    pub replay: Arc<AtomicBool>,
    /// Set when the policy said no.
    pub refused: Arc<OnceLock<RefusedAct>>,
}

/// An act that the policy did not let somebody do.
#[derive(Clone, Copy, Debug)]
pub struct RefusedAct {
    /// What.
    pub act: Act,
    /// Who.
    pub actor: Actor,
    /// Where.
    pub facility: Option<FacilityId>,
}

/// A parsed `If-Match`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfMatch {
    /// `*`: whatever is there.
    Any,
    /// `"n"`.
    Version(i64),
    /// Anything else never matches; a weak tag above all (RFC 9110 §13.1.1).
    Never,
}

impl RequestInfo {
    /// Notes that the answer is a first answer given again.
    pub fn mark_replayed(&self) {
        self.replay.store(true, Ordering::Relaxed);
    }

    /// Whether it is.
    pub fn replayed(&self) -> bool {
        self.replay.load(Ordering::Relaxed)
    }

    /// Notes that the policy said no: the edge journals it once the answer says so, too.
    pub fn mark_refused(&self, refused: RefusedAct) {
        let _already_noted = self.refused.set(refused);
    }

    /// Whether the caller has seen this version of what he changes.
    ///
    /// Errors: `PreconditionRequired` without `If-Match`, `Stale` with another version.
    pub fn must_match(&self, current: i64) -> super::Result<()> {
        match self.if_match {
            None => Err(super::Error::PreconditionRequired),
            Some(IfMatch::Any) => Ok(()),
            Some(IfMatch::Version(version)) if version == current => Ok(()),
            Some(_) => Err(super::Error::Stale { current }),
        }
    }
}

/// Reads `If-Match`: one strong tag `"n"` or `*`. The tag of a screen that shows more than the record, `"n.…"`, names its
/// revision first.
pub fn parse_if_match(header: &str) -> IfMatch {
    let header = header.trim();
    if header == "*" {
        return IfMatch::Any;
    }
    header
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .and_then(|tag| tag.split('.').next())
        .and_then(|digits| digits.parse().ok())
        .map_or(IfMatch::Never, IfMatch::Version)
}
