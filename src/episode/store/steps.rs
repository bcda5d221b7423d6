//! Steps of the pathway.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::id::{EpisodeId, FacilityId};
use crate::ctx::Tx;
use crate::db::Q;
use crate::episode::model::{Step, StepKind, StepState};

#[derive(sqlx::FromRow)]
struct StepRow {
    episode_id: EpisodeId,
    facility_id: FacilityId,
    kind: String,
    reference: String,
    subject_id: Option<Uuid>,
    state: String,
    due_from: Option<DateTime<Utc>>,
    due_to: Option<DateTime<Utc>>,
    required: bool,
}

impl StepRow {
    fn read(self) -> Result<Step> {
        let unknown = || Error::broken("a step row has an unknown word");
        Ok(Step {
            episode: self.episode_id,
            facility: self.facility_id,
            kind: StepKind::parse(&self.kind).ok_or_else(unknown)?,
            reference: self.reference,
            subject: self.subject_id,
            state: StepState::parse(&self.state).ok_or_else(unknown)?,
            due_from: self.due_from,
            due_to: self.due_to,
            required: self.required,
        })
    }
}

/// Writes a step as it is now; one of the same kind and reference is replaced.
pub async fn set_step(tx: &mut Tx, step: &Step) -> Result<()> {
    tx.q(
        "insert into episode_step (episode_id, facility_id, kind, reference, subject_id, state, due_from, due_to, \
          required) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
          on conflict (episode_id, kind, reference) do update set subject_id = excluded.subject_id, \
          state = excluded.state, due_from = excluded.due_from, due_to = excluded.due_to, \
          required = excluded.required",
    )
    .bind(step.episode)
    .bind(step.facility)
    .bind(step.kind.word())
    .bind(step.reference.clone())
    .bind(step.subject)
    .bind(step.state.word())
    .bind(step.due_from)
    .bind(step.due_to)
    .bind(step.required)
    .run()
    .await?;
    Ok(())
}

/// The steps in the order of the pathway, within a kind by when they begin.
pub async fn steps(q: &mut impl Q, facility: FacilityId, episode: EpisodeId) -> Result<Vec<Step>> {
    let rows: Vec<StepRow> = q
        .q(
            "select episode_id, facility_id, kind, reference, subject_id, state, due_from, due_to, required \
             from episode_step where facility_id = $1 and episode_id = $2",
        )
        .bind(facility)
        .bind(episode)
        .all()
        .await?;
    let mut steps = rows.into_iter().map(StepRow::read).collect::<Result<Vec<_>>>()?;
    steps.sort_by(|a, b| {
        let key = |step: &Step| (step.kind, step.due_from, step.reference.clone());
        key(a).cmp(&key(b))
    });
    Ok(steps)
}
