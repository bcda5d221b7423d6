//! The SQL of the prenatal school and nothing else.

pub mod classes;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::base::error::Result;
use crate::base::id::{EpisodeId, FacilityId, PatientId, QuizAttemptId};
use crate::content::lessons::Head;
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::education::model::{Attempt, Chosen, Progress};
use crate::episode::model::Episode;
use crate::people::model::Forget;
use crate::vault::{Class, Sealed};

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

/// Sealed records of a woman. Binds: hospital, woman.
pub const SEALED: [&str; 1] = ["select id from quiz_attempt where facility_id = $1 and patient_id = $2"];

/// How far a woman is with every lesson that she has begun, in all her pregnancies.
pub async fn progress_of(
    q: &mut impl Q,
    facility: FacilityId,
    patient: PatientId,
) -> Result<Vec<(EpisodeId, Progress)>> {
    let episodes: Vec<(EpisodeId,)> = q
        .q("select distinct episode_id from lesson_progress where facility_id = $1 and patient_id = $2")
        .bind(facility)
        .bind(patient)
        .all()
        .await?;
    let mut all = Vec::new();
    for (episode,) in episodes {
        let of_it = progress(q, facility, episode).await?;
        all.extend(of_it.into_iter().map(|one| (episode, one)));
    }
    Ok(all)
}

/// A woman's tries at quizzes with what she chose, oldest first.
pub async fn attempts_of(
    r: &mut impl Records,
    facility: FacilityId,
    patient: PatientId,
) -> Result<Vec<Value>> {
    let rows: Vec<(QuizAttemptId, String, Sealed, i64, i64, DateTime<Utc>)> = r
        .q("select id, slug, answers, score, of_items, at from quiz_attempt \
            where facility_id = $1 and patient_id = $2 order by id")
        .bind(facility)
        .bind(patient)
        .all()
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for (id, slug, answers, score, of, at) in rows {
        let answers: Vec<Chosen> = r.open_json(id, "answers", &answers).await?;
        all.push(json!({ "id": id, "lesson": slug, "answers": answers, "score": score, "of": of, "at": at }));
    }
    Ok(all)
}

/// Takes away how far she was with lessons that she never came to the end of.
pub async fn forget(tx: &mut Tx, what: &Forget) -> Result<u64> {
    let rows: Vec<(EpisodeId, String, PatientId)> = tx
        .q("select episode_id, slug, patient_id from lesson_progress \
            where facility_id = $1 and updated_at < $2 and completed_at is null")
        .bind(what.facility)
        .bind(what.before)
        .all()
        .await?;
    let mut gone = 0;
    for (episode, slug, _) in rows.into_iter().filter(|(.., patient)| what.takes(*patient)) {
        gone += tx
            .q("delete from lesson_progress where facility_id = $1 and episode_id = $2 and slug = $3")
            .bind(what.facility)
            .bind(episode)
            .bind(slug)
            .run()
            .await?;
    }
    Ok(gone)
}
