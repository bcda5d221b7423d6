//! What later slices may ask of a pregnancy or put onto its pathway, inside their transaction.

use futures_util::FutureExt;
use uuid::Uuid;

use super::model::{Ending, Episode, Graded, NewTask, Stage, Step, Suggestion, TaskLine};
use super::{jobs, rules, store};
use crate::base::error::Result;
use crate::base::id::{EpisodeId, FacilityId, LaborId, PatientId, TaskId};
use crate::ctx::{Records, Tx};
use crate::db::Q;

/// Her pregnancy: the newest that is not closed, else the newest.
pub async fn current(q: &mut impl Q, facility: FacilityId, patient: PatientId) -> Result<Option<Episode>> {
    store::current(q, facility, patient).await
}

/// All pregnancies of a woman, oldest first.
pub async fn of_patient(q: &mut impl Q, facility: FacilityId, patient: PatientId) -> Result<Vec<EpisodeId>> {
    let all = store::episodes_of(q, facility, patient).await?;
    Ok(all.into_iter().map(|episode| episode.id).collect())
}

/// A pregnancy of this hospital.
pub async fn get(q: &mut impl Q, facility: FacilityId, id: EpisodeId) -> Result<Option<Episode>> {
    store::episode(q, facility, id).await
}

/// The last grading of the risk, with its grounds.
pub async fn graded(
    r: &mut impl Records,
    facility: FacilityId,
    episode: EpisodeId,
) -> Result<Option<Graded>> {
    store::newest_grading(r, facility, episode).await
}

/// A pregnancy with its row locked until the transaction ends. There is one lock order: the episode first.
pub async fn lock(tx: &mut Tx, facility: FacilityId, id: EpisodeId) -> Result<Option<Episode>> {
    store::lock(tx, facility, id).await
}

/// Moves the pregnancy on along the pathway.
pub async fn set_stage(tx: &mut Tx, facility: FacilityId, id: EpisodeId, stage: Stage) -> Result<()> {
    store::set_stage(tx, facility, id, stage).await
}

/// Tells how the pregnancy ended, whenever what is known of it changes.
pub async fn set_ending(tx: &mut Tx, facility: FacilityId, id: EpisodeId, ending: Ending) -> Result<()> {
    store::set_ending(tx, facility, id, ending).await
}

/// Whether she said no to analgesia and has not asked since: then nothing of it is hers to do.
pub async fn set_declined(tx: &mut Tx, facility: FacilityId, id: EpisodeId, declined: bool) -> Result<()> {
    store::set_declined(tx, facility, id, declined).await
}

/// The steps in the order of the pathway.
pub async fn steps(q: &mut impl Q, facility: FacilityId, episode: EpisodeId) -> Result<Vec<Step>> {
    store::steps(q, facility, episode).await
}

/// Writes a step as it is now; one of the same kind and reference is replaced.
pub async fn set_step(tx: &mut Tx, step: &Step) -> Result<()> {
    store::set_step(tx, step).await
}

/// Adds a task; while one of the same kind about the same subject is open, that one is meant.
pub async fn add_task(tx: &mut Tx, task: &NewTask) -> Result<TaskId> {
    store::add_task(tx, task).await
}

/// The same for what happens in a labor, whatever it is about there: it leads to the labor.
pub async fn add_labor_task(tx: &mut Tx, task: &NewTask, labor: LaborId) -> Result<TaskId> {
    let id = store::add_task(tx, task).await?;
    store::set_task_labor(tx, task.facility, id, labor).await?;
    Ok(id)
}

/// The tasks about a subject, open and done, oldest first.
pub async fn tasks_about(q: &mut impl Q, facility: FacilityId, subject: Uuid) -> Result<Vec<TaskLine>> {
    store::tasks_about(q, facility, subject).await
}

/// Ends the open tasks of a kind about a subject, because what they wait for has happened.
pub async fn finish_tasks(tx: &mut Tx, facility: FacilityId, kind: &str, subject: Uuid) -> Result<()> {
    store::finish_tasks(tx, facility, kind, subject).await
}

/// Puts a suggested color beside the one that a person sets.
pub async fn suggest_color(tx: &mut Tx, episode: &Episode, suggestion: &Suggestion) -> Result<Uuid> {
    store::add_suggestion(tx, episode, suggestion).await
}

/// Tells her something: in the app at once, and outside by whatever channel she allows. `kind` is a key of the notices in
/// `content/messages`, `reference` what it points to.
pub async fn notify(
    tx: &mut Tx,
    facility: FacilityId,
    patient: PatientId,
    kind: &'static str,
    reference: &str,
) -> Result<()> {
    debug_assert!(
        crate::content::messages::notice(Default::default(), kind).is_some(),
        "{kind} has no text in content/messages"
    );
    let notice = store::add_notice(tx, facility, patient, kind, reference).await?;
    let due = rules::deliveries::hour(kind, tx.now);
    tx.enqueue(jobs::message(facility, &jobs::OfNotice { notice }, due))
        .boxed()
        .await
}
