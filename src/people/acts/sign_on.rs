//! Logging in by the hospital's own provider: sent there, come back, let in. It opens accounts that are there and makes
//! none.
//!
//! Nothing is kept of an attempt: what binds the answer to the question is made from a random token, which the browser that
//! began keeps, and a key of the vault.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde_json::json;
use subtle::ConstantTimeEq;
use tracing::instrument;

use super::guard;
use super::opening;
use super::sessions::note_failure;
use super::totp::Shown;
use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, StaffId};
use crate::base::request::RequestInfo;
use crate::base::{Act, Actor, ActorKind, Code, Noun, Subject};
use crate::ctx::{Ctx, Records, Tx};
use crate::people::caller::Caller;
use crate::people::model::{Facility, LoggedIn, Whose};
use crate::people::{facts, policy, rules, secret, store};
use crate::sign_on::{Attempt, Failure, Person, Provider};

/// Where the browser goes, and what it keeps meanwhile.
pub struct SentAway {
    /// The provider's page.
    pub address: String,
    /// Handed in with what comes back; never sent to the provider.
    pub attempt: String,
    /// Until when somebody must have come back.
    pub expires_at: DateTime<Utc>,
}

/// What somebody comes back with.
pub struct ComeBack {
    /// Code of the hospital.
    pub facility: String,
    /// What the browser kept.
    pub attempt: String,
    /// `state` of the address that it was sent back to.
    pub state: String,
    /// `code` of it.
    pub code: String,
    /// The code of the account's own second factor, where the provider asks for none.
    pub totp: Option<String>,
    /// The account's password, the first time.
    pub password: Option<String>,
}

/// Staff ask to log in by their hospital's provider.
///
/// Errors: `Missing` where the hospital has none, `people.sign_on_unavailable`.
#[instrument(name = "people.log_in_sign_on_begin", skip_all)]
pub async fn log_in_sign_on_begin(ctx: &Ctx, request: &RequestInfo, facility: &str) -> Result<SentAway> {
    guard::may_try(ctx, request).await?;
    let (place, provider) = provider(ctx, facility).await?;
    let now = ctx.clock.now();
    let begun = format!("{}.{}", now.timestamp(), hex::encode(rand::random::<[u8; 16]>()));
    let address = provider
        .address(&secrets(ctx, place.id, &begun))
        .await
        .map_err(told)?;
    Ok(SentAway {
        address,
        attempt: format!("{begun}.{}", derived(ctx, place.id, "sign_on_attempt", &begun)),
        expires_at: now + rules::SIGN_ON,
    })
}

async fn provider<'a>(ctx: &'a Ctx, facility: &str) -> Result<(Facility, &'a Provider)> {
    let place = store::facility_by_code(&mut ctx.view(), facility).await?;
    place
        .zip(ctx.sign_on.of(facility))
        .ok_or(Error::Missing(Noun::Facility))
}

/// One secret of an attempt: whoever knows its token alone knows none.
fn derived(ctx: &Ctx, facility: FacilityId, what: &str, begun: &str) -> String {
    URL_SAFE_NO_PAD.encode(ctx.view().blind(Some(facility), what, begun))
}

fn secrets(ctx: &Ctx, facility: FacilityId, begun: &str) -> Attempt {
    Attempt {
        state: derived(ctx, facility, "sign_on_state", begun),
        nonce: derived(ctx, facility, "sign_on_nonce", begun),
        verifier: derived(ctx, facility, "sign_on_verifier", begun),
    }
}

/// The secrets of the attempt that somebody comes back from, if this service began it for this browser and not long ago.
fn attempted(ctx: &Ctx, facility: FacilityId, back: &ComeBack) -> Option<Attempt> {
    let same = |one: &str, other: &str| bool::from(one.as_bytes().ct_eq(other.as_bytes()));
    let (begun, mark) = back.attempt.rsplit_once('.')?;
    let (at, _) = begun.split_once('.')?;
    let at = DateTime::from_timestamp(at.parse().ok()?, 0)?;
    let secrets = secrets(ctx, facility, begun);
    let whole = same(mark, &derived(ctx, facility, "sign_on_attempt", begun));
    let open = ctx.clock.now() < at + rules::SIGN_ON;
    (whole && open && same(&back.state, &secrets.state)).then_some(secrets)
}

fn told(failure: Failure) -> Error {
    match failure {
        Failure::Unreachable => Error::Busy(Code::PeopleSignOnUnavailable),
        Failure::Untrue => Error::Unauthenticated(Code::PeopleSignOnInvalid),
    }
}

/// Staff come back from their hospital's provider. The first time, the provider's user name says whose account it is, and the
/// account's own password that it is so: what people are called there, others decide. From then on only who is bound to it
/// counts, whatever he is called.
///
/// Errors: `people.sign_on_invalid`, `people.sign_on_unavailable`; `people.sign_on_unknown`, also for who comes the first
/// time without a password; `people.credentials_invalid` for a closed account and for a password or a code of the second
/// factor that is wrong or missing.
#[instrument(name = "people.log_in_sign_on", skip_all)]
pub async fn log_in_sign_on(ctx: &Ctx, request: &RequestInfo, back: ComeBack) -> Result<LoggedIn> {
    guard::may_try(ctx, request).await?;
    let (place, provider) = provider(ctx, &back.facility).await?;
    let person = match attempted(ctx, place.id, &back) {
        Some(attempt) => provider.person(&back.code, &attempt).await,
        None => Err(Failure::Untrue),
    };
    let person = match person {
        Ok(person) => person,
        Err(failure) => {
            if failure == Failure::Untrue {
                guard::note_failure(ctx, request).await;
            }
            return Err(told(failure));
        }
    };
    let named = named(ctx, &place, &person, back.password).await?;
    let mut tx = ctx.write(Act::PeopleLogInSignOn).await?;
    // Letters count in a subject, and a blind index does not tell them apart.
    let subject = tx.blind(Some(place.id), "sign_on_subject", &hex::encode(&person.subject));
    let found = account(&mut tx, &place, provider.issuer(), &subject, named).await?;
    let Some(Account { known, bound, proved }) = found else {
        let nobody = Actor::ANONYMOUS;
        note(
            &mut tx,
            request,
            &place,
            nobody,
            Subject::list("session"),
            json!({ "ok": false }),
        )
        .await?;
        tx.commit().await?;
        guard::note_failure(ctx, request).await;
        return Err(Error::Unauthenticated(Code::PeopleSignOnUnknown));
    };
    let actor = Actor {
        kind: ActorKind::Staff,
        id: Some(known.id.0),
        role: None,
    };
    let open = known.disabled_at.is_none() && !rules::is_locked(known.locked_until, tx.now);
    let shown = match person.second_factor && bound {
        true => Shown::Elsewhere,
        false => match Shown::look(&mut tx, &known, back.totp.as_deref()).await? {
            Shown::NotAsked if person.second_factor => Shown::Elsewhere,
            shown => shown,
        },
    };
    if !(proved && open && shown.use_up(&mut tx, &known).await?) {
        if open {
            note_failure(&mut tx, &known).await?;
        }
        let subject = Subject::thing("staff", known.id);
        note(&mut tx, request, &place, actor, subject, json!({ "ok": false })).await?;
        tx.commit().await?;
        guard::note_failure(ctx, request).await;
        return Err(Error::Unauthenticated(Code::PeopleCredentialsInvalid));
    }
    let bound = store::bind_sign_on(&mut tx, place.id, known.id, provider.issuer(), subject).await?;
    store::note_failures(&mut tx, known.id, 0, None).await?;
    let whose = Whose::Staff(known.id, place.id);
    let (session, opened) =
        opening::open(&mut tx, whose, opening::device(request), rules::STAFF_SESSION).await?;
    if shown.word().is_some() {
        store::note_second_factor(&mut tx, session).await?;
    }
    let detail = json!({ "ok": true, "second_factor": shown.word(), "bound": bound });
    let subject = Subject::thing("session", session);
    note(&mut tx, request, &place, actor, subject, detail).await?;
    tx.commit().await?;
    Ok(opened)
}

/// The account of the provider's user name.
struct Named {
    id: StaffId,
    /// What is kept of the password that was handed in, if it was the right one.
    proved: Option<String>,
}

/// Tries the password that somebody hands in to be bound to an account.
async fn named(
    ctx: &Ctx,
    place: &Facility,
    person: &Person,
    password: Option<String>,
) -> Result<Option<Named>> {
    let (Some(username), Some(password)) = (&person.username, password) else {
        return Ok(None);
    };
    let known = store::credentials(&mut ctx.view(), &place.code, username).await?;
    let hash = known.as_ref().map(|known| known.password_hash.clone());
    let right = secret::verify(&ctx.hashing, password, hash.clone()).await?;
    Ok(known.map(|known| Named {
        id: known.id,
        proved: hash.filter(|_| right),
    }))
}

/// Whose account somebody comes for.
struct Account {
    known: store::Credentials,
    /// He was bound to it before.
    bound: bool,
    /// It is his: he was bound to it, or has its password.
    proved: bool,
}

/// The account of somebody whom the provider knows, held until the transaction ends: the one that he is bound to, or the
/// one of his name that nobody is bound to yet.
async fn account(
    tx: &mut Tx,
    place: &Facility,
    issuer: &str,
    subject: &[u8],
    named: Option<Named>,
) -> Result<Option<Account>> {
    let bound = store::staff_of_subject(tx, place.id, issuer, subject.to_vec()).await?;
    let Some(id) = bound.or(named.as_ref().map(|named| named.id)) else {
        return Ok(None);
    };
    store::lock_staff(tx, place.id, id).await?;
    if bound.is_none() && store::is_signed_on(tx, place.id, id).await? {
        return Ok(None);
    }
    let bound = bound.is_some();
    let known = store::credentials_of(tx, place.id, id).await?;
    Ok(known.map(|known| Account {
        bound,
        // A password that was changed meanwhile proves nothing.
        proved: bound || named.and_then(|named| named.proved).as_ref() == Some(&known.password_hash),
        known,
    }))
}

async fn note(
    tx: &mut Tx,
    request: &RequestInfo,
    place: &Facility,
    actor: Actor,
    subject: Subject,
    detail: serde_json::Value,
) -> Result<()> {
    let (act, request) = (Act::PeopleLogInSignOn, Some(request.id.as_str()));
    tx.journal_as(act, actor, Some(place.id), subject, detail, request)
        .await
}

/// An administrator takes the provider's person off an account, whose sessions end: the next one of its name there who has
/// its password is bound to it.
///
/// Errors: `people.second_factor_required`, `people.step_up_required`.
#[instrument(name = "people.staff_reset_sign_on", skip_all)]
pub async fn staff_reset_sign_on(ctx: &Ctx, caller: &Caller, id: StaffId) -> Result<()> {
    policy::allowed(caller, Act::PeopleStaffResetSignOn)?;
    let facility = caller.staff()?.facility;
    let mut tx = ctx.write(Act::PeopleStaffResetSignOn).await?;
    let now = tx.now;
    store::staff(&mut tx, facility, id)
        .await?
        .ok_or(Error::Missing(Noun::Staff))?;
    facts::require_step_up(&mut tx, caller.session, now).await?;
    store::lock_staff(&mut tx, facility, id).await?;
    store::unbind_sign_on(&mut tx, facility, id).await?;
    store::end_sessions_of(&mut tx, id).await?;
    tx.journal(caller, Subject::thing("staff", id), json!({})).await?;
    tx.commit().await
}
