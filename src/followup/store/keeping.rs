//! What is kept of one woman.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::base::error::Result;
use crate::base::id::{AlertId, FacilityId, FollowUpId, PatientId, ResponseId};
use crate::db::Q;
use crate::followup::model::FollowUp;

/// Sealed records of a woman. Binds: hospital, woman.
pub const SEALED: [&str; 2] = [
    "select id from alert where facility_id = $1 and patient_id = $2",
    "select id from follow_up where facility_id = $1 and patient_id = $2",
];

/// All follow-up points of a woman by when they are due.
pub async fn points_of(q: &mut impl Q, facility: FacilityId, patient: PatientId) -> Result<Vec<FollowUp>> {
    let ids: Vec<(FollowUpId,)> = q
        .q("select id from follow_up where facility_id = $1 and patient_id = $2 order by due, id")
        .bind(facility)
        .bind(patient)
        .all()
        .await?;
    let mut all = Vec::with_capacity(ids.len());
    for (id,) in ids {
        all.extend(super::point(q, facility, id).await?);
    }
    Ok(all)
}

/// What her answers raised.
pub async fn alerts_of(q: &mut impl Q, facility: FacilityId, patient: PatientId) -> Result<Vec<Value>> {
    let rows: Vec<(AlertId, String, String, String, DateTime<Utc>)> = q
        .q(
            "select id, form, level, state, raised_at from alert where facility_id = $1 and patient_id = $2 \
            order by raised_at, id",
        )
        .bind(facility)
        .bind(patient)
        .all()
        .await?;
    let told = rows.into_iter().map(|(id, form, level, state, at)| {
        json!({ "id": id, "form": form, "level": level, "state": state, "raised_at": at })
    });
    Ok(told.collect())
}

/// How the checks of her suggestions stand.
pub async fn checked_texts_of(
    q: &mut impl Q,
    facility: FacilityId,
    patient: PatientId,
) -> Result<Vec<Value>> {
    let rows: Vec<(ResponseId, String, DateTime<Utc>)> = q
        .q(
            "select response_id, checked, at from survey_text where facility_id = $1 and patient_id = $2 \
            and checked is not null order by id",
        )
        .bind(facility)
        .bind(patient)
        .all()
        .await?;
    let told = rows
        .into_iter()
        .map(|(response, check, at)| json!({ "response": response, "check": check, "at": at }));
    Ok(told.collect())
}
