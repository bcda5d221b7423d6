//! Logging in and out, step-up, a second person's word.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;
use uuid::Uuid;

use super::guard;
use super::identity::seen_since;
use super::opening;
use super::remembered::Remembered;
use super::totp::Shown;
use crate::base::error::{Error, Result};
use crate::base::id::AccountId;
use crate::base::request::RequestInfo;
use crate::base::{Act, Actor, ActorKind, Code, Noun, Subject};
use crate::ctx::{Ctx, Tx};
use crate::once;
use crate::people::caller::{Caller, Mine};
use crate::people::model::{LoggedIn, Whose};
use crate::people::{policy, rules, secret, store};
use crate::wechat::{Class, Error as WeChatError};

/// She logs in with a code of `wx.login`, perhaps with an invitation.
///
/// Errors: `http.malformed` without a code, `people.wechat_code_invalid`, `people.wechat_user_blocked`,
/// `people.wechat_unavailable`, `people.invitation_invalid`, `people.account_bound`, `people.rebinding_unchecked`.
#[instrument(name = "people.log_in_patient", skip_all)]
pub async fn log_in_patient(
    ctx: &Ctx,
    request: &RequestInfo,
    code: &str,
    invite: Option<&str>,
) -> Result<LoggedIn> {
    let remembered = Remembered::of(ctx, code)?;
    let (openid, unionid) = match remembered.get(ctx).await {
        Some(person) => person,
        None => {
            let login = ctx.wechat.login(code).await.map_err(wechat)?;
            let person = (login.openid, login.unionid);
            remembered.put(ctx, &person).await?;
            person
        }
    };
    let mut tx = ctx.write(Act::PeopleLogInPatient).await?;
    let account = store::account(&mut tx, &ctx.settings.app_id, &openid, unionid.as_deref()).await?;
    let mut registered = !store::records_of(&mut tx, account).await?.is_empty();
    if let Some(invite) = invite {
        let invited = store::use_invitation(&mut tx, secret::digest(invite)).await?;
        match invited {
            Some(found) => bind(&mut tx, request, found, account).await?,
            // Scanned again after it bound her: nothing is wrong.
            None if store::was_invited_by(&mut tx, secret::digest(invite), account).await? => {}
            None => return Err(Error::Refused(Code::PeopleInvitationInvalid)),
        }
        registered = true;
    }
    let whose = Whose::Account(account);
    let (session, opened) =
        opening::open(&mut tx, whose, opening::device(request), rules::PATIENT_SESSION).await?;
    let actor = Actor {
        kind: ActorKind::Patient,
        id: Some(account.0),
        role: None,
    };
    let subject = Subject::thing("session", session);
    tx.journal_as(
        Act::PeopleLogInPatient,
        actor,
        None,
        subject,
        json!({ "invited": invite.is_some() }),
        Some(&request.id),
    )
    .await?;
    tx.commit().await?;
    Ok(LoggedIn { registered, ..opened })
}

/// Binds her account to the record that she was invited to. Whoever holds the link is not yet she: what stood for an
/// account of before counts no more (CE-102).
async fn bind(tx: &mut Tx, request: &RequestInfo, invited: store::Invited, account: AccountId) -> Result<()> {
    let mine = Mine {
        patient: invited.patient_id,
        facility: invited.facility_id,
    };
    if !store::lock_patient(tx, mine).await? {
        return Err(Error::Refused(Code::PeopleInvitationInvalid));
    }
    let former = store::account_of(tx, mine.facility, mine.patient).await?;
    if former == Some(account) {
        return Ok(());
    }
    if store::patient_of(tx, account, mine.facility).await?.is_some() {
        return Err(Error::Refused(Code::PeopleAccountBound));
    }
    if let Some(former) = former {
        // That of a hospital's device was hers for an hour.
        if !store::is_of_device(tx, former).await? {
            may_replace(tx, mine, invited.created_at).await?;
        }
        store::end_sessions_of_account(tx, former).await?;
    }
    store::bind(tx, mine, account).await?;
    let actor = Actor {
        kind: ActorKind::Patient,
        id: Some(account.0),
        role: None,
    };
    tx.journal_as(
        Act::PeopleLogInPatient,
        actor,
        Some(mine.facility),
        Subject::of_patient("patient", mine.patient, mine.patient),
        json!({ "bound": true, "rebound": former.is_some() }),
        Some(&request.id),
    )
    .await
}

/// Another account takes her own one's place only by an invitation that staff made since that one was bound, and only once
/// they have seen her in person for it (CE-102).
///
/// Errors: `people.invitation_invalid`, `people.rebinding_unchecked`.
async fn may_replace(tx: &mut Tx, mine: Mine, invited_at: DateTime<Utc>) -> Result<()> {
    let bound_at = store::bound_at(tx, mine.facility, mine.patient).await?;
    if bound_at.is_some_and(|at| at >= invited_at) {
        return Err(Error::Refused(Code::PeopleInvitationInvalid));
    }
    if seen_since(tx, mine, invited_at - rules::ACCOUNT_CHECK).await? {
        Ok(())
    } else {
        Err(Error::Refused(Code::PeopleRebindingUnchecked))
    }
}
/// WeChat found no code where one was to be.
const CODE_MISSING: i64 = 41008;

/// WeChat's answer in our words.
pub(super) fn wechat(error: WeChatError) -> Error {
    match error.class {
        Class::CodeInvalid if error.errcode == Some(CODE_MISSING) => Error::Malformed(Code::HttpMalformed),
        Class::CodeInvalid => Error::Unauthenticated(Code::PeopleWechatCodeInvalid),
        Class::UserBlocked => Error::Unauthenticated(Code::PeopleWechatUserBlocked),
        Class::RateMinute => Error::RateLimited { retry_after_s: 60 },
        _ => {
            tracing::warn!(class = ?error.class, errcode = ?error.errcode, rid = ?error.rid, "WeChat did not help");
            Error::Busy(Code::PeopleWechatUnavailable)
        }
    }
}

/// Staff log in, with the code of a second factor where there is one.
///
/// Errors: `people.credentials_invalid`, the same for an unknown name, a wrong password, a wrong or missing code and a locked
/// account; `http.overloaded` when too many wait; `http.rate_limited` after too many failures of one address.
#[instrument(name = "people.log_in_staff", skip_all)]
pub async fn log_in_staff(
    ctx: &Ctx,
    request: &RequestInfo,
    facility: &str,
    username: &str,
    password: String,
    code: Option<&str>,
) -> Result<LoggedIn> {
    guard::may_try(ctx, request).await?;
    let found = store::credentials(&mut ctx.view(), facility, username).await?;
    let right = secret::verify(
        &ctx.hashing,
        password,
        found.as_ref().map(|known| known.password_hash.clone()),
    )
    .await?;
    let mut tx = ctx.write(Act::PeopleLogInStaff).await?;
    let now = tx.now;
    // Held and read again inside the transaction: parallel guesses shall not share one count.
    if let Some(found) = &found {
        store::lock_staff(&mut tx, found.facility_id, found.id).await?;
    }
    let known = store::credentials(&mut tx, facility, username).await?;
    let refused = Error::Unauthenticated(Code::PeopleCredentialsInvalid);
    let Some(known) = known else {
        let subject = Subject::list("session");
        tx.journal_as(
            Act::PeopleLogInStaff,
            Actor::ANONYMOUS,
            None,
            subject,
            json!({ "ok": false }),
            Some(&request.id),
        )
        .await?;
        tx.commit().await?;
        guard::note_failure(ctx, request).await;
        return Err(refused);
    };
    let unchanged = found.is_some_and(|f| f.password_hash == known.password_hash);
    let open = known.disabled_at.is_none() && !rules::is_locked(known.locked_until, now);
    let actor = Actor {
        kind: ActorKind::Staff,
        id: Some(known.id.0),
        role: None,
    };
    let shown = Shown::look(&mut tx, &known, code).await?;
    if !(right && unchanged && open && shown.use_up(&mut tx, &known).await?) {
        if open {
            note_failure(&mut tx, &known).await?;
        }
        let subject = Subject::thing("staff", known.id);
        let detail = json!({ "ok": false });
        tx.journal_as(
            Act::PeopleLogInStaff,
            actor,
            Some(known.facility_id),
            subject,
            detail,
            Some(&request.id),
        )
        .await?;
        tx.commit().await?;
        guard::note_failure(ctx, request).await;
        return Err(refused);
    }
    store::note_failures(&mut tx, known.id, 0, None).await?;
    let whose = Whose::Staff(known.id, known.facility_id);
    let (session, opened) =
        opening::open(&mut tx, whose, opening::device(request), rules::STAFF_SESSION).await?;
    if shown.word().is_some() {
        store::note_second_factor(&mut tx, session).await?;
    }
    let subject = Subject::thing("session", session);
    let detail = json!({ "ok": true, "second_factor": shown.word() });
    tx.journal_as(
        Act::PeopleLogInStaff,
        actor,
        Some(known.facility_id),
        subject,
        detail,
        Some(&request.id),
    )
    .await?;
    tx.commit().await?;
    Ok(opened)
}

/// One more try that failed; after the fifth the account rests.
pub(super) async fn note_failure(tx: &mut Tx, known: &store::Credentials) -> Result<()> {
    let failures = known.failures + 1;
    let locked = (failures >= rules::MOST_FAILURES).then(|| tx.now + rules::LOCK);
    let failures = if locked.is_some() { 0 } else { failures };
    store::note_failures(tx, known.id, failures, locked).await
}

/// Ends this session.
#[instrument(name = "people.log_out", skip_all)]
pub async fn log_out(ctx: &Ctx, caller: &Caller) -> Result<()> {
    policy::allowed(caller, Act::PeopleLogOut)?;
    let mut tx = ctx.write(Act::PeopleLogOut).await?;
    store::end_session(&mut tx, caller.session).await?;
    tx.journal(caller, Subject::thing("session", caller.session), json!({}))
        .await?;
    tx.commit().await
}

/// What a staff member proves his presence with.
pub enum Presence {
    /// The password.
    Password(String),
    /// A code of the second factor, or a recovery code.
    Code(String),
}

/// A staff member proves his presence again; with a code the session has a second factor from then on.
///
/// Errors: `people.credentials_invalid`.
#[instrument(name = "people.step_up", skip_all)]
pub async fn step_up(ctx: &Ctx, caller: &Caller, presence: Presence) -> Result<DateTime<Utc>> {
    policy::allowed(caller, Act::PeopleStepUp)?;
    let staff = caller.staff()?;
    let found = store::credentials_of(&mut ctx.view(), staff.facility, staff.id).await?;
    let hash = found.map(|found| found.password_hash);
    let (right, code) = match presence {
        Presence::Password(password) => (secret::verify(&ctx.hashing, password, hash.clone()).await?, None),
        Presence::Code(code) => (false, Some(code)),
    };
    let mut tx = ctx.write(Act::PeopleStepUp).await?;
    store::lock_staff(&mut tx, staff.facility, staff.id).await?;
    let known = store::credentials_of(&mut tx, staff.facility, staff.id)
        .await?
        .ok_or(Error::Missing(Noun::Staff))?;
    let open = !rules::is_locked(known.locked_until, tx.now);
    let proved = match &code {
        None => open && right && hash.as_ref() == Some(&known.password_hash),
        Some(code) => match Shown::look(&mut tx, &known, Some(code)).await? {
            Shown::NotAsked => false,
            shown => open && shown.use_up(&mut tx, &known).await?,
        },
    };
    if proved {
        store::step_up(&mut tx, caller.session).await?;
        if code.is_some() {
            store::note_second_factor(&mut tx, caller.session).await?;
        }
    } else if open {
        note_failure(&mut tx, &known).await?;
    }
    let until = tx.now + rules::STEP_UP;
    let subject = Subject::thing("session", caller.session);
    tx.journal(
        caller,
        subject,
        json!({ "ok": proved, "second_factor": code.is_some() }),
    )
    .await?;
    tx.commit().await?;
    if proved {
        Ok(until)
    } else {
        Err(Error::Unauthenticated(Code::PeopleCredentialsInvalid))
    }
}

/// A second person's word.
#[derive(Clone, Serialize, Deserialize)]
pub struct Attested {
    /// What the act's body carries.
    pub attestation: String,
    /// When it lapses.
    pub expires_at: DateTime<Utc>,
}

/// A staff member gives his word for a colleague's act on a subject.
#[instrument(name = "people.attest", skip_all)]
pub async fn attest(ctx: &Ctx, caller: &Caller, act: &str, subject: Uuid) -> Result<Attested> {
    policy::allowed(caller, Act::PeopleAttest)?;
    let staff = caller.staff()?;
    let named = Act::ALL.iter().find(|known| known.word() == act);
    policy::proved(caller, *named.ok_or_else(|| Error::invalid("/act", "unknown"))?)?;
    let mut tx = once!(ctx, Act::PeopleAttest, caller);
    let token = secret::token();
    let expires_at = tx.now + rules::ATTESTATION;
    let new = store::NewAttestation {
        facility: staff.facility,
        staff: staff.id,
        role: staff.role,
        act: act.to_owned(),
        subject,
        token_hash: secret::digest(&token),
        expires_at,
    };
    store::add_attestation(&mut tx, new).await?;
    tx.journal(
        caller,
        Subject {
            noun: "attestation",
            id: Some(subject),
            patient: None,
        },
        json!({ "for": act }),
    )
    .await?;
    let attested = Attested {
        attestation: token,
        expires_at,
    };
    tx.commit_with(&attested).await?;
    Ok(attested)
}
