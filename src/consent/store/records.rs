//! The documents of what came after a consent: of a decision, of an explanation, of the bedside. Each table has the same
//! columns beside its own key; a document is kept once and never changed.

use uuid::Uuid;

use crate::base::error::Result;
use crate::base::id::{ConsentId, FacilityId};
use crate::consent::model::Consent;
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::vault::{Class, Sealed};

/// Keeps the document of `of` by `insert` ($1 of, facility, consent, pdf, SHA-256, at); false when there is one.
pub(super) async fn keep(
    tx: &mut Tx,
    insert: &'static str,
    consent: &Consent,
    of: Uuid,
    (pdf, sha256): (&[u8], &str),
) -> Result<bool> {
    let facility = Some(consent.facility_id);
    let pdf = tx
        .seal_bytes(facility, of, Class::Document, "record", pdf)
        .await?;
    let now = tx.now;
    let added = tx
        .q(insert)
        .bind(of)
        .bind(consent.facility_id)
        .bind(consent.id)
        .bind(pdf)
        .bind(sha256.to_owned())
        .bind(now)
        .run()
        .await?;
    Ok(added == 1)
}

/// The document that `select` ($1 facility, $2 consent) finds, with its SHA-256.
pub(super) async fn newest(
    r: &mut impl Records,
    select: &'static str,
    facility: FacilityId,
    id: ConsentId,
) -> Result<Option<(Vec<u8>, String)>> {
    let row: Option<(Uuid, Sealed, String)> = r.q(select).bind(facility).bind(id).opt().await?;
    match row {
        Some((of, pdf, sha256)) => Ok(Some((r.open_bytes(of, "record", &pdf).await?.to_vec(), sha256))),
        None => Ok(None),
    }
}
