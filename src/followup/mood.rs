//! Answers to the depression scale that leave it open how she is: two weeks later she is asked once more, and phoned where
//! she does not answer; after answers with a gap, which have no total, she is phoned at once.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::instrument;
use uuid::Uuid;

use super::jobs::{put_off, restricted};
use super::{schedule, store};
use crate::analgesia::model::Mother;
use crate::base::error::Result;
use crate::base::id::{AssignmentId, EpisodeId, FacilityId, PatientId};
use crate::base::{Act, Role, Subject};
use crate::content::forms::EPDS;
use crate::ctx::{Ctx, Tx};
use crate::episode::model::{NewTask, day};
use crate::forms::model::{Assignment, Response, ResponseStatus};
use crate::outbox::Message;
use crate::questionnaire::Assessment;
use crate::{analgesia, episode, forms};

/// The rule of the depression scale that has it asked again.
pub const UNSURE: &str = "F13b";
/// Job: the scale has opened once more.
pub const AGAIN: &str = "followup.mood_again";
/// Job and task: she did not answer it, or not all of it; a midwife phones her.
pub const CALL: &str = "followup.mood_call";

/// In how long it is asked again, and for how long.
const IN: Duration = Duration::days(14);
/// From its opening to the task to phone her (GK).
const UNANSWERED: Duration = Duration::days(3);
/// Within what time she is phoned then, as after the answers that left it open.
const CALLED: Duration = Duration::days(3);

/// What a job about it carries.
#[derive(Serialize, Deserialize)]
pub struct OfMood {
    /// The pregnancy.
    episode: EpisodeId,
    /// What she is asked.
    assignment: AssignmentId,
    /// When it opens: another one was moved since.
    opens: DateTime<Utc>,
}

/// The depression scale once more, two weeks after answers that left it open how she is.
pub async fn ask_again(tx: &mut Tx, response: &Response) -> Result<()> {
    let opens = response.completed_at.unwrap_or(tx.now) + IN;
    let (facility, episode) = (response.facility_id, response.episode_id);
    let assignment = forms::facts::assign(
        tx,
        facility,
        response.patient_id,
        episode,
        EPDS,
        &format!("again-{}", day(opens)),
        opens,
        Some(opens),
        Some(opens + IN),
    )
    .await?;
    let payload = OfMood {
        episode,
        assignment,
        opens,
    };
    let phone_at = schedule::awake(opens + UNANSWERED);
    for (kind, due) in [(AGAIN, schedule::awake(opens)), (CALL, phone_at)] {
        tx.enqueue(Message {
            kind,
            facility: Some(facility),
            payload: &payload,
            dedupe: Some(format!("{assignment}@{}", due.timestamp())),
            due,
        })
        .await?;
    }
    Ok(())
}

/// She has answered: nobody phones her about it.
pub async fn answered(tx: &mut Tx, response: &Response) -> Result<()> {
    match response.assignment_id {
        Some(asked) => episode::facts::finish_tasks(tx, response.facility_id, CALL, asked.0).await,
        None => Ok(()),
    }
}

/// Whether answers have a gap: there is no total then, which is not the same as a low one.
pub fn has_gap(assessment: &Assessment) -> bool {
    assessment.scores.values().any(Option::is_none)
}

/// A midwife phones her about answers with a gap that nothing else calls about.
pub async fn phone_about(tx: &mut Tx, response: &Response) -> Result<()> {
    let subject = response.assignment_id.map_or(response.id.0, |asked| asked.0);
    let whose = (response.facility_id, response.patient_id, response.episode_id);
    add_call(tx, whose, subject).await
}

async fn add_call(
    tx: &mut Tx,
    (facility, patient, episode): (FacilityId, PatientId, EpisodeId),
    subject: Uuid,
) -> Result<()> {
    let task = NewTask {
        facility,
        patient,
        episode,
        kind: CALL,
        subject,
        roles: vec![Role::Midwife],
        due: tx.now + CALLED,
        urgent: false,
    };
    episode::facts::add_task(tx, &task).await?;
    Ok(())
}

/// What she is still asked; none after an answer, once it is closed, and for whom nobody may contact.
async fn asked(tx: &mut Tx, facility: FacilityId, job: &OfMood) -> Result<Option<Assignment>> {
    episode::facts::lock(tx, facility, job.episode).await?;
    let now = tx.now;
    let all = forms::facts::assignments(tx, facility, job.episode).await?;
    let waits = |one: &Assignment| {
        let status = one.response.map(|(_, status)| status);
        one.id == job.assignment
            && one.opens_at == job.opens
            && one.closes_at.is_none_or(|closes| now < closes)
            && status.is_none_or(|status| status == ResponseStatus::InProgress)
    };
    let Some(asked) = all.into_iter().find(waits) else {
        return Ok(None);
    };
    let restricted = restricted(tx, facility, asked.patient_id).await?;
    Ok(Some(asked).filter(|_| !restricted))
}

/// It has opened: she is told that a follow-up is due. Who nearly died is reminded of nothing.
#[instrument(name = "followup.mood_again", skip_all)]
pub async fn remind(ctx: &Ctx, facility: FacilityId, job: OfMood) -> Result<()> {
    let mut tx = ctx.write(Act::FollowupRemind).await?;
    let Some(asked) = asked(&mut tx, facility, &job).await? else {
        return Ok(());
    };
    if let Some((labor, ..)) = store::labor_of(&mut tx, facility, job.episode).await?
        && analgesia::facts::mother(&mut tx, facility, labor).await? != Mother::Well
    {
        return Ok(());
    }
    let subject = Subject::of_patient("assignment", asked.id, asked.patient_id);
    if !put_off(&mut tx, facility, AGAIN, &job, &subject).await? {
        let (patient, reference) = (asked.patient_id, asked.reference.as_str());
        episode::facts::notify(&mut tx, facility, patient, "follow_up_due", reference).await?;
        tx.journal_own(Act::FollowupRemind, Some(facility), subject, json!({}))
            .await?;
    }
    tx.commit().await
}

/// She has not answered: a midwife phones her.
#[instrument(name = "followup.mood_call", skip_all)]
pub async fn phone(ctx: &Ctx, facility: FacilityId, job: OfMood) -> Result<()> {
    let mut tx = ctx.write(Act::FollowupRemind).await?;
    let Some(asked) = asked(&mut tx, facility, &job).await? else {
        return Ok(());
    };
    let whose = (facility, asked.patient_id, asked.episode_id);
    add_call(&mut tx, whose, asked.id.0).await?;
    let subject = Subject::of_patient("assignment", asked.id, asked.patient_id);
    tx.journal_own(Act::FollowupRemind, Some(facility), subject, json!({}))
        .await?;
    tx.commit().await
}
