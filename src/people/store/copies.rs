//! Copies that were handed out: insert-only.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::error::Result;
use crate::base::id::{FacilityId, PatientId, RecordCopyId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::Q;
use crate::people::caller::Mine;
use crate::people::model::{CopyBody, RecordCopy};
use crate::vault::{Class, Sealed};

/// Keeps a copy with its file.
pub async fn add_copy(tx: &mut Tx, facility: FacilityId, copy: &RecordCopy, package: &[u8]) -> Result<()> {
    let place = Some(facility);
    let body = tx
        .seal_json(place, copy.id, Class::Identity, "body", &copy.body)
        .await?;
    let package = tx
        .seal_bytes(place, copy.id, Class::Document, "package", package)
        .await?;
    // Digests of what can be guessed, such as her profile, are as good as the thing itself.
    let items = tx
        .seal_json(place, copy.id, Class::Document, "items", &copy.items)
        .await?;
    tx.q(
        "insert into record_copy (id, facility_id, patient_id, number, recipient, authority_id, body, items, package, \
          sha256, staff_id, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(copy.id)
    .bind(facility)
    .bind(copy.patient)
    .bind(copy.number.clone())
    .bind(copy.body.recipient.kind.word())
    .bind(copy.body.recipient.authority)
    .bind(body)
    .bind(items)
    .bind(package)
    .bind(copy.sha256.clone())
    .bind(copy.by)
    .bind(copy.at)
    .run()
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: RecordCopyId,
    patient_id: PatientId,
    number: String,
    body: Sealed,
    items: Sealed,
    sha256: String,
    staff_id: Option<StaffId>,
    at: DateTime<Utc>,
}

const SELECT: &str = concat!(
    "select c.id, c.patient_id, c.number, c.body, c.items, c.sha256, c.staff_id, c.at from record_copy c \
     where c.facility_id = $1",
    not_destroyed!("c"),
    " and "
);

async fn read(r: &mut impl Records, row: Row) -> Result<RecordCopy> {
    Ok(RecordCopy {
        body: r.open_json::<CopyBody>(row.id, "body", &row.body).await?,
        items: r.open_json(row.id, "items", &row.items).await?,
        id: row.id,
        patient: row.patient_id,
        number: row.number,
        sha256: row.sha256,
        by: row.staff_id,
        at: row.at,
    })
}

/// Copies of the hospital, or of one woman's record, newest first, after a key; of a destroyed record nothing can be told.
pub async fn copies(
    r: &mut impl Records,
    facility: FacilityId,
    patient: Option<PatientId>,
    after: Option<RecordCopyId>,
    limit: i64,
) -> Result<Vec<RecordCopy>> {
    let rows: Vec<Row> = r
        .q(format!(
            "{SELECT} ($2 is null or c.patient_id = $2) and c.id < $3 order by c.id desc limit $4"
        ))
        .bind(facility)
        .bind(patient.map(Uuid::from))
        .bind(after.unwrap_or(RecordCopyId(Uuid::max())))
        .bind(limit)
        .all()
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(read(r, row).await?);
    }
    Ok(all)
}

/// One copy.
pub async fn copy(
    r: &mut impl Records,
    facility: FacilityId,
    id: RecordCopyId,
) -> Result<Option<RecordCopy>> {
    let row: Option<Row> = r
        .q(format!("{SELECT} c.id = $2"))
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    match row {
        Some(row) => read(r, row).await.map(Some),
        None => Ok(None),
    }
}

/// How many copies of her record she has taken herself since.
pub async fn copies_taken(q: &mut impl Q, mine: Mine, since: DateTime<Utc>) -> Result<i64> {
    let (taken,): (i64,) = q
        .q("select count(*) from record_copy \
            where facility_id = $1 and patient_id = $2 and staff_id is null and at > $3")
        .bind(mine.facility)
        .bind(mine.patient)
        .bind(since)
        .one()
        .await?;
    Ok(taken)
}
