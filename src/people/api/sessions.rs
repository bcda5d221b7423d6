//! Routes of sessions: hers, staff's own, and those that staff end for her.

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::wire::{PatientLogInIn, SessionOut};
use super::wire_staff::StaffLogInIn;
use crate::base::PageRequest;
use crate::base::id::{PatientId, SessionId};
use crate::base::request::RequestInfo;
use crate::ctx::Ctx;
use crate::http::answer::{Created, Done, List};
use crate::http::problem::Failure;
use crate::people::acts;
use crate::people::caller::{ByPatient, ByStaff};
use crate::people::model::{DeviceKind, SessionListed};

/// A session that holds now.
#[derive(Clone, Debug, Object)]
pub struct SessionListedOut {
    /// Its id.
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// What it was opened on.
    pub device: DeviceKind,
    /// The hospital's device, where staff handed her one.
    #[oai(skip_serializing_if_is_none)]
    pub hospital_device: Option<HospitalDeviceOut>,
    /// Whether staff showed a second factor in it.
    pub second_factor: bool,
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

/// A device of the hospital.
#[derive(Clone, Debug, Object)]
pub struct HospitalDeviceOut {
    /// Its number in the hospital's inventory.
    pub asset: String,
    /// Where it stands.
    #[oai(skip_serializing_if_is_none)]
    pub ward: Option<String>,
}

impl From<SessionListed> for SessionListedOut {
    fn from(s: SessionListed) -> SessionListedOut {
        SessionListedOut {
            id: s.id,
            current: s.current,
            device: s.device,
            hospital_device: s
                .hospital_device
                .map(|(asset, ward)| HospitalDeviceOut { asset, ward }),
            second_factor: s.second_factor,
            began_at: s.began_at,
            expires_at: s.expires_at,
        }
    }
}

/// Where she logs in, and her sessions.
pub struct PatientSessionsApi;

#[OpenApi]
impl PatientSessionsApi {
    /// Log in with a WeChat code
    #[oai(path = "/sessions", method = "post", operation_id = "people.log_in_patient")]
    async fn log_in(
        &self,
        ctx: Data<&Ctx>,
        request: Data<&RequestInfo>,
        body: Json<PatientLogInIn>,
    ) -> Result<Created<SessionOut>, Failure> {
        let body = body.0;
        Ok(Created::of(
            acts::log_in_patient(&ctx, &request, &body.wechat_code, body.invite.as_deref())
                .boxed()
                .await?,
        ))
    }

    /// Where she is logged in, the newest first
    #[oai(path = "/sessions", method = "get", operation_id = "people.sessions_patient")]
    async fn list(
        &self,
        ctx: Data<&Ctx>,
        caller: ByPatient,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<SessionListedOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        let page = acts::sessions(&ctx, &caller.0, page).boxed().await?;
        Ok(Json(List::of(page)))
    }

    /// End one of her sessions
    #[oai(
        path = "/sessions/:id",
        method = "delete",
        operation_id = "people.end_session_patient"
    )]
    async fn end(&self, ctx: Data<&Ctx>, caller: ByPatient, id: Path<SessionId>) -> Result<Done, Failure> {
        acts::end_session(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Done::Done)
    }

    /// End all her sessions but this one
    #[oai(
        path = "/sessions",
        method = "delete",
        operation_id = "people.end_other_sessions_patient"
    )]
    async fn end_others(&self, ctx: Data<&Ctx>, caller: ByPatient) -> Result<Done, Failure> {
        acts::end_other_sessions(&ctx, &caller.0).boxed().await?;
        Ok(Done::Done)
    }
}

/// Where staff log in, their sessions, and the end of hers.
pub struct StaffSessionsApi;

#[OpenApi]
impl StaffSessionsApi {
    /// Log in
    #[oai(path = "/sessions", method = "post", operation_id = "people.log_in_staff")]
    async fn log_in(
        &self,
        ctx: Data<&Ctx>,
        request: Data<&RequestInfo>,
        body: Json<StaffLogInIn>,
    ) -> Result<Created<SessionOut>, Failure> {
        let body = body.0;
        let (facility, username, totp) = (&body.facility, &body.username, body.totp.as_deref());
        let session = acts::log_in_staff(&ctx, &request, facility, username, body.password, totp)
            .boxed()
            .await?;
        Ok(Created::of(session))
    }

    /// Where one is logged in, the newest first
    #[oai(path = "/sessions", method = "get", operation_id = "people.sessions_staff")]
    async fn list(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<SessionListedOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        let page = acts::sessions(&ctx, &caller.0, page).boxed().await?;
        Ok(Json(List::of(page)))
    }

    /// End one of one's sessions
    #[oai(
        path = "/sessions/:id",
        method = "delete",
        operation_id = "people.end_session_staff"
    )]
    async fn end(&self, ctx: Data<&Ctx>, caller: ByStaff, id: Path<SessionId>) -> Result<Done, Failure> {
        acts::end_session(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Done::Done)
    }

    /// End all one's sessions but this one
    #[oai(
        path = "/sessions",
        method = "delete",
        operation_id = "people.end_other_sessions_staff"
    )]
    async fn end_others(&self, ctx: Data<&Ctx>, caller: ByStaff) -> Result<Done, Failure> {
        acts::end_other_sessions(&ctx, &caller.0).boxed().await?;
        Ok(Done::Done)
    }

    /// Block a lost phone: end all her sessions and let her account go
    ///
    /// Within 10 minutes of a check in person. Neither this account nor an invitation that is still out opens the record
    /// afterwards; a new invitation does, also from the same WeChat account.
    #[oai(
        path = "/patients/:id/sessions",
        method = "delete",
        operation_id = "people.end_her_sessions"
    )]
    async fn end_hers(&self, ctx: Data<&Ctx>, caller: ByStaff, id: Path<PatientId>) -> Result<Done, Failure> {
        acts::end_her_sessions(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Done::Done)
    }
}
