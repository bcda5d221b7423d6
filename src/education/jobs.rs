//! What is due: she is reminded of a class that she has a place in.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;

use super::class::{BookingState, Class};
use super::store;
use crate::base::error::{Error, Result};
use crate::base::id::{ClassId, FacilityId, PatientId};
use crate::base::{Act, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode::facts as episode;
use crate::episode::model::Ending;
use crate::outbox::Job;
use crate::people::facts as people;

/// Job: she is reminded of a class.
pub const REMIND_CLASS: &str = "education.remind_class";

/// A woman and a class.
#[derive(Serialize, Deserialize)]
pub struct OfClass {
    /// Which.
    pub class: ClassId,
    /// Who.
    pub patient: PatientId,
}

/// Does a job of the prenatal school; false if it is not one.
pub async fn handle(ctx: &Ctx, job: &Job) -> Result<bool> {
    if job.kind != REMIND_CLASS {
        return Ok(false);
    }
    let facility = job
        .facility_id
        .ok_or_else(|| Error::broken("a job of the school without its hospital"))?;
    remind(ctx, facility, job.payload()?).await?;
    Ok(true)
}

/// Tells nothing to whom has given her place back since, of a class that was called off, or once it has begun.
#[instrument(name = "education.remind_class", skip_all)]
async fn remind(ctx: &Ctx, facility: FacilityId, job: OfClass) -> Result<()> {
    let mut tx = ctx.write(Act::EducationRemindClass).await?;
    let Some(class) = store::classes::lock(&mut tx, facility, job.class).await? else {
        return Ok(());
    };
    let bookings = store::classes::bookings(&mut tx, facility, job.class).await?;
    let booked = bookings
        .iter()
        .any(|one| one.patient == job.patient && one.state == BookingState::Booked);
    let restricted = people::restricted(&mut tx, facility)
        .await?
        .contains(&job.patient);
    if !booked || restricted || class.is_open(tx.now).is_err() {
        return Ok(());
    }
    tell(&mut tx, &class, job.patient, "class_soon").await?;
    let subject = Subject::of_patient("class", class.id, job.patient);
    tx.journal_own(Act::EducationRemindClass, Some(facility), subject, json!({}))
        .await?;
    tx.commit().await
}

/// Whether she is told nothing of classes, because her pregnancy ended in a loss.
pub(super) async fn after_loss(tx: &mut Tx, facility: FacilityId, patient: PatientId) -> Result<bool> {
    let episode = episode::current(tx, facility, patient).await?;
    Ok(episode.is_some_and(|episode| episode.ending == Some(Ending::Loss)))
}

/// Tells her something about a class; after a loss nothing, whatever she had booked.
pub(super) async fn tell(tx: &mut Tx, class: &Class, patient: PatientId, kind: &'static str) -> Result<()> {
    if after_loss(tx, class.facility, patient).await? {
        return Ok(());
    }
    let reference = class.id.to_string();
    episode::notify(tx, class.facility, patient, kind, &reference).await
}
