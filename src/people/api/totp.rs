//! Routes of the second factor.

use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;

use super::wire_totp::{RecoveryCodesOut, TotpIn, TotpOut};
use crate::base::id::StaffId;
use crate::ctx::Ctx;
use crate::http::answer::Done;
use crate::http::problem::Failure;
use crate::people::acts;
use crate::people::caller::ByStaff;

/// Second factors of staff.
pub struct TotpApi;

#[OpenApi]
impl TotpApi {
    /// Ask for the secret of a second factor, the first or another one
    ///
    /// It counts once its first code has confirmed it; the one so far counts until then.
    #[oai(path = "/me/totp", method = "post", operation_id = "people.enroll_totp")]
    async fn enroll(&self, ctx: Data<&Ctx>, caller: ByStaff) -> Result<Json<TotpOut>, Failure> {
        Ok(Json(acts::enroll_totp(&ctx, &caller.0).boxed().await?.into()))
    }

    /// Confirm a second factor with its first code
    ///
    /// This session has it from then on, the others end.
    #[oai(
        path = "/me/totp/confirm",
        method = "post",
        operation_id = "people.confirm_totp"
    )]
    async fn confirm(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        body: Json<TotpIn>,
    ) -> Result<Json<RecoveryCodesOut>, Failure> {
        let recovery_codes = acts::confirm_totp(&ctx, &caller.0, &body.code).boxed().await?;
        Ok(Json(RecoveryCodesOut { recovery_codes }))
    }

    /// Take one's second factor away
    #[oai(path = "/me/totp", method = "delete", operation_id = "people.remove_totp")]
    async fn remove(&self, ctx: Data<&Ctx>, caller: ByStaff) -> Result<Done, Failure> {
        acts::remove_totp(&ctx, &caller.0).boxed().await?;
        Ok(Done::Done)
    }

    /// Take the lost second factor of an account away
    #[oai(
        path = "/staff/:id/totp",
        method = "delete",
        operation_id = "people.staff_reset_totp"
    )]
    async fn reset(&self, ctx: Data<&Ctx>, caller: ByStaff, id: Path<StaffId>) -> Result<Done, Failure> {
        acts::staff_reset_totp(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Done::Done)
    }
}
