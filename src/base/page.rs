//! Keyset pages: `limit` 1–100 and an opaque cursor; the answer is `{items, next_cursor}`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::code::Code;
use super::error::{Error, Result};

/// How many rows and after which key.
#[derive(Clone, Debug)]
pub struct PageRequest {
    /// 1–100.
    pub limit: i64,
    cursor: Option<String>,
}

/// One page.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// At most `limit` rows.
    pub items: Vec<T>,
    /// Where the next page begins; none at the end.
    pub next_cursor: Option<String>,
}

const VERSION: u8 = 1;

impl PageRequest {
    /// Checks the bounds.
    ///
    /// Errors: `http.page_invalid` for a limit outside 1–100.
    pub fn new(limit: Option<i64>, cursor: Option<String>) -> Result<PageRequest> {
        let limit = limit.unwrap_or(20);
        if !(1..=100).contains(&limit) {
            return Err(Error::Malformed(Code::HttpPageInvalid));
        }
        Ok(PageRequest { limit, cursor })
    }

    /// The key to go on after, if a cursor was sent. `filter` is the query that it was made for: a cursor
    /// of another question is refused, not answered wrongly.
    ///
    /// Errors: `http.page_invalid`.
    pub fn after<K: DeserializeOwned>(&self, filter: &str) -> Result<Option<K>> {
        let Some(text) = &self.cursor else { return Ok(None) };
        let invalid = || Error::Malformed(Code::HttpPageInvalid);
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid())?;
        let (version, digest, key): (u8, String, serde_json::Value) =
            serde_json::from_slice(&bytes).map_err(|_| invalid())?;
        if version != VERSION || digest != filter_digest(filter) {
            return Err(invalid());
        }
        serde_json::from_value(key).map(Some).map_err(|_| invalid())
    }

    /// Makes a page of rows that were read with `limit + 1`; `key` names the sort key of a row.
    pub fn page<T, K: Serialize>(&self, mut rows: Vec<T>, filter: &str, key: impl Fn(&T) -> K) -> Page<T> {
        let more = rows.len() as i64 > self.limit;
        rows.truncate(self.limit as usize);
        let next_cursor = rows.last().filter(|_| more).map(|row| {
            let cursor = (VERSION, filter_digest(filter), key(row));
            URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor).unwrap_or_default())
        });
        Page {
            items: rows,
            next_cursor,
        }
    }
}

impl<T> Page<T> {
    /// The same page of other things.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            next_cursor: self.next_cursor,
        }
    }
}

fn filter_digest(filter: &str) -> String {
    hex::encode(&Sha256::digest(filter.as_bytes())[..6])
}
