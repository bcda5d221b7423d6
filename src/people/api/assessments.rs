//! Routes of assessments of the processing of personal information, and what they look like on the wire.

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::FutureExt;
use poem::web::Data;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use crate::base::PageRequest;
use crate::base::id::{ImpactAssessmentId, StaffId};
use crate::ctx::Ctx;
use crate::http::answer::{Created, List};
use crate::http::problem::Failure;
use crate::people::acts::{self, NewAssessment};
use crate::people::caller::ByStaff;
use crate::people::model::{AssessmentBody, ImpactAssessment};

/// An assessment to be filed.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ImpactAssessmentIn {
    /// What it is called, 1–200 characters.
    title: String,
    /// Which processing it is about, 1–4000 characters.
    scope: String,
    /// What it comes to, 1–4000 characters.
    conclusion: String,
    /// SHA-256 of the report, hex.
    file_sha256: String,
    /// The day of the assessment.
    assessed_on: NaiveDate,
    /// The day by which it is looked at again; after the assessment.
    next_review_on: NaiveDate,
    /// The one whose place it takes.
    replaces: Option<ImpactAssessmentId>,
}

impl From<ImpactAssessmentIn> for NewAssessment {
    fn from(body: ImpactAssessmentIn) -> NewAssessment {
        NewAssessment {
            body: AssessmentBody {
                title: body.title,
                scope: body.scope,
                conclusion: body.conclusion,
            },
            file_sha256: body.file_sha256,
            assessed_on: body.assessed_on,
            next_review_on: body.next_review_on,
            replaces: body.replaces,
        }
    }
}

/// An assessment of the processing of personal information. It is never changed and never taken away.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ImpactAssessmentOut {
    /// Its id.
    id: ImpactAssessmentId,
    /// What it is called.
    title: String,
    /// Which processing it is about.
    scope: String,
    /// What it comes to.
    conclusion: String,
    /// SHA-256 of the report.
    file_sha256: String,
    /// The day of the assessment.
    assessed_on: NaiveDate,
    /// The day by which it is looked at again.
    next_review_on: NaiveDate,
    /// That day has come, and no other one has taken its place.
    review_due: bool,
    /// The one whose place it takes.
    replaces: Option<ImpactAssessmentId>,
    /// The one that took its place.
    replaced_by: Option<ImpactAssessmentId>,
    /// Who filed it.
    by: StaffId,
    /// When.
    at: DateTime<Utc>,
}

fn told(one: ImpactAssessment, today: NaiveDate) -> ImpactAssessmentOut {
    ImpactAssessmentOut {
        review_due: one.replaced_by.is_none() && one.next_review_on <= today,
        id: one.id,
        title: one.body.title,
        scope: one.body.scope,
        conclusion: one.body.conclusion,
        file_sha256: one.file_sha256,
        assessed_on: one.assessed_on,
        next_review_on: one.next_review_on,
        replaces: one.replaces,
        replaced_by: one.replaced_by,
        by: one.by,
        at: one.at,
    }
}

/// The quality office's.
pub struct AssessmentsApi;

#[OpenApi]
impl AssessmentsApi {
    /// File an assessment of the processing of personal information
    #[oai(
        path = "/impact-assessments",
        method = "post",
        operation_id = "people.file_assessment"
    )]
    async fn file(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        body: Json<ImpactAssessmentIn>,
    ) -> Result<Created<ImpactAssessmentOut>, Failure> {
        let (filed, today) = acts::file_assessment(&ctx, &caller.0, body.0.into())
            .boxed()
            .await?;
        Ok(Created::of(told(filed, today)))
    }

    /// Assessments of the processing of personal information, newest first
    #[oai(
        path = "/impact-assessments",
        method = "get",
        operation_id = "people.assessments"
    )]
    async fn assessments(
        &self,
        ctx: Data<&Ctx>,
        caller: ByStaff,
        /// 1–100, 20 if absent.
        limit: Query<Option<i64>>,
        /// Where to go on.
        cursor: Query<Option<String>>,
    ) -> Result<Json<List<ImpactAssessmentOut>>, Failure> {
        let page = PageRequest::new(limit.0, cursor.0)?;
        let (page, today) = acts::assessments(&ctx, &caller.0, page).boxed().await?;
        Ok(Json(List::of(page.map(|one| told(one, today)))))
    }
}
