//! Self-checks of the hospital; never changed.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::base::error::Result;
use crate::base::id::{FacilityId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::quality::model::Readiness;
use crate::questionnaire::Assessment;
use crate::vault::{Class, Sealed};

/// Keeps a self-check. It names who checked, so the answers are sealed.
pub async fn add_readiness(tx: &mut Tx, facility: FacilityId, check: &Readiness) -> Result<()> {
    let place = Some(facility);
    let content = tx
        .seal_json(place, check.id, Class::FreeText, "content", &check.content)
        .await?;
    let result = tx
        .seal_json(place, check.id, Class::FreeText, "result", &check.result)
        .await?;
    let status = serde_json::to_value(check.result.status)?;
    tx.q(
        "insert into readiness_check (id, facility_id, checked_on, level, status, form, rules_version, content, result, \
          staff_id, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(check.id)
    .bind(facility)
    .bind(check.checked_on)
    .bind(check.result.level.clone())
    .bind(status.as_str().unwrap_or_default().to_owned())
    .bind(check.result.form.clone())
    .bind(check.result.rules_version.clone())
    .bind(content)
    .bind(result)
    .bind(check.by)
    .bind(check.at)
    .run()
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    checked_on: NaiveDate,
    content: Sealed,
    result: Sealed,
    staff_id: StaffId,
    at: DateTime<Utc>,
}

/// The self-checks by the day of the check, the newest first.
pub async fn readiness(
    r: &mut impl Records,
    facility: FacilityId,
    after: Option<(NaiveDate, Uuid)>,
    limit: i64,
) -> Result<Vec<Readiness>> {
    // Without a cursor everything comes before the end of the order.
    let (day, id) = after.unwrap_or((far(), Uuid::max()));
    let rows: Vec<Row> = r
        .q(
            "select id, checked_on, content, result, staff_id, at from readiness_check \
            where facility_id = $1 and (checked_on, id) < ($2, $3) order by checked_on desc, id desc limit $4",
        )
        .bind(facility)
        .bind(day)
        .bind(id)
        .bind(limit)
        .all()
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(Readiness {
            id: row.id,
            checked_on: row.checked_on,
            content: r.open_json::<Value>(row.id, "content", &row.content).await?,
            result: r.open_json::<Assessment>(row.id, "result", &row.result).await?,
            by: row.staff_id,
            at: row.at,
        });
    }
    Ok(all)
}

fn far() -> NaiveDate {
    NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or_default()
}
