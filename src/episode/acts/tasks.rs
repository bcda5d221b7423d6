//! What waits for whom.

use chrono::{DateTime, Utc};
use serde_json::json;
use tracing::instrument;
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::id::TaskId;
use crate::base::{Act, Code, Noun, Page, PageRequest, Role, Subject};
use crate::ctx::Ctx;
use crate::episode::model::{DRAFT, REPORT_DUE, REPORT_TO_VERIFY, REPORT_UNVERIFIED, Task, Waiting};
use crate::episode::store;
use crate::once;
use crate::outbox::Message;
use crate::people::caller::Caller;
use crate::people::facts as people;
use crate::people::policy::{self, Belongs};

/// Tasks about an alarm of labor or an alert of follow-up. Ticked off, one would leave it open with nobody who comes.
const OF_ALARMS: [&str; 9] = [
    "followup.alert",
    "followup.alert_next",
    "followup.alert_officer",
    "analgesia.alarm",
    "analgesia.complication",
    "analgesia.unanswered",
    "analgesia.leg_raise",
    "analgesia.alarm_next",
    "analgesia.alarm_officer",
];

/// What waits, urgent first, then by when it is due: for the caller's role, or with `mine: false` for anybody.
#[instrument(name = "episode.tasks", skip_all)]
pub async fn tasks(
    ctx: &Ctx,
    caller: &Caller,
    mine: bool,
    due: Option<DateTime<Utc>>,
    page: PageRequest,
) -> Result<Page<Waiting>> {
    policy::allowed(caller, Act::EpisodeTasks)?;
    let staff = caller.staff()?;
    let key = serde_json::to_string(&(mine, due))?;
    let after = page.after(&key)?;
    let mut tx = ctx.write(Act::EpisodeTasks).await?;
    // What waits for those who treat her is none of the business of the quality office.
    let role = (mine || staff.role == Role::Quality).then_some(staff.role);
    let rows = store::queue(
        &mut tx,
        staff.facility,
        staff.id,
        role,
        due,
        after,
        page.limit + 1,
    )
    .await?;
    let rows = page.page(rows, &key, |task| (task.urgent, task.due_at, task.id));
    let mut items = Vec::with_capacity(rows.items.len());
    for task in rows.items {
        let patient = match task.patient_id {
            None => None,
            Some(patient) => Some(
                people::patient(&mut tx, staff.facility, patient)
                    .await?
                    .ok_or_else(|| Error::broken("a task without its woman"))?,
            ),
        };
        items.push(Waiting { task, patient });
    }
    tx.journal(caller, Subject::list("task"), json!({ "count": items.len() }))
        .await?;
    tx.commit().await?;
    Ok(Page {
        items,
        next_cursor: rows.next_cursor,
    })
}

/// Somebody whom a task waits for has done it.
///
/// Errors: `Forbidden` for another role, `episode.task_done`; `episode.task_of_alarm`, `episode.task_of_draft` and
/// `episode.task_of_report` for one that ends with its alarm, its draft or its report only.
#[instrument(name = "episode.task_done", skip_all)]
pub async fn task_done(ctx: &Ctx, caller: &Caller, id: TaskId) -> Result<Task> {
    policy::allowed(caller, Act::EpisodeTaskDone)?;
    let staff = caller.staff()?;
    let mut tx = once!(ctx, Act::EpisodeTaskDone, caller);
    let mut task = store::task(&mut tx, staff.facility, id)
        .await?
        .ok_or(Error::Missing(Noun::Task))?;
    let belongs = Belongs {
        facility: task.facility_id,
        account: None,
    };
    policy::may(caller, Act::EpisodeTaskDone, Noun::Task, belongs)?;
    if task.staff_id.is_some_and(|only| only != staff.id) {
        return Err(Error::Missing(Noun::Task));
    }
    if !task.roles.contains(&staff.role) {
        return Err(Error::Forbidden);
    }
    if OF_ALARMS.contains(&task.kind.as_str()) {
        return Err(Error::Refused(Code::EpisodeTaskOfAlarm));
    }
    if [REPORT_TO_VERIFY, REPORT_UNVERIFIED].contains(&task.kind.as_str()) {
        return Err(Error::Refused(Code::EpisodeTaskOfReport));
    }
    if task.kind == DRAFT {
        return Err(Error::Refused(Code::EpisodeTaskOfDraft));
    }
    if !store::finish_task(&mut tx, staff.facility, id, staff.id).await? {
        return Err(Error::Refused(Code::EpisodeTaskDone));
    }
    task.done_at = Some(tx.now);
    let subject = Subject {
        noun: "task",
        id: Some(id.into()),
        patient: task.patient_id.map(Uuid::from),
    };
    tx.journal(caller, subject, json!({ "kind": task.kind })).await?;
    if task.kind == REPORT_DUE {
        // What else of that labor must be reported is told next.
        tx.enqueue(Message {
            kind: "quality.remind",
            facility: Some(staff.facility),
            payload: &json!({}),
            dedupe: None,
            due: tx.now,
        })
        .await?;
    }
    tx.commit_with(&task).await?;
    Ok(task)
}
