//! Her routes.

use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;

use super::wire::{AgreeIn, AgreementOut, FacilityBriefOut, MeIn, MeOut, WechatCodeIn};
use crate::ctx::Ctx;
use crate::http::answer::{Done, Versioned};
use crate::http::problem::Failure;
use crate::people::acts;
use crate::people::caller::ByPatient;

/// Her account.
pub struct PatientApi;

#[OpenApi]
impl PatientApi {
    /// Log out
    #[oai(
        path = "/sessions/current",
        method = "delete",
        operation_id = "people.log_out_patient"
    )]
    async fn log_out(&self, ctx: Data<&Ctx>, caller: ByPatient) -> Result<Done, Failure> {
        acts::log_out(&ctx, &caller.0).boxed().await?;
        Ok(Done::Done)
    }

    /// Her profile
    #[oai(path = "/me", method = "get", operation_id = "people.me")]
    async fn me(&self, ctx: Data<&Ctx>, caller: ByPatient) -> Result<Versioned<MeOut>, Failure> {
        let me = acts::me(&ctx, &caller.0).boxed().await?;
        let version = me.version;
        Ok(Versioned::of(me, version))
    }

    /// Change her profile
    #[oai(path = "/me", method = "put", operation_id = "people.update_me")]
    async fn update_me(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        body: Json<MeIn>,
    ) -> Result<Versioned<MeOut>, Failure> {
        let me = acts::update_me(&ctx, &caller.0, body.0.try_into()?)
            .boxed()
            .await?;
        let version = me.version;
        Ok(Versioned::of(me, version))
    }

    /// Bind her phone by WeChat's button
    #[oai(path = "/me/phone", method = "post", operation_id = "people.bind_phone")]
    async fn bind_phone(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        body: Json<WechatCodeIn>,
    ) -> Result<Versioned<MeOut>, Failure> {
        let me = acts::bind_phone(&ctx, &caller.0, &body.wechat_code)
            .boxed()
            .await?;
        let version = me.version;
        Ok(Versioned::of(me, version))
    }

    /// Agreements with her word on each
    #[oai(path = "/me/agreements", method = "get", operation_id = "people.agreements")]
    async fn agreements(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
    ) -> Result<Json<Vec<AgreementOut>>, Failure> {
        Ok(Json(
            acts::agreements(&ctx, &caller.0)
                .boxed()
                .await?
                .into_iter()
                .map(Into::into)
                .collect(),
        ))
    }

    /// Give or withdraw an agreement
    #[oai(path = "/me/agreements/:kind", method = "put", operation_id = "people.agree")]
    async fn agree(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        kind: Path<String>,
        body: Json<AgreeIn>,
    ) -> Result<Json<AgreementOut>, Failure> {
        let state = acts::agree(&ctx, &caller.0, &kind, &body.version, body.accepted)
            .boxed()
            .await?;
        Ok(Json(state.into()))
    }

    /// Hospitals where she can enroll
    #[oai(path = "/facilities", method = "get", operation_id = "people.facilities")]
    async fn facilities(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
    ) -> Result<Json<Vec<FacilityBriefOut>>, Failure> {
        Ok(Json(
            acts::facilities(&ctx, &caller.0)
                .boxed()
                .await?
                .into_iter()
                .map(Into::into)
                .collect(),
        ))
    }
}
