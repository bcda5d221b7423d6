//! The sentences of the verifier, for its two faces: the command line and the page. Both read the same two files.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta};

type Words = BTreeMap<String, BTreeMap<String, String>>;

const EAST_8: TimeDelta = TimeDelta::hours(8);
const ZH_CN: &str = include_str!("../../../content/evidence/zh-CN.toml");
const EN: &str = include_str!("../../../content/evidence/en.toml");

static WORDS: LazyLock<[Words; 2]> =
    LazyLock::new(|| [ZH_CN, EN].map(|text| toml::from_str(text).unwrap_or_default()));

/// The words of a language, by group and key; Chinese for every language but `en`.
pub fn all(locale: &str) -> &'static BTreeMap<String, BTreeMap<String, String>> {
    let [chinese, english] = &*WORDS;
    if locale == "en" { english } else { chinese }
}

/// One word of a group, such as `overall` or `step`; the key itself where there is none.
pub fn word(locale: &str, group: &str, key: &str) -> String {
    let found = all(locale).get(group).and_then(|words| words.get(key));
    found.map_or_else(|| key.to_owned(), Clone::clone)
}

/// A message with its particulars.
pub fn text(locale: &str, code: &str, params: &[String]) -> String {
    filled(&word(locale, "message", code), params)
}

/// Why a step ended as it did.
pub fn reason(locale: &str, code: &str, params: &[String]) -> String {
    filled(&word(locale, "code", code), params)
}

/// Times are shown with their zone (CE-132); a particular that is not known leaves nothing.
fn filled(text: &str, params: &[String]) -> String {
    let shown: Vec<String> = params.iter().map(|param| shown(param)).collect();
    let mut text = text.replace("{*}", &shown.join(", "));
    for at in 0..2 {
        let param = shown.get(at).map_or("", String::as_str);
        text = text.replace(&format!("{{{at}}}"), param);
    }
    text.trim_end().to_owned()
}

/// A particular as it is shown: times where the hospital is, with their zone.
pub fn shown(param: &str) -> String {
    match DateTime::parse_from_rfc3339(param) {
        Ok(at) => (at.to_utc() + EAST_8)
            .format("%Y-%m-%d %H:%M:%S (UTC+08:00)")
            .to_string(),
        Err(_) => plain(param),
    }
}

/// A text that somebody else chose, such as a name in a certificate or in a manifest, without what moves the cursor of a
/// terminal, begins a line or turns the direction of writing: it could otherwise say a verdict of its own.
pub fn plain(text: &str) -> String {
    let shown = |c: char| {
        let acts = c.is_control()
            || matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
        if acts { '\u{FFFD}' } else { c }
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::super::report::{
        Authenticity, Content, Evidence, Integrity, Log, Name, Outcome, Overall, Standing, Time,
    };
    use super::*;

    #[test]
    fn both_languages_have_the_same_words_and_none_is_empty() {
        let keys = |locale| {
            let groups = all(locale).iter();
            let all = groups.flat_map(|(group, words)| words.keys().map(move |key| format!("{group}.{key}")));
            all.collect::<Vec<_>>()
        };
        assert!(keys("en").len() > 100);
        assert_eq!(keys("en"), keys("zh-CN"));
        for locale in ["en", "zh-CN"] {
            assert!(
                all(locale)
                    .values()
                    .flat_map(BTreeMap::values)
                    .all(|text| !text.is_empty())
            );
        }
    }

    #[test]
    fn every_value_of_a_report_has_its_words() {
        let has = |group: &str, words: Vec<&str>| {
            for locale in ["en", "zh-CN"] {
                let mut known: Vec<&str> = all(locale)
                    .get(group)
                    .unwrap()
                    .keys()
                    .map(String::as_str)
                    .collect();
                let mut words = words.clone();
                known.sort_unstable();
                words.sort_unstable();
                assert_eq!(known, words, "{locale} {group}");
            }
        };
        has("overall", Overall::ALL.iter().map(|one| one.word()).collect());
        has("integrity", Integrity::ALL.iter().map(|one| one.word()).collect());
        has(
            "authenticity",
            Authenticity::ALL.iter().map(|one| one.word()).collect(),
        );
        has("time", Time::ALL.iter().map(|one| one.word()).collect());
        has("content", Content::ALL.iter().map(|one| one.word()).collect());
        has("evidence", Evidence::ALL.iter().map(|one| one.word()).collect());
        has("log", Log::ALL.iter().map(|one| one.word()).collect());
        has("consent", Standing::ALL.iter().map(|one| one.word()).collect());
        has("step", Name::ALL.iter().map(|one| one.word()).collect());
        has("result", Outcome::ALL.iter().map(|one| one.word()).collect());
    }

    /// Codes are written once in the code and once in each language; this finds those that stand in one place alone.
    #[test]
    fn every_code_of_the_sources_has_a_sentence_and_no_sentence_is_left_over() {
        let steps = [
            include_str!("bundle.rs"),
            include_str!("sections.rs"),
            include_str!("log.rs"),
            include_str!("document.rs"),
        ];
        let decide = include_str!("decide.rs");
        let used = |sources: &[&str], key: &str| {
            let quoted = format!("\"{key}\"");
            sources.iter().any(|source| source.contains(&quoted))
        };
        for key in all("en").get("code").unwrap().keys() {
            assert!(used(&steps, key), "nobody says the code {key}");
        }
        for key in all("en").get("message").unwrap().keys() {
            assert!(used(&[decide], key), "nobody says the message {key}");
        }
    }

    #[test]
    fn valid_alone_is_never_said() {
        for words in all("en").values() {
            for text in words.values() {
                assert!(!text.to_lowercase().trim_matches('.').eq("valid"), "{text}");
            }
        }
        assert_eq!(
            all("zh-CN").get("title").unwrap().get("page").unwrap(),
            "核验知情同意书"
        );
    }

    #[test]
    fn what_somebody_else_chose_cannot_say_a_verdict_of_its_own() {
        let chosen = "\u{1b}[2J\r\n  Authentic\u{9b}2J\u{202e}\u{2066}分";
        let text = reason("en", "manifest_differs", &[chosen.to_owned()]);
        assert!(
            text.ends_with("\u{fffd}[2J\u{fffd}\u{fffd}  Authentic\u{fffd}2J\u{fffd}\u{fffd}分"),
            "{text}"
        );
    }

    #[test]
    fn times_are_shown_with_their_zone() {
        let text = text("en", "expired", &["2026-03-05T17:00:00.000Z".to_owned()]);
        assert_eq!(text, "Its validity ended on 2026-03-06 01:00:00 (UTC+08:00).");
    }
}
