//! Routes of what staff are qualified by, and what it looks like on the wire.

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use crate::base::id::StaffId;
use crate::base::{PageRequest, Role};
use crate::ctx::Ctx;
use crate::http::answer::{Created, List};
use crate::http::problem::Failure;
use crate::people::acts::{self, QualificationDraft};
use crate::people::caller::ByStaff;
use crate::people::model::{Qualification, Qualified, Requirement, Scope, Standing};

/// Something is shown of a person, or taken away.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct QualificationIn {
    /// What for: D1–D5 of an anesthesiologist, D6 and D8 of an obstetrician, D7 and D8 of a midwife.
    item: Requirement,
    /// From its day on it is not met.
    #[oai(default)]
    withdrawn: bool,
    /// The first day; of D2 the day on which the years as a resident began.
    from: NaiveDate,
    /// The last day; absent, D3 holds for a year and everything else without an end.
    until: Option<NaiveDate>,
    /// The field, of D1.
    scope: Option<Scope>,
    /// A higher title than that of a resident, of D2: the years are not asked.
    #[oai(default)]
    higher_title: bool,
    /// The number on the license, certificate or card, 1–60 characters; needed of D1, D6 and D7.
    number: Option<String>,
    /// Who approved of it for the department, of D3.
    approver: Option<StaffId>,
}

impl From<QualificationIn> for QualificationDraft {
    fn from(body: QualificationIn) -> QualificationDraft {
        QualificationDraft {
            item: body.item,
            withdrawn: body.withdrawn,
            from: body.from,
            until: body.until,
            scope: body.scope,
            higher_title: body.higher_title,
            number: body.number,
            approver: body.approver,
        }
    }
}

/// Something that was shown of a person, or taken away.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct QualificationOut {
    /// Its id.
    id: Uuid,
    /// What for.
    item: Requirement,
    /// From its day on it is not met.
    withdrawn: bool,
    /// The first day.
    from: NaiveDate,
    /// The last day; absent without an end.
    until: Option<NaiveDate>,
    /// The field, of D1.
    scope: Option<Scope>,
    /// A higher title than that of a resident, of D2.
    higher_title: bool,
    /// The number on the license, certificate or card.
    number: Option<String>,
    /// Who approved of it for the department.
    approver: Option<StaffId>,
    /// Who wrote it down; absent of what was there when the hospital was set up.
    by: Option<StaffId>,
    /// When.
    at: DateTime<Utc>,
}

impl From<Qualification> for QualificationOut {
    fn from(q: Qualification) -> QualificationOut {
        QualificationOut {
            id: q.id,
            item: q.item,
            withdrawn: q.withdrawn,
            from: q.from,
            until: q.until,
            scope: q.scope,
            higher_title: q.higher_title,
            number: q.number,
            approver: q.approver,
            by: q.by,
            at: q.at,
        }
    }
}

/// How a requirement stands.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct StandingOut {
    /// Which.
    item: Requirement,
    /// Whether it is met.
    met: bool,
    /// The last day of what meets it; absent without an end.
    until: Option<NaiveDate>,
}

/// A person with all that was shown.
#[derive(Object)]
pub struct QualifiedOut {
    /// Who.
    staff: StaffId,
    /// The name.
    name: String,
    /// As what.
    role: Role,
    /// The day that is asked about.
    on: NaiveDate,
    /// The requirements on the role on that day.
    standing: Vec<StandingOut>,
    /// An anesthesiologist who meets D1–D5: may place a block without a supervisor.
    can_do_analgesia: bool,
    /// All that was written down, the newest first.
    records: Vec<QualificationOut>,
}

impl From<Qualified> for QualifiedOut {
    fn from(q: Qualified) -> QualifiedOut {
        let out = |one: Standing| StandingOut {
            item: one.item,
            met: one.met,
            until: one.until,
        };
        QualifiedOut {
            can_do_analgesia: q.can_do_analgesia(),
            staff: q.staff,
            name: q.name,
            role: q.role,
            on: q.on,
            standing: q.standing.into_iter().map(out).collect(),
            records: q.records.into_iter().map(Into::into).collect(),
        }
    }
}

/// What staff are qualified by.
pub struct QualificationsApi;

#[OpenApi]
impl QualificationsApi {
    /// Everybody on whom there are requirements, with how they stand on a day
    #[oai(
        path = "/qualifications",
        method = "get",
        operation_id = "people.qualifications"
    )]
    async fn qualifications(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        /// The day; today if absent.
        on: Query<Option<NaiveDate>>,
        limit: Query<Option<i64>>,
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<QualifiedOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        let all = acts::qualifications(&ctx, &caller.0, on.0, page).boxed().await?;
        Ok(Json(List::of(all)))
    }

    /// One person's qualifications
    #[oai(
        path = "/staff/:id/qualifications",
        method = "get",
        operation_id = "people.qualification"
    )]
    async fn qualification(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<StaffId>,
        /// The day; today if absent.
        on: Query<Option<NaiveDate>>,
    ) -> Result<Json<QualifiedOut>, Failure> {
        let one = acts::qualification(&ctx, &caller.0, id.0, on.0).boxed().await?;
        Ok(Json(one.into()))
    }

    /// Write down that something was shown of a person, or taken away
    #[oai(
        path = "/staff/:id/qualifications",
        method = "post",
        operation_id = "people.qualify"
    )]
    async fn qualify(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        id: Path<StaffId>,
        body: Json<QualificationIn>,
    ) -> Result<Created<QualifiedOut>, Failure> {
        let one = acts::qualify(&ctx, &caller.0, id.0, body.0.into())
            .boxed()
            .await?;
        Ok(Created::of(one))
    }
}
