//! What is due in labor: a score or a check that is missing, a request that nobody answered.
//!
//! Each job looks at the record again and adds a task only while what it waits for has not happened.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::model::{Labor, LaborState};
use super::{acts, rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::{EpisodeId, LaborId};
use crate::base::{Act, Actor, Role, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode::model::NewTask;
use crate::outbox::Job;
use crate::{consent, episode, people};

/// What every job about a labor carries.
#[derive(Serialize, Deserialize)]
pub struct OfLabor {
    /// The labor.
    pub labor: LaborId,
    /// The pregnancy.
    pub episode: EpisodeId,
}

/// The message that a consent is in force.
#[derive(Deserialize)]
struct Consented {
    episode: EpisodeId,
}

/// Does a job of this slice; false when it is another's.
pub async fn handle(ctx: &Ctx, job: &Job) -> Result<bool> {
    if job.kind == "analgesia.consented" {
        return consented(ctx, job).await.map(|()| true);
    }
    let (kind, roles): (&'static str, &[Role]) = match job.kind.as_str() {
        "analgesia.one_hour" => ("analgesia.one_hour", &[Role::Midwife]),
        "analgesia.unanswered" => ("analgesia.unanswered", &[Role::Anesthesiologist]),
        "analgesia.leg_raise" => ("analgesia.leg_raise", &[Role::Anesthesiologist, Role::Midwife]),
        _ => return Ok(false),
    };
    let OfLabor { labor, .. } = job.payload()?;
    let facility = job
        .facility_id
        .ok_or_else(|| Error::broken("a reminder without a hospital"))?;
    let mut tx = ctx.write(Act::AnalgesiaRemind).await?;
    let Some(episode) = store::episode_of(&mut tx, facility, labor).await? else {
        return Ok(true);
    };
    episode::facts::lock(&mut tx, facility, episode).await?;
    let Some(labor) = store::labor(&mut tx, facility, labor).await? else {
        return Ok(true);
    };
    if !missing(&mut tx, kind, &labor).await? {
        return Ok(true);
    }
    let task = NewTask {
        facility,
        patient: labor.patient_id,
        episode,
        kind,
        subject: labor.id.into(),
        roles: roles.to_vec(),
        due: tx.now + chrono::Duration::minutes(if kind == "analgesia.one_hour" { 15 } else { 0 }),
        urgent: kind != "analgesia.one_hour",
    };
    episode::facts::add_task(&mut tx, &task).await?;
    let subject = Subject::of_patient("labor", labor.id, labor.patient_id);
    let detail = json!({ "task": kind, "urgent": task.urgent });
    tx.journal_as(
        Act::AnalgesiaRemind,
        Actor::SYSTEM,
        Some(facility),
        subject,
        detail,
        None,
    )
    .await?;
    tx.commit().await?;
    Ok(true)
}

async fn missing(tx: &mut Tx, kind: &str, labor: &Labor) -> Result<bool> {
    match kind {
        "analgesia.one_hour" => {
            let Some(first) = labor.first_dose_at else {
                return Ok(false);
            };
            let settings = people::facts::facility(tx, labor.facility_id).await?.settings;
            let (from, to) = rules::window(first, settings.one_hour_window_min);
            let scored = store::has_pain_between(tx, labor.facility_id, labor.id, from, to).await?;
            // Born within the hour: there was nobody to ask.
            let born = labor.born_at.is_some_and(|at| at < to);
            Ok(!scored && !born && labor.state != LaborState::Closed)
        }
        "analgesia.unanswered" => Ok(labor.state == LaborState::Open && labor.first_dose_at.is_none()),
        _ => {
            let last = acts::leg_raise_from(tx, labor).await?;
            Ok(last.is_some_and(|at| at + rules::LEG_RAISE_MISSED <= tx.now))
        }
    }
}

/// A consent that comes into force while analgesia runs, as after a start by exception, carries it from now on.
/// Idempotent: it is told once.
async fn consented(ctx: &Ctx, job: &Job) -> Result<()> {
    let Consented { episode } = job.payload()?;
    let facility = job
        .facility_id
        .ok_or_else(|| Error::broken("a consent in force without a hospital"))?;
    let mut tx = ctx.write(Act::ConsentStarted).await?;
    episode::facts::lock(&mut tx, facility, episode).await?;
    let Some(labor) = store::running(&mut tx, facility, episode).await? else {
        return Ok(());
    };
    let record = store::record(&mut tx, facility, labor.id).await?;
    let runs = record.is_some_and(|version| rules::needs_consent(&version.record))
        && store::stop(&mut tx, facility, labor.id).await?.is_none();
    if runs && consent::facts::started(&mut tx, facility, episode).await? {
        tx.commit().await?;
    }
    Ok(())
}
