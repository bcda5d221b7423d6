//! Technical words that texts for her may use, each with a plain explanation, and words that count as technical.

use serde::Deserialize;

use super::{Defects, Origin};
use crate::base::Locale;

const FILE: &str = "glossary.toml";

/// A word that is explained.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// How it is written in Chinese.
    pub zh: Vec<String>,
    /// How it is written in English, lower case.
    pub en: Vec<String>,
    /// In plain Chinese.
    pub plain_zh: String,
    /// In plain English.
    pub plain_en: String,
}

/// All words.
#[derive(Debug, Default)]
pub struct Glossary {
    terms: Vec<Term>,
    jargon_zh: Vec<String>,
    jargon_en: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    jargon_zh: Vec<String>,
    jargon_en: Vec<String>,
    term: Vec<Term>,
}

impl Glossary {
    /// Of these words.
    pub fn of(terms: Vec<Term>, jargon_zh: Vec<String>, jargon_en: Vec<String>) -> Glossary {
        Glossary {
            terms,
            jargon_zh,
            jargon_en,
        }
    }

    /// The words with their explanations.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Words that count as technical in a language.
    pub fn jargon(&self, locale: Locale) -> impl Iterator<Item = &str> {
        let words = match locale {
            Locale::ZhCn => &self.jargon_zh,
            Locale::En => &self.jargon_en,
        };
        words.iter().map(String::as_str)
    }

    /// A text with every explained word taken out, the longest first: 硬膜外 must not eat a part of 硬膜外血肿.
    pub fn without_explained(&self, text: &str, locale: Locale) -> String {
        let mut words: Vec<&String> = self
            .terms
            .iter()
            .flat_map(|term| match locale {
                Locale::ZhCn => &term.zh,
                Locale::En => &term.en,
            })
            .collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
        let mut rest = text.to_owned();
        for word in words {
            match locale {
                Locale::ZhCn => rest = rest.replace(word.as_str(), " "),
                Locale::En => {
                    while let Some(at) = whole_word(&rest, word) {
                        rest.replace_range(at, " ");
                    }
                }
            }
        }
        rest
    }
}

/// Where a word stands by itself, whatever its case; of letters outside ASCII the place is not looked for.
pub(super) fn whole_word(text: &str, word: &str) -> Option<std::ops::Range<usize>> {
    let (low, word) = (text.to_ascii_lowercase(), word.to_ascii_lowercase());
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    low.match_indices(&word)
        .map(|(at, found)| at..at + found.len())
        .find(|at| {
            let before = low.get(..at.start).and_then(|rest| rest.chars().next_back());
            let after = low.get(at.end..).and_then(|rest| rest.chars().next());
            !is_letter(before) && !is_letter(after)
        })
}

pub(super) fn load(origin: &Origin, defects: &mut Defects) -> Glossary {
    let Some(file) = origin.toml::<File>(FILE, defects) else {
        return Glossary::default();
    };
    for (at, term) in file.term.iter().enumerate() {
        let whole = !term.zh.is_empty()
            && !term.en.is_empty()
            && [&term.plain_zh, &term.plain_en]
                .iter()
                .all(|text| !text.trim().is_empty());
        let pointer = format!("/term/{at}");
        defects.check(whole, FILE, &pointer, || {
            "a word or an explanation is missing".to_owned()
        });
    }
    Glossary::of(file.term, file.jargon_zh, file.jargon_en)
}
