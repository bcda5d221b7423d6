//! Answers that are bytes: what she is shown.

use poem_openapi::payload::Binary;
use poem_openapi::{ApiResponse, Enum};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::SecondsFormat;

use crate::base::id::ConsentId;
use crate::consent::acts::DocumentCopy;
use crate::consent::model::Paper;
use crate::consent::store::Presented;
use crate::http::answer::{CopyOfDocument, Document};

/// What she is shown, byte for byte; never with a content coding (decision on presented bytes).
#[derive(ApiResponse)]
pub enum Shown {
    /// The JCS bytes.
    #[oai(status = 200, content_type = "application/json")]
    Ok(
        Binary<Vec<u8>>,
        /// SHA-256 of the bytes, lower-case hex, as a strong tag.
        #[oai(header = "ETag")]
        String,
        /// `sha-256=` and the digest in base64.
        #[oai(header = "Digest")]
        String,
    ),
    /// What the client has is these bytes.
    #[oai(status = 304)]
    Unchanged(#[oai(header = "ETag")] String),
}

impl Shown {
    /// The bytes, or nothing when the client has them.
    pub fn of(shown: Presented, if_none_match: Option<&str>) -> Shown {
        let etag = format!("\"{}\"", shown.sha256);
        let known = if_none_match
            .is_some_and(|sent| sent.split(',').any(|one| one.trim() == etag || one.trim() == "*"));
        if known {
            return Shown::Unchanged(etag);
        }
        let digest = hex::decode(&shown.sha256).unwrap_or_default();
        let digest = format!("sha-256={}", STANDARD.encode(digest));
        Shown::Ok(Binary(shown.bytes), etag, digest)
    }
}

/// Which document.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
pub enum Of {
    /// The consent with both signatures.
    Consent,
    /// The record of her refusal or withdrawal.
    Decision,
}

impl From<Of> for Paper {
    fn from(of: Of) -> Paper {
        match of {
            Of::Consent => Paper::Consent,
            Of::Decision => Paper::Decision,
        }
    }
}

/// Her copy: the PDF with its digest as the tag.
pub fn pdf(copy: DocumentCopy) -> Document {
    Document::Pdf(Binary(copy.pdf), format!("\"{}\"", copy.sha256))
}

/// A staff member's copy, marked by user and time around the sealed bytes (CE-155).
pub fn marked(id: ConsentId, copy: DocumentCopy) -> CopyOfDocument {
    let (by, at) = (&copy.mark.by, copy.mark.at);
    let stamp = at.format("%Y%m%dT%H%M%SZ");
    CopyOfDocument::Pdf(
        Binary(copy.pdf),
        format!("\"{}\"", copy.sha256),
        format!("attachment; filename=\"consent-{id}-copy-{by}-{stamp}.pdf\""),
        format!("by={by}; at={}", at.to_rfc3339_opts(SecondsFormat::Millis, true)),
    )
}
