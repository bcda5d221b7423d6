//! Answers that were entered in error: what followed from them counts no more. What they replaced counts again; the re-check
//! that read them is made again without them.

use super::assess::{TASK, move_step, reassessed, recheck_again, run_again};
use crate::assessment::model::{Phase, ReviewState};
use crate::assessment::store;
use crate::base::error::Result;
use crate::content::forms::{ASSESSMENT, RECHECK};
use crate::ctx::{Ctx, Tx};
use crate::episode;
use crate::episode::model::{StepKind, StepState};
use crate::forms::model::Submitted;

pub(super) async fn withdrawn(ctx: &Ctx, tx: &mut Tx, submitted: &Submitted<'_>, phase: Phase) -> Result<()> {
    let (response, episode) = (submitted.response, submitted.episode);
    let place = episode.facility_id;
    let Some(mut review) = store::review_of_response(tx, place, response.id).await? else {
        return Ok(());
    };
    store::withdraw_answers(tx, place, response.id).await?;
    episode::facts::finish_tasks(tx, place, TASK, review.id.into()).await?;
    if let Some(former) = response.amending.amends {
        review.response_id = former;
        review.state = ReviewState::Waiting;
        review.claimed_by = None;
        review.claim_ends_at = None;
        store::save_review(tx, &review).await?;
        run_again(ctx, tx, submitted, former, phase).await?;
    } else if store::standing_review(tx, place, episode.id).await?.is_none() {
        let (answered, reference) = match phase {
            Phase::Antenatal => (StepKind::Assessment, ASSESSMENT),
            Phase::Recheck => (StepKind::Recheck, RECHECK),
        };
        // Only what was asked of her is hers to do again.
        let again = match response.assignment_id {
            Some(_) => StepState::Open,
            None => StepState::Closed,
        };
        move_step(tx, episode, answered, reference, again, None).await?;
        move_step(tx, episode, StepKind::Review, reference, StepState::Closed, None).await?;
    }
    if phase == Phase::Antenatal {
        recheck_again(ctx, tx, submitted).await?;
    }
    reassessed(tx, episode).await
}
