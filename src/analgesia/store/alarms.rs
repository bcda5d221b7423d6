//! Alarms: raised, taken, closed.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::known;
use crate::analgesia::model::{Alarm, AlarmState, Raised};
use crate::base::Role;
use crate::base::error::Result;
use crate::base::id::{AlarmId, FacilityId, LaborId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::{Q, placeholders};
use crate::vault::{Class, Sealed};

#[derive(sqlx::FromRow)]
struct Row {
    id: AlarmId,
    labor_id: LaborId,
    subject_id: Uuid,
    task: String,
    codes: String,
    roles: String,
    urgent: bool,
    state: String,
    step: i64,
    called: String,
    raised_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
    taken_by_id: Option<StaffId>,
    taken_at: Option<DateTime<Utc>>,
    closed_by_id: Option<StaffId>,
    closed_at: Option<DateTime<Utc>>,
    outcome: Option<Sealed>,
}

pub async fn add_alarm(tx: &mut Tx, facility: FacilityId, alarm: &Raised) -> Result<()> {
    let roles: Vec<&str> = alarm.roles.iter().map(|role| role.word()).collect();
    tx.q(
        "insert into labor_alarm (id, facility_id, labor_id, subject_id, task, codes, roles, urgent, state, step, called, \
         raised_at, due_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(alarm.id)
    .bind(facility)
    .bind(alarm.labor)
    .bind(alarm.subject)
    .bind(alarm.task.clone())
    .bind(serde_json::to_string(&alarm.codes)?)
    .bind(serde_json::to_string(&roles)?)
    .bind(alarm.urgent)
    .bind(alarm.state.word())
    .bind(alarm.step)
    .bind(serde_json::to_string(&alarm.called)?)
    .bind(alarm.raised_at)
    .bind(alarm.due_at)
    .run()
    .await?;
    Ok(())
}

/// Writes where an alarm stands: what it is about, state, step, who was called, took and closed it.
pub async fn save_alarm(tx: &mut Tx, facility: FacilityId, alarm: &Raised) -> Result<()> {
    let outcome = tx
        .seal_if(
            Some(facility),
            alarm.labor,
            Class::FreeText,
            "alarm_outcome",
            alarm.outcome.as_deref(),
        )
        .await?;
    let (taken_by, taken_at) = alarm.taken.unzip();
    let (closed_by, closed_at) = alarm.closed.unzip();
    tx.q(
        "update labor_alarm set state = $3, step = $4, called = $5, taken_by_id = $6, taken_at = $7, closed_by_id = $8, \
         closed_at = $9, outcome = $10, subject_id = $11, codes = $12 where facility_id = $1 and id = $2",
    )
    .bind(facility)
    .bind(alarm.id)
    .bind(alarm.state.word())
    .bind(alarm.step)
    .bind(serde_json::to_string(&alarm.called)?)
    .bind(taken_by)
    .bind(taken_at)
    .bind(closed_by)
    .bind(closed_at)
    .bind(outcome)
    .bind(alarm.subject)
    .bind(serde_json::to_string(&alarm.codes)?)
    .run()
    .await?;
    Ok(())
}

/// The alarms of labors, by time.
pub async fn alarms(r: &mut impl Records, facility: FacilityId, labors: &[LaborId]) -> Result<Vec<Raised>> {
    read(r, facility, labors, "").await
}

/// The alarms of labors that are not closed, by time.
pub async fn open_alarms(
    r: &mut impl Records,
    facility: FacilityId,
    labors: &[LaborId],
) -> Result<Vec<Raised>> {
    read(r, facility, labors, "and state <> 'closed'").await
}

async fn read(
    r: &mut impl Records,
    facility: FacilityId,
    labors: &[LaborId],
    which: &'static str,
) -> Result<Vec<Raised>> {
    if labors.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = r
        .q(format!(
            "select id, labor_id, subject_id, task, codes, roles, urgent, state, step, called, raised_at, due_at, \
             taken_by_id, taken_at, closed_by_id, closed_at, outcome from labor_alarm \
             where facility_id = $1 and labor_id in ({}) {which} order by raised_at, id",
            placeholders(2, labors.len())
        ))
        .bind(facility);
    for labor in labors {
        query = query.bind(*labor);
    }
    let rows: Vec<Row> = query.all().await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let codes: Vec<Alarm> = serde_json::from_str(&row.codes)?;
        let roles: Vec<String> = serde_json::from_str(&row.roles)?;
        all.push(Raised {
            outcome: r
                .open_if(row.labor_id, "alarm_outcome", row.outcome.as_ref())
                .await?,
            id: row.id,
            labor: row.labor_id,
            subject: row.subject_id,
            task: row.task,
            codes,
            roles: roles.iter().filter_map(|word| Role::parse(word)).collect(),
            urgent: row.urgent,
            state: known(AlarmState::parse(&row.state))?,
            step: row.step,
            called: serde_json::from_str(&row.called)?,
            raised_at: row.raised_at,
            due_at: row.due_at,
            taken: row.taken_by_id.zip(row.taken_at),
            closed: row.closed_by_id.zip(row.closed_at),
        });
    }
    Ok(all)
}
