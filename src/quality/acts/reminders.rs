//! What is due of drills, trainings, qualifications and reports comes before the quality office by itself, each end
//! once; a forgotten draft before its writer.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, Utc};
use serde_json::json;
use tracing::instrument;

use super::drafts::remind_writers;
use super::offers::offered;
use super::trainings::due_on;
use crate::base::clock::{clinic_date, clinic_midnight};
use crate::base::error::Result;
use crate::base::id::{FacilityId, LaborId};
use crate::base::{Act, Role, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode;
use crate::episode::model::NewDuty;
use crate::outbox::Message;
use crate::quality::jobs::REMIND;
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
    let (mut told, mut ended) = (0, 0);
    for (kind, subject, at) in episode::facts::open_duties(&mut tx, facility, REMINDERS).await? {
        if !due.iter().any(|one| one.is(&kind, subject, at)) {
            episode::facts::finish_tasks(&mut tx, facility, &kind, subject).await?;
            ended += 1;
        }
    }
    for one in due {
        let tasks = episode::facts::tasks_about(&mut tx, facility, one.subject).await?;
        if tasks
            .iter()
            .any(|task| one.is(&task.kind, one.subject, task.due_at))
        {
            continue;
        }
        let duty = NewDuty {
            facility,
            kind: one.kind,
            subject: one.subject,
            roles: vec![Role::Quality],
            only: None,
            due: one.due.unwrap_or(clinic_midnight(today + Days::new(1))),
            urgent: false,
        };
        episode::facts::add_duty(&mut tx, &duty).await?;
        told += 1;
    }
    told += remind_writers(&mut tx, facility).await?;
    if told + ended == 0 {
        return Ok(());
    }
    let place = Some(facility);
    let detail = json!({ "told": told, "ended": ended });
    let subject = Subject::list("task");
    tx.journal_own(Act::QualityRemind, place, subject, detail).await?;
    tx.commit().await
}

/// Labors of which something had to be reported by now and is not: one reminder each, of what was due first.
async fn unreported(tx: &mut Tx, facility: FacilityId) -> Result<Vec<Reminder>> {
    let mut first: BTreeMap<LaborId, DateTime<Utc>> = BTreeMap::new();
    for offer in offered(tx, facility).await? {
        if offer.due <= tx.now {
            let due = first.entry(offer.labor).or_insert(offer.due);
            *due = offer.due.min(*due);
        }
    }
    let reminder = |(labor, due): (LaborId, DateTime<Utc>)| Reminder {
        kind: format!("{REMINDERS}report"),
        subject: labor.into(),
        due: Some(due),
    };
    Ok(first.into_iter().map(reminder).collect())
}
