//! Her routes.

use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::Any;
use serde_json::Value;

use super::files::{AttachmentOut, UploadIn};
use super::wire::{AmendIn, AssignedOut, ContentIn, EmptyIn, RenewedOut, ResponseOut, StartIn, SubmittedOut};
use crate::base::id::{AttachmentId, ResponseId};
use crate::ctx::Ctx;
use crate::forms::acts;
use crate::forms::model::Hooks;
use crate::http::answer::{Cached, Created, CreatedVersioned, Download, Uploaded, Versioned};
use crate::http::problem::Failure;
use crate::people::caller::ByPatient;

/// Her forms.
pub struct PatientApi;

#[OpenApi]
impl PatientApi {
    /// The forms assigned to her with state and window
    #[oai(path = "/forms", method = "get", operation_id = "forms.list")]
    async fn list(&self, ctx: Data<&Ctx>, caller: ByPatient) -> Result<Json<Vec<AssignedOut>>, Failure> {
        let all = acts::list(&ctx, &caller.0).boxed().await?;
        Ok(Json(all.into_iter().map(Into::into).collect()))
    }

    /// Upload a photo of a lab sheet, for an answer to name: JPEG, PNG or PDF, told by its content, at most 10 MiB. A
    /// picture is kept without its metadata, and upright; a file that no answer names goes after seven days
    #[oai(path = "/attachments", method = "post", operation_id = "forms.attach")]
    async fn attach(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        body: UploadIn,
    ) -> Result<Created<AttachmentOut>, Failure> {
        let attachment = acts::attach(&ctx, &caller.0, body.into_bytes()).boxed().await?;
        Ok(Created::of(attachment))
    }

    /// A file that she uploaded
    #[oai(
        path = "/attachments/:id",
        method = "get",
        operation_id = "forms.attachment_patient"
    )]
    async fn attachment(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<AttachmentId>,
        #[oai(name = "If-None-Match")] if_none_match: Header<Option<String>>,
    ) -> Result<Download<Uploaded>, Failure> {
        let (file, bytes) = acts::attachment(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Download::uploaded(
            file.id,
            file.kind,
            bytes.to_vec(),
            if_none_match.as_deref(),
        ))
    }

    /// The definition of a form, a FHIR R4 Questionnaire
    #[oai(
        path = "/questionnaires/:name",
        method = "get",
        operation_id = "forms.questionnaire"
    )]
    async fn questionnaire(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        name: Path<String>,
        version: Query<Option<String>>,
        #[oai(name = "If-None-Match")] if_none_match: Header<Option<String>>,
    ) -> Result<Cached<Any<Value>>, Failure> {
        let entry = acts::questionnaire(&ctx, &caller.0, &name, version.as_deref())
            .boxed()
            .await?;
        let etag = format!("\"{}\"", entry.digest);
        Ok(Cached::of(
            Any(Value::clone(&entry.served)),
            etag,
            if_none_match.as_deref(),
        ))
    }

    /// Begin a form; a draft that was begun before is given back
    #[oai(path = "/responses", method = "post", operation_id = "forms.start")]
    async fn start(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        body: Json<StartIn>,
    ) -> Result<CreatedVersioned<ResponseOut>, Failure> {
        let drafted = acts::start(&ctx, &caller.0, &body.questionnaire, body.assignment)
            .boxed()
            .await?;
        let version = drafted.response.version;
        Ok(CreatedVersioned::of(drafted, version))
    }

    /// Her answers
    #[oai(path = "/responses/:id", method = "get", operation_id = "forms.read")]
    async fn read(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ResponseId>,
    ) -> Result<Versioned<ResponseOut>, Failure> {
        let drafted = acts::read(&ctx, &caller.0, id.0).boxed().await?;
        let version = drafted.response.version;
        Ok(Versioned::of(drafted, version))
    }

    /// Save a draft, which may be incomplete
    #[oai(path = "/responses/:id", method = "put", operation_id = "forms.save")]
    async fn save(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ResponseId>,
        body: Json<ContentIn>,
    ) -> Result<Versioned<ResponseOut>, Failure> {
        let drafted = acts::save(&ctx, &caller.0, id.0, body.0.content.0)
            .boxed()
            .await?;
        let version = drafted.response.version;
        Ok(Versioned::of(drafted, version))
    }

    /// Submit her answers
    #[oai(
        path = "/responses/:id/submit",
        method = "post",
        operation_id = "forms.submit"
    )]
    async fn submit(
        &self,
        ctx: Data<&Ctx>,
        hooks: Data<&Hooks>,
        caller: ByPatient,
        id: Path<ResponseId>,
        /// `handling=strict` refuses answers to questions that are not asked, instead of leaving them out.
        #[oai(name = "Prefer")]
        prefer: Header<Option<String>>,
        _body: Json<EmptyIn>,
    ) -> Result<Versioned<SubmittedOut>, Failure> {
        let strict = prefer
            .as_deref()
            .is_some_and(|value| value.contains("handling=strict"));
        let answered = acts::submit(&ctx, &hooks, &caller.0, id.0, strict)
            .boxed()
            .await?;
        let version = answered.response.version;
        Ok(Versioned::of(answered, version))
    }

    /// Move a draft to the newest version of its form; answers that do not mean the same there are dropped, and named
    #[oai(path = "/responses/:id/renew", method = "post", operation_id = "forms.renew")]
    async fn renew(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ResponseId>,
        _body: Json<EmptyIn>,
    ) -> Result<Versioned<RenewedOut>, Failure> {
        let renewed = acts::renew(&ctx, &caller.0, id.0).boxed().await?;
        let version = renewed.drafted.response.version;
        Ok(Versioned::of(renewed, version))
    }

    /// Give up a draft; it can still be read
    #[oai(
        path = "/responses/:id/abandon",
        method = "post",
        operation_id = "forms.abandon"
    )]
    async fn abandon(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ResponseId>,
        _body: Json<EmptyIn>,
    ) -> Result<Versioned<ResponseOut>, Failure> {
        let drafted = acts::abandon(&ctx, &caller.0, id.0).boxed().await?;
        let version = drafted.response.version;
        Ok(Versioned::of(drafted, version))
    }

    /// Begin to change submitted answers: a draft with the same answers, which replaces them when it is submitted
    #[oai(
        path = "/responses/:id/amendments",
        method = "post",
        operation_id = "forms.amend"
    )]
    async fn amend(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        id: Path<ResponseId>,
        body: Json<AmendIn>,
    ) -> Result<CreatedVersioned<ResponseOut>, Failure> {
        let drafted = acts::amend(&ctx, &caller.0, id.0, &body.reason).boxed().await?;
        let version = drafted.response.version;
        Ok(CreatedVersioned::of(drafted, version))
    }
}
