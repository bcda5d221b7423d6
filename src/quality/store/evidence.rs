//! Files that self-checks name; never changed.

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use super::drafts::file_row;
use crate::base::error::{Error, Result};
use crate::base::id::{AttachmentId, FacilityId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::files::clean::Kind;
use crate::quality::draft::EventFile;
use crate::vault::Sealed;

#[derive(sqlx::FromRow)]
struct Row {
    kind: String,
    size: i64,
    staff_id: StaffId,
    address: String,
    file_key: Sealed,
    at: DateTime<Utc>,
}

/// Evidence with the way to its content.
pub struct Evidence {
    pub file: EventFile,
    pub address: String,
    pub key: Zeroizing<Vec<u8>>,
}

/// Adds a file that is stored.
pub async fn add_evidence(
    tx: &mut Tx,
    facility: FacilityId,
    file: &EventFile,
    address: &str,
    key: &[u8],
) -> Result<()> {
    let text = "insert into readiness_file (id, facility_id, staff_id, kind, size, address, file_key, at) \
                values ($1, $2, $3, $4, $5, $6, $7, $8)";
    let row = file_row(tx, text, facility, file, address, key).await?;
    row.run().await?;
    Ok(())
}

/// Evidence that somebody of this hospital uploaded.
pub async fn evidence(
    r: &mut impl Records,
    facility: FacilityId,
    id: AttachmentId,
) -> Result<Option<Evidence>> {
    let row: Option<Row> = r
        .q("select kind, size, staff_id, address, file_key, at from readiness_file where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    let Some(row) = row else { return Ok(None) };
    let file = EventFile {
        id,
        kind: Kind::parse(&row.kind).ok_or_else(|| Error::broken("an unknown kind of file"))?,
        size: row.size,
        by: Some(row.staff_id),
        at: row.at,
    };
    Ok(Some(Evidence {
        file,
        key: r.open_bytes(id, "file_key", &row.file_key).await?,
        address: row.address,
    }))
}

/// Whether a file at an address is evidence.
pub async fn is_evidence(q: &mut impl Q, facility: FacilityId, address: &str) -> Result<bool> {
    let row: Option<(AttachmentId,)> = q
        .q("select id from readiness_file where facility_id = $1 and address = $2")
        .bind(facility)
        .bind(address.to_owned())
        .opt()
        .await?;
    Ok(row.is_some())
}
