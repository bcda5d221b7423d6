//! The ward's routes.

use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

use super::wire::{
    AdmitIn, AlarmOut, BoardOut, ChartOut, CloseAlarmIn, CloseIn, ComplicationOut, CorrectionIn,
    CorrectionOut, HistoryOut, LaborOut, ObservationsIn, ObservationsOut, RequestByStaffIn, RequestOut,
    StopOut, TimeOutIn, TimeOutOut,
};
use crate::analgesia::acts;
use crate::analgesia::model::{Delivery, Event, Record, Stop};
use crate::base::PageRequest;
use crate::base::id::{AlarmId, LaborId};
use crate::ctx::Ctx;
use crate::http::answer::{Created, CreatedVersioned, List, Versioned};
use crate::http::problem::Failure;
use crate::people::caller::ByStaff;

/// Labor on the ward.
pub struct StaffApi;

#[OpenApi]
impl StaffApi {
    /// Admit her for birth
    #[oai(path = "/labors", method = "post", operation_id = "analgesia.admit")]
    async fn admit(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        body: Json<AdmitIn>,
    ) -> Result<CreatedVersioned<LaborOut>, Failure> {
        let (patient, admitted_at) = (body.patient, body.admitted_at);
        let labor = acts::admit(&ctx, &caller.0, patient, admitted_at, body.0.into())
            .boxed()
            .await?;
        let version = labor.version;
        Ok(CreatedVersioned::of(labor, version))
    }

    /// Who is in labor
    #[oai(path = "/labors", method = "get", operation_id = "analgesia.board")]
    async fn board(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<BoardOut>>, Failure> {
        let page = acts::board(&ctx, &caller.0, PageRequest::new(limit.0, cursor.0)?)
            .boxed()
            .await?;
        Ok(Json(List::of(page)))
    }

    /// One labor, whole
    #[oai(path = "/labors/:id", method = "get", operation_id = "analgesia.labor")]
    async fn labor(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<LaborId>,
    ) -> Result<Versioned<ChartOut>, Failure> {
        let chart = acts::labor(&ctx, &caller.0, id.0).boxed().await?;
        let version = chart.labor.version;
        Ok(Versioned::of(chart, version))
    }

    /// Record that she asks for analgesia
    #[oai(
        path = "/labors/:id/requests",
        method = "post",
        operation_id = "analgesia.request"
    )]
    async fn request(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<LaborId>,
        body: Json<RequestByStaffIn>,
    ) -> Result<Created<RequestOut>, Failure> {
        Ok(Created::of(
            acts::request(&ctx, &caller.0, id.0, body.vas, body.requested_at)
                .boxed()
                .await?,
        ))
    }

    /// Check together before the block
    #[oai(
        path = "/labors/:id/time-out",
        method = "post",
        operation_id = "analgesia.time_out"
    )]
    async fn time_out(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<LaborId>,
        body: Json<TimeOutIn>,
    ) -> Result<Created<TimeOutOut>, Failure> {
        Ok(Created::of(
            acts::time_out(&ctx, &caller.0, id.0, body.0.into())
                .boxed()
                .await?,
        ))
    }

    /// Write the analgesia record
    #[oai(
        path = "/labors/:id/analgesia",
        method = "put",
        operation_id = "analgesia.record"
    )]
    async fn record(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<LaborId>,
        body: Json<Record>,
    ) -> Result<Versioned<ChartOut>, Failure> {
        let chart = acts::record(&ctx, &caller.0, id.0, body.0).boxed().await?;
        let version = chart.labor.version;
        Ok(Versioned::of(chart, version))
    }

    /// Record observations, all of them or none
    #[oai(
        path = "/labors/:id/observations",
        method = "post",
        operation_id = "analgesia.observe"
    )]
    async fn observe(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<LaborId>,
        body: Json<ObservationsIn>,
    ) -> Result<Created<ObservationsOut>, Failure> {
        let rows = acts::observe(&ctx, &caller.0, id.0, body.0.observations)
            .boxed()
            .await?;
        Ok(Created::of(rows))
    }

    /// Report a complication
    #[oai(
        path = "/labors/:id/complications",
        method = "post",
        operation_id = "analgesia.complication"
    )]
    async fn complication(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<LaborId>,
        body: Json<Event>,
    ) -> Result<Created<ComplicationOut>, Failure> {
        Ok(Created::of(
            acts::complication(&ctx, &caller.0, id.0, body.0).boxed().await?,
        ))
    }

    /// Take an alarm
    #[oai(
        path = "/labors/:id/alarms/:alarm/take",
        method = "post",
        operation_id = "analgesia.take_alarm"
    )]
    async fn take_alarm(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<LaborId>,
        alarm: Path<AlarmId>,
    ) -> Result<Created<AlarmOut>, Failure> {
        Ok(Created::of(
            acts::take_alarm(&ctx, &caller.0, id.0, alarm.0).boxed().await?,
        ))
    }

    /// Close an alarm with what came of it
    #[oai(
        path = "/labors/:id/alarms/:alarm/close",
        method = "post",
        operation_id = "analgesia.close_alarm"
    )]
    async fn close_alarm(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<LaborId>,
        alarm: Path<AlarmId>,
        body: Json<CloseAlarmIn>,
    ) -> Result<Created<AlarmOut>, Failure> {
        Ok(Created::of(
            acts::close_alarm(&ctx, &caller.0, id.0, alarm.0, &body.outcome)
                .boxed()
                .await?,
        ))
    }

    /// Correct what was written down, or mark it as entered in error
    #[oai(
        path = "/labors/:id/corrections",
        method = "post",
        operation_id = "analgesia.correct"
    )]
    async fn correct(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<LaborId>,
        body: Json<CorrectionIn>,
    ) -> Result<Created<CorrectionOut>, Failure> {
        Ok(Created::of(
            acts::correct(&ctx, &caller.0, id.0, body.0.into())
                .boxed()
                .await?,
        ))
    }

    /// Everything that was ever written down of a labor
    #[oai(
        path = "/labors/:id/history",
        method = "get",
        operation_id = "analgesia.history"
    )]
    async fn history(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<LaborId>,
    ) -> Result<Json<HistoryOut>, Failure> {
        let history = acts::history(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Json(history.into()))
    }

    /// End analgesia
    #[oai(path = "/labors/:id/stop", method = "post", operation_id = "analgesia.stop")]
    async fn stop(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<LaborId>,
        body: Json<Stop>,
    ) -> Result<Created<StopOut>, Failure> {
        Ok(Created::of(
            acts::stop(&ctx, &caller.0, id.0, body.0).boxed().await?,
        ))
    }

    /// Record the birth
    #[oai(
        path = "/labors/:id/delivery",
        method = "put",
        operation_id = "analgesia.deliver"
    )]
    async fn deliver(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<LaborId>,
        body: Json<Delivery>,
    ) -> Result<Versioned<ChartOut>, Failure> {
        let chart = acts::deliver(&ctx, &caller.0, id.0, body.0).boxed().await?;
        let version = chart.labor.version;
        Ok(Versioned::of(chart, version))
    }

    /// Close a labor
    #[oai(path = "/labors/:id/close", method = "post", operation_id = "analgesia.close")]
    async fn close(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<LaborId>,
        body: Json<CloseIn>,
    ) -> Result<CreatedVersioned<LaborOut>, Failure> {
        let labor = acts::close(&ctx, &caller.0, id.0, body.reason).boxed().await?;
        let version = labor.version;
        Ok(CreatedVersioned::of(labor, version))
    }
}
