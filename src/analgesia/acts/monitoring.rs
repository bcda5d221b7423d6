//! Observations and complications.

use serde_json::json;
use tracing::instrument;

use super::admission::enqueue;
use super::{call, locked, not_closed};
use crate::analgesia::model::{
    Complication, ComplicationCode, Event, LaborState, Observation, ObservationRow,
};
use crate::analgesia::rules::{self, Background, Call};
use crate::analgesia::store;
use crate::base::error::Result;
use crate::base::id::LaborId;
use crate::base::{Act, Subject};
use crate::ctx::Ctx;
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::{episode, people};

/// A monitor's queue after an hour without network.
const MOST_AT_ONCE: usize = 100;

/// Takes a batch of observations whole, or none of it.
///
/// Errors: `http.invalid` with each unusual value that was not confirmed, `analgesia.labor_closed`.
#[instrument(name = "analgesia.observe", skip_all)]
pub async fn observe(
    ctx: &Ctx,
    caller: &Caller,
    id: LaborId,
    batch: Vec<Observation>,
) -> Result<Vec<ObservationRow>> {
    policy::allowed(caller, Act::AnalgesiaObserve)?;
    let me = caller.staff()?;
    let mut tx = once!(ctx, Act::AnalgesiaObserve, caller);
    let (labor, _) = locked(&mut tx, caller, Act::AnalgesiaObserve, id).await?;
    not_closed(&labor)?;
    let mut sheet = rules::Sheet::new(tx.now, &[], false);
    let length = i64::try_from(batch.len()).unwrap_or(i64::MAX);
    sheet.score(Some(length), "/observations", 1, MOST_AT_ONCE as i64);
    for (index, seen) in batch.iter().enumerate() {
        rules::check_observation(&mut sheet, seen, &format!("/observations/{index}"));
    }
    sheet.done()?;
    let settings = people::facts::facility(&mut tx, labor.facility_id)
        .await?
        .settings;
    let one_hour = labor
        .first_dose_at
        .map(|first| rules::window(first, settings.one_hour_window_min));
    let known = store::observations(&mut tx, labor.facility_id, labor.id).await?;
    let rows: Vec<ObservationRow> = batch
        .into_iter()
        .map(|observation| ObservationRow {
            id: tx.id(),
            recorded_at: tx.now,
            by: me.id,
            observation,
            alarms: Vec::new(),
        })
        .collect();
    let judged = judge(
        known,
        rows,
        Background {
            one_hour,
            ..Background::default()
        },
    );
    let mut saved = Vec::with_capacity(judged.len());
    for (row, alarm) in judged {
        store::add_observation(&mut tx, labor.facility_id, labor.id, &row).await?;
        if let Some(alarm) = alarm {
            call(&mut tx, &labor, "analgesia.alarm", row.id, &alarm).await?;
        }
        saved.push(row);
    }
    let scored = |row: &ObservationRow| row.observation.pain_tenths().is_some();
    let in_window = |row: &ObservationRow| {
        one_hour.is_some_and(|(from, to)| (from..=to).contains(&row.observation.observed_at))
    };
    if saved.iter().any(|row| scored(row) && in_window(row)) {
        let kind = "analgesia.one_hour";
        episode::facts::finish_tasks(&mut tx, labor.facility_id, kind, labor.id.into()).await?;
    }
    let alarms: usize = saved.iter().map(|row| row.alarms.len()).sum();
    let subject = Subject::of_patient("labor", labor.id, labor.patient_id);
    let detail = json!({ "count": saved.len(), "alarms": alarms });
    tx.journal(caller, subject, detail).await?;
    tx.commit_with(&saved).await?;
    Ok(saved)
}

/// New observations in their place among the known ones, each judged by what was seen before it.
fn judge(
    known: Vec<ObservationRow>,
    new: Vec<ObservationRow>,
    background: Background,
) -> Vec<(ObservationRow, Option<Call>)> {
    let mut all: Vec<(bool, ObservationRow)> = known.into_iter().map(|row| (false, row)).collect();
    all.extend(new.into_iter().map(|row| (true, row)));
    all.sort_by_key(|(_, row)| row.observation.observed_at);
    let mut before = background;
    let mut judged = Vec::new();
    for (is_new, mut row) in all {
        let calls = rules::of_observation(&row.observation, &before);
        before = before.after(&row.observation);
        if is_new {
            let (alarms, calls): (Vec<_>, Vec<_>) = calls.into_iter().unzip();
            row.alarms = alarms;
            judged.push((row, Call::together(&calls)));
        }
    }
    judged
}

/// Reports a complication.
///
/// Errors: `analgesia.labor_closed`, `http.invalid`.
#[instrument(name = "analgesia.complication", skip_all)]
pub async fn complication(ctx: &Ctx, caller: &Caller, id: LaborId, mut event: Event) -> Result<Complication> {
    policy::allowed(caller, Act::AnalgesiaComplication)?;
    let me = caller.staff()?;
    let mut tx = once!(ctx, Act::AnalgesiaComplication, caller);
    let (labor, _) = locked(&mut tx, caller, Act::AnalgesiaComplication, id).await?;
    let mut sheet = rules::Sheet::new(tx.now, &[], false);
    sheet.past(Some(event.onset_at), "/onset_at");
    sheet.past(event.resolved_at, "/resolved_at");
    sheet.agree(
        event.resolved_at.is_none_or(|at| at >= event.onset_at),
        "/resolved_at",
    );
    sheet.score(Some(event.severity), "/severity", 1, 4);
    sheet.need(
        event.code != ComplicationCode::Adp || event.adp_next.is_some(),
        "/adp_next",
    );
    if let Some(treatment) = event.treatment.take() {
        event.treatment = Some(sheet.faults.text(&treatment, "/treatment", 1, 1000));
    }
    sheet.done()?;
    let row = Complication {
        id: tx.id(),
        recorded_at: tx.now,
        by: me.id,
        event,
    };
    store::add_complication(&mut tx, labor.facility_id, labor.id, &row).await?;
    call(
        &mut tx,
        &labor,
        "analgesia.complication",
        row.id,
        &rules::of_event(&row.event),
    )
    .await?;
    if labor.state != LaborState::Open {
        let now = tx.now;
        enqueue(&mut tx, &labor, "followup.schedule", now).await?;
    }
    let subject = Subject::of_patient("labor", labor.id, labor.patient_id);
    let detail = json!({ "code": row.event.code.word(), "severity": row.event.severity });
    tx.journal(caller, subject, detail).await?;
    tx.commit_with(&row).await?;
    Ok(row)
}
