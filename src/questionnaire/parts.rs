//! Answers that are objects: codings, quantities, files, references.

use base64::Engine as _;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::reading::member;
use super::value::exact;

/// A code; two are the same when system and code are, whatever the display says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coding {
    /// Code system, if the form names one.
    pub system: Option<String>,
    /// The stable code.
    pub code: String,
}

/// A number with its unit; two can be compared when their codes are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantity {
    /// The number.
    pub value: Decimal,
    /// The unit as people read it.
    pub unit: Option<String>,
    /// The system of the unit's code.
    pub system: Option<String>,
    /// The unit's code, UCUM in our forms; compared as a string.
    pub code: Option<String>,
}

/// What is judged about a file: its kind and its size, never its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Media type.
    pub content_type: Option<String>,
    /// Stated size in bytes.
    pub size: Option<u64>,
    /// Size in bytes of the data that came with it.
    pub data_size: Option<u64>,
    /// Where it was uploaded.
    pub url: Option<String>,
}

pub(super) fn coding(value: &Value) -> Option<Coding> {
    let object = value.as_object()?;
    let system = match member(object, "system") {
        None => None,
        Some(system) => Some(system.as_str()?.to_owned()),
    };
    let code = member(object, "code")?.as_str().filter(|code| !code.is_empty())?;
    Some(Coding {
        system,
        code: code.to_owned(),
    })
}

pub(super) fn quantity(object: &Map<String, Value>) -> Option<Quantity> {
    // "less than 5" is no number that a limit or a rule could be held against.
    if object.contains_key("comparator") {
        return None;
    }
    let text = |name: &str| match object.get(name) {
        None => Some(None),
        Some(value) => value.as_str().map(|text| Some(text.to_owned())),
    };
    Some(Quantity {
        value: exact(object.get("value")?)?,
        unit: text("unit")?,
        system: text("system")?,
        code: text("code")?,
    })
}

pub(super) fn reference(object: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| {
        object
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    let identifier = object
        .get("identifier")
        .and_then(|identifier| identifier.get("value")?.as_str());
    text("reference")
        .or(identifier)
        .or_else(|| text("display"))
        .map(str::to_owned)
}

pub(super) fn attachment(object: &Map<String, Value>) -> Option<Attachment> {
    let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
    let data_size = match object.get("data") {
        None => None,
        Some(data) => {
            let bytes = base64::engine::general_purpose::STANDARD
                .decode(data.as_str()?)
                .ok()?;
            Some(bytes.len() as u64)
        }
    };
    let size = match object.get("size") {
        None => None,
        Some(size) => Some(size.as_u64()?),
    };
    Some(Attachment {
        content_type: text("contentType"),
        size,
        data_size,
        url: text("url"),
    })
}

/// Words in a list; none when it is empty or holds anything else.
pub(super) fn strings(value: &Value) -> Option<Vec<&str>> {
    let list: Option<Vec<&str>> = value.as_array()?.iter().map(Value::as_str).collect();
    list.filter(|list| !list.is_empty())
}
