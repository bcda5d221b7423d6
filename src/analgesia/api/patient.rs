//! Her routes: she asks, she says how strong her pain is.

use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;

use super::wire::{PainIn, PainOut, RequestIn, RequestOut};
use crate::analgesia::acts;
use crate::ctx::Ctx;
use crate::http::answer::Created;
use crate::http::problem::Failure;
use crate::people::caller::ByPatient;

/// Her labor.
pub struct PatientApi;

#[OpenApi]
impl PatientApi {
    /// Ask for analgesia
    #[oai(
        path = "/labors/current/request",
        method = "post",
        operation_id = "analgesia.request_patient"
    )]
    async fn request(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        body: Json<RequestIn>,
    ) -> Result<Created<RequestOut>, Failure> {
        Ok(Created::of(
            acts::request_mine(&ctx, &caller.0, body.vas).boxed().await?,
        ))
    }

    /// Say how strong the pain is
    #[oai(
        path = "/labors/current/pain",
        method = "post",
        operation_id = "analgesia.report_pain"
    )]
    async fn pain(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        body: Json<PainIn>,
    ) -> Result<Created<PainOut>, Failure> {
        Ok(Created::of(
            acts::report_pain(&ctx, &caller.0, body.vas).boxed().await?,
        ))
    }
}
