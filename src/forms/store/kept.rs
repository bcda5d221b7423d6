//! The kept versions of answers.

use serde_json::Value;
use uuid::Uuid;

use crate::base::error::Result;
use crate::base::id::{FacilityId, ResponseId};
use crate::ctx::Records;
use crate::db::Q;
use crate::forms::model::Kept;
use crate::vault::Sealed;

#[derive(sqlx::FromRow)]
struct KeptRow {
    id: Uuid,
    content: Sealed,
    staff_items: Option<Sealed>,
}

/// Answers, and what staff entered beside them, as they were at a kept version.
pub async fn kept(
    r: &mut impl Records,
    facility: FacilityId,
    id: ResponseId,
    version: i64,
) -> Result<Option<(Value, Option<Value>)>> {
    let row: Option<KeptRow> = r
        .q("select id, content, staff_items from response_version \
            where facility_id = $1 and response_id = $2 and version = $3")
        .bind(facility)
        .bind(id)
        .bind(version)
        .opt()
        .await?;
    let Some(row) = row else { return Ok(None) };
    let content = r.open_json(row.id, "content", &row.content).await?;
    let staff_items = match &row.staff_items {
        Some(sealed) => Some(r.open_json(row.id, "staff_items", sealed).await?),
        None => None,
    };
    Ok(Some((content, staff_items)))
}

/// The kept versions of a set of answers, oldest first.
pub async fn versions(q: &mut impl Q, facility: FacilityId, id: ResponseId) -> Result<Vec<Kept>> {
    q.q("select version, actor, at from response_version where facility_id = $1 and response_id = $2 order by version")
        .bind(facility)
        .bind(id)
        .all()
        .await
}
