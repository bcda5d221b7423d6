//! The one form in which JSON is hashed: RFC 8785 behind the narrower rules of CE-141.
//!
//! It is not a general JSON reader: what breaks a rule is rejected, never repaired, because a repaired
//! document would have a digest that its author never saw. Trees over the digests are in
//! [`super::merkle`].

use std::collections::HashSet;
use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use sha2::{Digest, Sha256};
use unicode_normalization::is_nfc;

/// The largest integer that every JSON reader keeps exactly: 2^53 − 1.
const MAX_EXACT: u64 = (1 << 53) - 1;

/// Why JSON cannot be hashed.
///
/// The text is the JSON pointer of the offending place and never a value: values may be a woman's answers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    /// Not JSON, not UTF-8, too deep, or with a lone surrogate.
    #[error("not well-formed JSON")]
    Syntax,
    /// One object has the same member twice.
    #[error("a member occurs twice in {0:?}")]
    DuplicateKey(String),
    /// A member's name is not `[a-z0-9_]+`.
    #[error("a member's name in {0:?} is not lower-case ASCII")]
    Key(String),
    /// A number that is not an integer within ±(2^53 − 1).
    #[error("the number at {0:?} is not an exact integer")]
    Number(String),
    /// Authored text that is not NFC-normalized.
    #[error("the text at {0:?} is not NFC-normalized")]
    NotNfc(String),
}

/// Reads JSON that is going to be hashed.
///
/// # Errors
///
/// [`NotCanonical`] for anything that CE-141 forbids, also for duplicate members, which ordinary readers
/// silently merge.
pub fn parse(bytes: &[u8]) -> Result<Value, NotCanonical> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let mut duplicate = None;
    let value = Strict {
        place: &Place::ROOT,
        duplicate: &mut duplicate,
    }
    .deserialize(&mut reader);
    if let Some(pointer) = duplicate {
        return Err(NotCanonical::DuplicateKey(pointer));
    }
    let value = value.map_err(|_| NotCanonical::Syntax)?;
    reader.end().map_err(|_| NotCanonical::Syntax)?;
    check(&value, &Place::ROOT)?;
    Ok(value)
}

/// The bytes that are hashed: JCS, after the check of CE-141.
///
/// # Errors
///
/// [`NotCanonical::Key`] or [`NotCanonical::Number`], with the place.
pub fn canonical(value: &Value) -> Result<Vec<u8>, NotCanonical> {
    check(value, &Place::ROOT)?;
    serde_json_canonicalizer::to_vec(value).map_err(|_| NotCanonical::Syntax)
}

/// `SHA-256(ASCII(tag) ‖ 0x00 ‖ bytes)`: the tag keeps one kind of digest from passing for another (CE-142).
pub fn tagged(tag: &str, bytes: &[u8]) -> [u8; 32] {
    debug_assert!(tag.is_ascii(), "tags are ASCII");
    let mut hasher = Sha256::new();
    hasher.update(tag.as_bytes());
    hasher.update([0]);
    hasher.update(bytes);
    hasher.finalize().into()
}

/// Plain SHA-256: the presented digest and file digests, which others must be able to compute with any tool.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The content address of a consent template (CE-033): `ct1:sha256:` and 64 hexadecimal digits.
///
/// # Errors
///
/// [`NotCanonical`]; a template is authored, so its text must be NFC-normalized too.
pub fn template_id(document: &Value) -> Result<String, NotCanonical> {
    let bytes = canonical(document)?;
    check_nfc(document, &Place::ROOT)?;
    Ok(format!(
        "ct1:sha256:{}",
        hex::encode(tagged("consent/template/v1", &bytes))
    ))
}

/// The digest of one evidence section.
///
/// The salt, 16 random bytes kept beside the body, lets a body be withheld without being guessed (CE-143).
///
/// # Errors
///
/// [`NotCanonical`] when the body breaks CE-141.
pub fn section_digest(name: &str, salt: &[u8; 16], body: &Value) -> Result<[u8; 32], NotCanonical> {
    let section = canonical(&serde_json::json!({ "body": body, "name": name }))?;
    let mut salted = Vec::with_capacity(salt.len() + section.len());
    salted.extend_from_slice(salt);
    salted.extend_from_slice(&section);
    Ok(tagged("consent/section/v1", &salted))
}

/// A place in a document, as the way back to its root. It is spelled out for a fault alone: long names over long lists
/// would otherwise cost the one times the other.
#[derive(Clone, Copy)]
struct Place<'a> {
    within: Option<&'a Place<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Member(&'a str),
    Item(usize),
}

impl Place<'_> {
    const ROOT: Place<'static> = Place {
        within: None,
        step: Step::Root,
    };

    fn to<'a>(&'a self, step: Step<'a>) -> Place<'a> {
        Place {
            within: Some(self),
            step,
        }
    }

    /// The JSON pointer. As deep as a reader goes, 128 steps.
    fn pointer(&self) -> String {
        let before = self.within.map(Place::pointer).unwrap_or_default();
        match self.step {
            Step::Root => before,
            Step::Member(name) => format!("{before}/{name}"),
            Step::Item(at) => format!("{before}/{at}"),
        }
    }
}

fn check(value: &Value, place: &Place<'_>) -> Result<(), NotCanonical> {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
        Value::Number(number) if is_exact(number) => Ok(()),
        Value::Number(_) => Err(NotCanonical::Number(place.pointer())),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(at, item)| check(item, &place.to(Step::Item(at)))),
        Value::Object(members) => members.iter().try_for_each(|(key, member)| {
            if !is_key(key) {
                return Err(NotCanonical::Key(place.pointer()));
            }
            check(member, &place.to(Step::Member(key)))
        }),
    }
}

fn check_nfc(value: &Value, place: &Place<'_>) -> Result<(), NotCanonical> {
    match value {
        Value::String(text) if !is_nfc(text) => Err(NotCanonical::NotNfc(place.pointer())),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(at, item)| check_nfc(item, &place.to(Step::Item(at)))),
        Value::Object(members) => members
            .iter()
            .try_for_each(|(key, member)| check_nfc(member, &place.to(Step::Member(key)))),
        _ => Ok(()),
    }
}

fn is_key(key: &str) -> bool {
    !key.is_empty()
        && key
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

fn is_exact(number: &Number) -> bool {
    number
        .as_i64()
        .map(i64::unsigned_abs)
        .or_else(|| number.as_u64())
        .is_some_and(|size| size <= MAX_EXACT)
}

/// Builds a [`Value`] and notices a member that occurs twice; serde_json keeps the last one and says nothing.
struct Strict<'a> {
    place: &'a Place<'a>,
    duplicate: &'a mut Option<String>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        loop {
            let place = self.place.to(Step::Item(items.len()));
            let item = seq.next_element_seed(Strict {
                place: &place,
                duplicate: self.duplicate,
            })?;
            match item {
                Some(item) => items.push(item),
                None => return Ok(Value::Array(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if !seen.insert(key.clone()) {
                self.duplicate.get_or_insert_with(|| self.place.pointer());
                return Err(de::Error::custom("duplicate member"));
            }
            let place = self.place.to(Step::Member(&key));
            let member = map.next_value_seed(Strict {
                place: &place,
                duplicate: self.duplicate,
            })?;
            members.insert(key, member);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
#[path = "canonical_tests.rs"]
mod tests;
