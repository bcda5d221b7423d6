//! Routes of the review queue.

use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

use super::wire::{DecisionIn, ReviewOut, ReviewRecordOut, ReviewWaitingOut};
use crate::assessment::acts;
use crate::assessment::model::{Level, QueueFilter, ReviewState};
use crate::base::PageRequest;
use crate::base::id::{ReviewId, StaffId};
use crate::ctx::Ctx;
use crate::http::answer::List;
use crate::http::problem::Failure;
use crate::people::caller::ByStaff;

/// The review queue.
pub struct StaffApi;

#[OpenApi]
impl StaffApi {
    /// Submitted assessments, the most urgent first
    #[oai(path = "/reviews", method = "get", operation_id = "assessment.reviews")]
    #[expect(clippy::too_many_arguments, reason = "each is a query parameter")]
    async fn reviews(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        state: Query<Option<ReviewState>>,
        level: Query<Option<Level>>,
        assignee: Query<Option<StaffId>>,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<ReviewWaitingOut>>, Failure> {
        let filter = QueueFilter {
            state: state.0,
            level: level.0,
            assignee: assignee.0,
        };
        let page = acts::reviews(&ctx, &caller.0, filter, PageRequest::new(limit.0, cursor.0)?)
            .boxed()
            .await?;
        Ok(Json(List::of(page)))
    }

    /// One assessment with answers, findings, history and decisions
    #[oai(path = "/reviews/:id", method = "get", operation_id = "assessment.review")]
    async fn review(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ReviewId>,
    ) -> Result<Json<ReviewRecordOut>, Failure> {
        Ok(Json(acts::review(&ctx, &caller.0, id.0).boxed().await?.into()))
    }

    /// Take an assessment in hand, for half an hour
    #[oai(
        path = "/reviews/:id/claim",
        method = "post",
        operation_id = "assessment.claim"
    )]
    async fn claim(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ReviewId>,
    ) -> Result<Json<ReviewOut>, Failure> {
        Ok(Json(acts::claim(&ctx, &caller.0, id.0).boxed().await?.into()))
    }

    /// Decide on an assessment
    #[oai(
        path = "/reviews/:id/decision",
        method = "post",
        operation_id = "assessment.decide"
    )]
    async fn decide(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<ReviewId>,
        body: Json<DecisionIn>,
    ) -> Result<Json<ReviewRecordOut>, Failure> {
        Ok(Json(
            acts::decide(&ctx, &caller.0, id.0, body.0.into())
                .boxed()
                .await?
                .into(),
        ))
    }
}
