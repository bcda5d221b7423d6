//! The files of a sealing.

use crate::base::error::Result;
use crate::base::id::{FacilityId, RecordSealListId};
use crate::ctx::Records;
use crate::vault::Sealed;

/// The file of a list: the things on it, as they were.
pub async fn seal_package(
    r: &mut impl Records,
    facility: FacilityId,
    list: RecordSealListId,
) -> Result<Option<Vec<u8>>> {
    let row: Option<(Sealed,)> = r
        .q("select package from record_seal_list where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(list)
        .opt()
        .await?;
    match row {
        Some((package,)) => Ok(Some(r.open_bytes(list, "package", &package).await?.to_vec())),
        None => Ok(None),
    }
}

/// A list as both sides signed it.
pub async fn seal_document(
    r: &mut impl Records,
    facility: FacilityId,
    list: RecordSealListId,
) -> Result<Option<Vec<u8>>> {
    let row: Option<(Sealed,)> = r
        .q("select document from record_seal_signature where facility_id = $1 and list_id = $2")
        .bind(facility)
        .bind(list)
        .opt()
        .await?;
    match row {
        Some((document,)) => Ok(Some(r.open_bytes(list, "document", &document).await?.to_vec())),
        None => Ok(None),
    }
}
