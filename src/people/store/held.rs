//! What only the copy of everything held on her tells.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::error::Result;
use crate::base::id::{IdentityCheckId, SessionId};
use crate::db::Q;
use crate::people::caller::Mine;

#[derive(sqlx::FromRow)]
struct SessionRow {
    id: SessionId,
    device: String,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    asset: Option<String>,
    ward: Option<String>,
}

/// Her sessions, ended ones too, oldest first.
pub async fn sessions_of(q: &mut impl Q, mine: Mine) -> Result<Vec<Value>> {
    let account = super::account_of(q, mine.facility, mine.patient).await?;
    let rows: Vec<SessionRow> = q
        .q(
            "select s.id, s.device, s.created_at, s.expires_at, s.ended_at, d.asset, d.ward \
            from session s left join device_session d on d.session_id = s.id \
            where s.account_id = $1 or (d.facility_id = $2 and d.patient_id = $3) order by s.id",
        )
        .bind(account)
        .bind(mine.facility)
        .bind(mine.patient)
        .all()
        .await?;
    let told = rows.into_iter().map(|row| {
        json!({
            "id": row.id, "device": row.device, "began_at": row.created_at, "expires_at": row.expires_at,
            "ended_at": row.ended_at, "hospital_device": row.asset, "ward": row.ward,
        })
    });
    Ok(told.collect())
}

#[derive(sqlx::FromRow)]
struct CheckRow {
    id: IdentityCheckId,
    method: String,
    identifiers: String,
    role: String,
    at: DateTime<Utc>,
    confirmed_at: Option<DateTime<Utc>>,
}

/// Checks of who she is, by which kinds of proof and by staff of which role, oldest first.
pub async fn identity_checks_of(q: &mut impl Q, mine: Mine) -> Result<Vec<Value>> {
    let rows: Vec<CheckRow> = q
        .q(
            "select c.id, c.method, c.identifiers, s.role, c.at, c.confirmed_at \
            from identity_check c join staff s on s.id = c.staff_id \
            where c.facility_id = $1 and c.patient_id = $2 order by c.id",
        )
        .bind(mine.facility)
        .bind(mine.patient)
        .all()
        .await?;
    rows.into_iter()
        .map(|row| {
            let identifiers: Vec<String> = serde_json::from_str(&row.identifiers)?;
            Ok(json!({
                "id": row.id, "method": row.method, "identifiers": identifiers, "role": row.role,
                "at": row.at, "confirmed_at": row.confirmed_at,
            }))
        })
        .collect()
}

/// When the use of her data was stopped, and when it began again, oldest first.
pub async fn restrictions_of(q: &mut impl Q, mine: Mine) -> Result<Vec<Value>> {
    let rows: Vec<(Uuid, bool, DateTime<Utc>)> = q
        .q("select id, begun, at from restriction where facility_id = $1 and patient_id = $2 order by id")
        .bind(mine.facility)
        .bind(mine.patient)
        .all()
        .await?;
    let told = rows
        .into_iter()
        .map(|(id, begun, at)| json!({ "id": id, "begun": begun, "at": at }));
    Ok(told.collect())
}
