//! The birth.

use chrono::Duration;
use serde_json::json;
use tracing::instrument;

use super::admission::{enqueue, step};
use super::alarms::{answered, come_and_look};
use super::chart::chart;
use super::locked;
use super::stop::follow;
use super::time_out::awaits_record;
use crate::analgesia::model::{
    Chart, CloseReason, Delivery, DeliveryMode, DeliveryVersion, Labor, LaborState,
};
use crate::analgesia::rules::Found;
use crate::analgesia::{rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::LaborId;
use crate::base::{Act, Code, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode::model::{Episode, Stage, StepKind, StepState, day};
use crate::people::caller::Caller;
use crate::people::policy;
use crate::{consent, episode};

/// From then on nothing more is asked about a birth, and the pregnancy is over.
const POSTPARTUM: Duration = Duration::days(56);

/// Records the birth, with or without analgesia; a correction appends a version with its reason.
///
/// Errors: `analgesia.labor_closed` for a labor that was closed without a birth, unless one was taken back, `http.invalid`,
/// `Stale`.
#[instrument(name = "analgesia.deliver", skip_all)]
pub async fn deliver(ctx: &Ctx, caller: &Caller, id: LaborId, mut delivery: Delivery) -> Result<Chart> {
    policy::allowed(caller, Act::AnalgesiaDeliver)?;
    let me = caller.staff()?;
    let mut tx = ctx.write(Act::AnalgesiaDeliver).await?;
    let (mut labor, episode) = locked(&mut tx, caller, Act::AnalgesiaDeliver, id).await?;
    caller.request.must_match(labor.version)?;
    let before = store::delivery(&mut tx, labor.facility_id, labor.id).await?;
    let last = store::last_delivery(&mut tx, labor.facility_id, labor.id).await?;
    if before.is_none() && !takes_birth(&mut tx, &labor, last).await? {
        return Err(Error::Refused(Code::AnalgesiaLaborClosed));
    }
    let mut sheet = rules::Sheet::new(tx.now, &delivery.confirmed, false);
    rules::check_delivery(&mut sheet, &delivery);
    let known = before.as_ref().map_or_else(Found::default, |before| {
        let mut sheet = rules::Sheet::new(tx.now, &[], false);
        rules::check_delivery(&mut sheet, &before.delivery);
        sheet.known()
    });
    let corrects = match &before {
        Some(before) => rules::corrects_delivery(&before.delivery, &delivery)?,
        None => false,
    };
    sheet.corrected(corrects, delivery.correction_reason.as_deref());
    let found = sheet.done()?;
    delivery.babies.sort_by_key(|baby| baby.baby_no);
    let first = delivery.babies.iter().map(|baby| baby.born_at).min();
    let born_at = first.ok_or_else(|| Error::invalid("/babies", "required"))?;
    let decision_to_delivery_min = delivery
        .cs_decision_at
        .filter(|_| delivery.mode == DeliveryMode::CesareanIntrapartum)
        .and_then(|decided| Some((rules::born_by_cesarean(&delivery, decided)? - decided).num_minutes()));
    let version = DeliveryVersion {
        id: tx.id(),
        number: last + 1,
        at: tx.now,
        first_at: before.as_ref().map_or(tx.now, |before| before.first_at),
        by: me.id,
        born_at,
        decision_to_delivery_min,
        babies: delivery.babies.iter().map(rules::judge_baby).collect(),
        delivery,
    };
    let gestation = episode.gestation(day(born_at));
    let at_birth = store::AtBirth {
        gestation_days: gestation.weeks * 7 + gestation.days,
        parity: episode.parity,
    };
    store::add_delivery(&mut tx, labor.facility_id, labor.id, &version, at_birth).await?;
    labor.born_at = Some(born_at);
    labor.version += 1;
    let is_first = before.is_none();
    if labor.state == LaborState::Open {
        labor.state = LaborState::Delivered;
    }
    store::save_labor(&mut tx, &labor).await?;
    episode::facts::set_born(&mut tx, labor.facility_id, episode.id, Some(born_at)).await?;
    if is_first {
        if is_current(&mut tx, &episode).await? {
            episode::facts::set_stage(&mut tx, labor.facility_id, episode.id, Stage::Postpartum).await?;
        }
        step(&mut tx, &labor, StepKind::Delivery, "delivery", StepState::Done).await?;
        answered(&mut tx, &labor, me.id).await?;
        if !awaits_record(&mut tx, &labor).await? {
            consent::facts::closed(&mut tx, labor.facility_id, episode.id, false).await?;
        }
    }
    come_and_look(&mut tx, &labor, version.id, &found, &known).await?;
    tell_ending(&mut tx, &labor).await?;
    follow(&mut tx, &labor, me.id).await?;
    let now = tx.now;
    enqueue(&mut tx, &labor, "followup.schedule", now).await?;
    enqueue(&mut tx, &labor, "quality.look", now).await?;
    enqueue(&mut tx, &labor, "followup.over", born_at + POSTPARTUM).await?;
    let subject = Subject::of_patient("labor", labor.id, labor.patient_id);
    let detail = json!({
        "number": version.number,
        "mode": version.delivery.mode.word(),
        "babies": version.babies.len(),
    });
    tx.journal(caller, subject, detail).await?;
    let chart = chart(&mut tx, labor, now).await?;
    tx.commit().await?;
    Ok(chart)
}

/// Whether a labor takes the birth that is written down first: one that was closed does after another birth was taken back,
/// unless it was all a mistake or she is in labor again.
async fn takes_birth(tx: &mut Tx, labor: &Labor, last: i64) -> Result<bool> {
    if labor.state != LaborState::Closed {
        return Ok(true);
    }
    let again = store::running(tx, labor.facility_id, labor.episode_id).await?;
    Ok(last > 0 && labor.close_reason != Some(CloseReason::Cancelled) && again.is_none())
}

/// Whether no other pregnancy of hers has begun since.
async fn is_current(tx: &mut Tx, episode: &Episode) -> Result<bool> {
    let current = episode::facts::current(tx, episode.facility_id, episode.patient_id).await?;
    Ok(current.is_some_and(|current| current.id == episode.id))
}

/// Tells her pregnancy how it ended, in the transaction in which that becomes known: her screen congratulates nobody in
/// between.
pub(super) async fn tell_ending(tx: &mut Tx, labor: &Labor) -> Result<()> {
    let birth = store::birth(tx, labor.facility_id, labor.id).await?;
    let ending = rules::ending(birth.as_ref(), labor.close_reason);
    if ending.is_some() {
        episode::facts::set_ending(tx, labor.facility_id, labor.episode_id, ending).await?;
    }
    Ok(())
}
