//! Adverse events.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::Role;
use crate::base::error::{Error, Result};
use crate::base::id::{AdverseEventId, FacilityId, LaborId, PatientId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::quality::model::{
    Addition, AdverseEvent, Category, Class as Grade, EventEntry, EventLine, EventState, HandedIn, Report,
};
use crate::vault::{Class, Sealed};

#[derive(sqlx::FromRow)]
struct Row {
    id: AdverseEventId,
    facility_id: FacilityId,
    number: String,
    class: String,
    category: String,
    state: String,
    severity: Option<i64>,
    reporter_id: Option<StaffId>,
    reporter_role: Option<String>,
    patient_id: Option<PatientId>,
    labor_id: Option<LaborId>,
    report: Sealed,
    occurred_at: DateTime<Utc>,
    discovered_at: DateTime<Utc>,
    reported_at: DateTime<Utc>,
    due: DateTime<Utc>,
    reported_class: String,
    reported_severity: Option<i64>,
    reported_due: DateTime<Utc>,
    escalated_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    version: i64,
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    id: Uuid,
    state: String,
    staff_id: StaffId,
    body: Sealed,
    at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct LineRow {
    id: AdverseEventId,
    number: String,
    class: String,
    category: String,
    state: String,
    occurred_at: DateTime<Utc>,
    reported_at: DateTime<Utc>,
    due: DateTime<Utc>,
    escalated_at: Option<DateTime<Utc>>,
    version: i64,
}

fn known<T>(word: Option<T>) -> Result<T> {
    word.ok_or_else(|| Error::broken("an adverse event holds an unknown word"))
}

pub async fn event(
    r: &mut impl Records,
    facility: FacilityId,
    id: AdverseEventId,
) -> Result<Option<AdverseEvent>> {
    let row: Option<Row> = r
        .q(
            "select id, facility_id, number, class, category, state, severity, reporter_id, reporter_role, patient_id, \
             labor_id, report, occurred_at, discovered_at, reported_at, due, reported_class, reported_severity, reported_due, \
             escalated_at, closed_at, version from adverse_event where facility_id = $1 and id = $2",
        )
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    let Some(row) = row else { return Ok(None) };
    let rows: Vec<EntryRow> = r
        .q(
            "select id, state, staff_id, body, at from adverse_event_entry where facility_id = $1 and event_id = $2 \
             order by at, id",
        )
        .bind(facility)
        .bind(id)
        .all()
        .await?;
    let mut entries = Vec::with_capacity(rows.len());
    for entry in rows {
        entries.push(EventEntry {
            state: known(EventState::parse(&entry.state))?,
            by: entry.staff_id,
            at: entry.at,
            addition: r.open_json(entry.id, "body", &entry.body).await?,
        });
    }
    let role = row.reporter_role.as_deref().and_then(Role::parse);
    Ok(Some(AdverseEvent {
        report: r.open_json::<Report>(row.id, "report", &row.report).await?,
        class: known(Grade::parse(&row.class))?,
        category: known(Category::parse(&row.category))?,
        state: known(EventState::parse(&row.state))?,
        reporter: row.reporter_id.zip(role),
        entries,
        files: super::files(r, facility, id).await?,
        id: row.id,
        facility_id: row.facility_id,
        number: row.number,
        severity: row.severity,
        patient_id: row.patient_id,
        labor_id: row.labor_id,
        occurred_at: row.occurred_at,
        discovered_at: row.discovered_at,
        reported_at: row.reported_at,
        due: row.due,
        handed_in: HandedIn {
            class: known(Grade::parse(&row.reported_class))?,
            severity: row.reported_severity,
            due: row.reported_due,
        },
        escalated_at: row.escalated_at,
        closed_at: row.closed_at,
        version: row.version,
    }))
}

pub async fn add_event(tx: &mut Tx, event: &AdverseEvent) -> Result<()> {
    let facility = Some(event.facility_id);
    let report = tx
        .seal_json(facility, event.id, Class::FreeText, "report", &event.report)
        .await?;
    tx.q(
        "insert into adverse_event (id, facility_id, number, class, category, state, severity, reporter_id, \
         reporter_role, patient_id, labor_id, report, occurred_at, discovered_at, reported_at, due, version, \
         reported_class, reported_severity, reported_due) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
    )
    .bind(event.id)
    .bind(event.facility_id)
    .bind(event.number.clone())
    .bind(event.class.word())
    .bind(event.category.word())
    .bind(event.state.word())
    .bind(event.severity)
    .bind(event.reporter.map(|(id, _)| id))
    .bind(event.reporter.map(|(_, role)| role.word()))
    .bind(event.patient_id)
    .bind(event.labor_id)
    .bind(report)
    .bind(event.occurred_at)
    .bind(event.discovered_at)
    .bind(event.reported_at)
    .bind(event.due)
    .bind(event.version)
    .bind(event.handed_in.class.word())
    .bind(event.handed_in.severity)
    .bind(event.handed_in.due)
    .run()
    .await?;
    Ok(())
}

/// Writes what is in clear of a report as it is now; false if another has changed it since it was read.
pub async fn save_event(tx: &mut Tx, event: &AdverseEvent) -> Result<bool> {
    let changed = tx
        .q(
            "update adverse_event set class = $3, state = $4, severity = $5, due = $6, escalated_at = $7, closed_at = $8, \
             version = version + 1 where facility_id = $1 and id = $2 and version = $9",
        )
        .bind(event.facility_id)
        .bind(event.id)
        .bind(event.class.word())
        .bind(event.state.word())
        .bind(event.severity)
        .bind(event.due)
        .bind(event.escalated_at)
        .bind(event.closed_at)
        .bind(event.version)
        .run()
        .await?;
    Ok(changed == 1)
}

pub async fn add_entry(
    tx: &mut Tx,
    event: &AdverseEvent,
    by: StaffId,
    addition: &Addition,
) -> Result<EventEntry> {
    let (id, now) = (tx.id::<Uuid>(), tx.now);
    let body = tx
        .seal_json(Some(event.facility_id), id, Class::FreeText, "body", addition)
        .await?;
    tx.q(
        "insert into adverse_event_entry (id, facility_id, event_id, state, staff_id, body, at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id)
    .bind(event.facility_id)
    .bind(event.id)
    .bind(event.state.word())
    .bind(by)
    .bind(body)
    .bind(now)
    .run()
    .await?;
    Ok(EventEntry {
        state: event.state,
        by,
        at: now,
        addition: addition.clone(),
    })
}

/// Reports, the newest first.
pub async fn events(
    q: &mut impl Q,
    facility: FacilityId,
    state: Option<EventState>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<EventLine>> {
    // An empty word stands for every state.
    let state = state.map_or("", EventState::word);
    let (at, id) = after.unwrap_or((far(), Uuid::max()));
    let rows: Vec<LineRow> = q
        .q(
            "select id, number, class, category, state, occurred_at, reported_at, due, escalated_at, version \
             from adverse_event where facility_id = $1 and ($2 = '' or state = $2) \
             and (reported_at, id) < ($3, $4) order by reported_at desc, id desc limit $5",
        )
        .bind(facility)
        .bind(state)
        .bind(at)
        .bind(id)
        .bind(limit)
        .all()
        .await?;
    let lines = rows.into_iter().map(|row| {
        Ok(EventLine {
            class: known(Grade::parse(&row.class))?,
            category: known(Category::parse(&row.category))?,
            state: known(EventState::parse(&row.state))?,
            id: row.id,
            number: row.number,
            occurred_at: row.occurred_at,
            reported_at: row.reported_at,
            due: row.due,
            escalated_at: row.escalated_at,
            version: row.version,
        })
    });
    lines.collect()
}

/// Later than every report.
pub(super) fn far() -> DateTime<Utc> {
    DateTime::from_timestamp(253_370_764_800, 0).unwrap_or(DateTime::UNIX_EPOCH)
}
