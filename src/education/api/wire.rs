//! Wire structs of the prenatal school.

use poem_openapi::{Enum, Object};

use crate::content::lessons::{self, Block, Direction, Item, Kind, Language, Lesson, Text};
use crate::content::sources::Sources;
use crate::education::model::{Attempt, Progress, Standing};

/// A lesson in the list.
#[derive(Object)]
pub struct LessonBriefOut {
    /// Its name in URLs.
    pub slug: String,
    /// `L01`–`L18`.
    pub code: String,
    /// Of the text.
    pub version: String,
    /// What title and goal are written in.
    pub lang: Language,
    /// Which way that runs.
    pub dir: Direction,
    /// Title.
    pub title: String,
    /// What she can say or do after it.
    pub goal: String,
    /// When to read it; recommends, never locks.
    pub weeks: WeeksOut,
    /// Minutes, 1–8.
    pub minutes: i64,
    /// Needed before consent.
    pub required: bool,
    /// Read to the end and at least two thirds of its quiz right.
    pub done: bool,
    /// Percent that she has read, 0–100.
    pub position: i64,
    /// To be read now: not done, and her week lies in its window, or it is required and its window has begun.
    pub due: bool,
}

/// Completed weeks of gestation, both included.
#[derive(Object)]
pub struct WeeksOut {
    /// From.
    pub from: i64,
    /// To; absent is until birth.
    pub to: Option<i64>,
    /// Also after birth.
    pub postnatal: bool,
}

/// One lesson.
#[derive(Object)]
pub struct LessonOut {
    /// Its name in URLs.
    pub slug: String,
    /// `L01`–`L18`.
    pub code: String,
    /// Of the text; goes with progress and quiz attempts.
    pub version: String,
    /// What title and goal are written in; a block says its own.
    pub lang: Language,
    /// Which way that runs.
    pub dir: Direction,
    /// Title.
    pub title: String,
    /// What she can say or do after it.
    pub goal: String,
    /// Minutes, 1–8.
    pub minutes: i64,
    /// Needed before consent.
    pub required: bool,
    /// The blocks with plain text, no markup.
    pub blocks: Vec<BlockOut>,
    /// The same blocks for a rich-text view: few tags, styles inline, nothing that runs.
    pub html: String,
    /// The quiz, without the right options.
    pub quiz: Vec<QuizItemOut>,
    /// Address of the text read aloud in `lang`, MP3, where the hospital has recorded it.
    #[oai(skip_serializing_if_is_none)]
    pub audio: Option<String>,
    /// Addresses of its pictures. What stands under one never changes, and no token is needed.
    pub media: Vec<String>,
}

/// Kinds of blocks.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "snake_case")]
pub enum BlockKind {
    /// A heading.
    Heading,
    /// A paragraph.
    Paragraph,
    /// A list.
    List,
    /// A figure with its source.
    Fact,
    /// A common belief and the answer to it.
    Myth,
    /// When to call.
    Warning,
    /// A picture.
    Figure,
}

/// A block of plain text.
#[derive(Object)]
pub struct BlockOut {
    /// Unique in the lesson.
    pub id: String,
    /// What it is written in: Chinese where the language asked for lacks it.
    pub lang: Language,
    /// Which way that runs.
    pub dir: Direction,
    /// What kind.
    pub kind: BlockKind,
    /// The text; of a myth, what people say; of a picture, what it shows.
    #[oai(skip_serializing_if_is_none)]
    pub text: Option<String>,
    /// Entries of a list.
    #[oai(skip_serializing_if_is_none)]
    pub items: Option<Vec<String>>,
    /// What is so, of a myth.
    #[oai(skip_serializing_if_is_none)]
    pub answer: Option<String>,
    /// The guideline behind a figure.
    #[oai(skip_serializing_if_is_none)]
    pub source: Option<String>,
    /// Whether a clinician confirmed the figure.
    #[oai(skip_serializing_if_is_none)]
    pub confirmed: Option<bool>,
    /// Address of a picture.
    #[oai(skip_serializing_if_is_none)]
    pub media: Option<String>,
}

/// Where the pictures and the recording of a lesson lie, by the name that they are served under.
pub type Addresses<'a> = &'a dyn Fn(&str) -> String;

impl BlockOut {
    fn of(block: &Block, address: Addresses<'_>) -> BlockOut {
        let plain = |kind, text: Option<&Text>| BlockOut {
            id: block.id.clone(),
            lang: block.language,
            dir: block.language.direction(),
            kind,
            text: text.map(|text| text.plain.clone()),
            items: None,
            answer: None,
            source: None,
            confirmed: None,
            media: None,
        };
        match &block.kind {
            Kind::Heading(text) => plain(BlockKind::Heading, Some(text)),
            Kind::Paragraph(text) => plain(BlockKind::Paragraph, Some(text)),
            Kind::Warning(text) => plain(BlockKind::Warning, Some(text)),
            Kind::List(items) => BlockOut {
                items: Some(items.iter().map(|item| item.plain.clone()).collect()),
                ..plain(BlockKind::List, None)
            },
            Kind::Fact {
                text,
                source,
                confirmed,
            } => BlockOut {
                source: Some(source.clone()),
                confirmed: Some(*confirmed),
                ..plain(BlockKind::Fact, Some(text))
            },
            Kind::Myth { myth, answer } => BlockOut {
                answer: Some(answer.plain.clone()),
                ..plain(BlockKind::Myth, Some(myth))
            },
            Kind::Figure(figure) => BlockOut {
                text: Some(figure.shows.clone()),
                media: Some(address(&figure.name)),
                ..plain(BlockKind::Figure, None)
            },
        }
    }
}

/// A quiz item without its right option.
#[derive(Object)]
pub struct QuizItemOut {
    /// As in `L05-1`.
    pub id: String,
    /// What it is written in.
    pub lang: Language,
    /// Which way that runs.
    pub dir: Direction,
    /// The question.
    pub question: String,
    /// Two or three options.
    pub options: Vec<OptionOut>,
}

/// An option.
#[derive(Object)]
pub struct OptionOut {
    /// `a`, `b` or `c`.
    pub code: String,
    /// Text.
    pub text: String,
}

impl From<&Item> for QuizItemOut {
    fn from(item: &Item) -> QuizItemOut {
        let options = item.options.iter().map(|option| OptionOut {
            code: option.code.clone(),
            text: option.text.clone(),
        });
        QuizItemOut {
            id: item.id.clone(),
            lang: item.language,
            dir: item.language.direction(),
            question: item.question.clone(),
            options: options.collect(),
        }
    }
}

pub fn brief(standing: &Standing, language: Language) -> LessonBriefOut {
    let Standing {
        lesson,
        progress,
        due,
    } = standing;
    let (head, body) = (&lesson.head, lesson.body(language));
    LessonBriefOut {
        slug: head.slug.clone(),
        code: head.code.clone(),
        version: head.version.clone(),
        lang: body.language,
        dir: body.language.direction(),
        title: body.title.clone(),
        goal: body.goal.clone(),
        weeks: WeeksOut {
            from: head.weeks.from,
            to: head.weeks.to,
            postnatal: head.weeks.postnatal,
        },
        minutes: head.minutes,
        required: head.required,
        done: progress.done(),
        position: progress.position,
        due: *due,
    }
}

pub fn full(lesson: &Lesson, sources: &Sources, language: Language, address: Addresses<'_>) -> LessonOut {
    let (head, body) = (&lesson.head, lesson.body(language));
    LessonOut {
        slug: head.slug.clone(),
        code: head.code.clone(),
        version: head.version.clone(),
        lang: body.language,
        dir: body.language.direction(),
        title: body.title.clone(),
        goal: body.goal.clone(),
        minutes: head.minutes,
        required: head.required,
        blocks: body
            .blocks
            .iter()
            .map(|block| BlockOut::of(block, address))
            .collect(),
        html: lessons::html(body, sources, address),
        quiz: body.quiz.iter().map(Into::into).collect(),
        audio: body.recording.as_deref().map(address),
        media: body.figures().map(|figure| address(&figure.name)).collect(),
    }
}

/// How far she is, as her phone tells it.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ProgressIn {
    /// Of the text that she read.
    pub version: String,
    /// Percent of the text, 0–100.
    pub position: i64,
    /// Seconds spent on it in all, 0–86400.
    pub seconds: i64,
    /// Whether she came to its end.
    pub completed: bool,
}

/// How far she is.
#[derive(Object)]
pub struct LessonProgressOut {
    /// Its name in URLs.
    pub slug: String,
    /// Of the text that she read last.
    pub version: String,
    /// Percent of the text, 0–100.
    pub position: i64,
    /// Seconds spent on it.
    pub seconds: i64,
    /// Whether she came to its end.
    pub completed: bool,
    /// Whether she had enough of the quiz right.
    pub passed: bool,
    /// Both.
    pub done: bool,
}

impl From<Progress> for LessonProgressOut {
    fn from(p: Progress) -> LessonProgressOut {
        LessonProgressOut {
            done: p.done(),
            slug: p.slug,
            version: p.version,
            position: p.position,
            seconds: p.seconds,
            completed: p.completed_at.is_some(),
            passed: p.passed_at.is_some(),
        }
    }
}

/// A try at a quiz.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct QuizIn {
    /// Of the text that she read.
    pub version: String,
    /// Every item once.
    pub answers: Vec<QuizAnswerIn>,
}

/// Her option for an item.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct QuizAnswerIn {
    /// The item.
    pub id: String,
    /// `a`, `b` or `c`.
    pub option: String,
}

/// A try, marked.
#[derive(Object)]
pub struct QuizOut {
    /// Items that she had right.
    pub score: i64,
    /// Items that there are.
    pub of: i64,
    /// At least two thirds.
    pub passed: bool,
    /// Each item.
    pub items: Vec<MarkedOut>,
}

/// One item, marked.
#[derive(Object)]
pub struct MarkedOut {
    /// The item.
    pub id: String,
    /// Whether she had it right.
    pub right: bool,
    /// The right option.
    pub answer: String,
    /// Why; of a wrong option first why it is wrong.
    pub explanation: String,
}

impl From<Attempt> for QuizOut {
    fn from(attempt: Attempt) -> QuizOut {
        let items = attempt.items.into_iter().map(|item| MarkedOut {
            id: item.id,
            right: item.right,
            answer: item.answer,
            explanation: item.explanation,
        });
        QuizOut {
            score: attempt.score,
            of: attempt.of,
            passed: attempt.passed,
            items: items.collect(),
        }
    }
}
