//! What was sent to her.

use chrono::{DateTime, Utc};

use super::deliveries::deliveries;
use crate::base::error::Result;
use crate::base::id::{FacilityId, NoticeId, PatientId};
use crate::ctx::Tx;
use crate::db::Q;
use crate::episode::model::Notice;

#[derive(sqlx::FromRow)]
struct NoticeRow {
    id: NoticeId,
    kind: String,
    reference: String,
    at: DateTime<Utc>,
    read_at: Option<DateTime<Utc>>,
}

impl From<NoticeRow> for Notice {
    fn from(row: NoticeRow) -> Notice {
        Notice {
            id: row.id,
            kind: row.kind,
            reference: row.reference,
            at: row.at,
            read_at: row.read_at,
            deliveries: Vec::new(),
        }
    }
}

pub async fn add_notice(
    tx: &mut Tx,
    facility: FacilityId,
    patient: PatientId,
    kind: &'static str,
    reference: &str,
) -> Result<NoticeId> {
    let id: NoticeId = tx.id();
    let now = tx.now;
    tx.q("insert into notice (id, facility_id, patient_id, kind, reference, at) values ($1, $2, $3, $4, $5, $6)")
        .bind(id)
        .bind(facility)
        .bind(patient)
        .bind(kind)
        .bind(reference.to_owned())
        .bind(now)
        .run()
        .await?;
    Ok(id)
}

/// One notice and whom it is for; how it left the house is left out.
pub async fn notice(
    q: &mut impl Q,
    facility: FacilityId,
    id: NoticeId,
) -> Result<Option<(PatientId, Notice)>> {
    type Row = (
        PatientId,
        NoticeId,
        String,
        String,
        DateTime<Utc>,
        Option<DateTime<Utc>>,
    );
    let row: Option<Row> = q
        .q("select patient_id, id, kind, reference, at, read_at from notice where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    Ok(row.map(|(patient, id, kind, reference, at, read_at)| {
        let notice = Notice {
            id,
            kind,
            reference,
            at,
            read_at,
            deliveries: Vec::new(),
        };
        (patient, notice)
    }))
}

/// Newest first.
pub async fn notices(
    q: &mut impl Q,
    facility: FacilityId,
    patient: PatientId,
    after: Option<(DateTime<Utc>, NoticeId)>,
    limit: i64,
) -> Result<Vec<Notice>> {
    const FIRST: &str = "select id, kind, reference, at, read_at from notice \
        where facility_id = $1 and patient_id = $2 order by at desc, id desc limit $3";
    const NEXT: &str = "select id, kind, reference, at, read_at from notice \
        where facility_id = $1 and patient_id = $2 and (at, id) < ($4, $5) order by at desc, id desc limit $3";
    let query = q.q(if after.is_some() { NEXT } else { FIRST });
    let query = query.bind(facility).bind(patient).bind(limit);
    let rows: Vec<NoticeRow> = match after {
        Some((at, id)) => query.bind(at).bind(id).all().await?,
        None => query.all().await?,
    };
    let ids: Vec<NoticeId> = rows.iter().map(|row| row.id).collect();
    let mut sent = deliveries(q, facility, &ids).await?;
    let notices = rows.into_iter().map(|row| Notice {
        deliveries: sent.remove(&row.id).unwrap_or_default(),
        ..row.into()
    });
    Ok(notices.collect())
}

pub async fn count_unread(q: &mut impl Q, facility: FacilityId, patient: PatientId) -> Result<i64> {
    let (count,): (i64,) = q
        .q("select count(*) from notice where facility_id = $1 and patient_id = $2 and read_at is null")
        .bind(facility)
        .bind(patient)
        .one()
        .await?;
    Ok(count)
}

/// Marks one notice of hers as read; the first time counts. Whether it exists.
pub async fn read_notice(
    tx: &mut Tx,
    facility: FacilityId,
    patient: PatientId,
    id: NoticeId,
) -> Result<bool> {
    let now = tx.now;
    let touched = tx
        .q(
            "update notice set read_at = coalesce(read_at, $4) where facility_id = $1 and patient_id = $2 \
            and id = $3",
        )
        .bind(facility)
        .bind(patient)
        .bind(id)
        .bind(now)
        .run()
        .await?;
    Ok(touched == 1)
}
