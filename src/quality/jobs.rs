//! What is due: a grave report that nobody verified within a day.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;
use uuid::Uuid;

use super::{rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::{AdverseEventId, FacilityId};
use crate::base::{Act, Actor, Role, Subject};
use crate::ctx::Ctx;
use crate::outbox::Job;
use crate::people;

/// Job: a report goes to whom the duty list ends with.
pub const ESCALATE: &str = "quality.escalate";

/// One report.
#[derive(Serialize, Deserialize)]
pub struct OfEvent {
    /// Which.
    pub event: AdverseEventId,
}

/// Does a job of quality; false if it is not one.
pub async fn handle(ctx: &Ctx, job: &Job) -> Result<bool> {
    if job.kind != ESCALATE {
        return Ok(false);
    }
    let facility = job
        .facility_id
        .ok_or_else(|| Error::broken("a job of quality without its hospital"))?;
    escalate(ctx, facility, job.payload()?).await?;
    Ok(true)
}

#[instrument(name = "quality.escalate", skip_all)]
async fn escalate(ctx: &Ctx, facility: FacilityId, job: OfEvent) -> Result<()> {
    let mut tx = ctx.write(Act::QualityEscalate).await?;
    let Some(mut event) = store::event(&mut tx, facility, job.event).await? else {
        return Ok(());
    };
    if event.escalated_at.is_some() || !rules::escalates(event.class, event.state) {
        return Ok(());
    }
    event.escalated_at = Some(tx.now);
    if !store::save_event(&mut tx, &event).await? {
        // Somebody changed it at this moment: the job comes again and looks at what it is then.
        return Err(Error::broken("an adverse event changed while it escalated"));
    }
    let called = people::facts::on_duty(&mut tx, facility, Role::Quality).await?;
    let subject = Subject {
        noun: "adverse_event",
        id: Some(event.id.0),
        patient: event.patient_id.map(Uuid::from),
    };
    tx.journal_as(
        Act::QualityEscalate,
        Actor::SYSTEM,
        Some(facility),
        subject,
        json!({ "called": called }),
        None,
    )
    .await?;
    tx.commit().await
}
