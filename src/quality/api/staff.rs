//! Indicators with their cases, adverse events, the self-check.

use chrono::NaiveDate;
use futures_util::FutureExt;
use poem::Body;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;

use super::drafts::{EventFileIn, EventFileOut};
use super::events::{AdditionIn, EventLineOut, EventOut, OffersOut, ReportIn};
use super::figures::{BirthTotalIo, CaseOut, FigureTables, FiguresOut, Picture, TrendOut};
use super::readiness::{ReadinessIn, ReadinessOut};
use crate::base::PageRequest;
use crate::base::id::{AdverseEventId, AttachmentId};
use crate::ctx::Ctx;
use crate::http::answer::{Created, CreatedVersioned, Download, List, Uploaded, Versioned};
use crate::http::problem::Failure;
use crate::people::caller::ByStaff;
use crate::quality::acts;
use crate::quality::model::{By, EventState, Format};

fn asked(code: String, from: NaiveDate, to: NaiveDate, by: Option<By>) -> acts::ChartAsk {
    acts::ChartAsk {
        code,
        from,
        to,
        by: by.unwrap_or(By::Month),
    }
}

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

    /// The indicators of a period as a table, with what they mean and the births that they come from
    #[oai(path = "/indicators/export", method = "get", operation_id = "quality.export")]
    async fn export(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        from: Query<NaiveDate>,
        to: Query<NaiveDate>,
        by: Query<Option<By>>,
        /// `csv` if absent.
        format: Query<Option<Format>>,
    ) -> Result<Download<FigureTables>, Failure> {
        let format = format.0.unwrap_or(Format::Csv);
        let ask = acts::ExportAsk {
            from: from.0,
            to: to.0,
            by: by.0.unwrap_or(By::Facility),
            format,
            locale: caller.0.request.locale,
        };
        let exported = acts::export(&ctx, &caller.0, ask).boxed().await?;
        let (media_type, _) = format.words();
        let body = Body::from_vec(exported.bytes);
        Ok(Download::streamed(media_type, exported.file_name, body))
    }

    /// An indicator over time, with the limits of chance (p-chart, 3 sigma)
    #[oai(
        path = "/indicators/:code/chart",
        method = "get",
        operation_id = "quality.chart"
    )]
    async fn chart(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        code: Path<String>,
        from: Query<NaiveDate>,
        to: Query<NaiveDate>,
        /// `month` if absent.
        by: Query<Option<By>>,
    ) -> Result<Json<TrendOut>, Failure> {
        let ask = asked(code.0, from.0, to.0, by.0);
        let charted = acts::chart_of(&ctx, &caller.0, &ask).boxed().await?;
        Ok(Json(TrendOut::of(ask.code, charted, caller.0.request.locale)))
    }

    /// The same as a picture
    #[oai(
        path = "/indicators/:code/chart.svg",
        method = "get",
        operation_id = "quality.chart_picture"
    )]
    async fn chart_picture(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        code: Path<String>,
        from: Query<NaiveDate>,
        to: Query<NaiveDate>,
        /// `month` if absent.
        by: Query<Option<By>>,
    ) -> Result<Download<Picture>, Failure> {
        let ask = asked(code.0, from.0, to.0, by.0);
        let locale = caller.0.request.locale;
        let svg = acts::chart_picture(&ctx, &caller.0, &ask, locale).boxed().await?;
        let name = format!("{}.svg", ask.code);
        Ok(Download::streamed("image/svg+xml", name, Body::from_string(svg)))
    }

    /// State how many births a month had by the hospital's own books; stated again, the last one counts
    #[oai(
        path = "/facility/births/:month",
        method = "put",
        operation_id = "quality.state_births"
    )]
    async fn state_births(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        /// `YYYY-MM`.
        month: Path<String>,
        body: Json<BirthTotalIo>,
    ) -> Result<Json<BirthTotalIo>, Failure> {
        let total = acts::state_births(&ctx, &caller.0, &month.0, body.0.into())
            .boxed()
            .await?;
        Ok(Json(total.into()))
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

    /// Complications and births of the last 90 days that must be reported and of which there is no report
    #[oai(
        path = "/adverse-events/offers",
        method = "get",
        operation_id = "quality.offers"
    )]
    async fn offers(&self, ctx: Data<&Ctx>, caller: ByStaff) -> Result<Json<OffersOut>, Failure> {
        let offers = acts::offers(&ctx, &caller.0).boxed().await?;
        Ok(Json(offers.into()))
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

    /// Upload evidence for a self-check. An answer names it with `url` `readiness/attachments/{id}` and with the
    /// `contentType` and `size` that are answered here. A picture is kept without its metadata, and upright
    #[oai(
        path = "/readiness/attachments",
        method = "post",
        operation_id = "quality.attach_readiness"
    )]
    async fn attach_readiness(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        body: Json<EventFileIn>,
    ) -> Result<Created<EventFileOut>, Failure> {
        let file = acts::attach_readiness(&ctx, &caller.0, body.0.bytes())
            .boxed()
            .await?;
        Ok(Created::of(EventFileOut::of(file, None)))
    }

    /// Evidence for a self-check
    #[oai(
        path = "/readiness/attachments/:id",
        method = "get",
        operation_id = "quality.file_of_readiness"
    )]
    async fn file_of_readiness(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<AttachmentId>,
        #[oai(name = "If-None-Match")] if_none_match: Header<Option<String>>,
    ) -> Result<Download<Uploaded>, Failure> {
        let (file, bytes) = acts::file_of_readiness(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Download::uploaded(
            file.id,
            file.kind,
            bytes.to_vec(),
            if_none_match.as_deref(),
        ))
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
