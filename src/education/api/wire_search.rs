//! Wire structs of the search in the lessons.

use poem_openapi::Object;

use crate::content::lessons::{Direction, Found, Language};

/// What she looks for.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct SearchIn {
    /// Words, 1–50 characters.
    pub q: String,
}

/// A lesson in which it was found.
#[derive(Object)]
pub struct FoundOut {
    /// Its name in URLs.
    pub slug: String,
    /// `L01`–`L18`.
    pub code: String,
    /// What the title is written in.
    pub lang: Language,
    /// Which way that runs.
    pub dir: Direction,
    /// Title.
    pub title: String,
    /// The best places, at most three.
    pub passages: Vec<PassageOut>,
}

/// A place in a lesson.
#[derive(Object)]
pub struct PassageOut {
    /// The block; absent for title and goal.
    #[oai(skip_serializing_if_is_none)]
    pub block: Option<String>,
    /// What stands there.
    pub text: String,
}

impl FoundOut {
    pub fn of(found: Found, language: Language) -> FoundOut {
        let (head, body) = (&found.lesson.head, found.lesson.body(language));
        let passage = |(block, text)| PassageOut { block, text };
        FoundOut {
            slug: head.slug.clone(),
            code: head.code.clone(),
            lang: body.language,
            dir: body.language.direction(),
            title: body.title.clone(),
            passages: found.passages.into_iter().map(passage).collect(),
        }
    }
}
