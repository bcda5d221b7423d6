//! Finding words in the lessons, also in a script that puts no spaces between them.
//!
//! Such a script is cut into pairs of neighbors, so that a search needs no dictionary; of other scripts each word counts
//! and is found by its beginning. A place that has at least a third of what is looked for is found: a question in one's own
//! words seldom stands in a lesson as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use super::{Language, Lesson};

/// Places told of one lesson.
const MOST_PLACES: usize = 3;

/// A lesson in which words were found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The lesson.
    pub lesson: Arc<Lesson>,
    /// The best places: the block, none for title and goal, and what stands there.
    pub passages: Vec<(Option<String>, String)>,
}

/// The words of all lessons in one language.
#[derive(Debug)]
pub(super) struct Index {
    places: Vec<Place>,
    /// A pair or a word, and the places that have it.
    words: BTreeMap<String, BTreeSet<usize>>,
}

#[derive(Debug)]
struct Place {
    lesson: usize,
    block: Option<String>,
    text: String,
    folded: String,
}

impl Index {
    pub fn of(lessons: &[Arc<Lesson>], language: Language) -> Index {
        let mut index = Index {
            places: Vec::new(),
            words: BTreeMap::new(),
        };
        for (at, lesson) in lessons.iter().enumerate() {
            let body = lesson.body(language);
            index.add(at, None, &body.title);
            index.add(at, None, &body.goal);
            for block in &body.blocks {
                for text in block.texts() {
                    index.add(at, Some(&block.id), text);
                }
            }
        }
        index
    }

    fn add(&mut self, lesson: usize, block: Option<&String>, text: &str) {
        let folded = fold(text);
        for word in indexed(&folded) {
            self.words.entry(word).or_default().insert(self.places.len());
        }
        self.places.push(Place {
            lesson,
            block: block.cloned(),
            text: text.to_owned(),
            folded,
        });
    }

    pub fn find(&self, looked_for: &str, lessons: &[Arc<Lesson>]) -> Vec<Found> {
        let folded = fold(looked_for.trim());
        let wanted = wanted(&folded);
        let mut hits: BTreeMap<usize, usize> = BTreeMap::new();
        for word in &wanted {
            let begins = self.words.range(word.clone()..);
            let begins = begins.take_while(|(one, _)| one.starts_with(word.as_str()));
            let having: BTreeSet<usize> = begins.flat_map(|(_, places)| places).copied().collect();
            for place in having {
                *hits.entry(place).or_default() += 1;
            }
        }
        let mut scored: BTreeMap<usize, Vec<(usize, &Place)>> = BTreeMap::new();
        for (at, count) in hits {
            let Some(place) = self.places.get(at).filter(|_| count * 3 >= wanted.len()) else {
                continue;
            };
            // As it was typed counts twice, and so does a title.
            let exact = usize::from(place.folded.contains(&folded));
            let score = count * (1 + exact) * (1 + usize::from(place.block.is_none()));
            scored.entry(place.lesson).or_default().push((score, place));
        }
        let mut found: Vec<(usize, Found)> = scored
            .into_iter()
            .filter_map(|(lesson, mut places)| {
                places.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
                let best = places.first()?.0;
                let told = places.into_iter().take(MOST_PLACES);
                let told = told.map(|(_, place)| (place.block.clone(), place.text.clone()));
                let found = Found {
                    lesson: lessons.get(lesson)?.clone(),
                    passages: told.collect(),
                };
                Some((best, found))
            })
            .collect();
        found.sort_by_key(|(best, _)| std::cmp::Reverse(*best));
        found.into_iter().map(|(_, found)| found).collect()
    }
}

/// One form for letters that look alike and for both cases.
fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// Whether a script puts no spaces between its words: Chinese, Yi, Korean as good as.
fn runs_on(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// What a text is found by.
fn indexed(folded: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for stretch in stretches(folded) {
        words.extend(pairs(&stretch));
        // No pair begins with the last one, which may be looked for by itself.
        words.extend(
            stretch
                .chars()
                .next_back()
                .map(String::from)
                .filter(|last| last.chars().all(runs_on)),
        );
    }
    words
}

/// What is looked for.
fn wanted(folded: &str) -> BTreeSet<String> {
    let wanted = stretches(folded).into_iter();
    wanted.flat_map(|stretch| pairs(&stretch)).collect()
}

/// Letters and digits that stand together and are of one kind of script.
fn stretches(folded: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut before = None;
    for c in folded.chars() {
        let kind = c.is_alphanumeric().then(|| runs_on(c));
        if kind.is_some() && kind != before {
            all.push(String::new());
        }
        if let Some(stretch) = all.last_mut().filter(|_| kind.is_some()) {
            stretch.push(c);
        }
        before = kind;
    }
    all
}

/// The pairs of neighbors of a stretch; itself if it is a word, or too short for a pair.
fn pairs(stretch: &str) -> Vec<String> {
    let letters: Vec<char> = stretch.chars().collect();
    match letters.first() {
        Some(first) if runs_on(*first) && letters.len() > 1 => {
            letters.windows(2).map(|pair| pair.iter().collect()).collect()
        }
        _ => vec![stretch.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(by: fn(&str) -> BTreeSet<String>, text: &str) -> Vec<String> {
        by(&fold(text)).into_iter().collect()
    }

    #[test]
    fn chinese_is_cut_into_pairs_and_other_scripts_into_words() {
        assert_eq!(cut(wanted, "剖宫产"), ["剖宫", "宫产"]);
        assert_eq!(cut(indexed, "剖宫产"), ["产", "剖宫", "宫产"]);
        assert_eq!(cut(wanted, "痛"), ["痛"]);
        assert_eq!(
            cut(wanted, "Ｅpidural麻醉, 10 分钟"),
            ["10", "epidural", "分钟", "麻醉"]
        );
        assert_eq!(cut(wanted, "，。"), Vec::<String>::new());
    }
}
