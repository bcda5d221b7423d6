//! What the surveys came to, for the quality office.

use chrono::NaiveDate;
use serde_json::json;
use tracing::instrument;

use super::form_of;
use crate::base::error::{Error, Result};
use crate::base::{Act, Noun, Page, PageRequest, Subject};
use crate::content::forms::{REFUSAL, SATISFACTION};
use crate::ctx::{Ctx, Tx};
use crate::episode::model::day;
use crate::followup::model::{Suggestion, SurveyGroup, SurveyText, TextCheck};
use crate::followup::{checking, schedule, store, surveys};
use crate::people;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::questionnaire::Answers;

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
    let form = survey(form)?;
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

fn survey(name: &str) -> Result<&'static str> {
    let known = [SATISFACTION, REFUSAL].into_iter().find(|known| *known == name);
    known.ok_or(Error::Missing(Noun::Questionnaire))
}

/// What women suggested in a survey in a period, both days included, newest first: of their replies that stand, without
/// whose they are. Words whose check waits are left out, and risky ones unless they are asked for. A page may hold fewer than `limit`.
///
/// Errors: `Missing` for a form that is no survey, `http.invalid` for a period that ends before it begins,
/// `http.page_invalid`.
#[instrument(name = "followup.suggestions", skip_all)]
pub async fn suggestions(
    ctx: &Ctx,
    caller: &Caller,
    form: &str,
    (from, to): (NaiveDate, NaiveDate),
    risky: bool,
    page: PageRequest,
) -> Result<Page<Suggestion>> {
    policy::allowed(caller, Act::FollowupSuggestions)?;
    let facility = caller.staff()?.facility;
    let form = survey(form)?;
    let period = schedule::period(from, to).ok_or_else(|| Error::invalid("/to", "period"))?;
    let filter = format!("{facility} {form} {from} {to}");
    let before = page.after(&filter)?;
    let mut tx = ctx.write(Act::FollowupSuggestions).await?;
    let found = store::texts(&mut tx, facility, form, period, before, page.limit + 1).await?;
    let found = page.page(found, &filter, |text| text.id);
    let hidden = people::facts::out_of_lists(&mut tx, facility).await?;
    let mut items = Vec::with_capacity(found.items.len());
    for text in found
        .items
        .iter()
        .filter(|text| !hidden.contains(&text.patient_id))
    {
        items.extend(said(ctx, &mut tx, caller, text, risky).await?);
    }
    tx.journal(
        caller,
        Subject::list("survey"),
        json!({ "form": form, "count": items.len(), "risky": risky }),
    )
    .await?;
    tx.commit().await?;
    Ok(Page {
        items,
        next_cursor: found.next_cursor,
    })
}

/// One of them, if the reply stands.
async fn said(
    ctx: &Ctx,
    tx: &mut Tx,
    caller: &Caller,
    text: &SurveyText,
    risky: bool,
) -> Result<Option<Suggestion>> {
    let facility = caller.staff()?.facility;
    let Some(response) = checking::standing(tx, facility, text.response_id).await? else {
        return Ok(None);
    };
    let answers = Answers::from_response(form_of(ctx, &response)?, &response.content);
    let shown = match text.check {
        Some(TextCheck::Waiting) => false,
        Some(TextCheck::Risky) => risky,
        _ => true,
    };
    Ok(checking::suggestion(&answers).map(|words| Suggestion {
        month: day(text.at).format("%Y-%m").to_string(),
        text: shown.then(|| words.to_owned()),
        by_staff: response.entered_by.is_some(),
        check: text.check,
    }))
}
