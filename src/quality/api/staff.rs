//! Indicators with their cases, adverse events, the self-check.

use chrono::NaiveDate;
use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

use super::events::{AdditionIn, EventLineOut, EventOut, ReportIn};
use super::figures::{CaseOut, FiguresOut};
use super::readiness::{ReadinessIn, ReadinessOut};
use crate::base::PageRequest;
use crate::base::id::AdverseEventId;
use crate::ctx::Ctx;
use crate::http::answer::{Created, CreatedVersioned, List, Versioned};
use crate::http::problem::Failure;
use crate::people::caller::ByStaff;
use crate::quality::acts;
use crate::quality::model::{By, EventState};

/// Indicators, adverse events, the self-check.
pub struct StaffApi;

#[OpenApi]
impl StaffApi {
    /// Every indicator of a period; both days are included
    #[oai(path = "/indicators", method = "get", operation_id = "quality.indicators")]
    async fn indicators(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        from: Query<NaiveDate>,
        to: Query<NaiveDate>,
        by: Query<Option<By>>,
    ) -> Result<Json<FiguresOut>, Failure> {
        let by = by.0.unwrap_or(By::Facility);
        let figures = acts::indicators(&ctx, &caller.0, from.0, to.0, by)
            .boxed()
            .await?;
        Ok(Json(FiguresOut::of(figures, caller.0.request.locale)))
    }

    /// The cases behind a figure, by time of birth
    #[oai(
        path = "/indicators/:code/cases",
        method = "get",
        operation_id = "quality.cases"
    )]
    #[expect(clippy::too_many_arguments, reason = "one per parameter of the route")]
    async fn cases(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        code: Path<String>,
        from: Query<NaiveDate>,
        to: Query<NaiveDate>,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<CaseOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        let cases = acts::cases(&ctx, &caller.0, &code, from.0, to.0, page)
            .boxed()
            .await?;
        Ok(Json(List::of(cases)))
    }

    /// Report an adverse event
    #[oai(path = "/adverse-events", method = "post", operation_id = "quality.report")]
    async fn report(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        body: Json<ReportIn>,
    ) -> Result<CreatedVersioned<EventOut>, Failure> {
        let event = acts::report(&ctx, &caller.0, body.0.into()).boxed().await?;
        let version = event.version;
        Ok(CreatedVersioned::of(event, version))
    }

    /// The reports of the hospital, the newest first
    #[oai(path = "/adverse-events", method = "get", operation_id = "quality.events")]
    async fn events(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        state: Query<Option<EventState>>,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<EventLineOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        Ok(Json(List::of(
            acts::events(&ctx, &caller.0, state.0, page).boxed().await?,
        )))
    }

    /// One report, for the quality office and for who reported it
    #[oai(path = "/adverse-events/:id", method = "get", operation_id = "quality.event")]
    async fn event(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<AdverseEventId>,
    ) -> Result<Versioned<EventOut>, Failure> {
        let event = acts::event(&ctx, &caller.0, id.0).boxed().await?;
        let version = event.version;
        Ok(Versioned::of(event, version))
    }

    /// Add to a report and move it on: verify, analyze, close
    #[oai(
        path = "/adverse-events/:id",
        method = "put",
        operation_id = "quality.update_event"
    )]
    async fn update_event(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<AdverseEventId>,
        body: Json<AdditionIn>,
    ) -> Result<Versioned<EventOut>, Failure> {
        let (state, addition) = body.0.into();
        let event = acts::update_event(&ctx, &caller.0, id.0, state, addition)
            .boxed()
            .await?;
        let version = event.version;
        Ok(Versioned::of(event, version))
    }

    /// The hospital's self-checks against the technical requirements, by the day of the check, the newest first
    #[oai(path = "/readiness", method = "get", operation_id = "quality.readiness")]
    async fn readiness(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<ReadinessOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        Ok(Json(List::of(
            acts::readiness(&ctx, &caller.0, page).boxed().await?,
        )))
    }

    /// File a self-check, whole
    #[oai(
        path = "/readiness",
        method = "post",
        operation_id = "quality.check_readiness"
    )]
    async fn check_readiness(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        body: Json<ReadinessIn>,
    ) -> Result<Created<ReadinessOut>, Failure> {
        Ok(Created::of(
            acts::check_readiness(&ctx, &caller.0, body.0.content.0)
                .boxed()
                .await?,
        ))
    }
}
