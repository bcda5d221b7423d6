//! Verifications of single answers.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::error::Result;
use crate::base::id::{FacilityId, ResponseId, StaffId};
use crate::ctx::Tx;
use crate::db::Q;
use crate::forms::model::Verification;

/// Notes that a staff member compared an answer with its source at a time.
pub async fn verify(
    tx: &mut Tx,
    facility: FacilityId,
    response: ResponseId,
    link_id: &str,
    staff: StaffId,
    at: DateTime<Utc>,
) -> Result<Verification> {
    let id: Uuid = tx.id();
    tx.q(
        "insert into answer_verification (id, facility_id, response_id, link_id, staff_id, at) \
          values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id)
    .bind(facility)
    .bind(response)
    .bind(link_id.to_owned())
    .bind(staff)
    .bind(at)
    .run()
    .await?;
    Ok(Verification {
        link_id: link_id.to_owned(),
        staff_id: staff,
        at,
    })
}

/// The verified answers, oldest first.
pub async fn verifications(
    q: &mut impl Q,
    facility: FacilityId,
    response: ResponseId,
) -> Result<Vec<Verification>> {
    q.q(
        "select link_id, staff_id, at from answer_verification where facility_id = $1 and response_id = $2 \
         order by at, link_id",
    )
    .bind(facility)
    .bind(response)
    .all()
    .await
}
