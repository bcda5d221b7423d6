//! The prenatal school: lessons in both languages with their quizzes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::sources::Sources;
use super::{Defects, Origin, Unconfirmed};
use crate::base::Locale;

/// Longest Chinese text of a lesson, characters: eight minutes read aloud.
const LONGEST_TEXT: usize = 1200;

/// A lesson without its language.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// `L01`–`L18`.
    pub code: String,
    /// The folder's name, and its name in URLs.
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
    pub unconfirmed: Vec<Claim>,
    /// Right options, in the order of asking.
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
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// `L05-1`.
    pub id: String,
    /// `a`, `b` or `c`.
    pub answer: String,
}

/// A lesson in one language.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Title.
    pub title: String,
    /// What she can say or do after it.
    pub goal: String,
    /// Plain-text blocks.
    pub blocks: Vec<Block>,
    /// Quiz items without their key.
    pub quiz: Vec<Item>,
}

/// A block: plain text, no markup, so that any renderer is safe.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Block {
    /// A heading.
    Heading {
        /// Unique in the lesson.
        id: String,
        /// Text.
        text: String,
    },
    /// A paragraph.
    Paragraph {
        /// Unique in the lesson.
        id: String,
        /// Text.
        text: String,
    },
    /// A list.
    List {
        /// Unique in the lesson.
        id: String,
        /// Its entries.
        items: Vec<String>,
    },
    /// A figure with its source.
    Fact {
        /// Unique in the lesson.
        id: String,
        /// Text.
        text: String,
        /// The guideline.
        source: String,
        /// Whether a clinician confirmed it.
        confirmed: bool,
    },
    /// A common belief and the answer to it.
    Myth {
        /// Unique in the lesson.
        id: String,
        /// What people say.
        myth: String,
        /// What is so.
        answer: String,
    },
    /// When to call.
    Warning {
        /// Unique in the lesson.
        id: String,
        /// Text.
        text: String,
    },
}

impl Block {
    fn id(&self) -> &str {
        match self {
            Block::Heading { id, .. }
            | Block::Paragraph { id, .. }
            | Block::List { id, .. }
            | Block::Fact { id, .. }
            | Block::Myth { id, .. }
            | Block::Warning { id, .. } => id,
        }
    }

    fn length(&self) -> usize {
        match self {
            Block::Heading { text, .. }
            | Block::Paragraph { text, .. }
            | Block::Fact { text, .. }
            | Block::Warning { text, .. } => text.chars().count(),
            Block::List { items, .. } => items.iter().map(|item| item.chars().count()).sum(),
            Block::Myth { myth, answer, .. } => myth.chars().count() + answer.chars().count(),
        }
    }
}

/// A quiz item.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// `L05-1`.
    pub id: String,
    /// The question.
    pub question: String,
    /// Two or three options.
    pub options: Vec<OptionText>,
    /// Shown after each try.
    pub explanation: String,
}

/// An option.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OptionText {
    /// `a`, `b` or `c`.
    pub code: String,
    /// Text.
    pub text: String,
}

/// A lesson in all languages.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// What has no language.
    pub head: Head,
    zh: Body,
    en: Body,
    digest: String,
}

impl Lesson {
    /// In a language.
    pub fn body(&self, locale: Locale) -> &Body {
        match locale {
            Locale::ZhCn => &self.zh,
            Locale::En => &self.en,
        }
    }

    /// Changes with any byte of the lesson.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

/// All lessons in recommended order.
#[derive(Debug, Default)]
pub struct Lessons(Vec<Lesson>);

impl Lessons {
    /// In recommended order.
    pub fn all(&self) -> &[Lesson] {
        &self.0
    }

    /// By its name in URLs.
    pub fn get(&self, slug: &str) -> Option<&Lesson> {
        self.0.iter().find(|lesson| lesson.head.slug == slug)
    }

    /// By code.
    pub fn by_code(&self, code: &str) -> Option<&Lesson> {
        self.0.iter().find(|lesson| lesson.head.code == code)
    }

    /// Those needed before consent.
    pub fn required(&self) -> impl Iterator<Item = &Lesson> {
        self.0.iter().filter(|lesson| lesson.head.required)
    }

    pub(super) fn unconfirmed(&self) -> Vec<Unconfirmed> {
        let of = |lesson: &Lesson| {
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
        self.0.iter().flat_map(of).collect()
    }
}

pub(super) fn load(origin: &Origin, sources: &Sources, defects: &mut Defects) -> Lessons {
    let mut lessons: Vec<Lesson> = origin
        .list("lessons")
        .into_iter()
        .filter(|slug| !slug.contains('.'))
        .filter_map(|slug| load_one(origin, &slug, sources, defects))
        .collect();
    lessons.sort_by_key(|lesson| lesson.head.order);
    let mut codes = BTreeMap::new();
    for lesson in &lessons {
        if codes.insert(lesson.head.code.clone(), ()).is_some() {
            defects.add(
                &format!("lessons/{}/lesson.json", lesson.head.slug),
                "/code",
                "the code stands twice",
            );
        }
    }
    Lessons(lessons)
}

fn load_one(origin: &Origin, slug: &str, sources: &Sources, defects: &mut Defects) -> Option<Lesson> {
    let path = |name: &str| format!("lessons/{slug}/{name}.json");
    let head: Head = origin.json(&path("lesson"), defects)?;
    let zh: Body = origin.json(&path("zh-CN"), defects)?;
    let en: Body = origin.json(&path("en"), defects)?;
    let file = path("lesson");
    defects.check(head.slug == slug, &file, "/slug", || {
        "the slug is not the folder's name".to_owned()
    });
    defects.check((1..=8).contains(&head.minutes), &file, "/minutes", || {
        "1 to 8 minutes".to_owned()
    });
    for cited in head
        .sources
        .iter()
        .chain(head.unconfirmed.iter().map(|claim| &claim.source))
    {
        defects.check(sources.knows(cited), &file, "/sources", || {
            format!("the source {cited} is unknown")
        });
    }
    let length: usize = zh.blocks.iter().map(Block::length).sum();
    defects.check(length <= LONGEST_TEXT, &path("zh-CN"), "/blocks", || {
        format!("{length} characters")
    });
    let shape = |body: &Body| -> Vec<String> {
        let blocks = body.blocks.iter().map(|block| block.id().to_owned());
        let items = body
            .quiz
            .iter()
            .map(|item| format!("{}:{}", item.id, item.options.len()));
        blocks.chain(items).collect()
    };
    defects.check(shape(&zh) == shape(&en), &path("en"), "", || {
        "not the same blocks and items as zh-CN".to_owned()
    });
    for (index, key) in head.quiz.iter().enumerate() {
        let item = zh.quiz.get(index).filter(|item| item.id == key.id);
        let known = item.is_some_and(|item| item.options.iter().any(|option| option.code == key.answer));
        defects.check(known, &file, &format!("/quiz/{index}"), || {
            format!("no option {} of {}", key.answer, key.id)
        });
    }
    defects.check(head.quiz.len() == zh.quiz.len(), &file, "/quiz", || {
        "a quiz item has no key".to_owned()
    });
    let mut digest = Sha256::new();
    for name in ["lesson", "zh-CN", "en"] {
        digest.update(origin.read(&path(name)).unwrap_or_default());
    }
    Some(Lesson {
        head,
        zh,
        en,
        digest: hex::encode(digest.finalize()),
    })
}
