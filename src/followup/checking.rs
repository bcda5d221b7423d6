//! What she suggests in the survey, in her own words: checked by WeChat where her hospital wants it and she agreed to it.
//!
//! Asking WeChat tells somebody outside what she wrote. So nothing is asked of a text that may be about her health: no
//! other form, no question on a consent, nothing that staff wrote. Her answer is kept whatever becomes of the check.

use chrono::Duration;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;
use uuid::Uuid;

use super::store;
use crate::base::error::{Error, Result};
use crate::base::id::{AccountId, FacilityId, ResponseId};
use crate::base::{Act, Code, Subject};
use crate::content::agreements::CONTENT_CHECK;
use crate::ctx::{Ctx, Records, Tx};
use crate::db::Q;
use crate::forms::model::{Response, ResponseStatus};
use crate::outbox::Message;
use crate::questionnaire::{Answer, Answers};
use crate::wechat::{Class, Scene};
use crate::{forms, people};

/// Job: WeChat is asked about a suggestion.
pub const CHECK_TEXT: &str = "followup.check_text";

/// The question that she answers in her own words.
const SUGGESTION: &str = "sat.text";
/// Of a person who used the mini-program longer ago WeChat checks nothing.
const CHECKABLE: Duration = Duration::hours(2);

/// What a job about a suggestion carries.
#[derive(Serialize, Deserialize)]
pub struct OfText {
    text: Uuid,
}

/// What she suggested.
pub(super) fn suggestion(answers: &Answers) -> Option<&str> {
    match answers.get(SUGGESTION).first() {
        Some(Answer::Text(text)) if !text.trim().is_empty() => Some(text),
        _ => None,
    }
}

/// Notes that a reply holds a suggestion, and has it checked where that is wanted.
pub(super) async fn noted(ctx: &Ctx, tx: &mut Tx, response: &Response) -> Result<()> {
    let id = store::add_text(tx, response).await?;
    if response.entered_by.is_some() || agreed(ctx, tx, response).await?.is_none() {
        return Ok(());
    }
    let due = tx.now;
    tx.enqueue(Message {
        kind: CHECK_TEXT,
        facility: Some(response.facility_id),
        payload: &OfText { text: id },
        dedupe: Some(id.to_string()),
        due,
    })
    .await
}

/// Her account, where her hospital has suggestions checked and she agrees.
async fn agreed(ctx: &Ctx, q: &mut impl Q, response: &Response) -> Result<Option<AccountId>> {
    let facility = response.facility_id;
    if !people::facts::facility(q, facility)
        .await?
        .settings
        .content_checks
    {
        return Ok(None);
    }
    let Some(account) = people::facts::account_of(q, facility, response.patient_id).await? else {
        return Ok(None);
    };
    let agreed = people::facts::has_agreed(q, ctx, account, CONTENT_CHECK).await?;
    Ok(agreed.then_some(account))
}

/// The answers that a suggestion stands in, if they still count.
pub(super) async fn standing(
    r: &mut impl Records,
    facility: FacilityId,
    id: ResponseId,
) -> Result<Option<Response>> {
    let found = forms::facts::response(r, facility, id).await?;
    Ok(found.filter(|response| response.status == ResponseStatus::Completed))
}

/// Asks WeChat about a suggestion and keeps what it thinks.
///
/// Errors: `people.wechat_unavailable` while it can't be asked; it is asked again.
#[instrument(name = "followup.check_text", skip_all)]
pub(super) async fn check(ctx: &Ctx, facility: FacilityId, job: OfText) -> Result<()> {
    let mut view = ctx.view();
    let Some(noted) = store::text(&mut view, facility, job.text).await? else {
        return Ok(());
    };
    if noted.verdict.is_some() || ctx.clock.now() > noted.at + CHECKABLE {
        return Ok(());
    }
    let Some(response) = standing(&mut view, facility, noted.response_id).await? else {
        return Ok(());
    };
    // She may have taken her word back since.
    let Some(account) = agreed(ctx, &mut view, &response).await? else {
        return Ok(());
    };
    let answers = Answers::from_response(super::acts::form_of(ctx, &response)?, &response.content);
    let Some(text) = suggestion(&answers) else {
        return Ok(());
    };
    let openid = people::facts::openid(&mut view, account).await?;
    let checked = match ctx.wechat.check_text(&openid, Scene::Comment, text).await {
        Ok(checked) => checked,
        Err(error) => {
            tracing::warn!(%error, "WeChat did not check a suggestion");
            return match error.class {
                Class::Busy | Class::Unreached | Class::RateMinute | Class::QuotaDay | Class::Config => {
                    Err(Error::Refused(Code::PeopleWechatUnavailable))
                }
                _ => Ok(()),
            };
        }
    };
    let mut tx = ctx.write(Act::FollowupCheckText).await?;
    if !store::set_verdict(&mut tx, facility, job.text, checked.verdict).await? {
        return Ok(());
    }
    tx.journal_own(
        Act::FollowupCheckText,
        Some(facility),
        Subject::of_patient("response", response.id, response.patient_id),
        json!({ "verdict": checked.verdict, "label": checked.label, "trace_id": checked.trace_id }),
    )
    .await?;
    tx.commit().await
}
