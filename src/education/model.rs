//! Nouns of the prenatal school.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::content::lessons::Lesson;

/// How far she is with a lesson.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Progress {
    /// The lesson's name in URLs.
    pub slug: String,
    /// Of the text that she read last.
    pub version: String,
    /// Percent of the text, 0–100.
    pub position: i64,
    /// Seconds spent on it, 0–86400.
    pub seconds: i64,
    /// When she came to its end.
    pub completed_at: Option<DateTime<Utc>>,
    /// When she first had enough of its quiz right.
    pub passed_at: Option<DateTime<Utc>>,
}

impl Progress {
    /// A lesson not yet begun.
    pub fn none(slug: &str, version: &str) -> Progress {
        Progress {
            slug: slug.to_owned(),
            version: version.to_owned(),
            position: 0,
            seconds: 0,
            completed_at: None,
            passed_at: None,
        }
    }

    /// Read to the end and enough of the quiz right.
    pub fn done(&self) -> bool {
        self.completed_at.is_some() && self.passed_at.is_some()
    }
}

/// A lesson and how she stands to it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The lesson.
    pub lesson: Arc<Lesson>,
    /// How far she is.
    pub progress: Progress,
    /// Whether it is to be read now.
    pub due: bool,
}

/// Whether a required lesson is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonDone {
    /// `L01`–`L18`.
    pub code: String,
    /// The lesson's name in URLs.
    pub slug: String,
    /// Read to the end and at least two thirds of its quiz right.
    pub done: bool,
}

/// Her option for a quiz item.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Chosen {
    /// The item, as in `L05-1`.
    pub id: String,
    /// `a`, `b` or `c`.
    pub option: String,
}

/// One item of a quiz that was marked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    /// The item.
    pub id: String,
    /// Whether she had it right.
    pub right: bool,
    /// The right option.
    pub answer: String,
    /// Why, in her language; of a wrong option first why it is wrong.
    pub explanation: String,
}

/// A try at a quiz, marked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Attempt {
    /// Items that she had right.
    pub score: i64,
    /// Items that there are.
    pub of: i64,
    /// At least two thirds.
    pub passed: bool,
    /// Each item.
    pub items: Vec<Marked>,
}
