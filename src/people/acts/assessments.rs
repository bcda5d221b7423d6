//! Assessments of the processing of personal information: filed and kept, never taken away (CE-232).

use chrono::NaiveDate;
use serde_json::json;
use tracing::instrument;

use crate::base::clock::clinic_date;
use crate::base::error::{Error, Result};
use crate::base::id::ImpactAssessmentId;
use crate::base::{Act, Code, Page, PageRequest, Subject};
use crate::ctx::Ctx;
use crate::http::params::Faults;
use crate::once;
use crate::people::caller::Caller;
use crate::people::model::{AssessmentBody, ImpactAssessment};
use crate::people::{policy, store};

/// An assessment to be filed.
#[derive(Clone, Debug)]
pub struct NewAssessment {
    /// Its words.
    pub body: AssessmentBody,
    /// SHA-256 of the report, hex.
    pub file_sha256: String,
    /// The day of the assessment.
    pub assessed_on: NaiveDate,
    /// The day by which it is looked at again.
    pub next_review_on: NaiveDate,
    /// The one whose place it takes.
    pub replaces: Option<ImpactAssessmentId>,
}

/// The office files an assessment, in the place of an earlier one or beside them; with today, for whether a review is due.
///
/// Errors: `people.assessment_replaced`, `http.invalid`.
#[instrument(name = "people.file_assessment", skip_all)]
pub async fn file_assessment(
    ctx: &Ctx,
    caller: &Caller,
    new: NewAssessment,
) -> Result<(ImpactAssessment, NaiveDate)> {
    let filed = file(ctx, caller, new).await?;
    Ok((filed, clinic_date(ctx.clock.now())))
}

async fn file(ctx: &Ctx, caller: &Caller, new: NewAssessment) -> Result<ImpactAssessment> {
    policy::allowed(caller, Act::PeopleFileAssessment)?;
    let staff = caller.staff()?;
    let mut tx = once!(ctx, Act::PeopleFileAssessment, caller);
    let mut faults = Faults::default();
    let body = AssessmentBody {
        title: faults.text(&new.body.title, "/title", 1, 200),
        scope: faults.text(&new.body.scope, "/scope", 1, 4000),
        conclusion: faults.text(&new.body.conclusion, "/conclusion", 1, 4000),
    };
    let file_sha256 = new.file_sha256.to_lowercase();
    let digest = hex::decode(&file_sha256).is_ok_and(|bytes| bytes.len() == 32);
    faults.check(digest, "/file_sha256", "format");
    faults.check(
        new.assessed_on <= clinic_date(tx.now),
        "/assessed_on",
        "in_future",
    );
    faults.check(
        new.assessed_on < new.next_review_on,
        "/next_review_on",
        "inconsistent",
    );
    let replaced = match new.replaces {
        Some(id) => store::assessment(&mut tx, staff.facility, id).await?,
        None => None,
    };
    faults.check(
        new.replaces.is_none() || replaced.is_some(),
        "/replaces",
        "unknown",
    );
    faults.done()?;
    let assessment = ImpactAssessment {
        id: tx.id(),
        body,
        file_sha256,
        assessed_on: new.assessed_on,
        next_review_on: new.next_review_on,
        replaces: new.replaces,
        replaced_by: None,
        by: staff.id,
        at: tx.now,
    };
    if !store::add_assessment(&mut tx, staff.facility, &assessment).await? {
        return Err(Error::Refused(Code::PeopleAssessmentReplaced));
    }
    let detail = json!({
        "file_sha256": assessment.file_sha256, "assessed_on": assessment.assessed_on,
        "next_review_on": assessment.next_review_on, "replaces": assessment.replaces,
    });
    tx.journal(caller, Subject::thing("impact_assessment", assessment.id), detail)
        .await?;
    tx.commit_with(&assessment).await?;
    Ok(assessment)
}

/// The assessments of the hospital, newest first, with those that others replaced; and today, for which of them a review is
/// due.
#[instrument(name = "people.assessments", skip_all)]
pub async fn assessments(
    ctx: &Ctx,
    caller: &Caller,
    page: PageRequest,
) -> Result<(Page<ImpactAssessment>, NaiveDate)> {
    policy::allowed(caller, Act::PeopleAssessments)?;
    let facility = caller.staff()?.facility;
    let after = page.after("assessments")?;
    let mut tx = ctx.write(Act::PeopleAssessments).await?;
    let today = clinic_date(tx.now);
    let rows = store::assessments(&mut tx, facility, after, page.limit + 1).await?;
    let detail = json!({ "count": rows.len() });
    tx.journal(caller, Subject::list("impact_assessment"), detail)
        .await?;
    tx.commit().await?;
    Ok((page.page(rows, "assessments", |one| one.id), today))
}
