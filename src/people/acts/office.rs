//! What staff do about accounts, hospitals, invitations and identity, and what the quality office reads.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;
use uuid::Uuid;

use super::sessions::note_failure;
use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, PatientId, StaffId};
use crate::base::{Act, Code, Noun, Page, PageRequest, Role, Subject};
use crate::content::{Unconfirmed, Unsettled};
use crate::ctx::{Ctx, Tx};
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::model::{Facility, Privilege, Settings, Staff, Whose};
use crate::people::policy;
use crate::people::{facts, rules, secret, store};

/// The staff member's own account.
#[instrument(name = "people.staff_me", skip_all)]
pub async fn staff_me(ctx: &Ctx, caller: &Caller) -> Result<Staff> {
    policy::allowed(caller, Act::PeopleStaffMe)?;
    let me = caller.staff()?;
    store::staff(&mut ctx.view(), me.facility, me.id)
        .await?
        .ok_or(Error::Missing(Noun::Staff))
}

/// A staff member changes his password; his other sessions end.
///
/// Errors: `people.credentials_invalid`, `people.password_weak`.
#[instrument(name = "people.change_password", skip_all)]
pub async fn change_password(ctx: &Ctx, caller: &Caller, old: String, new: String) -> Result<()> {
    policy::allowed(caller, Act::PeopleChangePassword)?;
    let me = caller.staff()?;
    let found = store::credentials_of(&mut ctx.view(), me.facility, me.id).await?;
    let staff = staff_me(ctx, caller).await?;
    let before = found.map(|found| found.password_hash);
    let right = secret::verify(&ctx.hashing, old, before.clone()).await?;
    let mut hash = None;
    if right {
        rules::may_use_password(&new, &staff.username).map_err(Error::Refused)?;
        hash = Some(secret::hash(&ctx.hashing, new).await?);
    }
    let mut tx = ctx.write(Act::PeopleChangePassword).await?;
    store::lock_staff(&mut tx, me.facility, me.id).await?;
    let known = store::credentials_of(&mut tx, me.facility, me.id)
        .await?
        .ok_or(Error::Missing(Noun::Staff))?;
    let open = !rules::is_locked(known.locked_until, tx.now);
    let hash = hash.filter(|_| open && before.as_ref() == Some(&known.password_hash));
    let Some(hash) = hash else {
        // Guesses count here as they do at log-in.
        if open {
            note_failure(&mut tx, &known).await?;
        }
        tx.journal(caller, Subject::thing("staff", me.id), json!({ "ok": false }))
            .await?;
        tx.commit().await?;
        return Err(Error::Unauthenticated(Code::PeopleCredentialsInvalid));
    };
    store::set_password(&mut tx, me.id, hash, false).await?;
    store::end_other_sessions(&mut tx, Whose::Staff(me.id, me.facility), caller.session).await?;
    tx.journal(caller, Subject::thing("staff", me.id), json!({}))
        .await?;
    tx.commit().await
}

/// The accounts of the facility.
#[instrument(name = "people.staff_list", skip_all)]
pub async fn staff_list(ctx: &Ctx, caller: &Caller, page: PageRequest) -> Result<Page<Staff>> {
    policy::allowed(caller, Act::PeopleStaffList)?;
    let facility = caller.staff()?.facility;
    let after = page.after::<String>("staff")?;
    let rows = store::staff_list(&mut ctx.view(), facility, after, page.limit + 1).await?;
    Ok(page.page(rows, "staff", |staff| staff.username.clone()))
}

/// What is needed for an account.
#[derive(Clone, Debug)]
pub struct StaffDraft {
    /// What is typed at log-in, 2–32 of `a-z0-9._-`.
    pub username: String,
    /// Name.
    pub name: String,
    /// License number.
    pub license: Option<String>,
    /// Professional title.
    pub title: String,
    /// Role.
    pub role: Role,
    /// Senior anesthesiologist.
    pub senior: bool,
    /// Further rights.
    pub grants: Vec<String>,
    /// The right to sign consents; absent, a new account has it and a changed one keeps what it has.
    pub consent_privilege: Option<Privilege>,
    /// Whether the account is closed.
    pub disabled: bool,
}

/// A new account with its one-time password.
#[derive(Clone, Serialize, Deserialize)]
pub struct NewStaff {
    /// The account.
    pub staff: Staff,
    /// Told once; must be changed at first use.
    pub one_time_password: String,
}

/// Adds an account.
///
/// Errors: `http.invalid`, `people.username_taken`.
#[instrument(name = "people.staff_add", skip_all)]
pub async fn staff_add(ctx: &Ctx, caller: &Caller, draft: StaffDraft) -> Result<NewStaff> {
    policy::allowed(caller, Act::PeopleStaffAdd)?;
    let facility = caller.staff()?.facility;
    let password = secret::one_time_password();
    let hash = secret::hash(&ctx.hashing, password.clone()).await?;
    let mut tx = once!(ctx, Act::PeopleStaffAdd, caller);
    let staff = add(&mut tx, facility, draft, hash, true).await?;
    tx.journal(
        caller,
        Subject::thing("staff", staff.id),
        json!({ "role": staff.role.word() }),
    )
    .await?;
    let new = NewStaff {
        staff,
        one_time_password: password,
    };
    tx.commit_with(&new).await?;
    Ok(new)
}

pub(in crate::people) async fn add(
    tx: &mut Tx,
    facility: FacilityId,
    draft: StaffDraft,
    password_hash: String,
    must_change: bool,
) -> Result<Staff> {
    let draft = checked(draft)?;
    let staff = Staff {
        id: tx.id(),
        facility_id: facility,
        username: draft.username,
        name: draft.name,
        license: draft.license,
        title: draft.title,
        role: draft.role,
        senior: draft.senior,
        grants: draft.grants,
        consent_privilege: draft.consent_privilege.unwrap_or(Privilege::OPEN),
        must_change,
        second_factor_since: None,
        second_factor_reset_at: None,
        disabled_at: None,
        version: 1,
    };
    if store::add_staff(tx, &staff, password_hash).await? {
        Ok(staff)
    } else {
        Err(Error::Refused(Code::PeopleUsernameTaken))
    }
}

fn checked(draft: StaffDraft) -> Result<StaffDraft> {
    let mut faults = Faults::default();
    let username = faults.text(&draft.username, "/username", 2, 32);
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
    faults.check(username.bytes().all(plain), "/username", "format");
    let name = faults.text(&draft.name, "/name", 1, 40);
    let title = faults.text(&draft.title, "/title", 0, 40);
    let license = draft
        .license
        .as_deref()
        .map(|text| faults.text(text, "/license", 1, 40));
    faults.check(
        !draft.senior || draft.role == Role::Anesthesiologist,
        "/senior",
        "unknown",
    );
    faults.check(
        draft.grants.iter().all(|grant| grant == "emergency_approval"),
        "/grants",
        "unknown",
    );
    faults.done()?;
    Ok(StaffDraft {
        username,
        name,
        title,
        license,
        ..draft
    })
}

/// One account.
#[instrument(name = "people.staff_get", skip_all)]
pub async fn staff_get(ctx: &Ctx, caller: &Caller, id: StaffId) -> Result<Staff> {
    policy::allowed(caller, Act::PeopleStaffGet)?;
    let facility = caller.staff()?.facility;
    store::staff(&mut ctx.view(), facility, id)
        .await?
        .ok_or(Error::Missing(Noun::Staff))
}

/// Changes an account; one that is disabled loses its sessions at once.
///
/// Errors: `http.invalid`, `Stale`.
#[instrument(name = "people.staff_update", skip_all)]
pub async fn staff_update(ctx: &Ctx, caller: &Caller, id: StaffId, draft: StaffDraft) -> Result<Staff> {
    policy::allowed(caller, Act::PeopleStaffUpdate)?;
    let facility = caller.staff()?.facility;
    let mut tx = ctx.write(Act::PeopleStaffUpdate).await?;
    let mut staff = store::staff(&mut tx, facility, id)
        .await?
        .ok_or(Error::Missing(Noun::Staff))?;
    caller.request.must_match(staff.version)?;
    let draft = checked(draft)?;
    let had = (staff.role, staff.disabled_at.is_some());
    staff.name = draft.name;
    staff.license = draft.license;
    staff.title = draft.title;
    staff.role = draft.role;
    staff.senior = draft.senior;
    staff.grants = draft.grants;
    staff.consent_privilege = draft.consent_privilege.unwrap_or(staff.consent_privilege);
    staff.disabled_at = draft.disabled.then(|| staff.disabled_at.unwrap_or(tx.now));
    store::update_staff(&mut tx, &staff).await?;
    if had != (staff.role, staff.disabled_at.is_some()) {
        store::end_sessions_of(&mut tx, id).await?;
    }
    staff.version += 1;
    let detail = json!({ "role": staff.role.word(), "disabled": draft.disabled });
    tx.journal(caller, Subject::thing("staff", id), detail).await?;
    tx.commit().await?;
    Ok(staff)
}

/// A new one-time password for an account; its sessions end.
#[instrument(name = "people.staff_reset", skip_all)]
pub async fn staff_reset(ctx: &Ctx, caller: &Caller, id: StaffId) -> Result<NewStaff> {
    policy::allowed(caller, Act::PeopleStaffReset)?;
    let facility = caller.staff()?.facility;
    let password = secret::one_time_password();
    let hash = secret::hash(&ctx.hashing, password.clone()).await?;
    let mut tx = once!(ctx, Act::PeopleStaffReset, caller);
    let staff = store::staff(&mut tx, facility, id)
        .await?
        .ok_or(Error::Missing(Noun::Staff))?;
    store::set_password(&mut tx, id, hash, true).await?;
    store::end_sessions_of(&mut tx, id).await?;
    tx.journal(caller, Subject::thing("staff", id), json!({})).await?;
    let staff = Staff {
        must_change: true,
        version: staff.version + 1,
        ..staff
    };
    let new = NewStaff {
        staff,
        one_time_password: password,
    };
    tx.commit_with(&new).await?;
    Ok(new)
}

/// The facility with its settings.
#[instrument(name = "people.facility_get", skip_all)]
pub async fn facility_get(ctx: &Ctx, caller: &Caller) -> Result<Facility> {
    policy::allowed(caller, Act::PeopleFacilityGet)?;
    facts::facility(&mut ctx.view(), caller.staff()?.facility).await
}

/// Changes the facility's name, telephone and settings.
///
/// Errors: `http.invalid`, `Stale`.
#[instrument(name = "people.facility_update", skip_all)]
pub async fn facility_update(
    ctx: &Ctx,
    caller: &Caller,
    name: &str,
    phone: &str,
    settings: Settings,
) -> Result<Facility> {
    policy::allowed(caller, Act::PeopleFacilityUpdate)?;
    let id = caller.staff()?.facility;
    let mut tx = ctx.write(Act::PeopleFacilityUpdate).await?;
    let mut facility = facts::facility(&mut tx, id).await?;
    caller.request.must_match(facility.version)?;
    let mut faults = Faults::default();
    facility.name = faults.text(name, "/name", 2, 60);
    facility.phone = faults.text(phone, "/phone", 3, 30);
    rules::check_settings(&settings, &mut faults);
    let duty = &settings.duty;
    for list in [
        &duty.anesthesia,
        &duty.obstetrics,
        &duty.midwifery,
        &duty.mental_health,
        &duty.duty_officer,
    ] {
        for staff in list {
            let known = store::staff(&mut tx, id, *staff)
                .await?
                .is_some_and(|s| s.disabled_at.is_none());
            faults.check(known, "/settings/duty", "unknown");
        }
    }
    faults.done()?;
    facility.settings = settings;
    store::update_facility(&mut tx, &facility).await?;
    facility.version += 1;
    tx.journal(
        caller,
        Subject::thing("facility", id),
        json!({ "version": facility.version }),
    )
    .await?;
    tx.commit().await?;
    Ok(facility)
}

/// What to look for in the journal.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AuditFilter {
    /// One woman.
    pub patient: Option<PatientId>,
    /// One staff member.
    pub staff: Option<StaffId>,
    /// From, included.
    pub from: Option<DateTime<Utc>>,
    /// To, not included.
    pub to: Option<DateTime<Utc>>,
    /// One entry.
    pub id: Option<Uuid>,
}

/// The journal of the facility, newest first.
#[instrument(name = "people.audit", skip_all)]
pub async fn audit(
    ctx: &Ctx,
    caller: &Caller,
    filter: AuditFilter,
    page: PageRequest,
) -> Result<Page<store::AuditRow>> {
    policy::allowed(caller, Act::PeopleAudit)?;
    let facility = caller.staff()?.facility;
    let key = serde_json::to_string(&filter)?;
    let after = page.after(&key)?;
    let mut tx = ctx.write(Act::PeopleAudit).await?;
    let rows = store::audit(&mut tx, facility, &filter, after, page.limit + 1).await?;
    tx.journal(caller, Subject::list("journal"), json!({ "count": rows.len() }))
        .await?;
    tx.commit().await?;
    Ok(page.page(rows, &key, |row| (row.at, row.id)))
}

/// What awaits a clinician's confirmation.
#[instrument(name = "people.content", skip_all)]
pub async fn content(ctx: &Ctx, beside: Unsettled, caller: &Caller) -> Result<Vec<Unconfirmed>> {
    policy::allowed(caller, Act::PeopleContent)?;
    let mut all = ctx.content.unconfirmed();
    all.extend(beside());
    Ok(all)
}
