//! What is due of drills, trainings, qualifications and reports comes before the quality office by itself, each end
//! once, and what must be reported as soon as it is recorded; a forgotten draft before its writer.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, Utc};
use serde_json::json;
use tracing::instrument;
use uuid::Uuid;

use super::drafts::remind_writers;
use super::offers::offered;
use super::trainings::due_on;
use crate::base::clock::{clinic_date, clinic_midnight};
use crate::base::error::Result;
use crate::base::id::{FacilityId, LaborId};
use crate::base::{Act, Role, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode;
use crate::episode::model::{NewDuty, REPORT_DUE, TaskLine};
use crate::outbox::Message;
use crate::quality::jobs::{OfLabor, REMIND};
use crate::quality::model::Class;
use crate::quality::rules;
use crate::quality::training::{REMINDERS, Reminder};

/// Has what is due looked at once more, because something was held, shown or reported.
pub(super) async fn look_again(tx: &mut Tx, facility: FacilityId) -> Result<()> {
    tx.enqueue(Message {
        kind: REMIND,
        facility: Some(facility),
        payload: &json!({}),
        dedupe: None,
        due: tx.now,
    })
    .await
}

/// Adds a task for what is due and was not told yet, and ends those of what is due no more.
#[instrument(name = "quality.remind", skip_all)]
pub async fn remind(ctx: &Ctx, facility: FacilityId) -> Result<()> {
    let mut tx = ctx.write(Act::QualityRemind).await?;
    let today = clinic_date(tx.now);
    let due = due_on(&mut tx, ctx, facility, today).await?;
    let mut due: Vec<Reminder> = due.iter().filter_map(|one| one.reminder(facility)).collect();
    due.extend(unreported(&mut tx, facility).await?);
    let open = episode::facts::open_duties(&mut tx, facility, REMINDERS).await?;
    let (mut told, ended) = settled(&mut tx, facility, open, due).await?;
    told += remind_writers(&mut tx, facility).await?;
    kept(tx, facility, told, ended).await
}

/// The same for one labor, of which something was recorded that may have to be reported.
#[instrument(name = "quality.remind", skip_all)]
pub async fn look(ctx: &Ctx, facility: FacilityId, of: OfLabor) -> Result<()> {
    let mut tx = ctx.write(Act::QualityRemind).await?;
    // Of two things that were recorded of her the later one is looked at last.
    episode::facts::lock(&mut tx, facility, of.episode).await?;
    let labor = Uuid::from(of.labor);
    let mut due = unreported(&mut tx, facility).await?;
    due.retain(|one| one.subject == labor);
    let mut open = episode::facts::open_duties(&mut tx, facility, REPORT_DUE).await?;
    open.retain(|(_, subject, _)| *subject == labor);
    let (told, ended) = settled(&mut tx, facility, open, due).await?;
    kept(tx, facility, told, ended).await
}

/// Makes what is open into what is due: how many were told, and how many ended. What a person ticked off stays so.
async fn settled(
    tx: &mut Tx,
    facility: FacilityId,
    open: Vec<(String, Uuid, DateTime<Utc>)>,
    due: Vec<Reminder>,
) -> Result<(usize, usize)> {
    let (mut told, mut ended) = (0, 0);
    for (kind, subject, at) in open {
        if !due.iter().any(|one| one.is(&kind, subject, at)) {
            episode::facts::finish_tasks(tx, facility, &kind, subject).await?;
            ended += 1;
        }
    }
    let tomorrow = clinic_midnight(clinic_date(tx.now) + Days::new(1));
    for one in due {
        let tasks = episode::facts::tasks_about(tx, facility, one.subject).await?;
        let known = tasks.iter().any(|task| {
            let stands = task.done_at.is_none() || task.done_by.is_some();
            stands && one.is(&task.kind, one.subject, task.due_at)
        });
        if known {
            continue;
        }
        let duty = NewDuty {
            facility,
            kind: one.kind,
            subject: one.subject,
            roles: vec![Role::Quality],
            only: None,
            due: one.due.unwrap_or(tomorrow),
            urgent: one.urgent,
        };
        episode::facts::add_duty(tx, &duty).await?;
        told += 1;
    }
    Ok((told, ended))
}

async fn kept(mut tx: Tx, facility: FacilityId, told: usize, ended: usize) -> Result<()> {
    if told + ended == 0 {
        return Ok(());
    }
    let place = Some(facility);
    let detail = json!({ "told": told, "ended": ended });
    let subject = Subject::list("task");
    tx.journal_own(Act::QualityRemind, place, subject, detail).await?;
    tx.commit().await
}

/// Labors of which something must be reported and is not: one reminder each, of what is due first and was not ticked off.
/// The death or the arrest of a mother waits for no deadline: the office is told of it at once, whatever else happened.
async fn unreported(tx: &mut Tx, facility: FacilityId) -> Result<Vec<Reminder>> {
    let mut all: BTreeMap<LaborId, BTreeSet<(bool, DateTime<Utc>)>> = BTreeMap::new();
    for offer in offered(tx, facility).await? {
        let may_wait = rules::taken_for(offer.category) != Class::I;
        let due = (may_wait, if may_wait { offer.due } else { offer.at });
        all.entry(offer.labor).or_default().insert(due);
    }
    let mut reminders = Vec::new();
    for (labor, due) in all {
        let tasks = episode::facts::tasks_about(tx, facility, labor.into()).await?;
        let ticked = |due: DateTime<Utc>| {
            let of =
                |task: &TaskLine| task.done_by.is_some() && task.kind == REPORT_DUE && task.due_at == due;
            tasks.iter().any(of)
        };
        let next = due.into_iter().find(|(_, due)| !ticked(*due));
        reminders.extend(next.map(|(may_wait, due)| Reminder {
            kind: REPORT_DUE.to_owned(),
            subject: labor.into(),
            due: Some(due),
            urgent: !may_wait,
        }));
    }
    Ok(reminders)
}
