//! Corrections: what was written down and is not so, and everything that was ever written down.

use chrono::Duration;
use serde_json::json;
use tracing::instrument;
use uuid::Uuid;

use super::admission::{RESPONSE, enqueue, waiting, waits_again};
use super::alarms::{answered, hand_over};
use super::birth::tell_ending;
use super::locked;
use super::mistaken::{no_birth, no_end};
use super::monitoring::{ONE_HOUR, report, start_clocks, take};
use super::stop::follow;
use crate::analgesia::model::{
    Alarm, Complication, CorrectedKind, Correction, Event, History, Labor, LaborState, Observation, Raised,
};
use crate::analgesia::{rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::{LaborId, ObservationId};
use crate::base::{Act, Noun, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode::model::Stage;
use crate::people::caller::Caller;
use crate::people::policy::{self, Belongs};
use crate::{episode, once};

/// She is reminded of the one-hour score from here on.
const REMINDER: Duration = Duration::minutes(55);

/// What is said of a row that is not so.
pub struct CorrectionDraft {
    /// The row.
    pub target: Uuid,
    /// Why.
    pub reason: String,
    /// What was seen instead.
    pub observation: Option<Observation>,
    /// What happened instead, or how it went on.
    pub complication: Option<Event>,
}

/// Corrects an observation, a complication or a request by a new row that points back, or marks it as entered in error. A
/// complication that went on, was treated or is over is corrected in the same way. A birth and an end of analgesia are
/// corrected where they are written, and here marked as entered in error, with all their versions; a time-out is held again.
///
/// Errors: `http.invalid` for a row that is not of this labor or counts no longer, and for what is written in its place;
/// `Forbidden` for a time-out, a birth or an end by a role that does not write it.
#[instrument(name = "analgesia.correct", skip_all)]
pub async fn correct(ctx: &Ctx, caller: &Caller, id: LaborId, draft: CorrectionDraft) -> Result<Correction> {
    policy::allowed(caller, Act::AnalgesiaCorrect)?;
    let me = caller.staff()?;
    let mut tx = once!(ctx, Act::AnalgesiaCorrect, caller);
    let (mut labor, episode) = locked(&mut tx, caller, Act::AnalgesiaCorrect, id).await?;
    let kind = kind_of(&mut tx, &labor, draft.target).await?;
    let kind = kind.ok_or_else(|| Error::invalid("/target", "unknown"))?;
    match kind {
        // Whoever writes it takes it back.
        CorrectedKind::TimeOut => policy::allowed(caller, Act::AnalgesiaTimeOut)?,
        CorrectedKind::Stop => policy::allowed(caller, Act::AnalgesiaStop)?,
        CorrectedKind::Delivery => policy::allowed(caller, Act::AnalgesiaDeliver)?,
        CorrectedKind::Observation | CorrectedKind::Complication | CorrectedKind::Request => {}
    }
    let mut sheet = rules::Sheet::new(tx.now, &[], false);
    let reason = sheet.faults.text(&draft.reason, "/reason", 2, 500);
    let (observation, mut complication) = (draft.observation, draft.complication);
    sheet.agree(
        observation.is_none() || kind == CorrectedKind::Observation,
        "/observation",
    );
    sheet.agree(
        complication.is_none() || kind == CorrectedKind::Complication,
        "/complication",
    );
    if let Some(seen) = &observation {
        rules::check_observation(&mut sheet, seen, "/observation");
    }
    if let Some(event) = &mut complication {
        rules::check_event(&mut sheet, event, "/complication");
    }
    sheet.done()?;
    let event = complication.map(|event| Complication {
        id: tx.id(),
        recorded_at: tx.now,
        by: me.id,
        event,
    });
    let mut correction = Correction {
        id: tx.id(),
        kind,
        target: draft.target,
        replacement: event.as_ref().map(|row| row.id.0),
        reason,
        by: me.id,
        at: tx.now,
    };
    let called = match kind {
        CorrectedKind::Observation => seen_instead(&mut tx, &labor, &mut correction, observation).await?,
        CorrectedKind::Complication => goes_on(&mut tx, &labor, &correction, event).await?,
        CorrectedKind::Request | CorrectedKind::TimeOut => {
            keep(&mut tx, &labor, &correction).await?;
            Vec::new()
        }
        CorrectedKind::Stop => {
            no_end(&mut tx, &labor, &correction).await?;
            Vec::new()
        }
        CorrectedKind::Delivery => {
            no_birth(&mut tx, &mut labor, &episode, &correction).await?;
            Vec::new()
        }
    };
    follow(&mut tx, &labor, me.id).await?;
    let now = tx.now;
    if kind == CorrectedKind::Complication && labor.state != LaborState::Open {
        tell_ending(&mut tx, &labor).await?;
        enqueue(&mut tx, &labor, "followup.schedule", now).await?;
    }
    if kind == CorrectedKind::Delivery {
        enqueue(&mut tx, &labor, "followup.schedule", now).await?;
    }
    if matches!(
        kind,
        CorrectedKind::Complication | CorrectedKind::Stop | CorrectedKind::Delivery
    ) {
        enqueue(&mut tx, &labor, "quality.look", now).await?;
    }
    if kind == CorrectedKind::Request {
        let left = store::requests(&mut tx, labor.facility_id, labor.id).await?;
        labor.requested_at = left.first().map(|request| request.requested_at);
        store::save_labor(&mut tx, &labor).await?;
        let since = waiting(&mut tx, &labor).await?;
        // The clock of the request that was not so is no longer hers.
        if since.is_none_or(|asked| asked + RESPONSE > now) {
            answered(&mut tx, &labor, me.id).await?;
        }
        if let Some(asked) = since {
            waits_again(&mut tx, &labor, asked).await?;
        }
    }
    let is_over = episode.stage == Stage::Closed;
    if !is_over && labor.first_dose_at.is_some_and(|first| tx.now > first + REMINDER) {
        // The score of one hour may have been the row that counts no longer.
        enqueue(&mut tx, &labor, ONE_HOUR, now).await?;
    }
    let subject = Subject::of_patient("labor", labor.id, labor.patient_id);
    let urgent = called.iter().any(|alarm| alarm.urgent);
    let detail = json!({
        "kind": kind.word(), "target": correction.target, "replaced": correction.replacement.is_some(),
        "alarms": called.len(), "urgent": urgent,
    });
    tx.journal(caller, subject, detail).await?;
    tx.commit_with(&correction).await?;
    Ok(correction)
}

/// What kind of row it is, while it counts.
async fn kind_of(tx: &mut Tx, labor: &Labor, target: Uuid) -> Result<Option<CorrectedKind>> {
    let (facility, id) = (labor.facility_id, labor.id);
    let seen = store::observations(tx, facility, &[id]).await?;
    if seen.iter().any(|row| row.id.0 == target) {
        return Ok(Some(CorrectedKind::Observation));
    }
    let reported = store::complications(tx, facility, id).await?;
    if reported.iter().any(|row| row.id.0 == target) {
        return Ok(Some(CorrectedKind::Complication));
    }
    let asked = store::requests(tx, facility, id).await?;
    if asked.iter().any(|request| request.id == target) {
        return Ok(Some(CorrectedKind::Request));
    }
    let held = store::time_outs(tx, facility, id).await?;
    if held.iter().any(|one| one.id == target) {
        return Ok(Some(CorrectedKind::TimeOut));
    }
    let end = store::stop(tx, facility, id).await?;
    if end.is_some_and(|version| version.id == target) {
        return Ok(Some(CorrectedKind::Stop));
    }
    let birth = store::delivery(tx, facility, id).await?;
    let given = birth.is_some_and(|version| version.id == target);
    Ok(given.then_some(CorrectedKind::Delivery))
}

pub(super) async fn keep(tx: &mut Tx, labor: &Labor, correction: &Correction) -> Result<()> {
    store::add_correction(tx, labor.facility_id, labor.id, correction).await
}

/// What was seen instead takes the place of the row, and is judged among the others without it.
async fn seen_instead(
    tx: &mut Tx,
    labor: &Labor,
    correction: &mut Correction,
    observation: Option<Observation>,
) -> Result<Vec<Raised>> {
    let known = store::observations(tx, labor.facility_id, &[labor.id]).await?;
    let gone = known.iter().find(|row| row.id.0 == correction.target);
    let batch: Vec<(ObservationId, Observation)> =
        observation.into_iter().map(|seen| (tx.id(), seen)).collect();
    correction.replacement = batch.first().map(|(id, _)| id.0);
    keep(tx, labor, correction).await?;
    let (_, called) = take(tx, labor, correction.by, batch, gone).await?;
    Ok(called)
}

/// A complication that became graver, or is another one, calls again; one that went on does not, and one that was none is
/// over with all that it called for.
pub(super) async fn goes_on(
    tx: &mut Tx,
    labor: &Labor,
    correction: &Correction,
    instead: Option<Complication>,
) -> Result<Vec<Raised>> {
    let before = store::complications(tx, labor.facility_id, labor.id).await?;
    let before = before.into_iter().find(|known| known.id.0 == correction.target);
    keep(tx, labor, correction).await?;
    let mut raised = store::alarms(tx, labor.facility_id, &[labor.id]).await?;
    let (by, target) = (correction.by, correction.target);
    let Some(row) = &instead else {
        hand_over(tx, labor, by, &mut raised, target, &[]).await?;
        return Ok(Vec::new());
    };
    let mut standing: Vec<(Alarm, Uuid)> = rules::clocks(row.event.code)
        .iter()
        .map(|(alarm, _)| (*alarm, row.id.0))
        .collect();
    let known = before.as_ref().is_some_and(|before| {
        before.event.code == row.event.code
            && before.event.severity >= row.event.severity
            && (before.event.adp_next == row.event.adp_next || row.event.adp_next.is_none())
    });
    if known {
        standing.push((Alarm::Complication, row.id.0));
        hand_over(tx, labor, by, &mut raised, target, &standing).await?;
        store::add_complication(tx, labor.facility_id, labor.id, row).await?;
        if before.is_some_and(|before| before.event.onset_at != row.event.onset_at) {
            start_clocks(tx, labor, row).await?;
        }
        return Ok(Vec::new());
    }
    hand_over(tx, labor, by, &mut raised, target, &standing).await?;
    Ok(report(tx, labor, row).await?.into_iter().collect())
}

/// Everything that was ever written down of a labor.
///
/// Errors: `Missing`.
#[instrument(name = "analgesia.history", skip_all)]
pub async fn history(ctx: &Ctx, caller: &Caller, id: LaborId) -> Result<History> {
    policy::allowed(caller, Act::AnalgesiaHistory)?;
    let facility = caller.place()?;
    let mut tx = ctx.write(Act::AnalgesiaHistory).await?;
    let labor = store::labor(&mut tx, facility, id).await?;
    let labor = labor.ok_or(Error::Missing(Noun::Labor))?;
    let belongs = Belongs {
        facility: labor.facility_id,
        account: None,
    };
    policy::may(caller, Act::AnalgesiaHistory, Noun::Labor, belongs)?;
    let now = tx.now;
    episode::facts::may_read(&mut tx, caller, Act::AnalgesiaHistory, labor.patient_id, now).await?;
    let history = History {
        time_outs: store::every_time_out(&mut tx, facility, id).await?,
        records: store::every_record(&mut tx, facility, id).await?,
        stops: store::every_stop(&mut tx, facility, id).await?,
        deliveries: store::every_delivery(&mut tx, facility, id).await?,
        observations: store::every_observation(&mut tx, facility, id).await?,
        complications: store::every_complication(&mut tx, facility, id).await?,
        requests: store::every_request(&mut tx, facility, id).await?,
        corrections: store::corrections(&mut tx, facility, id).await?,
    };
    let subject = Subject::of_patient("labor", labor.id, labor.patient_id);
    tx.journal(caller, subject, json!({})).await?;
    tx.commit().await?;
    Ok(history)
}
