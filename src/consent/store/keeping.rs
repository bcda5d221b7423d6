//! What is kept of one woman, and what of it is forgotten.

use crate::base::error::Result;
use crate::base::id::{ConsentId, PatientId};
use crate::ctx::Tx;
use crate::db::Q;
use crate::people::model::Forget;

macro_rules! of_her_consents {
    ($id:literal, $table:literal) => {
        concat!(
            "select t.",
            $id,
            " from ",
            $table,
            " t join consent c on c.id = t.consent_id where c.facility_id = $1 and c.patient_id = $2"
        )
    };
}

/// Sealed records of a woman. Binds: hospital, woman.
pub const SEALED: [&str; 16] = [
    "select id from consent where facility_id = $1 and patient_id = $2",
    of_her_consents!("id", "consent_risks"),
    of_her_consents!("id", "consent_quiz"),
    of_her_consents!("id", "consent_question"),
    of_her_consents!("id", "consent_conversation"),
    of_her_consents!("id", "consent_waiver"),
    of_her_consents!("id", "consent_signature"),
    of_her_consents!("id", "consent_decision"),
    of_her_consents!("id", "consent_bedside"),
    of_her_consents!("id", "consent_explanation"),
    of_her_consents!("id", "consent_unconfirmed"),
    of_her_consents!("id", "consent_code"),
    of_her_consents!("id", "consent_seal"),
    of_her_consents!("id", "consent_seal_orphan"),
    of_her_consents!("id", "strokes_release"),
    "select id from consent_authority where facility_id = $1 and patient_id = $2",
];

/// Takes away how she read consents that ended before and that nobody ever signed.
pub async fn forget(tx: &mut Tx, what: &Forget) -> Result<u64> {
    let rows: Vec<(ConsentId, PatientId)> = tx
        .q(
            "select c.id, c.patient_id from consent c where c.facility_id = $1 and c.ended_at < $2 \
            and exists (select 1 from consent_reading r where r.consent_id = c.id) \
            and not exists (select 1 from consent_signature s where s.consent_id = c.id)",
        )
        .bind(what.facility)
        .bind(what.before)
        .all()
        .await?;
    let mut gone = 0;
    for (id, _) in rows.into_iter().filter(|(_, patient)| what.takes(*patient)) {
        gone += tx
            .q("delete from consent_reading where facility_id = $1 and consent_id = $2")
            .bind(what.facility)
            .bind(id)
            .run()
            .await?;
    }
    Ok(gone)
}
