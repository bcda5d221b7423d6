//! Alerts and what happened to them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::id::{AlertId, EpisodeId, FacilityId, FollowUpId, PatientId, ResponseId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::followup::model::{Alert, AlertEntry, AlertEntryKind, AlertState, FoundIn, Proposal};
use crate::followup::rules;
use crate::vault::{Class, Sealed};

#[derive(sqlx::FromRow)]
struct Row {
    id: AlertId,
    facility_id: FacilityId,
    patient_id: PatientId,
    episode_id: EpisodeId,
    follow_up_id: Option<FollowUpId>,
    response_id: Option<ResponseId>,
    examination_id: Option<Uuid>,
    form: String,
    level: String,
    rules_version: String,
    notify: String,
    findings: Sealed,
    state: String,
    step: i64,
    raised_at: DateTime<Utc>,
    due: DateTime<Utc>,
    outcome: Option<Sealed>,
    proposal: Option<String>,
    confirmed_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    kind: String,
    staff_id: StaffId,
    step: i64,
    at: DateTime<Utc>,
}

const COLUMNS: &str = "id, facility_id, patient_id, episode_id, follow_up_id, response_id, examination_id, form, level, \
    rules_version, notify, findings, state, step, raised_at, due, outcome, proposal, confirmed_at";

async fn read(r: &mut impl Records, row: Row) -> Result<Alert> {
    let entries: Vec<EntryRow> = r
        .q(
            "select kind, staff_id, step, at from alert_entry where facility_id = $1 and alert_id = $2 \
             order by at, id",
        )
        .bind(row.facility_id)
        .bind(row.id)
        .all()
        .await?;
    let history = entries.into_iter().map(|entry| {
        Ok(AlertEntry {
            kind: AlertEntryKind::parse(&entry.kind)
                .ok_or_else(|| Error::broken("an alert's entry is of an unknown kind"))?,
            staff: entry.staff_id,
            step: entry.step,
            at: entry.at,
        })
    });
    Ok(Alert {
        history: history.collect::<Result<_>>()?,
        flags: while_kept(r.open_json(row.id, "findings", &row.findings).await)?,
        outcome: while_kept(r.open_if(row.id, "outcome", row.outcome.as_ref()).await)?,
        state: AlertState::parse(&row.state).ok_or_else(|| Error::broken("an alert has an unknown state"))?,
        notify: serde_json::from_str(&row.notify)?,
        id: row.id,
        facility_id: row.facility_id,
        patient_id: row.patient_id,
        episode_id: row.episode_id,
        follow_up_id: row.follow_up_id,
        found_in: match (row.response_id, row.examination_id) {
            (Some(id), _) => FoundIn::Answers(id),
            (None, Some(id)) => FoundIn::Examination(id),
            (None, None) => return Err(Error::broken("an alert was found in nothing")),
        },
        form: row.form,
        level: row.level,
        rules_version: row.rules_version,
        step: row.step,
        raised_at: row.raised_at,
        due: row.due,
        proposal: row.proposal.as_deref().and_then(Proposal::parse),
        confirmed_at: row.confirmed_at,
    })
}

/// Nothing in the place of what was destroyed with its key: the alert itself stays in the list.
fn while_kept<T: Default>(opened: Result<T>) -> Result<T> {
    match opened {
        Err(Error::Missing(_)) => Ok(T::default()),
        other => other,
    }
}

pub async fn alert(r: &mut impl Records, facility: FacilityId, id: AlertId) -> Result<Option<Alert>> {
    let row = r
        .q(format!(
            "select {COLUMNS} from alert where facility_id = $1 and id = $2"
        ))
        .bind(facility)
        .bind(id)
        .opt::<Row>()
        .await?;
    match row {
        Some(row) => read(r, row).await.map(Some),
        None => Ok(None),
    }
}

/// Whether anything was found in a pregnancy that called somebody.
pub async fn had_alert(
    q: &mut impl Q,
    facility: FacilityId,
    patient: PatientId,
    episode: EpisodeId,
) -> Result<bool> {
    let row: Option<(AlertId,)> = q
        .q("select id from alert where facility_id = $1 and patient_id = $2 and episode_id = $3 limit 1")
        .bind(facility)
        .bind(patient)
        .bind(episode)
        .opt()
        .await?;
    Ok(row.is_some())
}

/// The sort key of the queue: open first, the most urgent first, the longest waiting first.
pub type AlertKey = (i64, i64, DateTime<Utc>, Uuid);

pub fn alert_key(alert: &Alert) -> AlertKey {
    (
        alert.state.place(),
        rules::rank(&alert.level),
        alert.raised_at,
        alert.id.0,
    )
}

pub async fn alerts(
    r: &mut impl Records,
    facility: FacilityId,
    state: Option<AlertState>,
    from_step: i64,
    after: Option<AlertKey>,
    limit: i64,
) -> Result<Vec<Alert>> {
    let (place, rank, raised_at, id) = after.unwrap_or((-1, 0, DateTime::UNIX_EPOCH, Uuid::nil()));
    let (least, most) = state.map_or((0, AlertState::Closed.place()), |state| {
        (state.place(), state.place())
    });
    let rows: Vec<Row> = r
        .q(format!(
            "select {COLUMNS} from alert where facility_id = $1 and place >= $2 and place <= $3 and step >= $9 \
             and (place, rank, raised_at, id) > ($4, $5, $6, $7) order by place, rank, raised_at, id limit $8"
        ))
        .bind(facility)
        .bind(least)
        .bind(most)
        .bind(place)
        .bind(rank)
        .bind(raised_at)
        .bind(id)
        .bind(limit)
        .bind(from_step)
        .all()
        .await?;
    let mut alerts = Vec::with_capacity(rows.len());
    for row in rows {
        alerts.push(read(r, row).await?);
    }
    Ok(alerts)
}

/// Adds an alert; false if these answers have raised one before.
pub async fn add_alert(tx: &mut Tx, alert: &Alert) -> Result<bool> {
    let facility = Some(alert.facility_id);
    let findings = tx
        .seal_json(facility, alert.id, Class::Clinical, "findings", &alert.flags)
        .await?;
    let (response, examination) = match alert.found_in {
        FoundIn::Answers(id) => (Some(id), None),
        FoundIn::Examination(id) => (None, Some(id)),
    };
    let added = tx
        .q(
            "insert into alert (id, facility_id, patient_id, episode_id, follow_up_id, response_id, form, level, rank, \
             rules_version, notify, findings, state, place, step, raised_at, due, proposal, examination_id) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) \
             on conflict (response_id) do nothing",
        )
        .bind(alert.id)
        .bind(alert.facility_id)
        .bind(alert.patient_id)
        .bind(alert.episode_id)
        .bind(alert.follow_up_id)
        .bind(response)
        .bind(alert.form.clone())
        .bind(alert.level.clone())
        .bind(rules::rank(&alert.level))
        .bind(alert.rules_version.clone())
        .bind(serde_json::to_string(&alert.notify)?)
        .bind(findings)
        .bind(alert.state.word())
        .bind(alert.state.place())
        .bind(alert.step)
        .bind(alert.raised_at)
        .bind(alert.due)
        .bind(alert.proposal.map(Proposal::word))
        .bind(examination)
        .run()
        .await?;
    Ok(added == 1)
}

/// Writes state, step and outcome of an alert as they are now.
pub async fn save_alert(tx: &mut Tx, alert: &Alert) -> Result<()> {
    let outcome = tx
        .seal_if(
            Some(alert.facility_id),
            alert.id,
            Class::FreeText,
            "outcome",
            alert.outcome.as_deref(),
        )
        .await?;
    tx.q(
        "update alert set state = $3, place = $4, step = $5, outcome = $6 where facility_id = $1 and id = $2",
    )
    .bind(alert.facility_id)
    .bind(alert.id)
    .bind(alert.state.word())
    .bind(alert.state.place())
    .bind(alert.step)
    .bind(outcome)
    .run()
    .await?;
    Ok(())
}

/// An anesthesiologist has said that it is a headache after dural puncture.
pub async fn set_confirmed(tx: &mut Tx, alert: &mut Alert, by: StaffId) -> Result<()> {
    let now = tx.now;
    tx.q("update alert set confirmed_at = $3, confirmed_by_id = $4 where facility_id = $1 and id = $2")
        .bind(alert.facility_id)
        .bind(alert.id)
        .bind(now)
        .bind(by)
        .run()
        .await?;
    alert.confirmed_at = Some(now);
    Ok(())
}

pub async fn add_alert_entry(
    tx: &mut Tx,
    alert: &mut Alert,
    kind: AlertEntryKind,
    staff: StaffId,
) -> Result<()> {
    let (id, now) = (tx.id::<Uuid>(), tx.now);
    tx.q(
        "insert into alert_entry (id, facility_id, alert_id, kind, staff_id, step, at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id)
    .bind(alert.facility_id)
    .bind(alert.id)
    .bind(kind.word())
    .bind(staff)
    .bind(alert.step)
    .bind(now)
    .run()
    .await?;
    alert.history.push(AlertEntry {
        kind,
        staff,
        step: alert.step,
        at: now,
    });
    Ok(())
}
