//! Routes of the prenatal school; no decisions.

mod wire;

use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;

use self::wire::{LessonBriefOut, LessonOut, LessonProgressOut, ProgressIn, QuizIn, QuizOut, brief, full};
use super::acts;
use super::model::Chosen;
use super::rules::Report;
use crate::base::Locale;
use crate::ctx::Ctx;
use crate::http::answer::{Cached, Created};
use crate::http::problem::Failure;
use crate::people::caller::ByPatient;

/// The prenatal school.
pub struct PatientApi;

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
        let all = acts::lessons(&ctx, &caller.0).boxed().await?;
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
        let lesson = acts::lesson(&ctx, &caller.0, &slug).boxed().await?;
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
    ) -> Result<Json<LessonProgressOut>, Failure> {
        let report = Report {
            version: body.0.version,
            position: body.0.position,
            seconds: body.0.seconds,
            completed: body.0.completed,
        };
        Ok(Json(
            acts::progress(&ctx, &caller.0, &slug, report)
                .boxed()
                .await?
                .into(),
        ))
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
        let attempt = acts::quiz_attempt(&ctx, &caller.0, &slug, &version, answers.collect())
            .boxed()
            .await?;
        Ok(Created::of(attempt))
    }
}
