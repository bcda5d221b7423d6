//! What she suggests in the survey, in her own words: checked by WeChat where her hospital wants it and she agreed to it.
//!
//! Asking WeChat tells somebody outside what she wrote. So nothing is asked of a text that may be about her health: no
//! other form, no question on a consent, nothing that staff wrote. Her answer is kept whatever becomes of the check.

use chrono::{DateTime, Duration, Utc};
use futures_util::FutureExt;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;
use uuid::Uuid;

use super::model::{SurveyText, TextCheck};
use super::store;
use crate::base::clock::{clinic_date, clinic_midnight};
use crate::base::error::Result;
use crate::base::id::{AccountId, FacilityId, ResponseId};
use crate::base::{Act, Subject};
use crate::content::agreements::CONTENT_CHECK;
use crate::ctx::{Ctx, Records, Tx, View};
use crate::db::Q;
use crate::forms::model::{Response, ResponseStatus};
use crate::outbox::{self, Job, Message};
use crate::questionnaire::{Answer, Answers};
use crate::wechat::{Checked, Class, Scene};
use crate::{forms, people};

/// Job: WeChat is asked about a suggestion.
pub const CHECK_TEXT: &str = "followup.check_text";

/// The question that she answers in her own words.
const SUGGESTION: &str = "sat.text";
/// Of a person who used the mini-program longer ago WeChat checks nothing.
const CHECKABLE: Duration = Duration::hours(2);
/// Until it is asked again.
const AGAIN: Duration = Duration::minutes(1);
/// Checks have a quota of their own: that they rest holds up no notice.
const WAY: &str = "wechat_checks";

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
    store::set_check(tx, response.facility_id, id, (None, TextCheck::Waiting)).await?;
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

/// Asks WeChat about a suggestion and keeps what it thinks; what can't be asked in time stays unchecked.
#[instrument(name = "followup.check_text", skip_all)]
pub(super) async fn check(ctx: &Ctx, facility: FacilityId, job: &Job) -> Result<()> {
    let OfText { text } = job.payload()?;
    let mut view = ctx.view();
    let Some(noted) = store::text(&mut view, facility, text).await? else {
        return Ok(());
    };
    if noted.check != Some(TextCheck::Waiting) {
        return Ok(());
    }
    let now = ctx.clock.now();
    let found = match ctx.circuits.rests(WAY, now) {
        Some(until) => Found::Later(until),
        None => ask(ctx, &mut view, facility, &noted).boxed().await?,
    };
    let (check, detail) = match found {
        Found::Later(at) if at <= noted.at + CHECKABLE => {
            let mut tx = ctx.db.begin().await?;
            outbox::put_back(&mut tx, job, at).await?;
            return tx.commit().await;
        }
        Found::Later(_) | Found::Never => (TextCheck::Unchecked, json!({ "check": TextCheck::Unchecked })),
        Found::Checked(checked) => {
            let check = TextCheck::from(checked.verdict);
            let detail = json!({ "check": check, "label": checked.label, "trace_id": checked.trace_id });
            (check, detail)
        }
    };
    let mut tx = ctx.write(Act::FollowupCheckText).await?;
    if !store::set_check(&mut tx, facility, text, (noted.check, check)).await? {
        return Ok(());
    }
    let subject = Subject::of_patient("response", noted.response_id, noted.patient_id);
    tx.journal_own(Act::FollowupCheckText, Some(facility), subject, detail)
        .await?;
    tx.commit().await
}

/// What came of asking.
enum Found {
    Checked(Checked),
    /// It may be asked again then.
    Later(DateTime<Utc>),
    /// It is not to be asked, or never will be answered.
    Never,
}

async fn ask(ctx: &Ctx, view: &mut View, facility: FacilityId, noted: &SurveyText) -> Result<Found> {
    let Some(response) = standing(view, facility, noted.response_id).await? else {
        return Ok(Found::Never);
    };
    // She may have taken her word back since.
    let Some(account) = agreed(ctx, view, &response).await? else {
        return Ok(Found::Never);
    };
    let answers = Answers::from_response(super::acts::form_of(ctx, &response)?, &response.content);
    let Some(text) = suggestion(&answers) else {
        return Ok(Found::Never);
    };
    let openid = people::facts::openid(view, account).await?;
    let error = match ctx.wechat.check_text(&openid, Scene::Comment, text).await {
        Ok(checked) => {
            ctx.circuits.works(WAY);
            return Ok(Found::Checked(checked));
        }
        Err(error) => error,
    };
    tracing::warn!(%error, "WeChat did not check a suggestion");
    let now = ctx.clock.now();
    Ok(match error.class {
        Class::RateMinute => Found::Later(now + AGAIN),
        Class::QuotaDay => {
            let tomorrow = clinic_midnight(clinic_date(now) + Duration::days(1));
            ctx.circuits.rest(WAY, tomorrow);
            Found::Later(tomorrow)
        }
        Class::Busy | Class::Unreached | Class::Config => {
            ctx.circuits.fails(WAY, now);
            Found::Later(now + AGAIN)
        }
        _ => Found::Never,
    })
}
