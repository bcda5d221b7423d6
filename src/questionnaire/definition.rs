//! The subset of FHIR R4 `Questionnaire` that we read, as a serde model that loses nothing.
//!
//! Members without a field here stay in `other` and are written back. Nothing is judged here: see `compile`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Base of the standard extensions.
pub(super) const FHIR: &str = "http://hl7.org/fhir/StructureDefinition/";
/// Base of our own extensions (item-phase, item-who, required-at, …).
pub(super) const OWN: &str = "https://muan.invalid/fhir/StructureDefinition/";

/// A form as it stands on disk and on the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Questionnaire {
    /// Always `Questionnaire`.
    pub resource_type: String,
    /// Canonical address without version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Semantic version; `url|version` never changes once published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Computer-friendly name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Title in zh-CN; the translation stands in `_title`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Extensions of the whole form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extension: Vec<Extension>,
    /// Every member that has no field of its own.
    #[serde(flatten)]
    pub other: Map<String, Value>,
    /// The questions and groups in the order in which they are asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub item: Vec<Item>,
}

/// A group, a display or a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// Unique in the form.
    pub link_id: String,
    /// Text in zh-CN; the translation stands in `_text`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// FHIR item type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Extensions of this item.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extension: Vec<Extension>,
    /// When the item is asked; empty means always.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enable_when: Vec<EnableWhen>,
    /// `all` or `any`; needed from two conditions on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_behavior: Option<String>,
    /// Must it be answered before submission?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// May it have several answers?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<bool>,
    /// Longest text in Unicode scalar values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// Options of a choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answer_option: Vec<AnswerOption>,
    /// Every member that has no field of its own.
    #[serde(flatten)]
    pub other: Map<String, Value>,
    /// Children of a group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub item: Vec<Item>,
}

/// One condition of `enableWhen`; its `answer[x]` stands in `other`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnableWhen {
    /// linkId of the question that is looked at.
    pub question: String,
    /// `exists`, `=`, `>`, `<`, `>=` or `<=` in our content.
    pub operator: String,
    /// The `answer[x]` and everything else.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// One option of a choice; its `value[x]` stands in `other`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerOption {
    /// Extensions of this option (`optionExclusive`, `ordinalValue`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extension: Vec<Extension>,
    /// The `value[x]` and everything else.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// An extension; its `value[x]` stands in `other`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Extension {
    /// Which extension this is.
    pub url: String,
    /// Parts of a compound extension.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extension: Vec<Extension>,
    /// The `value[x]` and everything else.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Extension {
    /// The one `value[x]`, whatever its type.
    pub fn value(&self) -> Option<&Value> {
        self.other
            .iter()
            .find(|(name, _)| name.starts_with("value"))
            .map(|(_, value)| value)
    }
}

/// The value of the extension at `base` + `name`, if it is there.
pub(super) fn extension<'a>(list: &'a [Extension], base: &str, name: &str) -> Option<&'a Value> {
    extensions(list, base, name).next()
}

/// All values of a repeatable extension.
pub(super) fn extensions<'a>(
    list: &'a [Extension],
    base: &str,
    name: &str,
) -> impl Iterator<Item = &'a Value> {
    let url = format!("{base}{name}");
    list.iter()
        .filter(move |extension| extension.url == url)
        .filter_map(Extension::value)
}

/// The English text of `member` (`_text`, `_title`, `_display`) in `other`.
pub fn english<'a>(other: &'a Map<String, Value>, member: &str) -> Option<&'a str> {
    let url = format!("{FHIR}translation");
    let parts = |extension: &'a Value| extension.get("extension").and_then(Value::as_array);
    other
        .get(member)
        .and_then(parts)?
        .iter()
        .filter(|extension| extension.get("url").and_then(Value::as_str) == Some(&url))
        .filter_map(parts)
        .find(|parts| part(parts, "lang", "valueCode") == Some("en"))
        .and_then(|parts| part(parts, "content", "valueString"))
}

fn part<'a>(parts: &'a [Value], url: &str, member: &str) -> Option<&'a str> {
    parts
        .iter()
        .find(|part| part.get("url").and_then(Value::as_str) == Some(url))
        .and_then(|part| part.get(member))
        .and_then(Value::as_str)
}
