//! Sealed records: insert-only.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::Locale;
use crate::base::error::{Error, Result};
use crate::base::id::{FacilityId, PatientId, RecordSealId, RecordSealListId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::{Q, dialect};
use crate::people::caller::Mine;
use crate::people::model::{
    BothInks, FinishedItem, RecordSeal, SealBody, SealClaim, SealEnd, SealList, SealRelease, SealSignature,
    SealSigning,
};
use crate::vault::{Class, Sealed};

/// Keeps a sealing; its lists come after it.
pub async fn add_seal(tx: &mut Tx, facility: FacilityId, seal: &RecordSeal) -> Result<()> {
    let body = tx
        .seal_json(Some(facility), seal.id, Class::FreeText, "body", &seal.body)
        .await?;
    tx.q(
        "insert into record_seal (id, facility_id, patient_id, authority_id, body, staff_id, at) \
          values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(seal.id)
    .bind(facility)
    .bind(seal.patient)
    .bind(seal.body.demanded_by.authority)
    .bind(body)
    .bind(seal.by)
    .bind(seal.at)
    .run()
    .await?;
    Ok(())
}

/// Keeps a list with the file that holds what is on it.
pub async fn add_seal_list(
    tx: &mut Tx,
    facility: FacilityId,
    seal: RecordSealId,
    list: &SealList,
    package: &[u8],
) -> Result<()> {
    let place = Some(facility);
    let package = tx
        .seal_bytes(place, list.id, Class::Document, "package", package)
        .await?;
    // Digests of what can be guessed, such as her profile, are as good as the thing itself.
    let items = tx
        .seal_json(place, list.id, Class::Document, "items", &list.items)
        .await?;
    tx.q(
        "insert into record_seal_list (id, seal_id, facility_id, no, locale, items, sha256, package, staff_id, at) \
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(list.id)
    .bind(seal)
    .bind(facility)
    .bind(list.no)
    .bind(list.locale.tag())
    .bind(items)
    .bind(list.sha256.clone())
    .bind(package)
    .bind(list.by)
    .bind(list.at)
    .run()
    .await?;
    Ok(())
}

/// Keeps the signatures of both sides with the list as they signed it.
pub async fn add_seal_signature(
    tx: &mut Tx,
    facility: FacilityId,
    list: RecordSealListId,
    signature: &SealSignature,
    inks: Option<&BothInks>,
    document: &[u8],
) -> Result<()> {
    let place = Some(facility);
    let body = tx
        .seal_json(place, list, Class::FreeText, "signing", &signature.signing)
        .await?;
    let ink = match inks {
        Some(inks) => Some(tx.seal_json(place, list, Class::Strokes, "ink", inks).await?),
        None => None,
    };
    let document = tx
        .seal_bytes(place, list, Class::Document, "document", document)
        .await?;
    tx.q(
        "insert into record_seal_signature (list_id, facility_id, body, ink, document, document_sha256, \
          package_sha256, staff_id, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(list)
    .bind(facility)
    .bind(body)
    .bind(ink)
    .bind(document)
    .bind(signature.document_sha256.clone())
    .bind(signature.package_sha256.clone())
    .bind(signature.by)
    .bind(signature.at)
    .run()
    .await?;
    Ok(())
}

/// Notes what was finished since it was sealed.
pub async fn add_seal_finished(
    tx: &mut Tx,
    facility: FacilityId,
    seal: RecordSealId,
    items: &[FinishedItem],
) -> Result<()> {
    let (id, now): (Uuid, _) = (tx.id(), tx.now);
    tx.q(
        "insert into record_seal_finished (id, seal_id, facility_id, items, at) values ($1, $2, $3, $4, $5)",
    )
    .bind(id)
    .bind(seal)
    .bind(facility)
    .bind(serde_json::to_string(items)?)
    .bind(now)
    .run()
    .await?;
    Ok(())
}

/// Keeps a claim.
pub async fn add_seal_claim(
    tx: &mut Tx,
    facility: FacilityId,
    seal: RecordSealId,
    text: &str,
    by: StaffId,
) -> Result<()> {
    let (id, now): (Uuid, _) = (tx.id(), tx.now);
    let words = tx
        .seal(Some(facility), id, Class::FreeText, "words", text)
        .await?;
    tx.q("insert into record_seal_claim (id, seal_id, facility_id, words, staff_id, at) values ($1, $2, $3, $4, $5, $6)")
        .bind(id)
        .bind(seal)
        .bind(facility)
        .bind(words)
        .bind(by)
        .bind(now)
        .run()
        .await?;
    Ok(())
}

/// Ends a sealing; false when it has ended before.
pub async fn release_seal(
    tx: &mut Tx,
    facility: FacilityId,
    id: RecordSealId,
    cause: SealEnd,
    (reason, by): (Option<&str>, Option<StaffId>),
) -> Result<bool> {
    let reason = tx
        .seal_if(Some(facility), id, Class::FreeText, "release", reason)
        .await?;
    let now = tx.now;
    let added = tx
        .q(
            "insert into record_seal_release (seal_id, facility_id, cause, reason, staff_id, at) \
            values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        )
        .bind(id)
        .bind(facility)
        .bind(cause.word())
        .bind(reason)
        .bind(by)
        .bind(now)
        .run()
        .await?;
    Ok(added == 1)
}

/// Locks a sealing until the transaction ends; false when it is not there.
pub async fn lock_seal(tx: &mut Tx, facility: FacilityId, id: RecordSealId) -> Result<bool> {
    let row: Option<(RecordSealId,)> = tx.q(dialect::LOCK_SEAL).bind(facility).bind(id).opt().await?;
    Ok(row.is_some())
}

#[derive(sqlx::FromRow)]
struct SealRow {
    id: RecordSealId,
    patient_id: PatientId,
    body: Sealed,
    staff_id: StaffId,
    at: DateTime<Utc>,
    cause: Option<String>,
    reason: Option<Sealed>,
    released_by: Option<StaffId>,
    released_at: Option<DateTime<Utc>>,
}

const SEALS: &str = concat!(
    "select s.id, s.patient_id, s.body, s.staff_id, s.at, r.cause, r.reason, r.staff_id as released_by, \
     r.at as released_at from record_seal s left join record_seal_release r on r.seal_id = s.id where s.facility_id = $1",
    not_destroyed!("s"),
    " and "
);

#[derive(sqlx::FromRow)]
struct ListRow {
    id: RecordSealListId,
    no: i64,
    locale: String,
    items: Sealed,
    sha256: String,
    staff_id: StaffId,
    at: DateTime<Utc>,
    signing: Option<Sealed>,
    document_sha256: Option<String>,
    package_sha256: Option<String>,
    signed_by: Option<StaffId>,
    signed_at: Option<DateTime<Utc>>,
}

async fn lists(r: &mut impl Records, facility: FacilityId, seal: RecordSealId) -> Result<Vec<SealList>> {
    let rows: Vec<ListRow> = r
        .q(
            "select l.id, l.no, l.locale, l.items, l.sha256, l.staff_id, l.at, g.body as signing, g.document_sha256, \
            g.package_sha256, g.staff_id as signed_by, g.at as signed_at from record_seal_list l \
            left join record_seal_signature g on g.list_id = l.id \
            where l.facility_id = $1 and l.seal_id = $2 order by l.no",
        )
        .bind(facility)
        .bind(seal)
        .all()
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let signed = (
            row.document_sha256,
            row.package_sha256,
            row.signed_by,
            row.signed_at,
        );
        let signature = match (&row.signing, signed) {
            (Some(signing), (Some(document_sha256), Some(package_sha256), Some(by), Some(at))) => {
                Some(SealSignature {
                    signing: r.open_json::<SealSigning>(row.id, "signing", signing).await?,
                    by,
                    at,
                    document_sha256,
                    package_sha256,
                })
            }
            _ => None,
        };
        all.push(SealList {
            id: row.id,
            no: row.no,
            locale: Locale::parse(&row.locale)
                .ok_or_else(|| Error::broken("a list in an unknown language"))?,
            items: r.open_json(row.id, "items", &row.items).await?,
            sha256: row.sha256,
            by: row.staff_id,
            at: row.at,
            signature,
        });
    }
    Ok(all)
}

async fn claims(r: &mut impl Records, facility: FacilityId, seal: RecordSealId) -> Result<Vec<SealClaim>> {
    let rows: Vec<(Uuid, Sealed, StaffId, DateTime<Utc>)> = r
        .q(
            "select id, words, staff_id, at from record_seal_claim where facility_id = $1 and seal_id = $2 \
            order by id",
        )
        .bind(facility)
        .bind(seal)
        .all()
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for (id, words, by, at) in rows {
        all.push(SealClaim {
            text: r.open(id, "words", &words).await?,
            by,
            at,
        });
    }
    Ok(all)
}

async fn finished(q: &mut impl Q, facility: FacilityId, seal: RecordSealId) -> Result<Vec<FinishedItem>> {
    let rows: Vec<(String,)> = q
        .q("select items from record_seal_finished where facility_id = $1 and seal_id = $2 order by id")
        .bind(facility)
        .bind(seal)
        .all()
        .await?;
    let mut all = Vec::new();
    for (items,) in rows {
        all.extend(serde_json::from_str::<Vec<FinishedItem>>(&items)?);
    }
    Ok(all)
}

async fn read(r: &mut impl Records, facility: FacilityId, row: SealRow) -> Result<RecordSeal> {
    let unknown = || Error::broken("a sealing ended for an unknown cause");
    let released = match (row.cause, row.released_at) {
        (Some(cause), Some(at)) => Some(SealRelease {
            cause: SealEnd::parse(&cause).ok_or_else(unknown)?,
            reason: r.open_if(row.id, "release", row.reason.as_ref()).await?,
            by: row.released_by,
            at,
        }),
        _ => None,
    };
    Ok(RecordSeal {
        body: r.open_json::<SealBody>(row.id, "body", &row.body).await?,
        lists: lists(r, facility, row.id).await?,
        finished: finished(r, facility, row.id).await?,
        claims: claims(r, facility, row.id).await?,
        id: row.id,
        patient: row.patient_id,
        by: row.staff_id,
        at: row.at,
        released,
    })
}

/// One sealing.
pub async fn seal(
    r: &mut impl Records,
    facility: FacilityId,
    id: RecordSealId,
) -> Result<Option<RecordSeal>> {
    let row: Option<SealRow> = r
        .q(format!("{SEALS} s.id = $2"))
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    match row {
        Some(row) => read(r, facility, row).await.map(Some),
        None => Ok(None),
    }
}

/// Sealed records, newest first, after a key; of a destroyed record nothing can be told.
pub async fn seals(
    r: &mut impl Records,
    facility: FacilityId,
    after: Option<RecordSealId>,
    limit: i64,
) -> Result<Vec<RecordSeal>> {
    let rows: Vec<SealRow> = r
        .q(format!("{SEALS} s.id < $2 order by s.id desc limit $3"))
        .bind(facility)
        .bind(after.unwrap_or(RecordSealId(Uuid::max())))
        .bind(limit)
        .all()
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(read(r, facility, row).await?);
    }
    Ok(all)
}

/// Sealings that stand.
pub async fn standing_seals(q: &mut impl Q, facility: FacilityId) -> Result<Vec<RecordSealId>> {
    let rows: Vec<(RecordSealId,)> = q
        .q(concat!("select s.id", standing_seals!(), " order by s.id"))
        .bind(facility)
        .all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Whether a sealing of her record stands.
pub async fn is_sealed(q: &mut impl Q, mine: Mine) -> Result<bool> {
    let row: Option<(RecordSealId,)> = q
        .q(concat!(
            "select s.id",
            standing_seals!(),
            " and s.patient_id = $2 limit 1"
        ))
        .bind(mine.facility)
        .bind(mine.patient)
        .opt()
        .await?;
    Ok(row.is_some())
}
