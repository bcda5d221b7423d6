//! A bag of a pump leads to the register of supplies. Nobody is kept from recording one that does not: it comes
//! before those who keep the register.

use std::collections::BTreeSet;

use chrono::Duration;
use serde_json::json;
use tracing::instrument;

use crate::base::error::Result;
use crate::base::id::{FacilityId, LaborId};
use crate::base::{Act, Role, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode::model::NewDuty;
use crate::quality::jobs::OfLabor;
use crate::quality::store;
use crate::{analgesia, episode};

/// Task: a bag of a labor is of a batch that the register does not hold. It is one of the house: what is missing
/// stands in the register, and nobody reads her record because of it.
const UNREGISTERED: &str = "quality.unregistered_batch";
/// By when the batch is registered, or the record corrected (GK).
const WITHIN: Duration = Duration::hours(24);

/// Tells those who keep the register of a labor whose record names a batch that nobody registered, once; and ends
/// that when every batch of it is registered. Idempotent.
#[instrument(name = "quality.bags", skip_all)]
pub async fn bags(ctx: &Ctx, facility: FacilityId, of: OfLabor) -> Result<()> {
    let mut tx = ctx.write(Act::QualityBags).await?;
    // Of two versions of her record the later one is looked at last.
    episode::facts::lock(&mut tx, facility, of.episode).await?;
    let labor = analgesia::facts::labor(&mut tx, facility, of.labor).await?;
    if labor.is_none_or(|labor| labor.is_test) {
        return Ok(());
    }
    let tasks = episode::facts::tasks_about(&mut tx, facility, of.labor.into()).await?;
    let told = tasks
        .iter()
        .any(|task| task.kind == UNREGISTERED && task.done_at.is_none());
    let registered = are_registered(&mut tx, facility, of.labor).await?;
    if told != registered {
        return Ok(());
    }
    if registered {
        episode::facts::finish_tasks(&mut tx, facility, UNREGISTERED, of.labor.into()).await?;
    } else {
        let duty = NewDuty {
            facility,
            kind: UNREGISTERED.to_owned(),
            subject: of.labor.into(),
            roles: vec![Role::Anesthesiologist, Role::Quality],
            only: None,
            due: tx.now + WITHIN,
            urgent: false,
        };
        episode::facts::add_duty(&mut tx, &duty).await?;
    }
    let subject = Subject::thing("labor", of.labor);
    let detail = json!({ "registered": registered });
    tx.journal_own(Act::QualityBags, Some(facility), subject, detail)
        .await?;
    tx.commit().await
}

/// A batch of a drug is registered from now on: the tasks of labors that lack no other one end.
pub(super) async fn came(tx: &mut Tx, facility: FacilityId, batch: &str) -> Result<()> {
    let mut labors = BTreeSet::new();
    for bag in analgesia::facts::bags(tx, facility, batch).await? {
        let labor = analgesia::facts::labor(tx, facility, bag.labor).await?;
        labors.extend(labor.map(|labor| (labor.episode_id, labor.id)));
    }
    for (episode, labor) in labors {
        // Who is telling of it at this moment is waited for. In one order: of two batches that the same women had neither
        // waits for the other.
        episode::facts::lock(tx, facility, episode).await?;
        if are_registered(tx, facility, labor).await? {
            episode::facts::finish_tasks(tx, facility, UNREGISTERED, labor.into()).await?;
        }
    }
    Ok(())
}

/// Whether the hospital's register holds every batch that the record of a labor names.
async fn are_registered(tx: &mut Tx, facility: FacilityId, labor: LaborId) -> Result<bool> {
    for batch in analgesia::facts::bags_of_labor(tx, facility, labor).await? {
        if !store::holds_drug(tx, facility, &batch).await? {
            return Ok(false);
        }
    }
    Ok(true)
}
