//! Written authorities of agents, and whether a relative may acknowledge: insert-only.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::error::Result;
use crate::base::id::{AuthorityId, ConsentId, FacilityId, PatientId, StaffId};
use crate::consent::model::{Authority, AuthorityBody, Consent, Power};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::vault::{Class, Sealed};

/// Keeps a written authority.
pub async fn add_authority(
    tx: &mut Tx,
    facility: FacilityId,
    patient: PatientId,
    staff: StaffId,
    authority: &Authority,
) -> Result<()> {
    let sealed = tx
        .seal_json(
            Some(facility),
            authority.id,
            Class::Identity,
            "body",
            &authority.body,
        )
        .await?;
    let now = tx.now;
    tx.q("insert into consent_authority (id, facility_id, patient_id, staff_id, matter, scope, body, begins_at, ends_at, at) \
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
        .bind(authority.id)
        .bind(facility)
        .bind(patient)
        .bind(staff)
        .bind(authority.matter.clone())
        .bind(serde_json::to_string(&authority.scope)?)
        .bind(sealed)
        .bind(authority.begins_at)
        .bind(authority.ends_at)
        .bind(now)
        .run()
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct AuthorityRow {
    id: AuthorityId,
    matter: String,
    scope: String,
    body: Sealed,
    begins_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
}

/// Her authorities, newest first.
pub async fn authorities(
    r: &mut impl Records,
    facility: FacilityId,
    patient: PatientId,
) -> Result<Vec<Authority>> {
    let rows: Vec<AuthorityRow> = r
        .q(
            "select id, matter, scope, body, begins_at, ends_at from consent_authority \
            where facility_id = $1 and patient_id = $2 order by id desc",
        )
        .bind(facility)
        .bind(patient)
        .all()
        .await?;
    let mut all = Vec::new();
    for row in rows {
        let body: AuthorityBody = r.open_json(row.id, "body", &row.body).await?;
        let scope: Vec<Power> = serde_json::from_str(&row.scope)?;
        all.push(Authority {
            id: row.id,
            matter: row.matter,
            scope,
            begins_at: row.begins_at,
            ends_at: row.ends_at,
            body,
        });
    }
    Ok(all)
}

/// Keeps whether a relative may acknowledge.
pub async fn allow_acknowledgement(tx: &mut Tx, consent: &Consent, allowed: bool) -> Result<()> {
    let id: Uuid = tx.id();
    let now = tx.now;
    tx.q("insert into consent_family (id, facility_id, consent_id, allowed, at) values ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(consent.facility_id)
        .bind(consent.id)
        .bind(allowed)
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// Her last word on it; none yet.
pub async fn acknowledgement_allowed(
    q: &mut impl Q,
    facility: FacilityId,
    id: ConsentId,
) -> Result<Option<bool>> {
    let row: Option<(bool,)> = q
        .q("select allowed from consent_family where facility_id = $1 and consent_id = $2 order by id desc limit 1")
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    Ok(row.map(|(allowed,)| allowed))
}
