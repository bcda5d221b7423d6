//! The files of sealings and of copies that were handed out.

use uuid::Uuid;

use crate::base::error::Result;
use crate::base::id::{FacilityId, RecordCopyId, RecordSealListId};
use crate::ctx::Records;
use crate::vault::Sealed;

/// The file that a text finds ($1 hospital, $2 record), sealed in a column of the record.
async fn opened(
    r: &mut impl Records,
    text: &'static str,
    (facility, record): (FacilityId, Uuid),
    column: &'static str,
) -> Result<Option<Vec<u8>>> {
    let row: Option<(Sealed,)> = r.q(text).bind(facility).bind(record).opt().await?;
    match row {
        Some((file,)) => Ok(Some(r.open_bytes(record, column, &file).await?.to_vec())),
        None => Ok(None),
    }
}

/// The file of a list: the things on it, as they were.
pub async fn seal_package(
    r: &mut impl Records,
    facility: FacilityId,
    list: RecordSealListId,
) -> Result<Option<Vec<u8>>> {
    const TEXT: &str = "select package from record_seal_list where facility_id = $1 and id = $2";
    opened(r, TEXT, (facility, list.into()), "package").await
}

/// A list as both sides signed it.
pub async fn seal_document(
    r: &mut impl Records,
    facility: FacilityId,
    list: RecordSealListId,
) -> Result<Option<Vec<u8>>> {
    const TEXT: &str = "select document from record_seal_signature where facility_id = $1 and list_id = $2";
    opened(r, TEXT, (facility, list.into()), "document").await
}

/// The file of a copy, as it was handed out.
pub async fn copy_package(
    r: &mut impl Records,
    facility: FacilityId,
    id: RecordCopyId,
) -> Result<Option<Vec<u8>>> {
    const TEXT: &str = "select package from record_copy where facility_id = $1 and id = $2";
    opened(r, TEXT, (facility, id.into()), "package").await
}
