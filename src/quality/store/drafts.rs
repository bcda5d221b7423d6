//! Reports that are being written, each its writer's alone, and the files of reports.

use chrono::{DateTime, Utc};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::events::far;
use crate::base::error::{Error, Result};
use crate::base::id::{AdverseEventId, AttachmentId, FacilityId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::{Q, Query};
use crate::files::clean::Kind;
use crate::people::caller::Colleague;
use crate::quality::draft::{EventDraft, EventFile};
use crate::vault::{Class, Sealed};

#[derive(sqlx::FromRow)]
struct DraftRow {
    id: AdverseEventId,
    written: Sealed,
    created_at: DateTime<Utc>,
    saved_at: DateTime<Utc>,
    version: i64,
}

#[derive(sqlx::FromRow)]
struct FileRow {
    id: AttachmentId,
    kind: String,
    size: i64,
    staff_id: Option<StaffId>,
    at: DateTime<Utc>,
}

/// Writes a new draft down.
pub async fn add_draft(tx: &mut Tx, writer: &Colleague, draft: &EventDraft) -> Result<()> {
    let written = sealed(tx, writer, draft).await?;
    tx.q(
        "insert into adverse_event_draft (id, facility_id, staff_id, written, created_at, saved_at, version) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(draft.id)
    .bind(writer.facility)
    .bind(writer.id)
    .bind(written)
    .bind(draft.created_at)
    .bind(draft.saved_at)
    .bind(draft.version)
    .run()
    .await?;
    Ok(())
}

async fn sealed(tx: &mut Tx, writer: &Colleague, draft: &EventDraft) -> Result<Sealed> {
    tx.seal_json(
        Some(writer.facility),
        draft.id,
        Class::FreeText,
        "written",
        &draft.written,
    )
    .await
}

/// A draft of this writer.
pub async fn draft(
    r: &mut impl Records,
    writer: &Colleague,
    id: AdverseEventId,
) -> Result<Option<EventDraft>> {
    let row: Option<DraftRow> = r
        .q(
            "select id, written, created_at, saved_at, version from adverse_event_draft \
            where facility_id = $1 and staff_id = $2 and id = $3",
        )
        .bind(writer.facility)
        .bind(writer.id)
        .bind(id)
        .opt()
        .await?;
    match row {
        Some(row) => whole(r, writer, row).await.map(Some),
        None => Ok(None),
    }
}

async fn whole(r: &mut impl Records, writer: &Colleague, row: DraftRow) -> Result<EventDraft> {
    Ok(EventDraft {
        id: row.id,
        written: r.open_json(row.id, "written", &row.written).await?,
        created_at: row.created_at,
        saved_at: row.saved_at,
        files: files(r, writer.facility, row.id).await?,
        version: row.version,
    })
}

/// The drafts of this writer, the newest first.
pub async fn drafts(
    r: &mut impl Records,
    writer: &Colleague,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<EventDraft>> {
    let (at, id) = after.unwrap_or((far(), Uuid::max()));
    let rows: Vec<DraftRow> = r
        .q(
            "select id, written, created_at, saved_at, version from adverse_event_draft \
            where facility_id = $1 and staff_id = $2 and (created_at, id) < ($3, $4) \
            order by created_at desc, id desc limit $5",
        )
        .bind(writer.facility)
        .bind(writer.id)
        .bind(at)
        .bind(id)
        .bind(limit)
        .all()
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(whole(r, writer, row).await?);
    }
    Ok(all)
}

/// Drafts that nobody has changed since, each with its writer, held until this transaction ends: what is written about one
/// must not outlive it.
pub async fn hold_forgotten_drafts(
    tx: &mut Tx,
    facility: FacilityId,
    since: DateTime<Utc>,
) -> Result<Vec<(AdverseEventId, StaffId)>> {
    tx.q(
        "update adverse_event_draft set saved_at = saved_at where facility_id = $1 and saved_at <= $2 \
         returning id, staff_id",
    )
    .bind(facility)
    .bind(since)
    .all()
    .await
}

/// Writes a draft as it is now; false if another call has changed it since it was read.
pub async fn save_draft(tx: &mut Tx, writer: &Colleague, draft: &EventDraft) -> Result<bool> {
    let written = sealed(tx, writer, draft).await?;
    let changed = tx
        .q(
            "update adverse_event_draft set written = $4, saved_at = $5, version = version + 1 \
            where facility_id = $1 and staff_id = $2 and id = $3 and version = $6",
        )
        .bind(writer.facility)
        .bind(writer.id)
        .bind(draft.id)
        .bind(written)
        .bind(draft.saved_at)
        .bind(draft.version)
        .run()
        .await?;
    Ok(changed == 1)
}

/// Notes that the files of a draft change, and holds it until this transaction ends; false if there is no such draft.
pub async fn touch_draft(tx: &mut Tx, writer: &Colleague, id: AdverseEventId) -> Result<bool> {
    let now = tx.now;
    let touched = tx
        .q(
            "update adverse_event_draft set saved_at = $4 where facility_id = $1 and staff_id = $2 and id = $3",
        )
        .bind(writer.facility)
        .bind(writer.id)
        .bind(id)
        .bind(now)
        .run()
        .await?;
    Ok(touched == 1)
}

/// Takes a draft away, without its files; false if there is no such draft.
pub async fn drop_draft(tx: &mut Tx, writer: &Colleague, id: AdverseEventId) -> Result<bool> {
    let gone = tx
        .q("delete from adverse_event_draft where facility_id = $1 and staff_id = $2 and id = $3")
        .bind(writer.facility)
        .bind(writer.id)
        .bind(id)
        .run()
        .await?;
    Ok(gone == 1)
}

/// Adds a file that is stored.
pub async fn add_file(
    tx: &mut Tx,
    facility: FacilityId,
    event: AdverseEventId,
    file: &EventFile,
    address: &str,
    key: &[u8],
) -> Result<()> {
    let text = "insert into adverse_event_file (id, facility_id, staff_id, kind, size, address, file_key, at, event_id) \
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let row = file_row(tx, text, facility, file, address, key).await?;
    row.bind(event).run().await?;
    Ok(())
}

/// What writes a stored file down, with the first eight of its values: what every file has, its key sealed.
pub(super) async fn file_row<'t>(
    tx: &'t mut Tx,
    text: &'static str,
    facility: FacilityId,
    file: &EventFile,
    address: &str,
    key: &[u8],
) -> Result<Query<'t>> {
    let sealed = tx
        .seal_bytes(Some(facility), file.id, Class::Document, "file_key", key)
        .await?;
    let query = tx.q(text).bind(file.id).bind(facility).bind(file.by);
    let query = query.bind(file.kind.media_type()).bind(file.size);
    Ok(query.bind(address.to_owned()).bind(sealed).bind(file.at))
}

/// The files of a report or a draft, the earliest first.
pub async fn files(q: &mut impl Q, facility: FacilityId, event: AdverseEventId) -> Result<Vec<EventFile>> {
    let rows: Vec<FileRow> = q
        .q("select id, kind, size, staff_id, at from adverse_event_file \
            where facility_id = $1 and event_id = $2 order by at, id")
        .bind(facility)
        .bind(event)
        .all()
        .await?;
    let file = |row: FileRow| {
        Ok(EventFile {
            id: row.id,
            kind: Kind::parse(&row.kind).ok_or_else(|| Error::broken("an unknown kind of file"))?,
            size: row.size,
            by: row.staff_id,
            at: row.at,
        })
    };
    rows.into_iter().map(file).collect()
}

/// Where a file of a report lies, and what opens it.
pub async fn way_to_file(
    r: &mut impl Records,
    facility: FacilityId,
    event: AdverseEventId,
    id: AttachmentId,
) -> Result<Option<(String, Zeroizing<Vec<u8>>)>> {
    let row: Option<(String, Sealed)> = r
        .q("select address, file_key from adverse_event_file where facility_id = $1 and event_id = $2 and id = $3")
        .bind(facility)
        .bind(event)
        .bind(id)
        .opt()
        .await?;
    match row {
        Some((address, key)) => Ok(Some((address, r.open_bytes(id, "file_key", &key).await?))),
        None => Ok(None),
    }
}

/// Takes a file's row away with its key; where the file lies.
pub async fn drop_file(
    tx: &mut Tx,
    facility: FacilityId,
    event: AdverseEventId,
    id: AttachmentId,
) -> Result<Option<String>> {
    let row: Option<(String,)> = tx
        .q("delete from adverse_event_file where facility_id = $1 and event_id = $2 and id = $3 returning address")
        .bind(facility)
        .bind(event)
        .bind(id)
        .opt()
        .await?;
    tx.destroy_keys(id).await?;
    Ok(row.map(|(address,)| address))
}

/// Whether a report or a draft has the file at an address.
pub async fn is_kept(q: &mut impl Q, facility: FacilityId, address: &str) -> Result<bool> {
    let row: Option<(AttachmentId,)> = q
        .q("select id from adverse_event_file where facility_id = $1 and address = $2")
        .bind(facility)
        .bind(address.to_owned())
        .opt()
        .await?;
    Ok(row.is_some())
}
