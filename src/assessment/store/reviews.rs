//! Reviews and their queue.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{damaged, status};
use crate::assessment::model::{Level, Phase, QueueFilter, Review, ReviewState};
use crate::base::error::{Error, Result};
use crate::base::id::{EpisodeId, FacilityId, PatientId, ResponseId, ReviewId, StaffId};
use crate::ctx::Tx;
use crate::db::{Q, Sql, placeholders};

#[derive(sqlx::FromRow)]
struct ReviewRow {
    id: ReviewId,
    facility_id: FacilityId,
    patient_id: PatientId,
    episode_id: EpisodeId,
    response_id: ResponseId,
    phase: String,
    level: String,
    told_level: Option<String>,
    urgent: bool,
    status: String,
    state: String,
    due_at: DateTime<Utc>,
    claimed_by_id: Option<StaffId>,
    claim_ends_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

const COLUMNS: &str = "select id, facility_id, patient_id, episode_id, response_id, phase, level, told_level, urgent, \
    status, state, due_at, claimed_by_id, claim_ends_at, created_at from review where facility_id = $1";

impl TryFrom<ReviewRow> for Review {
    type Error = Error;

    fn try_from(row: ReviewRow) -> Result<Review> {
        let told_level = match row.told_level.as_deref() {
            Some(word) => Some(Level::parse(word).ok_or_else(damaged)?),
            None => None,
        };
        Ok(Review {
            id: row.id,
            facility_id: row.facility_id,
            patient_id: row.patient_id,
            episode_id: row.episode_id,
            response_id: row.response_id,
            phase: Phase::parse(&row.phase).ok_or_else(damaged)?,
            level: Level::parse(&row.level).ok_or_else(damaged)?,
            told_level,
            urgent: row.urgent,
            complete: row.status == status(true),
            state: ReviewState::parse(&row.state).ok_or_else(damaged)?,
            due_at: row.due_at,
            claimed_by: row.claimed_by_id,
            claim_ends_at: row.claim_ends_at,
            created_at: row.created_at,
        })
    }
}

/// Writes a review as it is now; makes the row on first sight.
pub async fn save_review(tx: &mut Tx, review: &Review) -> Result<()> {
    tx.q(
        "insert into review (id, facility_id, patient_id, episode_id, response_id, phase, level, told_level, urgent, \
          status, state, due_at, claimed_by_id, claim_ends_at, created_at) \
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
          on conflict (id) do update set response_id = excluded.response_id, level = excluded.level, told_level = excluded.told_level, \
          urgent = excluded.urgent, status = excluded.status, state = excluded.state, due_at = excluded.due_at, \
          claimed_by_id = excluded.claimed_by_id, claim_ends_at = excluded.claim_ends_at",
    )
    .bind(review.id)
    .bind(review.facility_id)
    .bind(review.patient_id)
    .bind(review.episode_id)
    .bind(review.response_id)
    .bind(review.phase.word())
    .bind(review.level.word())
    .bind(review.told_level.map(Level::word))
    .bind(review.urgent)
    .bind(status(review.complete))
    .bind(review.state.word())
    .bind(review.due_at)
    .bind(review.claimed_by)
    .bind(review.claim_ends_at)
    .bind(review.created_at)
    .run()
    .await?;
    Ok(())
}

async fn one(q: &mut impl Q, facility: FacilityId, condition: &str, id: Uuid) -> Result<Option<Review>> {
    let row: Option<ReviewRow> = q
        .q(Sql::Built(format!("{COLUMNS} and {condition}")))
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    row.map(Review::try_from).transpose()
}

pub async fn review(q: &mut impl Q, facility: FacilityId, id: ReviewId) -> Result<Option<Review>> {
    one(q, facility, "id = $2", id.into()).await
}

pub async fn review_of_response(
    q: &mut impl Q,
    facility: FacilityId,
    response: ResponseId,
) -> Result<Option<Review>> {
    one(q, facility, "response_id = $2", response.into()).await
}

/// Notes that answers were entered in error: nothing that followed from them counts.
pub async fn withdraw_answers(tx: &mut Tx, facility: FacilityId, response: ResponseId) -> Result<()> {
    let now = tx.now;
    tx.q(
        "insert into withdrawn_answers (response_id, facility_id, at) values ($1, $2, $3) \
          on conflict (response_id) do nothing",
    )
    .bind(response)
    .bind(facility)
    .bind(now)
    .run()
    .await?;
    Ok(())
}

/// Whether answers were entered in error.
pub async fn are_withdrawn(q: &mut impl Q, facility: FacilityId, response: ResponseId) -> Result<bool> {
    let found: Option<(ResponseId,)> = q
        .q("select response_id from withdrawn_answers where facility_id = $1 and response_id = $2")
        .bind(facility)
        .bind(response)
        .opt()
        .await?;
    Ok(found.is_some())
}

/// The one that counts in a pregnancy: from the first re-check on the newest re-check, whatever is added to the assessment
/// of pregnancy after it; before, the newest assessment.
pub async fn standing_review(
    q: &mut impl Q,
    facility: FacilityId,
    episode: EpisodeId,
) -> Result<Option<Review>> {
    Ok(standing_reviews(q, facility, &[episode]).await?.pop())
}

/// The same of many pregnancies.
pub async fn standing_reviews(
    q: &mut impl Q,
    facility: FacilityId,
    episodes: &[EpisodeId],
) -> Result<Vec<Review>> {
    if episodes.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "{COLUMNS} and episode_id in ({}) and not exists \
         (select 1 from withdrawn_answers w where w.response_id = review.response_id) \
         order by episode_id, case when phase = 'recheck' then 0 else 1 end, created_at desc, id desc",
        placeholders(2, episodes.len())
    );
    let mut query = q.q(sql).bind(facility);
    for episode in episodes {
        query = query.bind(*episode);
    }
    let mut rows: Vec<ReviewRow> = query.all().await?;
    rows.dedup_by_key(|row| row.episode_id);
    rows.into_iter().map(Review::try_from).collect()
}

/// Urgent first, then by due time. A claim that has run out is no claim.
pub async fn queue(
    q: &mut impl Q,
    facility: FacilityId,
    filter: &QueueFilter,
    after: Option<(bool, DateTime<Utc>, ReviewId)>,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Review>> {
    // Without a cursor everything comes after the beginning of the order.
    let (urgent, due_at, id) = after.unwrap_or((true, DateTime::UNIX_EPOCH, ReviewId(Uuid::nil())));
    let sql = format!(
        "{COLUMNS} and (case when state = 'claimed' and claim_ends_at <= $2 then 'waiting' else state end = $3 or $4) \
         and (level = $5 or $6) and ((claimed_by_id = $7 and claim_ends_at > $2) or $8) \
         and not exists (select 1 from withdrawn_answers w where w.response_id = review.response_id) \
         and (urgent < $9 or (urgent = $9 and (due_at, id) > ($10, $11))) \
         order by urgent desc, due_at, id limit $12"
    );
    let rows: Vec<ReviewRow> = q
        .q(sql)
        .bind(facility)
        .bind(now)
        .bind(filter.state.map_or("", ReviewState::word))
        .bind(filter.state.is_none())
        .bind(filter.level.map_or("", Level::word))
        .bind(filter.level.is_none())
        .bind(filter.assignee.map_or(Uuid::nil(), Uuid::from))
        .bind(filter.assignee.is_none())
        .bind(urgent)
        .bind(due_at)
        .bind(id)
        .bind(limit)
        .all()
        .await?;
    rows.into_iter().map(Review::try_from).collect()
}
