//! Passkeys of staff (WebAuthn): set up in a session with a second factor, used in the place of password and second factor.
//! The authenticator asks for a finger, a face or a PIN each time, so one log-in shows both.
//!
//! What a ceremony waits for is short-lived and in the cache: who loses it begins again.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tracing::instrument;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
    Webauthn,
};

use super::{guard, opening};
use crate::base::error::{Error, Result};
use crate::base::id::PasskeyId;
use crate::base::request::RequestInfo;
use crate::base::{Act, Actor, ActorKind, Code, Noun, Subject};
use crate::ctx::{Ctx, Tx};
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::model::{LoggedIn, PasskeyListed, Whose};
use crate::people::{facts, policy, rules, secret, store};

/// How long an authenticator may take.
const CEREMONY: Duration = Duration::from_secs(5 * 60);

/// What a browser hands to its authenticator.
#[derive(Clone, Serialize, Deserialize)]
pub struct Ceremony {
    /// Handed in with what the authenticator answers.
    pub attempt: String,
    /// `PublicKeyCredentialCreationOptions` or `PublicKeyCredentialRequestOptions`, as JSON.
    pub options: Value,
}

fn webauthn(ctx: &Ctx) -> Result<&Webauthn> {
    ctx.passkeys
        .as_deref()
        .ok_or(Error::Refused(Code::PeoplePasskeysOff))
}

async fn begun(ctx: &Ctx, kind: &str, options: &impl Serialize, state: &impl Serialize) -> Result<Ceremony> {
    let attempt = secret::token();
    ctx.cache
        .put(&key(kind, &attempt), serde_json::to_vec(state)?, CEREMONY)
        .await;
    Ok(Ceremony {
        attempt,
        options: serde_json::to_value(options)?,
    })
}

/// What a ceremony waited for; once.
async fn awaited<T: DeserializeOwned>(ctx: &Ctx, kind: &str, attempt: &str) -> Option<T> {
    let key = key(kind, attempt);
    let state = ctx.cache.get(&key).await?;
    ctx.cache.forget(&key).await;
    serde_json::from_slice(&state).ok()
}

fn key(kind: &str, attempt: &str) -> String {
    format!("passkey:{kind}:{}", hex::encode(secret::digest(attempt)))
}

/// A staff member asks for a passkey.
///
/// Errors: `people.passkeys_off`, `people.second_factor_required`, `people.step_up_required`.
#[instrument(name = "people.enroll_passkey", skip_all)]
pub async fn enroll_passkey(ctx: &Ctx, caller: &Caller) -> Result<Ceremony> {
    policy::allowed(caller, Act::PeopleEnrollPasskey)?;
    let me = caller.staff()?;
    let mut tx = once!(ctx, Act::PeopleEnrollPasskey, caller);
    let webauthn = webauthn(ctx)?;
    // It will stand for a second factor: whoever has none, or has not shown it here, makes none out of a password.
    if !caller.had_second_factor() {
        return Err(Error::Refused(Code::PeopleSecondFactorRequired));
    }
    let now = tx.now;
    facts::require_step_up(&mut tx, caller.session, now).await?;
    let staff = store::staff(&mut tx, me.facility, me.id)
        .await?
        .ok_or(Error::Missing(Noun::Staff))?;
    let standing = store::passkeys(&mut tx, me.facility, me.id).await?;
    let exclude = standing.iter().map(|(_, key)| key.cred_id().clone()).collect();
    let (options, state) = webauthn
        .start_passkey_registration(me.id.0, &staff.username, &staff.username, Some(exclude))
        .map_err(|_| Error::broken("a passkey could not be asked for"))?;
    let offered = begun(ctx, &format!("enroll:{}", me.id), &options, &state).await?;
    tx.journal(caller, Subject::thing("staff", me.id), json!({}))
        .await?;
    tx.commit_with(&offered).await?;
    Ok(offered)
}

/// A staff member hands in the passkey that his authenticator made.
///
/// Errors: `people.passkeys_off`, `people.passkey_invalid`, `http.invalid`.
#[instrument(name = "people.confirm_passkey", skip_all)]
pub async fn confirm_passkey(
    ctx: &Ctx,
    caller: &Caller,
    attempt: &str,
    credential: Value,
    name: &str,
) -> Result<PasskeyListed> {
    policy::allowed(caller, Act::PeopleConfirmPasskey)?;
    let me = caller.staff()?;
    let mut faults = Faults::default();
    let name = faults.text(name, "/name", 1, 40);
    faults.done()?;
    let mut tx = once!(ctx, Act::PeopleConfirmPasskey, caller);
    let webauthn = webauthn(ctx)?;
    let refused = || Error::Refused(Code::PeoplePasskeyInvalid);
    let state: PasskeyRegistration = awaited(ctx, &format!("enroll:{}", me.id), attempt)
        .await
        .ok_or_else(refused)?;
    let made: RegisterPublicKeyCredential = serde_json::from_value(credential).map_err(|_| refused())?;
    let made = webauthn
        .finish_passkey_registration(&made, &state)
        .map_err(|_| refused())?;
    let kept = store::add_passkey(&mut tx, me.facility, me.id, &name, &made)
        .await?
        .ok_or_else(refused)?;
    let detail = json!({ "passkey": kept.id });
    tx.journal(caller, Subject::thing("staff", me.id), detail).await?;
    tx.commit_with(&kept).await?;
    Ok(kept)
}

/// A staff member's passkeys.
#[instrument(name = "people.passkeys", skip_all)]
pub async fn passkeys(ctx: &Ctx, caller: &Caller) -> Result<Vec<PasskeyListed>> {
    policy::allowed(caller, Act::PeoplePasskeys)?;
    let me = caller.staff()?;
    let held = store::passkeys(&mut ctx.view(), me.facility, me.id).await?;
    Ok(held.into_iter().map(|(listed, _)| listed).collect())
}

/// A staff member takes one of his passkeys away.
///
/// Errors: `people.step_up_required`.
#[instrument(name = "people.remove_passkey", skip_all)]
pub async fn remove_passkey(ctx: &Ctx, caller: &Caller, id: PasskeyId) -> Result<()> {
    policy::allowed(caller, Act::PeopleRemovePasskey)?;
    let me = caller.staff()?;
    let mut tx = ctx.write(Act::PeopleRemovePasskey).await?;
    let now = tx.now;
    facts::require_step_up(&mut tx, caller.session, now).await?;
    if !store::remove_passkey(&mut tx, me.facility, me.id, id).await? {
        return Err(Error::Missing(Noun::Passkey));
    }
    let detail = json!({ "passkey": id });
    tx.journal(caller, Subject::thing("staff", me.id), detail).await?;
    tx.commit().await
}

/// Somebody asks to log in with a passkey; nobody says whose.
///
/// Errors: `people.passkeys_off`, `http.rate_limited`.
#[instrument(name = "people.log_in_passkey_begin", skip_all)]
pub async fn log_in_passkey_begin(ctx: &Ctx, request: &RequestInfo) -> Result<Ceremony> {
    guard::may_try(ctx, request).await?;
    let (mut options, state) = webauthn(ctx)?
        .start_discoverable_authentication()
        .map_err(|_| Error::broken("a passkey could not be asked for"))?;
    // Whether it is asked for in a form or by a button is the page's to say.
    options.mediation = None;
    begun(ctx, "log-in", &options, &state).await
}

/// Staff log in with a passkey; the session has a second factor.
///
/// Errors: `people.passkeys_off`, `people.passkey_invalid`, the same for an unknown passkey, a wrong answer and a closed
/// account; `http.rate_limited`.
#[instrument(name = "people.log_in_passkey", skip_all)]
pub async fn log_in_passkey(
    ctx: &Ctx,
    request: &RequestInfo,
    attempt: &str,
    credential: Value,
) -> Result<LoggedIn> {
    guard::may_try(ctx, request).await?;
    let webauthn = webauthn(ctx)?;
    let state: Option<DiscoverableAuthentication> = awaited(ctx, "log-in", attempt).await;
    let answer = serde_json::from_value::<PublicKeyCredential>(credential).ok();
    let mut tx = ctx.write(Act::PeopleLogInPasskey).await?;
    let Some(held) = (match state.zip(answer) {
        Some((state, answer)) => proved(&mut tx, webauthn, state, &answer).await?,
        None => None,
    }) else {
        let nobody = Subject::list("session");
        let act = Act::PeopleLogInPasskey;
        let detail = json!({ "ok": false });
        tx.journal_as(act, Actor::ANONYMOUS, None, nobody, detail, Some(&request.id))
            .await?;
        tx.commit().await?;
        guard::note_failure(ctx, request).await;
        return Err(Error::Unauthenticated(Code::PeoplePasskeyInvalid));
    };
    store::use_passkey(&mut tx, &held).await?;
    let whose = Whose::Staff(held.staff, held.facility);
    let (session, opened) =
        opening::open(&mut tx, whose, opening::device(request), rules::STAFF_SESSION).await?;
    store::note_second_factor(&mut tx, session).await?;
    let actor = Actor {
        kind: ActorKind::Staff,
        id: Some(held.staff.0),
        role: None,
    };
    let subject = Subject::thing("session", session);
    let detail = json!({ "ok": true, "passkey": held.id });
    let act = Act::PeopleLogInPasskey;
    tx.journal_as(
        act,
        actor,
        Some(held.facility),
        subject,
        detail,
        Some(&request.id),
    )
    .await?;
    tx.commit().await?;
    Ok(opened)
}

/// The passkey that answered, as it is after its use, if it did so truly and its account is open.
async fn proved(
    tx: &mut Tx,
    webauthn: &Webauthn,
    state: DiscoverableAuthentication,
    answer: &PublicKeyCredential,
) -> Result<Option<store::Held>> {
    let Ok((owner, credential)) = webauthn.identify_discoverable_authentication(answer) else {
        return Ok(None);
    };
    let Some(held) = store::passkey_of(tx, credential).await? else {
        return Ok(None);
    };
    // Held and read again: of two who show one counter at the same moment one is a copy.
    store::lock_staff(tx, held.facility, held.staff).await?;
    let Some(mut held) = store::passkey_of(tx, credential).await? else {
        return Ok(None);
    };
    let known = store::credentials_of(tx, held.facility, held.staff).await?;
    let open = known
        .is_some_and(|known| known.disabled_at.is_none() && !rules::is_locked(known.locked_until, tx.now));
    let Ok(result) = webauthn.finish_discoverable_authentication_v2(answer, state, &held.key) else {
        return Ok(None);
    };
    held.key.update_credential(&result);
    Ok((open && held.staff.0 == owner).then_some(held))
}
