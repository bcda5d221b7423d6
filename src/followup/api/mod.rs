//! Staff's routes of follow-up. She herself answers through the forms.

mod wire;

use chrono::NaiveDate;
use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

use wire::{
    AlertOut, AnswersIn, EnteredOut, FollowUpDetailOut, FollowUpOut, LostIn, OutcomeIn, PdphIn, PhoneCallIn,
    SurveyOut,
};

use super::acts;
use super::model::{AlertState, Examination, Examined, PointState, Suggestion};
use crate::base::PageRequest;
use crate::base::id::{AlertId, FollowUpId};
use crate::ctx::Ctx;
use crate::http::answer::{Created, List};
use crate::http::problem::Failure;
use crate::people::caller::ByStaff;

/// Follow-up points and alerts.
pub struct StaffApi;

#[OpenApi]
impl StaffApi {
    /// Whom to ask: due, overdue and answered points, the longest due first
    #[oai(path = "/follow-ups", method = "get", operation_id = "followup.list")]
    async fn list(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        state: Query<Option<PointState>>,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<FollowUpOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        Ok(Json(List::of(
            acts::list(&ctx, &caller.0, state.0, page).boxed().await?,
        )))
    }

    /// Enter her answers, asked at the bedside or by phone
    #[oai(
        path = "/follow-ups/:id/responses",
        method = "post",
        operation_id = "followup.enter"
    )]
    async fn enter(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<FollowUpId>,
        body: Json<AnswersIn>,
    ) -> Result<Created<EnteredOut>, Failure> {
        Ok(Created::of(
            acts::enter(&ctx, &caller.0, id.0, body.0.content.0)
                .boxed()
                .await?,
        ))
    }

    /// One point with what staff found
    #[oai(path = "/follow-ups/:id", method = "get", operation_id = "followup.get")]
    async fn get(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<FollowUpId>,
    ) -> Result<Json<FollowUpDetailOut>, Failure> {
        Ok(Json(acts::get(&ctx, &caller.0, id.0).boxed().await?.into()))
    }

    /// Write down what staff found when they examined her, at the points of 24 and 72 hours
    #[oai(
        path = "/follow-ups/:id/examinations",
        method = "post",
        operation_id = "followup.examine"
    )]
    async fn examine(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<FollowUpId>,
        body: Json<Examination>,
    ) -> Result<Created<Examined>, Failure> {
        Ok(Created::of(
            acts::examine(&ctx, &caller.0, id.0, body.0).boxed().await?,
        ))
    }

    /// What a survey came to: all replies of a period, then by mode of delivery; a group with fewer than ten is hidden
    #[oai(path = "/surveys/:form", method = "get", operation_id = "followup.surveys")]
    async fn surveys(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        /// `satisfaction` or `refusal-survey`.
        form: Path<String>,
        from: Query<NaiveDate>,
        to: Query<NaiveDate>,
    ) -> Result<Json<SurveyOut>, Failure> {
        let groups = acts::survey_results(&ctx, &caller.0, &form.0, from.0, to.0)
            .boxed()
            .await?;
        Ok(Json(SurveyOut { groups }))
    }

    /// What women suggested in a survey, newest first, without whose words they are; a page may hold fewer than its limit
    #[oai(
        path = "/surveys/:form/suggestions",
        method = "get",
        operation_id = "followup.suggestions"
    )]
    #[allow(clippy::too_many_arguments)] // One per query parameter.
    async fn suggestions(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        /// `satisfaction` or `refusal-survey`.
        form: Path<String>,
        from: Query<NaiveDate>,
        to: Query<NaiveDate>,
        /// Whether words that WeChat found risky are shown, too.
        risky: Query<Option<bool>>,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<Suggestion>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        let (period, risky) = ((from.0, to.0), risky.0.unwrap_or_default());
        Ok(Json(List::of(
            acts::suggestions(&ctx, &caller.0, &form.0, period, risky, page)
                .boxed()
                .await?,
        )))
    }

    /// Write down a call about a point; one that she answers takes up again what was given up
    #[oai(
        path = "/follow-ups/:id/calls",
        method = "post",
        operation_id = "followup.log_call"
    )]
    async fn log_call(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<FollowUpId>,
        body: Json<PhoneCallIn>,
    ) -> Result<Created<FollowUpOut>, Failure> {
        Ok(Created::of(
            acts::log_call(&ctx, &caller.0, id.0, body.0.outcome)
                .boxed()
                .await?,
        ))
    }

    /// Give her up as lost to a point, after two calls that nobody answered
    #[oai(
        path = "/follow-ups/:id/lost",
        method = "post",
        operation_id = "followup.lose"
    )]
    async fn lose(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<FollowUpId>,
        body: Json<LostIn>,
    ) -> Result<Created<FollowUpOut>, Failure> {
        Ok(Created::of(
            acts::lose(&ctx, &caller.0, id.0, body.0.reason).boxed().await?,
        ))
    }

    /// Red flags: open first, red first, the longest waiting first
    #[oai(path = "/alerts", method = "get", operation_id = "followup.alerts")]
    async fn alerts(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        state: Query<Option<AlertState>>,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<AlertOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        Ok(Json(List::of(
            acts::alerts(&ctx, &caller.0, state.0, page).boxed().await?,
        )))
    }

    /// Take an alert: it goes no further
    #[oai(
        path = "/alerts/:id/acknowledge",
        method = "post",
        operation_id = "followup.acknowledge"
    )]
    async fn acknowledge(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<AlertId>,
    ) -> Result<Json<AlertOut>, Failure> {
        Ok(Json(
            acts::acknowledge(&ctx, &caller.0, id.0).boxed().await?.into(),
        ))
    }

    /// Close an alert with what came of it
    #[oai(
        path = "/alerts/:id/close",
        method = "post",
        operation_id = "followup.close_alert"
    )]
    async fn close_alert(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<AlertId>,
        body: Json<OutcomeIn>,
    ) -> Result<Json<AlertOut>, Failure> {
        Ok(Json(
            acts::close_alert(&ctx, &caller.0, id.0, &body.outcome)
                .boxed()
                .await?
                .into(),
        ))
    }

    /// Say that the headache of an alert is one after dural puncture: it becomes a complication of the labor
    #[oai(
        path = "/alerts/:id/pdph",
        method = "post",
        operation_id = "followup.confirm_pdph"
    )]
    async fn confirm_pdph(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<AlertId>,
        body: Json<PdphIn>,
    ) -> Result<Json<AlertOut>, Failure> {
        let PdphIn { onset_at, severity } = body.0;
        Ok(Json(
            acts::confirm_pdph(&ctx, &caller.0, id.0, onset_at, severity)
                .boxed()
                .await?
                .into(),
        ))
    }
}
