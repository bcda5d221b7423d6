//! Answers that several slices give: with a version, made anew, unchanged, bytes.

use poem_openapi::payload::{Binary, Json};
use poem_openapi::types::{ParseFromJSON, ToJSON, Type};
use poem_openapi::{ApiResponse, Object};

use crate::base::page::Page;

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
        let known = if_none_match.is_some_and(|sent| {
            sent.split(',')
                .map(str::trim)
                .any(|one| one == "*" || one.trim_start_matches("W/") == etag)
        });
        if known {
            Cached::Unchanged(etag)
        } else {
            Cached::Ok(Json(thing.into()), etag, "private, max-age=300".to_owned())
        }
    }
}
