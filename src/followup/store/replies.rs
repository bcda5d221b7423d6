//! Replies to the survey: the one number that indicators need.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::error::Result;
use crate::base::id::{FacilityId, LaborId, ResponseId};
use crate::ctx::Tx;
use crate::db::Q;
use crate::followup::model::Reply;

#[derive(sqlx::FromRow)]
struct Row {
    labor_id: LaborId,
    overall: i64,
    at: DateTime<Utc>,
}

impl From<Row> for Reply {
    fn from(row: Row) -> Reply {
        Reply {
            labor: row.labor_id,
            overall: row.overall,
            at: row.at,
        }
    }
}

pub async fn add_reply(
    tx: &mut Tx,
    facility: FacilityId,
    labor: LaborId,
    response: ResponseId,
    overall: i64,
    by_staff: bool,
) -> Result<()> {
    let (id, now) = (tx.id::<Uuid>(), tx.now);
    tx.q(
        "insert into survey_reply (id, facility_id, labor_id, response_id, overall, by_staff, at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id)
    .bind(facility)
    .bind(labor)
    .bind(response)
    .bind(overall)
    .bind(by_staff)
    .bind(now)
    .run()
    .await?;
    Ok(())
}

/// Replies to one labor's survey, the earliest first.
pub async fn replies_of(q: &mut impl Q, facility: FacilityId, labor: LaborId) -> Result<Vec<Reply>> {
    let rows: Vec<Row> = q
        .q("select labor_id, overall, at from survey_reply where facility_id = $1 and labor_id = $2 order by at, id")
        .bind(facility)
        .bind(labor)
        .all()
        .await?;
    Ok(rows.into_iter().map(Reply::from).collect())
}

/// Replies that came in within `[from, to)`, the earliest first.
pub async fn replies(
    q: &mut impl Q,
    facility: FacilityId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<Reply>> {
    let rows: Vec<Row> = q
        .q(
            "select labor_id, overall, at from survey_reply where facility_id = $1 and at >= $2 and at < $3 \
             order by at, id",
        )
        .bind(facility)
        .bind(from)
        .bind(to)
        .all()
        .await?;
    Ok(rows.into_iter().map(Reply::from).collect())
}
