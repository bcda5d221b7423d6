//! The kept versions of answers.

use std::collections::BTreeMap;

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
    response_id: ResponseId,
    version: i64,
    content: Sealed,
    staff_items: Option<Sealed>,
}

/// Answers, and what staff entered beside them.
pub type KeptAnswers = (Value, Option<Value>);

/// Answers, and what staff entered beside them, as they were at kept versions.
pub async fn kept(
    r: &mut impl Records,
    facility: FacilityId,
    wanted: &[(ResponseId, i64)],
) -> Result<BTreeMap<(ResponseId, i64), KeptAnswers>> {
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let each: Vec<String> = (0..wanted.len())
        .map(|n| format!("(response_id = ${} and version = ${})", 2 * n + 2, 2 * n + 3))
        .collect();
    let mut query = r
        .q(format!(
            "select id, response_id, version, content, staff_items from response_version where facility_id = $1 and ({})",
            each.join(" or ")
        ))
        .bind(facility);
    for (response, version) in wanted {
        query = query.bind(*response).bind(*version);
    }
    let rows: Vec<KeptRow> = query.all().await?;
    let vault = r.vault();
    let sealed: Vec<&Sealed> = rows.iter().map(|row| &row.content).collect();
    vault.warm(r, &sealed).await?;
    let mut found = BTreeMap::new();
    for row in rows {
        let content = r.open_json(row.id, "content", &row.content).await?;
        let staff_items = match &row.staff_items {
            Some(sealed) => Some(r.open_json(row.id, "staff_items", sealed).await?),
            None => None,
        };
        found.insert((row.response_id, row.version), (content, staff_items));
    }
    Ok(found)
}

/// The kept versions of a set of answers, oldest first.
pub async fn versions(q: &mut impl Q, facility: FacilityId, id: ResponseId) -> Result<Vec<Kept>> {
    q.q("select version, actor, at from response_version where facility_id = $1 and response_id = $2 order by version")
        .bind(facility)
        .bind(id)
        .all()
        .await
}
