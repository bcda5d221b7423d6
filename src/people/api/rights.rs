//! Routes of her rights over her record.

use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::Any;
use serde_json::Value;

use super::wire::AgreementOut;
use super::wire_guardians::{GuardianAgreeIn, GuardianWithdrawalIn, GuardianWordOut};
use super::wire_looks::LookOut;
use super::wire_rights::{
    DataRequestIn, DataRequestOut, DestructionIn, DestructionListOut, ErasureIn, HoldIn, HoldReleaseIn,
    LegalHoldOut, ReceiptOut, RequestAnswerIn,
};
use crate::base::PageRequest;
use crate::base::id::{DataRequestId, DestructionListId, LegalHoldId, PatientId};
use crate::ctx::Ctx;
use crate::http::answer::{Accepted, Created, List, tag};
use crate::http::problem::Failure;
use crate::people::acts;
use crate::people::caller::{ByPatient, ByStaff};
use crate::people::model::Keepers;

/// Hers.
pub struct PatientRightsApi;

#[OpenApi]
impl PatientRightsApi {
    /// Everything held on her, one document
    #[oai(path = "/me/export", method = "get", operation_id = "people.export")]
    async fn export(
        &self,
        ctx: Data<&Ctx>,
        keepers: Data<&Keepers>,
        caller: ByPatient,
    ) -> Result<Json<Any<Value>>, Failure> {
        Ok(Json(Any(acts::export(&ctx, &keepers, &caller.0).boxed().await?)))
    }

    /// Who looked at her record, newest first
    #[oai(path = "/me/access-log", method = "get", operation_id = "people.access_log")]
    async fn access_log(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        /// 1–100, 20 if absent.
        limit: Query<Option<i64>>,
        /// Where to go on.
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<LookOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        let page = acts::access_log(&ctx, &caller.0, page).boxed().await?;
        let locale = caller.0.request.locale;
        Ok(Json(List::of(page.map(|look| LookOut::of(look, locale)))))
    }

    /// The rules on a child's data, for her guardian, with the guardian's word on each
    #[oai(
        path = "/me/guardian-agreements",
        method = "get",
        operation_id = "people.guardian_agreements"
    )]
    async fn guardian_agreements(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
    ) -> Result<Json<Vec<AgreementOut>>, Failure> {
        let all = acts::guardian_agreements(&ctx, &caller.0).boxed().await?;
        Ok(Json(all.into_iter().map(Into::into).collect()))
    }

    /// Her guardian gives or withdraws the agreement on a child's data
    #[oai(
        path = "/me/guardian-agreements/:kind",
        method = "put",
        operation_id = "people.guardian_agree"
    )]
    async fn guardian_agree(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        kind: Path<String>,
        body: Json<GuardianAgreeIn>,
    ) -> Result<Json<AgreementOut>, Failure> {
        let state = acts::guardian_agree(&ctx, &caller.0, &kind, body.0.into())
            .boxed()
            .await?;
        Ok(Json(state.into()))
    }

    /// Ask for erasure; the receipt says what stays and why
    #[oai(path = "/me/erasure", method = "post", operation_id = "people.erasure")]
    async fn erasure(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        body: Json<ErasureIn>,
    ) -> Result<Accepted<ReceiptOut>, Failure> {
        let receipt = acts::erasure(&ctx, &caller.0, body.0.text.as_deref())
            .boxed()
            .await?;
        Ok(Accepted::Accepted(Json(receipt.into()), tag(1)))
    }

    /// Ask something about her data
    #[oai(path = "/me/requests", method = "post", operation_id = "people.request")]
    async fn request(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        body: Json<DataRequestIn>,
    ) -> Result<Accepted<ReceiptOut>, Failure> {
        let body = body.0;
        let receipt = acts::request(&ctx, &caller.0, body.kind, body.text.as_deref())
            .boxed()
            .await?;
        Ok(Accepted::Accepted(Json(receipt.into()), tag(1)))
    }

    /// Her requests with their answers, newest first
    #[oai(path = "/me/requests", method = "get", operation_id = "people.requests")]
    async fn requests(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
    ) -> Result<Json<Vec<DataRequestOut>>, Failure> {
        let all = acts::requests(&ctx, &caller.0).boxed().await?;
        Ok(Json(all.into_iter().map(Into::into).collect()))
    }
}

/// The quality office's.
pub struct StaffRightsApi;

#[OpenApi]
impl StaffRightsApi {
    /// Write down that a guardian takes the agreement on a child's data back
    #[oai(
        path = "/patients/:id/guardian-withdrawals",
        method = "post",
        operation_id = "people.guardian_withdraw"
    )]
    async fn guardian_withdraw(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<PatientId>,
        body: Json<GuardianWithdrawalIn>,
    ) -> Result<Created<GuardianWordOut>, Failure> {
        let GuardianWithdrawalIn { kind, guardian } = body.0;
        let word = acts::guardian_withdraw(&ctx, &caller.0, id.0, &kind, guardian.into())
            .boxed()
            .await?;
        Ok(Created::of(word))
    }

    /// Requests of women about their data, the first due first
    #[oai(
        path = "/data-requests",
        method = "get",
        operation_id = "people.data_requests"
    )]
    async fn data_requests(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        /// Those that were answered instead of those that wait.
        answered: Query<Option<bool>>,
        /// 1–100, 20 if absent.
        limit: Query<Option<i64>>,
        /// Where to go on.
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<DataRequestOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        let answered = answered.0.unwrap_or(false);
        Ok(Json(List::of(
            acts::data_requests(&ctx, &caller.0, answered, page)
                .boxed()
                .await?,
        )))
    }

    /// Answer a request
    #[oai(
        path = "/data-requests/:id/answer",
        method = "post",
        operation_id = "people.answer_request"
    )]
    async fn answer(
        &self,
        ctx: Data<&Ctx>,
        keepers: Data<&Keepers>,
        caller: ByStaff,
        id: Path<DataRequestId>,
        body: Json<RequestAnswerIn>,
    ) -> Result<Json<DataRequestOut>, Failure> {
        let answered = acts::answer_request(&ctx, &keepers, &caller.0, id.0, body.0.into())
            .boxed()
            .await?;
        Ok(Json(answered.into()))
    }

    /// Place a legal hold; what there is is listed with its digests
    #[oai(path = "/legal-holds", method = "post", operation_id = "people.hold")]
    async fn hold(
        &self,
        ctx: Data<&Ctx>,
        keepers: Data<&Keepers>,
        caller: ByStaff,
        body: Json<HoldIn>,
    ) -> Result<Created<LegalHoldOut>, Failure> {
        Ok(Created::of(
            acts::hold(&ctx, &keepers, &caller.0, body.0.into())
                .boxed()
                .await?,
        ))
    }

    /// Legal holds, newest first
    #[oai(path = "/legal-holds", method = "get", operation_id = "people.holds")]
    async fn holds(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        /// 1–100, 20 if absent.
        limit: Query<Option<i64>>,
        /// Where to go on.
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<LegalHoldOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        Ok(Json(List::of(acts::holds(&ctx, &caller.0, page).boxed().await?)))
    }

    /// End a legal hold
    #[oai(
        path = "/legal-holds/:id/release",
        method = "post",
        operation_id = "people.release_hold"
    )]
    async fn release_hold(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<LegalHoldId>,
        body: Json<HoldReleaseIn>,
    ) -> Result<Json<LegalHoldOut>, Failure> {
        let released = acts::release_hold(&ctx, &caller.0, id.0, &body.reason)
            .boxed()
            .await?;
        Ok(Json(released.into()))
    }

    /// List records whose time of keeping is over
    #[oai(
        path = "/destruction-lists",
        method = "post",
        operation_id = "people.list_destruction"
    )]
    async fn list_destruction(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        _body: Json<DestructionIn>,
    ) -> Result<Created<DestructionListOut>, Failure> {
        Ok(Created::of(
            acts::list_destruction(&ctx, &caller.0).boxed().await?,
        ))
    }

    /// Lists of records to be destroyed, newest first
    #[oai(
        path = "/destruction-lists",
        method = "get",
        operation_id = "people.destructions"
    )]
    async fn destructions(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        /// 1–100, 20 if absent.
        limit: Query<Option<i64>>,
        /// Where to go on.
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<DestructionListOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        Ok(Json(List::of(
            acts::destructions(&ctx, &caller.0, page).boxed().await?,
        )))
    }

    /// Approve a list; the second person's approval destroys the keys of its records
    #[oai(
        path = "/destruction-lists/:id/approve",
        method = "post",
        operation_id = "people.approve_destruction"
    )]
    async fn approve(
        &self,
        ctx: Data<&Ctx>,
        keepers: Data<&Keepers>,
        caller: ByStaff,
        id: Path<DestructionListId>,
        _body: Json<DestructionIn>,
    ) -> Result<Json<DestructionListOut>, Failure> {
        let list = acts::approve_destruction(&ctx, &keepers, &caller.0, id.0)
            .boxed()
            .await?;
        Ok(Json(list.into()))
    }
}
