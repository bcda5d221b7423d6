//! What later slices may ask of forms, inside their transaction.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::model::{Assignment, Response, Verification};
use super::{acts, store};
use crate::base::error::Result;
use crate::base::id::{AssignmentId, EpisodeId, FacilityId, PatientId, ResponseId};
use crate::ctx::{Ctx, Records, Tx};
use crate::db::Q;
use crate::episode::model::Episode;
use crate::people::caller::Caller;
use crate::questionnaire::Answers;

/// Assigns a form. Asked again with the same reference it moves the window; one that was closed stays closed.
#[expect(clippy::too_many_arguments, reason = "each is a fact of the assignment")]
pub async fn assign(
    tx: &mut Tx,
    facility: FacilityId,
    patient: PatientId,
    episode: EpisodeId,
    name: &str,
    reference: &str,
    opens: DateTime<Utc>,
    due: Option<DateTime<Utc>>,
    closes: Option<DateTime<Utc>>,
) -> Result<AssignmentId> {
    let new = store::NewAssignment {
        facility,
        patient,
        episode,
        name,
        reference,
        opens_at: opens,
        due_at: due,
        closes_at: closes,
    };
    store::assign(tx, new).await
}

/// Moves the end of an assignment's window, also of one that was closed.
pub async fn close_at(
    tx: &mut Tx,
    facility: FacilityId,
    id: AssignmentId,
    closes: DateTime<Utc>,
) -> Result<()> {
    store::close_at(tx, facility, id, closes).await
}

/// Ends the windows of a form that are still open; a draft can no longer be submitted.
pub async fn close_assignments(
    tx: &mut Tx,
    facility: FacilityId,
    episode: EpisodeId,
    name: &str,
) -> Result<()> {
    store::close(tx, facility, episode, name).await
}

/// Whether the forms that are assigned and unanswered come without the items on the baby, and with the gentler texts.
pub async fn mark_after_loss(
    tx: &mut Tx,
    facility: FacilityId,
    episode: EpisodeId,
    after_loss: bool,
) -> Result<()> {
    store::mark_after_loss(tx, facility, episode, after_loss).await
}

/// The assignments of a pregnancy with their answers, in the order in which they open.
pub async fn assignments(
    q: &mut impl Q,
    facility: FacilityId,
    episode: EpisodeId,
) -> Result<Vec<Assignment>> {
    store::assignments(q, facility, episode).await
}

/// A set of answers.
pub async fn response(
    r: &mut impl Records,
    facility: FacilityId,
    id: ResponseId,
) -> Result<Option<Response>> {
    store::response(r, facility, id).await
}

/// Answers, and what staff entered beside them, as they were at kept versions.
pub async fn kept(
    r: &mut impl Records,
    facility: FacilityId,
    wanted: &[(ResponseId, i64)],
) -> Result<BTreeMap<(ResponseId, i64), (Value, Option<Value>)>> {
    store::kept(r, facility, wanted).await
}

/// The newest submitted answers to a form in a pregnancy.
pub async fn latest_completed(
    r: &mut impl Records,
    facility: FacilityId,
    episode: EpisodeId,
    name: &str,
) -> Result<Option<Response>> {
    store::latest_completed(r, facility, episode, name).await
}

/// When each answer to a form was submitted in these pregnancies, oldest first.
pub async fn submitted_at(
    q: &mut impl Q,
    facility: FacilityId,
    episodes: &[EpisodeId],
    name: &str,
) -> Result<Vec<(EpisodeId, DateTime<Utc>)>> {
    store::submitted_at(q, facility, episodes, name).await
}

/// All answers of a woman, oldest first.
pub async fn responses_of(
    r: &mut impl Records,
    facility: FacilityId,
    patient: PatientId,
) -> Result<Vec<Response>> {
    store::of_patient(r, facility, patient).await
}

/// Which answers staff compared with their source.
pub async fn verifications(
    q: &mut impl Q,
    facility: FacilityId,
    response: ResponseId,
) -> Result<Vec<Verification>> {
    store::verifications(q, facility, response).await
}

/// Files a form that staff filled in on her behalf, fully judged; for the assignment with this reference, if there is one.
/// The hooks are not run: the caller knows what follows.
///
/// Errors: `forms.response_invalid`, `forms.already_completed`.
pub async fn record_completed(
    ctx: &Ctx,
    tx: &mut Tx,
    caller: &Caller,
    episode: &Episode,
    name: &str,
    reference: &str,
    content: Value,
) -> Result<(Response, Answers)> {
    let all = store::assignments(tx, episode.facility_id, episode.id).await?;
    let assignment = all
        .iter()
        .find(|one| one.name == name && one.reference == reference);
    let (response, answers, _) =
        acts::record_completed(ctx, tx, caller, episode, name, assignment, &content).await?;
    Ok((response, answers))
}
