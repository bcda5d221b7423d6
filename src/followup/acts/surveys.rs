//! What the surveys came to, for the quality office.

use chrono::NaiveDate;
use serde_json::json;
use tracing::instrument;

use crate::base::error::{Error, Result};
use crate::base::{Act, Noun, Subject};
use crate::content::forms::{REFUSAL, SATISFACTION};
use crate::ctx::Ctx;
use crate::followup::model::SurveyGroup;
use crate::followup::{schedule, store, surveys};
use crate::people::caller::Caller;
use crate::people::policy;

/// What a survey came to among the replies of a period, both days included: all, then by mode of delivery. A group with few
/// replies is hidden.
///
/// Errors: `Missing` for a form that is no survey, `http.invalid` for a period that ends before it begins.
#[instrument(name = "followup.surveys", skip_all)]
pub async fn survey_results(
    ctx: &Ctx,
    caller: &Caller,
    form: &str,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<SurveyGroup>> {
    policy::allowed(caller, Act::FollowupSurveys)?;
    let facility = caller.staff()?.facility;
    let known = [SATISFACTION, REFUSAL].into_iter().find(|name| *name == form);
    let form = known.ok_or(Error::Missing(Noun::Questionnaire))?;
    let period = schedule::period(from, to).ok_or_else(|| Error::invalid("/to", "period"))?;
    let mut tx = ctx.write(Act::FollowupSurveys).await?;
    let replies = store::survey_replies(&mut tx, facility, form, period).await?;
    tx.journal(
        caller,
        Subject::list("survey"),
        json!({ "form": form, "count": replies.len() }),
    )
    .await?;
    tx.commit().await?;
    Ok(surveys::results(&replies))
}
