//! What later slices may ask of a pregnancy or put onto its pathway, inside their transaction.

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::model::{Ending, Episode, Graded, Grading, NewDuty, NewTask, Stage, Step, Suggestion, TaskLine};
use super::{jobs, rules, store};
use crate::base::error::{Error, Result};
use crate::base::id::{EpisodeId, FacilityId, LaborId, PatientId, TaskId};
use crate::base::request::RefusedAct;
use crate::base::{Act, Code};
use crate::ctx::{Records, Sender, Tx};
use crate::db::Q;
use crate::people::caller::Caller;

/// Her pregnancy: the newest that is not closed, else the newest.
pub async fn current(
    r: &mut impl Records,
    facility: FacilityId,
    patient: PatientId,
) -> Result<Option<Episode>> {
    store::current(r, facility, patient).await
}

/// All pregnancies of a woman, oldest first.
pub async fn of_patient(
    r: &mut impl Records,
    facility: FacilityId,
    patient: PatientId,
) -> Result<Vec<EpisodeId>> {
    let all = store::episodes_of(r, facility, patient).await?;
    Ok(all.into_iter().map(|episode| episode.id).collect())
}

/// A pregnancy of this hospital.
pub async fn get(r: &mut impl Records, facility: FacilityId, id: EpisodeId) -> Result<Option<Episode>> {
    store::episode(r, facility, id).await
}

/// The last grading of the risk, with its grounds.
pub async fn graded(
    r: &mut impl Records,
    facility: FacilityId,
    episode: EpisodeId,
) -> Result<Option<Graded>> {
    store::newest_grading(r, facility, episode).await
}

/// Adds the tasks of a grading that are not open.
pub async fn ask_for_color(tx: &mut Tx, episode: &Episode, grading: &Grading) -> Result<()> {
    for task in rules::high_risk_tasks(episode, grading, tx.now) {
        store::add_task(tx, &task).await?;
    }
    Ok(())
}

/// A pregnancy with its row locked until the transaction ends. There is one lock order: the episode first.
pub async fn lock(tx: &mut Tx, facility: FacilityId, id: EpisodeId) -> Result<Option<Episode>> {
    store::lock(tx, facility, id).await
}

/// Moves the pregnancy on along the pathway.
pub async fn set_stage(tx: &mut Tx, facility: FacilityId, id: EpisodeId, stage: Stage) -> Result<()> {
    store::set_stage(tx, facility, id, stage).await
}

/// Closes the pregnancy as of the moment at which she left a labor without a birth here.
pub async fn close_as_of(
    tx: &mut Tx,
    facility: FacilityId,
    id: EpisodeId,
    left_at: DateTime<Utc>,
) -> Result<()> {
    store::set_stage_at(tx, facility, id, Stage::Closed, left_at).await
}

/// Tells how the pregnancy ended, whenever what is known of it changes; none where it has not.
pub async fn set_ending(
    tx: &mut Tx,
    facility: FacilityId,
    id: EpisodeId,
    ending: Option<Ending>,
) -> Result<()> {
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

/// Adds a task of the house, as [`add_task`] one about a woman.
pub async fn add_duty(tx: &mut Tx, duty: &NewDuty) -> Result<TaskId> {
    store::add_duty(tx, duty).await
}

/// The open tasks of the house whose kind begins so: kind, what they are about, by when.
pub async fn open_duties(
    q: &mut impl Q,
    facility: FacilityId,
    beginning: &str,
) -> Result<Vec<(String, Uuid, DateTime<Utc>)>> {
    store::open_duties(q, facility, beginning).await
}

/// Takes the tasks about a subject away, done or not, as if they had never been.
pub async fn drop_tasks(tx: &mut Tx, facility: FacilityId, subject: Uuid) -> Result<()> {
    store::drop_tasks(tx, facility, subject).await
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

/// Whether the caller may look at what is kept of a woman: those who treat women while they do, and who opened her record.
/// Herself, the quality office and the other hospital of a referral have rights of their own.
///
/// Errors: `episode.access_needed`, which the edge journals as refused access.
pub fn may_read<'a, R: Records>(
    r: &'a mut R,
    caller: &'a Caller,
    act: Act,
    patient: PatientId,
    now: DateTime<Utc>,
) -> BoxFuture<'a, Result<()>> {
    async move {
        let Ok(staff) = caller.staff() else { return Ok(()) };
        let (facility, id) = (staff.facility, staff.id);
        if !rules::access::TREATING.contains(&staff.role)
            || is_treated(r, facility, patient, now).await?
            || store::has_access(r, facility, patient, id, now).await?
        {
            return Ok(());
        }
        caller.request.mark_refused(RefusedAct {
            act,
            actor: caller.actor(),
            facility: Some(facility),
        });
        Err(Error::Barred(Code::EpisodeAccessNeeded))
    }
    .boxed()
}

/// Whether everybody who treats women here reads her record: from her registration to 42 days after the birth, or while
/// something of hers waits for one of them. An open alert always has its task.
pub(super) async fn is_treated(
    r: &mut impl Records,
    facility: FacilityId,
    patient: PatientId,
    now: DateTime<Utc>,
) -> Result<bool> {
    let pregnancies = store::episodes_of(r, facility, patient).await?;
    let in_care = |episode| rules::access::read_until(episode).is_none_or(|until| now < until);
    Ok(pregnancies.iter().any(in_care)
        || store::waits_for(r, facility, patient, &rules::access::TREATING).await?)
}

/// Writes when she gave birth; none for a birth that was entered in error.
pub async fn set_born(
    tx: &mut Tx,
    facility: FacilityId,
    id: EpisodeId,
    born_at: Option<DateTime<Utc>>,
) -> Result<()> {
    store::set_born(tx, facility, id, born_at).await
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
