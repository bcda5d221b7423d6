//! Routes of the prenatal school; no decisions.

mod classes;
mod pack;
mod wire;
mod wire_search;

use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::ToJSON;

use self::wire::{LessonBriefOut, LessonOut, LessonProgressOut, ProgressIn, QuizIn, QuizOut, brief, full};
use self::wire_search::{FoundOut, SearchIn};
use super::acts;
use super::model::Chosen;
use super::rules::Report;
use crate::content::lessons::Language;
use crate::ctx::Ctx;
use crate::http::answer::{Cached, Created, Download};
use crate::http::problem::Failure;
use crate::people::caller::ByPatient;

pub use classes::{ClassesPatientApi, ClassesStaffApi};

/// The prenatal school.
pub struct PatientApi;

#[OpenApi]
impl PatientApi {
    /// The lessons in recommended order, and which of them are due now
    #[oai(path = "/lessons", method = "get", operation_id = "education.lessons")]
    async fn lessons(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        /// Language; without it `Accept-Language` decides.
        lang: Query<Option<Language>>,
        #[oai(name = "If-None-Match")] if_none_match: Header<Option<String>>,
    ) -> Result<Cached<Vec<LessonBriefOut>>, Failure> {
        let language = lang.0.unwrap_or(caller.0.request.locale.into());
        let all = acts::lessons(&ctx, &caller.0).boxed().await?;
        let list: Vec<LessonBriefOut> = all.iter().map(|one| brief(one, language)).collect();
        let etag = pack::tag(&list.to_json_string());
        Ok(Cached::asked_again(list, etag, if_none_match.0.as_deref()))
    }

    /// Where words stand in the lessons; they are sent in the body and kept nowhere
    #[oai(path = "/lesson-searches", method = "post", operation_id = "education.search")]
    async fn search(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        /// Language; without it `Accept-Language` decides.
        lang: Query<Option<Language>>,
        body: Json<SearchIn>,
    ) -> Result<Json<Vec<FoundOut>>, Failure> {
        let language = lang.0.unwrap_or(caller.0.request.locale.into());
        let found = acts::search(&ctx, &caller.0, &body.0.q, language).boxed().await?;
        Ok(Json(
            found.into_iter().map(|one| FoundOut::of(one, language)).collect(),
        ))
    }

    /// The lessons due now in one file: each as `GET /lessons/{slug}` has it, its pictures, and a list of digests
    #[oai(path = "/offline-pack", method = "get", operation_id = "education.pack")]
    async fn pack(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        /// Language; without it `Accept-Language` decides.
        lang: Query<Option<Language>>,
        #[oai(name = "If-None-Match")] if_none_match: Header<Option<String>>,
    ) -> Result<Download<pack::Zip>, Failure> {
        let language = lang.0.unwrap_or(caller.0.request.locale.into());
        let due = acts::pack(&ctx, &caller.0).boxed().await?;
        Ok(pack::download(
            &ctx.content,
            &due,
            language,
            if_none_match.0.as_deref(),
        )?)
    }

    /// One lesson
    #[oai(path = "/lessons/:slug", method = "get", operation_id = "education.lesson")]
    async fn lesson(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        slug: Path<String>,
        /// Language; without it `Accept-Language` decides.
        lang: Query<Option<Language>>,
        #[oai(name = "If-None-Match")] if_none_match: Header<Option<String>>,
    ) -> Result<Cached<LessonOut>, Failure> {
        let language = lang.0.unwrap_or(caller.0.request.locale.into());
        let lesson = acts::lesson(&ctx, &caller.0, &slug).boxed().await?;
        let etag = format!("\"{}.{}\"", lesson.digest(), language.word());
        let address = |name: &str| format!("{}/media/{name}", ctx.settings.public_url);
        Ok(Cached::of(
            full(&lesson, &ctx.content.sources, language, &address),
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
        /// Language of the explanations; without it `Accept-Language` decides.
        lang: Query<Option<Language>>,
        body: Json<QuizIn>,
    ) -> Result<Created<QuizOut>, Failure> {
        let language = lang.0.unwrap_or(caller.0.request.locale.into());
        let answers = body.0.answers.into_iter().map(|answer| Chosen {
            id: answer.id,
            option: answer.option,
        });
        let version = body.0.version;
        let attempt = acts::quiz_attempt(&ctx, &caller.0, &slug, &version, answers.collect(), language)
            .boxed()
            .await?;
        Ok(Created::of(attempt))
    }
}
