//! The prenatal school: lessons with their quizzes, in Chinese and English and in as much of other languages as is written.
//!
//! `markdown` takes a file apart, `load` makes a lesson of it and checks it, `html` gives it to a phone. Where a language
//! lacks a block, the Chinese one stands in its place and says so.

mod html;
mod language;
mod load;
mod markdown;
mod media;
mod search;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::Unconfirmed;
use super::readability::Passage;

pub use html::html;
pub use language::{Direction, Language};
pub(super) use load::load;
pub use markdown::Text;
pub use media::Media;
pub use search::Found;
use search::Index;

/// A lesson without its language.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// `L01`–`L18`.
    pub code: String,
    /// The folder's name, and its name in URLs.
    #[serde(skip)]
    pub slug: String,
    /// Recommended order, from 1.
    pub order: i64,
    /// Of the texts.
    pub version: String,
    /// Needed before consent.
    pub required: bool,
    /// `all`, `first_time`, `partner`, `risk`.
    pub audience: Vec<String>,
    /// When to read it; recommends, never locks.
    pub weeks: Weeks,
    /// Minutes, 1–8.
    pub minutes: i64,
    /// Guidelines it rests on.
    pub sources: Vec<String>,
    /// What a clinician has yet to confirm.
    #[serde(default)]
    pub unconfirmed: Vec<Claim>,
    /// Right options, in the order of asking.
    #[serde(skip)]
    pub quiz: Vec<Key>,
}

/// Completed weeks of gestation, both included.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weeks {
    /// From.
    pub from: i64,
    /// To; none is until birth.
    pub to: Option<i64>,
    /// Also after birth.
    pub postnatal: bool,
}

/// A figure to be confirmed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// A block or a quiz item.
    pub place: String,
    /// What it says.
    pub claim: String,
    /// Its source.
    pub source: String,
}

/// The right option of a quiz item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// `L05-1`.
    pub id: String,
    /// `a`, `b` or `c`.
    pub answer: String,
}

/// A lesson in one language, whole.
#[derive(Clone, Debug)]
pub struct Body {
    /// Of title and goal; a block or a quiz item may be in Chinese all the same.
    pub language: Language,
    /// Title.
    pub title: String,
    /// What she can say or do after it.
    pub goal: String,
    /// Title, blocks and quiz read aloud, as it is served: SHA-256 of the file, lower-case hex, and `.mp3`.
    pub recording: Option<String>,
    /// In order.
    pub blocks: Vec<Block>,
    /// Quiz items.
    pub quiz: Vec<Item>,
}

/// A block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Unique in the lesson.
    pub id: String,
    /// What it is written in.
    pub language: Language,
    /// What it is.
    pub kind: Kind,
}

/// What a block is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A heading.
    Heading(Text),
    /// A paragraph.
    Paragraph(Text),
    /// A list.
    List(Vec<Text>),
    /// A figure with its source.
    Fact {
        /// Text.
        text: Text,
        /// The guideline.
        source: String,
        /// Whether a clinician confirmed it.
        confirmed: bool,
    },
    /// A common belief and the answer to it.
    Myth {
        /// What people say.
        myth: Text,
        /// What is so.
        answer: Text,
    },
    /// When to call.
    Warning(Text),
    /// A picture.
    Figure(Figure),
}

/// A picture in a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Its file in the lesson's folder.
    pub file: String,
    /// As it is served: SHA-256 of the file, lower-case hex, and `.svg`.
    pub name: String,
    /// What it shows, for who does not see it.
    pub shows: String,
}

impl Block {
    /// What it says, each text by itself.
    pub fn texts(&self) -> Vec<&str> {
        match &self.kind {
            Kind::Heading(text) | Kind::Paragraph(text) | Kind::Warning(text) | Kind::Fact { text, .. } => {
                vec![&text.plain]
            }
            Kind::List(items) => items.iter().map(|item| item.plain.as_str()).collect(),
            Kind::Myth { myth, answer } => vec![&myth.plain, &answer.plain],
            Kind::Figure(figure) => vec![&figure.shows],
        }
    }
}

/// A quiz item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// `L05-1`.
    pub id: String,
    /// What it is written in.
    pub language: Language,
    /// The question.
    pub question: String,
    /// Two or three options.
    pub options: Vec<OptionText>,
    /// The code of the right one.
    pub answer: String,
    /// Why the right option is right.
    pub why: String,
    /// Why the likely wrong one is wrong.
    pub otherwise: String,
}

impl Item {
    /// What she is told after a try: after a wrong one both.
    pub fn explanation(&self, right: bool) -> String {
        match right {
            true => self.why.clone(),
            false => format!("{}\n{}", self.otherwise, self.why),
        }
    }
}

/// An option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionText {
    /// `a`, `b` or `c`.
    pub code: String,
    /// Text.
    pub text: String,
}

impl Body {
    /// Its pictures, in order.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.blocks.iter().filter_map(|block| match &block.kind {
            Kind::Figure(figure) => Some(figure),
            _ => None,
        })
    }

    /// What she reads, with its places.
    pub fn passages(&self) -> Vec<Passage> {
        let passage = |place: String, text: &str| Passage {
            place,
            text: text.to_owned(),
        };
        let mut all = vec![
            passage("/title".to_owned(), &self.title),
            passage("/goal".to_owned(), &self.goal),
        ];
        for block in &self.blocks {
            let texts = block.texts().into_iter();
            all.extend(texts.map(|text| passage(format!("/blocks/{}", block.id), text)));
        }
        for item in &self.quiz {
            let options = item.options.iter().map(|option| option.text.as_str());
            let texts = [item.question.as_str(), &item.why, &item.otherwise];
            all.extend(
                texts
                    .into_iter()
                    .chain(options)
                    .map(|text| passage(format!("/quiz/{}", item.id), text)),
            );
        }
        all
    }
}

/// A lesson in all languages.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// What has no language.
    pub head: Head,
    /// Chinese first, then each language that it is written in.
    bodies: (Body, Vec<Body>),
    digest: String,
}

impl Lesson {
    /// In a language, or in Chinese where nothing of it is written in that one.
    pub fn body(&self, language: impl Into<Language>) -> &Body {
        let language = language.into();
        let (first, others) = &self.bodies;
        others
            .iter()
            .find(|body| body.language == language)
            .unwrap_or(first)
    }

    /// In each language that it is written in.
    pub fn bodies(&self) -> impl Iterator<Item = &Body> {
        std::iter::once(&self.bodies.0).chain(&self.bodies.1)
    }

    /// Changes with any byte of the lesson, and with the titles of what it cites.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

/// All lessons in recommended order.
#[derive(Debug, Default)]
pub struct Lessons {
    all: Vec<Arc<Lesson>>,
    /// By the name that they are served under.
    media: BTreeMap<String, Media>,
    /// One a language that something is written in.
    indexes: BTreeMap<Language, Index>,
}

impl Lessons {
    fn of(all: Vec<Lesson>, media: BTreeMap<String, Media>) -> Lessons {
        let all: Vec<Arc<Lesson>> = all.into_iter().map(Arc::new).collect();
        let index = |language: Language| (language, Index::of(&all, language));
        let written = all
            .iter()
            .flat_map(|lesson| lesson.bodies())
            .map(|body| body.language);
        let languages: std::collections::BTreeSet<Language> = written.collect();
        Lessons {
            indexes: languages.into_iter().map(index).collect(),
            media,
            all,
        }
    }

    /// In recommended order.
    pub fn all(&self) -> &[Arc<Lesson>] {
        &self.all
    }

    /// By its name in URLs.
    pub fn get(&self, slug: &str) -> Option<&Arc<Lesson>> {
        self.all.iter().find(|lesson| lesson.head.slug == slug)
    }

    /// By code.
    pub fn by_code(&self, code: &str) -> Option<&Lesson> {
        self.all
            .iter()
            .map(Arc::as_ref)
            .find(|lesson| lesson.head.code == code)
    }

    /// Those needed before consent.
    pub fn required(&self) -> impl Iterator<Item = &Lesson> {
        self.all
            .iter()
            .map(Arc::as_ref)
            .filter(|lesson| lesson.head.required)
    }

    /// A drawing or a recording by the name that it is served under.
    pub fn media(&self, name: &str) -> Option<&Media> {
        self.media.get(name)
    }

    /// Where these words stand, the best lesson first.
    pub fn find(&self, words: &str, language: Language) -> Vec<Found> {
        let index = self
            .indexes
            .get(&language)
            .or_else(|| self.indexes.get(&Language::ZhCn));
        index.map_or_else(Vec::new, |index| index.find(words, &self.all))
    }

    pub(super) fn unconfirmed(&self) -> Vec<Unconfirmed> {
        let of = |lesson: &Arc<Lesson>| {
            let name = lesson.head.slug.clone();
            let claims = lesson.head.unconfirmed.clone();
            claims.into_iter().map(move |claim| Unconfirmed {
                kind: "lesson",
                name: name.clone(),
                place: claim.place,
                claim: claim.claim,
                source: claim.source,
            })
        };
        self.all.iter().flat_map(of).collect()
    }
}
