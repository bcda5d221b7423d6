//! Her route: she asks.

use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;

use super::wire::{RequestIn, RequestOut};
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
}
