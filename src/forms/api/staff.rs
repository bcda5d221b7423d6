//! Routes of staff.

use futures_util::FutureExt;
use poem::Body;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::Any;
use serde_json::Value;

use super::files::{FormatIo, Tables};
use super::wire::{SubmittedOut, VerificationOut};
use super::wire_staff::{EnterIn, StaffItemsIn, StaffResponseOut, VerifyIn, WithdrawIn};
use crate::base::id::{AttachmentId, PatientId, ResponseId};
use crate::ctx::Ctx;
use crate::forms::acts::{self, Ask};
use crate::forms::model::{Hooks, Marked};
use crate::http::answer::{Cached, Created, CreatedVersioned, Download, Uploaded, Versioned};
use crate::http::problem::Failure;
use crate::people::caller::ByStaff;

/// A woman's forms.
pub struct StaffApi;

#[OpenApi]
impl StaffApi {
    /// The definition of a form, a FHIR R4 Questionnaire; also of those that staff alone answer
    #[oai(
        path = "/questionnaires/:name",
        method = "get",
        operation_id = "forms.questionnaire_staff"
    )]
    async fn questionnaire(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        name: Path<String>,
        /// A version of it; the newest if absent.
        version: Query<Option<String>>,
        #[oai(name = "If-None-Match")] if_none_match: Header<Option<String>>,
    ) -> Result<Cached<Any<Value>>, Failure> {
        let entry = acts::questionnaire_staff(&ctx, &caller.0, &name, version.as_deref())
            .boxed()
            .await?;
        let etag = format!("\"{}\"", entry.digest);
        Ok(Cached::of(
            Any(Value::clone(&entry.served)),
            etag,
            if_none_match.as_deref(),
        ))
    }

    /// A woman's answers
    #[oai(path = "/responses/:id", method = "get", operation_id = "forms.read_staff")]
    async fn read(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ResponseId>,
    ) -> Result<Versioned<StaffResponseOut>, Failure> {
        let record = acts::read_staff(&ctx, &caller.0, id.0).boxed().await?;
        let version = record.response.version;
        Ok(Versioned::of(record, version))
    }

    /// A file that answers name
    #[oai(
        path = "/attachments/:id",
        method = "get",
        operation_id = "forms.attachment_staff"
    )]
    async fn attachment(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
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

    /// The submitted answers to a form as a table or as FHIR documents: those that stand, in the order of their submission,
    /// without name, birth date and phone number; `patient` tells one woman's answers from another's. What she typed
    /// stands as she typed it. The survey is the quality office's alone
    #[oai(path = "/responses/export", method = "get", operation_id = "forms.export")]
    async fn export(
        &self,
        ctx: Data<&Ctx>,
        marked: Data<&Marked>,
        caller: ByStaff,
        /// Name of the form.
        questionnaire: Query<String>,
        /// Version of the form; the current one if absent.
        version: Query<Option<String>>,
        /// `csv` if absent.
        format: Query<Option<FormatIo>>,
    ) -> Result<Download<Tables>, Failure> {
        let ask = Ask {
            name: questionnaire.0,
            version: version.0,
            format: format.0.unwrap_or(FormatIo::Csv).into(),
        };
        let exported = acts::export(&ctx, *marked.0, &caller.0, ask).boxed().await?;
        let body = Body::from_bytes_stream(exported.chunks);
        Ok(Download::streamed(exported.media_type, exported.file_name, body))
    }

    /// Enter the staff part beside her answers
    #[oai(
        path = "/responses/:id/staff-items",
        method = "put",
        operation_id = "forms.staff_items"
    )]
    async fn staff_items(
        &self,
        ctx: Data<&Ctx>,
        hooks: Data<&Hooks>,
        caller: ByStaff,
        id: Path<ResponseId>,
        body: Json<StaffItemsIn>,
    ) -> Result<Versioned<StaffResponseOut>, Failure> {
        let answers = body
            .0
            .answers
            .into_iter()
            .map(|(link_id, value)| (link_id, value.0));
        let record = acts::staff_items(&ctx, &hooks, &caller.0, id.0, answers.collect())
            .boxed()
            .await?;
        let version = record.response.version;
        Ok(Versioned::of(record, version))
    }

    /// Confirm answers against their source
    #[oai(
        path = "/responses/:id/verifications",
        method = "post",
        operation_id = "forms.verify"
    )]
    async fn verify(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ResponseId>,
        body: Json<VerifyIn>,
    ) -> Result<Created<Vec<VerificationOut>>, Failure> {
        let verified = acts::verify(&ctx, &caller.0, id.0, body.0.link_ids)
            .boxed()
            .await?;
        let shown: Vec<VerificationOut> = verified.into_iter().map(Into::into).collect();
        Ok(Created::of(shown))
    }

    /// Mark answers as entered in error. What they replaced stands again, and the rules run on it; without that the form may be
    /// filled in anew. Findings and decisions on these answers no longer count. The quality office does so with replies to
    /// the survey, and with nothing else
    #[oai(
        path = "/responses/:id/entered-in-error",
        method = "post",
        operation_id = "forms.withdraw"
    )]
    async fn withdraw(
        &self,
        ctx: Data<&Ctx>,
        hooks: Data<&Hooks>,
        caller: ByStaff,
        id: Path<ResponseId>,
        body: Json<WithdrawIn>,
    ) -> Result<Versioned<StaffResponseOut>, Failure> {
        let record = acts::withdraw(&ctx, &hooks, &caller.0, id.0, &body.0.reason)
            .boxed()
            .await?;
        let version = record.response.version;
        Ok(Versioned::of(record, version))
    }

    /// Fill in a form on her behalf
    #[oai(
        path = "/patients/:id/responses",
        method = "post",
        operation_id = "forms.enter"
    )]
    async fn enter(
        &self,
        ctx: Data<&Ctx>,
        hooks: Data<&Hooks>,
        caller: ByStaff,
        id: Path<PatientId>,
        body: Json<EnterIn>,
    ) -> Result<CreatedVersioned<SubmittedOut>, Failure> {
        let body = body.0;
        let answered = acts::enter(&ctx, &hooks, &caller.0, id.0, &body.questionnaire, body.content.0)
            .boxed()
            .await?;
        let version = answered.response.version;
        Ok(CreatedVersioned::of(answered, version))
    }
}
