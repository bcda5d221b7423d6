//! Decisions; never changed.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::damaged;
use crate::assessment::model::{Decision, Outcome, Plan};
use crate::base::Role;
use crate::base::error::Result;
use crate::base::id::{EpisodeId, FacilityId, ReviewId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::{Q, Sql, placeholders};
use crate::questionnaire::Assessment;
use crate::vault::{Class, Sealed};

#[derive(sqlx::FromRow)]
struct DecisionRow {
    id: Uuid,
    review_id: ReviewId,
    assessment_id: Uuid,
    outcome: String,
    by_id: StaffId,
    by_role: String,
    second_by_id: Option<StaffId>,
    conditions: Option<Sealed>,
    plan: Option<Sealed>,
    summary: Sealed,
    reason: Option<Sealed>,
    at: DateTime<Utc>,
    episode_id: EpisodeId,
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
          conditions, plan, summary, reason, at, second_by_id) \
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
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
    .bind(decision.second)
    .run()
    .await?;
    Ok(())
}

const COLUMNS: &str = "select d.id, d.review_id, d.assessment_id, d.outcome, d.by_id, d.by_role, d.second_by_id, d.conditions, \
    d.plan, d.summary, d.reason, d.at, d.episode_id, a.result from review_decision d join assessment a on a.id = d.assessment_id \
    where d.facility_id = $1";

/// The decisions of a pregnancy that count, with the run that each was made on, newest first: not those on answers that were
/// entered in error.
pub async fn decisions(
    r: &mut impl Records,
    facility: FacilityId,
    episode: EpisodeId,
) -> Result<Vec<(Decision, Assessment)>> {
    let found = decisions_of(r, facility, &[episode]).await?;
    Ok(found.into_iter().map(|(_, decision)| decision).collect())
}

/// The same of many pregnancies.
pub async fn decisions_of(
    r: &mut impl Records,
    facility: FacilityId,
    episodes: &[EpisodeId],
) -> Result<Vec<(EpisodeId, (Decision, Assessment))>> {
    let standing = "and not exists (select 1 from withdrawn_answers w where w.response_id = a.response_id)";
    found(r, facility, episodes, standing).await
}

/// All decisions of a pregnancy that were ever made, newest first.
pub async fn every_decision(
    r: &mut impl Records,
    facility: FacilityId,
    episode: EpisodeId,
) -> Result<Vec<(Decision, Assessment)>> {
    let found = found(r, facility, &[episode], "").await?;
    Ok(found.into_iter().map(|(_, decision)| decision).collect())
}

async fn found(
    r: &mut impl Records,
    facility: FacilityId,
    episodes: &[EpisodeId],
    condition: &str,
) -> Result<Vec<(EpisodeId, (Decision, Assessment))>> {
    if episodes.is_empty() {
        return Ok(Vec::new());
    }
    let marks = placeholders(2, episodes.len());
    let sql = format!("{COLUMNS} and d.episode_id in ({marks}) {condition} order by d.at desc, d.id desc");
    let mut query = r.q(Sql::Built(sql)).bind(facility);
    for episode in episodes {
        query = query.bind(*episode);
    }
    let rows: Vec<DecisionRow> = query.all().await?;
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
            second: row.second_by_id,
            at: row.at,
            conditions: r.open_if(row.id, "conditions", row.conditions.as_ref()).await?,
            plan,
            summary: r.open(row.id, "summary", &row.summary).await?,
            reason: r.open_if(row.id, "reason", row.reason.as_ref()).await?,
        };
        let result = r.open_json(row.assessment_id, "result", &row.result).await?;
        all.push((row.episode_id, (decision, result)));
    }
    Ok(all)
}
