//! A grading opens a managed case, or changes the color of the open one.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;

use super::cases::TO_REPORT;
use crate::base::error::Result;
use crate::base::id::{EpisodeId, FacilityId};
use crate::base::{Act, Subject};
use crate::ctx::{Ctx, Tx};
use crate::episode;
use crate::episode::model::{Episode, Graded};
use crate::quality::case::{self, CaseEntry, EntryKind, EntryWords, ManagedCase};
use crate::quality::store;

/// A pregnancy was graded, as the outbox tells it.
#[derive(Debug, Serialize, Deserialize)]
pub struct OfEpisode {
    episode: EpisodeId,
}

/// What the newest grading says of a case. Idempotent, and right in whatever order gradings are told.
#[instrument(name = "quality.open_case", skip_all)]
pub async fn open_case(ctx: &Ctx, facility: FacilityId, told: OfEpisode) -> Result<()> {
    let mut tx = ctx.write(Act::QualityOpenCase).await?;
    let Some(episode) = episode::facts::lock(&mut tx, facility, told.episode).await? else {
        return Ok(());
    };
    let Some(graded) = episode::facts::graded(&mut tx, facility, episode.id).await? else {
        return Ok(());
    };
    let last = store::case_of_episode(&mut tx, facility, episode.id).await?;
    if last.as_ref().is_some_and(|case| case.graded_at >= graded.at) {
        return Ok(());
    }
    let (color, purple) = (graded.grading.color, graded.grading.purple);
    let case = match last.filter(|case| case.closed_at.is_none()) {
        Some(case) => regraded(&mut tx, case, &graded).await?,
        None if case::is_high(color, purple) => opened(&mut tx, &episode, &graded).await?,
        None => return Ok(()),
    };
    let subject = Subject::of_patient("managed_case", case.id, case.patient_id);
    let detail = json!({ "color": color.word(), "purple": purple });
    tx.journal_own(Act::QualityOpenCase, Some(facility), subject, detail)
        .await?;
    tx.commit().await
}

async fn opened(tx: &mut Tx, episode: &Episode, graded: &Graded) -> Result<ManagedCase> {
    let case = ManagedCase {
        id: tx.id(),
        facility_id: episode.facility_id,
        patient_id: episode.patient_id,
        episode_id: episode.id,
        color: graded.grading.color,
        purple: graded.grading.purple,
        found_at: graded.at,
        graded_at: graded.at,
        registered_at: tx.now,
        reported_at: None,
        planned_at: None,
        next_on: None,
        closed_at: None,
        outcome: None,
    };
    store::add_case(tx, &case).await?;
    // After a case that was closed the same color is a new one.
    episode::facts::ask_for_color(tx, episode, &graded.grading).await?;
    Ok(case)
}

async fn regraded(tx: &mut Tx, mut case: ManagedCase, graded: &Graded) -> Result<ManagedCase> {
    let (color, purple) = (graded.grading.color, graded.grading.purple);
    let changed = (case.color, case.purple) != (color, purple);
    if case.reported_at.is_some() && color <= case.color && case.purple >= purple {
        // She was reported as more than she is now.
        episode::facts::finish_tasks(tx, case.facility_id, TO_REPORT, case.episode_id.0).await?;
    }
    case.color = color;
    case.purple = purple;
    case.graded_at = graded.at;
    if case::needs_emergency_plan(color) {
        let entries = store::case_entries(tx, &case).await?;
        let plan = entries.iter().rfind(|entry| entry.kind == EntryKind::Planned);
        // What was planned for a lesser risk does not say what is done in an emergency: a plan is wanting again.
        if plan.is_some_and(|plan| plan.words.emergency.is_none()) {
            case.planned_at = None;
        }
    }
    store::save_case(tx, &case).await?;
    if changed {
        let entry = CaseEntry {
            id: tx.id(),
            kind: EntryKind::Regraded,
            words: EntryWords {
                color: Some(color),
                purple: Some(purple),
                ..EntryWords::default()
            },
            by: None,
            at: graded.at,
        };
        store::add_case_entry(tx, &case, &entry).await?;
    }
    Ok(case)
}
