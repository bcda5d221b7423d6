//! Routes of records that are opened by who treats her no longer.

use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

use super::wire::{AccessIn, AccessOut, AccessReviewIn, OpenedOut};
use crate::base::PageRequest;
use crate::base::id::{PatientId, RecordAccessId};
use crate::ctx::Ctx;
use crate::episode::acts;
use crate::http::answer::{Created, List};
use crate::http::problem::Failure;
use crate::people::caller::ByStaff;

/// Opening a record, and looking at who did.
pub struct AccessApi;

#[OpenApi]
impl AccessApi {
    /// Open the record of a woman who is treated here no longer, for four hours; she is told, the quality office looks at it
    #[oai(
        path = "/patients/:id/access",
        method = "post",
        operation_id = "episode.access"
    )]
    async fn access(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<PatientId>,
        body: Json<AccessIn>,
    ) -> Result<Created<AccessOut>, Failure> {
        let AccessIn { reason, text } = body.0;
        let access = acts::access(&ctx, &caller.0, id.0, reason, text).boxed().await?;
        Ok(Created::of(access))
    }

    /// Records that were opened, oldest first
    #[oai(path = "/accesses", method = "get", operation_id = "episode.accesses")]
    async fn accesses(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        /// Those that were judged instead of those that wait.
        reviewed: Query<Option<bool>>,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<OpenedOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        let reviewed = reviewed.0.unwrap_or(false);
        let page = acts::accesses(&ctx, &caller.0, reviewed, page).boxed().await?;
        Ok(Json(List::of(page)))
    }

    /// Judge whether a record had to be opened
    #[oai(
        path = "/accesses/:id/review",
        method = "post",
        operation_id = "episode.review_access"
    )]
    async fn review_access(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<RecordAccessId>,
        body: Json<AccessReviewIn>,
    ) -> Result<Created<OpenedOut>, Failure> {
        let AccessReviewIn { verdict, text } = body.0;
        let opened = acts::review_access(&ctx, &caller.0, id.0, verdict, &text)
            .boxed()
            .await?;
        Ok(Created::of(opened))
    }
}
