//! A grave event does not wait to be looked for: the quality office has a task from when it is reported until it is verified,
//! and another one when nobody verified it in time.

use chrono::{DateTime, Utc};

use crate::base::Role;
use crate::base::error::Result;
use crate::base::id::StaffId;
use crate::ctx::Tx;
use crate::episode::model::{NewDuty, REPORT_TO_VERIFY, REPORT_UNVERIFIED};
use crate::outbox::Message;
use crate::people::model::AdverseEventHours;
use crate::quality::model::{AdverseEvent, Class, EventState};
use crate::quality::{jobs, rules};
use crate::{episode, people};

/// Task: a report of class I or II is to be verified.
const GRAVE: &str = REPORT_TO_VERIFY;
/// Task: nobody has verified it in time.
const UNVERIFIED: &str = REPORT_UNVERIFIED;

/// Tells the office of a report that is to be verified, class I at once, and begins its clock; of other reports nothing.
pub(super) async fn told(tx: &mut Tx, event: &AdverseEvent, hours: AdverseEventHours) -> Result<()> {
    if !rules::escalates(event.class, event.state) {
        return Ok(());
    }
    verified_since(tx, event, tx.now, hours).await
}

async fn verified_since(
    tx: &mut Tx,
    event: &AdverseEvent,
    since: DateTime<Utc>,
    hours: AdverseEventHours,
) -> Result<()> {
    let verified_by = since + rules::verified_within(event.class, hours);
    let at_once = event.class == Class::I;
    let due = if at_once { tx.now } else { verified_by };
    wait(tx, event, GRAVE, vec![Role::Quality], due, at_once).await?;
    tx.enqueue(Message {
        kind: jobs::ESCALATE,
        facility: Some(event.facility_id),
        payload: &jobs::OfEvent {
            event: event.id,
            class: Some(event.class),
        },
        // A class that a report had before is told again.
        dedupe: Some(format!("{} {}", event.id, event.version)),
        due: verified_by,
    })
    .await
}

/// A report was of this class in this state, and is what it is now: a graver one is told anew, a lesser one that is still
/// grave waits on by the time of its class since it was handed in, and what waits ends when it is verified or turns out
/// not to be grave.
pub(super) async fn moved(
    tx: &mut Tx,
    event: &AdverseEvent,
    class: Class,
    state: EventState,
    hours: AdverseEventHours,
) -> Result<()> {
    let waited = rules::escalates(class, state);
    let waits = rules::escalates(event.class, event.state);
    let graver = rules::is_graver(event.class, class);
    let lesser = waited && waits && !graver && event.class != class;
    let ended: &[&str] = match waited {
        true if graver || !waits => &[GRAVE, UNVERIFIED],
        // Who was called because nobody verified it in time stays called.
        true if lesser => &[GRAVE],
        _ => &[],
    };
    for kind in ended {
        episode::facts::finish_tasks(tx, event.facility_id, kind, event.id.0).await?;
    }
    if lesser {
        return verified_since(tx, event, event.reported_at, hours).await;
    }
    if graver || !waited {
        told(tx, event, hours).await?;
    }
    Ok(())
}

/// Tells the office and the duty officers that nobody has verified a grave report in time; who they are.
pub(in crate::quality) async fn unverified(tx: &mut Tx, event: &AdverseEvent) -> Result<Vec<StaffId>> {
    let (officers, roles) = people::facts::officers(tx, event.facility_id).await?;
    let now = tx.now;
    wait(tx, event, UNVERIFIED, roles, now, true).await?;
    Ok(officers)
}

/// A task of the house: it leads to the report, and names nobody.
async fn wait(
    tx: &mut Tx,
    event: &AdverseEvent,
    kind: &str,
    roles: Vec<Role>,
    due: DateTime<Utc>,
    urgent: bool,
) -> Result<()> {
    let duty = NewDuty {
        facility: event.facility_id,
        kind: kind.to_owned(),
        subject: event.id.0,
        roles,
        only: None,
        due,
        urgent,
    };
    episode::facts::add_duty(tx, &duty).await.map(drop)
}
