//! Her requests about her data, and lists of records to be destroyed.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::base::id::{DataRequestId, DestructionListId, FacilityId, PatientId, StaffId};
use crate::ctx::{Records, Tx};
use crate::db::{Q, dialect};
use crate::people::model::{
    AnswerBody, DataRequest, Destroyed, DestructionList, Ended, RequestAnswer, RequestKind, RequestOutcome,
};
use crate::vault::{Class, Sealed};

#[derive(sqlx::FromRow)]
struct Row {
    id: DataRequestId,
    patient_id: PatientId,
    number: String,
    kind: String,
    words: Option<Sealed>,
    received_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
    overdue_at: Option<DateTime<Utc>>,
    outcome: Option<String>,
    body: Option<Sealed>,
    staff_id: Option<StaffId>,
    answered_at: Option<DateTime<Utc>>,
}

const SELECT: &str = "select d.id, d.patient_id, d.number, d.kind, d.words, d.received_at, d.due_at, o.at as overdue_at, \
    a.outcome, a.body, a.staff_id, a.at as answered_at from data_request d \
    left join data_request_answer a on a.request_id = d.id \
    left join data_request_overdue o on o.request_id = d.id where d.facility_id = $1 and ";

async fn read(r: &mut impl Records, row: Row) -> Result<DataRequest> {
    let unknown = || Error::broken("a request about data has an unknown word");
    let answer = match (row.outcome, &row.body, row.staff_id, row.answered_at) {
        (Some(outcome), Some(body), Some(by), Some(at)) => {
            let body: AnswerBody = r.open_json(row.id, "body", body).await?;
            Some(RequestAnswer {
                outcome: RequestOutcome::parse(&outcome).ok_or_else(unknown)?,
                reasons: body.reasons,
                kept: body.kept,
                restricted: body.restricted,
                by,
                at,
            })
        }
        _ => None,
    };
    Ok(DataRequest {
        kind: RequestKind::parse(&row.kind).ok_or_else(unknown)?,
        text: r.open_if(row.id, "words", row.words.as_ref()).await?,
        id: row.id,
        patient: row.patient_id,
        number: row.number,
        received_at: row.received_at,
        due_at: row.due_at,
        overdue_at: row.overdue_at,
        answer,
    })
}

/// Keeps a request.
pub async fn add_request(tx: &mut Tx, facility: FacilityId, request: &DataRequest) -> Result<()> {
    let words = tx
        .seal_if(
            Some(facility),
            request.id,
            Class::FreeText,
            "words",
            request.text.as_deref(),
        )
        .await?;
    tx.q(
        "insert into data_request (id, facility_id, patient_id, number, kind, words, received_at, due_at) \
          values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(request.id)
    .bind(facility)
    .bind(request.patient)
    .bind(request.number.clone())
    .bind(request.kind.word())
    .bind(words)
    .bind(request.received_at)
    .bind(request.due_at)
    .run()
    .await?;
    Ok(())
}

/// One request.
pub async fn request(
    r: &mut impl Records,
    facility: FacilityId,
    id: DataRequestId,
) -> Result<Option<DataRequest>> {
    let row: Option<Row> = r
        .q(format!("{SELECT} d.id = $2"))
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    match row {
        Some(row) => read(r, row).await.map(Some),
        None => Ok(None),
    }
}

async fn opened(r: &mut impl Records, rows: Vec<Row>) -> Result<Vec<DataRequest>> {
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(read(r, row).await?);
    }
    Ok(all)
}

/// Her requests, newest first.
pub async fn requests_of(
    r: &mut impl Records,
    facility: FacilityId,
    patient: PatientId,
) -> Result<Vec<DataRequest>> {
    let rows: Vec<Row> = r
        .q(format!("{SELECT} d.patient_id = $2 order by d.id desc"))
        .bind(facility)
        .bind(patient)
        .all()
        .await?;
    opened(r, rows).await
}

/// The hospital's requests by when they are due: those that wait, or those that were answered.
pub async fn requests(
    r: &mut impl Records,
    facility: FacilityId,
    answered: bool,
    after: Option<(DateTime<Utc>, DataRequestId)>,
    limit: i64,
) -> Result<Vec<DataRequest>> {
    let (due_at, id) = after.unwrap_or((DateTime::UNIX_EPOCH, DataRequestId(Uuid::nil())));
    let which = if answered { "is not null" } else { "is null" };
    let rows: Vec<Row> = r
        .q(format!(
            "{SELECT} a.request_id {which} and (d.due_at, d.id) > ($2, $3) order by d.due_at, d.id limit $4"
        ))
        .bind(facility)
        .bind(due_at)
        .bind(id)
        .bind(limit)
        .all()
        .await?;
    opened(r, rows).await
}

/// Keeps an answer; false when there is one.
pub async fn add_request_answer(
    tx: &mut Tx,
    facility: FacilityId,
    id: DataRequestId,
    answer: &RequestAnswer,
) -> Result<bool> {
    let body = AnswerBody {
        reasons: answer.reasons.clone(),
        kept: answer.kept.clone(),
        restricted: answer.restricted,
    };
    let body = tx
        .seal_json(Some(facility), id, Class::FreeText, "body", &body)
        .await?;
    let added = tx
        .q(
            "insert into data_request_answer (request_id, facility_id, outcome, body, staff_id, at) \
            values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        )
        .bind(id)
        .bind(facility)
        .bind(answer.outcome.word())
        .bind(body)
        .bind(answer.by)
        .bind(answer.at)
        .run()
        .await?;
    Ok(added == 1)
}

/// Notes that nobody answered in time; false when that was noted before.
pub async fn note_overdue(tx: &mut Tx, facility: FacilityId, id: DataRequestId) -> Result<bool> {
    let now = tx.now;
    let added = tx
        .q("insert into data_request_overdue (request_id, facility_id, at) values ($1, $2, $3) on conflict do nothing")
        .bind(id)
        .bind(facility)
        .bind(now)
        .run()
        .await?;
    Ok(added == 1)
}

/// Keeps a list of records to be destroyed.
pub async fn add_destruction_list(tx: &mut Tx, facility: FacilityId, list: &DestructionList) -> Result<()> {
    tx.q(
        "insert into destruction_list (id, facility_id, items, sha256, staff_id, at) \
          values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(list.id)
    .bind(facility)
    .bind(serde_json::to_string(&list.items)?)
    .bind(list.sha256.clone())
    .bind(list.by)
    .bind(list.at)
    .run()
    .await?;
    Ok(())
}

type ListRow = (DestructionListId, String, String, StaffId, DateTime<Utc>);

async fn with_approvals(
    q: &mut impl Q,
    facility: FacilityId,
    (id, items, sha256, by, at): ListRow,
) -> Result<DestructionList> {
    let approvals: Vec<(StaffId,)> = q
        .q("select staff_id from destruction_approval where facility_id = $1 and list_id = $2 order by at, staff_id")
        .bind(facility)
        .bind(id)
        .all()
        .await?;
    let outcome: Option<(String, String, DateTime<Utc>)> = q
        .q("select destroyed, kept, at from destruction where facility_id = $1 and list_id = $2")
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    let outcome = match outcome {
        Some((destroyed, kept, at)) => Some(Destroyed {
            destroyed: serde_json::from_str(&destroyed)?,
            kept: serde_json::from_str(&kept)?,
            at,
        }),
        None => None,
    };
    let items: Vec<Ended> = serde_json::from_str(&items)?;
    Ok(DestructionList {
        id,
        items,
        sha256,
        by,
        at,
        approved_by: approvals.into_iter().map(|(staff,)| staff).collect(),
        outcome,
    })
}

/// One list.
pub async fn destruction_list(
    q: &mut impl Q,
    facility: FacilityId,
    id: DestructionListId,
) -> Result<Option<DestructionList>> {
    let row: Option<ListRow> = q
        .q("select id, items, sha256, staff_id, at from destruction_list where facility_id = $1 and id = $2")
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    match row {
        Some(row) => with_approvals(q, facility, row).await.map(Some),
        None => Ok(None),
    }
}

/// Lists, newest first, after a key.
pub async fn destruction_lists(
    q: &mut impl Q,
    facility: FacilityId,
    after: Option<DestructionListId>,
    limit: i64,
) -> Result<Vec<DestructionList>> {
    let rows: Vec<ListRow> = q
        .q(
            "select id, items, sha256, staff_id, at from destruction_list where facility_id = $1 and id < $2 \
            order by id desc limit $3",
        )
        .bind(facility)
        .bind(after.unwrap_or(DestructionListId(Uuid::max())))
        .bind(limit)
        .all()
        .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        all.push(with_approvals(q, facility, row).await?);
    }
    Ok(all)
}

/// Locks a list until the transaction ends.
pub async fn lock_destruction_list(tx: &mut Tx, facility: FacilityId, id: DestructionListId) -> Result<()> {
    let _held: Option<(DestructionListId,)> = tx
        .q(dialect::LOCK_DESTRUCTION_LIST)
        .bind(facility)
        .bind(id)
        .opt()
        .await?;
    Ok(())
}

/// Keeps one person's approval; false when he has approved before.
pub async fn approve(tx: &mut Tx, facility: FacilityId, id: DestructionListId, by: StaffId) -> Result<bool> {
    let now = tx.now;
    let added = tx
        .q(
            "insert into destruction_approval (list_id, facility_id, staff_id, at) values ($1, $2, $3, $4) \
            on conflict do nothing",
        )
        .bind(id)
        .bind(facility)
        .bind(by)
        .bind(now)
        .run()
        .await?;
    Ok(added == 1)
}

/// Keeps what came of a list; false when that is known.
pub async fn add_destruction(
    tx: &mut Tx,
    facility: FacilityId,
    id: DestructionListId,
    outcome: &Destroyed,
) -> Result<bool> {
    let added = tx
        .q(
            "insert into destruction (list_id, facility_id, destroyed, kept, at) values ($1, $2, $3, $4, $5) \
            on conflict do nothing",
        )
        .bind(id)
        .bind(facility)
        .bind(serde_json::to_string(&outcome.destroyed)?)
        .bind(serde_json::to_string(&outcome.kept)?)
        .bind(outcome.at)
        .run()
        .await?;
    Ok(added == 1)
}
