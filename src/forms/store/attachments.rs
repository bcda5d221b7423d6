//! Uploaded files: whose they are, where they are stored, which answers name them.

use chrono::{DateTime, Utc};

use crate::base::error::{Error, Result};
use crate::base::id::{AttachmentId, FacilityId, PatientId};
use crate::ctx::{Records, Tx};
use crate::db::{Q, placeholders};
use crate::files::clean::Kind;
use crate::forms::model::{Attachment, Response};
use crate::vault::{Class, Sealed};
use zeroize::Zeroizing;

#[derive(sqlx::FromRow)]
struct AttachmentRow {
    id: AttachmentId,
    facility_id: FacilityId,
    patient_id: PatientId,
    kind: String,
    size: i64,
    address: String,
    file_key: Sealed,
    created_at: DateTime<Utc>,
}

/// A file with the way to its content.
pub struct Kept {
    pub attachment: Attachment,
    pub address: String,
    pub key: Zeroizing<Vec<u8>>,
}

/// Adds a file that is stored.
pub async fn add_attachment(tx: &mut Tx, new: &Attachment, address: &str, key: &[u8]) -> Result<()> {
    let sealed = tx
        .seal_bytes(Some(new.facility_id), new.id, Class::Document, "file_key", key)
        .await?;
    tx.q(
        "insert into attachment (id, facility_id, patient_id, kind, size, address, file_key, created_at) \
          values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(new.id)
    .bind(new.facility_id)
    .bind(new.patient_id)
    .bind(new.kind.media_type())
    .bind(new.size)
    .bind(address.to_owned())
    .bind(sealed)
    .bind(new.created_at)
    .run()
    .await?;
    Ok(())
}

/// A file of this hospital.
pub async fn attachment(
    r: &mut impl Records,
    facility: FacilityId,
    id: AttachmentId,
) -> Result<Option<Kept>> {
    let row: Option<AttachmentRow> = r
        .q(
            "select id, facility_id, patient_id, kind, size, address, file_key, created_at from attachment \
             where facility_id = $1 and id = $2",
        )
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    let Some(row) = row else { return Ok(None) };
    let key = r.open_bytes(row.id, "file_key", &row.file_key).await?;
    Ok(Some(Kept {
        address: row.address.clone(),
        attachment: plain(row)?,
        key,
    }))
}

fn plain(row: AttachmentRow) -> Result<Attachment> {
    Ok(Attachment {
        id: row.id,
        facility_id: row.facility_id,
        patient_id: row.patient_id,
        kind: Kind::parse(&row.kind).ok_or_else(|| Error::broken("an unknown kind of file"))?,
        size: row.size,
        created_at: row.created_at,
    })
}

/// Those of the files that are hers.
pub async fn attachments_of(
    q: &mut impl Q,
    facility: FacilityId,
    patient: PatientId,
    ids: &[AttachmentId],
) -> Result<Vec<Attachment>> {
    let marks = placeholders(3, ids.len());
    let mut query = q
        .q(format!(
            "select id, facility_id, patient_id, kind, size, address, file_key, created_at from attachment \
             where facility_id = $1 and patient_id = $2 and id in ({marks})"
        ))
        .bind(facility)
        .bind(patient);
    for id in ids {
        query = query.bind(*id);
    }
    let rows: Vec<AttachmentRow> = query.all().await?;
    rows.into_iter().map(plain).collect()
}

/// Names of the forms whose answers name a file.
pub async fn forms_naming(q: &mut impl Q, facility: FacilityId, id: AttachmentId) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = q
        .q(
            "select r.name from attachment_use u join response r on r.id = u.response_id \
             where u.facility_id = $1 and u.attachment_id = $2",
        )
        .bind(facility)
        .bind(id)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

/// Notes which files a set of answers names; what it no longer names it gives up.
pub(super) async fn name_files(tx: &mut Tx, response: &Response) -> Result<()> {
    tx.q("delete from attachment_use where facility_id = $1 and response_id = $2")
        .bind(response.facility_id)
        .bind(response.id)
        .run()
        .await?;
    for id in response.attachments() {
        tx.q(
            "insert into attachment_use (attachment_id, response_id, facility_id) values ($1, $2, $3) \
              on conflict (attachment_id, response_id) do nothing",
        )
        .bind(id)
        .bind(response.id)
        .bind(response.facility_id)
        .run()
        .await?;
    }
    Ok(())
}

/// What an address leads to, for the sweeper.
#[derive(sqlx::FromRow)]
pub struct Swept {
    pub id: AttachmentId,
    pub patient_id: PatientId,
    /// Answers that name it.
    pub named: i64,
    /// Submitted ones among them.
    pub submitted: i64,
}

/// The file at an address.
pub async fn at_address(q: &mut impl Q, facility: FacilityId, address: &str) -> Result<Option<Swept>> {
    q.q("select a.id, a.patient_id, count(r.id) as named, \
         count(case when r.status <> 'in_progress' then 1 end) as submitted from attachment a \
         left join attachment_use u on u.attachment_id = a.id left join response r on r.id = u.response_id \
         where a.facility_id = $1 and a.address = $2 group by a.id, a.patient_id")
        .bind(facility)
        .bind(address.to_owned())
        .opt()
        .await
}

/// Takes a file's row away, if no answers name it.
pub async fn drop_unnamed(tx: &mut Tx, facility: FacilityId, id: AttachmentId) -> Result<bool> {
    let gone = tx
        .q("delete from attachment where facility_id = $1 and id = $2 \
              and not exists (select 1 from attachment_use u where u.attachment_id = attachment.id)")
        .bind(facility)
        .bind(id)
        .run()
        .await?;
    Ok(gone == 1)
}
