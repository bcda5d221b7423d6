//! Second factors of staff: enrolled with an authenticator app, shown at log-in and step-up, lost and taken away.

use data_encoding::BASE32_NOPAD;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;

use crate::base::error::{Error, Result};
use crate::base::id::StaffId;
use crate::base::{Act, Code, Noun, Subject};
use crate::ctx::{Ctx, Tx};
use crate::once;
use crate::people::caller::{Caller, Colleague};
use crate::people::model::Whose;
use crate::people::{facts, policy, rules, secret, store};

/// What somebody shows beside a password.
pub(super) enum Shown {
    /// The account has no second factor.
    NotAsked,
    /// Nothing, or nothing that counts.
    Wrong,
    /// A code of the app.
    Code(i64),
    /// A recovery code, as it is kept.
    Recovery(Vec<u8>),
    /// A second factor at the hospital's provider.
    Elsewhere,
}

impl Shown {
    /// Looks at what is shown and uses nothing up yet: this takes as long whether or not the password is right.
    pub(super) async fn look(tx: &mut Tx, whose: &store::Credentials, code: Option<&str>) -> Result<Shown> {
        let Some(factor) = store::second_factor(tx, whose.facility_id, whose.id).await? else {
            return Ok(Shown::NotAsked);
        };
        let code = code.unwrap_or_default().trim();
        if let Some(step) = rules::step_of(&factor.secret, code, tx.now, factor.used_step) {
            return Ok(Shown::Code(step));
        }
        let digest = secret::digest(&code.to_lowercase());
        let known = store::is_recovery_code(tx, whose.facility_id, whose.id, digest.clone()).await?;
        Ok(if known {
            Shown::Recovery(digest)
        } else {
            Shown::Wrong
        })
    }

    /// Whether it is enough beside a password; no code is so twice.
    pub(super) async fn use_up(&self, tx: &mut Tx, whose: &store::Credentials) -> Result<bool> {
        let (facility, staff) = (whose.facility_id, whose.id);
        match self {
            Shown::NotAsked | Shown::Elsewhere => Ok(true),
            Shown::Wrong => Ok(false),
            Shown::Code(step) => store::use_step(tx, facility, staff, *step).await,
            Shown::Recovery(digest) => store::use_recovery_code(tx, facility, staff, digest.clone()).await,
        }
    }

    /// Whether there was a second factor, and which.
    pub(super) fn word(&self) -> Option<&'static str> {
        match self {
            Shown::NotAsked | Shown::Wrong => None,
            Shown::Code(_) => Some("totp"),
            Shown::Recovery(_) => Some("recovery_code"),
            Shown::Elsewhere => Some("provider"),
        }
    }
}

/// The secret of a second factor, told once.
#[derive(Clone, Serialize, Deserialize)]
pub struct Proposed {
    /// In base32, to be typed in.
    pub secret: String,
    /// The same for an app to read.
    pub uri: String,
}

/// A staff member asks for the secret of a second factor, his first or another one; it counts once its first code has
/// confirmed it.
///
/// Errors: `people.step_up_required`, `people.second_factor_required`.
#[instrument(name = "people.enroll_totp", skip_all)]
pub async fn enroll_totp(ctx: &Ctx, caller: &Caller) -> Result<Proposed> {
    policy::allowed(caller, Act::PeopleEnrollTotp)?;
    let me = caller.staff()?;
    let mut tx = once!(ctx, Act::PeopleEnrollTotp, caller);
    let now = tx.now;
    // Whoever finds a phone or a screen unlocked shall not make himself a second factor.
    facts::require_step_up(&mut tx, caller.session, now).await?;
    may_replace(&mut tx, caller, me).await?;
    let facility = facts::facility(&mut tx, me.facility).await?;
    let staff = store::staff(&mut tx, me.facility, me.id)
        .await?
        .ok_or(Error::Missing(Noun::Staff))?;
    let shared = secret::shared();
    store::propose_second_factor(&mut tx, me.facility, me.id, &shared).await?;
    tx.journal(caller, Subject::thing("staff", me.id), json!({}))
        .await?;
    let secret = BASE32_NOPAD.encode(&shared);
    let proposed = Proposed {
        uri: rules::uri(&secret, &facility.code, &staff.username),
        secret,
    };
    tx.commit_with(&proposed).await?;
    Ok(proposed)
}

/// Whoever has a second factor changes it in a session that had it; logging in waits until it is done.
async fn may_replace(tx: &mut Tx, caller: &Caller, me: Colleague) -> Result<()> {
    store::lock_staff(tx, me.facility, me.id).await?;
    let standing = store::second_factor(tx, me.facility, me.id).await?;
    if standing.is_some() && !caller.had_second_factor() {
        return Err(Error::Refused(Code::PeopleSecondFactorRequired));
    }
    Ok(())
}

/// A staff member confirms a second factor with its first code; this session has it from then on, his others end. The
/// recovery codes are told once.
///
/// Errors: `people.totp_invalid`, `people.second_factor_required`.
#[instrument(name = "people.confirm_totp", skip_all)]
pub async fn confirm_totp(ctx: &Ctx, caller: &Caller, code: &str) -> Result<Vec<String>> {
    policy::allowed(caller, Act::PeopleConfirmTotp)?;
    let me = caller.staff()?;
    let mut tx = once!(ctx, Act::PeopleConfirmTotp, caller);
    may_replace(&mut tx, caller, me).await?;
    let proposed = store::proposed_second_factor(&mut tx, me.facility, me.id).await?;
    let step = proposed.and_then(|shared| rules::step_of(&shared, code.trim(), tx.now, 0));
    let step = step.ok_or(Error::Refused(Code::PeopleTotpInvalid))?;
    let codes: Vec<String> = std::iter::repeat_with(secret::one_time_password)
        .take(rules::RECOVERY_CODES)
        .collect();
    let digests = codes.iter().map(|code| secret::digest(code)).collect();
    store::confirm_second_factor(&mut tx, me.facility, me.id, step, digests).await?;
    store::end_other_sessions(&mut tx, Whose::Staff(me.id, me.facility), caller.session).await?;
    store::note_second_factor(&mut tx, caller.session).await?;
    tx.journal(caller, Subject::thing("staff", me.id), json!({}))
        .await?;
    tx.commit_with(&codes).await?;
    Ok(codes)
}

/// A staff member takes his second factor away.
///
/// Errors: `people.step_up_required`, `people.second_factor_required`.
#[instrument(name = "people.remove_totp", skip_all)]
pub async fn remove_totp(ctx: &Ctx, caller: &Caller) -> Result<()> {
    policy::allowed(caller, Act::PeopleRemoveTotp)?;
    let me = caller.staff()?;
    let mut tx = ctx.write(Act::PeopleRemoveTotp).await?;
    let now = tx.now;
    facts::require_step_up(&mut tx, caller.session, now).await?;
    may_replace(&mut tx, caller, me).await?;
    store::remove_second_factor(&mut tx, me.facility, me.id, None).await?;
    tx.journal(caller, Subject::thing("staff", me.id), json!({}))
        .await?;
    tx.commit().await
}

/// An administrator takes the lost second factor of an account away, and its passkeys; its sessions end, and the account
/// says so until there is another one.
///
/// Errors: `people.second_factor_required`, `people.step_up_required`.
#[instrument(name = "people.staff_reset_totp", skip_all)]
pub async fn staff_reset_totp(ctx: &Ctx, caller: &Caller, id: StaffId) -> Result<()> {
    policy::allowed(caller, Act::PeopleStaffResetTotp)?;
    let facility = caller.staff()?.facility;
    let mut tx = ctx.write(Act::PeopleStaffResetTotp).await?;
    let now = tx.now;
    store::staff(&mut tx, facility, id)
        .await?
        .ok_or(Error::Missing(Noun::Staff))?;
    facts::require_step_up(&mut tx, caller.session, now).await?;
    store::lock_staff(&mut tx, facility, id).await?;
    store::remove_second_factor(&mut tx, facility, id, Some(now)).await?;
    store::remove_passkeys(&mut tx, facility, id).await?;
    store::end_sessions_of(&mut tx, id).await?;
    tx.journal(caller, Subject::thing("staff", id), json!({})).await?;
    tx.commit().await
}
