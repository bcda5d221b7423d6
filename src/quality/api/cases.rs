//! Managed cases on the wire, and their routes.

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use crate::base::PageRequest;
use crate::base::id::{EpisodeId, FacilityId, PatientId, StaffId};
use crate::ctx::Ctx;
use crate::episode::model::Color;
use crate::http::answer::{Created, List};
use crate::http::problem::Failure;
use crate::people::caller::ByStaff;
use crate::quality::acts::{self, CaseLine, CasePlan, CaseReport, Managed};
use crate::quality::case::{CaseEntry, CaseOutcome, CaseState, EntryKind, ManagedCase};
use crate::quality::referral::{Referral, ReferralState};

/// A case was reported.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct CaseReportIn {
    /// To whom, 1–120 characters.
    to: String,
    /// The number of the report, 1–60 characters.
    number: Option<String>,
    /// When; now if absent.
    at: Option<DateTime<Utc>>,
}

/// What is planned for her.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct CasePlanIn {
    /// What is done, with whom, 1–2000 characters.
    text: String,
    /// Where she is to give birth, 1–120 characters.
    birth_place: String,
    /// What is done in an emergency, 1–1000 characters; a red woman needs it.
    emergency: Option<String>,
    /// When she is looked after next, within a year.
    next_on: NaiveDate,
}

/// She was seen or called.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct CaseFollowIn {
    /// What was found, 1–2000 characters.
    text: String,
    /// When she is looked after next, within a year.
    next_on: NaiveDate,
}

/// A case is over.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct CaseCloseIn {
    /// How it ended.
    outcome: CaseOutcome,
    /// In words, 1–2000 characters.
    text: String,
}

/// A managed case.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ManagedCaseOut {
    /// Its id.
    id: Uuid,
    /// Her record.
    patient: PatientId,
    /// The pregnancy.
    episode: EpisodeId,
    /// The color of the risk now.
    color: Color,
    /// An infectious disease, whose name is never here.
    purple: bool,
    /// When the risk was first graded so high.
    found_at: DateTime<Utc>,
    /// When the case was opened.
    registered_at: DateTime<Utc>,
    /// When it was reported.
    reported_at: Option<DateTime<Utc>>,
    /// When there was a plan.
    planned_at: Option<DateTime<Utc>>,
    /// When she is looked after next.
    next_on: Option<NaiveDate>,
    /// When it was closed.
    closed_at: Option<DateTime<Utc>>,
    /// How it ended.
    outcome: Option<CaseOutcome>,
}

impl From<ManagedCase> for ManagedCaseOut {
    fn from(c: ManagedCase) -> ManagedCaseOut {
        ManagedCaseOut {
            id: c.id,
            patient: c.patient_id,
            episode: c.episode_id,
            color: c.color,
            purple: c.purple,
            found_at: c.found_at,
            registered_at: c.registered_at,
            reported_at: c.reported_at,
            planned_at: c.planned_at,
            next_on: c.next_on,
            closed_at: c.closed_at,
            outcome: c.outcome,
        }
    }
}

/// A managed case in a list.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct CaseLineOut {
    /// The case.
    case: ManagedCaseOut,
    /// The hospital's number of her record.
    record_number: String,
    /// Her name.
    name: Option<String>,
}

impl From<CaseLine> for CaseLineOut {
    fn from(line: CaseLine) -> CaseLineOut {
        CaseLineOut {
            case: line.case.into(),
            record_number: line.record_number,
            name: line.name,
        }
    }
}

/// Something that was done in a case.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct CaseEntryOut {
    /// Its id.
    id: Uuid,
    /// What.
    kind: EntryKind,
    /// In somebody's words.
    text: Option<String>,
    /// To whom it was reported.
    to: Option<String>,
    /// The number of the report.
    number: Option<String>,
    /// Where she is to give birth.
    birth_place: Option<String>,
    /// What is done in an emergency.
    emergency: Option<String>,
    /// When she is looked after next.
    next_on: Option<NaiveDate>,
    /// The color, of a new grading.
    color: Option<Color>,
    /// Whether it is purple, of a new grading.
    purple: Option<bool>,
    /// By whom; absent when the system did it.
    by: Option<StaffId>,
    /// When.
    at: DateTime<Utc>,
}

impl From<CaseEntry> for CaseEntryOut {
    fn from(e: CaseEntry) -> CaseEntryOut {
        CaseEntryOut {
            id: e.id,
            kind: e.kind,
            text: e.words.text,
            to: e.words.to,
            number: e.words.number,
            birth_place: e.words.birth_place,
            emergency: e.words.emergency,
            next_on: e.words.next_on,
            color: e.words.color,
            purple: e.words.purple,
            by: e.by,
            at: e.at,
        }
    }
}

/// A referral of the case.
#[derive(Object)]
struct CaseReferralOut {
    /// Its id.
    id: Uuid,
    /// To which hospital.
    to: FacilityId,
    /// How it stands.
    state: ReferralState,
    /// When it was sent.
    sent_at: DateTime<Utc>,
}

impl From<Referral> for CaseReferralOut {
    fn from(r: Referral) -> CaseReferralOut {
        CaseReferralOut {
            id: r.id,
            to: r.to,
            state: r.state,
            sent_at: r.sent_at,
        }
    }
}

/// A managed case with what was done in it.
#[derive(Object)]
pub struct ManagedOut {
    /// The case.
    case: ManagedCaseOut,
    /// First to last.
    entries: Vec<CaseEntryOut>,
    /// Referrals to other hospitals, first to last.
    referrals: Vec<CaseReferralOut>,
}

impl From<Managed> for ManagedOut {
    fn from(m: Managed) -> ManagedOut {
        ManagedOut {
            case: m.case.into(),
            entries: m.entries.into_iter().map(Into::into).collect(),
            referrals: m.referrals.into_iter().map(Into::into).collect(),
        }
    }
}

/// Managed cases of women at high risk.
pub struct CasesApi;

#[OpenApi]
impl CasesApi {
    /// The managed cases of the hospital, the newest first
    #[oai(path = "/cases", method = "get", operation_id = "quality.managed_cases")]
    async fn cases(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        state: Query<Option<CaseState>>,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<CaseLineOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        let cases = acts::managed_cases(&ctx, &caller.0, state.0, page)
            .boxed()
            .await?;
        Ok(Json(List::of(cases)))
    }

    /// One managed case with what was done in it
    #[oai(path = "/cases/:id", method = "get", operation_id = "quality.managed_case")]
    async fn case(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<Uuid>,
    ) -> Result<Json<ManagedOut>, Failure> {
        let managed = acts::managed_case(&ctx, &caller.0, id.0).boxed().await?;
        Ok(Json(managed.into()))
    }

    /// A case was reported to the maternal and child health institution
    #[oai(
        path = "/cases/:id/report",
        method = "post",
        operation_id = "quality.report_case"
    )]
    async fn report(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<Uuid>,
        body: Json<CaseReportIn>,
    ) -> Result<Created<ManagedOut>, Failure> {
        let report = CaseReport {
            to: body.0.to,
            number: body.0.number,
            at: body.0.at,
        };
        let managed = acts::report_case(&ctx, &caller.0, id.0, report).boxed().await?;
        Ok(Created::of(managed))
    }

    /// Plan for a case; in the place of the plan before
    #[oai(path = "/cases/:id/plan", method = "post", operation_id = "quality.plan_case")]
    async fn plan(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<Uuid>,
        body: Json<CasePlanIn>,
    ) -> Result<Created<ManagedOut>, Failure> {
        let plan = CasePlan {
            text: body.0.text,
            birth_place: body.0.birth_place,
            emergency: body.0.emergency,
            next_on: body.0.next_on,
        };
        let managed = acts::plan_case(&ctx, &caller.0, id.0, plan).boxed().await?;
        Ok(Created::of(managed))
    }

    /// She was seen or called
    #[oai(
        path = "/cases/:id/follow-ups",
        method = "post",
        operation_id = "quality.follow_case"
    )]
    async fn follow(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<Uuid>,
        body: Json<CaseFollowIn>,
    ) -> Result<Created<ManagedOut>, Failure> {
        let managed = acts::follow_case(&ctx, &caller.0, id.0, &body.text, body.next_on)
            .boxed()
            .await?;
        Ok(Created::of(managed))
    }

    /// Close a case
    #[oai(
        path = "/cases/:id/close",
        method = "post",
        operation_id = "quality.close_case"
    )]
    async fn close(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<Uuid>,
        body: Json<CaseCloseIn>,
    ) -> Result<Created<ManagedOut>, Failure> {
        let managed = acts::close_case(&ctx, &caller.0, id.0, body.outcome, &body.text)
            .boxed()
            .await?;
        Ok(Created::of(managed))
    }
}
