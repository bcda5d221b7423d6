//! A decided assessment waits again because what it rests on has changed outside of her answers.

use serde_json::json;

use super::assess::TASK;
use super::replay::seen;
use crate::assessment::model::ReviewState;
use crate::assessment::{rules, store};
use crate::base::error::Result;
use crate::base::id::{EpisodeId, FacilityId};
use crate::base::{Act, Role, Subject};
use crate::ctx::Ctx;
use crate::episode;
use crate::episode::model::{NewTask, Stage};

/// The question for her due date.
const DUE_DATE: &str = "preg.edd";

/// Her due date has changed. Where the rules read another one in her answers, a doctor looks again: weeks of pregnancy
/// decide on rules, and what she answered is hers to correct. Idempotent: everything is read again under the lock.
///
/// Source: assessment questionnaire, "EDD change after signing consent".
pub async fn due_date_changed(ctx: &Ctx, facility: FacilityId, id: EpisodeId) -> Result<()> {
    let mut tx = ctx.write(Act::AssessmentReopen).await?;
    let Some(episode) = episode::facts::lock(&mut tx, facility, id).await? else {
        return Ok(());
    };
    let standing = store::standing_review(&mut tx, facility, id).await?;
    let Some(mut review) = standing.filter(|_| episode.stage != Stage::Closed) else {
        return Ok(());
    };
    let Some(run) = store::newest_run(&mut tx, facility, review.id).await? else {
        return Ok(());
    };
    let of = (review.response_id, review.phase);
    let Some(seen) = seen(&mut tx, ctx, facility, of, &run).await? else {
        return Ok(());
    };
    let said = seen.answers.get(DUE_DATE).first().and_then(|answer| answer.day());
    if said.is_none_or(|said| said == episode.edd) {
        return Ok(());
    }
    if rules::state(&review, tx.now) == ReviewState::Decided {
        review.state = ReviewState::Waiting;
        review.due_at = tx.now + rules::CLINIC_NEAR_TERM;
        store::save_review(&mut tx, &review).await?;
    }
    let task = NewTask {
        facility,
        patient: review.patient_id,
        episode: id,
        kind: TASK,
        subject: review.id.into(),
        roles: vec![Role::Anesthesiologist, Role::Obstetrician],
        due: review.due_at.min(tx.now + rules::CLINIC_NEAR_TERM),
        urgent: review.urgent,
    };
    episode::facts::add_task(&mut tx, &task).await?;
    tx.journal_own(
        Act::AssessmentReopen,
        Some(facility),
        Subject::of_patient("review", review.id, review.patient_id),
        json!({ "because": "due_date", "state": review.state }),
    )
    .await?;
    tx.commit().await
}
