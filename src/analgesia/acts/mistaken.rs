//! A birth, or an end of analgesia, that was entered in error: as into the record of another woman.

use uuid::Uuid;

use super::admission::{stage_after, step, waiting, waits_again};
use super::alarms::{hand_over, start_clock};
use super::corrections::keep;
use super::monitoring::judge_whole;
use crate::analgesia::model::{Correction, Labor, LaborState};
use crate::analgesia::{rules, store};
use crate::base::error::Result;
use crate::base::id::StaffId;
use crate::ctx::Tx;
use crate::episode::model::{Episode, Stage, StepKind, StepState};
use crate::{consent, episode};

/// Analgesia did not end: it is as if nobody had written that down, until somebody does again.
pub(super) async fn no_end(tx: &mut Tx, labor: &Labor, correction: &Correction) -> Result<()> {
    keep(tx, labor, correction).await?;
    let written = store::every_stop(tx, labor.facility_id, labor.id).await?;
    called_no_more(tx, labor, correction.by, written.iter().map(|version| version.id)).await?;
    goes_on(tx, labor, correction.by).await?;
    let record = store::record(tx, labor.facility_id, labor.id).await?;
    if labor.state == LaborState::Open && record.is_some_and(|version| rules::needs_consent(&version.record))
    {
        // Also the one that came into force while it seemed to be over.
        consent::facts::started(tx, labor.facility_id, labor.episode_id).await?;
    }
    Ok(())
}

/// She did not give birth: she is in labor as before, or left it without a birth where she has left since. A pregnancy that
/// is over, eight weeks after that birth, stays over, and nobody is called to it.
pub(super) async fn no_birth(
    tx: &mut Tx,
    labor: &mut Labor,
    episode: &Episode,
    correction: &Correction,
) -> Result<()> {
    let facility = labor.facility_id;
    let birth = store::delivery(tx, facility, labor.id).await?;
    let written_at = birth.map_or(tx.now, |version| version.first_at);
    keep(tx, labor, correction).await?;
    store::take_back_delivery(tx, facility, labor.id).await?;
    labor.born_at = None;
    labor.version += 1;
    if labor.state == LaborState::Delivered {
        labor.state = LaborState::Open;
    }
    store::save_labor(tx, labor).await?;
    episode::facts::set_born(tx, facility, episode.id, None).await?;
    step(tx, labor, StepKind::Delivery, "delivery", StepState::Closed).await?;
    let written = store::every_delivery(tx, facility, labor.id).await?;
    called_no_more(tx, labor, correction.by, written.iter().map(|version| version.id)).await?;
    if episode.stage != Stage::Postpartum {
        return episode::facts::set_ending(tx, facility, episode.id, None).await;
    }
    match (
        labor.close_reason.map_or(Stage::Labor, stage_after),
        labor.closed_at,
    ) {
        (Stage::Closed, Some(left_at)) => {
            episode::facts::close_as_of(tx, facility, episode.id, left_at).await?;
        }
        (stage, _) => episode::facts::set_stage(tx, facility, episode.id, stage).await?,
    }
    let ending = rules::ending(None, labor.close_reason);
    episode::facts::set_ending(tx, facility, episode.id, ending).await?;
    consent::facts::reopened(tx, facility, episode.id, written_at).await?;
    goes_on(tx, labor, correction.by).await
}

/// What the versions of something that was not so called for is over.
async fn called_no_more(
    tx: &mut Tx,
    labor: &Labor,
    by: StaffId,
    versions: impl Iterator<Item = Uuid>,
) -> Result<()> {
    let mut raised = store::alarms(tx, labor.facility_id, &[labor.id]).await?;
    for version in versions {
        hand_over(tx, labor, by, &mut raised, version, &[]).await?;
    }
    Ok(())
}

/// What was seen is judged as of a labor, or an analgesia, that goes on; clocks whose time came while it seemed to be over
/// call now.
async fn goes_on(tx: &mut Tx, labor: &Labor, by: StaffId) -> Result<()> {
    judge_whole(tx, labor, by, true).await?;
    let raised = store::alarms(tx, labor.facility_id, &[labor.id]).await?;
    for row in store::complications(tx, labor.facility_id, labor.id).await? {
        let subject = row.id.0;
        for clock in rules::clocks(row.event.code) {
            let mut own = raised.iter().filter(|one| one.subject == subject);
            if !own.any(|one| one.codes.contains(&clock.0)) {
                start_clock(tx, labor, *clock, subject, row.event.onset_at).await?;
            }
        }
    }
    match waiting(tx, labor).await? {
        Some(asked) => waits_again(tx, labor, asked).await,
        None => Ok(()),
    }
}
