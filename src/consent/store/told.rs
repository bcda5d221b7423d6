//! What other systems are told of a consent: acts and digests, never what was drawn or written.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::error::Result;
use crate::base::id::{ConsentId, FacilityId, SignatureId, StaffId};
use crate::consent::model::SignatureAct;
use crate::db::Q;

/// The signature acts of a consent, oldest first, without the strokes. The revisions that they made are not known here.
pub async fn signature_acts(
    q: &mut impl Q,
    facility: FacilityId,
    id: ConsentId,
) -> Result<Vec<SignatureAct>> {
    type Row = (
        SignatureId,
        String,
        Uuid,
        Vec<u8>,
        DateTime<Utc>,
        Option<SignatureId>,
    );
    let rows: Vec<Row> = q
        .q(
            "select s.id, s.kind, s.signer_id, s.digest, s.at, b.signature_id from consent_signature s \
            left join consent_return b on b.signature_id = s.id \
            where s.facility_id = $1 and s.consent_id = $2 order by s.id",
        )
        .bind(facility)
        .bind(id)
        .all()
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, kind, signer, digest, at, sent_back)| SignatureAct {
            id,
            kind,
            signer,
            digest: hex::encode(digest),
            standing: sent_back.is_none(),
            revision: None,
            at,
        })
        .collect())
}

/// The consent that a signature act belongs to.
pub async fn consent_of_signature(
    q: &mut impl Q,
    facility: FacilityId,
    id: SignatureId,
) -> Result<Option<ConsentId>> {
    let row: Option<(ConsentId,)> = q
        .q("select consent_id from consent_signature where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    Ok(row.map(|(consent,)| consent))
}

/// The bedside confirmations, oldest first.
pub async fn bedside_times(
    q: &mut impl Q,
    facility: FacilityId,
    id: ConsentId,
) -> Result<Vec<(DateTime<Utc>, StaffId)>> {
    q.q("select at, staff_id from consent_bedside where facility_id = $1 and consent_id = $2 order by at")
        .bind(facility)
        .bind(id)
        .all()
        .await
}
