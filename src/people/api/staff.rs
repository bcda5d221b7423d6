//! Staff's routes.

#![allow(
    clippy::too_many_arguments,
    reason = "each query parameter is an argument of its route"
)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use poem::web::Data;
use poem::web::sse::Event;
use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::{EventStream, Json};
use poem_openapi::types::ToJSON;

use super::wire::SessionOut;
use super::wire_identity::{DeviceSessionIn, IdentityCheckIn, IdentityCheckOut, InvitationOut};
use super::wire_staff::{
    AttestIn, AttestationOut, AuditOut, ContentOut, FacilityIn, FacilityOut, NewPasswordIn, NewStaffOut,
    NewsOut, StaffIn, StaffOut, VersionOut,
};
use super::wire_totp::{StepUpIn, StepUpOut};
use crate::base::PageRequest;
use crate::base::id::{PatientId, StaffId};
use crate::content::Unsettled;
use crate::ctx::Ctx;
use crate::http::answer::{Created, CreatedVersioned, Done, List, Versioned};
use crate::http::problem::Failure;
use crate::people::acts::{self, AuditFilter};
use crate::people::caller::ByStaff;

/// Accounts, hospitals, invitations, identity.
pub struct StaffApi;

#[OpenApi]
impl StaffApi {
    /// Log out
    #[oai(
        path = "/sessions/current",
        method = "delete",
        operation_id = "people.log_out_staff"
    )]
    async fn log_out(&self, ctx: Data<&Ctx>, caller: ByStaff) -> Result<Done, Failure> {
        acts::log_out(&ctx, &caller.0).boxed().await?;
        Ok(Done::Done)
    }

    /// Prove one's presence again; good for 10 minutes
    ///
    /// With the code of a second factor the session has it from then on.
    #[oai(
        path = "/sessions/current/step-up",
        method = "post",
        operation_id = "people.step_up"
    )]
    async fn step_up(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        body: Json<StepUpIn>,
    ) -> Result<Created<StepUpOut>, Failure> {
        let presence = body.0.presence()?;
        let good_until = acts::step_up(&ctx, &caller.0, presence).boxed().await?;
        Ok(Created::of(StepUpOut { good_until }))
    }

    /// Give one's word for a colleague's act
    #[oai(path = "/attestations", method = "post", operation_id = "people.attest")]
    async fn attest(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        body: Json<AttestIn>,
    ) -> Result<Created<AttestationOut>, Failure> {
        let word = acts::attest(&ctx, &caller.0, &body.act, body.subject)
            .boxed()
            .await?;
        Ok(Created::of(AttestationOut {
            attestation: word.attestation,
            expires_at: word.expires_at,
        }))
    }

    /// One's own account
    #[oai(path = "/me", method = "get", operation_id = "people.staff_me")]
    async fn me(&self, ctx: Data<&Ctx>, caller: ByStaff) -> Result<Json<StaffOut>, Failure> {
        Ok(Json(acts::staff_me(&ctx, &caller.0).boxed().await?.into()))
    }

    /// Change one's password
    #[oai(
        path = "/me/password",
        method = "put",
        operation_id = "people.change_password"
    )]
    async fn change_password(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        body: Json<NewPasswordIn>,
    ) -> Result<Done, Failure> {
        acts::change_password(&ctx, &caller.0, body.0.old, body.0.new)
            .boxed()
            .await?;
        Ok(Done::Done)
    }

    /// The accounts of the facility
    #[oai(path = "/staff", method = "get", operation_id = "people.staff_list")]
    async fn staff_list(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<StaffOut>>, Failure> {
        let page = acts::staff_list(&ctx, &caller.0, PageRequest::new(limit.0, cursor.0)?)
            .boxed()
            .await?;
        Ok(Json(List::of(page)))
    }

    /// Add an account
    #[oai(path = "/staff", method = "post", operation_id = "people.staff_add")]
    async fn staff_add(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        body: Json<StaffIn>,
    ) -> Result<CreatedVersioned<NewStaffOut>, Failure> {
        let new = acts::staff_add(&ctx, &caller.0, body.0.into()).boxed().await?;
        let version = new.staff.version;
        Ok(CreatedVersioned::of(new, version))
    }

    /// One account
    #[oai(path = "/staff/:id", method = "get", operation_id = "people.staff_get")]
    async fn staff_get(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<StaffId>,
    ) -> Result<Versioned<StaffOut>, Failure> {
        let staff = acts::staff_get(&ctx, &caller.0, id.0).boxed().await?;
        let version = staff.version;
        Ok(Versioned::of(staff, version))
    }

    /// Change or close an account
    #[oai(path = "/staff/:id", method = "put", operation_id = "people.staff_update")]
    async fn staff_update(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<StaffId>,
        body: Json<StaffIn>,
    ) -> Result<Versioned<StaffOut>, Failure> {
        let staff = acts::staff_update(&ctx, &caller.0, id.0, body.0.into())
            .boxed()
            .await?;
        let version = staff.version;
        Ok(Versioned::of(staff, version))
    }

    /// A new one-time password for an account
    #[oai(
        path = "/staff/:id/reset",
        method = "post",
        operation_id = "people.staff_reset"
    )]
    async fn staff_reset(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<StaffId>,
    ) -> Result<Created<NewStaffOut>, Failure> {
        Ok(Created::of(
            acts::staff_reset(&ctx, &caller.0, id.0).boxed().await?,
        ))
    }

    /// The facility and its settings
    #[oai(path = "/facility", method = "get", operation_id = "people.facility_get")]
    async fn facility(&self, ctx: Data<&Ctx>, caller: ByStaff) -> Result<Versioned<FacilityOut>, Failure> {
        let facility = acts::facility_get(&ctx, &caller.0).boxed().await?;
        let version = facility.version;
        Ok(Versioned::of(facility, version))
    }

    /// Change the facility's settings
    #[oai(path = "/facility", method = "put", operation_id = "people.facility_update")]
    async fn facility_update(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        body: Json<FacilityIn>,
    ) -> Result<Versioned<FacilityOut>, Failure> {
        let settings = body.settings()?;
        let facility = acts::facility_update(&ctx, &caller.0, &body.name, &body.phone, settings)
            .boxed()
            .await?;
        let version = facility.version;
        Ok(Versioned::of(facility, version))
    }

    /// Invite a woman to bind her account
    #[oai(
        path = "/patients/:id/invitation",
        method = "post",
        operation_id = "people.invite"
    )]
    async fn invite(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<PatientId>,
    ) -> Result<Created<InvitationOut>, Failure> {
        let invitation = acts::invite(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Created::of(InvitationOut {
            scene: invitation.scene,
            expires_at: invitation.expires_at,
            image: invitation.image.map(|bytes| STANDARD.encode(bytes)),
            link: invitation.link,
        }))
    }

    /// Check who she is
    #[oai(
        path = "/patients/:id/identity-checks",
        method = "post",
        operation_id = "people.identity_check"
    )]
    async fn identity_check(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<PatientId>,
        body: Json<IdentityCheckIn>,
    ) -> Result<Created<IdentityCheckOut>, Failure> {
        let of = body.0.of.map(Into::into);
        let checked = acts::identity_check(&ctx, &caller.0, id.0, body.0.method, body.0.identifiers, of)
            .boxed()
            .await?;
        Ok(Created::of(IdentityCheckOut {
            id: checked.id,
            code: checked.code,
            expires_at: checked.expires_at,
        }))
    }

    /// Hand her a hospital device: a token of this one woman, 60 minutes, ended by her log-out
    #[oai(
        path = "/patients/:id/device-sessions",
        method = "post",
        operation_id = "people.device_session"
    )]
    async fn device_session(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<PatientId>,
        body: Json<DeviceSessionIn>,
    ) -> Result<Created<SessionOut>, Failure> {
        let opened = acts::device_session(&ctx, &caller.0, id.0, &body.asset, body.ward.as_deref())
            .boxed()
            .await?;
        Ok(Created::of(opened))
    }

    /// What happens in the hospital, as it happens: new submissions, high risk, red flags, signatures
    ///
    /// Server-sent events. The id of an event is its place in the hospital's log; a client that comes back sends the last
    /// one as `Last-Event-ID` and hears what it missed. An event names a record and nothing of what stands in it.
    #[oai(path = "/events", method = "get", operation_id = "people.events")]
    async fn events(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        /// The last event that the client has.
        #[oai(name = "Last-Event-ID")]
        last: Header<Option<String>>,
    ) -> Result<EventStream<BoxStream<'static, NewsOut>>, Failure> {
        let heartbeat = ctx.settings.heartbeat;
        let news = acts::events(&ctx, &caller.0, last.as_deref()).boxed().await?;
        let stream = EventStream::new(news.map(NewsOut::from).boxed());
        Ok(stream.keep_alive(heartbeat).to_event(|news| {
            let (id, kind) = (news.seq.to_string(), news.kind.word());
            Event::message(news.to_json_string()).id(id).event_type(kind)
        }))
    }

    /// Who saw or did what
    #[oai(path = "/audit", method = "get", operation_id = "people.audit")]
    async fn audit(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        patient: Query<Option<PatientId>>,
        staff: Query<Option<StaffId>>,
        from: Query<Option<DateTime<Utc>>>,
        to: Query<Option<DateTime<Utc>>>,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<AuditOut>>, Failure> {
        let filter = AuditFilter {
            patient: patient.0,
            staff: staff.0,
            from: from.0,
            to: to.0,
            id: None,
        };
        let page = acts::audit(&ctx, &caller.0, filter, PageRequest::new(limit.0, cursor.0)?)
            .boxed()
            .await?;
        Ok(Json(List::of(page)))
    }

    /// What content is loaded and what awaits confirmation
    #[oai(path = "/content", method = "get", operation_id = "people.content")]
    async fn content(
        &self,
        ctx: Data<&Ctx>,
        unsettled: Data<&Unsettled>,
        caller: ByStaff,
    ) -> Result<Json<ContentOut>, Failure> {
        let unconfirmed = acts::content(&ctx, *unsettled.0, &caller.0).boxed().await?;
        let content = &ctx.content;
        let version = |name: &str, version: &str| VersionOut {
            name: name.to_owned(),
            version: version.to_owned(),
        };
        Ok(Json(ContentOut {
            lessons: content
                .lessons
                .all()
                .iter()
                .map(|l| version(&l.head.slug, &l.head.version))
                .collect(),
            questionnaires: content
                .forms
                .all()
                .map(|f| version(&f.name, &f.version))
                .collect(),
            consents: content
                .consents
                .all()
                .iter()
                .map(|t| version(&format!("{} {}", t.code, t.locale.tag()), &t.id))
                .collect(),
            unconfirmed: unconfirmed.into_iter().map(Into::into).collect(),
        }))
    }
}
