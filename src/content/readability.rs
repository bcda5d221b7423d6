//! How hard a text is to read (CE-035): long sentences, technical words that nothing explains, numbers of chance without
//! the form "1 in 1 000". Pure; a report, never a refusal: an editor decides.
//!
//! It counts and looks up, it does not understand. The limits are rules of thumb for a reader who left school after nine
//! years; a short sentence can still be a hard one.

use std::sync::LazyLock;

use regex::Regex;

use super::glossary::Glossary;
use crate::base::Locale;

/// A Chinese sentence of more characters is long.
const LONG_ZH: usize = 40;
/// An English sentence of more words is long.
const LONG_EN: usize = 20;

crate::words! {
    /// What makes a text hard.
    Hardness {
        /// A sentence over the limit of its language.
        LongSentence = "long_sentence",
        /// A technical word that the glossary does not explain.
        Jargon = "jargon",
        /// A number of how often, not said as so many in so many.
        Number = "number",
    }
}

/// A text with its place in the document.
#[derive(Clone, Debug)]
pub struct Passage {
    /// Where it stands; `frequency` at the end means that it says how often something happens.
    pub place: String,
    /// The text.
    pub text: String,
}

/// One thing that makes a text hard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub kind: Hardness,
    /// The passage.
    pub place: String,
    /// The sentence, the word or the number.
    pub text: String,
    /// Of a sentence: characters in Chinese, words in English.
    pub length: Option<usize>,
}

/// What a document is like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Sentences.
    pub sentences: usize,
    /// Characters or words of all of them.
    pub length: usize,
    /// Characters or words of the longest.
    pub longest: usize,
    /// More than this is long.
    pub limit: usize,
    /// In the order of the document.
    pub findings: Vec<Finding>,
}

fn expression(text: &'static str) -> Regex {
    Regex::new(text).expect("a constant expression compiles")
}

/// Parts of a whole: 5 %, 百分之五, 1/50, 1:1000.
static SHARE: LazyLock<Regex> =
    LazyLock::new(|| expression(r"(?i)\d[\d.]*\s*[%％‰]|百分之|千分之|\bper ?cent\b|\b1\s*[/:：]\s*\d{2,}"));
/// So many in so many.
static NATURAL: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r"(?i)每\s*\d[\d,，]*\s*(个|名|位)?\s*(人|产妇|女性|次|例)|(\d|\bone)\s+in\s+(every\s+)?\d|\bout of\s+\d",
    )
});
static ABBREVIATION: LazyLock<Regex> = LazyLock::new(|| expression(r"[A-Z]{2,}[A-Z0-9]*"));
/// English words made as medicine makes them.
static MEDICAL: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r"(?i)\b[a-z]{3,}(itis|a?emia|osis|ectomy|otomy|algesia|algesic|esthesia|esthetic|pathy|penia|plasty|scopy|toma|uria)\b",
    )
});
/// Ends of sentences; an English full stop only before a space, so that 1.5 stays whole.
static ENDS: LazyLock<Regex> = LazyLock::new(|| expression(r"[。！？；\n]|[.!?;](\s|$)"));

/// Reads passages of one language.
pub fn report(passages: &[Passage], locale: Locale, glossary: &Glossary) -> Report {
    let limit = match locale {
        Locale::ZhCn => LONG_ZH,
        Locale::En => LONG_EN,
    };
    let mut report = Report {
        sentences: 0,
        length: 0,
        longest: 0,
        limit,
        findings: Vec::new(),
    };
    for passage in passages {
        let mut found = |kind, text: &str, length| {
            report.findings.push(Finding {
                kind,
                place: passage.place.clone(),
                text: text.to_owned(),
                length,
            });
        };
        for sentence in ENDS
            .split(&passage.text)
            .map(str::trim)
            .filter(|one| !one.is_empty())
        {
            let length = length(sentence, locale);
            report.sentences += 1;
            report.length += length;
            report.longest = report.longest.max(length);
            if length > limit {
                found(Hardness::LongSentence, sentence, Some(length));
            }
            let chance =
                passage.place.ends_with("frequency") && sentence.contains(|c: char| c.is_ascii_digit());
            if (chance || SHARE.is_match(sentence)) && !NATURAL.is_match(sentence) {
                found(Hardness::Number, sentence, None);
            }
        }
        for word in jargon(&passage.text, locale, glossary) {
            found(Hardness::Jargon, &word, None);
        }
    }
    report
}

fn length(sentence: &str, locale: Locale) -> usize {
    match locale {
        Locale::ZhCn => sentence.chars().filter(|c| c.is_alphanumeric()).count(),
        Locale::En => sentence.split_whitespace().count(),
    }
}

/// The technical words of a text that nothing explains, each once.
fn jargon(text: &str, locale: Locale, glossary: &Glossary) -> Vec<String> {
    let rest = glossary.without_explained(text, locale);
    let mut words: Vec<String> = glossary
        .jargon(locale)
        .filter(|word| contains(&rest, word, locale))
        .map(str::to_owned)
        .collect();
    words.extend(ABBREVIATION.find_iter(&rest).map(|word| word.as_str().to_owned()));
    if locale == Locale::En {
        words.extend(MEDICAL.find_iter(&rest).map(|word| word.as_str().to_lowercase()));
    }
    words.sort();
    words.dedup();
    words
}

fn contains(text: &str, word: &str, locale: Locale) -> bool {
    match locale {
        Locale::ZhCn => text.contains(word),
        Locale::En => super::glossary::whole_word(text, word).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::glossary::Term;

    fn glossary() -> Glossary {
        let term = Term {
            zh: vec!["椎管内".into()],
            en: vec!["neuraxial".into()],
            plain_zh: "腰部脊柱里面".into(),
            plain_en: "in the spine".into(),
        };
        Glossary::of(vec![term], vec!["穿刺".into()], vec!["puncture".into()])
    }

    fn found(place: &str, text: &str, locale: Locale) -> Vec<(Hardness, String)> {
        let passage = Passage {
            place: place.into(),
            text: text.into(),
        };
        let report = report(&[passage], locale, &glossary());
        report
            .findings
            .into_iter()
            .map(|one| (one.kind, one.text))
            .collect()
    }

    #[test]
    fn a_plain_text_has_no_finding() {
        assert_eq!(found("text", "每100人约2人会头痛。可以治疗。", Locale::ZhCn), []);
        assert_eq!(found("text", "About 2 in 100 get a headache.", Locale::En), []);
    }

    #[test]
    fn a_long_sentence_is_counted_in_characters_or_in_words() {
        let zh = "这是一个没有停顿的很长很长的句子".repeat(3);
        assert_eq!(
            found("text", &zh, Locale::ZhCn),
            [(Hardness::LongSentence, zh.clone())]
        );
        let short = "这是一个没有停顿的很长很长的句子。".repeat(3);
        assert_eq!(found("text", &short, Locale::ZhCn), []);
        let en = "word ".repeat(21);
        assert_eq!(found("text", &en, Locale::En).len(), 1);
        assert_eq!(found("text", &"word ".repeat(20), Locale::En), []);
    }

    #[test]
    fn a_share_is_said_as_so_many_in_so_many() {
        for (text, locale) in [
            ("5%的人会头痛", Locale::ZhCn),
            ("百分之五的人会头痛", Locale::ZhCn),
            ("1:1000会麻木", Locale::ZhCn),
            ("Headache in 5% of women", Locale::En),
        ] {
            assert_eq!(found("text", text, locale), [(Hardness::Number, text.to_owned())]);
        }
        assert_eq!(found("text", "5%，也就是每100人约5人", Locale::ZhCn), []);
        assert_eq!(
            found("risks/a/frequency", "平均约长10–20分钟", Locale::ZhCn).len(),
            1
        );
        assert_eq!(found("text", "大约10–20分钟", Locale::ZhCn), []);
        assert_eq!(found("risks/a/frequency", "可能稍有增加", Locale::ZhCn), []);
    }

    #[test]
    fn a_technical_word_is_named_unless_the_glossary_explains_it() {
        assert_eq!(found("text", "椎管内镇痛", Locale::ZhCn), []);
        assert_eq!(
            found("text", "椎管内穿刺", Locale::ZhCn),
            [(Hardness::Jargon, "穿刺".into())]
        );
        assert_eq!(
            found("text", "电刺激（TENS）", Locale::ZhCn),
            [(Hardness::Jargon, "TENS".into())]
        );
        let words = found(
            "text",
            "A neuraxial puncture, rarely meningitis; punctures too",
            Locale::En,
        );
        assert_eq!(
            words,
            [
                (Hardness::Jargon, "meningitis".into()),
                (Hardness::Jargon, "puncture".into())
            ]
        );
    }
}
