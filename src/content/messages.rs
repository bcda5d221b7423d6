//! Texts of codes, zh-CN and en: `content/messages/{zh-CN,en}.toml`. Codes inside, text at the edge.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use super::Defects;
use crate::base::{Code, Locale};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Titles of problems by code.
    codes: BTreeMap<String, String>,
    /// Sentences on single fields; `{name}` is filled from the params.
    fields: BTreeMap<String, String>,
    /// Notices to her: title and body; no clinical word (they show on a lock screen).
    notices: BTreeMap<String, Notice>,
    /// What her home screen says by what it speaks of; no word that urges her.
    home: BTreeMap<String, Notice>,
    /// What stands around the blocks of a lesson.
    lessons: BTreeMap<String, String>,
    /// Titles of the indicators by code.
    indicators: BTreeMap<String, String>,
    /// What stands above and below the line of an indicator.
    definitions: BTreeMap<String, String>,
    /// What an indicator is watched for, of those that are.
    limits: BTreeMap<String, String>,
    /// Why a case is not counted in one.
    reasons: BTreeMap<String, String>,
    /// Why something that is held on her is not in her copy.
    withheld: BTreeMap<String, String>,
}

/// What is told her.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// One line.
    pub title: String,
    /// One or two sentences.
    pub body: String,
}

// Built in and not from a folder: an error must have its text even when the content does not load.
static ZH: LazyLock<File> = LazyLock::new(|| parse(include_str!("../../content/messages/zh-CN.toml")));
static EN: LazyLock<File> = LazyLock::new(|| parse(include_str!("../../content/messages/en.toml")));

fn parse(text: &str) -> File {
    toml::from_str(text).expect("the built-in messages are read by a test")
}

fn file(locale: Locale) -> &'static File {
    match locale {
        Locale::ZhCn => &ZH,
        Locale::En => &EN,
    }
}

/// The title of a code.
pub fn text(locale: Locale, code: &str) -> String {
    file(locale)
        .codes
        .get(code)
        .cloned()
        .unwrap_or_else(|| code.to_owned())
}

/// The sentence on a field.
pub fn field(locale: Locale, code: &str, params: Option<&Value>) -> String {
    let mut text = file(locale)
        .fields
        .get(code)
        .cloned()
        .unwrap_or_else(|| code.to_owned());
    if let Some(Value::Object(members)) = params {
        for (name, value) in members {
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            text = text.replace(&format!("{{{name}}}"), &shown);
        }
    }
    text
}

/// What stands around the blocks of a lesson.
pub fn lesson(locale: Locale, name: &str) -> String {
    let text = file(locale).lessons.get(name);
    text.cloned().unwrap_or_else(|| name.to_owned())
}

/// The title of an indicator.
pub fn indicator(locale: Locale, code: &str) -> String {
    let title = file(locale).indicators.get(code);
    title.cloned().unwrap_or_else(|| code.to_owned())
}

/// What stands above and below the line of an indicator.
pub fn definition(locale: Locale, code: &str) -> String {
    let text = file(locale).definitions.get(code);
    text.cloned().unwrap_or_else(|| code.to_owned())
}

/// What an indicator is watched for; none where there is no number to aim at.
pub fn limit(locale: Locale, code: &str) -> Option<String> {
    file(locale).limits.get(code).cloned()
}

/// Why a case is not counted in an indicator, or what is to be known of it.
pub fn reason(locale: Locale, word: &str) -> String {
    let text = file(locale).reasons.get(word);
    text.cloned().unwrap_or_else(|| word.to_owned())
}

/// Why something that is held on her is not in her copy.
pub fn withheld(locale: Locale, what: &str) -> String {
    let text = file(locale).withheld.get(what);
    text.cloned().unwrap_or_else(|| what.to_owned())
}

/// What her home screen says.
pub fn home(locale: Locale, situation: &str) -> Option<&'static Notice> {
    file(locale).home.get(situation)
}

/// The kinds of notices.
pub(super) fn notices() -> impl Iterator<Item = &'static str> {
    ZH.notices.keys().map(String::as_str)
}

/// A notice.
pub fn notice(locale: Locale, kind: &str) -> Option<&'static Notice> {
    file(locale).notices.get(kind)
}

pub(super) fn check(defects: &mut Defects) {
    for locale in Locale::ALL {
        let path = format!("messages/{}.toml", locale.tag());
        for code in Code::ALL {
            defects.check(
                file(locale).codes.contains_key(code.word()),
                &path,
                "/codes",
                || format!("no text of {}", code.word()),
            );
        }
    }
    super::cards::check(defects);
    let keys = |of: fn(&File) -> Vec<&String>| (of(&ZH), of(&EN));
    for (zh, en) in [
        keys(|f| f.fields.keys().collect()),
        keys(|f| f.notices.keys().collect()),
        keys(|f| f.home.keys().collect()),
        keys(|f| f.codes.keys().collect()),
        keys(|f| f.lessons.keys().collect()),
        keys(|f| f.indicators.keys().collect()),
        keys(|f| f.reasons.keys().collect()),
        keys(|f| f.definitions.keys().collect()),
        keys(|f| f.limits.keys().collect()),
        keys(|f| f.withheld.keys().collect()),
    ] {
        defects.check(zh == en, "messages/en.toml", "", || {
            "not the same keys as zh-CN".to_owned()
        });
    }
}
