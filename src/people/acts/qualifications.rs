//! What staff are qualified by: kept by the administrator and the quality office.

use chrono::NaiveDate;
use serde_json::json;
use tracing::instrument;

use crate::base::clock::clinic_date;
use crate::base::error::{Error, Result};
use crate::base::id::StaffId;
use crate::base::{Act, Noun, Page, PageRequest, Role, Subject};
use crate::ctx::Ctx;
use crate::http::params::Faults;
use crate::once;
use crate::outbox::Message;
use crate::people::caller::Caller;
use crate::people::model::{Qualification, Qualified, Requirement, Scope};
use crate::people::{facts, policy, rules, store};

/// What was shown of a person, or taken away.
#[derive(Clone, Debug)]
pub struct QualificationDraft {
    /// What for.
    pub item: Requirement,
    /// From its day on it is not met.
    pub withdrawn: bool,
    /// The first day.
    pub from: NaiveDate,
    /// The last day; absent, an approval holds for a year and everything else without an end.
    pub until: Option<NaiveDate>,
    /// The field, of a license to practice.
    pub scope: Option<Scope>,
    /// A higher title than that of a resident.
    pub higher_title: bool,
    /// The number on the license, certificate or card.
    pub number: Option<String>,
    /// Who approved of it for the department.
    pub approver: Option<StaffId>,
}

/// Writes down that something was shown of a person, or taken away; it stands beside what was written before.
///
/// Errors: `http.invalid`, `Missing` for a person of another hospital.
#[instrument(name = "people.qualify", skip_all)]
pub async fn qualify(
    ctx: &Ctx,
    caller: &Caller,
    id: StaffId,
    draft: QualificationDraft,
) -> Result<Qualified> {
    policy::allowed(caller, Act::PeopleQualify)?;
    let me = caller.staff()?;
    let mut tx = once!(ctx, Act::PeopleQualify, caller);
    let staff = store::staff(&mut tx, me.facility, id)
        .await?
        .ok_or(Error::Missing(Noun::Staff))?;
    let mut faults = Faults::default();
    let asked = Requirement::of(staff.role).contains(&draft.item);
    faults.check(asked, "/item", "unknown");
    let today = clinic_date(tx.now);
    faults.check(draft.from <= today, "/from", "in_future");
    let until = match draft.item {
        Requirement::Competence => draft.until.or(draft.from.checked_add_months(rules::APPROVAL)),
        _ => draft.until,
    };
    faults.check(
        until.is_none_or(|until| draft.from <= until),
        "/until",
        "inconsistent",
    );
    let of_license = draft.item == Requirement::License;
    let needed = |of: bool| of && !draft.withdrawn;
    faults.check(draft.scope.is_some() || !needed(of_license), "/scope", "required");
    faults.check(draft.scope.is_none() || of_license, "/scope", "unknown");
    let numbered = matches!(
        draft.item,
        Requirement::License | Requirement::ObstetricLicense | Requirement::MidwifeLicense
    );
    faults.check(draft.number.is_some() || !needed(numbered), "/number", "required");
    let number = draft.number.map(|text| faults.text(&text, "/number", 1, 60));
    let of_years = draft.item == Requirement::Seniority;
    faults.check(!draft.higher_title || of_years, "/higher_title", "unknown");
    let of_department = draft.item == Requirement::Competence;
    faults.check(
        draft.approver.is_some() || !needed(of_department),
        "/approver",
        "required",
    );
    if let Some(approver) = draft.approver {
        let known = store::staff(&mut tx, me.facility, approver).await?;
        let fit = known.is_some_and(|one| one.role == Role::Anesthesiologist && one.disabled_at.is_none());
        faults.check(fit && approver != id, "/approver", "unknown");
    }
    faults.done()?;
    let new = Qualification {
        id: tx.id(),
        item: draft.item,
        withdrawn: draft.withdrawn,
        from: draft.from,
        until,
        scope: draft.scope,
        higher_title: draft.higher_title,
        number,
        approver: draft.approver,
        by: Some(me.id),
        at: tx.now,
    };
    store::add_qualification(&mut tx, me.facility, id, &new).await?;
    let detail =
        json!({ "item": new.item, "withdrawn": new.withdrawn, "from": new.from, "until": new.until });
    tx.journal(caller, Subject::thing("staff", id), detail).await?;
    tx.enqueue(Message {
        kind: "quality.remind",
        facility: Some(me.facility),
        payload: &json!({}),
        dedupe: None,
        due: tx.now,
    })
    .await?;
    let qualified = facts::qualified(&mut tx, &staff, today).await?;
    tx.commit_with(&qualified).await?;
    Ok(qualified)
}

/// One person's qualifications with how they stand on a day; today unless another one is asked about.
#[instrument(name = "people.qualification", skip_all)]
pub async fn qualification(
    ctx: &Ctx,
    caller: &Caller,
    id: StaffId,
    on: Option<NaiveDate>,
) -> Result<Qualified> {
    policy::allowed(caller, Act::PeopleQualification)?;
    let facility = caller.staff()?.facility;
    let mut view = ctx.view();
    let staff = store::staff(&mut view, facility, id)
        .await?
        .ok_or(Error::Missing(Noun::Staff))?;
    let on = on.unwrap_or(clinic_date(ctx.clock.now()));
    facts::qualified(&mut view, &staff, on).await
}

/// Everybody on whom there are requirements, with how they stand on a day.
#[instrument(name = "people.qualifications", skip_all)]
pub async fn qualifications(
    ctx: &Ctx,
    caller: &Caller,
    on: Option<NaiveDate>,
    page: PageRequest,
) -> Result<Page<Qualified>> {
    policy::allowed(caller, Act::PeopleQualifications)?;
    let facility = caller.staff()?.facility;
    let on = on.unwrap_or(clinic_date(ctx.clock.now()));
    let filter = format!("qualifications {on}");
    let after = page.after(&filter)?;
    let mut view = ctx.view();
    let rows = store::practicing(&mut view, facility, after, page.limit + 1).await?;
    let found = page.page(rows, &filter, |id| *id);
    let mut items = Vec::with_capacity(found.items.len());
    for id in found.items {
        if let Some(staff) = store::staff(&mut view, facility, id).await? {
            items.push(facts::qualified(&mut view, &staff, on).await?);
        }
    }
    Ok(Page {
        items,
        next_cursor: found.next_cursor,
    })
}
