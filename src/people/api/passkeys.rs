//! Routes of passkeys.

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::types::Any;
use poem_openapi::{Object, OpenApi};
use serde_json::Value;

use super::wire::SessionOut;
use crate::base::id::PasskeyId;
use crate::base::request::RequestInfo;
use crate::ctx::Ctx;
use crate::http::answer::{Created, Done};
use crate::http::problem::Failure;
use crate::people::acts::{self, Ceremony};
use crate::people::caller::ByStaff;
use crate::people::model::PasskeyListed;

/// What a browser hands to its authenticator.
#[derive(Object)]
pub struct CeremonyOut {
    /// Handed in with what the authenticator answers, within five minutes.
    pub attempt: String,
    /// What `navigator.credentials` takes, as JSON of WebAuthn.
    pub options: Any<Value>,
}

impl From<Ceremony> for CeremonyOut {
    fn from(ceremony: Ceremony) -> CeremonyOut {
        CeremonyOut {
            attempt: ceremony.attempt,
            options: Any(ceremony.options),
        }
    }
}

/// A passkey that an authenticator made.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct NewPasskeyIn {
    /// As it came with the options.
    pub attempt: String,
    /// What `navigator.credentials.create` gave, as JSON.
    pub credential: Any<Value>,
    /// What its owner calls it, 1–40 characters.
    pub name: String,
}

/// A passkey.
#[derive(Object)]
pub struct PasskeyOut {
    /// Its id.
    pub id: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it was used last.
    #[oai(skip_serializing_if_is_none)]
    pub used_at: Option<DateTime<Utc>>,
}

impl From<PasskeyListed> for PasskeyOut {
    fn from(p: PasskeyListed) -> PasskeyOut {
        PasskeyOut {
            id: p.id,
            name: p.name,
            created_at: p.created_at,
            used_at: p.used_at,
        }
    }
}

/// The answer of an authenticator.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct PasskeyIn {
    /// As it came with the options.
    pub attempt: String,
    /// What `navigator.credentials.get` gave, as JSON.
    pub credential: Any<Value>,
}

/// Passkeys of staff.
pub struct PasskeysApi;

#[OpenApi]
impl PasskeysApi {
    /// One's passkeys
    #[oai(path = "/me/passkeys", method = "get", operation_id = "people.passkeys")]
    async fn list(&self, ctx: Data<&Ctx>, caller: ByStaff) -> Result<Json<Vec<PasskeyOut>>, Failure> {
        let passkeys = acts::passkeys(&ctx, &caller.0).boxed().await?;
        Ok(Json(passkeys.into_iter().map(Into::into).collect()))
    }

    /// Ask for a passkey, in a session with a second factor
    #[oai(
        path = "/me/passkeys",
        method = "post",
        operation_id = "people.enroll_passkey"
    )]
    async fn enroll(&self, ctx: Data<&Ctx>, caller: ByStaff) -> Result<Created<CeremonyOut>, Failure> {
        Ok(Created::of(acts::enroll_passkey(&ctx, &caller.0).boxed().await?))
    }

    /// Hand in the passkey that the authenticator made
    #[oai(
        path = "/me/passkeys/confirm",
        method = "post",
        operation_id = "people.confirm_passkey"
    )]
    async fn confirm(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        body: Json<NewPasskeyIn>,
    ) -> Result<Created<PasskeyOut>, Failure> {
        let body = body.0;
        let made = acts::confirm_passkey(&ctx, &caller.0, &body.attempt, body.credential.0, &body.name)
            .boxed()
            .await?;
        Ok(Created::of(made))
    }

    /// Take one of one's passkeys away
    #[oai(
        path = "/me/passkeys/:id",
        method = "delete",
        operation_id = "people.remove_passkey"
    )]
    async fn remove(&self, ctx: Data<&Ctx>, caller: ByStaff, id: Path<PasskeyId>) -> Result<Done, Failure> {
        acts::remove_passkey(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Done::Done)
    }

    /// Ask to log in with a passkey
    #[oai(
        path = "/sessions/passkey",
        method = "post",
        operation_id = "people.log_in_passkey_begin"
    )]
    async fn begin(
        &self,
        ctx: Data<&Ctx>,
        request: Data<&RequestInfo>,
    ) -> Result<Created<CeremonyOut>, Failure> {
        Ok(Created::of(
            acts::log_in_passkey_begin(&ctx, &request).boxed().await?,
        ))
    }

    /// Log in with a passkey
    #[oai(
        path = "/sessions/passkey/finish",
        method = "post",
        operation_id = "people.log_in_passkey"
    )]
    async fn finish(
        &self,
        ctx: Data<&Ctx>,
        request: Data<&RequestInfo>,
        body: Json<PasskeyIn>,
    ) -> Result<Created<SessionOut>, Failure> {
        let body = body.0;
        let session = acts::log_in_passkey(&ctx, &request, &body.attempt, body.credential.0)
            .boxed()
            .await?;
        Ok(Created::of(session))
    }
}
