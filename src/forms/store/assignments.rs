//! Assignments.

use chrono::{DateTime, Utc};

use crate::base::error::{Error, Result};
use crate::base::id::{AssignmentId, EpisodeId, FacilityId, PatientId, ResponseId};
use crate::ctx::Tx;
use crate::db::{Q, placeholders};
use crate::forms::model::{Assignment, ResponseStatus};

#[derive(sqlx::FromRow)]
struct AssignmentRow {
    id: AssignmentId,
    facility_id: FacilityId,
    patient_id: PatientId,
    episode_id: EpisodeId,
    name: String,
    reference: String,
    opens_at: DateTime<Utc>,
    due_at: Option<DateTime<Utc>>,
    closes_at: Option<DateTime<Utc>>,
    after_loss: bool,
    response_id: Option<ResponseId>,
    status: Option<String>,
}

/// An assignment, to be kept.
pub struct NewAssignment<'a> {
    pub facility: FacilityId,
    pub patient: PatientId,
    pub episode: EpisodeId,
    pub name: &'a str,
    pub reference: &'a str,
    pub opens_at: DateTime<Utc>,
    pub due_at: Option<DateTime<Utc>>,
    pub closes_at: Option<DateTime<Utc>>,
}

/// Adds it, or moves the window of the one that is there; a window that was closed stays closed.
pub async fn assign(tx: &mut Tx, new: NewAssignment<'_>) -> Result<AssignmentId> {
    let id: AssignmentId = tx.id();
    let now = tx.now;
    let (id,): (AssignmentId,) = tx
        .q(
            "insert into assignment (id, facility_id, patient_id, episode_id, name, reference, opens_at, due_at, closes_at, \
            created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
            on conflict (episode_id, name, reference) do update set opens_at = excluded.opens_at, \
            due_at = excluded.due_at, closes_at = coalesce(assignment.closes_at, excluded.closes_at) returning id",
        )
        .bind(id)
        .bind(new.facility)
        .bind(new.patient)
        .bind(new.episode)
        .bind(new.name.to_owned())
        .bind(new.reference.to_owned())
        .bind(new.opens_at)
        .bind(new.due_at)
        .bind(new.closes_at)
        .bind(now)
        .one()
        .await?;
    Ok(id)
}

/// The assignments of a pregnancy with their answers, in the order in which they open. Of a chain of amendments these
/// are the ones that stand: neither what was replaced or given up nor a draft that would replace it.
pub async fn assignments(
    q: &mut impl Q,
    facility: FacilityId,
    episode: EpisodeId,
) -> Result<Vec<Assignment>> {
    let rows: Vec<AssignmentRow> = q
        .q(
            "select a.id, a.facility_id, a.patient_id, a.episode_id, a.name, a.reference, a.opens_at, a.due_at, \
            a.closes_at, a.after_loss, r.id as response_id, r.status from assignment a \
            left join response r on r.assignment_id = a.id and r.status not in ('amended', 'stopped', 'entered_in_error') \
            and (r.amends_id is null or r.status = 'completed') \
            where a.facility_id = $1 and a.episode_id = $2 order by a.opens_at, a.id",
        )
        .bind(facility)
        .bind(episode)
        .all()
        .await?;
    rows.into_iter().map(assignment).collect()
}

fn assignment(row: AssignmentRow) -> Result<Assignment> {
    let response = match (row.response_id, row.status.as_deref()) {
        (Some(id), Some(word)) => {
            let status =
                ResponseStatus::parse(word).ok_or_else(|| Error::broken("an unknown response status"))?;
            Some((id, status))
        }
        _ => None,
    };
    Ok(Assignment {
        id: row.id,
        facility_id: row.facility_id,
        patient_id: row.patient_id,
        episode_id: row.episode_id,
        name: row.name,
        reference: row.reference,
        opens_at: row.opens_at,
        due_at: row.due_at,
        closes_at: row.closes_at,
        after_loss: row.after_loss,
        response,
    })
}

/// Moves the end of a window, also of one that was closed.
pub async fn close_at(
    tx: &mut Tx,
    facility: FacilityId,
    id: AssignmentId,
    closes: DateTime<Utc>,
) -> Result<()> {
    tx.q("update assignment set closes_at = $3 where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(id)
        .bind(closes)
        .run()
        .await?;
    Ok(())
}

/// Ends the windows of a form that are still open.
pub async fn close(tx: &mut Tx, facility: FacilityId, episode: EpisodeId, name: &str) -> Result<()> {
    let now = tx.now;
    tx.q(
        "update assignment set closes_at = $4 where facility_id = $1 and episode_id = $2 and name = $3 \
          and (closes_at is null or closes_at > $4)",
    )
    .bind(facility)
    .bind(episode)
    .bind(name.to_owned())
    .bind(now)
    .run()
    .await?;
    Ok(())
}

/// Whether the forms of this pregnancy that are still unanswered come without the items on the baby from now on.
pub async fn mark_after_loss(
    tx: &mut Tx,
    facility: FacilityId,
    episode: EpisodeId,
    after_loss: bool,
) -> Result<()> {
    tx.q(
        "update assignment set after_loss = $3 where facility_id = $1 and episode_id = $2 \
          and id not in (select assignment_id from response where assignment_id is not null and episode_id = $2 \
          and status not in ('stopped', 'entered_in_error'))",
    )
    .bind(facility)
    .bind(episode)
    .bind(after_loss)
    .run()
    .await?;
    Ok(())
}

/// When each answer to a form was submitted in these pregnancies, oldest first: also what was replaced since, not what was
/// entered in error.
pub async fn submitted_at(
    q: &mut impl Q,
    facility: FacilityId,
    episodes: &[EpisodeId],
    name: &str,
) -> Result<Vec<(EpisodeId, DateTime<Utc>)>> {
    if episodes.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = q
        .q(format!(
            "select episode_id, completed_at from response where facility_id = $1 and name = $2 \
             and status in ('completed', 'amended') and completed_at is not null and episode_id in ({}) \
             order by completed_at",
            placeholders(3, episodes.len())
        ))
        .bind(facility)
        .bind(name.to_owned());
    for episode in episodes {
        query = query.bind(*episode);
    }
    query.all().await
}
