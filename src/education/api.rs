//! Wire structs and routes of the prenatal school; no decisions.

use poem::web::Data;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Enum, Object, OpenApi};

use super::acts;
use super::model::{Attempt, Chosen, Progress};
use super::rules::Report;
use crate::base::Locale;
use crate::content::lessons::{Block, Item, Lesson};
use crate::ctx::Ctx;
use crate::http::answer::{Cached, Created};
use crate::http::problem::Failure;
use crate::people::caller::ByPatient;

/// The prenatal school.
pub struct PatientApi;

/// A lesson in the list.
#[derive(Object)]
struct LessonBriefOut {
    /// Its name in URLs.
    slug: String,
    /// `L01`–`L18`.
    code: String,
    /// Of the text.
    version: String,
    /// Title.
    title: String,
    /// What she can say or do after it.
    goal: String,
    /// When to read it; recommends, never locks.
    weeks: WeeksOut,
    /// Minutes, 1–8.
    minutes: i64,
    /// Needed before consent.
    required: bool,
    /// Read to the end and at least two thirds of its quiz right.
    done: bool,
    /// Percent that she has read, 0–100.
    position: i64,
}

/// Completed weeks of gestation, both included.
#[derive(Object)]
struct WeeksOut {
    /// From.
    from: i64,
    /// To; absent is until birth.
    to: Option<i64>,
    /// Also after birth.
    postnatal: bool,
}

/// One lesson.
#[derive(Object)]
struct LessonOut {
    /// Its name in URLs.
    slug: String,
    /// `L01`–`L18`.
    code: String,
    /// Of the text; goes with progress and quiz attempts.
    version: String,
    /// The language of the text.
    lang: Locale,
    /// Title.
    title: String,
    /// What she can say or do after it.
    goal: String,
    /// Minutes, 1–8.
    minutes: i64,
    /// Needed before consent.
    required: bool,
    /// Plain text, no markup.
    blocks: Vec<BlockOut>,
    /// The quiz, without the right options.
    quiz: Vec<QuizItemOut>,
    /// Addresses of pictures and films; none yet.
    media: Vec<String>,
}

/// Kinds of blocks.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "snake_case")]
enum BlockKind {
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
}

/// A block of plain text.
#[derive(Object)]
struct BlockOut {
    /// Unique in the lesson.
    id: String,
    /// What kind.
    kind: BlockKind,
    /// The text; of a myth, what people say.
    #[oai(skip_serializing_if_is_none)]
    text: Option<String>,
    /// Entries of a list.
    #[oai(skip_serializing_if_is_none)]
    items: Option<Vec<String>>,
    /// What is so, of a myth.
    #[oai(skip_serializing_if_is_none)]
    answer: Option<String>,
    /// The guideline behind a figure.
    #[oai(skip_serializing_if_is_none)]
    source: Option<String>,
    /// Whether a clinician confirmed the figure.
    #[oai(skip_serializing_if_is_none)]
    confirmed: Option<bool>,
}

impl From<&Block> for BlockOut {
    fn from(block: &Block) -> BlockOut {
        let plain = |id: &String, kind, text: &String| BlockOut {
            id: id.clone(),
            kind,
            text: Some(text.clone()),
            items: None,
            answer: None,
            source: None,
            confirmed: None,
        };
        match block {
            Block::Heading { id, text } => plain(id, BlockKind::Heading, text),
            Block::Paragraph { id, text } => plain(id, BlockKind::Paragraph, text),
            Block::Warning { id, text } => plain(id, BlockKind::Warning, text),
            Block::List { id, items } => BlockOut {
                text: None,
                items: Some(items.clone()),
                ..plain(id, BlockKind::List, id)
            },
            Block::Fact {
                id,
                text,
                source,
                confirmed,
            } => BlockOut {
                source: Some(source.clone()),
                confirmed: Some(*confirmed),
                ..plain(id, BlockKind::Fact, text)
            },
            Block::Myth { id, myth, answer } => BlockOut {
                answer: Some(answer.clone()),
                ..plain(id, BlockKind::Myth, myth)
            },
        }
    }
}

/// A quiz item without its right option.
#[derive(Object)]
struct QuizItemOut {
    /// As in `L05-1`.
    id: String,
    /// The question.
    question: String,
    /// Two or three options.
    options: Vec<OptionOut>,
}

/// An option.
#[derive(Object)]
struct OptionOut {
    /// `a`, `b` or `c`.
    code: String,
    /// Text.
    text: String,
}

impl From<&Item> for QuizItemOut {
    fn from(item: &Item) -> QuizItemOut {
        let options = item.options.iter().map(|option| OptionOut {
            code: option.code.clone(),
            text: option.text.clone(),
        });
        QuizItemOut {
            id: item.id.clone(),
            question: item.question.clone(),
            options: options.collect(),
        }
    }
}

fn brief(lesson: &Lesson, progress: &Progress, locale: Locale) -> LessonBriefOut {
    let (head, body) = (&lesson.head, lesson.body(locale));
    LessonBriefOut {
        slug: head.slug.clone(),
        code: head.code.clone(),
        version: head.version.clone(),
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
    }
}

fn full(lesson: &Lesson, locale: Locale) -> LessonOut {
    let (head, body) = (&lesson.head, lesson.body(locale));
    LessonOut {
        slug: head.slug.clone(),
        code: head.code.clone(),
        version: head.version.clone(),
        lang: locale,
        title: body.title.clone(),
        goal: body.goal.clone(),
        minutes: head.minutes,
        required: head.required,
        blocks: body.blocks.iter().map(Into::into).collect(),
        quiz: body.quiz.iter().map(Into::into).collect(),
        media: Vec::new(),
    }
}

/// How far she is, as her phone tells it.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct ProgressIn {
    /// Of the text that she read.
    version: String,
    /// Percent of the text, 0–100.
    position: i64,
    /// Seconds spent on it in all, 0–86400.
    seconds: i64,
    /// Whether she came to its end.
    completed: bool,
}

/// How far she is.
#[derive(Object)]
struct ProgressOut {
    /// Its name in URLs.
    slug: String,
    /// Of the text that she read last.
    version: String,
    /// Percent of the text, 0–100.
    position: i64,
    /// Seconds spent on it.
    seconds: i64,
    /// Whether she came to its end.
    completed: bool,
    /// Whether she had enough of the quiz right.
    passed: bool,
    /// Both.
    done: bool,
}

impl From<Progress> for ProgressOut {
    fn from(p: Progress) -> ProgressOut {
        ProgressOut {
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
struct QuizIn {
    /// Of the text that she read.
    version: String,
    /// Every item once.
    answers: Vec<AnswerIn>,
}

/// Her option for an item.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct AnswerIn {
    /// The item.
    id: String,
    /// `a`, `b` or `c`.
    option: String,
}

/// A try, marked.
#[derive(Object)]
struct QuizOut {
    /// Items that she had right.
    score: i64,
    /// Items that there are.
    of: i64,
    /// At least two thirds.
    passed: bool,
    /// Each item.
    items: Vec<MarkedOut>,
}

/// One item, marked.
#[derive(Object)]
struct MarkedOut {
    /// The item.
    id: String,
    /// Whether she had it right.
    right: bool,
    /// The right option.
    answer: String,
    /// Why.
    explanation: String,
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

#[OpenApi]
impl PatientApi {
    /// The lessons in recommended order
    #[oai(path = "/lessons", method = "get", operation_id = "education.lessons")]
    async fn lessons(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        /// Language; without it `Accept-Language` decides.
        lang: Query<Option<Locale>>,
    ) -> Result<Json<Vec<LessonBriefOut>>, Failure> {
        let locale = lang.0.unwrap_or(caller.0.request.locale);
        let all = acts::lessons(&ctx, &caller.0).await?;
        Ok(Json(
            all.iter()
                .map(|(lesson, progress)| brief(lesson, progress, locale))
                .collect(),
        ))
    }

    /// One lesson
    #[oai(path = "/lessons/:slug", method = "get", operation_id = "education.lesson")]
    async fn lesson(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        slug: Path<String>,
        /// Language; without it `Accept-Language` decides.
        lang: Query<Option<Locale>>,
        #[oai(name = "If-None-Match")] if_none_match: Header<Option<String>>,
    ) -> Result<Cached<LessonOut>, Failure> {
        let locale = lang.0.unwrap_or(caller.0.request.locale);
        let lesson = acts::lesson(&ctx, &caller.0, &slug).await?;
        let etag = format!("\"{}.{}\"", lesson.digest(), locale.tag());
        Ok(Cached::of(
            full(&lesson, locale),
            etag,
            if_none_match.0.as_deref(),
        ))
    }

    /// Tell how far she is with a lesson; it only grows
    #[oai(
        path = "/lessons/:slug/progress",
        method = "put",
        operation_id = "education.progress"
    )]
    async fn progress(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        slug: Path<String>,
        body: Json<ProgressIn>,
    ) -> Result<Json<ProgressOut>, Failure> {
        let report = Report {
            version: body.0.version,
            position: body.0.position,
            seconds: body.0.seconds,
            completed: body.0.completed,
        };
        Ok(Json(acts::progress(&ctx, &caller.0, &slug, report).await?.into()))
    }

    /// Try the quiz of a lesson
    #[oai(
        path = "/lessons/:slug/quiz-attempts",
        method = "post",
        operation_id = "education.quiz_attempt"
    )]
    async fn quiz_attempt(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        slug: Path<String>,
        body: Json<QuizIn>,
    ) -> Result<Created<QuizOut>, Failure> {
        let answers = body.0.answers.into_iter().map(|answer| Chosen {
            id: answer.id,
            option: answer.option,
        });
        let version = body.0.version;
        let attempt = acts::quiz_attempt(&ctx, &caller.0, &slug, &version, answers.collect()).await?;
        Ok(Created::of(attempt))
    }
}
