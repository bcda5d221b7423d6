//! Assessments of the processing of personal information: insert-only.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::base::error::Result;
use crate::base::id::{FacilityId, ImpactAssessmentId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::people::model::{AssessmentBody, ImpactAssessment};
use crate::vault::{Class, Sealed};

/// Keeps an assessment; false when another one has taken the place of the one that it replaces.
pub async fn add_assessment(tx: &mut Tx, facility: FacilityId, new: &ImpactAssessment) -> Result<bool> {
    let body = tx
        .seal_json(Some(facility), new.id, Class::FreeText, "body", &new.body)
        .await?;
    let added = tx
        .q(
            "insert into impact_assessment (id, facility_id, body, file_sha256, assessed_on, next_review_on, replaces_id, \
              staff_id, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
        )
        .bind(new.id)
        .bind(facility)
        .bind(body)
        .bind(new.file_sha256.clone())
        .bind(new.assessed_on)
        .bind(new.next_review_on)
        .bind(new.replaces)
        .bind(new.by)
        .bind(new.at)
        .run()
        .await?;
    Ok(added == 1)
}

#[derive(sqlx::FromRow)]
struct Row {
    id: ImpactAssessmentId,
    body: Sealed,
    file_sha256: String,
    assessed_on: NaiveDate,
    next_review_on: NaiveDate,
    replaces_id: Option<ImpactAssessmentId>,
    replaced_by: Option<ImpactAssessmentId>,
    staff_id: StaffId,
    at: DateTime<Utc>,
}

const SELECT: &str = "select a.id, a.body, a.file_sha256, a.assessed_on, a.next_review_on, a.replaces_id, \
    n.id as replaced_by, a.staff_id, a.at from impact_assessment a \
    left join impact_assessment n on n.replaces_id = a.id where a.facility_id = $1 and ";

async fn read(r: &mut impl Records, row: Row) -> Result<ImpactAssessment> {
    Ok(ImpactAssessment {
        body: r.open_json::<AssessmentBody>(row.id, "body", &row.body).await?,
        id: row.id,
        file_sha256: row.file_sha256,
        assessed_on: row.assessed_on,
        next_review_on: row.next_review_on,
        replaces: row.replaces_id,
        replaced_by: row.replaced_by,
        by: row.staff_id,
        at: row.at,
    })
}

/// One assessment.
pub async fn assessment(
    r: &mut impl Records,
    facility: FacilityId,
    id: ImpactAssessmentId,
) -> Result<Option<ImpactAssessment>> {
    let row: Option<Row> = r
        .q(format!("{SELECT} a.id = $2"))
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    match row {
        Some(row) => read(r, row).await.map(Some),
        None => Ok(None),
    }
}

/// Assessments, newest first, after a key.
pub async fn assessments(
    r: &mut impl Records,
    facility: FacilityId,
    after: Option<ImpactAssessmentId>,
    limit: i64,
) -> Result<Vec<ImpactAssessment>> {
    let rows: Vec<Row> = r
        .q(format!("{SELECT} a.id < $2 order by a.id desc limit $3"))
        .bind(facility)
        .bind(after.unwrap_or(ImpactAssessmentId(Uuid::max())))
        .bind(limit)
        .all()
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(read(r, row).await?);
    }
    Ok(all)
}
