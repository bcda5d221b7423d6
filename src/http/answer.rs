//! Answers that several slices give: with a version, made anew, unchanged, bytes.

use poem::{Body, IntoResponse};
use poem_openapi::payload::{Binary, Json, Payload};
use poem_openapi::registry::{MetaHeader, MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::{ParseFromJSON, ToJSON, Type};
use poem_openapi::{ApiResponse, Object};

use crate::base::id::AttachmentId;
use crate::base::page::Page;
use crate::files::clean::Kind;

/// An editable thing with its strong tag.
#[derive(ApiResponse)]
pub enum Versioned<T: Type + ToJSON + Send + Sync> {
    /// The thing as it is now.
    #[oai(status = 200)]
    Ok(Json<T>, #[oai(header = "ETag")] String),
}

/// A thing that was made.
#[derive(ApiResponse)]
pub enum Created<T: Type + ToJSON + Send + Sync> {
    /// Made.
    #[oai(status = 201)]
    Created(Json<T>),
}

/// An editable thing that was made, with its strong tag.
#[derive(ApiResponse)]
pub enum CreatedVersioned<T: Type + ToJSON + Send + Sync> {
    /// Made.
    #[oai(status = 201)]
    Created(Json<T>, #[oai(header = "ETag")] String),
}

/// Taken in.
#[derive(ApiResponse)]
pub enum Accepted<T: Type + ToJSON + Send + Sync> {
    /// Taken in.
    #[oai(status = 202)]
    Accepted(Json<T>, #[oai(header = "ETag")] String),
}

/// Done, nothing to say.
#[derive(ApiResponse)]
pub enum Done {
    /// Done.
    #[oai(status = 204)]
    Done,
}

/// Content that a client may keep.
#[derive(ApiResponse)]
pub enum Cached<T: Type + ToJSON + Send + Sync> {
    /// The content.
    #[oai(status = 200)]
    Ok(
        Json<T>,
        #[oai(header = "ETag")] String,
        #[oai(header = "Cache-Control")] String,
    ),
    /// What the client has is current.
    #[oai(status = 304)]
    Unchanged(#[oai(header = "ETag")] String),
}

/// A document as bytes.
#[derive(ApiResponse)]
pub enum Document {
    /// The PDF.
    #[oai(status = 200, content_type = "application/pdf")]
    Pdf(Binary<Vec<u8>>, #[oai(header = "ETag")] String),
}

/// A document as bytes that a named person takes away. The bytes are the sealed ones and are never touched: whose copy
/// it is stands around them, in the name of the file and in a header of its own.
#[derive(ApiResponse)]
pub enum CopyOfDocument {
    /// The PDF.
    #[oai(status = 200, content_type = "application/pdf")]
    Pdf(
        Binary<Vec<u8>>,
        /// SHA-256 of the bytes, lower-case hex, as a strong tag.
        #[oai(header = "ETag")]
        String,
        /// `attachment`, with a file's name that says whose copy it is and of when.
        #[oai(header = "Content-Disposition")]
        String,
        /// Whose copy it is and of when: `by=<user name>; at=<time>`.
        #[oai(header = "Muan-Copy")]
        String,
    ),
}

/// Marks an answer that is sent while it is made: nobody holds it whole.
#[derive(Clone, Copy)]
pub struct Streamed;

/// A file of one of several kinds, to be saved under a name. `K` says which kinds the document names.
pub struct Download<K> {
    media_type: &'static str,
    name: String,
    etag: Option<String>,
    body: Option<Body>,
    streamed: bool,
    kinds: std::marker::PhantomData<fn() -> K>,
}

/// The kinds of a [`Download`].
pub trait Kinds {
    /// Media types.
    const MEDIA_TYPES: &'static [&'static str];
    /// Whether a client may ask with `If-None-Match`.
    const CACHED: bool;
}

impl<K> Download<K> {
    /// Bytes that never change, or nothing when the client's `If-None-Match` names them.
    pub fn whole(
        media_type: &'static str,
        name: String,
        etag: String,
        if_none_match: Option<&str>,
        bytes: Vec<u8>,
    ) -> Self {
        let unchanged = is_known(if_none_match, &etag);
        Download {
            media_type,
            name,
            etag: Some(etag),
            body: (!unchanged).then(|| Body::from_vec(bytes)),
            streamed: false,
            kinds: std::marker::PhantomData,
        }
    }

    /// What is sent while it is made.
    pub fn streamed(media_type: &'static str, name: String, body: Body) -> Self {
        Download {
            media_type,
            name,
            etag: None,
            body: Some(body),
            streamed: true,
            kinds: std::marker::PhantomData,
        }
    }
}

/// The kinds of uploaded files.
pub struct Uploaded;

impl Kinds for Uploaded {
    const MEDIA_TYPES: &'static [&'static str] = &["image/jpeg", "image/png", "application/pdf"];
    const CACHED: bool = true;
}

impl Download<Uploaded> {
    /// An uploaded file.
    pub fn uploaded(id: AttachmentId, kind: Kind, bytes: Vec<u8>, if_none_match: Option<&str>) -> Self {
        let name = format!("{id}.{}", kind.suffix());
        let etag = format!("\"{id}\"");
        Download::whole(kind.media_type(), name, etag, if_none_match, bytes)
    }
}

impl<K: Kinds + Send> IntoResponse for Download<K> {
    fn into_response(self) -> poem::Response {
        let mut answer = poem::Response::builder();
        if let Some(etag) = &self.etag {
            // Only after asking again: who may see it changes, and a staff member's look is journaled.
            answer = answer
                .header("etag", etag)
                .header("cache-control", "private, no-cache");
        }
        let Some(body) = self.body else {
            return answer.status(poem::http::StatusCode::NOT_MODIFIED).finish();
        };
        let mut answer = answer
            .content_type(self.media_type)
            .header(
                "content-disposition",
                format!("attachment; filename=\"{}\"", self.name),
            )
            .header("content-security-policy", "sandbox")
            .body(body);
        if self.streamed {
            answer.set_data(Streamed);
        }
        answer
    }
}

impl<K: Kinds + Send> ApiResponse for Download<K> {
    fn meta() -> MetaResponses {
        let header = |name: &str, what: &str| MetaHeader {
            name: name.to_owned(),
            description: Some(what.to_owned()),
            required: true,
            deprecated: false,
            schema: <String as Type>::schema_ref(),
        };
        let tag = || header("ETag", "Never changes.");
        let name = header("Content-Disposition", "Always `attachment`, with a file's name.");
        let mut responses = vec![MetaResponse {
            description: "The bytes.",
            status: Some(200),
            status_range: None,
            content: K::MEDIA_TYPES
                .iter()
                .map(|&content_type| MetaMediaType {
                    content_type,
                    schema: <Binary<Vec<u8>> as Payload>::schema_ref(),
                })
                .collect(),
            headers: vec![name],
        }];
        if K::CACHED {
            if let Some(whole) = responses.first_mut() {
                whole.headers.push(tag());
            }
            responses.push(MetaResponse {
                description: "What the client has is current.",
                status: Some(304),
                status_range: None,
                content: Vec::new(),
                headers: vec![tag()],
            });
        }
        MetaResponses { responses }
    }

    fn register(_registry: &mut Registry) {}
}

/// Whether `If-None-Match` names this tag.
pub fn is_known(if_none_match: Option<&str>, etag: &str) -> bool {
    if_none_match.is_some_and(|sent| {
        sent.split(',')
            .map(str::trim)
            .any(|one| one == "*" || one.trim_start_matches("W/") == etag)
    })
}

/// One page of a list.
#[derive(Clone, Debug, Object)]
pub struct List<T: Type + ParseFromJSON + ToJSON + Send + Sync> {
    /// At most `limit` of them.
    pub items: Vec<T>,
    /// Where the next page begins; absent at the end.
    pub next_cursor: Option<String>,
}

impl<T: Type + ParseFromJSON + ToJSON + Send + Sync> List<T> {
    /// The wire form of a page.
    pub fn of<U: Into<T>>(page: Page<U>) -> List<T> {
        let page = page.map(Into::into);
        List {
            items: page.items,
            next_cursor: page.next_cursor,
        }
    }
}

/// The strong tag of a version.
pub fn tag(version: i64) -> String {
    format!("\"{version}\"")
}

impl<T: Type + ToJSON + Send + Sync> Versioned<T> {
    /// The thing with its tag.
    pub fn of(thing: impl Into<T>, version: i64) -> Versioned<T> {
        Versioned::Ok(Json(thing.into()), tag(version))
    }
}

impl<T: Type + ToJSON + Send + Sync> CreatedVersioned<T> {
    /// The thing with its tag.
    pub fn of(thing: impl Into<T>, version: i64) -> CreatedVersioned<T> {
        CreatedVersioned::Created(Json(thing.into()), tag(version))
    }
}

impl<T: Type + ToJSON + Send + Sync> Created<T> {
    /// The thing.
    pub fn of(thing: impl Into<T>) -> Created<T> {
        Created::Created(Json(thing.into()))
    }
}

impl<T: Type + ToJSON + Send + Sync> Cached<T> {
    /// The content, or nothing when the client's `If-None-Match` names it.
    pub fn of(thing: impl Into<T>, etag: String, if_none_match: Option<&str>) -> Cached<T> {
        Cached::kept(thing, etag, if_none_match, "private, max-age=300")
    }

    /// The same for what may be another thing at any time: the client keeps it and asks each time.
    pub fn asked_again(thing: impl Into<T>, etag: String, if_none_match: Option<&str>) -> Cached<T> {
        Cached::kept(thing, etag, if_none_match, "private, no-cache")
    }

    fn kept(thing: impl Into<T>, etag: String, if_none_match: Option<&str>, how: &str) -> Cached<T> {
        if is_known(if_none_match, &etag) {
            Cached::Unchanged(etag)
        } else {
            Cached::Ok(Json(thing.into()), etag, how.to_owned())
        }
    }
}
