//! The assessment is assigned by the calendar, the re-check by admission.

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::base::error::{Error, Result};
use crate::base::id::{EpisodeId, FacilityId, LaborId};
use crate::base::{Act, Noun, Subject};
use crate::content::forms::{ASSESSMENT, RECHECK};
use crate::ctx::{Ctx, Tx};
use crate::episode;
use crate::episode::model::{Episode, Step, StepKind, StepState};
use crate::forms::model::ResponseStatus;
use crate::forms::store;

/// Assigns the assessment of a pregnancy: open from 28 weeks, due at 36. When the due date moves, the window moves.
pub(in crate::forms) async fn assign_assessment(
    ctx: &Ctx,
    facility: FacilityId,
    id: EpisodeId,
) -> Result<()> {
    let mut tx = ctx.write(Act::FormsAssign).await?;
    let episode = locked(&mut tx, facility, id).await?;
    let (opens_at, due_at) = (episode.reaches(28, 0), episode.reaches(36, 0));
    assign(&mut tx, &episode, ASSESSMENT, ASSESSMENT, opens_at, due_at).await?;
    tx.commit().await
}

/// Admission closes the assessment of pregnancy and asks for the re-check, now.
pub(in crate::forms) async fn assign_recheck(
    ctx: &Ctx,
    facility: FacilityId,
    id: EpisodeId,
    labor: LaborId,
) -> Result<()> {
    let mut tx = ctx.write(Act::FormsAssign).await?;
    let episode = locked(&mut tx, facility, id).await?;
    store::close(&mut tx, facility, id, ASSESSMENT).await?;
    let now = tx.now;
    assign(&mut tx, &episode, RECHECK, &labor.to_string(), now, now).await?;
    tx.commit().await
}

async fn locked(tx: &mut Tx, facility: FacilityId, id: EpisodeId) -> Result<Episode> {
    let found = episode::facts::lock(tx, facility, id).await?;
    found.ok_or(Error::Missing(Noun::Episode))
}

async fn assign(
    tx: &mut Tx,
    episode: &Episode,
    name: &str,
    reference: &str,
    opens_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
) -> Result<()> {
    let new = store::NewAssignment {
        facility: episode.facility_id,
        patient: episode.patient_id,
        episode: episode.id,
        name,
        reference,
        opens_at,
        due_at: Some(due_at),
        closes_at: None,
    };
    let assignment = store::assign(tx, new).await?;
    let all = store::assignments(tx, episode.facility_id, episode.id).await?;
    let answered = all
        .iter()
        .any(|one| one.id == assignment && matches!(one.response, Some((_, ResponseStatus::Completed))));
    if !answered {
        let step = Step {
            episode: episode.id,
            facility: episode.facility_id,
            kind: if name == RECHECK {
                StepKind::Recheck
            } else {
                StepKind::Assessment
            },
            reference: name.to_owned(),
            subject: Some(assignment.into()),
            state: StepState::Open,
            due_from: Some(opens_at),
            due_to: Some(due_at),
            required: true,
        };
        episode::facts::set_step(tx, &step).await?;
    }
    tx.journal_own(
        Act::FormsAssign,
        Some(episode.facility_id),
        Subject::of_patient("assignment", assignment, episode.patient_id),
        json!({ "form": name, "opens": opens_at, "due": due_at }),
    )
    .await
}
