//! `Patient/{id}/$everything`: all that the facade knows of one woman, page by page. A page holds resources of one type;
//! the cursor says how far the types are gone through, and each type is asked as its own search would be.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::Value;

use super::asked::Asked;
use super::bundle::searchset;
use super::{Answer, consent, document, observation, patient, provenance, response};
use crate::base::error::{Error, Result};
use crate::base::id::PatientId;
use crate::base::{Code, Page};
use crate::ctx::Ctx;
use crate::people::caller::Caller;

type Source = for<'a> fn(&'a Ctx, &'a Caller, &'a Asked) -> BoxFuture<'a, Result<Page<Value>>>;

/// The types, in the order in which they are told.
const SOURCES: [Source; 6] = [
    |ctx, caller, asked| patient::only(ctx, caller, asked).boxed(),
    |ctx, caller, asked| response::found(ctx, caller, asked).boxed(),
    |ctx, caller, asked| observation::found(ctx, caller, asked).boxed(),
    |ctx, caller, asked| consent::found(ctx, caller, asked).boxed(),
    |ctx, caller, asked| document::found(ctx, caller, asked).boxed(),
    |ctx, caller, asked| provenance::found(ctx, caller, asked).boxed(),
];

pub(super) async fn all(ctx: &Ctx, caller: &Caller, asked: &Asked) -> Result<Answer> {
    let patient = PatientId(asked.uuid()?);
    let invalid = || Error::Malformed(Code::HttpPageInvalid);
    // Before the first page is made, its bounds are judged, whatever the type.
    let (mut number, mut cursor) = match asked.cursor() {
        None => (0, None),
        Some(text) => {
            let (number, rest) = text.split_once('.').ok_or_else(invalid)?;
            let number: usize = number.parse().map_err(|_| invalid())?;
            (number, Some(rest.to_owned()).filter(|rest| !rest.is_empty()))
        }
    };
    loop {
        let source = SOURCES.get(number).ok_or_else(invalid)?;
        let one = asked.about(patient, cursor.take());
        let found = source(ctx, caller, &one).await?;
        let next = match found.next_cursor {
            Some(rest) => Some(format!("{number}.{rest}")),
            None if number + 1 < SOURCES.len() => Some(format!("{}.", number + 1)),
            None => None,
        };
        if !found.items.is_empty() || next.is_none() {
            let page = Page {
                items: found.items,
                next_cursor: next,
            };
            return Ok(searchset(asked, page));
        }
        number += 1;
    }
}
