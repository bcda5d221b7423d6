//! The SQL of the prenatal school and nothing else.

use chrono::{DateTime, Utc};

use super::model::{Attempt, Chosen, Progress};
use crate::base::error::Result;
use crate::base::id::{EpisodeId, FacilityId, QuizAttemptId};
use crate::content::lessons::Head;
use crate::ctx::Tx;
use crate::db::Q;
use crate::episode::model::Episode;
use crate::vault::Class;

#[derive(sqlx::FromRow)]
struct ProgressRow {
    slug: String,
    version: String,
    position: i64,
    seconds: i64,
    completed_at: Option<DateTime<Utc>>,
    passed_at: Option<DateTime<Utc>>,
}

/// Every lesson that she has begun in this pregnancy.
pub async fn progress(q: &mut impl Q, facility: FacilityId, episode: EpisodeId) -> Result<Vec<Progress>> {
    let rows: Vec<ProgressRow> = q
        .q(
            "select slug, version, position, seconds, completed_at, passed_at from lesson_progress \
             where facility_id = $1 and episode_id = $2",
        )
        .bind(facility)
        .bind(episode)
        .all()
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Progress {
            slug: row.slug,
            version: row.version,
            position: row.position,
            seconds: row.seconds,
            completed_at: row.completed_at,
            passed_at: row.passed_at,
        })
        .collect())
}

/// Writes how far she is with one lesson.
pub async fn save_progress(tx: &mut Tx, episode: &Episode, progress: &Progress) -> Result<()> {
    let now = tx.now;
    tx.q(
        "insert into lesson_progress (episode_id, facility_id, patient_id, slug, version, position, seconds, \
          completed_at, passed_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
          on conflict (episode_id, slug) do update set version = excluded.version, position = excluded.position, \
          seconds = excluded.seconds, completed_at = excluded.completed_at, passed_at = excluded.passed_at, \
          updated_at = excluded.updated_at",
    )
    .bind(episode.id)
    .bind(episode.facility_id)
    .bind(episode.patient_id)
    .bind(progress.slug.clone())
    .bind(progress.version.clone())
    .bind(progress.position)
    .bind(progress.seconds)
    .bind(progress.completed_at)
    .bind(progress.passed_at)
    .bind(now)
    .run()
    .await?;
    Ok(())
}

/// Keeps a try at a quiz; what she chose is sealed.
pub async fn add_attempt(
    tx: &mut Tx,
    episode: &Episode,
    lesson: &Head,
    answers: &[Chosen],
    attempt: &Attempt,
) -> Result<()> {
    let id: QuizAttemptId = tx.id();
    let now = tx.now;
    let sealed = tx
        .seal_json(
            Some(episode.facility_id),
            id,
            Class::Clinical,
            "answers",
            &answers,
        )
        .await?;
    tx.q(
        "insert into quiz_attempt (id, facility_id, patient_id, episode_id, slug, version, answers, score, of_items, \
          passed, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(id)
    .bind(episode.facility_id)
    .bind(episode.patient_id)
    .bind(episode.id)
    .bind(lesson.slug.clone())
    .bind(lesson.version.clone())
    .bind(sealed)
    .bind(attempt.score)
    .bind(attempt.of)
    .bind(attempt.passed)
    .bind(now)
    .run()
    .await?;
    Ok(())
}
