//! Runs of the rules; never changed.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{damaged, status};
use crate::assessment::model::{Assessed, Inputs, Phase, Review, Stored};
use crate::base::error::Result;
use crate::base::id::{FacilityId, ResponseId, ReviewId};
use crate::ctx::{Records, Tx};
use crate::db::{Q, placeholders};
use crate::forms::model::Mark;
use crate::questionnaire::{Assessment, Status};
use crate::vault::{Class, Sealed};

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
    // In the one form that the same result always has, so that a run made again can be compared byte for byte.
    let result = serde_json_canonicalizer::to_vec(&assessed.result)?;
    let result = tx
        .seal_bytes(facility, assessed.id, Class::Clinical, "result", &result)
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
            order by response_version desc, at desc, id desc",
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
    Ok(newest_runs(r, facility, &[review]).await?.remove(&review))
}

/// The same of many reviews.
pub async fn newest_runs(
    r: &mut impl Records,
    facility: FacilityId,
    reviews: &[ReviewId],
) -> Result<BTreeMap<ReviewId, Assessed>> {
    if reviews.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sql = format!(
        "select id, response_version, at, result, inputs, review_id from assessment \
         where facility_id = $1 and review_id in ({}) order by review_id, response_version desc, at desc, id desc",
        placeholders(2, reviews.len())
    );
    let mut query = r.q(sql).bind(facility);
    for review in reviews {
        query = query.bind(*review);
    }
    let mut rows: Vec<OfReview> = query.all().await?;
    rows.dedup_by_key(|row| row.review_id);
    let vault = r.vault();
    let sealed: Vec<&Sealed> = rows.iter().map(|row| &row.run.result).collect();
    vault.warm(r, &sealed).await?;
    let mut runs = BTreeMap::new();
    for row in rows {
        runs.insert(row.review_id, opened(r, row.run).await?);
    }
    Ok(runs)
}

#[derive(sqlx::FromRow)]
struct OfReview {
    #[sqlx(flatten)]
    run: AssessedRow,
    review_id: ReviewId,
}

/// The newest run on a set of answers.
pub async fn newest_run_on(
    r: &mut impl Records,
    facility: FacilityId,
    response: ResponseId,
) -> Result<Option<Assessed>> {
    let row = r
        .q(
            "select id, response_version, at, result, inputs from assessment where facility_id = $1 and response_id = $2 \
            order by response_version desc, at desc, id desc limit 1",
        )
        .bind(facility)
        .bind(response)
        .opt()
        .await?;
    opened_if(r, row).await
}

async fn opened_if(r: &mut impl Records, row: Option<AssessedRow>) -> Result<Option<Assessed>> {
    match row {
        Some(row) => opened(r, row).await.map(Some),
        None => Ok(None),
    }
}

#[derive(sqlx::FromRow)]
struct StoredRow {
    #[sqlx(flatten)]
    run: AssessedRow,
    review_id: ReviewId,
    response_id: ResponseId,
    phase: String,
}

/// Runs of a hospital by id, those after `after`.
pub async fn stored(
    r: &mut impl Records,
    facility: FacilityId,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Stored>> {
    let rows: Vec<StoredRow> = r
        .q(
            "select a.id, a.response_version, a.at, a.result, a.inputs, a.review_id, a.response_id, v.phase \
            from assessment a join review v on v.id = a.review_id \
            where a.facility_id = $1 and a.id > $2 order by a.id limit $3",
        )
        .bind(facility)
        .bind(after)
        .bind(limit)
        .all()
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let bytes = r
            .open_bytes(row.run.id, "result", &row.run.result)
            .await?
            .to_vec();
        all.push(Stored {
            phase: Phase::parse(&row.phase).ok_or_else(damaged)?,
            review_id: row.review_id,
            response_id: row.response_id,
            run: opened(r, row.run).await?,
            bytes,
        });
    }
    Ok(all)
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

/// The review of a set of answers, and the versions of its newest run, in words.
pub async fn mark(q: &mut impl Q, facility: FacilityId, response: ResponseId) -> Result<Option<Mark>> {
    let row: Option<(String, String, String)> = q
        .q("select v.state, a.rules_version, a.engine_version from review v join assessment a on a.review_id = v.id \
            where v.facility_id = $1 and v.response_id = $2 order by a.response_version desc, a.at desc, a.id desc limit 1")
        .bind(facility)
        .bind(response)
        .opt()
        .await?;
    Ok(row.map(|(review_state, rules_version, engine_version)| Mark {
        review_state,
        rules_version,
        engine_version,
    }))
}
