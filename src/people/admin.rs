//! First use from the command line: a hospital and its first account.

use chrono::Months;
use serde_json::json;

use super::acts::{NewStaff, StaffDraft, add};
use super::model::{Facility, Qualification, Requirement, Scope, Settings, Staff};
use super::{jobs, secret, store};
use crate::base::clock::clinic_date;
use crate::base::error::{Error, Result};
use crate::base::{Act, Code, Noun, Subject};
use crate::ctx::Ctx;

/// Adds a hospital.
///
/// Errors: `people.username_taken` when its code is.
pub async fn add_facility(
    ctx: &Ctx,
    code: &str,
    name: &str,
    phone: &str,
    settings: Settings,
) -> Result<Facility> {
    let mut tx = ctx.write(Act::PeopleFacilityAdd).await?;
    if store::facility_by_code(&mut tx, code).await?.is_some() {
        return Err(Error::Refused(Code::PeopleUsernameTaken));
    }
    let facility = Facility {
        id: tx.id(),
        code: code.to_owned(),
        name: name.to_owned(),
        time_zone: "Asia/Shanghai".to_owned(),
        phone: phone.to_owned(),
        settings,
        version: 1,
    };
    store::add_facility(&mut tx, &facility).await?;
    let subject = Subject::thing("facility", facility.id);
    tx.journal_own(Act::PeopleFacilityAdd, Some(facility.id), subject, json!({}))
        .await?;
    tx.commit().await?;
    jobs::begin(ctx).await?;
    Ok(facility)
}

/// Adds an account with a given or a one-time password.
///
/// Errors: `Missing` for an unknown hospital, `people.username_taken`, `http.invalid`.
pub async fn add_staff(
    ctx: &Ctx,
    facility_code: &str,
    draft: StaffDraft,
    password: Option<String>,
) -> Result<NewStaff> {
    let must_change = password.is_none();
    let password = password.unwrap_or_else(secret::one_time_password);
    let hash = secret::hash(&ctx.hashing, password.clone()).await?;
    let mut tx = ctx.write(Act::PeopleStaffAdd).await?;
    let facility = store::facility_by_code(&mut tx, facility_code)
        .await?
        .ok_or(Error::Missing(Noun::Facility))?;
    let staff = add(&mut tx, facility.id, draft, hash, must_change).await?;
    let subject = Subject::thing("staff", staff.id);
    let detail = json!({ "role": staff.role.word() });
    tx.journal_own(Act::PeopleStaffAdd, Some(facility.id), subject, detail)
        .await?;
    tx.commit().await?;
    Ok(NewStaff {
        staff,
        one_time_password: password,
    })
}

/// Writes down that an account meets all requirements on its role, for five years and without an end: of a hospital that is
/// shown or tried. A real one shows its licenses through the administrator.
pub async fn qualify(ctx: &Ctx, staff: &Staff) -> Result<()> {
    let mut tx = ctx.write(Act::PeopleQualify).await?;
    let today = clinic_date(tx.now);
    let from = today.checked_sub_months(Months::new(60)).unwrap_or(today);
    for item in Requirement::of(staff.role) {
        let new = Qualification {
            id: tx.id(),
            item: *item,
            withdrawn: false,
            from,
            until: None,
            scope: (*item == Requirement::License).then_some(Scope::Anesthesiology),
            higher_title: false,
            number: staff.license.clone().filter(|_| *item == Requirement::License),
            approver: None,
            by: None,
            at: tx.now,
        };
        store::add_qualification(&mut tx, staff.facility_id, staff.id, &new).await?;
    }
    let place = Some(staff.facility_id);
    let detail = json!({ "items": Requirement::of(staff.role) });
    tx.journal_own(
        Act::PeopleQualify,
        place,
        Subject::thing("staff", staff.id),
        detail,
    )
    .await?;
    tx.commit().await
}
