//! Staff's routes.

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

use super::wire::{
    ListedOut, OverviewOut, RegisterIn, RegisteredOut, RiskColorIn, RiskColorOut, TaskOut, WaitingOut,
};
use crate::base::PageRequest;
use crate::base::id::{PatientId, TaskId};
use crate::ctx::Ctx;
use crate::episode::acts::{self, Wanted};
use crate::episode::model::{Color, Stage};
use crate::http::answer::{Created, List, Versioned};
use crate::http::problem::Failure;
use crate::people::caller::ByStaff;

/// The women of the clinic and what waits for whom.
pub struct StaffApi;

#[OpenApi]
impl StaffApi {
    /// Register a woman in the clinic
    #[oai(path = "/patients", method = "post", operation_id = "episode.register")]
    async fn register(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        body: Json<RegisterIn>,
    ) -> Result<Created<RegisteredOut>, Failure> {
        Ok(Created::of(
            acts::register(&ctx, &caller.0, body.0.into()).boxed().await?,
        ))
    }

    /// The women of the clinic by expected date; without `q` and `stage`, those that are not closed
    #[oai(path = "/patients", method = "get", operation_id = "episode.patients")]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the query")]
    async fn patients(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        /// Exact phone, identity or record number, or the beginning of a name.
        q: Query<Option<String>>,
        stage: Query<Option<Stage>>,
        risk: Query<Option<Color>>,
        /// With a step that is open and due by then.
        due: Query<Option<DateTime<Utc>>>,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<ListedOut>>, Failure> {
        let wanted = Wanted {
            q: q.0,
            stage: stage.0,
            risk: risk.0,
            due: due.0,
        };
        let page = acts::patients(&ctx, &caller.0, wanted, PageRequest::new(limit.0, cursor.0)?)
            .boxed()
            .await?;
        Ok(Json(List::of(page)))
    }

    /// One woman's whole pathway on one page
    #[oai(path = "/patients/:id", method = "get", operation_id = "episode.patient")]
    async fn patient(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<PatientId>,
    ) -> Result<Versioned<OverviewOut>, Failure> {
        let overview = acts::patient(&ctx, &caller.0, id.0).boxed().await?;
        let version = overview.patient.version;
        Ok(Versioned::of(overview, version))
    }

    /// Grade the risk of the pregnancy; `If-Match` is the tag of the woman's record
    #[oai(
        path = "/patients/:id/risk-color",
        method = "put",
        operation_id = "episode.set_risk_color"
    )]
    async fn set_risk_color(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<PatientId>,
        body: Json<RiskColorIn>,
    ) -> Result<Versioned<RiskColorOut>, Failure> {
        let (graded, version) = acts::set_risk_color(&ctx, &caller.0, id.0, body.0.into())
            .boxed()
            .await?;
        Ok(Versioned::of(graded, version))
    }

    /// What waits, urgent first, then by when it is due
    #[oai(path = "/tasks", method = "get", operation_id = "episode.tasks")]
    async fn tasks(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        /// For the caller's role; `false` shows what waits for anybody.
        #[oai(default = "yes")]
        mine: Query<bool>,
        /// Due by then.
        due: Query<Option<DateTime<Utc>>>,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<WaitingOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        let page = acts::tasks(&ctx, &caller.0, mine.0, due.0, page).boxed().await?;
        Ok(Json(List::of(page)))
    }

    /// Mark a task as done
    #[oai(path = "/tasks/:id/done", method = "post", operation_id = "episode.task_done")]
    async fn task_done(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<TaskId>,
    ) -> Result<Created<TaskOut>, Failure> {
        Ok(Created::of(acts::task_done(&ctx, &caller.0, id.0).boxed().await?))
    }
}

fn yes() -> bool {
    true
}
