//! Observations and complications.

use chrono::{DateTime, Utc};
use serde_json::json;
use tracing::instrument;

use super::admission::enqueue;
use super::alarms::{ALARM, COMPLICATION, hand_over, raise, start_clock, take_back};
use super::birth::tell_ending;
use super::puncture::described;
use super::{locked, not_cancelled};
use crate::analgesia::model::{
    Alarm, Complication, Event, Labor, LaborState, Observation, ObservationRow, Raised,
};
use crate::analgesia::rules::{self, Background, Judged};
use crate::analgesia::store;
use crate::base::error::Result;
use crate::base::id::{LaborId, ObservationId, StaffId};
use crate::base::{Act, Subject};
use crate::ctx::{Ctx, Tx};
use crate::once;
use crate::people::caller::Caller;
use crate::people::policy;
use crate::{episode, people};

/// Job and task: the score of one hour is missing.
pub(in crate::analgesia) const ONE_HOUR: &str = "analgesia.one_hour";

/// The span within which a score counts as the one of one hour.
type Window = Option<(DateTime<Utc>, DateTime<Utc>)>;

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
    not_cancelled(&labor)?;
    let mut sheet = rules::Sheet::new(tx.now, &[], false);
    let length = i64::try_from(batch.len()).unwrap_or(i64::MAX);
    sheet.score(Some(length), "/observations", 1, MOST_AT_ONCE as i64);
    for (index, seen) in batch.iter().enumerate() {
        rules::check_observation(&mut sheet, seen, &format!("/observations/{index}"));
    }
    sheet.done()?;
    let named = batch.into_iter().map(|seen| (tx.id(), seen)).collect();
    let (saved, called) = take(&mut tx, &labor, me.id, named, None).await?;
    let urgent = called.iter().any(|alarm| alarm.urgent);
    let subject = Subject::of_patient("labor", labor.id, labor.patient_id);
    let detail = json!({ "count": saved.len(), "alarms": called.len(), "urgent": urgent });
    tx.journal(caller, subject, detail).await?;
    tx.commit_with(&saved).await?;
    Ok(saved)
}

/// Keeps observations, judges them and calls whom they call; one that counts no longer may have been removed before.
pub(super) async fn take(
    tx: &mut Tx,
    labor: &Labor,
    by: StaffId,
    batch: Vec<(ObservationId, Observation)>,
    gone: Option<&ObservationRow>,
) -> Result<(Vec<ObservationRow>, Vec<Raised>)> {
    let (background, one_hour) = background(tx, labor).await?;
    let mut raised = store::alarms(tx, labor.facility_id, &[labor.id]).await?;
    let known = store::observations(tx, labor.facility_id, &[labor.id]).await?;
    let known = rules::with_late_alarms(known, &raised);
    let mut rows: Vec<ObservationRow> = batch
        .into_iter()
        .map(|(id, observation)| ObservationRow {
            id,
            labor: labor.id,
            recorded_at: tx.now,
            by,
            observation,
            alarms: Vec::new(),
        })
        .collect();
    rows.sort_by_key(|row| row.observation.observed_at);
    let judged = rules::judge(&known, &rows, gone, background.clone());
    for row in &mut rows {
        let own = judged.iter().find(|one| one.id == row.id);
        row.alarms = own
            .map(|one| one.calls.iter().map(|(alarm, _)| *alarm).collect())
            .unwrap_or_default();
        store::add_observation(tx, labor.facility_id, row).await?;
    }
    if let Some(gone) = gone {
        let standing = rules::standing(&judged, &raised);
        hand_over(tx, labor, by, &mut raised, gone.id.0, &standing).await?;
    }
    let mut called = Vec::new();
    for one in judged {
        called.extend(watch(tx, labor, &mut raised, one).await?);
    }
    if gone.is_some() {
        forget(tx, labor, by, background).await?;
    }
    let saved = rows;
    let scored = |row: &ObservationRow| row.observation.pain_tenths().is_some();
    let in_window = |row: &ObservationRow| {
        one_hour.is_some_and(|(from, to)| (from..=to).contains(&row.observation.observed_at))
    };
    if saved.iter().any(|row| scored(row) && in_window(row)) {
        episode::facts::finish_tasks(tx, labor.facility_id, ONE_HOUR, labor.id.into()).await?;
    }
    Ok((saved, called))
}

/// What observations of this labor are compared with, and the window of its one-hour score.
pub(in crate::analgesia) async fn background(tx: &mut Tx, labor: &Labor) -> Result<(Background, Window)> {
    let settings = people::facts::facility(tx, labor.facility_id).await?.settings;
    let record = store::record(tx, labor.facility_id, labor.id).await?;
    let stop = store::stop(tx, labor.facility_id, labor.id).await?;
    let one_hour = labor
        .first_dose_at
        .map(|first| rules::window(first, settings.one_hour_window_min));
    let background = Background {
        low_pressure: settings.low_pressure,
        first_dose_at: labor.first_dose_at,
        one_hour,
        ..Background::of(
            record.map(|v| v.record).as_ref(),
            stop.map(|v| v.stop).as_ref(),
            labor.born_at.or(labor.closed_at),
        )
    };
    Ok((background, one_hour))
}

/// What is compared with has changed, as when a record is written up later: all that was seen is judged again, and whoever is
/// called for it now is. What calls for nothing any more is over only where something was `corrected`: a dose that follows
/// weak legs explains none.
pub(super) async fn judge_again(
    tx: &mut Tx,
    labor: &Labor,
    by: StaffId,
    before: &Background,
    corrected: bool,
) -> Result<()> {
    let (now, _) = background(tx, labor).await?;
    if now == *before {
        return Ok(());
    }
    judge_whole(tx, labor, by, corrected).await
}

/// Judges again all that was seen, whatever has changed.
pub(super) async fn judge_whole(tx: &mut Tx, labor: &Labor, by: StaffId, corrected: bool) -> Result<()> {
    let (background, _) = background(tx, labor).await?;
    if corrected {
        forget(tx, labor, by, background.clone()).await?;
    }
    let mut raised = store::alarms(tx, labor.facility_id, &[labor.id]).await?;
    let known = store::observations(tx, labor.facility_id, &[labor.id]).await?;
    let known = rules::with_late_alarms(known, &raised);
    for one in rules::judge_all(&known, background) {
        watch(tx, labor, &mut raised, one).await?;
    }
    Ok(())
}

/// Ends what no observation calls for any more; all of them as they are judged now.
async fn forget(tx: &mut Tx, labor: &Labor, by: StaffId, background: Background) -> Result<()> {
    let raised = store::alarms(tx, labor.facility_id, &[labor.id]).await?;
    let known = store::observations(tx, labor.facility_id, &[labor.id]).await?;
    let judged = rules::judge_all(&known, background);
    take_back(tx, labor, by, &rules::unnamed(&judged, &raised)).await
}

/// Calls whom an observation calls, and starts the clocks that it starts.
async fn watch(tx: &mut Tx, labor: &Labor, raised: &mut Vec<Raised>, one: Judged) -> Result<Option<Raised>> {
    for clock in one.clocks() {
        // Judged again, it does not call a second time for what it called for.
        let mut own = raised.iter().filter(|known| known.subject == one.id.0);
        if !own.any(|known| known.codes.contains(&clock.0)) {
            start_clock(tx, labor, clock, one.id.0, one.observed_at).await?;
        }
    }
    // Nobody can come any more to pain of before she left.
    let gone = labor.closed_at.is_some_and(|left| one.observed_at <= left);
    let mut calls = one.calls.clone();
    calls.retain(|(alarm, _)| !(gone && rules::is_pain(*alarm)));
    let calls = rules::unheard(raised, calls, |alarm, known| one.lasts(alarm, known.subject));
    let alarm = raise(tx, labor, (ALARM, one.id.0), calls).await?;
    raised.extend(alarm.clone());
    Ok(alarm)
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
    rules::check_event(&mut sheet, &mut event, "");
    sheet.done()?;
    let row = Complication {
        id: tx.id(),
        recorded_at: tx.now,
        by: me.id,
        event,
    };
    let called = match described(&mut tx, &labor, &row).await? {
        Some(called) => called,
        None => report(&mut tx, &labor, &row).await?.into_iter().collect(),
    };
    if labor.state != LaborState::Open {
        tell_ending(&mut tx, &labor).await?;
        let now = tx.now;
        enqueue(&mut tx, &labor, "followup.schedule", now).await?;
    }
    let subject = Subject::of_patient("labor", labor.id, labor.patient_id);
    let detail = json!({
        "code": row.event.code.word(), "severity": row.event.severity,
        "urgent": called.iter().any(|alarm| alarm.urgent),
    });
    tx.journal(caller, subject, detail).await?;
    tx.commit_with(&row).await?;
    Ok(row)
}

/// Keeps a complication, calls whom it calls and starts its clocks.
pub(super) async fn report(tx: &mut Tx, labor: &Labor, row: &Complication) -> Result<Option<Raised>> {
    store::add_complication(tx, labor.facility_id, labor.id, row).await?;
    // Each complication is a call of its own, whatever else is open.
    let calls = vec![(Alarm::Complication, rules::of_event(&row.event))];
    let alarm = raise(tx, labor, (COMPLICATION, row.id.0), calls).await?;
    start_clocks(tx, labor, row).await?;
    let now = tx.now;
    enqueue(tx, labor, "quality.look", now).await?;
    Ok(alarm)
}

/// Starts the clocks of a complication.
pub(super) async fn start_clocks(tx: &mut Tx, labor: &Labor, row: &Complication) -> Result<()> {
    for clock in rules::clocks(row.event.code) {
        start_clock(tx, labor, *clock, row.id.0, row.event.onset_at).await?;
    }
    Ok(())
}
