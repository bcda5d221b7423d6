//! What waits for whom.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::Role;
use crate::base::error::Result;
use crate::base::id::{EpisodeId, FacilityId, LaborId, PatientId, StaffId, TaskId};
use crate::ctx::Tx;
use crate::db::Q;
use crate::db::run::placeholders;
use crate::episode::model::{NewDuty, NewTask, Task, TaskLine};

#[derive(sqlx::FromRow)]
struct TaskRow {
    id: TaskId,
    facility_id: FacilityId,
    patient_id: Option<PatientId>,
    episode_id: Option<EpisodeId>,
    staff_id: Option<StaffId>,
    kind: String,
    subject_id: Uuid,
    labor_id: Option<LaborId>,
    due_at: DateTime<Utc>,
    urgent: bool,
    done_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct LineRow {
    kind: String,
    due_at: DateTime<Utc>,
    done_at: Option<DateTime<Utc>>,
    done_by_id: Option<StaffId>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select t.id, t.facility_id, t.patient_id, t.episode_id, t.staff_id, t.kind, t.subject_id, t.labor_id, ",
            "t.due_at, t.urgent, t.done_at from task t ",
            $rest
        )
    };
}

async fn with_roles(q: &mut impl Q, rows: Vec<TaskRow>) -> Result<Vec<Task>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = q.q(format!(
        "select task_id, role from task_role where task_id in ({}) order by role",
        placeholders(1, rows.len())
    ));
    for row in &rows {
        query = query.bind(row.id);
    }
    let roles: Vec<(TaskId, String)> = query.all().await?;
    let of = |id: TaskId| {
        let mine = roles.iter().filter(move |(task, _)| *task == id);
        mine.filter_map(|(_, word)| Role::parse(word)).collect()
    };
    Ok(rows
        .into_iter()
        .map(|row| Task {
            roles: of(row.id),
            id: row.id,
            facility_id: row.facility_id,
            patient_id: row.patient_id,
            episode_id: row.episode_id,
            staff_id: row.staff_id,
            kind: row.kind,
            subject_id: row.subject_id,
            labor_id: row.labor_id,
            due_at: row.due_at,
            urgent: row.urgent,
            done_at: row.done_at,
        })
        .collect())
}

/// Adds a task; while one of the same kind about the same subject is open, that one is meant.
pub async fn add_task(tx: &mut Tx, task: &NewTask) -> Result<TaskId> {
    let row = New {
        facility: task.facility,
        patient: Some(task.patient),
        episode: Some(task.episode),
        only: None,
        kind: task.kind,
        subject: task.subject,
        roles: &task.roles,
        due: task.due,
        urgent: task.urgent,
    };
    add(tx, row).await
}

/// The same of the house.
pub async fn add_duty(tx: &mut Tx, duty: &NewDuty) -> Result<TaskId> {
    let row = New {
        facility: duty.facility,
        patient: None,
        episode: None,
        only: duty.only,
        kind: &duty.kind,
        subject: duty.subject,
        roles: &duty.roles,
        due: duty.due,
        urgent: duty.urgent,
    };
    add(tx, row).await
}

struct New<'a> {
    facility: FacilityId,
    patient: Option<PatientId>,
    episode: Option<EpisodeId>,
    only: Option<StaffId>,
    kind: &'a str,
    subject: Uuid,
    roles: &'a [Role],
    due: DateTime<Utc>,
    urgent: bool,
}

async fn add(tx: &mut Tx, task: New<'_>) -> Result<TaskId> {
    let open: Option<(TaskId,)> = tx
        .q("select id from task where facility_id = $1 and kind = $2 and subject_id = $3 and done_at is null")
        .bind(task.facility)
        .bind(task.kind.to_owned())
        .bind(task.subject)
        .opt()
        .await?;
    if let Some((id,)) = open {
        return Ok(id);
    }
    let id: TaskId = tx.id();
    let now = tx.now;
    tx.q(
        "insert into task (id, facility_id, patient_id, episode_id, staff_id, kind, subject_id, due_at, urgent, created_at) \
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(id)
    .bind(task.facility)
    .bind(task.patient)
    .bind(task.episode)
    .bind(task.only)
    .bind(task.kind.to_owned())
    .bind(task.subject)
    .bind(task.due)
    .bind(task.urgent)
    .bind(now)
    .run()
    .await?;
    for role in task.roles {
        tx.q("insert into task_role (task_id, role) values ($1, $2) on conflict (task_id, role) do nothing")
            .bind(id)
            .bind(role.word())
            .run()
            .await?;
    }
    Ok(id)
}

/// Says in which labor somebody is waited for.
pub async fn set_task_labor(tx: &mut Tx, facility: FacilityId, id: TaskId, labor: LaborId) -> Result<()> {
    tx.q("update task set labor_id = $3 where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(id)
        .bind(labor)
        .run()
        .await?;
    Ok(())
}

/// Ends the open tasks of a kind about a subject, because what they wait for has happened.
pub async fn finish_tasks(tx: &mut Tx, facility: FacilityId, kind: &str, subject: Uuid) -> Result<()> {
    let now = tx.now;
    tx.q(
        "update task set done_at = $4 where facility_id = $1 and kind = $2 and subject_id = $3 and done_at is null",
    )
    .bind(facility)
    .bind(kind.to_owned())
    .bind(subject)
    .bind(now)
    .run()
    .await?;
    Ok(())
}

/// Takes the tasks about a subject away, done or not, as if they had never been.
pub async fn drop_tasks(tx: &mut Tx, facility: FacilityId, subject: Uuid) -> Result<()> {
    for text in [
        "delete from task_role where task_id in (select id from task where facility_id = $1 and subject_id = $2)",
        "delete from task where facility_id = $1 and subject_id = $2",
    ] {
        tx.q(text).bind(facility).bind(subject).run().await?;
    }
    Ok(())
}

/// Marks one task done by somebody; whether it was still open.
pub async fn finish_task(tx: &mut Tx, facility: FacilityId, id: TaskId, by: StaffId) -> Result<bool> {
    let now = tx.now;
    let touched = tx.q("update task set done_at = $3, done_by_id = $4 where facility_id = $1 and id = $2 and done_at is null")
        .bind(facility)
        .bind(id)
        .bind(now)
        .bind(by)
        .run()
        .await?;
    Ok(touched == 1)
}

pub async fn task(q: &mut impl Q, facility: FacilityId, id: TaskId) -> Result<Option<Task>> {
    let row: Option<TaskRow> = q
        .q(select!("where t.facility_id = $1 and t.id = $2"))
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    Ok(with_roles(q, row.into_iter().collect()).await?.pop())
}

/// The tasks about a subject, open and done, oldest first.
pub async fn tasks_about(q: &mut impl Q, facility: FacilityId, subject: Uuid) -> Result<Vec<TaskLine>> {
    let rows: Vec<LineRow> = q
        .q("select kind, due_at, done_at, done_by_id from task where facility_id = $1 and subject_id = $2 order by id")
        .bind(facility)
        .bind(subject)
        .all()
        .await?;
    let line = |row: LineRow| TaskLine {
        kind: row.kind,
        due_at: row.due_at,
        done_at: row.done_at,
        done_by: row.done_by_id,
    };
    Ok(rows.into_iter().map(line).collect())
}

/// The open tasks of the house whose kind begins so: kind, what they are about, by when.
pub async fn open_duties(
    q: &mut impl Q,
    facility: FacilityId,
    beginning: &str,
) -> Result<Vec<(String, Uuid, DateTime<Utc>)>> {
    q.q(
        "select kind, subject_id, due_at from task where facility_id = $1 and done_at is null and patient_id is null \
         and kind like $2 order by id",
    )
    .bind(facility)
    .bind(format!("{beginning}%"))
    .all()
    .await
}

/// What is open about a pregnancy, urgent first.
pub async fn open_tasks(q: &mut impl Q, facility: FacilityId, episode: EpisodeId) -> Result<Vec<Task>> {
    let rows: Vec<TaskRow> = q
        .q(select!(
            "where t.facility_id = $1 and t.episode_id = $2 and t.done_at is null \
             order by t.urgent desc, t.due_at, t.id"
        ))
        .bind(facility)
        .bind(episode)
        .all()
        .await?;
    with_roles(q, rows).await
}

/// What waits in the hospital, urgent first, then by when it is due; of what waits for one person alone only hers.
pub async fn queue(
    q: &mut impl Q,
    facility: FacilityId,
    me: StaffId,
    role: Option<Role>,
    due: Option<DateTime<Utc>>,
    after: Option<(bool, DateTime<Utc>, TaskId)>,
    limit: i64,
) -> Result<Vec<Task>> {
    let mut sql = String::from(select!(
        "where t.facility_id = $1 and t.done_at is null and (t.staff_id is null or t.staff_id = $2)"
    ));
    let mut used = 2;
    let mut next = || {
        used += 1;
        format!("${used}")
    };
    if role.is_some() {
        let role = next();
        sql += &format!(" and exists (select 1 from task_role r where r.task_id = t.id and r.role = {role})");
    }
    if due.is_some() {
        sql += &format!(" and t.due_at <= {}", next());
    }
    if after.is_some() {
        let (urgent, due_at, id) = (next(), next(), next());
        sql += &format!(
            " and (t.urgent < {urgent} or (t.urgent = {urgent} and (t.due_at, t.id) > ({due_at}, {id})))"
        );
    }
    sql += &format!(" order by t.urgent desc, t.due_at, t.id limit {}", next());
    let mut query = q.q(sql).bind(facility).bind(me);
    if let Some(role) = role {
        query = query.bind(role.word());
    }
    if let Some(due) = due {
        query = query.bind(due);
    }
    if let Some((urgent, due_at, id)) = after {
        query = query.bind(urgent).bind(due_at).bind(id);
    }
    let rows: Vec<TaskRow> = query.bind(limit).all().await?;
    with_roles(q, rows).await
}
