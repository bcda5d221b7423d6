//! What a request of the facade asks: id, search parameters, body. A parameter that the facade does not know is refused: a
//! filter that vanishes would show more than was asked for.

use std::collections::BTreeMap;

use poem::Request;
use poem::http::Method;
use serde_json::Value;
use uuid::Uuid;

use super::metadata::parameters;
use super::{BASE, Operation};
use crate::base::error::{Error, Fault, Result};
use crate::base::id::PatientId;
use crate::base::{Code, Noun, PageRequest};
use crate::ctx::Ctx;

/// How many resources a page has, and where it begins.
const COUNT: &str = "_count";
const CURSOR: &str = "_cursor";
const FORMAT: &str = "_format";
/// The one parameter that may stand twice.
pub(super) const DATE: &str = "date";

/// One request.
pub(super) struct Asked {
    /// The address of the facade.
    pub base: String,
    /// The resource type.
    pub resource: &'static str,
    /// The id in the path; empty for a search.
    pub id: String,
    /// `Prefer: handling=strict`.
    pub strict: bool,
    /// The body of a `POST`.
    pub body: Value,
    /// The operation on the resource in the path, as in `/$everything`; empty without one.
    tail: String,
    query: BTreeMap<String, Vec<String>>,
}

/// A parameter at fault.
pub(super) fn wrong(name: &str, code: &str) -> Error {
    Error::Invalid(Code::HttpMalformed, vec![Fault::field(format!("?{name}"), code)])
}

impl Asked {
    /// Errors: `http.malformed`, `http.unsupported_media_type`.
    pub async fn read(ctx: &Ctx, req: &mut Request, operation: &Operation, id: String) -> Result<Asked> {
        let given: Vec<(String, String)> = req.params().map_err(|_| Error::Malformed(Code::HttpMalformed))?;
        let searching = operation.method == Method::GET && id.is_empty();
        let tail = operation
            .path
            .rfind("/$")
            .and_then(|at| operation.path.get(at..))
            .unwrap_or_default();
        let paged = searching || (operation.method == Method::GET && !tail.is_empty());
        let mut query: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in given {
            let paging = paged && (name == COUNT || name == CURSOR);
            let known = searching
                && parameters(operation.resource())
                    .iter()
                    .any(|(one, ..)| *one == name);
            if !paging && !known && name != FORMAT {
                // The name is the client's own text: it is not repeated.
                return Err(wrong("", "unknown"));
            }
            let json = ["json", "application/json", super::MEDIA_TYPE];
            if name == FORMAT && !json.contains(&value.replace(' ', "+").as_str()) {
                return Err(Error::Malformed(Code::HttpUnsupportedMediaType));
            }
            let values = query.entry(name.clone()).or_default();
            values.push(value);
            // Two bounds of a time are two parameters.
            if values.len() > if name == DATE { 2 } else { 1 } {
                return Err(wrong(&name, "only_one"));
            }
        }
        let mut body = Value::Null;
        if operation.method == Method::POST {
            let kind = req.content_type().unwrap_or_default();
            let kind = kind.split(';').next().unwrap_or_default().trim();
            if kind != super::MEDIA_TYPE && kind != "application/json" {
                return Err(Error::Malformed(Code::HttpUnsupportedMediaType));
            }
            let malformed = || Error::Malformed(Code::HttpMalformed);
            let bytes = req.take_body().into_bytes().await.map_err(|_| malformed())?;
            body = serde_json::from_slice(&bytes).map_err(|_| malformed())?;
        }
        let prefer = req.headers().get("prefer").and_then(|value| value.to_str().ok());
        Ok(Asked {
            base: format!("{}{BASE}", ctx.settings.public_url),
            resource: operation.resource(),
            id,
            tail: tail.to_owned(),
            strict: prefer.is_some_and(|value| value.contains("handling=strict")),
            body,
            query: query.into_iter().filter(|(name, _)| name != FORMAT).collect(),
        })
    }

    /// The value of a search parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The values of a search parameter that may stand twice.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.query.get(name).into_iter().flatten().map(String::as_str)
    }

    /// The woman whom `patient` or `subject` names, as an id or as a reference.
    pub fn patient(&self) -> Result<Option<PatientId>> {
        let (name, text) = match (self.get("patient"), self.get("subject")) {
            (None, None) => return Ok(None),
            (Some(text), None) => ("patient", text),
            (None, Some(text)) => ("subject", text),
            (Some(_), Some(_)) => return Err(wrong("subject", "only_one")),
        };
        let text = self.bare(text);
        let id = text.strip_prefix("Patient/").unwrap_or(text);
        let id: Uuid = id.parse().map_err(|_| wrong(name, "format"))?;
        Ok(Some(PatientId(id)))
    }

    /// A reference without the address of this facade.
    pub fn bare<'a>(&self, text: &'a str) -> &'a str {
        text.strip_prefix(&self.base)
            .map_or(text, |rest| rest.trim_start_matches('/'))
    }

    /// The code of a token, which may name its system.
    pub fn token(&self, name: &str) -> Option<&str> {
        self.get(name).map(|text| text.rsplit('|').next().unwrap_or(text))
    }

    /// Where the page begins.
    pub fn cursor(&self) -> Option<&str> {
        self.get(CURSOR)
    }

    /// The search of one type for one woman, with the page's length of this one.
    pub fn about(&self, patient: PatientId, cursor: Option<String>) -> Asked {
        let mut query = BTreeMap::from([("patient".to_owned(), vec![patient.to_string()])]);
        query.extend(
            self.get(COUNT)
                .map(|count| (COUNT.to_owned(), vec![count.to_owned()])),
        );
        query.extend(cursor.map(|cursor| (CURSOR.to_owned(), vec![cursor])));
        Asked {
            base: self.base.clone(),
            resource: self.resource,
            id: patient.to_string(),
            strict: false,
            body: Value::Null,
            tail: String::new(),
            query,
        }
    }

    /// The page that is asked for.
    pub fn page(&self) -> Result<PageRequest> {
        let count = self.get(COUNT).map(str::parse).transpose();
        let count = count.map_err(|_| wrong(COUNT, "format"))?;
        PageRequest::new(count, self.get(CURSOR).map(str::to_owned))
    }

    /// The id in the path, where ids are ours; one that is none names nothing.
    pub fn uuid(&self) -> Result<Uuid> {
        self.id.parse().map_err(|_| Error::Missing(Noun::Route))
    }

    /// The address of this search, or of a later page of it.
    pub fn link(&self, cursor: Option<&str>) -> String {
        let mut query = self.query.clone();
        if let Some(cursor) = cursor {
            query.insert(CURSOR.to_owned(), vec![cursor.to_owned()]);
        }
        let bare = if self.tail.is_empty() {
            format!("{}/{}", self.base, self.resource)
        } else {
            format!("{}/{}/{}{}", self.base, self.resource, self.id, self.tail)
        };
        if query.is_empty() {
            return bare;
        }
        let pairs = query
            .iter()
            .flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
        reqwest::Url::parse_with_params(&bare, pairs).map_or(bare, String::from)
    }
}
