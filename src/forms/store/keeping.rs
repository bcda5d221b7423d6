//! What is kept of one woman, and what of it is forgotten.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::base::error::Result;
use crate::base::id::{AttachmentId, FacilityId, PatientId, ResponseId};
use crate::ctx::Tx;
use crate::db::Q;
use crate::people::model::Forget;

/// Sealed records of a woman. Binds: hospital, woman.
pub const SEALED: [&str; 3] = [
    "select id from response where facility_id = $1 and patient_id = $2",
    "select v.id from response_version v join response r on r.id = v.response_id \
     where r.facility_id = $1 and r.patient_id = $2",
    "select id from attachment where facility_id = $1 and patient_id = $2",
];

/// The files that a woman uploaded.
pub async fn files_of(q: &mut impl Q, facility: FacilityId, patient: PatientId) -> Result<Vec<Value>> {
    let rows: Vec<(AttachmentId, String, i64, DateTime<Utc>)> = q
        .q("select id, kind, size, created_at from attachment where facility_id = $1 and patient_id = $2 order by id")
        .bind(facility)
        .bind(patient)
        .all()
        .await?;
    let told = rows
        .into_iter()
        .map(|(id, kind, size, at)| json!({ "id": id, "kind": kind, "size": size, "uploaded_at": at }));
    Ok(told.collect())
}

/// Bytes of all that she has uploaded.
pub async fn stored_bytes(q: &mut impl Q, facility: FacilityId, patient: PatientId) -> Result<u64> {
    let rows: Vec<(i64,)> = q
        .q("select size from attachment where facility_id = $1 and patient_id = $2")
        .bind(facility)
        .bind(patient)
        .all()
        .await?;
    Ok(rows.iter().map(|(size,)| size.unsigned_abs()).sum())
}

/// Takes away drafts that were begun before and never submitted, with the keys of what is left of them elsewhere.
pub async fn forget(tx: &mut Tx, what: &Forget) -> Result<u64> {
    const TEXTS: [&str; 3] = [
        "delete from draft_version where facility_id = $1 and response_id = $2",
        "delete from attachment_use where facility_id = $1 and response_id = $2",
        "delete from response where facility_id = $1 and id = $2 and status = 'in_progress'",
    ];
    // A draft that staff have compared with its source has become part of what they rely on.
    let rows: Vec<(ResponseId, PatientId)> = tx
        .q(
            "select id, patient_id from response where facility_id = $1 and authored_at < $2 \
            and status = 'in_progress' \
            and not exists (select 1 from answer_verification a where a.response_id = response.id) \
            and not exists (select 1 from response_version v where v.response_id = response.id)",
        )
        .bind(what.facility)
        .bind(what.before)
        .all()
        .await?;
    let mut gone = 0;
    for (id, _) in rows.into_iter().filter(|(_, patient)| what.takes(*patient)) {
        for text in TEXTS {
            gone += tx.q(text).bind(what.facility).bind(id).run().await?;
        }
        tx.destroy_keys(id).await?;
    }
    Ok(gone)
}
