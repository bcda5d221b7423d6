//! The SQL of the assessment.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::model::{
    Assessed, Decision, Inputs, Level, Outcome, Phase, Plan, QueueFilter, Review, ReviewState,
};
use crate::base::Role;
use crate::base::error::{Error, Result};
use crate::base::id::{EpisodeId, FacilityId, PatientId, ResponseId, ReviewId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::{Q, Sql};
use crate::questionnaire::{Assessment, Status};
use crate::vault::{Class, Sealed};

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

fn damaged() -> Error {
    Error::broken("a review holds an unknown word")
}

fn status(complete: bool) -> &'static str {
    if complete { "complete" } else { "incomplete" }
}

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

/// The newest of a pregnancy.
pub async fn newest_review(
    q: &mut impl Q,
    facility: FacilityId,
    episode: EpisodeId,
) -> Result<Option<Review>> {
    let condition = "episode_id = $2 order by created_at desc, id desc limit 1";
    one(q, facility, condition, episode.into()).await
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

#[derive(sqlx::FromRow)]
struct AssessedRow {
    id: Uuid,
    response_version: i64,
    at: DateTime<Utc>,
    result: Sealed,
    inputs: Sealed,
}

/// Keeps a run of the rules.
pub async fn add_assessed(tx: &mut Tx, review: &Review, assessed: &Assessed) -> Result<()> {
    let facility = Some(review.facility_id);
    let result = tx
        .seal_json(facility, assessed.id, Class::Clinical, "result", &assessed.result)
        .await?;
    let inputs = tx
        .seal_json(facility, assessed.id, Class::Clinical, "inputs", &assessed.inputs)
        .await?;
    tx.q(
        "insert into assessment (id, facility_id, review_id, episode_id, response_id, response_version, level, urgent, \
          status, form, rules_version, engine_version, result, inputs, at) \
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(assessed.id)
    .bind(review.facility_id)
    .bind(review.id)
    .bind(review.episode_id)
    .bind(review.response_id)
    .bind(assessed.response_version)
    .bind(assessed.result.level.clone())
    .bind(assessed.result.urgent)
    .bind(status(assessed.result.status == Status::Complete))
    .bind(assessed.result.form.clone())
    .bind(assessed.result.rules_version.clone())
    .bind(assessed.result.engine_version.clone())
    .bind(result)
    .bind(inputs)
    .bind(assessed.at)
    .run()
    .await?;
    Ok(())
}

/// The runs of a review, newest first.
pub async fn runs(r: &mut impl Records, facility: FacilityId, review: ReviewId) -> Result<Vec<Assessed>> {
    let rows: Vec<AssessedRow> = r
        .q(
            "select id, response_version, at, result, inputs from assessment where facility_id = $1 and review_id = $2 \
            order by response_version desc",
        )
        .bind(facility)
        .bind(review)
        .all()
        .await?;
    let mut runs = Vec::with_capacity(rows.len());
    for row in rows {
        runs.push(opened(r, row).await?);
    }
    Ok(runs)
}

/// The newest run of a review.
pub async fn newest_run(
    r: &mut impl Records,
    facility: FacilityId,
    review: ReviewId,
) -> Result<Option<Assessed>> {
    let row = r
        .q(
            "select id, response_version, at, result, inputs from assessment where facility_id = $1 and review_id = $2 \
            order by response_version desc limit 1",
        )
        .bind(facility)
        .bind(review)
        .opt()
        .await?;
    match row {
        Some(row) => opened(r, row).await.map(Some),
        None => Ok(None),
    }
}

async fn opened(r: &mut impl Records, row: AssessedRow) -> Result<Assessed> {
    Ok(Assessed {
        id: row.id,
        response_version: row.response_version,
        at: row.at,
        result: r.open_json::<Assessment>(row.id, "result", &row.result).await?,
        inputs: r.open_json::<Inputs>(row.id, "inputs", &row.inputs).await?,
    })
}

#[derive(sqlx::FromRow)]
struct DecisionRow {
    id: Uuid,
    review_id: ReviewId,
    assessment_id: Uuid,
    outcome: String,
    by_id: StaffId,
    by_role: String,
    conditions: Option<Sealed>,
    plan: Option<Sealed>,
    summary: Sealed,
    reason: Option<Sealed>,
    at: DateTime<Utc>,
    result: Sealed,
}

/// Keeps a decision.
pub async fn add_decision(
    tx: &mut Tx,
    facility: FacilityId,
    episode: EpisodeId,
    decision: &Decision,
) -> Result<()> {
    let (id, place) = (decision.id, Some(facility));
    let class = Class::FreeText;
    let conditions = tx
        .seal_if(place, id, class, "conditions", decision.conditions.as_deref())
        .await?;
    let plan = match &decision.plan {
        Some(plan) => Some(tx.seal_json(place, id, class, "plan", plan).await?),
        None => None,
    };
    let summary = tx.seal(place, id, class, "summary", &decision.summary).await?;
    let reason = tx
        .seal_if(place, id, class, "reason", decision.reason.as_deref())
        .await?;
    tx.q(
        "insert into review_decision (id, facility_id, episode_id, review_id, assessment_id, outcome, by_id, by_role, \
          conditions, plan, summary, reason, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(id)
    .bind(facility)
    .bind(episode)
    .bind(decision.review_id)
    .bind(decision.assessment_id)
    .bind(decision.outcome.word())
    .bind(decision.by)
    .bind(decision.by_role.word())
    .bind(conditions)
    .bind(plan)
    .bind(summary)
    .bind(reason)
    .bind(decision.at)
    .run()
    .await?;
    Ok(())
}

/// The decisions of a pregnancy with the run that each was made on, newest first.
pub async fn decisions(
    r: &mut impl Records,
    facility: FacilityId,
    episode: EpisodeId,
) -> Result<Vec<(Decision, Assessment)>> {
    let rows: Vec<DecisionRow> = r
        .q(
            "select d.id, d.review_id, d.assessment_id, d.outcome, d.by_id, d.by_role, d.conditions, d.plan, d.summary, \
            d.reason, d.at, a.result from review_decision d join assessment a on a.id = d.assessment_id \
            where d.facility_id = $1 and d.episode_id = $2 order by d.at desc, d.id desc",
        )
        .bind(facility)
        .bind(episode)
        .all()
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let plan = match &row.plan {
            Some(sealed) => Some(r.open_json::<Plan>(row.id, "plan", sealed).await?),
            None => None,
        };
        let decision = Decision {
            id: row.id,
            review_id: row.review_id,
            assessment_id: row.assessment_id,
            outcome: Outcome::parse(&row.outcome).ok_or_else(damaged)?,
            by: row.by_id,
            by_role: Role::parse(&row.by_role).ok_or_else(damaged)?,
            at: row.at,
            conditions: r.open_if(row.id, "conditions", row.conditions.as_ref()).await?,
            plan,
            summary: r.open(row.id, "summary", &row.summary).await?,
            reason: r.open_if(row.id, "reason", row.reason.as_ref()).await?,
        };
        let result = r.open_json(row.assessment_id, "result", &row.result).await?;
        all.push((decision, result));
    }
    Ok(all)
}
