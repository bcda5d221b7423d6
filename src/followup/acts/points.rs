//! The list of points, and answers entered at the bedside or by phone.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tracing::instrument;
use uuid::Uuid;

use super::judge::judge;
use crate::base::error::{Error, Result};
use crate::base::id::{AlertId, FollowUpId, ResponseId};
use crate::base::{Act, Noun, Page, PageRequest, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode::model::Episode;
use crate::followup::model::{CallOutcome, Ended, FollowUp, LostReason, PointState};
use crate::followup::{jobs, rules, store};
use crate::people::caller::Caller;
use crate::people::policy::{self, Belongs};
use crate::{episode, forms, once, people};

/// One line of the list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Listed {
    /// The point.
    pub point: FollowUp,
    /// Where it stands now.
    pub state: PointState,
    /// Her name.
    pub name: Option<String>,
    /// Record number of the hospital.
    pub record_number: String,
}

/// Points that are due, overdue or answered, the longest due first.
#[instrument(name = "followup.list", skip_all)]
pub async fn list(
    ctx: &Ctx,
    caller: &Caller,
    state: Option<PointState>,
    page: PageRequest,
) -> Result<Page<Listed>> {
    policy::allowed(caller, Act::FollowupList)?;
    let facility = caller.staff()?.facility;
    let filter = format!("{state:?}");
    let after = page.after::<(DateTime<Utc>, Uuid)>(&filter)?;
    let mut tx = ctx.write(Act::FollowupList).await?;
    let now = tx.now;
    let points = store::points(&mut tx, facility, state, now, after, page.limit + 1).await?;
    let mut rows = Vec::with_capacity(points.len());
    for point in points {
        rows.push(listed(&mut tx, point).await?);
    }
    let mut page = page.page(rows, &filter, |row| (row.point.due, row.point.id.0));
    let restricted = people::facts::restricted(&mut tx, facility).await?;
    page.items
        .retain(|row| !restricted.contains(&row.point.patient_id));
    tx.journal(
        caller,
        Subject::list("follow_up"),
        json!({ "count": page.items.len() }),
    )
    .await?;
    tx.commit().await?;
    Ok(page)
}

/// A point of the caller's hospital with its pregnancy, whose row is locked. One that waits is written to also after 42 days:
/// the last visits are due then. In one that is over whoever writes reads it, too.
///
/// Errors: `Missing`, `episode.access_needed`.
pub(super) async fn locked(
    tx: &mut Tx,
    caller: &Caller,
    act: Act,
    id: FollowUpId,
) -> Result<(FollowUp, Episode)> {
    let facility = caller.staff()?.facility;
    let missing = || Error::Missing(Noun::FollowUp);
    let known = store::point(tx, facility, id).await?.ok_or_else(missing)?;
    let episode = episode::facts::lock(tx, facility, known.episode_id)
        .await?
        .ok_or_else(missing)?;
    // Read again under the lock: she may have answered in between.
    let point = store::point(tx, facility, id).await?.ok_or_else(missing)?;
    let belongs = Belongs {
        facility: point.facility_id,
        account: None,
    };
    policy::may(caller, act, Noun::FollowUp, belongs)?;
    if point.answered_at.is_some() || point.ended.is_some() {
        let now = tx.now;
        episode::facts::may_read(tx, caller, act, point.patient_id, now).await?;
    }
    Ok((point, episode))
}

pub(super) async fn listed(tx: &mut Tx, point: FollowUp) -> Result<Listed> {
    let patient = people::facts::patient(tx, point.facility_id, point.patient_id)
        .await?
        .ok_or(Error::Missing(Noun::Patient))?;
    Ok(Listed {
        state: point.state(tx.now),
        point,
        name: patient.name,
        record_number: patient.record_number,
    })
}

/// Staff have called her about a point; one that was given up goes on once she answers.
///
/// Errors: `followup.already_answered`.
#[instrument(name = "followup.log_call", skip_all)]
pub async fn log_call(ctx: &Ctx, caller: &Caller, id: FollowUpId, outcome: CallOutcome) -> Result<Listed> {
    policy::allowed(caller, Act::FollowupLogCall)?;
    let staff = caller.staff()?;
    let mut tx = once!(ctx, Act::FollowupLogCall, caller);
    let (mut point, _) = locked(&mut tx, caller, Act::FollowupLogCall, id).await?;
    rules::may_enter(&point).map_err(Error::Refused)?;
    store::add_call(&mut tx, &mut point, outcome, staff.id).await?;
    if outcome == CallOutcome::Answered && point.ended == Some(Ended::Lost) {
        store::reopen_point(&mut tx, &point).await?;
        point.ended = None;
        point.lost_reason = None;
    }
    tx.journal(
        caller,
        Subject::of_patient("follow_up", id, point.patient_id),
        json!({ "outcome": outcome.word() }),
    )
    .await?;
    let listed = listed(&mut tx, point).await?;
    tx.commit_with(&listed).await?;
    Ok(listed)
}

/// Staff give her up after two calls that nobody answered, or after one in which she said that she does not want to be
/// asked or lives elsewhere. Her own answer would still be taken.
///
/// Errors: `followup.already_answered`, `followup.calls_missing`.
#[instrument(name = "followup.lose", skip_all)]
pub async fn lose(ctx: &Ctx, caller: &Caller, id: FollowUpId, reason: LostReason) -> Result<Listed> {
    policy::allowed(caller, Act::FollowupLose)?;
    let mut tx = once!(ctx, Act::FollowupLose, caller);
    let (mut point, _) = locked(&mut tx, caller, Act::FollowupLose, id).await?;
    rules::may_lose(&point, reason).map_err(Error::Refused)?;
    store::end_point(&mut tx, &point, Ended::Lost, Some(reason)).await?;
    episode::facts::finish_tasks(&mut tx, point.facility_id, jobs::PHONE, id.0).await?;
    point.ended = Some(Ended::Lost);
    point.lost_reason = Some(reason);
    tx.journal(
        caller,
        Subject::of_patient("follow_up", id, point.patient_id),
        json!({ "reason": reason.word() }),
    )
    .await?;
    let listed = listed(&mut tx, point).await?;
    tx.commit_with(&listed).await?;
    Ok(listed)
}

/// What answers entered for her came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entered {
    /// The answers.
    pub response: ResponseId,
    /// Highest level: `none`, `yellow`, `orange`, `red`.
    pub level: String,
    /// Whether every question that a red flag needs was answered.
    pub complete: bool,
    /// What it raised.
    pub alert: Option<AlertId>,
    /// What to tell her, in the language of the caller.
    pub lines: Vec<String>,
}

/// Staff enter her answers, asked at the bedside or by phone; they are judged like her own.
///
/// Errors: `forms.response_invalid`, `followup.already_answered`.
#[instrument(name = "followup.enter", skip_all)]
pub async fn enter(ctx: &Ctx, caller: &Caller, id: FollowUpId, content: Value) -> Result<Entered> {
    policy::allowed(caller, Act::FollowupEnter)?;
    let mut tx = once!(ctx, Act::FollowupEnter, caller);
    let (point, episode) = locked(&mut tx, caller, Act::FollowupEnter, id).await?;
    rules::may_enter(&point).map_err(Error::Refused)?;
    let reference = point.point.word();
    let (response, answers) =
        forms::facts::record_completed(ctx, &mut tx, caller, &episode, &point.form, reference, content)
            .await?;
    let locale = caller.request.locale;
    let judged = judge(ctx, &mut tx, &response, &answers, &episode, locale).await?;
    tx.journal(
        caller,
        Subject::of_patient("follow_up", id, point.patient_id),
        json!({ "point": reference, "level": judged.level, "complete": judged.complete }),
    )
    .await?;
    let entered = Entered {
        response: response.id,
        level: judged.level,
        complete: judged.complete,
        alert: judged.alert,
        lines: judged.told.lines,
    };
    tx.commit_with(&entered).await?;
    Ok(entered)
}
