//! Routes of single sign-on.

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::wire::SessionOut;
use crate::base::id::StaffId;
use crate::base::request::RequestInfo;
use crate::ctx::Ctx;
use crate::http::answer::{Created, Done};
use crate::http::problem::Failure;
use crate::people::acts::{self, ComeBack, SentAway};
use crate::people::caller::ByStaff;

/// Whose provider.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct SignOnIn {
    /// Code of the hospital.
    pub facility: String,
}

/// Where the browser goes, and what it keeps meanwhile.
#[derive(Object)]
pub struct SignOnOut {
    /// The provider's page.
    pub address: String,
    /// Kept by the browser and handed in with what comes back; never part of an address.
    pub attempt: String,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

impl From<SentAway> for SignOnOut {
    fn from(sent: SentAway) -> SignOnOut {
        SignOnOut {
            address: sent.address,
            attempt: sent.attempt,
            expires_at: sent.expires_at,
        }
    }
}

/// What somebody comes back with.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct SignedOnIn {
    /// Code of the hospital.
    pub facility: String,
    /// What the browser kept.
    pub attempt: String,
    /// `state` of the address that the provider sent it back to.
    pub state: String,
    /// `code` of that address.
    pub code: String,
    /// The code of the account's own second factor, needed where it has one and the provider did not ask for another.
    pub totp: Option<String>,
    /// The account's password, the first time that somebody comes to it this way.
    pub password: Option<String>,
}

impl From<SignedOnIn> for ComeBack {
    fn from(back: SignedOnIn) -> ComeBack {
        ComeBack {
            facility: back.facility,
            attempt: back.attempt,
            state: back.state,
            code: back.code,
            totp: back.totp,
            password: back.password,
        }
    }
}

/// Log-in by the hospital's own provider.
pub struct SignOnApi;

#[OpenApi]
impl SignOnApi {
    /// Ask to log in by the hospital's provider
    #[oai(
        path = "/sessions/sign-on",
        method = "post",
        operation_id = "people.log_in_sign_on_begin"
    )]
    async fn begin(
        &self,
        ctx: Data<&Ctx>,
        request: Data<&RequestInfo>,
        body: Json<SignOnIn>,
    ) -> Result<Created<SignOnOut>, Failure> {
        let sent = acts::log_in_sign_on_begin(&ctx, &request, &body.facility)
            .boxed()
            .await?;
        Ok(Created::of(sent))
    }

    /// Log in with what the hospital's provider sent back
    #[oai(
        path = "/sessions/sign-on/finish",
        method = "post",
        operation_id = "people.log_in_sign_on"
    )]
    async fn finish(
        &self,
        ctx: Data<&Ctx>,
        request: Data<&RequestInfo>,
        body: Json<SignedOnIn>,
    ) -> Result<Created<SessionOut>, Failure> {
        let session = acts::log_in_sign_on(&ctx, &request, body.0.into())
            .boxed()
            .await?;
        Ok(Created::of(session))
    }

    /// Take the provider's person off an account
    #[oai(
        path = "/staff/:id/sign-on",
        method = "delete",
        operation_id = "people.staff_reset_sign_on"
    )]
    async fn reset(&self, ctx: Data<&Ctx>, caller: ByStaff, id: Path<StaffId>) -> Result<Done, Failure> {
        acts::staff_reset_sign_on(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Done::Done)
    }
}
