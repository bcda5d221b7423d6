//! Her routes.

use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;

use super::after::LaterIn;
use super::asks::{AskIn, ComprehensionIn, ConsentRequestIn, IdentityIn, NoIn, ReadingIn};
use super::shown::{Of, Shown, pdf};
use super::signing::{AcknowledgementIn, AcknowledgementSwitchIn, SignIn};
use super::steps::{ProvedOut, QuestionsOut, ReadingProgressOut, UnderstoodOut};
use super::wire::{AskedOut, ConsentOut, ConsentPageOut};
use crate::base::PageRequest;
use crate::base::id::ConsentId;
use crate::consent::acts;
use crate::ctx::Ctx;
use crate::http::answer::{Accepted, CreatedVersioned, Document, List, Versioned, tag};
use crate::http::problem::Failure;
use crate::people::caller::ByPatient;

/// Her consents.
pub struct PatientApi;

#[OpenApi]
impl PatientApi {
    /// Ask for a consent; an anesthesiologist prepares and releases it
    #[oai(path = "/consent-requests", method = "post", operation_id = "consent.request")]
    async fn request(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        _body: Json<ConsentRequestIn>,
    ) -> Result<CreatedVersioned<ConsentOut>, Failure> {
        let consent = acts::request(&ctx, &caller.0).boxed().await?;
        let version = consent.revision;
        Ok(CreatedVersioned::of(consent, version))
    }

    /// Her consents, newest first
    #[oai(path = "/consents", method = "get", operation_id = "consent.list_patient")]
    async fn list(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        /// 1–100, 20 if absent.
        limit: Query<Option<i64>>,
        /// Where to go on.
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<ConsentOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        Ok(Json(List::of(
            acts::list_mine(&ctx, &caller.0, page).boxed().await?,
        )))
    }

    /// One consent with what is missing before she may sign
    #[oai(path = "/consents/:id", method = "get", operation_id = "consent.get_patient")]
    async fn get(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ConsentId>,
    ) -> Result<Versioned<ConsentPageOut>, Failure> {
        let view = acts::get(&ctx, &caller.0, id.0).boxed().await?;
        let version = view.consent.revision;
        Ok(Versioned::of(view, version))
    }

    /// What she is shown, byte for byte
    #[oai(
        path = "/consents/:id/presented",
        method = "get",
        operation_id = "consent.presented_patient"
    )]
    async fn presented(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ConsentId>,
        /// The tag of the bytes that the client has.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> Result<Shown, Failure> {
        let shown = acts::presented(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Shown::of(shown, if_none_match.0.as_deref()))
    }

    /// What she did while reading
    #[oai(
        path = "/consents/:id/reading-events",
        method = "post",
        operation_id = "consent.reading_events"
    )]
    async fn reading_events(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ConsentId>,
        body: Json<ReadingIn>,
    ) -> Result<Accepted<ReadingProgressOut>, Failure> {
        let session = body.session.clone();
        let progress = acts::reading_events(&ctx, &caller.0, id.0, &session, body.0.events())
            .boxed()
            .await?;
        let version = progress.consent.revision;
        Ok(Accepted::Accepted(Json(progress.into()), tag(version)))
    }

    /// The questions of her next round, in the order drawn
    #[oai(
        path = "/consents/:id/comprehension",
        method = "get",
        operation_id = "consent.comprehension_questions"
    )]
    async fn comprehension_questions(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ConsentId>,
    ) -> Result<Versioned<QuestionsOut>, Failure> {
        let drawn = acts::comprehension_questions(&ctx, &caller.0, id.0)
            .boxed()
            .await?;
        let version = drawn.consent.revision;
        Ok(Versioned::of(drawn, version))
    }

    /// Answer the questions of a round
    #[oai(
        path = "/consents/:id/comprehension",
        method = "post",
        operation_id = "consent.comprehension"
    )]
    async fn comprehension(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ConsentId>,
        body: Json<ComprehensionIn>,
    ) -> Result<CreatedVersioned<UnderstoodOut>, Failure> {
        let understood = acts::comprehension(&ctx, &caller.0, id.0, body.0.into())
            .boxed()
            .await?;
        let version = understood.consent.revision;
        Ok(CreatedVersioned::of(understood, version))
    }

    /// Ask the clinician something
    #[oai(
        path = "/consents/:id/questions",
        method = "post",
        operation_id = "consent.ask"
    )]
    async fn ask(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ConsentId>,
        body: Json<AskIn>,
    ) -> Result<CreatedVersioned<AskedOut>, Failure> {
        let (consent, asked) = acts::ask(&ctx, &caller.0, id.0, &body.question).boxed().await?;
        Ok(CreatedVersioned::of(asked, consent.revision))
    }

    /// Prove who she is, or have a code sent
    #[oai(
        path = "/consents/:id/identity",
        method = "post",
        operation_id = "consent.identity"
    )]
    async fn identity(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ConsentId>,
        body: Json<IdentityIn>,
    ) -> Result<CreatedVersioned<ProvedOut>, Failure> {
        let proved = acts::identity(&ctx, &caller.0, id.0, body.0.into())
            .boxed()
            .await?;
        let version = proved.consent.revision;
        Ok(CreatedVersioned::of(proved, version))
    }

    /// Sign what she was shown
    #[oai(path = "/consents/:id/sign", method = "post", operation_id = "consent.sign")]
    async fn sign(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ConsentId>,
        body: Json<SignIn>,
    ) -> Result<CreatedVersioned<ConsentOut>, Failure> {
        let consent = acts::sign(&ctx, &caller.0, id.0, body.0.try_into()?)
            .boxed()
            .await?;
        let version = consent.revision;
        Ok(CreatedVersioned::of(consent, version))
    }

    /// A relative takes note; it replaces nothing and overrules nothing
    #[oai(
        path = "/consents/:id/acknowledgement",
        method = "post",
        operation_id = "consent.acknowledge"
    )]
    async fn acknowledge(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ConsentId>,
        body: Json<AcknowledgementIn>,
    ) -> Result<CreatedVersioned<ConsentOut>, Failure> {
        let consent = acts::acknowledge(&ctx, &caller.0, id.0, body.0.try_into()?)
            .boxed()
            .await?;
        let version = consent.revision;
        Ok(CreatedVersioned::of(consent, version))
    }

    /// Say whether a relative may take note beside her
    #[oai(
        path = "/consents/:id/acknowledgement",
        method = "put",
        operation_id = "consent.allow_acknowledgement"
    )]
    async fn allow_acknowledgement(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ConsentId>,
        body: Json<AcknowledgementSwitchIn>,
    ) -> Result<Versioned<ConsentOut>, Failure> {
        let consent = acts::allow_acknowledgement(&ctx, &caller.0, id.0, body.allowed)
            .boxed()
            .await?;
        let version = consent.revision;
        Ok(Versioned::of(consent, version))
    }

    /// Ask for time; nothing moves
    #[oai(path = "/consents/:id/later", method = "post", operation_id = "consent.later")]
    async fn later(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ConsentId>,
        body: Json<LaterIn>,
    ) -> Result<CreatedVersioned<ConsentOut>, Failure> {
        let consent = acts::later(&ctx, &caller.0, id.0, body.0.until).boxed().await?;
        let version = consent.revision;
        Ok(CreatedVersioned::of(consent, version))
    }

    /// Say no; it takes effect at once
    #[oai(
        path = "/consents/:id/refuse",
        method = "post",
        operation_id = "consent.refuse"
    )]
    async fn refuse(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ConsentId>,
        body: Json<NoIn>,
    ) -> Result<Versioned<ConsentOut>, Failure> {
        let consent = acts::refuse(&ctx, &caller.0, id.0, body.0.into()).boxed().await?;
        let version = consent.revision;
        Ok(Versioned::of(consent, version))
    }

    /// Take the consent back; it takes effect at once
    #[oai(
        path = "/consents/:id/withdraw",
        method = "post",
        operation_id = "consent.withdraw"
    )]
    async fn withdraw(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ConsentId>,
        body: Json<NoIn>,
    ) -> Result<Versioned<ConsentOut>, Failure> {
        let consent = acts::withdraw(&ctx, &caller.0, id.0, body.0.into())
            .boxed()
            .await?;
        let version = consent.revision;
        Ok(Versioned::of(consent, version))
    }

    /// The signed document, or the record of her refusal or withdrawal
    #[oai(
        path = "/consents/:id/document",
        method = "get",
        operation_id = "consent.document_patient"
    )]
    async fn document(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ConsentId>,
        /// Which; the signed consent if absent, or the decision where there was never one.
        of: Query<Option<Of>>,
    ) -> Result<Document, Failure> {
        Ok(pdf(acts::document(&ctx, &caller.0, id.0, of.0.map(Into::into))
            .boxed()
            .await?))
    }
}
