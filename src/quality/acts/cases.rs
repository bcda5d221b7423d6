//! Managed cases: opened by a grading, reported, planned, followed, closed.

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;
use uuid::Uuid;

use crate::base::clock::{clinic_date, clinic_midnight};
use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, PatientId};
use crate::base::{Act, Code, Noun, Page, PageRequest, Role, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode::model::{Color, NewTask};
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::quality::case::{self, CaseEntry, CaseOutcome, CaseState, EntryKind, EntryWords, ManagedCase};
use crate::quality::referral::Referral;
use crate::quality::store;
use crate::{episode, people};

/// Task that a grading makes: report her within the time of her color.
pub(super) const TO_REPORT: &str = "episode.managed_case";
/// Task: look after her again.
const TO_FOLLOW: &str = "quality.follow_case";

/// A case with what was done in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Managed {
    /// The case.
    pub case: ManagedCase,
    /// First to last.
    pub entries: Vec<CaseEntry>,
    /// Referrals to other hospitals, first to last.
    pub referrals: Vec<Referral>,
}

/// A case in a list.
#[derive(Clone, Debug)]
pub struct CaseLine {
    /// The case.
    pub case: ManagedCase,
    /// The hospital's number of her record.
    pub record_number: String,
    /// Her name.
    pub name: Option<String>,
}

/// The managed cases of the hospital, the newest first.
#[instrument(name = "quality.managed_cases", skip_all)]
pub async fn managed_cases(
    ctx: &Ctx,
    caller: &Caller,
    state: Option<CaseState>,
    page: PageRequest,
) -> Result<Page<CaseLine>> {
    policy::allowed(caller, Act::QualityManagedCases)?;
    let facility = caller.staff()?.facility;
    let filter = format!("cases {}", state.map_or("", CaseState::word));
    let after = page.after(&filter)?;
    let mut tx = ctx.write(Act::QualityManagedCases).await?;
    let hidden = people::facts::out_of_lists(&mut tx, facility).await?;
    let rows = store::cases(&mut tx, facility, state, after, page.limit + 1).await?;
    let found = page.page(rows, &filter, |case| case.id);
    let shown: Vec<ManagedCase> = found
        .items
        .into_iter()
        .filter(|case| !hidden.contains(&case.patient_id))
        .collect();
    let ids: Vec<PatientId> = shown.iter().map(|case| case.patient_id).collect();
    let mut names = people::facts::named(&mut tx, facility, &ids).await?;
    let line = |case: ManagedCase| {
        let (name, record_number) = names.remove(&case.patient_id).unwrap_or_default();
        CaseLine {
            case,
            record_number,
            name,
        }
    };
    let items: Vec<CaseLine> = shown.into_iter().map(line).collect();
    tx.journal(
        caller,
        Subject::list("managed_case"),
        json!({ "count": items.len() }),
    )
    .await?;
    tx.commit().await?;
    Ok(Page {
        items,
        next_cursor: found.next_cursor,
    })
}

/// One managed case with what was done in it.
#[instrument(name = "quality.managed_case", skip_all)]
pub async fn managed_case(ctx: &Ctx, caller: &Caller, id: Uuid) -> Result<Managed> {
    policy::allowed(caller, Act::QualityManagedCase)?;
    let facility = caller.staff()?.facility;
    let mut tx = ctx.write(Act::QualityManagedCase).await?;
    let case = known(&mut tx, facility, id).await?;
    let subject = Subject::of_patient("managed_case", id, case.patient_id);
    let now = tx.now;
    episode::facts::may_read(&mut tx, caller, Act::QualityManagedCase, case.patient_id, now).await?;
    let managed = managed(&mut tx, case).await?;
    tx.journal(caller, subject, json!({})).await?;
    tx.commit().await?;
    Ok(managed)
}

pub(super) async fn known(tx: &mut Tx, facility: FacilityId, id: Uuid) -> Result<ManagedCase> {
    let missing = || Error::Missing(Noun::ManagedCase);
    let case = store::case(tx, facility, id).await?.ok_or_else(missing)?;
    if people::facts::is_destroyed(tx, facility, case.patient_id).await? {
        return Err(missing());
    }
    Ok(case)
}

pub(super) async fn managed(tx: &mut Tx, case: ManagedCase) -> Result<Managed> {
    Ok(Managed {
        entries: store::case_entries(tx, &case).await?,
        referrals: store::referrals_of_case(tx, case.facility_id, case.id).await?,
        case,
    })
}

/// An open case, held until the transaction ends. Whoever writes in it reads it, too.
///
/// Errors: `Missing`, `episode.access_needed`, `quality.case_closed`.
pub(super) async fn held(tx: &mut Tx, caller: &Caller, act: Act, id: Uuid) -> Result<ManagedCase> {
    let facility = caller.staff()?.facility;
    let seen = known(tx, facility, id).await?;
    let now = tx.now;
    episode::facts::may_read(tx, caller, act, seen.patient_id, now).await?;
    episode::facts::lock(tx, facility, seen.episode_id).await?;
    let case = known(tx, facility, id).await?;
    if case.closed_at.is_some() {
        return Err(Error::Refused(Code::QualityCaseClosed));
    }
    Ok(case)
}

/// Writes what was done, how the case stands after it and what waits for whom.
async fn done(
    mut tx: Tx,
    caller: &Caller,
    case: ManagedCase,
    kind: EntryKind,
    words: EntryWords,
) -> Result<Managed> {
    let entry = CaseEntry {
        id: tx.id(),
        kind,
        words,
        by: Some(caller.staff()?.id),
        at: tx.now,
    };
    store::add_case_entry(&mut tx, &case, &entry).await?;
    store::save_case(&mut tx, &case).await?;
    episode::facts::finish_tasks(&mut tx, case.facility_id, TO_FOLLOW, case.id).await?;
    if let Some(day) = case.next_on.filter(|_| case.closed_at.is_none()) {
        let task = NewTask {
            facility: case.facility_id,
            patient: case.patient_id,
            episode: case.episode_id,
            kind: TO_FOLLOW,
            subject: case.id,
            roles: vec![Role::Obstetrician],
            due: clinic_midnight(day + Days::new(1)),
            urgent: case.color == Color::Red,
        };
        episode::facts::add_task(&mut tx, &task).await?;
    }
    let subject = Subject::of_patient("managed_case", case.id, case.patient_id);
    let detail = json!({ "kind": kind.word(), "outcome": case.outcome });
    tx.journal(caller, subject, detail).await?;
    let managed = managed(&mut tx, case).await?;
    tx.commit_with(&managed).await?;
    Ok(managed)
}

fn next(faults: &mut Faults, day: NaiveDate, now: DateTime<Utc>) {
    let today = clinic_date(now);
    let year = today + Days::new(365);
    faults.check(today <= day && day <= year, "/next_on", "range_day");
}

/// The report to the maternal and child health institution.
#[derive(Clone, Debug)]
pub struct CaseReport {
    /// To whom.
    pub to: String,
    /// The number of the report.
    pub number: Option<String>,
    /// When; now if absent.
    pub at: Option<DateTime<Utc>>,
}

/// An obstetrician has reported a case; what waited for that ends.
///
/// Errors: `http.invalid`, `quality.case_closed`.
#[instrument(name = "quality.report_case", skip_all)]
pub async fn report_case(ctx: &Ctx, caller: &Caller, id: Uuid, report: CaseReport) -> Result<Managed> {
    policy::allowed(caller, Act::QualityReportCase)?;
    let facility = caller.staff()?.facility;
    let mut tx = once!(ctx, Act::QualityReportCase, caller);
    let mut case = held(&mut tx, caller, Act::QualityReportCase, id).await?;
    let mut faults = Faults::default();
    let at = report.at.unwrap_or(tx.now);
    faults.past(at, tx.now, "/at");
    faults.check(at >= case.found_at, "/at", "inconsistent");
    let words = EntryWords {
        to: Some(faults.text(&report.to, "/to", 1, 120)),
        number: report.number.map(|text| faults.text(&text, "/number", 1, 60)),
        ..EntryWords::default()
    };
    faults.done()?;
    case.reported_at = Some(case.reported_at.map_or(at, |first| first.min(at)));
    episode::facts::finish_tasks(&mut tx, facility, TO_REPORT, case.episode_id.0).await?;
    done(tx, caller, case, EntryKind::Reported, words).await
}

/// What is planned for her.
#[derive(Clone, Debug)]
pub struct CasePlan {
    /// What is done, with whom.
    pub text: String,
    /// Where she is to give birth.
    pub birth_place: String,
    /// What is done in an emergency.
    pub emergency: Option<String>,
    /// When she is looked after next.
    pub next_on: NaiveDate,
}

/// A plan for a case; it stands in the place of the one before.
///
/// Errors: `http.invalid`, also for a red woman without what is done in an emergency; `quality.case_closed`.
#[instrument(name = "quality.plan_case", skip_all)]
pub async fn plan_case(ctx: &Ctx, caller: &Caller, id: Uuid, plan: CasePlan) -> Result<Managed> {
    policy::allowed(caller, Act::QualityPlanCase)?;
    let mut tx = once!(ctx, Act::QualityPlanCase, caller);
    let mut case = held(&mut tx, caller, Act::QualityPlanCase, id).await?;
    let mut faults = Faults::default();
    let emergency = plan
        .emergency
        .map(|text| faults.text(&text, "/emergency", 1, 1000));
    let needed = case::needs_emergency_plan(case.color);
    faults.check(emergency.is_some() || !needed, "/emergency", "required");
    next(&mut faults, plan.next_on, tx.now);
    let words = EntryWords {
        text: Some(faults.text(&plan.text, "/text", 1, 2000)),
        birth_place: Some(faults.text(&plan.birth_place, "/birth_place", 1, 120)),
        emergency,
        next_on: Some(plan.next_on),
        ..EntryWords::default()
    };
    faults.done()?;
    case.planned_at = case.planned_at.or(Some(tx.now));
    case.next_on = Some(plan.next_on);
    done(tx, caller, case, EntryKind::Planned, words).await
}

/// She was seen or called.
///
/// Errors: `http.invalid`, `quality.case_closed`.
#[instrument(name = "quality.follow_case", skip_all)]
pub async fn follow_case(
    ctx: &Ctx,
    caller: &Caller,
    id: Uuid,
    text: &str,
    next_on: NaiveDate,
) -> Result<Managed> {
    policy::allowed(caller, Act::QualityFollowCase)?;
    let mut tx = once!(ctx, Act::QualityFollowCase, caller);
    let mut case = held(&mut tx, caller, Act::QualityFollowCase, id).await?;
    let mut faults = Faults::default();
    next(&mut faults, next_on, tx.now);
    let words = EntryWords {
        text: Some(faults.text(text, "/text", 1, 2000)),
        next_on: Some(next_on),
        ..EntryWords::default()
    };
    faults.done()?;
    case.next_on = Some(next_on);
    done(tx, caller, case, EntryKind::Followed, words).await
}

/// A case is over; nothing waits for anybody any more.
///
/// Errors: `http.invalid`, `quality.case_closed`, `quality.referral_open` while another hospital has her,
/// `quality.illegal_transition` with what was never done.
#[instrument(name = "quality.close_case", skip_all)]
pub async fn close_case(
    ctx: &Ctx,
    caller: &Caller,
    id: Uuid,
    outcome: CaseOutcome,
    text: &str,
) -> Result<Managed> {
    policy::allowed(caller, Act::QualityCloseCase)?;
    let facility = caller.staff()?.facility;
    let mut tx = once!(ctx, Act::QualityCloseCase, caller);
    let mut case = held(&mut tx, caller, Act::QualityCloseCase, id).await?;
    let sent = store::referrals_of_case(&mut tx, facility, id).await?;
    if sent.iter().any(|one| one.state.is_open()) {
        return Err(Error::Refused(Code::QualityReferralOpen));
    }
    let mut faults = Faults::default();
    let words = EntryWords {
        text: Some(faults.text(text, "/text", 1, 2000)),
        ..EntryWords::default()
    };
    faults.done()?;
    if !case.may_close(outcome) {
        let current = json!({ "reported_at": case.reported_at, "planned_at": case.planned_at });
        return Err(Error::Conflict(Code::QualityIllegalTransition, current));
    }
    case.closed_at = Some(tx.now);
    case.outcome = Some(outcome);
    case.next_on = None;
    episode::facts::finish_tasks(&mut tx, facility, TO_REPORT, case.episode_id.0).await?;
    done(tx, caller, case, EntryKind::Closed, words).await
}
